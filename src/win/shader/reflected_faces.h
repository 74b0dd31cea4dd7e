/* SPDX-License-Identifier: MIT */
/* The faces of a reflection's parts, and of what is asked for and not there. */
#ifndef XFI_WIN_SHADER_REFLECTED_FACES_H
#define XFI_WIN_SHADER_REFLECTED_FACES_H

#include "win/shader/reflected.h"

extern const ID3D11ShaderReflectionTypeVtbl xfi_reflected_type_vtbl;
extern const ID3D11ShaderReflectionVariableVtbl xfi_reflected_variable_vtbl;
extern const ID3D11ShaderReflectionConstantBufferVtbl xfi_reflected_buffer_vtbl;

/* They refuse to describe themselves, and lead to each other. */
extern ID3D11ShaderReflectionType xfi_reflected_no_type;
extern ID3D11ShaderReflectionVariable xfi_reflected_no_variable;
extern ID3D11ShaderReflectionConstantBuffer xfi_reflected_no_buffer;

/* The buffer's variable of that name, NULL: it has none. */
ID3D11ShaderReflectionVariable *xfi_reflected_find(
	const struct xfi_reflected_buffer *buffer, const char *name);

#endif
