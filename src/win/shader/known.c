/* SPDX-License-Identifier: MIT */
#include "win/shader/known.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "win/shader/tokens.h"

enum { MOST_STEPS = 64 /* of an operand: before and behind its name */ };

static const char hide_real[] = "__hide_real(", hide[] = "__hide(";

/* What is put before and behind a token. */
struct mark {
	const char *open;
	uint32_t closes;
};

struct marks {
	const struct xfi_tokens *tokens;
	struct mark *all; /* by token */
	bool has_any;
};

/* int, uint3, dword2. */
static bool is_integer_type(const struct xfi_tokens *tokens, size_t at)
{
	static const char *const names[] = { "int", "uint", "dword" };
	for (size_t i = 0; at < tokens->n && i < sizeof(names) / sizeof(names[0]); i++) {
		const struct xfi_token *token = &tokens->all[at];
		const size_t n = strlen(names[i]);
		if (token->length >= n && token->length <= n + 1 &&
			!memcmp(token->at, names[i], n) &&
			(token->length == n || (token->at[n] >= '1' && token->at[n] <= '4')))
			return true;
	}
	return false;
}

static bool is_cast(const struct xfi_tokens *tokens, size_t at)
{
	return xfi_tokens_is(tokens, at, "(") && xfi_tokens_is_word(tokens, at + 1) &&
	       xfi_tokens_is(tokens, at + 2, ")") &&
	       (xfi_tokens_is_word(tokens, at + 3) || xfi_tokens_is(tokens, at + 3, "("));
}

static bool is_sign(const struct xfi_tokens *tokens, size_t at)
{
	return at < tokens->n && tokens->all[at].length == 1 && strchr("+-~!", *tokens->all[at].at);
}

static bool is_integer_cast(const struct xfi_tokens *tokens, size_t at)
{
	return xfi_tokens_is(tokens, at, "(") && is_integer_type(tokens, at + 1) &&
	       xfi_tokens_is(tokens, at + 2, ")");
}

/* ++ or --, as one. */
static bool is_doubled(const struct xfi_tokens *tokens, size_t at)
{
	return (xfi_tokens_is(tokens, at, "+") && xfi_tokens_is(tokens, at + 1, "+") &&
		       tokens->all[at].at + 1 == tokens->all[at + 1].at) ||
	       (xfi_tokens_is(tokens, at, "-") && xfi_tokens_is(tokens, at + 1, "-") &&
		       tokens->all[at].at + 1 == tokens->all[at + 1].at);
}

static size_t postfix_end(const struct xfi_tokens *tokens, size_t at)
{
	if (xfi_tokens_is(tokens, at, ".") && xfi_tokens_is_word(tokens, at + 1))
		return at + 2;
	if (xfi_tokens_is(tokens, at, "(") || xfi_tokens_is(tokens, at, "["))
		return xfi_tokens_beyond(tokens, at);
	return is_doubled(tokens, at) ? at + 2 : at;
}

/* Of what unary operators, casts and what stands behind a name make; `at`: it is none. */
static size_t operand_end(const struct xfi_tokens *tokens, size_t at)
{
	size_t end = at;
	int steps = 0;
	for (bool is_more = true; is_more && steps < MOST_STEPS; steps++) {
		const size_t from = end;
		end += is_integer_cast(tokens, end) || is_cast(tokens, end) ? 3
		       : is_sign(tokens, end)				    ? 1
									    : 0;
		is_more = end > from;
	}
	const size_t name_end =
		xfi_tokens_is_word(tokens, end) || (end < tokens->n && *tokens->all[end].at == '.')
			? end + 1
		: xfi_tokens_is(tokens, end, "(") ? xfi_tokens_beyond(tokens, end)
						  : end;
	if (name_end == end)
		return at;
	for (end = name_end; steps < MOST_STEPS; steps++) {
		const size_t next = postfix_end(tokens, end);
		if (next == end)
			return end;
		end = next;
	}
	return at;
}

/* To what ends an assignment; `at`: another one comes before. */
static size_t assigned_end(const struct xfi_tokens *tokens, size_t at)
{
	size_t end = at;
	while (end < tokens->n && !xfi_tokens_is(tokens, end, ";") &&
		!xfi_tokens_is(tokens, end, ",") && !xfi_tokens_is(tokens, end, ")")) {
		if (xfi_tokens_is(tokens, end, "=") || xfi_tokens_is(tokens, end, "}"))
			return at;
		const size_t beyond = xfi_tokens_beyond(tokens, end);
		end = beyond > end ? beyond : end + 1;
	}
	return end;
}

static void wrap(struct marks *marks, size_t from, size_t to, const char *open)
{
	if (to <= from || marks->all[from].open)
		return;
	marks->all[from].open = open;
	marks->all[to - 1].closes++;
	marks->has_any = true;
}

static bool is_integer(const struct xfi_token *token)
{
	const bool is_hex = token->length > 1 && tolower((unsigned char)token->at[1]) == 'x';
	for (size_t i = 0; i < token->length && !is_hex; i++)
		if (strchr(".eEfFhH", token->at[i]))
			return false;
	return isdigit((unsigned char)*token->at);
}

/* Integers of the source, and what lies between them, convert as they do anywhere. */
static bool has_only_integers(const struct xfi_tokens *tokens, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		const struct xfi_token *token = &tokens->all[i];
		if ((xfi_token_is_word(token) || token->length > 1) && !is_integer(token))
			return false;
	}
	return true;
}

