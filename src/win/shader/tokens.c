/* SPDX-License-Identifier: MIT */
#include "win/shader/tokens.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool begins_number(const struct xfi_token *token)
{
	return isdigit((unsigned char)token->at[0]) ||
	       (token->at[0] == '.' && isdigit((unsigned char)token->at[1]));
}

/* Behind e of 1e-5 a sign is the number's, behind that of 0xe it is not. */
static void extend_number(struct xfi_scan *scan, struct xfi_token *token)
{
	const bool is_hex = token->length > 1 && tolower((unsigned char)token->at[1]) == 'x';
	const char *end = token->at + token->length;
	while (end < scan->end) {
		const bool is_sign = (*end == '+' || *end == '-') && !is_hex &&
				     tolower((unsigned char)end[-1]) == 'e';
		if (!xfi_is_of_word(*end) && *end != '.' && !is_sign)
			break;
		end++;
	}
	token->length = (size_t)(end - token->at);
	scan->at = end;
}

static int add(struct xfi_tokens *tokens, size_t *room, const struct xfi_token *token)
{
	if (tokens->n == *room) {
		*room = *room ? *room * 2 : 256;
		struct xfi_token *all = realloc(tokens->all, *room * sizeof(*all));
		if (!all)
			return -ENOMEM;
		tokens->all = all;
	}
	tokens->all[tokens->n++] = *token;
	return 0;
}

static bool closes(char open, char close)
{
	return (open == '(' && close == ')') || (open == '[' && close == ']') ||
	       (open == '{' && close == '}');
}

/* An open bracket has the one around it as its partner until it finds its own. */
static void pair(struct xfi_tokens *tokens)
{
	size_t innermost = tokens->n;
	for (size_t i = 0; i < tokens->n; i++) {
		const char c = tokens->all[i].length == 1 ? *tokens->all[i].at : 'x';
		tokens->partners[i] = tokens->n;
		if (strchr("([{", c)) {
			tokens->partners[i] = innermost;
			innermost = i;
		} else if (innermost < tokens->n && closes(*tokens->all[innermost].at, c)) {
			const size_t open = innermost;
			innermost = tokens->partners[open];
			tokens->partners[open] = i;
			tokens->partners[i] = open;
		}
	}
	while (innermost < tokens->n) {
		const size_t open = innermost;
		innermost = tokens->partners[open];
		tokens->partners[open] = tokens->n;
	}
}

int xfi_tokens_read(const char *text, struct xfi_tokens *ret)
{
	struct xfi_scan scan = xfi_scan_of(text, "");
	struct xfi_token token;
	size_t room = 0;
	int r = 0;
	*ret = (struct xfi_tokens){ .n = 0 };
	while (!r && xfi_scan_next(&scan, &token)) {
		if (begins_number(&token))
			extend_number(&scan, &token);
		r = add(ret, &room, &token);
	}
	ret->partners = r ? NULL : malloc((ret->n + 1) * sizeof(*ret->partners));
	if (ret->partners)
		pair(ret);
	else
		xfi_tokens_free(ret);
	return ret->partners ? 0 : -ENOMEM;
}

void xfi_tokens_free(struct xfi_tokens *tokens)
{
	free(tokens->all);
	free(tokens->partners);
	*tokens = (struct xfi_tokens){ .n = 0 };
}

bool xfi_tokens_is(const struct xfi_tokens *tokens, size_t at, const char *text)
{
	return at < tokens->n && xfi_token_is(&tokens->all[at], text);
}

bool xfi_tokens_is_word(const struct xfi_tokens *tokens, size_t at)
{
	return at < tokens->n && xfi_token_is_word(&tokens->all[at]);
}

size_t xfi_tokens_beyond(const struct xfi_tokens *tokens, size_t at)
{
	const size_t partner = at < tokens->n ? tokens->partners[at] : tokens->n;
	return partner < tokens->n && partner > at ? partner + 1 : at;
}

size_t xfi_tokens_argument_end(const struct xfi_tokens *tokens, size_t at, size_t partner)
{
	while (at < partner && !xfi_tokens_is(tokens, at, ",")) {
		const size_t beyond = xfi_tokens_beyond(tokens, at);
		at = beyond > at ? beyond : at + 1;
	}
	return at;
}
