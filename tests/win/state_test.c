/* SPDX-License-Identifier: MIT */
/* State objects: what is allowed, what they say of themselves, which are the same, where they are
 * bound. */
#include "d3d.h"

#include <limits.h>
#include <pthread.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static D3D11_BLEND_DESC1 blend_desc(void)
{
	D3D11_BLEND_DESC1 desc = { .RenderTarget[0] = { TRUE, FALSE, D3D11_BLEND_SRC_ALPHA,
					   D3D11_BLEND_INV_SRC_ALPHA, D3D11_BLEND_OP_ADD,
					   D3D11_BLEND_ONE, D3D11_BLEND_ZERO, D3D11_BLEND_OP_MAX,
					   D3D11_LOGIC_OP_COPY, 0x7 } };
	return desc;
}

static D3D11_DEPTH_STENCIL_DESC depth_desc(void)
{
	const D3D11_DEPTH_STENCILOP_DESC face = { D3D11_STENCIL_OP_KEEP, D3D11_STENCIL_OP_INCR,
		D3D11_STENCIL_OP_REPLACE, D3D11_COMPARISON_EQUAL };
	return (D3D11_DEPTH_STENCIL_DESC){ TRUE, D3D11_DEPTH_WRITE_MASK_ZERO,
		D3D11_COMPARISON_GREATER, TRUE, 0x0f, 0xf0, face, face };
}

static D3D11_RASTERIZER_DESC2 rasterizer_desc(void)
{
	return (D3D11_RASTERIZER_DESC2){ D3D11_FILL_WIREFRAME, D3D11_CULL_FRONT, TRUE, 5, 0.5f,
		0.25f, FALSE, TRUE, TRUE, FALSE, 0, 0 };
}

static D3D11_SAMPLER_DESC sampler_desc(void)
{
	return (D3D11_SAMPLER_DESC){ D3D11_FILTER_COMPARISON_ANISOTROPIC,
		D3D11_TEXTURE_ADDRESS_WRAP, D3D11_TEXTURE_ADDRESS_BORDER,
		D3D11_TEXTURE_ADDRESS_MIRROR_ONCE, 0.5f, 16, D3D11_COMPARISON_LESS_EQUAL,
		{ 1, 0.5f, 0.25f, 0 }, 1, 5 };
}

/* The four kinds, for what is the same with all of them. */
enum { BLEND, DEPTH, RASTERIZER, SAMPLER, KINDS };

static HRESULT make_from(ID3D11Device5 *device, int kind, const void *desc, void *ret)
{
	switch (kind) {
	case BLEND:
		return ID3D11Device5_CreateBlendState1(device, desc, ret);
	case DEPTH:
		return ID3D11Device5_CreateDepthStencilState(device, desc, ret);
	case RASTERIZER:
		return ID3D11Device5_CreateRasterizerState2(device, desc, ret);
	default:
		return ID3D11Device5_CreateSamplerState(device, desc, ret);
	}
}

union any_desc {
	D3D11_BLEND_DESC1 blend;
	D3D11_DEPTH_STENCIL_DESC depth;
	D3D11_RASTERIZER_DESC2 rasterizer;
	D3D11_SAMPLER_DESC sampler;
};

static union any_desc some_desc(int kind)
{
	union any_desc desc;
	memset(&desc, 0, sizeof(desc));
	if (kind == BLEND)
		desc.blend = blend_desc();
	else if (kind == DEPTH)
		desc.depth = depth_desc();
	else if (kind == RASTERIZER)
		desc.rasterizer = rasterizer_desc();
	else
		desc.sampler = sampler_desc();
	return desc;
}

/* Another one that is allowed, too. */
static union any_desc other_desc(int kind)
{
	union any_desc desc = some_desc(kind);
	if (kind == BLEND)
		desc.blend.AlphaToCoverageEnable = TRUE;
	else if (kind == DEPTH)
		desc.depth.StencilReadMask = 0xff;
	else if (kind == RASTERIZER)
		desc.rasterizer.DepthBias = 6;
	else
		desc.sampler.MaxLOD = 6;
	return desc;
}

