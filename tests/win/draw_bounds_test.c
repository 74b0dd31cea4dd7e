/* SPDX-License-Identifier: MIT */
/*
 * What lies beyond a buffer's end, or a view's, is 0, whatever other buffers have there. Each draw
 * makes a row of pixels: pixel i is what is at place i.
 */
#include "quad.h"

#include <limits.h>

enum { ROW = 64, STEP = 64, BEYOND = 0x5a5a5a5a };

static const char source[] =
	"struct V { float4 p : SV_Position; nointerpolation uint n : N; };\n"
	"float4 place(uint i) { return float4((i + 0.5) / 32 - 1, 0, 0.5, 1); }\n"
	"V of_vertex(uint i : SV_VertexID, uint n : NUMBER) { V v; v.p = place(i); v.n = n; return "
	"v; }\n"
	"V of_instance(uint i : SV_InstanceID, uint n : NUMBER) {\n"
	"	V v; v.p = place(i); v.n = n; return v; }\n"
	"V of_index(uint i : SV_VertexID) { V v; v.p = place(0); v.n = i + 1; return v; }\n"
	"float4 corner(uint i : SV_VertexID) : SV_Position {\n"
	"	return float4(i == 2 ? 3 : -1, i == 1 ? 3 : -1, 0.5, 1); }\n"
	"uint number(V v) : SV_Target { return v.n; }\n"
	"Buffer<uint> texels : register(t0);\n"
	"StructuredBuffer<uint> records : register(t0);\n"
	"ByteAddressBuffer raw : register(t0);\n"
	"cbuffer C : register(b0) { uint4 constants[64]; };\n"
	"uint of_texels(float4 p : SV_Position) : SV_Target { return texels[int(p.x) * 16]; }\n"
	"uint of_records(float4 p : SV_Position) : SV_Target { return records[int(p.x) * 16]; }\n"
	"uint of_raw(float4 p : SV_Position) : SV_Target { return raw.Load(int(p.x) * 64); }\n"
	"uint of_constants(float4 p : SV_Position) : SV_Target { return constants[int(p.x)].x; }\n";

struct scene {
	struct stage stage;
};

static struct scene open_scene(void)
{
	struct scene scene = { 0 };
	stage_open(&scene.stage, ROW, 1, DXGI_FORMAT_R32_UINT);
	return scene;
}

static void use(struct scene *scene, const char *vs_entry, const char *ps_entry)
{
	ID3D11DeviceContext *context = scene->stage.context;
	ID3D11VertexShader *vs = compile_vs(scene->stage.device, source, vs_entry);
	ID3D11PixelShader *ps = compile_ps(scene->stage.device, source, ps_entry);
	ID3D11DeviceContext_VSSetShader(context, vs, NULL, 0);
	ID3D11DeviceContext_PSSetShader(context, ps, NULL, 0);
	ID3D11DeviceContext_IASetPrimitiveTopology(
		context, strcmp(vs_entry, "corner") ? D3D11_PRIMITIVE_TOPOLOGY_POINTLIST
						    : D3D11_PRIMITIVE_TOPOLOGY_TRIANGLELIST);
	ID3D11VertexShader_Release(vs);
	ID3D11PixelShader_Release(ps);
}

static void use_number(struct scene *scene, const char *vs_entry, D3D11_INPUT_CLASSIFICATION class)
{
	const D3D11_INPUT_ELEMENT_DESC element = { "NUMBER", 0, DXGI_FORMAT_R32_UINT, 0, 0, class,
		class == D3D11_INPUT_PER_INSTANCE_DATA };
	ID3DBlob *code = compile(source, vs_entry, "vs_5_0");
	ID3D11InputLayout *layout;
	assert_hr(
		ID3D11Device_CreateInputLayout(scene->stage.device, &element, 1,
			ID3D10Blob_GetBufferPointer(code), ID3D10Blob_GetBufferSize(code), &layout),
		S_OK);
	ID3D11DeviceContext_IASetInputLayout(scene->stage.context, layout);
	ID3D11InputLayout_Release(layout);
	ID3D10Blob_Release(code);
	use(scene, vs_entry, "number");
}

