/* SPDX-License-Identifier: MIT */
/* ID3D10Device1: creation and commands; what binds is in device_d3d10_bind.c. */
#include "win/dxgi/device_d3d10.h"

#include "win/dxgi/command.h"
#include "win/dxgi/device_d3d10_bind.h"
#include "win/dxgi/device_d3d10_draw.h"
#include "win/dxgi/device_d3d10_render.h"
#include "win/dxgi/predicate.h"
#include "win/dxgi/query.h"
#include "win/dxgi/render.h"
#include "win/dxgi/share.h"
#include "win/dxgi/unsupported.h"

static struct xfi_device *impl(ID3D10Device1 *iface)
{
	return XFI_CONTAINER(iface, struct xfi_device, d3d10);
}

static struct xfi_resource *resource_of(void *iface)
{
	return iface ? xfi_resource_of(xfi_child_of10(iface)) : NULL;
}

static struct xfi_view *view_of(void *iface)
{
	return iface ? xfi_view_of(xfi_child_of10(iface)) : NULL;
}

static HRESULT WINAPI device_QueryInterface(ID3D10Device1 *iface, REFIID riid, void **ret_object)
{
	return xfi_device_query(impl(iface), riid, ret_object);
}

static ULONG WINAPI device_AddRef(ID3D10Device1 *iface)
{
	return xfi_device_addref(impl(iface));
}

static ULONG WINAPI device_Release(ID3D10Device1 *iface)
{
	return xfi_device_release(impl(iface));
}

static HRESULT make_resource(ID3D10Device1 *iface, struct xfi_desc *desc,
	const D3D10_SUBRESOURCE_DATA *initial, void **ret_iface)
{
	struct xfi_resource *resource;
	UINT misc = desc->misc;
	HRESULT hr;
	if (ret_iface)
		*ret_iface = NULL;
	desc->misc = xfi_misc_from_10(misc);
	if (xfi_misc_to_10(desc->misc) != misc)
		return E_INVALIDARG;
	_Static_assert(
		sizeof(D3D10_SUBRESOURCE_DATA) == sizeof(D3D11_SUBRESOURCE_DATA), "one layout");
	hr = xfi_resource_create(impl(iface), desc, (const D3D11_SUBRESOURCE_DATA *)initial,
		ret_iface ? &resource : NULL);
	if (ret_iface && SUCCEEDED(hr))
		*ret_iface = &resource->child.d3d10;
	return hr;
}

static HRESULT WINAPI device_CreateBuffer(ID3D10Device1 *iface, const D3D10_BUFFER_DESC *d,
	const D3D10_SUBRESOURCE_DATA *initial, ID3D10Buffer **ret_buffer)
{
	struct xfi_desc desc;
	if (!d)
		return E_INVALIDARG;
	desc = (struct xfi_desc){ .dimension = D3D11_RESOURCE_DIMENSION_BUFFER,
		.width = d->ByteWidth,
		.height = 1,
		.depth = 1,
		.mips = 1,
		.array = 1,
		.samples = { 1, 0 },
		.usage = (D3D11_USAGE)d->Usage,
		.bind = d->BindFlags,
		.cpu = d->CPUAccessFlags,
		.misc = d->MiscFlags };
	return make_resource(iface, &desc, initial, (void **)ret_buffer);
}

static HRESULT WINAPI device_CreateTexture1D(ID3D10Device1 *iface, const D3D10_TEXTURE1D_DESC *d,
	const D3D10_SUBRESOURCE_DATA *initial, ID3D10Texture1D **ret_texture)
{
	struct xfi_desc desc;
	if (!d)
		return E_INVALIDARG;
	desc = (struct xfi_desc){ .dimension = D3D11_RESOURCE_DIMENSION_TEXTURE1D,
		.width = d->Width,
		.height = 1,
		.depth = 1,
		.mips = d->MipLevels,
		.array = d->ArraySize,
		.format = d->Format,
		.samples = { 1, 0 },
		.usage = (D3D11_USAGE)d->Usage,
		.bind = d->BindFlags,
		.cpu = d->CPUAccessFlags,
		.misc = d->MiscFlags };
	return make_resource(iface, &desc, initial, (void **)ret_texture);
}

