/* SPDX-License-Identifier: MIT */
/* From what shaderc makes to what the devices bind, and from that to what a driver takes. */
#ifndef XFI_WIN_SHADER_FINISH_H
#define XFI_WIN_SHADER_FINISH_H

#include "win/shader/module.h"
#include "win/shader/shader.h"

/*
 * Descriptor sets and bindings of counters and textures by the numbers of shader.h; words, which
 * have names, change in place. E_OUTOFMEMORY.
 */
HRESULT xfi_finish_bindings(
	const struct xfi_module *module, enum xfi_shader_stage stage, uint32_t *words);

/* Takes out what only a debugger reads; returns how many words are left. `words` hold a module. */
size_t xfi_finish_strip_debug(uint32_t *words, size_t n);

/*
 * Takes out semantics and counters' names, for which a driver needs an extension that it may not
 * have, and that nobody looks at any more.
 */
size_t xfi_finish_strip_semantics(uint32_t *words, size_t n);

#endif
