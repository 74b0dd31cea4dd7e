/* SPDX-License-Identifier: MIT */
#include "win/dxgi/state_faces.h"

static const union xfi_state_desc *desc11(void *iface)
{
	return &xfi_state_of(xfi_child_of11(iface))->desc;
}

static const union xfi_state_desc *desc10(void *iface)
{
	return &xfi_state_of(xfi_child_of10(iface))->desc;
}

static void WINAPI blend11_GetDesc(ID3D11BlendState1 *iface, D3D11_BLEND_DESC *ret_desc)
{
	xfi_blend_to_11(&desc11(iface)->blend, ret_desc);
}

static void WINAPI blend11_GetDesc1(ID3D11BlendState1 *iface, D3D11_BLEND_DESC1 *ret_desc)
{
	memcpy(ret_desc, &desc11(iface)->blend, sizeof(*ret_desc));
}

static void WINAPI blend10_GetDesc(ID3D10BlendState1 *iface, D3D10_BLEND_DESC *ret_desc)
{
	xfi_blend_to_10(&desc10(iface)->blend, ret_desc);
}

_Static_assert(sizeof(D3D10_BLEND_DESC1) == sizeof(D3D11_BLEND_DESC), "one layout");
_Static_assert(sizeof(D3D10_DEPTH_STENCIL_DESC) == sizeof(D3D11_DEPTH_STENCIL_DESC), "one layout");
_Static_assert(sizeof(D3D10_RASTERIZER_DESC) == sizeof(D3D11_RASTERIZER_DESC), "one layout");
_Static_assert(sizeof(D3D10_SAMPLER_DESC) == sizeof(D3D11_SAMPLER_DESC), "one layout");

static void WINAPI blend10_GetDesc1(ID3D10BlendState1 *iface, D3D10_BLEND_DESC1 *ret_desc)
{
	xfi_blend_to_11(&desc10(iface)->blend, (D3D11_BLEND_DESC *)ret_desc);
}

/* Of the others, each version's description is the beginning of the next one's. */
#define GET_DESC(name, v, I, Desc, member)                                                         \
	static void WINAPI name(I *iface, Desc *ret_desc)                                          \
	{                                                                                          \
		memcpy(ret_desc, &desc##v(iface)->member, sizeof(*ret_desc));                      \
	}

GET_DESC(depth11_GetDesc, 11, ID3D11DepthStencilState, D3D11_DEPTH_STENCIL_DESC, depth_stencil)
GET_DESC(depth10_GetDesc, 10, ID3D10DepthStencilState, D3D10_DEPTH_STENCIL_DESC, depth_stencil)
GET_DESC(sampler11_GetDesc, 11, ID3D11SamplerState, D3D11_SAMPLER_DESC, sampler)
GET_DESC(sampler10_GetDesc, 10, ID3D10SamplerState, D3D10_SAMPLER_DESC, sampler)
GET_DESC(rasterizer11_GetDesc, 11, ID3D11RasterizerState2, D3D11_RASTERIZER_DESC, rasterizer)
GET_DESC(rasterizer11_GetDesc1, 11, ID3D11RasterizerState2, D3D11_RASTERIZER_DESC1, rasterizer)
GET_DESC(rasterizer11_GetDesc2, 11, ID3D11RasterizerState2, D3D11_RASTERIZER_DESC2, rasterizer)
GET_DESC(rasterizer10_GetDesc, 10, ID3D10RasterizerState, D3D10_RASTERIZER_DESC, rasterizer)

static const ID3D11BlendState1Vtbl blend11_vtbl = {
	XFI_CHILD_METHODS(ID3D11BlendState1, 11),
	.GetDesc = blend11_GetDesc,
	.GetDesc1 = blend11_GetDesc1,
};
static const ID3D10BlendState1Vtbl blend10_vtbl = {
	XFI_CHILD_METHODS(ID3D10BlendState1, 10),
	.GetDesc = blend10_GetDesc,
	.GetDesc1 = blend10_GetDesc1,
};
static const ID3D11DepthStencilStateVtbl depth11_vtbl = {
	XFI_CHILD_METHODS(ID3D11DepthStencilState, 11),
	.GetDesc = depth11_GetDesc,
};
static const ID3D10DepthStencilStateVtbl depth10_vtbl = {
	XFI_CHILD_METHODS(ID3D10DepthStencilState, 10),
	.GetDesc = depth10_GetDesc,
};
static const ID3D11RasterizerState2Vtbl rasterizer11_vtbl = {
	XFI_CHILD_METHODS(ID3D11RasterizerState2, 11),
	.GetDesc = rasterizer11_GetDesc,
	.GetDesc1 = rasterizer11_GetDesc1,
	.GetDesc2 = rasterizer11_GetDesc2,
};
static const ID3D10RasterizerStateVtbl rasterizer10_vtbl = {
	XFI_CHILD_METHODS(ID3D10RasterizerState, 10),
	.GetDesc = rasterizer10_GetDesc,
};
static const ID3D11SamplerStateVtbl sampler11_vtbl = {
	XFI_CHILD_METHODS(ID3D11SamplerState, 11),
	.GetDesc = sampler11_GetDesc,
};
static const ID3D10SamplerStateVtbl sampler10_vtbl = {
	XFI_CHILD_METHODS(ID3D10SamplerState, 10),
	.GetDesc = sampler10_GetDesc,
};

void xfi_state_init_faces(struct xfi_state *state)
{
	static const void *const vtbls11[] = { &blend11_vtbl, &depth11_vtbl, &rasterizer11_vtbl,
		&sampler11_vtbl };
	static const void *const vtbls10[] = { &blend10_vtbl, &depth10_vtbl, &rasterizer10_vtbl,
		&sampler10_vtbl };
	state->child.d3d11.lpVtbl = vtbls11[state->kind];
	state->child.d3d10.lpVtbl = vtbls10[state->kind];
}
