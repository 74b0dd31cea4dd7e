/* SPDX-License-Identifier: MIT */
/*
 * A stream as a queue. Waits and signals are memory operations of the stream on the timeline's
 * word, calls are host functions. What was handed over is counted, so that it is known which call
 * came before which wait: a wait that turns out to be abandoned makes the queue fail from there on,
 * and calls behind it are not made, although the stream goes on.
 *
 * A word may have been released for the waiting streams by the sweep, and written to by the dead
 * one's device after that; what its counter had reached, and so whether a wait was passed or
 * abandoned, says xf_timeline_wait().
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/birthmark.h"
#include "cuda/api.h"
#include "cuda/word.h"

#include <crossfence/cuda.h>

#define MS	    INT64_C(1000000)
#define SPIN_NS	    (20 * MS / 1000)
#define LOOK_NS	    (100 * MS) /* whether the stream has failed, which tells nobody */
#define NOBODY_WAIT UINT64_MAX

struct wait {
	struct xf_timeline *timeline; /* our own handle */
	const _Atomic uint64_t *word;
	uint64_t value;
	uint64_t number; /* in the order of what was handed over */
	uint64_t call_before; /* number of the last call before it */
	struct wait *next;
};

struct cuda_queue {
	const struct xfc_api *api;
	struct CUstream_st *stream;
	struct CUctx_st *ctx;
	const uint32_t *mark; /* the driver does not work in forked children */

	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t changed;
	uint32_t refs; /* the queue, and each host function that is still to come */
	bool ended;
	bool running; /* a call is being made */
	uint64_t number; /* of what was handed over last */
	uint64_t last_call; /* number of it */
	uint64_t ran; /* number of the last host function that came */
	uint64_t abandoned; /* number of the first wait that was; UINT64_MAX: none */
	struct wait *first, **last; /* not known to be passed */
	struct xfc_use *uses;
};

struct call {
	struct cuda_queue *queue;
	void (*fn)(void *arg); /* NULL: somebody waits for it to come */
	void *arg;
	uint64_t number;
};

static void free_wait(struct wait *wait)
{
	xf_timeline_close(wait->timeline);
	free(wait);
}

static void drop_ref_locked(struct cuda_queue *q)
{
	bool last = --q->refs == 0;
	pthread_mutex_unlock(&q->lock);
	if (!last)
		return;
	pthread_cond_destroy(&q->changed);
	pthread_mutex_destroy(&q->lock);
	xfi_birthmark_end(q->mark);
	free(q);
}

static bool is_passed(const struct wait *wait, bool *ret_abandoned)
{
	uint64_t seen = atomic_load_explicit(wait->word, memory_order_acquire);
	*ret_abandoned = false;
	if (seen < wait->value)
		return false;
	*ret_abandoned = xf_timeline_wait(wait->timeline, wait->value, 0) == XF_ABANDONED;
	return true;
}

/* Forgets the waits that are passed, in order, and notes the first that is abandoned. */
static int look_at_waits_locked(struct cuda_queue *q)
{
	bool abandoned;
	while (q->first && is_passed(q->first, &abandoned)) {
		struct wait *wait = q->first;
		if (abandoned && q->abandoned == NOBODY_WAIT)
			q->abandoned = wait->number;
		q->first = wait->next;
		if (!q->first)
			q->last = &q->first;
		free_wait(wait);
	}
	return q->abandoned == NOBODY_WAIT ? 0 : XF_ABANDONED;
}

/*
 * The stream has come past what was handed over up to `number`, whatever the words say now: a dead
 * one's device, or a member that lies, may have lowered them since.
 */
static void past_locked(struct cuda_queue *q, uint64_t number)
{
	while (q->first && q->first->number <= number) {
		struct wait *wait = q->first;
		if (xf_timeline_wait(wait->timeline, wait->value, 0) == XF_ABANDONED &&
			q->abandoned == NOBODY_WAIT)
			q->abandoned = wait->number;
		q->first = wait->next;
		if (!q->first)
			q->last = &q->first;
		free_wait(wait);
	}
}

