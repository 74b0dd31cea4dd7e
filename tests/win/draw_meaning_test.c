/* SPDX-License-Identifier: MIT */
/*
 * HLSL means what it means on Windows: what is calculated, against what Direct3D's and HLSL's
 * specifications say of it. The operands come from a buffer, so that nobody knows them before.
 */
#include "quad.h"

#include <stdio.h>

enum { NUMBERS = 64, MOST_TEXT = 1 << 14 };

struct expression {
	const char *text;
	uint32_t expected;
};

/* What the shaders read, `i` as bits and `f` as the same numbers as floats. */
static const struct {
	uint32_t integers[16];
	float floats[16];
} input = {
	{ 0, 1, 7, (uint32_t)-7, 4, 3, 0xffffffff, 0x80000000 },
	{ 0, 1, 2, 3, 4, 5, 6, 7, 8, -7.5f, 1e10f, -1e10f, 2147483648.0f, 4294967296.0f, -0.5f,
		2147483520.0f },
};

static const char head[] =
	"StructuredBuffer<uint> in_i : register(t0);\n"
	"StructuredBuffer<float> in_f : register(t1);\n"
	"ByteAddressBuffer bytes : register(t2), same : register(t3);\n"
	"RWStructuredBuffer<uint> o : register(u0);\n"
	"RWByteAddressBuffer written : register(u1);\n"
	"static uint i[8]; static float f[16];\n"
	"static float2x2 a, b; static float3x3 c, d; static float4x4 e, g; static float2x3 h;\n"
	"static float nan;\n";

static const char body[] =
	"[numthreads(1, 1, 1)] void main() {\n"
	"	for (uint n = 0; n < 16; n++) { if (n < 8) i[n] = in_i[n]; f[n] = in_f[n]; }\n"
	"	nan = asfloat(i[6]);\n"
	"	a = float2x2(f[1], f[2], f[3], f[4]); b = float2x2(f[5], f[6], f[7], f[8]);\n"
	"	h = float2x3(f[1], f[2], f[3], f[4], f[5], f[6]);\n"
	"	c = float3x3(f[1], f[2], f[3], f[4], f[5], f[6], f[7], f[8], f[1]);\n"
	"	d = float3x3(f[2], f[0], f[1], f[1], f[3], f[0], f[0], f[1], f[2]);\n"
	"	e = float4x4(f[1], f[2], f[3], f[4], f[5], f[6], f[7], f[8], f[2], f[4], f[6], "
	"f[8],\n"
	"		f[1], f[1], f[2], f[2]); g = e + f[1];\n";

static ID3DBlob *compile_with(const char *text, UINT flags)
{
	ID3DBlob *code = NULL, *messages = NULL;
	const HRESULT hr = D3DCompile(text, strlen(text), "meaning.hlsl", NULL, NULL, "main",
		"cs_5_0", flags, 0, &code, &messages);
	if (FAILED(hr))
		fail_msg("%s", messages ? (char *)ID3D10Blob_GetBufferPointer(messages) : "?");
	if (messages)
		ID3D10Blob_Release(messages);
	return code;
}

static ID3D11Buffer *make_records(
	struct stage *stage, UINT bind, UINT misc, const void *bytes, UINT size)
{
	const D3D11_BUFFER_DESC desc = {
		.ByteWidth = size, .BindFlags = bind, .MiscFlags = misc, .StructureByteStride = 4
	};
	const D3D11_SUBRESOURCE_DATA data = { .pSysMem = bytes };
	ID3D11Buffer *buffer;
	assert_hr(ID3D11Device_CreateBuffer(stage->device, &desc, bytes ? &data : NULL, &buffer),
		S_OK);
	return buffer;
}

static void set_input(struct stage *stage, UINT slot, const void *bytes, UINT size, bool is_raw)
{
	const D3D11_SHADER_RESOURCE_VIEW_DESC desc = { .Format = DXGI_FORMAT_R32_TYPELESS,
		.ViewDimension = D3D11_SRV_DIMENSION_BUFFEREX,
		.BufferEx = { 0, size / 4, D3D11_BUFFEREX_SRV_FLAG_RAW } };
	ID3D11Buffer *buffer = make_records(stage, D3D11_BIND_SHADER_RESOURCE,
		is_raw ? D3D11_RESOURCE_MISC_BUFFER_ALLOW_RAW_VIEWS
		       : D3D11_RESOURCE_MISC_BUFFER_STRUCTURED,
		bytes, size);
	ID3D11ShaderResourceView *view;
	assert_hr(ID3D11Device_CreateShaderResourceView(
			  stage->device, (ID3D11Resource *)buffer, is_raw ? &desc : NULL, &view),
		S_OK);
	ID3D11DeviceContext_CSSetShaderResources(stage->context, slot, 1, &view);
	ID3D11ShaderResourceView_Release(view);
	ID3D11Buffer_Release(buffer);
}

