/* SPDX-License-Identifier: MIT */
#include "win/dxgi/copy_gpu.h"

bool xfi_copy_gpu(struct xfi_resource *to, struct xfi_resource *from)
{
	return false;
}

bool xfi_copy_region_gpu(const struct xfi_copy *copy)
{
	return false;
}

bool xfi_update_gpu(struct xfi_resource *to, UINT subresource, const D3D11_BOX *box,
	const D3D11_SUBRESOURCE_DATA *data)
{
	return false;
}
