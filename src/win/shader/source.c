/* SPDX-License-Identifier: MIT */
#include "win/shader/source.h"

#include <errno.h>

#include "win/shader/bytes.h"
#include "win/shader/include.h"
#include "win/shader/meaning.h"
#include "win/shader/placed.h"
#include "win/shader/refused.h"
#include "win/shader/supplied.h"

int xfi_source_preprocess(struct xfi_hlsl *hlsl, ID3DInclude *handler, struct xfi_hlsl_result *ret)
{
	struct xfi_includes includes = { .handler = handler };
	hlsl->open = xfi_include_open;
	hlsl->close = xfi_include_close;
	hlsl->arg = &includes;
	return xfi_hlsl_preprocess(hlsl, ret);
}

/* 1: something is refused, which the message tells. */
static int look(const struct xfi_hlsl *hlsl, char **ret_message, struct xfi_names *ret_placed)
{
	const bool is_refused = xfi_refused_call(hlsl->text, hlsl->name, ret_message);
	return is_refused && *ret_message ? 1
	       : is_refused		  ? -ENOMEM
					  : xfi_placed_find(hlsl->text, ret_placed);
}

static int compile(
	const struct xfi_hlsl *hlsl, struct xfi_hlsl_result *ret, struct xfi_names *ret_placed)
{
	int r = look(hlsl, &ret->messages, ret_placed);
	if (r)
		return r;
	r = xfi_bytes_find(hlsl->text, ret_placed);
	if (!r)
		r = xfi_meaning_compile(hlsl, ret);
	if (r)
		xfi_names_free(ret_placed);
	return r;
}

int xfi_source_compile(struct xfi_hlsl *hlsl, ID3DInclude *handler, struct xfi_hlsl_result *ret,
	struct xfi_names *ret_placed)
{
	struct xfi_hlsl_result source;
	int r = xfi_source_preprocess(hlsl, handler, &source);
	*ret = (struct xfi_hlsl_result){ .messages = source.messages };
	source.messages = NULL;
	if (r)
		return r;
	xfi_hlsl_free(ret);
	char *text = xfi_supplied_before(source.text, &hlsl->size);
	xfi_hlsl_free(&source);
	r = -ENOMEM;
	if (text) {
		hlsl->text = text;
		hlsl->n_defines = 0; /* are in the text by now */
		r = compile(hlsl, ret, ret_placed);
	}
	free(text);
	return r;
}
