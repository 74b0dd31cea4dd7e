/* SPDX-License-Identifier: MIT */
/*
 * What shaders read of textures, beside references: compressed blocks, planes of video, volumes,
 * cubes and arrays, and how samplers reach beyond an edge. The target has floats, so nothing is
 * rounded on the way.
 */
#include "quad.h"

#include <stdio.h>

static const float near_255 = 1 / 255.f;

static const char source[] =
	"float4 vs(uint i : SV_VertexID) : SV_Position {\n"
	"	return float4(float(i & 1) * 2 - 1, 1 - float(i >> 1) * 2, 0, 1); }\n"
	"SamplerState state : register(s0);\n"
	"Texture2D<float4> flat : register(t0);\n"
	"Texture3D<float4> volume : register(t1);\n"
	"TextureCube<float4> cube : register(t2);\n"
	"Texture2DArray<float4> layers : register(t3);\n"
	"Texture1D<float4> line1 : register(t4);\n"
	"float4 texels(float4 at : SV_Position) : SV_Target { return flat.Load(int3(at.xy, 0)); }\n"
	/* At steps of a quarter, from 1.5 before the picture to 1.5 behind it. */
	"float4 around(float4 at : SV_Position) : SV_Target {\n"
	"	return flat.SampleLevel(state, float2(at.x / 4 - 1.5, 0.5), 0); }\n"
	"float4 slices(float4 at : SV_Position) : SV_Target {\n"
	"	return volume.Load(int4(int(at.x) % 4, at.y, int(at.x) / 4, 0)); }\n"
	"float4 between(float4 at : SV_Position) : SV_Target {\n"
	"	return volume.SampleLevel(state, float3(0.125, 0.125, at.x / 16), 0); }\n"
	"float4 faces(float4 at : SV_Position) : SV_Target {\n"
	"	float3 d[6] = { float3(1, .5, .25), float3(-1, .5, .25), float3(.5, 1, .25),\n"
	"		float3(.5, -1, .25), float3(.5, .25, 1), float3(.5, .25, -1) };\n"
	"	return cube.SampleLevel(state, d[int(at.x) % 6], 0); }\n"
	"float4 each(float4 at : SV_Position) : SV_Target {\n"
	"	return layers.Load(int4(int(at.x) % 4, at.y, int(at.x) / 4, 0)); }\n"
	"float4 level(float4 at : SV_Position) : SV_Target {\n"
	"	return flat.SampleLevel(state, float2(.5, .5), floor(at.x)); }\n"
	"float4 along(float4 at : SV_Position) : SV_Target { return line1.Load(int2(at.x, 0)); }\n";

static const D3D11_SAMPLER_DESC nearest = { .Filter = D3D11_FILTER_MIN_MAG_MIP_POINT,
	.AddressU = D3D11_TEXTURE_ADDRESS_CLAMP,
	.AddressV = D3D11_TEXTURE_ADDRESS_CLAMP,
	.AddressW = D3D11_TEXTURE_ADDRESS_CLAMP,
	.ComparisonFunc = D3D11_COMPARISON_NEVER,
	.MaxLOD = D3D11_FLOAT32_MAX };

static struct stage open_scene(UINT width, UINT height)
{
	struct stage stage;
	stage_open(&stage, width, height, DXGI_FORMAT_R32G32B32A32_FLOAT);
	ID3D11VertexShader *vs = compile_vs(stage.device, source, "vs");
	ID3D11DeviceContext_VSSetShader(stage.context, vs, NULL, 0);
	ID3D11DeviceContext_IASetPrimitiveTopology(
		stage.context, D3D11_PRIMITIVE_TOPOLOGY_TRIANGLESTRIP);
	ID3D11VertexShader_Release(vs);
	return stage;
}

