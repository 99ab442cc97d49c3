/* SPDX-License-Identifier: MIT */
#include "compositor/output/layers.h"

#include <stdlib.h>
#include <wlr/types/wlr_scene.h>

#include "base/log.h"
#include "compositor/server.h"

bool layers_create(struct server *server) {
	struct layers *layers = calloc(1, sizeof(*layers));
	server->layers = layers;
	bool ok = layers != NULL && (layers->scene = wlr_scene_create()) != NULL;
	for (int i = 0; ok && i < LAYER_COUNT; i++) {
		layers->trees[i] = wlr_scene_tree_create(&layers->scene->tree);
		ok = layers->trees[i] != NULL;
	}
	if (!ok) {
		log_error("out of memory");
	}
	return ok;
}

void layers_destroy(struct server *server) {
	if (server->layers == NULL) {
		return;
	}
	if (server->layers->scene != NULL) {
		wlr_scene_node_destroy(&server->layers->scene->tree.node);
	}
	free(server->layers);
	server->layers = NULL;
}
