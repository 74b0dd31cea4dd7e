/* SPDX-License-Identifier: MIT */
/*
 * WaitForSingleObject and WaitForMultipleObjects. There are no asynchronous procedure calls, so an
 * alertable wait is an ordinary one.
 *
 * Objects that are taken by more than what the core waits for (mutexes, semaphores, timers) are
 * tried in turn; then the core sleeps until one may be had, and they are tried again.
 */
#include "win/nt/codes.h"
#include "win/nt/handle.h"
#include "win/nt/pseudo.h"
#include "win/nt/word.h"

struct wait {
	struct xf_wait_item items[MAXIMUM_WAIT_OBJECTS];
	struct xfi_object *objects[MAXIMUM_WAIT_OBJECTS];
	uint32_t count; /* of objects referenced */
	bool plain; /* having the items is having the objects */
};

static void end_wait(struct wait *wait)
{
	for (uint32_t i = 0; i < wait->count; i++)
		xfi_object_unref(wait->objects[i]);
}

static int add(struct wait *wait, HANDLE handle)
{
	struct xfi_object *object;
	int r;
	r = xfi_any_ref(handle, NULL, SYNCHRONIZE, &object);
	if (r)
		return r;
	wait->objects[wait->count++] = object;
	if (object->type->try)
		wait->plain = false;
	return object->type->wait_item ? 0 : -EBADF;
}

static int begin_wait(struct wait *wait, uint32_t count, const HANDLE *handles)
{
	int r = 0;
	wait->count = 0;
	wait->plain = true;
	for (uint32_t i = 0; i < count && !r; i++)
		r = add(wait, handles[i]);
	return r;
}

/* Windows refuses to wait for all of a set in which one object occurs twice. */
static bool has_twins(const struct wait *wait)
{
	for (uint32_t i = 0; i < wait->count; i++)
		for (uint32_t j = i + 1; j < wait->count; j++)
			if (wait->objects[i] == wait->objects[j])
				return true;
	return false;
}

static void drop_items(struct wait *wait, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (wait->objects[i]->type->wait_end)
			wait->objects[i]->type->wait_end(wait->objects[i], &wait->items[i]);
}

/* Paired with drop_items() when it succeeds. */
static int fill_items(struct wait *wait)
{
	int r = 0;
	uint32_t i;
	memset(wait->items, 0, wait->count * sizeof(wait->items[0]));
	for (i = 0; i < wait->count && !r; i++)
		r = wait->objects[i]->type->wait_item(wait->objects[i], &wait->items[i]);
	if (r)
		drop_items(wait, i - 1);
	return r;
}

static int try(struct wait *wait, uint32_t i)
{
	struct xfi_object *object = wait->objects[i];
	int r;
	if (object->type->try)
		return object->type->try(object, &wait->items[i]);
	r = xf_event_wait(wait->items[i].object, 0);
	return r == XF_TIMEOUT ? -EAGAIN : r;
}

static int woken(struct wait *wait, uint32_t i, int result)
{
	struct xfi_object *object = wait->objects[i];
	if (!object->type->try)
		return result;
	return object->type->woken ? object->type->woken(object, &wait->items[i], result) : -EAGAIN;
}

static void give_back(struct wait *wait, uint32_t i, int result)
{
	if (wait->objects[i]->type->give_back)
		wait->objects[i]->type->give_back(wait->objects[i], result);
}

/*
 * Sleeps until one of `count` items from `first` may be had, and takes it. As try(); XF_TIMEOUT:
 * the deadline has passed.
 */
static int sleep_for(
	struct wait *wait, uint32_t first, uint32_t count, int64_t deadline, uint32_t *ret_index)
{
	int64_t limit = deadline;
	uint32_t index;
	int r;
	for (uint32_t i = first; i < first + count; i++) {
		struct xfi_object *object = wait->objects[i];
		int64_t due = object->type->due ? object->type->due(object) : XF_NEVER;
		if (!wait->items[i].object)
			return -EAGAIN;
		if (due < limit)
			limit = due;
	}
	r = xf_wait_any(&wait->items[first], count, limit, &index);
	if (r == XF_TIMEOUT)
		return limit == deadline ? XF_TIMEOUT : -EAGAIN;
	if (r < 0)
		return r;
	*ret_index = first + index;
	return woken(wait, first + index, r);
}

/* One round; as sleep_for(). */
static int any_once(struct wait *wait, int64_t deadline, uint32_t *ret_index)
{
	int r = fill_items(wait);
	if (r)
		return r;
	r = -EAGAIN;
	for (uint32_t i = 0; i < wait->count && r == -EAGAIN; i++) {
		r = try(wait, i);
		*ret_index = i;
	}
	if (r == -EAGAIN)
		r = sleep_for(wait, 0, wait->count, deadline, ret_index);
	drop_items(wait, wait->count);
	return r;
}