static D3D11_BUFFER_DESC desc_of(D3D11_USAGE usage, UINT bind, UINT size, UINT misc)
{
	return (D3D11_BUFFER_DESC){ .ByteWidth = size,
		.Usage = usage,
		.BindFlags = bind,
		.CPUAccessFlags = usage == D3D11_USAGE_DYNAMIC ? D3D11_CPU_ACCESS_WRITE : 0,
		.MiscFlags = misc,
		.StructureByteStride = misc & D3D11_RESOURCE_MISC_BUFFER_STRUCTURED ? 4 : 0 };
}

static ID3D11Buffer *make(struct scene *scene, const D3D11_BUFFER_DESC *desc, const void *bytes)
{
	const D3D11_SUBRESOURCE_DATA data = { .pSysMem = bytes };
	ID3D11Buffer *buffer;
	assert_hr(ID3D11Device_CreateBuffer(scene->stage.device, desc, &data, &buffer), S_OK);
	return buffer;
}

/* A buffer whose bytes others' must not be mistaken for. */
static ID3D11Buffer *make_other(struct scene *scene, D3D11_BUFFER_DESC desc)
{
	uint32_t bytes[ROW * STEP / 4];
	for (size_t i = 0; i < sizeof(bytes) / 4; i++)
		bytes[i] = BEYOND;
	desc.ByteWidth = sizeof(bytes);
	return make(scene, &desc, bytes);
}

static void clear(struct scene *scene)
{
	static const FLOAT nine[4] = { 9, 9, 9, 9 };
	ID3D11DeviceContext_ClearRenderTargetView(scene->stage.context, scene->stage.target, nine);
}

/* The first so many are these; all others are 0. */
static void expect_row(struct scene *scene, const uint32_t *first, UINT count, const char *what)
{
	uint32_t *row = texture_pixels(scene->stage.device, scene->stage.texture, 4);
	for (UINT i = 0; i < ROW; i++)
		if (row[i] != (i < count ? first[i] : 0))
			fail_msg("%s: at place %u there is 0x%x", what, i, row[i]);
	free(row);
}

static void bind_vertices(struct scene *scene, ID3D11Buffer *buffer, UINT offset)
{
	const UINT stride = STEP;
	ID3D11DeviceContext_IASetVertexBuffers(
		scene->stage.context, 0, 1, &buffer, &stride, &offset);
}

static void draw_row(struct scene *scene, D3D11_INPUT_CLASSIFICATION class)
{
	if (class == D3D11_INPUT_PER_INSTANCE_DATA)
		ID3D11DeviceContext_DrawInstanced(scene->stage.context, 1, ROW, 0, 0);
	else
		ID3D11DeviceContext_Draw(scene->stage.context, ROW, 0);
}

/* With others before and behind it, in whatever order they are looked for. */
static void expect_vertices(
	struct scene *scene, D3D11_USAGE usage, D3D11_INPUT_CLASSIFICATION class)
{
	static const uint32_t own[STEP / 4 + 1] = { 7, [STEP / 4] = 8 };
	const D3D11_BUFFER_DESC desc = desc_of(usage, D3D11_BIND_VERTEX_BUFFER, sizeof(own), 0);
	ID3D11Buffer *others[2], *buffer = make(scene, &desc, own);
	for (int i = 0; i < 2; i++)
		others[i] = make_other(scene, desc);
	bind_vertices(scene, others[0], 0);
	draw_row(scene, class);
	bind_vertices(scene, buffer, 0);
	draw_row(scene, class);
	bind_vertices(scene, others[1], 0);
	draw_row(scene, class);
	clear(scene);
	bind_vertices(scene, buffer, 0);
	draw_row(scene, class);
	expect_row(scene, (const uint32_t[]){ 7, 8 }, 2, "vertices");
	bind_vertices(scene, buffer, STEP);
	draw_row(scene, class);
	expect_row(scene, (const uint32_t[]){ 8 }, 1, "vertices from an offset on");
	for (int i = 0; i < 2; i++)
		ID3D11Buffer_Release(others[i]);
	ID3D11Buffer_Release(buffer);
}