static void set_sampler(struct stage *stage, const D3D11_SAMPLER_DESC *desc)
{
	ID3D11SamplerState *sampler;
	assert_hr(ID3D11Device_CreateSamplerState(stage->device, desc, &sampler), S_OK);
	ID3D11DeviceContext_PSSetSamplers(stage->context, 0, 1, &sampler);
	ID3D11SamplerState_Release(sampler);
}

static void use(struct stage *stage, const char *entry)
{
	ID3D11PixelShader *ps = compile_ps(stage->device, source, entry);
	ID3D11DeviceContext_PSSetShader(stage->context, ps, NULL, 0);
	ID3D11PixelShader_Release(ps);
}

/* Binds the resource, as `desc` says or as a whole, and draws; free() what the target has then. */
static float *read_as(
	struct stage *stage, UINT slot, void *resource, const D3D11_SHADER_RESOURCE_VIEW_DESC *desc)
{
	ID3D11ShaderResourceView *view;
	assert_hr(
		ID3D11Device_CreateShaderResourceView(stage->device, resource, desc, &view), S_OK);
	ID3D11DeviceContext_PSSetShaderResources(stage->context, slot, 1, &view);
	ID3D11DeviceContext_Draw(stage->context, 4, 0);
	ID3D11ShaderResourceView_Release(view);
	return texture_pixels(stage->device, stage->texture, 16);
}

static ID3D11Texture2D *make_flat(
	struct stage *stage, D3D11_TEXTURE2D_DESC desc, const D3D11_SUBRESOURCE_DATA *data)
{
	ID3D11Texture2D *texture;
	desc.SampleDesc.Count = 1;
	desc.BindFlags |= D3D11_BIND_SHADER_RESOURCE;
	assert_hr(ID3D11Device_CreateTexture2D(stage->device, &desc, data, &texture), S_OK);
	return texture;
}

static void expect_within(
	float off, const char *what, UINT i, const float *pixel, const float *expected)
{
	for (int c = 0; c < 4; c++)
		if (!(pixel[c] - expected[c] <= off && expected[c] - pixel[c] <= off))
			fail_msg("%s, texel %u: %f %f %f %f, not %f %f %f %f", what, i, pixel[0],
				pixel[1], pixel[2], pixel[3], expected[0], expected[1], expected[2],
				expected[3]);
}

static void expect(const char *what, UINT i, const float *pixel, const float *expected)
{
	expect_within(near_255, what, i, pixel, expected);
}

/* Between the ends of a block devices go by steps of their own: an H200 is off by 3 % of the way.
 */
static float tolerance(DXGI_FORMAT format)
{
	if (format < DXGI_FORMAT_BC1_TYPELESS || format > DXGI_FORMAT_BC5_SNORM)
		return near_255;
	return format == DXGI_FORMAT_BC4_SNORM || format == DXGI_FORMAT_BC5_SNORM ? 0.05f : 0.025f;
}

/* The bits of a block, the lowest first. */
struct bits {
	uint8_t bytes[16];
	int n;
};

static void put(struct bits *bits, uint32_t value, int n)
{
	for (int i = 0; i < n; i++, bits->n++)
		bits->bytes[bits->n / 8] |= (uint8_t)((value >> i & 1) << bits->n % 8);
}

struct texel {
	float v[4];
};

static struct texel mix(struct texel a, struct texel b, float share)
{
	struct texel t;
	for (int c = 0; c < 4; c++)
		t.v[c] = a.v[c] + (b.v[c] - a.v[c]) * share;
	return t;
}

static struct texel from_565(uint32_t colour)
{
	return (struct texel){ { (float)(colour >> 11) / 31, (float)(colour >> 5 & 63) / 63,
		(float)(colour & 31) / 31, 1 } };
}

