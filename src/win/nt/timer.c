/* SPDX-License-Identifier: MIT */
/*
 * Waitable timers: the page says when one is due, and whoever waits sleeps until then; so a timer
 * goes on when the process that set it is gone, and needs no thread. A timeline counts the changes,
 * for those who sleep by an older time.
 *
 * Taking a timer that resets itself is one step: its time becomes the next one, or none.
 */
#include <time.h>

#include "win/nt/codes.h"
#include "win/nt/domain.h"
#include "win/nt/handle.h"
#include "win/nt/shared.h"

/* 100 ns units between 1601 and 1970. */
#define EPOCH INT64_C(116444736000000000)

struct page {
	uint64_t changes; /* id of the timeline */
	_Atomic int64_t due_ns; /* CLOCK_MONOTONIC; 0: not set */
	_Atomic int64_t period_ns; /* 0: once */
	uint32_t manual;
};

struct timer {
	struct xfi_shared shared;
	struct xf_timeline *changes;
};

static struct page *page_of(const struct timer *timer)
{
	return timer->shared.bytes;
}

static void timer_destroy(struct xfi_object *object)
{
	struct timer *timer = (struct timer *)object;
	xf_timeline_close(timer->changes);
	xfi_shared_end(&timer->shared);
}

static int timer_make(struct xfi_shared *shared, const void *args)
{
	struct timer *timer = (struct timer *)shared;
	const bool *manual = args;
	int r = xf_timeline_create(shared->domain, 0, 0, NULL, &timer->changes);
	if (r)
		return r;
	page_of(timer)->changes = xf_timeline_id(timer->changes);
	page_of(timer)->manual = *manual;
	return 0;
}

static int timer_join(struct xfi_shared *shared)
{
	struct timer *timer = (struct timer *)shared;
	return xf_timeline_open(shared->domain, page_of(timer)->changes, &timer->changes);
}

/* The changes first, the time after: whoever reads an old time wakes at once. */
static int timer_wait_item(struct xfi_object *object, struct xf_wait_item *item)
{
	struct timer *timer = (struct timer *)object;
	uint64_t changes;
	int r = xf_timeline_value(timer->changes, &changes);
	item->type = XF_TIMELINE;
	item->object = timer->changes;
	item->value = changes + 1;
	return r;
}

static int64_t timer_due(const struct xfi_object *object)
{
	int64_t due = atomic_load(&page_of((const struct timer *)object)->due_ns);
	return due ? due : XF_NEVER;
}

static int timer_try(struct xfi_object *object, struct xf_wait_item *item)
{
	struct page *page = page_of((struct timer *)object);
	int64_t due = atomic_load(&page->due_ns), now = xf_now();
	int64_t period = atomic_load(&page->period_ns), next = 0;
	if (due <= 0 || due > now)
		return -EAGAIN;
	if (page->manual)
		return 0;
	if (period > 0 && period < INT64_MAX / 4)
		next = due + ((now - due) / period + 1) * period;
	return atomic_compare_exchange_strong(&page->due_ns, &due, next) ? 0 : -EAGAIN;
}

static int tell(struct timer *timer)
{
	uint64_t changes;
	int r = xf_timeline_value(timer->changes, &changes);
	return r ? r : xf_timeline_signal(timer->changes, changes + 1);
}

static int change(struct timer *timer, int64_t due_ns, int64_t period_ns)
{
	struct page *page = page_of(timer);
	int r = xfi_names_lock();
	if (r)
		return r;
	atomic_store(&page->period_ns, period_ns);
	atomic_store(&page->due_ns, due_ns);
	r = tell(timer);
	xfi_names_unlock();
	return r;
}

/* What was taken was an expiry: it is due again, now. */
static void timer_give_back(struct xfi_object *object, int result)
{
	struct timer *timer = (struct timer *)object;
	int64_t period = atomic_load(&page_of(timer)->period_ns);
	if (!page_of(timer)->manual)
		(void)change(timer, xf_now(), period); /* nobody is left to be told */
}

static const struct xfi_shared_type timer_type = {
	.base = {
		.name = "Timer",
		.all_access = TIMER_ALL_ACCESS,
		.generic = {
			.GenericRead = STANDARD_RIGHTS_READ | TIMER_QUERY_STATE,
			.GenericWrite = STANDARD_RIGHTS_WRITE | TIMER_MODIFY_STATE,
			.GenericExecute = STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE,
			.GenericAll = TIMER_ALL_ACCESS,
		},
		.destroy = timer_destroy,
		.wait_item = timer_wait_item,
		.try = timer_try,
		.due = timer_due,
		.give_back = timer_give_back,
	},
	.kind = XFI_SHARED_TIMER,
	.size = sizeof(struct timer),
	.create = timer_make,
	.open = timer_join,
};

