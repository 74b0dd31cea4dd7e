/* SPDX-License-Identifier: MIT */
/*
 * Waiting for several objects at once, of any kinds and from any domains of this process.
 *
 * Thread-safety: safe. Process-sharing: as the objects. -EACCES on handles of read-only members,
 * which cannot leave a note that they wait: they wait for one object at a time.
 */
#ifndef CROSSFENCE_WAIT_H
#define CROSSFENCE_WAIT_H

#include <crossfence/event.h>
#include <crossfence/keyed_mutex.h>
#include <crossfence/timeline.h>

#ifdef __cplusplus
extern "C" {
#endif

#define XF_WAIT_MAX 128

/*
 * What to wait for. `object` is a handle of the type that `type` names:
 *
 *	XF_EVENT	struct xf_event: satisfied when signalled; auto-reset: taken
 *	XF_TIMELINE	struct xf_timeline: satisfied when the counter is >= value
 *	XF_KEYED_MUTEX	struct xf_keyed_mutex: satisfied when acquired with key `value`
 *	XF_STREAM	struct xf_stream: satisfied when xf_stream_next() has something for this
 *			reader; nothing is taken
 */
struct xf_wait_item {
	enum xf_type type;
	int result; /* out: 0 when satisfied, XF_ABANDONED, else XF_TIMEOUT */
	void *object;
	uint64_t value; /* timeline value, or key */
	uint64_t fence; /* out: the mutex's fence when acquired */
};

/*
 * Waits until one item is satisfied; the lowest index wins, and only that one is taken. An
 * abandoned item ends the wait too. `count` is 1..XF_WAIT_MAX.
 *
 * 0 or XF_ABANDONED with *ret_index set; XF_TIMEOUT; -EINVAL: bad count or item; other errors as
 * from the items' own calls.
 */
XF_API int xf_wait_any(
	struct xf_wait_item *items, uint32_t count, int64_t deadline_ns, uint32_t *ret_index);

/*
 * Waits until all items are satisfied together. Nothing stays taken unless all are: items are
 * taken in order and given back (events set again, mutexes released to the same key and fence)
 * when a later one is not ready. So for a moment others may see a mutex held, or an auto-reset
 * event unset, and a reset in just that moment is undone. Who dies in it has taken the event, as if
 * after the wait; a mutex that it held is abandoned.
 *
 * 0; XF_TIMEOUT; XF_ABANDONED: an item is abandoned, whether the others are satisfied or not, and
 * nothing is taken; the item's result says which. Errors as xf_wait_any(), as soon, and
 * -EINVAL when an auto-reset event or a mutex is among the items twice: it can be taken only once.
 */
XF_API int xf_wait_all(struct xf_wait_item *items, uint32_t count, int64_t deadline_ns);

#ifdef __cplusplus
}
#endif
#endif