/* Texel i has index i % 4: of two colours and two between, or one between and nothing. */
static void put_colours(struct bits *bits, uint32_t a, uint32_t b, bool four, struct texel *ret)
{
	const struct texel first = from_565(a), second = from_565(b);
	const struct texel between[4] = { first, second, mix(first, second, four ? 1 / 3.f : 0.5f),
		four ? mix(first, second, 2 / 3.f) : (struct texel){ { 0 } } };
	put(bits, a, 16);
	put(bits, b, 16);
	for (uint32_t i = 0; i < 16; i++) {
		put(bits, i % 4, 2);
		ret[i] = between[i % 4];
	}
}

/* Texel i has index i % 8: of two values and six between, or four between, and the least and most.
 */
static void put_channel(
	struct bits *bits, int a, int b, float scale, float least, int c, struct texel *ret)
{
	const float first = (float)a / scale, second = (float)b / scale;
	const int n = a > b ? 7 : 5;
	put(bits, (uint32_t)a & 0xff, 8);
	put(bits, (uint32_t)b & 0xff, 8);
	for (int i = 0; i < 16; i++) {
		const int index = i % 8;
		put(bits, (uint32_t)index, 3);
		ret[i].v[c] = index == 0   ? first
			      : index == 1 ? second
			      : index <= n
				      ? first + (second - first) * (float)(index - 1) / (float)n
			      : index == 6 ? least
					   : 1;
	}
}

static void fill_texels(struct texel *texels, float r, float g, float b, float a)
{
	for (int i = 0; i < 16; i++)
		texels[i] = (struct texel){ { r, g, b, a } };
}

static void expect_block(struct stage *stage, DXGI_FORMAT format, const struct bits *bits,
	const struct texel *texels)
{
	const D3D11_TEXTURE2D_DESC desc = {
		.Width = 4, .Height = 4, .MipLevels = 1, .ArraySize = 1, .Format = format
	};
	char name[32];
	snprintf(name, sizeof(name), "format %d", format);
	assert_int_equal(bits->n % 64, 0);
	ID3D11Texture2D *texture = make_flat(
		stage, desc, &(D3D11_SUBRESOURCE_DATA){ bits->bytes, (UINT)bits->n / 8, 0 });
	float *pixels = read_as(stage, 0, texture, NULL);
	for (UINT i = 0; i < 16; i++)
		expect_within(tolerance(format), name, i, &pixels[4 * i], texels[i].v);
	free(pixels);
	ID3D11Texture2D_Release(texture);
}

static void two_colours_are_read(void **state)
{
	struct stage stage = open_scene(4, 4);
	struct texel texels[16];
	use(&stage, "texels");
	for (int four = 0; four < 2; four++) {
		struct bits bc1 = { { 0 } };
		put_colours(&bc1, four ? 0xe51f : 0x1a2b, four ? 0x1a2b : 0xe51f, four, texels);
		expect_block(&stage, DXGI_FORMAT_BC1_UNORM, &bc1, texels);
	}
	struct bits bc2 = { { 0 } }, bc3 = { { 0 } };
	for (uint32_t i = 0; i < 16; i++)
		put(&bc2, 15 - i, 4);
	put_colours(&bc2, 0xe51f, 0x1a2b, true, texels);
	for (int i = 0; i < 16; i++)
		texels[i].v[3] = (float)(15 - i) / 15;
	expect_block(&stage, DXGI_FORMAT_BC2_UNORM, &bc2, texels);
	struct texel alpha[16];
	put_channel(&bc3, 200, 50, 255, 0, 3, alpha);
	put_colours(&bc3, 0xe51f, 0x1a2b, true, texels);
	for (int i = 0; i < 16; i++)
		texels[i].v[3] = alpha[i].v[3];
	expect_block(&stage, DXGI_FORMAT_BC3_UNORM, &bc3, texels);
	stage_close(&stage);
}

