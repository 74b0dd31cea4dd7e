/* SPDX-License-Identifier: MIT */
/* An id as messages print it, and `crossfence show`, and as the tool takes it: all 16 digits. */
#ifndef XFI_BASE_ID_TEXT_H
#define XFI_BASE_ID_TEXT_H

#include <inttypes.h>

#define XFI_ID "0x%016" PRIx64

#endif
