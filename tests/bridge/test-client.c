/* SPDX-License-Identifier: MIT
 *
 * Real clients through silo-bridge to a compositor: what it shows must be what was drawn, whatever
 * the order of damage, sizes and deaths. Takes a seed as argument to repeat a run.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "tests/bridge/check.h"
#include "tests/bridge/fixture.h"

#define POOL_BYTES (512 << 20)
#define BUFFERS 3

static unsigned seed_base = 1;

struct picture {
	struct wl_buffer *buffer;
	uint8_t *map;
	bool busy;
};

static void on_release(void *data, struct wl_buffer *buffer) {
	((struct picture *)data)->busy = false;
}

static const struct wl_buffer_listener buffer_listener = {.release = on_release};

static void picture_init(struct picture *picture, struct wl_shm_pool *pool, uint8_t *map,
		int32_t offset, int32_t width, int32_t height, int32_t stride, uint32_t format) {
	picture->buffer = wl_shm_pool_create_buffer(pool, offset, width, height, stride, format);
	picture->map = map + offset;
	picture->busy = false;
	wl_buffer_add_listener(picture->buffer, &buffer_listener, picture);
}

static uint8_t *make_memory(size_t size, int *ret_fd) {
	int fd = memfd_create("test", MFD_CLOEXEC);
	check(fd >= 0 && ftruncate(fd, (off_t)size) == 0);
	uint8_t *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	check(map != MAP_FAILED);
	*ret_fd = fd;
	return map;
}

static void test_globals(void **state) {
	struct fixture fixture;
	struct peer peer;
	fixture_init(&fixture, 0, 12);
	peer_init(&peer, &fixture);
	check(peer.n_globals == 4);
	check(!peer.saw_unknown && !peer.saw_nv12);
	peer_finish(&peer);
	fixture_finish(&fixture);
}

struct keymap {
	int fd;
	uint32_t size;
};

static void on_keymap(void *data, struct wl_keyboard *keyboard, uint32_t format, int32_t fd,
		uint32_t size) {
	*(struct keymap *)data = (struct keymap){fd, size};
}

static const struct wl_keyboard_listener keyboard_listener = {.keymap = on_keymap};

static void test_keymap(void **state) {
	struct fixture fixture;
	struct peer peer;
	fixture_init(&fixture, 0, 0);
	peer_init(&peer, &fixture);
	struct keymap keymap = {.fd = -1};
	struct wl_keyboard *keyboard = wl_seat_get_keyboard(peer.seat);
	wl_keyboard_add_listener(keyboard, &keyboard_listener, &keymap);
	check(peer_sync(&peer));
	check(keymap.size == KEYMAP_BYTES);
	const char *text = mmap(NULL, keymap.size, PROT_READ, MAP_PRIVATE, keymap.fd, 0);
	check(text != MAP_FAILED);
	for (uint32_t i = 0; i < KEYMAP_BYTES; i++) {
		check(text[i] == compositor_keymap_byte(i));
	}
	munmap((void *)text, keymap.size);
	fd_close(&keymap.fd);
	check(fixture.host->blobs == 0);
	wl_keyboard_destroy(keyboard);
	peer_finish(&peer);
	fixture_finish(&fixture);
}

/* What a client shows, and the means to change it a little. */
struct scene {
	int32_t width, height, stride, scale;
	uint32_t pixel; // bytes
	uint8_t pixels[64 * 64 * 4];
};

static int32_t below(int32_t limit) {
	return (int32_t)(rand() % limit);
}

static void scene_paint(struct scene *scene, struct wl_surface *surface, bool in_buffer) {
	int32_t scale = scene->scale;
	int32_t x = below(scene->width / scale), y = below(scene->height / scale);
	int32_t width = 1 + below(scene->width / scale - x);
	int32_t height = 1 + below(scene->height / scale - y);
	for (int32_t row = y * scale; row < (y + height) * scale; row++) {
		for (int32_t i = x * scale * (int32_t)scene->pixel;
				i < (x + width) * scale * (int32_t)scene->pixel; i++) {
			scene->pixels[row * scene->width * (int32_t)scene->pixel + i] =
					(uint8_t)rand();
		}
	}
	if (in_buffer) {
		wl_surface_damage_buffer(surface, x * scale, y * scale, width * scale,
				height * scale);
	} else {
		wl_surface_damage(surface, x, y, width, height);
	}
}

static void scene_draw(const struct scene *scene, struct picture *picture) {
	size_t row = (size_t)scene->width * scene->pixel;
	for (int32_t y = 0; y < scene->height; y++) {
		memcpy(picture->map + y * scene->stride, scene->pixels + (size_t)y * row, row);
	}
}

