/* SPDX-License-Identifier: MIT */
/*
 * The helper thread: one in every process for every domain it has joined. It owns the lifeline,
 * sleeps until a member joins or dies, sweeps after the dead, and runs what needs the domain's
 * lock. It never touches what the hot paths touch, except to mend it.
 *
 * A process stopped (SIGSTOP) while its helper sleeps delays nobody. One stopped in the
 * microseconds while its helper holds the domain's lock delays sweeps until it continues or dies,
 * and joins from its own PID namespace while it holds the door.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "base/futex.h"
#include "base/kill_point.h"
#include "base/slice.h"
#include "base/small_file.h"
#include "base/thread.h"
#include "shm/bell.h"
#include "shm/change.h"
#include "shm/lifeline.h"
#include "shm/lock.h"
#include "shm/looked.h"
#include "shm/member.h"
#include "shm/name.h"
#include "shm/poll.h"
#include "shm/presence.h"
#include "shm/process.h"
#include "shm/reaper.h"
#include "shm/sweep.h"

#define RETRY_NS (20 * XFI_MS)

struct call {
	int (*fn)(struct xf_domain *d, void *arg);
	void *arg;
	int result;
	_Atomic uint32_t done; /* futex */
	struct call *next;
};

struct xfi_helper {
	pthread_t thread;
	_Atomic uint32_t joined; /* futex: 0 until the join succeeded or failed */
	int join_result;
	char join_message[200]; /* its thread's own message, for whoever joins */
	_Atomic uint32_t pokes; /* futex: changes when there is something to do */
	_Atomic bool leave;

	pthread_mutex_t calls_lock;
	struct call *calls; /* waiting to be run, oldest first */
	bool calls_closed; /* leaving: no more of them */
};

/* For `top`, and for recognising this very process after its death; see reaper.c. */
static int describe_self(struct xf_domain *d, struct xfi_member *m)
{
	char name[XFI_MEMBER_NAME];
	memset(m, 0, sizeof(*m));
	pid_t pid = getpid();
	if (pid <= 0)
		return xf_fail(-ENOSYS, "the system call getpid is forbidden here");
	xfi_process_describe_self(d, pid, m);
	if (xfi_read_small("/proc/self/comm", name, sizeof(name)))
		xfi_put_bytes(m->name, name, strcspn(name, "\n"));
	return 0;
}

/*
 * Swept already, and somebody alive waits for the process to be gone? Of ourselves we know better
 * than what is written there.
 */
static bool being_reaped(struct xf_domain *d, uint32_t member)
{
	uint32_t reaper = atomic_load(&d->members[member].reaper);
	if (reaper == d->self + 1)
		return xfi_reaping(d, member);
	return reaper && reaper <= XF_MEMBERS_MAX && xfi_member_alive(d, reaper - 1);
}

/* Noted while its record still says who it was. */
static bool sweep_one(struct xf_domain *d, uint32_t member)
{
	xfi_change_member(d, member, XF_MEMBER_DIED);
	return xfi_sweep(d, member);
}

static void sweep_dead(struct xf_domain *d)
{
	bool freed = false;
	for (uint32_t m = 0; m < XF_MEMBERS_MAX; m++)
		if (xfi_member_dead(d, m) && !being_reaped(d, m))
			freed |= sweep_one(d, m);
	if (freed)
		xfi_ring_helpers(d);
}

static bool anybody_to_sweep(struct xf_domain *d)
{
	for (uint32_t m = 0; m < XF_MEMBERS_MAX; m++)
		if (xfi_member_dead(d, m) && !being_reaped(d, m))
			return true;
	return false;
}

static int sweep(struct xf_domain *d)
{
	int r = xfi_lock(d);
	if (r)
		return r;
	sweep_dead(d);
	xfi_unlock(d);
	return 0;
}

/* All slots are taken: by the dead perhaps, with nobody left to sweep them. */
static int make_room(struct xf_domain *d)
{
	if (!anybody_to_sweep(d))
		return -EUSERS;
	int r = xfi_lifeline_visit(d);
	if (r)
		return r;
	r = sweep(d);
	int left = xfi_lifeline_release(d);
	return r ? r : left;
}

