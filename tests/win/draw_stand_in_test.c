/* SPDX-License-Identifier: MIT */
/*
 * Views of parts that Vulkan cannot view: slices of a volume written unordered, and buffers drawn
 * to. What is beside the part stays, and what was there is there for the shader.
 */
#include "quad.h"

#include <limits.h>

enum { EDGE = 8, LEVELS = 2, ELEMENTS = 16 };

static const char source[] =
	"RWTexture3D<uint> volume : register(u0);\n"
	"[numthreads(8, 8, 1)] void add(uint3 i : SV_DispatchThreadID) {\n"
	"	volume[i] = volume[i] + 100 + i.z; }\n"
	"RWTexture3D<uint> drawn : register(u1);\n"
	"float4 vs(uint i : SV_VertexID) : SV_Position {\n"
	"	return float4(float(i & 1) * 2 - 1, 1 - float(i >> 1) * 2, 0, 1); }\n"
	"float4 ps(float4 p : SV_Position) : SV_Target {\n"
	"	drawn[uint3(p.xy, 1)] = 77; return 1; }\n"
	"uint number(float4 p : SV_Position) : SV_Target { return 100 + uint(p.x); }\n"
	"RWBuffer<uint> row : register(u0);\n"
	"[numthreads(4, 1, 1)] void add_to_row(uint i : SV_DispatchThreadID) {\n"
	"	row[i] = row[i] + 100; }\n"
	"float4 half_red(float4 p : SV_Position) : SV_Target { return float4(0.5, 0, 0, 1); }\n";

static UINT edge_of(UINT mip)
{
	return EDGE >> mip;
}

/* Every pixel is the number of its slice. */
static ID3D11Texture3D *make_volume(struct stage *stage)
{
	static uint32_t pixels[EDGE * EDGE * EDGE];
	const D3D11_TEXTURE3D_DESC desc = { EDGE, EDGE, EDGE, LEVELS, DXGI_FORMAT_R32_UINT,
		D3D11_USAGE_DEFAULT, D3D11_BIND_UNORDERED_ACCESS, 0, 0 };
	const D3D11_SUBRESOURCE_DATA data[] = { { pixels, EDGE * 4, EDGE * EDGE * 4 },
		{ pixels, EDGE * 4, EDGE * EDGE * 4 } };
	ID3D11Texture3D *volume;
	for (UINT i = 0; i < EDGE * EDGE * EDGE; i++)
		pixels[i] = i / (EDGE * EDGE);
	assert_hr(ID3D11Device_CreateTexture3D(stage->device, &desc, data, &volume), S_OK);
	return volume;
}

static ID3D11UnorderedAccessView *view_slices(
	struct stage *stage, ID3D11Texture3D *volume, UINT mip, UINT first, UINT count)
{
	const D3D11_UNORDERED_ACCESS_VIEW_DESC desc = { .Format = DXGI_FORMAT_R32_UINT,
		.ViewDimension = D3D11_UAV_DIMENSION_TEXTURE3D,
		.Texture3D = { mip, first, count } };
	ID3D11UnorderedAccessView *view;
	assert_hr(ID3D11Device_CreateUnorderedAccessView(
			  stage->device, (ID3D11Resource *)volume, &desc, &view),
		S_OK);
	return view;
}

