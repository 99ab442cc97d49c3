/* SPDX-License-Identifier: MIT
 *
 * In a build with sanitizers, the stand-ins do not look for leaks when they end: that needs a /proc
 * which a box does not have, and its failure would stand in for the exit status that a test is about.
 */
__attribute__((visibility("default"))) int __lsan_is_turned_off(void);

int __lsan_is_turned_off(void) {
	return 1;
}
