/* SPDX-License-Identifier: MIT */
#include "win/dxgi/context_bind.h"

#include "win/dxgi/bind.h"
#include "win/dxgi/shader_object.h"

static struct xfi_device *impl(ID3D11DeviceContext4 *iface)
{
	return XFI_CONTAINER(iface, struct xfi_device, context);
}

/* Which constants of a buffer are bound: everything, unless SetConstantBuffers1 said otherwise. */
static void set_constant_ranges(struct xfi_device *device, enum xfi_stage stage, UINT start,
	UINT count, const UINT *firsts, const UINT *counts)
{
	if (start > XFI_N_CB || count > XFI_N_CB - start)
		return;
	bool changed = false;
	xfi_device_lock(device);
	for (UINT i = 0; i < count; i++) {
		UINT *first = &device->pipeline->cb_first[stage][start + i];
		UINT *n = &device->pipeline->cb_count[stage][start + i];
		const UINT new_first = firsts ? firsts[i] : 0;
		const UINT new_n = counts ? counts[i] : D3D11_REQ_CONSTANT_BUFFER_ELEMENT_COUNT;
		changed |= *first != new_first || *n != new_n;
		*first = new_first;
		*n = new_n;
	}
	if (!changed)
		xfi_device_unchanged(device);
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

/* Shaders have no instances of classes, as there are no classes. */
#define STAGE(S, Kind)                                                                             \
	void WINAPI xfi_context_##S##SetShaderResources(ID3D11DeviceContext4 *iface, UINT start,   \
		UINT count, ID3D11ShaderResourceView *const *views)                                \
	{                                                                                          \
		xfi_bind(impl(iface), XFI_FACE_11, XFI_STAGE_RANGE(SRV, XFI_##S), start, count,    \
			views);                                                                    \
	}                                                                                          \
	void WINAPI xfi_context_##S##GetShaderResources(ID3D11DeviceContext4 *iface, UINT start,   \
		UINT count, ID3D11ShaderResourceView **ret_views)                                  \
	{                                                                                          \
		xfi_fetch(impl(iface), XFI_FACE_11, XFI_STAGE_RANGE(SRV, XFI_##S), start, count,   \
			ret_views);                                                                \
	}                                                                                          \
	void WINAPI xfi_context_##S##SetSamplers(ID3D11DeviceContext4 *iface, UINT start,          \
		UINT count, ID3D11SamplerState *const *samplers)                                   \
	{                                                                                          \
		xfi_bind(impl(iface), XFI_FACE_11, XFI_STAGE_RANGE(SAMPLER, XFI_##S), start,       \
			count, samplers);                                                          \
	}                                                                                          \
	void WINAPI xfi_context_##S##GetSamplers(                                                  \
		ID3D11DeviceContext4 *iface, UINT start, UINT count, ID3D11SamplerState **ret)     \
	{                                                                                          \
		xfi_fetch(impl(iface), XFI_FACE_11, XFI_STAGE_RANGE(SAMPLER, XFI_##S), start,      \
			count, ret);                                                               \
	}                                                                                          \
	void WINAPI xfi_context_##S##GetShader(ID3D11DeviceContext4 *iface,                        \
		ID3D11##Kind##Shader **ret_shader, ID3D11ClassInstance **ret_instances,            \
		UINT *ret_count)                                                                   \
	{                                                                                          \
		struct xfi_child *shader;                                                          \
		if (ret_count)                                                                     \
			*ret_count = 0;                                                            \
		if (!ret_shader)                                                                   \
			return;                                                                    \
		shader = xfi_fetch_shader(impl(iface), XFI_##S);                                   \
		*ret_shader = shader ? (void *)&shader->d3d11 : NULL;                              \
	}                                                                                          \
	void WINAPI xfi_context_##S##SetShader(ID3D11DeviceContext4 *iface,                        \
		ID3D11##Kind##Shader *shader, ID3D11ClassInstance *const *instances, UINT count)   \
	{                                                                                          \
		xfi_bind_shader(impl(iface), XFI_##S, xfi_child_of11(shader));                     \
	}                                                                                          \
	void WINAPI xfi_context_##S##SetConstantBuffers1(ID3D11DeviceContext4 *iface, UINT start,  \
		UINT count, ID3D11Buffer *const *buffers, const UINT *firsts, const UINT *counts)  \
	{                                                                                          \
		xfi_bind(impl(iface), XFI_FACE_11, XFI_STAGE_RANGE(CB, XFI_##S), start, count,     \
			buffers);                                                                  \
		set_constant_ranges(impl(iface), XFI_##S, start, count, firsts, counts);           \
	}                                                                                          \
	void WINAPI xfi_context_##S##SetConstantBuffers(                                           \
		ID3D11DeviceContext4 *iface, UINT start, UINT count, ID3D11Buffer *const *buffers) \
	{                                                                                          \
		xfi_context_##S##SetConstantBuffers1(iface, start, count, buffers, NULL, NULL);    \
	}                                                                                          \
	void WINAPI xfi_context_##S##GetConstantBuffers(                                           \
		ID3D11DeviceContext4 *iface, UINT start, UINT count, ID3D11Buffer **ret_buffers)   \
	{                                                                                          \
		xfi_fetch(impl(iface), XFI_FACE_11, XFI_STAGE_RANGE(CB, XFI_##S), start, count,    \
			ret_buffers);                                                              \
	}                                                                                          \
	void WINAPI xfi_context_##S##GetConstantBuffers1(ID3D11DeviceContext4 *iface, UINT start,  \
		UINT count, ID3D11Buffer **ret_buffers, UINT *ret_firsts, UINT *ret_counts)        \
	{                                                                                          \
		xfi_context_##S##GetConstantBuffers(iface, start, count, ret_buffers);             \
		get_constant_ranges(impl(iface), XFI_##S, start, count, ret_firsts, ret_counts);   \
	}

STAGE(VS, Vertex)
STAGE(HS, Hull)
STAGE(DS, Domain)
STAGE(GS, Geometry)
STAGE(PS, Pixel)
STAGE(CS, Compute)

void WINAPI xfi_context_IASetVertexBuffers(ID3D11DeviceContext4 *iface, UINT start, UINT count,
	ID3D11Buffer *const *buffers, const UINT *strides, const UINT *offsets)
{
	xfi_bind_vertex_buffers(impl(iface), XFI_FACE_11, start, count, buffers, strides, offsets);
}

void WINAPI xfi_context_IAGetVertexBuffers(ID3D11DeviceContext4 *iface, UINT start, UINT count,
	ID3D11Buffer **ret_buffers, UINT *ret_strides, UINT *ret_offsets)
{
	xfi_fetch_vertex_buffers(
		impl(iface), XFI_FACE_11, start, count, ret_buffers, ret_strides, ret_offsets);
}

void WINAPI xfi_context_IASetIndexBuffer(
	ID3D11DeviceContext4 *iface, ID3D11Buffer *buffer, DXGI_FORMAT format, UINT offset)
{
	xfi_bind_index_buffer(impl(iface), XFI_FACE_11, buffer, format, offset);
}

void WINAPI xfi_context_IAGetIndexBuffer(ID3D11DeviceContext4 *iface, ID3D11Buffer **ret_buffer,
	DXGI_FORMAT *ret_format, UINT *ret_offset)
{
	xfi_fetch_index_buffer(impl(iface), XFI_FACE_11, ret_buffer, ret_format, ret_offset);
}

void WINAPI xfi_context_IASetInputLayout(ID3D11DeviceContext4 *iface, ID3D11InputLayout *layout)
{
	xfi_bind(impl(iface), XFI_FACE_11, XFI_ONE(INPUT_LAYOUT), 0, 1, &layout);
}

void WINAPI xfi_context_IAGetInputLayout(
	ID3D11DeviceContext4 *iface, ID3D11InputLayout **ret_layout)
{
	xfi_fetch(impl(iface), XFI_FACE_11, XFI_ONE(INPUT_LAYOUT), 0, 1, ret_layout);
}

void WINAPI xfi_context_IASetPrimitiveTopology(
	ID3D11DeviceContext4 *iface, D3D11_PRIMITIVE_TOPOLOGY topology)
{
	struct xfi_device *device = impl(iface);
	xfi_device_lock(device);
	if (device->pipeline->topology == topology)
		xfi_device_unchanged(device);
	device->pipeline->topology = topology;
	xfi_device_unlock(device);
}

void WINAPI xfi_context_IAGetPrimitiveTopology(
	ID3D11DeviceContext4 *iface, D3D11_PRIMITIVE_TOPOLOGY *ret_topology)
{
	struct xfi_device *device = impl(iface);
	xfi_device_lock(device);
	*ret_topology = device->pipeline->topology;
	xfi_device_unlock(device);
}

void WINAPI xfi_context_OMSetRenderTargets(ID3D11DeviceContext4 *iface, UINT count,
	ID3D11RenderTargetView *const *rtvs, ID3D11DepthStencilView *dsv)
{
	if (count > XFI_N_RTV)
		return;
	xfi_bind_targets(impl(iface), XFI_FACE_11, count, rtvs, dsv);
	xfi_bind(impl(iface), XFI_FACE_11, XFI_RANGE(OM_UAV), 0, XFI_N_UAV, NULL);
}

void WINAPI xfi_context_OMSetRenderTargetsAndUnorderedAccessViews(ID3D11DeviceContext4 *iface,
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
	xfi_bind_unordered(device, XFI_RANGE(OM_UAV), first_uav, n_uavs, uavs, counters);
	xfi_device_unlock(device);
}

void WINAPI xfi_context_OMGetRenderTargets(ID3D11DeviceContext4 *iface, UINT count,
	ID3D11RenderTargetView **ret_rtvs, ID3D11DepthStencilView **ret_dsv)
{
	xfi_fetch_targets(impl(iface), XFI_FACE_11, count, ret_rtvs, ret_dsv);
}

void WINAPI xfi_context_OMGetRenderTargetsAndUnorderedAccessViews(ID3D11DeviceContext4 *iface,
	UINT n_rtvs, ID3D11RenderTargetView **ret_rtvs, ID3D11DepthStencilView **ret_dsv,
	UINT first_uav, UINT n_uavs, ID3D11UnorderedAccessView **ret_uavs)
{
	xfi_fetch_targets(impl(iface), XFI_FACE_11, n_rtvs, ret_rtvs, ret_dsv);
	xfi_fetch(impl(iface), XFI_FACE_11, XFI_RANGE(OM_UAV), first_uav, n_uavs, ret_uavs);
}

void WINAPI xfi_context_OMSetBlendState(
	ID3D11DeviceContext4 *iface, ID3D11BlendState *state, const FLOAT factor[4], UINT mask)
{
	xfi_bind_blend(impl(iface), XFI_FACE_11, state, factor, mask);
}

void WINAPI xfi_context_OMGetBlendState(ID3D11DeviceContext4 *iface, ID3D11BlendState **ret_state,
	FLOAT ret_factor[4], UINT *ret_mask)
{
	xfi_fetch_blend(impl(iface), XFI_FACE_11, ret_state, ret_factor, ret_mask);
}

void WINAPI xfi_context_OMSetDepthStencilState(
	ID3D11DeviceContext4 *iface, ID3D11DepthStencilState *state, UINT stencil_ref)
{
	xfi_bind_depth_stencil(impl(iface), XFI_FACE_11, state, stencil_ref);
}

void WINAPI xfi_context_OMGetDepthStencilState(
	ID3D11DeviceContext4 *iface, ID3D11DepthStencilState **ret_state, UINT *ret_stencil_ref)
{
	xfi_fetch_depth_stencil(impl(iface), XFI_FACE_11, ret_state, ret_stencil_ref);
}

void WINAPI xfi_context_CSSetUnorderedAccessViews(ID3D11DeviceContext4 *iface, UINT start,
	UINT count, ID3D11UnorderedAccessView *const *uavs, const UINT *counters)
{
	xfi_bind_unordered(impl(iface), XFI_RANGE(CS_UAV), start, count, uavs, counters);
}

void WINAPI xfi_context_CSGetUnorderedAccessViews(
	ID3D11DeviceContext4 *iface, UINT start, UINT count, ID3D11UnorderedAccessView **ret_uavs)
{
	xfi_fetch(impl(iface), XFI_FACE_11, XFI_RANGE(CS_UAV), start, count, ret_uavs);
}

void WINAPI xfi_context_SOSetTargets(
	ID3D11DeviceContext4 *iface, UINT count, ID3D11Buffer *const *buffers, const UINT *offsets)
{
	xfi_bind_stream_outputs(impl(iface), XFI_FACE_11, count, buffers, offsets);
}

void WINAPI xfi_context_SOGetTargets(
	ID3D11DeviceContext4 *iface, UINT count, ID3D11Buffer **ret_buffers)
{
	xfi_fetch(impl(iface), XFI_FACE_11, XFI_RANGE(SO), 0, count, ret_buffers);
}

void WINAPI xfi_context_RSSetState(ID3D11DeviceContext4 *iface, ID3D11RasterizerState *state)
{
	xfi_bind(impl(iface), XFI_FACE_11, XFI_ONE(RASTERIZER), 0, 1, &state);
}

void WINAPI xfi_context_RSGetState(ID3D11DeviceContext4 *iface, ID3D11RasterizerState **ret_state)
{
	xfi_fetch(impl(iface), XFI_FACE_11, XFI_ONE(RASTERIZER), 0, 1, ret_state);
}

void WINAPI xfi_context_RSSetViewports(
	ID3D11DeviceContext4 *iface, UINT count, const D3D11_VIEWPORT *viewports)
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

void WINAPI xfi_context_RSGetViewports(
	ID3D11DeviceContext4 *iface, UINT *count, D3D11_VIEWPORT *ret_viewports)
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

void WINAPI xfi_context_RSSetScissorRects(
	ID3D11DeviceContext4 *iface, UINT count, const D3D11_RECT *rects)
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

void WINAPI xfi_context_RSGetScissorRects(
	ID3D11DeviceContext4 *iface, UINT *count, D3D11_RECT *ret_rects)
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
