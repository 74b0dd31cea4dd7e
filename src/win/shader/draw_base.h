/* SPDX-License-Identifier: MIT */
/*
 * Numbers of vertices and instances that begin with each draw, as Direct3D's do. Vulkan's begin
 * where the draw begins in the buffers, so the pass takes away what was added.
 */
#ifndef XFI_WIN_SHADER_DRAW_BASE_H
#define XFI_WIN_SHADER_DRAW_BASE_H

#include "win/shader/module.h"

/*
 * Every load of VertexIndex and InstanceIndex becomes one less BaseVertex or BaseInstance, with the
 * capability DrawParameters. Replaces the words, which are malloc()ed, where there is such a load;
 * on failure they stay as they were. `*ret_changed` says whether. E_INVALIDARG: no SPIR-V, or it
 * would become too long for it; E_OUTOFMEMORY.
 */
HRESULT xfi_draw_base_subtract(uint32_t **words, size_t *n, bool *ret_changed);

#endif
