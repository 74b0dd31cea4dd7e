/* SPDX-License-Identifier: MIT */
/*
 * Handing on the memory of objects whose bytes do not lie in the domain's file: a descriptor that
 * every member with the object open keeps for those who come later. So it needs neither a socket of
 * the application's nor the process that made it.
 *
 *	keeps                                     asks
 *	says so with a lock on a byte of the      is there such a lock? else nobody has it
 *	runtime folder (claim.h), any number do   makes the socket in the folder (ask.h)
 *	each is woken, connects, sends            takes the first answer
 *
 * All answer, not one chosen: the one chosen might be stopped. The kernel drops the lock with the
 * process, so nobody waits for a dead one, and nothing is left behind. Who takes part is decided by
 * the folder, which is one user's: a member of another user gets no such memory.
 */
#ifndef XFI_SHM_KEEPER_H
#define XFI_SHM_KEEPER_H

#include "base/foreign_fd.h"
#include "shm/domain.h"

struct xfi_kept;

/*
 * Hands `fd` (borrowed until it is removed) on as the memory of object `id` from now on. The first
 * one starts a thread, which lasts as long as the membership. -EMFILE: no descriptor, or none of
 * the user's inotify instances, is left; -EAGAIN: no thread; else as xfi_folder_open().
 */
int xfi_keeper_add(struct xf_domain *domain, xf_id id, int fd, struct xfi_kept **ret_kept);
void xfi_keeper_remove(struct xf_domain *domain, struct xfi_kept *kept); /* NULL allowed */

/*
 * Gets it from another member, or another membership of this process. The descriptor is whatever
 * that one sent: check what it is before use. Blocks until there is an answer, for a second at
 * most. -ENOTCONN: nobody has it; -ETIMEDOUT: who has it does not answer; else as xfi_ask().
 */
int xfi_keeper_ask(struct xf_domain *domain, xf_id id, struct xfi_sent *ret_sent);

/* Before the domain is unmapped. */
void xfi_keeper_stop(struct xf_domain *domain);

#endif
