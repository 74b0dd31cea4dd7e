/* SPDX-License-Identifier: MIT */
#include "win/shader/layout.h"

enum { REGISTER = 16, MOST_CONSTANTS = 4096 * REGISTER, MOST_BYTES = 1 << 30 };

enum rule { CONSTANTS = 1, STRUCTURED };

struct extent {
	uint64_t size; /* of an array: without what pads its last element */
	uint32_t align;
	bool is_aggregate; /* begins a register */
};

struct layout {
	const struct xfi_module *module;
	const struct xfi_names *placed;
	uint32_t *words;
	struct extent *structures; /* by id, of size 0: not laid out yet */
	uint8_t *rules; /* of structures and arrays */
	bool has_failed; /* an id has two rules, or something is too large */
};

/* Of which structure a type is the member: what lies in a matrix is said there. */
struct member {
	uint32_t structure, index;
};

static uint64_t round_up(uint64_t n, uint64_t to)
{
	return (n + to - 1) / to * to;
}

/* A type has one decoration, so it cannot follow two rules. */
static void claim(struct layout *layout, uint32_t id, enum rule rule)
{
	if (id >= layout->module->n_ids || (layout->rules[id] && layout->rules[id] != rule))
		layout->has_failed = true;
	else
		layout->rules[id] = (uint8_t)rule;
}

/* `at` is the instruction's place, 0: there is none. */
static void set(struct layout *layout, uint32_t at, uint32_t i, uint64_t value)
{
	if (!at)
		return;
	if (value > MOST_BYTES || xfi_module_length(layout->module, at) <= i)
		layout->has_failed = true;
	else
		layout->words[at + i] = (uint32_t)value;
}

static struct extent measure(
	struct layout *layout, uint32_t id, enum rule rule, struct member member);

static struct extent measure_matrix(
	struct layout *layout, uint32_t at, enum rule rule, struct member member)
{
	const struct xfi_module *m = layout->module;
	const bool by_rows =
		xfi_module_member_at(m, member.structure, member.index, XFI_DECORATION_ROW_MAJOR);
	const uint32_t columns = xfi_module_word(m, at, 3), vector = xfi_module_word(m, at, 2);
	const uint32_t rows = xfi_module_word(m, xfi_module_at(m, vector), 3);
	const struct extent column = measure(layout, vector, rule, member);
	const uint64_t line = (uint64_t)column.align * (by_rows ? columns : rows);
	const uint64_t stride = rule == CONSTANTS ? round_up(line, REGISTER) : line;
	set(layout,
		xfi_module_member_at(
			m, member.structure, member.index, XFI_DECORATION_MATRIX_STRIDE),
		4, stride);
	return (struct extent){ ((by_rows ? rows : columns) - 1) * stride + line, column.align,
		true };
}

/* A runtime array has no elements of its own. */
static struct extent measure_array(
	struct layout *layout, uint32_t id, enum rule rule, struct member member)
{
	const struct xfi_module *m = layout->module;
	const uint32_t at = xfi_module_at(m, id);
	const struct extent element = measure(layout, xfi_module_word(m, at, 2), rule, member);
	const uint64_t stride =
		round_up(element.size, rule == CONSTANTS ? REGISTER : element.align);
	const uint64_t n = xfi_module_constant(m, xfi_module_word(m, at, 3));
	claim(layout, id, rule);
	set(layout, xfi_module_decoration_at(m, id, XFI_DECORATION_ARRAY_STRIDE), 3, stride);
	return (struct extent){ n ? (n - 1) * stride + element.size : 0, element.align, true };
}

/* Where something lies that comes behind so many bytes. */
static uint64_t place(enum rule rule, uint64_t end, const struct extent *extent)
{
	const uint64_t at = round_up(end, extent->align);
	const bool straddles = at % REGISTER + extent->size > REGISTER;
	return rule == CONSTANTS && (extent->is_aggregate || straddles) ? round_up(end, REGISTER)
									: at;
}