static ID3D11DeviceChild *make(ID3D11Device5 *device, int kind, const union any_desc *desc)
{
	ID3D11DeviceChild *state;
	assert_hr(make_from(device, kind, desc, &state), S_OK);
	return state;
}

static void equal_ones_are_the_same_object(void **state)
{
	ID3D11Device5 *device = (ID3D11Device5 *)make_device();
	for (int kind = 0; kind < KINDS; kind++) {
		union any_desc desc = some_desc(kind), other = other_desc(kind);
		ID3D11DeviceChild *a = make(device, kind, &desc), *b = make(device, kind, &other);
		assert_ptr_not_equal(a, b);
		for (int i = 0; i < 3; i++)
			assert_ptr_equal(make(device, kind, &desc), a);
		assert_ptr_equal(make(device, kind, &other), b);
		assert_int_equal(ID3D11DeviceChild_Release(b), 1);
		assert_int_equal(ID3D11DeviceChild_Release(b), 0);
		for (int i = 3; i >= 0; i--)
			assert_int_equal(ID3D11DeviceChild_Release(a), i);
		/* After its end there is a new one, with data of its own. */
		a = make(device, kind, &desc);
		assert_int_equal(ID3D11DeviceChild_Release(a), 0);
		assert_hr(make_from(device, kind, NULL, &a), E_INVALIDARG);
		assert_null(a);
		assert_hr(make_from(device, kind, &desc, NULL), S_FALSE);
	}
	assert_int_equal(ID3D11Device5_Release(device), 0);
}

/* What a description says about what is switched off makes no other object. */
static void only_what_counts_is_compared(void **state)
{
	ID3D11Device5 *device = (ID3D11Device5 *)make_device();
	for (int kind = 0; kind < KINDS; kind++) {
		union any_desc desc = some_desc(kind), other;
		ID3D11DeviceChild *a, *b;
		if (kind == BLEND)
			desc.blend.RenderTarget[0].BlendEnable = FALSE;
		else if (kind == DEPTH)
			desc.depth.DepthEnable = desc.depth.StencilEnable = FALSE;
		else if (kind == RASTERIZER)
			desc.rasterizer.DepthClipEnable = TRUE;
		else {
			desc.sampler.Filter = D3D11_FILTER_MIN_MAG_MIP_LINEAR;
			desc.sampler.AddressV = D3D11_TEXTURE_ADDRESS_WRAP;
		}
		other = desc;
		if (kind == BLEND) {
			other.blend.RenderTarget[0].SrcBlend = D3D11_BLEND_DEST_COLOR;
			other.blend.RenderTarget[1].BlendEnable = TRUE;
			other.blend.RenderTarget[1].RenderTargetWriteMask = 0xff;
		} else if (kind == DEPTH) {
			other.depth.DepthFunc = 0;
			other.depth.FrontFace.StencilPassOp = 0;
			other.depth.StencilWriteMask = 3;
		} else if (kind == RASTERIZER)
			other.rasterizer.DepthClipEnable = 2; /* any but zero is true */
		else {
			other.sampler.MaxAnisotropy = 3;
			other.sampler.ComparisonFunc = 0;
			other.sampler.BorderColor[0] = 0.125f;
		}
		a = make(device, kind, &desc);
		b = make(device, kind, &other);
		assert_ptr_equal(a, b);
		ID3D11DeviceChild_Release(b);
		assert_int_equal(ID3D11DeviceChild_Release(a), 0);
	}
	assert_int_equal(ID3D11Device5_Release(device), 0);
}

