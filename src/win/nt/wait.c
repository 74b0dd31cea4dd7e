/* SPDX-License-Identifier: MIT */
/*
 * WaitForSingleObject and WaitForMultipleObjects. There are no asynchronous procedure calls, so an
 * alertable wait is an ordinary one.
 */
#include "win/nt/codes.h"
#include "win/nt/handle.h"

struct wait {
	struct xf_wait_item items[MAXIMUM_WAIT_OBJECTS];
	struct xfi_object *objects[MAXIMUM_WAIT_OBJECTS];
	uint32_t count; /* of objects referenced */
};

static void end_wait(struct wait *wait)
{
	for (uint32_t i = 0; i < wait->count; i++)
		xfi_object_unref(wait->objects[i]);
}

static int add(struct wait *wait, HANDLE handle)
{
	struct xf_wait_item *item = &wait->items[wait->count];
	struct xfi_object *object;
	int r;

	r = xfi_handle_ref(handle, NULL, SYNCHRONIZE, &object);
	if (r)
		return r;
	wait->objects[wait->count++] = object;
	if (!object->type->wait_item)
		return -EBADF;
	memset(item, 0, sizeof(*item));
	object->type->wait_item(object, item);
	return 0;
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

static int64_t deadline(DWORD ms)
{
	return ms == INFINITE ? XF_NEVER : xf_deadline((int64_t)ms * 1000000);
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

DWORD WINAPI WaitForSingleObjectEx(HANDLE handle, DWORD ms, BOOL alertable)
{
	struct xf_wait_item item = { 0 };
	struct xfi_object *object;
	uint32_t index = 0;
	int r;

	r = xfi_handle_ref(handle, NULL, SYNCHRONIZE, &object);
	if (r)
		return outcome(r, 0);
	if (!object->type->wait_item) {
		xfi_object_unref(object);
		return outcome(-EBADF, 0);
	}
	object->type->wait_item(object, &item);
	if (item.type == XF_EVENT)
		r = xf_event_wait(item.object, deadline(ms));
	else
		r = xf_wait_any(&item, 1, deadline(ms), &index);
	xfi_object_unref(object);
	return outcome(r, 0);
}

DWORD WINAPI WaitForSingleObject(HANDLE handle, DWORD ms)
{
	return WaitForSingleObjectEx(handle, ms, FALSE);
}

DWORD WINAPI WaitForMultipleObjectsEx(
	DWORD count, const HANDLE *handles, BOOL wait_all, DWORD ms, BOOL alertable)
{
	struct wait wait;
	uint32_t index = 0;
	int r = 0;

	if (!count || count > MAXIMUM_WAIT_OBJECTS || !handles)
		return outcome(-EINVAL, 0);
	wait.count = 0;
	for (DWORD i = 0; i < count && !r; i++)
		r = add(&wait, handles[i]);
	if (!r && wait_all && has_twins(&wait))
		r = -EINVAL;
	if (!r && wait_all)
		r = xf_wait_all(wait.items, count, deadline(ms));
	else if (!r)
		r = xf_wait_any(wait.items, count, deadline(ms), &index);
	end_wait(&wait);
	return outcome(r, index);
}

DWORD WINAPI WaitForMultipleObjects(DWORD count, const HANDLE *handles, BOOL wait_all, DWORD ms)
{
	return WaitForMultipleObjectsEx(count, handles, wait_all, ms, FALSE);
}
