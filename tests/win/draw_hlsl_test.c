/* SPDX-License-Identifier: MIT */
/* Drawing with what HLSL says, against what a processor expects, to within 1 of 255. */
#include "quad.h"

static void use_cs(struct stage *stage, const char *source, const char *entry)
{
	ID3DBlob *code = compile(source, entry, "cs_5_0");
	ID3D11ComputeShader *shader;
	assert_hr(ID3D11Device_CreateComputeShader(stage->device, ID3D10Blob_GetBufferPointer(code),
			  ID3D10Blob_GetBufferSize(code), NULL, &shader),
		S_OK);
	ID3D10Blob_Release(code);
	ID3D11DeviceContext_CSSetShader(stage->context, shader, NULL, 0);
	ID3D11ComputeShader_Release(shader);
}

static ID3D11Texture2D *make_picture(struct stage *stage, UINT width, UINT height, UINT bind,
	const void *pixels, DXGI_FORMAT format, UINT bytes)
{
	const D3D11_TEXTURE2D_DESC desc = { .Width = width,
		.Height = height,
		.MipLevels = 1,
		.ArraySize = 1,
		.Format = format,
		.SampleDesc = { 1, 0 },
		.BindFlags = bind };
	const D3D11_SUBRESOURCE_DATA data = { pixels, width * bytes, 0 };
	ID3D11Texture2D *texture;
	assert_hr(
		ID3D11Device_CreateTexture2D(stage->device, &desc, pixels ? &data : NULL, &texture),
		S_OK);
	return texture;
}

static ID3D11ShaderResourceView *view_of(struct stage *stage, void *resource)
{
	ID3D11ShaderResourceView *view;
	assert_hr(
		ID3D11Device_CreateShaderResourceView(stage->device, resource, NULL, &view), S_OK);
	return view;
}

static void a_texture_is_sampled(void **state)
{
	const D3D11_SAMPLER_DESC nearest = { .Filter = D3D11_FILTER_MIN_MAG_MIP_POINT,
		.AddressU = D3D11_TEXTURE_ADDRESS_CLAMP,
		.AddressV = D3D11_TEXTURE_ADDRESS_CLAMP,
		.AddressW = D3D11_TEXTURE_ADDRESS_CLAMP,
		.ComparisonFunc = D3D11_COMPARISON_NEVER,
		.MaxLOD = D3D11_FLOAT32_MAX };
	uint32_t picture[16], *pixels;
	ID3D11SamplerState *sampler;
	struct stage stage;
	for (uint32_t i = 0; i < 16; i++)
		picture[i] = 0xff000000 | i * 0x0a0b0c;
	stage_open(&stage, 64, 64, DXGI_FORMAT_R8G8B8A8_UNORM);
	ID3D11Texture2D *texture = make_picture(
		&stage, 4, 4, D3D11_BIND_SHADER_RESOURCE, picture, DXGI_FORMAT_R8G8B8A8_UNORM, 4);
	ID3D11ShaderResourceView *view = view_of(&stage, texture);
	assert_hr(ID3D11Device_CreateSamplerState(stage.device, &nearest, &sampler), S_OK);
	use_quad(&stage, "textured");
	ID3D11DeviceContext_PSSetShaderResources(stage.context, 0, 1, &view);
	ID3D11DeviceContext_PSSetSamplers(stage.context, 0, 1, &sampler);
	draw_quad(&stage, 0, 0, 0, 0, 0);
	pixels = texture_pixels(stage.device, stage.texture, 4);
	for (UINT i = 0; i < 64 * 64; i++)
		assert_true(is_near(pixels[i], picture[i / 64 / 16 * 4 + i % 64 / 16]));
	free(pixels);
	/* Nothing bound is black, and transparent. */
	ID3D11DeviceContext_PSSetShaderResources(
		stage.context, 0, 1, &(ID3D11ShaderResourceView *){ NULL });
	draw_quad(&stage, 0, 0, 0, 0, 0);
	pixels = texture_pixels(stage.device, stage.texture, 4);
	assert_int_equal(pixels[100] & 0xffffff, 0);
	free(pixels);
	ID3D11SamplerState_Release(sampler);
	ID3D11ShaderResourceView_Release(view);
	ID3D11Texture2D_Release(texture);
	stage_close(&stage);
}