static int wait_any(struct wait *wait, int64_t deadline, uint32_t *ret_index)
{
	int r;
	if (!wait->plain) {
		while ((r = any_once(wait, deadline, ret_index)) == -EAGAIN)
			;
		return r;
	}
	r = fill_items(wait);
	if (r)
		return r;
	if (wait->count == 1)
		return xf_event_wait(wait->items[0].object, deadline);
	return xf_wait_any(wait->items, wait->count, deadline, ret_index);
}

/* One round: all, or nothing and a sleep for the first that was not to be had. */
static int all_once(struct wait *wait, int64_t deadline)
{
	int results[MAXIMUM_WAIT_OBJECTS], all = 0, r = fill_items(wait);
	uint32_t taken, index;
	if (r)
		return r;
	for (taken = 0; taken < wait->count; taken++) {
		r = results[taken] = try(wait, taken);
		if (r < 0)
			break;
		all = r ? r : all;
	}
	if (r < 0) {
		uint32_t missing = taken;
		while (taken)
			give_back(wait, taken - 1, results[taken - 1]), taken--;
		all = r;
		if (r == -EAGAIN)
			all = sleep_for(wait, missing, 1, deadline, &index);
		if (all == 0 || all == XF_ABANDONED) {
			give_back(wait, missing, all);
			all = -EAGAIN;
		}
	}
	drop_items(wait, wait->count);
	return all;
}

static int wait_all(struct wait *wait, int64_t deadline)
{
	int r;
	if (!wait->plain) {
		while ((r = all_once(wait, deadline)) == -EAGAIN)
			;
		return r;
	}
	r = fill_items(wait);
	return r ? r : xf_wait_all(wait->items, wait->count, deadline);
}

static DWORD outcome(int r, uint32_t index)
{
	switch (r) {
	case 0:
		return WAIT_OBJECT_0 + index;
	case XF_TIMEOUT:
		return WAIT_TIMEOUT;
	case XF_ABANDONED:
		return WAIT_ABANDONED_0 + index;
	default:
		xfi_fail(r);
		return WAIT_FAILED;
	}
}

static DWORD wait_for(const HANDLE *handles, uint32_t count, bool all, int64_t deadline)
{
	struct wait wait;
	uint32_t index = 0;
	int r = begin_wait(&wait, count, handles);
	if (!r && all && has_twins(&wait))
		r = -EINVAL;
	if (!r && all)
		r = wait_all(&wait, deadline);
	else if (!r)
		r = wait_any(&wait, deadline, &index);
	end_wait(&wait);
	return outcome(r, index);
}

DWORD WINAPI WaitForSingleObjectEx(HANDLE handle, DWORD ms, BOOL alertable)
{
	return wait_for(&handle, 1, false, xfi_deadline_ms(ms));
}

DWORD WINAPI WaitForSingleObject(HANDLE handle, DWORD ms)
{
	return WaitForSingleObjectEx(handle, ms, FALSE);
}

DWORD WINAPI WaitForMultipleObjectsEx(
	DWORD count, const HANDLE *handles, BOOL all, DWORD ms, BOOL alertable)
{
	if (!count || count > MAXIMUM_WAIT_OBJECTS || !handles)
		return outcome(-EINVAL, 0);
	return wait_for(handles, count, all, xfi_deadline_ms(ms));
}

DWORD WINAPI WaitForMultipleObjects(DWORD count, const HANDLE *handles, BOOL all, DWORD ms)
{
	return WaitForMultipleObjectsEx(count, handles, all, ms, FALSE);
}

static int signal(HANDLE handle)
{
	struct xfi_object *object;
	ACCESS_MASK access;
	int r = xfi_nt_handle_ref(handle, NULL, 0, &object);
	if (r)
		return r;
	r = xfi_nt_handle_access(handle, &access);
	if (!r && !object->type->signal)
		r = -EBADF;
	if (!r && object->type->signal_access & ~access)
		r = -EACCES;
	if (!r)
		r = object->type->signal(object);
	xfi_object_unref(object);
	return r;
}

/* What is waited for is looked at first: a bad handle there leaves the other unsignalled. */
DWORD WINAPI SignalObjectAndWait(HANDLE to_signal, HANDLE to_wait, DWORD ms, BOOL alertable)
{
	struct wait wait;
	uint32_t index = 0;
	int r = begin_wait(&wait, 1, &to_wait);
	if (!r)
		r = signal(to_signal);
	if (!r)
		r = wait_any(&wait, xfi_deadline_ms(ms), &index);
	end_wait(&wait);
	return outcome(r, 0);
}
