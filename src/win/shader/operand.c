/* SPDX-License-Identifier: MIT */
/* Tokens of shader model 4 and 5: an instruction's operands. */
#include "win/shader/operand.h"

enum { FOUR = 2, MASK = 0, SWIZZLE = 1, BY_NUMBER = 0, BY_REGISTER = 2, BY_SUM = 3 };

bool xfi_cursor_word(struct xfi_cursor *cursor, uint32_t *ret)
{
	if (cursor->at >= cursor->end)
		return false;
	*ret = xfi_word(cursor->code->bytes, cursor->at);
	cursor->at += 4;
	return true;
}

/* The one that may follow an operand's first word: minus, absolute, precision. */
static bool skip_modifier(struct xfi_cursor *cursor, uint32_t token)
{
	uint32_t more;
	if (!(token >> 31))
		return true;
	return xfi_cursor_word(cursor, &more) && (more & 0x3f) == 1 && more < 1u << 14;
}

/* What is added to an index: one component of a register without such an index of its own. */
static bool read_base(struct xfi_cursor *cursor, struct xfi_operand *operand)
{
	uint32_t token, dims;
	if (!xfi_cursor_word(cursor, &token) || token >> 31)
		return false;
	dims = token >> 20 & 3;
	operand->is_relative = true;
	operand->base_file = token >> 12 & 0xff;
	if ((token & 3) != FOUR || (token >> 2 & 3) != 2 || token >> 22 & 0x1ff ||
		!((operand->base_file == XFI_FILE_TEMP && dims == 1) ||
			(operand->base_file == XFI_FILE_INPUT && dims == 1) ||
			(operand->base_file == XFI_FILE_INDEXABLE && dims == 2)))
		return false;
	return xfi_cursor_word(cursor, &operand->base_reg) &&
	       (dims == 1 || xfi_cursor_word(cursor, &operand->base_at));
}

static bool read_index(
	struct xfi_cursor *cursor, uint32_t kind, bool is_last, struct xfi_operand *operand)
{
	uint32_t i = operand->n_indices++;
	operand->indices[i] = 0;
	if (kind != BY_NUMBER && kind != BY_REGISTER && kind != BY_SUM)
		return false;
	if (kind != BY_REGISTER && !xfi_cursor_word(cursor, &operand->indices[i]))
		return false;
	return kind == BY_NUMBER || (is_last && read_base(cursor, operand));
}

static bool read_values(struct xfi_cursor *cursor, uint32_t n)
{
	uint32_t value;
	while (n--)
		if (!xfi_cursor_word(cursor, &value))
			return false;
	return true;
}

bool xfi_cursor_operand(struct xfi_cursor *cursor, struct xfi_operand *ret)
{
	uint32_t token, dims;
	if (!xfi_cursor_word(cursor, &token) || (token & 3) == 3 || !skip_modifier(cursor, token))
		return false;
	dims = token >> 20 & 3;
	*ret = (struct xfi_operand){
		.file = token >> 12 & 0xff,
		.components = (token & 3) == FOUR ? 4 : token & 3,
		.by_mask = (token >> 2 & 3) == MASK,
		.mask = token >> 4 & 0xff,
	};
	if (dims == 3 || (token >> 2 & 3) == 3)
		return false;
	if (ret->file == XFI_FILE_IMMEDIATE)
		return dims == 0 && ret->components && read_values(cursor, ret->components);
	for (uint32_t i = 0; i < dims; i++)
		if (!read_index(cursor, token >> (22 + 3 * i) & 7, i + 1 == dims, ret))
			return false;
	return true;
}