static void assert_target(const D3D11_RENDER_TARGET_BLEND_DESC *target,
	const D3D11_RENDER_TARGET_BLEND_DESC1 *expected)
{
	assert_int_equal(target->BlendEnable, expected->BlendEnable);
	assert_int_equal(target->SrcBlend, expected->SrcBlend);
	assert_int_equal(target->DestBlend, expected->DestBlend);
	assert_int_equal(target->BlendOp, expected->BlendOp);
	assert_int_equal(target->SrcBlendAlpha, expected->SrcBlendAlpha);
	assert_int_equal(target->DestBlendAlpha, expected->DestBlendAlpha);
	assert_int_equal(target->BlendOpAlpha, expected->BlendOpAlpha);
	assert_int_equal(target->RenderTargetWriteMask, expected->RenderTargetWriteMask);
}

static void blend_states_tell_what_was_set(void **state)
{
	ID3D11Device1 *device = make_device();
	D3D11_BLEND_DESC1 desc = blend_desc(), got1;
	D3D11_BLEND_DESC got;
	ID3D11BlendState1 *blend;
	assert_hr(ID3D11Device1_CreateBlendState1(device, &desc, &blend), S_OK);
	ID3D11BlendState1_GetDesc(blend, &got);
	ID3D11BlendState1_GetDesc1(blend, &got1);
	for (int i = 0; i < 8; i++) { /* not independent: all as the first */
		assert_target(&got.RenderTarget[i], &desc.RenderTarget[0]);
		assert_int_equal(got1.RenderTarget[i].SrcBlend, D3D11_BLEND_SRC_ALPHA);
		assert_int_equal(got1.RenderTarget[i].LogicOp, D3D11_LOGIC_OP_NOOP);
	}
	assert_int_equal(ID3D11BlendState1_Release(blend), 0);
	desc.IndependentBlendEnable = TRUE;
	desc.RenderTarget[3] = desc.RenderTarget[0];
	desc.RenderTarget[3].SrcBlend = D3D11_BLEND_SRC1_COLOR;
	assert_hr(ID3D11Device1_CreateBlendState1(device, &desc, &blend), S_OK);
	ID3D11BlendState1_GetDesc(blend, &got);
	assert_target(&got.RenderTarget[0], &desc.RenderTarget[0]);
	assert_target(&got.RenderTarget[3], &desc.RenderTarget[3]);
	/* Off and nowhere mentioned: defaults, and nothing is written. */
	assert_int_equal(got.RenderTarget[2].SrcBlend, D3D11_BLEND_ONE);
	assert_int_equal(got.RenderTarget[2].DestBlend, D3D11_BLEND_ZERO);
	assert_int_equal(got.RenderTarget[2].BlendOpAlpha, D3D11_BLEND_OP_ADD);
	assert_int_equal(got.RenderTarget[2].RenderTargetWriteMask, 0);
	assert_int_equal(ID3D11BlendState1_Release(blend), 0);
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

static void the_others_tell_what_was_set(void **state)
{
	ID3D11Device5 *device = (ID3D11Device5 *)make_device();
	D3D11_DEPTH_STENCIL_DESC depth = depth_desc(), got_depth;
	D3D11_RASTERIZER_DESC2 rasterizer = rasterizer_desc(), got_rasterizer;
	D3D11_SAMPLER_DESC sampler = sampler_desc(), got_sampler;
	ID3D11DepthStencilState *a;
	ID3D11RasterizerState2 *b;
	ID3D11SamplerState *c;
	assert_hr(ID3D11Device5_CreateDepthStencilState(device, &depth, &a), S_OK);
	assert_hr(ID3D11Device5_CreateRasterizerState2(device, &rasterizer, &b), S_OK);
	assert_hr(ID3D11Device5_CreateSamplerState(device, &sampler, &c), S_OK);
	memset(&got_depth, 0, sizeof(got_depth));
	ID3D11DepthStencilState_GetDesc(a, &got_depth);
	assert_int_equal(got_depth.DepthFunc, depth.DepthFunc);
	assert_int_equal(got_depth.DepthWriteMask, depth.DepthWriteMask);
	assert_int_equal(got_depth.StencilReadMask, 0x0f);
	assert_int_equal(got_depth.StencilWriteMask, 0xf0);
	assert_memory_equal(&got_depth.FrontFace, &depth.FrontFace, sizeof(depth.FrontFace));
	assert_memory_equal(&got_depth.BackFace, &depth.BackFace, sizeof(depth.BackFace));
	ID3D11RasterizerState2_GetDesc2(b, &got_rasterizer);
	assert_memory_equal(&got_rasterizer, &rasterizer, sizeof(rasterizer));
	ID3D11SamplerState_GetDesc(c, &got_sampler);
	assert_memory_equal(&got_sampler, &sampler, sizeof(sampler));
	ID3D11DepthStencilState_Release(a);
	ID3D11RasterizerState2_Release(b);
	ID3D11SamplerState_Release(c);
	/* What is off is at its default. */
	depth.DepthEnable = depth.StencilEnable = FALSE;
	assert_hr(ID3D11Device5_CreateDepthStencilState(device, &depth, &a), S_OK);
	ID3D11DepthStencilState_GetDesc(a, &got_depth);
	assert_int_equal(got_depth.DepthFunc, D3D11_COMPARISON_LESS);
	assert_int_equal(got_depth.DepthWriteMask, D3D11_DEPTH_WRITE_MASK_ALL);
	assert_int_equal(got_depth.StencilReadMask, 0xff);
	assert_int_equal(got_depth.FrontFace.StencilPassOp, D3D11_STENCIL_OP_KEEP);
	assert_int_equal(got_depth.BackFace.StencilFunc, D3D11_COMPARISON_ALWAYS);
	ID3D11DepthStencilState_Release(a);
	sampler.Filter = D3D11_FILTER_MIN_MAG_MIP_POINT;
	sampler.AddressV = D3D11_TEXTURE_ADDRESS_CLAMP;
	assert_hr(ID3D11Device5_CreateSamplerState(device, &sampler, &c), S_OK);
	ID3D11SamplerState_GetDesc(c, &got_sampler);
	assert_int_equal(got_sampler.MaxAnisotropy, 0);
	assert_int_equal(got_sampler.ComparisonFunc, D3D11_COMPARISON_NEVER);
	assert_float_equal(got_sampler.BorderColor[0], 0, 0);
	ID3D11SamplerState_Release(c);
	assert_int_equal(ID3D11Device5_Release(device), 0);
}

/* Each row spoils one number of a description that is allowed. */
static void what_is_not_allowed_is_refused(void **state)
{
#define ROW(kind, member, value)                                                                   \
	{                                                                                          \
		kind, offsetof(union any_desc, member), (value)                                    \
	}
#define TARGET(member, value) ROW(BLEND, blend.RenderTarget[0].member, value)
	static const struct {
		int kind;
		size_t offset;
		int value;
	} rows[] = {
		TARGET(SrcBlend, 0),
		TARGET(SrcBlend, 12),
		TARGET(DestBlend, 13),
		TARGET(DestBlend, D3D11_BLEND_INV_SRC1_ALPHA + 1),
		TARGET(SrcBlendAlpha, D3D11_BLEND_SRC_COLOR),
		TARGET(SrcBlendAlpha, D3D11_BLEND_INV_SRC1_COLOR),
		TARGET(DestBlendAlpha, D3D11_BLEND_DEST_COLOR),
		TARGET(DestBlendAlpha, 0),
		TARGET(BlendOp, 0),
		TARGET(BlendOpAlpha, D3D11_BLEND_OP_MAX + 1),
		TARGET(LogicOpEnable, TRUE),
		TARGET(RenderTargetWriteMask, 0x10),
		ROW(DEPTH, depth.DepthWriteMask, 2),
		ROW(DEPTH, depth.DepthFunc, 0),
		ROW(DEPTH, depth.DepthFunc, D3D11_COMPARISON_ALWAYS + 1),
		ROW(DEPTH, depth.FrontFace.StencilFailOp, 0),
		ROW(DEPTH, depth.FrontFace.StencilDepthFailOp, D3D11_STENCIL_OP_DECR + 1),
		ROW(DEPTH, depth.BackFace.StencilPassOp, -1),
		ROW(DEPTH, depth.BackFace.StencilFunc, 0),
		ROW(RASTERIZER, rasterizer.FillMode, 0),
		ROW(RASTERIZER, rasterizer.FillMode, 1),
		ROW(RASTERIZER, rasterizer.FillMode, 4),
		ROW(RASTERIZER, rasterizer.CullMode, 0),
		ROW(RASTERIZER, rasterizer.CullMode, 4),
		ROW(RASTERIZER, rasterizer.ForcedSampleCount, 4),
		ROW(RASTERIZER, rasterizer.ConservativeRaster, 1),
		ROW(SAMPLER, sampler.Filter, 2),
		ROW(SAMPLER, sampler.Filter, D3D11_FILTER_MINIMUM_MIN_MAG_MIP_POINT),
		ROW(SAMPLER, sampler.Filter, INT_MIN), /* D3D10_FILTER_TEXT_1BIT */
		ROW(SAMPLER, sampler.AddressU, 0),
		ROW(SAMPLER, sampler.AddressV, D3D11_TEXTURE_ADDRESS_MIRROR_ONCE + 1),
		ROW(SAMPLER, sampler.AddressW, 0),
		ROW(SAMPLER, sampler.MaxAnisotropy, 17),
		ROW(SAMPLER, sampler.ComparisonFunc, 0),
		ROW(SAMPLER, sampler.ComparisonFunc, D3D11_COMPARISON_ALWAYS + 1),
	};
	ID3D11Device5 *device = (ID3D11Device5 *)make_device();
	for (size_t i = 0; i < COUNT(rows); i++) {
		union any_desc desc = some_desc(rows[i].kind);
		ID3D11DeviceChild *made = (void *)1;
		bool byte = rows[i].value == 0x10;
		memcpy((char *)&desc + rows[i].offset, &rows[i].value, byte ? 1 : sizeof(int));
		if (make_from(device, rows[i].kind, &desc, &made) != E_INVALIDARG || made)
			fail_msg("row %zu is taken", i);
		assert_hr(make_from(device, rows[i].kind, &desc, NULL), E_INVALIDARG);
	}
	assert_int_equal(ID3D11Device5_Release(device), 0);
}

/* All versions of an interface are one object, which knows its device and keeps private data. */
static void a_state_has_all_its_interfaces(void **state)
{
	static const IID *const iids[KINDS][5] = {
		[BLEND] = { &IID_ID3D11BlendState, &IID_ID3D11BlendState1, &IID_ID3D10BlendState,
			&IID_ID3D10BlendState1 },
		[DEPTH] = { &IID_ID3D11DepthStencilState, &IID_ID3D10DepthStencilState },
		[RASTERIZER] = { &IID_ID3D11RasterizerState, &IID_ID3D11RasterizerState1,
			&IID_ID3D11RasterizerState2, &IID_ID3D10RasterizerState },
		[SAMPLER] = { &IID_ID3D11SamplerState, &IID_ID3D10SamplerState },
	};
	ID3D11Device5 *device = (ID3D11Device5 *)make_device();
	for (int kind = 0; kind < KINDS; kind++) {
		union any_desc desc = some_desc(kind);
		ID3D11DeviceChild *made = make(device, kind, &desc);
		ID3D11Device *parent;
		IUnknown *face, *identity, *back;
		UINT value = 7, size = sizeof(value);
		assert_hr(ID3D11DeviceChild_QueryInterface(made, &IID_IUnknown, (void **)&identity),
			S_OK);
		for (int i = 0; iids[kind][i]; i++) {
			assert_hr(ID3D11DeviceChild_QueryInterface(
					  made, iids[kind][i], (void **)&face),
				S_OK);
			IUnknown_QueryInterface(face, &IID_IUnknown, (void **)&back);
			assert_ptr_equal(back, identity);
			IUnknown_Release(back);
			IUnknown_Release(face);
			/* No state is one of another kind. */
			assert_hr(ID3D11DeviceChild_QueryInterface(
					  made, iids[(kind + 1) % KINDS][0], (void **)&face),
				E_NOINTERFACE);
			assert_null(face);
		}
		ID3D11DeviceChild_GetDevice(made, &parent);
		assert_ptr_equal(parent, device);
		ID3D11Device_Release(parent);
		assert_hr(ID3D11DeviceChild_SetPrivateData(
				  made, &IID_ID3D11Device, sizeof(value), &value),
			S_OK);
		value = 0;
		assert_hr(ID3D11DeviceChild_GetPrivateData(made, &IID_ID3D11Device, &size, &value),
			S_OK);
		assert_int_equal(value, 7);
		assert_int_equal(IUnknown_Release(identity), 1);
		assert_int_equal(ID3D11DeviceChild_Release(made), 0);
	}
	assert_int_equal(ID3D11Device5_Release(device), 0);
}

/* Bound, fetched, unbound by ClearState; while bound they live, and are found again. */
static void what_is_bound_is_found_again(void **state)
{
	ID3D11Device5 *device = (ID3D11Device5 *)make_device();
	ID3D11DeviceContext *context;
	ID3D11DeviceChild *made[KINDS], *got[KINDS];
	FLOAT factor[4] = { 0.25f, 0.5f, 0.75f, 1 };
	UINT ref;
	ID3D11Device5_GetImmediateContext(device, &context);
	for (int kind = 0; kind < KINDS; kind++) {
		union any_desc desc = some_desc(kind);
		made[kind] = make(device, kind, &desc);
	}
	ID3D11DeviceContext_OMSetBlendState(
		context, (ID3D11BlendState *)made[BLEND], factor, 0xffff);
	ID3D11DeviceContext_OMSetDepthStencilState(
		context, (ID3D11DepthStencilState *)made[DEPTH], 3);
	ID3D11DeviceContext_RSSetState(context, (ID3D11RasterizerState *)made[RASTERIZER]);
	ID3D11DeviceContext_PSSetSamplers(context, 15, 1, (ID3D11SamplerState **)&made[SAMPLER]);
	for (int kind = 0; kind < KINDS; kind++)
		assert_int_equal(ID3D11DeviceChild_Release(made[kind]), 0);
	for (int kind = 0; kind < KINDS; kind++) {
		union any_desc desc = some_desc(kind);
		got[kind] = make(device, kind, &desc);
		assert_ptr_equal(got[kind], made[kind]);
		assert_int_equal(ID3D11DeviceChild_Release(got[kind]), 0);
	}
	for (int round = 0; round < 2; round++) {
		ID3D11DeviceContext_OMGetBlendState(
			context, (ID3D11BlendState **)&got[BLEND], NULL, NULL);
		ID3D11DeviceContext_OMGetDepthStencilState(
			context, (ID3D11DepthStencilState **)&got[DEPTH], &ref);
		assert_int_equal(ref, round ? 0 : 3);
		ID3D11DeviceContext_RSGetState(context, (ID3D11RasterizerState **)&got[RASTERIZER]);
		ID3D11DeviceContext_PSGetSamplers(
			context, 15, 1, (ID3D11SamplerState **)&got[SAMPLER]);
		for (int kind = 0; kind < KINDS; kind++) {
			assert_ptr_equal(got[kind], round ? NULL : made[kind]);
			if (got[kind])
				assert_int_equal(ID3D11DeviceChild_Release(got[kind]), 0);
		}
		ID3D11DeviceContext_ClearState(context);
	}
	ID3D11DeviceContext_Release(context);
	assert_int_equal(ID3D11Device5_Release(device), 0);
}

/* D3D10.0's blending: one set of factors, switched on and off for each target. */
static void d3d10_blends_too(void **state)
{
	D3D10_BLEND_DESC desc = { .AlphaToCoverageEnable = TRUE,
		.BlendEnable = { FALSE, TRUE },
		.SrcBlend = D3D10_BLEND_SRC1_ALPHA,
		.DestBlend = D3D10_BLEND_DEST_COLOR,
		.BlendOp = D3D10_BLEND_OP_MIN,
		.SrcBlendAlpha = D3D10_BLEND_ZERO,
		.DestBlendAlpha = D3D10_BLEND_ONE,
		.BlendOpAlpha = D3D10_BLEND_OP_SUBTRACT,
		.RenderTargetWriteMask = { 1, 2, 4, 8, 15, 0, 1, 2 } };
	D3D10_BLEND_DESC got;
	D3D10_BLEND_DESC1 got1;
	D3D11_BLEND_DESC got11;
	ID3D10BlendState *blend, *bound;
	ID3D10BlendState1 *blend1;
	ID3D11BlendState *blend11;
	ID3D10Device1 *device;
	assert_hr(D3D10CreateDevice1(NULL, D3D10_DRIVER_TYPE_HARDWARE, NULL, 0,
			  D3D10_FEATURE_LEVEL_10_1, D3D10_1_SDK_VERSION, &device),
		S_OK);
	assert_hr(ID3D10Device1_CreateBlendState(device, &desc, &blend), S_OK);
	ID3D10BlendState_GetDesc(blend, &got);
	assert_memory_equal(&got, &desc, sizeof(desc));
	ID3D10BlendState_QueryInterface(blend, &IID_ID3D10BlendState1, (void **)&blend1);
	ID3D10BlendState1_GetDesc1(blend1, &got1);
	assert_true(got1.IndependentBlendEnable);
	assert_int_equal(got1.RenderTarget[0].SrcBlend, D3D10_BLEND_ONE);
	assert_int_equal(got1.RenderTarget[1].SrcBlend, D3D10_BLEND_SRC1_ALPHA);
	ID3D10BlendState1_Release(blend1);
	assert_hr(ID3D10BlendState_QueryInterface(blend, &IID_ID3D11BlendState, (void **)&blend11),
		S_OK);
	ID3D11BlendState_GetDesc(blend11, &got11);
	assert_memory_equal(&got11, &got1, sizeof(got1));
	ID3D11BlendState_Release(blend11);
	/* The same by the other call. */
	assert_hr(ID3D10Device1_CreateBlendState1(device, &got1, &blend1), S_OK);
	assert_ptr_equal(blend1, blend);
	ID3D10BlendState1_Release(blend1);
	ID3D10Device1_OMSetBlendState(device, blend, NULL, 1);
	assert_int_equal(ID3D10BlendState_Release(blend), 0);
	ID3D10Device1_OMGetBlendState(device, &bound, NULL, NULL);
	assert_ptr_equal(bound, blend);
	ID3D10BlendState_Release(bound);
	ID3D10Device1_ClearState(device);
	ID3D10Device1_OMGetBlendState(device, &bound, NULL, NULL);
	assert_null(bound);
	desc.BlendOp = 0;
	assert_hr(ID3D10Device1_CreateBlendState(device, &desc, &blend), E_INVALIDARG);
	assert_null(blend);
	assert_int_equal(ID3D10Device1_Release(device), 0);
}

static void d3d10_has_the_other_states_too(void **state)
{
	const D3D11_DEPTH_STENCIL_DESC depth = depth_desc();
	const D3D11_RASTERIZER_DESC2 rasterizer = rasterizer_desc();
	const D3D11_SAMPLER_DESC sampler = sampler_desc();
	D3D10_DEPTH_STENCIL_DESC got_depth;
	D3D10_RASTERIZER_DESC got_rasterizer;
	D3D10_SAMPLER_DESC got_sampler;
	ID3D10DepthStencilState *a, *got_a;
	ID3D10RasterizerState *b, *got_b;
	ID3D10SamplerState *c, *got_c;
	ID3D10Device *device;
	UINT ref;
	assert_hr(D3D10CreateDevice(
			  NULL, D3D10_DRIVER_TYPE_HARDWARE, NULL, 0, D3D10_SDK_VERSION, &device),
		S_OK);
	assert_hr(ID3D10Device_CreateDepthStencilState(
			  device, (const D3D10_DEPTH_STENCIL_DESC *)&depth, &a),
		S_OK);
	assert_hr(ID3D10Device_CreateRasterizerState(
			  device, (const D3D10_RASTERIZER_DESC *)&rasterizer, &b),
		S_OK);
	assert_hr(ID3D10Device_CreateSamplerState(device, (const D3D10_SAMPLER_DESC *)&sampler, &c),
		S_OK);
	ID3D10DepthStencilState_GetDesc(a, &got_depth);
	assert_int_equal(got_depth.StencilReadMask, 0x0f);
	assert_int_equal(got_depth.BackFace.StencilFunc, D3D10_COMPARISON_EQUAL);
	ID3D10RasterizerState_GetDesc(b, &got_rasterizer);
	assert_memory_equal(&got_rasterizer, &rasterizer, sizeof(got_rasterizer));
	ID3D10SamplerState_GetDesc(c, &got_sampler);
	assert_memory_equal(&got_sampler, &sampler, sizeof(got_sampler));
	ID3D10Device_OMSetDepthStencilState(device, a, 9);
	ID3D10Device_RSSetState(device, b);
	ID3D10Device_VSSetSamplers(device, 2, 1, &c);
	ID3D10Device_OMGetDepthStencilState(device, &got_a, &ref);
	ID3D10Device_RSGetState(device, &got_b);
	ID3D10Device_VSGetSamplers(device, 2, 1, &got_c);
	assert_ptr_equal(got_a, a);
	assert_ptr_equal(got_b, b);
	assert_ptr_equal(got_c, c);
	assert_int_equal(ref, 9);
	for (int i = 1; i >= 0; i--) {
		assert_int_equal(ID3D10DepthStencilState_Release(a), i);
		assert_int_equal(ID3D10RasterizerState_Release(b), i);
		assert_int_equal(ID3D10SamplerState_Release(c), i);
	}
	assert_int_equal(ID3D10Device_Release(device), 0);
}

static void *make_and_release(void *arg)
{
	const union any_desc desc = some_desc(SAMPLER);
	for (int i = 0; i < 3000; i++) {
		ID3D11DeviceChild *made = make(arg, SAMPLER, &desc);
		D3D11_SAMPLER_DESC got;
		ID3D11SamplerState_GetDesc((ID3D11SamplerState *)made, &got);
		if (got.MaxAnisotropy != 16)
			return arg;
		ID3D11DeviceChild_Release(made);
	}
	return NULL;
}

/* One asks for what another lets go of. */
static void the_last_release_and_the_next_create(void **state)
{
	ID3D11Device5 *device = (ID3D11Device5 *)make_device();
	pthread_t threads[3];
	void *wrong;
	for (size_t i = 0; i < COUNT(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, make_and_release, device), 0);
	for (size_t i = 0; i < COUNT(threads); i++) {
		pthread_join(threads[i], &wrong);
		assert_null(wrong);
	}
	assert_int_equal(ID3D11Device5_Release(device), 0);
}

int main(int argc, char **argv)
{
	static const struct role roles[] = { { NULL, NULL } };
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_ones_are_the_same_object),
		cmocka_unit_test(only_what_counts_is_compared),
		cmocka_unit_test(blend_states_tell_what_was_set),
		cmocka_unit_test(the_others_tell_what_was_set),
		cmocka_unit_test(what_is_not_allowed_is_refused),
		cmocka_unit_test(a_state_has_all_its_interfaces),
		cmocka_unit_test(what_is_bound_is_found_again),
		cmocka_unit_test(d3d10_blends_too),
		cmocka_unit_test(d3d10_has_the_other_states_too),
		cmocka_unit_test(the_last_release_and_the_next_create),
	};
	harness_start(argc, argv, roles);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
