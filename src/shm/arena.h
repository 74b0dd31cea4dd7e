/* SPDX-License-Identifier: MIT */
/* The domain's file and its mapping. */
#ifndef XFI_SHM_ARENA_H
#define XFI_SHM_ARENA_H

#include "shm/domain.h"

/* All three fill in a domain whose pointers are NULL and whose fd is -1. */
int xfi_arena_create(struct xf_domain *domain, const struct xf_domain_params *params);
int xfi_arena_create_in(
	struct xf_domain *domain, int fd, uint64_t room, const struct xf_domain_params *params);
int xfi_arena_join(struct xf_domain *domain, int fd);
void xfi_arena_unmap(struct xf_domain *domain);

/* What a slot says of its payload is somebody's word. */
static inline bool xfi_arena_has_payload(
	const struct xf_domain *domain, uint64_t offset, uint64_t size)
{
	uint64_t end;
	return size && offset % XFI_PAGE == 0 && !__builtin_add_overflow(offset, size, &end) &&
	       end <= domain->geometry.payload_bytes;
}

/* Maps payload bytes, checked against the geometry. */
int xfi_arena_map_payload(
	struct xf_domain *domain, uint64_t offset, uint64_t size, bool writable, void **ret_data);

/* Gives payload memory back to the system; it reads as zero afterwards. */
void xfi_arena_drop_payload(struct xf_domain *domain, uint64_t offset, uint64_t size);

#endif
