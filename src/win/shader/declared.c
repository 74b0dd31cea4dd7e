/* SPDX-License-Identifier: MIT */
/* What a shader's code has declared: the registers that its instructions may name. */
#include "win/shader/declared.h"

enum {
	DCL_RESOURCE = 0x58,
	DCL_CB = 0x59,
	DCL_SAMPLER = 0x5a,
	DCL_INPUT = 0x5f,
	DCL_INPUT_SGV = 0x60,
	DCL_INPUT_SIV = 0x61,
	DCL_INPUT_PS = 0x62,
	DCL_INPUT_PS_SGV = 0x63,
	DCL_INPUT_PS_SIV = 0x64,
	DCL_OUTPUT = 0x65,
	DCL_OUTPUT_SIV = 0x67,
	DCL_TEMPS = 0x68,
	DCL_INDEXABLE = 0x69,
	DCL_GLOBAL_FLAGS = 0x6a,
	DCL_GROUP = 0x9b,
	DCL_UAV = 0x9c,
	DCL_UAV_RAW = 0x9d,
	DCL_UAV_STRUCTURED = 0x9e,
	DCL_SHARED_RAW = 0x9f,
	DCL_SHARED_STRUCTURED = 0xa0,
	DCL_RESOURCE_RAW = 0xa1,
	DCL_RESOURCE_STRUCTURED = 0xa2,
};

enum { DIM_BUFFER = 1, DIM_2DMS = 4, DIM_2DMSARRAY = 9, DIM_LAST = 10 };

bool xfi_is_declaration(uint32_t op)
{
	return (op >= DCL_RESOURCE && op <= DCL_GLOBAL_FLAGS) ||
	       (op >= DCL_GROUP && op <= DCL_RESOURCE_STRUCTURED);
}

static bool bare(struct xfi_cursor *cursor, uint32_t file, uint32_t limit, uint32_t *ret_reg)
{
	struct xfi_operand operand;
	if (!xfi_cursor_operand(cursor, &operand) || !xfi_declared_plain(&operand, file) ||
		operand.indices[0] >= limit)
		return false;
	*ret_reg = operand.indices[0];
	return true;
}

/* Four components of one type each, of those that vkd3d-shader tells apart. */
static bool return_type(struct xfi_cursor *cursor)
{
	uint32_t types;
	if (!xfi_cursor_word(cursor, &types) || types >> 16)
		return false;
	return types % 0x1111 == 0 && types / 0x1111 >= 1 && types / 0x1111 <= 5;
}

static bool typed(struct xfi_cursor *cursor, uint32_t token, uint32_t file, uint32_t limit,
	uint8_t *kinds, uint8_t *dims)
{
	uint32_t reg, dim = token >> 11 & 0x1f;
	if (dim < DIM_BUFFER || dim > DIM_LAST || !bare(cursor, file, limit, &reg) || kinds[reg])
		return false;
	if (file == XFI_FILE_UAV &&
		(dim == DIM_2DMS || dim == DIM_2DMSARRAY || dim == 6 || dim == 10))
		return false;
	kinds[reg] = XFI_DECLARED_TYPED;
	dims[reg] = (uint8_t)dim;
	return return_type(cursor);
}

static bool untyped(struct xfi_cursor *cursor, uint32_t file, uint32_t limit, bool is_structured,
	uint8_t *kinds)
{
	uint32_t reg, stride;
	if (!bare(cursor, file, limit, &reg) || kinds[reg])
		return false;
	kinds[reg] = is_structured ? XFI_DECLARED_STRUCTURED : XFI_DECLARED_RAW;
	return !is_structured ||
	       (xfi_cursor_word(cursor, &stride) && stride && stride % 4 == 0 && stride <= 2048);
}

static bool constant_buffer(struct xfi_declared *declared, struct xfi_cursor *cursor)
{
	struct xfi_operand operand;
	if (!xfi_cursor_operand(cursor, &operand) || operand.file != XFI_FILE_CB ||
		operand.n_indices != 2 || operand.is_relative || operand.indices[0] >= 14 ||
		declared->cbs[operand.indices[0]] || operand.indices[1] == 0 ||
		operand.indices[1] > 4096)
		return false;
	declared->cbs[operand.indices[0]] = operand.indices[1];
	return true;
}

