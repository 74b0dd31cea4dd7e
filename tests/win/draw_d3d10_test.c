/* SPDX-License-Identifier: MIT */
/* The scenes that Direct3D 11 draws, by Direct3D 10's interfaces, against what they must be. */
#include "draw.h"

#define SIZE 32
#define ALL  (SIZE * SIZE)

struct scene {
	ID3D10Device *device;
	ID3D10Texture2D *texture;
	ID3D10RenderTargetView *target;
};

static const FLOAT black[4] = { 0, 0, 0, 0 };

static ID3D10Texture2D *make_texture10(
	ID3D10Device *device, DXGI_FORMAT format, UINT bind, const void *pixels)
{
	const D3D10_TEXTURE2D_DESC desc = { .Width = SIZE,
		.Height = SIZE,
		.MipLevels = 1,
		.ArraySize = 1,
		.Format = format,
		.SampleDesc = { 1, 0 },
		.BindFlags = bind };
	const D3D10_SUBRESOURCE_DATA data = { pixels, SIZE * 4, 0 };
	ID3D10Texture2D *texture;
	assert_hr(
		ID3D10Device_CreateTexture2D(device, &desc, pixels ? &data : NULL, &texture), S_OK);
	return texture;
}

static ID3D10Buffer *make_buffer10(ID3D10Device *device, UINT bind, const void *bytes, UINT size)
{
	const D3D10_BUFFER_DESC desc = { size, D3D10_USAGE_DEFAULT, bind, 0, 0 };
	const D3D10_SUBRESOURCE_DATA data = { bytes, 0, 0 };
	ID3D10Buffer *buffer;
	assert_hr(ID3D10Device_CreateBuffer(device, &desc, &data, &buffer), S_OK);
	return buffer;
}

/* Of what slot 0 has, a position and a colour for each vertex, or the colour for each instance. */
static void set_vertex_shader(ID3D10Device *device, bool instanced)
{
	const D3D10_INPUT_ELEMENT_DESC elements[2] = {
		{ "POSITION", 0, DXGI_FORMAT_R32G32B32A32_FLOAT, 0, 0, D3D10_INPUT_PER_VERTEX_DATA,
			0 },
		{ "COLOR", 0, DXGI_FORMAT_R32G32B32A32_FLOAT, instanced, instanced ? 0 : 16,
			instanced ? D3D10_INPUT_PER_INSTANCE_DATA : D3D10_INPUT_PER_VERTEX_DATA,
			instanced },
	};
	struct dxbc code = dxbc_vs_pass();
	ID3D10InputLayout *layout;
	ID3D10VertexShader *shader;
	assert_hr(
		ID3D10Device_CreateInputLayout(device, elements, 2, code.bytes, code.size, &layout),
		S_OK);
	assert_hr(ID3D10Device_CreateVertexShader(device, code.bytes, code.size, &shader), S_OK);
	dxbc_free(&code);
	ID3D10Device_IASetInputLayout(device, layout);
	ID3D10Device_VSSetShader(device, shader);
	ID3D10Device_IASetPrimitiveTopology(device, D3D10_PRIMITIVE_TOPOLOGY_TRIANGLELIST);
	ID3D10InputLayout_Release(layout);
	ID3D10VertexShader_Release(shader);
}

static void set_pixel_shader(ID3D10Device *device, struct dxbc code)
{
	ID3D10PixelShader *shader;
	assert_hr(ID3D10Device_CreatePixelShader(device, code.bytes, code.size, &shader), S_OK);
	dxbc_free(&code);
	ID3D10Device_PSSetShader(device, shader);
	ID3D10PixelShader_Release(shader);
}

static void scene_open(struct scene *scene)
{
	const D3D10_VIEWPORT viewport = { 0, 0, SIZE, SIZE, 0, 1 };
	assert_hr(D3D10CreateDevice(NULL, D3D10_DRIVER_TYPE_HARDWARE, NULL, 0, D3D10_SDK_VERSION,
			  &scene->device),
		S_OK);
	scene->texture = make_texture10(scene->device, DXGI_FORMAT_R8G8B8A8_UNORM,
		D3D10_BIND_RENDER_TARGET | D3D10_BIND_SHADER_RESOURCE, NULL);
	assert_hr(ID3D10Device_CreateRenderTargetView(
			  scene->device, (ID3D10Resource *)scene->texture, NULL, &scene->target),
		S_OK);
	ID3D10Device_ClearRenderTargetView(scene->device, scene->target, black);
	ID3D10Device_OMSetRenderTargets(scene->device, 1, &scene->target, NULL);
	ID3D10Device_RSSetViewports(scene->device, 1, &viewport);
	set_vertex_shader(scene->device, false);
	set_pixel_shader(scene->device, dxbc_ps_color());
}

