/* SPDX-License-Identifier: MIT */
/*
 * Mutexes: owned by a thread, any number of times, and, unlike a keyed mutex of the core, of use
 * again after an owner died. So behind one stands a keyed mutex at a time: who finds it abandoned
 * puts a new one in its place, owns that, and is told WAIT_ABANDONED.
 *
 * Every attempt opens a handle of the core of its own, since handles are what excludes each other
 * there. It stays open while its thread owns the mutex; a thread that ends closes it, which is what
 * abandons. `anchor` keeps the keyed mutex alive meanwhile.
 *
 * The page says which keyed mutex it is and whether somebody owns it. So if all that had it open
 * have died, whoever still has the mutex knows what is left to tell.
 */
#include <crossfence/keyed_mutex.h>

#include "win/nt/codes.h"
#include "win/nt/domain.h"
#include "win/nt/handle.h"
#include "win/nt/pseudo.h"
#include "win/nt/shared.h"
#include "win/nt/thread.h"

struct page {
	_Atomic uint64_t current; /* id of the keyed mutex */
	_Atomic uint32_t owned;
};

struct mutex {
	struct xfi_shared shared;
	pthread_mutex_t lock; /* guards the anchor */
	struct xf_keyed_mutex *anchor;
	_Atomic DWORD
		owner; /* thread of this process, 0: none; the owner alone sets what follows */
	uint32_t depth;
	struct xf_keyed_mutex *held;
	struct xfi_thread_end at_end;
};

static struct page *page_of(const struct mutex *mutex)
{
	return mutex->shared.bytes;
}

static void mutex_destroy(struct xfi_object *object)
{
	struct mutex *mutex = (struct mutex *)object;
	xf_keyed_mutex_close(mutex->anchor);
	pthread_mutex_destroy(&mutex->lock);
	xfi_shared_end(&mutex->shared);
}

static void change_anchor(struct mutex *mutex, struct xf_keyed_mutex *anchor)
{
	struct xf_keyed_mutex *before;
	pthread_mutex_lock(&mutex->lock);
	before = mutex->anchor;
	mutex->anchor = anchor;
	pthread_mutex_unlock(&mutex->lock);
	xf_keyed_mutex_close(before);
}

static bool is_anchor(struct mutex *mutex, xf_id id)
{
	bool is;
	pthread_mutex_lock(&mutex->lock);
	is = mutex->anchor && xf_keyed_mutex_id(mutex->anchor) == id;
	pthread_mutex_unlock(&mutex->lock);
	return is;
}

/* Opens the keyed mutex of now. -ESTALE: it has gone with those who had it open. */
static int open_current(struct mutex *mutex, xf_id *ret_id, struct xf_keyed_mutex **ret_mutex)
{
	xf_id id = atomic_load(&page_of(mutex)->current);
	struct xf_keyed_mutex *anchor;
	int r = xf_keyed_mutex_open(mutex->shared.domain, id, ret_mutex);
	*ret_id = id;
	if (!r && !is_anchor(mutex, id) && !xf_keyed_mutex_open(mutex->shared.domain, id, &anchor))
		change_anchor(mutex, anchor);
	return r == -EINVAL ? -ESTALE : r;
}

static void let_go(struct mutex *mutex)
{
	mutex->held = NULL;
	mutex->depth = 0;
	atomic_store_explicit(&mutex->owner, 0, memory_order_release);
}

/* The owner ends without releasing. */
static void owner_ended(struct xfi_thread_end *call)
{
	struct mutex *mutex =
		(struct mutex *)(void *)((char *)call - offsetof(struct mutex, at_end));
	struct xf_keyed_mutex *held = mutex->held;
	let_go(mutex);
	xf_keyed_mutex_close(held);
	xfi_object_unref(&mutex->shared.base);
}

/* `held` was acquired: it is this thread's now. Takes it in every case. */
static int adopt(struct mutex *mutex, struct xf_keyed_mutex *held)
{
	int r;
	mutex->at_end.fn = owner_ended;
	r = xfi_thread_at_end(&mutex->at_end);
	if (r) {
		(void)xf_keyed_mutex_release(held, 0, 0); /* we own it */
		xf_keyed_mutex_close(held);
		return r;
	}
	xfi_object_ref(&mutex->shared.base); /* an owned mutex outlasts its handles */
	mutex->held = held;
	mutex->depth = 1;
	atomic_store(&page_of(mutex)->owned, 1);
	atomic_store_explicit(&mutex->owner, xfi_thread_id(), memory_order_release);
	return 0;
}