static bool sampler(struct xfi_declared *declared, uint32_t token, struct xfi_cursor *cursor)
{
	uint32_t reg, mode = token >> 11 & 0xf;
	if (mode > 1 || !bare(cursor, XFI_FILE_SAMPLER, 16, &reg) || declared->samplers[reg])
		return false;
	declared->samplers[reg] = (uint8_t)(1 + mode);
	return true;
}

/* The signature's parameter that lies in that register, NULL: none, or part of one. */
static const D3D11_SIGNATURE_PARAMETER_DESC *parameter_of(
	const struct xfi_verify_signature *signature, uint32_t reg, uint32_t mask)
{
	for (UINT i = 0; i < signature->n; i++) {
		const D3D11_SIGNATURE_PARAMETER_DESC *parameter = &signature->parameters[i];
		if (parameter->Register == reg && (parameter->Mask & mask) == mask)
			return parameter;
	}
	return NULL;
}

static bool place(const struct xfi_verify_signature *signature, uint8_t *masks,
	const struct xfi_operand *operand, uint32_t value)
{
	uint32_t reg = operand->indices[0], mask = operand->mask & 0xf;
	const D3D11_SIGNATURE_PARAMETER_DESC *parameter;
	if (operand->n_indices != 1 || operand->is_relative || reg >= XFI_MAX_REGISTERS ||
		operand->components != 4 || !operand->by_mask || !mask || masks[reg] & mask)
		return false;
	parameter = parameter_of(signature, reg, mask);
	masks[reg] |= (uint8_t)mask;
	/* What the signature and the code say of a system value is the same. */
	return parameter && (parameter->SystemValueType == (D3D_NAME)value ||
				    (!value && parameter->SystemValueType == D3D_NAME_TARGET));
}

/* A register that is the only one of its kind. */
static bool lone(struct xfi_declared *declared, const struct xfi_operand *operand, uint64_t allowed)
{
	if (operand->file >= 64 || !(allowed >> operand->file & 1) || operand->n_indices ||
		declared->others >> operand->file & 1)
		return false;
	declared->others |= 1ull << operand->file;
	return true;
}

#define BIT(file) (1ull << (file))

static bool input(
	struct xfi_declared *declared, uint32_t op, uint32_t token, struct xfi_cursor *cursor)
{
	struct xfi_operand operand;
	uint32_t value = 0, way = token >> 11 & 0xf;
	bool is_ps = op >= DCL_INPUT_PS, has_value = op != DCL_INPUT && op != DCL_INPUT_PS;
	if (!xfi_cursor_operand(cursor, &operand) ||
		(has_value && !xfi_cursor_word(cursor, &value)))
		return false;
	if (declared->stage == XFI_SHADER_CS)
		return op == DCL_INPUT && operand.components &&
		       lone(declared, &operand,
			       BIT(XFI_FILE_THREAD_ID) | BIT(XFI_FILE_GROUP_ID) |
				       BIT(XFI_FILE_ID_IN_GROUP) | BIT(XFI_FILE_INDEX_IN_GROUP));
	if (operand.file != XFI_FILE_INPUT || is_ps != (declared->stage == XFI_SHADER_PS))
		return false;
	if (is_ps && op != DCL_INPUT_PS_SGV && (way < 1 || way > 7))
		return false;
	return (!has_value || value) &&
	       place(declared->inputs_of, declared->inputs, &operand, value);
}