static void expect_slices(
	struct stage *stage, ID3D11Texture3D *volume, UINT mip, const uint32_t *expected)
{
	D3D11_TEXTURE3D_DESC desc;
	D3D11_MAPPED_SUBRESOURCE mapped;
	ID3D11Texture3D *staging;
	ID3D11Texture3D_GetDesc(volume, &desc);
	desc.Usage = D3D11_USAGE_STAGING;
	desc.BindFlags = 0;
	desc.CPUAccessFlags = D3D11_CPU_ACCESS_READ;
	assert_hr(ID3D11Device_CreateTexture3D(stage->device, &desc, NULL, &staging), S_OK);
	ID3D11DeviceContext_CopyResource(
		stage->context, (ID3D11Resource *)staging, (ID3D11Resource *)volume);
	assert_hr(ID3D11DeviceContext_Map(stage->context, (ID3D11Resource *)staging, mip,
			  D3D11_MAP_READ, 0, &mapped),
		S_OK);
	for (UINT z = 0; z < edge_of(mip); z++)
		for (UINT i = 0; i < edge_of(mip) * edge_of(mip); i++) {
			const uint8_t *slice = (uint8_t *)mapped.pData + z * mapped.DepthPitch;
			uint32_t pixel;
			memcpy(&pixel,
				slice + i / edge_of(mip) * mapped.RowPitch + i % edge_of(mip) * 4,
				4);
			if (pixel != expected[z])
				fail_msg("pixel %u of slice %u of level %u is %u, not %u", i, z,
					mip, pixel, expected[z]);
		}
	ID3D11DeviceContext_Unmap(stage->context, (ID3D11Resource *)staging, mip);
	ID3D11Texture3D_Release(staging);
}

static void run(
	struct stage *stage, const char *entry, ID3D11UnorderedAccessView *view, UINT slices)
{
	ID3DBlob *code = compile(source, entry, "cs_5_0");
	ID3D11ComputeShader *cs;
	assert_hr(ID3D11Device_CreateComputeShader(stage->device, ID3D10Blob_GetBufferPointer(code),
			  ID3D10Blob_GetBufferSize(code), NULL, &cs),
		S_OK);
	ID3D11DeviceContext_CSSetShader(stage->context, cs, NULL, 0);
	ID3D11DeviceContext_CSSetUnorderedAccessViews(stage->context, 0, 1, &view, NULL);
	ID3D11DeviceContext_Dispatch(stage->context, 1, 1, slices);
	ID3D11ComputeShader_Release(cs);
	ID3D10Blob_Release(code);
}

/* The shader counts slices from the view's first, and what is beyond the view's is lost. */
static void only_the_slices_of_a_view_are_written(void **state)
{
	static const uint32_t first[] = { 0, 1, 102, 104, 4, 5, 6, 7 };
	static const uint32_t all[] = { 100, 102, 204, 307, 209, 212, 112, 114 };
	static const uint32_t level[] = { 0, 1, 2, 103 };
	struct stage stage;
	stage_open(&stage, 1, 1, DXGI_FORMAT_R8G8B8A8_UNORM);
	ID3D11Texture3D *volume = make_volume(&stage);
	ID3D11UnorderedAccessView *views[] = { view_slices(&stage, volume, 0, 2, 2),
		view_slices(&stage, volume, 0, 3, 3), view_slices(&stage, volume, 0, 0, EDGE),
		view_slices(&stage, volume, 1, 3, 1) };
	run(&stage, "add", views[0], EDGE);
	expect_slices(&stage, volume, 0, first);
	run(&stage, "add", views[1], EDGE);
	run(&stage, "add", views[2], EDGE);
	expect_slices(&stage, volume, 0, all);
	run(&stage, "add", views[3], EDGE);
	expect_slices(&stage, volume, 1, level);
	expect_slices(&stage, volume, 0, all);
	for (int i = 0; i < 4; i++)
		ID3D11UnorderedAccessView_Release(views[i]);
	ID3D11Texture3D_Release(volume);
	stage_close(&stage);
}

static void use(struct stage *stage, const char *ps_entry)
{
	ID3D11VertexShader *vs = compile_vs(stage->device, source, "vs");
	ID3D11PixelShader *ps = compile_ps(stage->device, source, ps_entry);
	ID3D11DeviceContext_VSSetShader(stage->context, vs, NULL, 0);
	ID3D11DeviceContext_PSSetShader(stage->context, ps, NULL, 0);
	ID3D11DeviceContext_IASetPrimitiveTopology(
		stage->context, D3D11_PRIMITIVE_TOPOLOGY_TRIANGLESTRIP);
	ID3D11VertexShader_Release(vs);
	ID3D11PixelShader_Release(ps);
}

