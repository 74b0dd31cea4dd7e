/* SPDX-License-Identifier: MIT */
/* The chunk that tells of constant buffers and bindings, written from a module. */
#include "win/shader/rdef.h"

#include "win/shader/rdef_type.h"

enum { OP_ACCESS_CHAIN = 65, OP_IN_BOUNDS_ACCESS_CHAIN = 66 };

/* What a binding is on both sides. */
struct row {
	const struct xfi_shader_binding *binding;
	uint32_t variable, structure; /* ids; the latter of a buffer's type */
	bool has_counter;
	uint32_t name_at;
	bool is_bytes; /* a ByteAddressBuffer */
};

struct table {
	const struct xfi_module *module;
	UINT major;
	struct row *rows;
	UINT n;
	struct xfi_writer *writer;
};

static uint32_t variable_of(
	const struct xfi_module *module, const struct xfi_shader_binding *binding)
{
	uint32_t number = xfi_binding_base(binding->kind) + binding->reg;
	for (uint32_t at = 0; xfi_module_next(module, XFI_OP_VARIABLE, &at);)
		if (xfi_module_id(module, xfi_module_word(module, at, 2))->binding == number)
			return xfi_module_word(module, at, 2);
	return 0;
}

static uint32_t pointee(const struct xfi_module *module, uint32_t variable)
{
	uint32_t at = xfi_module_at(module, variable);
	uint32_t type =
		xfi_module_word(module, xfi_module_at(module, xfi_module_word(module, at, 1)), 3);
	if (xfi_module_op(module, xfi_module_at(module, type)) == XFI_OP_TYPE_ARRAY)
		type = xfi_module_word(module, xfi_module_at(module, type), 2);
	return type;
}

/* A buffer's name is the block's; loose variables are in one that D3D calls so. */
static const char *name_of(const struct xfi_module *module, const struct row *row)
{
	uint32_t id = row->binding->kind == XFI_BINDING_CB ? row->structure : row->variable;
	const char *name = xfi_module_text(module, xfi_module_id(module, id)->name_at, 2);
	return strcmp(name, "$Global") ? name : "$Globals";
}

static bool has_counter(const struct xfi_shader *shader, const struct xfi_shader_binding *binding)
{
	for (UINT i = 0; i < shader->n_bindings; i++)
		if (shader->bindings[i].is_counter && binding->kind == XFI_BINDING_UAV &&
			shader->bindings[i].reg == binding->reg)
			return true;
	return false;
}

/* Samplers, resources, views, buffers, each by register: as fxc lists them. */
static int compare(const void *a, const void *b)
{
	static const int places[] = { 3, 1, 0, 2 };
	const struct xfi_shader_binding *x = ((const struct row *)a)->binding;
	const struct xfi_shader_binding *y = ((const struct row *)b)->binding;
	if (x->kind != y->kind)
		return places[x->kind] - places[y->kind];
	return x->reg < y->reg ? -1 : x->reg > y->reg;
}

static bool make_rows(struct table *table, const struct xfi_shader *shader)
{
	table->rows = calloc(shader->n_bindings + 1, sizeof(*table->rows));
	for (UINT i = 0; table->rows && i < shader->n_bindings; i++) {
		struct row *row = &table->rows[table->n];
		if (shader->bindings[i].is_counter)
			continue;
		row->binding = &shader->bindings[i];
		row->variable = variable_of(table->module, row->binding);
		row->structure = pointee(table->module, row->variable);
		row->has_counter = has_counter(shader, row->binding);
		table->n++;
	}
	if (table->rows)
		qsort(table->rows, table->n, sizeof(*table->rows), compare);
	return table->rows;
}

static D3D_SHADER_INPUT_TYPE input_type(const struct row *row)
{
	if (row->is_bytes)
		return row->binding->kind == XFI_BINDING_SRV ? D3D_SIT_BYTEADDRESS
							     : D3D_SIT_UAV_RWBYTEADDRESS;
	switch (row->binding->kind) {
	case XFI_BINDING_CB:
		return D3D_SIT_CBUFFER;
	case XFI_BINDING_SAMPLER:
		return D3D_SIT_SAMPLER;
	case XFI_BINDING_SRV:
		return row->binding->is_structured ? D3D_SIT_STRUCTURED : D3D_SIT_TEXTURE;
	default:
		return !row->binding->is_structured ? D3D_SIT_UAV_RWTYPED
		       : row->has_counter	    ? D3D_SIT_UAV_RWSTRUCTURED_WITH_COUNTER
						    : D3D_SIT_UAV_RWSTRUCTURED;
	}
}

static D3D_RESOURCE_RETURN_TYPE return_type(const struct xfi_shader_binding *binding)
{
	if (binding->is_structured)
		return D3D_RETURN_TYPE_MIXED;
	switch (binding->type) {
	case D3D_REGISTER_COMPONENT_FLOAT32:
		return D3D_RETURN_TYPE_FLOAT;
	case D3D_REGISTER_COMPONENT_SINT32:
		return D3D_RETURN_TYPE_SINT;
	case D3D_REGISTER_COMPONENT_UINT32:
		return D3D_RETURN_TYPE_UINT;
	default:
		return 0;
	}
}

static void write_binding(const struct table *table, const struct row *row)
{
	const struct xfi_shader_binding *binding = row->binding;
	bool is_image = binding->kind == XFI_BINDING_SRV || binding->kind == XFI_BINDING_UAV;
	uint32_t samples = !is_image || row->is_bytes ? 0
			   : binding->is_structured   ? binding->stride
						      : UINT32_MAX;
	const uint32_t words[] = { row->name_at, input_type(row),
		is_image ? return_type(binding) : 0, is_image ? binding->dimension : 0, samples,
		binding->reg, binding->count,
		is_image && !binding->is_structured ? 0xc /* four components */ : 0 };
	xfi_writer_bytes(table->writer, words, sizeof(words));
}

