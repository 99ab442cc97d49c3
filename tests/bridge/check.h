/* SPDX-License-Identifier: MIT
 *
 * check() ends the test that runs, saying where; for code that is shared by tests.
 */
#ifndef SILO_TESTS_BRIDGE_CHECK_H
#define SILO_TESTS_BRIDGE_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define check(condition) _assert_true((condition) ? 1 : 0, #condition, __FILE__, __LINE__)

#endif
