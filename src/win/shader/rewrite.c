/* SPDX-License-Identifier: MIT */
#include "win/shader/rewrite.h"

enum { HEAD = 5, MOST_OPERANDS = 6 /* of what is declared */ };

static bool reserve(struct xfi_rewrite *rewrite, struct xfi_words *list, size_t more)
{
	if (list->n + more <= list->room)
		return true;
	const size_t room = (list->n + more) * 2;
	uint32_t *words = realloc(list->words, room * sizeof(*words));
	if (!words) {
		rewrite->hr = E_OUTOFMEMORY;
		return false;
	}
	list->words = words;
	list->room = room;
	return true;
}

static void append(
	struct xfi_rewrite *rewrite, struct xfi_words *list, const uint32_t *words, size_t n)
{
	if (!n || !reserve(rewrite, list, n))
		return;
	memcpy(&list->words[list->n], words, n * sizeof(*words));
	list->n += n;
}

/* Types and constants stand before all functions. */
static size_t declarations_end(const struct xfi_module *module)
{
	uint32_t at = 0;
	return xfi_module_next(module, XFI_OP_FUNCTION, &at) ? at : module->n_words;
}

HRESULT xfi_rewrite_begin(struct xfi_rewrite *rewrite, const uint32_t *words, size_t n)
{
	*rewrite = (struct xfi_rewrite){ .hr = S_OK };
	HRESULT hr = xfi_module_read(words, n * 4, &rewrite->module);
	if (FAILED(hr))
		return hr;
	rewrite->next_id = rewrite->module.n_ids;
	rewrite->declarations_end = declarations_end(&rewrite->module);
	append(rewrite, &rewrite->out, words, HEAD);
	return S_OK;
}

void xfi_rewrite_abandon(struct xfi_rewrite *rewrite)
{
	free(rewrite->out.words);
	free(rewrite->declared.words);
	xfi_module_free(&rewrite->module);
}

HRESULT xfi_rewrite_end(struct xfi_rewrite *rewrite, uint32_t **words, size_t *n)
{
	struct xfi_words *out = &rewrite->out;
	const struct xfi_words *declared = &rewrite->declared;
	const size_t at = rewrite->functions_at ? rewrite->functions_at : out->n;
	if (SUCCEEDED(rewrite->hr) && declared->n && reserve(rewrite, out, declared->n)) {
		memmove(&out->words[at + declared->n], &out->words[at],
			(out->n - at) * sizeof(*out->words));
		memcpy(&out->words[at], declared->words, declared->n * sizeof(*out->words));
		out->n += declared->n;
	}
	const HRESULT hr = rewrite->hr;
	if (SUCCEEDED(hr)) {
		out->words[3] = rewrite->next_id;
		free(*words);
		*words = out->words;
		*n = out->n;
		out->words = NULL;
	}
	xfi_rewrite_abandon(rewrite);
	return hr;
}

static void note_functions(struct xfi_rewrite *rewrite, uint32_t op)
{
	if (op == XFI_OP_FUNCTION && !rewrite->functions_at)
		rewrite->functions_at = rewrite->out.n;
}

void xfi_rewrite_copy(struct xfi_rewrite *rewrite, uint32_t at)
{
	const struct xfi_module *module = &rewrite->module;
	note_functions(rewrite, xfi_module_op(module, at));
	append(rewrite, &rewrite->out, &module->words[at], xfi_module_length(module, at));
}

static void put(struct xfi_rewrite *rewrite, struct xfi_words *list, uint32_t op,
	const uint32_t *operands, size_t n_operands)
{
	if (n_operands >= UINT16_MAX) {
		rewrite->hr = E_INVALIDARG;
		return;
	}
	const uint32_t first = op | (uint32_t)(n_operands + 1) << 16;
	append(rewrite, list, &first, 1);
	append(rewrite, list, operands, n_operands);
}

void xfi_rewrite_extend(
	struct xfi_rewrite *rewrite, uint32_t at, const uint32_t *more, size_t n_more)
{
	const size_t start = rewrite->out.n, length = xfi_module_length(&rewrite->module, at);
	if (length + n_more > UINT16_MAX) {
		rewrite->hr = E_INVALIDARG;
		return;
	}
	xfi_rewrite_copy(rewrite, at);
	append(rewrite, &rewrite->out, more, n_more);
	if (SUCCEEDED(rewrite->hr))
		rewrite->out.words[start] += (uint32_t)n_more << 16;
}