static void one_and_two_channels_are_read(void **state)
{
	struct stage stage = open_scene(4, 4);
	use(&stage, "texels");
	for (int is_signed = 0; is_signed < 2; is_signed++)
		for (int six = 0; six < 2; six++) {
			const int a = is_signed ? -100 : 40, b = is_signed ? 90 : 220;
			const float scale = is_signed ? 127 : 255, least = is_signed ? -1 : 0;
			struct bits bc4 = { { 0 } }, bc5 = { { 0 } };
			struct texel texels[16];
			fill_texels(texels, 0, 0, 0, 1);
			put_channel(&bc4, six ? b : a, six ? a : b, scale, least, 0, texels);
			expect_block(&stage,
				is_signed ? DXGI_FORMAT_BC4_SNORM : DXGI_FORMAT_BC4_UNORM, &bc4,
				texels);
			put_channel(&bc5, six ? b : a, six ? a : b, scale, least, 0, texels);
			put_channel(&bc5, six ? a : b, six ? b : a, scale, least, 1, texels);
			expect_block(&stage,
				is_signed ? DXGI_FORMAT_BC5_SNORM : DXGI_FORMAT_BC5_UNORM, &bc5,
				texels);
		}
	stage_close(&stage);
}

static const float weights[16] = { 0, 4, 9, 13, 17, 21, 26, 30, 34, 38, 43, 47, 51, 55, 60, 64 };

/* Texel i has index i, of which the first has a bit less. */
static void put_indices(struct bits *bits)
{
	for (uint32_t i = 0; i < 16; i++)
		put(bits, i, i ? 4 : 3);
}

/* Mode 6: two colours with alpha, of seven bits and one that all channels share. */
static void mode_six_is_read(struct stage *stage)
{
	static const uint32_t ends[2][4] = { { 20, 100, 5, 127 }, { 120, 30, 64, 40 } };
	static const uint32_t last[2] = { 1, 0 };
	struct texel a, b, texels[16];
	struct bits bits = { { 0 } };
	put(&bits, 1 << 6, 7);
	for (int c = 0; c < 4; c++) {
		put(&bits, ends[0][c], 7);
		put(&bits, ends[1][c], 7);
		a.v[c] = (float)(ends[0][c] << 1 | last[0]) / 255;
		b.v[c] = (float)(ends[1][c] << 1 | last[1]) / 255;
	}
	put(&bits, last[0], 1);
	put(&bits, last[1], 1);
	put_indices(&bits);
	for (int i = 0; i < 16; i++)
		texels[i] = mix(a, b, weights[i] / 64);
	expect_block(stage, DXGI_FORMAT_BC7_UNORM, &bits, texels);
}

static float half(uint32_t bits)
{
	const uint32_t exponent = bits >> 10 & 31;
	float value = (float)(bits & 1023) / 1024 + (exponent ? 1 : 0);
	for (int i = 15; i < (int)exponent; i++)
		value *= 2;
	for (int i = exponent ? (int)exponent : 1; i < 15; i++)
		value /= 2;
	return value;
}

/* Mode 11: two colours of ten bits, which are halves when they have been spread. */
static void mode_eleven_is_read(struct stage *stage)
{
	static const uint32_t ends[2][3] = { { 100, 400, 250 }, { 450, 120, 300 } };
	struct bits bits = { { 0 } };
	struct texel texels[16];
	put(&bits, 3, 5);
	for (int end = 0; end < 2; end++)
		for (int c = 0; c < 3; c++)
			put(&bits, ends[end][c], 10);
	put_indices(&bits);
	for (int i = 0; i < 16; i++) {
		texels[i].v[3] = 1;
		for (int c = 0; c < 3; c++) {
			const uint32_t a = ((ends[0][c] << 16) + 0x8000) >> 10;
			const uint32_t b = ((ends[1][c] << 16) + 0x8000) >> 10;
			const uint32_t w = (uint32_t)weights[i];
			texels[i].v[c] = half((((64 - w) * a + w * b + 32) >> 6) * 31 >> 6);
		}
	}
	expect_block(stage, DXGI_FORMAT_BC6H_UF16, &bits, texels);
}

