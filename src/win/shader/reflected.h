/* SPDX-License-Identifier: MIT */
/* What the RDEF chunk says, with the faces that D3DReflect gives to it. */
#ifndef XFI_WIN_SHADER_REFLECTED_H
#define XFI_WIN_SHADER_REFLECTED_H

#include "win/shader/container.h"

#include <d3d11shader.h>

struct xfi_reflected_type {
	ID3D11ShaderReflectionType iface;
	struct xfi_reflected_type *next; /* of all, to be freed */
	D3D11_SHADER_TYPE_DESC desc;
	struct xfi_reflected_member *members; /* desc.Members */
	char own_name[32]; /* where the chunk has none */
};

struct xfi_reflected_member {
	const char *name;
	struct xfi_reflected_type *type;
};

struct xfi_reflected_variable {
	ID3D11ShaderReflectionVariable iface;
	struct xfi_reflected_buffer *buffer;
	struct xfi_reflected_type *type;
	D3D11_SHADER_VARIABLE_DESC desc;
};

struct xfi_reflected_buffer {
	ID3D11ShaderReflectionConstantBuffer iface;
	D3D11_SHADER_BUFFER_DESC desc;
	struct xfi_reflected_variable *variables; /* desc.Variables */
};

struct xfi_reflected {
	UINT version; /* as D3D11_SHADER_DESC has it; 0: the chunk has none */
	UINT flags;
	const char *creator;
	struct xfi_reflected_buffer *buffers;
	UINT n_buffers;
	D3D11_SHADER_INPUT_BIND_DESC *bindings;
	UINT n_bindings;
	struct xfi_reflected_type *types;
	UINT n_types;
};

/* Names and values lie in the chunk, which must stay. E_INVALIDARG: damaged; finish it even then.
 */
HRESULT xfi_reflected_read(const struct xfi_chunk *chunk, struct xfi_reflected *ret);
void xfi_reflected_finish(struct xfi_reflected *reflected);

#endif
