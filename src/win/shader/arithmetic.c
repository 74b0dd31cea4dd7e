/* SPDX-License-Identifier: MIT */
#include "win/shader/arithmetic.h"

#include "win/shader/known.h"
#include "win/shader/rewrite.h"

enum {
	HEAD = 5,
	OP_CONSTANT_NULL = 46,
	OP_SPEC_CONSTANT = 50,
	OP_ARRAY_LENGTH = 68,
	OP_COMPOSITE_CONSTRUCT = 80,
	OP_COMPOSITE_EXTRACT = 81,
	OP_CONVERT_F_TO_U = 109,
	OP_CONVERT_F_TO_S = 110,
	OP_I_SUB = 130,
	OP_I_MUL = 132,
	OP_F_MUL = 133,
	OP_U_DIV = 134,
	OP_S_DIV = 135,
	OP_U_MOD = 137,
	OP_S_REM = 138,
	OP_S_MOD = 139,
	OP_F_REM = 140,
	OP_F_MOD = 141,
	OP_MATRIX_TIMES_MATRIX = 146,
	OP_IS_NAN = 156,
	OP_SELECT = 169,
	OP_I_EQUAL = 170,
	OP_F_ORD_GREATER_THAN = 186,
	OP_F_ORD_GREATER_THAN_EQUAL = 190,
	OP_SHIFT_LEFT = 196,
	REAL_2_31 = 0x4f000000, /* as floats have them */
	REAL_2_32 = 0x4f800000,
	LARGEST = 0x7fffffff,
	MATRIX_SIZE = 4,
	DECORATION_SPEC_ID = 1,
};
#define REAL_MINUS_2_31 0xcf000000u
#define SMALLEST	0x80000000u
#define ALL_ONES	UINT32_MAX

struct mend {
	struct xfi_rewrite rewrite;
	const struct xfi_arithmetic *known;
	uint32_t *matrices; /* by a value's id: its type where that is a matrix */
	bool has_other_floats;
	uint32_t zeros[2]; /* what was hidden of known numbers by */
	uint32_t at, type, id; /* of the instruction */
};

/* Word `i` of the instruction. */
static uint32_t word(const struct mend *mend, uint32_t i)
{
	return xfi_module_word(&mend->rewrite.module, mend->at, i);
}

/* The instruction that the type, or a vector's components, are declared by. */
static uint32_t scalar_at(const struct mend *mend, uint32_t type)
{
	const struct xfi_module *module = &mend->rewrite.module;
	const uint32_t at = xfi_module_at(module, type);
	return xfi_module_op(module, at) == XFI_OP_TYPE_VECTOR
		       ? xfi_module_at(module, xfi_module_word(module, at, 2))
		       : at;
}

/* How many integers of 32 bits the instruction's result is, 0: it is none. */
static uint32_t count_integers(const struct mend *mend)
{
	const struct xfi_module *module = &mend->rewrite.module;
	const uint32_t at = xfi_module_at(module, mend->type), scalar = scalar_at(mend, mend->type);
	if (xfi_module_op(module, scalar) != XFI_OP_TYPE_INT ||
		xfi_module_word(module, scalar, 2) != 32)
		return 0;
	return at == scalar ? 1 : xfi_module_word(module, at, 3);
}

static uint32_t scalar_of(const struct mend *mend)
{
	return xfi_module_word(&mend->rewrite.module, scalar_at(mend, mend->type), 1);
}

/* An integer of the result's type. */
static uint32_t integer(struct mend *mend, uint32_t n, uint32_t bits)
{
	return xfi_rewrite_constant(&mend->rewrite, scalar_of(mend), n, bits);
}

static uint32_t real(struct mend *mend, uint32_t n, uint32_t bits)
{
	const uint32_t type = xfi_rewrite_type(&mend->rewrite, XFI_OP_TYPE_FLOAT, 32, 0);
	return xfi_rewrite_constant(&mend->rewrite, type, n, bits);
}

static uint32_t bools(struct mend *mend, uint32_t n)
{
	const uint32_t type = xfi_rewrite_type(&mend->rewrite, XFI_OP_TYPE_BOOL, 0, 0);
	return xfi_rewrite_vector(&mend->rewrite, type, n);
}

static void put_real_remainder(struct mend *mend)
{
	XFI_PUT(&mend->rewrite, OP_F_REM, mend->type, mend->id, word(mend, 3), word(mend, 4));
}

/* By a quotient: of negatives Vulkan leaves OpSRem open, and one driver ignores their sign. */
static void put_remainder(struct mend *mend)
{
	struct xfi_rewrite *rewrite = &mend->rewrite;
	const uint32_t type = mend->type, from = word(mend, 3), by = word(mend, 4);
	const uint32_t quotient = XFI_RESULT(rewrite, OP_S_DIV, type, from, by);
	const uint32_t product = XFI_RESULT(rewrite, OP_I_MUL, type, quotient, by);
	XFI_PUT(rewrite, OP_I_SUB, type, mend->id, from, product);
}

