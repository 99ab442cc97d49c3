/* SPDX-License-Identifier: MIT */
#include "compositor/domain/service_host.h"

#include "base/text.h"
#include "compositor/domain/service_interface.h"
#include "compositor/lock/lock.h"
#include "compositor/server.h"
#include "compositor/shell/host.h"

static int handle_list(sd_varlink *link, sd_json_variant *parameters,
		sd_varlink_method_flags_t flags, void *data) {
	struct server *server = data;
	sd_json_variant *array = NULL;
	int ret = sd_varlink_dispatch(link, parameters, NULL, NULL);
	if (ret != 0) {
		return ret;
	}
	ret = host_describe(server, &array);
	if (ret >= 0) {
		ret = sd_varlink_replybo(link, SD_JSON_BUILD_PAIR_VARIANT("applications", array),
				SD_JSON_BUILD_PAIR_BOOLEAN("shell", host_has_terminal(server)));
	}
	sd_json_variant_unref(array);
	return ret;
}

static int read_word(sd_varlink *link, sd_json_variant *parameters, const char *key,
		const char **ret_word) {
	const sd_json_dispatch_field table[] = {
			{key, SD_JSON_VARIANT_STRING, sd_json_dispatch_const_string, 0,
					SD_JSON_MANDATORY},
			{0},
	};
	return sd_varlink_dispatch(link, parameters, table, ret_word);
}

static int handle_launch(sd_varlink *link, sd_json_variant *parameters,
		sd_varlink_method_flags_t flags, void *data) {
	const char *id = NULL;
	int ret = read_word(link, parameters, "id", &id);
	if (ret != 0) {
		return ret;
	}
	return host_launch(data, id) ? sd_varlink_reply(link, NULL)
				     : sd_varlink_error(link, SERVICE_NAME ".NotStarted", NULL);
}

static int handle_shell(sd_varlink *link, sd_json_variant *parameters,
		sd_varlink_method_flags_t flags, void *data) {
	const char *vm = NULL;
	int ret = read_word(link, parameters, "domain", &vm);
	if (ret != 0) {
		return ret;
	}
	if (!text_is_vm_name(vm)) {
		return sd_varlink_error_invalid_parameter_name(link, "domain");
	}
	return host_open_shell(data, vm) ? sd_varlink_reply(link, NULL)
					 : sd_varlink_error(link, SERVICE_NAME ".NotStarted", NULL);
}

static int handle_lock(sd_varlink *link, sd_json_variant *parameters,
		sd_varlink_method_flags_t flags, void *data) {
	int ret = sd_varlink_dispatch(link, parameters, NULL, NULL);
	if (ret != 0) {
		return ret;
	}
	return lock_now(data, "by a program") == LOCK_NO_LOCKER
			? sd_varlink_error(link, SERVICE_NAME ".NoLocker", NULL)
			: sd_varlink_reply(link, NULL);
}

int service_host_bind(sd_varlink_server *varlink) {
	return sd_varlink_server_bind_method_many(varlink, SERVICE_NAME ".ListHostApplications",
			handle_list, SERVICE_NAME ".LaunchHostApplication", handle_launch,
			SERVICE_NAME ".OpenShell", handle_shell, SERVICE_NAME ".Lock", handle_lock);
}
