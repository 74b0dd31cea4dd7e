/* SPDX-License-Identifier: MIT */
/*
 * Any text as HLSL that the preprocessor leaves: what looks for names in it, and what writes it
 * anew, stays within it and says how long it has become. The compiler behind them is not called.
 */
#include <stdlib.h>
#include <string.h>

#include "win/shader/bytes.h"
#include "win/shader/known.h"
#include "win/shader/placed.h"
#include "win/shader/refused.h"
#include "win/shader/stride.h"
#include "win/shader/supplied.h"

static void require(bool good)
{
	if (!good)
		__builtin_trap();
}

static void find(const char *text)
{
	struct xfi_names names = { NULL };
	char *message = NULL;
	require(!xfi_bytes_find(text, &names));
	xfi_names_free(&names);
	require(!xfi_placed_find(text, &names));
	xfi_names_free(&names);
	if (xfi_refused_call(text, "text", &message))
		require(message && strstr(message, "not provided"));
	free(message);
}

/* Each leaves a text for the next one, which is longer, or leaves it as it is. */
static void write(const char *text)
{
	size_t supplied_size, marked_size, size;
	char *supplied = xfi_supplied_before(text, &supplied_size);
	require(supplied && strlen(supplied) == supplied_size);
	char *marked = xfi_stride_mark(supplied, &marked_size);
	require(marked ? strlen(marked) == marked_size && marked_size > supplied_size
		       : !marked_size);
	char *hidden = xfi_known_hide(marked ? marked : supplied, &size);
	require(hidden ? strlen(hidden) == size && size > supplied_size : !size);
	free(hidden);
	free(marked);
	free(supplied);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	require(text);
	memcpy(text, data, size);
	text[size] = '\0';
	find(text);
	write(text);
	free(text);
	return 0;
}