static void wrap_converted(struct marks *marks, size_t from, size_t to)
{
	if (!has_only_integers(marks->tokens, from, to))
		wrap(marks, from, to, hide_real);
}

/* From the parenthesis behind a type: each argument. */
static void wrap_arguments(struct marks *marks, size_t open)
{
	const size_t close = marks->tokens->partners[open];
	for (size_t from = open + 1; close < marks->tokens->n && from < close;) {
		const size_t to = xfi_tokens_argument_end(marks->tokens, from, close);
		wrap_converted(marks, from, to);
		from = to + 1;
	}
}

static void wrap_divisor(struct marks *marks, size_t open)
{
	const size_t close = marks->tokens->partners[open];
	if (close < marks->tokens->n)
		wrap(marks, xfi_tokens_argument_end(marks->tokens, open + 1, close) + 1, close,
			hide);
}

static void mark(struct marks *marks, size_t at)
{
	const struct xfi_tokens *tokens = marks->tokens;
	const size_t next = at + 1;
	if (xfi_tokens_is(tokens, at, "%") && xfi_tokens_is(tokens, next, "="))
		wrap(marks, at + 2, assigned_end(tokens, at + 2), hide);
	else if (xfi_tokens_is(tokens, at, "%"))
		wrap(marks, next, operand_end(tokens, next), hide);
	else if (is_integer_cast(tokens, at))
		wrap_converted(marks, at + 3, operand_end(tokens, at + 3));
	else if (is_integer_type(tokens, at) && xfi_tokens_is(tokens, next, "("))
		wrap_arguments(marks, next);
	else if (xfi_tokens_is(tokens, at, "fmod") && xfi_tokens_is(tokens, next, "(") && at &&
		 !xfi_token_is_type(&tokens->all[at - 1]))
		wrap_divisor(marks, next);
}

/* Behind what has to be a constant; `at`: there is none. */
static size_t beyond_constant(const struct xfi_tokens *tokens, size_t at)
{
	const bool is_static =
		xfi_tokens_is(tokens, at, "static") && xfi_tokens_is(tokens, at + 1, "const");
	if (xfi_tokens_is(tokens, at, "[") && xfi_tokens_is(tokens, at + 1, "numthreads"))
		return xfi_tokens_beyond(tokens, at);
	if (!is_static && !xfi_tokens_is(tokens, at, "case"))
		return at;
	while (at < tokens->n && !xfi_tokens_is(tokens, at, is_static ? ";" : ":")) {
		const size_t beyond = xfi_tokens_beyond(tokens, at);
		at = beyond > at ? beyond : at + 1;
	}
	return at;
}

static void mark_all(struct marks *marks)
{
	for (size_t at = 0; at < marks->tokens->n;) {
		const size_t beyond = beyond_constant(marks->tokens, at);
		if (beyond == at)
			mark(marks, at);
		at = beyond > at ? beyond : at + 1;
	}
}

/* Of each type, since the language has no other way to leave it as it is. */
static void put_head(FILE *out)
{
	static const char *const types[] = { "float", "int", "uint", "bool" };
	static const char *const more[] = { " + __real", " + __integer", "", "" };
	fprintf(out,
		"[[vk::constant_id(%d)]] const float __real = 0;\n"
		"[[vk::constant_id(%d)]] const int __integer = 0;\n",
		XFI_KNOWN_REAL, XFI_KNOWN_INTEGER);
	for (int i = 0; i < 4; i++)
		for (int n = 1; n <= 4; n++) {
			const char size[] = { n > 1 ? (char)('0' + n) : '\0', '\0' };
			fprintf(out, "%s%s %s%s%s a) { return a%s; }\n", types[i], size, hide_real,
				types[i], size, i ? "" : more[i]);
			fprintf(out, "%s%s %s%s%s a) { return a%s; }\n", types[i], size, hide,
				types[i], size, more[i]);
		}
}

static void put_text(FILE *out, const char *text, const struct marks *marks)
{
	const char *at = text;
	for (size_t i = 0; i < marks->tokens->n; i++) {
		const struct xfi_token *token = &marks->tokens->all[i];
		fwrite(at, 1, (size_t)(token->at - at), out);
		if (marks->all[i].open)
			fputs(marks->all[i].open, out);
		fwrite(token->at, 1, token->length, out);
		for (uint32_t k = 0; k < marks->all[i].closes; k++)
			fputc(')', out);
		at = token->at + token->length;
	}
	fputs(at, out);
}

static char *hidden(const char *text, const struct marks *marks, size_t *ret_size)
{
	char *whole = NULL;
	FILE *out = open_memstream(&whole, ret_size);
	if (!out)
		return NULL;
	put_head(out);
	put_text(out, text, marks);
	if (!fclose(out))
		return whole;
	free(whole);
	return NULL;
}

char *xfi_known_hide(const char *text, size_t *ret_size)
{
	struct xfi_tokens tokens;
	char *whole = NULL;
	*ret_size = 1;
	if (xfi_tokens_read(text, &tokens))
		return NULL;
	struct marks marks = { &tokens, calloc(tokens.n + 1, sizeof(*marks.all)), false };
	if (marks.all) {
		mark_all(&marks);
		*ret_size = marks.has_any;
		if (marks.has_any)
			whole = hidden(text, &marks, ret_size);
	}
	free(marks.all);
	xfi_tokens_free(&tokens);
	return whole;
}
