/* SPDX-License-Identifier: MIT */
/* ID3D11DeviceContext1: the immediate context, which is part of its device. */
#include "win/dxgi/context.h"

#include "win/dxgi/bind.h"
#include "win/dxgi/command.h"
#include "win/dxgi/map.h"
#include "win/dxgi/query.h"
#include "win/dxgi/unsupported.h"

static struct xfi_device *impl(ID3D11DeviceContext1 *iface)
{
	return XFI_CONTAINER(iface, struct xfi_device, context);
}

static struct xfi_resource *resource_of(void *iface)
{
	return iface ? xfi_resource_of(xfi_child_of11(iface)) : NULL;
}

static struct xfi_view *view_of(void *iface)
{
	return iface ? xfi_view_of(xfi_child_of11(iface)) : NULL;
}

ULONG xfi_context_addref(struct xfi_device *device)
{
	ULONG before = atomic_fetch_add(&device->context_refs, 1);

	if (!before)
		xfi_device_addref(device);
	return before + 1;
}

static ULONG WINAPI context_AddRef(ID3D11DeviceContext1 *iface)
{
	return xfi_context_addref(impl(iface));
}

static ULONG WINAPI context_Release(ID3D11DeviceContext1 *iface)
{
	struct xfi_device *device = impl(iface);
	ULONG left = atomic_fetch_sub(&device->context_refs, 1) - 1;

	if (!left)
		xfi_device_release(device);
	return left;
}

static HRESULT WINAPI context_QueryInterface(
	ID3D11DeviceContext1 *iface, REFIID riid, void **ret_object)
{
	if (!ret_object)
		return E_POINTER;
	*ret_object = NULL;
	if (!xfi_iid_is(riid, &IID_IUnknown) && !xfi_iid_is(riid, &IID_ID3D11DeviceChild) &&
		!xfi_iid_is(riid, &IID_ID3D11DeviceContext) &&
		!xfi_iid_is(riid, &IID_ID3D11DeviceContext1)) {
		/* Programs ask the context, too, for the device's lock. */
		if (!xfi_iid_is(riid, &IID_ID3D10Multithread) &&
			!xfi_iid_is(riid, &IID_ID3D11Multithread))
			return E_NOINTERFACE;
		return xfi_device_query(impl(iface), riid, ret_object);
	}
	xfi_context_addref(impl(iface));
	*ret_object = iface;
	return S_OK;
}

static void WINAPI context_GetDevice(ID3D11DeviceContext1 *iface, ID3D11Device **ret_device)
{
	struct xfi_device *device = impl(iface);

	xfi_device_addref(device);
	*ret_device = (ID3D11Device *)&device->d3d11;
}

static HRESULT WINAPI context_GetPrivateData(
	ID3D11DeviceContext1 *iface, REFGUID guid, UINT *size, void *bytes)
{
	struct xfi_device *device = impl(iface);
	HRESULT hr;

	xfi_device_lock(device);
	hr = xfi_private_get(&device->context_data, guid, size, bytes);
	xfi_device_unlock(device);
	return hr;
}

static HRESULT WINAPI context_SetPrivateData(
	ID3D11DeviceContext1 *iface, REFGUID guid, UINT size, const void *bytes)
{
	struct xfi_device *device = impl(iface);
	HRESULT hr;

	xfi_device_lock(device);
	hr = xfi_private_set(&device->context_data, guid, size, bytes);
	xfi_device_unlock(device);
	return hr;
}

static HRESULT WINAPI context_SetPrivateDataInterface(
	ID3D11DeviceContext1 *iface, REFGUID guid, const IUnknown *object)
{
	struct xfi_device *device = impl(iface);
	HRESULT hr;

	xfi_device_lock(device);
	hr = xfi_private_set_interface(&device->context_data, guid, object);
	xfi_device_unlock(device);
	return hr;
}

