/* SPDX-License-Identifier: MIT */
/*
 * What a compiler knows before the shader runs is calculated by the same rules as what it does not
 * know: numbers in the source, constants, what loops are unrolled to, and the strides of buffers.
 */
#include "expression.h"

static const char numbers[] =
	"static const int minus_seven = -7, four = 4; static const float half = 0.5;\n"
	"uint in_turn() { uint r = 0;\n"
	"	[unroll] for (int k = -2; k <= 2; k++) r = r * 16 + uint(k % 3 + 4);\n"
	"	return r; }\n"
	"int local(int x, int y) { x %= y; return x; }\n"
	"float kept(float x) { return x; }\n";

static void known_remainders_have_the_dividends_sign(void **state)
{
	static const struct expression expressions[] = {
		{ "-7 % 4", (uint32_t)-3 },
		{ "minus_seven % four", (uint32_t)-3 },
		{ "local(-7, 4)", (uint32_t)-3 },
		{ "local(7, -4)", 3 },
		{ "local(minus_seven * 3, four + 1)", (uint32_t)-1 },
		{ "in_turn()", 0x23456 },
		{ "(int2(-7, 7) % 4).x", (uint32_t)-3 },
		{ "(int3(-7, 7, -9) % int3(4, 4, 4)).z", (uint32_t)-1 },
		{ "int(2 * (-7.5 % 2.0))", (uint32_t)-3 },
		{ "int(2 * fmod(-7.5, 2.0))", (uint32_t)-3 },
		{ "int(2 * fmod(kept(-7.5), 1.5 + half))", (uint32_t)-3 },
		{ "int(8 * fmod(float2(7.5, -7.25), 2.0).y)", (uint32_t)-10 },
		{ "int(1e1 % 4.0) - -7 % 4 * 2", 8 },
		{ "-7 % (2 + 2) + (minus_seven) % -four", (uint32_t)-6 },
		{ "-7 % (int)4.5", (uint32_t)-3 },
	};
	EXPECT(numbers, expressions);
}

static void known_conversions_saturate(void **state)
{
	static const struct expression expressions[] = {
		{ "uint(-7.5)", 0 },
		{ "uint(5e9)", 0xffffffff },
		{ "uint(3e9)", 3000000000 },
		{ "int(1e10)", 0x7fffffff },
		{ "int(-1e10)", 0x80000000 },
		{ "int(-7.5)", (uint32_t)-7 },
		{ "(uint)-7.5", 0 },
		{ "(uint)kept(-7.5)", 0 },
		{ "(int)1e10 - 1", 0x7ffffffe },
		{ "uint(kept(-half))", 0 },
		{ "uint(kept(5e9))", 0xffffffff },
		{ "int(kept(1e10))", 0x7fffffff },
		{ "uint3(-7.5, 1e10, 3).y", 0xffffffff },
		{ "uint3(-7.5, 1e10, 3).x", 0 },
		{ "uint2(float2(-7.5, 1e10)).x", 0 },
		{ "((int2)float2(-7.5, 1e10)).y", 0x7fffffff },
		{ "int2(-1, 2).x", (uint32_t)-1 },
		{ "uint(minus_seven)", (uint32_t)-7 },
		{ "int(true)", 1 },
	};
	EXPECT(numbers, expressions);
}

/* Where the language wants a constant it gets one, though it is calculated. */
static void constants_stay_constants(void **state)
{
	static const char more[] =
		"static const int size = 11 % 4; static uint sized[size];\n"
		"static uint converted[int(2.5)];\n"
		"uint chosen(int n) { switch (n) { case 7 % 4: return 5; case int(1.5): return 6;\n"
		"	default: return 7; } }\n"
		"uint filled() { for (int k = 0; k < size; k++) sized[k] = k;\n"
		"	converted[1] = sized[2]; return converted[1]; }\n";
	static const struct expression expressions[] = {
		{ "filled()", 2 },
		{ "chosen(i[5])", 5 },
		{ "chosen(i[1])", 6 },
		{ "chosen(i[2])", 7 },
		{ "int(i[3]) % int(i[4])", (uint32_t)-3 },
	};
	EXPECT(more, expressions);
}

/* A structure's stride is what Windows packs it to, and not what Vulkan's rules would have. */
static void strides_are_those_of_the_layout(void **state)
{
	static const char more[] =
		"struct R { float3 p; float q; float3 r; }; struct M { float2x3 m; uint n; };\n"
		"typedef StructuredBuffer<R> Records;\n"
		"StructuredBuffer<float3> v : register(t4); StructuredBuffer<R> r : register(t5);\n"
		"RWStructuredBuffer<M> m : register(u2);\n"
		"Texture2D<float4> t : register(t10);\n"
		"uint of_vectors() { uint n, s; v.GetDimensions(n, s); return s; }\n"
		"uint of_records() { uint2 d; r.GetDimensions(d.x, d.y); return d.y; }\n"
		"uint of_given(StructuredBuffer<R> t) { uint n, s; t.GetDimensions(n, s); return "
		"s; "
		"}\n"
		"uint of_written() { uint n, s; if (i[1]) m.GetDimensions(n, s); else s = 1; "
		"return "
		"s; }\n"
		"uint of_local() { uint n, s; in_i.GetDimensions(n, s); return n * 100 + s; }\n"
		"int of_signed() { int n, s; v.GetDimensions(n, s); return -s; }\n"
		"uint of_texture() { uint n, s; t.GetDimensions(n, s); return n * s; }\n";
	static const struct expression expressions[] = {
		{ "of_vectors()", 12 },
		{ "of_records()", 28 },
		{ "of_given(r)", 28 },
		{ "of_written()", 28 },
		{ "of_local()", 1604 },
		{ "of_signed()", (uint32_t)-12 },
		{ "of_texture() > 0", 1 },
	};
	EXPECT(more, expressions);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_remainders_have_the_dividends_sign),
		cmocka_unit_test(known_conversions_saturate),
		cmocka_unit_test(constants_stay_constants),
		cmocka_unit_test(strides_are_those_of_the_layout),
	};
	harness_start(argc, argv, (const struct role[]){ { NULL, NULL } });
	return cmocka_run_group_tests(tests, NULL, NULL);
}
