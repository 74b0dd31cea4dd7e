/* SPDX-License-Identifier: MIT */
/*
 * Where a listening socket's file is: a name in a folder that is looked for once. Whoever may write
 * beside it can put another folder, or a link, in its place meanwhile; what is made, looked at and
 * removed here stays in the folder that was found.
 */
#ifndef XFI_BASE_PLACE_H
#define XFI_BASE_PLACE_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

struct xfi_place {
	int folder; /* -1: none */
	char name[80]; /* in it: with the folder's number before it fits an address */
};

#define XFI_PLACE_NONE ((struct xfi_place){ .folder = -1 })

/*
 * Finds the folder of `path`. Links on the way are followed if root or this user has made them, and
 * that can be told. -ENOSYS: there is no /proc; -EINVAL: the path has no name at its end, or too
 * long a one for a socket; -ELOOP: a link of somebody else's; or as open().
 */
int xfi_place_open(const char *path, struct xfi_place *ret_place);
void xfi_place_close(struct xfi_place *place);

/* For bind() and connect(). Wants /proc. */
socklen_t xfi_place_address(const struct xfi_place *place, struct sockaddr_un *ret_address);

/* What has that name now, a link itself if it is one: 0, or as fstatat(). */
int xfi_place_look(const struct xfi_place *place, struct stat *ret_stat);

/*
 * Removes the name while it is that socket. Between the look and the removal whoever may write to
 * the folder can still give the name to another file; more than that name he cannot have removed.
 */
void xfi_place_remove(const struct xfi_place *place, dev_t dev, ino_t ino);

#endif
