/* SPDX-License-Identifier: MIT */
#include "win/dxgi/state_desc.h"

#include <float.h>

#define N_TARGETS D3D11_SIMULTANEOUS_RENDER_TARGET_COUNT

static bool in(int value, int first, int last)
{
	return value >= first && value <= last;
}

/* blend */

static const D3D11_RENDER_TARGET_BLEND_DESC1 plain_target = {
	.SrcBlend = D3D11_BLEND_ONE,
	.DestBlend = D3D11_BLEND_ZERO,
	.BlendOp = D3D11_BLEND_OP_ADD,
	.SrcBlendAlpha = D3D11_BLEND_ONE,
	.DestBlendAlpha = D3D11_BLEND_ZERO,
	.BlendOpAlpha = D3D11_BLEND_OP_ADD,
	.LogicOp = D3D11_LOGIC_OP_NOOP,
	.RenderTargetWriteMask = D3D11_COLOR_WRITE_ENABLE_ALL,
};

static bool is_factor(D3D11_BLEND factor)
{
	return in(factor, D3D11_BLEND_ZERO, D3D11_BLEND_SRC_ALPHA_SAT) ||
	       in(factor, D3D11_BLEND_BLEND_FACTOR, D3D11_BLEND_INV_SRC1_ALPHA);
}

/* Colours are no factors of alpha. */
static bool is_alpha_factor(D3D11_BLEND factor)
{
	switch (factor) {
	case D3D11_BLEND_SRC_COLOR:
	case D3D11_BLEND_INV_SRC_COLOR:
	case D3D11_BLEND_DEST_COLOR:
	case D3D11_BLEND_INV_DEST_COLOR:
	case D3D11_BLEND_SRC1_COLOR:
	case D3D11_BLEND_INV_SRC1_COLOR:
		return false;
	default:
		return is_factor(factor);
	}
}

/* Operations on bits are an option, which CheckFeatureSupport says we have not. */
static const struct xfi_fault *resolve_target(
	const D3D11_RENDER_TARGET_BLEND_DESC1 *from, D3D11_RENDER_TARGET_BLEND_DESC1 *to)
{
	memcpy(to, &plain_target, sizeof(*to));
	XFI_UNLESS(!from->LogicOpEnable, CREATEBLENDSTATE_INVALIDLOGICOPS);
	XFI_UNLESS(from->RenderTargetWriteMask <= D3D11_COLOR_WRITE_ENABLE_ALL,
		CREATEBLENDSTATE_INVALIDRENDERTARGETWRITEMASK);
	to->RenderTargetWriteMask = from->RenderTargetWriteMask;
	if (!from->BlendEnable)
		return NULL;
	to->BlendEnable = TRUE;
	to->SrcBlend = from->SrcBlend;
	to->DestBlend = from->DestBlend;
	to->BlendOp = from->BlendOp;
	to->SrcBlendAlpha = from->SrcBlendAlpha;
	to->DestBlendAlpha = from->DestBlendAlpha;
	to->BlendOpAlpha = from->BlendOpAlpha;
	XFI_UNLESS(is_factor(to->SrcBlend), CREATEBLENDSTATE_INVALIDSRCBLEND);
	XFI_UNLESS(is_factor(to->DestBlend), CREATEBLENDSTATE_INVALIDDESTBLEND);
	XFI_UNLESS(in(to->BlendOp, D3D11_BLEND_OP_ADD, D3D11_BLEND_OP_MAX),
		CREATEBLENDSTATE_INVALIDBLENDOP);
	XFI_UNLESS(is_alpha_factor(to->SrcBlendAlpha), CREATEBLENDSTATE_INVALIDSRCBLENDALPHA);
	XFI_UNLESS(is_alpha_factor(to->DestBlendAlpha), CREATEBLENDSTATE_INVALIDDESTBLENDALPHA);
	XFI_UNLESS(in(to->BlendOpAlpha, D3D11_BLEND_OP_ADD, D3D11_BLEND_OP_MAX),
		CREATEBLENDSTATE_INVALIDBLENDOPALPHA);
	return NULL;
}

