/* SPDX-License-Identifier: MIT */
/*
 * Numbers that shaderc's compiler and its optimizer know, of which they calculate otherwise than
 * HLSL: it is kept from knowing them. What is added to them is a constant that may be specialized,
 * which it must leave alone, and which becomes a plain 0 once it is done.
 */
#ifndef XFI_WIN_SHADER_KNOWN_H
#define XFI_WIN_SHADER_KNOWN_H

#include <stddef.h>

/* Numbers (SpecId) of the constants that stand before the text. */
enum { XFI_KNOWN_REAL = 2040, XFI_KNOWN_INTEGER, XFI_KNOWN_STRIDE };

/*
 * In preprocessed text: what remainders are taken by, and what is converted to integers. Such text
 * may not compile, where HLSL wants a constant. The caller's to free(); NULL: no memory, or
 * `*ret_size` is 0 and there is nothing of that kind.
 */
char *xfi_known_hide(const char *text, size_t *ret_size);

#endif
