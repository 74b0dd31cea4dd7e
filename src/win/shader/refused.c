/* SPDX-License-Identifier: MIT */
#include "win/shader/refused.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "win/shader/token.h"

static const char *const names[] = { "noise", "CheckAccessFullyMapped" };
enum { NAMES = sizeof(names) / sizeof(names[0]) };

static int index_of(const struct xfi_token *token)
{
	int i = 0;
	while (i < NAMES && !xfi_token_is(token, names[i]))
		i++;
	return i;
}

/* From the parenthesis on: does a body follow the one that closes it? */
static bool has_body(struct xfi_scan scan)
{
	struct xfi_token token;
	int depth = 1;
	while (depth && xfi_scan_next(&scan, &token))
		depth += xfi_token_is(&token, "(") - xfi_token_is(&token, ")");
	return xfi_scan_next(&scan, &token) && xfi_token_is(&token, "{");
}

struct found {
	bool is_defined[NAMES], is_called[NAMES];
	unsigned line[NAMES];
	const char *file[NAMES];
	size_t file_length[NAMES];
};

static void note(struct found *found, int i, const struct xfi_scan *scan,
	const struct xfi_token *before, unsigned line)
{
	if (xfi_token_is_type(before) || has_body(*scan)) {
		found->is_defined[i] = true;
	} else if (!xfi_token_is(before, ".") && !found->is_called[i]) {
		found->is_called[i] = true;
		found->line[i] = line;
		found->file[i] = scan->file;
		found->file_length[i] = scan->file_length;
	}
}

static void look(const char *text, const char *name, struct found *found)
{
	struct xfi_scan scan = xfi_scan_of(text, name);
	struct xfi_token token, last = { 0 }, before = { 0 };
	while (xfi_scan_next(&scan, &token)) {
		if (xfi_token_is(&token, "(") && last.length && index_of(&last) < NAMES)
			note(found, index_of(&last), &scan, &before, last.line);
		before = last;
		last = token;
	}
}

bool xfi_refused_call(const char *text, const char *name, char **ret_message)
{
	struct found found = { .is_defined = { false } };
	look(text, name, &found);
	for (int i = 0; i < NAMES; i++) {
		if (!found.is_called[i] || found.is_defined[i])
			continue;
		if (asprintf(ret_message, "%.*s:%u: error: '%s' : this intrinsic is not provided\n",
			    (int)found.file_length[i], found.file[i], found.line[i], names[i]) < 0)
			*ret_message = NULL;
		return true;
	}
	return false;
}
