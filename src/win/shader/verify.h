/* SPDX-License-Identifier: MIT */
/*
 * Whether the code of a container is what a compiler would have written. vkd3d-shader ends the
 * process for code that is not, so nothing goes there that has not been looked at here: every
 * register is declared, every operand is of a kind that its instruction takes, blocks nest.
 */
#ifndef XFI_WIN_SHADER_VERIFY_H
#define XFI_WIN_SHADER_VERIFY_H

#include "win/shader/container.h"
#include "win/shader/shader.h"

#include <d3d11shader.h>

struct xfi_verify_signature {
	const D3D11_SIGNATURE_PARAMETER_DESC *parameters;
	UINT n;
};

/* NULL: it is good; else a sentence that says what is not. */
const char *xfi_verify(enum xfi_shader_stage stage, const struct xfi_chunk *code,
	const struct xfi_verify_signature *inputs, const struct xfi_verify_signature *outputs);

#endif
