/* SPDX-License-Identifier: MIT */
/* From a module that shaderc made to the container that D3DCompile gives. */
#ifndef XFI_WIN_SHADER_COMPILE_H
#define XFI_WIN_SHADER_COMPILE_H

#include "win/shader/blob.h"
#include "win/shader/hlsl.h"
#include "win/shader/names.h"
#include "win/shader/shader.h"

struct xfi_target {
	enum xfi_shader_stage stage;
	UINT major, minor;
};

/* Of words with names, which change. E_INVALIDARG: more registers than there are. */
HRESULT xfi_compile_container(const struct xfi_target *target, const struct xfi_names *placed,
	struct xfi_hlsl_result *result, UINT flags, ID3DBlob **ret);

#endif
