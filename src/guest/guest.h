/* SPDX-License-Identifier: MIT */
/* A guest process' session. */
#ifndef XFG_GUEST_H
#define XFG_GUEST_H

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include <crossfence/guest.h>
#include "base/message.h"
#include "guest/link.h"
#include "wire/list.h"
#include "wire/wire.h"

/* Within a session of its own a process is always this one; crossfence-guestd renumbers. */
#define XFG_PROCESS 1

/* How long a host may leave a request unanswered, or a channel full, before we call it lost. */
#define XFG_PATIENCE_NS INT64_C(10000000000)

/*
 * Two locks. `lock` guards everything; `write_lock` keeps messages whole and in sequence, and is
 * taken first when both are needed. Neither is held while anybody waits for input; only
 * write_lock is held while waiting for room to write, so that a full channel cannot keep the
 * reader from emptying the other direction.
 */
struct xf_guest {
	pthread_mutex_t lock, write_lock;
	unsigned forks; /* xfg_forks when it was made */
	uint32_t flags;
	char *address, *name;

	struct xfg_link link;
	struct xfw_peer in;
	_Atomic uint64_t out_sequence; /* changed with write_lock */
	struct xfw_welcome limits;
	int lost; /* 0, or why every call fails */
	bool reading; /* a thread is in the link's read or wait */
	bool stopping;
	bool has_thread;
	pthread_t thread;

	struct xfw_list waiters; /* sleeping ones: the reader wakes them, and one of them when
				    it leaves, to read in its place */
	struct xfw_list requests; /* waiters whose request is under way */
	uint32_t next_tag;
	uint64_t next_event, next_device;

	struct xfw_list *buckets; /* of events, by id */
	uint32_t n_buckets; /* power of two */
	uint32_t records; /* events in buckets */
	uint64_t *gone; /* ids whose EVENT_CLOSE is still to be sent */
	uint32_t n_gone, max_gone;

	uint64_t signals, unknown;
	uint32_t sessions;

	size_t have; /* bytes of `bytes` that are filled; owned by the reader */
	uint8_t bytes[4 * XFW_MAX_BYTES];
};

/* Counts the forks that led to this process: getpid() would be a system call each time. */
extern unsigned xfg_forks;

/* The host's answer to a request for `what`, in words; 0 stays 0. */
int xfg_refused(int result, const char *what);

/* Why a call on `guest` cannot be: it is NULL, or came over a fork(). */
int xfg_refuse(const struct xf_guest *guest);

static inline int xfg_check(const struct xf_guest *guest)
{
	return guest && guest->forks == xfg_forks ? 0 : xfg_refuse(guest);
}

/* The same, first in a public function that leaves messages. */
static inline int xfg_begin(const struct xf_guest *guest)
{
	xfi_message_forget();
	return xfg_check(guest);
}

#endif
