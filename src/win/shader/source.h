/* SPDX-License-Identifier: MIT */
/* HLSL to SPIR-V, with what has to be known of the text that the compiler does not tell. */
#ifndef XFI_WIN_SHADER_SOURCE_H
#define XFI_WIN_SHADER_SOURCE_H

#include "win/shader/blob.h"
#include "win/shader/hlsl.h"
#include "win/shader/names.h"

/*
 * As xfi_hlsl_compile(), of a program's own; `hlsl` opens what `handler` (or NULL) finds. Constants
 * that the source places are the caller's, to be freed unless it fails.
 */
int xfi_source_compile(struct xfi_hlsl *hlsl, ID3DInclude *handler, struct xfi_hlsl_result *ret,
	struct xfi_names *ret_placed);
int xfi_source_preprocess(struct xfi_hlsl *hlsl, ID3DInclude *handler, struct xfi_hlsl_result *ret);

#endif