HANDLE WINAPI CreateWaitableTimerExW(
	SECURITY_ATTRIBUTES *sa, LPCWSTR text, DWORD flags, DWORD access)
{
	bool manual = flags & CREATE_WAITABLE_TIMER_MANUAL_RESET;
	if (flags & ~(DWORD)CREATE_WAITABLE_TIMER_MANUAL_RESET) {
		xfi_fail(-EINVAL);
		return NULL;
	}
	return xfi_shared_create_w(&timer_type, text, &manual, access);
}

HANDLE WINAPI CreateWaitableTimerExA(
	SECURITY_ATTRIBUTES *sa, LPCSTR text, DWORD flags, DWORD access)
{
	bool manual = flags & CREATE_WAITABLE_TIMER_MANUAL_RESET;
	if (flags & ~(DWORD)CREATE_WAITABLE_TIMER_MANUAL_RESET) {
		xfi_fail(-EINVAL);
		return NULL;
	}
	return xfi_shared_create_a(&timer_type, text, &manual, access);
}

HANDLE WINAPI CreateWaitableTimerW(SECURITY_ATTRIBUTES *sa, BOOL manual, LPCWSTR text)
{
	return CreateWaitableTimerExW(
		sa, text, manual ? CREATE_WAITABLE_TIMER_MANUAL_RESET : 0, TIMER_ALL_ACCESS);
}

HANDLE WINAPI CreateWaitableTimerA(SECURITY_ATTRIBUTES *sa, BOOL manual, LPCSTR text)
{
	return CreateWaitableTimerExA(
		sa, text, manual ? CREATE_WAITABLE_TIMER_MANUAL_RESET : 0, TIMER_ALL_ACCESS);
}

HANDLE WINAPI OpenWaitableTimerW(DWORD access, BOOL inherit, LPCWSTR text)
{
	return xfi_shared_open_w(&timer_type, text, access);
}

HANDLE WINAPI OpenWaitableTimerA(DWORD access, BOOL inherit, LPCSTR text)
{
	return xfi_shared_open_a(&timer_type, text, access);
}

/* Negative: from now; else since 1601 in UTC; both in 100 ns units. */
static int64_t when(int64_t units)
{
	struct timespec now;
	if (units >= 0) {
		clock_gettime(CLOCK_REALTIME, &now);
		units = now.tv_sec * INT64_C(10000000) + now.tv_nsec / 100 + EPOCH - units;
	}
	if (units >= 0)
		return xf_now();
	return units < -(INT64_MAX / 400) ? XF_NEVER : xf_deadline(-units * 100);
}

static int ref(HANDLE handle, struct timer **ret_timer)
{
	struct xfi_object *object;
	int r = xfi_nt_handle_ref(handle, &timer_type.base, TIMER_MODIFY_STATE, &object);
	if (!r)
		*ret_timer = (struct timer *)object;
	return r;
}

/* There are no asynchronous procedure calls, and nothing to wake a machine up for. */
BOOL WINAPI SetWaitableTimer(HANDLE handle, const LARGE_INTEGER *due, LONG period_ms,
	PTIMERAPCROUTINE routine, void *arg, BOOL resume)
{
	struct timer *timer;
	int r = !due || period_ms < 0 ? -EINVAL : routine ? -ENOTSUP : ref(handle, &timer);
	if (r)
		return xfi_fail(r);
	r = change(timer, when(due->QuadPart), (int64_t)period_ms * 1000000);
	xfi_object_unref(&timer->shared.base);
	return r ? xfi_fail(r) : TRUE;
}

/* What has become due stays so. */
BOOL WINAPI CancelWaitableTimer(HANDLE handle)
{
	struct timer *timer;
	int64_t due;
	int r = ref(handle, &timer);
	if (r)
		return xfi_fail(r);
	due = atomic_load(&page_of(timer)->due_ns);
	r = change(timer, due && due <= xf_now() ? due : 0, 0);
	xfi_object_unref(&timer->shared.base);
	return r ? xfi_fail(r) : TRUE;
}
