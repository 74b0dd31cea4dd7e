/* SPDX-License-Identifier: MIT */
#include "win/shader/placed.h"

#include <ctype.h>

#include "win/shader/token.h"

/* c0, C17: a register of constants. */
static bool is_register(const char *text, size_t length)
{
	size_t digits = 1;
	while (digits < length && isdigit((unsigned char)text[digits]))
		digits++;
	return length > 1 && digits == length && (*text == 'c' || *text == 'C');
}

/* What the scan has passed, but for what stands in brackets behind a name. */
struct passed {
	struct xfi_token last, before; /* the last token and the one before it */
	struct xfi_token name; /* the last word */
	struct xfi_token declared; /* the last one before a colon */
	int depth; /* of brackets */
};

static bool places(const struct passed *passed, const struct xfi_token *token)
{
	return xfi_token_is(token, "packoffset") ||
	       (xfi_token_is(&passed->last, "(") && xfi_token_is(&passed->before, "register") &&
		       is_register(token->at, token->length));
}

static void pass(struct passed *passed, const struct xfi_token *token)
{
	/* The colon behind a parenthesis is the same constant's next one. */
	if (xfi_token_is(token, ":") && !xfi_token_is(&passed->last, ")"))
		passed->declared = passed->name;
	if (xfi_token_is_word(token))
		passed->name = *token;
	passed->before = passed->last;
	passed->last = *token;
}

int xfi_placed_find(const char *text, struct xfi_names *ret)
{
	struct xfi_scan scan = xfi_scan_of(text, "");
	struct passed passed = { .depth = 0 };
	struct xfi_token token;
	int r = 0;
	*ret = (struct xfi_names){ NULL };
	while (!r && xfi_scan_next(&scan, &token)) {
		passed.depth += xfi_token_is(&token, "[");
		if (passed.depth == 0 && places(&passed, &token))
			r = xfi_names_set(
				ret, passed.declared.at, passed.declared.length, XFI_NAME_PLACED);
		if (passed.depth == 0)
			pass(&passed, &token);
		passed.depth -= passed.depth > 0 && xfi_token_is(&token, "]");
	}
	if (r)
		xfi_names_free(ret);
	return r;
}
