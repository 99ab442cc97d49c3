/* SPDX-License-Identifier: MIT */
#include "compositor/domain/service.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-varlink.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/peer.h"
#include "compositor/domain/domain.h"
#include "compositor/domain/service_ask.h"
#include "compositor/domain/service_clipboard.h"
#include "compositor/domain/service_host.h"
#include "compositor/domain/service_interface.h"
#include "compositor/domain/service_notices.h"
#include "compositor/domain/service_windows.h"
#include "compositor/domain/watch.h"
#include "compositor/options.h"
#include "compositor/server.h"
#include "compositor/shell/runtime.h"
#include "compositor/shell/sockets.h"
#include "compositor/window/window.h"

#define NAME SERVICE_NAME
#define CONNECTIONS_MAX 64

struct service {
	sd_varlink_server *server;
	/* A server's end leaves its connections open: they are closed by us. NULL: free. */
	sd_varlink *links[CONNECTIONS_MAX];
	char *path;
};

static int handle_get_version(sd_varlink *link, sd_json_variant *parameters,
		sd_varlink_method_flags_t flags, void *data) {
	struct server *server = data;
	int ret = sd_varlink_dispatch(link, parameters, NULL, NULL);
	if (ret != 0) {
		return ret;
	}
	return sd_varlink_replybo(link, SD_JSON_BUILD_PAIR_STRING("version", SILO_VERSION),
			SD_JSON_BUILD_PAIR_STRING("display", sockets_display(server)));
}

static int reply_name_taken(sd_varlink *link, struct server *server, const char *name) {
	const struct domain *domain = domains_find(server, name);
	return sd_varlink_errorbo(link, NAME ".NameTaken", SD_JSON_BUILD_PAIR_STRING("name", name),
			SD_JSON_BUILD_PAIR_STRING("boot", domain != NULL ? domain->boot : ""));
}

static int reply_domain_error(sd_varlink *link, struct server *server, enum domain_error error,
		const struct domain_request *request) {
	switch (error) {
	case DOMAIN_OK:
		return sd_varlink_reply(link, NULL);
	case DOMAIN_BAD_NAME:
		return sd_varlink_error_invalid_parameter_name(link, "name");
	case DOMAIN_BAD_LABEL:
		return sd_varlink_error_invalid_parameter_name(link, "label");
	case DOMAIN_BAD_COLOR:
		return sd_varlink_error_invalid_parameter_name(link, "color");
	case DOMAIN_BAD_GLYPH:
		return sd_varlink_error_invalid_parameter_name(link, "glyph");
	case DOMAIN_BAD_BOOT:
		return sd_varlink_error_invalid_parameter_name(link, "boot");
	case DOMAIN_NAME_TAKEN:
		return reply_name_taken(link, server, request->name);
	case DOMAIN_TOO_MANY:
		return sd_varlink_errorbo(link, NAME ".TooManyDomains",
				SD_JSON_BUILD_PAIR_INTEGER("max", DOMAINS_MAX));
	case DOMAIN_NO_MEMORY:
		return -ENOMEM;
	}
	return -EINVAL;
}

/* A socket of the type that the contract names, so that datagrams keep their borders. */
static bool is_seqpacket(int fd) {
	int type;
	socklen_t len = sizeof(type);
	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_SEQPACKET;
}

