/* SPDX-License-Identifier: MIT */
#include "base/closer.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <crossfence/result.h>

#include "base/thread.h"

struct closing {
	int fd;
	bool begun;
	uint64_t sender;
	struct closing *next;
};

/* Of this process: a forked child has none of the threads, and perhaps somebody's lock. */
static struct {
	pthread_mutex_t lock;
	struct closing *first; /* in the order in which they came; under the lock */
} closer;
static atomic_int owner; /* whose it is; below 0: who is setting it up */

/*
 * Whoever comes first in a process sets it up, others of its threads wait for that moment; what was
 * the parent's, or was being set up there, is nobody's any more. Released by the store of our
 * number, acquired by whoever reads it.
 */
static void lock(void)
{
	int self = getpid(), was = atomic_load(&owner);
	while (was != self) {
		if (was != -self && atomic_compare_exchange_strong(&owner, &was, -self)) {
			pthread_mutex_init(&closer.lock, NULL);
			closer.first = NULL;
			atomic_store(&owner, self);
		}
		sched_yield();
		was = atomic_load(&owner);
	}
	pthread_mutex_lock(&closer.lock);
}

static void unlock(void)
{
	pthread_mutex_unlock(&closer.lock);
}

static unsigned count_locked(uint64_t sender, bool begun)
{
	unsigned n = 0;
	for (const struct closing *c = closer.first; c; c = c->next)
		n += c->sender == sender && (c->begun || !begun);
	return n;
}

static void remove_locked(struct closing *done)
{
	struct closing **link = &closer.first;
	while (*link != done)
		link = &(*link)->next;
	*link = done->next;
}

static struct closing *waiting_locked(uint64_t sender)
{
	for (struct closing *c = closer.first; c; c = c->next)
		if (c->sender == sender && !c->begun)
			return c;
	return NULL;
}

/* Goes on with what waits of the same sender: then it has a thread the fewer. */
static void *close_them(void *arg)
{
	struct closing *c = arg;
	while (c) {
		uint64_t sender = c->sender;
		close(c->fd);
		lock();
		remove_locked(c);
		free(c);
		c = waiting_locked(sender);
		if (c)
			c->begun = true;
		unlock();
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
	if (!c) {
		close(fd);
		return;
	}
	lock();
	bool begin = count_locked(sender, true) < XFI_CLOSER_OF_ONE;
	*c = (struct closing){ .fd = fd, .begun = begin, .sender = sender, .next = closer.first };
	closer.first = c;
	unlock();
	if (begin && !start(c))
		(void)close_them(c);
}

int xfi_closer_admits(uint64_t sender)
{
	unsigned all = 0;
	lock();
	for (const struct closing *c = closer.first; c; c = c->next)
		all++;
	unsigned of_sender = count_locked(sender, false);
	unlock();
	if (of_sender < XFI_CLOSER_OF_ONE && all < XFI_CLOSER_OF_ALL)
		return 0;
	return xf_fail(-EBUSY,
		"%u descriptors of the sender's, %u in all, are still being closed: "
		"whoever serves those files does not answer",
		of_sender, all);
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
