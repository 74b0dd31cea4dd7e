/* SPDX-License-Identifier: MIT */
/*
 * The shared region as a process of the guest has it: mapped with the device it opened, or by a
 * descriptor that crossfence-guestd, which has the device open, passed on.
 */
#ifndef XFI_GUEST_LINK_REGION_H
#define XFI_GUEST_LINK_REGION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct xfi_ivshmem;

struct xfi_region {
	uint8_t *base; /* NULL: none */
	size_t size;
	const struct xfi_ivshmem *channel; /* in it */
	uint64_t epoch; /* of that channel when we got to know it */
	bool shares_words; /* an atomic step here is one for the host too */
	int fd; /* to pass on; -1: cannot be */
};

/* Where the channel lies; -EPROTO, -ENODEV: not a region of a host service, or not yet. */
int xfi_region_find_channel(uint8_t *base, size_t size, struct xfi_ivshmem **ret_channel);

/* Maps what a descriptor leads to (taken, also on failure). */
int xfi_region_map(int fd, struct xfi_region *region);

/* Ends what xfi_region_map() made. */
void xfi_region_unmap(struct xfi_region *region);

/* Whether the host still serves that channel, without a system call. */
bool xfi_region_open_still(const struct xfi_region *region);

#endif
