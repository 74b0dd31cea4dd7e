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

static struct xfi_part part_of(const struct xfi_view *view)
{
	struct xfi_part part = { .n_mips = 1 };
	(void)xfi_part_read(view->kind, &view->desc, &part); /* it was made from one */
	return part;
}

enum xfi_dimension xfi_view_dimension(const struct xfi_view *view)
{
	return part_of(view).dimension;
}

UINT xfi_view_levels(const struct xfi_view *view)
{
	return view->kind == XFI_SRV ? part_of(view).n_mips : 1;
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

int xfi_view_image(struct xfi_gpu *gpu, struct xfi_view *view, VkImageView *ret_view)
{
	const struct xfi_gpu_format format = xfi_view_format(view);
	const struct xfi_part part = part_of(view);
	struct xfi_gpu_view_desc desc;
	memset(&desc, 0, sizeof(desc)); /* found again by its bytes */
	desc.type = type_of(view, part.dimension);
	desc.format = format.format;
	desc.aspects = format.aspects;
	desc.mip = view->mip;
	desc.n_mips = view->kind == XFI_SRV ? part.n_mips : 1;
	desc.first = desc.type == VK_IMAGE_VIEW_TYPE_3D ? 0 : view->first;
	desc.count = desc.type == VK_IMAGE_VIEW_TYPE_3D ? 1 : view->count;
	desc.usage = usage_of(view->kind);
	desc.alpha_only = view->kind == XFI_SRV && format.alpha_only;
	desc.opaque = view->kind == XFI_SRV && format.opaque;
	return format.format ? xfi_gpu_image_view(gpu, view->resource->gpu.images[view->chroma],
				       &desc, ret_view)
			     : xf_fail(-EOPNOTSUPP,
				       "drawing: Vulkan has no counterpart of DXGI_FORMAT %d",
				       (int)view->format->format);
}

static bool meet(UINT a, UINT n_a, UINT b, UINT n_b)
{
	return a < b + n_b && b < a + n_a;
}

bool xfi_view_overlaps(const struct xfi_view *a, const struct xfi_view *b)
{
	return a->resource == b->resource && a->chroma == b->chroma &&
	       meet(a->mip, xfi_view_levels(a), b->mip, xfi_view_levels(b)) &&
	       (a->resource->desc.dimension == D3D11_RESOURCE_DIMENSION_TEXTURE3D ||
		       meet(a->first, a->count, b->first, b->count));
}