static bool output(struct xfi_declared *declared, uint32_t op, struct xfi_cursor *cursor)
{
	struct xfi_operand operand;
	uint32_t value = 0;
	if (!xfi_cursor_operand(cursor, &operand) ||
		(op == DCL_OUTPUT_SIV && (!xfi_cursor_word(cursor, &value) || !value)))
		return false;
	if (declared->stage == XFI_SHADER_CS)
		return false;
	if (operand.file != XFI_FILE_OUTPUT)
		return op == DCL_OUTPUT && declared->stage == XFI_SHADER_PS &&
		       operand.components == 1 &&
		       parameter_of(declared->outputs_of, UINT32_MAX, 1) &&
		       lone(declared, &operand,
			       BIT(XFI_FILE_DEPTH) | BIT(XFI_FILE_DEPTH_GE) |
				       BIT(XFI_FILE_DEPTH_LE));
	if (declared->stage == XFI_SHADER_PS && (value || operand.indices[0] >= 8))
		return false;
	return place(declared->outputs_of, declared->outputs, &operand, value);
}

static bool indexable(struct xfi_declared *declared, struct xfi_cursor *cursor)
{
	uint32_t reg, n, components;
	if (!xfi_cursor_word(cursor, &reg) || !xfi_cursor_word(cursor, &n) ||
		!xfi_cursor_word(cursor, &components) || reg >= XFI_MAX_INDEXABLE ||
		declared->indexables[reg] || n == 0 || n > 4096 || components < 1 || components > 4)
		return false;
	declared->indexables[reg] = n;
	return true;
}

static bool temps(struct xfi_declared *declared, struct xfi_cursor *cursor)
{
	return !declared->temps && xfi_cursor_word(cursor, &declared->temps) && declared->temps &&
	       declared->temps <= 4096;
}

static bool group(struct xfi_declared *declared, struct xfi_cursor *cursor)
{
	uint32_t x, y, z;
	if (declared->has_group || declared->stage != XFI_SHADER_CS ||
		!xfi_cursor_word(cursor, &x) || !xfi_cursor_word(cursor, &y) ||
		!xfi_cursor_word(cursor, &z))
		return false;
	declared->has_group = true;
	return x && y && z && x <= 1024 && y <= 1024 && z <= 64 && x * y * z <= 1024;
}

static bool shared(struct xfi_declared *declared, uint32_t op, struct xfi_cursor *cursor)
{
	uint32_t reg, stride, n = 1;
	if (declared->stage != XFI_SHADER_CS ||
		!bare(cursor, XFI_FILE_GROUP_SHARED, XFI_MAX_REGISTERS, &reg) ||
		declared->shared[reg] || !xfi_cursor_word(cursor, &stride) ||
		(op == DCL_SHARED_STRUCTURED && !xfi_cursor_word(cursor, &n)))
		return false;
	declared->shared[reg] = op == DCL_SHARED_RAW ? XFI_DECLARED_RAW : XFI_DECLARED_STRUCTURED;
	if (!stride || stride % 4 || stride > 32768 || !n || n > 32768 / stride)
		return false;
	declared->shared_bytes += stride * n;
	return declared->shared_bytes <= 32768;
}

bool xfi_declare(
	struct xfi_declared *declared, uint32_t op, uint32_t token, struct xfi_cursor *cursor)
{
	switch (op) {
	case DCL_RESOURCE:
		return typed(cursor, token, XFI_FILE_RESOURCE, 128, declared->resources,
			declared->resource_dims);
	case DCL_UAV:
		return typed(cursor, token, XFI_FILE_UAV, 64, declared->uavs, declared->uav_dims);
	case DCL_RESOURCE_RAW:
	case DCL_RESOURCE_STRUCTURED:
		return untyped(cursor, XFI_FILE_RESOURCE, 128, op == DCL_RESOURCE_STRUCTURED,
			declared->resources);
	case DCL_UAV_RAW:
	case DCL_UAV_STRUCTURED:
		return untyped(cursor, XFI_FILE_UAV, 64, op == DCL_UAV_STRUCTURED, declared->uavs);
	case DCL_CB:
		return constant_buffer(declared, cursor);
	case DCL_SAMPLER:
		return sampler(declared, token, cursor);
	case DCL_TEMPS:
		return temps(declared, cursor);
	case DCL_INDEXABLE:
		return indexable(declared, cursor);
	case DCL_GLOBAL_FLAGS:
		return true;
	case DCL_GROUP:
		return group(declared, cursor);
	case DCL_SHARED_RAW:
	case DCL_SHARED_STRUCTURED:
		return shared(declared, op, cursor);
	case DCL_OUTPUT:
	case DCL_OUTPUT_SIV:
		return output(declared, op, cursor);
	default:
		return op >= DCL_INPUT && op <= DCL_INPUT_PS_SIV &&
		       input(declared, op, token, cursor);
	}
}