static void constants_change_between_draws(void **state)
{
	const D3D11_BUFFER_DESC desc = { .ByteWidth = 32,
		.Usage = D3D11_USAGE_DYNAMIC,
		.BindFlags = D3D11_BIND_CONSTANT_BUFFER,
		.CPUAccessFlags = D3D11_CPU_ACCESS_WRITE };
	D3D11_MAPPED_SUBRESOURCE mapped;
	ID3D11Buffer *buffer;
	struct stage stage;
	stage_open(&stage, 64, 16, DXGI_FORMAT_R8G8B8A8_UNORM);
	use_quad(&stage, "solid");
	assert_hr(ID3D11Device_CreateBuffer(stage.device, &desc, NULL, &buffer), S_OK);
	ID3D11DeviceContext_VSSetConstantBuffers(stage.context, 0, 1, &buffer);
	ID3D11DeviceContext_PSSetConstantBuffers(stage.context, 0, 1, &buffer);
	for (int i = 0; i < 4; i++) {
		const D3D11_VIEWPORT viewport = { (float)i * 16, 0, 16, 16, 0, 1 };
		const float constants[8] = { (float)i / 3, 1, 0, 1 };
		assert_hr(ID3D11DeviceContext_Map(stage.context, (ID3D11Resource *)buffer, 0,
				  D3D11_MAP_WRITE_DISCARD, 0, &mapped),
			S_OK);
		memcpy(mapped.pData, constants, sizeof(constants));
		ID3D11DeviceContext_Unmap(stage.context, (ID3D11Resource *)buffer, 0);
		ID3D11DeviceContext_RSSetViewports(stage.context, 1, &viewport);
		ID3D11DeviceContext_Draw(stage.context, 4, 0);
	}
	uint32_t *pixels = texture_pixels(stage.device, stage.texture, 4);
	for (UINT i = 0; i < 64 * 16; i++)
		assert_true(is_near(pixels[i], 0xff00ff00 | i % 64 / 16 * 85));
	free(pixels);
	ID3D11Buffer_Release(buffer);
	stage_close(&stage);
}

static void what_is_behind_is_not_drawn(void **state)
{
	const D3D11_TEXTURE2D_DESC desc = { .Width = 32,
		.Height = 32,
		.MipLevels = 1,
		.ArraySize = 1,
		.Format = DXGI_FORMAT_D24_UNORM_S8_UINT,
		.SampleDesc = { 1, 0 },
		.BindFlags = D3D11_BIND_DEPTH_STENCIL };
	ID3D11Texture2D *texture;
	ID3D11DepthStencilView *view;
	struct stage stage;
	stage_open(&stage, 32, 32, DXGI_FORMAT_R8G8B8A8_UNORM);
	assert_hr(ID3D11Device_CreateTexture2D(stage.device, &desc, NULL, &texture), S_OK);
	assert_hr(ID3D11Device_CreateDepthStencilView(
			  stage.device, (ID3D11Resource *)texture, NULL, &view),
		S_OK);
	/* By the processor first, later by the GPU. */
	for (int i = 0; i < 2; i++) {
		ID3D11DeviceContext_ClearDepthStencilView(
			stage.context, view, D3D11_CLEAR_DEPTH | D3D11_CLEAR_STENCIL, 0.75f, 7);
		ID3D11DeviceContext_OMSetRenderTargets(stage.context, 1, &stage.target, view);
		use_quad(&stage, "solid");
		draw_quad(&stage, 1, 0, 0, 1, 0.5f);
		draw_quad(&stage, 0, 1, 0, 1, 0.6f);
		expect_all(&stage, 0xff0000ff);
		draw_quad(&stage, 0, 0, 1, 1, 0.25f);
		draw_quad(&stage, 0, 1, 0, 1, 0.8f);
		expect_all(&stage, 0xffff0000);
		uint8_t *depths = texture_pixels(stage.device, texture, 4);
		assert_int_equal(depths[2], 0x40);
		assert_int_equal(depths[3], 7);
		free(depths);
	}
	ID3D11DepthStencilView_Release(view);
	ID3D11Texture2D_Release(texture);
	stage_close(&stage);
}

static void colours_are_blended(void **state)
{
	D3D11_BLEND_DESC desc = { .RenderTarget[0] = { TRUE, D3D11_BLEND_SRC_ALPHA,
					  D3D11_BLEND_INV_SRC_ALPHA, D3D11_BLEND_OP_ADD,
					  D3D11_BLEND_ONE, D3D11_BLEND_ZERO, D3D11_BLEND_OP_ADD,
					  D3D11_COLOR_WRITE_ENABLE_ALL } };
	static const FLOAT factor[4] = { 0.5f, 0.25f, 1, 1 };
	ID3D11BlendState *blend;
	struct stage stage;
	stage_open(&stage, 16, 16, DXGI_FORMAT_R8G8B8A8_UNORM);
	use_quad(&stage, "solid");
	draw_quad(&stage, 0, 1, 0, 1, 0);
	assert_hr(ID3D11Device_CreateBlendState(stage.device, &desc, &blend), S_OK);
	ID3D11DeviceContext_OMSetBlendState(stage.context, blend, NULL, ~0u);
	draw_quad(&stage, 1, 0, 0, 0.25f, 0);
	expect_all(&stage, 0x4000bf40);
	ID3D11BlendState_Release(blend);
	desc.RenderTarget[0].SrcBlend = D3D11_BLEND_BLEND_FACTOR;
	desc.RenderTarget[0].DestBlend = D3D11_BLEND_ZERO;
	desc.RenderTarget[0].RenderTargetWriteMask =
		D3D11_COLOR_WRITE_ENABLE_RED | D3D11_COLOR_WRITE_ENABLE_GREEN;
	assert_hr(ID3D11Device_CreateBlendState(stage.device, &desc, &blend), S_OK);
	ID3D11DeviceContext_OMSetBlendState(stage.context, blend, factor, ~0u);
	draw_quad(&stage, 1, 1, 1, 1, 0);
	expect_all(&stage, 0x40004080);
	ID3D11BlendState_Release(blend);
	stage_close(&stage);
}