/* Which constants of a buffer are bound: everything, unless SetConstantBuffers1 said otherwise. */
static void set_constant_ranges(struct xfi_device *device, enum xfi_stage stage, UINT start,
	UINT count, const UINT *firsts, const UINT *counts)
{
	if (start > XFI_N_CB || count > XFI_N_CB - start)
		return;
	xfi_device_lock(device);
	for (UINT i = 0; i < count; i++) {
		device->pipeline->cb_first[stage][start + i] = firsts ? firsts[i] : 0;
		device->pipeline->cb_count[stage][start + i] =
			counts ? counts[i] : D3D11_REQ_CONSTANT_BUFFER_ELEMENT_COUNT;
	}
	xfi_device_unlock(device);
}

static void get_constant_ranges(struct xfi_device *device, enum xfi_stage stage, UINT start,
	UINT count, UINT *ret_firsts, UINT *ret_counts)
{
	const struct xfi_slots slots = XFI_STAGE_RANGE(CB, stage);

	xfi_device_lock(device);
	xfi_fetch_numbers(device->pipeline->cb_first[stage], slots, start, count, ret_firsts);
	xfi_fetch_numbers(device->pipeline->cb_count[stage], slots, start, count, ret_counts);
	xfi_device_unlock(device);
}

/* No shaders, so none is bound, and none has instances of classes. */
static void get_no_shader(void **ret_shader, UINT *ret_count)
{
	if (ret_shader)
		*ret_shader = NULL;
	if (ret_count)
		*ret_count = 0;
}