static bool base_is_good(const struct xfi_declared *declared, const struct xfi_operand *operand)
{
	if (!operand->is_relative)
		return true;
	if (operand->base_file == XFI_FILE_INPUT)
		return operand->base_reg < XFI_MAX_REGISTERS && declared->inputs[operand->base_reg];
	return operand->base_file == XFI_FILE_TEMP
		       ? operand->base_reg < declared->temps
		       : operand->base_reg < XFI_MAX_INDEXABLE &&
				 operand->base_at < declared->indexables[operand->base_reg];
}

/* Registers that are read and written alike. */
static bool is_temporary(const struct xfi_declared *declared, const struct xfi_operand *operand)
{
	if (operand->file == XFI_FILE_TEMP)
		return xfi_declared_plain(operand, XFI_FILE_TEMP) &&
		       operand->indices[0] < declared->temps;
	return operand->file == XFI_FILE_INDEXABLE && operand->n_indices == 2 &&
	       operand->indices[0] < XFI_MAX_INDEXABLE &&
	       operand->indices[1] < declared->indexables[operand->indices[0]] &&
	       base_is_good(declared, operand);
}

static bool constant_is_good(const struct xfi_declared *declared, const struct xfi_operand *operand)
{
	if (operand->file == XFI_FILE_ICB)
		return operand->n_indices == 1 && operand->indices[0] < declared->icb &&
		       base_is_good(declared, operand);
	return operand->n_indices == 2 && operand->indices[0] < 14 &&
	       operand->indices[1] < declared->cbs[operand->indices[0]] &&
	       base_is_good(declared, operand);
}

bool xfi_declared_source(const struct xfi_declared *declared, const struct xfi_operand *operand)
{
	if (operand->file == XFI_FILE_IMMEDIATE)
		return true;
	if (operand->components == 0 || (operand->components == 4 && operand->by_mask))
		return false;
	switch (operand->file) {
	case XFI_FILE_TEMP:
	case XFI_FILE_INDEXABLE:
		return operand->components == 4 && is_temporary(declared, operand);
	case XFI_FILE_INPUT:
		return operand->components == 4 && xfi_declared_plain(operand, XFI_FILE_INPUT) &&
		       operand->indices[0] < XFI_MAX_REGISTERS &&
		       declared->inputs[operand->indices[0]];
	case XFI_FILE_CB:
	case XFI_FILE_ICB:
		return operand->components == 4 && constant_is_good(declared, operand);
	case XFI_FILE_THREAD_ID:
	case XFI_FILE_GROUP_ID:
	case XFI_FILE_ID_IN_GROUP:
	case XFI_FILE_INDEX_IN_GROUP:
		return operand->n_indices == 0 && declared->others >> operand->file & 1;
	default:
		return false;
	}
}

bool xfi_declared_target(const struct xfi_declared *declared, const struct xfi_operand *operand)
{
	uint32_t mask = operand->mask & 0xf;
	switch (operand->file) {
	case XFI_FILE_NULL:
		return operand->n_indices == 0 && operand->components == 0;
	case XFI_FILE_DEPTH:
	case XFI_FILE_DEPTH_GE:
	case XFI_FILE_DEPTH_LE:
		return operand->n_indices == 0 && operand->components == 1 &&
		       declared->others >> operand->file & 1;
	case XFI_FILE_OUTPUT:
		return operand->components == 4 && operand->by_mask && mask &&
		       xfi_declared_plain(operand, XFI_FILE_OUTPUT) &&
		       operand->indices[0] < XFI_MAX_REGISTERS &&
		       !(mask & ~declared->outputs[operand->indices[0]]);
	default:
		return operand->components == 4 && operand->by_mask && mask &&
		       is_temporary(declared, operand);
	}
}