static void pixel_shaders_write_slices_too(void **state)
{
	static const uint32_t expected[] = { 0, 1, 2, 77, 4, 5, 6, 7 };
	struct stage stage;
	stage_open(&stage, EDGE, EDGE, DXGI_FORMAT_R8G8B8A8_UNORM);
	ID3D11Texture3D *volume = make_volume(&stage);
	ID3D11UnorderedAccessView *view = view_slices(&stage, volume, 0, 2, 3);
	use(&stage, "ps");
	ID3D11DeviceContext_OMSetRenderTargetsAndUnorderedAccessViews(
		stage.context, 1, &stage.target, NULL, 1, 1, &view, NULL);
	ID3D11DeviceContext_Draw(stage.context, 4, 0);
	ID3D11DeviceContext_Draw(stage.context, 4, 0);
	expect_slices(&stage, volume, 0, expected);
	expect_all(&stage, 0xffffffff);
	ID3D11UnorderedAccessView_Release(view);
	ID3D11Texture3D_Release(volume);
	stage_close(&stage);
}

static ID3D11RenderTargetView *view_elements(
	struct stage *stage, ID3D11Buffer *buffer, DXGI_FORMAT format, UINT first, UINT count)
{
	const D3D11_RENDER_TARGET_VIEW_DESC desc = { .Format = format,
		.ViewDimension = D3D11_RTV_DIMENSION_BUFFER,
		.Buffer = { .FirstElement = first, .NumElements = count } };
	ID3D11RenderTargetView *view;
	assert_hr(ID3D11Device_CreateRenderTargetView(
			  stage->device, (ID3D11Resource *)buffer, &desc, &view),
		S_OK);
	return view;
}

static void set_viewport(struct stage *stage, float left, float width)
{
	const D3D11_VIEWPORT viewport = { left, 0, width, 1, 0, 1 };
	ID3D11DeviceContext_RSSetViewports(stage->context, 1, &viewport);
}

/* Elements 2 to 9 are the target, and of those the viewport leaves the first. */
static void a_part_of_a_buffer_is_drawn_to(void **state)
{
	uint32_t before[ELEMENTS];
	struct stage stage;
	stage_open(&stage, 1, 1, DXGI_FORMAT_R8G8B8A8_UNORM);
	for (uint32_t i = 0; i < ELEMENTS; i++)
		before[i] = i;
	ID3D11Buffer *buffer =
		make_buffer(stage.device, D3D11_BIND_RENDER_TARGET, before, sizeof(before));
	ID3D11RenderTargetView *view = view_elements(&stage, buffer, DXGI_FORMAT_R32_UINT, 2, 8);
	use(&stage, "number");
	ID3D11DeviceContext_OMSetRenderTargets(stage.context, 1, &view, NULL);
	set_viewport(&stage, 1, 30);
	ID3D11DeviceContext_Draw(stage.context, 4, 0);
	uint32_t *after = buffer_bytes(stage.device, buffer);
	for (uint32_t i = 0; i < ELEMENTS; i++)
		assert_int_equal(after[i], i < 3 || i > 9 ? i : 100 + i - 2);
	free(after);
	ID3D11RenderTargetView_Release(view);
	ID3D11Buffer_Release(buffer);
	stage_close(&stage);
}