static void check_shown(const struct compositor *compositor, const struct scene *scene) {
	check(compositor->width == scene->width && compositor->height == scene->height);
	check(compositor->pixels_len ==
			(uint32_t)scene->width * (uint32_t)scene->height * scene->pixel);
	check(memcmp(compositor->pixels, scene->pixels, compositor->pixels_len) == 0);
}

static void run_damage(struct peer *peer, unsigned seed) {
	srand(seed);
	bool small = below(2) == 0;
	struct scene scene = {
			.width = 4 * (1 + below(16)),
			.height = 4 * (1 + below(16)),
			.scale = 1 << below(3),
			.pixel = small ? 2 : 4,
	};
	uint32_t format = small ? WL_SHM_FORMAT_RGB565 : WL_SHM_FORMAT_XRGB8888;
	scene.stride = scene.width * (int32_t)scene.pixel + 4 * below(3);
	int32_t bytes = scene.stride * scene.height;
	int fd;
	uint8_t *map = make_memory(POOL_BYTES, &fd);
	struct wl_shm_pool *pool = wl_shm_create_pool(peer->shm, fd, POOL_BYTES);
	struct picture pictures[BUFFERS];
	for (int i = 0; i < BUFFERS; i++) {
		picture_init(&pictures[i], pool, map, i * (bytes + 4 * below(100)), scene.width,
				scene.height, scene.stride, format);
	}
	struct wl_surface *surface = wl_compositor_create_surface(peer->compositor);
	struct compositor *compositor = &peer->fixture->compositor;
	compositor->releases_late = below(2) == 0;
	wl_surface_set_buffer_scale(surface, scene.scale);
	for (int frame = 0; frame < 60; frame++) {
		int i = below(BUFFERS);
		if (pictures[i].busy) {
			continue;
		}
		if (below(10) == 0) {
			wl_buffer_destroy(pictures[i].buffer);
			picture_init(&pictures[i], pool, map, (frame + 1) << 16, scene.width,
					scene.height, scene.stride, format);
		}
		for (int n = below(40); n >= 0; n--) {
			scene_paint(&scene, surface, below(2) == 0);
		}
		scene_draw(&scene, &pictures[i]);
		wl_surface_attach(surface, pictures[i].buffer, 0, 0);
		wl_surface_commit(surface);
		pictures[i].busy = true;
		check(peer_sync(peer));
		check_shown(compositor, &scene);
	}
	for (int i = 0; i < BUFFERS; i++) {
		wl_buffer_destroy(pictures[i].buffer);
	}
	wl_shm_pool_destroy(pool);
	wl_surface_destroy(surface);
	munmap(map, POOL_BYTES);
	fd_close(&fd);
	check(peer_sync(peer));
}

static void test_damage(void **state) {
	struct fixture fixture;
	struct peer peer;
	fixture_init(&fixture, 0, 0);
	peer_init(&peer, &fixture);
	for (unsigned seed = seed_base; seed < seed_base + 25; seed++) {
		print_message("# seed %u\n", seed);
		run_damage(&peer, seed);
	}
	peer_finish(&peer);
	fixture_finish(&fixture);
}

static void fill(uint8_t *bytes, size_t len, uint8_t value) {
	memset(bytes, value, len);
}

static void show(struct peer *peer, struct wl_surface *surface, struct wl_buffer *buffer,
		uint8_t value, uint32_t bytes) {
	struct compositor *compositor = &peer->fixture->compositor;
	wl_surface_attach(surface, buffer, 0, 0);
	wl_surface_damage_buffer(surface, 0, 0, INT32_MAX, INT32_MAX);
	wl_surface_commit(surface);
	check(peer_sync(peer));
	check(compositor->pixels_len == bytes);
	for (uint32_t i = 0; i < bytes; i++) {
		check(((const uint8_t *)compositor->pixels)[i] == value);
	}
}

