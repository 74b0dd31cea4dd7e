/* SPDX-License-Identifier: MIT */
/* Words of HLSL's text, past its comments, strings and directives. */
#ifndef XFI_WIN_SHADER_TOKEN_H
#define XFI_WIN_SHADER_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

/* A word, or one character. */
struct xfi_token {
	const char *at;
	size_t length;
	unsigned line;
};

/* The text is followed through its #line directives. */
struct xfi_scan {
	const char *at, *end;
	unsigned line;
	const char *file;
	size_t file_length;
};

/* Text that ends with a zero, of a file of this name. */
struct xfi_scan xfi_scan_of(const char *text, const char *name);
/* False: there is no more. */
bool xfi_scan_next(struct xfi_scan *scan, struct xfi_token *ret);
bool xfi_token_is(const struct xfi_token *token, const char *text);
bool xfi_token_is_word(const struct xfi_token *token);
/* Before a name there may be a word of a statement; any other one is a type. */
bool xfi_token_is_type(const struct xfi_token *token);
bool xfi_is_of_word(char c);

#endif
