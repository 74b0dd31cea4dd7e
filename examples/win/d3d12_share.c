/* SPDX-License-Identifier: MIT */
/*
 * Two processes share D3D12 textures of 1920x1080 without a copy: the producer's GPU queue writes
 * frames into them, the consumer's GPU queue reads them, and a sync object for each texture says
 * when it is ready and when it is free again. Neither process waits for the other's GPU on the CPU.
 *
 *	d3d12_share [FRAMES]
 *
 * The consumer checks every pixel of every frame. Ends with 0 when all were right; 77 when there
 * is no Vulkan driver for libvkd3d.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <windows.h>
#include <d3d12.h>

#include <crossfence/crossfence.h>
#include <crossfence/win/xf_d3d12.h>

#define WIDTH	 1920u
#define HEIGHT	 1080u
#define PITCH	 (WIDTH * 4) /* a multiple of 256, as D3D12 wants it */
#define BYTES	 (PITCH * HEIGHT)
#define TEXTURES 4

#define CHECK(call)                                                                                \
	do {                                                                                       \
		long result = (long)(call);                                                        \
		if (result < 0) {                                                                  \
			fprintf(stderr, "%s: %#lx\n", #call, result);                              \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

/* One texture as one process sees it, and the list that copies between it and a buffer. */
struct slot {
	struct xf_surface *surface;
	struct xf_sync *sync;
	struct xf_event *free; /* set on final release */
	ID3D12Resource *texture, *buffer;
	uint32_t *pixels; /* of the buffer */
	ID3D12CommandAllocator *allocator;
	ID3D12GraphicsCommandList *list;
};

struct gpu {
	ID3D12Device *device;
	ID3D12CommandQueue *d3d12;
	struct xf_queue *queue; /* the same */
	struct slot slots[TEXTURES];
};

static void open_gpu(struct gpu *gpu)
{
	const D3D12_COMMAND_QUEUE_DESC desc = { .Type = D3D12_COMMAND_LIST_TYPE_DIRECT };
	if (D3D12CreateDevice(
		    NULL, D3D_FEATURE_LEVEL_11_0, &IID_ID3D12Device, (void **)&gpu->device) < 0) {
		fprintf(stderr, "no Vulkan driver that libvkd3d can use\n");
		exit(77);
	}
	CHECK(ID3D12Device_CreateCommandQueue(
		gpu->device, &desc, &IID_ID3D12CommandQueue, (void **)&gpu->d3d12));
	CHECK(xf_win_d3d12_queue(gpu->d3d12, &gpu->queue));
}

static void make_buffer(struct gpu *gpu, struct slot *slot, bool upload)
{
	const D3D12_HEAP_PROPERTIES heap = { .Type = upload ? D3D12_HEAP_TYPE_UPLOAD
							    : D3D12_HEAP_TYPE_READBACK };
	const D3D12_RESOURCE_DESC desc = {
		.Dimension = D3D12_RESOURCE_DIMENSION_BUFFER,
		.Width = BYTES,
		.Height = 1,
		.DepthOrArraySize = 1,
		.MipLevels = 1,
		.SampleDesc = { .Count = 1 },
		.Layout = D3D12_TEXTURE_LAYOUT_ROW_MAJOR,
	};
	CHECK(ID3D12Device_CreateCommittedResource(gpu->device, &heap, D3D12_HEAP_FLAG_NONE, &desc,
		upload ? D3D12_RESOURCE_STATE_GENERIC_READ : D3D12_RESOURCE_STATE_COPY_DEST, NULL,
		&IID_ID3D12Resource, (void **)&slot->buffer));
	CHECK(ID3D12Resource_Map(slot->buffer, 0, NULL, (void **)&slot->pixels));
}

static void transition(struct slot *slot, D3D12_RESOURCE_STATES from, D3D12_RESOURCE_STATES to)
{
	const D3D12_RESOURCE_BARRIER barrier = { .Type = D3D12_RESOURCE_BARRIER_TYPE_TRANSITION,
		.Transition = { slot->texture, 0, from, to } };
	ID3D12GraphicsCommandList_ResourceBarrier(slot->list, 1, &barrier);
}

static void record(struct gpu *gpu, struct slot *slot, bool upload)
{
	const D3D12_TEXTURE_COPY_LOCATION texture = { .pResource = slot->texture,
		.Type = D3D12_TEXTURE_COPY_TYPE_SUBRESOURCE_INDEX };
	const D3D12_TEXTURE_COPY_LOCATION buffer = { .pResource = slot->buffer,
		.Type = D3D12_TEXTURE_COPY_TYPE_PLACED_FOOTPRINT,
		.PlacedFootprint.Footprint = {
			DXGI_FORMAT_R8G8B8A8_UNORM, WIDTH, HEIGHT, 1, PITCH } };
	D3D12_RESOURCE_STATES state =
		upload ? D3D12_RESOURCE_STATE_COPY_DEST : D3D12_RESOURCE_STATE_COPY_SOURCE;
	CHECK(ID3D12Device_CreateCommandAllocator(gpu->device, D3D12_COMMAND_LIST_TYPE_DIRECT,
		&IID_ID3D12CommandAllocator, (void **)&slot->allocator));
	CHECK(ID3D12Device_CreateCommandList(gpu->device, 0, D3D12_COMMAND_LIST_TYPE_DIRECT,
		slot->allocator, NULL, &IID_ID3D12GraphicsCommandList, (void **)&slot->list));
	transition(slot, D3D12_RESOURCE_STATE_COMMON, state);
	ID3D12GraphicsCommandList_CopyTextureRegion(slot->list, upload ? &texture : &buffer, 0, 0,
		0, upload ? &buffer : &texture, NULL);
	transition(slot, state, D3D12_RESOURCE_STATE_COMMON);
	CHECK(ID3D12GraphicsCommandList_Close(slot->list));
}

/* The surface and the sync object are there; makes the rest. */
static void open_slot(struct gpu *gpu, struct slot *slot, bool upload)
{
	CHECK(xf_win_d3d12_open_surface(gpu->device, slot->surface, &slot->texture));
	make_buffer(gpu, slot, upload);
	record(gpu, slot, upload);
}

static void run(struct gpu *gpu, struct slot *slot)
{
	ID3D12CommandQueue_ExecuteCommandLists(
		gpu->d3d12, 1, (ID3D12CommandList *const *)&slot->list);
}

static void close_gpu(struct gpu *gpu)
{
	xf_queue_destroy(gpu->queue);
	for (int i = 0; i < TEXTURES; i++) {
		struct slot *slot = &gpu->slots[i];
		ID3D12GraphicsCommandList_Release(slot->list);
		ID3D12CommandAllocator_Release(slot->allocator);
		ID3D12Resource_Release(slot->buffer);
		ID3D12Resource_Release(slot->texture);
		xf_sync_close(slot->sync);
		xf_event_close(slot->free);
		xf_surface_close(slot->surface);
	}
	ID3D12CommandQueue_Release(gpu->d3d12);
	ID3D12Device_Release(gpu->device);
}

static uint32_t pixel(uint32_t frame, uint32_t i)
{
	return (i ^ frame * 0x9e3779b9u) * 2654435761u;
}

/* argv: consumer FRAMES FD SURFACE SYNC SURFACE SYNC ... */
static int consumer(char **argv)
{
	uint32_t frames = (uint32_t)atoi(argv[2]), bad = 0;
	struct xf_domain *domain;
	struct gpu gpu = { 0 };
	CHECK(xf_domain_join(atoi(argv[3]), &domain));
	open_gpu(&gpu);
	for (int i = 0; i < TEXTURES; i++) {
		struct slot *slot = &gpu.slots[i];
		CHECK(xf_surface_open(domain, strtoull(argv[4 + 2 * i], NULL, 0), &slot->surface));
		CHECK(xf_sync_open(domain, strtoull(argv[5 + 2 * i], NULL, 0), &slot->sync));
		CHECK(xf_sync_subscribe(slot->sync));
		open_slot(&gpu, slot, false);
	}
	printf("go\n");
	fflush(stdout);
	for (uint32_t frame = 0; frame < frames; frame++) {
		struct slot *slot = &gpu.slots[frame % TEXTURES];
		/* All of it may be told long before the producer has the frame. */
		CHECK(xf_sync_ready_wait(slot->sync, gpu.queue, 0));
		run(&gpu, slot);
		CHECK(xf_sync_release(slot->sync, gpu.queue));
		CHECK(xf_queue_finish(gpu.queue, XF_NEVER)); /* the buffer is read below */
		for (uint32_t i = 0; i < WIDTH * HEIGHT; i++)
			bad += slot->pixels[i] != pixel(frame, i);
	}
	close_gpu(&gpu);
	xf_domain_leave(domain);
	fprintf(stderr, "%u frames, %u bad pixels\n", frames, bad);
	return bad ? 2 : 0;
}

static pid_t start_consumer(struct gpu *gpu, struct xf_domain *domain, const char *frames)
{
	char text[1 + 2 * TEXTURES][24];
	char *argv[5 + 2 * TEXTURES] = { "d3d12_share", "consumer", (char *)frames, text[0] };
	int fd, said[2];
	char byte;
	CHECK(xf_domain_export(domain, 0, &fd));
	CHECK(pipe(said));
	CHECK(fcntl(fd, F_SETFD, 0));
	snprintf(text[0], sizeof(text[0]), "%d", fd);
	for (int i = 0; i < TEXTURES; i++) {
		snprintf(text[1 + 2 * i], sizeof(text[0]), "%#llx",
			(unsigned long long)xf_surface_id(gpu->slots[i].surface));
		snprintf(text[2 + 2 * i], sizeof(text[0]), "%#llx",
			(unsigned long long)xf_sync_id(gpu->slots[i].sync));
	}
	for (int i = 0; i < 2 * TEXTURES; i++)
		argv[4 + i] = text[1 + i];
	pid_t pid = fork();
	if (pid == 0) {
		dup2(said[1], 1);
		execv("/proc/self/exe", argv);
		_exit(127);
	}
	close(fd);
	close(said[1]);
	if (read(said[0], &byte, 1) != 1) /* it takes part from the first frame on */
		exit(1);
	close(said[0]);
	return pid;
}

static void produce(struct gpu *gpu, uint32_t frames)
{
	for (uint32_t frame = 0; frame < frames; frame++) {
		struct slot *slot = &gpu->slots[frame % TEXTURES];
		CHECK(xf_event_wait(slot->free, XF_NEVER));
		CHECK(xf_sync_reset(slot->sync));
		CHECK(xf_sync_begin(slot->sync));
		for (uint32_t i = 0; i < WIDTH * HEIGHT; i++)
			slot->pixels[i] = pixel(frame, i);
		run(gpu, slot);
		CHECK(xf_sync_ready(slot->sync, gpu->queue));
		CHECK(xf_sync_on_final_release(slot->sync, slot->free));
	}
	CHECK(xf_queue_finish(gpu->queue, XF_NEVER));
}

static int usage(void)
{
	fprintf(stderr, "usage: d3d12_share [FRAMES]\n");
	return 2;
}

/* A whole number, or this is the end. */
static unsigned number_of(const char *text)
{
	if (!*text || text[strspn(text, "0123456789")] || strlen(text) > 9)
		exit(usage());
	return (unsigned)strtoul(text, NULL, 10);
}

int main(int argc, char **argv)
{
	struct xf_surface_desc desc = { .size = sizeof(desc),
		.width_px = WIDTH,
		.height_px = HEIGHT,
		.fourcc = XF_FORMAT_ABGR8888 };
	struct gpu gpu = { 0 };
	struct xf_domain *domain;
	int status;
	if (argc == 4 + 2 * TEXTURES && strcmp(argv[1], "consumer") == 0)
		return consumer(argv);
	const char *frames = argc > 1 ? argv[1] : "60";
	if (argc > 2)
		return usage();
	uint32_t n = number_of(frames);
	open_gpu(&gpu);
	CHECK(xf_domain_create(NULL, &domain));
	for (int i = 0; i < TEXTURES; i++) {
		struct slot *slot = &gpu.slots[i];
		CHECK(xf_surface_create(domain, &desc, 0, &slot->surface));
		CHECK(xf_sync_create(domain, NULL, &slot->sync));
		CHECK(xf_event_create(domain, 0, NULL, &slot->free));
		CHECK(xf_sync_on_final_release(slot->sync, slot->free)); /* free: at once */
		open_slot(&gpu, slot, true);
	}
	pid_t pid = start_consumer(&gpu, domain, frames);
	int64_t before = xf_now();
	produce(&gpu, n);
	CHECK(waitpid(pid, &status, 0));
	printf("%s frames of %ux%u in %.2f s\n", frames, WIDTH, HEIGHT,
		(double)(xf_now() - before) / 1e9);
	close_gpu(&gpu);
	xf_domain_leave(domain);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
