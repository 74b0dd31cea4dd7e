/* SPDX-License-Identifier: MIT */
#include "win/dxgi/plane.h"

union desc1 {
	D3D11_RENDER_TARGET_VIEW_DESC1 rtv;
	D3D11_SHADER_RESOURCE_VIEW_DESC1 srv;
	D3D11_UNORDERED_ACCESS_VIEW_DESC1 uav;
};

_Static_assert(offsetof(D3D11_SHADER_RESOURCE_VIEW_DESC1, Texture2D) ==
		       offsetof(D3D11_SHADER_RESOURCE_VIEW_DESC, Texture2D),
	"one layout but for the plane");

static size_t size_of(enum xfi_view_kind kind)
{
	return kind == XFI_RTV	 ? sizeof(D3D11_RENDER_TARGET_VIEW_DESC1)
	       : kind == XFI_SRV ? sizeof(D3D11_SHADER_RESOURCE_VIEW_DESC1)
				 : sizeof(D3D11_UNORDERED_ACCESS_VIEW_DESC1);
}

/* NULL: there is none for that dimension. All kinds number dimensions alike. */
static UINT *plane_of(enum xfi_view_kind kind, union desc1 *desc)
{
	const bool array = desc->rtv.ViewDimension == D3D11_RTV_DIMENSION_TEXTURE2DARRAY;
	if (!array && desc->rtv.ViewDimension != D3D11_RTV_DIMENSION_TEXTURE2D)
		return NULL;
	if (kind == XFI_SRV)
		return array ? &desc->srv.Texture2DArray.PlaneSlice
			     : &desc->srv.Texture2D.PlaneSlice;
	return array ? &desc->rtv.Texture2DArray.PlaneSlice : &desc->rtv.Texture2D.PlaneSlice;
}

/* Stencil is the second plane of what has depth as well. */
static UINT plane_seen(const struct xfi_view *view)
{
	const DXGI_FORMAT format = view->format ? view->format->format : DXGI_FORMAT_UNKNOWN;
	return view->chroma || format == DXGI_FORMAT_X24_TYPELESS_G8_UINT ||
	       format == DXGI_FORMAT_X32_TYPELESS_G8X24_UINT;
}

HRESULT xfi_view_create1(struct xfi_device *device, enum xfi_view_kind kind,
	struct xfi_resource *resource, const void *desc1, struct xfi_view **ret_view)
{
	union desc1 desc = { 0 };
	struct xfi_view *view;
	if (desc1)
		memcpy(&desc, desc1, size_of(kind));
	HRESULT hr = xfi_view_create(device, kind, resource, desc1 ? &desc : NULL, &view);
	if (FAILED(hr))
		return hr;
	const UINT *plane = desc1 ? plane_of(kind, &desc) : NULL;
	if (plane && *plane != plane_seen(view))
		hr = E_INVALIDARG;
	else if (!ret_view)
		hr = S_FALSE;
	if (hr == S_OK)
		*ret_view = view;
	else
		xfi_child_release(&view->child);
	return hr;
}

void xfi_view_desc1(const struct xfi_view *view, void *ret_desc1)
{
	union desc1 desc = { 0 };
	memcpy(&desc, &view->desc, xfi_view_desc_size(view->kind));
	UINT *plane = plane_of(view->kind, &desc);
	if (plane)
		*plane = plane_seen(view);
	memcpy(ret_desc1, &desc, size_of(view->kind));
}
