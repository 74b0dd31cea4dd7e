/* SPDX-License-Identifier: MIT */
#include "base/closer.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <crossfence/result.h>

#include "base/futex.h"
#include "base/page.h"
#include "base/thread.h"

/* So long an honest file takes to close at most, on a machine that is busy. */
#define SOON_NS (100 * XFI_MS)

#define OF_PAIR (UINT64_C(1) << 63) /* no process, no user: see xfi_closer_sender() */

struct closing {
	int fd;
	bool begun;
	struct xfi_sender sender;
	int64_t since_ns;
	struct closing *next;
};

/* Of this process: a forked child has none of the threads, and perhaps somebody's lock. */
static struct {
	pthread_mutex_t lock;
	struct closing *first; /* the newest; under the lock */
} closer;
static _Atomic uint32_t ended; /* counts those that are closed; who waits sleeps on it */

enum { NOBODYS, SET_UP, OURS };

/*
 * Which of these: in a page that is zero in a forked child, also in one that has its parent's
 * number. NULL: not to be had. Whoever comes second has made one for nothing.
 */
static _Atomic uint32_t *get_state(void)
{
	static _Atomic(_Atomic uint32_t *) made;
	_Atomic uint32_t *state = atomic_load(&made), *none = NULL;
	if (state)
		return state;
	state = mmap(NULL, XFI_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (state == MAP_FAILED)
		return NULL;
	if (!madvise((void *)state, XFI_PAGE, MADV_WIPEONFORK) &&
		atomic_compare_exchange_strong(&made, &none, state))
		return state;
	munmap((void *)state, XFI_PAGE);
	return none;
}

/*
 * Whoever comes first in a process sets it up, others of its threads wait for that moment; what was
 * the parent's is nobody's any more. Released by the store of OURS, acquired by whoever reads it.
 */
static bool lock(void)
{
	_Atomic uint32_t *state = get_state();
	if (!state)
		return false;
	for (uint32_t was = atomic_load(state); was != OURS; was = atomic_load(state)) {
		if (was == NOBODYS && atomic_compare_exchange_strong(state, &was, SET_UP)) {
			pthread_mutex_init(&closer.lock, NULL);
			closer.first = NULL;
			atomic_store(state, OURS);
		}
		sched_yield();
	}
	pthread_mutex_lock(&closer.lock);
	return true;
}

static void unlock(void)
{
	pthread_mutex_unlock(&closer.lock);
}

struct count {
	unsigned n;
	int64_t latest_ns;
};

struct tally {
	struct count peer, user, strangers;
	unsigned at_work; /* of the peer's, those that have a thread */
};

static void add(struct count *count, const struct closing *c)
{
	count->n++;
	if (c->since_ns > count->latest_ns)
		count->latest_ns = c->since_ns;
}

/* Neither root nor this user, who can do worse; a pair is as many as this process makes. */
static bool is_stranger(const struct xfi_sender *sender)
{
	return sender->peer && !(sender->user & OF_PAIR) && sender->user != 0 &&
	       sender->user != geteuid();
}

/* What nobody has sent counts against nobody. */
static struct tally count_locked(const struct xfi_sender *sender)
{
	struct tally tally = { 0 };
	for (const struct closing *c = closer.first; c; c = c->next) {
		if (c->sender.peer == sender->peer) {
			add(&tally.peer, c);
			tally.at_work += c->begun;
		}
		if (c->sender.peer && c->sender.user == sender->user)
			add(&tally.user, c);
		if (is_stranger(&c->sender))
			add(&tally.strangers, c);
	}
	return tally;
}

/* Which of them it may have no more of; NULL: it may. */
static const struct count *full(const struct tally *tally, const struct xfi_sender *sender)
{
	if (tally->peer.n >= XFI_CLOSER_OF_ONE)
		return &tally->peer;
	if (tally->user.n >= XFI_CLOSER_OF_USER)
		return &tally->user;
	return is_stranger(sender) && tally->strangers.n >= XFI_CLOSER_OF_STRANGERS
		       ? &tally->strangers
		       : NULL;
}

static void remove_locked(struct closing *done)
{
	struct closing **link = &closer.first;
	while (*link != done)
		link = &(*link)->next;
	*link = done->next;
}

/* The oldest. */
static struct closing *waiting_locked(uint64_t peer)
{
	struct closing *oldest = NULL;
	for (struct closing *c = closer.first; c; c = c->next)
		if (c->sender.peer == peer && !c->begun)
			oldest = c;
	return oldest;
}

/* Goes on with what waits of the same sender: then it has a thread the fewer. */
static void *close_them(void *arg)
{
	struct closing *c = arg;
	while (c) {
		uint64_t peer = c->sender.peer;
		close(c->fd);
		(void)lock(); /* had before */
		remove_locked(c);
		free(c);
		c = waiting_locked(peer);
		if (c)
			c->begun = true;
		atomic_fetch_add(&ended, 1);
		unlock();
		(void)xfi_futex_wake(&ended, INT_MAX, FUTEX_BITSET_MATCH_ANY);
	}
	return NULL;
}

static bool start(struct closing *c)
{
	pthread_t thread;
	if (xfi_thread_start(&thread, 64 * 1024, close_them, c))
		return false;
	pthread_detach(thread);
	return true;
}

void xfi_closer_take(int fd, struct xfi_sender sender)
{
	struct closing *c = malloc(sizeof(*c));
	if (!c || !lock()) {
		free(c);
		close(fd);
		return;
	}
	bool begin = count_locked(&sender).at_work < XFI_CLOSER_OF_ONE;
	*c = (struct closing){ .fd = fd,
		.begun = begin,
		.sender = sender,
		.since_ns = xf_now(),
		.next = closer.first };
	closer.first = c;
	unlock();
	if (begin && !start(c))
		(void)close_them(c);
}

/* What was begun just now may only be waiting for a CPU; what hangs is waited for once. */
int xfi_closer_admits(const struct xfi_sender *sender)
{
	struct tally tally;
	for (;;) {
		if (!lock())
			return 0; /* then nothing is closed by threads */
		tally = count_locked(sender);
		uint32_t seen = atomic_load(&ended);
		unlock();
		const struct count *his = full(&tally, sender);
		if (!his)
			return 0;
		int64_t until_ns = SOON_NS + his->latest_ns;
		if (xfi_past(until_ns))
			break;
		(void)xfi_futex_wait(&ended, seen, until_ns, FUTEX_BITSET_MATCH_ANY);
	}
	return xf_fail(-EBUSY,
		"%u descriptors of the sender's, %u of its user's, %u of all other users', are "
		"still being closed: whoever serves those files does not answer",
		tally.peer.n, tally.user.n, tally.strangers.n);
}

struct xfi_sender xfi_closer_sender(int socket_fd)
{
	struct ucred peer = { 0 };
	socklen_t size = sizeof(peer);
	uint64_t cookie = 0;
	/* Of another PID namespace the number is 0. */
	bool known = !getsockopt(socket_fd, SOL_SOCKET, SO_PEERCRED, &peer, &size);
	if (known && peer.pid > 0 && peer.pid != getpid())
		return (struct xfi_sender){ (uint64_t)peer.pid, peer.uid };
	size = sizeof(cookie);
	(void)getsockopt(socket_fd, SOL_SOCKET, SO_COOKIE, &cookie, &size);
	cookie |= OF_PAIR;
	return (struct xfi_sender){ cookie, known && peer.pid == 0 ? peer.uid : cookie };
}