static const struct xfi_fault *resolve_blend(const D3D11_BLEND_DESC1 *from, D3D11_BLEND_DESC1 *to)
{
	bool independent = from->IndependentBlendEnable;
	const struct xfi_fault *fault = NULL;
	to->AlphaToCoverageEnable = from->AlphaToCoverageEnable != FALSE;
	to->IndependentBlendEnable = independent;
	for (UINT i = 0; i < N_TARGETS && !fault; i++)
		fault = resolve_target(
			&from->RenderTarget[independent ? i : 0], &to->RenderTarget[i]);
	return fault;
}

void xfi_blend_from_11(const D3D11_BLEND_DESC *from, D3D11_BLEND_DESC1 *to)
{
	*to = (D3D11_BLEND_DESC1){ .AlphaToCoverageEnable = from->AlphaToCoverageEnable,
		.IndependentBlendEnable = from->IndependentBlendEnable };
	for (UINT i = 0; i < N_TARGETS; i++) {
		const D3D11_RENDER_TARGET_BLEND_DESC *target = &from->RenderTarget[i];
		to->RenderTarget[i] = (D3D11_RENDER_TARGET_BLEND_DESC1){ target->BlendEnable, FALSE,
			target->SrcBlend, target->DestBlend, target->BlendOp, target->SrcBlendAlpha,
			target->DestBlendAlpha, target->BlendOpAlpha, D3D11_LOGIC_OP_NOOP,
			target->RenderTargetWriteMask };
	}
}

void xfi_blend_to_11(const D3D11_BLEND_DESC1 *from, D3D11_BLEND_DESC *to)
{
	memset(to, 0, sizeof(*to));
	to->AlphaToCoverageEnable = from->AlphaToCoverageEnable;
	to->IndependentBlendEnable = from->IndependentBlendEnable;
	for (UINT i = 0; i < N_TARGETS; i++) {
		const D3D11_RENDER_TARGET_BLEND_DESC1 *target = &from->RenderTarget[i];
		D3D11_RENDER_TARGET_BLEND_DESC *ours = &to->RenderTarget[i];
		ours->BlendEnable = target->BlendEnable;
		ours->SrcBlend = target->SrcBlend;
		ours->DestBlend = target->DestBlend;
		ours->BlendOp = target->BlendOp;
		ours->SrcBlendAlpha = target->SrcBlendAlpha;
		ours->DestBlendAlpha = target->DestBlendAlpha;
		ours->BlendOpAlpha = target->BlendOpAlpha;
		ours->RenderTargetWriteMask = target->RenderTargetWriteMask;
	}
}

/* D3D10.0 has one set of factors, and for each target whether it is blended and written. */
void xfi_blend_from_10(const D3D10_BLEND_DESC *from, D3D11_BLEND_DESC1 *to)
{
	*to = (D3D11_BLEND_DESC1){ .AlphaToCoverageEnable = from->AlphaToCoverageEnable };
	for (UINT i = 0; i < N_TARGETS; i++) {
		to->RenderTarget[i] = (D3D11_RENDER_TARGET_BLEND_DESC1){ from->BlendEnable[i],
			FALSE, (D3D11_BLEND)from->SrcBlend, (D3D11_BLEND)from->DestBlend,
			(D3D11_BLEND_OP)from->BlendOp, (D3D11_BLEND)from->SrcBlendAlpha,
			(D3D11_BLEND)from->DestBlendAlpha, (D3D11_BLEND_OP)from->BlendOpAlpha,
			D3D11_LOGIC_OP_NOOP, from->RenderTargetWriteMask[i] };
		if (from->BlendEnable[i] != from->BlendEnable[0] ||
			from->RenderTargetWriteMask[i] != from->RenderTargetWriteMask[0])
			to->IndependentBlendEnable = TRUE;
	}
}

