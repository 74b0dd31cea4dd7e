/* SPDX-License-Identifier: MIT */
#include "win/shader/meaning.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "win/shader/arithmetic.h"
#include "win/shader/bytes.h"
#include "win/shader/given.h"
#include "win/shader/known.h"
#include "win/shader/position.h"
#include "win/shader/stride.h"

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
	int r = has(result, OP_ARRAY_LENGTH) ? xfi_bytes_find(hlsl->text, &known.bytes) : 0;
	if (!r)
		r = hr_to_int(xfi_arithmetic_mend(&result->words, &result->n_words, &known));
	if (!r && hlsl->stage == PIXELS)
		r = hr_to_int(xfi_position_invert(&result->words, &result->n_words));
	xfi_names_free(&known.bytes);
	return r;
}

/* With what is given, where that helps. */
static int compile_one(const struct xfi_hlsl *hlsl, struct xfi_hlsl_result *ret)
{
	bool is_given = false;
	int r = xfi_hlsl_compile(hlsl, ret);
	if (r == 0 ? has(ret, OP_MATRIX_TIMES_MATRIX) : r == 1 && xfi_given_helps(ret->messages))
		r = compile_given(hlsl, r, ret, &is_given);
	return r ? r : mend(hlsl, is_given, ret);
}

/* In the place of `hlsl`, unless it does not compile or is just that. */
static int compile_changed(
	const struct xfi_hlsl *hlsl, char *text, size_t size, struct xfi_hlsl_result *ret)
{
	struct xfi_hlsl changed = *hlsl;
	if (!text)
		return size ? -ENOMEM : 1;
	changed.text = text;
	changed.size = size;
	const int r = compile_one(&changed, ret);
	if (r == 1)
		xfi_hlsl_free(ret);
	return r;
}

/* As much of the meaning as compiles. */
static int compile_any(const struct xfi_hlsl *hlsl, struct xfi_hlsl_result *ret)
{
	size_t marked_size, size;
	char *marked = xfi_stride_mark(hlsl->text, &marked_size);
	char *hidden = xfi_known_hide(marked ? marked : hlsl->text, &size);
	int r = compile_changed(hlsl, hidden, size, ret);
	if (r == 1)
		r = compile_changed(hlsl, marked, marked_size, ret);
	if (r == 1)
		r = compile_one(hlsl, ret);
	free(marked);
	free(hidden);
	return r;
}

int xfi_meaning_compile(const struct xfi_hlsl *hlsl, struct xfi_hlsl_result *ret)
{
	int r = compile_any(hlsl, ret);
	if (r == 1)
		r = tell(hlsl, ret);
	if (r < 0)
		xfi_hlsl_free(ret);
	return r;
}
