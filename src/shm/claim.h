/* SPDX-License-Identifier: MIT */
/*
 * Who serves a name holds a lock on one byte of the runtime folder itself, chosen by the name. The
 * kernel drops it with the process that holds it, however that ends, so there is never a stale one,
 * and no file carries it.
 *
 * A folder can only be opened for reading, and so only read locks can be had on it, which do not
 * exclude each other. But a write lock can be *asked about*: each claimant takes its lock and then
 * looks whether another has one too. Two at once both see the other, and both step back. More locks
 * spell the name, so that it can be listed without asking anybody, who might be stopped.
 */
#ifndef XFI_SHM_CLAIM_H
#define XFI_SHM_CLAIM_H

#include <stdbool.h>
#include <stdint.h>

/* The byte that stands for a name; also what questions (ask.h) are addressed to. */
uint64_t xfi_claim_byte(const char *name);

/*
 * Claims `name` for the open file `folder`, until that is closed (a forked child must not keep it:
 * fork.h). -EADDRINUSE: another has it, or tries to at the same moment; nothing is claimed.
 */
int xfi_claim(int folder, const char *name);

/* Has an open file other than `folder` claimed what this byte stands for? */
bool xfi_claimed(int folder, uint64_t byte);

/*
 * Says for the open file `folder` that its process would serve `name` if the one that does died;
 * and whether any open file says so. Any number can, beside a claim or without.
 */
int xfi_claim_inherit(int folder, const char *name);
bool xfi_claim_has_heirs(int folder, const char *name);

/*
 * The byte that stands for the memory of object `id` in the domain whose file has these numbers;
 * and says for the open file `folder` that its process can hand that memory on, or no longer. Any
 * number can.
 */
uint64_t xfi_claim_memory_byte(uint64_t device, uint64_t inode, uint64_t id);
int xfi_claim_share(int folder, uint64_t byte);
void xfi_claim_unshare(int folder, uint64_t byte);

/* Calls visit(name, arg) for each claimed name, some 1000 at most; stops at non-zero. */
int xfi_claim_list(int folder, int (*visit)(const char *name, void *arg), void *arg);

#endif
