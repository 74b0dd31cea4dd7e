/* SPDX-License-Identifier: MIT */
#include "win/dxgi/view_gpu.h"

static bool is_depth(const struct xfi_view *view)
{
	return view->resource->desc.bind & D3D11_BIND_DEPTH_STENCIL;
}

struct xfi_gpu_format xfi_view_format(const struct xfi_view *view)
{
	struct xfi_gpu_format format = xfi_gpu_format(view->format->format, is_depth(view));
	return format;
}

/* Where volumes are drawn to, their slices are an array. */
static VkImageViewType type_of(const struct xfi_view *view, enum xfi_dimension dimension)
{
	switch (dimension) {
	case XFI_1D:
		return VK_IMAGE_VIEW_TYPE_1D;
	case XFI_1D_ARRAY:
		return VK_IMAGE_VIEW_TYPE_1D_ARRAY;
	case XFI_2D_ARRAY:
	case XFI_2DMS_ARRAY:
		return VK_IMAGE_VIEW_TYPE_2D_ARRAY;
	case XFI_3D:
		return view->kind == XFI_RTV ? VK_IMAGE_VIEW_TYPE_2D_ARRAY : VK_IMAGE_VIEW_TYPE_3D;
	case XFI_CUBE:
		return VK_IMAGE_VIEW_TYPE_CUBE;
	case XFI_CUBE_ARRAY:
		return VK_IMAGE_VIEW_TYPE_CUBE_ARRAY;
	default:
		return VK_IMAGE_VIEW_TYPE_2D;
	}
}

static VkImageUsageFlags usage_of(enum xfi_view_kind kind)
{
	static const VkImageUsageFlags usages[] = { VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT,
		VK_IMAGE_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT, VK_IMAGE_USAGE_SAMPLED_BIT,
		VK_IMAGE_USAGE_STORAGE_BIT };
	return usages[kind];
}

/*
 * What is below the resource's lowest level is not sampled: by the driver where it can, else by a
 * view that begins there, whose shaders then count levels from that.
 */
static void raise_level(
	const struct xfi_gpu *gpu, const struct xfi_view *view, struct xfi_gpu_view_desc *desc)
{
	const uint32_t last = desc->mip + desc->n_mips - 1;
	const float lod = view->resource->min_lod;
	const float lowest = lod < (float)last ? lod : (float)last;
	if (view->kind != XFI_SRV || lowest <= (float)desc->mip)
		return;
	if (gpu->card->has_min_lod) {
		desc->min_lod = lowest;
		return;
	}
	desc->mip = (uint32_t)lowest;
	desc->n_mips = last - desc->mip + 1;
}

/* All but where it lies. */
static struct xfi_gpu_view_desc desc_of(const struct xfi_view *view)
{
	const struct xfi_gpu_format format = xfi_view_format(view);
	struct xfi_gpu_view_desc desc;
	memset(&desc, 0, sizeof(desc)); /* found again by its bytes */
	desc.type = type_of(view, xfi_view_dimension(view));
	desc.format = format.format;
	desc.aspects = format.aspects;
	desc.n_mips = xfi_view_levels(view);
	desc.count = 1;
	desc.usage = usage_of(view->kind);
	desc.alpha_only = view->kind == XFI_SRV && format.alpha_only;
	desc.opaque = view->kind == XFI_SRV && format.opaque;
	return desc;
}

static int make(struct xfi_gpu *gpu, const struct xfi_view *view, struct xfi_gpu_image *image,
	const struct xfi_gpu_view_desc *desc, VkImageView *ret_view)
{
	return desc->format ? xfi_gpu_image_view(gpu, image, desc, ret_view)
			    : xf_fail(-EOPNOTSUPP,
				      "drawing: Vulkan has no counterpart of DXGI_FORMAT %d",
				      (int)view->format->format);
}

int xfi_view_image(struct xfi_gpu *gpu, struct xfi_view *view, VkImageView *ret_view)
{
	struct xfi_gpu_view_desc desc = desc_of(view);
	desc.mip = view->mip;
	raise_level(gpu, view, &desc);
	if (desc.type != VK_IMAGE_VIEW_TYPE_3D) {
		desc.first = view->first;
		desc.count = view->count;
	}
	return make(gpu, view, view->resource->gpu.images[view->chroma], &desc, ret_view);
}

int xfi_view_image_of(struct xfi_gpu *gpu, const struct xfi_view *view, struct xfi_gpu_image *image,
	VkImageView *ret_view)
{
	const struct xfi_gpu_view_desc desc = desc_of(view);
	return make(gpu, view, image, &desc, ret_view);
}