/* Below 0, and for what is no number, that is what was asked for first. */
static void put_unsigned(struct mend *mend, uint32_t n)
{
	struct xfi_rewrite *rewrite = &mend->rewrite;
	const uint32_t type = mend->type, from = word(mend, 3), truth = bools(mend, n);
	const uint32_t raw = XFI_RESULT(rewrite, OP_CONVERT_F_TO_U, type, from);
	const uint32_t is_above =
		XFI_RESULT(rewrite, OP_F_ORD_GREATER_THAN, truth, from, real(mend, n, 0));
	const uint32_t above =
		XFI_RESULT(rewrite, OP_SELECT, type, is_above, raw, integer(mend, n, 0));
	const uint32_t is_large = XFI_RESULT(
		rewrite, OP_F_ORD_GREATER_THAN_EQUAL, truth, from, real(mend, n, REAL_2_32));
	XFI_PUT(rewrite, OP_SELECT, type, mend->id, is_large, integer(mend, n, ALL_ONES), above);
}

static void put_signed(struct mend *mend, uint32_t n)
{
	struct xfi_rewrite *rewrite = &mend->rewrite;
	const uint32_t type = mend->type, from = word(mend, 3), truth = bools(mend, n);
	const uint32_t raw = XFI_RESULT(rewrite, OP_CONVERT_F_TO_S, type, from);
	const uint32_t is_above = XFI_RESULT(
		rewrite, OP_F_ORD_GREATER_THAN_EQUAL, truth, from, real(mend, n, REAL_MINUS_2_31));
	const uint32_t above =
		XFI_RESULT(rewrite, OP_SELECT, type, is_above, raw, integer(mend, n, SMALLEST));
	const uint32_t is_large = XFI_RESULT(
		rewrite, OP_F_ORD_GREATER_THAN_EQUAL, truth, from, real(mend, n, REAL_2_31));
	const uint32_t within =
		XFI_RESULT(rewrite, OP_SELECT, type, is_large, integer(mend, n, LARGEST), above);
	const uint32_t is_none = XFI_RESULT(rewrite, OP_IS_NAN, truth, from);
	XFI_PUT(rewrite, OP_SELECT, type, mend->id, is_none, integer(mend, n, 0), within);
}

/* False: nothing was put. */
static bool put_conversion(struct mend *mend, uint32_t op)
{
	const uint32_t n = count_integers(mend);
	if (!n || mend->has_other_floats)
		return false;
	if (op == OP_CONVERT_F_TO_S)
		put_signed(mend, n);
	else
		put_unsigned(mend, n);
	return true;
}

static bool is_not_zero(const struct mend *mend, uint32_t id)
{
	const struct xfi_module *module = &mend->rewrite.module;
	const uint32_t at = xfi_module_at(module, id);
	if (xfi_module_op(module, at) != XFI_OP_CONSTANT_COMPOSITE)
		return xfi_module_constant(module, id) != 0;
	for (uint32_t i = 3; i < xfi_module_length(module, at); i++)
		if (!xfi_module_constant(module, xfi_module_word(module, at, i)))
			return false;
	return true;
}

/* By 1 in place of 0, since what SPIR-V does then is left open. */
static bool put_division(struct mend *mend, uint32_t op)
{
	struct xfi_rewrite *rewrite = &mend->rewrite;
	const uint32_t n = count_integers(mend), type = mend->type, by = word(mend, 4);
	if (!n || is_not_zero(mend, by))
		return false;
	const uint32_t is_zero =
		XFI_RESULT(rewrite, OP_I_EQUAL, bools(mend, n), by, integer(mend, n, 0));
	const uint32_t divisor =
		XFI_RESULT(rewrite, OP_SELECT, type, is_zero, integer(mend, n, 1), by);
	const uint32_t result = XFI_RESULT(rewrite, op, type, word(mend, 3), divisor);
	XFI_PUT(rewrite, OP_SELECT, type, mend->id, is_zero, integer(mend, n, ALL_ONES), result);
	return true;
}

static bool put_length(struct mend *mend)
{
	struct xfi_rewrite *rewrite = &mend->rewrite;
	const struct xfi_module *module = &rewrite->module;
	const uint32_t buffer = word(mend, 3);
	const char *name = xfi_module_text(module, xfi_module_id(module, buffer)->name_at, 2);
	if (!xfi_names_get(&mend->known->bytes, name, strlen(name)))
		return false;
	const uint32_t count =
		XFI_RESULT(rewrite, OP_ARRAY_LENGTH, mend->type, buffer, word(mend, 4));
	XFI_PUT(rewrite, OP_SHIFT_LEFT, mend->type, mend->id, count, integer(mend, 1, 2));
	return true;
}

static uint32_t matrix_of(const struct mend *mend, uint32_t id)
{
	return id < mend->rewrite.module.n_ids ? mend->matrices[id] : 0;
}