static HRESULT WINAPI device_CreateTexture2D(ID3D10Device1 *iface, const D3D10_TEXTURE2D_DESC *d,
	const D3D10_SUBRESOURCE_DATA *initial, ID3D10Texture2D **ret_texture)
{
	struct xfi_desc desc;
	if (!d)
		return E_INVALIDARG;
	desc = (struct xfi_desc){ .dimension = D3D11_RESOURCE_DIMENSION_TEXTURE2D,
		.width = d->Width,
		.height = d->Height,
		.depth = 1,
		.mips = d->MipLevels,
		.array = d->ArraySize,
		.format = d->Format,
		.samples = d->SampleDesc,
		.usage = (D3D11_USAGE)d->Usage,
		.bind = d->BindFlags,
		.cpu = d->CPUAccessFlags,
		.misc = d->MiscFlags };
	return make_resource(iface, &desc, initial, (void **)ret_texture);
}

static HRESULT WINAPI device_CreateTexture3D(ID3D10Device1 *iface, const D3D10_TEXTURE3D_DESC *d,
	const D3D10_SUBRESOURCE_DATA *initial, ID3D10Texture3D **ret_texture)
{
	struct xfi_desc desc;
	if (!d)
		return E_INVALIDARG;
	desc = (struct xfi_desc){ .dimension = D3D11_RESOURCE_DIMENSION_TEXTURE3D,
		.width = d->Width,
		.height = d->Height,
		.depth = d->Depth,
		.mips = d->MipLevels,
		.array = 1,
		.format = d->Format,
		.samples = { 1, 0 },
		.usage = (D3D11_USAGE)d->Usage,
		.bind = d->BindFlags,
		.cpu = d->CPUAccessFlags,
		.misc = d->MiscFlags };
	return make_resource(iface, &desc, initial, (void **)ret_texture);
}

static HRESULT make_view(ID3D10Device1 *iface, enum xfi_view_kind kind, ID3D10Resource *resource,
	const void *desc, void **ret_iface)
{
	struct xfi_view *view;
	HRESULT hr;
	if (ret_iface)
		*ret_iface = NULL;
	if (!resource)
		return E_INVALIDARG;
	hr = xfi_view_create(
		impl(iface), kind, resource_of(resource), desc, ret_iface ? &view : NULL);
	if (ret_iface && SUCCEEDED(hr))
		*ret_iface = &view->child.d3d10;
	return hr;
}

/* D3D10's description is the beginning of D3D11's; the rest may not lie in the program's memory. */
static HRESULT WINAPI device_CreateShaderResourceView1(ID3D10Device1 *iface,
	ID3D10Resource *resource, const D3D10_SHADER_RESOURCE_VIEW_DESC1 *d,
	ID3D10ShaderResourceView1 **ret_view)
{
	D3D11_SHADER_RESOURCE_VIEW_DESC desc = { 0 };
	if (d)
		memcpy(&desc, d, sizeof(*d));
	return make_view(iface, XFI_SRV, resource, d ? &desc : NULL, (void **)ret_view);
}

static HRESULT WINAPI device_CreateShaderResourceView(ID3D10Device1 *iface,
	ID3D10Resource *resource, const D3D10_SHADER_RESOURCE_VIEW_DESC *d,
	ID3D10ShaderResourceView **ret_view)
{
	D3D11_SHADER_RESOURCE_VIEW_DESC desc = { 0 };
	if (d)
		memcpy(&desc, d, sizeof(*d));
	return make_view(iface, XFI_SRV, resource, d ? &desc : NULL, (void **)ret_view);
}

static HRESULT WINAPI device_CreateRenderTargetView(ID3D10Device1 *iface, ID3D10Resource *resource,
	const D3D10_RENDER_TARGET_VIEW_DESC *d, ID3D10RenderTargetView **ret_view)
{
	return make_view(iface, XFI_RTV, resource, d, (void **)ret_view);
}

static HRESULT WINAPI device_CreateDepthStencilView(ID3D10Device1 *iface, ID3D10Resource *resource,
	const D3D10_DEPTH_STENCIL_VIEW_DESC *d, ID3D10DepthStencilView **ret_view)
{
	D3D11_DEPTH_STENCIL_VIEW_DESC desc = { 0 };
	if (d) {
		desc.Format = d->Format;
		desc.ViewDimension = (D3D11_DSV_DIMENSION)d->ViewDimension;
		memcpy(&desc.Texture2DArray, &d->Texture2DArray, sizeof(d->Texture2DArray));
	}
	return make_view(iface, XFI_DSV, resource, d ? &desc : NULL, (void **)ret_view);
}

static HRESULT WINAPI device_CreateQuery(
	ID3D10Device1 *iface, const D3D10_QUERY_DESC *d, ID3D10Query **ret_query)
{
	D3D11_QUERY_DESC desc;
	struct xfi_query *query;
	HRESULT hr;
	if (!d)
		return E_INVALIDARG;
	desc = (D3D11_QUERY_DESC){ (D3D11_QUERY)d->Query, d->MiscFlags };
	hr = xfi_query_create(impl(iface), &desc, ret_query ? &query : NULL);
	if (ret_query)
		*ret_query = SUCCEEDED(hr) ? (ID3D10Query *)&query->child.d3d10 : NULL;
	return hr;
}