static void two_targets_are_drawn_at_once(void **state)
{
	struct stage stage;
	stage_open(&stage, 16, 16, DXGI_FORMAT_R8G8B8A8_UNORM);
	ID3D11Texture2D *other = make_picture(
		&stage, 16, 16, D3D11_BIND_RENDER_TARGET, NULL, DXGI_FORMAT_R8G8B8A8_UNORM, 4);
	ID3D11RenderTargetView *views[2] = { stage.target };
	assert_hr(ID3D11Device_CreateRenderTargetView(
			  stage.device, (ID3D11Resource *)other, NULL, &views[1]),
		S_OK);
	ID3D11DeviceContext_OMSetRenderTargets(stage.context, 2, views, NULL);
	use_quad(&stage, "two");
	draw_quad(&stage, 1, 0.5f, 0, 1, 0);
	expect_all(&stage, 0xff0080ff);
	uint32_t *pixels = texture_pixels(stage.device, other, 4);
	assert_true(is_near(pixels[17], 0xffff8000));
	free(pixels);
	ID3D11RenderTargetView_Release(views[1]);
	ID3D11Texture2D_Release(other);
	stage_close(&stage);
}

/* Four squares, by indices and instances, straight and by arguments in a buffer. */
static void instances_and_indices_are_drawn(void **state)
{
	static const char source[] =
		"struct V { float4 p : SV_Position; float4 c : COLOR; };\n"
		"V vs(float2 corner : CORNER, float2 place : PLACE, float4 c : COLOR) {\n"
		"	V v; v.p = float4(corner + place, 0, 1); v.c = c; return v; }\n"
		"float4 ps(V v) : SV_Target { return v.c; }\n";
	static const D3D11_INPUT_ELEMENT_DESC elements[] = {
		{ "CORNER", 0, DXGI_FORMAT_R32G32_FLOAT, 0, 0, D3D11_INPUT_PER_VERTEX_DATA, 0 },
		{ "PLACE", 0, DXGI_FORMAT_R32G32_FLOAT, 1, 0, D3D11_INPUT_PER_INSTANCE_DATA, 1 },
		{ "COLOR", 0, DXGI_FORMAT_R8G8B8A8_UNORM, 1, D3D11_APPEND_ALIGNED_ELEMENT,
			D3D11_INPUT_PER_INSTANCE_DATA, 1 },
	};
	static const float corners[][2] = { { 9, 9 }, { 0, 0 }, { 1, 0 }, { 0, -1 }, { 1, -1 } };
	static const uint32_t list[] = { 7, 7, 0, 1, 2, 2, 1, 3 };
	static const struct {
		float place[2];
		uint32_t colour;
	} instances[] = { { { 5, 5 }, 0 }, { { -1, 1 }, 0xff0000ff }, { { 0, 1 }, 0xff00ff00 },
		{ { -1, 0 }, 0xffff0000 }, { { 0, 0 }, 0xffffffff } };
	static const uint32_t arguments[] = { 0, 6, 4, 2, 1, 1 };
	static const UINT strides[] = { 8, 12 }, offsets[] = { 0, 0 };
	ID3DBlob *code = compile(source, "vs", "vs_5_0");
	ID3D11InputLayout *layout;
	struct stage stage;
	stage_open(&stage, 32, 32, DXGI_FORMAT_R8G8B8A8_UNORM);
	assert_hr(
		ID3D11Device_CreateInputLayout(stage.device, elements, 3,
			ID3D10Blob_GetBufferPointer(code), ID3D10Blob_GetBufferSize(code), &layout),
		S_OK);
	ID3D10Blob_Release(code);
	ID3D11VertexShader *vs = compile_vs(stage.device, source, "vs");
	ID3D11PixelShader *ps = compile_ps(stage.device, source, "ps");
	ID3D11Buffer *buffers[] = { make_buffer(stage.device, D3D11_BIND_VERTEX_BUFFER, corners,
					    sizeof(corners)),
		make_buffer(stage.device, D3D11_BIND_VERTEX_BUFFER, instances, sizeof(instances)) };
	ID3D11Buffer *index =
		make_buffer(stage.device, D3D11_BIND_INDEX_BUFFER, list, sizeof(list));
	const D3D11_BUFFER_DESC desc = { .ByteWidth = sizeof(arguments),
		.MiscFlags = D3D11_RESOURCE_MISC_DRAWINDIRECT_ARGS };
	const D3D11_SUBRESOURCE_DATA data = { .pSysMem = arguments };
	ID3D11Buffer *indirect;
	assert_hr(ID3D11Device_CreateBuffer(stage.device, &desc, &data, &indirect), S_OK);
	ID3D11DeviceContext_IASetInputLayout(stage.context, layout);
	ID3D11DeviceContext_IASetVertexBuffers(stage.context, 0, 2, buffers, strides, offsets);
	ID3D11DeviceContext_IASetIndexBuffer(stage.context, index, DXGI_FORMAT_R32_UINT, 0);
	ID3D11DeviceContext_IASetPrimitiveTopology(
		stage.context, D3D11_PRIMITIVE_TOPOLOGY_TRIANGLELIST);
	ID3D11DeviceContext_VSSetShader(stage.context, vs, NULL, 0);
	ID3D11DeviceContext_PSSetShader(stage.context, ps, NULL, 0);
	for (int i = 0; i < 2; i++) {
		static const FLOAT grey[4] = { 0.5f, 0.5f, 0.5f, 0.5f };
		ID3D11DeviceContext_ClearRenderTargetView(stage.context, stage.target, grey);
		if (i)
			ID3D11DeviceContext_DrawIndexedInstancedIndirect(
				stage.context, indirect, 4);
		else
			ID3D11DeviceContext_DrawIndexedInstanced(stage.context, 6, 4, 2, 1, 1);
		uint32_t *pixels = texture_pixels(stage.device, stage.texture, 4);
		for (UINT p = 0; p < 32 * 32; p++)
			assert_int_equal(
				pixels[p], instances[1 + p % 32 / 16 + p / 32 / 16 * 2].colour);
		free(pixels);
	}
	ID3D11InputLayout_Release(layout);
	ID3D11VertexShader_Release(vs);
	ID3D11PixelShader_Release(ps);
	ID3D11Buffer_Release(buffers[0]);
	ID3D11Buffer_Release(buffers[1]);
	ID3D11Buffer_Release(index);
	ID3D11Buffer_Release(indirect);
	stage_close(&stage);
}