static ID3D11Buffer *set_output(struct stage *stage, UINT slot, UINT size, bool is_raw)
{
	const D3D11_UNORDERED_ACCESS_VIEW_DESC desc = { .Format = DXGI_FORMAT_R32_TYPELESS,
		.ViewDimension = D3D11_UAV_DIMENSION_BUFFER,
		.Buffer = { 0, size / 4, D3D11_BUFFER_UAV_FLAG_RAW } };
	ID3D11Buffer *buffer = make_records(stage, D3D11_BIND_UNORDERED_ACCESS,
		is_raw ? D3D11_RESOURCE_MISC_BUFFER_ALLOW_RAW_VIEWS
		       : D3D11_RESOURCE_MISC_BUFFER_STRUCTURED,
		NULL, size);
	ID3D11UnorderedAccessView *view;
	assert_hr(ID3D11Device_CreateUnorderedAccessView(
			  stage->device, (ID3D11Resource *)buffer, is_raw ? &desc : NULL, &view),
		S_OK);
	ID3D11DeviceContext_CSSetUnorderedAccessViews(stage->context, slot, 1, &view, NULL);
	ID3D11UnorderedAccessView_Release(view);
	return buffer;
}

/* What the shader has left in `o`; free() it. */
static uint32_t *dispatch(struct stage *stage, const char *text, UINT flags)
{
	ID3DBlob *code = compile_with(text, flags);
	ID3D11ComputeShader *shader;
	assert_hr(ID3D11Device_CreateComputeShader(stage->device, ID3D10Blob_GetBufferPointer(code),
			  ID3D10Blob_GetBufferSize(code), NULL, &shader),
		S_OK);
	set_input(stage, 0, input.integers, sizeof(input.integers), false);
	set_input(stage, 1, input.floats, sizeof(input.floats), false);
	set_input(stage, 2, input.floats, 28, true);
	set_input(stage, 3, input.floats, 12, true);
	ID3D11Buffer *out = set_output(stage, 0, NUMBERS * 4, false);
	ID3D11Buffer *raw = set_output(stage, 1, 20, true);
	ID3D11DeviceContext_CSSetShader(stage->context, shader, NULL, 0);
	ID3D11DeviceContext_Dispatch(stage->context, 1, 1, 1);
	uint32_t *result = buffer_bytes(stage->device, out);
	ID3D11Buffer_Release(out);
	ID3D11Buffer_Release(raw);
	ID3D11ComputeShader_Release(shader);
	ID3D10Blob_Release(code);
	return result;
}

/* Each as a number of its own, of one shader; as it is optimized, and as it is not. */
static void expect_of(const char *more, const struct expression *expressions, size_t n_expressions)
{
	char *text = malloc(MOST_TEXT);
	size_t length = (size_t)snprintf(text, MOST_TEXT, "%s%s%s", head, more, body);
	struct stage stage;
	assert_true(n_expressions <= NUMBERS);
	for (size_t i = 0; i < n_expressions; i++)
		length += (size_t)snprintf(text + length, MOST_TEXT - length, "	o[%zu] = %s;\n", i,
			expressions[i].text);
	length += (size_t)snprintf(text + length, MOST_TEXT - length, "}\n");
	assert_true(length < MOST_TEXT);
	stage_open(&stage, 1, 1, DXGI_FORMAT_R8G8B8A8_UNORM);
	for (int k = 0; k < 2; k++) {
		uint32_t *result = dispatch(&stage, text, k ? D3DCOMPILE_SKIP_OPTIMIZATION : 0);
		for (size_t i = 0; i < n_expressions; i++)
			if (result[i] != expressions[i].expected)
				fail_msg("%s: %08x, not %08x", expressions[i].text, result[i],
					expressions[i].expected);
		free(result);
	}
	stage_close(&stage);
	free(text);
}

#define EXPECT(more, expressions)                                                                  \
	expect_of(more, expressions, sizeof(expressions) / sizeof((expressions)[0]))

