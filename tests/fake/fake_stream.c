/* SPDX-License-Identifier: MIT */
/* A stream is a thread that takes one piece of work after the other. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake_stream.h"

#define LOOK_US 20

enum kind { WAIT, WRITE, HOST, SET, SET_32, COPY, WORK };

struct work {
	enum kind kind;
	CUdeviceptr to, from;
	uint64_t value;
	void (*fn)(void *arg);
	void *arg;
	struct work *next;
};

struct CUstream_st {
	CUcontext ctx;
	pthread_t thread;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t changed;
	struct work *first, **last;
	bool busy;
	_Atomic bool stop, broken;
};

static void wait_for(struct CUstream_st *s, const struct work *work)
{
	const _Atomic uint64_t *word = (const _Atomic uint64_t *)(uintptr_t)work->to;
	while (!atomic_load(&s->stop) && !atomic_load(&s->broken) &&
		(int64_t)(atomic_load(word) - work->value) < 0)
		usleep(LOOK_US);
}

static void run(struct CUstream_st *s, const struct work *work)
{
	if (work->kind == WAIT)
		wait_for(s, work);
	if (atomic_load(&s->broken) || (atomic_load(&s->stop) && work->kind != HOST))
		return;
	if (work->kind == WRITE)
		atomic_store((_Atomic uint64_t *)(uintptr_t)work->to, work->value);
	if (work->kind == HOST)
		work->fn(work->arg);
	if (work->kind == HOST && getenv("FAKE_CUDA_LINGER"))
		usleep(20000);
	if (work->kind == SET)
		memset((void *)(uintptr_t)work->to, (int)work->from, work->value);
	for (uint64_t i = 0; work->kind == SET_32 && i < work->value; i++)
		((uint32_t *)(uintptr_t)work->to)[i] = (uint32_t)work->from;
	if (work->kind == COPY)
		memcpy((void *)(uintptr_t)work->to, (const void *)(uintptr_t)work->from,
			work->value);
	if (work->kind == WORK)
		usleep((unsigned)work->value);
}

static void *stream_main(void *arg)
{
	struct CUstream_st *s = arg;
	pthread_mutex_lock(&s->lock);
	for (;;) {
		while (!s->first && !atomic_load(&s->stop))
			pthread_cond_wait(&s->changed, &s->lock);
		if (!s->first)
			break;
		struct work *work = s->first;
		s->first = work->next;
		if (!s->first)
			s->last = &s->first;
		s->busy = true;
		pthread_mutex_unlock(&s->lock);
		run(s, work);
		free(work);
		pthread_mutex_lock(&s->lock);
		s->busy = false;
		pthread_cond_broadcast(&s->changed);
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

static CUresult submit(CUstream s, struct work given)
{
	if (!s)
		return 400;
	if (atomic_load(&s->broken))
		return 719;
	struct work *work = malloc(sizeof(*work));
	if (!work)
		return 2;
	*work = given;
	work->next = NULL;
	pthread_mutex_lock(&s->lock);
	*s->last = work;
	s->last = &work->next;
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->lock);
	return 0;
}

CUresult cuStreamCreate(CUstream *ret_stream, unsigned flags)
{
	FAIL_IF_TOLD();
	(void)flags;
	if (!fake_current())
		return 201;
	struct CUstream_st *s = calloc(1, sizeof(*s));
	if (!s)
		return 2;
	s->ctx = fake_current();
	s->last = &s->first;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->changed, NULL);
	if (pthread_create(&s->thread, NULL, stream_main, s))
		abort();
	*ret_stream = s;
	return 0;
}

/* What is left is dropped, but for host functions, whose arguments are somebody's memory. */
CUresult cuStreamDestroy_v2(CUstream s)
{
	pthread_mutex_lock(&s->lock);
	atomic_store(&s->stop, true);
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->lock);
	pthread_join(s->thread, NULL);
	pthread_cond_destroy(&s->changed);
	pthread_mutex_destroy(&s->lock);
	free(s);
	return 0;
}

CUresult cuStreamSynchronize(CUstream s)
{
	pthread_mutex_lock(&s->lock);
	while (s->first || s->busy)
		pthread_cond_wait(&s->changed, &s->lock);
	pthread_mutex_unlock(&s->lock);
	return atomic_load(&s->broken) ? 719 : 0;
}

FAKE_API CUresult cuStreamQuery(CUstream s)
{
	FAIL_IF_TOLD();
	if (atomic_load(&s->broken))
		return 719;
	pthread_mutex_lock(&s->lock);
	bool busy = s->first || s->busy;
	pthread_mutex_unlock(&s->lock);
	return busy ? 600 : 0;
}

FAKE_API CUresult cuStreamGetCtx(CUstream s, CUcontext *ret_ctx)
{
	FAIL_IF_TOLD();
	*ret_ctx = s ? s->ctx : fake_current();
	return 0;
}

FAKE_API CUresult cuStreamWaitValue64_v2(
	CUstream s, CUdeviceptr address, uint64_t value, unsigned flags)
{
	FAIL_IF_TOLD();
	if (flags || address % 8 || !fake_registered(address))
		return 1;
	return submit(s, (struct work){ .kind = WAIT, .to = address, .value = value });
}

FAKE_API CUresult cuStreamWriteValue64_v2(
	CUstream s, CUdeviceptr address, uint64_t value, unsigned flags)
{
	FAIL_IF_TOLD();
	if (flags || address % 8 || !fake_registered(address))
		return 1;
	return submit(s, (struct work){ .kind = WRITE, .to = address, .value = value });
}

FAKE_API CUresult cuLaunchHostFunc(CUstream s, void (*fn)(void *arg), void *arg)
{
	FAIL_IF_TOLD();
	return submit(s, (struct work){ .kind = HOST, .fn = fn, .arg = arg });
}

CUresult cuMemsetD8Async(CUdeviceptr to, unsigned char value, size_t size, CUstream s)
{
	return submit(s, (struct work){ .kind = SET, .to = to, .from = value, .value = size });
}

FAKE_API CUresult cuMemsetD32Async(CUdeviceptr to, unsigned value, size_t count, CUstream s)
{
	return submit(s, (struct work){ .kind = SET_32, .to = to, .from = value, .value = count });
}

CUresult cuMemcpyAsync(CUdeviceptr to, CUdeviceptr from, size_t size, CUstream s)
{
	return submit(s, (struct work){ .kind = COPY, .to = to, .from = from, .value = size });
}

CUresult fake_cuda_work(CUstream s, unsigned us)
{
	return submit(s, (struct work){ .kind = WORK, .value = us });
}

/* As a context that was lost: nothing runs any more, nobody is told. */
void fake_cuda_break(CUstream s)
{
	atomic_store(&s->broken, true);
}