/* The end of a member of a structure, behind so many bytes. */
static uint64_t lay_member(struct layout *layout, struct member member, enum rule rule,
	uint64_t end, struct extent *whole)
{
	const struct xfi_module *m = layout->module;
	const uint32_t at =
		xfi_module_member_at(m, member.structure, member.index, XFI_DECORATION_OFFSET);
	const uint32_t type =
		xfi_module_word(m, xfi_module_at(m, member.structure), 2 + member.index);
	const struct extent extent = measure(layout, type, rule, member);
	const char *name = xfi_module_member_name(m, member.structure, member.index);
	const bool is_placed = xfi_module_id(m, member.structure)->is_block &&
			       xfi_names_get(layout->placed, name, strlen(name)) == XFI_NAME_PLACED;
	const uint64_t offset = is_placed ? xfi_module_word(m, at, 4) : place(rule, end, &extent);
	set(layout, at, 4, offset);
	if (extent.align > whole->align)
		whole->align = extent.align;
	return offset + extent.size;
}

static struct extent measure_structure(struct layout *layout, uint32_t id, enum rule rule)
{
	const uint32_t n = xfi_module_length(layout->module, xfi_module_at(layout->module, id)) - 2;
	struct extent whole = { .align = 4, .is_aggregate = true };
	uint64_t end = 0;
	claim(layout, id, rule);
	if (layout->has_failed || layout->structures[id].size)
		return layout->has_failed ? whole : layout->structures[id];
	for (uint32_t i = 0; i < n; i++) {
		end = lay_member(layout, (struct member){ id, i }, rule, end, &whole);
		if (end > whole.size)
			whole.size = end;
	}
	if (rule == STRUCTURED)
		whole.size = round_up(whole.size, whole.align);
	layout->structures[id] = whole;
	return whole;
}

static struct extent measure(
	struct layout *layout, uint32_t id, enum rule rule, struct member member)
{
	const struct xfi_module *m = layout->module;
	const uint32_t at = xfi_module_at(m, id), n = xfi_module_word(m, at, 3);
	const uint32_t bytes = xfi_module_word(m, at, 2) / 8; /* of a number */
	struct extent one;
	switch (xfi_module_op(m, at)) {
	case XFI_OP_TYPE_INT:
	case XFI_OP_TYPE_FLOAT:
		return (struct extent){ bytes, bytes, false };
	case XFI_OP_TYPE_VECTOR:
		one = measure(layout, xfi_module_word(m, at, 2), rule, member);
		return (struct extent){ one.size * n, one.align, false };
	case XFI_OP_TYPE_MATRIX:
		return measure_matrix(layout, at, rule, member);
	case XFI_OP_TYPE_ARRAY:
	case XFI_OP_TYPE_RUNTIME_ARRAY:
		return measure_array(layout, id, rule, member);
	case XFI_OP_TYPE_STRUCT:
		return measure_structure(layout, id, rule);
	default:
		layout->has_failed = true;
		return (struct extent){ 4, 4, false };
	}
}

/* Of a buffer, or an array of buffers. */
static void lay_variable(struct layout *layout, uint32_t at)
{
	const struct xfi_module *m = layout->module;
	const uint32_t pointer = xfi_module_at(m, xfi_module_word(m, at, 1));
	uint32_t type = xfi_module_word(m, pointer, 3);
	while (xfi_module_op(m, xfi_module_at(m, type)) == XFI_OP_TYPE_ARRAY)
		type = xfi_module_word(m, xfi_module_at(m, type), 2);
	const struct xfi_module_id *id = xfi_module_id(m, type);
	if (xfi_module_op(m, id->at) != XFI_OP_TYPE_STRUCT ||
		!(id->is_block || id->is_buffer_block))
		return;
	const struct extent extent =
		measure_structure(layout, type, id->is_buffer_block ? STRUCTURED : CONSTANTS);
	layout->has_failed |= !id->is_buffer_block && extent.size > MOST_CONSTANTS;
}

HRESULT xfi_layout_write(
	const struct xfi_module *module, const struct xfi_names *placed, uint32_t *words)
{
	struct layout layout = { module, placed, words, .has_failed = false };
	layout.structures = calloc(module->n_ids + 1, sizeof(*layout.structures));
	layout.rules = calloc(module->n_ids + 1, sizeof(*layout.rules));
	HRESULT hr = layout.structures && layout.rules ? S_OK : E_OUTOFMEMORY;
	for (uint32_t at = 0; SUCCEEDED(hr) && xfi_module_next(module, XFI_OP_VARIABLE, &at);)
		if (xfi_module_word(module, at, 3) == XFI_STORAGE_UNIFORM)
			lay_variable(&layout, at);
	free(layout.structures);
	free(layout.rules);
	return FAILED(hr) || !layout.has_failed ? hr : E_INVALIDARG;
}
