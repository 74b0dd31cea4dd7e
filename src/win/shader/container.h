/* SPDX-License-Identifier: MIT */
/* A DXBC container: tagged chunks behind a checksum. Nothing in it is believed before it is
 * checked. */
#ifndef XFI_WIN_SHADER_CONTAINER_H
#define XFI_WIN_SHADER_CONTAINER_H

#include "win/prelude.h"

#define XFI_TAG(a, b, c, d)                                                                        \
	((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)
#define XFI_TAG_DXBC XFI_TAG('D', 'X', 'B', 'C')
#define XFI_TAG_ISGN XFI_TAG('I', 'S', 'G', 'N')
#define XFI_TAG_ISG1 XFI_TAG('I', 'S', 'G', '1')
#define XFI_TAG_OSGN XFI_TAG('O', 'S', 'G', 'N')
#define XFI_TAG_OSG5 XFI_TAG('O', 'S', 'G', '5')
#define XFI_TAG_OSG1 XFI_TAG('O', 'S', 'G', '1')
#define XFI_TAG_PCSG XFI_TAG('P', 'C', 'S', 'G')
#define XFI_TAG_SHDR XFI_TAG('S', 'H', 'D', 'R')
#define XFI_TAG_SHEX XFI_TAG('S', 'H', 'E', 'X')
#define XFI_TAG_RDEF XFI_TAG('R', 'D', 'E', 'F')
#define XFI_TAG_SPIRV                                                                              \
	XFI_TAG('X', 'S', 'P', 'V') /* a module, where others have SHEX: D3DCompile's */

#define XFI_CONTAINER_HEAD 32u /* bytes before the table of chunks */
#define XFI_CONTAINER_MAX  (64u << 20) /* bytes; far beyond any shader */

struct xfi_chunk {
	uint32_t tag;
	uint32_t size; /* bytes */
	const uint8_t *bytes; /* on a boundary of four bytes within the container */
};

struct xfi_container {
	const uint8_t *bytes;
	uint32_t size;
	uint32_t n_chunks;
};

/* Checks everything there is to the container itself. Borrows the bytes. False: damaged. */
bool xfi_container_open(const void *code, SIZE_T size, struct xfi_container *ret);
struct xfi_chunk xfi_container_chunk(const struct xfi_container *container, uint32_t i);
/* The first chunk of that tag. */
bool xfi_container_find(const struct xfi_container *container, uint32_t tag, struct xfi_chunk *ret);
/* The code: SHDR or SHEX. */
bool xfi_container_code(const struct xfi_container *container, struct xfi_chunk *ret);

static inline uint32_t xfi_word(const uint8_t *bytes, uint32_t offset)
{
	uint32_t word;
	memcpy(&word, bytes + offset, sizeof(word));
	return word;
}

/* A string of the chunk, NULL if it has none there that ends. */
const char *xfi_chunk_text(const struct xfi_chunk *chunk, uint32_t offset);

#endif
