/* SPDX-License-Identifier: MIT */
/*
 * Copies on the GPU, in the order of what is drawn. True: it was recorded, or has no effect; false:
 * not what the GPU does, since neither resource's newest bytes are there, or Vulkan has no such
 * copy. Thread-safety: all calls need the device's lock. They do not wait for the GPU.
 */
#ifndef XFI_WIN_COPY_GPU_H
#define XFI_WIN_COPY_GPU_H

#include "win/dxgi/resource.h"

/* A part of one subresource, and where it goes. */
struct xfi_copy {
	struct xfi_resource *to, *from;
	UINT to_subresource, from_subresource;
	UINT x, y, z;
	const D3D11_BOX *box; /* NULL: the whole */
};

/* All of a resource of the same shape. */
bool xfi_copy_gpu(struct xfi_resource *to, struct xfi_resource *from);

bool xfi_copy_region_gpu(const struct xfi_copy *copy);

/* Takes the program's bytes at once. */
bool xfi_update_gpu(struct xfi_resource *to, UINT subresource, const D3D11_BOX *box,
	const D3D11_SUBRESOURCE_DATA *data);

#endif