static int handle_register(sd_varlink *link, sd_json_variant *parameters,
		sd_varlink_method_flags_t flags, void *data) {
	struct server *server = data;
	struct domain_request request = {0};
	int emulated = false;
	struct parameters {
		const char *name, *label, *color, *glyph, *boot, *out, *in;
		int emulated, data_control, frameless;
	} p = {.emulated = -1, .data_control = -1, .frameless = -1};
	static const sd_json_dispatch_field table[] = {
			{"name", SD_JSON_VARIANT_STRING, sd_json_dispatch_const_string,
					offsetof(struct parameters, name), SD_JSON_MANDATORY},
			{"label", SD_JSON_VARIANT_STRING, sd_json_dispatch_const_string,
					offsetof(struct parameters, label), SD_JSON_NULLABLE},
			{"color", SD_JSON_VARIANT_STRING, sd_json_dispatch_const_string,
					offsetof(struct parameters, color), SD_JSON_NULLABLE},
			{"glyph", SD_JSON_VARIANT_STRING, sd_json_dispatch_const_string,
					offsetof(struct parameters, glyph), SD_JSON_NULLABLE},
			{"emulated", SD_JSON_VARIANT_BOOLEAN, sd_json_dispatch_tristate,
					offsetof(struct parameters, emulated), SD_JSON_NULLABLE},
			{"boot", SD_JSON_VARIANT_STRING, sd_json_dispatch_const_string,
					offsetof(struct parameters, boot), SD_JSON_NULLABLE},
			{"frameless", SD_JSON_VARIANT_BOOLEAN, sd_json_dispatch_tristate,
					offsetof(struct parameters, frameless), SD_JSON_NULLABLE},
			{"clipboardOut", SD_JSON_VARIANT_STRING, sd_json_dispatch_const_string,
					offsetof(struct parameters, out), SD_JSON_NULLABLE},
			{"clipboardIn", SD_JSON_VARIANT_STRING, sd_json_dispatch_const_string,
					offsetof(struct parameters, in), SD_JSON_NULLABLE},
			{"dataControl", SD_JSON_VARIANT_BOOLEAN, sd_json_dispatch_tristate,
					offsetof(struct parameters, data_control),
					SD_JSON_NULLABLE},
			{0},
	};
	int ret = sd_varlink_dispatch(link, parameters, table, &p);
	if (ret != 0) {
		return ret;
	}
	emulated = p.emulated > 0;
	request = (struct domain_request){.name = p.name,
			.label = p.label,
			.color = p.color,
			.glyph = p.glyph,
			.boot = p.boot,
			.is_emulated = emulated,
			.may_be_frameless = p.frameless > 0};
	request.is_without_data_control = p.data_control == 0;
	if (p.out != NULL && !verdict_parse(p.out, &request.clipboard_out)) {
		return sd_varlink_error_invalid_parameter_name(link, "clipboardOut");
	}
	if (p.in != NULL && !verdict_parse(p.in, &request.clipboard_in)) {
		return sd_varlink_error_invalid_parameter_name(link, "clipboardIn");
	}
	cleanup_fd int fd = sd_varlink_take_fd(link, 0);
	if (fd < 0 || sd_varlink_peek_fd(link, 1) >= 0 || !is_seqpacket(fd)) {
		return sd_varlink_error_invalid_parameter_name(link, "descriptor");
	}
	enum domain_error error = domain_register(server, &request, fd, NULL);
	if (error == DOMAIN_OK) {
		fd_steal(&fd);
	}
	return reply_domain_error(link, server, error, &request);
}

/* A domain that has gone meanwhile needs no mark. */
static int handle_mark(sd_varlink *link, sd_json_variant *parameters,
		sd_varlink_method_flags_t flags, void *data) {
	struct parameters {
		const char *name;
		bool frozen;
	} p = {0};
	static const sd_json_dispatch_field table[] = {
			{"name", SD_JSON_VARIANT_STRING, sd_json_dispatch_const_string,
					offsetof(struct parameters, name), SD_JSON_MANDATORY},
			{"frozen", SD_JSON_VARIANT_BOOLEAN, sd_json_dispatch_stdbool,
					offsetof(struct parameters, frozen), SD_JSON_MANDATORY},
			{0},
	};
	int ret = sd_varlink_dispatch(link, parameters, table, &p);
	if (ret != 0) {
		return ret;
	}
	struct domain *domain = domains_find(data, p.name);
	if (domain != NULL && !domain->is_host && domain->is_frozen != p.frozen) {
		domain->is_frozen = p.frozen;
		windows_update_domain(domain);
	}
	return sd_varlink_reply(link, NULL);
}

