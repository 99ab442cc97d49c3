/* SPDX-License-Identifier: MIT */
#include "tests/device/double.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "proxy/quota/pool.h"

struct wire_client *double_client;
unsigned double_clients;
unsigned double_clients_max = 64;

struct wire_client *wire_client_create(struct wire_domain *domain, const struct wire_front *front,
		void *data) {
	struct wire_client *client =
			double_clients < double_clients_max ? calloc(1, sizeof(*client)) : NULL;
	if (client == NULL) {
		errno = EDQUOT;
		return NULL;
	}
	client->front = front;
	client->data = data;
	double_clients++;
	double_client = client;
	return client;
}

void wire_client_destroy(struct wire_client *client) {
	if (client == NULL) {
		return;
	}
	for (size_t i = 0; i < client->n_in_fds; i++) {
		fd_close(&client->in_fds[i].fd);
		pool_file_unref(client->in_fds[i].pool);
	}
	for (size_t i = 0; i < client->n_out_fds; i++) {
		close(client->out_fds[i]);
	}
	double_clients--;
	if (double_client == client) {
		double_client = NULL;
	}
	free(client);
}

ssize_t wire_client_push(struct wire_client *client, const void *bytes, size_t len,
		const struct wire_fd *fds, size_t n) {
	if (client->blocked) {
		return 0;
	}
	assert(len <= sizeof(client->in) - client->in_len && n <= 64 - client->n_in_fds);
	memcpy(client->in + client->in_len, bytes, len);
	client->in_len += len;
	memcpy(client->in_fds + client->n_in_fds, fds, n * sizeof(*fds));
	client->n_in_fds += n;
	return (ssize_t)len;
}

size_t wire_client_pull(struct wire_client *client, void *bytes, size_t cap, int *fds, size_t *n) {
	size_t len = client->out_len < cap ? client->out_len : cap;
	memcpy(bytes, client->out, len);
	client->out_len -= len;
	memmove(client->out, client->out + len, client->out_len);
	size_t taken = client->n_out_fds < *n ? client->n_out_fds : *n;
	memcpy(fds, client->out_fds, taken * sizeof(*fds));
	client->n_out_fds -= taken;
	memmove(client->out_fds, client->out_fds + taken, client->n_out_fds * sizeof(*fds));
	*n = taken;
	return len;
}

bool wire_client_has_output(const struct wire_client *client) {
	return client->out_len > 0;
}

void double_send(const void *bytes, size_t len, int fd) {
	struct wire_client *client = double_client;
	memcpy(client->out + client->out_len, bytes, len);
	client->out_len += len;
	if (fd >= 0) {
		client->out_fds[client->n_out_fds++] = fd;
	}
	client->front->readable(client->data);
}

void double_unblock(void) {
	double_client->blocked = false;
	double_client->front->writable(double_client->data);
}

void double_end(void) {
	double_client->front->ended(double_client->data, "the test ends it");
}