/* Any call begins so; 0: the lock is held, and the context current. */
static int begin(struct cuda_queue *q)
{
	if (!xfi_birthmark_is_ours(q->mark))
		return -ECHILD;
	xfc_result error = q->api->CtxPushCurrent(q->ctx);
	if (error)
		return xfc_failed(q->api, "cuCtxPushCurrent", error);
	pthread_mutex_lock(&q->lock);
	return 0;
}

static void pop(struct cuda_queue *q)
{
	struct CUctx_st *ctx;
	(void)q->api->CtxPopCurrent(&ctx);
}

static int end(struct cuda_queue *q, int r)
{
	pthread_mutex_unlock(&q->lock);
	pop(q);
	return r;
}

static int get_word(struct cuda_queue *q, struct xf_timeline *timeline, uint32_t access,
	const _Atomic uint64_t **ret_word, xf_cuda_ptr *ret_ptr, struct xf_domain **ret_domain)
{
	uint64_t *word;
	int r = xf_timeline_word(timeline, access, &word, ret_domain);
	if (!r)
		r = xfc_word(q->api, *ret_domain, word, &q->uses, ret_ptr);
	if (!r)
		*ret_word = (const _Atomic uint64_t *)word;
	return r;
}

static int check_value(uint64_t value)
{
	if (value < XF_TIMELINE_RELEASED)
		return 0;
	return xf_fail(
		-EINVAL, "value %llu: a stream compares up to 2^63 - 2", (unsigned long long)value);
}

/* Of a timeline that is abandoned: passed before that, or never, which the next call tells. */
static int settled_locked(struct cuda_queue *q, struct xf_timeline *timeline, uint64_t value)
{
	int r = xf_timeline_wait(timeline, value, 0);
	if (r != XF_ABANDONED)
		return r;
	q->abandoned = ++q->number;
	return 0;
}

static int make_wait(struct xf_domain *domain, struct xf_timeline *timeline, uint64_t value,
	struct wait **ret_wait)
{
	struct wait *wait = calloc(1, sizeof(*wait));
	if (!wait)
		return -ENOMEM;
	wait->value = value;
	int r = xf_timeline_open(domain, xf_timeline_id(timeline), &wait->timeline);
	if (r)
		free_wait(wait);
	else
		*ret_wait = wait;
	return r;
}

/* Takes the wait. */
static int give_wait_locked(struct cuda_queue *q, struct wait *wait, xf_cuda_ptr ptr)
{
	xfc_result error = q->api->StreamWaitValue64(q->stream, ptr, wait->value, XFC_WAIT_GEQ);
	if (error) {
		free_wait(wait);
		return xfc_failed(q->api, "cuStreamWaitValue64", error);
	}
	wait->number = ++q->number;
	wait->call_before = q->last_call;
	*q->last = wait;
	q->last = &wait->next;
	return 0;
}

static int submit_wait_locked(struct cuda_queue *q, struct xf_timeline *timeline, uint64_t value)
{
	struct xf_domain *domain;
	const _Atomic uint64_t *word;
	xf_cuda_ptr ptr;
	struct wait *wait;
	int r = get_word(q, timeline, XF_TIMELINE_DEVICE_WAITS, &word, &ptr, &domain);
	if (r == XF_ABANDONED)
		return settled_locked(q, timeline, value);
	if (r || xf_timeline_wait(timeline, value, 0) == 0)
		return r;
	r = make_wait(domain, timeline, value, &wait);
	if (r)
		return r;
	wait->word = word;
	return give_wait_locked(q, wait, ptr);
}

static int cuda_wait(void *self, struct xf_timeline *timeline, uint64_t value)
{
	struct cuda_queue *q = self;
	int r = check_value(value);
	if (!r)
		r = begin(q);
	if (r)
		return r;
	r = look_at_waits_locked(q);
	if (!r)
		r = submit_wait_locked(q, timeline, value);
	return end(q, r);
}