/* Defence in depth: a box should not be able to reach the socket at all. */
static int handle_connect(sd_varlink_server *varlink, sd_varlink *link, void *data) {
	if (!peer_may_call(sd_varlink_get_fd(link))) {
		log_warn("refused a caller that lives in a box, or has ended already");
		return -EPERM;
	}
	struct server *server = data;
	for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
		if (server->service->links[i] == NULL) {
			server->service->links[i] = sd_varlink_ref(link);
			return 0;
		}
	}
	return -EBUSY;
}

static void handle_disconnect(sd_varlink_server *varlink, sd_varlink *link, void *data) {
	struct server *server = data;
	watch_forget(server, link);
	service_ask_forget(server, link);
	for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
		if (server->service->links[i] == link) {
			server->service->links[i] = sd_varlink_unref(link);
		}
	}
}

static int serve(struct server *server, struct service *service) {
	int ret = sd_varlink_server_new(&service->server,
			SD_VARLINK_SERVER_MYSELF_ONLY | SD_VARLINK_SERVER_INHERIT_USERDATA |
					SD_VARLINK_SERVER_ALLOW_FD_PASSING_INPUT);
	if (ret < 0) {
		return ret;
	}
	sd_varlink_server *varlink = service->server;
	sd_varlink_server_set_userdata(varlink, server);
	sd_varlink_server_set_connections_max(varlink, CONNECTIONS_MAX);
	sd_varlink_server_set_connections_per_uid_max(varlink, CONNECTIONS_MAX);
	ret = sd_varlink_server_set_info(varlink, "Silo", "silo", SILO_VERSION, NULL);
	if (ret >= 0) {
		ret = sd_varlink_server_add_interface(varlink, service_interface);
	}
	if (ret >= 0) {
		ret = sd_varlink_server_bind_method_many(varlink, NAME ".GetVersion",
				handle_get_version, NAME ".RegisterDomain", handle_register,
				NAME ".MarkDomain", handle_mark);
	}
	if (ret >= 0) {
		ret = service_windows_bind(varlink);
	}
	if (ret >= 0) {
		ret = service_notices_bind(varlink);
	}
	if (ret >= 0) {
		ret = service_host_bind(varlink);
	}
	if (ret >= 0) {
		ret = service_ask_bind(varlink);
	}
	if (ret >= 0) {
		ret = service_clipboard_bind(varlink);
	}
	if (ret >= 0) {
		ret = sd_varlink_server_bind_connect(varlink, handle_connect);
	}
	if (ret >= 0) {
		ret = sd_varlink_server_bind_disconnect(varlink, handle_disconnect);
	}
	/* Not libsystemd's own listening: there the name appears before it can be connected to. */
	cleanup_fd int listener = fd_listen(service->path, SOCK_STREAM);
	if (ret >= 0) {
		ret = listener < 0 ? listener : sd_varlink_server_listen_fd(varlink, listener);
	}
	if (ret >= 0) {
		fd_steal(&listener);
	}
	if (ret >= 0) {
		ret = sd_varlink_server_attach_event(varlink, server->event, 0);
	}
	return ret;
}

bool service_create(struct server *server) {
	if (!server->options->varlink) {
		return true;
	}
	server->service = calloc(1, sizeof(*server->service));
	if (server->service == NULL) {
		log_error("out of memory");
		return false;
	}
	server->service->path = runtime_path(server, NAME);
	if (server->service->path == NULL) {
		return false;
	}
	int ret = serve(server, server->service);
	if (ret < 0) {
		log_error("%s: cannot serve: %s", server->service->path, strerror(-ret));
		return false;
	}
	return true;
}

void service_destroy(struct server *server) {
	if (server->service == NULL) {
		return;
	}
	for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
		sd_varlink *link = server->service->links[i];
		server->service->links[i] = NULL;
		sd_varlink_close_unref(link);
	}
	sd_varlink_server_shutdown(server->service->server);
	sd_varlink_server_unref(server->service->server);
	free(server->service->path);
	free(server->service);
	server->service = NULL;
}
