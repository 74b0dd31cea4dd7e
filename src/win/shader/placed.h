/* SPDX-License-Identifier: MIT */
/* Constants whose place in their buffer the source says: `: packoffset(c1.y)`, `: register(c3)`. */
#ifndef XFI_WIN_SHADER_PLACED_H
#define XFI_WIN_SHADER_PLACED_H

#include <stdbool.h>
#include <stddef.h>

/* Names one after the other, each with the zero at its end. A constant's name is its program's. */
struct xfi_placed {
	char *names;
	size_t size;
};

/* May the text, once it is preprocessed, place one? */
bool xfi_placed_named(const char *text, size_t size);
/* In preprocessed text; 0 or -ENOMEM. */
int xfi_placed_find(const char *text, struct xfi_placed *ret);
bool xfi_placed_has(const struct xfi_placed *placed, const char *name);
void xfi_placed_free(struct xfi_placed *placed);

#endif
