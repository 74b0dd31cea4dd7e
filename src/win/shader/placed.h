/* SPDX-License-Identifier: MIT */
/* Constants whose place in their buffer the source says: `: packoffset(c1.y)`, `: register(c3)`. */
#ifndef XFI_WIN_SHADER_PLACED_H
#define XFI_WIN_SHADER_PLACED_H

#include "win/shader/names.h"

/* In preprocessed text, as XFI_NAME_PLACED; 0 or -ENOMEM. A constant's name is its program's. */
int xfi_placed_find(const char *text, struct xfi_names *ret);

#endif
