/* SPDX-License-Identifier: MIT */
/*
 * How an object is found by what it says of itself: its label, or a surface by its place in a pool.
 * The same work among ten objects and a million.
 */
#ifndef XFI_SHM_DIRECTORY_H
#define XFI_SHM_DIRECTORY_H

#include "shm/domain.h"

#define XFI_LABEL_WORDS ((XF_LABEL_MAX + 1) / sizeof(uint64_t))

/* A label as slots keep it: padded with zeros. */
struct xfi_label {
	uint64_t words[XFI_LABEL_WORDS];
};

struct xfi_label xfi_label_of(const char *text);
/* Copied from a slot that others may write to; a word is whole, the label need not be. */
struct xfi_label xfi_label_words(const struct xfi_slot *slot);
bool xfi_label_equal(const struct xfi_label *a, const struct xfi_label *b);

uint64_t xfi_hash_of_label(const struct xfi_label *label);

/* A surface says which pool it belongs to. */
struct xfi_part {
	xf_id whole;
	uint32_t place;
};

uint64_t xfi_hash_of_part(const struct xfi_part *part);

/* Enters an object that is being built, once its slot says what it is found by, if anything. */
void xfi_directory_enter(struct xf_domain *domain, uint32_t index);

/* Takes it out, before its slot is cleared. Can be done again. */
void xfi_directory_remove(struct xf_domain *domain, uint32_t index);

/* Whoever built it died, perhaps while entering it. Before it is taken out. */
void xfi_directory_half_entered(struct xf_domain *domain, uint32_t index);

/* Whether the object in that slot is what is looked for; it may be another one a moment later. */
typedef bool xfi_matches_fn(struct xf_domain *domain, uint32_t index, const void *arg);

/*
 * The newest live object that matches, of those in the directory; 0: none. *ret_sure: and there is
 * no newer one that the directory lacks.
 */
xf_id xfi_directory_find(struct xf_domain *domain, uint64_t hash, xfi_matches_fn *matches,
	const void *arg, bool *ret_sure);

/* One that finds the surface whose place that is; `part` is a struct xfi_part. */
bool xfi_is_part(struct xf_domain *domain, uint32_t index, const void *part);

/* The newest of all; walks through all slots where the directory is not sure. */
xf_id xfi_directory_search(
	struct xf_domain *domain, uint64_t hash, xfi_matches_fn *matches, const void *arg);

/* The same by walking alone. */
xf_id xfi_directory_walk(struct xf_domain *domain, xfi_matches_fn *matches, const void *arg);

#endif
