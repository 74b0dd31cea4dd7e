/* SPDX-License-Identifier: MIT */
#ifndef XFI_GUEST_LINK_IVSHMEM_H
#define XFI_GUEST_LINK_IVSHMEM_H

#include "guest/link.h"

/* The ivshmem transport, guest side; `where` is a PCI address or a file to map. */
int xfi_link_open_ivshmem(const char *where, int64_t deadline_ns, struct xfi_link *ret_link);

#endif
