/* SPDX-License-Identifier: MIT */
/*
 * DXBC to SPIR-V. The one file that sees vkd3d-shader's header, which must not meet libwine-dev's:
 * types are plain here.
 */
#ifndef XFI_WIN_SHADER_TRANSLATE_H
#define XFI_WIN_SHADER_TRANSLATE_H

#include <stddef.h>
#include <stdint.h>

/*
 * A whole container, checked already, to words that the caller free()s. The bindings have set `set`
 * and the bases of constant buffers, resource views, samplers, unordered access views and counters.
 * 0; -EINVAL: not understood, told by xf_fail(); -ENOTSUP: built without; -ENOMEM.
 */
int xfi_translate(const void *dxbc, size_t size_bytes, uint32_t set, const uint32_t bases[5],
	uint32_t **ret_words, size_t *ret_n);

#endif