static int claim(struct xf_domain *d, const struct xfi_member *self)
{
	int64_t deadline = xf_deadline(XFI_LOCK_WAIT_NS);
	int r = xfi_lifeline_claim(d, self);
	while ((r == -EUSERS || r == -EBUSY) && !xfi_past(deadline)) {
		if (r == -EUSERS)
			r = make_room(d);
		if (r == -EUSERS)
			return r;
		if (r == -EBUSY) /* somebody else is at it */
			(void)poll(NULL, 0, 1);
		else if (r)
			return r;
		r = xfi_lifeline_claim(d, self);
	}
	return r == -EBUSY ? -EUSERS : r;
}

static int join(struct xf_domain *d)
{
	struct xfi_member self;
	int r = xfi_lifeline_init(d);
	if (r)
		return r;
	XFI_KILL_POINT("join:start");
	r = describe_self(d, &self);
	if (!r)
		r = claim(d, &self);
	if (r)
		return r;
	xfi_presence_show(d);
	/* Told only when all others watch over its life. */
	xfi_change_member(d, d->self, XF_MEMBER_JOINED);
	/* What a death has left undone is done before anybody looks; if that cannot be, later. */
	if (anybody_to_sweep(d))
		(void)sweep(d);
	return 0;
}

static struct call *next_call(struct xfi_helper *h)
{
	pthread_mutex_lock(&h->calls_lock);
	struct call *call = h->calls;
	if (call)
		h->calls = call->next;
	pthread_mutex_unlock(&h->calls_lock);
	return call;
}

static void run_calls(struct xf_domain *d)
{
	struct call *call;
	while ((call = next_call(d->helper))) {
		call->result = xfi_lock(d);
		if (!call->result) {
			call->result = call->fn(d, call->arg);
			xfi_unlock(d);
		}
		_Atomic uint32_t *done = &call->done;
		atomic_store(done, 1);
		/* The caller may be gone already; waking an address that nobody sleeps on is
		 * harmless. */
		xfi_futex_wake(done, 1, FUTEX_BITSET_MATCH_ANY);
	}
}

/* What the helper sleeps on. */
struct news {
	struct futex_waitv words[XF_MEMBERS_MAX + 2];
	unsigned count;
};

/* Taken before anything is looked at: what changes afterwards ends the sleep at once. */
static void expect_news(struct xf_domain *d, struct news *news)
{
	unsigned n = 0;
	news->words[n++] = xfi_waitv(&d->helper->pokes, atomic_load(&d->helper->pokes));
	news->words[n++] = xfi_waitv(&d->header->members_seq, atomic_load(&d->header->members_seq));
	for (uint32_t m = 0; m < XF_MEMBERS_MAX; m++) {
		uint32_t life = atomic_load(&d->lifelines[m][d->self].word);
		if (m != d->self && xfi_life_alive(life))
			news->words[n++] = xfi_waitv(&d->lifelines[m][d->self].word, life);
	}
	news->count = n;
}

/* Nobody tells of a descriptor or a thread that is to be had again: less and less often. */
static int64_t look_at_name(struct xf_domain *d, int64_t *pause_ns)
{
	if (xfi_name_take_over(d)) {
		*pause_ns = RETRY_NS;
		return XF_NEVER;
	}
	int64_t until = xf_deadline(*pause_ns);
	*pause_ns = *pause_ns < XFI_SECOND / 2 ? 2 * *pause_ns : XFI_SECOND;
	return until;
}

static void serve(struct xf_domain *d)
{
	int64_t pause_ns = RETRY_NS;
	struct news news;
	while (!atomic_load(&d->helper->leave)) {
		expect_news(d, &news);
		bool again = anybody_to_sweep(d);
		if (again && sweep(d) == 0)
			XFI_KILL_POINT("serve:swept");
		xfi_polls_look(d);
		int64_t until = look_at_name(d, &pause_ns);
		run_calls(d);
		/* What could not be swept, or not waited for, is tried again. */
		if (again && anybody_to_sweep(d) && xf_deadline(RETRY_NS) < until)
			until = xf_deadline(RETRY_NS);
		if (!atomic_load(&d->helper->leave))
			(void)xfi_futex_waitv(news.words, news.count, xfi_nap(d, until));
	}
}

static void close_calls(struct xfi_helper *h)
{
	pthread_mutex_lock(&h->calls_lock);
	h->calls_closed = true;
	pthread_mutex_unlock(&h->calls_lock);
}

