/* SPDX-License-Identifier: MIT */
/* Text that others wrote: labels, names of processes. */
#ifndef XFI_BASE_TIDY_H
#define XFI_BASE_TIDY_H

/*
 * A '?' for each byte that is no character of UTF-8, and for what a terminal obeys instead of
 * showing it: control characters, and those that turn the direction of the text around them.
 * Nothing becomes longer.
 */
void xfi_tidy(char *text);

#endif
