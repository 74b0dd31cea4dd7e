/* SPDX-License-Identifier: MIT */
/*
 * Dynamic buffers: what a draw was given stays with it, whatever the processor writes next, and
 * costs no more than what was written. Each draw makes one point of its own.
 */
#include "quad.h"

#include <time.h>

enum { WIDTH = 64, HEIGHT = 64, PLACES = WIDTH * HEIGHT };

static const char source[] = "struct V { float4 p : SV_Position; nointerpolation uint n : N; };\n"
			     "V vs(uint place : PLACE, uint n : NUMBER) {\n"
			     "	V v; v.n = n; v.p = float4((place % 64 + 0.5) / 32 - 1, 1 - (place "
			     "/ 64 + 0.5) / 32,\n"
			     "		0.5, 1); return v; }\n"
			     "Buffer<uint> numbers : register(t0);\n"
			     "uint ps(V v) : SV_Target { return v.n; }\n"
			     "uint of_texels(V v) : SV_Target { return numbers[v.n]; }\n";

struct point {
	uint32_t place, number;
};

static void use(struct stage *stage, const char *ps_entry)
{
	ID3D11PixelShader *ps = compile_ps(stage->device, source, ps_entry);
	ID3D11DeviceContext_PSSetShader(stage->context, ps, NULL, 0);
	ID3D11PixelShader_Release(ps);
}

static struct stage open_stage(void)
{
	static const D3D11_INPUT_ELEMENT_DESC elements[] = {
		{ "PLACE", 0, DXGI_FORMAT_R32_UINT, 0, 0, D3D11_INPUT_PER_VERTEX_DATA, 0 },
		{ "NUMBER", 0, DXGI_FORMAT_R32_UINT, 0, 4, D3D11_INPUT_PER_VERTEX_DATA, 0 },
	};
	struct stage stage;
	ID3D11InputLayout *layout;
	stage_open(&stage, WIDTH, HEIGHT, DXGI_FORMAT_R32_UINT);
	ID3D11VertexShader *vs = compile_vs(stage.device, source, "vs");
	ID3DBlob *code = compile(source, "vs", "vs_5_0");
	assert_hr(
		ID3D11Device_CreateInputLayout(stage.device, elements, 2,
			ID3D10Blob_GetBufferPointer(code), ID3D10Blob_GetBufferSize(code), &layout),
		S_OK);
	ID3D11DeviceContext_VSSetShader(stage.context, vs, NULL, 0);
	ID3D11DeviceContext_IASetInputLayout(stage.context, layout);
	ID3D11DeviceContext_IASetPrimitiveTopology(
		stage.context, D3D11_PRIMITIVE_TOPOLOGY_POINTLIST);
	use(&stage, "ps");
	ID3D11InputLayout_Release(layout);
	ID3D11VertexShader_Release(vs);
	ID3D10Blob_Release(code);
	return stage;
}

static ID3D11Buffer *make_dynamic(struct stage *stage, UINT bind, UINT size)
{
	const D3D11_BUFFER_DESC desc = { size, D3D11_USAGE_DYNAMIC, bind, D3D11_CPU_ACCESS_WRITE, 0,
		0 };
	ID3D11Buffer *buffer;
	assert_hr(ID3D11Device_CreateBuffer(stage->device, &desc, NULL, &buffer), S_OK);
	return buffer;
}

static void bind_points(struct stage *stage, ID3D11Buffer *buffer)
{
	const UINT stride = sizeof(struct point), offset = 0;
	ID3D11DeviceContext_IASetVertexBuffers(stage->context, 0, 1, &buffer, &stride, &offset);
}

static void put(struct stage *stage, ID3D11Buffer *buffer, D3D11_MAP type, UINT at,
	const void *bytes, UINT size)
{
	D3D11_MAPPED_SUBRESOURCE mapped;
	assert_hr(ID3D11DeviceContext_Map(
			  stage->context, (ID3D11Resource *)buffer, 0, type, 0, &mapped),
		S_OK);
	memcpy((uint8_t *)mapped.pData + at, bytes, size);
	ID3D11DeviceContext_Unmap(stage->context, (ID3D11Resource *)buffer, 0);
}

/* Point i has the number i + `more`, or 0 where there is none. */
static void expect_points(struct stage *stage, UINT count, UINT more)
{
	uint32_t *pixels = texture_pixels(stage->device, stage->texture, 4);
	for (UINT i = 0; i < PLACES; i++)
		if (pixels[i] != (i < count ? i + more : 0))
			fail_msg("point %u has the number %u", i, pixels[i]);
	free(pixels);
}

