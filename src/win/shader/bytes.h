/* SPDX-License-Identifier: MIT */
/* Which buffers a source declares as ByteAddressBuffer: in SPIR-V they are arrays of uint. */
#ifndef XFI_WIN_SHADER_BYTES_H
#define XFI_WIN_SHADER_BYTES_H

#include "win/shader/names.h"

/* Names that preprocessed text declares as ByteAddressBuffer or RWByteAddressBuffer, as
 * XFI_NAME_BYTES, with what is known before; 0 or -ENOMEM. */
int xfi_bytes_find(const char *text, struct xfi_names *ret);

#endif
