/* SPDX-License-Identifier: MIT */
#include "win/shader/supplied.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "win/shader/tokens.h"

/* `text` comes once for each size of a vector where it has a $, which the size stands for. */
static const struct supply {
	const char *name, *text;
} supplies[] = {
	{ "lit", "float4 lit(float l, float h, float m) {\n"
		 "	return float4(1, max(l, 0), l < 0 || h < 0 ? 0 : pow(h, m), 1); }\n" },
	{ "mad", "float$ mad(float$ a, float$ b, float$ c) { return a * b + c; }\n"
		 "int$ mad(int$ a, int$ b, int$ c) { return a * b + c; }\n"
		 "uint$ mad(uint$ a, uint$ b, uint$ c) { return a * b + c; }\n" },
	{ "sign", "int$ sign(float$ a) { return int$(a > 0) - int$(a < 0); }\n"
		  "int$ sign(int$ a) { return int$(a > 0) - int$(a < 0); }\n" },
	{ "msad4", "uint __msad(uint r, uint s) { uint n = 0;\n"
		   "	for (uint k = 0; k < 32; k += 8) {\n"
		   "		uint a = r >> k & 255, b = s >> k & 255;\n"
		   "		if (a) n += max(a, b) - min(a, b); }\n"
		   "	return n; }\n"
		   "uint4 msad4(uint r, uint2 s, uint4 a) {\n"
		   "	return a + uint4(__msad(r, s.x), __msad(r, s.x >> 8 | s.y << 24),\n"
		   "		__msad(r, s.x >> 16 | s.y << 16), __msad(r, s.x >> 24 | s.y << "
		   "8)); "
		   "}\n" },
	{ "EvaluateAttributeCentroid",
		"float$ EvaluateAttributeCentroid(float$ a) { return a; }\n" },
	{ "EvaluateAttributeAtSample",
		"float$ EvaluateAttributeAtSample(float$ a, uint n) { return a; }\n" },
	{ "EvaluateAttributeSnapped",
		"float$ EvaluateAttributeSnapped(float$ a, int2 at) {\n"
		"	return a + ddx(a) * (at.x / 16.0) + ddy(a) * (at.y / 16.0); }\n" },
	{ "GetRenderTargetSampleCount", "uint GetRenderTargetSampleCount() { return 1; }\n" },
	{ "GetRenderTargetSamplePosition",
		"float2 GetRenderTargetSamplePosition(int n) { return float2(0, 0); }\n" },
};
enum { SUPPLIES = sizeof(supplies) / sizeof(supplies[0]) };

struct found {
	bool is_called[SUPPLIES], is_defined[SUPPLIES];
};

static void note(const struct xfi_tokens *tokens, size_t at, struct found *found)
{
	const size_t beyond = xfi_tokens_beyond(tokens, at + 1);
	const bool is_method = at && xfi_tokens_is(tokens, at - 1, ".");
	if (!xfi_tokens_is_word(tokens, at) || !xfi_tokens_is(tokens, at + 1, "(") || is_method)
		return;
	for (size_t i = 0; i < SUPPLIES; i++) {
		if (!xfi_tokens_is(tokens, at, supplies[i].name))
			continue;
		found->is_called[i] = true;
		found->is_defined[i] |= (at && xfi_token_is_type(&tokens->all[at - 1])) ||
					xfi_tokens_is(tokens, beyond, "{");
	}
}

static void put_supply(FILE *out, const char *text)
{
	const bool is_vector = strchr(text, '$');
	for (int n = 1; n <= (is_vector ? 4 : 1); n++)
		for (const char *at = text; *at; at++)
			if (*at != '$')
				fputc(*at, out);
			else if (n > 1)
				fputc('0' + n, out);
}

/* float1, which the compiler behind us makes nothing of. */
static bool is_single(const struct xfi_token *token)
{
	static const char *const names[] = { "float1", "int1", "uint1", "bool1", "half1" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (xfi_token_is(token, names[i]))
			return true;
	return false;
}

static void put_text(FILE *out, const char *text, const struct xfi_tokens *tokens)
{
	const char *at = text;
	for (size_t i = 0; i < tokens->n; i++) {
		const struct xfi_token *token = &tokens->all[i];
		if (!is_single(token))
			continue;
		fwrite(at, 1, (size_t)(token->at + token->length - 1 - at), out);
		at = token->at + token->length;
	}
	fputs(at, out);
}

static char *supplied(const char *text, const struct xfi_tokens *tokens, size_t *ret_size)
{
	struct found found = { .is_called = { false } };
	char *whole = NULL;
	FILE *out = open_memstream(&whole, ret_size);
	if (!out)
		return NULL;
	for (size_t at = 0; at < tokens->n; at++)
		note(tokens, at, &found);
	for (size_t i = 0; i < SUPPLIES; i++)
		if (found.is_called[i] && !found.is_defined[i])
			put_supply(out, supplies[i].text);
	put_text(out, text, tokens);
	if (!fclose(out))
		return whole;
	free(whole);
	return NULL;
}

char *xfi_supplied_before(const char *text, size_t *ret_size)
{
	struct xfi_tokens tokens;
	if (xfi_tokens_read(text, &tokens))
		return NULL;
	char *whole = supplied(text, &tokens, ret_size);
	xfi_tokens_free(&tokens);
	return whole;
}
