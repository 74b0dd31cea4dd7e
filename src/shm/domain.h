/* SPDX-License-Identifier: MIT */
/*
 * A domain as one member sees it: private memory, never shared. The one header that all files of
 * this room stand on.
 */
#ifndef XFI_SHM_DOMAIN_H
#define XFI_SHM_DOMAIN_H

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/bits.h"
#include "base/message.h"
#include "shm/fork.h"
#include "shm/layout.h"

struct xfi_companion;
struct xfi_helper;
struct xfi_keeper;
struct xfi_number;
struct xfi_polls;
struct xfi_reaper;
struct xfi_row;
struct xfi_server;

/* What this process holds of the object in one slot. */
struct xfi_local {
	uint32_t handles;
	uint32_t next_number; /* with `numbers`, see sync/number.c */
	struct xfi_number *numbers;
	_Atomic uint32_t takers; /* threads among the object's takers, see watch.h */
	_Atomic uint32_t watchers; /* likewise */
	_Atomic uint32_t last_rung; /* of its takers, by this process: member slot */
	void *kept; /* see xfi_object_kept() */
};

struct xf_domain {
	/* What waiting and waking read, together. */
	struct xfi_bucket *buckets;
	struct xfi_slot *slots;
	struct xfi_member *members;
	uint32_t fork_generation; /* see fork.c */
	uint32_t self; /* member slot; meaningless when read_only */
	bool read_only;
	bool look_only; /* and may not wait */

	struct xfi_header *header;
	struct xfi_lifeline (*lifelines)[XFI_ROWS];
	xfi_u64 *touched; /* [member][touched_words] */
	xfi_u64 *used;
	xfi_u16 (*parked)[XFI_BUCKETS]; /* [member] */
	struct xfi_directory_bucket *directory;
	xfi_u32 *pages;
	uint32_t touched_words;

	struct xfi_geometry geometry; /* the checked copy */
	struct xfi_layout layout;
	void *base; /* mapping of everything before the payload */
	int fd;
	int presence; /* see presence.c; -1: none */
	uint32_t alloc_hint; /* under local_lock */
	struct xfi_local *local; /* [capacity], under local_lock */
	pthread_mutex_t local_lock;
	/* Each of these is its own file's; NULL when read_only. */
	struct xfi_polls *polls;
	struct xfi_helper *helper;
	struct xfi_keeper *keeper; /* NULL until needed */
	struct xfi_companion *companions; /* under companions_lock */
	pthread_mutex_t companions_lock;
	struct xfi_row *row; /* on the helper thread */
	uint64_t pid_ns; /* ours, see process.h; written by the helper thread before it joins */
	struct xfi_reaper *reaper; /* likewise; NULL until needed */
	struct xfi_server *server; /* when this process serves the name, under the lock */
	int heir; /* on the helper thread: says that it might; -1: does not */
	uint32_t lock_turn; /* the lock as we hold it, see lock.c */
	uint32_t lock_stuck; /* the lock as it was when we last waited for it in vain, else 0 */
};

/* 0, -ECHILD after fork, -EACCES when `write` and the member is read-only. */
static inline int xfi_domain_check(const struct xf_domain *domain, bool write)
{
	if (__builtin_expect(atomic_load_explicit(xfi_fork_page, memory_order_relaxed) !=
				     domain->fork_generation,
		    0))
		return xfi_message_plain(-ECHILD);
	return __builtin_expect(write && domain->read_only, 0) ? xfi_message_plain(-EACCES) : 0;
}

static inline uint64_t xfi_self_bit(const struct xf_domain *domain)
{
	return xfi_bit(domain->self);
}

static inline struct xfi_slot *xfi_slot(const struct xf_domain *domain, uint32_t index)
{
	return &domain->slots[index];
}

#endif
