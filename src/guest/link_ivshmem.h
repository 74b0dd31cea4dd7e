/* SPDX-License-Identifier: MIT */
#ifndef XFG_LINK_IVSHMEM_H
#define XFG_LINK_IVSHMEM_H

#include "guest/link.h"

/* The ivshmem transport, guest side; `where` is a PCI address or a file to map. */
int xfg_link_open_ivshmem(const char *where, int64_t deadline_ns, struct xfg_link *ret_link);

#endif