static bool is_mine(const struct mutex *mutex)
{
	return atomic_load_explicit(&mutex->owner, memory_order_acquire) == xfi_thread_id();
}

/* A new keyed mutex that this call's handle owns, if `owned`. */
static int make_current(struct mutex *mutex, bool owned, struct xf_keyed_mutex **ret_held)
{
	struct xf_keyed_mutex *anchor, *held = NULL;
	int r = xf_keyed_mutex_create(mutex->shared.domain, 0, NULL, &anchor);
	if (r)
		return r;
	if (owned) {
		r = xf_keyed_mutex_open(mutex->shared.domain, xf_keyed_mutex_id(anchor), &held);
		if (!r)
			r = xf_keyed_mutex_acquire(held, 0, 0, NULL);
	}
	if (r) {
		xf_keyed_mutex_close(held);
		xf_keyed_mutex_close(anchor);
		return r;
	}
	atomic_store(&page_of(mutex)->current, xf_keyed_mutex_id(anchor));
	change_anchor(mutex, anchor);
	*ret_held = held;
	return 0;
}

/*
 * Puts a new keyed mutex in the place of `dead`, abandoned or gone. XF_ABANDONED: taken, and its
 * owner has died; 0: taken; -EAGAIN: another thread or process was quicker.
 */
static int renew(struct mutex *mutex, xf_id dead)
{
	struct xf_keyed_mutex *held;
	bool owned;
	int r = xfi_names_lock();
	if (r)
		return r;
	owned = atomic_load(&page_of(mutex)->owned);
	r = atomic_load(&page_of(mutex)->current) == dead ? make_current(mutex, true, &held)
							  : -EAGAIN;
	xfi_names_unlock();
	if (!r)
		r = adopt(mutex, held);
	return r ? r : owned ? XF_ABANDONED : 0;
}

static int mutex_wait_item(struct xfi_object *object, struct xf_wait_item *item)
{
	struct xf_keyed_mutex *current = NULL;
	int r = open_current((struct mutex *)object, &item->fence, &current);
	item->type = XF_KEYED_MUTEX;
	item->object = current;
	return r == -ESTALE ? 0 : r; /* the attempt makes a new one in the place of that id */
}

static void mutex_wait_end(struct xfi_object *object, struct xf_wait_item *item)
{
	xf_keyed_mutex_close(item->object);
	item->object = NULL;
}

static int mutex_woken(struct xfi_object *object, struct xf_wait_item *item, int result)
{
	struct mutex *mutex = (struct mutex *)object;
	struct xf_keyed_mutex *held = item->object;
	if (result == XF_ABANDONED)
		return renew(mutex, xf_keyed_mutex_id(held));
	item->object = NULL;
	return adopt(mutex, held);
}

static int mutex_try(struct xfi_object *object, struct xf_wait_item *item)
{
	struct mutex *mutex = (struct mutex *)object;
	int r;
	if (is_mine(mutex)) {
		mutex->depth++;
		return 0;
	}
	if (!item->object)
		return renew(mutex, item->fence);
	r = xf_keyed_mutex_acquire(item->object, 0, 0, NULL);
	if (r == XF_TIMEOUT)
		return -EAGAIN;
	return r < 0 ? r : mutex_woken(object, item, r);
}

static int mutex_release(struct xfi_object *object)
{
	struct mutex *mutex = (struct mutex *)object;
	struct xf_keyed_mutex *held = mutex->held;
	if (!is_mine(mutex))
		return -EPERM;
	if (--mutex->depth)
		return 0;
	xfi_thread_forget_end(&mutex->at_end);
	atomic_store(&page_of(mutex)->owned, 0);
	let_go(mutex);
	(void)xf_keyed_mutex_release(held, 0, 0); /* we own it */
	xf_keyed_mutex_close(held);
	xfi_object_unref(object);
	return 0;
}