/* The mean of five pixels in a row, of edges as often as they are reached. */
static void a_compute_shader_blurs(void **state)
{
	static const char source[] =
		"Texture2D<float4> from : register(t0);\n"
		"RWTexture2D<unorm float4> to : register(u0);\n"
		"[numthreads(8, 8, 1)] void blur(uint3 id : SV_DispatchThreadID) {\n"
		"	float4 sum = 0;\n"
		"	for (int i = -2; i <= 2; i++)\n"
		"		sum += from[uint2(clamp(int(id.x) + i, 0, 31), id.y)];\n"
		"	to[id.xy] = sum / 5; }\n";
	uint32_t picture[32 * 32], *pixels;
	ID3D11UnorderedAccessView *to;
	struct stage stage;
	for (uint32_t i = 0; i < 32 * 32; i++)
		picture[i] = i * 2654435761u;
	stage_open(&stage, 32, 32, DXGI_FORMAT_R8G8B8A8_UNORM);
	ID3D11Texture2D *from = make_picture(
		&stage, 32, 32, D3D11_BIND_SHADER_RESOURCE, picture, DXGI_FORMAT_R8G8B8A8_UNORM, 4);
	ID3D11Texture2D *texture = make_picture(
		&stage, 32, 32, D3D11_BIND_UNORDERED_ACCESS, NULL, DXGI_FORMAT_R8G8B8A8_UNORM, 4);
	ID3D11ShaderResourceView *view = view_of(&stage, from);
	assert_hr(ID3D11Device_CreateUnorderedAccessView(
			  stage.device, (ID3D11Resource *)texture, NULL, &to),
		S_OK);
	use_cs(&stage, source, "blur");
	ID3D11DeviceContext_CSSetShaderResources(stage.context, 0, 1, &view);
	ID3D11DeviceContext_CSSetUnorderedAccessViews(stage.context, 0, 1, &to, NULL);
	ID3D11DeviceContext_Dispatch(stage.context, 4, 4, 1);
	pixels = texture_pixels(stage.device, texture, 4);
	for (int i = 0; i < 32 * 32; i++) {
		uint32_t expected = 0;
		for (int c = 0; c < 32; c += 8) {
			uint32_t sum = 0;
			for (int d = -2; d <= 2; d++) {
				const int x = i % 32 + d < 0	? 0
					      : i % 32 + d > 31 ? 31
								: i % 32 + d;
				sum += picture[i / 32 * 32 + x] >> c & 0xff;
			}
			expected |= (sum + 2) / 5 << c;
		}
		assert_true(is_near(pixels[i], expected));
	}
	free(pixels);
	ID3D11UnorderedAccessView_Release(to);
	ID3D11ShaderResourceView_Release(view);
	ID3D11Texture2D_Release(texture);
	ID3D11Texture2D_Release(from);
	stage_close(&stage);
}

