/* SPDX-License-Identifier: MIT */
/* Image: a texture's memory on the device, and the views that were made of it. */
#ifndef XFI_WIN_GPU_IMAGE_H
#define XFI_WIN_GPU_IMAGE_H

#include "win/gpu/batch.h"
#include "win/gpu/format.h"

struct xfi_gpu_image_desc {
	DXGI_FORMAT format;
	VkImageType type;
	uint32_t width, height, depth, mips, layers;
	UINT bind; /* D3D11_BIND_FLAG */
	bool cube;
};

/* Bytes that say what a view is; equal ones are the same. */
struct xfi_gpu_view_desc {
	VkImageViewType type;
	VkFormat format;
	VkImageAspectFlags aspects;
	uint32_t mip, n_mips, first, count;
	VkImageUsageFlags usage;
	uint32_t alpha_only, opaque, zero;
	float min_lod; /* with has_min_lod of the card only; counted in the image's levels */
};

struct xfi_gpu_view {
	struct xfi_gpu_view *next;
	struct xfi_gpu_view_desc desc;
	VkImageView view;
};

struct xfi_gpu_image {
	VkImage image;
	VkDeviceMemory memory;
	VkFormat format;
	VkImageAspectFlags aspects;
	uint32_t mips, layers;
	bool is_ready; /* in its layout */
	bool is_outside; /* others may have it: see shared_image.h */
	struct xfi_gpu_view *views;
};

/* What such an image is made of, and what `image` says of it. Errors as the next. */
int xfi_gpu_image_info(struct xfi_gpu *gpu, const struct xfi_gpu_image_desc *desc,
	struct xfi_gpu_image *image, VkImageCreateInfo *ret_info);

/* -EOPNOTSUPP: the device has no such images. */
int xfi_gpu_image_create(struct xfi_gpu *gpu, const struct xfi_gpu_image_desc *desc,
	struct xfi_gpu_image **ret_image);
void xfi_gpu_image_destroy(struct xfi_gpu *gpu, struct xfi_gpu_image *image);

int xfi_gpu_image_view(struct xfi_gpu *gpu, struct xfi_gpu_image *image,
	const struct xfi_gpu_view_desc *desc, VkImageView *ret_view);

/* Ends views with a lowest level that may not be asked for again. */
void xfi_gpu_image_forget_min_lod(struct xfi_gpu *gpu, struct xfi_gpu_image *image);

/* Makes an image usable that nobody has written yet. */
int xfi_gpu_image_ready(struct xfi_gpu *gpu, struct xfi_gpu_image *image);

/* Bytes of a buffer to the image, and back. */
int xfi_gpu_image_write(struct xfi_gpu *gpu, struct xfi_gpu_image *image, VkBuffer from,
	const VkBufferImageCopy *regions, uint32_t count);
int xfi_gpu_image_read(struct xfi_gpu *gpu, struct xfi_gpu_image *image, VkBuffer to,
	const VkBufferImageCopy *regions, uint32_t count);

/* From an image of the same aspects and as large pixels; what both have may not overlap. */
int xfi_gpu_image_copy(struct xfi_gpu *gpu, struct xfi_gpu_image *to, struct xfi_gpu_image *from,
	const VkImageCopy *regions, uint32_t count);

#endif
