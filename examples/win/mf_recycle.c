/* SPDX-License-Identifier: MIT */
/*
 * A Media Foundation pipeline in small: an allocator with four D3D12 textures, one producer queue,
 * two consumer queues. Decoded pictures go through; a texture is used again only when the event of
 * SignalEventOnFinalResourceRelease says that nobody has anything pending on it.
 *
 *	mf_recycle FRAMES PICTURE.jpg...
 *
 * Written as it would be for Windows, but for the threads and the decoder. Each consumer checks
 * every frame's checksum against what was sent, so a texture used again too early is seen. Ends
 * with 0 when all were right; 77 when there is no Vulkan driver for libvkd3d.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <windows.h>
#include <d3d12.h>
#include <mfapi.h>
#include <mfd3d12.h>

#include "picture.h"

#define WIDTH	  1920u
#define HEIGHT	  1080u
#define PITCH	  (WIDTH * 4) /* a multiple of 256, as D3D12 wants it */
#define BYTES	  (PITCH * HEIGHT)
#define TEXTURES  4
#define CONSUMERS 2
#define PICTURES  16

#define CHECK(call)                                                                                \
	do {                                                                                       \
		HRESULT result = (call);                                                           \
		if (FAILED(result)) {                                                              \
			fprintf(stderr, "%s: %#x\n", #call, (unsigned)result);                     \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

struct sample {
	ID3D12Resource *texture, *upload;
	uint8_t *pixels; /* of the upload buffer */
	ID3D12CommandAllocator *allocator;
	ID3D12GraphicsCommandList *write;
	IMFD3D12SynchronizationObject *sync;
	IMFD3D12SynchronizationObjectCommands *commands;
	HANDLE free;
	_Atomic int consumers; /* that have not returned it */
	uint64_t sum; /* of what is in it */
	_Atomic bool in_use;
};

struct consumer {
	struct pipeline *pipeline;
	pthread_t thread;
	ID3D12CommandQueue *queue;
	ID3D12Resource *readback;
	uint8_t *pixels;
	ID3D12CommandAllocator *allocators[TEXTURES];
	ID3D12GraphicsCommandList *reads[TEXTURES];
	ID3D12Fence *fence;
	HANDLE done;
	/* Frames to come: sample numbers; -1: no more. */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	int fifo[TEXTURES + 1];
	unsigned first, count;
	unsigned good, bad;
};

struct pipeline {
	ID3D12Device *device;
	ID3D12CommandQueue *producer;
	struct sample samples[TEXTURES];
	struct consumer consumers[CONSUMERS];
	uint8_t *pictures[PICTURES];
	unsigned n_pictures;
};

/* FNV-1a over words. */
static uint64_t checksum(const uint8_t *pixels)
{
	uint64_t sum = UINT64_C(0xcbf29ce484222325), word;
	for (size_t i = 0; i < BYTES; i += sizeof(word)) {
		memcpy(&word, pixels + i, sizeof(word));
		sum = (sum ^ word) * UINT64_C(0x100000001b3);
	}
	return sum;
}

static ID3D12CommandQueue *make_queue(ID3D12Device *device)
{
	const D3D12_COMMAND_QUEUE_DESC desc = { .Type = D3D12_COMMAND_LIST_TYPE_DIRECT };
	ID3D12CommandQueue *queue;
	CHECK(ID3D12Device_CreateCommandQueue(
		device, &desc, &IID_ID3D12CommandQueue, (void **)&queue));
	return queue;
}

static ID3D12Resource *make_resource(
	ID3D12Device *device, D3D12_HEAP_TYPE type, D3D12_RESOURCE_STATES state, bool texture)
{
	const D3D12_HEAP_PROPERTIES heap = { .Type = type };
	const D3D12_RESOURCE_DESC desc = {
		.Dimension = texture ? D3D12_RESOURCE_DIMENSION_TEXTURE2D
				     : D3D12_RESOURCE_DIMENSION_BUFFER,
		.Width = texture ? WIDTH : BYTES,
		.Height = texture ? HEIGHT : 1,
		.DepthOrArraySize = 1,
		.MipLevels = 1,
		.Format = texture ? DXGI_FORMAT_R8G8B8A8_UNORM : DXGI_FORMAT_UNKNOWN,
		.SampleDesc = { .Count = 1 },
		.Layout = texture ? D3D12_TEXTURE_LAYOUT_UNKNOWN : D3D12_TEXTURE_LAYOUT_ROW_MAJOR,
	};
	ID3D12Resource *resource;
	CHECK(ID3D12Device_CreateCommittedResource(device, &heap, D3D12_HEAP_FLAG_NONE, &desc,
		state, NULL, &IID_ID3D12Resource, (void **)&resource));
	return resource;
}

static void transition(ID3D12GraphicsCommandList *list, ID3D12Resource *texture,
	D3D12_RESOURCE_STATES from, D3D12_RESOURCE_STATES to)
{
	const D3D12_RESOURCE_BARRIER barrier = { .Type = D3D12_RESOURCE_BARRIER_TYPE_TRANSITION,
		.Transition = { texture, 0, from, to } };
	ID3D12GraphicsCommandList_ResourceBarrier(list, 1, &barrier);
}

/* A list that copies the buffer into the texture, or the other way round. */
static ID3D12GraphicsCommandList *make_list(ID3D12Device *device, ID3D12Resource *texture,
	ID3D12Resource *buffer, bool write, ID3D12CommandAllocator **ret_allocator)
{
	const D3D12_TEXTURE_COPY_LOCATION image = { .pResource = texture,
		.Type = D3D12_TEXTURE_COPY_TYPE_SUBRESOURCE_INDEX };
	const D3D12_TEXTURE_COPY_LOCATION rows = { .pResource = buffer,
		.Type = D3D12_TEXTURE_COPY_TYPE_PLACED_FOOTPRINT,
		.PlacedFootprint.Footprint = {
			DXGI_FORMAT_R8G8B8A8_UNORM, WIDTH, HEIGHT, 1, PITCH } };
	D3D12_RESOURCE_STATES state =
		write ? D3D12_RESOURCE_STATE_COPY_DEST : D3D12_RESOURCE_STATE_COPY_SOURCE;
	ID3D12GraphicsCommandList *list;
	CHECK(ID3D12Device_CreateCommandAllocator(device, D3D12_COMMAND_LIST_TYPE_DIRECT,
		&IID_ID3D12CommandAllocator, (void **)ret_allocator));
	CHECK(ID3D12Device_CreateCommandList(device, 0, D3D12_COMMAND_LIST_TYPE_DIRECT,
		*ret_allocator, NULL, &IID_ID3D12GraphicsCommandList, (void **)&list));
	transition(list, texture, D3D12_RESOURCE_STATE_COMMON, state);
	ID3D12GraphicsCommandList_CopyTextureRegion(
		list, write ? &image : &rows, 0, 0, 0, write ? &rows : &image, NULL);
	transition(list, texture, state, D3D12_RESOURCE_STATE_COMMON);
	CHECK(ID3D12GraphicsCommandList_Close(list));
	return list;
}

static void make_sample(struct pipeline *p, struct sample *sample)
{
	sample->texture = make_resource(
		p->device, D3D12_HEAP_TYPE_DEFAULT, D3D12_RESOURCE_STATE_COMMON, true);
	sample->upload = make_resource(
		p->device, D3D12_HEAP_TYPE_UPLOAD, D3D12_RESOURCE_STATE_GENERIC_READ, false);
	CHECK(ID3D12Resource_Map(sample->upload, 0, NULL, (void **)&sample->pixels));
	sample->write =
		make_list(p->device, sample->texture, sample->upload, true, &sample->allocator);
	CHECK(MFCreateD3D12SynchronizationObject(
		p->device, &IID_IMFD3D12SynchronizationObject, (void **)&sample->sync));
	CHECK(IMFD3D12SynchronizationObject_QueryInterface(sample->sync,
		&IID_IMFD3D12SynchronizationObjectCommands, (void **)&sample->commands));
	sample->free = CreateEventW(NULL, FALSE, FALSE, NULL);
	/* Nothing is pending on a new texture, so the event is set at once. */
	CHECK(IMFD3D12SynchronizationObject_SignalEventOnFinalResourceRelease(
		sample->sync, sample->free));
}

static void make_consumer(struct pipeline *p, struct consumer *c)
{
	c->pipeline = p;
	c->queue = make_queue(p->device);
	c->readback = make_resource(
		p->device, D3D12_HEAP_TYPE_READBACK, D3D12_RESOURCE_STATE_COPY_DEST, false);
	CHECK(ID3D12Resource_Map(c->readback, 0, NULL, (void **)&c->pixels));
	for (int i = 0; i < TEXTURES; i++)
		c->reads[i] = make_list(
			p->device, p->samples[i].texture, c->readback, false, &c->allocators[i]);
	CHECK(ID3D12Device_CreateFence(
		p->device, 0, D3D12_FENCE_FLAG_NONE, &IID_ID3D12Fence, (void **)&c->fence));
	c->done = CreateEventW(NULL, FALSE, FALSE, NULL);
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->changed, NULL);
}

static void deliver(struct consumer *c, int number)
{
	pthread_mutex_lock(&c->lock);
	c->fifo[(c->first + c->count++) % (TEXTURES + 1)] = number;
	pthread_cond_signal(&c->changed);
	pthread_mutex_unlock(&c->lock);
}

static int receive(struct consumer *c)
{
	pthread_mutex_lock(&c->lock);
	while (!c->count)
		pthread_cond_wait(&c->changed, &c->lock);
	int number = c->fifo[c->first];
	c->first = (c->first + 1) % (TEXTURES + 1);
	c->count--;
	pthread_mutex_unlock(&c->lock);
	return number;
}

/* The last consumer's return of a sample is its allocator's moment. */
static void give_back(struct sample *sample)
{
	if (atomic_fetch_sub(&sample->consumers, 1) != 1)
		return;
	atomic_store(&sample->in_use, false);
	CHECK(IMFD3D12SynchronizationObject_SignalEventOnFinalResourceRelease(
		sample->sync, sample->free));
}

static void *consume(void *arg)
{
	struct consumer *c = arg;
	UINT64 value = 0;
	int number;
	while ((number = receive(c)) >= 0) {
		struct sample *sample = &c->pipeline->samples[number];
		uint64_t sum = sample->sum;
		CHECK(IMFD3D12SynchronizationObjectCommands_EnqueueResourceReadyWait(
			sample->commands, c->queue));
		ID3D12CommandQueue_ExecuteCommandLists(
			c->queue, 1, (ID3D12CommandList *const *)&c->reads[number]);
		CHECK(IMFD3D12SynchronizationObjectCommands_EnqueueResourceRelease(
			sample->commands, c->queue));
		give_back(sample); /* while the copy may not even have begun */
		CHECK(ID3D12CommandQueue_Signal(c->queue, c->fence, ++value));
		CHECK(ID3D12Fence_SetEventOnCompletion(c->fence, value, c->done));
		WaitForSingleObject(c->done, INFINITE);
		if (checksum(c->pixels) == sum)
			c->good++;
		else
			c->bad++;
	}
	return NULL;
}

/* Returns how often a texture came back that was not free. */
static unsigned produce(struct pipeline *p, unsigned frames)
{
	HANDLE events[TEXTURES];
	unsigned reused = 0;
	for (int i = 0; i < TEXTURES; i++)
		events[i] = p->samples[i].free;
	for (unsigned frame = 0; frame < frames; frame++) {
		DWORD which = WaitForMultipleObjects(TEXTURES, events, FALSE, INFINITE);
		struct sample *sample = &p->samples[which - WAIT_OBJECT_0];
		reused += atomic_exchange(&sample->in_use, true);
		CHECK(IMFD3D12SynchronizationObject_Reset(sample->sync)); /* fails while pending */
		memcpy(sample->pixels, p->pictures[frame % p->n_pictures], BYTES);
		memcpy(sample->pixels, &frame, sizeof(frame));
		sample->sum = checksum(sample->pixels);
		atomic_store(&sample->consumers, CONSUMERS);
		/* Consumers hear of it first: their queues wait, whatever the order. */
		for (int i = 0; i < CONSUMERS; i++)
			deliver(&p->consumers[i], (int)(sample - p->samples));
		ID3D12CommandQueue_ExecuteCommandLists(
			p->producer, 1, (ID3D12CommandList *const *)&sample->write);
		CHECK(IMFD3D12SynchronizationObjectCommands_EnqueueResourceReady(
			sample->commands, p->producer));
	}
	return reused;
}

static void free_pipeline(struct pipeline *p)
{
	for (int i = 0; i < CONSUMERS; i++) {
		struct consumer *c = &p->consumers[i];
		for (int j = 0; j < TEXTURES; j++) {
			ID3D12GraphicsCommandList_Release(c->reads[j]);
			ID3D12CommandAllocator_Release(c->allocators[j]);
		}
		ID3D12CommandQueue_Release(c->queue);
		ID3D12Resource_Release(c->readback);
		ID3D12Fence_Release(c->fence);
		CloseHandle(c->done);
	}
	for (int i = 0; i < TEXTURES; i++) {
		struct sample *sample = &p->samples[i];
		IMFD3D12SynchronizationObjectCommands_Release(sample->commands);
		IMFD3D12SynchronizationObject_Release(sample->sync);
		ID3D12GraphicsCommandList_Release(sample->write);
		ID3D12CommandAllocator_Release(sample->allocator);
		ID3D12Resource_Release(sample->texture);
		ID3D12Resource_Release(sample->upload);
		CloseHandle(sample->free);
	}
	ID3D12CommandQueue_Release(p->producer);
	ID3D12Device_Release(p->device);
	for (unsigned i = 0; i < p->n_pictures; i++)
		free(p->pictures[i]);
}

static int usage(void)
{
	fprintf(stderr, "usage: mf_recycle FRAMES PICTURE.jpg...\n");
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
	static struct pipeline p;
	unsigned bad = 0, good = 0;
	if (argc < 3)
		return usage();
	unsigned frames = number_of(argv[1]);
	if (FAILED(D3D12CreateDevice(
		    NULL, D3D_FEATURE_LEVEL_11_0, &IID_ID3D12Device, (void **)&p.device))) {
		fprintf(stderr, "no Vulkan driver that libvkd3d can use\n");
		return 77;
	}
	CHECK(MFStartup(MF_VERSION, MFSTARTUP_LITE));
	for (int i = 2; i < argc && p.n_pictures < PICTURES; i++)
		p.pictures[p.n_pictures++] = picture_decode(argv[i], WIDTH, HEIGHT);
	p.producer = make_queue(p.device);
	for (int i = 0; i < TEXTURES; i++)
		make_sample(&p, &p.samples[i]);
	for (int i = 0; i < CONSUMERS; i++) {
		make_consumer(&p, &p.consumers[i]);
		pthread_create(&p.consumers[i].thread, NULL, consume, &p.consumers[i]);
	}
	unsigned reused = produce(&p, frames);
	for (int i = 0; i < CONSUMERS; i++) {
		deliver(&p.consumers[i], -1);
		pthread_join(p.consumers[i].thread, NULL);
		good += p.consumers[i].good;
		bad += p.consumers[i].bad;
	}
	free_pipeline(&p);
	CHECK(MFShutdown());
	printf("%u pictures, %u frames through %d textures to %d consumers: %u right, %u wrong, "
	       "%u textures used while pending\n",
		p.n_pictures, frames, TEXTURES, CONSUMERS, good, bad, reused);
	return bad || reused || good != frames * CONSUMERS;
}
