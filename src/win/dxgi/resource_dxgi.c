/* SPDX-License-Identifier: MIT */
/* IDXGIResource1 and IDXGISurface1 of a resource. */
#include "win/dxgi/resource_dxgi.h"

#include "win/dxgi/dxgi_object.h"
#include "win/dxgi/map.h"
#include "win/dxgi/share.h"
#include "win/dxgi/unsupported.h"

static struct xfi_resource *impl_from_resource(IDXGIResource1 *iface)
{
	return XFI_CONTAINER(iface, struct xfi_resource, dxgi);
}

static struct xfi_resource *impl_from_surface(IDXGISurface1 *iface)
{
	return XFI_CONTAINER(iface, struct xfi_resource, surface);
}

XFI_SUB_OBJECT(resource, IDXGIResource1, impl_from_resource)
XFI_SUB_OBJECT(surface, IDXGISurface1, impl_from_surface)

static HRESULT WINAPI resource_GetSharedHandle(IDXGIResource1 *iface, HANDLE *ret_handle)
{
	return xfi_get_shared_handle(impl_from_resource(iface), ret_handle);
}

static HRESULT WINAPI resource_GetUsage(IDXGIResource1 *iface, DXGI_USAGE *ret_usage)
{
	const struct xfi_desc *desc = &impl_from_resource(iface)->desc;
	DXGI_USAGE usage = 0;
	if (!ret_usage)
		return E_INVALIDARG;
	if (desc->bind & D3D11_BIND_SHADER_RESOURCE)
		usage |= DXGI_USAGE_SHADER_INPUT;
	if (desc->bind & D3D11_BIND_RENDER_TARGET)
		usage |= DXGI_USAGE_RENDER_TARGET_OUTPUT;
	if (desc->bind & D3D11_BIND_UNORDERED_ACCESS)
		usage |= DXGI_USAGE_UNORDERED_ACCESS;
	if (desc->misc & (D3D11_RESOURCE_MISC_SHARED | D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX))
		usage |= DXGI_USAGE_SHARED;
	*ret_usage = usage;
	return S_OK;
}

static HRESULT WINAPI resource_SetEvictionPriority(IDXGIResource1 *iface, UINT priority)
{
	impl_from_resource(iface)->eviction_priority = priority;
	return S_OK;
}

static HRESULT WINAPI resource_GetEvictionPriority(IDXGIResource1 *iface, UINT *ret_priority)
{
	if (!ret_priority)
		return E_INVALIDARG;
	*ret_priority = impl_from_resource(iface)->eviction_priority;
	return S_OK;
}

static HRESULT WINAPI resource_CreateSharedHandle(IDXGIResource1 *iface,
	const SECURITY_ATTRIBUTES *attributes, DWORD access, const WCHAR *name, HANDLE *ret_handle)
{
	return xfi_create_shared_handle(impl_from_resource(iface), access, name, ret_handle);
}

static const IDXGIResource1Vtbl resource_vtbl = {
	XFI_SUB_OBJECT_METHODS(resource),
	/* IDXGIResource */
	.GetSharedHandle = resource_GetSharedHandle,
	.GetUsage = resource_GetUsage,
	.SetEvictionPriority = resource_SetEvictionPriority,
	.GetEvictionPriority = resource_GetEvictionPriority,
	/* IDXGIResource1 */
	.CreateSharedHandle = resource_CreateSharedHandle,
	XFI_UNSUPPORTED_RESOURCE,
};

static HRESULT WINAPI surface_GetDesc(IDXGISurface1 *iface, DXGI_SURFACE_DESC *ret_desc)
{
	const struct xfi_desc *desc = &impl_from_surface(iface)->desc;
	if (!ret_desc)
		return E_INVALIDARG;
	*ret_desc = (DXGI_SURFACE_DESC){ desc->width, desc->height, desc->format, desc->samples };
	return S_OK;
}

static HRESULT WINAPI surface_Map(IDXGISurface1 *iface, DXGI_MAPPED_RECT *ret_rect, UINT flags)
{
	D3D11_MAPPED_SUBRESOURCE mapped;
	D3D11_MAP type;
	HRESULT hr;
	if (!ret_rect)
		return E_INVALIDARG;
	if (flags & DXGI_MAP_DISCARD)
		type = D3D11_MAP_WRITE_DISCARD;
	else if (flags & DXGI_MAP_READ)
		type = flags & DXGI_MAP_WRITE ? D3D11_MAP_READ_WRITE : D3D11_MAP_READ;
	else
		type = D3D11_MAP_WRITE;
	hr = xfi_resource_map(impl_from_surface(iface), 0, type, 0, &mapped);
	*ret_rect = (DXGI_MAPPED_RECT){ (INT)mapped.RowPitch, mapped.pData };
	return hr;
}

static HRESULT WINAPI surface_Unmap(IDXGISurface1 *iface)
{
	xfi_resource_unmap(impl_from_surface(iface), 0);
	return S_OK;
}

static HRESULT WINAPI surface_ReleaseDC(IDXGISurface1 *iface, RECT *dirty)
{
	return DXGI_ERROR_INVALID_CALL; /* there was no GetDC */
}

static const IDXGISurface1Vtbl surface_vtbl = {
	XFI_SUB_OBJECT_METHODS(surface),
	/* IDXGISurface */
	.GetDesc = surface_GetDesc,
	.Map = surface_Map,
	.Unmap = surface_Unmap,
	/* IDXGISurface1 */
	.ReleaseDC = surface_ReleaseDC,
	XFI_UNSUPPORTED_SURFACE,
};

void xfi_resource_init_dxgi(struct xfi_resource *resource)
{
	resource->dxgi.lpVtbl = &resource_vtbl;
	resource->surface.lpVtbl = &surface_vtbl;
}