/* Chained dispatches, the second one's groups counted in a buffer; each sees the one before. */
static void structured_buffers_are_computed(void **state)
{
	static const char source[] =
		"RWStructuredBuffer<uint> numbers : register(u0);\n"
		"[numthreads(64, 1, 1)] void twice(uint i : SV_DispatchThreadID) {\n"
		"	numbers[i] = numbers[i] * 2 + 1; }\n";
	static const uint32_t groups[] = { 4, 1, 1 };
	uint32_t numbers[256], *result;
	const D3D11_BUFFER_DESC desc = { .ByteWidth = sizeof(numbers),
		.BindFlags = D3D11_BIND_UNORDERED_ACCESS,
		.MiscFlags = D3D11_RESOURCE_MISC_BUFFER_STRUCTURED,
		.StructureByteStride = 4 };
	const D3D11_BUFFER_DESC arguments = { .ByteWidth = sizeof(groups),
		.MiscFlags = D3D11_RESOURCE_MISC_DRAWINDIRECT_ARGS };
	const D3D11_SUBRESOURCE_DATA data = { .pSysMem = numbers }, counts = { .pSysMem = groups };
	ID3D11UnorderedAccessView *view;
	ID3D11Buffer *buffer, *indirect;
	struct stage stage;
	for (uint32_t i = 0; i < 256; i++)
		numbers[i] = i;
	stage_open(&stage, 16, 16, DXGI_FORMAT_R8G8B8A8_UNORM);
	assert_hr(ID3D11Device_CreateBuffer(stage.device, &desc, &data, &buffer), S_OK);
	assert_hr(ID3D11Device_CreateBuffer(stage.device, &arguments, &counts, &indirect), S_OK);
	assert_hr(ID3D11Device_CreateUnorderedAccessView(
			  stage.device, (ID3D11Resource *)buffer, NULL, &view),
		S_OK);
	use_cs(&stage, source, "twice");
	ID3D11DeviceContext_CSSetUnorderedAccessViews(stage.context, 0, 1, &view, NULL);
	ID3D11DeviceContext_Dispatch(stage.context, 4, 1, 1);
	ID3D11DeviceContext_DispatchIndirect(stage.context, indirect, 0);
	result = buffer_bytes(stage.device, buffer);
	for (uint32_t i = 0; i < 256; i++)
		assert_int_equal(result[i], i * 4 + 3);
	free(result);
	ID3D11UnorderedAccessView_Release(view);
	ID3D11Buffer_Release(indirect);
	ID3D11Buffer_Release(buffer);
	stage_close(&stage);
}

static void get_data(struct stage *stage, ID3D11Query *query, void *data, UINT size)
{
	HRESULT hr;
	do
		hr = ID3D11DeviceContext_GetData(
			stage->context, (ID3D11Asynchronous *)query, data, size, 0);
	while (hr == S_FALSE);
	assert_hr(hr, S_OK);
}

static void samples_and_times_are_told(void **state)
{
	static const D3D11_QUERY_DESC kinds[] = { { D3D11_QUERY_OCCLUSION, 0 },
		{ D3D11_QUERY_OCCLUSION, 0 }, { D3D11_QUERY_TIMESTAMP, 0 },
		{ D3D11_QUERY_TIMESTAMP, 0 }, { D3D11_QUERY_EVENT, 0 } };
	ID3D11Query *queries[5];
	UINT64 inner, outer, first, last;
	struct stage stage;
	BOOL done;
	stage_open(&stage, 32, 16, DXGI_FORMAT_R8G8B8A8_UNORM);
	for (int i = 0; i < 5; i++)
		assert_hr(ID3D11Device_CreateQuery(stage.device, &kinds[i], &queries[i]), S_OK);
	use_quad(&stage, "solid");
	ID3D11DeviceContext_End(stage.context, (ID3D11Asynchronous *)queries[2]);
	ID3D11DeviceContext_Begin(stage.context, (ID3D11Asynchronous *)queries[0]);
	draw_quad(&stage, 1, 0, 0, 1, 0);
	ID3D11DeviceContext_Flush(stage.context);
	ID3D11DeviceContext_Begin(stage.context, (ID3D11Asynchronous *)queries[1]);
	draw_quad(&stage, 1, 0, 0, 1, 0);
	ID3D11DeviceContext_End(stage.context, (ID3D11Asynchronous *)queries[1]);
	draw_quad(&stage, 1, 0, 0, 1, 0);
	ID3D11DeviceContext_End(stage.context, (ID3D11Asynchronous *)queries[0]);
	ID3D11DeviceContext_End(stage.context, (ID3D11Asynchronous *)queries[3]);
	ID3D11DeviceContext_End(stage.context, (ID3D11Asynchronous *)queries[4]);
	get_data(&stage, queries[4], &done, sizeof(done));
	assert_true(done);
	get_data(&stage, queries[0], &outer, sizeof(outer));
	get_data(&stage, queries[1], &inner, sizeof(inner));
	get_data(&stage, queries[2], &first, sizeof(first));
	get_data(&stage, queries[3], &last, sizeof(last));
	assert_int_equal(inner, 32 * 16);
	assert_int_equal(outer, 3 * 32 * 16);
	assert_true(first < last);
	for (int i = 0; i < 5; i++)
		ID3D11Query_Release(queries[i]);
	stage_close(&stage);
}

