/* SPDX-License-Identifier: MIT */
#include "win/shader/stride.h"

#include <stdio.h>

#include "win/shader/known.h"
#include "win/shader/names.h"
#include "win/shader/rewrite.h"
#include "win/shader/tokens.h"

enum {
	HEAD = 5,
	OP_SPEC_CONSTANT = 50,
	OP_ARRAY_LENGTH = 68,
	OP_COPY_OBJECT = 83,
	OP_BITWISE_XOR = 198,
	DECORATION_SPEC_ID = 1,
};

enum what { STRUCTURED = 1, OTHER };

static bool is_structured(const struct xfi_token *token)
{
	static const char end[] = "StructuredBuffer";
	const size_t n = sizeof(end) - 1;
	return token->length >= n && !memcmp(token->at + token->length - n, end, n);
}

/* X.GetDimensions(count, stride), by the places of its tokens. */
struct call {
	size_t name, method; /* [name, method) is the buffer */
	size_t comma, close;
};

static bool read_call(const struct xfi_tokens *tokens, size_t name, struct call *ret)
{
	size_t at = name + 1;
	if (!xfi_tokens_is(tokens, at, ".") || !xfi_tokens_is(tokens, at + 1, "GetDimensions") ||
		!xfi_tokens_is(tokens, at + 2, "("))
		return false;
	const size_t close = tokens->partners[at + 2];
	if (close == tokens->n)
		return false;
	const size_t comma = xfi_tokens_argument_end(tokens, at + 3, close);
	*ret = (struct call){ name, at, comma, close };
	return comma < close && xfi_tokens_argument_end(tokens, comma + 1, close) == close;
}

static int length_of(const struct xfi_tokens *tokens, size_t from, size_t to)
{
	const struct xfi_token *last = to > from ? &tokens->all[to - 1] : NULL;
	return last ? (int)(last->at + last->length - tokens->all[from].at) : 0;
}

static void put_call(FILE *out, const struct xfi_tokens *tokens, const struct call *call)
{
	const char *name = tokens->all[call->name].at;
	const char *count = tokens->all[call->method + 3].at;
	const char *stride = tokens->all[call->comma + 1].at;
	fprintf(out,
		"(%.*s.GetDimensions(__length, __stride), %.*s = __length, %.*s = __length ^ "
		"__mark)",
		length_of(tokens, call->name, call->method), name,
		length_of(tokens, call->method + 3, call->comma), count,
		length_of(tokens, call->comma + 1, call->close), stride);
}

struct marking {
	const struct xfi_tokens *tokens;
	struct xfi_names names; /* what they were declared as last */
	size_t head; /* before the last < */
	bool is_list; /* declares structured buffers, up to its end */
	FILE *out;
	bool has_any;
};

/* Is the token a name that is declared here, and as what? 0: it is not. */
static int declared(const struct marking *marking, size_t at)
{
	const struct xfi_tokens *tokens = marking->tokens;
	const struct xfi_token *before = &tokens->all[at - 1];
	if (xfi_token_is(before, ">"))
		return is_structured(&tokens->all[marking->head]) ? STRUCTURED : OTHER;
	if (xfi_token_is_type(before))
		return xfi_names_get(&marking->names, before->at, before->length) == STRUCTURED
			       ? STRUCTURED
			       : OTHER;
	/* Behind a comma there is another name, or a type of its own. */
	return marking->is_list && xfi_token_is(before, ",") &&
			       !xfi_tokens_is_word(tokens, at + 1) &&
			       !xfi_tokens_is(tokens, at + 1, "<")
		       ? STRUCTURED
		       : 0;
}

static int note(struct marking *marking, size_t at)
{
	const struct xfi_token *token = &marking->tokens->all[at];
	if (xfi_token_is(token, "<") && at)
		marking->head = at - 1;
	if (xfi_token_is(token, ";") || xfi_token_is(token, ")") || xfi_token_is(token, "{"))
		marking->is_list = false;
	const int what = at && xfi_token_is_word(token) ? declared(marking, at) : 0;
	if (!what)
		return 0;
	marking->is_list = what == STRUCTURED;
	return xfi_names_set(&marking->names, token->at, token->length, what);
}

static int mark_all(struct marking *marking, const char *text)
{
	const struct xfi_tokens *tokens = marking->tokens;
	const char *from = text;
	struct call call;
	int r = 0;
	for (size_t at = 0; !r && at < tokens->n; at++) {
		const struct xfi_token *token = &tokens->all[at];
		r = note(marking, at);
		if (r || !xfi_token_is_word(token) || !read_call(tokens, at, &call) ||
			xfi_names_get(&marking->names, token->at, token->length) != STRUCTURED)
			continue;
		marking->has_any = true;
		fwrite(from, 1, (size_t)(token->at - from), marking->out);
		put_call(marking->out, tokens, &call);
		from = tokens->all[call.close].at + 1;
		at = call.close;
	}
	fputs(from, marking->out);
	return r;
}

