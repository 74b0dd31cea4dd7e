/* SPDX-License-Identifier: MIT */
/*
 * A look costs a system call, some two microseconds of a CPU: every 50 us that is at most a
 * twentieth of a core, and tells as soon as a function that the device's driver calls would (58 to
 * 93 us were measured). That one would stop the device's stream meanwhile, in another process, and
 * is not to be had of a peer that is stopped; so looking it is. Who waits for long waits cheaper.
 */
#include "sync/lookout.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "base/futex.h"
#include "base/thread.h"
#include "base/time.h"
#include "shm/domain.h"
#include "sync/timeline.h"

struct lookout {
	pthread_t thread;
	xfi_u32 news; /* futex: what is listed has changed */
	_Atomic bool stop;
	pthread_mutex_t lock; /* the list */
	struct xf_timeline *first;
};

int64_t xfi_lookout_pause(int64_t looked_ns)
{
	if (looked_ns < 10 * XFI_MS)
		return 50000;
	return looked_ns < 200 * XFI_MS ? 100000 : XFI_MS;
}

static bool look_at_all(struct lookout *lookout, bool *ret_any)
{
	bool news = false;
	pthread_mutex_lock(&lookout->lock);
	*ret_any = lookout->first;
	for (struct xf_timeline *t = lookout->first; t; t = t->next)
		news |= xfi_timeline_notice(t);
	pthread_mutex_unlock(&lookout->lock);
	return news;
}

static void *lookout_main(void *arg)
{
	struct lookout *lookout = arg;
	int64_t since = 0;
	uint32_t known = 0;
	(void)prctl(PR_SET_TIMERSLACK, 1); /* of this thread: 50 us are 50 us */
	while (!atomic_load(&lookout->stop)) {
		uint32_t news = atomic_load(&lookout->news);
		bool any;
		if (look_at_all(lookout, &any) || news != known || !since)
			since = xf_now();
		known = news;
		int64_t pause = xfi_lookout_pause(xf_now() - since);
		(void)xfi_futex_wait(&lookout->news, news, any ? xf_deadline(pause) : XF_NEVER,
			FUTEX_BITSET_MATCH_ANY);
	}
	return NULL;
}

static void tell(struct lookout *lookout)
{
	atomic_fetch_add(&lookout->news, 1);
	xfi_futex_wake(&lookout->news, 1, FUTEX_BITSET_MATCH_ANY);
}

static int start(void *arg, void **ret_kept)
{
	struct lookout *lookout = calloc(1, sizeof(*lookout));
	if (!lookout)
		return -ENOMEM;
	pthread_mutex_init(&lookout->lock, NULL);
	int r = xfi_thread_start(&lookout->thread, 256 * 1024, lookout_main, lookout);
	if (r) {
		pthread_mutex_destroy(&lookout->lock);
		free(lookout);
		return r;
	}
	*ret_kept = lookout;
	return 0;
}

static void end(void *kept)
{
	struct lookout *lookout = kept;
	atomic_store(&lookout->stop, true);
	tell(lookout);
	xfi_thread_join(lookout->thread);
	pthread_mutex_destroy(&lookout->lock);
	free(lookout);
}

static int get(struct xf_domain *d, struct lookout **ret_lookout)
{
	static const char key;
	void *kept;
	int r = xf_domain_keep(d, &key, start, NULL, end, &kept);
	if (!r)
		*ret_lookout = kept;
	return r;
}

int xfi_lookout_add(struct xf_timeline *timeline)
{
	struct lookout *lookout;
	if (atomic_load(&timeline->looked_at))
		return 0;
	int r = get(timeline->base.domain, &lookout);
	if (r)
		return r;
	pthread_mutex_lock(&lookout->lock);
	/* Whoever ended the last wait meanwhile has taken it out for the last time. */
	bool add = !atomic_load(&timeline->looked_at) && atomic_load(&timeline->waits);
	if (add) {
		atomic_store(&timeline->looked_at, true);
		timeline->next = lookout->first;
		lookout->first = timeline;
	}
	pthread_mutex_unlock(&lookout->lock);
	if (add)
		tell(lookout);
	return 0;
}

void xfi_lookout_remove(struct xf_timeline *timeline)
{
	struct lookout *lookout;
	if (!atomic_load(&timeline->looked_at) || get(timeline->base.domain, &lookout))
		return; /* -ECHILD: a forked child has no such thread */
	pthread_mutex_lock(&lookout->lock);
	struct xf_timeline **link = &lookout->first;
	while (*link && *link != timeline)
		link = &(*link)->next;
	/*
	 * Another thread may begin to wait at this moment: it counts itself and looks whether this
	 * is listed, we say that it is not and look at the count. One of us sees the other.
	 */
	atomic_store(&timeline->looked_at, false);
	if (*link && atomic_load(&timeline->waits))
		atomic_store(&timeline->looked_at, true);
	else if (*link)
		*link = timeline->next;
	pthread_mutex_unlock(&lookout->lock);
}
