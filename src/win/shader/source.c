/* SPDX-License-Identifier: MIT */
#include "win/shader/source.h"

#include <errno.h>

#include "win/shader/include.h"
#include "win/shader/meaning.h"
#include "win/shader/placed.h"
#include "win/shader/refused.h"

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

int xfi_source_compile(struct xfi_hlsl *hlsl, ID3DInclude *handler, struct xfi_hlsl_result *ret,
	struct xfi_names *ret_placed)
{
	struct xfi_hlsl_result source;
	int r = xfi_source_preprocess(hlsl, handler, &source);
	*ret = (struct xfi_hlsl_result){ .messages = source.messages };
	source.messages = NULL;
	if (r)
		return r;
	hlsl->text = source.text;
	hlsl->size = strlen(source.text);
	hlsl->n_defines = 0; /* are in the text by now */
	xfi_hlsl_free(ret);
	r = look(hlsl, &ret->messages, ret_placed);
	if (!r) {
		r = xfi_meaning_compile(hlsl, ret);
		if (r)
			xfi_names_free(ret_placed);
	}
	xfi_hlsl_free(&source);
	return r;
}
