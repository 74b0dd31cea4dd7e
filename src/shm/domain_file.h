/* SPDX-License-Identifier: MIT */
/*
 * Is what a descriptor leads to a file that a domain can be in, and is one in it? Whoever hands
 * over the wrong one is told what it is, and which one is wanted.
 */
#ifndef XFI_SHM_DOMAIN_FILE_H
#define XFI_SHM_DOMAIN_FILE_H

#include <stdbool.h>

#include "shm/layout.h"

/* What every domain's file is sealed with. */
#define XFI_DOMAIN_SEALS (F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL)

/* 0 and the file's size, where a domain may be made in it; -EBADF, -EINVAL: with a message. */
int xfi_domain_file_check_room(int fd, uint64_t *ret_size);

/*
 * Reads and checks the header: nothing is mapped, nor kept, of what is no domain. 0; -EBADF,
 * -EINVAL, -EPROTO: with a message.
 */
int xfi_domain_file_read(int fd, bool *ret_read_only, struct xfi_geometry *ret_geometry,
	struct xfi_layout *ret_layout);

#endif
