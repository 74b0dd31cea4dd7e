/* SPDX-License-Identifier: MIT */
#include "win/shader/given.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SMALLEST = 2, LARGEST = 4 };

/* The operators of two operands of which one is a vector mean just what mul() does of them. */
static void put_mul(FILE *out)
{
	fputs("float mul(float a, float b) { return a * b; }\n", out);
	for (int n = SMALLEST; n <= LARGEST; n++)
		fprintf(out,
			"float%d mul(float a, float%d b) { return a * b; }\n"
			"float%d mul(float%d a, float b) { return a * b; }\n"
			"float mul(float%d a, float%d b) { return dot(a, b); }\n",
			n, n, n, n, n, n);
	for (int r = SMALLEST; r <= LARGEST; r++)
		for (int c = SMALLEST; c <= LARGEST; c++)
			fprintf(out,
				"float%dx%d mul(float a, float%dx%d b) { return a * b; }\n"
				"float%dx%d mul(float%dx%d a, float b) { return a * b; }\n"
				"float%d mul(float%d a, float%dx%d b) { return b * a; }\n"
				"float%d mul(float%dx%d a, float%d b) { return b * a; }\n",
				r, c, r, c, r, c, r, c, c, r, r, c, r, r, c, c);
}

/* Row by row, which are vectors. */
static void put_product(FILE *out, int r, int k, int c)
{
	fprintf(out, "float%dx%d mul(float%dx%d a, float%dx%d b) { return float%dx%d(b * a[0]", r,
		c, r, k, k, c, r, c);
	for (int i = 1; i < r; i++)
		fprintf(out, ", b * a[%d]", i);
	fputs("); }\n", out);
}

static void put_products(FILE *out)
{
	for (int r = SMALLEST; r <= LARGEST; r++)
		for (int k = SMALLEST; k <= LARGEST; k++)
			for (int c = SMALLEST; c <= LARGEST; c++)
				put_product(out, r, k, c);
}

static void put_ldexp(FILE *out)
{
	fputs("float ldexp(float a, float b) { return a * exp2(b); }\n", out);
	for (int n = SMALLEST; n <= LARGEST; n++)
		fprintf(out, "float%d ldexp(float%d a, float%d b) { return a * exp2(b); }\n", n, n,
			n);
}

/*
 * shaderc calls methods by these names. Each of the four texels is compared by itself: in its
 * middle a filter takes nothing of others.
 */
static void put_gather(FILE *out, const char *name, const char *layers, int n)
{
	static const char *const corners[] = { "int2(0, 1)", "int2(1, 1)", "int2(1, 0)",
		"int2(0, 0)" };
	const char *layer = n > 2 ? ", at.z" : "", *size = n > 2 ? ", layers" : "";
	fprintf(out,
		"float4 __BI_%s(Texture2D%s t, SamplerComparisonState s, float%d at, float than,\n"
		"	int2 offset) {\n"
		"	float2 size; float layers; t.GetDimensions(size.x, size.y%s);\n"
		"	float2 texel = floor(at.xy * size - 0.5) + 0.5 + offset; float4 r;\n",
		name, layers, n, size);
	for (int i = 0; i < 4; i++)
		fprintf(out,
			"	r[%d] = t.SampleCmpLevelZero(s, float%d((texel + %s) / size%s), "
			"than);\n",
			i, n, corners[i], layer);
	fprintf(out,
		"	return r; }\n"
		"float4 __BI_%s(Texture2D%s t, SamplerComparisonState s, float%d at, float than) "
		"{\n"
		"	return __BI_%s(t, s, at, than, int2(0, 0)); }\n",
		name, layers, n, name);
}

static void put_given(FILE *out)
{
	static const char *const gathers[] = { "GatherCmp", "GatherCmpRed" };
	put_mul(out);
	put_products(out);
	put_ldexp(out);
	for (size_t i = 0; i < sizeof(gathers) / sizeof(gathers[0]); i++) {
		put_gather(out, gathers[i], "", 2);
		put_gather(out, gathers[i], "Array", 3);
	}
	fputs("#line 1\n", out);
}

/* To the comma or parenthesis behind an argument. */
static const char *argument_end(const char *at, const char *end)
{
	for (int depth = 0; at < end && (depth || (*at != ',' && *at != ')')); at++)
		depth += (*at == '(' || *at == '[') - (*at == ')' || *at == ']');
	return at;
}

/*
 * From the name of a buffer's atomic method on: its operands become unsigned, as the buffer's words
 * are; shaderc takes them as they come, and literals are not. Returns how far that went.
 */
static const char *put_atomic(FILE *out, const char *at, const char *end)
{
	static const char comparing[] = "InterlockedCompare";
	const size_t n = sizeof(comparing) - 1;
	const int operands = (size_t)(end - at) > n && !memcmp(at, comparing, n) ? 2 : 1;
	const char *open = memchr(at, '(', (size_t)(end - at));
	const char *to = open ? argument_end(open + 1, end) : end;
	fwrite(at, 1, (size_t)(to - at), out);
	for (int i = 0; i < operands && to < end && *to == ','; i++) {
		const char *from = to + 1;
		to = argument_end(from, end);
		fprintf(out, ",(uint)(%.*s)", (int)(to - from), from);
	}
	return to;
}

/* The preprocessor leaves spaces around the dot. */
static bool is_method(const char *text, const char *name)
{
	while (name > text && name[-1] == ' ')
		name--;
	return name > text && name[-1] == '.';
}

static void put_text(FILE *out, const char *text, size_t size)
{
	static const char name[] = "Interlocked";
	const char *at = text, *const end = text + size;
	for (const char *next; (next = memmem(at, (size_t)(end - at), name, sizeof(name) - 1));) {
		fwrite(at, 1, (size_t)(next - at), out);
		const bool is_ours = is_method(text, next);
		if (!is_ours)
			fputs(name, out);
		at = is_ours ? put_atomic(out, next, end) : next + sizeof(name) - 1;
	}
	fwrite(at, 1, (size_t)(end - at), out);
}

bool xfi_given_helps(const char *messages)
{
	return strstr(messages, "'mul'") || strstr(messages, "failed to optimize");
}

char *xfi_given_before(const char *text, size_t size, size_t *ret_size)
{
	char *whole = NULL;
	FILE *out = open_memstream(&whole, ret_size);
	if (!out)
		return NULL;
	put_given(out);
	put_text(out, text, size);
	if (!fclose(out))
		return whole;
	free(whole);
	return NULL;
}
