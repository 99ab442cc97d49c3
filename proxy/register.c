/* SPDX-License-Identifier: MIT */
#include "proxy/register.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-json.h>
#include <systemd/sd-varlink.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"

#define METHOD "io.silo.Compositor.RegisterDomain"

static int connect_compositor(sd_varlink **ret_link) {
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	char path[108];
	if (runtime == NULL || runtime[0] != '/') {
		log_error("XDG_RUNTIME_DIR is not set; run it inside a session");
		return -ENOENT;
	}
	int len = snprintf(path, sizeof(path), "%s/silo/io.silo.Compositor", runtime);
	if (len < 0 || (size_t)len >= sizeof(path)) {
		log_error("XDG_RUNTIME_DIR is too long for a socket below it");
		return -ENAMETOOLONG;
	}
	int ret = sd_varlink_connect_address(ret_link, path);
	if (ret < 0) {
		log_error("no compositor at %s (%s); start silo, or give --dial-fd", path,
				strerror(-ret));
	}
	return ret;
}

/* Sends the call with the compositor's end of the channel. */
static int call_register(sd_varlink *link, int fd, const char *name, const char *label,
		const char *color) {
	sd_json_variant *reply = NULL;
	const char *error = NULL;
	int ret = sd_varlink_set_allow_fd_passing_output(link, true);
	if (ret >= 0) {
		ret = sd_varlink_push_dup_fd(link, fd);
	}
	if (ret >= 0) {
		ret = sd_varlink_callbo(link, METHOD, &reply, &error,
				SD_JSON_BUILD_PAIR_STRING("name", name),
				SD_JSON_BUILD_PAIR_CONDITION(label != NULL, "label",
						SD_JSON_BUILD_STRING(label)),
				SD_JSON_BUILD_PAIR_CONDITION(color != NULL, "color",
						SD_JSON_BUILD_STRING(color)));
	}
	if (ret >= 0 && error != NULL) {
		log_error("the compositor refuses the domain %s: %s", name, error);
		return -EPERM;
	}
	if (ret < 0) {
		log_error("registering the domain %s failed: %s", name, strerror(-ret));
	}
	return ret;
}

int register_domain(const char *name, const char *label, const char *color) {
	sd_varlink *link = NULL;
	int ends[2];
	int ret = connect_compositor(&link);
	if (ret < 0) {
		return ret;
	}
	ret = fd_socketpair(SOCK_SEQPACKET, ends);
	if (ret == 0) {
		ret = call_register(link, ends[1], name, label, color);
		close(ends[1]);
		if (ret < 0) {
			close(ends[0]);
		}
	}
	sd_varlink_flush_close_unref(link);
	return ret < 0 ? ret : ends[0];
}
