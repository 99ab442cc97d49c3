/* SPDX-License-Identifier: MIT
 *
 * A client that listens to tablets, and what it was told.
 */
#ifndef SILO_TESTS_COMPOSITOR_TABLET_CLIENT_H
#define SILO_TESTS_COMPOSITOR_TABLET_CLIENT_H

#include "tablet-v2-client-protocol.h"
#include "tests/compositor/fixture.h"

#define TOOLS_MAX 4

struct heard {
	struct zwp_tablet_manager_v2 *manager;
	struct zwp_tablet_seat_v2 *seat;
	struct zwp_tablet_v2 *tablet;
	struct zwp_tablet_tool_v2 *tools[TOOLS_MAX];
	struct zwp_tablet_pad_v2 *pad;
	struct zwp_tablet_pad_group_v2 *group;
	struct zwp_tablet_pad_ring_v2 *rings[TOOLS_MAX];
	struct zwp_tablet_pad_strip_v2 *strips[TOOLS_MAX];
	int tools_len, rings_len, strips_len;
	int tells, removals; /* facts of a device that must not be told; devices that went */
	char name[64];
	uint32_t types, capabilities; /* a bit each */
	int ins, outs, downs, ups, motions, pressures, buttons;
	uint32_t serial, last_button;
	struct zwp_tablet_tool_v2 *near;
	double x, y, tilt_x, tilt_y;
	int pad_enters, pad_leaves, pad_buttons, turns, slides;
};

/* client listens; what it hears next is counted in heard, which was all zero. */
void heard_listen(struct heard *heard, struct test_client *client);

/* It does no more, and heard is all zero. */
void heard_forget(struct heard *heard);

#endif
