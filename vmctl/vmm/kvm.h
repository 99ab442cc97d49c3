/* SPDX-License-Identifier: MIT
 *
 * Does KVM really work here? A device node proves little: in containers and nested machines it is
 * often there and useless. So a tiny guest is run and timed, in a child and with a
 * deadline.
 */
#ifndef SILO_VMCTL_VMM_KVM_H
#define SILO_VMCTL_VMM_KVM_H

#include <stdbool.h>
#include <stddef.h>

enum kvm_state {
	KVM_WORKS,
	KVM_NO_DEVICE,
	KVM_NO_PERMISSION,
	/* The device is there but a guest does not run, or only interpreted. */
	KVM_BROKEN,
};

/* The device of KVM, "/dev/kvm". */
extern const char kvm_device[];

/* Tries device (normally kvm_device); takes a few milliseconds, at most timeout_ms. */
enum kvm_state kvm_probe(const char *device, int timeout_ms);

/* What is wrong and which command helps; "" for KVM_WORKS. */
const char *kvm_advice(enum kvm_state state);

#endif
