/* SPDX-License-Identifier: MIT */
#include "win/shader/refused.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = { "msad4", "noise", "GetRenderTargetSampleCount",
	"CheckAccessFullyMapped" };
enum { NAMES = sizeof(names) / sizeof(names[0]) };

struct token {
	const char *at;
	size_t length;
	unsigned line;
};

/* The text is followed through its #line directives. */
struct scan {
	const char *at, *end;
	unsigned line;
	const char *file;
	size_t file_length;
};

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static void take_line(struct scan *scan, const char *to)
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
static bool skip(struct scan *scan)
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

/* A word, or one character. */
static bool next(struct scan *scan, struct token *ret)
{
	while (scan->at < scan->end) {
		if (skip(scan))
			continue;
		const char *from = scan->at++;
		scan->line += *from == '\n';
		if (isspace((unsigned char)*from))
			continue;
		while (is_word(*from) && is_word(*scan->at))
			scan->at++;
		*ret = (struct token){ from, (size_t)(scan->at - from), scan->line };
		return true;
	}
	return false;
}

static bool is(const struct token *token, const char *text)
{
	return token->length == strlen(text) && !memcmp(token->at, text, token->length);
}

static int index_of(const struct token *token)
{
	int i = 0;
	while (i < NAMES && !is(token, names[i]))
		i++;
	return i;
}

/* Before a name that is called there may be a word of a statement; any other one is a type. */
static bool is_type(const struct token *token)
{
	static const char *const words[] = { "return", "else", "do", "case" };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (is(token, words[i]))
			return false;
	return token->length && is_word(*token->at);
}

/* From the parenthesis on: does a body follow the one that closes it? */
static bool has_body(struct scan scan)
{
	struct token token;
	int depth = 1;
	while (depth && next(&scan, &token))
		depth += is(&token, "(") - is(&token, ")");
	return next(&scan, &token) && is(&token, "{");
}

struct found {
	bool is_defined[NAMES], is_called[NAMES];
	unsigned line[NAMES];
	const char *file[NAMES];
	size_t file_length[NAMES];
};

static void note(struct found *found, int i, const struct scan *scan, const struct token *before,
	unsigned line)
{
	if (is_type(before) || has_body(*scan)) {
		found->is_defined[i] = true;
	} else if (!is(before, ".") && !found->is_called[i]) {
		found->is_called[i] = true;
		found->line[i] = line;
		found->file[i] = scan->file;
		found->file_length[i] = scan->file_length;
	}
}

static void look(const char *text, const char *name, struct found *found)
{
	struct scan scan = { text, text + strlen(text), 1, name, strlen(name) };
	struct token token, last = { 0 }, before = { 0 };
	while (next(&scan, &token)) {
		if (is(&token, "(") && last.length && index_of(&last) < NAMES)
			note(found, index_of(&last), &scan, &before, last.line);
		before = last;
		last = token;
	}
}

bool xfi_refused_named(const char *text, size_t size)
{
	if (memmem(text, size, "##", 2))
		return true;
	for (int i = 0; i < NAMES; i++)
		if (memmem(text, size, names[i], strlen(names[i])))
			return true;
	return false;
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
