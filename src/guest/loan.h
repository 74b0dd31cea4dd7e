/* SPDX-License-Identifier: MIT */
/* A keyed mutex of a domain that lies in the shared region, used from another kernel. */
#ifndef XFG_LOAN_H
#define XFG_LOAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/keyed_word.h"
#include "wire/wire.h"

struct xfg_loan {
	struct xfi_keyed_slot *slot; /* NULL: nothing is lent */
	const struct xfi_bucket *buckets;
	uint64_t owner; /* the word's upper half when we own the mutex */
	uint64_t salt;
	xfi_u64 held; /* the word as our acquire left it; 0: not held */
};

/* -EPROTO: outside the region. */
int xfg_loan_place(struct xfg_loan *loan, const struct xfw_loan *where, void *region, size_t size);

/*
 * 0: taken; XFI_AGAIN: not now; XF_ABANDONED; -EDEADLK. *ret_notify: it had to be given back, and
 * somebody waits, whom the host must be told to wake.
 */
int xfg_loan_acquire(struct xfg_loan *loan, uint64_t key, uint64_t *ret_fence, bool *ret_notify);

/* The host says that it has acquired in our name. */
int xfg_loan_acquired(struct xfg_loan *loan);

/* 0, -EPERM, XF_ABANDONED. *ret_notify as above. */
int xfg_loan_release(struct xfg_loan *loan, uint64_t key, uint64_t fence, bool *ret_notify);

#endif
