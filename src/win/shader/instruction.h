/* SPDX-License-Identifier: MIT */
/* Which operands an instruction takes. */
#ifndef XFI_WIN_SHADER_INSTRUCTION_H
#define XFI_WIN_SHADER_INSTRUCTION_H

#include "win/shader/declared.h"

/* A letter for each operand, NULL: an instruction that is not taken. */
const char *xfi_instruction_operands(uint32_t op);
/* Whether the rest of the instruction is these operands, no more and no less. */
bool xfi_instruction_fits(
	const struct xfi_declared *d, const char *letters, struct xfi_cursor *cursor);

#endif
