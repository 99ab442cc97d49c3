/* SPDX-License-Identifier: MIT
 *
 * Prints the lists of system calls that the boxed programs of ours allow themselves, for calls.py:
 * PROGRAM allowed|refused CALL [REASON], one a line.
 */
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>

#include "decorations/text/calls.h"
#include "proxy/sandbox.h"
#include "vmctl/supervisor/agent_child.h"

static void print(const char *program, const char *what, int number, const char *reason) {
	char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number);
	printf("%s %s %s %s\n", program, what, name != NULL ? name : "unknown",
			reason != NULL ? reason : "");
	free(name);
}

static void print_all(const char *program, const struct lockdown_calls *calls) {
	for (size_t i = 0; i < calls->allowed_len; i++) {
		print(program, "allowed", calls->allowed[i].number, calls->allowed[i].unseen);
	}
	for (size_t i = 0; i < calls->refused_len; i++) {
		print(program, "refused", calls->refused[i], NULL);
	}
}

int main(void) {
	print_all("silo-proxy", &sandbox_calls);
	print_all("silo-agent-child", &agent_child_calls);
	print_all("silo-text", &text_calls);
	return 0;
}