/* A signal comes after what was drawn before it. */
static void a_fence_follows_what_was_drawn(void **state)
{
	ID3D11DeviceContext4 *context;
	ID3D11Device5 *device;
	ID3D11Fence *fence;
	struct stage stage;
	UINT64 drawn = 0;
	ID3D11Query *query;
	static const D3D11_QUERY_DESC desc = { D3D11_QUERY_OCCLUSION, 0 };
	stage_open(&stage, 64, 64, DXGI_FORMAT_R8G8B8A8_UNORM);
	assert_hr(ID3D11Device_QueryInterface(stage.device, &IID_ID3D11Device5, (void **)&device),
		S_OK);
	assert_hr(ID3D11DeviceContext_QueryInterface(
			  stage.context, &IID_ID3D11DeviceContext4, (void **)&context),
		S_OK);
	assert_hr(ID3D11Device5_CreateFence(device, 0, 0, &IID_ID3D11Fence, (void **)&fence), S_OK);
	assert_hr(ID3D11Device_CreateQuery(stage.device, &desc, &query), S_OK);
	use_quad(&stage, "solid");
	ID3D11DeviceContext_Begin(stage.context, (ID3D11Asynchronous *)query);
	draw_quad(&stage, 1, 0, 0, 1, 0);
	ID3D11DeviceContext_End(stage.context, (ID3D11Asynchronous *)query);
	assert_hr(ID3D11DeviceContext4_Signal(context, fence, 1), S_OK);
	assert_hr(ID3D11Fence_SetEventOnCompletion(fence, 1, NULL), S_OK); /* sleeps */
	assert_hr(ID3D11DeviceContext_GetData(stage.context, (ID3D11Asynchronous *)query, &drawn,
			  sizeof(drawn), D3D11_ASYNC_GETDATA_DONOTFLUSH),
		S_OK);
	assert_int_equal(drawn, 64 * 64);
	ID3D11Query_Release(query);
	ID3D11Fence_Release(fence);
	ID3D11DeviceContext4_Release(context);
	ID3D11Device5_Release(device);
	stage_close(&stage);
}

static void levels_are_generated(void **state)
{
	const D3D11_TEXTURE2D_DESC desc = { .Width = 8,
		.Height = 8,
		.ArraySize = 1,
		.Format = DXGI_FORMAT_R8G8B8A8_UNORM,
		.SampleDesc = { 1, 0 },
		.BindFlags = D3D11_BIND_RENDER_TARGET | D3D11_BIND_SHADER_RESOURCE,
		.MiscFlags = D3D11_RESOURCE_MISC_GENERATE_MIPS };
	uint32_t picture[64], *pixels;
	ID3D11Texture2D *texture;
	struct stage stage;
	for (int i = 0; i < 64; i++)
		picture[i] = i % 8 < 4 ? 0xff0000ff : 0xff00ff00;
	stage_open(&stage, 1, 1, DXGI_FORMAT_R8G8B8A8_UNORM);
	assert_hr(ID3D11Device_CreateTexture2D(stage.device, &desc, NULL, &texture), S_OK);
	ID3D11DeviceContext_UpdateSubresource(
		stage.context, (ID3D11Resource *)texture, 0, NULL, picture, 32, 0);
	ID3D11ShaderResourceView *view = view_of(&stage, texture);
	ID3D11DeviceContext_GenerateMips(stage.context, view);
	ID3D11DeviceContext_CopySubresourceRegion(stage.context, (ID3D11Resource *)stage.texture, 0,
		0, 0, 0, (ID3D11Resource *)texture, 3, NULL);
	pixels = texture_pixels(stage.device, stage.texture, 4);
	assert_true(is_near(pixels[0], 0xff008080));
	free(pixels);
	ID3D11ShaderResourceView_Release(view);
	ID3D11Texture2D_Release(texture);
	stage_close(&stage);
}

