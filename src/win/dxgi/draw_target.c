/* SPDX-License-Identifier: MIT */
#include "win/dxgi/draw_target.h"

#include "win/dxgi/stand_in.h"
#include "win/dxgi/upload.h"
#include "win/dxgi/view_gpu.h"

struct xfi_view *xfi_draw_view(const struct xfi_pipeline *bound, unsigned slot)
{
	return bound->slots[slot] ? xfi_view_of(bound->slots[slot]) : NULL;
}

int xfi_draw_image(struct xfi_drawing *drawing, struct xfi_view *view, VkImageView *ret_view)
{
	if (xfi_stand_in_is_needed(view))
		return xfi_stand_in_bring(drawing, view, ret_view);
	int r = xfi_upload_images(drawing->gpu, view->resource, false);
	return r ? r : xfi_view_image(drawing->gpu, view, ret_view);
}

static UINT level(UINT size, UINT mip)
{
	return size >> mip ? size >> mip : 1;
}

/* The smallest of all. */
static void take_size(struct xfi_drawing *drawing, const struct xfi_view *view)
{
	const bool row = view->resource->desc.dimension == D3D11_RESOURCE_DIMENSION_BUFFER;
	const UINT width = row ? xfi_stand_in_width(drawing->gpu, view)
			       : level(view->resource->desc.width >> view->chroma, view->mip);
	const UINT height = row ? 1 : level(view->resource->desc.height >> view->chroma, view->mip);
	struct xfi_gpu_targets *targets = &drawing->targets;
	if (!targets->width || width < targets->width)
		targets->width = width;
	if (!targets->height || height < targets->height)
		targets->height = height;
}

static int add(struct xfi_drawing *drawing, struct xfi_view *view, VkImageView *ret_view)
{
	int r = xfi_draw_image(drawing, view, ret_view);
	if (!r)
		take_size(drawing, view);
	return r;
}

static int add_colours(struct xfi_drawing *drawing)
{
	int r = 0;
	for (unsigned i = 0; !r && i < XFI_N_RTV; i++) {
		struct xfi_view *view = xfi_draw_view(drawing->bound, XFI_SLOT_RTV + i);
		if (!view)
			continue;
		r = add(drawing, view, &drawing->targets.colours[i]);
		const struct xfi_gpu_format format = xfi_view_format(view);
		drawing->state.colours[i] = format.format;
		drawing->state.alpha_only |= (uint32_t)format.alpha_only << i;
		drawing->targets.n_colours = drawing->state.n_colours = i + 1;
	}
	return r;
}

/* What a view only reads is tested all the same. */
static void keep(struct xfi_gpu_state *state, UINT flags)
{
	if (flags & D3D11_DSV_READ_ONLY_DEPTH)
		state->depth.DepthWriteMask = D3D11_DEPTH_WRITE_MASK_ZERO;
	if (flags & D3D11_DSV_READ_ONLY_STENCIL)
		state->depth.StencilWriteMask = 0;
}

static int add_depth(struct xfi_drawing *drawing)
{
	struct xfi_view *view = xfi_draw_view(drawing->bound, XFI_SLOT_DSV);
	if (!view)
		return 0;
	const struct xfi_gpu_format format = xfi_view_format(view);
	keep(&drawing->state, view->desc.dsv.Flags);
	drawing->state.depth_format = format.format;
	drawing->state.has_stencil = format.aspects & VK_IMAGE_ASPECT_STENCIL_BIT ? 1 : 0;
	drawing->targets.has_stencil = drawing->state.has_stencil;
	return add(drawing, view, &drawing->targets.depth);
}

/* Where nothing is bound, only what shaders write unordered counts, wherever the viewport is. */
static void size_of_viewport(struct xfi_drawing *drawing)
{
	const D3D11_VIEWPORT *viewport = &drawing->bound->viewports[0];
	const float x = viewport->TopLeftX + viewport->Width;
	const float y = viewport->TopLeftY + viewport->Height;
	drawing->targets.width = x < 1 ? 1 : x > 16384 ? 16384 : (uint32_t)x;
	drawing->targets.height = y < 1 ? 1 : y > 16384 ? 16384 : (uint32_t)y;
}

int xfi_draw_targets(struct xfi_drawing *drawing)
{
	int r = add_colours(drawing);
	if (!r)
		r = add_depth(drawing);
	drawing->targets.layers = 1;
	if (!r && !drawing->targets.width)
		size_of_viewport(drawing);
	return r;
}

void xfi_draw_targets_written(struct xfi_drawing *drawing)
{
	for (unsigned i = 0; i < XFI_N_RTV; i++) {
		struct xfi_view *view = xfi_draw_view(drawing->bound, XFI_SLOT_RTV + i);
		if (view && drawing->state.written & 1u << i)
			xfi_residence_written(view->resource);
	}
	struct xfi_view *depth = xfi_draw_view(drawing->bound, XFI_SLOT_DSV);
	if (depth && (drawing->state.depth.DepthEnable || drawing->state.depth.StencilEnable))
		xfi_residence_written(depth->resource);
}
