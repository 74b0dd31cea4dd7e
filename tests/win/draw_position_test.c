/* SPDX-License-Identifier: MIT */
/* What a pixel shader sees as on Windows: its position, and depths that it compares. */
#include "quad.h"

/* A quad whose w is 4, of which a pixel shader sees all components by different ways. */
static void expect_position(struct stage *stage, ID3D11PixelShader *ps, const float expected[4])
{
	static const char source[] =
		"float4 main(uint i : SV_VertexID) : SV_Position { return 4 *\n"
		"	float4(float(i & 1) * 2 - 1, 1 - float(i >> 1) * 2, 0.25, 1); }\n";
	ID3D11VertexShader *vs = compile_vs(stage->device, source, "main");
	ID3D11DeviceContext_VSSetShader(stage->context, vs, NULL, 0);
	ID3D11DeviceContext_PSSetShader(stage->context, ps, NULL, 0);
	ID3D11DeviceContext_IASetPrimitiveTopology(
		stage->context, D3D11_PRIMITIVE_TOPOLOGY_TRIANGLESTRIP);
	ID3D11DeviceContext_Draw(stage->context, 4, 0);
	float *pixels = texture_pixels(stage->device, stage->texture, 16);
	for (int c = 0; c < 4; c++)
		if (pixels[c] < expected[c] - 1e-5f || pixels[c] > expected[c] + 1e-5f)
			fail_msg("component %d: %f, not %f", c, pixels[c], expected[c]);
	free(pixels);
	ID3D11VertexShader_Release(vs);
	ID3D11PixelShader_Release(ps);
}

static void a_pixels_position_has_w(void **state)
{
	static const char source[] = "cbuffer C { int index; };\n"
				     "struct V { float4 p : SV_Position; };\n"
				     "float4 all(V v) : SV_Target { return v.p; }\n"
				     "float w(V v) { return v.p.w; }\n"
				     "float4 last(V v) : SV_Target { return w(v); }\n"
				     "float4 first(V v) : SV_Target { return float4(v.p.xy, "
				     "v.p[index], v.p[index + 3]); "
				     "}\n";
	static const struct {
		const char *entry;
		float expected[4];
	} ways[] = { { "all", { 0.5f, 0.5f, 0.25f, 4 } }, { "last", { 4, 4, 4, 4 } },
		{ "first", { 0.5f, 0.5f, 0.5f, 4 } } };
	struct stage stage;
	stage_open(&stage, 2, 2, DXGI_FORMAT_R32G32B32A32_FLOAT);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		expect_position(
			&stage, compile_ps(stage.device, source, ways[i].entry), ways[i].expected);
	stage_close(&stage);
}

/* The same of a shader that Windows' compiler has made. */
static void a_position_in_dxbc_has_w(void **state)
{
	struct dxbc s = dxbc_begin(DXBC_PS, 4);
	struct stage stage;
	dxbc_input(&s, "SV_Position", 0, 1, DXBC_FLOAT, 0, 0xf);
	dxbc_output(&s, "SV_Target", 0, 0, DXBC_FLOAT, 0, 0xf);
	dxbc_op(&s, DXBC_DCL_INPUT_PS_SIV, 2, dxbc_dst(DXBC_IN, 0, 0xf), dxbc_raw(1));
	dxbc_op(&s, DXBC_DCL_OUTPUT, 1, DXBC_DST_O(0));
	dxbc_op(&s, DXBC_MOV, 2, DXBC_DST_O(0), dxbc_src(DXBC_IN, 0, DXBC_XYZW));
	dxbc_op(&s, DXBC_RET, 0);
	dxbc_end(&s);
	stage_open(&stage, 2, 2, DXGI_FORMAT_R32G32B32A32_FLOAT);
	expect_position(&stage, make_ps(stage.device, s), (float[]){ 0.5f, 0.5f, 0.25f, 4 });
	stage_close(&stage);
}

