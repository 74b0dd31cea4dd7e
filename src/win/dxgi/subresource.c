/* SPDX-License-Identifier: MIT */
#include "win/dxgi/subresource.h"

#include "win/dxgi/copy.h"

static bool is_fit(const struct xfi_resource *resource, const D3D11_SUBRESOURCE_DATA *data)
{
	return data->pSysMem && resource->mapped && resource->desc.usage == D3D11_USAGE_DEFAULT &&
	       resource->desc.dimension != D3D11_RESOURCE_DIMENSION_BUFFER;
}

typedef void move_fn(const struct xfi_desc *desc, uint8_t *memory, UINT subresource,
	const D3D11_BOX *box, const D3D11_SUBRESOURCE_DATA *data);

static void move(struct xfi_resource *resource, uint32_t access, move_fn *fn, UINT subresource,
	const D3D11_BOX *box, const D3D11_SUBRESOURCE_DATA *data)
{
	xfi_device_lock(resource->child.device);
	uint8_t *memory = is_fit(resource, data) ? xfi_resource_begin(resource, access) : NULL;
	if (memory) {
		fn(&resource->desc, memory, subresource, box, data);
		xfi_resource_end(resource);
	}
	xfi_device_unlock(resource->child.device);
}

void xfi_subresource_write(struct xfi_resource *resource, UINT subresource, const D3D11_BOX *box,
	const D3D11_SUBRESOURCE_DATA *data)
{
	move(resource, XF_ACCESS_WRITE, xfi_upload, subresource, box, data);
}

void xfi_subresource_read(struct xfi_resource *resource, UINT subresource, const D3D11_BOX *box,
	const D3D11_SUBRESOURCE_DATA *data)
{
	move(resource, XF_ACCESS_READ, xfi_download, subresource, box, data);
}
