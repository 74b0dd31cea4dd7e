/* SPDX-License-Identifier: MIT */
/*
 * Vulkan renders, CUDA reads, and the other way round, in two processes on one real GPU, with
 * timelines between their queues. A command, for there is no stand-in for this.
 */
#include "vulkan_fixture.h"

#include <dlfcn.h>

#include <crossfence/cuda.h>

#define ROUNDS 100
#define BYTES  (SIZE * SIZE * 4)

/* What of CUDA's driver is needed beside the library. */
struct cuda {
	int (*retain)(void **ret_ctx, int device);
	int (*set_current)(void *ctx);
	int (*download)(void *to, xf_cuda_ptr from, size_t size, struct CUstream_st *stream);
	int (*fill)(xf_cuda_ptr to, unsigned char value, size_t size, struct CUstream_st *stream);
	int (*synchronize)(struct CUstream_st *stream);
};

static void cuda_open(struct cuda *cuda)
{
	void *ctx, *library = dlopen("libcuda.so.1", RTLD_NOW);
	EXPECT(0, xf_cuda_check());
	CHECK(library);
	*(void **)&cuda->retain = dlsym(library, "cuDevicePrimaryCtxRetain");
	*(void **)&cuda->set_current = dlsym(library, "cuCtxSetCurrent");
	*(void **)&cuda->download = dlsym(library, "cuMemcpyDtoHAsync_v2");
	*(void **)&cuda->fill = dlsym(library, "cuMemsetD8Async");
	*(void **)&cuda->synchronize = dlsym(library, "cuStreamSynchronize");
	CHECK(cuda->retain(&ctx, 0) == 0 && cuda->set_current(ctx) == 0);
}

/* Odd values of the timeline are Vulkan's, even ones CUDA's. */
static void read_and_write(void *arg)
{
	static unsigned char bytes[BYTES];
	struct xf_domain *domain = join();
	struct xf_timeline *timeline = open_timeline(domain);
	struct xf_surface *surface;
	struct xf_queue *queue;
	struct cuda cuda;
	xf_cuda_ptr ptr;
	(void)arg;
	cuda_open(&cuda);
	EXPECT(0, xf_surface_open(domain, shared(ID), &surface));
	EXPECT(0, xf_cuda_map(surface, -1, &ptr));
	EXPECT(0, xf_queue_create_cuda(NULL, &queue));
	for (unsigned i = 1; i <= ROUNDS; i++) {
		EXPECT(0, xf_queue_wait(queue, timeline, 2 * i - 1));
		CHECK(cuda.download(bytes, ptr, BYTES, NULL) == 0);
		CHECK(cuda.fill(ptr, (unsigned char)(i + 100), BYTES, NULL) == 0);
		EXPECT(0, xf_queue_signal(queue, timeline, 2 * i));
		CHECK(cuda.synchronize(NULL) == 0);
		for (int b = 0; b < BYTES; b++)
			if (bytes[b] != (unsigned char)i)
				proc_fail(__FILE__, __LINE__, "round %u, byte %d: %u", i, b,
					bytes[b]);
	}
	xf_queue_destroy(queue);
	xf_surface_close(surface);
	xf_timeline_close(timeline);
	xf_domain_leave(domain);
}

static void render(struct gpu *gpu, struct canvas *canvas, struct canvas *screen,
	struct xf_timeline *timeline, unsigned round)
{
	VkCommandBuffer fill = gpu_fill(gpu, canvas->image, &canvas->desc, (uint8_t)round);
	VkCommandBuffer copy = gpu_copy(gpu, canvas->image, &canvas->desc, screen->image);
	EXPECT(0, gpu_submit(gpu, NULL, 0, 0, fill, VK_NULL_HANDLE));
	EXPECT(0, xf_queue_signal(gpu->queue, timeline, 2 * round - 1));
	EXPECT(0, xf_queue_wait(gpu->queue, timeline, 2 * round));
	EXPECT(0, gpu_submit(gpu, NULL, 0, 0, copy, VK_NULL_HANDLE));
	EXPECT(0, xf_queue_finish(gpu->queue, PATIENCE));
	CHECK(canvas_pixel(screen) == (uint8_t)(round + 100));
}

static void vulkan_renders_and_cuda_reads(void)
{
	struct xf_domain *domain = publish();
	struct xf_surface_desc desc = picture();
	struct canvas canvas, screen;
	struct gpu gpu;
	gpu_open(&gpu, NULL, domain);
	struct xf_timeline *timeline = make_timeline(domain, 0);
	EXPECT(0, xf_vulkan_surface_create(gpu.vulkan, domain, &desc, 0, &canvas.surface));
	canvas_wrap(&gpu, &canvas);
	canvas_make(&gpu, domain, 0, &screen);
	share(ID, xf_surface_id(canvas.surface));
	pid_t child = proc_spawn(read_and_write, NULL);
	for (unsigned i = 1; i <= ROUNDS; i++)
		render(&gpu, &canvas, &screen, timeline, i);
	EXPECT(0, proc_wait(child, 60000));
	printf("# %s: %d rounds\n", gpu.h.name, ROUNDS);
	canvas_close(&canvas);
	canvas_close(&screen);
	xf_timeline_close(timeline);
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

int main(int argc, char **argv)
{
	const struct proc_test tests[] = { { "vulkan_renders_and_cuda_reads",
		vulkan_renders_and_cuda_reads, 120 } };
	return proc_main(argc, argv, tests, 1);
}
