/* SPDX-License-Identifier: MIT */
#include "win/shader/placed.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "win/shader/token.h"

/* c0, C17: a register of constants. */
static bool is_register(const char *text, size_t length)
{
	size_t digits = 1;
	while (digits < length && isdigit((unsigned char)text[digits]))
		digits++;
	return length > 1 && digits == length && (*text == 'c' || *text == 'C');
}

static bool names_a_register(const char *text, size_t size)
{
	for (size_t at = 0, from; at < size; at++) {
		for (from = at; at < size && xfi_is_of_word(text[at]);)
			at++;
		if (is_register(text + from, at - from))
			return true;
	}
	return false;
}

bool xfi_placed_named(const char *text, size_t size)
{
	return memmem(text, size, "packoffset", 10) ||
	       (memmem(text, size, "register", 8) && names_a_register(text, size));
}

static int add(struct xfi_placed *placed, const struct xfi_token *name)
{
	char *names = realloc(placed->names, placed->size + name->length + 1);
	if (!names)
		return -ENOMEM;
	memcpy(names + placed->size, name->at, name->length);
	names[placed->size + name->length] = '\0';
	placed->names = names;
	placed->size += name->length + 1;
	return 0;
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

int xfi_placed_find(const char *text, struct xfi_placed *ret)
{
	struct xfi_scan scan = xfi_scan_of(text, "");
	struct passed passed = { .depth = 0 };
	struct xfi_token token;
	int r = 0;
	*ret = (struct xfi_placed){ NULL, 0 };
	while (!r && xfi_scan_next(&scan, &token)) {
		passed.depth += xfi_token_is(&token, "[");
		if (passed.depth == 0 && places(&passed, &token))
			r = add(ret, &passed.declared);
		if (passed.depth == 0)
			pass(&passed, &token);
		passed.depth -= passed.depth > 0 && xfi_token_is(&token, "]");
	}
	if (r)
		xfi_placed_free(ret);
	return r;
}

bool xfi_placed_has(const struct xfi_placed *placed, const char *name)
{
	for (size_t at = 0; at < placed->size; at += strlen(placed->names + at) + 1)
		if (!strcmp(placed->names + at, name))
			return true;
	return false;
}

void xfi_placed_free(struct xfi_placed *placed)
{
	free(placed->names);
	*placed = (struct xfi_placed){ NULL, 0 };
}
