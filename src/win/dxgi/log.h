/* SPDX-License-Identifier: MIT */
/* Counters and messages for what a program did in vain. */
#ifndef XFI_WIN_LOG_H
#define XFI_WIN_LOG_H

#include <stdint.h>

/* Notes that `what` was called and is not provided; tells the log the first time. */
void xfi_unsupported(_Atomic uint32_t *seen, const char *what);

/* Counts a command that touched a keyed resource which its device does not hold. */
void xfi_count_dropped(void);

#endif