/* Of several objects that were wanted together this one was had, and another was not. */
static void mutex_give_back(struct xfi_object *object, int result)
{
	struct mutex *mutex = (struct mutex *)object;
	if (result != XF_ABANDONED) {
		(void)mutex_release(object); /* we own it */
		return;
	}
	/* Who gets it is still to be told that its owner died. */
	xfi_thread_forget_end(&mutex->at_end);
	owner_ended(&mutex->at_end);
}

static int mutex_create(struct xfi_shared *shared, const void *args)
{
	struct mutex *mutex = (struct mutex *)shared;
	const bool *owned = args;
	struct xf_keyed_mutex *held;
	int r;
	pthread_mutex_init(&mutex->lock, NULL);
	r = make_current(mutex, *owned, &held);
	return !r && *owned ? adopt(mutex, held) : r;
}

static int mutex_open(struct xfi_shared *shared)
{
	struct mutex *mutex = (struct mutex *)shared;
	struct xf_keyed_mutex *unused;
	xf_id id;
	int r;
	pthread_mutex_init(&mutex->lock, NULL);
	r = open_current(mutex, &id, &unused);
	if (!r)
		xf_keyed_mutex_close(unused);
	return r == -ESTALE ? 0 : r;
}

static const struct xfi_shared_type mutex_type = {
	.base = {
		.name = "Mutant",
		.all_access = MUTEX_ALL_ACCESS,
		.generic = {
			.GenericRead = STANDARD_RIGHTS_READ | MUTANT_QUERY_STATE,
			.GenericWrite = STANDARD_RIGHTS_WRITE,
			.GenericExecute = STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE,
			.GenericAll = MUTEX_ALL_ACCESS,
		},
		.destroy = mutex_destroy,
		.wait_item = mutex_wait_item,
		.wait_end = mutex_wait_end,
		.try = mutex_try,
		.woken = mutex_woken,
		.give_back = mutex_give_back,
		.signal = mutex_release,
		.signal_access = SYNCHRONIZE,
	},
	.kind = XFI_SHARED_MUTEX,
	.size = sizeof(struct mutex),
	.create = mutex_create,
	.open = mutex_open,
};

HANDLE WINAPI CreateMutexExW(SECURITY_ATTRIBUTES *sa, LPCWSTR text, DWORD flags, DWORD access)
{
	bool owned = flags & CREATE_MUTEX_INITIAL_OWNER;
	if (flags & ~(DWORD)CREATE_MUTEX_INITIAL_OWNER) {
		xfi_fail(-EINVAL);
		return NULL;
	}
	return xfi_shared_create_w(&mutex_type, text, &owned, access);
}

HANDLE WINAPI CreateMutexExA(SECURITY_ATTRIBUTES *sa, LPCSTR text, DWORD flags, DWORD access)
{
	bool owned = flags & CREATE_MUTEX_INITIAL_OWNER;
	if (flags & ~(DWORD)CREATE_MUTEX_INITIAL_OWNER) {
		xfi_fail(-EINVAL);
		return NULL;
	}
	return xfi_shared_create_a(&mutex_type, text, &owned, access);
}

HANDLE WINAPI CreateMutexW(SECURITY_ATTRIBUTES *sa, BOOL owned, LPCWSTR text)
{
	return CreateMutexExW(sa, text, owned ? CREATE_MUTEX_INITIAL_OWNER : 0, MUTEX_ALL_ACCESS);
}

HANDLE WINAPI CreateMutexA(SECURITY_ATTRIBUTES *sa, BOOL owned, LPCSTR text)
{
	return CreateMutexExA(sa, text, owned ? CREATE_MUTEX_INITIAL_OWNER : 0, MUTEX_ALL_ACCESS);
}

HANDLE WINAPI OpenMutexW(DWORD access, BOOL inherit, LPCWSTR text)
{
	return xfi_shared_open_w(&mutex_type, text, access);
}

HANDLE WINAPI OpenMutexA(DWORD access, BOOL inherit, LPCSTR text)
{
	return xfi_shared_open_a(&mutex_type, text, access);
}

/* As on Windows, no right is needed but to have the handle. */
BOOL WINAPI ReleaseMutex(HANDLE handle)
{
	struct xfi_object *object;
	int r = xfi_any_ref(handle, &mutex_type.base, 0, &object);
	if (!r) {
		r = mutex_release(object);
		xfi_object_unref(object);
	}
	return r ? xfi_fail(r) : TRUE;
}
