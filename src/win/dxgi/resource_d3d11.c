/* SPDX-License-Identifier: MIT */
/* ID3D11Buffer and ID3D11Texture1D, 2D1 and 3D1. */
#include "win/dxgi/resource_d3d11.h"

#include "win/dxgi/runtime_data.h"

static struct xfi_resource *impl(void *iface)
{
	return xfi_resource_of(xfi_child_of11(iface));
}

static void WINAPI resource_GetType(ID3D11Resource *iface, D3D11_RESOURCE_DIMENSION *ret_type)
{
	*ret_type = impl(iface)->desc.dimension;
}

static void WINAPI resource_SetEvictionPriority(ID3D11Resource *iface, UINT priority)
{
	impl(iface)->eviction_priority = priority;
}

static UINT WINAPI resource_GetEvictionPriority(ID3D11Resource *iface)
{
	return impl(iface)->eviction_priority;
}

static void WINAPI buffer_GetDesc(ID3D11Buffer *iface, D3D11_BUFFER_DESC *ret_desc)
{
	xfi_desc_to_buffer(&impl(iface)->desc, ret_desc);
}

static void WINAPI texture1d_GetDesc(ID3D11Texture1D *iface, D3D11_TEXTURE1D_DESC *ret_desc)
{
	xfi_desc_to_1d(&impl(iface)->desc, ret_desc);
}

static void WINAPI texture2d_GetDesc(ID3D11Texture2D1 *iface, D3D11_TEXTURE2D_DESC *ret_desc)
{
	xfi_desc_to_2d(&impl(iface)->desc, ret_desc);
}

static void WINAPI texture3d_GetDesc(ID3D11Texture3D1 *iface, D3D11_TEXTURE3D_DESC *ret_desc)
{
	xfi_desc_to_3d(&impl(iface)->desc, ret_desc);
}

/* The older descriptions are what the newer ones begin with. */
static void WINAPI texture2d_GetDesc1(ID3D11Texture2D1 *iface, D3D11_TEXTURE2D_DESC1 *ret_desc)
{
	xfi_desc_to_2d(&impl(iface)->desc, (D3D11_TEXTURE2D_DESC *)ret_desc);
	ret_desc->TextureLayout = D3D11_TEXTURE_LAYOUT_UNDEFINED;
}

static void WINAPI texture3d_GetDesc1(ID3D11Texture3D1 *iface, D3D11_TEXTURE3D_DESC1 *ret_desc)
{
	xfi_desc_to_3d(&impl(iface)->desc, (D3D11_TEXTURE3D_DESC *)ret_desc);
	ret_desc->TextureLayout = D3D11_TEXTURE_LAYOUT_UNDEFINED;
}

#define VTBL(I, ...)                                                                               \
	{                                                                                          \
		XFI_CHILD_METHODS(I, 11),                                                          \
			.GetType = XFI_ENTRY(                                                      \
				void, resource_GetType, I *, D3D11_RESOURCE_DIMENSION *),          \
			.SetEvictionPriority =                                                     \
				XFI_ENTRY(void, resource_SetEvictionPriority, I *, UINT),          \
			.GetEvictionPriority = XFI_ENTRY(UINT, resource_GetEvictionPriority, I *), \
			__VA_ARGS__                                                                \
	}

static const ID3D11BufferVtbl buffer_vtbl = VTBL(ID3D11Buffer, .GetDesc = buffer_GetDesc);
static const ID3D11Texture1DVtbl texture1d_vtbl =
	VTBL(ID3D11Texture1D, .GetDesc = texture1d_GetDesc);
static const ID3D11Texture2D1Vtbl texture2d_vtbl =
	VTBL(ID3D11Texture2D1, .GetDesc = texture2d_GetDesc, .GetDesc1 = texture2d_GetDesc1);
static const ID3D11Texture3D1Vtbl texture3d_vtbl =
	VTBL(ID3D11Texture3D1, .GetDesc = texture3d_GetDesc, .GetDesc1 = texture3d_GetDesc1);

void xfi_resource_init_d3d11(struct xfi_resource *resource)
{
	const void *vtbl;
	switch (resource->desc.dimension) {
	case D3D11_RESOURCE_DIMENSION_BUFFER:
		vtbl = &buffer_vtbl;
		break;
	case D3D11_RESOURCE_DIMENSION_TEXTURE1D:
		vtbl = &texture1d_vtbl;
		break;
	case D3D11_RESOURCE_DIMENSION_TEXTURE2D:
		vtbl = &texture2d_vtbl;
		break;
	default:
		vtbl = &texture3d_vtbl;
		break;
	}
	resource->child.d3d11.lpVtbl = vtbl;
}
