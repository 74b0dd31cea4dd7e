/* SPDX-License-Identifier: MIT */
/*
 * Sync object: tells consumers when a resource is ready, and its allocator when it is free again.
 * The model is IMFD3D12SynchronizationObject, and the same idea between processes.
 *
 * A resource lives through numbered uses. In each use a producer fills it and says so (ready), each
 * consumer waits for that, reads, and says that it is done (release). When nothing is pending any
 * more, the event given to xf_sync_on_final_release() is set; then the allocator calls
 * xf_sync_reset(), which begins the next use.
 *
 *	allocator, producer                       consumer
 *	                                          xf_sync_subscribe(sync)
 *	xf_sync_begin(sync)
 *	... work for queue p ...                  xf_sync_ready_wait(sync, c, 0)
 *	xf_sync_ready(sync, p)                    ... work for queue c ...
 *	xf_sync_on_final_release(sync, event)     xf_sync_release(sync, c)
 *	xf_event_wait(event, XF_NEVER)
 *	xf_sync_reset(sync)
 *
 * Pending are: a begin or a ready whose queue has not come to it; every subscribed consumer from
 * the moment of ready until its release or skip is done; every release whose queue has not come to
 * it. A process that dies counts as having released. If it dies as the producer, before ready, the
 * use is abandoned: nobody is told "ready", and the final release comes when the process is gone.
 *
 * Where a queue is asked for, NULL means the calling thread, at once. A handle may be closed before
 * its queues have come to what was handed over: that counts as done, as xf_sync_close() says, and a
 * queue that was told to wait for ready waits all the same.
 *
 * Thread-safety: safe, close excepted. Process-sharing: any member that opens the id. One handle is
 * one consumer: a process that reads with two independent queues opens two.
 */
#ifndef CROSSFENCE_SYNC_H
#define CROSSFENCE_SYNC_H

#include <crossfence/event.h>
#include <crossfence/queue.h>

#ifdef __cplusplus
extern "C" {
#endif

struct xf_sync;

/* A new object in its first use, nothing pending. Errors as xf_event_create(). */
XF_API int xf_sync_create(struct xf_domain *domain, const char *label, struct xf_sync **ret_sync);
XF_API int xf_sync_open(struct xf_domain *domain, xf_id id, struct xf_sync **ret_sync);

/*
 * Ends the handle. What it had pending counts as done; a use it was producing and that is not
 * ready is abandoned, unless another member produces it too. A queue that comes later to what it
 * was given with this handle finds nothing to do. NULL is allowed. Blocks no longer than one that
 * just comes to it takes.
 */
XF_API void xf_sync_close(struct xf_sync *sync);
XF_API xf_id xf_sync_id(const struct xf_sync *sync);

/*
 * From the next ready on, this handle is a consumer that must release or skip every use. A handle
 * that only waits and releases without having subscribed is counted from its release on, as on
 * Windows: then the allocator must know by itself when to ask for the final release.
 * -EACCES: read-only member; -ECHILD: after fork. Never block.
 */
XF_API int xf_sync_subscribe(struct xf_sync *sync);
XF_API int xf_sync_unsubscribe(struct xf_sync *sync);

/*
 * Takes the part of the producer in the current use: if this process dies before ready, the use is
 * abandoned. Ready without begin is fine, but a death before it is then noticed by nobody.
 * -EALREADY: the current use is ready, or abandoned; XF_ABANDONED: the latter.
 */
XF_API int xf_sync_begin(struct xf_sync *sync);

/*
 * The resource is ready when `queue` has done what it was given so far. Saying it twice is fine.
 * -ESTALE: the use that this handle began is over, nothing changes; XF_ABANDONED: it is abandoned;
 * errors of xf_queue_call(), nothing changes. Never blocks.
 */
XF_API int xf_sync_ready(struct xf_sync *sync, struct xf_queue *queue);

/*
 * Holds back later work of `queue` until ready, which may be told long afterwards; never blocks. A
 * subscribed handle that has released the current use waits for the next one. If the use is
 * abandoned the queue fails (xf_queue_wait): its work is dropped, not run early.
 *
 * With queue NULL the calling thread waits: 0: ready; XF_TIMEOUT: not before `deadline_ns`;
 * XF_ABANDONED: this use will never be ready, the next one may. `deadline_ns` is for this case
 * only.
 */
XF_API int xf_sync_ready_wait(struct xf_sync *sync, struct xf_queue *queue, int64_t deadline_ns);

/*
 * The same, and says which use that is: with it a consumer knows which frame it reads, or (with
 * XF_ABANDONED) does not get. *ret_use counts from 1, as in struct xf_sync_info.
 */
XF_API int xf_sync_ready_wait_use(
	struct xf_sync *sync, struct xf_queue *queue, int64_t deadline_ns, uint64_t *ret_use);

/*
 * Sets `event` (of the same domain) when the current use is ready, or abandoned: ask
 * xf_sync_info(). At once if it is already. Any number of events; each once. The object keeps
 * its own reference to the event until then, or until this process closes its last handle. The
 * first event that has to wait starts a thread, which lasts as long as the process has a handle.
 * -EAGAIN: no thread.
 */
XF_API int xf_sync_on_ready(struct xf_sync *sync, struct xf_event *event);

/*
 * This handle is done with the resource when `queue` has done what it was given so far. Errors of
 * xf_queue_call(), nothing changes. Never blocks.
 */
XF_API int xf_sync_release(struct xf_sync *sync, struct xf_queue *queue);

/* The same, and says of which use: the one that was waited for, else the current one. */
XF_API int xf_sync_release_use(struct xf_sync *sync, struct xf_queue *queue, uint64_t *ret_use);

/*
 * A subscribed handle will not read the current use. -EAGAIN: it is not ready, nothing to skip;
 * -EPERM: the handle has not subscribed; -ECHILD. Never blocks.
 */
XF_API int xf_sync_skip(struct xf_sync *sync);

/*
 * Sets `event` (of the same domain) once, when nothing is pending any more; at once if nothing is.
 * The last registration of all members wins. It is gone when this process dies or closes its last
 * handle; until it fired the object keeps its own reference to the event. An event registered with
 * several objects may be set a second time for one of them, if the process that sets it is killed
 * in just that moment and another object sets it before the dead one is swept.
 */
XF_API int xf_sync_on_final_release(struct xf_sync *sync, struct xf_event *event);

/*
 * Begins the next use: not ready, not abandoned. A ready of an earlier use that comes later changes
 * nothing but what is pending. -EBUSY: a release is pending, nothing changes.
 */
XF_API int xf_sync_reset(struct xf_sync *sync);

struct xf_sync_info {
	size_t size; /* set it to sizeof(struct xf_sync_info) */
	uint64_t use; /* counts from 1 */
	int ready;
	int abandoned;
	uint32_t pending_ready; /* members that are producing */
	uint32_t pending_release; /* members that are reading or releasing */
};

/* A snapshot. -EINVAL: ret_info->size is not set. */
XF_API int xf_sync_info(struct xf_sync *sync, struct xf_sync_info *ret_info);

#ifdef __cplusplus
}
#endif
#endif
