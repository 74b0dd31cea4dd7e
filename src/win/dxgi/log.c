/* SPDX-License-Identifier: MIT */
/* Counters and messages for what a program did in vain. */
#include "win/dxgi/log.h"

#include <crossfence/win/win.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static struct {
	pthread_mutex_t lock;
	void (*fn)(const char *message, void *arg);
	void *arg;
	_Atomic uint64_t unsupported, dropped;
	_Atomic uint32_t told_of_drop;
} log_state = { .lock = PTHREAD_MUTEX_INITIALIZER };

void xf_win_set_log(void (*fn)(const char *message, void *arg), void *arg)
{
	pthread_mutex_lock(&log_state.lock);
	log_state.fn = fn;
	log_state.arg = arg;
	pthread_mutex_unlock(&log_state.lock);
}

/* As the core's structures with `size`, whose helper is not for those who stand on its headers. */
int xf_win_counters(struct xf_win_counters *ret_counters)
{
	struct xf_win_counters now = { sizeof(now), atomic_load(&log_state.unsupported),
		atomic_load(&log_state.dropped) };
	if (!ret_counters || ret_counters->size < sizeof(now.size))
		return xf_fail(-EINVAL, "no struct xf_win_counters with size set to sizeof(struct "
					"xf_win_counters)");
	now.size = ret_counters->size;
	memset(ret_counters, 0, now.size);
	memcpy(ret_counters, &now, now.size < sizeof(now) ? now.size : sizeof(now));
	return 0;
}

static void tell(const char *message)
{
	void (*fn)(const char *, void *);
	void *arg;
	pthread_mutex_lock(&log_state.lock);
	fn = log_state.fn;
	arg = log_state.arg;
	pthread_mutex_unlock(&log_state.lock);
	if (fn)
		fn(message, arg);
}

void xfi_unsupported(_Atomic uint32_t *seen, const char *what)
{
	char message[128];
	atomic_fetch_add(&log_state.unsupported, 1);
	if (atomic_exchange(seen, 1))
		return;
	snprintf(message, sizeof(message), "%s is not provided and does nothing", what);
	tell(message);
}

void xfi_count_dropped(void)
{
	atomic_fetch_add(&log_state.dropped, 1);
	if (!atomic_exchange(&log_state.told_of_drop, 1))
		tell("a command touched a keyed resource that its device does not hold: dropped");
}
