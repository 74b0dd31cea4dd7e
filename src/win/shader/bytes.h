/* SPDX-License-Identifier: MIT */
/* Which buffers a source declares as ByteAddressBuffer: in SPIR-V they are arrays of uint. */
#ifndef XFI_WIN_SHADER_BYTES_H
#define XFI_WIN_SHADER_BYTES_H

#include <stdbool.h>

/* Does preprocessed text declare a ByteAddressBuffer or RWByteAddressBuffer of this name? */
bool xfi_bytes_declared(const char *text, const char *name);

#endif
