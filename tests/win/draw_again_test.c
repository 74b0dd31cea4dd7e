/* SPDX-License-Identifier: MIT */
/*
 * Draws that differ a little from the one before: each makes one pixel, and by chance something is
 * changed before it. What every pixel has to be is known without looking at any other.
 */
#include "quad.h"

#include <limits.h>

#define SIZE 48

static const char source[] =
	"cbuffer C : register(b0) { float4 place; float4 colour; };\n"
	"Texture2D<float4> picture : register(t0);\n"
	"struct V { float4 p : SV_Position; float4 c : COLOR; };\n"
	"V vs(uint i : SV_VertexID, float4 tint : TINT) {\n"
	"	V v; v.c = tint;\n"
	"	v.p = float4(place.xy + float2(i & 1, i >> 1) * place.zw, 0, 1); return v; }\n"
	"float4 ps(V v) : SV_Target { return colour + v.c + picture.Load(int3(0, 0, 0)); }\n";

struct constants {
	float place[4], colour[4];
};

/* A shader's constants are 256 bytes apart where a part of a buffer is bound. */
struct parts {
	struct constants c;
	float rest[56];
};

struct scene {
	struct stage stage;
	ID3D11DeviceContext1 *context1;
	ID3D11Buffer *constants, *other_constants, *two_constants, *tint, *indices;
	ID3D11Texture2D *picture, *other_texture;
	ID3D11ShaderResourceView *view;
	ID3D11RenderTargetView *other_target;
	ID3D11BlendState *red_only;
	ID3D11VertexShader *vs;
	ID3D11PixelShader *ps;
	ID3D11InputLayout *layout;
	uint8_t tint_green, picture_blue; /* what they have now */
};

static uint32_t seed;

static UINT chance(UINT end)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % end;
}

static ID3D11Buffer *make_dynamic(struct scene *scene, UINT bind, UINT size)
{
	const D3D11_BUFFER_DESC desc = { size, D3D11_USAGE_DYNAMIC, bind, D3D11_CPU_ACCESS_WRITE, 0,
		0 };
	ID3D11Buffer *buffer;
	assert_hr(ID3D11Device_CreateBuffer(scene->stage.device, &desc, NULL, &buffer), S_OK);
	return buffer;
}

static void fill(struct scene *scene, ID3D11Buffer *buffer, const void *bytes, size_t size)
{
	D3D11_MAPPED_SUBRESOURCE mapped;
	assert_hr(ID3D11DeviceContext_Map(scene->stage.context, (ID3D11Resource *)buffer, 0,
			  D3D11_MAP_WRITE_DISCARD, 0, &mapped),
		S_OK);
	memcpy(mapped.pData, bytes, size);
	ID3D11DeviceContext_Unmap(scene->stage.context, (ID3D11Resource *)buffer, 0);
}

static void bind_constants(struct scene *scene, ID3D11Buffer *buffer)
{
	ID3D11DeviceContext_VSSetConstantBuffers(scene->stage.context, 0, 1, &buffer);
	ID3D11DeviceContext_PSSetConstantBuffers(scene->stage.context, 0, 1, &buffer);
}

static void make_textures(struct scene *scene)
{
	D3D11_TEXTURE2D_DESC desc = { 1, 1, 1, 1, DXGI_FORMAT_R8G8B8A8_UNORM, { 1, 0 },
		D3D11_USAGE_DEFAULT, D3D11_BIND_SHADER_RESOURCE, 0, 0 };
	ID3D11Device *device = scene->stage.device;
	assert_hr(ID3D11Device_CreateTexture2D(device, &desc, NULL, &scene->picture), S_OK);
	assert_hr(ID3D11Device_CreateShaderResourceView(
			  device, (ID3D11Resource *)scene->picture, NULL, &scene->view),
		S_OK);
	desc.Width = desc.Height = SIZE;
	desc.BindFlags = D3D11_BIND_RENDER_TARGET;
	assert_hr(ID3D11Device_CreateTexture2D(device, &desc, NULL, &scene->other_texture), S_OK);
	assert_hr(ID3D11Device_CreateRenderTargetView(device,
			  (ID3D11Resource *)scene->other_texture, NULL, &scene->other_target),
		S_OK);
}

