/* SPDX-License-Identifier: MIT
 *
 * Clipboard data through silo-bridge: megabytes, several transfers at once, descriptors with the
 * messages that they belong to, readers that go away.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "tests/bridge/check.h"
#include "tests/bridge/fixture.h"

#define TRANSFERS 8
#define TRANSFER_BYTES (3u << 20)

/* One end of a transfer, in a thread of its own. */
struct end {
	pthread_t thread;
	int fd;
	unsigned number; // of the transfer: decides the bytes
	uint32_t bytes;  // written, or read before it is closed
	bool is_wrong;
};

struct transfers {
	struct wl_data_offer *offer;
	struct end writers[TRANSFERS];
	unsigned n_writers;
};

static uint8_t byte_at(unsigned number, uint32_t i) {
	return (uint8_t)((i + number * 97) * 2654435761u >> 13);
}

static void *write_all(void *data) {
	struct end *end = data;
	uint8_t chunk[10000];
	while (end->bytes < TRANSFER_BYTES) {
		uint32_t n = 0;
		while (n < sizeof(chunk) && end->bytes + n < TRANSFER_BYTES) {
			chunk[n] = byte_at(end->number, end->bytes + n);
			n++;
		}
		ssize_t wrote = write(end->fd, chunk, n);
		if (wrote <= 0) {
			break;
		}
		end->bytes += (uint32_t)wrote;
	}
	fd_close(&end->fd);
	return NULL;
}

static void *read_all(void *data) {
	struct end *end = data;
	uint8_t chunk[10000];
	ssize_t got;
	while ((got = read(end->fd, chunk, sizeof(chunk))) > 0) {
		for (ssize_t i = 0; i < got; i++) {
			end->is_wrong |= chunk[i] != byte_at(end->number, end->bytes++);
		}
	}
	fd_close(&end->fd);
	return NULL;
}

static void on_send(void *data, struct wl_data_source *source, const char *mime, int32_t fd) {
	struct transfers *transfers = data;
	struct end *end = &transfers->writers[transfers->n_writers++];
	*end = (struct end){.fd = fd, .number = (unsigned)strtoul(mime, NULL, 10)};
	check(pthread_create(&end->thread, NULL, write_all, end) == 0);
}

static void on_cancelled(void *data, struct wl_data_source *source) {
}

static const struct wl_data_source_listener source_listener = {
		.send = on_send,
		.cancelled = on_cancelled,
};

static void on_data_offer(void *data, struct wl_data_device *device, struct wl_data_offer *offer) {
}

static void on_selection(void *data, struct wl_data_device *device, struct wl_data_offer *offer) {
	((struct transfers *)data)->offer = offer;
}

static const struct wl_data_device_listener device_listener = {
		.data_offer = on_data_offer,
		.selection = on_selection,
};

struct clipboard {
	struct wl_data_device *device;
	struct wl_data_source *source;
	struct transfers transfers;
};

static void clipboard_init(struct clipboard *clipboard, struct peer *peer) {
	*clipboard = (struct clipboard){0};
	struct transfers *transfers = &clipboard->transfers;
	clipboard->device = wl_data_device_manager_get_data_device(peer->manager, peer->seat);
	wl_data_device_add_listener(clipboard->device, &device_listener, transfers);
	clipboard->source = wl_data_device_manager_create_data_source(peer->manager);
	wl_data_source_add_listener(clipboard->source, &source_listener, transfers);
	wl_data_source_offer(clipboard->source, "text/plain");
	wl_data_device_set_selection(clipboard->device, clipboard->source, 0);
	check(peer_sync(peer) && transfers->offer != NULL);
}

static void clipboard_finish(struct clipboard *clipboard) {
	wl_data_offer_destroy(clipboard->transfers.offer);
	wl_data_source_destroy(clipboard->source);
	wl_data_device_destroy(clipboard->device);
}

/* All at once, so that several descriptors share one SEND or one RECEIVE. */
static void start_reads(struct clipboard *clipboard, struct end *readers, unsigned n) {
	for (unsigned i = 0; i < n; i++) {
		int ends[2];
		char mime[16];
		check(pipe2(ends, O_CLOEXEC) == 0);
		snprintf(mime, sizeof(mime), "%u", i);
		wl_data_offer_receive(clipboard->transfers.offer, mime, ends[1]);
		fd_close(&ends[1]);
		readers[i] = (struct end){.fd = ends[0], .number = i};
	}
}

static void test_megabytes(void **state) {
	struct fixture fixture;
	struct peer peer;
	struct clipboard clipboard;
	struct end readers[TRANSFERS];
	fixture_init(&fixture, 0, 0);
	peer_init(&peer, &fixture);
	clipboard_init(&clipboard, &peer);
	start_reads(&clipboard, readers, TRANSFERS);
	wl_display_flush(peer.display);
	for (unsigned i = 0; i < TRANSFERS; i++) {
		check(pthread_create(&readers[i].thread, NULL, read_all, &readers[i]) == 0);
	}
	while (clipboard.transfers.n_writers < TRANSFERS) {
		peer_turn(&peer);
	}
	for (unsigned i = 0; i < TRANSFERS; i++) {
		pthread_join(readers[i].thread, NULL);
		pthread_join(clipboard.transfers.writers[i].thread, NULL);
		check(readers[i].bytes == TRANSFER_BYTES && !readers[i].is_wrong);
	}
	check(peer_sync(&peer));
	clipboard_finish(&clipboard);
	peer_finish(&peer);
	fixture_finish(&fixture);
}

/* A reader that does not read holds nobody else up; one that goes away ends nothing but itself. */
static void test_lazy_reader(void **state) {
	struct fixture fixture;
	struct peer peer;
	struct clipboard clipboard;
	struct end readers[3];
	fixture_init(&fixture, 0, 0);
	peer_init(&peer, &fixture);
	clipboard_init(&clipboard, &peer);
	start_reads(&clipboard, readers, 3);
	wl_display_flush(peer.display);
	fd_close(&readers[1].fd);
	check(pthread_create(&readers[2].thread, NULL, read_all, &readers[2]) == 0);
	while (clipboard.transfers.n_writers < 3) {
		peer_turn(&peer);
	}
	pthread_join(readers[2].thread, NULL);
	check(readers[2].bytes == TRANSFER_BYTES && !readers[2].is_wrong);
	check(peer_sync(&peer));
	read_all(&readers[0]);
	check(readers[0].bytes == TRANSFER_BYTES && !readers[0].is_wrong);
	for (unsigned i = 0; i < 3; i++) {
		pthread_join(clipboard.transfers.writers[i].thread, NULL);
	}
	check(peer_sync(&peer));
	clipboard_finish(&clipboard);
	peer_finish(&peer);
	fixture_finish(&fixture);
}

int main(void) {
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_megabytes),
			cmocka_unit_test(test_lazy_reader),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