/* More than are handed to the GPU at once, so that memory is used again. */
static void what_is_discarded_was_drawn(void **state)
{
	struct stage stage = open_stage();
	ID3D11Buffer *buffer =
		make_dynamic(&stage, D3D11_BIND_VERTEX_BUFFER, 4 * sizeof(struct point));
	bind_points(&stage, buffer);
	for (UINT round = 1; round < 3; round++) {
		for (uint32_t i = 0; i < PLACES; i++) {
			const struct point point = { i, i + round };
			put(&stage, buffer, D3D11_MAP_WRITE_DISCARD, 0, &point, sizeof(point));
			ID3D11DeviceContext_Draw(stage.context, 1, 0);
		}
		expect_points(&stage, PLACES, round);
	}
	ID3D11Buffer_Release(buffer);
	stage_close(&stage);
}

/* Large ones, each with the first point there and the last one. */
static void large_ones_are_discarded(void **state)
{
	enum { COUNT = 96, LARGE = (1 << 20) / sizeof(struct point) };
	struct stage stage = open_stage();
	ID3D11Buffer *buffer =
		make_dynamic(&stage, D3D11_BIND_VERTEX_BUFFER, LARGE * sizeof(struct point));
	bind_points(&stage, buffer);
	for (uint32_t i = 0; i < COUNT; i += 2) {
		const struct point points[] = { { i, i + 1 }, { i + 1, i + 2 } };
		put(&stage, buffer, D3D11_MAP_WRITE_DISCARD, 0, &points[0], sizeof(points[0]));
		put(&stage, buffer, D3D11_MAP_WRITE_NO_OVERWRITE, (LARGE - 1) * sizeof(points[0]),
			&points[1], sizeof(points[0]));
		ID3D11DeviceContext_Draw(stage.context, 1, 0);
		ID3D11DeviceContext_Draw(stage.context, 1, LARGE - 1);
	}
	expect_points(&stage, COUNT, 1);
	ID3D11Buffer_Release(buffer);
	stage_close(&stage);
}

/* As programs do that go round in a buffer. */
static void draw_in_a_ring(struct stage *stage, ID3D11Buffer *buffer, UINT room, UINT count)
{
	bind_points(stage, buffer);
	for (uint32_t i = 0; i < count; i++) {
		const struct point point = { i % PLACES, i + 1 };
		put(stage, buffer,
			i % room ? D3D11_MAP_WRITE_NO_OVERWRITE : D3D11_MAP_WRITE_DISCARD,
			i % room * sizeof(point), &point, sizeof(point));
		ID3D11DeviceContext_Draw(stage->context, 1, i % room);
	}
}

static void what_is_not_overwritten_is_drawn(void **state)
{
	struct stage stage = open_stage();
	ID3D11Buffer *buffer =
		make_dynamic(&stage, D3D11_BIND_VERTEX_BUFFER, 100 * sizeof(struct point));
	draw_in_a_ring(&stage, buffer, 100, PLACES);
	expect_points(&stage, PLACES, 1);
	ID3D11Buffer_Release(buffer);
	stage_close(&stage);
}

/* The same with what is drawn before, mapped before, and mapped while it is drawn. */
static void it_may_be_mapped_early_and_long(void **state)
{
	struct stage stage = open_stage();
	D3D11_MAPPED_SUBRESOURCE mapped;
	ID3D11Buffer *buffer =
		make_dynamic(&stage, D3D11_BIND_VERTEX_BUFFER, 4 * sizeof(struct point));
	bind_points(&stage, buffer);
	assert_hr(ID3D11DeviceContext_Map(stage.context, (ID3D11Resource *)buffer, 0,
			  D3D11_MAP_WRITE_DISCARD, 0, &mapped),
		S_OK);
	struct point *points = mapped.pData;
	for (uint32_t i = 0; i < 2; i++) {
		points[i] = (struct point){ i, i + 1 };
		ID3D11DeviceContext_Draw(stage.context, 1, i);
	}
	ID3D11DeviceContext_Unmap(stage.context, (ID3D11Resource *)buffer, 0);
	for (uint32_t i = 2; i < 4; i++) {
		const struct point point = { i, i + 1 };
		put(&stage, buffer, D3D11_MAP_WRITE_NO_OVERWRITE, i * sizeof(point), &point,
			sizeof(point));
	}
	ID3D11DeviceContext_Draw(stage.context, 4, 0);
	expect_points(&stage, 4, 1);
	ID3D11Buffer_Release(buffer);
	stage_close(&stage);
}

