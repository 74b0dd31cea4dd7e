/* SPDX-License-Identifier: MIT */
/*
 * SV_Position's w in a pixel shader: the w that the vertex shader wrote, interpolated. Vulkan's
 * FragCoord has one divided by it there.
 */
#ifndef XFI_WIN_SHADER_POSITION_H
#define XFI_WIN_SHADER_POSITION_H

#include "win/shader/module.h"

/*
 * Every load of FragCoord, or of what may be its last component, has the reciprocal there. Replaces
 * the words, which are malloc()ed, where there is FragCoord; on failure they stay as they were.
 * E_INVALIDARG: no SPIR-V; E_OUTOFMEMORY.
 */
HRESULT xfi_position_invert(uint32_t **words, size_t *n);

#endif
