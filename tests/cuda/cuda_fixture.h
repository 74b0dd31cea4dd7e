/* SPDX-License-Identifier: MIT */
/* A domain found by name, streams of the stand-in, and pictures to compare by value. */
#ifndef TESTS_CUDA_CUDA_FIXTURE_H
#define TESTS_CUDA_CUDA_FIXTURE_H

#include "proc.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <crossfence/cuda.h>

#include "fake_stream.h"
#include "meet.h"

#define BYTES	     (64 * 64 * 4)
#define VULKAN_BYTES (BYTES + 4096)

static inline struct xf_surface_desc picture(void)
{
	return (struct xf_surface_desc){ .size = sizeof(struct xf_surface_desc),
		.width_px = 64,
		.height_px = 64,
		.fourcc = XF_FORMAT_ABGR8888 };
}

/*
 * As Vulkan's library makes one: rows in a descriptor of its driver's, here a file. That the real
 * driver takes Vulkan's is not shown by this.
 */
static inline struct xf_surface *make_vulkan_surface(
	struct xf_domain *domain, int device, uint64_t modifier, size_t file_bytes, int *ret_fd)
{
	struct xf_surface_desc desc = picture();
	struct xf_surface *surface;
	desc.memory = XF_MEMORY_VULKAN;
	desc.modifier = modifier;
	desc.usage = 1; /* to be copied from */
	desc.n_planes = 1;
	desc.planes[0].stride_bytes = 64 * 4;
	desc.granularity_bytes = 4096;
	desc.memory_bytes = VULKAN_BYTES;
	desc.device_uuid[0] = 0xfa;
	desc.device_uuid[1] = 0x4e;
	desc.device_uuid[15] = (uint8_t)device;
	desc.driver_uuid[0] = 1;
	int fd = memfd_create("vulkan", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	CHECK(fd >= 0 && ftruncate(fd, (off_t)file_bytes) == 0);
	CHECK(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) == 0);
	EXPECT(0, xf_surface_import(domain, &desc, fd, 0, 0, &surface));
	if (ret_fd)
		*ret_fd = fd;
	else
		close(fd);
	return surface;
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