#define STAGE(S, Kind)                                                                             \
	static void WINAPI context_##S##SetShaderResources(ID3D11DeviceContext1 *iface,            \
		UINT start, UINT count, ID3D11ShaderResourceView *const *views)                    \
	{                                                                                          \
		xfi_bind(impl(iface), XFI_FACE_11, XFI_STAGE_RANGE(SRV, XFI_##S), start, count,    \
			views);                                                                    \
	}                                                                                          \
	static void WINAPI context_##S##GetShaderResources(ID3D11DeviceContext1 *iface,            \
		UINT start, UINT count, ID3D11ShaderResourceView **ret_views)                      \
	{                                                                                          \
		xfi_fetch(impl(iface), XFI_FACE_11, XFI_STAGE_RANGE(SRV, XFI_##S), start, count,   \
			ret_views);                                                                \
	}                                                                                          \
	static void WINAPI context_##S##SetSamplers(ID3D11DeviceContext1 *iface, UINT start,       \
		UINT count, ID3D11SamplerState *const *samplers)                                   \
	{                                                                                          \
		xfi_bind(impl(iface), XFI_FACE_11, XFI_STAGE_RANGE(SAMPLER, XFI_##S), start,       \
			count, samplers);                                                          \
	}                                                                                          \
	static void WINAPI context_##S##GetSamplers(                                               \
		ID3D11DeviceContext1 *iface, UINT start, UINT count, ID3D11SamplerState **ret)     \
	{                                                                                          \
		xfi_fetch(impl(iface), XFI_FACE_11, XFI_STAGE_RANGE(SAMPLER, XFI_##S), start,      \
			count, ret);                                                               \
	}                                                                                          \
	static void WINAPI context_##S##GetShader(ID3D11DeviceContext1 *iface,                     \
		ID3D11##Kind##Shader **ret_shader, ID3D11ClassInstance **ret_instances,            \
		UINT *ret_count)                                                                   \
	{                                                                                          \
		get_no_shader((void **)ret_shader, ret_count);                                     \
	}                                                                                          \
	static void WINAPI context_##S##SetConstantBuffers1(ID3D11DeviceContext1 *iface,           \
		UINT start, UINT count, ID3D11Buffer *const *buffers, const UINT *firsts,          \
		const UINT *counts)                                                                \
	{                                                                                          \
		xfi_bind(impl(iface), XFI_FACE_11, XFI_STAGE_RANGE(CB, XFI_##S), start, count,     \
			buffers);                                                                  \
		set_constant_ranges(impl(iface), XFI_##S, start, count, firsts, counts);           \
	}                                                                                          \
	static void WINAPI context_##S##SetConstantBuffers(                                        \
		ID3D11DeviceContext1 *iface, UINT start, UINT count, ID3D11Buffer *const *buffers) \
	{                                                                                          \
		context_##S##SetConstantBuffers1(iface, start, count, buffers, NULL, NULL);        \
	}                                                                                          \
	static void WINAPI context_##S##GetConstantBuffers(                                        \
		ID3D11DeviceContext1 *iface, UINT start, UINT count, ID3D11Buffer **ret_buffers)   \
	{                                                                                          \
		xfi_fetch(impl(iface), XFI_FACE_11, XFI_STAGE_RANGE(CB, XFI_##S), start, count,    \
			ret_buffers);                                                              \
	}                                                                                          \
	static void WINAPI context_##S##GetConstantBuffers1(ID3D11DeviceContext1 *iface,           \
		UINT start, UINT count, ID3D11Buffer **ret_buffers, UINT *ret_firsts,              \
		UINT *ret_counts)                                                                  \
	{                                                                                          \
		context_##S##GetConstantBuffers(iface, start, count, ret_buffers);                 \
		get_constant_ranges(impl(iface), XFI_##S, start, count, ret_firsts, ret_counts);   \
	}

STAGE(VS, Vertex)
STAGE(HS, Hull)
STAGE(DS, Domain)
STAGE(GS, Geometry)
STAGE(PS, Pixel)
STAGE(CS, Compute)

#define STAGE_METHODS(S)                                                                           \
	.S##SetShaderResources = context_##S##SetShaderResources,                                  \
	.S##GetShaderResources = context_##S##GetShaderResources,                                  \
	.S##SetSamplers = context_##S##SetSamplers, .S##GetSamplers = context_##S##GetSamplers,    \
	.S##GetShader = context_##S##GetShader,                                                    \
	.S##SetConstantBuffers = context_##S##SetConstantBuffers,                                  \
	.S##SetConstantBuffers1 = context_##S##SetConstantBuffers1,                                \
	.S##GetConstantBuffers = context_##S##GetConstantBuffers,                                  \
	.S##GetConstantBuffers1 = context_##S##GetConstantBuffers1

static HRESULT WINAPI context_Map(ID3D11DeviceContext1 *iface, ID3D11Resource *resource,
	UINT subresource, D3D11_MAP type, UINT flags, D3D11_MAPPED_SUBRESOURCE *ret_mapped)
{
	if (!resource) {
		if (ret_mapped)
			*ret_mapped = (D3D11_MAPPED_SUBRESOURCE){ 0 };
		return E_INVALIDARG;
	}
	return xfi_resource_map(resource_of(resource), subresource, type, flags, ret_mapped);
}

static void WINAPI context_Unmap(
	ID3D11DeviceContext1 *iface, ID3D11Resource *resource, UINT subresource)
{
	if (resource)
		xfi_resource_unmap(resource_of(resource), subresource);
}

static void WINAPI context_IASetVertexBuffers(ID3D11DeviceContext1 *iface, UINT start, UINT count,
	ID3D11Buffer *const *buffers, const UINT *strides, const UINT *offsets)
{
	xfi_bind_vertex_buffers(impl(iface), XFI_FACE_11, start, count, buffers, strides, offsets);
}

static void WINAPI context_IAGetVertexBuffers(ID3D11DeviceContext1 *iface, UINT start, UINT count,
	ID3D11Buffer **ret_buffers, UINT *ret_strides, UINT *ret_offsets)
{
	xfi_fetch_vertex_buffers(
		impl(iface), XFI_FACE_11, start, count, ret_buffers, ret_strides, ret_offsets);
}

static void WINAPI context_IASetIndexBuffer(
	ID3D11DeviceContext1 *iface, ID3D11Buffer *buffer, DXGI_FORMAT format, UINT offset)
{
	xfi_bind_index_buffer(impl(iface), XFI_FACE_11, buffer, format, offset);
}

static void WINAPI context_IAGetIndexBuffer(ID3D11DeviceContext1 *iface, ID3D11Buffer **ret_buffer,
	DXGI_FORMAT *ret_format, UINT *ret_offset)
{
	xfi_fetch_index_buffer(impl(iface), XFI_FACE_11, ret_buffer, ret_format, ret_offset);
}

static void WINAPI context_IASetInputLayout(ID3D11DeviceContext1 *iface, ID3D11InputLayout *layout)
{
	xfi_bind(impl(iface), XFI_FACE_11, XFI_ONE(INPUT_LAYOUT), 0, 1, &layout);
}

static void WINAPI context_IAGetInputLayout(
	ID3D11DeviceContext1 *iface, ID3D11InputLayout **ret_layout)
{
	xfi_fetch(impl(iface), XFI_FACE_11, XFI_ONE(INPUT_LAYOUT), 0, 1, ret_layout);
}

static void WINAPI context_IASetPrimitiveTopology(
	ID3D11DeviceContext1 *iface, D3D11_PRIMITIVE_TOPOLOGY topology)
{
	struct xfi_device *device = impl(iface);

	xfi_device_lock(device);
	device->pipeline->topology = topology;
	xfi_device_unlock(device);
}

static void WINAPI context_IAGetPrimitiveTopology(
	ID3D11DeviceContext1 *iface, D3D11_PRIMITIVE_TOPOLOGY *ret_topology)
{
	struct xfi_device *device = impl(iface);

	xfi_device_lock(device);
	*ret_topology = device->pipeline->topology;
	xfi_device_unlock(device);
}

static void WINAPI context_OMSetRenderTargets(ID3D11DeviceContext1 *iface, UINT count,
	ID3D11RenderTargetView *const *rtvs, ID3D11DepthStencilView *dsv)
{
	xfi_bind_targets(impl(iface), XFI_FACE_11, count, rtvs, dsv);
}

static void WINAPI context_OMSetRenderTargetsAndUnorderedAccessViews(ID3D11DeviceContext1 *iface,
	UINT n_rtvs, ID3D11RenderTargetView *const *rtvs, ID3D11DepthStencilView *dsv,
	UINT first_uav, UINT n_uavs, ID3D11UnorderedAccessView *const *uavs, const UINT *counters)
{
	struct xfi_device *device = impl(iface);

	if (n_rtvs != D3D11_KEEP_RENDER_TARGETS_AND_DEPTH_STENCIL)
		xfi_bind_targets(device, XFI_FACE_11, n_rtvs, rtvs, dsv);
	if (n_uavs == D3D11_KEEP_UNORDERED_ACCESS_VIEWS || first_uav > XFI_N_UAV ||
		n_uavs > XFI_N_UAV - first_uav)
		return;
	xfi_device_lock(device);
	xfi_bind(device, XFI_FACE_11, XFI_RANGE(OM_UAV), 0, XFI_N_UAV, NULL);
	xfi_bind(device, XFI_FACE_11, XFI_RANGE(OM_UAV), first_uav, n_uavs, uavs);
	xfi_device_unlock(device);
}

static void WINAPI context_OMGetRenderTargets(ID3D11DeviceContext1 *iface, UINT count,
	ID3D11RenderTargetView **ret_rtvs, ID3D11DepthStencilView **ret_dsv)
{
	xfi_fetch_targets(impl(iface), XFI_FACE_11, count, ret_rtvs, ret_dsv);
}

static void WINAPI context_OMGetRenderTargetsAndUnorderedAccessViews(ID3D11DeviceContext1 *iface,
	UINT n_rtvs, ID3D11RenderTargetView **ret_rtvs, ID3D11DepthStencilView **ret_dsv,
	UINT first_uav, UINT n_uavs, ID3D11UnorderedAccessView **ret_uavs)
{
	xfi_fetch_targets(impl(iface), XFI_FACE_11, n_rtvs, ret_rtvs, ret_dsv);
	xfi_fetch(impl(iface), XFI_FACE_11, XFI_RANGE(OM_UAV), first_uav, n_uavs, ret_uavs);
}

static void WINAPI context_OMSetBlendState(
	ID3D11DeviceContext1 *iface, ID3D11BlendState *state, const FLOAT factor[4], UINT mask)
{
	xfi_bind_blend(impl(iface), XFI_FACE_11, state, factor, mask);
}

static void WINAPI context_OMGetBlendState(ID3D11DeviceContext1 *iface,
	ID3D11BlendState **ret_state, FLOAT ret_factor[4], UINT *ret_mask)
{
	xfi_fetch_blend(impl(iface), XFI_FACE_11, ret_state, ret_factor, ret_mask);
}

static void WINAPI context_OMSetDepthStencilState(
	ID3D11DeviceContext1 *iface, ID3D11DepthStencilState *state, UINT stencil_ref)
{
	xfi_bind_depth_stencil(impl(iface), XFI_FACE_11, state, stencil_ref);
}

static void WINAPI context_OMGetDepthStencilState(
	ID3D11DeviceContext1 *iface, ID3D11DepthStencilState **ret_state, UINT *ret_stencil_ref)
{
	xfi_fetch_depth_stencil(impl(iface), XFI_FACE_11, ret_state, ret_stencil_ref);
}

static void WINAPI context_CSSetUnorderedAccessViews(ID3D11DeviceContext1 *iface, UINT start,
	UINT count, ID3D11UnorderedAccessView *const *uavs, const UINT *counters)
{
	xfi_bind(impl(iface), XFI_FACE_11, XFI_RANGE(CS_UAV), start, count, uavs);
}

static void WINAPI context_CSGetUnorderedAccessViews(
	ID3D11DeviceContext1 *iface, UINT start, UINT count, ID3D11UnorderedAccessView **ret_uavs)
{
	xfi_fetch(impl(iface), XFI_FACE_11, XFI_RANGE(CS_UAV), start, count, ret_uavs);
}

static void WINAPI context_SOSetTargets(
	ID3D11DeviceContext1 *iface, UINT count, ID3D11Buffer *const *buffers, const UINT *offsets)
{
	xfi_bind_stream_outputs(impl(iface), XFI_FACE_11, count, buffers, offsets);
}

static void WINAPI context_SOGetTargets(
	ID3D11DeviceContext1 *iface, UINT count, ID3D11Buffer **ret_buffers)
{
	xfi_fetch(impl(iface), XFI_FACE_11, XFI_RANGE(SO), 0, count, ret_buffers);
}

static void WINAPI context_RSSetState(ID3D11DeviceContext1 *iface, ID3D11RasterizerState *state)
{
	xfi_bind(impl(iface), XFI_FACE_11, XFI_ONE(RASTERIZER), 0, 1, &state);
}

static void WINAPI context_RSGetState(
	ID3D11DeviceContext1 *iface, ID3D11RasterizerState **ret_state)
{
	xfi_fetch(impl(iface), XFI_FACE_11, XFI_ONE(RASTERIZER), 0, 1, ret_state);
}

static void WINAPI context_RSSetViewports(
	ID3D11DeviceContext1 *iface, UINT count, const D3D11_VIEWPORT *viewports)
{
	struct xfi_device *device = impl(iface);

	if (count > XFI_VIEWPORTS || (count && !viewports))
		return;
	xfi_device_lock(device);
	device->pipeline->n_viewports = count;
	if (count)
		memcpy(device->pipeline->viewports, viewports, count * sizeof(*viewports));
	xfi_device_unlock(device);
}

static void WINAPI context_RSGetViewports(
	ID3D11DeviceContext1 *iface, UINT *count, D3D11_VIEWPORT *ret_viewports)
{
	struct xfi_device *device = impl(iface);

	if (!count)
		return;
	xfi_device_lock(device);
	for (UINT i = 0; ret_viewports && i < *count; i++)
		ret_viewports[i] = i < device->pipeline->n_viewports
					   ? device->pipeline->viewports[i]
					   : (D3D11_VIEWPORT){ 0 };
	*count = device->pipeline->n_viewports;
	xfi_device_unlock(device);
}

static void WINAPI context_RSSetScissorRects(
	ID3D11DeviceContext1 *iface, UINT count, const D3D11_RECT *rects)
{
	struct xfi_device *device = impl(iface);

	if (count > XFI_VIEWPORTS || (count && !rects))
		return;
	xfi_device_lock(device);
	device->pipeline->n_scissors = count;
	if (count)
		memcpy(device->pipeline->scissors, rects, count * sizeof(*rects));
	xfi_device_unlock(device);
}

static void WINAPI context_RSGetScissorRects(
	ID3D11DeviceContext1 *iface, UINT *count, D3D11_RECT *ret_rects)
{
	struct xfi_device *device = impl(iface);

	if (!count)
		return;
	xfi_device_lock(device);
	for (UINT i = 0; ret_rects && i < *count; i++)
		ret_rects[i] = i < device->pipeline->n_scissors ? device->pipeline->scissors[i]
								: (D3D11_RECT){ 0 };
	*count = device->pipeline->n_scissors;
	xfi_device_unlock(device);
}

static void WINAPI context_CopySubresourceRegion1(ID3D11DeviceContext1 *iface, ID3D11Resource *to,
	UINT to_subresource, UINT x, UINT y, UINT z, ID3D11Resource *from, UINT from_subresource,
	const D3D11_BOX *box, UINT flags)
{
	xfi_command_copy_region(
		resource_of(to), to_subresource, x, y, z, resource_of(from), from_subresource, box);
}

static void WINAPI context_CopySubresourceRegion(ID3D11DeviceContext1 *iface, ID3D11Resource *to,
	UINT to_subresource, UINT x, UINT y, UINT z, ID3D11Resource *from, UINT from_subresource,
	const D3D11_BOX *box)
{
	context_CopySubresourceRegion1(
		iface, to, to_subresource, x, y, z, from, from_subresource, box, 0);
}

static void WINAPI context_CopyResource(
	ID3D11DeviceContext1 *iface, ID3D11Resource *to, ID3D11Resource *from)
{
	xfi_command_copy(resource_of(to), resource_of(from));
}

static void WINAPI context_UpdateSubresource1(ID3D11DeviceContext1 *iface, ID3D11Resource *to,
	UINT subresource, const D3D11_BOX *box, const void *data, UINT row_pitch, UINT depth_pitch,
	UINT flags)
{
	D3D11_SUBRESOURCE_DATA source = { data, row_pitch, depth_pitch };

	xfi_command_update(resource_of(to), subresource, box, &source);
}

static void WINAPI context_UpdateSubresource(ID3D11DeviceContext1 *iface, ID3D11Resource *to,
	UINT subresource, const D3D11_BOX *box, const void *data, UINT row_pitch, UINT depth_pitch)
{
	context_UpdateSubresource1(iface, to, subresource, box, data, row_pitch, depth_pitch, 0);
}

static void WINAPI context_ClearRenderTargetView(
	ID3D11DeviceContext1 *iface, ID3D11RenderTargetView *view, const FLOAT colour[4])
{
	xfi_command_clear_float(view_of(view), colour);
}

static void WINAPI context_ClearUnorderedAccessViewUint(
	ID3D11DeviceContext1 *iface, ID3D11UnorderedAccessView *view, const UINT values[4])
{
	xfi_command_clear_uint(view_of(view), values);
}

static void WINAPI context_ClearUnorderedAccessViewFloat(
	ID3D11DeviceContext1 *iface, ID3D11UnorderedAccessView *view, const FLOAT values[4])
{
	xfi_command_clear_float(view_of(view), values);
}

static void WINAPI context_ClearDepthStencilView(ID3D11DeviceContext1 *iface,
	ID3D11DepthStencilView *view, UINT flags, FLOAT depth, UINT8 stencil)
{
	xfi_command_clear_depth(view_of(view), flags, depth, stencil);
}

/* Discarding allows us to keep everything as it is. */
static void WINAPI context_DiscardResource(ID3D11DeviceContext1 *iface, ID3D11Resource *resource)
{
}

static void WINAPI context_DiscardView(ID3D11DeviceContext1 *iface, ID3D11View *view)
{
}

static void WINAPI context_DiscardView1(
	ID3D11DeviceContext1 *iface, ID3D11View *view, const D3D11_RECT *rects, UINT count)
{
}

static void WINAPI context_SetResourceMinLOD(
	ID3D11DeviceContext1 *iface, ID3D11Resource *resource, FLOAT lod)
{
}

static FLOAT WINAPI context_GetResourceMinLOD(ID3D11DeviceContext1 *iface, ID3D11Resource *resource)
{
	return 0;
}

/* There are no predicates, so none can be set. */
static void WINAPI context_SetPredication(
	ID3D11DeviceContext1 *iface, ID3D11Predicate *predicate, BOOL value)
{
}

static void WINAPI context_GetPredication(
	ID3D11DeviceContext1 *iface, ID3D11Predicate **ret_predicate, BOOL *ret_value)
{
	if (ret_predicate)
		*ret_predicate = NULL;
	if (ret_value)
		*ret_value = FALSE;
}

/* Lists are recorded by deferred contexts only. */
static HRESULT WINAPI context_FinishCommandList(
	ID3D11DeviceContext1 *iface, BOOL restore, ID3D11CommandList **ret_list)
{
	if (ret_list)
		*ret_list = NULL;
	return DXGI_ERROR_INVALID_CALL;
}

static void WINAPI context_Begin(ID3D11DeviceContext1 *iface, ID3D11Asynchronous *query)
{
	if (query)
		xfi_query_begin(xfi_query_of(xfi_child_of11(query)));
}

static void WINAPI context_End(ID3D11DeviceContext1 *iface, ID3D11Asynchronous *query)
{
	if (query)
		xfi_query_end(xfi_query_of(xfi_child_of11(query)));
}

static HRESULT WINAPI context_GetData(
	ID3D11DeviceContext1 *iface, ID3D11Asynchronous *query, void *data, UINT size, UINT flags)
{
	if (!query)
		return E_INVALIDARG;
	return xfi_query_get(xfi_query_of(xfi_child_of11(query)), data, size, flags);
}

static void WINAPI context_ClearState(ID3D11DeviceContext1 *iface)
{
	struct xfi_device *device = impl(iface);

	xfi_device_lock(device);
	xfi_pipeline_clear(device->pipeline);
	xfi_device_unlock(device);
}

/* Commands are done when they return. */
static void WINAPI context_Flush(ID3D11DeviceContext1 *iface)
{
}

static D3D11_DEVICE_CONTEXT_TYPE WINAPI context_GetType(ID3D11DeviceContext1 *iface)
{
	return D3D11_DEVICE_CONTEXT_IMMEDIATE;
}

static UINT WINAPI context_GetContextFlags(ID3D11DeviceContext1 *iface)
{
	return 0;
}

static const ID3D11DeviceContext1Vtbl context_vtbl = {
	/* IUnknown */
	.QueryInterface = context_QueryInterface,
	.AddRef = context_AddRef,
	.Release = context_Release,
	/* ID3D11DeviceChild */
	.GetDevice = context_GetDevice,
	.GetPrivateData = context_GetPrivateData,
	.SetPrivateData = context_SetPrivateData,
	.SetPrivateDataInterface = context_SetPrivateDataInterface,
	/* ID3D11DeviceContext and ID3D11DeviceContext1 */
	STAGE_METHODS(VS),
	STAGE_METHODS(HS),
	STAGE_METHODS(DS),
	STAGE_METHODS(GS),
	STAGE_METHODS(PS),
	STAGE_METHODS(CS),
	.Map = context_Map,
	.Unmap = context_Unmap,
	.IASetVertexBuffers = context_IASetVertexBuffers,
	.IAGetVertexBuffers = context_IAGetVertexBuffers,
	.IASetIndexBuffer = context_IASetIndexBuffer,
	.IAGetIndexBuffer = context_IAGetIndexBuffer,
	.IASetInputLayout = context_IASetInputLayout,
	.IAGetInputLayout = context_IAGetInputLayout,
	.IASetPrimitiveTopology = context_IASetPrimitiveTopology,
	.IAGetPrimitiveTopology = context_IAGetPrimitiveTopology,
	.OMSetRenderTargets = context_OMSetRenderTargets,
	.OMSetRenderTargetsAndUnorderedAccessViews =
		context_OMSetRenderTargetsAndUnorderedAccessViews,
	.OMGetRenderTargets = context_OMGetRenderTargets,
	.OMGetRenderTargetsAndUnorderedAccessViews =
		context_OMGetRenderTargetsAndUnorderedAccessViews,
	.OMSetBlendState = context_OMSetBlendState,
	.OMGetBlendState = context_OMGetBlendState,
	.OMSetDepthStencilState = context_OMSetDepthStencilState,
	.OMGetDepthStencilState = context_OMGetDepthStencilState,
	.CSSetUnorderedAccessViews = context_CSSetUnorderedAccessViews,
	.CSGetUnorderedAccessViews = context_CSGetUnorderedAccessViews,
	.SOSetTargets = context_SOSetTargets,
	.SOGetTargets = context_SOGetTargets,
	.RSSetState = context_RSSetState,
	.RSGetState = context_RSGetState,
	.RSSetViewports = context_RSSetViewports,
	.RSGetViewports = context_RSGetViewports,
	.RSSetScissorRects = context_RSSetScissorRects,
	.RSGetScissorRects = context_RSGetScissorRects,
	.CopySubresourceRegion = context_CopySubresourceRegion,
	.CopySubresourceRegion1 = context_CopySubresourceRegion1,
	.CopyResource = context_CopyResource,
	.UpdateSubresource = context_UpdateSubresource,
	.UpdateSubresource1 = context_UpdateSubresource1,
	.ClearRenderTargetView = context_ClearRenderTargetView,
	.ClearUnorderedAccessViewUint = context_ClearUnorderedAccessViewUint,
	.ClearUnorderedAccessViewFloat = context_ClearUnorderedAccessViewFloat,
	.ClearDepthStencilView = context_ClearDepthStencilView,
	.DiscardResource = context_DiscardResource,
	.DiscardView = context_DiscardView,
	.DiscardView1 = context_DiscardView1,
	.SetResourceMinLOD = context_SetResourceMinLOD,
	.GetResourceMinLOD = context_GetResourceMinLOD,
	.SetPredication = context_SetPredication,
	.GetPredication = context_GetPredication,
	.FinishCommandList = context_FinishCommandList,
	.Begin = context_Begin,
	.End = context_End,
	.GetData = context_GetData,
	.ClearState = context_ClearState,
	.Flush = context_Flush,
	.GetType = context_GetType,
	.GetContextFlags = context_GetContextFlags,
	XFI_UNSUPPORTED_D3D11_CONTEXT,
};

void xfi_device_init_context(struct xfi_device *device)
{
	device->context.lpVtbl = &context_vtbl;
}
