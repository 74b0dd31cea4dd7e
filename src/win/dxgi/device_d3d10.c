/* SPDX-License-Identifier: MIT */
/* ID3D10Device1: creation and the pipeline in one interface. */
#include "win/dxgi/device_d3d10.h"

#include "win/dxgi/bind.h"
#include "win/dxgi/command.h"
#include "win/dxgi/query.h"
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
	return ID3D11Device1_GetPrivateData(&impl(iface)->d3d11, guid, size, bytes);
}

static HRESULT WINAPI device_SetPrivateData(
	ID3D10Device1 *iface, REFGUID guid, UINT size, const void *bytes)
{
	return ID3D11Device1_SetPrivateData(&impl(iface)->d3d11, guid, size, bytes);
}

static HRESULT WINAPI device_SetPrivateDataInterface(
	ID3D10Device1 *iface, REFGUID guid, const IUnknown *object)
{
	return ID3D11Device1_SetPrivateDataInterface(&impl(iface)->d3d11, guid, object);
}

static HRESULT WINAPI device_GetDeviceRemovedReason(ID3D10Device1 *iface)
{
	return S_OK;
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

#define STAGE(S, Kind)                                                                             \
	static void WINAPI device_##S##SetShaderResources(ID3D10Device1 *iface, UINT start,        \
		UINT count, ID3D10ShaderResourceView *const *views)                                \
	{                                                                                          \
		xfi_bind(impl(iface), XFI_FACE_10, XFI_STAGE_RANGE(SRV, XFI_##S), start, count,    \
			views);                                                                    \
	}                                                                                          \
	static void WINAPI device_##S##GetShaderResources(ID3D10Device1 *iface, UINT start,        \
		UINT count, ID3D10ShaderResourceView **ret_views)                                  \
	{                                                                                          \
		xfi_fetch(impl(iface), XFI_FACE_10, XFI_STAGE_RANGE(SRV, XFI_##S), start, count,   \
			ret_views);                                                                \
	}                                                                                          \
	static void WINAPI device_##S##SetSamplers(                                                \
		ID3D10Device1 *iface, UINT start, UINT count, ID3D10SamplerState *const *samplers) \
	{                                                                                          \
		xfi_bind(impl(iface), XFI_FACE_10, XFI_STAGE_RANGE(SAMPLER, XFI_##S), start,       \
			count, samplers);                                                          \
	}                                                                                          \
	static void WINAPI device_##S##GetSamplers(                                                \
		ID3D10Device1 *iface, UINT start, UINT count, ID3D10SamplerState **ret)            \
	{                                                                                          \
		xfi_fetch(impl(iface), XFI_FACE_10, XFI_STAGE_RANGE(SAMPLER, XFI_##S), start,      \
			count, ret);                                                               \
	}                                                                                          \
	static void WINAPI device_##S##GetShader(                                                  \
		ID3D10Device1 *iface, ID3D10##Kind##Shader **ret_shader)                           \
	{                                                                                          \
		if (ret_shader)                                                                    \
			*ret_shader = NULL;                                                        \
	}                                                                                          \
	static void WINAPI device_##S##SetConstantBuffers(                                         \
		ID3D10Device1 *iface, UINT start, UINT count, ID3D10Buffer *const *buffers)        \
	{                                                                                          \
		xfi_bind(impl(iface), XFI_FACE_10, XFI_STAGE_RANGE(CB, XFI_##S), start, count,     \
			buffers);                                                                  \
	}                                                                                          \
	static void WINAPI device_##S##GetConstantBuffers(                                         \
		ID3D10Device1 *iface, UINT start, UINT count, ID3D10Buffer **ret_buffers)          \
	{                                                                                          \
		xfi_fetch(impl(iface), XFI_FACE_10, XFI_STAGE_RANGE(CB, XFI_##S), start, count,    \
			ret_buffers);                                                              \
	}

STAGE(VS, Vertex)
STAGE(GS, Geometry)
STAGE(PS, Pixel)

#define STAGE_METHODS(S)                                                                           \
	.S##SetShaderResources = device_##S##SetShaderResources,                                   \
	.S##GetShaderResources = device_##S##GetShaderResources,                                   \
	.S##SetSamplers = device_##S##SetSamplers, .S##GetSamplers = device_##S##GetSamplers,      \
	.S##GetShader = device_##S##GetShader,                                                     \
	.S##SetConstantBuffers = device_##S##SetConstantBuffers,                                   \
	.S##GetConstantBuffers = device_##S##GetConstantBuffers

static void WINAPI device_IASetVertexBuffers(ID3D10Device1 *iface, UINT start, UINT count,
	ID3D10Buffer *const *buffers, const UINT *strides, const UINT *offsets)
{
	xfi_bind_vertex_buffers(impl(iface), XFI_FACE_10, start, count, buffers, strides, offsets);
}

static void WINAPI device_IAGetVertexBuffers(ID3D10Device1 *iface, UINT start, UINT count,
	ID3D10Buffer **ret_buffers, UINT *ret_strides, UINT *ret_offsets)
{
	xfi_fetch_vertex_buffers(
		impl(iface), XFI_FACE_10, start, count, ret_buffers, ret_strides, ret_offsets);
}

static void WINAPI device_IASetIndexBuffer(
	ID3D10Device1 *iface, ID3D10Buffer *buffer, DXGI_FORMAT format, UINT offset)
{
	xfi_bind_index_buffer(impl(iface), XFI_FACE_10, buffer, format, offset);
}

static void WINAPI device_IAGetIndexBuffer(
	ID3D10Device1 *iface, ID3D10Buffer **ret_buffer, DXGI_FORMAT *ret_format, UINT *ret_offset)
{
	xfi_fetch_index_buffer(impl(iface), XFI_FACE_10, ret_buffer, ret_format, ret_offset);
}

static void WINAPI device_IASetInputLayout(ID3D10Device1 *iface, ID3D10InputLayout *layout)
{
	xfi_bind(impl(iface), XFI_FACE_10, XFI_ONE(INPUT_LAYOUT), 0, 1, &layout);
}

static void WINAPI device_IAGetInputLayout(ID3D10Device1 *iface, ID3D10InputLayout **ret_layout)
{
	xfi_fetch(impl(iface), XFI_FACE_10, XFI_ONE(INPUT_LAYOUT), 0, 1, ret_layout);
}

/* What D3D10's device and D3D11's context keep alike is kept by the context. */
static ID3D11DeviceContext1 *context_of(ID3D10Device1 *iface)
{
	return &impl(iface)->context;
}

static void WINAPI device_IASetPrimitiveTopology(
	ID3D10Device1 *iface, D3D10_PRIMITIVE_TOPOLOGY topology)
{
	ID3D11DeviceContext1_IASetPrimitiveTopology(context_of(iface), topology);
}

static void WINAPI device_IAGetPrimitiveTopology(
	ID3D10Device1 *iface, D3D10_PRIMITIVE_TOPOLOGY *ret_topology)
{
	ID3D11DeviceContext1_IAGetPrimitiveTopology(context_of(iface), ret_topology);
}

static void WINAPI device_OMSetRenderTargets(ID3D10Device1 *iface, UINT count,
	ID3D10RenderTargetView *const *rtvs, ID3D10DepthStencilView *dsv)
{
	xfi_bind_targets(impl(iface), XFI_FACE_10, count, rtvs, dsv);
}

static void WINAPI device_OMGetRenderTargets(ID3D10Device1 *iface, UINT count,
	ID3D10RenderTargetView **ret_rtvs, ID3D10DepthStencilView **ret_dsv)
{
	xfi_fetch_targets(impl(iface), XFI_FACE_10, count, ret_rtvs, ret_dsv);
}

static void WINAPI device_OMSetBlendState(
	ID3D10Device1 *iface, ID3D10BlendState *state, const FLOAT factor[4], UINT mask)
{
	xfi_bind_blend(impl(iface), XFI_FACE_10, state, factor, mask);
}

static void WINAPI device_OMGetBlendState(
	ID3D10Device1 *iface, ID3D10BlendState **ret_state, FLOAT ret_factor[4], UINT *ret_mask)
{
	xfi_fetch_blend(impl(iface), XFI_FACE_10, ret_state, ret_factor, ret_mask);
}

static void WINAPI device_OMSetDepthStencilState(
	ID3D10Device1 *iface, ID3D10DepthStencilState *state, UINT stencil_ref)
{
	xfi_bind_depth_stencil(impl(iface), XFI_FACE_10, state, stencil_ref);
}

static void WINAPI device_OMGetDepthStencilState(
	ID3D10Device1 *iface, ID3D10DepthStencilState **ret_state, UINT *ret_stencil_ref)
{
	xfi_fetch_depth_stencil(impl(iface), XFI_FACE_10, ret_state, ret_stencil_ref);
}

static void WINAPI device_RSSetState(ID3D10Device1 *iface, ID3D10RasterizerState *state)
{
	xfi_bind(impl(iface), XFI_FACE_10, XFI_ONE(RASTERIZER), 0, 1, &state);
}

static void WINAPI device_RSGetState(ID3D10Device1 *iface, ID3D10RasterizerState **ret_state)
{
	xfi_fetch(impl(iface), XFI_FACE_10, XFI_ONE(RASTERIZER), 0, 1, ret_state);
}

static void WINAPI device_SOSetTargets(
	ID3D10Device1 *iface, UINT count, ID3D10Buffer *const *buffers, const UINT *offsets)
{
	xfi_bind_stream_outputs(impl(iface), XFI_FACE_10, count, buffers, offsets);
}

static void WINAPI device_SOGetTargets(
	ID3D10Device1 *iface, UINT count, ID3D10Buffer **ret_buffers, UINT *ret_offsets)
{
	struct xfi_device *device = impl(iface);

	xfi_device_lock(device);
	xfi_fetch(device, XFI_FACE_10, XFI_RANGE(SO), 0, count, ret_buffers);
	xfi_fetch_numbers(device->pipeline->so_offset, XFI_RANGE(SO), 0, count, ret_offsets);
	xfi_device_unlock(device);
}

/* D3D10's viewports begin at whole pixels. */
static void WINAPI device_RSSetViewports(
	ID3D10Device1 *iface, UINT count, const D3D10_VIEWPORT *viewports)
{
	D3D11_VIEWPORT ours[XFI_VIEWPORTS];

	if (count > XFI_VIEWPORTS || (count && !viewports))
		return;
	for (UINT i = 0; i < count; i++)
		ours[i] = (D3D11_VIEWPORT){ (FLOAT)viewports[i].TopLeftX,
			(FLOAT)viewports[i].TopLeftY, (FLOAT)viewports[i].Width,
			(FLOAT)viewports[i].Height, viewports[i].MinDepth, viewports[i].MaxDepth };
	ID3D11DeviceContext1_RSSetViewports(context_of(iface), count, ours);
}

static void WINAPI device_RSGetViewports(
	ID3D10Device1 *iface, UINT *count, D3D10_VIEWPORT *ret_viewports)
{
	D3D11_VIEWPORT ours[XFI_VIEWPORTS];
	UINT n = XFI_VIEWPORTS;

	if (!count)
		return;
	ID3D11DeviceContext1_RSGetViewports(context_of(iface), &n, ours);
	for (UINT i = 0; ret_viewports && i < *count; i++)
		ret_viewports[i] = i < n ? (D3D10_VIEWPORT){ (INT)ours[i].TopLeftX,
			(INT)ours[i].TopLeftY, (UINT)ours[i].Width, (UINT)ours[i].Height,
			ours[i].MinDepth, ours[i].MaxDepth }
					 : (D3D10_VIEWPORT){ 0 };
	*count = n;
}

static void WINAPI device_RSSetScissorRects(
	ID3D10Device1 *iface, UINT count, const D3D10_RECT *rects)
{
	ID3D11DeviceContext1_RSSetScissorRects(context_of(iface), count, rects);
}

static void WINAPI device_RSGetScissorRects(
	ID3D10Device1 *iface, UINT *count, D3D10_RECT *ret_rects)
{
	ID3D11DeviceContext1_RSGetScissorRects(context_of(iface), count, ret_rects);
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
}

static void WINAPI device_GetPredication(
	ID3D10Device1 *iface, ID3D10Predicate **ret_predicate, BOOL *ret_value)
{
	if (ret_predicate)
		*ret_predicate = NULL;
	if (ret_value)
		*ret_value = FALSE;
}

static void WINAPI device_ClearState(ID3D10Device1 *iface)
{
	ID3D11DeviceContext1_ClearState(context_of(iface));
}

/* Commands are done when they return. */
static void WINAPI device_Flush(ID3D10Device1 *iface)
{
}

static const ID3D10Device1Vtbl device_vtbl = {
	/* IUnknown */
	.QueryInterface = device_QueryInterface,
	.AddRef = device_AddRef,
	.Release = device_Release,
	/* ID3D10Device and ID3D10Device1 */
	STAGE_METHODS(VS),
	STAGE_METHODS(GS),
	STAGE_METHODS(PS),
	.IASetVertexBuffers = device_IASetVertexBuffers,
	.IAGetVertexBuffers = device_IAGetVertexBuffers,
	.IASetIndexBuffer = device_IASetIndexBuffer,
	.IAGetIndexBuffer = device_IAGetIndexBuffer,
	.IASetInputLayout = device_IASetInputLayout,
	.IAGetInputLayout = device_IAGetInputLayout,
	.IASetPrimitiveTopology = device_IASetPrimitiveTopology,
	.IAGetPrimitiveTopology = device_IAGetPrimitiveTopology,
	.OMSetRenderTargets = device_OMSetRenderTargets,
	.OMGetRenderTargets = device_OMGetRenderTargets,
	.OMSetBlendState = device_OMSetBlendState,
	.OMGetBlendState = device_OMGetBlendState,
	.OMSetDepthStencilState = device_OMSetDepthStencilState,
	.OMGetDepthStencilState = device_OMGetDepthStencilState,
	.RSSetState = device_RSSetState,
	.RSGetState = device_RSGetState,
	.SOSetTargets = device_SOSetTargets,
	.SOGetTargets = device_SOGetTargets,
	.RSSetViewports = device_RSSetViewports,
	.RSGetViewports = device_RSGetViewports,
	.RSSetScissorRects = device_RSSetScissorRects,
	.RSGetScissorRects = device_RSGetScissorRects,
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
	.Flush = device_Flush,
	.CreateBuffer = device_CreateBuffer,
	.CreateTexture1D = device_CreateTexture1D,
	.CreateTexture2D = device_CreateTexture2D,
	.CreateTexture3D = device_CreateTexture3D,
	.CreateShaderResourceView = device_CreateShaderResourceView,
	.CreateShaderResourceView1 = device_CreateShaderResourceView1,
	.CreateRenderTargetView = device_CreateRenderTargetView,
	.CreateDepthStencilView = device_CreateDepthStencilView,
	.CreateQuery = device_CreateQuery,
	.CheckFormatSupport = device_CheckFormatSupport,
	.CheckMultisampleQualityLevels = device_CheckMultisampleQualityLevels,
	.CheckCounterInfo = device_CheckCounterInfo,
	.GetCreationFlags = device_GetCreationFlags,
	.OpenSharedResource = device_OpenSharedResource,
	.SetTextFilterSize = device_SetTextFilterSize,
	.GetTextFilterSize = device_GetTextFilterSize,
	.GetFeatureLevel = device_GetFeatureLevel,
	XFI_UNSUPPORTED_D3D10_DEVICE,
};

void xfi_device_init_d3d10(struct xfi_device *device)
{
	device->d3d10.lpVtbl = &device_vtbl;
}
