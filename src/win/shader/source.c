/* SPDX-License-Identifier: MIT */
#include "win/shader/source.h"

#include <errno.h>

#include "win/shader/include.h"
#include "win/shader/meaning.h"
#include "win/shader/refused.h"

/* Files that are included are looked at too: `named` stops at the first that needs it. */
struct opening {
	struct xfi_includes includes;
	bool looks, named;
};

static bool is_looked_at(const char *text, size_t size)
{
	return xfi_refused_named(text, size) || xfi_placed_named(text, size);
}

static bool open_file(
	void *arg, bool is_system, const char *name, const char *from, struct xfi_hlsl_file *ret)
{
	struct opening *opening = arg;
	if (!xfi_include_open(&opening->includes, is_system, name, from, ret))
		return false;
	if (!opening->looks || !is_looked_at(ret->text, ret->size))
		return true;
	opening->named = true;
	xfi_include_close(&opening->includes, ret);
	*ret = (struct xfi_hlsl_file){ .text = "", .size = 0 };
	return false;
}

static void close_file(void *arg, struct xfi_hlsl_file *file)
{
	struct opening *opening = arg;
	xfi_include_close(&opening->includes, file);
}

/* In preprocessed text. 1: something is refused. */
static int look(
	const struct xfi_hlsl *hlsl, struct xfi_hlsl_result *text, struct xfi_placed *ret_placed)
{
	char *message = NULL;
	const bool refused = xfi_refused_call(text->text, hlsl->name, &message);
	int r = refused && message ? 1
		: refused	   ? -ENOMEM
				   : xfi_placed_find(text->text, ret_placed);
	xfi_hlsl_free(text);
	text->messages = message;
	return r;
}

/* As the preprocessor leaves it, before it is compiled. */
static int compile_looked_at(struct xfi_hlsl *hlsl, struct opening *opening,
	struct xfi_hlsl_result *ret, struct xfi_placed *ret_placed)
{
	opening->looks = false;
	int r = xfi_hlsl_preprocess(hlsl, ret);
	if (!r)
		r = look(hlsl, ret, ret_placed);
	if (r)
		return r;
	r = xfi_meaning_compile(hlsl, ret);
	if (r)
		xfi_placed_free(ret_placed);
	return r;
}

static struct opening begin(struct xfi_hlsl *hlsl, ID3DInclude *handler)
{
	hlsl->open = open_file;
	hlsl->close = close_file;
	return (struct opening){ .includes = { .handler = handler } };
}

int xfi_source_compile(struct xfi_hlsl *hlsl, ID3DInclude *handler, struct xfi_hlsl_result *ret,
	struct xfi_placed *ret_placed)
{
	struct opening opening = begin(hlsl, handler);
	bool named = is_looked_at(hlsl->text, hlsl->size);
	hlsl->arg = &opening;
	for (size_t i = 0; i < hlsl->n_defines; i++)
		named |= is_looked_at(hlsl->defines[i].value, strlen(hlsl->defines[i].value));
	if (named)
		return compile_looked_at(hlsl, &opening, ret, ret_placed);
	opening.looks = true;
	int r = xfi_meaning_compile(hlsl, ret);
	if (!opening.named)
		return r;
	xfi_hlsl_free(ret);
	return compile_looked_at(hlsl, &opening, ret, ret_placed);
}

int xfi_source_preprocess(struct xfi_hlsl *hlsl, ID3DInclude *handler, struct xfi_hlsl_result *ret)
{
	struct opening opening = begin(hlsl, handler);
	hlsl->arg = &opening;
	return xfi_hlsl_preprocess(hlsl, ret);
}