static int cuda_signal(void *self, struct xf_timeline *timeline, uint64_t value)
{
	struct cuda_queue *q = self;
	const _Atomic uint64_t *word;
	struct xf_domain *domain;
	xf_cuda_ptr ptr;
	int r = check_value(value);
	if (!r)
		r = begin(q);
	if (r)
		return r;
	r = look_at_waits_locked(q);
	if (!r)
		r = get_word(q, timeline, XF_TIMELINE_DEVICE_SIGNALS, &word, &ptr, &domain);
	if (!r) {
		xfc_result error =
			q->api->StreamWriteValue64(q->stream, ptr, value, XFC_WRITE_DEFAULT);
		r = error ? xfc_failed(q->api, "cuStreamWriteValue64", error) : 0;
	}
	if (!r)
		q->number++;
	return end(q, r);
}

/* On a thread of the driver's. */
static void come(void *arg)
{
	struct call *call = arg;
	struct cuda_queue *q = call->queue;
	pthread_mutex_lock(&q->lock);
	past_locked(q, call->number);
	bool run = call->fn && !q->ended && call->number < q->abandoned;
	q->running = run;
	pthread_mutex_unlock(&q->lock);
	if (run)
		call->fn(call->arg);
	pthread_mutex_lock(&q->lock);
	q->running = false;
	q->ran = call->number;
	pthread_cond_broadcast(&q->changed);
	free(call);
	drop_ref_locked(q);
}

static int submit_call_locked(struct cuda_queue *q, void (*fn)(void *arg), void *arg)
{
	struct call *call = malloc(sizeof(*call));
	if (!call)
		return -ENOMEM;
	*call = (struct call){ q, fn, arg, q->number + 1 };
	q->refs++;
	xfc_result error = q->api->LaunchHostFunc(q->stream, come, call);
	if (error) {
		q->refs--;
		free(call);
		return xfc_failed(q->api, "cuLaunchHostFunc", error);
	}
	q->last_call = ++q->number;
	return 0;
}

static int cuda_call(void *self, void (*fn)(void *arg), void *arg)
{
	struct cuda_queue *q = self;
	int r = begin(q);
	if (r)
		return r;
	r = look_at_waits_locked(q);
	if (!r)
		r = submit_call_locked(q, fn, arg);
	return end(q, r);
}

/* 0: the stream has nothing to do; XF_TIMEOUT: it has; -EIO: it has failed. */
static int query(struct cuda_queue *q)
{
	xfc_result error = q->api->StreamQuery(q->stream);
	if (error == XFC_ERROR_NOT_READY)
		return XF_TIMEOUT;
	return error ? xfc_failed(q->api, "the stream", error) : 0;
}

/* Until the host function `number` has come. */
static int wait_for_locked(struct cuda_queue *q, uint64_t number, int64_t deadline_ns)
{
	while (q->ran < number) {
		int64_t now = xf_now(), until = now + LOOK_NS;
		if (deadline_ns <= now)
			return XF_TIMEOUT;
		until = until < deadline_ns ? until : deadline_ns;
		struct timespec time = { until / (1000 * MS), until % (1000 * MS) };
		if (pthread_cond_timedwait(&q->changed, &q->lock, &time) != ETIMEDOUT)
			continue;
		int r = query(q);
		if (r < 0)
			return r;
	}
	return 0;
}

static int finish_locked(struct cuda_queue *q, int64_t deadline_ns)
{
	int64_t spin = xf_now() + SPIN_NS;
	int r;
	do
		r = query(q);
	while (r == XF_TIMEOUT && deadline_ns > 0 && xf_now() < spin);
	if (!r)
		past_locked(q, q->number);
	if (r == XF_TIMEOUT && deadline_ns > 0) {
		r = submit_call_locked(q, NULL, NULL);
		if (!r)
			r = wait_for_locked(q, q->last_call, deadline_ns);
	}
	return r;
}

static int cuda_finish(void *self, int64_t deadline_ns)
{
	struct cuda_queue *q = self;
	int r = begin(q);
	if (r)
		return r;
	r = finish_locked(q, deadline_ns);
	int waits = look_at_waits_locked(q);
	return end(q, r ? r : waits);
}

