/* SPDX-License-Identifier: MIT
 *
 * What the box of a VMM holds: its program, the image's three files read-only, the VM's disk,
 * /dev/kvm, and its descriptors. crosvm's also lets it build the jails of its device processes.
 */
#ifndef SILO_VMCTL_VMM_VMM_BOX_H
#define SILO_VMCTL_VMM_VMM_BOX_H

#include <limits.h>

#include "base/box.h"
#include "vmctl/supervisor/places.h"
#include "vmctl/vmm/vmm.h"

struct vmm_box {
	struct box_spec spec; /* points into the rest: not to be moved */
	char **argv;
	struct box_bind binds[5];
	char paths[3][PATH_MAX];
};

/* Fills in box for setup; fds are what enum vmm_fd lists, and stay the caller's. */
void vmm_box_init(struct vmm_box *box, const struct vmm_setup *setup, const int fds[VMM_FDS_LEN]);
void vmm_box_finish(struct vmm_box *box);

/*
 * Makes the control channel of a VMM of kind: ret_fds[0] is the supervisor's end, ret_fds[1] goes
 * to the VMM. dir, private to this VM's supervisor and in no box, has room for a socket's name for
 * an instant. False on failure, with the reason in error.
 */
bool vmm_control_channel(enum vmm_kind kind, const char *dir, int ret_fds[2],
		char error[ERROR_MAX]);

#endif
