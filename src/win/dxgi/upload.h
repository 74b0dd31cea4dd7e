/* SPDX-License-Identifier: MIT */
/*
 * A resource's bytes on the GPU, as new as anything. Thread-safety: all calls need the device's
 * lock. Errors as win/gpu/gpu.h; -EOPNOTSUPP: the GPU has nothing like it.
 */
#ifndef XFI_WIN_UPLOAD_H
#define XFI_WIN_UPLOAD_H

#include "win/dxgi/resource.h"
#include "win/gpu/image.h"

/* What a texture's image is to be, of one plane. */
struct xfi_gpu_image_desc xfi_upload_desc(const struct xfi_resource *resource, int plane);

/* Of a texture; `whole`: the only one there is will be overwritten, and what is there may go. */
int xfi_upload_images(struct xfi_gpu *gpu, struct xfi_resource *resource, bool whole);

/* Of a buffer, for the open batch, and where it begins; `write`: the GPU will change it. */
int xfi_upload_buffer(struct xfi_gpu *gpu, struct xfi_resource *resource, bool write,
	VkBuffer *ret_buffer, VkDeviceSize *ret_offset);

#endif
