/* SPDX-License-Identifier: MIT */
/*
 * What a vertex shader knows of its vertex's and its instance's number: in Direct3D both begin with
 * each draw, wherever in the buffers the draw begins. Every three vertices are a triangle over the
 * centre of one pixel: its column is a third of their numbers, its row is the number of the
 * instance, and its red is what came from the vertex buffer with the first of them.
 */
#include "quad.h"

enum { WIDTH = 16, HEIGHT = 8, STEP = 4 /* in red, from one vertex to the next */ };

struct call {
	bool is_indexed;
	UINT count, instances, first;
	INT base;
	UINT first_instance;
};

static const uint16_t indices[] = { 27, 28, 29, 3, 4, 5, 0, 1, 2, 6, 7, 8, 15, 16, 17, 9, 10, 11 };

static const struct call calls[] = {
	{ false, 9, 1, 0, 0, 0 },
	{ false, 9, 1, 2, 0, 0 },
	{ false, 12, 3, 0, 0, 2 },
	{ false, 6, 3, 5, 0, 4 },
	{ true, 9, 1, 3, 0, 0 },
	{ true, 9, 1, 3, 7, 0 },
	{ true, 9, 1, 9, -2, 0 },
	{ true, 6, 4, 6, 0, 3 },
	{ true, 6, 2, 3, 8, 3 },
};

static const char uint_source[] =
	"struct V { float4 p : SV_Position; nointerpolation float4 c : COLOR; };\n"
	"V vs(uint n : SV_VertexID, uint i : SV_InstanceID, float red : RED) {\n"
	"	float2 at = float2(n / 3, i) + float2(n % 3 == 1, n % 3 == 2) * 1.75;\n"
	"	V v; v.p = float4(at.x / 8 - 1, 1 - at.y / 4, 0, 1);\n"
	"	v.c = float4(red, 0, 0, 1); return v; }\n"
	"float4 ps(V v) : SV_Target { return v.c; }\n";

/* Signed, in a structure, handed on, and used more than once. */
static const char int_source[] =
	"struct N { int i : SV_InstanceID; float red : RED; int n : SV_VertexID; };\n"
	"struct V { float4 p : SV_Position; nointerpolation float4 c : COLOR; };\n"
	"float place(int at, int corner, int n) {\n"
	"	return at + (n - n / 3 * 3 == corner ? 1.75 : 0); }\n"
	"V vs(N n) {\n"
	"	V v; v.p = float4(place(n.n / 3, 1, n.n) / 8 - 1, 0, 0, 1);\n"
	"	for (int i = 0; i < 8; i++) if (i == n.i) v.p.y = 1 - place(n.i, 2, n.n) / 4;\n"
	"	v.c = n.n < 0 || n.n >= 48 ? float4(0, 1, 0, 1) : float4(n.red, 0, 0, 1);\n"
	"	return v; }\n";

