/* SPDX-License-Identifier: MIT */
#include "win/dxgi/subresource.h"

#include "win/dxgi/copy.h"

static bool is_fit(const struct xfi_resource *resource, const D3D11_SUBRESOURCE_DATA *data)
{
	return resource && data->pSysMem && resource->mapped &&
	       resource->desc.usage == D3D11_USAGE_DEFAULT &&
	       resource->desc.dimension != D3D11_RESOURCE_DIMENSION_BUFFER;
}

void xfi_subresource_write(struct xfi_resource *resource, UINT subresource, const D3D11_BOX *box,
	const D3D11_SUBRESOURCE_DATA *data)
{
	uint8_t *memory;
	xfi_device_lock(resource->child.device);
	memory = is_fit(resource, data) ? xfi_resource_begin(resource, XF_ACCESS_WRITE) : NULL;
	if (memory) {
		xfi_upload(&resource->desc, memory, subresource, box, data);
		xfi_resource_end(resource);
	}
	xfi_device_unlock(resource->child.device);
}

void xfi_subresource_read(struct xfi_resource *resource, UINT subresource, const D3D11_BOX *box,
	const D3D11_SUBRESOURCE_DATA *data)
{
	uint8_t *memory;
	xfi_device_lock(resource->child.device);
	memory = is_fit(resource, data) ? xfi_resource_begin(resource, XF_ACCESS_READ) : NULL;
	if (memory) {
		xfi_download(&resource->desc, memory, subresource, box, data);
		xfi_resource_end(resource);
	}
	xfi_device_unlock(resource->child.device);
}