static void blocks_of_many_modes_are_read(void **state)
{
	struct stage stage = open_scene(4, 4);
	use(&stage, "texels");
	mode_six_is_read(&stage);
	mode_eleven_is_read(&stage);
	stage_close(&stage);
}

/* 4x4, with chroma of 2x2: each plane has a view of its own. */
static void planes_are_read(
	struct stage *stage, DXGI_FORMAT format, UINT bytes, DXGI_FORMAT luma, DXGI_FORMAT chroma)
{
	const D3D11_TEXTURE2D_DESC desc = {
		.Width = 4, .Height = 4, .MipLevels = 1, .ArraySize = 1, .Format = format
	};
	D3D11_SHADER_RESOURCE_VIEW_DESC view = { .Format = luma,
		.ViewDimension = D3D11_SRV_DIMENSION_TEXTURE2D,
		.Texture2D = { 0, 1 } };
	const float most = bytes == 1 ? 255 : 65535;
	uint8_t memory[48];
	float values[24];
	for (UINT i = 0; i < 24; i++) {
		const uint16_t ten = (uint16_t)((i * 41 + 3) % 1024 << 6);
		memory[i * bytes] = (uint8_t)(i * 10 + 3);
		if (bytes == 2)
			memcpy(&memory[2 * i], &ten, 2);
		values[i] = (float)(bytes == 1 ? i * 10 + 3 : ten) / most;
	}
	ID3D11Texture2D *texture =
		make_flat(stage, desc, &(D3D11_SUBRESOURCE_DATA){ memory, 4 * bytes, 0 });
	float *pixels = read_as(stage, 0, texture, &view);
	for (UINT i = 0; i < 16; i++)
		expect("luma", i, &pixels[4 * i], (float[4]){ values[i], 0, 0, 1 });
	free(pixels);
	view.Format = chroma;
	pixels = read_as(stage, 0, texture, &view);
	for (UINT i = 0; i < 4; i++)
		expect("chroma", i, &pixels[4 * (i % 2 + i / 2 * 4)],
			(float[4]){ values[16 + 2 * i], values[17 + 2 * i], 0, 1 });
	free(pixels);
	ID3D11Texture2D_Release(texture);
}

static void planes_of_video_are_read(void **state)
{
	struct stage stage = open_scene(4, 4);
	use(&stage, "texels");
	planes_are_read(&stage, DXGI_FORMAT_NV12, 1, DXGI_FORMAT_R8_UNORM, DXGI_FORMAT_R8G8_UNORM);
	planes_are_read(
		&stage, DXGI_FORMAT_P010, 2, DXGI_FORMAT_R16_UNORM, DXGI_FORMAT_R16G16_UNORM);
	stage_close(&stage);
}

/* Of texel `i`, in bytes that differ. */
static uint32_t colour(UINT i)
{
	return 0xff000000 | (i * 7 + 1) % 256 | (i * 13 + 5) % 256 << 8 | (i * 29 + 9) % 256 << 16;
}

static void expect_colour(const char *what, UINT i, const float *pixel, uint32_t expected)
{
	float parts[4];
	for (int c = 0; c < 4; c++)
		parts[c] = (float)(expected >> 8 * c & 0xff) / 255;
	expect(what, i, pixel, parts);
}

