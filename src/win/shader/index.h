/* SPDX-License-Identifier: MIT */
/* Where a SPIR-V module decorates and names what, found in the same time however much there is. */
#ifndef XFI_WIN_SHADER_INDEX_H
#define XFI_WIN_SHADER_INDEX_H

#include <stddef.h>
#include <stdint.h>

struct xfi_index {
	uint32_t *slots; /* places of instructions, 0: free */
	uint32_t mask;
};

/* An instruction by its first words: what it is and does not have is 0. */
struct xfi_index_key {
	uint32_t op, id, a, b;
};

/* Of OpDecorate, OpMemberDecorate and OpMemberName. Lengths hold by then. 0 or -ENOMEM. */
int xfi_index_make(const uint32_t *words, size_t n, struct xfi_index *ret);
/* The first such instruction, 0: there is none. */
uint32_t xfi_index_find(
	const struct xfi_index *index, const uint32_t *words, const struct xfi_index_key *key);
void xfi_index_free(struct xfi_index *index);

#endif
