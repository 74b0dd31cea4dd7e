/* SPDX-License-Identifier: MIT */
/*
 * Every format of colours that can be drawn to and read: cleared, drawn to, and read by a shader,
 * beside what the format can keep of it.
 */
#include "quad.h"

enum kind { UNORM, SRGB, SNORM, UINT_, SINT, FLOAT_ };

static const struct format {
	DXGI_FORMAT format;
	enum kind kind;
	int bits[4]; /* of each channel; 0: it is not there */
} formats[] = {
	{ DXGI_FORMAT_R32G32B32A32_FLOAT, FLOAT_, { 32, 32, 32, 32 } },
	{ DXGI_FORMAT_R32G32B32A32_UINT, UINT_, { 32, 32, 32, 32 } },
	{ DXGI_FORMAT_R32G32B32A32_SINT, SINT, { 32, 32, 32, 32 } },
	{ DXGI_FORMAT_R16G16B16A16_FLOAT, FLOAT_, { 16, 16, 16, 16 } },
	{ DXGI_FORMAT_R16G16B16A16_UNORM, UNORM, { 16, 16, 16, 16 } },
	{ DXGI_FORMAT_R16G16B16A16_SNORM, SNORM, { 16, 16, 16, 16 } },
	{ DXGI_FORMAT_R16G16B16A16_UINT, UINT_, { 16, 16, 16, 16 } },
	{ DXGI_FORMAT_R16G16B16A16_SINT, SINT, { 16, 16, 16, 16 } },
	{ DXGI_FORMAT_R32G32_FLOAT, FLOAT_, { 32, 32 } },
	{ DXGI_FORMAT_R32G32_UINT, UINT_, { 32, 32 } },
	{ DXGI_FORMAT_R32G32_SINT, SINT, { 32, 32 } },
	{ DXGI_FORMAT_R10G10B10A2_UNORM, UNORM, { 10, 10, 10, 2 } },
	{ DXGI_FORMAT_R10G10B10A2_UINT, UINT_, { 10, 10, 10, 2 } },
	{ DXGI_FORMAT_R11G11B10_FLOAT, FLOAT_, { 11, 11, 10 } },
	{ DXGI_FORMAT_R8G8B8A8_UNORM, UNORM, { 8, 8, 8, 8 } },
	{ DXGI_FORMAT_R8G8B8A8_UNORM_SRGB, SRGB, { 8, 8, 8, 8 } },
	{ DXGI_FORMAT_R8G8B8A8_SNORM, SNORM, { 8, 8, 8, 8 } },
	{ DXGI_FORMAT_R8G8B8A8_UINT, UINT_, { 8, 8, 8, 8 } },
	{ DXGI_FORMAT_R8G8B8A8_SINT, SINT, { 8, 8, 8, 8 } },
	{ DXGI_FORMAT_R16G16_FLOAT, FLOAT_, { 16, 16 } },
	{ DXGI_FORMAT_R16G16_UNORM, UNORM, { 16, 16 } },
	{ DXGI_FORMAT_R16G16_SNORM, SNORM, { 16, 16 } },
	{ DXGI_FORMAT_R16G16_UINT, UINT_, { 16, 16 } },
	{ DXGI_FORMAT_R16G16_SINT, SINT, { 16, 16 } },
	{ DXGI_FORMAT_R32_FLOAT, FLOAT_, { 32 } },
	{ DXGI_FORMAT_R32_UINT, UINT_, { 32 } },
	{ DXGI_FORMAT_R32_SINT, SINT, { 32 } },
	{ DXGI_FORMAT_R8G8_UNORM, UNORM, { 8, 8 } },
	{ DXGI_FORMAT_R8G8_SNORM, SNORM, { 8, 8 } },
	{ DXGI_FORMAT_R8G8_UINT, UINT_, { 8, 8 } },
	{ DXGI_FORMAT_R8G8_SINT, SINT, { 8, 8 } },
	{ DXGI_FORMAT_R16_FLOAT, FLOAT_, { 16 } },
	{ DXGI_FORMAT_R16_UNORM, UNORM, { 16 } },
	{ DXGI_FORMAT_R16_SNORM, SNORM, { 16 } },
	{ DXGI_FORMAT_R16_UINT, UINT_, { 16 } },
	{ DXGI_FORMAT_R16_SINT, SINT, { 16 } },
	{ DXGI_FORMAT_R8_UNORM, UNORM, { 8 } },
	{ DXGI_FORMAT_R8_SNORM, SNORM, { 8 } },
	{ DXGI_FORMAT_R8_UINT, UINT_, { 8 } },
	{ DXGI_FORMAT_R8_SINT, SINT, { 8 } },
	{ DXGI_FORMAT_A8_UNORM, UNORM, { 0, 0, 0, 8 } },
	{ DXGI_FORMAT_B5G6R5_UNORM, UNORM, { 5, 6, 5 } },
	{ DXGI_FORMAT_B5G5R5A1_UNORM, UNORM, { 5, 5, 5, 1 } },
	{ DXGI_FORMAT_B8G8R8A8_UNORM, UNORM, { 8, 8, 8, 8 } },
	{ DXGI_FORMAT_B8G8R8A8_UNORM_SRGB, SRGB, { 8, 8, 8, 8 } },
	{ DXGI_FORMAT_B8G8R8X8_UNORM, UNORM, { 8, 8, 8 } },
	{ DXGI_FORMAT_B8G8R8X8_UNORM_SRGB, SRGB, { 8, 8, 8 } },
};

