/* SPDX-License-Identifier: MIT
 *
 * Does KVM really work here? A device node proves little: in containers and nested machines it is
 * often there and useless. So a tiny guest is run, in a child and with a deadline, and timed against
 * the same loop outside of it: a ratio, since a machine that is emulated itself is slow as a whole.
 */
#ifndef SILO_VMCTL_VMM_KVM_H
#define SILO_VMCTL_VMM_KVM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum kvm_state {
	KVM_WORKS,
	KVM_NO_DEVICE,
	KVM_NO_PERMISSION,
	/* The device is there but a guest does not run, or only interpreted. */
	KVM_BROKEN,
};

/* The device of KVM, "/dev/kvm". */
extern const char kvm_device[];

/* How long kvm_probe should be given at most: only a KVM that hangs takes it. */
#define KVM_PROBE_MS 5000
#define KVM_SPEED_RUNS 5

/* The shortest times so far for one loop, on the host and in the guest; all zero at first. */
struct kvm_speed {
	int64_t host_ns;
	int64_t guest_ns;
};

/*
 * Adds a run of both loops. True if the guest has run at a processor's speed; false may still become
 * true with further runs, of which KVM_SPEED_RUNS are enough.
 */
bool kvm_speed_add(struct kvm_speed *speed, int64_t host_ns, int64_t guest_ns);

/* Tries device (normally kvm_device); takes milliseconds, on a bad one a tenth of a second, at
 * most timeout_ms. */
enum kvm_state kvm_probe(const char *device, int timeout_ms);

/* What is wrong and which command helps; "" for KVM_WORKS. */
const char *kvm_advice(enum kvm_state state);

#endif