static void scene_close(struct scene *scene)
{
	ID3D10RenderTargetView_Release(scene->target);
	ID3D10Texture2D_Release(scene->texture);
	assert_int_equal(ID3D10Device_Release(scene->device), 0);
}

static void set_vertices(struct scene *scene, UINT slot, const void *bytes, UINT size, UINT stride)
{
	const UINT offset = 0;
	ID3D10Buffer *buffer = make_buffer10(scene->device, D3D10_BIND_VERTEX_BUFFER, bytes, size);
	ID3D10Device_IASetVertexBuffers(scene->device, slot, 1, &buffer, &stride, &offset);
	ID3D10Buffer_Release(buffer);
}

/* Two triangles from left to right, over the whole height, at a depth, in one colour. */
static void draw_band(struct scene *scene, float left, float right, float depth, const float c[4])
{
	struct vertex v[6] = { { { left, -1, depth, 1 } }, { { left, 1, depth, 1 } },
		{ { right, 1, depth, 1 } }, { { left, -1, depth, 1 } }, { { right, 1, depth, 1 } },
		{ { right, -1, depth, 1 } } };
	for (int i = 0; i < 6; i++)
		memcpy(v[i].colour, c, sizeof(v[i].colour));
	set_vertices(scene, 0, v, sizeof(v), sizeof(v[0]));
	ID3D10Device_Draw(scene->device, 6, 0);
}

/* The columns from `first` to `end` have one colour. */
static void expect_columns(struct scene *scene, UINT first, UINT end, uint32_t colour)
{
	const D3D10_TEXTURE2D_DESC desc = { .Width = SIZE,
		.Height = SIZE,
		.MipLevels = 1,
		.ArraySize = 1,
		.Format = DXGI_FORMAT_R8G8B8A8_UNORM,
		.SampleDesc = { 1, 0 },
		.Usage = D3D10_USAGE_STAGING,
		.CPUAccessFlags = D3D10_CPU_ACCESS_READ };
	D3D10_MAPPED_TEXTURE2D mapped;
	ID3D10Texture2D *staging;
	assert_hr(ID3D10Device_CreateTexture2D(scene->device, &desc, NULL, &staging), S_OK);
	ID3D10Device_CopyResource(
		scene->device, (ID3D10Resource *)staging, (ID3D10Resource *)scene->texture);
	assert_hr(ID3D10Texture2D_Map(staging, 0, D3D10_MAP_READ, 0, &mapped), S_OK);
	for (UINT y = 0; y < SIZE; y++)
		for (UINT x = first; x < end; x++)
			assert_true(is_near(
				((uint32_t *)((uint8_t *)mapped.pData + y * mapped.RowPitch))[x],
				colour));
	ID3D10Texture2D_Unmap(staging, 0);
	ID3D10Texture2D_Release(staging);
}

static const float red[4] = { 1, 0, 0, 1 }, green[4] = { 0, 1, 0, 1 }, half[4] = { 0, 0, 1, 0.5f };

static void a_band_is_drawn_by_direct3d_10(void **state)
{
	struct scene scene;
	scene_open(&scene);
	draw_band(&scene, -1, 0, 0.5f, red);
	expect_columns(&scene, 0, SIZE / 2, 0xff0000ff);
	expect_columns(&scene, SIZE / 2, SIZE, 0);
	scene_close(&scene);
}

static void an_index_and_an_instance_count(void **state)
{
	static const float corners[4][4] = { { -1, -1, 0, 1 }, { -1, 1, 0, 1 }, { 1, 1, 0, 1 },
		{ 1, -1, 0, 1 } };
	static const float colours[2][4] = { { 1, 0, 0, 1 }, { 0, 1, 0, 1 } };
	static const uint16_t indices[6] = { 0, 1, 2, 0, 2, 3 };
	struct scene scene;
	scene_open(&scene);
	set_vertex_shader(scene.device, true);
	set_vertices(&scene, 0, corners, sizeof(corners), sizeof(corners[0]));
	set_vertices(&scene, 1, colours, sizeof(colours), sizeof(colours[0]));
	ID3D10Buffer *buffer =
		make_buffer10(scene.device, D3D10_BIND_INDEX_BUFFER, indices, sizeof(indices));
	ID3D10Device_IASetIndexBuffer(scene.device, buffer, DXGI_FORMAT_R16_UINT, 0);
	ID3D10Device_DrawIndexedInstanced(scene.device, 6, 1, 0, 0, 0);
	expect_columns(&scene, 0, SIZE, 0xff0000ff);
	ID3D10Device_DrawIndexedInstanced(scene.device, 6, 2, 0, 0, 0);
	expect_columns(&scene, 0, SIZE, 0xff00ff00);
	ID3D10Buffer_Release(buffer);
	scene_close(&scene);
}

