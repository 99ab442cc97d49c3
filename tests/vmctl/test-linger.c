/* SPDX-License-Identifier: MIT
 *
 * How connections to a guest end: with a peer that is slow, that never stops, or too many of them;
 * and how one child's connections go to the next.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fd.h"
#include "vmctl/supervisor/agent_wire.h"
#include "vmctl/supervisor/holds.h"
#include "vmctl/supervisor/linger.h"

static struct lingers lingers;
static sd_event *event;
static uint32_t closed_ids[2 * HOLDS_MAX];
static size_t closed;

static void note_closed(uint32_t id, void *data) {
	closed_ids[closed++] = id;
}

static int set_up(void **state) {
	closed = 0;
	assert_true(sd_event_new(&event) >= 0);
	lingers_init(&lingers, event, note_closed, NULL);
	return 0;
}

static int tear_down(void **state) {
	lingers_finish(&lingers);
	sd_event_unref(event);
	return 0;
}

/* A connection that lingers; returns the device's end. */
static int linger(uint32_t id, bool is_answered) {
	int ends[2];
	assert_int_equal(fd_socketpair(SOCK_STREAM, ends), 0);
	lingers_add(&lingers, ends[0], id, is_answered);
	fd_set_nonblock(ends[1], true);
	return ends[1];
}

static void turn(void) {
	while (sd_event_run(event, 0) > 0) {
	}
}

static void an_answered_one_is_shut_down_at_once(void **state) {
	char byte;
	int device = linger(7, true);
	assert_int_equal(read(device, &byte, 1), 0);
	/* What the guest still says is not looked at. */
	assert_int_equal(send(device, "last words", 10, MSG_NOSIGNAL), 10);
	turn();
	assert_int_equal(closed, 0);
	close(device);
	turn();
	assert_int_equal(closed, 1);
	assert_int_equal(closed_ids[0], 7);
}

static void one_without_an_answer_waits_for_it(void **state) {
	char byte;
	lingers.patience_us = 1000;
	int device = linger(7, false);
	assert_int_equal(sd_event_run(event, 20000), 0);
	assert_int_equal(read(device, &byte, 1), -1);
	assert_int_equal(closed, 0);
	assert_int_equal(send(device, "OK 5000\n", 8, MSG_NOSIGNAL), 8);
	turn();
	assert_int_equal(read(device, &byte, 1), 0);
	close(device);
	turn();
	assert_int_equal(closed, 1);
}

static void one_that_never_stops_is_closed_in_time(void **state) {
	static char much[4096];
	lingers.patience_us = 50000;
	int device = linger(7, true);
	for (int round = 0; closed == 0; round++) {
		assert_true(round < 1000000);
		send(device, much, sizeof(much), MSG_NOSIGNAL);
		sd_event_run(event, 0);
	}
	assert_int_equal(send(device, much, sizeof(much), MSG_NOSIGNAL), -1);
	close(device);
}

static void too_many_are_closed_at_once(void **state) {
	static int devices[HOLDS_MAX + 1];
	for (uint32_t i = 0; i <= HOLDS_MAX; i++) {
		devices[i] = linger(i, false);
	}
	assert_int_equal(closed, 1);
	assert_int_equal(closed_ids[0], HOLDS_MAX);
	for (uint32_t i = 0; i <= HOLDS_MAX; i++) {
		close(devices[i]);
	}
	turn();
	assert_int_equal(closed, HOLDS_MAX + 1);
}

static void what_is_held_goes_to_the_next_child(void **state) {
	struct holds holds;
	int ends[2], child[2];
	holds_init(&holds);
	assert_int_equal(fd_socketpair(SOCK_STREAM, ends), 0);
	assert_int_equal(fd_socketpair(SOCK_SEQPACKET, child), 0);
	assert_true(holds_add(&holds, 3, ends[0], false));
	assert_true(holds_add(&holds, 4, ends[0], false));
	holds_answered(&holds, 4);
	close(ends[0]);
	holds_pass(&holds, child[0]);
	for (uint32_t id = 3; id <= 4; id++) {
		struct order order;
		int fd = -1;
		size_t n = 1;
		assert_int_equal(fd_recv(child[1], &order, sizeof(order), &fd, &n), sizeof(order));
		assert_int_equal(n, 1);
		assert_int_equal(order.type, ORDER_LINGER);
		assert_int_equal(order.id, id);
		assert_int_equal(order.is_answered, id == 4);
		close(fd);
	}
	/* Open until both are closed here, too; an id that nobody knows does nothing. */
	char byte;
	fd_set_nonblock(ends[1], true);
	holds_closed(&holds, 3);
	holds_closed(&holds, 99);
	assert_int_equal(read(ends[1], &byte, 1), -1);
	holds_disown(&holds, 4);
	holds_closed(&holds, 4);
	assert_int_equal(read(ends[1], &byte, 1), -1);
	holds_closed(&holds, 0);
	assert_int_equal(read(ends[1], &byte, 1), 0);
	holds_finish(&holds);
	close(ends[1]);
	close(child[0]);
	close(child[1]);
}

static void there_are_only_so_many(void **state) {
	struct holds holds;
	holds_init(&holds);
	for (uint32_t i = 0; i < HOLDS_MAX; i++) {
		assert_true(holds_add(&holds, i, STDIN_FILENO, true));
	}
	assert_false(holds_add(&holds, HOLDS_MAX, STDIN_FILENO, true));
	holds_closed(&holds, 5);
	assert_true(holds_add(&holds, HOLDS_MAX, STDIN_FILENO, true));
	holds_finish(&holds);
}

int main(void) {
	const struct CMUnitTest tests[] = {
			cmocka_unit_test_setup_teardown(an_answered_one_is_shut_down_at_once,
					set_up, tear_down),
			cmocka_unit_test_setup_teardown(one_without_an_answer_waits_for_it, set_up,
					tear_down),
			cmocka_unit_test_setup_teardown(one_that_never_stops_is_closed_in_time,
					set_up, tear_down),
			cmocka_unit_test_setup_teardown(too_many_are_closed_at_once, set_up,
					tear_down),
			cmocka_unit_test(what_is_held_goes_to_the_next_child),
			cmocka_unit_test(there_are_only_so_many),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
