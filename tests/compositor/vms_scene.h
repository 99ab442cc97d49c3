/* SPDX-License-Identifier: MIT
 *
 * Some VMs with a window each: "banking" in red, "untrusted" in blue, "work" in green.
 */
#ifndef SILO_TESTS_COMPOSITOR_VMS_SCENE_H
#define SILO_TESTS_COMPOSITOR_VMS_SCENE_H

#include "tests/compositor/fixture.h"

#define VMS_MAX 3

struct vms_scene {
	struct fixture *fixture;
	struct server *server;
	size_t len;
	struct domain *domains[VMS_MAX];
	int dials[VMS_MAX];
	struct test_client *clients[VMS_MAX];
	struct test_window windows[VMS_MAX];
	struct window *inside[VMS_MAX]; /* the same in the compositor */
};

/* len VMs, whose windows of 300x200 are mapped in that order. *state is the fixture, as cmocka passes it. */
void vms_scene_init(struct vms_scene *scene, void **state, size_t len);
void vms_scene_finish(struct vms_scene *scene);

/* Near the upper left corner of its client area. */
void vms_scene_click(struct vms_scene *scene, int i);
/* A chord of Super, or of Super+Shift. */
void vms_scene_press(struct vms_scene *scene, uint32_t key, bool with_shift);

#endif