/*
 * What can run runs: everything (true), or what was handed over before the first wait in the way.
 * A stream is not idle yet for the driver when our last host function has come.
 */
static bool let_run_locked(struct cuda_queue *q)
{
	bool all = false;
	(void)look_at_waits_locked(q);
	if (q->first)
		(void)wait_for_locked(q, q->first->call_before, XF_NEVER);
	else
		all = finish_locked(q, XF_NEVER) == 0;
	while (q->running)
		pthread_cond_wait(&q->changed, &q->lock);
	q->ended = true;
	return all;
}

static void cuda_destroy(void *self)
{
	struct cuda_queue *q = self;
	if (begin(q))
		return; /* a forked child, or the context is gone: nothing of it can be touched */
	bool busy = !let_run_locked(q) && query(q) != 0;
	xfc_word_release(q->api, q->uses, busy);
	while (q->first) {
		struct wait *wait = q->first;
		q->first = wait->next;
		free_wait(wait);
	}
	q->last = &q->first;
	pop(q);
	drop_ref_locked(q);
}

static const struct xf_queue_ops cuda_ops = {
	.size = sizeof(cuda_ops),
	.name = "cuda",
	.wait = cuda_wait,
	.signal = cuda_signal,
	.call = cuda_call,
	.finish = cuda_finish,
	.destroy = cuda_destroy,
};

static void init_monotonic(pthread_cond_t *cond)
{
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(cond, &attributes);
	pthread_condattr_destroy(&attributes);
}

static int check_device(const struct xfc_api *api, struct CUctx_st *ctx)
{
	int device, can = 0;
	struct CUctx_st *same;
	xfc_result error = api->CtxPushCurrent(ctx);
	if (error)
		return xfc_failed(api, "cuCtxPushCurrent", error);
	error = api->CtxGetDevice(&device);
	if (!error)
		error = api->DeviceGetAttribute(&can, XFC_ATTRIBUTE_WAIT_64, device);
	(void)api->CtxPopCurrent(&same);
	if (error)
		return xfc_failed(api, "cuDeviceGetAttribute", error);
	return can ? 0 : xf_fail(-EOPNOTSUPP, "the device has no 64-bit stream memory operations");
}

static int find_context(
	const struct xfc_api *api, struct CUstream_st *stream, struct CUctx_st **ret_ctx)
{
	*ret_ctx = NULL;
	xfc_result error =
		stream ? api->StreamGetCtx(stream, ret_ctx) : api->CtxGetCurrent(ret_ctx);
	if (error)
		return xfc_failed(api, "cuStreamGetCtx", error);
	return *ret_ctx ? 0 : xf_fail(-EINVAL, "stream is NULL, and no context is current");
}

static int make_queue(const struct xfc_api *api, struct CUstream_st *stream, struct CUctx_st *ctx,
	struct xf_queue **ret_queue)
{
	struct cuda_queue *q = calloc(1, sizeof(*q));
	if (!q)
		return -ENOMEM;
	q->api = api;
	q->stream = stream;
	q->ctx = ctx;
	q->refs = 1;
	q->abandoned = NOBODY_WAIT;
	q->last = &q->first;
	pthread_mutex_init(&q->lock, NULL);
	init_monotonic(&q->changed);
	int r = xfi_birthmark_make(&q->mark);
	if (!r)
		r = xf_queue_create(&cuda_ops, q, ret_queue);
	if (r) {
		pthread_mutex_lock(&q->lock);
		drop_ref_locked(q);
	}
	return r;
}

int xf_queue_create_cuda(struct CUstream_st *stream, struct xf_queue **ret_queue)
{
	const struct xfc_api *api;
	struct CUctx_st *ctx;
	if (!ret_queue)
		return xf_fail(-EINVAL, "%s: ret_queue is NULL", __func__);
	int r = xfc_api(&api);
	if (!r)
		r = find_context(api, stream, &ctx);
	if (!r)
		r = check_device(api, ctx);
	return r ? r : make_queue(api, stream, ctx, ret_queue);
}
