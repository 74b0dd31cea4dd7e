/* SPDX-License-Identifier: MIT */
/*
 * Keyed mutex: exclusive ownership handed on by a 64-bit key. Whoever releases names the key with
 * which the next owner must ask. The model is IDXGIKeyedMutex and D3DKMT's keyed mutex.
 *
 * The owner is the open handle, not the thread: acquire in one thread and release in another is
 * fine; two handles exclude each other even within one thread; a thread's exit changes nothing.
 * A handle that is closed, or whose process dies, while it owns the mutex abandons it, for good:
 * every present and future acquire, with any key, returns XF_ABANDONED. Make a new surface then.
 *
 * Thread-safety: safe, except close, and except that one handle must not be released by two
 * threads at once. Process-sharing: any member that opens the id.
 *
 *	r = xf_keyed_mutex_acquire(mutex, 1, xf_deadline(16000000), &fence);
 *	if (r == XF_TIMEOUT)
 *		return show_previous_frame();
 *	if (r)
 *		return give_up(r);		// abandoned or failed: never acquired
 *	...
 *	xf_keyed_mutex_release(mutex, 2, 0);
 */
#ifndef CROSSFENCE_KEYED_MUTEX_H
#define CROSSFENCE_KEYED_MUTEX_H

#include <crossfence/domain.h>

#ifdef __cplusplus
extern "C" {
#endif

struct xf_keyed_mutex;

/* Unowned; the first acquire must ask with `initial_key`. Errors as xf_event_create(). */
XF_API int xf_keyed_mutex_create(struct xf_domain *domain, uint64_t initial_key, const char *label,
	struct xf_keyed_mutex **ret_mutex);

/*
 * Every open makes a handle of its own, which owns and excludes by itself. -EMFILE: this process
 * has 2^24 of this mutex.
 */
XF_API int xf_keyed_mutex_open(
	struct xf_domain *domain, xf_id id, struct xf_keyed_mutex **ret_mutex);

/* Closing a handle that owns the mutex abandons it. NULL is allowed. */
XF_API void xf_keyed_mutex_close(struct xf_keyed_mutex *mutex);
XF_API xf_id xf_keyed_mutex_id(const struct xf_keyed_mutex *mutex);

/*
 * Waits until the mutex is unowned and carries `key`, and takes it. `ret_fence` (may be NULL)
 * receives the fence value of the last release, 0 at first; it is written 0 when not taken.
 *
 * 0: taken. XF_TIMEOUT: not taken. XF_ABANDONED: not taken, now or ever. -EDEADLK: this handle owns
 * it already (told at once, whatever the deadline). -EACCES: read-only member. -ECHILD: after fork.
 *
 * Several waiters for one key: one gets it, which one is not defined. A waiter that was stopped
 * (SIGSTOP) when it was chosen keeps the others waiting until it continues or dies.
 */
XF_API int xf_keyed_mutex_acquire(
	struct xf_keyed_mutex *mutex, uint64_t key, int64_t deadline_ns, uint64_t *ret_fence);

/*
 * Gives the mutex to whoever asks with `key`, and publishes `fence` (any value, lower ones too) to
 * the next owner. Never blocks; no system call when nobody waits for that key.
 * -EPERM: this handle does not own it; nothing changes. XF_ABANDONED: it was abandoned.
 */
XF_API int xf_keyed_mutex_release(struct xf_keyed_mutex *mutex, uint64_t key, uint64_t fence);

/*
 * For an owner whose queue still works on what the mutex guards: hands it on at once, and says when
 * that work is done: when `timeline`, which this process owns (XF_TIMELINE_OWNED), reaches `value`.
 * The next owner, which may be a CPU's or another queue's, waits for that before it touches
 * anything. If this process dies before, the mutex is abandoned, whoever owns it then; a timeline
 * that is gone (-ESTALE) while the mutex is not abandoned means that the fence was passed. Never
 * blocks. -EINVAL: not such a timeline, or a value of 2^63 - 1 or more; else as release.
 */
struct xf_timeline;
XF_API int xf_keyed_mutex_release_after(
	struct xf_keyed_mutex *mutex, uint64_t key, struct xf_timeline *timeline, uint64_t value);

/*
 * For the owner: the fence of the last release. *ret_timeline is the id of its timeline, or 0 where
 * the fence is just a number (xf_keyed_mutex_release()). -EPERM, XF_ABANDONED. Never blocks.
 */
XF_API int xf_keyed_mutex_fence(
	struct xf_keyed_mutex *mutex, xf_id *ret_timeline, uint64_t *ret_value);

/*
 * Takes an acquire back: the mutex carries the key and the fence that it had. For those who take
 * several and do not get all. As release.
 */
XF_API int xf_keyed_mutex_give_back(struct xf_keyed_mutex *mutex);

/*
 * Up to XF_KEYED_MUTEX_DATA_MAX bytes that travel with the mutex, for what the owner wants to tell
 * the next one. Both need ownership (-EPERM). Reading copies at most `size` bytes and returns the
 * stored length in *ret_size. -EMSGSIZE: more than fits, nothing stored.
 */
#define XF_KEYED_MUTEX_DATA_MAX 16
XF_API int xf_keyed_mutex_set_data(struct xf_keyed_mutex *mutex, const void *data, size_t size);
XF_API int xf_keyed_mutex_get_data(
	struct xf_keyed_mutex *mutex, void *data, size_t size, size_t *ret_size);

/*
 * Returns a descriptor for poll/epoll, owned by the handle: readable when acquire(key) may succeed
 * or the mutex is abandoned. One handle watches one key: a later call changes it. Then call
 * xf_keyed_mutex_acquire(mutex, key, 0, ...), as with xf_event_fd().
 */
XF_API int xf_keyed_mutex_fd(struct xf_keyed_mutex *mutex, uint64_t key, int *ret_fd);

/*
 * For a host service. A handle can be lent to a process under another kernel, a guest that maps the
 * domain's memory: it acquires and releases as this handle, on the same bytes and without a
 * message; only waiting and waking go through the lender, since a futex ends where its kernel
 * does. libcrossfence-host does all this, see xf_host_guest_share_domain().
 *
 * Offsets are from the start of the domain's memory, in bytes.
 */
struct xf_keyed_mutex_loan {
	size_t size; /* set it to sizeof(struct xf_keyed_mutex_loan) */
	uint64_t slot_offset_bytes; /* the object, 128 bytes */
	uint64_t buckets_offset_bytes; /* the domain's table of waiters */
	uint32_t index; /* of the object */
	uint32_t owner; /* what the borrower writes as the owner */
};

/*
 * From now on the mutex is abandoned, held or not, when this process dies: what the borrower does
 * afterwards would be nobody's. -EACCES, -ECHILD, -EINVAL as xf_keyed_mutex_acquire().
 */
XF_API int xf_keyed_mutex_lend(struct xf_keyed_mutex *mutex, struct xf_keyed_mutex_loan *ret_loan);

/*
 * Wakes whoever waits for the key that the mutex carries now: what the borrower's release has left
 * undone. Never blocks; harmless at any time.
 */
XF_API int xf_keyed_mutex_notify(struct xf_keyed_mutex *mutex);

/*
 * Ends a loan whose borrower may still run: abandons the mutex, held or not, for good. Where the
 * borrower is known to be gone, xf_keyed_mutex_close() does what is right.
 */
XF_API int xf_keyed_mutex_revoke(struct xf_keyed_mutex *mutex);

#ifdef __cplusplus
}
#endif
#endif