/* Drawn in one format, read back through a shader into another. */
static void formats_are_drawn_and_sampled(void **state)
{
	static const DXGI_FORMAT formats[] = { DXGI_FORMAT_R32G32B32A32_FLOAT,
		DXGI_FORMAT_R16G16B16A16_FLOAT, DXGI_FORMAT_R16G16B16A16_UNORM,
		DXGI_FORMAT_R10G10B10A2_UNORM, DXGI_FORMAT_R11G11B10_FLOAT,
		DXGI_FORMAT_R8G8B8A8_UNORM, DXGI_FORMAT_R8G8B8A8_UNORM_SRGB,
		DXGI_FORMAT_B8G8R8A8_UNORM, DXGI_FORMAT_B8G8R8X8_UNORM, DXGI_FORMAT_R16G16_UNORM,
		DXGI_FORMAT_R16G16_FLOAT, DXGI_FORMAT_R8G8_UNORM, DXGI_FORMAT_R32_FLOAT,
		DXGI_FORMAT_R16_FLOAT, DXGI_FORMAT_R16_UNORM, DXGI_FORMAT_R8_UNORM };
	struct stage stage;
	stage_open(&stage, 8, 8, DXGI_FORMAT_R8G8B8A8_UNORM);
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		ID3D11RenderTargetView *target;
		uint32_t *pixels;
		ID3D11Texture2D *texture = make_picture(&stage, 8, 8,
			D3D11_BIND_RENDER_TARGET | D3D11_BIND_SHADER_RESOURCE, NULL, formats[i], 0);
		ID3D11ShaderResourceView *view = view_of(&stage, texture);
		assert_hr(ID3D11Device_CreateRenderTargetView(
				  stage.device, (ID3D11Resource *)texture, NULL, &target),
			S_OK);
		ID3D11DeviceContext_OMSetRenderTargets(stage.context, 1, &target, NULL);
		use_quad(&stage, "solid");
		draw_quad(&stage, 0.25f, 0.5f, 0.75f, 1, 0);
		ID3D11DeviceContext_OMSetRenderTargets(stage.context, 1, &stage.target, NULL);
		use_quad(&stage, "textured");
		ID3D11DeviceContext_PSSetShaderResources(stage.context, 0, 1, &view);
		draw_quad(&stage, 0, 0, 0, 0, 0);
		pixels = texture_pixels(stage.device, stage.texture, 4);
		if (!is_near(pixels[9] | 0xffff00, 0xffffff40))
			fail_msg("format %d: %08x", formats[i], pixels[9]);
		if ((pixels[9] & 0xff00) && !is_near(pixels[9] | 0xff0000, 0xffff8040))
			fail_msg("format %d: %08x", formats[i], pixels[9]);
		free(pixels);
		ID3D11RenderTargetView_Release(target);
		ID3D11ShaderResourceView_Release(view);
		ID3D11Texture2D_Release(texture);
	}
	stage_close(&stage);
}

/*
 * Constants that change from draw to draw, in buffers whose registers are in another order than the
 * shader's, few and many of them: each draw has its own.
 */
static const char constants_source[] =
	"cbuffer A : register(b5) { float4 a; }; cbuffer B : register(b1) { float4 b; };\n"
	"cbuffer C : register(b3) { float4 c; }; cbuffer D : register(b0) { float4 d; };\n"
	"cbuffer E : register(b2) { float4 e; }; cbuffer F : register(b4) { float4 f; };\n"
	"float4 vs(uint i : SV_VertexID) : SV_Position {\n"
	"	return float4((i & 1) * 2.0 - 1, 1 - (i >> 1) * 2.0, 0, 1); }\n"
	"float4 few() : SV_Target { return float4(a.x, b.x, c.x, 1); }\n"
	"float4 many() : SV_Target {\n"
	"	return float4(a.x + d.x, b.x + e.x, c.x + f.x, 1) * float4(0.5, 0.5, 0.5, 1); }\n";

#define CELLS 8 /* in a row and in a column */

static float constant_of(UINT cell, UINT reg)
{
	return (float)((cell * 37 + reg * 11) % 256) / 255;
}

static void fill_constants(struct stage *stage, ID3D11Buffer *const *buffers, UINT cell)
{
	for (UINT i = 0; i < 6; i++) {
		D3D11_MAPPED_SUBRESOURCE mapped;
		assert_hr(ID3D11DeviceContext_Map(stage->context, (ID3D11Resource *)buffers[i], 0,
				  D3D11_MAP_WRITE_DISCARD, 0, &mapped),
			S_OK);
		*(float *)mapped.pData = constant_of(cell, i);
		ID3D11DeviceContext_Unmap(stage->context, (ID3D11Resource *)buffers[i], 0);
	}
}

static uint32_t cell_colour(UINT cell, bool many)
{
	static const UINT first[3] = { 5, 1, 3 }, second[3] = { 0, 2, 4 };
	uint32_t colour = 0xff000000;
	for (int i = 0; i < 3; i++) {
		float value = constant_of(cell, first[i]);
		if (many)
			value = (value + constant_of(cell, second[i])) / 2;
		colour |= (uint32_t)(value * 255 + 0.5f) << 8 * i;
	}
	return colour;
}