static bool put_product(struct mend *mend)
{
	struct xfi_rewrite *rewrite = &mend->rewrite;
	const struct xfi_module *module = &rewrite->module;
	const uint32_t at = xfi_module_at(module, mend->type), a = word(mend, 3), b = word(mend, 4);
	const uint32_t column = xfi_module_word(module, at, 2), n = xfi_module_word(module, at, 3);
	uint32_t operands[2 + MATRIX_SIZE] = { mend->type, mend->id };
	if (!mend->known->by_component || matrix_of(mend, a) != mend->type ||
		matrix_of(mend, b) != mend->type || n > MATRIX_SIZE)
		return false;
	for (uint32_t i = 0; i < n; i++) {
		const uint32_t of_a = XFI_RESULT(rewrite, OP_COMPOSITE_EXTRACT, column, a, i);
		const uint32_t of_b = XFI_RESULT(rewrite, OP_COMPOSITE_EXTRACT, column, b, i);
		operands[2 + i] = XFI_RESULT(rewrite, OP_F_MUL, column, of_a, of_b);
	}
	xfi_rewrite_put(rewrite, OP_COMPOSITE_CONSTRUCT, operands, 2 + n);
	return true;
}

/* From here on everybody may know what it is. */
static bool put_zero(struct mend *mend)
{
	if (mend->id != mend->zeros[0] && mend->id != mend->zeros[1])
		return false;
	XFI_PUT(&mend->rewrite, XFI_OP_CONSTANT, mend->type, mend->id, 0);
	return true;
}

/* Of a decoration the first word is whose it is. Is it left out? */
static bool note_zero(struct mend *mend)
{
	const uint32_t number = word(mend, 3);
	const bool is_ours = word(mend, 2) == DECORATION_SPEC_ID &&
			     (number == XFI_KNOWN_REAL || number == XFI_KNOWN_INTEGER);
	if (is_ours)
		mend->zeros[number - XFI_KNOWN_REAL] = word(mend, 1);
	return is_ours;
}

/* Is the instruction written in another way? */
static bool put_mended(struct mend *mend)
{
	const uint32_t op = xfi_module_op(&mend->rewrite.module, mend->at);
	switch (op) {
	case XFI_OP_DECORATE:
		return note_zero(mend);
	case OP_SPEC_CONSTANT:
		return put_zero(mend);
	case OP_S_REM:
	case OP_S_MOD:
		put_remainder(mend);
		return true;
	case OP_F_MOD:
		put_real_remainder(mend);
		return true;
	case OP_CONVERT_F_TO_S:
	case OP_CONVERT_F_TO_U:
		return put_conversion(mend, op);
	case OP_U_DIV:
	case OP_U_MOD:
		return put_division(mend, op);
	case OP_ARRAY_LENGTH:
		return put_length(mend);
	case OP_MATRIX_TIMES_MATRIX:
		return put_product(mend);
	default:
		return false;
	}
}

/* Values are constants, or stand in functions: what looks alike before those is no value. */
static void note_matrix(struct mend *mend, uint32_t op)
{
	const struct xfi_module *module = &mend->rewrite.module;
	const bool is_value = op == XFI_OP_CONSTANT_COMPOSITE || op == OP_CONSTANT_NULL ||
			      mend->rewrite.functions_at;
	if (is_value && mend->id < module->n_ids &&
		xfi_module_op(module, xfi_module_at(module, mend->type)) == XFI_OP_TYPE_MATRIX)
		mend->matrices[mend->id] = mend->type;
}

static void put_all(struct mend *mend)
{
	const struct xfi_module *module = &mend->rewrite.module;
	for (uint32_t at = HEAD; at < module->n_words; at += xfi_module_length(module, at)) {
		mend->at = at;
		mend->type = word(mend, 1);
		mend->id = word(mend, 2);
		note_matrix(mend, xfi_module_op(module, at));
		if (!put_mended(mend))
			xfi_rewrite_copy(&mend->rewrite, at);
	}
}

static bool has_other_floats(const struct xfi_module *module)
{
	for (uint32_t at = 0; xfi_module_next(module, XFI_OP_TYPE_FLOAT, &at);)
		if (xfi_module_word(module, at, 2) != 32)
			return true;
	return false;
}

HRESULT xfi_arithmetic_mend(uint32_t **words, size_t *n, const struct xfi_arithmetic *known)
{
	struct mend mend = { .known = known };
	HRESULT hr = xfi_rewrite_begin(&mend.rewrite, *words, *n);
	if (FAILED(hr))
		return hr;
	mend.has_other_floats = has_other_floats(&mend.rewrite.module);
	mend.matrices = calloc(mend.rewrite.module.n_ids + 1, sizeof(*mend.matrices));
	if (mend.matrices) {
		put_all(&mend);
		hr = xfi_rewrite_end(&mend.rewrite, words, n);
	} else {
		xfi_rewrite_abandon(&mend.rewrite);
		hr = E_OUTOFMEMORY;
	}
	free(mend.matrices);
	return hr;
}
