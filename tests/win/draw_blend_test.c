/* SPDX-License-Identifier: MIT */
/*
 * Blending, beside a reference: every factor beside three others or four, with each operation,
 * colours and alpha apart. Each pair has a pixel of its own, and a pipeline, which is what takes
 * time.
 */
#include "quad.h"

enum { WIDTH = 20, HEIGHT = 20, STEP = 5 };

static const char source[] =
	"cbuffer C : register(b0) { float4 first; float4 second; };\n"
	"struct Two { float4 a : SV_Target0; float4 b : SV_Target1; };\n"
	"float4 vs(uint i : SV_VertexID) : SV_Position {\n"
	"	return float4(float(i & 1) * 2 - 1, 1 - float(i >> 1) * 2, 0, 1); }\n"
	"Two both(float4 at : SV_Position) { Two t; t.a = first; t.b = second; return t; }\n";

static const float first[4] = { 0.8f, 0.2f, 0.6f, 0.6f }, second[4] = { 0.2f, 0.8f, 0.4f, 0.2f };
static const float factor[4] = { 0.2f, 0.6f, 0.4f, 0.8f };
static const float there[4] = { 0.2f, 0.6f, 0.8f, 0.4f };

static const D3D11_BLEND factors[] = { D3D11_BLEND_ZERO, D3D11_BLEND_ONE, D3D11_BLEND_SRC_COLOR,
	D3D11_BLEND_INV_SRC_COLOR, D3D11_BLEND_SRC_ALPHA, D3D11_BLEND_INV_SRC_ALPHA,
	D3D11_BLEND_DEST_ALPHA, D3D11_BLEND_INV_DEST_ALPHA, D3D11_BLEND_DEST_COLOR,
	D3D11_BLEND_INV_DEST_COLOR, D3D11_BLEND_SRC_ALPHA_SAT, D3D11_BLEND_BLEND_FACTOR,
	D3D11_BLEND_INV_BLEND_FACTOR, D3D11_BLEND_SRC1_COLOR, D3D11_BLEND_INV_SRC1_COLOR,
	D3D11_BLEND_SRC1_ALPHA, D3D11_BLEND_INV_SRC1_ALPHA };
enum { FACTORS = sizeof(factors) / sizeof(*factors) };
static const D3D11_BLEND_OP ops[] = { D3D11_BLEND_OP_ADD, D3D11_BLEND_OP_SUBTRACT,
	D3D11_BLEND_OP_REV_SUBTRACT, D3D11_BLEND_OP_MIN, D3D11_BLEND_OP_MAX };

static float least(float a, float b)
{
	return a < b ? a : b;
}

static float most(float a, float b)
{
	return a > b ? a : b;
}

/* Component `i`, 3 being alpha. */
static float weight(D3D11_BLEND blend, int i)
{
	switch (blend) {
	case D3D11_BLEND_ZERO:
		return 0;
	case D3D11_BLEND_ONE:
		return 1;
	case D3D11_BLEND_SRC_COLOR:
		return first[i];
	case D3D11_BLEND_INV_SRC_COLOR:
		return 1 - first[i];
	case D3D11_BLEND_SRC_ALPHA:
		return first[3];
	case D3D11_BLEND_INV_SRC_ALPHA:
		return 1 - first[3];
	case D3D11_BLEND_DEST_ALPHA:
		return there[3];
	case D3D11_BLEND_INV_DEST_ALPHA:
		return 1 - there[3];
	case D3D11_BLEND_DEST_COLOR:
		return there[i];
	case D3D11_BLEND_INV_DEST_COLOR:
		return 1 - there[i];
	case D3D11_BLEND_SRC_ALPHA_SAT:
		return i == 3 ? 1 : least(first[3], 1 - there[3]);
	case D3D11_BLEND_BLEND_FACTOR:
		return factor[i];
	case D3D11_BLEND_INV_BLEND_FACTOR:
		return 1 - factor[i];
	case D3D11_BLEND_SRC1_COLOR:
		return second[i];
	case D3D11_BLEND_INV_SRC1_COLOR:
		return 1 - second[i];
	case D3D11_BLEND_SRC1_ALPHA:
		return second[3];
	default:
		return 1 - second[3];
	}
}

