/* SPDX-License-Identifier: MIT */
#include "tests/compositor/vms_scene.h"

#include <linux/input-event-codes.h>
#include <unistd.h>

void vms_scene_init(struct vms_scene *scene, void **state, size_t len) {
	static const char *const names[VMS_MAX] = {"banking", "untrusted", "work"};
	static const uint32_t colors[VMS_MAX] = {0xffff0000, 0xff0000ff, 0xff00ff00};
	*scene = (struct vms_scene){.fixture = *state, .len = len};
	scene->server = scene->fixture->server;
	for (size_t i = 0; i < len; i++) {
		scene->domains[i] = fixture_domain(scene->fixture, names[i], &scene->dials[i]);
		scene->clients[i] = fixture_client(scene->fixture, scene->dials[i]);
		window_map(&scene->windows[i], scene->clients[i], 300, 200, colors[i]);
		scene->inside[i] = window_in_server(scene->fixture, names[i]);
	}
}

void vms_scene_finish(struct vms_scene *scene) {
	for (size_t i = 0; i < scene->len; i++) {
		window_finish(&scene->windows[i]);
		close(scene->dials[i]);
	}
}

void vms_scene_click(struct vms_scene *scene, int i) {
	user_click(scene->fixture, scene->inside[i]->area.x + 20, scene->inside[i]->area.y + 20);
}

void vms_scene_press(struct vms_scene *scene, uint32_t key, bool with_shift) {
	user_key(scene->fixture, KEY_LEFTMETA, true);
	if (with_shift) {
		user_key(scene->fixture, KEY_LEFTSHIFT, true);
	}
	user_tap(scene->fixture, key);
	if (with_shift) {
		user_key(scene->fixture, KEY_LEFTSHIFT, false);
	}
	user_key(scene->fixture, KEY_LEFTMETA, false);
}