static void volumes_are_read(void **state)
{
	const D3D11_TEXTURE3D_DESC desc = { .Width = 4,
		.Height = 4,
		.Depth = 4,
		.MipLevels = 1,
		.Format = DXGI_FORMAT_R8G8B8A8_UNORM,
		.BindFlags = D3D11_BIND_SHADER_RESOURCE };
	D3D11_SAMPLER_DESC linear = nearest;
	struct stage stage = open_scene(16, 4);
	ID3D11Texture3D *texture;
	uint32_t texels[64];
	for (UINT i = 0; i < 64; i++)
		texels[i] = colour(i);
	const D3D11_SUBRESOURCE_DATA data = { texels, 16, 64 };
	assert_hr(ID3D11Device_CreateTexture3D(stage.device, &desc, &data, &texture), S_OK);
	use(&stage, "slices");
	float *pixels = read_as(&stage, 1, texture, NULL);
	for (UINT i = 0; i < 64; i++) {
		const UINT x = i % 16, y = i / 16;
		expect_colour("volume", i, &pixels[4 * i], texels[x % 4 + 4 * y + 16 * (x / 4)]);
	}
	free(pixels);
	/* Between the middles of two slices it is their mean. */
	linear.Filter = D3D11_FILTER_MIN_MAG_MIP_LINEAR;
	set_sampler(&stage, &linear);
	use(&stage, "between");
	pixels = read_as(&stage, 1, texture, NULL);
	for (UINT x = 0; x < 16; x++) {
		const float at = ((float)x + 0.5f) / 4 - 0.5f, z = at < 0 ? 0 : at > 3 ? 3 : at;
		const UINT a = (UINT)z, b = a < 3 ? a + 1 : 3;
		for (int c = 0; c < 3; c++) {
			const float first = (float)(texels[16 * a] >> 8 * c & 0xff) / 255;
			const float second = (float)(texels[16 * b] >> 8 * c & 0xff) / 255;
			const float mean = first + (second - first) * (z - (float)a);
			const float off = pixels[4 * x + (UINT)c] - mean;
			assert_true(off <= near_255 && off >= -near_255);
		}
	}
	free(pixels);
	ID3D11Texture3D_Release(texture);
	stage_close(&stage);
}

/* Faces in Direct3D's order, with a row in each that tells which way is up. */
static void cubes_are_read(void **state)
{
	const D3D11_TEXTURE2D_DESC desc = { .Width = 4,
		.Height = 4,
		.MipLevels = 1,
		.ArraySize = 6,
		.Format = DXGI_FORMAT_R8G8B8A8_UNORM,
		.MiscFlags = D3D11_RESOURCE_MISC_TEXTURECUBE };
	/* Where the direction of each face falls: see the table of D3D11's faces. */
	static const struct {
		int u, v;
	} at[6] = { { -1, -2 }, { 1, -2 }, { 2, 1 }, { 2, -1 }, { 2, -1 }, { -2, -1 } };
	D3D11_SUBRESOURCE_DATA data[6];
	uint32_t texels[96];
	struct stage stage = open_scene(6, 1);
	for (UINT i = 0; i < 96; i++)
		texels[i] = colour(i);
	for (UINT i = 0; i < 6; i++)
		data[i] = (D3D11_SUBRESOURCE_DATA){ &texels[16 * i], 16, 0 };
	ID3D11Texture2D *texture = make_flat(&stage, desc, data);
	use(&stage, "faces");
	set_sampler(&stage, &nearest);
	float *pixels = read_as(&stage, 2, texture,
		&(D3D11_SHADER_RESOURCE_VIEW_DESC){ .Format = desc.Format,
			.ViewDimension = D3D11_SRV_DIMENSION_TEXTURECUBE,
			.TextureCube = { 0, 1 } });
	for (UINT i = 0; i < 6; i++) {
		/* Quarters of -1 to 1, in texels of a half. */
		const UINT x = (UINT)((at[i].u + 4) / 2), y = (UINT)((at[i].v + 4) / 2);
		expect_colour("face", i, &pixels[4 * i], texels[16 * i + 4 * y + x]);
	}
	free(pixels);
	ID3D11Texture2D_Release(texture);
	stage_close(&stage);
}

