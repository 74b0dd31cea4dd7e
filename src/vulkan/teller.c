/* SPDX-License-Identifier: MIT */
#include "vulkan/teller.h"

#include <errno.h>
#include <signal.h>

#include "base/time.h"
#include "vulkan/work.h"

static struct xfv_work *take_locked(struct xfv_teller *teller)
{
	struct xfv_work *work = teller->first;
	teller->first = work->next;
	if (!teller->first)
		teller->last = &teller->first;
	teller->busy = true;
	return work;
}

static void *teller_main(void *arg)
{
	struct xfv_teller *teller = arg;
	pthread_mutex_lock(&teller->lock);
	for (;;) {
		while (!teller->first && !teller->stop)
			pthread_cond_wait(&teller->changed, &teller->lock);
		if (!teller->first)
			break;
		struct xfv_work *work = take_locked(teller);
		pthread_mutex_unlock(&teller->lock);
		xfv_work_tell(work);
		pthread_mutex_lock(&teller->lock);
		teller->busy = false;
		if (!teller->first)
			pthread_cond_broadcast(&teller->changed);
	}
	pthread_mutex_unlock(&teller->lock);
	return NULL;
}

void xfv_condition_init(pthread_cond_t *condition)
{
	pthread_condattr_t monotonic;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(condition, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

/* No handler of the application's runs on the thread. */
int xfv_teller_start(struct xfv_teller *teller)
{
	sigset_t all, before;
	pthread_mutex_init(&teller->lock, NULL);
	xfv_condition_init(&teller->changed);
	teller->first = NULL;
	teller->last = &teller->first;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	teller->started = pthread_create(&teller->thread, NULL, teller_main, teller) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return teller->started ? 0 : -EAGAIN;
}

/* Whoever is in the middle of it comes by the list again by itself. */
void xfv_teller_add(struct xfv_teller *teller, struct xfv_work *work)
{
	work->next = NULL;
	pthread_mutex_lock(&teller->lock);
	bool idle = !teller->first && !teller->busy;
	*teller->last = work;
	teller->last = &work->next;
	if (idle)
		pthread_cond_broadcast(&teller->changed);
	pthread_mutex_unlock(&teller->lock);
}

bool xfv_teller_has_more(struct xfv_teller *teller)
{
	pthread_mutex_lock(&teller->lock);
	bool has = teller->first;
	pthread_mutex_unlock(&teller->lock);
	return has;
}

int xfv_teller_finish(struct xfv_teller *teller, int64_t deadline_ns)
{
	struct timespec storage, *until = xfi_time_limit(deadline_ns, &storage);
	int error = 0;
	pthread_mutex_lock(&teller->lock);
	while ((teller->first || teller->busy) && !error)
		error = until ? pthread_cond_timedwait(&teller->changed, &teller->lock, until)
			      : pthread_cond_wait(&teller->changed, &teller->lock);
	bool done = !teller->first && !teller->busy;
	pthread_mutex_unlock(&teller->lock);
	return done ? 0 : XF_TIMEOUT;
}

void xfv_teller_stop(struct xfv_teller *teller)
{
	if (!teller->started)
		return;
	pthread_mutex_lock(&teller->lock);
	teller->stop = true;
	pthread_cond_broadcast(&teller->changed);
	pthread_mutex_unlock(&teller->lock);
	(void)pthread_join(teller->thread, NULL); /* ours, once */
	pthread_cond_destroy(&teller->changed);
	pthread_mutex_destroy(&teller->lock);
}
