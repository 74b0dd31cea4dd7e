/* SPDX-License-Identifier: MIT */
/* Tokens of shader model 4 and 5: an instruction's operands, read within its bounds. */
#ifndef XFI_WIN_SHADER_OPERAND_H
#define XFI_WIN_SHADER_OPERAND_H

#include "win/shader/container.h"

enum xfi_file { /* in the tokens' numbers, as all of these */
	XFI_FILE_TEMP = 0x00,
	XFI_FILE_INPUT = 0x01,
	XFI_FILE_OUTPUT = 0x02,
	XFI_FILE_INDEXABLE = 0x03,
	XFI_FILE_IMMEDIATE = 0x04,
	XFI_FILE_SAMPLER = 0x06,
	XFI_FILE_RESOURCE = 0x07,
	XFI_FILE_CB = 0x08,
	XFI_FILE_ICB = 0x09,
	XFI_FILE_DEPTH = 0x0c,
	XFI_FILE_NULL = 0x0d,
	XFI_FILE_COVERAGE = 0x0f,
	XFI_FILE_UAV = 0x1e,
	XFI_FILE_GROUP_SHARED = 0x1f,
	XFI_FILE_THREAD_ID = 0x20,
	XFI_FILE_GROUP_ID = 0x21,
	XFI_FILE_ID_IN_GROUP = 0x22,
	XFI_FILE_INDEX_IN_GROUP = 0x24,
	XFI_FILE_DEPTH_GE = 0x26,
	XFI_FILE_DEPTH_LE = 0x27,
};

/* The instruction that is read. Words are of the code chunk. */
struct xfi_cursor {
	const struct xfi_chunk *code;
	uint32_t at, end; /* bytes */
};

struct xfi_operand {
	uint32_t file;
	uint32_t components; /* 0, 1 or 4 */
	bool by_mask; /* else by swizzle, or one component */
	uint32_t mask; /* of the components it writes, or of the bits of its swizzle */
	uint32_t n_indices, indices[2];
	bool is_relative; /* its last index has a register added to it */
	uint32_t base_file, base_reg, base_at; /* that register */
};

/* The next word; false: the instruction has no more. */
bool xfi_cursor_word(struct xfi_cursor *cursor, uint32_t *ret);
/* The next operand; false: it is none, or of a form that is not taken. */
bool xfi_cursor_operand(struct xfi_cursor *cursor, struct xfi_operand *ret);

#endif
