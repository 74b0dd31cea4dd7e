/* SPDX-License-Identifier: MIT */
#include "win/dxgi/device_d3d10_bind.h"

#include "win/dxgi/bind.h"
#include "win/dxgi/shader_object.h"

static struct xfi_device *impl(ID3D10Device1 *iface)
{
	return XFI_CONTAINER(iface, struct xfi_device, d3d10);
}

/* What D3D10's device and D3D11's context keep alike is kept by the context. */
static ID3D11DeviceContext4 *context_of(ID3D10Device1 *iface)
{
	return &impl(iface)->context;
}

#define STAGE(S, Kind)                                                                             \
	void WINAPI xfi_device10_##S##SetShaderResources(ID3D10Device1 *iface, UINT start,         \
		UINT count, ID3D10ShaderResourceView *const *views)                                \
	{                                                                                          \
		xfi_bind(impl(iface), XFI_FACE_10, XFI_STAGE_RANGE(SRV, XFI_##S), start, count,    \
			views);                                                                    \
	}                                                                                          \
	void WINAPI xfi_device10_##S##GetShaderResources(ID3D10Device1 *iface, UINT start,         \
		UINT count, ID3D10ShaderResourceView **ret_views)                                  \
	{                                                                                          \
		xfi_fetch(impl(iface), XFI_FACE_10, XFI_STAGE_RANGE(SRV, XFI_##S), start, count,   \
			ret_views);                                                                \
	}                                                                                          \
	void WINAPI xfi_device10_##S##SetSamplers(                                                 \
		ID3D10Device1 *iface, UINT start, UINT count, ID3D10SamplerState *const *samplers) \
	{                                                                                          \
		xfi_bind(impl(iface), XFI_FACE_10, XFI_STAGE_RANGE(SAMPLER, XFI_##S), start,       \
			count, samplers);                                                          \
	}                                                                                          \
	void WINAPI xfi_device10_##S##GetSamplers(                                                 \
		ID3D10Device1 *iface, UINT start, UINT count, ID3D10SamplerState **ret)            \
	{                                                                                          \
		xfi_fetch(impl(iface), XFI_FACE_10, XFI_STAGE_RANGE(SAMPLER, XFI_##S), start,      \
			count, ret);                                                               \
	}                                                                                          \
	void WINAPI xfi_device10_##S##GetShader(                                                   \
		ID3D10Device1 *iface, ID3D10##Kind##Shader **ret_shader)                           \
	{                                                                                          \
		struct xfi_child *shader;                                                          \
		if (!ret_shader)                                                                   \
			return;                                                                    \
		shader = xfi_fetch_shader(impl(iface), XFI_##S);                                   \
		*ret_shader = shader ? (void *)&shader->d3d10 : NULL;                              \
	}                                                                                          \
	void WINAPI xfi_device10_##S##SetShader(                                                   \
		ID3D10Device1 *iface, ID3D10##Kind##Shader *shader)                                \
	{                                                                                          \
		xfi_bind_shader(impl(iface), XFI_##S, xfi_child_of10(shader));                     \
	}                                                                                          \
	void WINAPI xfi_device10_##S##SetConstantBuffers(                                          \
		ID3D10Device1 *iface, UINT start, UINT count, ID3D10Buffer *const *buffers)        \
	{                                                                                          \
		xfi_bind(impl(iface), XFI_FACE_10, XFI_STAGE_RANGE(CB, XFI_##S), start, count,     \
			buffers);                                                                  \
	}                                                                                          \
	void WINAPI xfi_device10_##S##GetConstantBuffers(                                          \
		ID3D10Device1 *iface, UINT start, UINT count, ID3D10Buffer **ret_buffers)          \
	{                                                                                          \
		xfi_fetch(impl(iface), XFI_FACE_10, XFI_STAGE_RANGE(CB, XFI_##S), start, count,    \
			ret_buffers);                                                              \
	}

STAGE(VS, Vertex)
STAGE(GS, Geometry)
STAGE(PS, Pixel)

void WINAPI xfi_device10_IASetVertexBuffers(ID3D10Device1 *iface, UINT start, UINT count,
	ID3D10Buffer *const *buffers, const UINT *strides, const UINT *offsets)
{
	xfi_bind_vertex_buffers(impl(iface), XFI_FACE_10, start, count, buffers, strides, offsets);
}

void WINAPI xfi_device10_IAGetVertexBuffers(ID3D10Device1 *iface, UINT start, UINT count,
	ID3D10Buffer **ret_buffers, UINT *ret_strides, UINT *ret_offsets)
{
	xfi_fetch_vertex_buffers(
		impl(iface), XFI_FACE_10, start, count, ret_buffers, ret_strides, ret_offsets);
}

void WINAPI xfi_device10_IASetIndexBuffer(
	ID3D10Device1 *iface, ID3D10Buffer *buffer, DXGI_FORMAT format, UINT offset)
{
	xfi_bind_index_buffer(impl(iface), XFI_FACE_10, buffer, format, offset);
}

void WINAPI xfi_device10_IAGetIndexBuffer(
	ID3D10Device1 *iface, ID3D10Buffer **ret_buffer, DXGI_FORMAT *ret_format, UINT *ret_offset)
{
	xfi_fetch_index_buffer(impl(iface), XFI_FACE_10, ret_buffer, ret_format, ret_offset);
}

void WINAPI xfi_device10_IASetInputLayout(ID3D10Device1 *iface, ID3D10InputLayout *layout)
{
	xfi_bind(impl(iface), XFI_FACE_10, XFI_ONE(INPUT_LAYOUT), 0, 1, &layout);
}

void WINAPI xfi_device10_IAGetInputLayout(ID3D10Device1 *iface, ID3D10InputLayout **ret_layout)
{
	xfi_fetch(impl(iface), XFI_FACE_10, XFI_ONE(INPUT_LAYOUT), 0, 1, ret_layout);
}

void WINAPI xfi_device10_IASetPrimitiveTopology(
	ID3D10Device1 *iface, D3D10_PRIMITIVE_TOPOLOGY topology)
{
	ID3D11DeviceContext4_IASetPrimitiveTopology(context_of(iface), topology);
}

void WINAPI xfi_device10_IAGetPrimitiveTopology(
	ID3D10Device1 *iface, D3D10_PRIMITIVE_TOPOLOGY *ret_topology)
{
	ID3D11DeviceContext4_IAGetPrimitiveTopology(context_of(iface), ret_topology);
}

void WINAPI xfi_device10_OMSetRenderTargets(ID3D10Device1 *iface, UINT count,
	ID3D10RenderTargetView *const *rtvs, ID3D10DepthStencilView *dsv)
{
	xfi_bind_targets(impl(iface), XFI_FACE_10, count, rtvs, dsv);
}

void WINAPI xfi_device10_OMGetRenderTargets(ID3D10Device1 *iface, UINT count,
	ID3D10RenderTargetView **ret_rtvs, ID3D10DepthStencilView **ret_dsv)
{
	xfi_fetch_targets(impl(iface), XFI_FACE_10, count, ret_rtvs, ret_dsv);
}

void WINAPI xfi_device10_OMSetBlendState(
	ID3D10Device1 *iface, ID3D10BlendState *state, const FLOAT factor[4], UINT mask)
{
	xfi_bind_blend(impl(iface), XFI_FACE_10, state, factor, mask);
}

void WINAPI xfi_device10_OMGetBlendState(
	ID3D10Device1 *iface, ID3D10BlendState **ret_state, FLOAT ret_factor[4], UINT *ret_mask)
{
	xfi_fetch_blend(impl(iface), XFI_FACE_10, ret_state, ret_factor, ret_mask);
}

void WINAPI xfi_device10_OMSetDepthStencilState(
	ID3D10Device1 *iface, ID3D10DepthStencilState *state, UINT stencil_ref)
{
	xfi_bind_depth_stencil(impl(iface), XFI_FACE_10, state, stencil_ref);
}

void WINAPI xfi_device10_OMGetDepthStencilState(
	ID3D10Device1 *iface, ID3D10DepthStencilState **ret_state, UINT *ret_stencil_ref)
{
	xfi_fetch_depth_stencil(impl(iface), XFI_FACE_10, ret_state, ret_stencil_ref);
}

void WINAPI xfi_device10_RSSetState(ID3D10Device1 *iface, ID3D10RasterizerState *state)
{
	xfi_bind(impl(iface), XFI_FACE_10, XFI_ONE(RASTERIZER), 0, 1, &state);
}

void WINAPI xfi_device10_RSGetState(ID3D10Device1 *iface, ID3D10RasterizerState **ret_state)
{
	xfi_fetch(impl(iface), XFI_FACE_10, XFI_ONE(RASTERIZER), 0, 1, ret_state);
}

void WINAPI xfi_device10_SOSetTargets(
	ID3D10Device1 *iface, UINT count, ID3D10Buffer *const *buffers, const UINT *offsets)
{
	xfi_bind_stream_outputs(impl(iface), XFI_FACE_10, count, buffers, offsets);
}

void WINAPI xfi_device10_SOGetTargets(
	ID3D10Device1 *iface, UINT count, ID3D10Buffer **ret_buffers, UINT *ret_offsets)
{
	struct xfi_device *device = impl(iface);
	xfi_device_lock(device);
	xfi_fetch(device, XFI_FACE_10, XFI_RANGE(SO), 0, count, ret_buffers);
	xfi_fetch_numbers(device->pipeline->so_offset, XFI_RANGE(SO), 0, count, ret_offsets);
	xfi_device_unlock(device);
}

/* D3D10's viewports begin at whole pixels. */
void WINAPI xfi_device10_RSSetViewports(
	ID3D10Device1 *iface, UINT count, const D3D10_VIEWPORT *viewports)
{
	D3D11_VIEWPORT ours[XFI_VIEWPORTS];
	if (count > XFI_VIEWPORTS || (count && !viewports))
		return;
	for (UINT i = 0; i < count; i++)
		ours[i] = (D3D11_VIEWPORT){ (FLOAT)viewports[i].TopLeftX,
			(FLOAT)viewports[i].TopLeftY, (FLOAT)viewports[i].Width,
			(FLOAT)viewports[i].Height, viewports[i].MinDepth, viewports[i].MaxDepth };
	ID3D11DeviceContext4_RSSetViewports(context_of(iface), count, ours);
}

void WINAPI xfi_device10_RSGetViewports(
	ID3D10Device1 *iface, UINT *count, D3D10_VIEWPORT *ret_viewports)
{
	D3D11_VIEWPORT ours[XFI_VIEWPORTS];
	UINT n = XFI_VIEWPORTS;
	if (!count)
		return;
	ID3D11DeviceContext4_RSGetViewports(context_of(iface), &n, ours);
	for (UINT i = 0; ret_viewports && i < *count; i++)
		ret_viewports[i] = i < n ? (D3D10_VIEWPORT){ (INT)ours[i].TopLeftX,
			(INT)ours[i].TopLeftY, (UINT)ours[i].Width, (UINT)ours[i].Height,
			ours[i].MinDepth, ours[i].MaxDepth }
					 : (D3D10_VIEWPORT){ 0 };
	*count = n;
}

void WINAPI xfi_device10_RSSetScissorRects(
	ID3D10Device1 *iface, UINT count, const D3D10_RECT *rects)
{
	ID3D11DeviceContext4_RSSetScissorRects(context_of(iface), count, rects);
}

void WINAPI xfi_device10_RSGetScissorRects(ID3D10Device1 *iface, UINT *count, D3D10_RECT *ret_rects)
{
	ID3D11DeviceContext4_RSGetScissorRects(context_of(iface), count, ret_rects);
}
