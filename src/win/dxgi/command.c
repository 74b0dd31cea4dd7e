/* SPDX-License-Identifier: MIT */
#include "win/dxgi/command.h"

#include "win/dxgi/clear_gpu.h"
#include "win/dxgi/clear_view.h"
#include "win/dxgi/copy.h"
#include "win/dxgi/copy_gpu.h"
#include "win/dxgi/fill_gpu.h"
#include "win/dxgi/pipeline.h"
#include "win/dxgi/pixel.h"

/* Both memories of a copy; false: one is not held. The same resource may be on both sides. */
static bool begin_both(
	struct xfi_resource *to, uint8_t **ret_to, struct xfi_resource *from, uint8_t **ret_from)
{
	*ret_to = xfi_resource_begin(to, XF_ACCESS_WRITE);
	if (!*ret_to)
		return false;
	*ret_from = xfi_resource_begin(from, XF_ACCESS_READ);
	if (!*ret_from)
		xfi_resource_end(to);
	return *ret_from;
}

/* Formats that are not of one family are beyond feature level 10.0. */
static bool suit(const struct xfi_resource *to, const struct xfi_resource *from)
{
	return xfi_copy_suits(
		&to->desc, &from->desc, to->child.device->level >= D3D_FEATURE_LEVEL_10_1);
}

static bool may_write(const struct xfi_resource *resource)
{
	return resource->desc.usage != D3D11_USAGE_IMMUTABLE && !resource->mapped &&
	       !resource->child.device->pipeline->is_barred;
}

static void copy_all(struct xfi_resource *to, struct xfi_resource *from)
{
	uint8_t *a, *b;
	xfi_residence_lock(to->child.device, to, from);
	if (may_write(to) && begin_both(to, &a, from, &b)) {
		for (UINT i = 0; i < to->desc.mips * to->desc.array; i++) {
			struct xfi_image target = { &to->desc, a, i },
					 source = { &from->desc, b, i };
			xfi_copy(&target, 0, 0, 0, &source, NULL);
		}
		xfi_resource_end(from);
		xfi_resource_end(to);
	}
	xfi_device_unlock(to->child.device);
}

void xfi_command_copy(struct xfi_resource *to, struct xfi_resource *from)
{
	if (!to || !from || to == from || !suit(to, from) ||
		!xfi_copy_same_shape(&to->desc, &from->desc))
		return;
	xfi_device_lock(to->child.device);
	const bool copied = !may_write(to) || xfi_copy_gpu(to, from);
	xfi_device_unlock(to->child.device);
	if (!copied) /* it may have to wait without the lock */
		copy_all(to, from);
}

static void copy_region(const struct xfi_copy *copy)
{
	struct xfi_resource *to = copy->to, *from = copy->from;
	uint8_t *a, *b;
	xfi_residence_lock(to->child.device, to, from);
	if (may_write(to) && begin_both(to, &a, from, &b)) {
		struct xfi_image target = { &to->desc, a, copy->to_subresource };
		struct xfi_image source = { &from->desc, b, copy->from_subresource };
		xfi_copy(&target, copy->x, copy->y, copy->z, &source, copy->box);
		xfi_resource_end(from);
		xfi_resource_end(to);
	}
	xfi_device_unlock(to->child.device);
}

void xfi_command_copy_region(struct xfi_resource *to, UINT to_subresource, UINT x, UINT y, UINT z,
	struct xfi_resource *from, UINT from_subresource, const D3D11_BOX *box)
{
	const struct xfi_copy copy = { to, from, to_subresource, from_subresource, x, y, z, box };
	if (!to || !from || !suit(to, from))
		return;
	xfi_device_lock(to->child.device);
	const bool copied = !may_write(to) || xfi_copy_region_gpu(&copy);
	xfi_device_unlock(to->child.device);
	if (!copied)
		copy_region(&copy);
}

static void update(struct xfi_resource *to, UINT subresource, const D3D11_BOX *box,
	const D3D11_SUBRESOURCE_DATA *data)
{
	uint8_t *memory;
	xfi_residence_lock(to->child.device, to, NULL);
	memory = may_write(to) ? xfi_resource_begin(to, XF_ACCESS_WRITE) : NULL;
	if (memory) {
		xfi_upload(&to->desc, memory, subresource, box, data);
		xfi_resource_end(to);
	}
	xfi_device_unlock(to->child.device);
}

void xfi_command_update(struct xfi_resource *to, UINT subresource, const D3D11_BOX *box,
	const D3D11_SUBRESOURCE_DATA *data)
{
	if (!to || !data->pSysMem || to->desc.usage != D3D11_USAGE_DEFAULT)
		return;
	xfi_device_lock(to->child.device);
	const bool updated = !may_write(to) || xfi_update_gpu(to, subresource, box, data);
	xfi_device_unlock(to->child.device);
	if (!updated)
		update(to, subresource, box, data);
}