/* What was there is what it is blended with, draw by draw, and beside another target. */
static void a_buffer_is_blended_with(void **state)
{
	static const uint32_t before[] = { 0x00002010, 0x00002010, 0x00002010, 0x00002010 };
	D3D11_BLEND_DESC desc = { .RenderTarget[0] = { TRUE, D3D11_BLEND_ONE, D3D11_BLEND_ONE,
					  D3D11_BLEND_OP_ADD, D3D11_BLEND_ONE, D3D11_BLEND_ONE,
					  D3D11_BLEND_OP_ADD, D3D11_COLOR_WRITE_ENABLE_ALL } };
	static const FLOAT grey[4] = { 0x40 / 255.f, 0x40 / 255.f, 0x40 / 255.f, 0 };
	ID3D11BlendState *blend;
	struct stage stage;
	stage_open(&stage, 4, 1, DXGI_FORMAT_R8G8B8A8_UNORM);
	ID3D11Buffer *buffer =
		make_buffer(stage.device, D3D11_BIND_RENDER_TARGET, before, sizeof(before));
	ID3D11RenderTargetView *view =
		view_elements(&stage, buffer, DXGI_FORMAT_R8G8B8A8_UNORM, 0, 4);
	assert_hr(ID3D11Device_CreateBlendState(stage.device, &desc, &blend), S_OK);
	use(&stage, "half_red");
	ID3D11DeviceContext_OMSetBlendState(stage.context, blend, NULL, UINT_MAX);
	ID3D11DeviceContext_OMSetRenderTargets(stage.context, 1, &view, NULL);
	set_viewport(&stage, 0, 4);
	ID3D11DeviceContext_Draw(stage.context, 4, 0);
	uint32_t *after = buffer_bytes(stage.device, buffer);
	for (int i = 0; i < 4; i++)
		assert_true(is_near(after[i], 0xff002090));
	free(after);
	ID3D11DeviceContext_ClearRenderTargetView(stage.context, view, grey);
	set_viewport(&stage, 0, 2);
	ID3D11DeviceContext_Draw(stage.context, 4, 0);
	after = buffer_bytes(stage.device, buffer);
	for (int i = 0; i < 4; i++)
		assert_true(is_near(after[i], i < 2 ? 0xff4040c0 : 0x00404040));
	free(after);
	ID3D11BlendState_Release(blend);
	ID3D11RenderTargetView_Release(view);
	ID3D11Buffer_Release(buffer);
	stage_close(&stage);
}

/* Vulkan wants multiples of what the card says; the validation layer tells of others. */
static void views_that_are_written_begin_anywhere(void **state)
{
	struct stage stage;
	stage_open(&stage, 1, 1, DXGI_FORMAT_R8G8B8A8_UNORM);
	for (UINT first = 0; first < ELEMENTS - 4; first++) {
		static const uint32_t before[ELEMENTS] = { 0 };
		const D3D11_UNORDERED_ACCESS_VIEW_DESC desc = { .Format = DXGI_FORMAT_R32_UINT,
			.ViewDimension = D3D11_UAV_DIMENSION_BUFFER,
			.Buffer = { first, 4, 0 } };
		ID3D11UnorderedAccessView *view;
		ID3D11Buffer *buffer = make_buffer(
			stage.device, D3D11_BIND_UNORDERED_ACCESS, before, sizeof(before));
		assert_hr(ID3D11Device_CreateUnorderedAccessView(
				  stage.device, (ID3D11Resource *)buffer, &desc, &view),
			S_OK);
		run(&stage, "add_to_row", view, 1);
		run(&stage, "add_to_row", view, 1);
		uint32_t *after = buffer_bytes(stage.device, buffer);
		for (UINT i = 0; i < ELEMENTS; i++)
			assert_int_equal(after[i], i >= first && i < first + 4 ? 200 : 0);
		free(after);
		ID3D11UnorderedAccessView_Release(view);
		ID3D11Buffer_Release(buffer);
	}
	stage_close(&stage);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_slices_of_a_view_are_written),
		cmocka_unit_test(pixel_shaders_write_slices_too),
		cmocka_unit_test(a_part_of_a_buffer_is_drawn_to),
		cmocka_unit_test(a_buffer_is_blended_with),
		cmocka_unit_test(views_that_are_written_begin_anywhere),
	};
	harness_start(argc, argv, (const struct role[]){ { NULL, NULL } });
	return cmocka_run_group_tests(tests, NULL, NULL);
}
