/* SPDX-License-Identifier: MIT */
/*
 * The shared region as a process of the guest has it: mapped with the device it opened, or by a
 * descriptor that crossfence-guestd, which has the device open, passed on.
 */
#ifndef XFG_LINK_REGION_H
#define XFG_LINK_REGION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct xfw_ivshmem;

struct xfg_region {
	uint8_t *base; /* NULL: none */
	size_t size;
	const struct xfw_ivshmem *channel; /* in it */
	uint64_t epoch; /* of that channel when we got to know it */
	bool shares_words; /* an atomic step here is one for the host too */
	int fd; /* to pass on; -1: cannot be */
};

/* Where the channel lies; -EPROTO, -ENODEV: not a region of a host service, or not yet. */
int xfg_region_find_channel(uint8_t *base, size_t size, struct xfw_ivshmem **ret_channel);

/* Maps what a descriptor leads to (borrowed). */
int xfg_region_map(int fd, struct xfg_region *region);

/* Ends what xfg_region_map() made. */
void xfg_region_unmap(struct xfg_region *region);

/* Whether the host still serves that channel, without a system call. */
bool xfg_region_open_still(const struct xfg_region *region);

#endif
