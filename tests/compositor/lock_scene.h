/* SPDX-License-Identifier: MIT
 *
 * A machine with one window that is there before the lock is, and what must hold while it is locked.
 */
#ifndef SILO_TESTS_COMPOSITOR_LOCK_SCENE_H
#define SILO_TESTS_COMPOSITOR_LOCK_SCENE_H

#include "tests/compositor/fixture.h"

#define RED 0xffff0000
#define GREEN 0xff00ff00
#define BLUE 0xff0000ff
#define COLOR(argb) ((argb) & 0xffffff)

struct lock_scene {
	struct fixture *fixture;
	struct server *server;
	int dial;
	struct test_client *vm;
	struct test_window window;
	int enters, presses, releases, buttons, motions,
			pointer_enters; /* told before it was locked */
};

/* The machine "banking" with a red window of 300x200. *state is the fixture, as cmocka passes it. */
void lock_scene_init(struct lock_scene *scene, void **state);
void lock_scene_finish(struct lock_scene *scene);

/* A point of the window's client area. */
void lock_scene_point(struct lock_scene *scene, int *ret_x, int *ret_y);

/* What the window has been told until now. */
void lock_scene_remember(struct lock_scene *scene);
/* Locks, and remembers that. */
void lock_scene_lock(struct lock_scene *scene);
/* Unlocks by a locker that comes and goes; the window has the keyboard again. */
void lock_scene_unlock(struct lock_scene *scene);

/* Nothing has been told to the window since it was locked. */
void assert_told_nothing(const struct lock_scene *scene);
/* Whatever the person does, it stays locked, nothing is shown, told or moved. */
void assert_locked_up(struct lock_scene *scene);

/* A runtime directory of the test's own, named in the environment; NULL: it cannot be made. */
const char *lock_directory_make(void);
/* Writes the settings that the next set-up reads. */
void lock_directory_configure(const char *text);
/* With all that Silo leaves in it. */
void lock_directory_remove(void);

#endif
