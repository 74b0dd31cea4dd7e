/* SPDX-License-Identifier: MIT */
/*
 * Pool: a fixed number of equal surfaces that go round between a producer and readers. Each
 * surface is held by a set of members; when the last of them gives it up, or dies, it is free
 * again and a producer waiting in xf_pool_hold() is woken.
 *
 *	producer                              reader
 *	                                      xf_pool_subscribe(pool)
 *	xf_pool_hold(pool, deadline, &i)
 *	... write surface i ...
 *	xf_pool_share(pool, i)                ... is told of i (key, event, message), reads ...
 *	xf_pool_give(pool, i)                 xf_pool_give(pool, i)
 *
 * A member holds a surface once, however many of its threads and handles use it, and gives it up
 * for all of them; but closing a handle gives up nothing of another one's. What a killed member
 * held is given back when its process is really gone, since until then its threads may still be
 * writing; other members cannot tell the two apart; of a member with a device's memory this is also
 * when its kernels have ended. A surface whose keyed mutex was abandoned gets a new mutex before it
 * is handed out again.
 *
 * How many surfaces: one for each frame that a reader works on, one for each that is shared and not
 * taken up yet, one that is being written and one that was finished last: workers + queued + 2.
 * With fewer the producer waits for the readers, also where these only want the newest frame and
 * give back what they skip; it sees that by XF_TIMEOUT from a hold with deadline 0. A stream
 * (stream.h) does this sum, and refuses a reader for whom there are not enough.
 *
 * Made with XF_SURFACE_SYNC, each surface carries a sync object (sync.h), and a surface is free
 * when that says final release: nothing is pending any more. Then work on queues counts, too:
 *
 *	producer                              reader
 *	                                      xf_pool_subscribe(pool)
 *	xf_pool_hold(pool, deadline, &i)
 *	... write surface i ...               xf_sync_ready_wait(sync of i, queue, 0)
 *	xf_sync_ready(sync of i, queue)       ... read ...
 *	                                      xf_sync_release(sync of i, queue)
 *
 * Thread-safety: safe, close excepted. Process-sharing: any member that opens the id.
 */
#ifndef CROSSFENCE_POOL_H
#define CROSSFENCE_POOL_H

#include <crossfence/surface.h>

#ifdef __cplusplus
extern "C" {
#endif

struct xf_pool;

#define XF_POOL_MAX 64

/*
 * Makes `count` (1..XF_POOL_MAX) surfaces of `desc` with xf_surface_create()'s flags; errors as
 * there. `label` as in xf_event_create().
 */
XF_API int xf_pool_create(struct xf_domain *domain, const struct xf_surface_desc *desc,
	uint32_t count, uint32_t flags, const char *label, struct xf_pool **ret_pool);

/*
 * The same over memory that is there: `fds[i]` (borrowed) is the memory of surface i, of the device
 * that `desc` names; see xf_surface_import(). -EINVAL: `desc` is of host memory.
 */
XF_API int xf_pool_import(struct xf_domain *domain, const struct xf_surface_desc *desc,
	const int *fds, uint32_t count, uint32_t flags, const char *label,
	struct xf_pool **ret_pool);

/*
 * Errors as xf_surface_open(); -ESTALE: it, or one of its surfaces, is gone; -EPROTO: its surfaces
 * are not alike, which only a member that writes into the domain's memory can do.
 */
XF_API int xf_pool_open(struct xf_domain *domain, xf_id id, struct xf_pool **ret_pool);

/*
 * Ends the handle, and gives up what this process came to hold through it: by holding or rejoining,
 * and, where no other handle of it has subscribed, what was shared with it. With this process' last
 * handle of the pool all that it holds is given up. NULL is allowed.
 */
XF_API void xf_pool_close(struct xf_pool *pool);
XF_API xf_id xf_pool_id(const struct xf_pool *pool);
XF_API uint32_t xf_pool_count(const struct xf_pool *pool);

/* The pool's handle to surface `index`, valid until the pool is closed; NULL: no such index. */
XF_API struct xf_surface *xf_pool_surface(struct xf_pool *pool, uint32_t index);

/*
 * Waits for a free surface and makes this member its only holder. 0; XF_TIMEOUT: all are held;
 * -EACCES: read-only member; -ECHILD; -ENOSPC: an abandoned mutex could not be replaced.
 *
 * A keyed surface is ready for its producer: its mutex is owned by nobody but this handle and
 * carries key 0 again, whatever the last one released it with, and that one's fence. One that is
 * owned, though nobody holds the surface any more, counts as held until it is released.
 *
 * With sync objects: waits for one with nothing pending and begins its next use (xf_sync_reset(),
 * xf_sync_begin()) on the pool's own handle, which is the one to say ready with: xf_surface_sync()
 * of xf_pool_surface(). This member is its producer until then. If it dies before that, the surface
 * is free when its process is gone.
 */
XF_API int xf_pool_hold(struct xf_pool *pool, int64_t deadline_ns, uint32_t *ret_index);

struct xf_pool_use {
	size_t size; /* sizeof(struct xf_pool_use) */
	uint64_t
		use; /* with sync objects: the use's number, which also ready_wait and release
			tell (sync.h); else how often one of the pool's surfaces was taken so far */
	uint64_t key, fence; /* keyed: what the surface's mutex carries, see below */
	uint32_t index;
	uint32_t reserved; /* 0 */
};

/*
 * The same, and says more. A surface may come back with another key than the producer's: nobody had
 * subscribed, or a reader died before its turn. Where that means something, this tells it: the
 * mutex carries `key` still, and that is what to acquire it with.
 */
XF_API int xf_pool_hold_use(struct xf_pool *pool, int64_t deadline_ns, struct xf_pool_use *ret_use);

/*
 * Subscribed members become holders of whatever is shared from now on: those of whose handles of
 * the pool one at least has subscribed. With sync objects: the pool's handle to each of them
 * subscribes. Idempotent.
 */
XF_API int xf_pool_subscribe(struct xf_pool *pool);
XF_API int xf_pool_unsubscribe(struct xf_pool *pool);

/*
 * Makes every subscribed member a holder of surface `index` beside the caller, who must hold it
 * (-EPERM; always with sync objects). Tell them afterwards. Returns the number of readers in
 * *ret_readers (may be NULL).
 */
XF_API int xf_pool_share(struct xf_pool *pool, uint32_t index, uint32_t *ret_readers);

/*
 * Makes this member a holder of a surface that somebody holds: a restarted reader picking up where
 * its predecessor died. -EAGAIN: nobody holds it.
 */
XF_API int xf_pool_rejoin(struct xf_pool *pool, uint32_t index);

/*
 * Gives up this member's hold, through whichever handle it came. With sync objects: the use that it
 * began, which is abandoned then; after ready there is none. -EPERM: it has none. Never blocks.
 */
XF_API int xf_pool_give(struct xf_pool *pool, uint32_t index);

/*
 * How often surfaces were taken back from members that died, since the pool was made. With sync
 * objects nothing counts that.
 */
XF_API int xf_pool_reclaimed(struct xf_pool *pool, uint64_t *ret_count);

#ifdef __cplusplus
}
#endif
#endif