static void layers_and_lines_are_read(void **state)
{
	const D3D11_TEXTURE2D_DESC desc = { .Width = 4,
		.Height = 4,
		.MipLevels = 1,
		.ArraySize = 4,
		.Format = DXGI_FORMAT_R8G8B8A8_UNORM };
	const D3D11_TEXTURE1D_DESC line = { .Width = 16,
		.MipLevels = 1,
		.ArraySize = 1,
		.Format = DXGI_FORMAT_R8G8B8A8_UNORM,
		.BindFlags = D3D11_BIND_SHADER_RESOURCE };
	struct stage stage = open_scene(16, 4);
	D3D11_SUBRESOURCE_DATA data[4];
	ID3D11Texture1D *texture1;
	uint32_t texels[64];
	for (UINT i = 0; i < 64; i++)
		texels[i] = colour(i);
	for (UINT i = 0; i < 4; i++)
		data[i] = (D3D11_SUBRESOURCE_DATA){ &texels[16 * i], 16, 0 };
	ID3D11Texture2D *texture = make_flat(&stage, desc, data);
	use(&stage, "each");
	float *pixels = read_as(&stage, 3, texture, NULL);
	for (UINT i = 0; i < 64; i++) {
		const UINT x = i % 16, y = i / 16;
		expect_colour("layer", i, &pixels[4 * i], texels[x % 4 + 4 * y + 16 * (x / 4)]);
	}
	free(pixels);
	/* A part of the layers begins at 0 for the shader. */
	pixels = read_as(&stage, 3, texture,
		&(D3D11_SHADER_RESOURCE_VIEW_DESC){ .Format = desc.Format,
			.ViewDimension = D3D11_SRV_DIMENSION_TEXTURE2DARRAY,
			.Texture2DArray = { 0, 1, 2, 2 } });
	for (UINT x = 0; x < 8; x++)
		expect_colour("layer from 2", x, &pixels[4 * x], texels[x % 4 + 16 * (2 + x / 4)]);
	free(pixels);
	assert_hr(ID3D11Device_CreateTexture1D(stage.device, &line, data, &texture1), S_OK);
	use(&stage, "along");
	pixels = read_as(&stage, 4, texture1, NULL);
	for (UINT x = 0; x < 16; x++)
		expect_colour("line", x, &pixels[4 * x], texels[x]);
	free(pixels);
	ID3D11Texture1D_Release(texture1);
	ID3D11Texture2D_Release(texture);
	stage_close(&stage);
}

/* Each level has one colour; a view's levels begin at 0, and a sampler may cut them. */
static void levels_are_read(void **state)
{
	const D3D11_TEXTURE2D_DESC desc = { .Width = 8,
		.Height = 8,
		.MipLevels = 4,
		.ArraySize = 1,
		.Format = DXGI_FORMAT_R8G8B8A8_UNORM };
	static const struct {
		UINT first, count;
		float least, most;
	} cases[] = { { 0, 4, 0, D3D11_FLOAT32_MAX }, { 1, 2, 0, D3D11_FLOAT32_MAX },
		{ 0, 4, 1, 2 } };
	struct stage stage = open_scene(4, 1);
	D3D11_SUBRESOURCE_DATA data[4];
	uint32_t texels[4][64];
	for (UINT i = 0; i < 4; i++) {
		for (UINT j = 0; j < 64; j++)
			texels[i][j] = colour(i);
		data[i] = (D3D11_SUBRESOURCE_DATA){ texels[i], 32u >> i, 0 };
	}
	ID3D11Texture2D *texture = make_flat(&stage, desc, data);
	use(&stage, "level");
	for (UINT i = 0; i < 3; i++) {
		D3D11_SAMPLER_DESC sampler = nearest;
		sampler.MinLOD = cases[i].least;
		sampler.MaxLOD = cases[i].most;
		set_sampler(&stage, &sampler);
		float *pixels = read_as(&stage, 0, texture,
			&(D3D11_SHADER_RESOURCE_VIEW_DESC){ .Format = desc.Format,
				.ViewDimension = D3D11_SRV_DIMENSION_TEXTURE2D,
				.Texture2D = { cases[i].first, cases[i].count } });
		for (UINT x = 0; x < 4; x++) {
			UINT level = x < cases[i].least ? (UINT)cases[i].least : x;
			level = (float)level > cases[i].most ? (UINT)cases[i].most : level;
			level = level >= cases[i].count ? cases[i].count - 1 : level;
			expect_colour("level", x, &pixels[4 * x], colour(cases[i].first + level));
		}
		free(pixels);
	}
	ID3D11Texture2D_Release(texture);
	stage_close(&stage);
}

