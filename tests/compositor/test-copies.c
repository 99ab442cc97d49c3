/* SPDX-License-Identifier: MIT
 *
 * Copies that are slow but honest, that follow others, and clipboard managers that take every selection over, as
 * they do to keep it when its program ends.
 */
#include <fcntl.h>
#include <linux/input-event-codes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "compositor/settings/settings.h"
#include "ext-data-control-v1-client-protocol.h"
#include "tests/compositor/copy_scene.h"

#define STEP_MS 10
#define HELD_MAX 256

static char directory[] = "/tmp/silo-test-XXXXXX";
static char config_path[64];

/* ---- sources ---- */

/* A piece at a time, as programs do that compute what they give: all of it arrives, once. */
static void a_slow_source_is_waited_for(void **state) {
	static const char text[] = "a letter at a time";
	struct scene scene;
	scene_init(&scene, state);
	struct source source = {0};
	offer(&scene, WORK, &source, "text/plain");
	chord(&scene, KEY_C);
	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		assert_int_equal(write(source.fds[0], &text[i], 1), 1);
		server_dispatch(scene.server, STEP_MS);
		assert_int_equal(state_of(&scene), CLIPBOARD_COPYING);
	}
	close(source.fds[0]);
	dispatch_while(&scene, CLIPBOARD_COPYING, NULL);
	expect_notice(&scene, "Copied from work", "Text, 18 characters");
	focus(&scene, BANKING);
	chord(&scene, KEY_V);
	expect_paste(&scene, BANKING, text);
	scene_finish(&scene);
}

/* Slower than it may be: the pieces that came are nobody's. */
static void pieces_are_not_pasted(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct source source = {0};
	scene.server->settings->clipboard.deadline_ms = 100;
	offer(&scene, WORK, &source, "text/plain");
	chord(&scene, KEY_C);
	assert_int_equal(write(source.fds[0], "half a word", 11), 11);
	dispatch_while(&scene, CLIPBOARD_COPYING, NULL);
	expect_notice(&scene, "Not copied: work did not give it", "Nothing");
	focus(&scene, BANKING);
	chord(&scene, KEY_V);
	expect_notice(&scene, "Not pasted: nothing is copied", NULL);
	assert_null(scene.peers[BANKING].offer);
	close(source.fds[0]);
	scene_finish(&scene);
}

/* Of exactly the limit; then one letter, behind which nothing of the longer one stands. */
static void a_shorter_copy_is_all_there_is(void **state) {
	static char longer[LIMIT + 1];
	struct scene scene;
	scene_init(&scene, state);
	memset(longer, 'l', LIMIT);
	struct source first = text_source(longer), second = text_source("s");
	copy(&scene, WORK, &first, "text/plain");
	expect_notice(&scene, "Copied from work", "Text, 1024 characters");
	copy(&scene, WORK, &second, "text/plain");
	focus(&scene, BANKING);
	chord(&scene, KEY_V);
	expect_paste(&scene, BANKING, "s");
	copy(&scene, WORK, &first, "text/plain");
	focus(&scene, BANKING);
	chord(&scene, KEY_V);
	expect_paste(&scene, BANKING, longer);
	scene_finish(&scene);
}

/* ---- clipboard managers ---- */

/* One that reads each selection and offers it as its own, which outlives whoever made it. */
struct manager {
	struct scene *scene;
	struct ext_data_control_manager_v1 *manager;
	struct ext_data_control_device_v1 *device;
	struct ext_data_control_source_v1 *source;
	struct ext_data_control_offer_v1 *offer; /* to be taken over; NULL: none */
	char held[HELD_MAX];
	size_t len;
	bool is_own; /* the selection that is told next */
	int taken, cancelled;
};

static void handle_send(void *data, struct ext_data_control_source_v1 *source, const char *type,
		int32_t fd) {
	struct manager *manager = data;
	assert_int_equal(write(fd, manager->held, manager->len), manager->len);
	close(fd);
}

static void handle_cancelled(void *data, struct ext_data_control_source_v1 *source) {
	struct manager *manager = data;
	manager->cancelled++;
	ext_data_control_source_v1_destroy(source);
	manager->source = manager->source == source ? NULL : manager->source;
}

static const struct ext_data_control_source_v1_listener source_listener = {
		.send = handle_send, .cancelled = handle_cancelled};

static void handle_offer(void *data, struct ext_data_control_device_v1 *device,
		struct ext_data_control_offer_v1 *offer) {
}

static void handle_selection(void *data, struct ext_data_control_device_v1 *device,
		struct ext_data_control_offer_v1 *offer) {
	struct manager *manager = data;
	if (offer != NULL && manager->is_own) {
		manager->is_own = false;
		ext_data_control_offer_v1_destroy(offer);
		return;
	}
	manager->offer = offer;
}

