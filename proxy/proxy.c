/* SPDX-License-Identifier: MIT */
#include "proxy/proxy.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <wayland-server-core.h>

#include "base/fd.h"
#include "base/limits.h"
#include "base/log.h"
#include "proxy/device/gpu.h"
#include "proxy/device/vhost_user.h"
#include "proxy/listen.h"
#include "proxy/options.h"
#include "proxy/quota/pool.h"
#include "proxy/register.h"
#include "proxy/wire/client.h"

struct proxy {
	struct wl_event_loop *loop;
	struct pool_account account;
	struct wire_domain *domain;
	struct gpu *gpu;
	struct vhost_user *vhost;
	struct listen *listen;
	struct wl_event_source *control, *terminate, *interrupt;
	int control_fd;
	bool finished;
};

static void handle_vhost_ended(void *data) {
	struct proxy *proxy = data;
	log_info("the VMM is gone");
	if (proxy->listen == NULL) {
		proxy->finished = true;
	}
}

static void handle_hangup(void *data) {
	struct proxy *proxy = data;
	log_info("the compositor is gone");
	if (proxy->control_fd < 0 && proxy->vhost == NULL) {
		proxy->finished = true;
	}
}

/* The supervisor sends `d` with a new dial channel, or hangs up: then it is all over. */
static int handle_control(int fd, uint32_t mask, void *data) {
	struct proxy *proxy = data;
	char byte;
	int dial = -1;
	size_t n = 1;
	ssize_t got = fd_recv(fd, &byte, sizeof(byte), &dial, &n);
	if (got == -EAGAIN) {
		return 0;
	}
	if (got == 1 && byte == 'd' && n == 1) {
		wire_domain_set_dial(proxy->domain, dial);
		return 0;
	}
	if (n == 1) {
		close(dial);
	}
	if (got != 0) {
		log_error("the supervisor sent something that is not a dial channel");
	}
	wl_event_source_remove(proxy->control);
	proxy->control = NULL;
	proxy->finished = true;
	return 0;
}

static int handle_signal(int signal_number, void *data) {
	struct proxy *proxy = data;
	proxy->finished = true;
	return 0;
}

/* Waits at path for the VMM; the socket is gone afterwards. */
static int accept_vmm(const char *path) {
	cleanup_fd int listener = fd_listen(path, SOCK_STREAM);
	if (listener < 0) {
		log_error("cannot listen at %s: %s", path, strerror(-listener));
		return -1;
	}
	int fd;
	do {
		fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	} while (fd < 0 && errno == EINTR);
	if (fd < 0) {
		log_error("cannot accept at %s: %s", path, strerror(errno));
	}
	unlink(path);
	return fd;
}

static bool create_domain(struct proxy *proxy, const struct options *options) {
	struct wire_domain_config config = {
			.name = options->domain,
			.account = &proxy->account,
			.clients_max = VM_CLIENTS_MAX,
	};
	int dial = options->dial_fd;
	if (dial < 0 && options->control_fd < 0) {
		dial = register_domain(options->domain, options->label, options->color);
		if (dial < 0) {
			return false;
		}
	}
	proxy->domain = wire_domain_create(proxy->loop, &config);
	if (proxy->domain == NULL) {
		return false;
	}
	wire_domain_on_hangup(proxy->domain, handle_hangup, proxy);
	if (dial >= 0) {
		wire_domain_set_dial(proxy->domain, dial);
	}
	return true;
}

static bool create_front_ends(struct proxy *proxy, const struct options *options) {
	if (options->listen_path != NULL) {
		proxy->listen = listen_create(proxy->loop, proxy->domain, options->listen_path);
		if (proxy->listen == NULL) {
			return false;
		}
	}
	int fd = options->vhost_fd;
	if (options->vhost_path != NULL) {
		fd = accept_vmm(options->vhost_path);
		if (fd < 0) {
			return false;
		}
	}
	if (fd < 0) {
		return true;
	}
	proxy->gpu = gpu_create(proxy->loop, proxy->domain, &proxy->account);
	if (proxy->gpu == NULL) {
		close(fd);
		return false;
	}
	proxy->vhost = vhost_user_create(proxy->loop, proxy->gpu, fd, handle_vhost_ended, proxy);
	return proxy->vhost != NULL;
}

static bool add_control(struct proxy *proxy, int fd) {
	proxy->control_fd = fd;
	if (fd < 0) {
		return true;
	}
	fd_set_nonblock(fd, true);
	proxy->control = wl_event_loop_add_fd(proxy->loop, fd, WL_EVENT_READABLE, handle_control,
			proxy);
	return proxy->control != NULL;
}

struct proxy *proxy_create(const struct options *options) {
	struct proxy *proxy = calloc(1, sizeof(*proxy));
	if (proxy == NULL) {
		return NULL;
	}
	proxy->control_fd = -1;
	proxy->account.bytes_max = VM_BUFFER_BYTES_MIN;
	proxy->loop = wl_event_loop_create();
	if (proxy->loop == NULL || !create_domain(proxy, options) ||
			!create_front_ends(proxy, options) ||
			!add_control(proxy, options->control_fd)) {
		proxy_destroy(proxy);
		return NULL;
	}
	/* After the waiting for the VMM, which a signal may end at once. */
	proxy->terminate = wl_event_loop_add_signal(proxy->loop, SIGTERM, handle_signal, proxy);
	proxy->interrupt = wl_event_loop_add_signal(proxy->loop, SIGINT, handle_signal, proxy);
	return proxy;
}

static void remove_source(struct wl_event_source *source) {
	if (source != NULL) {
		wl_event_source_remove(source);
	}
}

void proxy_destroy(struct proxy *proxy) {
	if (proxy == NULL) {
		return;
	}
	vhost_user_destroy(proxy->vhost);
	gpu_destroy(proxy->gpu);
	listen_destroy(proxy->listen);
	wire_domain_destroy(proxy->domain);
	remove_source(proxy->control);
	remove_source(proxy->terminate);
	remove_source(proxy->interrupt);
	fd_close(&proxy->control_fd);
	if (proxy->loop != NULL) {
		wl_event_loop_destroy(proxy->loop);
	}
	free(proxy);
}

void proxy_run(struct proxy *proxy) {
	while (!proxy->finished) {
		if (wl_event_loop_dispatch(proxy->loop, -1) < 0 && errno != EINTR) {
			log_error("the event loop failed: %s", strerror(errno));
			return;
		}
	}
}