void xfi_rewrite_put(
	struct xfi_rewrite *rewrite, uint32_t op, const uint32_t *operands, size_t n_operands)
{
	note_functions(rewrite, op);
	put(rewrite, &rewrite->out, op, operands, n_operands);
}

uint32_t xfi_rewrite_result(struct xfi_rewrite *rewrite, uint32_t op, uint32_t type,
	const uint32_t *operands, size_t n_operands)
{
	const uint32_t first[] = { op | (uint32_t)(n_operands + 3) << 16, type, rewrite->next_id };
	append(rewrite, &rewrite->out, first, ARRAYSIZE(first));
	append(rewrite, &rewrite->out, operands, n_operands);
	return rewrite->next_id++;
}

/* Where `words` have the result of such an instruction, 0: nowhere. Operand `id_at` is the result.
 */
static uint32_t find(
	const uint32_t *words, size_t from, size_t n, const uint32_t *wanted, size_t id_at)
{
	const size_t length = wanted[0] >> 16;
	for (size_t at = from; at < n; at += words[at] >> 16) {
		bool is_same = words[at] == wanted[0];
		for (size_t i = 1; is_same && i < length; i++)
			is_same = i == id_at || words[at + i] == wanted[i];
		if (is_same)
			return words[at + id_at];
	}
	return 0;
}

/* `operands` with a place for the result's id, which is word `id_at` of the instruction. */
static uint32_t declare(struct xfi_rewrite *rewrite, uint32_t op, uint32_t *operands,
	size_t n_operands, size_t id_at)
{
	uint32_t wanted[1 + MOST_OPERANDS] = { op | (uint32_t)(n_operands + 1) << 16 };
	memcpy(wanted + 1, operands, n_operands * sizeof(*operands));
	uint32_t id = find(rewrite->module.words, HEAD, rewrite->declarations_end, wanted, id_at);
	if (!id)
		id = find(rewrite->declared.words, 0, rewrite->declared.n, wanted, id_at);
	if (id)
		return id;
	operands[id_at - 1] = rewrite->next_id;
	put(rewrite, &rewrite->declared, op, operands, n_operands);
	return rewrite->next_id++;
}

uint32_t xfi_rewrite_type(struct xfi_rewrite *rewrite, uint32_t op, uint32_t a, uint32_t b)
{
	uint32_t operands[] = { 0, a, b };
	const bool has_second =
		op == XFI_OP_TYPE_INT || op == XFI_OP_TYPE_VECTOR || op == XFI_OP_TYPE_POINTER;
	return declare(rewrite, op, operands, op == XFI_OP_TYPE_BOOL ? 1 : has_second ? 3 : 2, 1);
}

uint32_t xfi_rewrite_vector(struct xfi_rewrite *rewrite, uint32_t scalar, uint32_t n)
{
	return n == 1 ? scalar : xfi_rewrite_type(rewrite, XFI_OP_TYPE_VECTOR, scalar, n);
}

uint32_t xfi_rewrite_constant(
	struct xfi_rewrite *rewrite, uint32_t scalar, uint32_t n, uint32_t bits)
{
	uint32_t one[] = { scalar, 0, bits };
	const uint32_t id = declare(rewrite, XFI_OP_CONSTANT, one, ARRAYSIZE(one), 2);
	uint32_t all[] = { 0, 0, id, id, id, id };
	if (n == 1)
		return id;
	all[0] = xfi_rewrite_vector(rewrite, scalar, n);
	return declare(rewrite, XFI_OP_CONSTANT_COMPOSITE, all, 2 + n, 2);
}

uint32_t xfi_rewrite_variable(struct xfi_rewrite *rewrite, uint32_t type, uint32_t storage)
{
	const uint32_t pointer = xfi_rewrite_type(rewrite, XFI_OP_TYPE_POINTER, storage, type);
	const uint32_t operands[] = { pointer, rewrite->next_id, storage };
	put(rewrite, &rewrite->declared, XFI_OP_VARIABLE, operands, ARRAYSIZE(operands));
	return rewrite->next_id++;
}
