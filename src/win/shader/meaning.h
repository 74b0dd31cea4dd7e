/* SPDX-License-Identifier: MIT */
/* HLSL to SPIR-V that does what the same HLSL does on Windows, where shaderc's does not. */
#ifndef XFI_WIN_SHADER_MEANING_H
#define XFI_WIN_SHADER_MEANING_H

#include "win/shader/hlsl.h"

/* As xfi_hlsl_compile(), of preprocessed text that ends with a zero. */
int xfi_meaning_compile(const struct xfi_hlsl *hlsl, struct xfi_hlsl_result *ret);

#endif