static void remainders_have_the_dividends_sign(void **state)
{
	static const struct expression expressions[] = {
		{ "int(i[3]) % int(i[4])", (uint32_t)-3 },
		{ "i[2] % i[4]", 3 },
		{ "int(i[2]) % -int(i[4])", 3 },
		{ "(int2(i[3], i[2]) % int2(i[5], i[5])).x", (uint32_t)-1 },
		{ "int(2 * (f[9] % f[2]))", (uint32_t)-3 },
		{ "int(2 * fmod(f[9], f[2]))", (uint32_t)-3 },
		{ "int(2 * fmod(-f[9], -f[2]))", 3 },
		{ "int(2 * fmod(float3(f[9], f[7], f[1]), f[4]).x)", (uint32_t)-7 },
		{ "int(2 * fmod(float3(f[9], f[7], f[1]), f[4]).y)", 6 },
	};
	EXPECT("", expressions);
}

static void conversions_to_integers_saturate(void **state)
{
	static const struct expression expressions[] = {
		{ "uint(f[9])", 0 },
		{ "uint(f[10])", 0xffffffff },
		{ "uint(f[13])", 0xffffffff },
		{ "uint(f[12])", 0x80000000 },
		{ "uint(f[14])", 0 },
		{ "uint(f[8] + 0.75)", 8 },
		{ "uint(nan)", 0 },
		{ "uint(f[1] / f[0])", 0xffffffff },
		{ "int(f[9])", (uint32_t)-7 },
		{ "int(f[10])", 0x7fffffff },
		{ "int(f[11])", 0x80000000 },
		{ "int(f[12])", 0x7fffffff },
		{ "int(-f[12])", 0x80000000 },
		{ "int(f[15])", 0x7fffff80 },
		{ "int(nan)", 0 },
		{ "int(-f[1] / f[0])", 0x80000000 },
		{ "uint3(f[10], f[9], f[4]).x", 0xffffffff },
		{ "uint3(float3(f[10], f[9], f[4])).y", 0 },
		{ "uint3(float3(f[10], f[9], f[4])).z", 4 },
		{ "int4(float4(f[10], f[11], nan, f[9])).x", 0x7fffffff },
		{ "int4(float4(f[10], f[11], nan, f[9])).y", 0x80000000 },
		{ "int4(float4(f[10], f[11], nan, f[9])).z", 0 },
		{ "int4(float4(f[10], f[11], nan, f[9])).w", (uint32_t)-7 },
	};
	EXPECT("", expressions);
}

static void what_is_divided_by_zero_is_all_ones(void **state)
{
	static const struct expression expressions[] = {
		{ "i[2] / i[0]", 0xffffffff },
		{ "i[2] % i[0]", 0xffffffff },
		{ "i[2] / i[5]", 2 },
		{ "i[2] % i[5]", 1 },
		{ "i[2] / 3u", 2 },
		{ "(uint3(i[2], i[4], i[6]) / uint3(i[0], i[5], i[1])).x", 0xffffffff },
		{ "(uint3(i[2], i[4], i[6]) / uint3(i[0], i[5], i[1])).y", 1 },
		{ "(uint3(i[2], i[4], i[6]) % uint3(i[5], i[0], i[1])).y", 0xffffffff },
		{ "(uint2(i[2], i[4]) / uint2(2, 0)).y", 0xffffffff },
	};
	EXPECT("", expressions);
}

static void byte_address_buffers_count_bytes(void **state)
{
	static const char more[] =
		"uint of_bytes() { uint n; bytes.GetDimensions(n); return n; }\n"
		"uint of_given(ByteAddressBuffer in_f) { uint n; in_f.GetDimensions(n); return n; "
		"}\n"
		"uint of_written() { uint n; written.GetDimensions(n); return n; }\n"
		"uint of_records() { uint n, s; in_i.GetDimensions(n, s); return n * 100 + s; }\n"
		"uint of_floats() { uint n, s; in_f.GetDimensions(n, s); return n; }\n";
	static const struct expression expressions[] = {
		{ "of_bytes()", 28 },
		{ "of_given(same)", 12 },
		{ "of_written()", 20 },
		{ "of_records()", 1604 },
		{ "of_floats()", 16 },
		{ "bytes.Load(24)", 0x40c00000 },
	};
	EXPECT(more, expressions);
}

