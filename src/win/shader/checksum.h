/* SPDX-License-Identifier: MIT */
/* The digest that a DXBC container carries. */
#ifndef XFI_WIN_SHADER_CHECKSUM_H
#define XFI_WIN_SHADER_CHECKSUM_H

#include <stdint.h>

/* Of `size` bytes: a container's from its 20th byte to its end. */
void xfi_dxbc_checksum(const void *bytes, uint32_t size, uint32_t ret_digest[4]);

#endif
