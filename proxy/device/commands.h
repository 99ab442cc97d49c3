/* SPDX-License-Identifier: MIT
 *
 * What each virtio-gpu command does. The command lies parsed in gpu->command, its chain in
 * gpu->chain; both came from the guest.
 */
#ifndef SILO_PROXY_DEVICE_COMMANDS_H
#define SILO_PROXY_DEVICE_COMMANDS_H

#include <stddef.h>
#include <stdint.h>

struct gpu;

/*
 * Executes the present command. Returns the length of the answer in gpu->answer, or 0 with
 * gpu->answered set if the chain is held.
 */
size_t gpu_command_run(struct gpu *gpu);

/* Puts an answer of only a header into gpu->answer; returns its length. */
size_t gpu_command_fail(struct gpu *gpu, uint32_t answer);

#endif