static void make_states(struct scene *scene)
{
	const D3D11_INPUT_ELEMENT_DESC element = { "TINT", 0, DXGI_FORMAT_R32G32B32A32_FLOAT, 0, 0,
		D3D11_INPUT_PER_INSTANCE_DATA, 1 };
	D3D11_BLEND_DESC blend = { 0 };
	ID3DBlob *code = compile(source, "vs", "vs_5_0");
	ID3D11Device *device = scene->stage.device;
	assert_hr(ID3D11Device_CreateInputLayout(device, &element, 1,
			  ID3D10Blob_GetBufferPointer(code), ID3D10Blob_GetBufferSize(code),
			  &scene->layout),
		S_OK);
	ID3D10Blob_Release(code);
	scene->vs = compile_vs(device, source, "vs");
	scene->ps = compile_ps(device, source, "ps");
	for (int i = 0; i < 8; i++)
		blend.RenderTarget[i] = (D3D11_RENDER_TARGET_BLEND_DESC){ FALSE, D3D11_BLEND_ONE,
			D3D11_BLEND_ZERO, D3D11_BLEND_OP_ADD, D3D11_BLEND_ONE, D3D11_BLEND_ZERO,
			D3D11_BLEND_OP_ADD, D3D11_COLOR_WRITE_ENABLE_RED };
	assert_hr(ID3D11Device_CreateBlendState(device, &blend, &scene->red_only), S_OK);
}

static void set_all(struct scene *scene)
{
	const UINT stride = 16, offset = 0;
	ID3D11DeviceContext *context = scene->stage.context;
	ID3D11DeviceContext_VSSetShader(context, scene->vs, NULL, 0);
	ID3D11DeviceContext_PSSetShader(context, scene->ps, NULL, 0);
	ID3D11DeviceContext_PSSetShaderResources(context, 0, 1, &scene->view);
	ID3D11DeviceContext_IASetInputLayout(context, scene->layout);
	ID3D11DeviceContext_IASetVertexBuffers(context, 0, 1, &scene->tint, &stride, &offset);
	ID3D11DeviceContext_IASetIndexBuffer(context, scene->indices, DXGI_FORMAT_R16_UINT, 0);
	ID3D11DeviceContext_IASetPrimitiveTopology(context, D3D11_PRIMITIVE_TOPOLOGY_TRIANGLESTRIP);
	bind_constants(scene, scene->constants);
}

static void scene_open(struct scene *scene)
{
	static const struct constants none;
	*scene = (struct scene){ 0 };
	stage_open(&scene->stage, SIZE, SIZE, DXGI_FORMAT_R8G8B8A8_UNORM);
	assert_hr(ID3D11DeviceContext_QueryInterface(scene->stage.context,
			  &IID_ID3D11DeviceContext1, (void **)&scene->context1),
		S_OK);
	scene->constants = make_dynamic(scene, D3D11_BIND_CONSTANT_BUFFER, sizeof(none));
	scene->two_constants =
		make_dynamic(scene, D3D11_BIND_CONSTANT_BUFFER, 2 * sizeof(struct parts));
	scene->other_constants =
		make_buffer(scene->stage.device, D3D11_BIND_CONSTANT_BUFFER, &none, sizeof(none));
	scene->tint = make_dynamic(scene, D3D11_BIND_VERTEX_BUFFER, 16);
	scene->indices = make_dynamic(scene, D3D11_BIND_INDEX_BUFFER, 4 * sizeof(uint16_t));
	make_textures(scene);
	make_states(scene);
	set_all(scene);
}

static void scene_close(struct scene *scene)
{
	ID3D11DeviceContext_ClearState(scene->stage.context);
	ID3D11Buffer_Release(scene->constants);
	ID3D11Buffer_Release(scene->other_constants);
	ID3D11Buffer_Release(scene->two_constants);
	ID3D11Buffer_Release(scene->tint);
	ID3D11Buffer_Release(scene->indices);
	ID3D11ShaderResourceView_Release(scene->view);
	ID3D11Texture2D_Release(scene->picture);
	ID3D11RenderTargetView_Release(scene->other_target);
	ID3D11Texture2D_Release(scene->other_texture);
	ID3D11BlendState_Release(scene->red_only);
	ID3D11InputLayout_Release(scene->layout);
	ID3D11VertexShader_Release(scene->vs);
	ID3D11PixelShader_Release(scene->ps);
	ID3D11DeviceContext1_Release(scene->context1);
	stage_close(&scene->stage);
}