/* The members of a variable that something reads, one by one, as flags. */
static void find_used(const struct xfi_module *module, uint32_t variable, uint32_t op,
	uint32_t *flags, uint32_t n)
{
	for (uint32_t at = 0; xfi_module_next(module, op, &at);) {
		const uint32_t member = xfi_module_constant(module, xfi_module_word(module, at, 4));
		if (xfi_module_word(module, at, 3) == variable && member < n)
			flags[member] = D3D_SVF_USED;
	}
}

static void write_variable(const struct table *table, const struct row *row, uint32_t i,
	uint32_t flags, const uint32_t at[2])
{
	struct xfi_rdef_member member = { table->module, row->structure, i };
	const uint32_t words[] = { at[0], xfi_rdef_member_offset(&member),
		xfi_rdef_type_size(&member), flags, at[1], 0 };
	const uint32_t more[] = { UINT32_MAX, 0, UINT32_MAX, 0 };
	xfi_writer_bytes(table->writer, words, sizeof(words));
	if (table->major >= 5)
		xfi_writer_bytes(table->writer, more, sizeof(more));
}

/* The variables of a buffer; returns where they stand, and the buffer's size. */
static uint32_t write_variables(
	const struct table *table, const struct row *row, uint32_t *ret_size)
{
	uint32_t n = xfi_rdef_members(table->module, row->structure), end = 0;
	uint32_t *at = calloc(n ? n : 1, 3 * sizeof(*at)), *flags = at ? at + 2 * n : NULL;
	if (!at) {
		table->writer->has_failed = true;
		return 0;
	}
	for (uint32_t i = 0; i < n; i++) {
		struct xfi_rdef_member member = { table->module, row->structure, i };
		at[2 * i] = xfi_writer_text(
			table->writer, xfi_module_member_name(table->module, row->structure, i));
		at[2 * i + 1] = xfi_rdef_type_write(&member, table->major, table->writer);
		const uint32_t ends = xfi_rdef_member_offset(&member) + xfi_rdef_type_size(&member);
		end = ends > end ? ends : end; /* the last one may lie before others */
	}
	find_used(table->module, row->variable, OP_ACCESS_CHAIN, flags, n);
	find_used(table->module, row->variable, OP_IN_BOUNDS_ACCESS_CHAIN, flags, n);
	uint32_t first = table->writer->n;
	for (uint32_t i = 0; i < n; i++)
		write_variable(table, row, i, flags[i], at + 2 * i);
	free(at);
	*ret_size = (end + 15) & ~15u;
	return first;
}

static void write_buffers(const struct table *table)
{
	uint32_t words[16][6] = { 0 }, count = 0;
	for (UINT i = 0; i < table->n; i++) {
		const struct row *row = &table->rows[i];
		uint32_t size = 0, first;
		if (row->binding->kind != XFI_BINDING_CB || count == ARRAYSIZE(words))
			continue;
		first = write_variables(table, row, &size);
		words[count][0] = row->name_at;
		words[count][1] = xfi_rdef_members(table->module, row->structure);
		words[count][2] = first;
		words[count++][3] = size;
	}
	xfi_writer_set(table->writer, 0, count);
	xfi_writer_set(table->writer, 4, table->writer->n);
	xfi_writer_bytes(table->writer, words, count * sizeof(words[0]));
}

static void write_head(struct xfi_writer *writer, const struct xfi_shader *shader, UINT major,
	UINT minor, UINT flags)
{
	static const struct xfi_rdef_sizes sizes = XFI_RDEF_SIZES_5;
	static const uint32_t programs[] = { XFI_RDEF_VS, XFI_RDEF_PS, XFI_RDEF_CS };
	const uint32_t words[7] = {
		[4] = programs[shader->stage] << 16 | major << 8 | minor, [5] = flags
	};
	const uint32_t more[] = { XFI_RDEF_TAG_5, sizes.head, sizes.buffer, sizes.binding,
		sizes.variable, sizes.type, sizes.member, 0 };
	xfi_writer_bytes(writer, words, sizeof(words));
	if (major >= 5)
		xfi_writer_bytes(writer, more, sizeof(more));
	xfi_writer_set(writer, 24, xfi_writer_text(writer, "crossfence D3DCompile"));
}

void xfi_rdef_write(const struct xfi_module *module, const struct xfi_shader *shader, UINT major,
	UINT minor, UINT flags, const struct xfi_names *names, struct xfi_writer *writer)
{
	struct table table = { .module = module, .major = major, .writer = writer };
	write_head(writer, shader, major, minor, flags);
	if (!make_rows(&table, shader)) {
		writer->has_failed = true;
		return;
	}
	for (UINT i = 0; i < table.n; i++) {
		const char *name = name_of(module, &table.rows[i]);
		table.rows[i].name_at = xfi_writer_text(writer, name);
		table.rows[i].is_bytes = xfi_names_get(names, name, strlen(name)) == XFI_NAME_BYTES;
	}
	xfi_writer_set(writer, 8, table.n);
	xfi_writer_set(writer, 12, writer->n);
	for (UINT i = 0; i < table.n; i++)
		write_binding(&table, &table.rows[i]);
	write_buffers(&table);
	free(table.rows);
}