static float blended(D3D11_BLEND from, D3D11_BLEND to, D3D11_BLEND_OP op, int i)
{
	const float a = first[i] * weight(from, i), b = there[i] * weight(to, i);
	switch (op) {
	case D3D11_BLEND_OP_ADD:
		return a + b;
	case D3D11_BLEND_OP_SUBTRACT:
		return a - b;
	case D3D11_BLEND_OP_REV_SUBTRACT:
		return b - a;
	case D3D11_BLEND_OP_MIN:
		return least(first[i], there[i]);
	default:
		return most(first[i], there[i]);
	}
}

/* What is written to a target that has `there`. */
static uint32_t expected(const D3D11_RENDER_TARGET_BLEND_DESC *d)
{
	uint32_t pixel = 0;
	for (int i = 0; i < 4; i++) {
		float value =
			i == 3 ? blended(d->SrcBlendAlpha, d->DestBlendAlpha, d->BlendOpAlpha, i)
			       : blended(d->SrcBlend, d->DestBlend, d->BlendOp, i);
		if (!d->BlendEnable)
			value = first[i];
		if (!(d->RenderTargetWriteMask >> i & 1))
			value = there[i];
		value = least(most(value, 0), 1);
		pixel |= (uint32_t)(value * 255 + 0.5f) << 8 * i;
	}
	return pixel;
}

static bool is_of_colour(D3D11_BLEND blend)
{
	return blend == D3D11_BLEND_SRC_COLOR || blend == D3D11_BLEND_INV_SRC_COLOR ||
	       blend == D3D11_BLEND_DEST_COLOR || blend == D3D11_BLEND_INV_DEST_COLOR ||
	       blend == D3D11_BLEND_SRC1_COLOR || blend == D3D11_BLEND_INV_SRC1_COLOR;
}

/* Alpha goes round among its own factors at another pace. */
static D3D11_BLEND alpha_factor(UINT i)
{
	while (is_of_colour(factors[i % FACTORS]))
		i++;
	return factors[i % FACTORS];
}

static D3D11_RENDER_TARGET_BLEND_DESC pair(UINT from, UINT to)
{
	return (D3D11_RENDER_TARGET_BLEND_DESC){ .BlendEnable = TRUE,
		.SrcBlend = factors[from],
		.DestBlend = factors[to],
		.BlendOp = ops[(from + to) % 5],
		.SrcBlendAlpha = alpha_factor(from + 5 * to),
		.DestBlendAlpha = alpha_factor(to + 3 * from),
		.BlendOpAlpha = ops[(from + 2 * to) % 5],
		.RenderTargetWriteMask = 15 };
}

static void open_scene(struct stage *stage, DXGI_FORMAT format)
{
	const float constants[8] = { first[0], first[1], first[2], first[3], second[0], second[1],
		second[2], second[3] };
	stage_open(stage, WIDTH, HEIGHT, format);
	ID3D11DeviceContext_ClearRenderTargetView(stage->context, stage->target, there);
	ID3D11VertexShader *vs = compile_vs(stage->device, source, "vs");
	ID3D11PixelShader *ps = compile_ps(stage->device, source, "both");
	ID3D11Buffer *buffer = make_buffer(
		stage->device, D3D11_BIND_CONSTANT_BUFFER, constants, sizeof(constants));
	ID3D11DeviceContext_VSSetShader(stage->context, vs, NULL, 0);
	ID3D11DeviceContext_PSSetShader(stage->context, ps, NULL, 0);
	ID3D11DeviceContext_PSSetConstantBuffers(stage->context, 0, 1, &buffer);
	ID3D11DeviceContext_IASetPrimitiveTopology(
		stage->context, D3D11_PRIMITIVE_TOPOLOGY_TRIANGLESTRIP);
	ID3D11VertexShader_Release(vs);
	ID3D11PixelShader_Release(ps);
	ID3D11Buffer_Release(buffer);
}

static void draw_pixel(
	struct stage *stage, UINT i, const D3D11_RENDER_TARGET_BLEND_DESC *target, UINT sample_mask)
{
	const D3D11_VIEWPORT viewport = { (float)(i % WIDTH), (float)(i / WIDTH), 1, 1, 0, 1 };
	D3D11_BLEND_DESC desc = { .RenderTarget = { *target } };
	ID3D11BlendState *state;
	assert_hr(ID3D11Device_CreateBlendState(stage->device, &desc, &state), S_OK);
	ID3D11DeviceContext_OMSetBlendState(stage->context, state, factor, sample_mask);
	ID3D11DeviceContext_RSSetViewports(stage->context, 1, &viewport);
	ID3D11DeviceContext_Draw(stage->context, 4, 0);
	ID3D11BlendState_Release(state);
}

