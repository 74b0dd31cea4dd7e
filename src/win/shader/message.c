/* SPDX-License-Identifier: MIT */
/* A compiler's messages in the form that programs for Windows know. */
#include "win/shader/message.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

/* The colon before a line's number: "name:12: error:" or "name:12: warning:". */
static char *number_of(char *line)
{
	static const char *const kinds[] = { ": error: ", ": warning: " };
	for (unsigned i = 0; i < ARRAYSIZE(kinds); i++) {
		char *kind = strstr(line, kinds[i]), *digit = kind;
		while (digit && digit > line && isdigit((unsigned char)digit[-1]))
			digit--;
		if (digit && digit < kind && digit > line && digit[-1] == ':')
			return digit - 1;
	}
	return NULL;
}

static void put_line(FILE *out, char *line)
{
	char *colon = number_of(line);
	if (!colon) {
		fprintf(out, "%s\n", line);
		return;
	}
	size_t digits = strspn(colon + 1, "0123456789");
	fprintf(out, "%.*s(%.*s)%s\n", (int)(colon - line), line, (int)digits, colon + 1,
		colon + 1 + digits);
}

HRESULT xfi_message_blob(char *lines, ID3DBlob **ret)
{
	char *text = NULL, *rest;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	if (!out)
		return E_OUTOFMEMORY;
	for (char *line = strtok_r(lines, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		put_line(out, line);
	HRESULT hr = fclose(out) ? E_OUTOFMEMORY : xfi_blob_create(text, size + 1, ret);
	free(text);
	return hr;
}

HRESULT xfi_message_fail(ID3DBlob **ret, const char *format, ...)
{
	char text[512];
	va_list arguments;
	if (!ret || *ret)
		return E_FAIL;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	(void)xfi_blob_create(text, strlen(text) + 1, ret); /* without, then */
	return E_FAIL;
}