/* mul() has dot products of rows and columns, `*` has products of what lies at the same place. */
static void matrices_are_multiplied_both_ways(void **state)
{
	static const struct expression expressions[] = {
		{ "(a * b)[0][1]", 12 },
		{ "(b * a)[1][0]", 21 },
		{ "mul(a, b)[0][1]", 22 },
		{ "mul(a, b)[1][0]", 43 },
		{ "mul(b, a)[0][1]", 34 },
		{ "(a * mul(a, b))[1][1]", 200 },
		{ "mul(a * b, b)[0][0]", 109 },
		{ "multiplied(a, b)[1][0]", 21 },
		{ "(c * d)[1][1]", 15 },
		{ "mul(c, d)[1][1]", 21 },
		{ "mul(d, c)[2][0]", 18 },
		{ "(e * g)[3][2]", 6 },
		{ "mul(e, g)[0][3]", 62 },
		{ "mul(a, h)[1][2]", 33 },
		{ "mul(h, c)[0][0]", 30 },
		{ "mul(a, b[0]).y", 39 },
		{ "mul(a[0], b).y", 22 },
		{ "mul(f[2], a)[1][0]", 6 },
		{ "mul(a, f[2])[1][0]", 6 },
		{ "mul(a, 2)[1][0]", 6 },
		{ "mul(f[2], f[3])", 6 },
		{ "mul(a[0], a[1])", 11 },
		{ "mul(int2(i[1], i[5]), a).x", 10 },
		{ "mul(h, f[2] * c[0]).y", 64 },
	};
	EXPECT("float2x2 multiplied(float2x2 x, float2x2 y) { x *= y; return x; }\n", expressions);
}

/* A mul() of the program's own is its own. */
static void a_mul_of_the_programs_own_stays(void **state)
{
	static const struct expression expressions[] = {
		{ "mul(a, b)[0][1]", 6 },
		{ "mul(c, d)[1][1]", 21 },
		{ "mul(a, b[0]).y", 39 },
	};
	EXPECT("float2x2 mul(float2x2 x, float2x2 y) { return y; }\n", expressions);
}

static void messages_keep_their_lines(void **state)
{
	static const char text[] =
		"RWStructuredBuffer<float2x2> m; [numthreads(1, 1, 1)] void main() {\n"
		"	m[0] = m[1] * m[2];\n"
		"	m[2] = mul(m[0], nothing);\n}\n";
	ID3DBlob *code = NULL, *messages = NULL;
	assert_hr(D3DCompile(text, strlen(text), "a.hlsl", NULL, NULL, "main", "cs_5_0", 0, 0,
			  &code, &messages),
		E_FAIL);
	assert_non_null(strstr(ID3D10Blob_GetBufferPointer(messages), "a.hlsl(3): error: "));
	ID3D10Blob_Release(messages);
}

static void intrinsics_are_as_on_windows(void **state)
{
	static const char more[] =
		"uint added() { uint n; written.Store(4, 5); written.InterlockedAdd(4, 1);\n"
		"	written.InterlockedAdd(4, int(i[5]), n); return n * 100 + written.Load(4); "
		"}\n"
		"uint swapped() { uint n; written.Store(8, 5);\n"
		"	written.InterlockedCompareExchange(8, 5, 7, n);\n"
		"	return n * 100 + written.Load(8); }\n";
	static const struct expression expressions[] = {
		{ "uint(ldexp(f[3], f[4]))", 48 },
		{ "uint(ldexp(f[3], 2))", 12 },
		{ "uint(ldexp(float2(f[3], f[4]), int2(i[1], i[4])).y)", 64 },
		{ "added()", 609 },
		{ "swapped()", 507 },
	};
	EXPECT(more, expressions);
}

/* With the file's name, and without what shaderc says of itself. */
static void what_is_not_provided_is_told(void **state)
{
	static const char text[] = "sampler2D s; float4 main(float2 uv : UV) : SV_Target {\n"
				   "	return tex2D(s, uv); }\n";
	ID3DBlob *code = NULL, *messages = NULL;
	assert_hr(D3DCompile(text, strlen(text), "a.hlsl", NULL, NULL, "main", "ps_5_0", 0, 0,
			  &code, &messages),
		E_FAIL);
	const char *told = ID3D10Blob_GetBufferPointer(messages);
	if (strncmp(told, "a.hlsl: error: ", 15) || !strstr(told, "tex2D") ||
		strstr(told, "internal error"))
		fail_msg("%s", told);
	ID3D10Blob_Release(messages);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(remainders_have_the_dividends_sign),
		cmocka_unit_test(conversions_to_integers_saturate),
		cmocka_unit_test(what_is_divided_by_zero_is_all_ones),
		cmocka_unit_test(byte_address_buffers_count_bytes),
		cmocka_unit_test(matrices_are_multiplied_both_ways),
		cmocka_unit_test(a_mul_of_the_programs_own_stays),
		cmocka_unit_test(messages_keep_their_lines),
		cmocka_unit_test(intrinsics_are_as_on_windows),
		cmocka_unit_test(what_is_not_provided_is_told),
	};
	harness_start(argc, argv, (const struct role[]){ { NULL, NULL } });
	return cmocka_run_group_tests(tests, NULL, NULL);
}