static char *marked(const struct xfi_tokens *tokens, const char *text, size_t *ret_size)
{
	char *whole = NULL;
	struct marking marking = { .tokens = tokens, .out = open_memstream(&whole, ret_size) };
	if (!marking.out)
		return NULL;
	fprintf(marking.out,
		"[[vk::constant_id(%d)]] const uint __mark = 0; static uint __length, __stride;\n",
		XFI_KNOWN_STRIDE);
	int r = mark_all(&marking, text);
	xfi_names_free(&marking.names);
	if (!fclose(marking.out) && !r && marking.has_any)
		return whole;
	free(whole);
	*ret_size = r || marking.has_any;
	return NULL;
}

char *xfi_stride_mark(const char *text, size_t *ret_size)
{
	struct xfi_tokens tokens;
	*ret_size = strstr(text, "GetDimensions") != NULL;
	if (!*ret_size || xfi_tokens_read(text, &tokens))
		return NULL;
	char *whole = marked(&tokens, text, ret_size);
	xfi_tokens_free(&tokens);
	return whole;
}

struct writing {
	struct xfi_rewrite rewrite;
	uint32_t *buffers; /* by an id: the variable whose length it is, 0: it is none */
	uint32_t mark;
};

static uint32_t find_mark(const struct xfi_module *module)
{
	for (uint32_t at = 0; xfi_module_next(module, XFI_OP_DECORATE, &at);)
		if (xfi_module_word(module, at, 2) == DECORATION_SPEC_ID &&
			xfi_module_word(module, at, 3) == XFI_KNOWN_STRIDE)
			return xfi_module_word(module, at, 1);
	return 0;
}

/* Of the array that is a buffer's only member. */
static uint32_t stride_of(const struct xfi_module *module, uint32_t variable)
{
	const uint32_t pointer = xfi_module_word(module, xfi_module_at(module, variable), 1);
	const uint32_t structure = xfi_module_word(module, xfi_module_at(module, pointer), 3);
	const uint32_t array = xfi_module_word(module, xfi_module_at(module, structure), 2);
	return xfi_module_id(module, array)->array_stride;
}

static bool put_stride(struct writing *writing, uint32_t at)
{
	struct xfi_rewrite *rewrite = &writing->rewrite;
	const struct xfi_module *module = &rewrite->module;
	const uint32_t a = xfi_module_word(module, at, 3), b = xfi_module_word(module, at, 4);
	const uint32_t length = a == writing->mark ? b : b == writing->mark ? a : 0;
	if (!length || length >= module->n_ids || !writing->buffers[length])
		return false;
	const uint32_t type = xfi_module_word(module, at, 1);
	XFI_PUT(rewrite, OP_COPY_OBJECT, type, xfi_module_word(module, at, 2),
		xfi_rewrite_constant(
			rewrite, type, 1, stride_of(module, writing->buffers[length])));
	return true;
}

static void put_instruction(struct writing *writing, uint32_t at)
{
	struct xfi_rewrite *rewrite = &writing->rewrite;
	const struct xfi_module *module = &rewrite->module;
	const uint32_t op = xfi_module_op(module, at), id = xfi_module_word(module, at, 2);
	if (op == XFI_OP_DECORATE && xfi_module_word(module, at, 1) == writing->mark &&
		id == DECORATION_SPEC_ID)
		return;
	if (op == OP_ARRAY_LENGTH && id < module->n_ids)
		writing->buffers[id] = xfi_module_word(module, at, 3);
	if (op == OP_SPEC_CONSTANT && id == writing->mark)
		XFI_PUT(rewrite, XFI_OP_CONSTANT, xfi_module_word(module, at, 1), id, 0);
	else if (op != OP_BITWISE_XOR || !put_stride(writing, at))
		xfi_rewrite_copy(rewrite, at);
}

HRESULT xfi_stride_write(uint32_t **words, size_t *n)
{
	struct writing writing;
	struct xfi_rewrite *rewrite = &writing.rewrite;
	HRESULT hr = xfi_rewrite_begin(rewrite, *words, *n);
	if (FAILED(hr))
		return hr;
	const struct xfi_module *module = &rewrite->module;
	writing.mark = find_mark(module);
	writing.buffers = writing.mark ? calloc(module->n_ids + 1, sizeof(*writing.buffers)) : NULL;
	hr = writing.mark && !writing.buffers ? E_OUTOFMEMORY : S_OK;
	if (writing.buffers) {
		for (uint32_t at = HEAD; at < module->n_words; at += xfi_module_length(module, at))
			put_instruction(&writing, at);
		hr = xfi_rewrite_end(rewrite, words, n);
	} else {
		xfi_rewrite_abandon(rewrite);
	}
	free(writing.buffers);
	return hr;
}
