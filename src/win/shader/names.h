/* SPDX-License-Identifier: MIT */
/* Names of a source, and what is known of each: found in the same time however many there are. */
#ifndef XFI_WIN_SHADER_NAMES_H
#define XFI_WIN_SHADER_NAMES_H

#include <stddef.h>

/* What a source says of constants and buffers. */
enum { XFI_NAME_PLACED = 1, XFI_NAME_BYTES };

struct xfi_names {
	void *root; /* NULL: none */
};

/* What is known of a name is what was set last, and not 0; nobody has an empty one. 0 or -ENOMEM.
 */
int xfi_names_set(struct xfi_names *names, const char *at, size_t length, int value);
/* 0: it is unknown. */
int xfi_names_get(const struct xfi_names *names, const char *at, size_t length);
void xfi_names_free(struct xfi_names *names);

#endif
