/* SPDX-License-Identifier: MIT */
/*
 * The strides that GetDimensions() of structured buffers tells. shaderc knows them before they are
 * laid out as on Windows, so the source is made to mark where each goes.
 */
#ifndef XFI_WIN_SHADER_STRIDE_H
#define XFI_WIN_SHADER_STRIDE_H

#include "win/prelude.h"

/*
 * Preprocessed text in which a buffer's stride is its length and a mark. The caller's to free();
 * NULL: no memory, or `*ret_size` is 0 and nobody asks for one.
 */
char *xfi_stride_mark(const char *text, size_t *ret_size);
/*
 * In the module that came of it, once it is laid out. Replaces the words, which are malloc()ed; on
 * failure they stay. E_INVALIDARG: no SPIR-V; E_OUTOFMEMORY.
 */
HRESULT xfi_stride_write(uint32_t **words, size_t *n);

#endif
