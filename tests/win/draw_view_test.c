/* SPDX-License-Identifier: MIT */
/* What a view says of its resource counts when it is drawn with: read-only, slices, its format. */
#include "quad.h"

enum { EDGE = 4 };

static const char source[] =
	"float4 vs(uint i : SV_VertexID) : SV_Position {\n"
	"	return float4(float(i & 1) * 2 - 1, 1 - float(i >> 1) * 2, 0.25, 1); }\n"
	"Texture2D<float4> depth : register(t0);\n"
	"Texture2D<uint4> stencil : register(t1);\n"
	"float4 red() : SV_Target { return float4(1, 0, 0, 1); }\n"
	"float4 both() : SV_Target {\n"
	"	uint4 s = stencil[uint2(0, 0)];\n"
	"	return float4(depth[uint2(0, 0)].x, s.x, s.y, s.z); }\n";

static struct stage open_scene(UINT edge)
{
	struct stage stage;
	stage_open(&stage, edge, edge, DXGI_FORMAT_R32G32B32A32_FLOAT);
	ID3D11VertexShader *vs = compile_vs(stage.device, source, "vs");
	ID3D11DeviceContext_VSSetShader(stage.context, vs, NULL, 0);
	ID3D11DeviceContext_IASetPrimitiveTopology(
		stage.context, D3D11_PRIMITIVE_TOPOLOGY_TRIANGLESTRIP);
	ID3D11VertexShader_Release(vs);
	return stage;
}

static void use(struct stage *stage, const char *entry)
{
	ID3D11PixelShader *ps = compile_ps(stage->device, source, entry);
	ID3D11DeviceContext_PSSetShader(stage->context, ps, NULL, 0);
	ID3D11PixelShader_Release(ps);
}

static ID3D11Texture2D *make_flat(
	struct stage *stage, DXGI_FORMAT format, UINT mips, UINT bind, UINT misc, const void *first)
{
	const D3D11_TEXTURE2D_DESC desc = { EDGE, EDGE, mips, 1, format, { 1, 0 },
		D3D11_USAGE_DEFAULT, bind, 0, misc };
	ID3D11Texture2D *texture;
	assert_hr(ID3D11Device_CreateTexture2D(stage->device, &desc, NULL, &texture), S_OK);
	if (first)
		ID3D11DeviceContext_UpdateSubresource(
			stage->context, (ID3D11Resource *)texture, 0, NULL, first, EDGE * 4, 0);
	return texture;
}

static ID3D11DepthStencilView *make_dsv(struct stage *stage, ID3D11Texture2D *texture, UINT flags)
{
	const D3D11_DEPTH_STENCIL_VIEW_DESC desc = { .Format = DXGI_FORMAT_D24_UNORM_S8_UINT,
		.ViewDimension = D3D11_DSV_DIMENSION_TEXTURE2D,
		.Flags = flags };
	ID3D11DepthStencilView *view;
	assert_hr(ID3D11Device_CreateDepthStencilView(
			  stage->device, (ID3D11Resource *)texture, &desc, &view),
		S_OK);
	return view;
}

static ID3D11ShaderResourceView *make_srv(
	struct stage *stage, ID3D11Texture2D *texture, DXGI_FORMAT format)
{
	const D3D11_SHADER_RESOURCE_VIEW_DESC desc = { .Format = format,
		.ViewDimension = D3D11_SRV_DIMENSION_TEXTURE2D,
		.Texture2D = { 0, (UINT)-1 } };
	ID3D11ShaderResourceView *view;
	assert_hr(ID3D11Device_CreateShaderResourceView(
			  stage->device, (ID3D11Resource *)texture, &desc, &view),
		S_OK);
	return view;
}

/* Every draw writes depth 0.25, and 5 as the stencil. */
static void write_all_depths(struct stage *stage)
{
	const D3D11_DEPTH_STENCILOP_DESC replace = { D3D11_STENCIL_OP_REPLACE,
		D3D11_STENCIL_OP_REPLACE, D3D11_STENCIL_OP_REPLACE, D3D11_COMPARISON_ALWAYS };
	const D3D11_DEPTH_STENCIL_DESC desc = { TRUE, D3D11_DEPTH_WRITE_MASK_ALL,
		D3D11_COMPARISON_ALWAYS, TRUE, 0xff, 0xff, replace, replace };
	ID3D11DepthStencilState *depths;
	assert_hr(ID3D11Device_CreateDepthStencilState(stage->device, &desc, &depths), S_OK);
	ID3D11DeviceContext_OMSetDepthStencilState(stage->context, depths, 5);
	ID3D11DepthStencilState_Release(depths);
}

/* Depth, and the stencil's value as each of the shader's first three components. */
static float *read_depths(struct stage *stage, ID3D11Texture2D *texture)
{
	ID3D11ShaderResourceView *views[2] = { make_srv(stage, texture,
						       DXGI_FORMAT_R24_UNORM_X8_TYPELESS),
		make_srv(stage, texture, DXGI_FORMAT_X24_TYPELESS_G8_UINT) };
	use(stage, "both");
	ID3D11DeviceContext_OMSetRenderTargets(stage->context, 1, &stage->target, NULL);
	ID3D11DeviceContext_PSSetShaderResources(stage->context, 0, 2, views);
	ID3D11DeviceContext_Draw(stage->context, 4, 0);
	float *pixels = texture_pixels(stage->device, stage->texture, 16);
	ID3D11ShaderResourceView_Release(views[0]);
	ID3D11ShaderResourceView_Release(views[1]);
	return pixels;
}