static const char source[] =
	"cbuffer C : register(b0) { float4 colour; };\n"
	"float4 vs(uint i : SV_VertexID) : SV_Position {\n"
	"	return float4(float(i & 1) * 2 - 1, 1 - float(i >> 1) * 2, 0, 1); }\n"
	"Texture2D<float4> floats : register(t0);\n"
	"Texture2D<uint4> uints : register(t1);\n"
	"Texture2D<int4> ints : register(t2);\n"
	"float4 draw0() : SV_Target { return colour; }\n"
	"uint4 draw1() : SV_Target { return uint4(colour); }\n"
	"int4 draw2() : SV_Target { return int4(colour); }\n"
	"float4 read0(float4 at : SV_Position) : SV_Target { return floats.Load(int3(at.xy, 0)); "
	"}\n"
	"float4 read1(float4 at : SV_Position) : SV_Target {\n"
	"	return float4(uints.Load(int3(at.xy, 0))); }\n"
	"float4 read2(float4 at : SV_Position) : SV_Target {\n"
	"	return float4(ints.Load(int3(at.xy, 0))); }\n";

enum { EDGE = 4 };

struct scene {
	struct stage stage;
	ID3D11PixelShader *draw[3], *read[3]; /* of floats, of uint and of int */
};

static void open_scene(struct scene *scene)
{
	struct stage *stage = &scene->stage;
	stage_open(stage, EDGE, EDGE, DXGI_FORMAT_R32G32B32A32_FLOAT);
	ID3D11VertexShader *vs = compile_vs(stage->device, source, "vs");
	ID3D11DeviceContext_VSSetShader(stage->context, vs, NULL, 0);
	ID3D11DeviceContext_IASetPrimitiveTopology(
		stage->context, D3D11_PRIMITIVE_TOPOLOGY_TRIANGLESTRIP);
	ID3D11VertexShader_Release(vs);
	for (int i = 0; i < 3; i++) {
		char draw[] = "draw0", read[] = "read0";
		draw[4] = read[4] = (char)('0' + i);
		scene->draw[i] = compile_ps(stage->device, source, draw);
		scene->read[i] = compile_ps(stage->device, source, read);
	}
}

static void close_scene(struct scene *scene)
{
	for (int i = 0; i < 3; i++) {
		ID3D11PixelShader_Release(scene->draw[i]);
		ID3D11PixelShader_Release(scene->read[i]);
	}
	stage_close(&scene->stage);
}

static UINT shader_of(enum kind kind)
{
	return kind == UINT_ ? 1 : kind == SINT ? 2 : 0;
}

static float nearest_step(float value, int bits)
{
	const float most = (float)((1 << bits) - 1);
	const float steps = value * most;
	return (float)(int)(steps + (steps < 0 ? -0.5f : 0.5f)) / most;
}

/* What is left of a channel. */
static float kept(const struct format *f, int c, float value)
{
	const float least = f->kind == SNORM ? -1 : 0;
	if (!f->bits[c])
		return c == 3 ? 1 : 0;
	if (f->kind == UINT_ || f->kind == SINT)
		return value;
	if (f->kind == FLOAT_)
		return f->bits[c] < 16 && value < 0 ? 0 : value; /* those have no sign */
	value = value < least ? least : value > 1 ? 1 : value;
	return f->kind == UNORM	  ? nearest_step(value, f->bits[c])
	       : f->kind == SNORM ? nearest_step(value, f->bits[c] - 1)
				  : value;
}

/* Steps of sRGB are wider than those between 0 and 1, and so are those of few bits. */
static float tolerance(const struct format *f, int c, float value)
{
	if (f->kind == FLOAT_ && f->bits[c] < 16)
		return (value < 0 ? -value : value) / 32;
	return f->kind == SRGB ? 2 / 255.f : f->kind == SNORM ? 1 / 127.f : 1 / 255.f;
}

static void expect_kept(
	const struct format *f, const char *how, const float *pixels, const float *from)
{
	for (int i = 0; i < 4 * EDGE * EDGE; i++) {
		const float expected = kept(f, i % 4, from[i % 4]), off = pixels[i] - expected;
		const float most = tolerance(f, i % 4, expected);
		if (!(off <= most && -off <= most))
			fail_msg("format %d, %s, channel %d: %f, not %f", f->format, how, i % 4,
				pixels[i], expected);
	}
}

static void expect_read(struct scene *scene, const struct format *f, const char *how,
	ID3D11ShaderResourceView *view, const float *from)
{
	struct stage *stage = &scene->stage;
	const UINT shader = shader_of(f->kind);
	ID3D11DeviceContext_OMSetRenderTargets(stage->context, 1, &stage->target, NULL);
	ID3D11DeviceContext_PSSetShader(stage->context, scene->read[shader], NULL, 0);
	ID3D11DeviceContext_PSSetShaderResources(stage->context, shader, 1, &view);
	ID3D11DeviceContext_Draw(stage->context, 4, 0);
	float *pixels = texture_pixels(stage->device, stage->texture, 16);
	expect_kept(f, how, pixels, from);
	free(pixels);
}