/* The texel that is `at` texels right of the first of four, -1: the border. */
static int beyond(D3D11_TEXTURE_ADDRESS_MODE mode, int at)
{
	const int turn = ((at % 8) + 8) % 8, mirrored = at < 0 ? -1 - at : at;
	switch (mode) {
	case D3D11_TEXTURE_ADDRESS_WRAP:
		return turn % 4;
	case D3D11_TEXTURE_ADDRESS_MIRROR:
		return turn < 4 ? turn : 7 - turn;
	case D3D11_TEXTURE_ADDRESS_CLAMP:
		return at < 0 ? 0 : at > 3 ? 3 : at;
	case D3D11_TEXTURE_ADDRESS_BORDER:
		return at < 0 || at > 3 ? -1 : at;
	default: /* once */
		return mirrored > 3 ? 3 : mirrored;
	}
}

static void samplers_reach_beyond_the_edge(void **state)
{
	const D3D11_TEXTURE2D_DESC desc = { .Width = 4,
		.Height = 1,
		.MipLevels = 1,
		.ArraySize = 1,
		.Format = DXGI_FORMAT_R8G8B8A8_UNORM };
	static const float borders[3][4] = { { 0, 0, 0, 0 }, { 0, 0, 0, 1 }, { 1, 1, 1, 1 } };
	struct stage stage = open_scene(16, 1);
	uint32_t texels[4];
	for (UINT i = 0; i < 4; i++)
		texels[i] = colour(i);
	ID3D11Texture2D *texture =
		make_flat(&stage, desc, &(D3D11_SUBRESOURCE_DATA){ texels, 16, 0 });
	use(&stage, "around");
	for (int i = 0; i < 7; i++) {
		const D3D11_TEXTURE_ADDRESS_MODE mode =
			i < 4	 ? (D3D11_TEXTURE_ADDRESS_MODE)(D3D11_TEXTURE_ADDRESS_WRAP + i)
			: i == 4 ? D3D11_TEXTURE_ADDRESS_MIRROR_ONCE
				 : D3D11_TEXTURE_ADDRESS_BORDER;
		const float *border = borders[i < 4 ? 0 : i - 4];
		D3D11_SAMPLER_DESC sampler = nearest;
		sampler.AddressU = mode;
		memcpy(sampler.BorderColor, border, sizeof(sampler.BorderColor));
		set_sampler(&stage, &sampler);
		float *pixels = read_as(&stage, 0, texture, NULL);
		for (int x = 0; x < 16; x++) {
			/* A step is a texel: (x + 0.5) / 4 - 1.5 pictures. */
			const int texel = beyond(mode, x - 6);
			if (texel < 0)
				expect("border", (UINT)x, &pixels[4 * x], border);
			else
				expect_colour("edge", (UINT)(x + 100 * (int)mode), &pixels[4 * x],
					texels[texel]);
		}
		free(pixels);
	}
	ID3D11Texture2D_Release(texture);
	stage_close(&stage);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_colours_are_read),
		cmocka_unit_test(one_and_two_channels_are_read),
		cmocka_unit_test(blocks_of_many_modes_are_read),
		cmocka_unit_test(planes_of_video_are_read),
		cmocka_unit_test(volumes_are_read),
		cmocka_unit_test(cubes_are_read),
		cmocka_unit_test(layers_and_lines_are_read),
		cmocka_unit_test(levels_are_read),
		cmocka_unit_test(samplers_reach_beyond_the_edge),
	};
	harness_start(argc, argv, (const struct role[]){ { NULL, NULL } });
	return cmocka_run_group_tests(tests, NULL, NULL);
}
