/* SPDX-License-Identifier: MIT */
/*
 * Points of one pixel: Direct3D's have no size, and Vulkan's have whatever a vertex shader writes,
 * which it must.
 */
#ifndef XFI_WIN_SHADER_POINT_SIZE_H
#define XFI_WIN_SHADER_POINT_SIZE_H

#include "win/shader/module.h"

/*
 * Every vertex shader of the module writes a size of 1 as the first thing it does; a module that
 * has a size itself stays as it is. Replaces the words, which are malloc()ed; on failure they stay
 * as they were. E_INVALIDARG: no SPIR-V, or it would become too long for it; E_OUTOFMEMORY.
 */
HRESULT xfi_point_size_write(uint32_t **words, size_t *n);

#endif
