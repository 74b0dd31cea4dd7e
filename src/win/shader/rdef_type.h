/* SPDX-License-Identifier: MIT */
/* Types of SPIR-V as HLSL has them. */
#ifndef XFI_WIN_SHADER_RDEF_TYPE_H
#define XFI_WIN_SHADER_RDEF_TYPE_H

#include "win/shader/rdef.h"

/* A structure's member: its type, and what only the structure knows of it. */
struct xfi_rdef_member {
	const struct xfi_module *module;
	uint32_t structure, index;
};

/* Writes the type and all below it, returns where it stands. */
uint32_t xfi_rdef_type_write(
	const struct xfi_rdef_member *member, UINT major, struct xfi_writer *writer);
/* Bytes that a variable takes: the last element of an array is not padded. */
uint32_t xfi_rdef_type_size(const struct xfi_rdef_member *member);
uint32_t xfi_rdef_members(const struct xfi_module *module, uint32_t structure);
uint32_t xfi_rdef_member_offset(const struct xfi_rdef_member *member);

#endif
