/* SPDX-License-Identifier: MIT */
/* The inside of struct xf_guest, shared by guest*.c. */
#ifndef XFI_GUEST_GUEST_PRIV_H
#define XFI_GUEST_GUEST_PRIV_H

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#include <crossfence/guest.h>
#include "guest/link.h"
#include "wire/list.h"
#include "wire/wire.h"

/* Within a session of its own a process is always this one; crossfence-guestd renumbers. */
#define XFI_GUEST_PROCESS 1

/* How long a host may leave a request unanswered, or a channel full, before we call it lost. */
#define XFI_GUEST_PATIENCE_NS INT64_C(10000000000)

struct xf_guest_event {
	struct xfi_list link; /* one bucket of xf_guest.buckets, while the host may signal it */
	struct xf_guest *guest;
	uint64_t id, device;
	uint64_t count;
	uint32_t session; /* number of the session it belongs to (xf_guest.sessions) */
	uint8_t manual, signalled;
	uint8_t listed; /* is in its bucket: the host may signal it */
	uint8_t exported; /* its handle was given out */
	uint8_t closed; /* by the user; freed when it leaves its bucket */
	uint8_t cpu; /* has a CPU event object at the driver */
};

/* Somebody blocked in a call; lives on that thread's stack. */
struct waiter {
	struct xfi_list link; /* xf_guest.waiters, while it sleeps */
	struct xfi_list request; /* xf_guest.requests, until it is answered */
	struct xf_guest_event *event; /* waits for this event, or */
	uint32_t tag; /* for the answer to this request */
	uint32_t word; /* futex: 1 when woken */
	int answered;
	int32_t result;
	uint32_t status;
	void *data; /* room for the answer's payload */
	size_t size; /* in: of the room; out: of the answer, possibly more than fitted */
};

/*
 * Two locks. `lock` guards everything; `write_lock` keeps messages whole and in sequence, and is
 * taken first when both are needed. Neither is held while anybody waits for input; only
 * write_lock is held while waiting for room to write, so that a full channel cannot keep the
 * reader from emptying the other direction.
 */
struct xf_guest {
	pthread_mutex_t lock, write_lock;
	unsigned forks; /* xfi_guest_forks when it was made */
	uint32_t flags;
	char *address, *name;

	struct xfi_link link;
	struct xfi_wire_peer in;
	uint64_t out_sequence; /* write_lock */
	struct xfi_wire_welcome limits;
	int lost; /* 0, or why every call fails */
	int reading; /* a thread is in the link's read or wait */
	int stopping;
	int has_thread;
	pthread_t thread;

	struct xfi_list waiters; /* sleeping ones: the reader wakes them, and one of them when
				    it leaves, to read in its place */
	struct xfi_list requests; /* waiters whose request is under way */
	uint32_t next_tag;
	uint64_t next_event, next_device;

	struct xfi_list *buckets; /* of events, by id */
	uint32_t n_buckets; /* power of two */
	uint32_t records; /* events in buckets */
	uint64_t *gone; /* ids whose EVENT_CLOSE is still to be sent */
	uint32_t n_gone, max_gone;

	uint64_t signals, unknown;
	uint32_t sessions;

	size_t have; /* bytes of `bytes` that are filled; owned by the reader */
	uint8_t bytes[4 * XFI_WIRE_MAX_BYTES];
};

/* guest/io.c */

/*
 * Waits, as the reader or asleep, until `me` is satisfied. `lock` is held on entry and exit.
 * 0; XF_TIMEOUT; negative when the channel is lost.
 */
int xfi_guest_await_locked(struct xf_guest *guest, struct waiter *me, int64_t deadline_ns);

/* Reads what is there without waiting; `lock` held. */
int xfi_guest_read_now_locked(struct xf_guest *guest);

/* Sends one message; fills in session, process and sequence. Locks by itself. */
int xfi_guest_send(struct xf_guest *guest, struct xfi_wire_msg *msg, const void *payload);

/* Sends what was put off: notes of records that have gone. Locks by itself. */
void xfi_guest_flush(struct xf_guest *guest);

/* Lists `me` as waiting for the answer to `msg`, whose tag is filled in; and ends that. */
void xfi_guest_request_begin(struct xf_guest *guest, struct xfi_wire_msg *msg, struct waiter *me);
void xfi_guest_request_end(struct xf_guest *guest, struct waiter *me);

/* Sends a request and waits for its answer. Locks by itself. */
int xfi_guest_request(struct xf_guest *guest, struct xfi_wire_msg *msg, const void *payload,
	struct waiter *me, int64_t deadline_ns);

void xfi_guest_lose_locked(struct xf_guest *guest, int why);

/* guest/event.c */

/* A SIGNAL arrived. */
void xfi_guest_signal_locked(struct xf_guest *guest, uint64_t id, int last_use);

/* The host no longer refers to events of `device`, or to any (0 with `all`). */
void xfi_guest_drop_records_locked(struct xf_guest *guest, uint64_t device, int all);

/* Takes `event` if it is signalled. */
int xfi_guest_take_locked(struct xf_guest_event *event);

void xfi_guest_wake(struct waiter *waiter);

/* Counts the forks that led to this process: getpid() would be a system call each time. */
extern unsigned xfi_guest_forks;

static inline int xfi_guest_check(const struct xf_guest *guest)
{
	return guest->forks == xfi_guest_forks ? 0 : -ECHILD;
}

#endif
