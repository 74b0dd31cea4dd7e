/* SPDX-License-Identifier: MIT */
/* Types of SPIR-V as HLSL has them: a matrix's columns are rows there, and its order the other. */
#include "win/shader/rdef_type.h"

#include <stdio.h>

/* A type without its array. */
struct shape {
	uint32_t id, at; /* of what is neither array, matrix nor vector */
	uint32_t elements, rows, columns;
	bool is_matrix, by_rows;
};

static struct shape shape_of(const struct xfi_rdef_member *member)
{
	const struct xfi_module *m = member->module;
	struct shape shape = { .rows = 1, .columns = 1 };
	uint32_t at = xfi_module_at(m, member->structure);
	shape.id = xfi_module_word(m, at, 2 + member->index);
	shape.at = xfi_module_at(m, shape.id);
	while (xfi_module_op(m, shape.at) == XFI_OP_TYPE_ARRAY) {
		uint32_t n = xfi_module_constant(m, xfi_module_word(m, shape.at, 3));
		shape.elements = shape.elements ? shape.elements * n : n;
		shape.id = xfi_module_word(m, shape.at, 2);
		shape.at = xfi_module_at(m, shape.id);
	}
	if (xfi_module_op(m, shape.at) == XFI_OP_TYPE_MATRIX) {
		shape.is_matrix = true;
		shape.by_rows = xfi_module_member(m, member->structure, member->index,
					XFI_DECORATION_ROW_MAJOR) == XFI_SPIRV_NONE;
		shape.rows = xfi_module_word(m, shape.at, 3);
		shape.at = xfi_module_at(m, xfi_module_word(m, shape.at, 2));
	}
	if (xfi_module_op(m, shape.at) == XFI_OP_TYPE_VECTOR) {
		shape.columns = xfi_module_word(m, shape.at, 3);
		shape.at = xfi_module_at(m, xfi_module_word(m, shape.at, 2));
	}
	return shape;
}

static D3D_SHADER_VARIABLE_TYPE scalar(const struct xfi_module *module, uint32_t at)
{
	switch (xfi_module_op(module, at)) {
	case XFI_OP_TYPE_FLOAT:
		return xfi_module_word(module, at, 2) == 64 ? D3D_SVT_DOUBLE : D3D_SVT_FLOAT;
	case XFI_OP_TYPE_INT:
		return xfi_module_word(module, at, 3) ? D3D_SVT_INT : D3D_SVT_UINT;
	case XFI_OP_TYPE_BOOL:
		return D3D_SVT_BOOL;
	default:
		return D3D_SVT_VOID;
	}
}

static D3D_SHADER_VARIABLE_CLASS class_of(const struct shape *shape)
{
	if (shape->is_matrix)
		return shape->by_rows ? D3D_SVC_MATRIX_ROWS : D3D_SVC_MATRIX_COLUMNS;
	return shape->columns > 1 ? D3D_SVC_VECTOR : D3D_SVC_SCALAR;
}

uint32_t xfi_rdef_members(const struct xfi_module *module, uint32_t structure)
{
	uint32_t at = xfi_module_at(module, structure);
	return xfi_module_op(module, at) == XFI_OP_TYPE_STRUCT ? xfi_module_length(module, at) - 2
							       : 0;
}

uint32_t xfi_rdef_member_offset(const struct xfi_rdef_member *member)
{
	uint32_t offset = xfi_module_member(
		member->module, member->structure, member->index, XFI_DECORATION_OFFSET);
	return offset == XFI_SPIRV_NONE ? 0 : offset;
}

static uint32_t size_of_structure(const struct xfi_module *module, uint32_t id)
{
	uint32_t n = xfi_rdef_members(module, id);
	struct xfi_rdef_member last = { module, id, n - 1 };
	return n ? xfi_rdef_member_offset(&last) + xfi_rdef_type_size(&last) : 0;
}

