/* SPDX-License-Identifier: MIT
 *
 * silo-proxy: one VM's GPU device and Wayland engine. See proxy.h.
 */
#include <signal.h>
#include <stdlib.h>

#include "base/log.h"
#include "proxy/options.h"
#include "proxy/proxy.h"
#include "proxy/sandbox.h"

int main(int argc, char **argv) {
	struct options options;
	int status = options_parse(argc, argv, &options);
	if (status >= 0) {
		return status;
	}
	log_init("silo-proxy", options.domain, options.level);
	signal(SIGPIPE, SIG_IGN); // a reader of the guest's pipe may go at any time
	sandbox_raise_limits();
	struct proxy *proxy = proxy_create(&options);
	if (proxy == NULL) {
		return EXIT_FAILURE;
	}
	if (lockdown_enter(&sandbox_calls)) {
		proxy_run(proxy);
		status = EXIT_SUCCESS;
	} else {
		status = EXIT_FAILURE;
	}
	proxy_destroy(proxy);
	return status;
}
