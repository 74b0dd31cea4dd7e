/* SPDX-License-Identifier: MIT */
/* Text that others wrote: labels, names of processes. */
#ifndef XFI_BASE_TIDY_H
#define XFI_BASE_TIDY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A '?' for each byte that is no character of UTF-8, and for what a terminal obeys instead of
 * showing it: control characters, and those that turn the direction of the text around them.
 * Nothing becomes longer.
 */
void xfi_tidy(char *text);

/* Whether all of it is characters, of whatever kind. */
bool xfi_is_utf8(const char *text);

/* Bytes of the whole characters at its beginning that fit into `most` bytes. */
size_t xfi_utf8_cut(const char *text, size_t most);

#endif
