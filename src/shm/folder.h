/* SPDX-License-Identifier: MIT */
/*
 * The runtime folder: where processes of one user find each other. It lets nobody else in, so a
 * stranger can neither take a name, nor flood whoever serves one, nor listen. Nothing stays in it:
 * see claim.h and ask.h for how names live there without files.
 */
#ifndef XFI_SHM_FOLDER_H
#define XFI_SHM_FOLDER_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

/*
 * Opens $XDG_RUNTIME_DIR, or /run/user/UID, or where that is missing /tmp/crossfence-UID, which is
 * made. Each call is an open file of its own, as claims need it. `own`: a forked child must not
 * keep it; close it with xfi_fork_close(). -EACCES: it belongs to somebody else, or others may
 * enter it; -ENOENT; -EMFILE.
 */
int xfi_folder_open(bool own, int *ret_folder);

/* The address of the socket `file` in it, whatever the length of the folder's path. */
socklen_t xfi_folder_address(int folder, const char *file, struct sockaddr_un *ret_address);

/*
 * Tells those who watch the folder (inotify, IN_ATTRIB) that a name has appeared: it leaves nothing
 * behind but the time.
 */
void xfi_folder_touch(int folder);

#endif
