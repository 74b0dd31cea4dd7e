/* SPDX-License-Identifier: MIT */

#include "win/dxgi/map.h"

#include "win/dxgi/render.h"

/* Map and Unmap, behind ID3D11DeviceContext, the D3D10 resources and IDXGISurface. */

/* Only parts of buffers can be left alone while others are used. */
static bool may_map(const struct xfi_desc *desc, D3D11_MAP type)
{
	switch (type) {
	case D3D11_MAP_READ:
		return desc->cpu & D3D11_CPU_ACCESS_READ;
	case D3D11_MAP_WRITE:
		return desc->cpu & D3D11_CPU_ACCESS_WRITE && desc->usage != D3D11_USAGE_DYNAMIC;
	case D3D11_MAP_READ_WRITE:
		return desc->cpu == (D3D11_CPU_ACCESS_READ | D3D11_CPU_ACCESS_WRITE);
	case D3D11_MAP_WRITE_DISCARD:
		return desc->usage == D3D11_USAGE_DYNAMIC;
	case D3D11_MAP_WRITE_NO_OVERWRITE:
		return desc->usage == D3D11_USAGE_DYNAMIC &&
		       desc->dimension == D3D11_RESOURCE_DIMENSION_BUFFER;
	default:
		return false;
	}
}

static uint32_t access_of(D3D11_MAP type)
{
	if (type == D3D11_MAP_READ)
		return XF_ACCESS_READ;
	return type == D3D11_MAP_READ_WRITE ? XF_ACCESS_READ | XF_ACCESS_WRITE : XF_ACCESS_WRITE;
}

/* A buffer that only the processor writes: draws look for themselves whether it has changed. */
static bool is_plain(const struct xfi_resource *resource)
{
	return resource->desc.dimension == D3D11_RESOURCE_DIMENSION_BUFFER &&
	       resource->desc.usage == D3D11_USAGE_DYNAMIC && !resource->pixels &&
	       !resource->gpu.newest_on_gpu;
}

/* For writing: nothing is waited for. */
static bool map_plain(struct xfi_resource *resource, D3D11_MAP type)
{
	xfi_device_lock(resource->child.device);
	const bool plain = is_plain(resource);
	if (plain) {
		if (type == D3D11_MAP_WRITE_DISCARD && !resource->mapped)
			xfi_residence_discard(resource);
		resource->mapped++;
		resource->gpu.is_mapped = true;
		resource->gpu.host_version++;
		xfi_device_unchanged(resource->child.device);
	}
	xfi_device_unlock(resource->child.device);
	return plain;
}

static uint8_t *map(struct xfi_resource *resource, D3D11_MAP type)
{
	const bool reads = type == D3D11_MAP_READ;
	xfi_residence_lock(
		resource->child.device, reads ? NULL : resource, reads ? resource : NULL);
	uint8_t *memory = xfi_resource_begin(resource, access_of(type));
	if (memory)
		resource->mapped++;
	if (memory && !reads)
		resource->gpu.is_mapped = true;
	xfi_device_unlock(resource->child.device);
	return memory;
}

/* What it would be waited for is handed to the device: asking again and again comes to an end. */
static bool is_still_drawing(struct xfi_resource *resource)
{
	struct xfi_device *device = resource->child.device;
	xfi_device_lock(device);
	const bool pending = xfi_residence_is_pending(resource);
	if (pending)
		xfi_render_flush(device);
	xfi_device_unlock(device);
	return pending;
}

HRESULT xfi_resource_map(struct xfi_resource *resource, UINT subresource, D3D11_MAP type,
	UINT flags, D3D11_MAPPED_SUBRESOURCE *ret_mapped)
{
	struct xfi_extent e;
	uint8_t *memory;
	if (!ret_mapped)
		return E_INVALIDARG;
	*ret_mapped = (D3D11_MAPPED_SUBRESOURCE){ 0 };
	if (flags & ~(UINT)D3D11_MAP_FLAG_DO_NOT_WAIT || !may_map(&resource->desc, type) ||
		!xfi_desc_extent(&resource->desc, subresource, &e))
		return E_INVALIDARG;
	if (FAILED(xfi_render_removed(resource->child.device)))
		return DXGI_ERROR_DEVICE_REMOVED;
	if (flags & D3D11_MAP_FLAG_DO_NOT_WAIT && is_still_drawing(resource))
		return DXGI_ERROR_WAS_STILL_DRAWING;
	memory = map_plain(resource, type) ? resource->memory : map(resource, type);
	if (!memory)
		return FAILED(xfi_render_removed(resource->child.device))
			       ? DXGI_ERROR_DEVICE_REMOVED
			       : E_FAIL;
	ret_mapped->pData = memory + e.offset;
	ret_mapped->RowPitch = e.row_pitch;
	ret_mapped->DepthPitch = e.depth_pitch;
	return S_OK;
}

void xfi_resource_unmap(struct xfi_resource *resource, UINT subresource)
{
	xfi_device_lock(resource->child.device);
	if (resource->mapped) {
		resource->mapped--;
		if (resource->gpu.is_mapped)
			resource->gpu.host_version++;
		resource->gpu.is_mapped &= resource->mapped != 0;
		xfi_resource_end(resource);
		if (is_plain(resource))
			xfi_device_unchanged(resource->child.device);
	}
	xfi_device_unlock(resource->child.device);
}