/* The factors are those of the first target, or of the first that is blended. */
void xfi_blend_to_10(const D3D11_BLEND_DESC1 *from, D3D10_BLEND_DESC *to)
{
	const D3D11_RENDER_TARGET_BLEND_DESC1 *first = &from->RenderTarget[0];
	memset(to, 0, sizeof(*to));
	to->AlphaToCoverageEnable = from->AlphaToCoverageEnable;
	for (UINT i = N_TARGETS; i-- > 0;) {
		to->BlendEnable[i] = from->RenderTarget[i].BlendEnable;
		to->RenderTargetWriteMask[i] = from->RenderTarget[i].RenderTargetWriteMask;
		if (to->BlendEnable[i])
			first = &from->RenderTarget[i];
	}
	to->SrcBlend = (D3D10_BLEND)first->SrcBlend;
	to->DestBlend = (D3D10_BLEND)first->DestBlend;
	to->BlendOp = (D3D10_BLEND_OP)first->BlendOp;
	to->SrcBlendAlpha = (D3D10_BLEND)first->SrcBlendAlpha;
	to->DestBlendAlpha = (D3D10_BLEND)first->DestBlendAlpha;
	to->BlendOpAlpha = (D3D10_BLEND_OP)first->BlendOpAlpha;
}

/* depth and stencil */

static bool is_comparison(D3D11_COMPARISON_FUNC func)
{
	return in(func, D3D11_COMPARISON_NEVER, D3D11_COMPARISON_ALWAYS);
}

static const D3D11_DEPTH_STENCILOP_DESC keep = { D3D11_STENCIL_OP_KEEP, D3D11_STENCIL_OP_KEEP,
	D3D11_STENCIL_OP_KEEP, D3D11_COMPARISON_ALWAYS };

static bool is_operation(D3D11_STENCIL_OP operation)
{
	return in(operation, D3D11_STENCIL_OP_KEEP, D3D11_STENCIL_OP_DECR);
}

static const struct xfi_fault *check_front(const D3D11_DEPTH_STENCILOP_DESC *face)
{
	XFI_UNLESS(is_operation(face->StencilFailOp),
		CREATEDEPTHSTENCILSTATE_INVALIDFRONTFACESTENCILFAILOP);
	XFI_UNLESS(is_operation(face->StencilDepthFailOp),
		CREATEDEPTHSTENCILSTATE_INVALIDFRONTFACESTENCILZFAILOP);
	XFI_UNLESS(is_operation(face->StencilPassOp),
		CREATEDEPTHSTENCILSTATE_INVALIDFRONTFACESTENCILPASSOP);
	XFI_UNLESS(is_comparison(face->StencilFunc),
		CREATEDEPTHSTENCILSTATE_INVALIDFRONTFACESTENCILFUNC);
	return NULL;
}

static const struct xfi_fault *check_back(const D3D11_DEPTH_STENCILOP_DESC *face)
{
	XFI_UNLESS(is_operation(face->StencilFailOp),
		CREATEDEPTHSTENCILSTATE_INVALIDBACKFACESTENCILFAILOP);
	XFI_UNLESS(is_operation(face->StencilDepthFailOp),
		CREATEDEPTHSTENCILSTATE_INVALIDBACKFACESTENCILZFAILOP);
	XFI_UNLESS(is_operation(face->StencilPassOp),
		CREATEDEPTHSTENCILSTATE_INVALIDBACKFACESTENCILPASSOP);
	XFI_UNLESS(is_comparison(face->StencilFunc),
		CREATEDEPTHSTENCILSTATE_INVALIDBACKFACESTENCILFUNC);
	return NULL;
}

