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
/* A VMM's connection, of one that does not come by itself. 0, negative: it is the caller's still.
 */
int xfh_ivshmem_connect(struct xf_host_guest *guest, int fd);
/* Before the region is saved; and when it is the guest's again, saved, restored or untouched. */
void xfh_ivshmem_quiesce(struct xf_host_guest *guest);
void xfh_ivshmem_resumed(struct xf_host_guest *guest);
/* For what the guest wanted meanwhile. */
void xfh_ivshmem_look(struct xf_host_guest *guest);

#endif