static void handle_primary(void *data, struct ext_data_control_device_v1 *device,
		struct ext_data_control_offer_v1 *offer) {
	if (offer != NULL) {
		ext_data_control_offer_v1_destroy(offer);
	}
}

static void handle_finished(void *data, struct ext_data_control_device_v1 *device) {
}

static const struct ext_data_control_device_v1_listener device_listener = {
		.data_offer = handle_offer,
		.selection = handle_selection,
		.finished = handle_finished,
		.primary_selection = handle_primary,
};

static void manager_init(struct manager *manager, struct scene *scene, size_t peer) {
	struct test_client *client = scene->peers[peer].client;
	*manager = (struct manager){.scene = scene,
			.manager = client_bind(client, &ext_data_control_manager_v1_interface, 1)};
	manager->device =
			ext_data_control_manager_v1_get_data_device(manager->manager, client->seat);
	ext_data_control_device_v1_add_listener(manager->device, &device_listener, manager);
	fixture_settle(scene->fixture);
}

static void manager_finish(struct manager *manager) {
	if (manager->source != NULL) {
		ext_data_control_source_v1_destroy(manager->source);
	}
	ext_data_control_device_v1_destroy(manager->device);
	ext_data_control_manager_v1_destroy(manager->manager);
	fixture_settle(manager->scene->fixture);
}

/* Takes over what has been selected. */
static void manager_work(struct manager *manager) {
	int fds[2];
	if (manager->offer == NULL) {
		return;
	}
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	ext_data_control_offer_v1_receive(manager->offer, "text/plain", fds[1]);
	close(fds[1]);
	fixture_settle(manager->scene->fixture);
	ssize_t len = read(fds[0], manager->held, sizeof(manager->held));
	close(fds[0]);
	assert_true(len > 0);
	manager->len = (size_t)len;
	ext_data_control_offer_v1_destroy(manager->offer);
	manager->offer = NULL;
	struct ext_data_control_source_v1 *source =
			ext_data_control_manager_v1_create_data_source(manager->manager);
	ext_data_control_source_v1_add_listener(source, &source_listener, manager);
	ext_data_control_source_v1_offer(source, "text/plain");
	manager->is_own = true;
	ext_data_control_device_v1_set_selection(manager->device, source);
	manager->source = source;
	manager->taken++;
	fixture_settle(manager->scene->fixture);
}

static void managers_take_over_in_their_own_machine(void **state) {
	struct scene scene;
	struct manager from, to;
	scene_init(&scene, state);
	manager_init(&from, &scene, WORK);
	manager_init(&to, &scene, BANKING);
	int others = scene.peers[UNTRUSTED].offers + scene.peers[UNTRUSTED].selections;
	struct source source = text_source("plans");
	offer(&scene, WORK, &source, "text/plain");
	manager_work(&from);
	assert_int_equal(from.taken, 1);
	assert_int_equal(source.cancels, 1);
	/* The chord takes the manager's. */
	focus(&scene, WORK);
	chord(&scene, KEY_C);
	dispatch_while(&scene, CLIPBOARD_COPYING, NULL);
	expect_notice(&scene, "Copied from work", "Text, 5 characters");
	assert_int_equal(to.taken, 0);
	assert_null(to.offer);
	focus(&scene, BANKING);
	chord(&scene, KEY_V);
	expect_notice(&scene, "Pasted into banking", NULL);
	/* The other one takes over what was pasted, once; silo has nothing of it left. */
	manager_work(&to);
	manager_work(&to);
	assert_int_equal(to.taken, 1);
	expect_paste(&scene, BANKING, "plans");
	struct clipboard_status status;
	clipboard_get_status(scene.server, &status);
	assert_int_equal(status.handed, 0);
	/* A wipe is of silo's clipboard, not of what a machine has selected itself. */
	clipboard_wipe(scene.server, "Wiped: the screen was locked");
	expect_paste(&scene, BANKING, "plans");
	assert_int_equal(to.cancelled, 0);
	assert_int_equal(from.taken, 1);
	assert_int_equal(scene.peers[UNTRUSTED].offers + scene.peers[UNTRUSTED].selections, others);
	manager_finish(&from);
	manager_finish(&to);
	scene_finish(&scene);
}

int main(void) {
	static const char settings[] = "clipboard {\n\tlimit 1K\n\tdeadline 5s\n}\n";
	if (mkdtemp(directory) == NULL) {
		return 1;
	}
	snprintf(config_path, sizeof(config_path), "%s/config", directory);
	FILE *file = fopen(config_path, "w");
	if (file == NULL || fputs(settings, file) < 0 || fclose(file) != 0) {
		return 1;
	}
	fixture_config = config_path;
	signal(SIGPIPE, SIG_IGN);
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
			TEST(a_slow_source_is_waited_for),
			TEST(pieces_are_not_pasted),
			TEST(a_shorter_copy_is_all_there_is),
			TEST(managers_take_over_in_their_own_machine),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(config_path);
	rmdir(directory);
	return failed;
}
