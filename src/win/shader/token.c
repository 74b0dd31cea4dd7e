/* SPDX-License-Identifier: MIT */
#include "win/shader/token.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

bool xfi_is_of_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static void take_line(struct xfi_scan *scan, const char *to)
{
	unsigned line;
	if (sscanf(scan->at, "#line %u", &line) != 1)
		return;
	scan->line = line - 1; /* the line's end counts it */
	const char *quote = memchr(scan->at, '"', (size_t)(to - scan->at));
	const char *close = quote ? memchr(quote + 1, '"', (size_t)(to - quote - 1)) : NULL;
	if (!close)
		return;
	scan->file = quote + 1;
	scan->file_length = (size_t)(close - quote - 1);
}

/* A directive, a comment or a string that begins here is left behind; false: none does. */
static bool skip(struct xfi_scan *scan)
{
	const char *end = NULL;
	size_t beyond = 0;
	if (*scan->at == '#' || !strncmp(scan->at, "//", 2)) {
		end = strchr(scan->at, '\n');
		if (*scan->at == '#')
			take_line(scan, end ? end : scan->end);
	} else if (!strncmp(scan->at, "/*", 2)) {
		end = strstr(scan->at + 2, "*/");
		beyond = 2;
	} else if (*scan->at == '"') {
		end = scan->at + 1 + strcspn(scan->at + 1, "\"\n");
		beyond = *end == '"';
	} else {
		return false;
	}
	end = end ? end + beyond : scan->end;
	for (const char *c = scan->at; c < end; c++)
		scan->line += *c == '\n';
	scan->at = end;
	return true;
}

bool xfi_scan_next(struct xfi_scan *scan, struct xfi_token *ret)
{
	while (scan->at < scan->end) {
		if (skip(scan))
			continue;
		const char *from = scan->at++;
		scan->line += *from == '\n';
		if (isspace((unsigned char)*from))
			continue;
		while (xfi_is_of_word(*from) && xfi_is_of_word(*scan->at))
			scan->at++;
		*ret = (struct xfi_token){ from, (size_t)(scan->at - from), scan->line };
		return true;
	}
	return false;
}

bool xfi_token_is(const struct xfi_token *token, const char *text)
{
	return token->length == strlen(text) && !memcmp(token->at, text, token->length);
}

bool xfi_token_is_word(const struct xfi_token *token)
{
	return token->length && xfi_is_of_word(*token->at);
}

bool xfi_token_is_type(const struct xfi_token *token)
{
	static const char *const words[] = { "return", "else", "do", "case" };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (xfi_token_is(token, words[i]))
			return false;
	return xfi_token_is_word(token);
}

struct xfi_scan xfi_scan_of(const char *text, const char *name)
{
	return (struct xfi_scan){ text, text + strlen(text), 1, name, strlen(name) };
}
