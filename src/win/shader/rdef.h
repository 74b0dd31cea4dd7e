/* SPDX-License-Identifier: MIT */
/* The chunk that tells of constant buffers and bindings: its layout, and how to write it. */
#ifndef XFI_WIN_SHADER_RDEF_H
#define XFI_WIN_SHADER_RDEF_H

#include "win/shader/names.h"
#include "win/shader/module.h"
#include "win/shader/shader.h"
#include "win/shader/writer.h"

/* Bytes of its parts, before shader model 5 and since. All offsets are from the chunk's beginning.
 */
struct xfi_rdef_sizes {
	uint32_t head, buffer, binding, variable, type, member;
};
#define XFI_RDEF_SIZES_4                                                                           \
	{                                                                                          \
		28, 24, 32, 24, 16, 12                                                             \
	}
#define XFI_RDEF_SIZES_5                                                                           \
	{                                                                                          \
		60, 24, 32, 40, 36, 12                                                             \
	}
#define XFI_RDEF_TAG_5 XFI_TAG('R', 'D', '1', '1') /* follows the seven words of the head */

/* In the upper half of the version word. */
#define XFI_RDEF_PS 0xffffu
#define XFI_RDEF_VS 0xfffeu
#define XFI_RDEF_CS 0x4353u

/* What the module says of itself, and the source of its names, as shader model `major`.`minor`; its
 * names must still be there.
 */
void xfi_rdef_write(const struct xfi_module *module, const struct xfi_shader *shader, UINT major,
	UINT minor, UINT flags, const struct xfi_names *names, struct xfi_writer *writer);

#endif
