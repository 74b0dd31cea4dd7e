/* SPDX-License-Identifier: MIT */
/*
 * Queue: something that executes work in order: a CPU worker here; a Vulkan queue or a CUDA stream
 * behind the same calls. Work handed to a queue runs after everything handed to it before.
 *
 * Wait-before-signal is a promise: xf_queue_wait() may be told of a value long before anybody
 * submits the work that signals it; it holds back this queue only, never the caller.
 *
 * Thread-safety: safe, destroy excepted. Process-sharing: none, a queue belongs to its process;
 * the timelines it signals and waits for are shared.
 */
#ifndef CROSSFENCE_QUEUE_H
#define CROSSFENCE_QUEUE_H

#include <crossfence/timeline.h>

#ifdef __cplusplus
extern "C" {
#endif

struct xf_queue;

/*
 * A kind of queue. Back ends outside the library fill one in and call xf_queue_create().
 * Each call hands one piece of work over and returns; none may wait for the work itself.
 */
struct xf_queue_ops {
	size_t size; /* sizeof(struct xf_queue_ops) */
	const char *name; /* "cpu", "vulkan", "cuda": static */
	/*
	 * Holds back later work until the counter of `timeline` is >= value. The handle may be
	 * closed when this has returned: whoever comes back to it opens one of his own
	 * (xf_timeline_open(), in the domain that xf_timeline_word() tells).
	 */
	int (*wait)(void *self, struct xf_timeline *timeline, uint64_t value);
	/*
	 * Raises the counter to `value` when all earlier work is done; where others have raised it
	 * further by then, it stays. xf_queue_signal() has refused what is too low already.
	 */
	int (*signal)(void *self, struct xf_timeline *timeline, uint64_t value);
	/* Runs fn(arg) on a CPU when all earlier work is done, before later work begins. */
	int (*call)(void *self, void (*fn)(void *arg), void *arg);
	/* Waits until everything handed over is done: 0, XF_TIMEOUT. */
	int (*finish)(void *self, int64_t deadline_ns);
	/* Work already handed over is finished or dropped, then self is freed. */
	void (*destroy)(void *self);
	/* As call; dropped(arg) instead of fn(arg) when it is not made. May be NULL. */
	int (*call_or_drop)(
		void *self, void (*fn)(void *arg), void (*dropped)(void *arg), void *arg);
};

/* Wraps a back end's `self`, which destroy() will free; on failure `self` stays the caller's. */
XF_API int xf_queue_create(const struct xf_queue_ops *ops, void *self, struct xf_queue **ret_queue);

/* A queue whose work runs on a thread of its own. -EAGAIN: no thread; -ENOMEM. */
XF_API int xf_queue_create_cpu(struct xf_queue **ret_queue);

/*
 * Ends the queue. Work that can run runs; a wait that is not passed yet and all after it are
 * dropped. Must not be called from the queue's own work. NULL is allowed. Blocks for running work.
 */
XF_API void xf_queue_destroy(struct xf_queue *queue);

XF_API const char *xf_queue_kind(const struct xf_queue *queue);

/*
 * For back ends with calls of their own: the `self` of a queue that was made with these very
 * operations (compared by `name`, the pointer), else NULL.
 */
XF_API void *xf_queue_self(const struct xf_queue *queue, const char *name);

/*
 * Hand-over calls; see struct xf_queue_ops. The handle of a timeline to wait for may be closed at
 * once, for the queue has its own; that of one to signal is borrowed until the work is done: close
 * it after xf_queue_finish() or destroy. Either comes before xf_domain_leave(), too, for all that
 * the queue still waits for. -ENOMEM; -EINVAL; -ECHILD: after fork. Never block.
 *
 * A wait whose timeline is abandoned makes the queue fail: what was handed over after it is
 * dropped, and every later call, finish included, returns XF_ABANDONED. xf_queue_signal() with less
 * than the counter says is -EINVAL, and nothing is handed over; if others come past the value
 * before the queue does, there is nothing to do. The queue goes on in both cases.
 */
XF_API int xf_queue_wait(struct xf_queue *queue, struct xf_timeline *timeline, uint64_t value);
XF_API int xf_queue_signal(struct xf_queue *queue, struct xf_timeline *timeline, uint64_t value);
XF_API int xf_queue_call(struct xf_queue *queue, void (*fn)(void *arg), void *arg);
XF_API int xf_queue_finish(struct xf_queue *queue, int64_t deadline_ns);

/*
 * xf_queue_call() that tells what has become of `arg`: exactly one of fn(arg) and dropped(arg) is
 * called, the latter at once when the queue fails before it has come there, or is destroyed. When
 * this fails neither is. -EOPNOTSUPP: a kind of queue that cannot tell.
 */
XF_API int xf_queue_call_or_drop(
	struct xf_queue *queue, void (*fn)(void *arg), void (*dropped)(void *arg), void *arg);

#ifdef __cplusplus
}
#endif
#endif