static void depth_hides_what_is_behind(void **state)
{
	const D3D10_DEPTH_STENCIL_DESC desc = { .DepthEnable = TRUE,
		.DepthWriteMask = D3D10_DEPTH_WRITE_MASK_ALL,
		.DepthFunc = D3D10_COMPARISON_LESS };
	ID3D10DepthStencilState *depth, *bound;
	ID3D10DepthStencilView *view;
	struct scene scene;
	UINT reference;
	scene_open(&scene);
	ID3D10Texture2D *texture =
		make_texture10(scene.device, DXGI_FORMAT_D32_FLOAT, D3D10_BIND_DEPTH_STENCIL, NULL);
	assert_hr(ID3D10Device_CreateDepthStencilView(
			  scene.device, (ID3D10Resource *)texture, NULL, &view),
		S_OK);
	assert_hr(ID3D10Device_CreateDepthStencilState(scene.device, &desc, &depth), S_OK);
	ID3D10Device_ClearDepthStencilView(scene.device, view, D3D10_CLEAR_DEPTH, 1, 0);
	ID3D10Device_OMSetRenderTargets(scene.device, 1, &scene.target, view);
	ID3D10Device_OMSetDepthStencilState(scene.device, depth, 3);
	draw_band(&scene, -1, 0, 0.25f, red);
	draw_band(&scene, -1, 1, 0.5f, green);
	expect_columns(&scene, 0, SIZE / 2, 0xff0000ff);
	expect_columns(&scene, SIZE / 2, SIZE, 0xff00ff00);
	ID3D10Device_OMGetDepthStencilState(scene.device, &bound, &reference);
	assert_ptr_equal(bound, depth);
	assert_int_equal(reference, 3);
	ID3D10DepthStencilState_Release(bound);
	ID3D10DepthStencilState_Release(depth);
	ID3D10DepthStencilView_Release(view);
	ID3D10Texture2D_Release(texture);
	scene_close(&scene);
}

static void colours_blend_by_alpha(void **state)
{
	const D3D10_BLEND_DESC desc = { .BlendEnable = { TRUE },
		.SrcBlend = D3D10_BLEND_SRC_ALPHA,
		.DestBlend = D3D10_BLEND_INV_SRC_ALPHA,
		.BlendOp = D3D10_BLEND_OP_ADD,
		.SrcBlendAlpha = D3D10_BLEND_ONE,
		.DestBlendAlpha = D3D10_BLEND_ZERO,
		.BlendOpAlpha = D3D10_BLEND_OP_ADD,
		.RenderTargetWriteMask = { 15 } };
	const FLOAT factor[4] = { 0.25f, 0.5f, 0.75f, 1 };
	FLOAT told[4];
	ID3D10BlendState *blend, *bound;
	struct scene scene;
	UINT mask;
	scene_open(&scene);
	draw_band(&scene, -1, 1, 0.5f, red);
	assert_hr(ID3D10Device_CreateBlendState(scene.device, &desc, &blend), S_OK);
	ID3D10Device_OMSetBlendState(scene.device, blend, factor, 0xffffffff);
	draw_band(&scene, -1, 0, 0.5f, half);
	expect_columns(&scene, 0, SIZE / 2, 0x80800080);
	expect_columns(&scene, SIZE / 2, SIZE, 0xff0000ff);
	ID3D10Device_OMGetBlendState(scene.device, &bound, told, &mask);
	assert_ptr_equal(bound, blend);
	assert_memory_equal(told, factor, sizeof(told));
	assert_int_equal(mask, 0xffffffff);
	ID3D10BlendState_Release(bound);
	ID3D10BlendState_Release(blend);
	scene_close(&scene);
}

