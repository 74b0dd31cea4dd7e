/* SPDX-License-Identifier: MIT */
/*
 * Where the members of buffers lie, as Windows' compiler puts them, which programs rely on when
 * they fill a buffer: shaderc keeps OpenGL's rules in part.
 *
 * In a constant buffer nothing lies across the end of a register (16 bytes), arrays, matrices and
 * structures begin with one, an array's elements and a matrix's lines take whole ones, but the last
 * one does not: what follows may lie behind it in the same register. In a structured buffer all is
 * packed, eight bytes begin at a multiple of eight. A driver needs scalarBlockLayout for that.
 */
#ifndef XFI_WIN_SHADER_LAYOUT_H
#define XFI_WIN_SHADER_LAYOUT_H

#include "win/shader/module.h"
#include "win/shader/names.h"

/*
 * Offsets and strides in the words of the module, in place. Constants that the source has placed
 * stay where they are. E_INVALIDARG: a constant buffer is larger than 4096 registers, or the
 * module is none that shaderc makes; E_OUTOFMEMORY.
 */
HRESULT xfi_layout_write(
	const struct xfi_module *module, const struct xfi_names *placed, uint32_t *words);

#endif
