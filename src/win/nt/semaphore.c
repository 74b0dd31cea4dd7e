/* SPDX-License-Identifier: MIT */
/*
 * Semaphores: a timeline counts what was released, a word in the page what was taken, and the
 * difference is the count. So taking one is a single step, and so is telling those who sleep: they
 * wait for the timeline to pass what has been taken. Whoever dies in between leaves nothing undone.
 */
#include "win/nt/codes.h"
#include "win/nt/domain.h"
#include "win/nt/handle.h"
#include "win/nt/shared.h"

struct page {
	uint64_t released; /* id of the timeline */
	_Atomic uint64_t taken;
	uint32_t maximum;
};

struct semaphore {
	struct xfi_shared shared;
	struct xf_timeline *released;
};

struct counts {
	LONG initial, maximum;
};

static struct page *page_of(const struct semaphore *semaphore)
{
	return semaphore->shared.bytes;
}

static void semaphore_destroy(struct xfi_object *object)
{
	struct semaphore *semaphore = (struct semaphore *)object;
	xf_timeline_close(semaphore->released);
	xfi_shared_end(&semaphore->shared);
}

static int semaphore_create(struct xfi_shared *shared, const void *args)
{
	struct semaphore *semaphore = (struct semaphore *)shared;
	const struct counts *counts = args;
	int r = xf_timeline_create(
		shared->domain, (uint64_t)counts->initial, 0, NULL, &semaphore->released);
	if (r)
		return r;
	page_of(semaphore)->released = xf_timeline_id(semaphore->released);
	page_of(semaphore)->maximum = (uint32_t)counts->maximum;
	return 0;
}

static int semaphore_open(struct xfi_shared *shared)
{
	struct semaphore *semaphore = (struct semaphore *)shared;
	return xf_timeline_open(shared->domain, page_of(semaphore)->released, &semaphore->released);
}

static int semaphore_wait_item(struct xfi_object *object, struct xf_wait_item *item)
{
	struct semaphore *semaphore = (struct semaphore *)object;
	item->type = XF_TIMELINE;
	item->object = semaphore->released;
	item->value = atomic_load(&page_of(semaphore)->taken) + 1;
	return 0;
}

static int semaphore_try(struct xfi_object *object, struct xf_wait_item *item)
{
	struct semaphore *semaphore = (struct semaphore *)object;
	uint64_t released, taken = atomic_load(&page_of(semaphore)->taken);
	int r = xf_timeline_value(semaphore->released, &released);
	if (r)
		return r;
	while (taken < released)
		if (atomic_compare_exchange_weak(&page_of(semaphore)->taken, &taken, taken + 1))
			return 0;
	return -EAGAIN;
}

/* One at a time, so that the maximum is kept. -ERANGE: there would be more. */
static int release(struct semaphore *semaphore, LONG count, uint64_t *ret_before)
{
	uint64_t released, before;
	int r = xfi_names_lock();
	if (r)
		return r;
	r = xf_timeline_value(semaphore->released, &released);
	before = released - atomic_load(&page_of(semaphore)->taken);
	if (!r && before + (uint64_t)count > page_of(semaphore)->maximum)
		r = -ERANGE;
	if (!r)
		r = xf_timeline_signal(semaphore->released, released + (uint64_t)count);
	xfi_names_unlock();
	*ret_before = before;
	return r;
}

static int semaphore_signal(struct xfi_object *object)
{
	uint64_t before;
	return release((struct semaphore *)object, 1, &before);
}

static void semaphore_give_back(struct xfi_object *object, int result)
{
	(void)semaphore_signal(object); /* there is room for what was there before */
}

static const struct xfi_shared_type semaphore_type = {
	.base = {
		.name = "Semaphore",
		.all_access = SEMAPHORE_ALL_ACCESS,
		.generic = {
			.GenericRead = STANDARD_RIGHTS_READ | SEMAPHORE_QUERY_STATE,
			.GenericWrite = STANDARD_RIGHTS_WRITE | SEMAPHORE_MODIFY_STATE,
			.GenericExecute = STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE,
			.GenericAll = SEMAPHORE_ALL_ACCESS,
		},
		.destroy = semaphore_destroy,
		.wait_item = semaphore_wait_item,
		.try = semaphore_try,
		.give_back = semaphore_give_back,
		.signal = semaphore_signal,
		.signal_access = SEMAPHORE_MODIFY_STATE,
	},
	.kind = XFI_SHARED_SEMAPHORE,
	.size = sizeof(struct semaphore),
	.create = semaphore_create,
	.open = semaphore_open,
};

static bool makes_sense(LONG initial, LONG maximum, DWORD flags)
{
	return maximum > 0 && initial >= 0 && initial <= maximum && !flags;
}

HANDLE WINAPI CreateSemaphoreExW(SECURITY_ATTRIBUTES *sa, LONG initial, LONG maximum, LPCWSTR text,
	DWORD flags, DWORD access)
{
	const struct counts counts = { initial, maximum };
	if (!makes_sense(initial, maximum, flags)) {
		xfi_fail(-EINVAL);
		return NULL;
	}
	return xfi_shared_create_w(&semaphore_type, text, &counts, access);
}

HANDLE WINAPI CreateSemaphoreExA(
	SECURITY_ATTRIBUTES *sa, LONG initial, LONG maximum, LPCSTR text, DWORD flags, DWORD access)
{
	const struct counts counts = { initial, maximum };
	if (!makes_sense(initial, maximum, flags)) {
		xfi_fail(-EINVAL);
		return NULL;
	}
	return xfi_shared_create_a(&semaphore_type, text, &counts, access);
}

HANDLE WINAPI CreateSemaphoreW(SECURITY_ATTRIBUTES *sa, LONG initial, LONG maximum, LPCWSTR text)
{
	return CreateSemaphoreExW(sa, initial, maximum, text, 0, SEMAPHORE_ALL_ACCESS);
}

HANDLE WINAPI CreateSemaphoreA(SECURITY_ATTRIBUTES *sa, LONG initial, LONG maximum, LPCSTR text)
{
	return CreateSemaphoreExA(sa, initial, maximum, text, 0, SEMAPHORE_ALL_ACCESS);
}

HANDLE WINAPI OpenSemaphoreW(DWORD access, BOOL inherit, LPCWSTR text)
{
	return xfi_shared_open_w(&semaphore_type, text, access);
}

HANDLE WINAPI OpenSemaphoreA(DWORD access, BOOL inherit, LPCSTR text)
{
	return xfi_shared_open_a(&semaphore_type, text, access);
}

BOOL WINAPI ReleaseSemaphore(HANDLE handle, LONG count, LONG *ret_before)
{
	struct xfi_object *object;
	uint64_t before;
	int r = count > 0 ? xfi_nt_handle_ref(
				    handle, &semaphore_type.base, SEMAPHORE_MODIFY_STATE, &object)
			  : -EINVAL;
	if (r)
		return xfi_fail(r);
	r = release((struct semaphore *)object, count, &before);
	xfi_object_unref(object);
	if (r)
		return xfi_fail(r);
	if (ret_before)
		*ret_before = (LONG)before;
	return TRUE;
}
