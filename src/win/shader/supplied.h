/* SPDX-License-Identifier: MIT */
/*
 * Intrinsics as Windows' compiler has them, in HLSL, where shaderc lacks them or has something
 * else. A render target has one sample here, which some of them tell.
 */
#ifndef XFI_WIN_SHADER_SUPPLIED_H
#define XFI_WIN_SHADER_SUPPLIED_H

#include <stddef.h>

/*
 * Preprocessed text behind those that it calls and does not define itself; vectors of one component
 * become scalars. free() it; NULL: no memory.
 */
char *xfi_supplied_before(const char *text, size_t *ret_size);

#endif
