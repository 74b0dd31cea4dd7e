/* SPDX-License-Identifier: MIT */
/* A domain found by name, streams of the stand-in, and pictures to compare by value. */
#ifndef TESTS_CUDA_CUDA_FIXTURE_H
#define TESTS_CUDA_CUDA_FIXTURE_H

#include "proc.h"

#include <crossfence/cuda.h>

#include "fake_stream.h"
#include "meet.h"

#define BYTES (64 * 64 * 4)

static inline struct xf_surface_desc picture(void)
{
	return (struct xf_surface_desc){ .size = sizeof(struct xf_surface_desc),
		.width_px = 64,
		.height_px = 64,
		.fourcc = XF_FORMAT_ABGR8888 };
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
