/* SPDX-License-Identifier: MIT */
/* A texture's bytes as commands that copy them between a buffer and images; for residence.c. */
#ifndef XFI_WIN_TRANSFER_H
#define XFI_WIN_TRANSFER_H

#include "win/dxgi/resource.h"
#include "win/gpu/image.h"

/*
 * Where host memory has depth and stencil in one pixel Vulkan copies them apart, and a buffer has
 * all of the depths first. Then it has so many bytes, else 0.
 */
uint64_t xfi_transfer_packed_bytes(const struct xfi_resource *resource);
void xfi_transfer_pack(const struct xfi_resource *resource, const uint8_t *memory, uint8_t *packed);
void xfi_transfer_unpack(
	const struct xfi_resource *resource, const uint8_t *packed, uint8_t *memory);

/* Records copies of the whole; `offset` is where the bytes begin in the buffer. */
int xfi_transfer_in(
	struct xfi_gpu *gpu, struct xfi_resource *resource, VkBuffer from, VkDeviceSize offset);
int xfi_transfer_out(
	struct xfi_gpu *gpu, struct xfi_resource *resource, VkBuffer to, VkDeviceSize offset);

#endif