static void draw_colour(struct scene *scene, const struct format *f, ID3D11RenderTargetView *target,
	const float *colour)
{
	struct stage *stage = &scene->stage;
	ID3D11ShaderResourceView *none = NULL;
	ID3D11Buffer *buffer =
		make_buffer(stage->device, D3D11_BIND_CONSTANT_BUFFER, colour, 4 * sizeof(*colour));
	ID3D11DeviceContext_PSSetShaderResources(stage->context, shader_of(f->kind), 1, &none);
	ID3D11DeviceContext_OMSetRenderTargets(stage->context, 1, &target, NULL);
	ID3D11DeviceContext_PSSetShader(stage->context, scene->draw[shader_of(f->kind)], NULL, 0);
	ID3D11DeviceContext_PSSetConstantBuffers(stage->context, 0, 1, &buffer);
	ID3D11DeviceContext_Draw(stage->context, 4, 0);
	ID3D11Buffer_Release(buffer);
}

/* Two colours, of which the second goes beyond what most formats have. */
static const float *colours_of(enum kind kind, int i)
{
	static const float fractions[2][4] = { { 0.2f, 0.55f, 0.8f, 0.4f },
		{ 1.5f, -0.5f, 0.1f, 1 } };
	static const float numbers[2][4] = { { 3, 7, 11, 2 }, { 100, 0, 55, 1 } };
	static const float signs[2][4] = { { -3, 7, -11, 1 }, { 100, -128, 127, 0 } };
	return kind == UINT_ ? numbers[i] : kind == SINT ? signs[i] : fractions[i];
}

static void try_format(struct scene *scene, const struct format *f)
{
	const D3D11_TEXTURE2D_DESC desc = { .Width = EDGE,
		.Height = EDGE,
		.MipLevels = 1,
		.ArraySize = 1,
		.Format = f->format,
		.SampleDesc = { 1, 0 },
		.BindFlags = D3D11_BIND_RENDER_TARGET | D3D11_BIND_SHADER_RESOURCE };
	ID3D11ShaderResourceView *view;
	ID3D11RenderTargetView *target;
	ID3D11Texture2D *texture;
	ID3D11Device *device = scene->stage.device;
	assert_hr(ID3D11Device_CreateTexture2D(device, &desc, NULL, &texture), S_OK);
	assert_hr(ID3D11Device_CreateRenderTargetView(
			  device, (ID3D11Resource *)texture, NULL, &target),
		S_OK);
	assert_hr(ID3D11Device_CreateShaderResourceView(
			  device, (ID3D11Resource *)texture, NULL, &view),
		S_OK);
	for (int i = 0; i < 2; i++) {
		const float *cleared = colours_of(f->kind, i), *drawn = colours_of(f->kind, !i);
		ID3D11DeviceContext_ClearRenderTargetView(scene->stage.context, target, cleared);
		expect_read(scene, f, "cleared", view, cleared);
		draw_colour(scene, f, target, drawn);
		expect_read(scene, f, "drawn", view, drawn);
	}
	ID3D11ShaderResourceView_Release(view);
	ID3D11RenderTargetView_Release(target);
	ID3D11Texture2D_Release(texture);
}

static bool can_be_both(ID3D11Device *device, DXGI_FORMAT format)
{
	const UINT both = D3D11_FORMAT_SUPPORT_RENDER_TARGET | D3D11_FORMAT_SUPPORT_SHADER_LOAD;
	UINT can = 0;
	return ID3D11Device_CheckFormatSupport(device, format, &can) == S_OK &&
	       (can & both) == both;
}

static void formats_keep_what_they_can(void **state)
{
	struct scene scene;
	UINT tried = 0;
	open_scene(&scene);
	for (UINT i = 0; i < sizeof(formats) / sizeof(*formats); i++)
		if (can_be_both(scene.stage.device, formats[i].format)) {
			try_format(&scene, &formats[i]);
			tried++;
		}
	assert_true(tried >= 40); /* of feature level 11.0, whatever else a driver has */
	close_scene(&scene);
}

/* None is missing from the list above. */
static void every_format_is_tried(void **state)
{
	struct scene scene;
	open_scene(&scene);
	for (UINT format = 1; format < 133; format++) {
		bool listed = false;
		for (UINT i = 0; i < sizeof(formats) / sizeof(*formats); i++)
			listed |= formats[i].format == (DXGI_FORMAT)format;
		if (!listed && can_be_both(scene.stage.device, (DXGI_FORMAT)format))
			fail_msg("format %u is not tried", format);
	}
	close_scene(&scene);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats_keep_what_they_can),
		cmocka_unit_test(every_format_is_tried),
	};
	harness_start(argc, argv, (const struct role[]){ { NULL, NULL } });
	return cmocka_run_group_tests(tests, NULL, NULL);
}