/* Its coordinates go where others have colours: what counts is the register. */
static void a_texture_is_sampled(void **state)
{
	static const struct vertex quad[6] = { { { -1, -1, 0, 1 }, { 0, 1 } },
		{ { -1, 1, 0, 1 }, { 0, 0 } }, { { 1, 1, 0, 1 }, { 1, 0 } },
		{ { -1, -1, 0, 1 }, { 0, 1 } }, { { 1, 1, 0, 1 }, { 1, 0 } },
		{ { 1, -1, 0, 1 }, { 1, 1 } } };
	const D3D10_SAMPLER_DESC desc = { .Filter = D3D10_FILTER_MIN_MAG_MIP_POINT,
		.AddressU = D3D10_TEXTURE_ADDRESS_CLAMP,
		.AddressV = D3D10_TEXTURE_ADDRESS_CLAMP,
		.AddressW = D3D10_TEXTURE_ADDRESS_CLAMP,
		.ComparisonFunc = D3D10_COMPARISON_NEVER,
		.MaxLOD = D3D10_FLOAT32_MAX };
	static uint32_t pixels[ALL];
	ID3D10ShaderResourceView *view, *bound;
	ID3D10SamplerState *sampler;
	struct scene scene;
	for (UINT i = 0; i < ALL; i++)
		pixels[i] = 0xff000000 | i % SIZE * 8;
	scene_open(&scene);
	ID3D10Texture2D *texture = make_texture10(
		scene.device, DXGI_FORMAT_R8G8B8A8_UNORM, D3D10_BIND_SHADER_RESOURCE, pixels);
	assert_hr(ID3D10Device_CreateShaderResourceView(
			  scene.device, (ID3D10Resource *)texture, NULL, &view),
		S_OK);
	assert_hr(ID3D10Device_CreateSamplerState(scene.device, &desc, &sampler), S_OK);
	set_pixel_shader(scene.device, dxbc_ps_texture());
	ID3D10Device_PSSetShaderResources(scene.device, 0, 1, &view);
	ID3D10Device_PSSetSamplers(scene.device, 0, 1, &sampler);
	set_vertices(&scene, 0, quad, sizeof(quad), sizeof(quad[0]));
	ID3D10Device_Draw(scene.device, 6, 0);
	for (UINT x = 0; x < SIZE; x++)
		expect_columns(&scene, x, x + 1, 0xff000000 | x * 8);
	ID3D10Device_PSGetShaderResources(scene.device, 0, 1, &bound);
	assert_ptr_equal(bound, view);
	ID3D10ShaderResourceView_Release(bound);
	ID3D10Device_ClearState(scene.device);
	ID3D10Device_PSGetShaderResources(scene.device, 0, 1, &bound);
	assert_null(bound);
	ID3D10SamplerState_Release(sampler);
	ID3D10ShaderResourceView_Release(view);
	ID3D10Texture2D_Release(texture);
	scene_close(&scene);
}

static void scissors_cut_and_constants_colour(void **state)
{
	static const float blue[4] = { 0, 0, 1, 1 };
	const D3D10_RASTERIZER_DESC desc = { .FillMode = D3D10_FILL_SOLID,
		.CullMode = D3D10_CULL_NONE,
		.DepthClipEnable = TRUE,
		.ScissorEnable = TRUE };
	const D3D10_RECT rect = { 8, 0, 16, SIZE };
	ID3D10RasterizerState *state10;
	struct scene scene;
	scene_open(&scene);
	assert_hr(ID3D10Device_CreateRasterizerState(scene.device, &desc, &state10), S_OK);
	ID3D10Device_RSSetState(scene.device, state10);
	ID3D10Device_RSSetScissorRects(scene.device, 1, &rect);
	set_pixel_shader(scene.device, dxbc_ps_constant());
	ID3D10Buffer *constants =
		make_buffer10(scene.device, D3D10_BIND_CONSTANT_BUFFER, blue, sizeof(blue));
	ID3D10Device_PSSetConstantBuffers(scene.device, 0, 1, &constants);
	draw_band(&scene, -1, 1, 0.5f, red);
	expect_columns(&scene, 0, 8, 0);
	expect_columns(&scene, 8, 16, 0xffff0000);
	expect_columns(&scene, 16, SIZE, 0);
	ID3D10Buffer_Release(constants);
	ID3D10RasterizerState_Release(state10);
	scene_close(&scene);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_band_is_drawn_by_direct3d_10),
		cmocka_unit_test(an_index_and_an_instance_count),
		cmocka_unit_test(depth_hides_what_is_behind),
		cmocka_unit_test(colours_blend_by_alpha),
		cmocka_unit_test(a_texture_is_sampled),
		cmocka_unit_test(scissors_cut_and_constants_colour),
	};
	harness_start(argc, argv, (const struct role[]){ { NULL, NULL } });
	return cmocka_run_group_tests(tests, NULL, NULL);
}
