/* SPDX-License-Identifier: MIT */
/* What a SPIR-V module says of itself as a shader: its entry, bindings and semantics. */
#ifndef XFI_WIN_SHADER_DESCRIBE_H
#define XFI_WIN_SHADER_DESCRIBE_H

#include "win/shader/module.h"
#include "win/shader/shader.h"

/* Where the entry point of the stage is, 0: it has none. */
uint32_t xfi_describe_entry(const struct xfi_module *module, enum xfi_shader_stage stage);

/*
 * Appends the module's descriptors to the shader's bindings; E_INVALIDARG for one that does not
 * keep to the numbers of shader.h.
 */
HRESULT xfi_describe_bindings(const struct xfi_module *module, struct xfi_shader *shader);

/* What the entry reads (`storage` XFI_STORAGE_INPUT) or writes. free() the array. */
HRESULT xfi_describe_elements(const struct xfi_module *module, uint32_t entry, uint32_t storage,
	struct xfi_shader_element **ret, UINT *ret_n);

void xfi_describe_threads(const struct xfi_module *module, uint32_t entry, UINT ret[3]);

/* The kind of what a binding of the contract stands for, and its register. */
enum xfi_binding_kind xfi_describe_kind(uint32_t binding, UINT *ret_reg);

#endif