static const struct xfi_fault *resolve_depth(
	const D3D11_DEPTH_STENCIL_DESC *from, D3D11_DEPTH_STENCIL_DESC *to)
{
	const struct xfi_fault *fault;
	to->DepthEnable = from->DepthEnable != FALSE;
	to->DepthWriteMask = to->DepthEnable ? from->DepthWriteMask : D3D11_DEPTH_WRITE_MASK_ALL;
	to->DepthFunc = to->DepthEnable ? from->DepthFunc : D3D11_COMPARISON_LESS;
	to->StencilEnable = from->StencilEnable != FALSE;
	to->StencilReadMask = to->StencilEnable ? from->StencilReadMask : 0xff;
	to->StencilWriteMask = to->StencilEnable ? from->StencilWriteMask : 0xff;
	to->FrontFace = to->StencilEnable ? from->FrontFace : keep;
	to->BackFace = to->StencilEnable ? from->BackFace : keep;
	XFI_UNLESS(in(to->DepthWriteMask, D3D11_DEPTH_WRITE_MASK_ZERO, D3D11_DEPTH_WRITE_MASK_ALL),
		CREATEDEPTHSTENCILSTATE_INVALIDDEPTHWRITEMASK);
	XFI_UNLESS(is_comparison(to->DepthFunc), CREATEDEPTHSTENCILSTATE_INVALIDDEPTHFUNC);
	fault = check_front(&to->FrontFace);
	return fault ? fault : check_back(&to->BackFace);
}

/* rasterizer */

/* Samples without a target and conservative rasterization are options that we have not. */
static const struct xfi_fault *resolve_rasterizer(
	const D3D11_RASTERIZER_DESC2 *from, D3D11_RASTERIZER_DESC2 *to)
{
	*to = *from;
	to->FrontCounterClockwise = from->FrontCounterClockwise != FALSE;
	to->DepthClipEnable = from->DepthClipEnable != FALSE;
	to->ScissorEnable = from->ScissorEnable != FALSE;
	to->MultisampleEnable = from->MultisampleEnable != FALSE;
	to->AntialiasedLineEnable = from->AntialiasedLineEnable != FALSE;
	XFI_UNLESS(in(to->FillMode, D3D11_FILL_WIREFRAME, D3D11_FILL_SOLID),
		CREATERASTERIZERSTATE_INVALIDFILLMODE);
	XFI_UNLESS(in(to->CullMode, D3D11_CULL_NONE, D3D11_CULL_BACK),
		CREATERASTERIZERSTATE_INVALIDCULLMODE);
	XFI_UNLESS(!to->ForcedSampleCount, CREATERASTERIZERSTATE_INVALIDFORCEDSAMPLECOUNT);
	XFI_UNLESS(to->ConservativeRaster == D3D11_CONSERVATIVE_RASTERIZATION_MODE_OFF, UNKNOWN);
	return NULL;
}

/* sampler */

/* Two bits where one is used for each of minification, magnification and levels; and two for how
 * several texels become one, of which minimum and maximum are an option that we have not. */
#define FILTER_BITS (D3D11_FILTER_ANISOTROPIC | D3D11_FILTER_COMPARISON_MIN_MAG_MIP_POINT)
#define COMPARISON  D3D11_FILTER_COMPARISON_MIN_MAG_MIP_POINT

static bool is_address(D3D11_TEXTURE_ADDRESS_MODE mode)
{
	return in(mode, D3D11_TEXTURE_ADDRESS_WRAP, D3D11_TEXTURE_ADDRESS_MIRROR_ONCE);
}

static bool uses_border(const D3D11_SAMPLER_DESC *desc)
{
	return desc->AddressU == D3D11_TEXTURE_ADDRESS_BORDER ||
	       desc->AddressV == D3D11_TEXTURE_ADDRESS_BORDER ||
	       desc->AddressW == D3D11_TEXTURE_ADDRESS_BORDER;
}

