/* SPDX-License-Identifier: MIT */
/*
 * A surface's annex: its label, sixteen bytes and a tensor's shape, for which its slot has no room.
 * It lies in the payload, which is not mapped as a whole, so whoever only looks reads the file.
 */
#ifndef XFI_SHM_ANNEX_H
#define XFI_SHM_ANNEX_H

#include "shm/domain.h"

/* Where it lies in the payload, checked. -ENOENT: there is none; -EPROTO. */
int xfi_annex_place(const struct xf_domain *domain, uint32_t index, uint64_t *ret_offset);

/* Copies it, with a terminated label. Errors as above, and of pread. */
int xfi_annex_read(const struct xf_domain *domain, uint32_t index, struct xfi_annex *ret_annex);

/* For the slot being built. */
int xfi_annex_write(struct xf_domain *domain, uint32_t index, const struct xfi_annex *annex);

/*
 * Copies the label of object `id`, terminated; a surface of a pool is called "frames[1]" after the
 * pool. False: it has none, or is gone.
 */
bool xfi_label_read(const struct xf_domain *domain, xf_id id, char ret_label[XF_LABEL_MAX + 1]);

/* "frames[1]"; of a pool's label as many whole characters as there is room for, 27 bytes at most.
 */
void xfi_label_in_pool(const char *pool, uint32_t place, char ret_label[XF_LABEL_MAX + 1]);

#endif
