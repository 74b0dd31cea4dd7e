/* SPDX-License-Identifier: MIT */
/* Intrinsics that HLSL has and the compiler behind us ends the process on: none is let there. */
#ifndef XFI_WIN_SHADER_REFUSED_H
#define XFI_WIN_SHADER_REFUSED_H

#include <stdbool.h>
#include <stddef.h>

/*
 * In preprocessed text of a file of this name: is one of them called that the text does not define
 * itself? Then the message for it, in the compiler's form, is the caller's to free(); NULL: there
 * is no memory for it.
 */
bool xfi_refused_call(const char *text, const char *name, char **ret_message);

#endif
