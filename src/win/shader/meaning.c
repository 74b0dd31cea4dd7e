/* SPDX-License-Identifier: MIT */
#include "win/shader/meaning.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "win/shader/arithmetic.h"
#include "win/shader/given.h"
#include "win/shader/position.h"

enum {
	HEAD = 5,
	PIXELS = 1, /* the stage */
	OP_ARRAY_LENGTH = 68,
	OP_MATRIX_TIMES_MATRIX = 146,
};

static bool has(const struct xfi_hlsl_result *result, uint32_t op)
{
	for (size_t at = HEAD; at < result->n_words; at += result->words[at] >> 16) {
		if ((result->words[at] & 0xffff) == op)
			return true;
		if (!(result->words[at] >> 16))
			return false;
	}
	return false;
}

/* Once more, behind what is given. What came of it before stays if that does not compile. */
static int compile_given(
	const struct xfi_hlsl *hlsl, int r, struct xfi_hlsl_result *result, bool *ret_is_given)
{
	struct xfi_hlsl_result again = { 0 };
	struct xfi_hlsl with = *hlsl;
	char *text = xfi_given_before(hlsl->text, hlsl->size, &with.size);
	if (!text)
		return -ENOMEM;
	with.text = text;
	const int s = xfi_hlsl_compile(&with, &again);
	free(text);
	*ret_is_given = s == 0;
	xfi_hlsl_free(s == 0 ? result : &again);
	if (s == 0)
		*result = again;
	return s < 0 || s == 0 ? s : r;
}

/* What shaderc calls an error of its own is one of the program's, of which no line is known. */
static int tell(const struct xfi_hlsl *hlsl, struct xfi_hlsl_result *result)
{
	static const char mark[] = "failed to optimize: ";
	char *message = NULL;
	char *detail = strstr(result->messages, mark);
	if (!detail)
		return 1;
	detail += sizeof(mark) - 1;
	detail[strcspn(detail, "\n")] = '\0';
	if (asprintf(&message,
		    "%s: error: an intrinsic that is not provided, such as tex2D(), or not with "
		    "these arguments: %s\n",
		    hlsl->name, detail) < 0)
		return -ENOMEM;
	free(result->messages);
	result->messages = message;
	return 1;
}

static int hr_to_int(HRESULT hr)
{
	return SUCCEEDED(hr) ? 0 : -ENOMEM; /* it is SPIR-V */
}

static int mend(const struct xfi_hlsl *hlsl, bool is_given, struct xfi_hlsl_result *result)
{
	struct xfi_arithmetic known = { .by_component = is_given };
	struct xfi_hlsl_result source = { 0 };
	int r = 0;
	if (has(result, OP_ARRAY_LENGTH)) {
		r = xfi_hlsl_preprocess(hlsl, &source);
		known.text = source.text;
	}
	if (!r)
		r = hr_to_int(xfi_arithmetic_mend(&result->words, &result->n_words, &known));
	if (!r && hlsl->stage == PIXELS)
		r = hr_to_int(xfi_position_invert(&result->words, &result->n_words));
	xfi_hlsl_free(&source);
	return r;
}

int xfi_meaning_compile(const struct xfi_hlsl *hlsl, struct xfi_hlsl_result *ret)
{
	bool is_given = false;
	int r = xfi_hlsl_compile(hlsl, ret);
	if (r == 0 ? has(ret, OP_MATRIX_TIMES_MATRIX) : r == 1 && xfi_given_helps(ret->messages))
		r = compile_given(hlsl, r, ret, &is_given);
	if (r == 0)
		r = mend(hlsl, is_given, ret);
	else if (r == 1)
		r = tell(hlsl, ret);
	if (r < 0)
		xfi_hlsl_free(ret);
	return r;
}
