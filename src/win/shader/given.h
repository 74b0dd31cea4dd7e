/* SPDX-License-Identifier: MIT */
/*
 * Intrinsics that shaderc lacks or gets wrong, given in HLSL: text that stands before a program's.
 * In mul() of theirs no matrix is multiplied by a matrix, so that what then does that is `*`.
 */
#ifndef XFI_WIN_SHADER_GIVEN_H
#define XFI_WIN_SHADER_GIVEN_H

#include <stdbool.h>
#include <stddef.h>

/* Is it likely that text which failed with these messages would not, with what is given? */
bool xfi_given_helps(const char *messages);
/* The program's text behind what is given, whose lines are counted as before; free() it. */
char *xfi_given_before(const char *text, size_t size, size_t *ret_size);

#endif