static double processor_seconds(void)
{
	struct timespec time;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static double seconds_in(UINT bytes)
{
	enum { COUNT = 200 };
	struct stage stage = open_stage();
	ID3D11Buffer *buffer = make_dynamic(&stage, D3D11_BIND_VERTEX_BUFFER, bytes);
	draw_in_a_ring(&stage, buffer, COUNT, 1);
	expect_points(&stage, 1, 1); /* all is there that is made once */
	const double before = processor_seconds();
	draw_in_a_ring(&stage, buffer, COUNT, COUNT);
	expect_points(&stage, COUNT, 1);
	const double seconds = processor_seconds() - before;
	ID3D11Buffer_Release(buffer);
	stage_close(&stage);
	return seconds;
}

/* Copies of all of it would take a thousand times as long. */
static void a_large_buffer_costs_what_is_written(void **state)
{
	const double of_kib = seconds_in(8 << 10), of_mib = seconds_in(8 << 20);
	if (of_mib > 0.1 + 10 * of_kib)
		fail_msg("200 draws from 8 MiB take %.3f s, from 8 KiB %.3f s", of_mib, of_kib);
}

/* What the processor copies there later is not what was drawn before. */
static void a_copy_is_behind_what_was_drawn(void **state)
{
	struct stage stage = open_stage();
	const struct point points[] = { { 0, 1 }, { 1, 2 } };
	const D3D11_BOX box = { 0, 0, 0, sizeof(points[0]), 1, 1 };
	ID3D11Buffer *buffer = make_dynamic(&stage, D3D11_BIND_VERTEX_BUFFER, sizeof(points));
	ID3D11Buffer *from = make_buffer(
		stage.device, D3D11_BIND_SHADER_RESOURCE, &points[1], sizeof(points[1]));
	bind_points(&stage, buffer);
	put(&stage, buffer, D3D11_MAP_WRITE_DISCARD, 0, points, sizeof(points[0]));
	ID3D11DeviceContext_Draw(stage.context, 1, 0);
	ID3D11DeviceContext_CopySubresourceRegion(stage.context, (ID3D11Resource *)buffer, 0, 0, 0,
		0, (ID3D11Resource *)from, 0, &box);
	ID3D11DeviceContext_Draw(stage.context, 1, 0);
	expect_points(&stage, 2, 1);
	ID3D11Buffer_Release(from);
	ID3D11Buffer_Release(buffer);
	stage_close(&stage);
}

/* Indices and texels change from draw to draw as vertices do. */
static void indices_and_texels_change_too(void **state)
{
	enum { COUNT = 256 };
	struct stage stage = open_stage();
	struct point points[COUNT];
	ID3D11ShaderResourceView *view;
	for (uint32_t i = 0; i < COUNT; i++)
		points[i] = (struct point){ i, i % 4 };
	const D3D11_SHADER_RESOURCE_VIEW_DESC desc = { .Format = DXGI_FORMAT_R32_UINT,
		.ViewDimension = D3D11_SRV_DIMENSION_BUFFER,
		.Buffer = { .FirstElement = 0, .NumElements = 4 } };
	ID3D11Buffer *vertices =
		make_buffer(stage.device, D3D11_BIND_VERTEX_BUFFER, points, sizeof(points));
	ID3D11Buffer *index = make_dynamic(&stage, D3D11_BIND_INDEX_BUFFER, 4);
	ID3D11Buffer *texels = make_dynamic(&stage, D3D11_BIND_SHADER_RESOURCE, 16);
	assert_hr(ID3D11Device_CreateShaderResourceView(
			  stage.device, (ID3D11Resource *)texels, &desc, &view),
		S_OK);
	use(&stage, "of_texels");
	bind_points(&stage, vertices);
	ID3D11DeviceContext_IASetIndexBuffer(stage.context, index, DXGI_FORMAT_R16_UINT, 0);
	ID3D11DeviceContext_PSSetShaderResources(stage.context, 0, 1, &view);
	for (uint32_t i = 0; i < COUNT; i++) {
		const uint32_t number = i + 1;
		const uint16_t first = (uint16_t)i;
		put(&stage, index, D3D11_MAP_WRITE_DISCARD, 0, &first, sizeof(first));
		put(&stage, texels, i % 4 ? D3D11_MAP_WRITE_NO_OVERWRITE : D3D11_MAP_WRITE_DISCARD,
			i % 4 * 4, &number, sizeof(number));
		ID3D11DeviceContext_DrawIndexed(stage.context, 1, 0, 0);
	}
	expect_points(&stage, COUNT, 1);
	ID3D11ShaderResourceView_Release(view);
	ID3D11Buffer_Release(texels);
	ID3D11Buffer_Release(index);
	ID3D11Buffer_Release(vertices);
	stage_close(&stage);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_discarded_was_drawn),
		cmocka_unit_test(large_ones_are_discarded),
		cmocka_unit_test(what_is_not_overwritten_is_drawn),
		cmocka_unit_test(it_may_be_mapped_early_and_long),
		cmocka_unit_test(a_large_buffer_costs_what_is_written),
		cmocka_unit_test(a_copy_is_behind_what_was_drawn),
		cmocka_unit_test(indices_and_texels_change_too),
	};
	harness_start(argc, argv, (const struct role[]){ { NULL, NULL } });
	return cmocka_run_group_tests(tests, NULL, NULL);
}
