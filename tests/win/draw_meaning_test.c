/* SPDX-License-Identifier: MIT */
/*
 * HLSL means what it means on Windows: what is calculated, against what Direct3D's and HLSL's
 * specifications say of it. The operands come from a buffer, so that nobody knows them before.
 */
#include "expression.h"

#include <d3dcompiler.h>

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
		"	return n * 100 + written.Load(8); }\n"
		"uint singles() { float1 x[2] = { float1(f[1]), float1(f[2]) }; int1 y = x[i[1]];\n"
		"	return uint(x[i[0]].x) * 256 + y.x; }\n";
	static const struct expression expressions[] = {
		{ "uint(ldexp(f[3], f[4]))", 48 },
		{ "uint(ldexp(f[3], 2))", 12 },
		{ "uint(ldexp(float2(f[3], f[4]), int2(i[1], i[4])).y)", 64 },
		{ "added()", 609 },
		{ "swapped()", 507 },
		{ "uint(lit(f[1], f[2], f[3]).z)", 8 },
		{ "uint(lit(f[9], f[2], f[3]).y)", 0 },
		{ "uint(lit(f[9], f[2], f[3]).z)", 0 },
		{ "uint(dst(float4(f[1], f[2], f[3], f[4]), f[5]).y)", 10 },
		{ "mad(i[5], i[2], i[4])", 25 },
		{ "mad(int2(i[3], i[2]), 2, int2(i[1], i[1])).x", (uint32_t)-13 },
		{ "uint(mad(f[3], f[2], f[4]))", 10 },
		{ "uint(mad(float2(f[3], f[2]), f[2], f[4]).x)", 10 },
		{ "sign(f[9])", (uint32_t)-1 },
		{ "sign(f[0])", 0 },
		{ "sign(int(i[3]))", (uint32_t)-1 },
		{ "sign(float2(f[9], f[2])).y * 3 / 2", 1 },
		{ "uint(f[2] * sign(f[4]))", 2 },
		{ "msad4(0x01020300 + i[0], uint2(0x01020304, 0x05060708), 100).x", 100 },
		{ "msad4(0x01020300 + i[0], uint2(0x01020304, 0x05060708), 100).y", 109 },
		{ "msad4(0x01020300 + i[0], uint2(0x01020304, 0x05060708), i[4]).w", 19 },
		{ "singles()", 0x102 },
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