/* The same as assembly of shader model 4; the colour is where HLSL's pixel shader looks for it. */
static struct dxbc number_dxbc(void)
{
	enum { AND = 0x01, IEQ = 0x20, UDIV = 0x4e };
	struct dxbc s = dxbc_begin(DXBC_VS, 4);
	dxbc_input(&s, "SV_VertexID", 0, 6, DXBC_UINT, 0, 0x1);
	dxbc_input(&s, "SV_InstanceID", 0, 8, DXBC_UINT, 1, 0x1);
	dxbc_input(&s, "RED", 0, 0, DXBC_FLOAT, 2, 0x1);
	dxbc_output(&s, "COLOR", 0, 0, DXBC_FLOAT, 0, 0xf);
	dxbc_output(&s, "SV_Position", 0, 1, DXBC_FLOAT, 1, 0xf);
	dxbc_op(&s, DXBC_DCL_INPUT_SGV, 2, dxbc_dst(DXBC_IN, 0, 0x1), dxbc_raw(6));
	dxbc_op(&s, DXBC_DCL_INPUT_SGV, 2, dxbc_dst(DXBC_IN, 1, 0x1), dxbc_raw(8));
	dxbc_op(&s, DXBC_DCL_INPUT, 1, dxbc_dst(DXBC_IN, 2, 0x1));
	dxbc_op(&s, DXBC_DCL_OUTPUT, 1, DXBC_DST_O(0));
	dxbc_op(&s, DXBC_DCL_OUTPUT_SIV, 2, DXBC_DST_O(1), dxbc_raw(1));
	dxbc_op(&s, DXBC_DCL_TEMPS, 1, dxbc_raw(2));
	dxbc_op(&s, DXBC_MOV, 2, DXBC_DST_R(0), dxbc_floats(0, 0, 0, 0));
	dxbc_op(&s, UDIV, 4, dxbc_dst(DXBC_TEMP, 0, 0x1), dxbc_dst(DXBC_TEMP, 1, 0x1),
		dxbc_src(DXBC_IN, 0, DXBC_XXXX), dxbc_uint(3));
	dxbc_op(&s, DXBC_MOV, 2, dxbc_dst(DXBC_TEMP, 0, 0x2), dxbc_src(DXBC_IN, 1, DXBC_XXXX));
	dxbc_op(&s, DXBC_UTOF, 2, dxbc_dst(DXBC_TEMP, 0, 0x3), dxbc_src(DXBC_TEMP, 0, DXBC_XYZW));
	dxbc_op(&s, IEQ, 3, dxbc_dst(DXBC_TEMP, 1, 0x3), dxbc_src(DXBC_TEMP, 1, DXBC_XXXX),
		dxbc_uints(1, 2, 0, 0));
	dxbc_op(&s, AND, 3, dxbc_dst(DXBC_TEMP, 1, 0x3), dxbc_src(DXBC_TEMP, 1, DXBC_XYZW),
		dxbc_floats(1.75f, 1.75f, 0, 0));
	dxbc_op(&s, DXBC_ADD, 3, dxbc_dst(DXBC_TEMP, 0, 0x3), dxbc_src(DXBC_TEMP, 0, DXBC_XYZW),
		dxbc_src(DXBC_TEMP, 1, DXBC_XYZW));
	dxbc_op(&s, DXBC_MAD, 4, DXBC_DST_O(1), dxbc_src(DXBC_TEMP, 0, DXBC_XYZW),
		dxbc_floats(0.125f, -0.25f, 0, 0), dxbc_floats(-1, 1, 0, 1));
	dxbc_op(&s, DXBC_MUL, 3, DXBC_DST_O(0), dxbc_src(DXBC_IN, 2, DXBC_XXXX),
		dxbc_floats(1, 0, 0, 0));
	dxbc_op(&s, DXBC_MOV, 2, dxbc_dst(DXBC_OUT, 0, 0x8), dxbc_floats(1, 1, 1, 1));
	dxbc_op(&s, DXBC_RET, 0);
	dxbc_end(&s);
	return s;
}

static void set_buffers(struct stage *stage, const void *code, SIZE_T size)
{
	static const D3D11_INPUT_ELEMENT_DESC element = { "RED", 0, DXGI_FORMAT_R8_UNORM, 0, 0,
		D3D11_INPUT_PER_VERTEX_DATA, 0 };
	const UINT stride = 1, offset = 0;
	ID3D11InputLayout *layout;
	uint8_t reds[48];
	for (UINT i = 0; i < sizeof(reds); i++)
		reds[i] = (uint8_t)((i + 1) * STEP);
	ID3D11Buffer *vertices =
		make_buffer(stage->device, D3D11_BIND_VERTEX_BUFFER, reds, sizeof(reds));
	ID3D11Buffer *index =
		make_buffer(stage->device, D3D11_BIND_INDEX_BUFFER, indices, sizeof(indices));
	assert_hr(ID3D11Device_CreateInputLayout(stage->device, &element, 1, code, size, &layout),
		S_OK);
	ID3D11DeviceContext_IASetInputLayout(stage->context, layout);
	ID3D11DeviceContext_IASetVertexBuffers(stage->context, 0, 1, &vertices, &stride, &offset);
	ID3D11DeviceContext_IASetIndexBuffer(stage->context, index, DXGI_FORMAT_R16_UINT, 0);
	ID3D11DeviceContext_IASetPrimitiveTopology(
		stage->context, D3D11_PRIMITIVE_TOPOLOGY_TRIANGLELIST);
	ID3D11InputLayout_Release(layout);
	ID3D11Buffer_Release(vertices);
	ID3D11Buffer_Release(index);
}

