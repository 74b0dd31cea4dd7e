/* SPDX-License-Identifier: MIT */
/* ivshmem, the host's side. Service only. */
#ifndef XFH_IVSHMEM_H
#define XFH_IVSHMEM_H

#include "host/guest.h"

/* The region and where its room for surfaces is; -ENOTSUP. The descriptor is borrowed. */
int xfh_ivshmem_room(
	struct xf_host_guest *guest, int *ret_fd, uint64_t *ret_offset, uint64_t *ret_size);
int xfh_ivshmem_start(struct xf_host_guest *guest, int given_fd);
void xfh_ivshmem_stop(struct xf_host_guest *guest);

#endif
