/* SPDX-License-Identifier: MIT */
/* The helper thread's own state; member.c, lifeline.c and poll.c only. */
#ifndef XFI_SHM_HELPER_H
#define XFI_SHM_HELPER_H

#include <linux/futex.h>

#include "shm/domain.h"

struct xfi_call {
	int (*fn)(struct xf_domain *d, void *arg);
	void *arg;
	int result;
	_Atomic uint32_t done; /* futex */
	struct xfi_call *next;
};

struct xfi_poll_entry;

struct xfi_helper {
	pthread_t thread;
	_Atomic uint32_t joined; /* futex: 0 until the join succeeded or failed */
	int join_result;
	uint32_t tid;
	_Atomic uint32_t pokes; /* futex: changes when there is something to do */
	_Atomic bool leave;

	pthread_mutex_t calls_lock;
	struct xfi_call *calls; /* waiting to be run, oldest first */
	bool calls_closed; /* leaving: no more of them */

	/* Guarded by polls_lock; entries are owned by their object handles. */
	pthread_mutex_t polls_lock;
	struct xfi_poll_entry *polls;

	/* What the kernel walks when the helper dies: see lifeline.c. */
	struct robust_list_head heads[2];
	struct robust_list_head *head; /* the one the kernel knows */
	struct robust_list *nodes; /* [XF_MEMBERS_MAX] */

	uint32_t stuck; /* the cold lock as it was when we last waited for it in vain, else 0 */
	struct xfi_reaper *reaper; /* reaper.c; NULL until needed */
};

/* lifeline.c: all on the helper thread. */
int xfi_lifeline_init(struct xf_domain *domain);
void xfi_lifeline_finish(struct xf_domain *domain);
int xfi_lifeline_claim(struct xf_domain *domain); /* under the cold lock */
/*
 * -ETIMEDOUT: its owner is stopped, or nobody at all and the word a liar's work. An honest owner
 * that runs needs microseconds, for a domain full of objects some milliseconds.
 */
#define XFI_LOCK_WAIT_NS INT64_C(2000000000)
int xfi_cold_lock(struct xf_domain *domain);
void xfi_cold_unlock(struct xf_domain *domain);

/* reaper.c: waits until the process of a dead member is gone, then calls xfi_sweep_gone(). */
int xfi_reap(struct xf_domain *domain, uint32_t member);
bool xfi_reaping(struct xf_domain *domain, uint32_t member); /* and not done with it */
void xfi_reaper_stop(struct xf_domain *domain);
uint64_t xfi_process_born(int32_t pid); /* 0: no such process */

/* poll.c: on the helper thread. */
void xfi_poll_run(struct xf_domain *domain);

#endif
