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

struct closing {
	int fd;
	bool begun;
	uint64_t sender;
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

struct tally {
	unsigned of_sender, at_work, all; /* at_work: of the sender's, those that have a thread */
	int64_t latest_of_sender_ns, latest_ns;
};

static struct tally count_locked(uint64_t sender)
{
	struct tally tally = { 0 };
	for (const struct closing *c = closer.first; c; c = c->next) {
		tally.all++;
		if (c->since_ns > tally.latest_ns)
			tally.latest_ns = c->since_ns;
		if (c->sender != sender)
			continue;
		tally.of_sender++;
		tally.at_work += c->begun;
		if (c->since_ns > tally.latest_of_sender_ns)
			tally.latest_of_sender_ns = c->since_ns;
	}
	return tally;
}

static void remove_locked(struct closing *done)
{
	struct closing **link = &closer.first;
	while (*link != done)
		link = &(*link)->next;
	*link = done->next;
}

/* The oldest. */
static struct closing *waiting_locked(uint64_t sender)
{
	struct closing *oldest = NULL;
	for (struct closing *c = closer.first; c; c = c->next)
		if (c->sender == sender && !c->begun)
			oldest = c;
	return oldest;
}

/* Goes on with what waits of the same sender: then it has a thread the fewer. */
static void *close_them(void *arg)
{
	struct closing *c = arg;
	while (c) {
		uint64_t sender = c->sender;
		close(c->fd);
		(void)lock(); /* had before */
		remove_locked(c);
		free(c);
		c = waiting_locked(sender);
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

void xfi_closer_take(int fd, uint64_t sender)
{
	struct closing *c = malloc(sizeof(*c));
	if (!c || !lock()) {
		free(c);
		close(fd);
		return;
	}
	bool begin = count_locked(sender).at_work < XFI_CLOSER_OF_ONE;
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
int xfi_closer_admits(uint64_t sender)
{
	struct tally tally;
	for (;;) {
		if (!lock())
			return 0; /* then nothing is closed by threads */
		tally = count_locked(sender);
		uint32_t seen = atomic_load(&ended);
		unlock();
		bool his = tally.of_sender >= XFI_CLOSER_OF_ONE;
		if (!his && tally.all < XFI_CLOSER_OF_ALL)
			return 0;
		int64_t until_ns = SOON_NS + (his ? tally.latest_of_sender_ns : tally.latest_ns);
		if (xfi_past(until_ns))
			break;
		(void)xfi_futex_wait(&ended, seen, until_ns, FUTEX_BITSET_MATCH_ANY);
	}
	return xf_fail(-EBUSY,
		"%u descriptors of the sender's, %u in all, are still being closed: "
		"whoever serves those files does not answer",
		tally.of_sender, tally.all);
}

uint64_t xfi_closer_sender(int socket_fd)
{
	struct ucred peer = { 0 };
	socklen_t size = sizeof(peer);
	uint64_t cookie = 0;
	/* Where it is not to be had, or of another PID namespace, it is 0. */
	(void)getsockopt(socket_fd, SOL_SOCKET, SO_PEERCRED, &peer, &size);
	if (peer.pid > 0 && peer.pid != getpid())
		return (uint64_t)peer.pid;
	size = sizeof(cookie);
	(void)getsockopt(socket_fd, SOL_SOCKET, SO_COOKIE, &cookie, &size);
	return cookie | UINT64_C(1) << 63;
}