static HRESULT WINAPI device_CreatePredicate(
	ID3D10Device1 *iface, const D3D10_QUERY_DESC *d, ID3D10Predicate **ret_predicate)
{
	struct xfi_query *query;
	HRESULT hr;
	if (ret_predicate)
		*ret_predicate = NULL;
	if (!d)
		return E_INVALIDARG;
	const D3D11_QUERY_DESC desc = { (D3D11_QUERY)d->Query, d->MiscFlags };
	hr = xfi_predicate_create(impl(iface), &desc, ret_predicate ? &query : NULL);
	if (hr == S_OK)
		*ret_predicate = (ID3D10Predicate *)&query->child.d3d10;
	return hr;
}

static HRESULT WINAPI device_OpenSharedResource(
	ID3D10Device1 *iface, HANDLE handle, REFIID riid, void **ret_resource)
{
	return xfi_open_kmt(impl(iface), handle, riid, ret_resource);
}

static HRESULT WINAPI device_CheckFormatSupport(
	ID3D10Device1 *iface, DXGI_FORMAT format, UINT *ret_support)
{
	if (!ret_support)
		return E_INVALIDARG;
	*ret_support = xfi_format_support(format);
	return *ret_support ? S_OK : E_FAIL;
}

static HRESULT WINAPI device_CheckMultisampleQualityLevels(
	ID3D10Device1 *iface, DXGI_FORMAT format, UINT samples, UINT *ret_levels)
{
	if (!ret_levels)
		return E_INVALIDARG;
	*ret_levels = samples == 1 && xfi_format(format) ? 1 : 0;
	return samples ? S_OK : E_FAIL;
}

/* There are no counters. */
static void WINAPI device_CheckCounterInfo(ID3D10Device1 *iface, D3D10_COUNTER_INFO *ret_info)
{
	if (ret_info)
		memset(ret_info, 0, sizeof(*ret_info));
}

static HRESULT WINAPI device_GetPrivateData(
	ID3D10Device1 *iface, REFGUID guid, UINT *size, void *bytes)
{
	return ID3D11Device5_GetPrivateData(&impl(iface)->d3d11, guid, size, bytes);
}

static HRESULT WINAPI device_SetPrivateData(
	ID3D10Device1 *iface, REFGUID guid, UINT size, const void *bytes)
{
	return ID3D11Device5_SetPrivateData(&impl(iface)->d3d11, guid, size, bytes);
}

static HRESULT WINAPI device_SetPrivateDataInterface(
	ID3D10Device1 *iface, REFGUID guid, const IUnknown *object)
{
	return ID3D11Device5_SetPrivateDataInterface(&impl(iface)->d3d11, guid, object);
}

static HRESULT WINAPI device_GetDeviceRemovedReason(ID3D10Device1 *iface)
{
	return xfi_render_removed(impl(iface));
}

static HRESULT WINAPI device_SetExceptionMode(ID3D10Device1 *iface, UINT flags)
{
	impl(iface)->exception_mode = flags;
	return S_OK;
}

static UINT WINAPI device_GetExceptionMode(ID3D10Device1 *iface)
{
	return impl(iface)->exception_mode;
}

static UINT WINAPI device_GetCreationFlags(ID3D10Device1 *iface)
{
	return impl(iface)->creation_flags;
}

static D3D10_FEATURE_LEVEL1 WINAPI device_GetFeatureLevel(ID3D10Device1 *iface)
{
	return (D3D10_FEATURE_LEVEL1)impl(iface)->level;
}

static void WINAPI device_SetTextFilterSize(ID3D10Device1 *iface, UINT width, UINT height)
{
}

static void WINAPI device_GetTextFilterSize(ID3D10Device1 *iface, UINT *width, UINT *height)
{
	if (width)
		*width = 0;
	if (height)
		*height = 0;
}

_Static_assert(sizeof(D3D10_BOX) == sizeof(D3D11_BOX), "one layout");

static void WINAPI device_CopySubresourceRegion(ID3D10Device1 *iface, ID3D10Resource *to,
	UINT to_subresource, UINT x, UINT y, UINT z, ID3D10Resource *from, UINT from_subresource,
	const D3D10_BOX *box)
{
	xfi_command_copy_region(resource_of(to), to_subresource, x, y, z, resource_of(from),
		from_subresource, (const D3D11_BOX *)box);
}

