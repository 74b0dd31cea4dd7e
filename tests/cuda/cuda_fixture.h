/* SPDX-License-Identifier: MIT */
/* A domain found by name, streams of the stand-in, and pictures to compare by value. */
#ifndef TESTS_CUDA_CUDA_FIXTURE_H
#define TESTS_CUDA_CUDA_FIXTURE_H

#include "proc.h"

#include <crossfence/cuda.h>

#include "fake_stream.h"

#define NAME	 "cuda"
#define BYTES	 (64 * 64 * 4)
#define PATIENCE xf_deadline(20000 * MS)

enum { READY, GO, SEEN }; /* steps */
enum { ID, TIMELINE }; /* values of the board */

static inline struct xf_surface_desc picture(void)
{
	return (struct xf_surface_desc){ .size = sizeof(struct xf_surface_desc),
		.width_px = 64,
		.height_px = 64,
		.fourcc = XF_FORMAT_ABGR8888 };
}

/* Asks for the name once: whoever is forked next finds no thread half-way through its start. */
static inline struct xf_domain *publish(void)
{
	struct xf_domain *domain, *again;
	EXPECT(0, xf_domain_open_or_create(NAME, NULL, &domain));
	EXPECT(0, xf_domain_open(NAME, 0, xf_deadline(20000 * MS), &again));
	xf_domain_leave(again);
	return domain;
}

static inline struct xf_domain *join(void)
{
	struct xf_domain *domain;
	EXPECT(0, xf_domain_open(NAME, 0, PATIENCE, &domain));
	return domain;
}

static inline void share(int which, xf_id id)
{
	atomic_store(&proc_board->value[which], id);
}

static inline xf_id shared(int which)
{
	return atomic_load(&proc_board->value[which]);
}

static inline struct xf_timeline *make_timeline(struct xf_domain *domain, uint32_t flags)
{
	struct xf_timeline *timeline;
	EXPECT(0, xf_timeline_create(domain, 0, flags, "fence", &timeline));
	share(TIMELINE, xf_timeline_id(timeline));
	return timeline;
}

static inline struct xf_timeline *open_timeline(struct xf_domain *domain)
{
	struct xf_timeline *timeline;
	EXPECT(0, xf_timeline_open(domain, shared(TIMELINE), &timeline));
	return timeline;
}

static inline CUstream make_stream(int device)
{
	CUcontext ctx;
	CUstream stream;
	CHECK(cuInit(0) == 0 && cuDevicePrimaryCtxRetain(&ctx, device) == 0);
	CHECK(cuCtxSetCurrent(ctx) == 0 && cuStreamCreate(&stream, 1) == 0);
	return stream;
}

static inline struct xf_queue *make_queue(CUstream stream)
{
	struct xf_queue *queue;
	EXPECT(0, xf_queue_create_cuda(stream, &queue));
	return queue;
}

static inline void end_queue(struct xf_queue *queue, CUstream stream)
{
	xf_queue_destroy(queue);
	CHECK(cuStreamDestroy_v2(stream) == 0);
}

/* Everything that the stream was given is done, and the picture is of this value. */
static inline void check_picture(xf_cuda_ptr ptr, unsigned char value, CUstream stream)
{
	static unsigned char bytes[BYTES];
	CHECK(cuMemcpyAsync((CUdeviceptr)(uintptr_t)bytes, ptr, BYTES, stream) == 0);
	CHECK(cuStreamSynchronize(stream) == 0);
	for (int i = 0; i < BYTES; i++)
		if (bytes[i] != value)
			proc_fail(__FILE__, __LINE__, "byte %d is %d, not %d", i, bytes[i], value);
}

#endif
