/* SPDX-License-Identifier: MIT */
/* All words of HLSL's text, with numbers as one, and which brackets belong together. */
#ifndef XFI_WIN_SHADER_TOKENS_H
#define XFI_WIN_SHADER_TOKENS_H

#include "win/shader/token.h"

struct xfi_tokens {
	struct xfi_token *all;
	size_t *partners; /* of a bracket, that which belongs to it; `n` of all else */
	size_t n;
};

/* Text that ends with a zero, and stays. 0 or -ENOMEM. */
int xfi_tokens_read(const char *text, struct xfi_tokens *ret);
void xfi_tokens_free(struct xfi_tokens *tokens);
/* False beyond the last one. */
bool xfi_tokens_is(const struct xfi_tokens *tokens, size_t at, const char *text);
bool xfi_tokens_is_word(const struct xfi_tokens *tokens, size_t at);
/* Behind a bracket's partner; `at` itself where there is none. */
size_t xfi_tokens_beyond(const struct xfi_tokens *tokens, size_t at);
/* From behind a bracket: the comma behind an argument, or the bracket's partner. */
size_t xfi_tokens_argument_end(const struct xfi_tokens *tokens, size_t at, size_t partner);

#endif
