/* SPDX-License-Identifier: MIT */
/*
 * Socket addresses of names. They are in the abstract namespace, keyed by user and runtime folder:
 * such an address vanishes with the process that holds it, even when that is killed, so nothing is
 * ever left behind. Who is on the other side is told by SO_PEERCRED, not by the address.
 */
#ifndef XFI_SHM_ADDRESS_H
#define XFI_SHM_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

/* A domain's name: [A-Za-z0-9._-]{1,XF_NAME_MAX}. */
bool xfi_name_valid(const char *name);

/* "crossfence/UID/FOLDER/", the part all names of this user and runtime folder share. */
void xfi_address_prefix(char *buffer, size_t size);

/* The address of `name`; `waiting_room` > 0 makes an address for one who waits for it. */
socklen_t xfi_address(const char *name, uint32_t waiting_room, struct sockaddr_un *ret_address);

/* Calls visit(rest, arg) for each bound address of ours, without the prefix; stops at non-zero. */
int xfi_address_list(int (*visit)(const char *rest, void *arg), void *arg);

/* A connected pair's other side runs as this user or root. 0, -EACCES. */
int xfi_address_check_peer(int fd);

#endif