static void draw_straight(struct stage *stage, const struct call *call)
{
	const bool is_plain = call->instances == 1 && !call->first_instance;
	if (call->is_indexed && is_plain)
		ID3D11DeviceContext_DrawIndexed(
			stage->context, call->count, call->first, call->base);
	else if (call->is_indexed)
		ID3D11DeviceContext_DrawIndexedInstanced(stage->context, call->count,
			call->instances, call->first, call->base, call->first_instance);
	else if (is_plain)
		ID3D11DeviceContext_Draw(stage->context, call->count, call->first);
	else
		ID3D11DeviceContext_DrawInstanced(stage->context, call->count, call->instances,
			call->first, call->first_instance);
}

/* By arguments in a buffer. */
static void draw_indirect(struct stage *stage, const struct call *call)
{
	uint32_t arguments[5] = { call->count, call->instances, call->first };
	const D3D11_BUFFER_DESC desc = { .ByteWidth = sizeof(arguments),
		.MiscFlags = D3D11_RESOURCE_MISC_DRAWINDIRECT_ARGS };
	const D3D11_SUBRESOURCE_DATA data = { .pSysMem = arguments };
	ID3D11Buffer *buffer;
	arguments[3] = call->is_indexed ? (uint32_t)call->base : call->first_instance;
	arguments[4] = call->first_instance;
	assert_hr(ID3D11Device_CreateBuffer(stage->device, &desc, &data, &buffer), S_OK);
	if (call->is_indexed)
		ID3D11DeviceContext_DrawIndexedInstancedIndirect(stage->context, buffer, 0);
	else
		ID3D11DeviceContext_DrawInstancedIndirect(stage->context, buffer, 0);
	ID3D11Buffer_Release(buffer);
}

static void expect(struct stage *stage, const struct call *call)
{
	uint32_t expected[HEIGHT][WIDTH] = { { 0 } };
	for (UINT i = 0; i < call->instances; i++)
		for (UINT k = 0; k < call->count; k += 3) {
			const UINT at = call->first + k,
				   index = call->is_indexed ? indices[at] : at;
			const UINT fetched = index + (UINT)call->base;
			expected[i][(call->is_indexed ? index : k) / 3] =
				0xff000000 | (fetched + 1) * STEP;
		}
	uint32_t *pixels = texture_pixels(stage->device, stage->texture, 4);
	for (UINT i = 0; i < WIDTH * HEIGHT; i++)
		if (pixels[i] != expected[i / WIDTH][i % WIDTH])
			fail_msg("call %d: triangle %u of instance %u is %08x, not %08x",
				(int)(call - calls), i % WIDTH, i / WIDTH, pixels[i],
				expected[i / WIDTH][i % WIDTH]);
	free(pixels);
}

static void draw_all(const void *code, SIZE_T size)
{
	static const FLOAT nothing[4] = { 0, 0, 0, 0 };
	ID3D11VertexShader *vs;
	struct stage stage;
	stage_open(&stage, WIDTH, HEIGHT, DXGI_FORMAT_R8G8B8A8_UNORM);
	assert_hr(ID3D11Device_CreateVertexShader(stage.device, code, size, NULL, &vs), S_OK);
	ID3D11PixelShader *ps = compile_ps(stage.device, uint_source, "ps");
	ID3D11DeviceContext_VSSetShader(stage.context, vs, NULL, 0);
	ID3D11DeviceContext_PSSetShader(stage.context, ps, NULL, 0);
	set_buffers(&stage, code, size);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		ID3D11DeviceContext_ClearRenderTargetView(stage.context, stage.target, nothing);
		draw_straight(&stage, &calls[i]);
		expect(&stage, &calls[i]);
		ID3D11DeviceContext_ClearRenderTargetView(stage.context, stage.target, nothing);
		draw_indirect(&stage, &calls[i]);
		expect(&stage, &calls[i]);
	}
	ID3D11VertexShader_Release(vs);
	ID3D11PixelShader_Release(ps);
	stage_close(&stage);
}

