/* SPDX-License-Identifier: MIT */
/*
 * Where shaderc's SPIR-V calculates otherwise than HLSL: remainders have the dividend's sign,
 * conversions to integers saturate (and of no number are 0), what is divided by zero is all ones,
 * `*` multiplies matrices component by component, and a ByteAddressBuffer counts bytes.
 */
#ifndef XFI_WIN_SHADER_ARITHMETIC_H
#define XFI_WIN_SHADER_ARITHMETIC_H

#include "win/shader/module.h"
#include "win/shader/names.h"

/* What the module does not tell. */
struct xfi_arithmetic {
	bool by_component; /* all products of matrices that it has are those of `*` */
	struct xfi_names bytes; /* of buffers whose lengths are in bytes */
};

/*
 * Replaces the words, which are malloc()ed; on failure they stay as they were. Of integers and
 * floats of other sizes than 32 bits nothing changes but remainders. E_INVALIDARG: no SPIR-V;
 * E_OUTOFMEMORY.
 */
HRESULT xfi_arithmetic_mend(uint32_t **words, size_t *n, const struct xfi_arithmetic *known);

#endif