/* All that the view shows. */
static void fill_view(struct xfi_view *view, uint8_t *memory, const struct xfi_ink *ink)
{
	const struct xfi_desc *desc = &view->resource->desc;
	struct xfi_image image = { desc, memory, view->mip, view->chroma };
	struct xfi_extent e;
	D3D11_BOX box;
	if (desc->dimension == D3D11_RESOURCE_DIMENSION_BUFFER) {
		box = (D3D11_BOX){ view->left_byte, 0, 0, view->left_byte + view->n_bytes, 1, 1 };
		xfi_fill(&image, &box, ink);
	} else if (desc->dimension == D3D11_RESOURCE_DIMENSION_TEXTURE3D) {
		if (!xfi_desc_extent(desc, view->mip, &e))
			return;
		box = (D3D11_BOX){ 0, 0, view->first, e.width, e.height,
			view->first + view->count };
		xfi_fill(&image, &box, ink);
	} else {
		for (UINT i = 0; i < view->count; i++) {
			image.subresource = (view->first + i) * desc->mips + view->mip;
			xfi_fill(&image, NULL, ink);
		}
	}
}

static void clear(struct xfi_view *view, const struct xfi_ink *ink)
{
	struct xfi_resource *resource = view->resource;
	struct xfi_device *device = resource->child.device;
	uint8_t *memory;
	xfi_residence_lock(device, resource, NULL);
	memory = may_write(resource) ? xfi_resource_begin(resource, XF_ACCESS_WRITE) : NULL;
	if (memory) {
		fill_view(view, memory, ink);
		xfi_resource_end(resource);
	}
	xfi_device_unlock(device);
}

/* By the GPU where it has the view's memory. */
static void fill_or_clear(struct xfi_view *view, const struct xfi_ink *ink)
{
	xfi_device_lock(view->child.device);
	const bool filled =
		!may_write(view->resource) || xfi_fill_gpu(view, &xfi_whole_view, 1, ink);
	xfi_device_unlock(view->child.device);
	if (!filled) /* it may have to wait without the lock */
		clear(view, ink);
}

static struct xfi_ink ink_of(uint32_t size)
{
	return (struct xfi_ink){ .size = size, .end = size };
}

void xfi_command_clear_float(struct xfi_view *view, const FLOAT colour[4])
{
	struct xfi_ink ink;
	if (!view || !view->format || view->format->type == XFI_CHANNEL_NONE)
		return;
	ink = ink_of(view->format->bytes);
	xfi_pixel_from_float(view->format, colour, ink.pixel);
	xfi_device_lock(view->child.device);
	const bool cleared = !may_write(view->resource) || xfi_clear_colour_gpu(view, colour);
	xfi_device_unlock(view->child.device);
	if (!cleared)
		fill_or_clear(view, &ink);
}

/* In structured and raw buffers the first value is stored in every four bytes. */
void xfi_command_clear_uint(struct xfi_view *view, const UINT values[4])
{
	struct xfi_ink ink;
	if (!view)
		return;
	if (!view->format || view->format->kind == XFI_TYPELESS) {
		ink = ink_of(4);
		memcpy(ink.pixel, values, 4);
	} else {
		ink = ink_of(view->format->bytes);
		xfi_pixel_from_uint(view->format, values, ink.pixel);
	}
	fill_or_clear(view, &ink);
}

/* Stencil lies behind depth, in the byte after the bits of that. */
void xfi_command_clear_depth(struct xfi_view *view, UINT flags, FLOAT depth, UINT8 stencil)
{
	struct xfi_ink ink;
	uint32_t border;
	if (!view || !view->format)
		return;
	ink = ink_of(view->format->bytes);
	border = view->format->format == DXGI_FORMAT_D24_UNORM_S8_UINT ? 3 : ink.size < 4 ? 2 : 4;
	if (!(flags & D3D11_CLEAR_DEPTH))
		ink.first = border;
	if (!(flags & D3D11_CLEAR_STENCIL))
		ink.end = border;
	if (ink.first >= ink.end)
		return;
	xfi_pixel_from_depth(view->format, depth, stencil, ink.pixel);
	xfi_device_lock(view->child.device);
	const bool cleared =
		!may_write(view->resource) || xfi_clear_depth_gpu(view, flags, depth, stencil);
	xfi_device_unlock(view->child.device);
	if (!cleared) /* it may have to wait without the lock */
		clear(view, &ink);
}
