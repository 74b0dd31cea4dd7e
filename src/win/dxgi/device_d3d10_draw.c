/* SPDX-License-Identifier: MIT */
#include "win/dxgi/device_d3d10_draw.h"

#include "win/dxgi/input_layout.h"
#include "win/dxgi/shader_object.h"
#include "win/dxgi/state.h"

_Static_assert(sizeof(D3D10_INPUT_ELEMENT_DESC) == sizeof(D3D11_INPUT_ELEMENT_DESC), "one layout");

static struct xfi_device *impl(ID3D10Device1 *iface)
{
	return XFI_CONTAINER(iface, struct xfi_device, d3d10);
}

/* These descriptions are the beginning of D3D11's newest; the rest is zero. */
#define STATE(Name, Interface, Desc, kind, member)                                                 \
	HRESULT WINAPI xfi_device10_Create##Name(                                                  \
		ID3D10Device1 *iface, const Desc *d, Interface **ret_state)                        \
	{                                                                                          \
		union xfi_state_desc desc = { 0 };                                                 \
		if (d)                                                                             \
			memcpy(&desc.member, d, sizeof(*d));                                       \
		return xfi_state_create10(                                                         \
			impl(iface), kind, d ? &desc : NULL, (void **)ret_state);                  \
	}

STATE(DepthStencilState, ID3D10DepthStencilState, D3D10_DEPTH_STENCIL_DESC, XFI_STATE_DEPTH_STENCIL,
	depth_stencil)
STATE(RasterizerState, ID3D10RasterizerState, D3D10_RASTERIZER_DESC, XFI_STATE_RASTERIZER,
	rasterizer)
STATE(SamplerState, ID3D10SamplerState, D3D10_SAMPLER_DESC, XFI_STATE_SAMPLER, sampler)

HRESULT WINAPI xfi_device10_CreateBlendState(
	ID3D10Device1 *iface, const D3D10_BLEND_DESC *d, ID3D10BlendState **ret_state)
{
	union xfi_state_desc desc = { 0 };
	if (d)
		xfi_blend_from_10(d, &desc.blend);
	return xfi_state_create10(
		impl(iface), XFI_STATE_BLEND, d ? &desc : NULL, (void **)ret_state);
}

HRESULT WINAPI xfi_device10_CreateBlendState1(
	ID3D10Device1 *iface, const D3D10_BLEND_DESC1 *d, ID3D10BlendState1 **ret_state)
{
	union xfi_state_desc desc = { 0 };
	if (d)
		xfi_blend_from_11((const D3D11_BLEND_DESC *)d, &desc.blend);
	return xfi_state_create10(
		impl(iface), XFI_STATE_BLEND, d ? &desc : NULL, (void **)ret_state);
}

#define SHADER(Kind, S)                                                                            \
	HRESULT WINAPI xfi_device10_Create##Kind##Shader(ID3D10Device1 *iface, const void *code,   \
		SIZE_T size, ID3D10##Kind##Shader **ret_shader)                                    \
	{                                                                                          \
		struct xfi_shader_object *shader;                                                  \
		HRESULT hr = xfi_shader_object_create(                                             \
			impl(iface), XFI_SHADER_##S, code, size, ret_shader ? &shader : NULL);     \
		if (ret_shader)                                                                    \
			*ret_shader = SUCCEEDED(hr) ? (void *)&shader->child.d3d10 : NULL;         \
		return hr;                                                                         \
	}

SHADER(Vertex, VS)
SHADER(Pixel, PS)

HRESULT WINAPI xfi_device10_CreateInputLayout(ID3D10Device1 *iface,
	const D3D10_INPUT_ELEMENT_DESC *elements, UINT count, const void *code, SIZE_T size,
	ID3D10InputLayout **ret_layout)
{
	struct xfi_input_layout *layout;
	HRESULT hr =
		xfi_input_layout_create(impl(iface), (const D3D11_INPUT_ELEMENT_DESC *)elements,
			count, code, size, ret_layout ? &layout : NULL);
	if (ret_layout)
		*ret_layout = SUCCEEDED(hr) ? (void *)&layout->child.d3d10 : NULL;
	return hr;
}
