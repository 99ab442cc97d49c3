/* SPDX-License-Identifier: MIT
 *
 * The contexts of a real virtio-gpu device, through the kernel's ioctls.
 */
#ifndef SILO_GUEST_BRIDGE_VIRTGPU_H
#define SILO_GUEST_BRIDGE_VIRTGPU_H

#include "guest/bridge/gpu.h"

/*
 * Opens the render node at path (data, a string) with a cross-domain context. The gpu is freed by
 * its close(). Error: -ENODEV if the device is no virtio-gpu or its host offers no Wayland channel.
 */
struct gpu *virtgpu_open(void *data, int *ret_error);

#endif
