/* SPDX-License-Identifier: MIT */
#include "sync/looks.h"

#include <sys/prctl.h>

#define US	  INT64_C(1000)
#define SHORT_NS  (20 * US) /* no sleep is worth it */
#define LONG_NS	  (2000 * US) /* what comes earlier than expected is seen soon all the same */
#define FAR_NS	  (200000 * US) /* intervals that grow are cheap enough */
#define LATE_NS	  (1000 * US) /* and never late by more */
#define DIVIDE_NS (400 * US) /* looks on the way to what is expected cost nothing to speak of */
#define SPIN_NS	  (5 * US)

bool xfi_looks_begin(struct xfi_looks *looks, struct xfi_foresight *of, int64_t now)
{
	if (atomic_exchange(&of->taken, true))
		return false;
	*looks = (struct xfi_looks){ .of = of, .since = now, .seen = now };
	/* A sleep of 20 us is to be that, not 70. */
	looks->slack = prctl(PR_GET_TIMERSLACK);
	(void)prctl(PR_SET_TIMERSLACK, 1);
	return true;
}

/*
 * On a long way half of the rest is slept through, at most so much as may be lost if it comes
 * early: each look costs what a sleep does, and a wait of 3 ms had twenty.
 */
static int64_t halfway(int64_t expected, int64_t waited, int64_t there)
{
	int64_t half = (expected - waited) / 2, most = waited + LATE_NS;
	if (waited >= there)
		return 0;
	int64_t next = half > expected / 25 ? waited + half : there;
	return next < most ? next : most;
}

/* The next look on the way to what is expected, in the time waited so far; 0: we are there. */
static int64_t before_expected(const struct xfi_looks *looks, int64_t waited)
{
	int64_t expected = looks->of->expected_ns, there = expected - expected / 50;
	if (expected < SHORT_NS || expected > FAR_NS || looks->watch_until)
		return 0;
	if (expected > LONG_NS)
		return halfway(expected, waited, there);
	if (expected >= DIVIDE_NS && waited < expected / 4)
		return expected / 4;
	if (expected >= DIVIDE_NS && waited < expected / 2)
		return expected / 2;
	return waited < there ? there : 0;
}

static int64_t growing(int64_t waited)
{
	int64_t pause = waited / 8;
	if (pause < 10 * US)
		return 10 * US;
	if (waited > FAR_NS)
		return 1000 * US;
	return pause < 100 * US ? pause : 100 * US;
}

/* How long to look all the time. */
static int64_t watch_for(int64_t expected)
{
	if (!expected || expected > LONG_NS)
		return SPIN_NS;
	return expected < SHORT_NS ? SHORT_NS : expected / 50;
}

int64_t xfi_looks_next(struct xfi_looks *looks, int64_t now)
{
	int64_t expected = looks->of->expected_ns, waited = now - looks->since;
	int64_t sleep = before_expected(looks, waited);
	looks->seen = now;
	looks->overslept = false;
	if (sleep) {
		looks->overslept = sleep == expected - expected / 50;
		looks->until = looks->since + sleep;
		return looks->until;
	}
	if (!looks->watch_until) /* we are there, or nothing is known */
		looks->watch_until = now + watch_for(expected);
	return now < looks->watch_until ? now : now + growing(waited);
}

/* By how much too late we woke nobody knows: less at first, then much less. */
static void come_earlier(struct xfi_foresight *of)
{
	static const unsigned parts[] = { 15, 12, 4 };
	of->expected_ns = of->expected_ns * parts[of->early] / 16;
	of->last_ns = of->expected_ns;
	of->early += of->early < 2;
}

static void learn(struct xfi_looks *looks, int64_t now)
{
	struct xfi_foresight *of = looks->of;
	int64_t took = looks->seen - looks->since + (now - looks->seen) / 2;
	if (looks->overslept && now >= looks->until) {
		come_earlier(of);
		return;
	}
	of->early = 0;
	of->expected_ns = took < of->last_ns || !of->last_ns ? took : of->last_ns;
	of->last_ns = took;
}

void xfi_looks_end(struct xfi_looks *looks, bool found, int64_t now)
{
	if (found)
		learn(looks, now);
	if (looks->slack > 0)
		(void)prctl(PR_SET_TIMERSLACK, looks->slack);
	atomic_store(&looks->of->taken, false);
}