uint32_t xfi_rdef_type_size(const struct xfi_rdef_member *member)
{
	struct shape shape = shape_of(member);
	uint32_t unit = scalar(member->module, shape.at) == D3D_SVT_DOUBLE ? 8 : 4, size;
	if (xfi_module_op(member->module, shape.at) == XFI_OP_TYPE_STRUCT)
		size = size_of_structure(member->module, shape.id);
	else if (!shape.is_matrix)
		size = shape.columns * unit;
	else if (shape.by_rows)
		size = (shape.rows - 1) * 16 + shape.columns * unit;
	else
		size = (shape.columns - 1) * 16 + shape.rows * unit;
	return shape.elements > 1 ? (shape.elements - 1) * ((size + 15) & ~15u) + size : size;
}

static uint32_t write_members(
	const struct xfi_module *module, uint32_t structure, UINT major, struct xfi_writer *writer)
{
	uint32_t n = xfi_rdef_members(module, structure), at = 0;
	uint32_t *words = calloc(n ? n : 1, 3 * sizeof(*words));
	if (!words) {
		writer->has_failed = true;
		return 0;
	}
	for (uint32_t i = 0; i < n; i++) {
		struct xfi_rdef_member member = { module, structure, i };
		words[3 * i] =
			xfi_writer_text(writer, xfi_module_member_name(module, structure, i));
		words[3 * i + 1] = xfi_rdef_type_write(&member, major, writer);
		words[3 * i + 2] = xfi_rdef_member_offset(&member);
	}
	at = xfi_writer_bytes(writer, words, n * 3 * sizeof(*words));
	free(words);
	return at;
}

static uint32_t components_of(const struct xfi_module *module, uint32_t structure)
{
	uint32_t sum = 0;
	for (uint32_t i = 0; i < xfi_rdef_members(module, structure); i++) {
		struct xfi_rdef_member member = { module, structure, i };
		struct shape shape = shape_of(&member);
		bool nests = xfi_module_op(module, shape.at) == XFI_OP_TYPE_STRUCT;
		sum += (shape.elements ? shape.elements : 1) *
		       (nests ? components_of(module, shape.id) : shape.rows * shape.columns);
	}
	return sum;
}

static uint32_t put(
	struct xfi_writer *writer, const uint32_t words[4], const char *name, UINT major)
{
	uint32_t name_at = major >= 5 ? xfi_writer_text(writer, name) : 0;
	uint32_t at = xfi_writer_bytes(writer, words, 16);
	for (unsigned i = 0; major >= 5 && i < 4; i++)
		xfi_writer_word(writer, 0);
	if (major >= 5)
		xfi_writer_word(writer, name_at);
	return at;
}

static uint32_t write_structure(const struct xfi_rdef_member *member, const struct shape *shape,
	UINT major, struct xfi_writer *writer)
{
	const struct xfi_module *m = member->module;
	uint32_t members = write_members(m, shape->id, major, writer);
	const uint32_t words[] = { D3D_SVC_STRUCT | D3D_SVT_VOID << 16,
		1 | components_of(m, shape->id) << 16,
		shape->elements | xfi_rdef_members(m, shape->id) << 16, members };
	return put(
		writer, words, xfi_module_text(m, xfi_module_id(m, shape->id)->name_at, 2), major);
}

uint32_t xfi_rdef_type_write(
	const struct xfi_rdef_member *member, UINT major, struct xfi_writer *writer)
{
	struct shape shape = shape_of(member);
	D3D_SHADER_VARIABLE_TYPE type = scalar(member->module, shape.at);
	const uint32_t words[] = { class_of(&shape) | (uint32_t)type << 16,
		shape.rows | shape.columns << 16, shape.elements, 0 };
	const char *base = type == D3D_SVT_FLOAT    ? "float"
			   : type == D3D_SVT_INT    ? "int"
			   : type == D3D_SVT_DOUBLE ? "double"
						    : "uint";
	char name[32];
	if (xfi_module_op(member->module, shape.at) == XFI_OP_TYPE_STRUCT)
		return write_structure(member, &shape, major, writer);
	if (shape.is_matrix)
		snprintf(name, sizeof(name), "%s%ux%u", base, shape.rows, shape.columns);
	else if (shape.columns > 1)
		snprintf(name, sizeof(name), "%s%u", base, shape.columns);
	else
		snprintf(name, sizeof(name), "%s", base);
	return put(writer, words, name, major);
}