/* Red is the pixel's own. */
static struct constants constants_of(UINT pixel)
{
	const float step = 2.0f / SIZE;
	return (struct constants){ { (float)(pixel % SIZE) * step - 1,
					   1 - (float)(pixel / SIZE) * step, step, -step },
		{ (float)(pixel % 251) / 255, 0, 0, 1 } };
}

static void change_tint(struct scene *scene)
{
	scene->tint_green = (uint8_t)chance(256);
	const float tint[4] = { 0, (float)scene->tint_green / 255, 0, 0 };
	fill(scene, scene->tint, tint, sizeof(tint));
}

static void change_picture(struct scene *scene)
{
	scene->picture_blue = (uint8_t)chance(256);
	const uint32_t pixel = (uint32_t)scene->picture_blue << 16;
	ID3D11DeviceContext_UpdateSubresource(
		scene->stage.context, (ID3D11Resource *)scene->picture, 0, NULL, &pixel, 4, 4);
}

static uint32_t colour_of(const struct scene *scene, UINT pixel)
{
	return pixel % 251 | (uint32_t)scene->tint_green << 8 |
	       (uint32_t)scene->picture_blue << 16 | 0xff000000;
}

static void draw(struct scene *scene)
{
	ID3D11DeviceContext_Draw(scene->stage.context, 4, 0);
}

static void draw_by_default_buffer(struct scene *scene, const struct constants *constants)
{
	ID3D11DeviceContext_UpdateSubresource(scene->stage.context,
		(ID3D11Resource *)scene->other_constants, 0, NULL, constants, 0, 0);
	bind_constants(scene, scene->other_constants);
	draw(scene);
	bind_constants(scene, scene->constants);
}

/* The second part has the pixel before this one, which is drawn first, in another's colour. */
static void draw_by_parts(struct scene *scene, const struct constants *constants)
{
	static const UINT first[2] = { 0, 16 }, count[2] = { 16, 16 };
	struct parts parts[2] = { { *constants, { 0 } }, { *constants, { 0 } } };
	parts[1].c.colour[0] = 1;
	fill(scene, scene->two_constants, parts, sizeof(parts));
	for (int i = 1; i >= 0; i--) {
		ID3D11DeviceContext1_VSSetConstantBuffers1(
			scene->context1, 0, 1, &scene->two_constants, &first[i], &count[i]);
		ID3D11DeviceContext1_PSSetConstantBuffers1(
			scene->context1, 0, 1, &scene->two_constants, &first[i], &count[i]);
		draw(scene);
	}
	bind_constants(scene, scene->constants);
}

static uint32_t draw_red_only(struct scene *scene, UINT pixel)
{
	ID3D11DeviceContext_OMSetBlendState(scene->stage.context, scene->red_only, NULL, UINT_MAX);
	draw(scene);
	ID3D11DeviceContext_OMSetBlendState(scene->stage.context, NULL, NULL, UINT_MAX);
	return pixel % 251;
}

/* Nothing of it is seen. */
static uint32_t draw_elsewhere(struct scene *scene)
{
	ID3D11DeviceContext_OMSetRenderTargets(scene->stage.context, 1, &scene->other_target, NULL);
	draw(scene);
	ID3D11DeviceContext_OMSetRenderTargets(scene->stage.context, 1, &scene->stage.target, NULL);
	return 0;
}

static uint32_t draw_outside(struct scene *scene)
{
	const D3D11_VIEWPORT away = { SIZE, SIZE, SIZE, SIZE, 0, 1 },
			     whole = { 0, 0, SIZE, SIZE, 0, 1 };
	ID3D11DeviceContext_RSSetViewports(scene->stage.context, 1, &away);
	draw(scene);
	ID3D11DeviceContext_RSSetViewports(scene->stage.context, 1, &whole);
	return 0;
}