/* A pool grows and dies while its buffers are used; spare memory is used again, not made anew. */
static void test_pools(void **state) {
	struct fixture fixture;
	struct peer peer;
	int fd;
	fixture_init(&fixture, 0, 0);
	peer_init(&peer, &fixture);
	struct wl_surface *surface = wl_compositor_create_surface(peer.compositor);
	uint8_t *map = make_memory(1 << 20, &fd);
	struct wl_shm_pool *pool = wl_shm_create_pool(peer.shm, fd, 4096);
	struct wl_buffer *first = wl_shm_pool_create_buffer(pool, 0, 32, 32, 128, 1);
	fill(map, 1 << 20, 7);
	show(&peer, surface, first, 7, 4096);
	wl_shm_pool_resize(pool, 1 << 20);
	struct wl_buffer *second = wl_shm_pool_create_buffer(pool, 4096, 256, 256, 1024, 1);
	show(&peer, surface, second, 7, 256 * 1024);
	wl_shm_pool_destroy(pool);
	fill(map, 1 << 20, 9);
	show(&peer, surface, first, 9, 4096);
	show(&peer, surface, second, 9, 256 * 1024);
	check(fixture.host->blobs == 2);
	wl_buffer_destroy(first);
	wl_buffer_destroy(second);
	for (int i = 0; i < 200; i++) {
		pool = wl_shm_create_pool(peer.shm, fd, 1 << 20);
		first = wl_shm_pool_create_buffer(pool, i * 4, 256, 256, 1024, 1);
		fill(map, 1 << 20, (uint8_t)i);
		show(&peer, surface, first, (uint8_t)i, 256 * 1024);
		wl_buffer_destroy(first);
		wl_shm_pool_destroy(pool);
	}
	check(fixture.host->blobs <= 3);
	wl_surface_destroy(surface);
	munmap(map, 1 << 20);
	fd_close(&fd);
	peer_finish(&peer);
	fixture_finish(&fixture);
}

/* A truncated file ends its client; others, and the process, go on. */
static void test_truncated(void **state) {
	struct fixture fixture;
	struct peer bad, good;
	int fd;
	fixture_init(&fixture, 0, 0);
	peer_init(&good, &fixture);
	peer_init(&bad, &fixture);
	uint8_t *map = make_memory(1 << 20, &fd);
	struct wl_surface *surface = wl_compositor_create_surface(bad.compositor);
	struct wl_shm_pool *pool = wl_shm_create_pool(bad.shm, fd, 1 << 20);
	struct wl_buffer *buffer = wl_shm_pool_create_buffer(pool, 0, 512, 512, 2048, 1);
	check(ftruncate(fd, 8192) == 0);
	wl_surface_attach(surface, buffer, 0, 0);
	wl_surface_commit(surface);
	check(!peer_sync(&bad));
	check(wl_display_get_error(bad.display) == EPROTO);
	check(peer_sync(&good));
	wl_buffer_destroy(buffer);
	wl_shm_pool_destroy(pool);
	wl_surface_destroy(surface);
	munmap(map, 1 << 20);
	fd_close(&fd);
	peer_finish(&bad);
	peer_finish(&good);
	fixture_finish(&fixture);
}

static void test_bad_buffers(void **state) {
	static const int32_t cases[][5] = {
			{-4, 8, 8, 32, 1},
			{0, 0, 8, 32, 1},
			{0, 8, 8, 28, 1},
			{0, 8, 8, INT32_MAX, 1},
			{4096, 8, 8, 32, 1},
			{0, 8, INT32_MAX, 32, 1},
			{0, 8, 8, 32, 77},
	};
	struct fixture fixture;
	int fd;
	fixture_init(&fixture, 0, 0);
	uint8_t *map = make_memory(4096, &fd);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct peer peer;
		peer_init(&peer, &fixture);
		struct wl_shm_pool *pool = wl_shm_create_pool(peer.shm, fd, 4096);
		struct wl_buffer *buffer = wl_shm_pool_create_buffer(pool, cases[i][0], cases[i][1],
				cases[i][2], cases[i][3], (uint32_t)cases[i][4]);
		check(!peer_sync(&peer));
		check(wl_display_get_error(peer.display) == EPROTO);
		wl_buffer_destroy(buffer);
		wl_shm_pool_destroy(pool);
		peer_finish(&peer);
	}
	munmap(map, 4096);
	fd_close(&fd);
	fixture_finish(&fixture);
}

/* The host's memory is at its end for one client: that one ends. */
static void test_no_space(void **state) {
	struct fixture fixture;
	struct peer greedy, modest;
	int fd;
	fixture_init(&fixture, 2, 0);
	peer_init(&modest, &fixture);
	peer_init(&greedy, &fixture);
	uint8_t *map = make_memory(1 << 16, &fd);
	struct wl_surface *surface = wl_compositor_create_surface(greedy.compositor);
	struct wl_shm_pool *pool = wl_shm_create_pool(greedy.shm, fd, 1 << 16);
	struct wl_buffer *buffers[3];
	for (int i = 0; i < 3; i++) {
		buffers[i] = wl_shm_pool_create_buffer(pool, i * 4096, 8, 8, 32, 1);
		wl_surface_attach(surface, buffers[i], 0, 0);
		wl_surface_commit(surface);
	}
	check(!peer_sync(&greedy));
	check(peer_sync(&modest));
	for (int i = 0; i < 3; i++) {
		wl_buffer_destroy(buffers[i]);
	}
	wl_shm_pool_destroy(pool);
	wl_surface_destroy(surface);
	peer_finish(&greedy);
	surface = wl_compositor_create_surface(modest.compositor);
	pool = wl_shm_create_pool(modest.shm, fd, 1 << 16);
	buffers[0] = wl_shm_pool_create_buffer(pool, 0, 8, 8, 32, 1);
	show(&modest, surface, buffers[0], 0, 256);
	wl_buffer_destroy(buffers[0]);
	wl_shm_pool_destroy(pool);
	wl_surface_destroy(surface);
	munmap(map, 1 << 16);
	fd_close(&fd);
	peer_finish(&modest);
	fixture_finish(&fixture);
}

