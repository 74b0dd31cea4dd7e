/* SPDX-License-Identifier: MIT */
/* A resource's host memory, and a shared one as the GPU reaches it; for residence.c, upload.c. */
#ifndef XFI_WIN_PAYLOAD_H
#define XFI_WIN_PAYLOAD_H

#include "win/dxgi/resource.h"
#include "win/gpu/gpu.h"

/* The bytes, for a copy. */
int xfi_host_begin(struct xfi_resource *resource, uint32_t access, uint8_t **ret_bytes);
void xfi_host_end(struct xfi_resource *resource);

/* Waits for what the last owner's device still does. */
int xfi_payload_wait(struct xfi_resource *resource);

/* Records the copy between images and payload. */
int xfi_payload_move(struct xfi_gpu *gpu, struct xfi_resource *resource, bool in);

/* Records one into another payload, whose rows are as the resource's and which is written whole. */
int xfi_payload_copy(
	struct xfi_gpu *gpu, struct xfi_resource *resource, struct xf_vulkan_image *to);

#endif