/* By three indices that are the same nothing is drawn; by those of a strip the pixel is. */
static void draw_by_indices(struct scene *scene)
{
	static const uint16_t same[4] = { 1, 1, 1, 1 }, strip[4] = { 0, 1, 2, 3 };
	fill(scene, scene->indices, same, sizeof(same));
	ID3D11DeviceContext_DrawIndexed(scene->stage.context, 4, 0, 0);
	fill(scene, scene->indices, strip, sizeof(strip));
	ID3D11DeviceContext_DrawIndexed(scene->stage.context, 4, 0, 0);
}

/* What is mapped may be written until the draw. */
static void draw_while_mapped(struct scene *scene, const struct constants *constants)
{
	D3D11_MAPPED_SUBRESOURCE mapped;
	assert_hr(ID3D11DeviceContext_Map(scene->stage.context, (ID3D11Resource *)scene->constants,
			  0, D3D11_MAP_WRITE_NO_OVERWRITE, 0, &mapped),
		S_OK);
	struct constants *at = mapped.pData;
	at->colour[0] = 1;
	draw(scene);
	*at = *constants;
	draw(scene);
	ID3D11DeviceContext_Unmap(scene->stage.context, (ID3D11Resource *)scene->constants, 0);
}

/* Draws one pixel, in one of many ways; what it is then. */
static uint32_t draw_pixel(struct scene *scene, UINT pixel)
{
	const struct constants constants = constants_of(pixel);
	uint32_t expected = colour_of(scene, pixel);
	fill(scene, scene->constants, &constants, sizeof(constants));
	switch (chance(24)) {
	case 0:
		draw_by_default_buffer(scene, &constants);
		return expected;
	case 1:
		draw_by_parts(scene, &constants);
		return expected;
	case 2:
		return draw_red_only(scene, pixel);
	case 3:
		return draw_elsewhere(scene);
	case 4:
		return draw_outside(scene);
	case 5:
		draw_by_indices(scene);
		return expected;
	case 6:
		draw_while_mapped(scene, &constants);
		return expected;
	case 7:
		ID3D11DeviceContext_Flush(scene->stage.context);
		break;
	case 8:
		change_tint(scene);
		break;
	case 9:
		change_picture(scene);
		break;
	default:
		break;
	}
	expected = colour_of(scene, pixel);
	draw(scene);
	return expected;
}

static void every_pixel_is_drawn_as_it_was_asked_for(void **state)
{
	uint32_t expected[SIZE * SIZE];
	struct scene scene;
	scene_open(&scene);
	for (seed = 1; seed < 4; seed++) {
		static const FLOAT nothing[4];
		const uint32_t begun = seed;
		ID3D11DeviceContext_ClearRenderTargetView(
			scene.stage.context, scene.stage.target, nothing);
		change_tint(&scene);
		change_picture(&scene);
		for (UINT i = 0; i < SIZE * SIZE; i++)
			expected[i] = draw_pixel(&scene, i);
		seed = begun;
		uint32_t *pixels = texture_pixels(scene.stage.device, scene.stage.texture, 4);
		for (UINT i = 0; i < SIZE * SIZE; i++)
			if (!is_near(pixels[i], expected[i]))
				fail_msg("seed %u: pixel %u is %08x, not %08x", begun, i, pixels[i],
					expected[i]);
		free(pixels);
	}
	scene_close(&scene);
}

/* More draws than a batch, and its memory for constants, have room for. */
static void many_draws_alike_are_all_drawn(void **state)
{
	struct scene scene;
	scene_open(&scene);
	seed = 1;
	change_tint(&scene);
	change_picture(&scene);
	for (UINT i = 0; i < SIZE * SIZE; i++) {
		const struct constants constants = constants_of(i);
		fill(&scene, scene.constants, &constants, sizeof(constants));
		draw(&scene);
	}
	uint32_t *pixels = texture_pixels(scene.stage.device, scene.stage.texture, 4);
	for (UINT i = 0; i < SIZE * SIZE; i++)
		if (!is_near(pixels[i], colour_of(&scene, i)))
			fail_msg("pixel %u is %08x, not %08x", i, pixels[i], colour_of(&scene, i));
	free(pixels);
	scene_close(&scene);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pixel_is_drawn_as_it_was_asked_for),
		cmocka_unit_test(many_draws_alike_are_all_drawn),
	};
	harness_start(argc, argv, (const struct role[]){ { NULL, NULL } });
	return cmocka_run_group_tests(tests, NULL, NULL);
}
