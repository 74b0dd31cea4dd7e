/* SPDX-License-Identifier: MIT */
#include "win/shader/bytes.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static size_t word_length(const char *at)
{
	size_t n = 0;
	while (is_word(at[n]))
		n++;
	return n;
}

/* To the comma or semicolon behind a name with all that belongs to it. */
static const char *declarator_end(const char *at)
{
	for (int depth = 0; *at && (depth || (*at != ',' && *at != ';')); at++)
		depth += (*at == '(' || *at == '[') - (*at == ')' || *at == ']');
	return at;
}

static bool lists(const char *at, const char *name)
{
	for (;; at++) {
		at += strspn(at, " \t\r\n");
		const size_t n = word_length(at);
		if (n && n == strlen(name) && !memcmp(at, name, n))
			return true;
		at = declarator_end(at);
		if (*at != ',')
			return false;
	}
}

/* Those of functions have no name in SPIR-V. */
bool xfi_bytes_declared(const char *text, const char *name)
{
	static const char type[] = "ByteAddressBuffer";
	int depth = 0;
	for (const char *at = text; *at; at++) {
		depth += (*at == '{' || *at == '(') - (*at == '}' || *at == ')');
		if (!depth && !strncmp(at, type, sizeof(type) - 1) &&
			!is_word(at[sizeof(type) - 1]) && lists(at + sizeof(type) - 1, name))
			return true;
	}
	return false;
}