static void vertices_beyond_the_end_are_zero(void **state)
{
	static const D3D11_USAGE usages[] = { D3D11_USAGE_DEFAULT, D3D11_USAGE_IMMUTABLE,
		D3D11_USAGE_DYNAMIC };
	struct scene scene = open_scene();
	use_number(&scene, "of_vertex", D3D11_INPUT_PER_VERTEX_DATA);
	for (int i = 0; i < 3; i++)
		expect_vertices(&scene, usages[i], D3D11_INPUT_PER_VERTEX_DATA);
	use_number(&scene, "of_instance", D3D11_INPUT_PER_INSTANCE_DATA);
	for (int i = 0; i < 3; i++)
		expect_vertices(&scene, usages[i], D3D11_INPUT_PER_INSTANCE_DATA);
	stage_close(&scene.stage);
}

/* One index, drawn as a point whose number is one more. */
static void expect_index(struct scene *scene, UINT first, uint32_t expected)
{
	clear(scene);
	ID3D11DeviceContext_DrawIndexed(scene->stage.context, 1, first, 0);
	uint32_t *row = texture_pixels(scene->stage.device, scene->stage.texture, 4);
	if (row[0] != expected + 1)
		fail_msg("index %u is 0x%x", first, row[0] - 1);
	free(row);
}

static void expect_indices(struct scene *scene, D3D11_USAGE usage, DXGI_FORMAT format)
{
	const uint16_t narrow[] = { 3, 5 };
	const uint32_t wide[] = { 3, 5 };
	const bool is_wide = format == DXGI_FORMAT_R32_UINT;
	const D3D11_BUFFER_DESC desc =
		desc_of(usage, D3D11_BIND_INDEX_BUFFER, is_wide ? sizeof(wide) : sizeof(narrow), 0);
	ID3D11Buffer *buffer = make(scene, &desc, is_wide ? (void *)wide : (void *)narrow);
	ID3D11Buffer *other = make_other(scene, desc);
	ID3D11DeviceContext_IASetIndexBuffer(scene->stage.context, buffer, format, 0);
	ID3D11DeviceContext_DrawIndexed(scene->stage.context, 1, 0, 0);
	ID3D11DeviceContext_IASetIndexBuffer(scene->stage.context, other, format, 0);
	ID3D11DeviceContext_DrawIndexed(scene->stage.context, 1, 0, 0);
	ID3D11DeviceContext_IASetIndexBuffer(scene->stage.context, buffer, format, 0);
	expect_index(scene, 1, 5);
	for (UINT first = 2; first < 1024; first = first * 2)
		expect_index(scene, first, 0);
	expect_index(scene, UINT_MAX, 0);
	ID3D11DeviceContext_IASetIndexBuffer(
		scene->stage.context, buffer, format, desc.ByteWidth / 2);
	expect_index(scene, 0, 5);
	expect_index(scene, 1, 0);
	ID3D11Buffer_Release(other);
	ID3D11Buffer_Release(buffer);
}

static void indices_beyond_the_end_are_zero(void **state)
{
	struct scene scene = open_scene();
	use(&scene, "of_index", "number");
	for (int i = 0; i < 2; i++) {
		const DXGI_FORMAT format = i ? DXGI_FORMAT_R32_UINT : DXGI_FORMAT_R16_UINT;
		expect_indices(&scene, D3D11_USAGE_DEFAULT, format);
		expect_indices(&scene, D3D11_USAGE_DYNAMIC, format);
	}
	stage_close(&scene.stage);
}

/* A triangle whose last corner is the one of index 0, since the buffer ends before. */
static void the_last_triangle_ends_with_vertex_zero(void **state)
{
	static const uint32_t indices[] = { 1, 2 }, all[ROW] = { 0 };
	struct scene scene = open_scene();
	ID3D11Buffer *buffer =
		make_buffer(scene.stage.device, D3D11_BIND_INDEX_BUFFER, indices, sizeof(indices));
	use(&scene, "corner", "of_constants");
	ID3D11DeviceContext_IASetIndexBuffer(scene.stage.context, buffer, DXGI_FORMAT_R32_UINT, 0);
	clear(&scene);
	ID3D11DeviceContext_DrawIndexed(scene.stage.context, 6, 0, 0);
	expect_row(&scene, all, ROW, "a triangle");
	ID3D11Buffer_Release(buffer);
	stage_close(&scene.stage);
}