static void texels_are_compared_as_they_are_gathered(void **state)
{
	static const char source[] =
		"Texture2D<float> depths : register(t2);\n"
		"SamplerComparisonState s : register(s0); SamplerState even : register(s1);\n"
		"float4 plain() : SV_Target { return depths.GatherCmp(s, float2(0.5, 0.5), 0.45); "
		"}\n"
		"float4 moved() : SV_Target {\n"
		"	return depths.GatherCmpRed(s, float2(0.5, 0.5), 0.45, int2(1, 0)); }\n"
		"float4 both() : SV_Target {\n"
		"	return float4(depths.SampleCmpLevelZero(s, float2(0.5, 0.5), 0.45),\n"
		"		depths.SampleLevel(even, float2(0.625, 0.375), 0), "
		"depths[uint2(2, 2)], 1); }\n";
	static const float depths[16] = { 0, 0, 0, 0, 0, 0.1f, 0.7f, 0.2f, 0, 0.8f, 0.3f, 0.9f };
	static const struct {
		const char *entry;
		float expected[4];
	} ways[] = { { "plain", { 1, 0, 1, 0 } }, { "moved", { 0, 1, 0, 1 } },
		{ "both", { 0.5f, 0.7f, 0.3f, 1 } } };
	const D3D11_SAMPLER_DESC desc = { .Filter =
						  D3D11_FILTER_COMPARISON_MIN_MAG_LINEAR_MIP_POINT,
		.AddressU = D3D11_TEXTURE_ADDRESS_CLAMP,
		.AddressV = D3D11_TEXTURE_ADDRESS_CLAMP,
		.AddressW = D3D11_TEXTURE_ADDRESS_CLAMP,
		.ComparisonFunc = D3D11_COMPARISON_LESS_EQUAL,
		.MaxLOD = D3D11_FLOAT32_MAX };
	const D3D11_SHADER_RESOURCE_VIEW_DESC of_depth = { .Format = DXGI_FORMAT_R32_FLOAT,
		.ViewDimension = D3D11_SRV_DIMENSION_TEXTURE2D,
		.Texture2D = { 0, 1 } };
	const D3D11_TEXTURE2D_DESC picture = { 4, 4, 1, 1, DXGI_FORMAT_R32_TYPELESS, { 1, 0 },
		D3D11_USAGE_DEFAULT, D3D11_BIND_SHADER_RESOURCE | D3D11_BIND_DEPTH_STENCIL, 0, 0 };
	const D3D11_SUBRESOURCE_DATA data = { depths, 16, 0 };
	ID3D11ShaderResourceView *view;
	/* Not every driver filters depths. */
	const D3D11_SAMPLER_DESC nearest = { .Filter = D3D11_FILTER_MIN_MAG_MIP_POINT,
		.AddressU = D3D11_TEXTURE_ADDRESS_CLAMP,
		.AddressV = D3D11_TEXTURE_ADDRESS_CLAMP,
		.AddressW = D3D11_TEXTURE_ADDRESS_CLAMP,
		.ComparisonFunc = D3D11_COMPARISON_NEVER,
		.MaxLOD = D3D11_FLOAT32_MAX };
	ID3D11SamplerState *samplers[2];
	ID3D11Texture2D *texture;
	struct stage stage;
	stage_open(&stage, 2, 2, DXGI_FORMAT_R32G32B32A32_FLOAT);
	assert_hr(ID3D11Device_CreateTexture2D(stage.device, &picture, &data, &texture), S_OK);
	assert_hr(ID3D11Device_CreateShaderResourceView(
			  stage.device, (ID3D11Resource *)texture, &of_depth, &view),
		S_OK);
	assert_hr(ID3D11Device_CreateSamplerState(stage.device, &desc, &samplers[0]), S_OK);
	assert_hr(ID3D11Device_CreateSamplerState(stage.device, &nearest, &samplers[1]), S_OK);
	ID3D11DeviceContext_PSSetShaderResources(stage.context, 2, 1, &view);
	ID3D11DeviceContext_PSSetSamplers(stage.context, 0, 2, samplers);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		expect_position(
			&stage, compile_ps(stage.device, source, ways[i].entry), ways[i].expected);
	for (int i = 0; i < 2; i++)
		ID3D11SamplerState_Release(samplers[i]);
	ID3D11ShaderResourceView_Release(view);
	ID3D11Texture2D_Release(texture);
	stage_close(&stage);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pixels_position_has_w),
		cmocka_unit_test(a_position_in_dxbc_has_w),
		cmocka_unit_test(texels_are_compared_as_they_are_gathered),
	};
	harness_start(argc, argv, (const struct role[]){ { NULL, NULL } });
	return cmocka_run_group_tests(tests, NULL, NULL);
}