static void every_factor_blends(void **state)
{
	struct stage stage;
	open_scene(&stage, DXGI_FORMAT_R8G8B8A8_UNORM);
	for (UINT i = 0; i < FACTORS * FACTORS; i += STEP) {
		const D3D11_RENDER_TARGET_BLEND_DESC target = pair(i % FACTORS, i / FACTORS);
		draw_pixel(&stage, i, &target, ~0u);
	}
	uint32_t *pixels = texture_pixels(stage.device, stage.texture, 4);
	for (UINT i = 0; i < FACTORS * FACTORS; i += STEP) {
		const D3D11_RENDER_TARGET_BLEND_DESC d = pair(i % FACTORS, i / FACTORS);
		if (!is_near(pixels[i], expected(&d)))
			print_message("factors %d, %d, op %d; alpha %d, %d, op %d: %08x, not %08x",
				d.SrcBlend, d.DestBlend, d.BlendOp, d.SrcBlendAlpha,
				d.DestBlendAlpha, d.BlendOpAlpha, pixels[i], expected(&d));
	}
	free(pixels);
	stage_close(&stage);
}

/* Blended or not: only what the mask has is written; and a sample that is masked not at all. */
static void masks_keep_what_is_there(void **state)
{
	D3D11_RENDER_TARGET_BLEND_DESC target = { 0 };
	struct stage stage;
	open_scene(&stage, DXGI_FORMAT_R8G8B8A8_UNORM);
	for (UINT i = 0; i < 64; i += 3) {
		target = pair(i % 12, (i + 5) % 12);
		target.BlendEnable = i >> 4 & 1;
		target.RenderTargetWriteMask = i & 15;
		draw_pixel(&stage, i, &target, i & 32 ? ~1u : 1);
	}
	uint32_t *pixels = texture_pixels(stage.device, stage.texture, 4);
	for (UINT i = 0; i < 64; i += 3) {
		target = pair(i % 12, (i + 5) % 12);
		target.BlendEnable = i >> 4 & 1;
		target.RenderTargetWriteMask = i & 32 ? 0 : i & 15;
		if (!is_near(pixels[i], expected(&target)))
			print_message(
				"pixel %u is %08x, not %08x", i, pixels[i], expected(&target));
	}
	free(pixels);
	stage_close(&stage);
}

/* A target of alpha alone: it takes the colour's alpha, and alpha's factors. */
static void alpha_blends_alone(void **state)
{
	struct stage stage;
	open_scene(&stage, DXGI_FORMAT_A8_UNORM);
	for (UINT i = 0; i < FACTORS * FACTORS; i += 2 * STEP + 1) {
		D3D11_RENDER_TARGET_BLEND_DESC target = pair(i % FACTORS, i / FACTORS);
		target.RenderTargetWriteMask = i % 4 ? 15 : i % 8 ? 8 : 7;
		draw_pixel(&stage, i, &target, ~0u);
	}
	uint8_t *pixels = texture_pixels(stage.device, stage.texture, 1);
	for (UINT i = 0; i < FACTORS * FACTORS; i += 2 * STEP + 1) {
		D3D11_RENDER_TARGET_BLEND_DESC d = pair(i % FACTORS, i / FACTORS);
		d.RenderTargetWriteMask = i % 4 ? 15 : i % 8 ? 8 : 7;
		if (!is_near(pixels[i], expected(&d) >> 24))
			fail_msg("alpha %d, %d, op %d: %02x, not %02x", d.SrcBlendAlpha,
				d.DestBlendAlpha, d.BlendOpAlpha, pixels[i], expected(&d) >> 24);
	}
	free(pixels);
	stage_close(&stage);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_factor_blends),
		cmocka_unit_test(masks_keep_what_is_there),
		cmocka_unit_test(alpha_blends_alone),
	};
	harness_start(argc, argv, (const struct role[]){ { NULL, NULL } });
	return cmocka_run_group_tests(tests, NULL, NULL);
}
