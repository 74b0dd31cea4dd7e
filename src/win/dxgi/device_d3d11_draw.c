/* SPDX-License-Identifier: MIT */
#include "win/dxgi/device_d3d11_draw.h"

#include "win/dxgi/input_layout.h"
#include "win/dxgi/shader_object.h"
#include "win/dxgi/state.h"

static struct xfi_device *impl(ID3D11Device5 *iface)
{
	return XFI_CONTAINER(iface, struct xfi_device, d3d11);
}

/* A description of an older version is the beginning of a newer one's; the rest is zero. */
#define STATE(Name, Interface, Desc, kind, member)                                                 \
	HRESULT WINAPI xfi_device11_Create##Name(                                                  \
		ID3D11Device5 *iface, const Desc *d, Interface **ret_state)                        \
	{                                                                                          \
		union xfi_state_desc desc = { 0 };                                                 \
		if (d)                                                                             \
			memcpy(&desc.member, d, sizeof(*d));                                       \
		return xfi_state_create11(                                                         \
			impl(iface), kind, d ? &desc : NULL, (void **)ret_state);                  \
	}

STATE(BlendState1, ID3D11BlendState1, D3D11_BLEND_DESC1, XFI_STATE_BLEND, blend)
STATE(DepthStencilState, ID3D11DepthStencilState, D3D11_DEPTH_STENCIL_DESC, XFI_STATE_DEPTH_STENCIL,
	depth_stencil)
STATE(RasterizerState, ID3D11RasterizerState, D3D11_RASTERIZER_DESC, XFI_STATE_RASTERIZER,
	rasterizer)
STATE(RasterizerState1, ID3D11RasterizerState1, D3D11_RASTERIZER_DESC1, XFI_STATE_RASTERIZER,
	rasterizer)
STATE(RasterizerState2, ID3D11RasterizerState2, D3D11_RASTERIZER_DESC2, XFI_STATE_RASTERIZER,
	rasterizer)
STATE(SamplerState, ID3D11SamplerState, D3D11_SAMPLER_DESC, XFI_STATE_SAMPLER, sampler)

HRESULT WINAPI xfi_device11_CreateBlendState(
	ID3D11Device5 *iface, const D3D11_BLEND_DESC *d, ID3D11BlendState **ret_state)
{
	union xfi_state_desc desc = { 0 };
	if (d)
		xfi_blend_from_11(d, &desc.blend);
	return xfi_state_create11(
		impl(iface), XFI_STATE_BLEND, d ? &desc : NULL, (void **)ret_state);
}

/* Nobody has a class linkage, as CreateClassLinkage makes none. */
#define SHADER(Kind, S)                                                                            \
	HRESULT WINAPI xfi_device11_Create##Kind##Shader(ID3D11Device5 *iface, const void *code,   \
		SIZE_T size, ID3D11ClassLinkage *linkage, ID3D11##Kind##Shader **ret_shader)       \
	{                                                                                          \
		struct xfi_shader_object *shader;                                                  \
		HRESULT hr = E_INVALIDARG;                                                         \
		if (!linkage)                                                                      \
			hr = xfi_shader_object_create(impl(iface), XFI_SHADER_##S, code, size,     \
				ret_shader ? &shader : NULL);                                      \
		if (ret_shader)                                                                    \
			*ret_shader = SUCCEEDED(hr) ? (void *)&shader->child.d3d11 : NULL;         \
		return hr;                                                                         \
	}

SHADER(Vertex, VS)
SHADER(Pixel, PS)
SHADER(Compute, CS)

HRESULT WINAPI xfi_device11_CreateInputLayout(ID3D11Device5 *iface,
	const D3D11_INPUT_ELEMENT_DESC *elements, UINT count, const void *code, SIZE_T size,
	ID3D11InputLayout **ret_layout)
{
	struct xfi_input_layout *layout;
	HRESULT hr = xfi_input_layout_create(
		impl(iface), elements, count, code, size, ret_layout ? &layout : NULL);
	if (ret_layout)
		*ret_layout = SUCCEEDED(hr) ? (void *)&layout->child.d3d11 : NULL;
	return hr;
}
