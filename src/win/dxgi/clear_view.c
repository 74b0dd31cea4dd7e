/* SPDX-License-Identifier: MIT */
#include "win/dxgi/clear_view.h"

#include "win/dxgi/command.h"
#include "win/dxgi/copy.h"
#include "win/dxgi/fill_gpu.h"
#include "win/dxgi/pipeline.h"
#include "win/dxgi/pixel.h"

const D3D11_RECT xfi_whole_view = { 0, 0, INT32_MAX, INT32_MAX };

/* The size of one image of the view, in pixels of its plane; of buffers, in bytes. */
static bool extent_of(const struct xfi_view *view, UINT *ret_width, UINT *ret_height)
{
	const struct xfi_desc *desc = &view->resource->desc;
	struct xfi_extent e;
	if (desc->dimension == D3D11_RESOURCE_DIMENSION_BUFFER) {
		*ret_width = view->n_bytes;
		*ret_height = 1;
		return true;
	}
	if (!xfi_desc_extent(desc, view->mip, &e))
		return false;
	*ret_width = view->chroma ? e.width / 2 : e.width;
	*ret_height = view->chroma ? e.height / 2 : e.height;
	return true;
}

static UINT clamp(INT64 value, UINT most)
{
	return value < 0 ? 0 : value > most ? most : (UINT)value;
}

/* Elements of buffers become bytes. */
bool xfi_view_cut(const struct xfi_view *view, const D3D11_RECT *rect, D3D11_BOX *ret_box)
{
	bool buffer = view->resource->desc.dimension == D3D11_RESOURCE_DIMENSION_BUFFER;
	INT64 unit = !buffer ? 1 : view->format ? view->format->bytes : 4;
	UINT width, height;
	if (!extent_of(view, &width, &height))
		return false;
	*ret_box = (D3D11_BOX){ clamp(rect->left * unit, width), clamp(rect->top, height), 0,
		clamp(rect->right * unit, width), clamp(rect->bottom, height), 1 };
	return ret_box->left < ret_box->right && ret_box->top < ret_box->bottom;
}

/* The box in each image that the view shows. */
static void fill(
	const struct xfi_view *view, uint8_t *memory, D3D11_BOX box, const struct xfi_ink *ink)
{
	const struct xfi_desc *desc = &view->resource->desc;
	struct xfi_image image = { desc, memory, view->mip, view->chroma };
	if (desc->dimension == D3D11_RESOURCE_DIMENSION_BUFFER) {
		box.left += view->left_byte;
		box.right += view->left_byte;
		xfi_fill(&image, &box, ink);
	} else if (desc->dimension == D3D11_RESOURCE_DIMENSION_TEXTURE3D) {
		box.front = view->first;
		box.back = view->first + view->count;
		xfi_fill(&image, &box, ink);
	} else {
		for (UINT i = 0; i < view->count; i++) {
			image.subresource = (view->first + i) * desc->mips + view->mip;
			xfi_fill(&image, &box, ink);
		}
	}
}

/* False: a view without colours, or one that only reads. */
static bool ink_for(const struct xfi_view *view, const FLOAT colour[4], struct xfi_ink *ret_ink)
{
	if (view->kind == XFI_SRV || !view->format)
		return false;
	*ret_ink = (struct xfi_ink){ .size = view->format->bytes, .end = view->format->bytes };
	if (view->kind == XFI_DSV) {
		/* Formats with stencil are not for this call. */
		if (view->format->format != DXGI_FORMAT_D16_UNORM &&
			view->format->format != DXGI_FORMAT_D32_FLOAT)
			return false;
		xfi_pixel_from_depth(view->format, colour[0], 0, ret_ink->pixel);
		return true;
	}
	if (view->format->type == XFI_CHANNEL_NONE)
		return false;
	xfi_pixel_from_float(view->format, colour, ret_ink->pixel);
	return true;
}

static void clear_rects(
	struct xfi_view *view, const struct xfi_ink *ink, const D3D11_RECT *rects, UINT count)
{
	struct xfi_resource *resource = view->resource;
	uint8_t *memory = NULL;
	D3D11_BOX box;
	xfi_residence_lock(resource->child.device, resource, NULL);
	if (resource->desc.usage != D3D11_USAGE_IMMUTABLE && !resource->mapped)
		memory = xfi_resource_begin(resource, XF_ACCESS_WRITE);
	for (UINT i = 0; memory && i < count; i++)
		if (xfi_view_cut(view, &rects[i], &box))
			fill(view, memory, box, ink);
	if (memory)
		xfi_resource_end(resource);
	xfi_device_unlock(resource->child.device);
}

void xfi_command_clear_rects(
	struct xfi_view *view, const FLOAT colour[4], const D3D11_RECT *rects, UINT count)
{
	struct xfi_ink ink;
	if (!view || !ink_for(view, colour, &ink))
		return;
	rects = rects ? rects : &xfi_whole_view;
	count = rects == &xfi_whole_view ? 1 : count;
	xfi_device_lock(view->child.device);
	const bool cleared =
		view->child.device->pipeline->is_barred || xfi_fill_gpu(view, rects, count, &ink);
	xfi_device_unlock(view->child.device);
	if (!cleared) /* it may have to wait without the lock */
		clear_rects(view, &ink, rects, count);
}