static void test_many_clients(void **state) {
	enum { CLIENTS = 60 };
	struct fixture fixture;
	static struct peer peers[CLIENTS];
	fixture_init(&fixture, 0, 100);
	for (int i = 0; i < CLIENTS; i++) {
		peer_init(&peers[i], &fixture);
	}
	int fd;
	uint8_t *map = make_memory(4096, &fd);
	for (int i = 0; i < CLIENTS; i++) {
		struct wl_surface *surface = wl_compositor_create_surface(peers[i].compositor);
		struct wl_shm_pool *pool = wl_shm_create_pool(peers[i].shm, fd, 4096);
		struct wl_buffer *buffer = wl_shm_pool_create_buffer(pool, 0, 32, 32, 128, 0);
		fill(map, 4096, (uint8_t)i);
		show(&peers[i], surface, buffer, (uint8_t)i, 4096);
		wl_buffer_destroy(buffer);
		wl_shm_pool_destroy(pool);
		wl_surface_destroy(surface);
		check(peer_sync(&peers[i]));
	}
	for (int i = 0; i < CLIENTS; i++) {
		peer_finish(&peers[i]);
	}
	munmap(map, 4096);
	fd_close(&fd);
	fixture_finish(&fixture);
}

/* The compositor hangs up one client. */
static void test_hang_up(void **state) {
	struct fixture fixture;
	struct peer first, second;
	fixture_init(&fixture, 0, 0);
	peer_init(&first, &fixture);
	peer_init(&second, &fixture);
	struct wl_list *clients = wl_display_get_client_list(fixture.compositor.display);
	wl_client_destroy(wl_client_from_link(clients->next));
	check(!peer_sync(&first));
	check(peer_sync(&second));
	peer_finish(&first);
	peer_finish(&second);
	fixture_finish(&fixture);
}

/* Bytes that are no Wayland: the bridge ends that client and serves the next. */
static void test_garbage(void **state) {
	struct fixture fixture;
	fixture_init(&fixture, 0, 0);
	for (unsigned seed = seed_base; seed < seed_base + 300; seed++) {
		srand(seed);
		int sock = fd_connect(fixture.bridge_path, SOCK_STREAM);
		uint32_t words[256];
		for (unsigned i = 0; i < 256; i++) {
			words[i] = below(3) == 0 ? (uint32_t)rand() : (uint32_t)below(8);
		}
		/* Often well-formed at first: a registry, then a message of any kind. */
		if (below(2) == 0) {
			uint32_t start[] = {1, 12u << 16 | 1, 2, (uint32_t)(1 + below(3)),
					(uint32_t)(8 + 4 * below(20)) << 16 | (uint32_t)below(4)};
			memcpy(words, start, sizeof(start));
		}
		check(sock >= 0 && write(sock, words, sizeof(words)) == sizeof(words));
		shutdown(sock, SHUT_WR);
		char sink[4096];
		struct pollfd fd = {.fd = sock, .events = POLLIN};
		while (poll(&fd, 1, 10000) == 1 && read(sock, sink, sizeof(sink)) > 0) {
			wl_event_loop_dispatch(fixture.compositor.loop, 0);
			wl_display_flush_clients(fixture.compositor.display);
		}
		wl_event_loop_dispatch(fixture.compositor.loop, 0);
		fd_close(&sock);
	}
	struct peer peer;
	peer_init(&peer, &fixture);
	peer_finish(&peer);
	fixture_finish(&fixture);
}

int main(int argc, char **argv) {
	if (argc > 1) {
		seed_base = (unsigned)strtoul(argv[1], NULL, 10);
	}
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_globals),
			cmocka_unit_test(test_keymap),
			cmocka_unit_test(test_damage),
			cmocka_unit_test(test_pools),
			cmocka_unit_test(test_truncated),
			cmocka_unit_test(test_bad_buffers),
			cmocka_unit_test(test_no_space),
			cmocka_unit_test(test_many_clients),
			cmocka_unit_test(test_hang_up),
			cmocka_unit_test(test_garbage),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