static void WINAPI device_CopyResource(
	ID3D10Device1 *iface, ID3D10Resource *to, ID3D10Resource *from)
{
	xfi_command_copy(resource_of(to), resource_of(from));
}

static void WINAPI device_UpdateSubresource(ID3D10Device1 *iface, ID3D10Resource *to,
	UINT subresource, const D3D10_BOX *box, const void *data, UINT row_pitch, UINT depth_pitch)
{
	D3D11_SUBRESOURCE_DATA source = { data, row_pitch, depth_pitch };
	xfi_command_update(resource_of(to), subresource, (const D3D11_BOX *)box, &source);
}

static void WINAPI device_ClearRenderTargetView(
	ID3D10Device1 *iface, ID3D10RenderTargetView *view, const FLOAT colour[4])
{
	xfi_command_clear_float(view_of(view), colour);
}

static void WINAPI device_ClearDepthStencilView(
	ID3D10Device1 *iface, ID3D10DepthStencilView *view, UINT flags, FLOAT depth, UINT8 stencil)
{
	xfi_command_clear_depth(view_of(view), flags, depth, stencil);
}

static void WINAPI device_SetPredication(
	ID3D10Device1 *iface, ID3D10Predicate *predicate, BOOL value)
{
	xfi_predicate_set(impl(iface), xfi_child_of10(predicate), value);
}

static void WINAPI device_GetPredication(
	ID3D10Device1 *iface, ID3D10Predicate **ret_predicate, BOOL *ret_value)
{
	struct xfi_child *child = xfi_predicate_get(impl(iface), ret_predicate != NULL, ret_value);
	if (ret_predicate)
		*ret_predicate = child ? (void *)&child->d3d10 : NULL;
}

static void WINAPI device_ClearState(ID3D10Device1 *iface)
{
	ID3D11DeviceContext4_ClearState(&impl(iface)->context);
}

#define ENTRY(name) .name = xfi_device10_##name,

static const ID3D10Device1Vtbl device_vtbl = {
	/* IUnknown */
	.QueryInterface = device_QueryInterface,
	.AddRef = device_AddRef,
	.Release = device_Release,
	/* ID3D10Device and ID3D10Device1 */
	.CopySubresourceRegion = device_CopySubresourceRegion,
	.CopyResource = device_CopyResource,
	.UpdateSubresource = device_UpdateSubresource,
	.ClearRenderTargetView = device_ClearRenderTargetView,
	.ClearDepthStencilView = device_ClearDepthStencilView,
	.SetPredication = device_SetPredication,
	.GetPredication = device_GetPredication,
	.GetDeviceRemovedReason = device_GetDeviceRemovedReason,
	.SetExceptionMode = device_SetExceptionMode,
	.GetExceptionMode = device_GetExceptionMode,
	.GetPrivateData = device_GetPrivateData,
	.SetPrivateData = device_SetPrivateData,
	.SetPrivateDataInterface = device_SetPrivateDataInterface,
	.ClearState = device_ClearState,
	.CreateBuffer = device_CreateBuffer,
	.CreateTexture1D = device_CreateTexture1D,
	.CreateTexture2D = device_CreateTexture2D,
	.CreateTexture3D = device_CreateTexture3D,
	.CreateShaderResourceView = device_CreateShaderResourceView,
	.CreateShaderResourceView1 = device_CreateShaderResourceView1,
	.CreateRenderTargetView = device_CreateRenderTargetView,
	.CreateDepthStencilView = device_CreateDepthStencilView,
	.CreateQuery = device_CreateQuery,
	.CreatePredicate = device_CreatePredicate,
	.CheckFormatSupport = device_CheckFormatSupport,
	.CheckMultisampleQualityLevels = device_CheckMultisampleQualityLevels,
	.CheckCounterInfo = device_CheckCounterInfo,
	.GetCreationFlags = device_GetCreationFlags,
	.OpenSharedResource = device_OpenSharedResource,
	.SetTextFilterSize = device_SetTextFilterSize,
	.GetTextFilterSize = device_GetTextFilterSize,
	.GetFeatureLevel = device_GetFeatureLevel,
	XFI_DEVICE10_BINDINGS(ENTRY) XFI_DEVICE10_DRAW(ENTRY) XFI_DEVICE10_RENDER(ENTRY)
	/* Not provided. */
	XFI_UNSUPPORTED_D3D10_DEVICE,
};

void xfi_device_init_d3d10(struct xfi_device *device)
{
	device->d3d10.lpVtbl = &device_vtbl;
}
