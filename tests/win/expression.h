/* SPDX-License-Identifier: MIT */
/* What HLSL calculates in a compute shader, one number an expression. */
#ifndef XFT_EXPRESSION_H
#define XFT_EXPRESSION_H

#include "draw.h"

struct expression {
	const char *text;
	uint32_t expected;
};

/*
 * Each as a number of its own, of one shader; as it is optimized, and as it is not. `more` stands
 * before them. They find `i` and `f`, read from buffers, so that nobody knows them before: bits and
 * the same numbers as floats; `a` to `h`, matrices; `bytes` and `same`, of 28 and 12 bytes; `in_i`
 * and `in_f`, of 16; `written`, of 20 bytes; and `nan`.
 */
void expect_expressions(
	const char *more, const struct expression *expressions, size_t n_expressions);

#define EXPECT(more, expressions)                                                                  \
	expect_expressions(more, expressions, sizeof(expressions) / sizeof((expressions)[0]))

#endif