static void draw_source(const char *source, UINT flags)
{
	ID3DBlob *code = NULL;
	assert_hr(D3DCompile(source, strlen(source), "test.hlsl", NULL, NULL, "vs", "vs_5_0", flags,
			  0, &code, NULL),
		S_OK);
	draw_all(ID3D10Blob_GetBufferPointer(code), ID3D10Blob_GetBufferSize(code));
	ID3D10Blob_Release(code);
}

static void hlsl_counts_from_each_draw(void **state)
{
	draw_source(uint_source, 0);
}

static void signed_numbers_count_alike(void **state)
{
	draw_source(int_source, 0);
}

static void what_is_not_optimized_counts_alike(void **state)
{
	draw_source(uint_source, D3DCOMPILE_SKIP_OPTIMIZATION | D3DCOMPILE_DEBUG);
	draw_source(int_source, D3DCOMPILE_SKIP_OPTIMIZATION | D3DCOMPILE_DEBUG);
}

static void dxbc_counts_from_each_draw(void **state)
{
	struct dxbc code = number_dxbc();
	draw_all(code.bytes, code.size);
	dxbc_free(&code);
}

/* Of a stream of instances with this step: which element each of six instances had. */
static void expect_steps(struct stage *stage, ID3DBlob *code, UINT step, UINT first)
{
	static const FLOAT nothing[4] = { 0, 0, 0, 0 };
	const D3D11_INPUT_ELEMENT_DESC element = { "RED", 0, DXGI_FORMAT_R8_UNORM, 0, 0,
		D3D11_INPUT_PER_INSTANCE_DATA, step };
	ID3D11InputLayout *layout;
	assert_hr(
		ID3D11Device_CreateInputLayout(stage->device, &element, 1,
			ID3D10Blob_GetBufferPointer(code), ID3D10Blob_GetBufferSize(code), &layout),
		S_OK);
	ID3D11DeviceContext_IASetInputLayout(stage->context, layout);
	ID3D11DeviceContext_ClearRenderTargetView(stage->context, stage->target, nothing);
	ID3D11DeviceContext_DrawInstanced(stage->context, 3, 6, 0, first);
	uint32_t *pixels = texture_pixels(stage->device, stage->texture, 4);
	for (UINT i = 0; i < 6; i++) {
		const uint32_t element_of = first + (step ? i / step : 0);
		if (pixels[i * WIDTH] != (0xff000000 | (element_of + 1) * STEP))
			fail_msg("step %u from %u: instance %u has %08x", step, first, i,
				pixels[i * WIDTH]);
	}
	free(pixels);
	ID3D11InputLayout_Release(layout);
}

/* With a step of 0 all have the first one's. */
static void instances_step_through_their_data(void **state)
{
	ID3DBlob *code = compile(uint_source, "vs", "vs_5_0");
	struct stage stage;
	stage_open(&stage, WIDTH, HEIGHT, DXGI_FORMAT_R8G8B8A8_UNORM);
	ID3D11VertexShader *vs = compile_vs(stage.device, uint_source, "vs");
	ID3D11PixelShader *ps = compile_ps(stage.device, uint_source, "ps");
	ID3D11DeviceContext_VSSetShader(stage.context, vs, NULL, 0);
	ID3D11DeviceContext_PSSetShader(stage.context, ps, NULL, 0);
	set_buffers(&stage, ID3D10Blob_GetBufferPointer(code), ID3D10Blob_GetBufferSize(code));
	for (UINT step = 0; step < 4; step++)
		for (UINT first = 0; first < 6; first += 5)
			expect_steps(&stage, code, step, first);
	ID3D11VertexShader_Release(vs);
	ID3D11PixelShader_Release(ps);
	ID3D10Blob_Release(code);
	stage_close(&stage);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hlsl_counts_from_each_draw),
		cmocka_unit_test(signed_numbers_count_alike),
		cmocka_unit_test(what_is_not_optimized_counts_alike),
		cmocka_unit_test(dxbc_counts_from_each_draw),
		cmocka_unit_test(instances_step_through_their_data),
	};
	harness_start(argc, argv, (const struct role[]){ { NULL, NULL } });
	return cmocka_run_group_tests(tests, NULL, NULL);
}
