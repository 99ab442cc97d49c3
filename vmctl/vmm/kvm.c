/* SPDX-License-Identifier: MIT */
#include "vmctl/vmm/kvm.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"

const char kvm_device[] = "/dev/kvm";

/*
 * A processor runs a guest's loop as fast as its own, an emulated one with KVM inside half as fast;
 * a KVM that interprets its guests (seen where machines are nested without hardware's help) needs
 * three thousand times as long, and no kernel gets through its start.
 */
#define SLOWDOWN_MAX 100
/* Shorter than the loop on any processor: against clocks that go in steps. */
#define HOST_NS_MIN 1000

bool kvm_speed_add(struct kvm_speed *speed, int64_t host_ns, int64_t guest_ns) {
	host_ns = host_ns > HOST_NS_MIN ? host_ns : HOST_NS_MIN;
	if (speed->host_ns == 0 || host_ns < speed->host_ns) {
		speed->host_ns = host_ns;
	}
	if (speed->guest_ns == 0 || guest_ns < speed->guest_ns) {
		speed->guest_ns = guest_ns;
	}
	return speed->guest_ns <= speed->host_ns * SLOWDOWN_MAX;
}

#if defined(__x86_64__)

#define CODE_ADDRESS 0x1000
#define PORT 0x42
#define LOOPS 20000

/* mov $LOOPS, %ecx; 1: dec %ecx; jnz 1b; add $3, %al; out %al, $PORT; hlt */
static const uint8_t code[] = {0x66, 0xb9, LOOPS & 0xff, LOOPS >> 8 & 0xff, LOOPS >> 16, 0, 0x66,
		0x49, 0x75, 0xfc, 0x04, 0x03, 0xe6, PORT, 0xf4};

static int64_t thread_ns(void) {
	struct timespec now;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* The guest's loop, here. */
static int64_t host_loop_ns(void) {
	uint32_t left = LOOPS;
	int64_t start_ns = thread_ns();
	__asm__ volatile("1: dec %0; jnz 1b" : "+r"(left)::"cc");
	return thread_ns() - start_ns;
}

static bool set_up_cpu(int cpu) {
	struct kvm_sregs sregs;
	if (ioctl(cpu, KVM_GET_SREGS, &sregs) < 0) {
		return false;
	}
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	struct kvm_regs regs = {.rip = CODE_ADDRESS, .rax = 4, .rflags = 2};
	return ioctl(cpu, KVM_SET_SREGS, &sregs) == 0 && ioctl(cpu, KVM_SET_REGS, &regs) == 0;
}

/* The guest counts, adds, tells the sum on a port and halts. */
static bool run_guest(int cpu, struct kvm_run *run, int64_t *ret_ns) {
	int64_t start_ns = thread_ns();
	if (ioctl(cpu, KVM_RUN, 0) < 0 || run->exit_reason != KVM_EXIT_IO || run->io.port != PORT ||
			((uint8_t *)run)[run->io.data_offset] != 7) {
		return false;
	}
	*ret_ns = thread_ns() - start_ns;
	return ioctl(cpu, KVM_RUN, 0) == 0 && run->exit_reason == KVM_EXIT_HLT;
}

/* A first run warms up what is cold, any may be disturbed: the first good answer counts. */
static bool try_speed(int cpu, struct kvm_run *run) {
	struct kvm_speed speed = {0};
	bool is_good = false;
	for (int i = 0; i < KVM_SPEED_RUNS && !is_good; i++) {
		int64_t host_ns = host_loop_ns(), guest_ns;
		if (!set_up_cpu(cpu) || !run_guest(cpu, run, &guest_ns)) {
			return false;
		}
		is_good = kvm_speed_add(&speed, host_ns, guest_ns);
	}
	return is_good;
}

static bool try_guest(int kvm) {
	int vm = ioctl(kvm, KVM_CREATE_VM, 0);
	int run_size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (vm < 0 || run_size < (int)sizeof(struct kvm_run) || page == MAP_FAILED) {
		return false;
	}
	memcpy(page, code, sizeof(code));
	struct kvm_userspace_memory_region region = {
			.guest_phys_addr = CODE_ADDRESS,
			.memory_size = 4096,
			.userspace_addr = (uintptr_t)page,
	};
	if (ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region) < 0) {
		return false;
	}
	int cpu = ioctl(vm, KVM_CREATE_VCPU, 0);
	void *run = cpu < 0
			? MAP_FAILED
			: mmap(NULL, (size_t)run_size, PROT_READ | PROT_WRITE, MAP_SHARED, cpu, 0);
	return run != MAP_FAILED && try_speed(cpu, run);
}

#else

/* On other machines the interface itself has to be enough. */
static bool try_guest(int kvm) {
	return ioctl(kvm, KVM_CREATE_VM, 0) >= 0;
}

#endif

enum kvm_state kvm_probe(const char *device, int timeout_ms) {
	cleanup_fd int kvm = open(device, O_RDWR | O_CLOEXEC);
	if (kvm < 0) {
		bool is_refused = errno == EACCES || errno == EPERM;
		return is_refused ? KVM_NO_PERMISSION : KVM_NO_DEVICE;
	}
	if (ioctl(kvm, KVM_GET_API_VERSION, 0) != KVM_API_VERSION) {
		return KVM_BROKEN;
	}
	pid_t pid = fork();
	if (pid < 0) {
		return KVM_BROKEN;
	}
	if (pid == 0) {
		_exit(try_guest(kvm) ? 0 : 1);
	}
	cleanup_fd int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd poll_fd = {.fd = pidfd, .events = POLLIN};
	if (pidfd < 0 || poll(&poll_fd, 1, timeout_ms) != 1) {
		kill(pid, SIGKILL);
	}
	int status;
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR) {
			return KVM_BROKEN;
		}
	}
	return status == 0 ? KVM_WORKS : KVM_BROKEN;
}

const char *kvm_advice(enum kvm_state state) {
	switch (state) {
	case KVM_WORKS:
		return "";
	case KVM_NO_DEVICE:
		return "there is no /dev/kvm: switch on virtualisation in the firmware and run "
		       "`sudo "
		       "modprobe kvm_intel` or `sudo modprobe kvm_amd`";
	case KVM_NO_PERMISSION:
		return "/dev/kvm may not be opened: run `sudo usermod -aG kvm \"$USER\"` and log "
		       "in "
		       "again";
	case KVM_BROKEN:
		break;
	}
	return "/dev/kvm is there but runs no guest at a processor's speed (a virtual machine "
	       "without nested virtualisation? switch it on in its host)";
}