static void read_only_depth_and_stencil_stay(void **state)
{
	struct stage stage = open_scene(EDGE);
	ID3D11Texture2D *texture = make_flat(&stage, DXGI_FORMAT_R24G8_TYPELESS, 1,
		D3D11_BIND_DEPTH_STENCIL | D3D11_BIND_SHADER_RESOURCE, 0, NULL);
	write_all_depths(&stage);
	for (UINT flags = 0; flags < 4; flags++) {
		ID3D11DepthStencilView *all = make_dsv(&stage, texture, 0);
		ID3D11DepthStencilView *some = make_dsv(&stage, texture, flags);
		ID3D11DeviceContext_ClearDepthStencilView(
			stage.context, all, D3D11_CLEAR_DEPTH | D3D11_CLEAR_STENCIL, 1, 77);
		use(&stage, "red");
		ID3D11DeviceContext_OMSetRenderTargets(stage.context, 1, &stage.target, some);
		ID3D11DeviceContext_Draw(stage.context, 4, 0);
		float *pixels = read_depths(&stage, texture);
		const float depth = flags & D3D11_DSV_READ_ONLY_DEPTH ? 1 : 0.25f;
		const float stencil = flags & D3D11_DSV_READ_ONLY_STENCIL ? 77 : 5;
		if (pixels[0] < depth - 0.001f || pixels[0] > depth + 0.001f ||
			pixels[2] != stencil)
			fail_msg("flags %u: depth %f, stencil %f", flags, pixels[0], pixels[2]);
		/* What the format does not have is 0. */
		assert_true(pixels[1] == 0 && pixels[3] == 0);
		free(pixels);
		ID3D11DepthStencilView_Release(all);
		ID3D11DepthStencilView_Release(some);
	}
	ID3D11Texture2D_Release(texture);
	stage_close(&stage);
}

/* Of a pattern of two values level 1 has the mean, as the view's format has means. */
static void expect_mean(struct stage *stage, DXGI_FORMAT own, DXGI_FORMAT view, uint32_t a,
	uint32_t b, uint32_t mean, uint32_t off)
{
	uint32_t texels[EDGE * EDGE];
	for (UINT i = 0; i < EDGE * EDGE; i++)
		texels[i] = (i + i / EDGE) & 1 ? a : b;
	ID3D11Texture2D *texture =
		make_flat(stage, own, 3, D3D11_BIND_RENDER_TARGET | D3D11_BIND_SHADER_RESOURCE,
			D3D11_RESOURCE_MISC_GENERATE_MIPS, texels);
	ID3D11Texture2D *level = make_flat(stage, own, 1, D3D11_BIND_SHADER_RESOURCE, 0, NULL);
	ID3D11ShaderResourceView *srv = make_srv(stage, texture, view);
	ID3D11DeviceContext_GenerateMips(stage->context, srv);
	for (UINT i = 1; i < 3; i++) {
		ID3D11DeviceContext_CopySubresourceRegion(stage->context, (ID3D11Resource *)level,
			0, 0, 0, 0, (ID3D11Resource *)texture, i, NULL);
		uint32_t *pixels = texture_pixels(stage->device, level, 4);
		const uint32_t got = pixels[0] & 0xffff;
		if (got + off < mean || got > mean + off)
			fail_msg("format %d as %d: level %u is %x, not %x", (int)own, (int)view, i,
				got, mean);
		free(pixels);
	}
	uint32_t *pixels = texture_pixels(stage->device, texture, 4);
	assert_memory_equal(pixels, texels, sizeof(texels));
	free(pixels);
	ID3D11ShaderResourceView_Release(srv);
	ID3D11Texture2D_Release(level);
	ID3D11Texture2D_Release(texture);
}

static void levels_are_means_of_the_views_format(void **state)
{
	const uint32_t black = 0xff000000, white = 0xffffffff;
	struct stage stage = open_scene(EDGE);
	expect_mean(&stage, DXGI_FORMAT_R8G8B8A8_UNORM_SRGB, DXGI_FORMAT_R8G8B8A8_UNORM_SRGB, black,
		white, 0xbcbc, 0x202);
	expect_mean(&stage, DXGI_FORMAT_R8G8B8A8_TYPELESS, DXGI_FORMAT_R8G8B8A8_UNORM_SRGB, black,
		white, 0xbcbc, 0x202);
	expect_mean(&stage, DXGI_FORMAT_R8G8B8A8_TYPELESS, DXGI_FORMAT_R8G8B8A8_UNORM, black, white,
		0x8080, 0x101);
	expect_mean(&stage, DXGI_FORMAT_B8G8R8A8_TYPELESS, DXGI_FORMAT_B8G8R8A8_UNORM_SRGB, black,
		white, 0xbcbc, 0x202);
	/* Halves: 1 and 3 are 2, and as integers something else. */
	expect_mean(&stage, DXGI_FORMAT_R16G16_TYPELESS, DXGI_FORMAT_R16G16_FLOAT, 0x3c003c00,
		0x42004200, 0x4000, 0);
	/* -0.5 and 0.5. */
	expect_mean(&stage, DXGI_FORMAT_R8G8B8A8_TYPELESS, DXGI_FORMAT_R8G8B8A8_SNORM, 0x40404040,
		0xc0c0c0c0, 0, 0);
	stage_close(&stage);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read_only_depth_and_stencil_stay),
		cmocka_unit_test(levels_are_means_of_the_views_format),
	};
	harness_start(argc, argv, (const struct role[]){ { NULL, NULL } });
	return cmocka_run_group_tests(tests, NULL, NULL);
}