static const struct xfi_fault *resolve_sampler(
	const D3D11_SAMPLER_DESC *from, D3D11_SAMPLER_DESC *to)
{
	*to = *from;
	if (!D3D11_DECODE_IS_ANISOTROPIC_FILTER(to->Filter))
		to->MaxAnisotropy = 0;
	if (!(to->Filter & COMPARISON))
		to->ComparisonFunc = D3D11_COMPARISON_NEVER;
	if (!uses_border(to))
		memset(to->BorderColor, 0, sizeof(to->BorderColor));
	XFI_UNLESS(!(to->Filter & ~FILTER_BITS), CREATESAMPLERSTATE_INVALIDFILTER);
	XFI_UNLESS(is_address(to->AddressU), CREATESAMPLERSTATE_INVALIDADDRESSU);
	XFI_UNLESS(is_address(to->AddressV), CREATESAMPLERSTATE_INVALIDADDRESSV);
	XFI_UNLESS(is_address(to->AddressW), CREATESAMPLERSTATE_INVALIDADDRESSW);
	XFI_UNLESS(from->MaxAnisotropy <= D3D11_REQ_MAXANISOTROPY,
		CREATESAMPLERSTATE_INVALIDMAXANISOTROPY);
	XFI_UNLESS(is_comparison(to->ComparisonFunc), CREATESAMPLERSTATE_INVALIDCOMPARISONFUNC);
	return NULL;
}

const struct xfi_fault *xfi_state_resolve(
	enum xfi_state_kind kind, const union xfi_state_desc *desc, union xfi_state_desc *ret_desc)
{
	memset(ret_desc, 0, sizeof(*ret_desc));
	switch (kind) {
	case XFI_STATE_BLEND:
		return resolve_blend(&desc->blend, &ret_desc->blend);
	case XFI_STATE_DEPTH_STENCIL:
		return resolve_depth(&desc->depth_stencil, &ret_desc->depth_stencil);
	case XFI_STATE_RASTERIZER:
		return resolve_rasterizer(&desc->rasterizer, &ret_desc->rasterizer);
	default:
		return resolve_sampler(&desc->sampler, &ret_desc->sampler);
	}
}

const union xfi_state_desc *xfi_state_default(enum xfi_state_kind kind)
{
#define TARGET                                                                                     \
	{                                                                                          \
		FALSE, FALSE, D3D11_BLEND_ONE, D3D11_BLEND_ZERO, D3D11_BLEND_OP_ADD,               \
			D3D11_BLEND_ONE, D3D11_BLEND_ZERO, D3D11_BLEND_OP_ADD,                     \
			D3D11_LOGIC_OP_NOOP, D3D11_COLOR_WRITE_ENABLE_ALL                          \
	}
#define KEEP                                                                                       \
	{                                                                                          \
		D3D11_STENCIL_OP_KEEP, D3D11_STENCIL_OP_KEEP, D3D11_STENCIL_OP_KEEP,               \
			D3D11_COMPARISON_ALWAYS                                                    \
	}
	static const union xfi_state_desc defaults[XFI_STATE_KINDS] = {
		[XFI_STATE_BLEND].blend = { FALSE, FALSE,
			{ TARGET, TARGET, TARGET, TARGET, TARGET, TARGET, TARGET, TARGET } },
		[XFI_STATE_DEPTH_STENCIL].depth_stencil = { TRUE, D3D11_DEPTH_WRITE_MASK_ALL,
			D3D11_COMPARISON_LESS, FALSE, 0xff, 0xff, KEEP, KEEP },
		[XFI_STATE_RASTERIZER].rasterizer = { .FillMode = D3D11_FILL_SOLID,
			.CullMode = D3D11_CULL_BACK,
			.DepthClipEnable = TRUE },
		[XFI_STATE_SAMPLER].sampler = { .Filter = D3D11_FILTER_MIN_MAG_MIP_LINEAR,
			.AddressU = D3D11_TEXTURE_ADDRESS_CLAMP,
			.AddressV = D3D11_TEXTURE_ADDRESS_CLAMP,
			.AddressW = D3D11_TEXTURE_ADDRESS_CLAMP,
			.ComparisonFunc = D3D11_COMPARISON_NEVER,
			.MinLOD = -FLT_MAX,
			.MaxLOD = FLT_MAX },
	};
	return &defaults[kind];
}