static void draw_cells(const char *entry)
{
	const D3D11_BUFFER_DESC desc = { .ByteWidth = 16,
		.Usage = D3D11_USAGE_DYNAMIC,
		.BindFlags = D3D11_BIND_CONSTANT_BUFFER,
		.CPUAccessFlags = D3D11_CPU_ACCESS_WRITE };
	const UINT size = 64 / CELLS;
	ID3D11Buffer *buffers[6];
	struct stage stage;
	stage_open(&stage, 64, 64, DXGI_FORMAT_R8G8B8A8_UNORM);
	ID3D11VertexShader *vs = compile_vs(stage.device, constants_source, "vs");
	ID3D11PixelShader *ps = compile_ps(stage.device, constants_source, entry);
	for (int i = 0; i < 6; i++)
		assert_hr(ID3D11Device_CreateBuffer(stage.device, &desc, NULL, &buffers[i]), S_OK);
	ID3D11DeviceContext_VSSetShader(stage.context, vs, NULL, 0);
	ID3D11DeviceContext_PSSetShader(stage.context, ps, NULL, 0);
	ID3D11DeviceContext_PSSetConstantBuffers(stage.context, 0, 6, buffers);
	ID3D11DeviceContext_IASetPrimitiveTopology(
		stage.context, D3D11_PRIMITIVE_TOPOLOGY_TRIANGLESTRIP);
	for (UINT cell = 0; cell < CELLS * CELLS; cell++) {
		const D3D11_VIEWPORT viewport = { (float)(cell % CELLS * size),
			(float)(cell / CELLS * size), (float)size, (float)size, 0, 1 };
		ID3D11DeviceContext_RSSetViewports(stage.context, 1, &viewport);
		fill_constants(&stage, buffers, cell);
		ID3D11DeviceContext_Draw(stage.context, 4, 0);
		if (cell == CELLS)
			ID3D11DeviceContext_Flush(stage.context); /* nothing is set after it */
	}
	uint32_t *pixels = texture_pixels(stage.device, stage.texture, 4);
	for (UINT i = 0; i < 64 * 64; i++) {
		const UINT cell = i / 64 / size * CELLS + i % 64 / size;
		if (!is_near(pixels[i], cell_colour(cell, !strcmp(entry, "many"))))
			fail_msg("%s: pixel %u is %08x, not %08x", entry, i, pixels[i],
				cell_colour(cell, !strcmp(entry, "many")));
	}
	free(pixels);
	for (int i = 0; i < 6; i++)
		ID3D11Buffer_Release(buffers[i]);
	ID3D11VertexShader_Release(vs);
	ID3D11PixelShader_Release(ps);
	stage_close(&stage);
}

static void constants_change_from_draw_to_draw(void **state)
{
	draw_cells("few");
	draw_cells("many");
}

/* With a shader of HLSL's, whose size of points is another one's than DXBC's. */
static void points_of_hlsl_are_pixels(void **state)
{
	static const char source[] =
		"float4 vs(uint i : SV_VertexID) : SV_Position\n"
		"{ return float4((i * 8 + 0.5) / 32 - 1, 1 - 0.5 / 32, 0.5, 1); }\n"
		"float4 ps() : SV_Target { return float4(1, 1, 1, 1); }\n";
	struct stage stage;
	stage_open(&stage, 64, 64, DXGI_FORMAT_R8G8B8A8_UNORM);
	ID3D11VertexShader *vs = compile_vs(stage.device, source, "vs");
	ID3D11PixelShader *ps = compile_ps(stage.device, source, "ps");
	ID3D11DeviceContext_VSSetShader(stage.context, vs, NULL, 0);
	ID3D11DeviceContext_PSSetShader(stage.context, ps, NULL, 0);
	ID3D11DeviceContext_IASetPrimitiveTopology(
		stage.context, D3D11_PRIMITIVE_TOPOLOGY_POINTLIST);
	ID3D11DeviceContext_Draw(stage.context, 8, 0);
	uint32_t *pixels = texture_pixels(stage.device, stage.texture, 4);
	for (UINT i = 0; i < 64 * 64; i++)
		assert_int_equal(pixels[i], i < 64 && i % 8 == 0 ? 0xffffffff : 0);
	free(pixels);
	ID3D11VertexShader_Release(vs);
	ID3D11PixelShader_Release(ps);
	stage_close(&stage);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_texture_is_sampled),
		cmocka_unit_test(constants_change_between_draws),
		cmocka_unit_test(what_is_behind_is_not_drawn),
		cmocka_unit_test(colours_are_blended),
		cmocka_unit_test(two_targets_are_drawn_at_once),
		cmocka_unit_test(instances_and_indices_are_drawn),
		cmocka_unit_test(a_compute_shader_blurs),
		cmocka_unit_test(structured_buffers_are_computed),
		cmocka_unit_test(samples_and_times_are_told),
		cmocka_unit_test(a_fence_follows_what_was_drawn),
		cmocka_unit_test(constants_change_from_draw_to_draw),
		cmocka_unit_test(levels_are_generated),
		cmocka_unit_test(formats_are_drawn_and_sampled),
		cmocka_unit_test(points_of_hlsl_are_pixels),
	};
	harness_start(argc, argv, (const struct role[]){ { NULL, NULL } });
	return cmocka_run_group_tests(tests, NULL, NULL);
}
