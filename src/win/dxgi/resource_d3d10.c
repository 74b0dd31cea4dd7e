/* SPDX-License-Identifier: MIT */
/* ID3D10Buffer and ID3D10Texture1D, 2D and 3D. D3D10's usages, CPU flags and maps are D3D11's. */
#include "win/dxgi/resource_d3d10.h"

#include "win/dxgi/map.h"
#include "win/dxgi/runtime_data.h"

static struct xfi_resource *impl(void *iface)
{
	return xfi_resource_of(xfi_child_of10(iface));
}

static void WINAPI resource_GetType(ID3D10Resource *iface, D3D10_RESOURCE_DIMENSION *ret_type)
{
	*ret_type = (D3D10_RESOURCE_DIMENSION)impl(iface)->desc.dimension;
}

static void WINAPI resource_SetEvictionPriority(ID3D10Resource *iface, UINT priority)
{
	impl(iface)->eviction_priority = priority;
}

static UINT WINAPI resource_GetEvictionPriority(ID3D10Resource *iface)
{
	return impl(iface)->eviction_priority;
}

static void WINAPI resource_Unmap(ID3D10Resource *iface, UINT subresource)
{
	xfi_resource_unmap(impl(iface), subresource);
}

static void WINAPI buffer_Unmap(ID3D10Buffer *iface)
{
	xfi_resource_unmap(impl(iface), 0);
}

/* Map with `ret_data` NULL is refused; the pitches are of no use to buffers and 1D textures. */
static HRESULT map(void *iface, UINT subresource, D3D10_MAP type, UINT flags, void *ret_data,
	D3D11_MAPPED_SUBRESOURCE *mapped)
{
	return xfi_resource_map(
		impl(iface), subresource, (D3D11_MAP)type, flags, ret_data ? mapped : NULL);
}

static HRESULT WINAPI buffer_Map(ID3D10Buffer *iface, D3D10_MAP type, UINT flags, void **ret_data)
{
	D3D11_MAPPED_SUBRESOURCE mapped = { 0 };
	HRESULT hr = map(iface, 0, type, flags, ret_data, &mapped);
	if (ret_data)
		*ret_data = mapped.pData;
	return hr;
}

static HRESULT WINAPI texture1d_Map(
	ID3D10Texture1D *iface, UINT subresource, D3D10_MAP type, UINT flags, void **ret_data)
{
	D3D11_MAPPED_SUBRESOURCE mapped = { 0 };
	HRESULT hr = map(iface, subresource, type, flags, ret_data, &mapped);
	if (ret_data)
		*ret_data = mapped.pData;
	return hr;
}

static HRESULT WINAPI texture2d_Map(ID3D10Texture2D *iface, UINT subresource, D3D10_MAP type,
	UINT flags, D3D10_MAPPED_TEXTURE2D *ret_mapped)
{
	D3D11_MAPPED_SUBRESOURCE mapped = { 0 };
	HRESULT hr = map(iface, subresource, type, flags, ret_mapped, &mapped);
	if (ret_mapped)
		*ret_mapped = (D3D10_MAPPED_TEXTURE2D){ mapped.pData, mapped.RowPitch };
	return hr;
}

static HRESULT WINAPI texture3d_Map(ID3D10Texture3D *iface, UINT subresource, D3D10_MAP type,
	UINT flags, D3D10_MAPPED_TEXTURE3D *ret_mapped)
{
	D3D11_MAPPED_SUBRESOURCE mapped = { 0 };
	HRESULT hr = map(iface, subresource, type, flags, ret_mapped, &mapped);
	if (ret_mapped)
		*ret_mapped = (D3D10_MAPPED_TEXTURE3D){ mapped.pData, mapped.RowPitch,
			mapped.DepthPitch };
	return hr;
}

static void WINAPI buffer_GetDesc(ID3D10Buffer *iface, D3D10_BUFFER_DESC *ret_desc)
{
	const struct xfi_desc *desc = &impl(iface)->desc;
	*ret_desc = (D3D10_BUFFER_DESC){ desc->width, (D3D10_USAGE)desc->usage, desc->bind,
		desc->cpu, xfi_misc_to_10(desc->misc) };
}

static void WINAPI texture1d_GetDesc(ID3D10Texture1D *iface, D3D10_TEXTURE1D_DESC *ret_desc)
{
	const struct xfi_desc *desc = &impl(iface)->desc;
	*ret_desc = (D3D10_TEXTURE1D_DESC){ desc->width, desc->mips, desc->array, desc->format,
		(D3D10_USAGE)desc->usage, desc->bind, desc->cpu, xfi_misc_to_10(desc->misc) };
}

static void WINAPI texture2d_GetDesc(ID3D10Texture2D *iface, D3D10_TEXTURE2D_DESC *ret_desc)
{
	const struct xfi_desc *desc = &impl(iface)->desc;
	*ret_desc = (D3D10_TEXTURE2D_DESC){ desc->width, desc->height, desc->mips, desc->array,
		desc->format, desc->samples, (D3D10_USAGE)desc->usage, desc->bind, desc->cpu,
		xfi_misc_to_10(desc->misc) };
}

static void WINAPI texture3d_GetDesc(ID3D10Texture3D *iface, D3D10_TEXTURE3D_DESC *ret_desc)
{
	const struct xfi_desc *desc = &impl(iface)->desc;
	*ret_desc = (D3D10_TEXTURE3D_DESC){ desc->width, desc->height, desc->depth, desc->mips,
		desc->format, (D3D10_USAGE)desc->usage, desc->bind, desc->cpu,
		xfi_misc_to_10(desc->misc) };
}

#define RESOURCE_METHODS(I)                                                                        \
	XFI_CHILD_METHODS(I, 10),                                                                  \
		.GetType = XFI_ENTRY(void, resource_GetType, I *, D3D10_RESOURCE_DIMENSION *),     \
		.SetEvictionPriority = XFI_ENTRY(void, resource_SetEvictionPriority, I *, UINT),   \
		.GetEvictionPriority = XFI_ENTRY(UINT, resource_GetEvictionPriority, I *)

static const ID3D10BufferVtbl buffer_vtbl = {
	RESOURCE_METHODS(ID3D10Buffer),
	.Map = buffer_Map,
	.Unmap = buffer_Unmap,
	.GetDesc = buffer_GetDesc,
};

static const ID3D10Texture1DVtbl texture1d_vtbl = {
	RESOURCE_METHODS(ID3D10Texture1D),
	.Map = texture1d_Map,
	.Unmap = XFI_ENTRY(void, resource_Unmap, ID3D10Texture1D *, UINT),
	.GetDesc = texture1d_GetDesc,
};

static const ID3D10Texture2DVtbl texture2d_vtbl = {
	RESOURCE_METHODS(ID3D10Texture2D),
	.Map = texture2d_Map,
	.Unmap = XFI_ENTRY(void, resource_Unmap, ID3D10Texture2D *, UINT),
	.GetDesc = texture2d_GetDesc,
};

static const ID3D10Texture3DVtbl texture3d_vtbl = {
	RESOURCE_METHODS(ID3D10Texture3D),
	.Map = texture3d_Map,
	.Unmap = XFI_ENTRY(void, resource_Unmap, ID3D10Texture3D *, UINT),
	.GetDesc = texture3d_GetDesc,
};

void xfi_resource_init_d3d10(struct xfi_resource *resource)
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
	resource->child.d3d10.lpVtbl = vtbl;
}
