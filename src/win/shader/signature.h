/* SPDX-License-Identifier: MIT */
/* What a stage reads and writes, as a container's ISGN and OSGN chunks and their newer forms say.
 */
#ifndef XFI_WIN_SHADER_SIGNATURE_H
#define XFI_WIN_SHADER_SIGNATURE_H

#include "win/shader/container.h"
#include "win/shader/shader.h"

#include <d3d11shader.h>

/* A chunk's parameters, whose names lie in the chunk. free() the array. E_INVALIDARG: damaged. */
HRESULT xfi_signature_read(
	const struct xfi_chunk *chunk, D3D11_SIGNATURE_PARAMETER_DESC **ret, UINT *ret_n);

/* Of a container, in whichever form it has them; none is fine. */
HRESULT xfi_signature_inputs(
	const struct xfi_container *container, D3D11_SIGNATURE_PARAMETER_DESC **ret, UINT *ret_n);
HRESULT xfi_signature_outputs(
	const struct xfi_container *container, D3D11_SIGNATURE_PARAMETER_DESC **ret, UINT *ret_n);

/* The same as a shader's elements; takes the parameters. */
HRESULT xfi_signature_elements(
	D3D11_SIGNATURE_PARAMETER_DESC *parameters, UINT n, struct xfi_shader_element **ret);

#endif