static void leave(struct xf_domain *d)
{
	close_calls(d->helper);
	run_calls(d);
	xfi_reaper_stop(d);
	xfi_name_leave(d);
	/*
	 * Without the lock nothing can be tidied up: end as if killed. The kernel finds the
	 * lifeline when this thread is gone, and whoever gets the lock sweeps.
	 */
	if (xfi_lock(d))
		return;
	xfi_change_member(d, d->self, XF_MEMBER_LEFT);
	xfi_sweep(d, d->self);
	xfi_unlock(d);
	/*
	 * What it did for others, serving the name or waiting for a dead member's process, another
	 * one must do now. They are told as long as the kernel tells of our death: afterwards
	 * nobody would.
	 */
	xfi_ring_helpers(d);
	(void)xfi_lifeline_release(d);
}

static void *helper_main(void *arg)
{
	struct xf_domain *d = arg;
	/* Others hear of our death when this thread gets to run, and we of theirs likewise. */
	xfi_short_slices();
	d->helper->join_result = join(d);
	bool joined = d->helper->join_result == 0;
	if (!joined)
		snprintf(d->helper->join_message, sizeof(d->helper->join_message), "%s",
			xf_last_message(d->helper->join_result));
	if (joined)
		xfi_name_inherit(d);
	atomic_store(&d->helper->joined, 1);
	xfi_futex_wake(&d->helper->joined, 1, FUTEX_BITSET_MATCH_ANY);
	if (joined) {
		serve(d);
		leave(d);
	}
	return NULL;
}

static int start_helper(struct xf_domain *d)
{
	int r = xfi_thread_start(&d->helper->thread, 256 * 1024, helper_main, d);
	if (!r)
		(void)pthread_setname_np(d->helper->thread, "crossfence");
	return r;
}

static void free_helper(struct xf_domain *d)
{
	pthread_mutex_destroy(&d->helper->calls_lock);
	free(d->row);
	d->row = NULL;
	free(d->helper);
	d->helper = NULL;
}

int xfi_member_join(struct xf_domain *d)
{
	d->helper = calloc(1, sizeof(*d->helper));
	if (!d->helper)
		return -ENOMEM;
	pthread_mutex_init(&d->helper->calls_lock, NULL);
	int r = start_helper(d);
	if (!r) {
		while (!atomic_load(&d->helper->joined))
			xfi_futex_wait(&d->helper->joined, 0, XF_NEVER, FUTEX_BITSET_MATCH_ANY);
		r = d->helper->join_result;
		if (r) {
			xfi_thread_join(d->helper->thread);
			(void)xf_fail(r, "%s", d->helper->join_message);
		}
	}
	if (r)
		free_helper(d);
	return r;
}

void xfi_member_leave(struct xf_domain *d)
{
	/* A forked child has no helper thread, only a copy of its state. */
	if (!d->helper)
		return;
	if (xfi_domain_check(d, false) == 0) {
		atomic_store(&d->helper->leave, true);
		xfi_member_poke(d);
		xfi_thread_join(d->helper->thread);
	}
	free_helper(d);
}

void xfi_member_poke(struct xf_domain *d)
{
	atomic_fetch_add(&d->helper->pokes, 1);
	xfi_futex_wake(&d->helper->pokes, 1, FUTEX_BITSET_MATCH_ANY);
}

static int post(struct xfi_helper *h, struct call *call)
{
	pthread_mutex_lock(&h->calls_lock);
	int r = h->calls_closed ? -ESHUTDOWN : 0;
	struct call **end = &h->calls;
	while (*end)
		end = &(*end)->next;
	if (!r)
		*end = call;
	pthread_mutex_unlock(&h->calls_lock);
	return r;
}

int xfi_member_call(struct xf_domain *d, int (*fn)(struct xf_domain *d, void *arg), void *arg)
{
	struct call call = { .fn = fn, .arg = arg };
	int r = xfi_domain_check(d, true);
	if (!r)
		r = post(d->helper, &call);
	if (r)
		return r;
	xfi_member_poke(d);
	while (!atomic_load(&call.done))
		xfi_futex_wait(&call.done, 0, XF_NEVER, FUTEX_BITSET_MATCH_ANY);
	return call.result;
}
