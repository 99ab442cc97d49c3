/* SPDX-License-Identifier: MIT */
#include "vmctl/vmm/vmm_box.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "vmctl/vmm/argv.h"
#include "vmctl/vmm/kvm.h"

void vmm_box_init(struct vmm_box *box, const struct vmm_setup *setup, const int fds[VMM_FDS_LEN]) {
	static const char *const names[] = {"kernel", "initrd", "root.erofs"};
	size_t n = 0;
	for (; n < 3; n++) {
		snprintf(box->paths[n], sizeof(box->paths[n]), "%s/%s", setup->image_dir, names[n]);
		box->binds[n] = (struct box_bind){.path = box->paths[n]};
	}
	if (setup->disk != NULL && setup->disk[0] != '\0') {
		box->binds[n++] = (struct box_bind){.path = setup->disk, .writable = true};
	}
	if (setup->accelerator == ACCELERATOR_KVM) {
		box->binds[n++] = (struct box_bind){.path = kvm_device, .device = true};
	}
	box->argv = vmm_argv(setup);
	box->spec = (struct box_spec){
			.argv = (const char *const *)box->argv,
			.binds = box->binds,
			.binds_len = n,
			.fds = fds,
			.fds_len = VMM_FDS_LEN,
			.inner_jails = setup->kind == VMM_CROSVM,
	};
}

void vmm_box_finish(struct vmm_box *box) {
	argv_free(box->argv);
}

/*
 * crosvm takes a listening socket. The only connection there will ever be waits in its queue before
 * crosvm starts, and the name is gone by then.
 */
static int listening_pair(const char *dir, int ret_fds[2]) {
	char path[PLACE_MAX];
	if (!place_join(path, dir, "control")) {
		return -ENAMETOOLONG;
	}
	cleanup_fd int listener = fd_listen(path, SOCK_SEQPACKET);
	if (listener < 0) {
		return listener;
	}
	int connected = fd_connect(path, SOCK_SEQPACKET);
	unlink(path);
	if (connected < 0) {
		return connected;
	}
	ret_fds[0] = connected;
	ret_fds[1] = fd_steal(&listener);
	return 0;
}

bool vmm_control_channel(enum vmm_kind kind, const char *dir, int ret_fds[2],
		char error[ERROR_MAX]) {
	int result = kind == VMM_CROSVM ? listening_pair(dir, ret_fds)
					: fd_socketpair(SOCK_STREAM, ret_fds);
	if (result < 0) {
		snprintf(error, ERROR_MAX, "no control channel: %s", strerror(-result));
	}
	return result >= 0;
}