static void constants_beyond_the_end_are_zero(void **state)
{
	static const uint32_t own[] = { 7, 0, 0, 0, 8, 0, 0, 0 };
	static const D3D11_USAGE usages[] = { D3D11_USAGE_DEFAULT, D3D11_USAGE_DYNAMIC };
	struct scene scene = open_scene();
	use(&scene, "corner", "of_constants");
	for (int i = 0; i < 2; i++) {
		const D3D11_BUFFER_DESC desc =
			desc_of(usages[i], D3D11_BIND_CONSTANT_BUFFER, sizeof(own), 0);
		ID3D11Buffer *buffer = make(&scene, &desc, own), *other = make_other(&scene, desc);
		ID3D11Buffer *const order[] = { buffer, other, buffer };
		for (int j = 0; j < 3; j++) {
			ID3D11DeviceContext_PSSetConstantBuffers(
				scene.stage.context, 0, 1, &order[j]);
			ID3D11DeviceContext_Draw(scene.stage.context, 3, 0);
		}
		expect_row(&scene, (const uint32_t[]){ 7, 8 }, 2, "constants");
		ID3D11Buffer_Release(other);
		ID3D11Buffer_Release(buffer);
	}
	stage_close(&scene.stage);
}

/* `view` is of the first two places of a buffer, which goes on behind it. */
static void expect_elements(struct scene *scene, const char *ps_entry, UINT misc, D3D11_USAGE usage,
	D3D11_SHADER_RESOURCE_VIEW_DESC view, const char *what)
{
	uint32_t own[STEP] = { 7, [STEP / 4] = 8 };
	for (UINT i = STEP / 2; i < STEP; i++)
		own[i] = BEYOND;
	const D3D11_BUFFER_DESC desc =
		desc_of(usage, D3D11_BIND_SHADER_RESOURCE, sizeof(own), misc);
	ID3D11Buffer *buffer = make(scene, &desc, own), *other = make_other(scene, desc);
	ID3D11Buffer *const order[] = { other, buffer };
	use(scene, "corner", ps_entry);
	for (int i = 0; i < 2; i++) {
		ID3D11ShaderResourceView *srv;
		assert_hr(ID3D11Device_CreateShaderResourceView(
				  scene->stage.device, (ID3D11Resource *)order[i], &view, &srv),
			S_OK);
		ID3D11DeviceContext_PSSetShaderResources(scene->stage.context, 0, 1, &srv);
		ID3D11DeviceContext_Draw(scene->stage.context, 3, 0);
		ID3D11ShaderResourceView_Release(srv);
	}
	expect_row(scene, (const uint32_t[]){ 7, 8 }, 2, what);
	ID3D11Buffer_Release(other);
	ID3D11Buffer_Release(buffer);
}

static void elements_beyond_a_views_end_are_zero(void **state)
{
	static const D3D11_USAGE usages[] = { D3D11_USAGE_DEFAULT, D3D11_USAGE_DYNAMIC };
	struct scene scene = open_scene();
	for (int i = 0; i < 2; i++) {
		D3D11_SHADER_RESOURCE_VIEW_DESC view = { .Format = DXGI_FORMAT_R32_UINT,
			.ViewDimension = D3D11_SRV_DIMENSION_BUFFER,
			.Buffer = { .FirstElement = 0, .NumElements = STEP / 2 } };
		expect_elements(&scene, "of_texels", 0, usages[i], view, "texels");
		view.Format = DXGI_FORMAT_UNKNOWN;
		expect_elements(&scene, "of_records", D3D11_RESOURCE_MISC_BUFFER_STRUCTURED,
			usages[i], view, "records");
		view.Format = DXGI_FORMAT_R32_TYPELESS;
		view.ViewDimension = D3D11_SRV_DIMENSION_BUFFEREX;
		view.BufferEx.Flags = D3D11_BUFFEREX_SRV_FLAG_RAW;
		expect_elements(&scene, "of_raw", D3D11_RESOURCE_MISC_BUFFER_ALLOW_RAW_VIEWS,
			usages[i], view, "raw bytes");
	}
	stage_close(&scene.stage);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vertices_beyond_the_end_are_zero),
		cmocka_unit_test(indices_beyond_the_end_are_zero),
		cmocka_unit_test(the_last_triangle_ends_with_vertex_zero),
		cmocka_unit_test(constants_beyond_the_end_are_zero),
		cmocka_unit_test(elements_beyond_a_views_end_are_zero),
	};
	harness_start(argc, argv, (const struct role[]){ { NULL, NULL } });
	return cmocka_run_group_tests(tests, NULL, NULL);
}
