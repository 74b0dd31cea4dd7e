/* SPDX-License-Identifier: MIT */
/*
 * A CUDA stream becomes a queue the first time that it is given a picture, and stays one until the
 * handle that the pictures come from is closed: to end a queue is to wait for its work.
 */
#include "cuda.h"

#include <errno.h>

#include "driver.h"
#include "error.h"

#define LEGACY_STREAM 1 /* CU_STREAM_LEGACY, what DLPack takes None for */

struct xfp_cuda {
	struct {
		uintptr_t stream;
		struct xf_queue *queue;
	} entries[XFP_QUEUES_MAX];
	uint32_t n_entries;
	struct xf_timeline *order; /* among the queues; NULL: there was no need */
	uint64_t value; /* signalled last */
};

static bool ok(struct xfp_picture *p, int r)
{
	if (r)
		(void)xfp_raise(xfp_module((PyObject *)p), r);
	return r == 0;
}

int xfp_cuda_surface(struct xf_domain *domain, const struct xf_surface_desc *desc, uint32_t flags,
	int device, struct xf_surface **ret_surface)
{
	const struct xfp_driver *d;
	int r = xfp_driver(&d);
	return r ? r : d->surface_create(domain, desc, flags, device, ret_surface);
}

int xfp_cuda_pool(struct xf_domain *domain, const struct xf_surface_desc *desc, uint32_t count,
	uint32_t flags, const char *label, int device, struct xf_pool **ret_pool)
{
	const struct xfp_driver *d;
	int r = xfp_driver(&d);
	return r ? r : d->pool_create(domain, desc, count, flags, label, device, ret_pool);
}

/* The driver's number of the device of that name; xf_cuda_map() has found it before. */
static int number_of(const struct xfp_driver *d, const uint8_t uuid[16], int *ret_device)
{
	uint8_t theirs[16];
	int count = 0, device;
	if (d->DeviceGetCount(&count))
		return -EIO;
	for (int i = 0; i < count; i++)
		if (!d->DeviceGet(&device, i) && !d->DeviceGetUuid(theirs, device) &&
			!memcmp(theirs, uuid, sizeof(theirs))) {
			*ret_device = i;
			return 0;
		}
	return -EXDEV;
}

static int map(struct xfp_picture *p)
{
	const struct xfp_driver *d;
	xf_cuda_ptr ptr;
	int r = xfp_driver(&d);
	if (!r)
		r = d->map(p->surface, -1, &ptr);
	if (!r)
		r = number_of(d, p->desc.device_uuid, &p->device);
	if (!r)
		p->device_ptr = ptr;
	return r;
}

bool xfp_cuda_device(struct xfp_picture *p, int *ret_device)
{
	*ret_device = -1;
	if (p->desc.memory == XF_MEMORY_HOST)
		return true;
	if (p->desc.memory != XF_MEMORY_CUDA) {
		PyErr_SetString(PyExc_BufferError,
			"the memory is a device's that Python libraries do not know");
		return false;
	}
	if (!p->device_ptr && (!xfp_handle_check(&p->base) || !ok(p, map(p))))
		return false;
	*ret_device = p->device;
	return true;
}

static bool refuse(const char *why)
{
	PyErr_SetString(PyExc_ValueError, why);
	return false;
}

/* 0: the consumer wants no order. */
static bool read_stream(PyObject *stream, uintptr_t *ret_stream)
{
	*ret_stream = LEGACY_STREAM;
	if (stream == Py_None)
		return true;
	long long number = PyLong_AsLongLong(stream);
	if (number == -1 && PyErr_Occurred())
		return false;
	if (number == 0 || number < -1)
		return refuse("stream 0 is ambiguous in DLPack: 1 is the legacy default stream, 2 "
			      "the thread's, -1 none");
	*ret_stream = number == -1 ? 0 : (uintptr_t)number;
	return true;
}

/* Streams are looked up in a context: the device's own, where the caller has none. */
static int make_current(const struct xfp_driver *d, int device)
{
	void *ctx = NULL;
	int number;
	if (d->CtxGetCurrent(&ctx) || ctx)
		return 0; /* what is wrong with it the next call says */
	if (d->DeviceGet(&number, device) || d->DevicePrimaryCtxRetain(&ctx, number) ||
		d->CtxSetCurrent(ctx))
		return xf_fail(-EIO, "the CUDA device has no context");
	return 0;
}

static int find_queue(struct xfp_picture *p, uintptr_t stream, struct xf_queue **ret_queue)
{
	struct xfp_handle *h = p->base.parent;
	const struct xfp_driver *d;
	int r = xfp_driver(&d);
	if (!r && !h->cuda)
		h->cuda = calloc(1, sizeof(*h->cuda));
	if (r || !h->cuda)
		return r ? r : -ENOMEM;
	struct xfp_cuda *cuda = h->cuda;
	for (uint32_t i = 0; i < cuda->n_entries; i++)
		if (cuda->entries[i].stream == stream) {
			*ret_queue = cuda->entries[i].queue;
			return 0;
		}
	if (cuda->n_entries == XFP_QUEUES_MAX)
		return xf_fail(-ENOSPC, "%d CUDA streams use this already", XFP_QUEUES_MAX);
	r = make_current(d, p->device);
	if (!r)
		r = d->queue_create((struct CUstream_st *)stream, ret_queue);
	if (r)
		return r;
	cuda->entries[cuda->n_entries].stream = stream;
	cuda->entries[cuda->n_entries++].queue = *ret_queue;
	return 0;
}

/* Makes it one of those that the picture is given to. True: it was none of them. */
static bool note_stream(struct xfp_picture *p, uintptr_t stream)
{
	for (uint32_t i = 0; i < p->n_streams; i++)
		if (p->streams[i] == stream)
			return false;
	p->streams[p->n_streams++] = stream; /* there are no more queues than places */
	return true;
}

/*
 * A queue that has met an abandoned use refuses everything from then on; its stream goes on, and
 * gets another queue.
 */
static void drop_failed_queues(struct xfp_picture *p)
{
	struct xfp_cuda *cuda = p->base.parent->cuda;
	for (uint32_t i = 0; cuda && i < cuda->n_entries;) {
		if (xf_queue_finish(cuda->entries[i].queue, 0) != XF_ABANDONED) {
			i++;
			continue;
		}
		xf_queue_destroy(cuda->entries[i].queue);
		cuda->entries[i] = cuda->entries[--cuda->n_entries];
	}
}

static int wait_on(struct xfp_picture *p, struct xf_queue *queue)
{
	struct xf_sync *sync;
	if (p->writable || xf_surface_sync(p->surface, &sync))
		return 0;
	p->waited = true;
	int r = xf_sync_ready_wait(sync, queue, 0);
	if (r == XF_ABANDONED)
		drop_failed_queues(p);
	return r;
}

bool xfp_cuda_order(struct xfp_picture *p, PyObject *stream)
{
	struct xf_queue *queue;
	uintptr_t number;
	int device;
	if (p->desc.memory == XF_MEMORY_HOST)
		return stream == Py_None || refuse("stream is for a device's memory");
	/* The number's __index__() may have closed it. */
	if (!read_stream(stream, &number) || !xfp_handle_check(&p->base) ||
		!xfp_cuda_device(p, &device))
		return false;
	if (!number)
		return true;
	if (!ok(p, find_queue(p, number, &queue)))
		return false;
	return !note_stream(p, number) || ok(p, wait_on(p, queue));
}

bool xfp_cuda_copy(
	struct xfp_picture *p, const struct xfp_layout *l, const uint8_t *from, PyObject *stream)
{
	const struct xfp_driver *d;
	uintptr_t number;
	if (!read_stream(stream, &number) || !xfp_handle_check(&p->base) || !ok(p, xfp_driver(&d)))
		return false;
	if (!number)
		return refuse("a copy needs a stream");
	int error = d->MemcpyAsync(p->device_ptr + l->offset, (xf_cuda_ptr)(uintptr_t)from,
		(size_t)l->bytes, (void *)number);
	return !error || ok(p, xf_fail(-EIO, "cuMemcpyAsync: error %d of the driver", error));
}

/* `next` goes on when the queue of stream number `i` has come so far. */
static int chain(struct xfp_picture *p, struct xf_domain *domain, uint32_t i, struct xf_queue *next)
{
	struct xfp_cuda *cuda = p->base.parent->cuda;
	struct xf_queue *queue;
	int r = cuda->order ? 0 : xf_timeline_create(domain, 0, 0, NULL, &cuda->order);
	if (!r)
		r = find_queue(p, p->streams[i], &queue);
	if (!r)
		r = xf_queue_signal(queue, cuda->order, ++cuda->value);
	return r ? r : xf_queue_wait(next, cuda->order, cuda->value);
}

/*
 * One queue that has come to the end of what all streams have now; NULL: there is none. Each waits
 * for the one before, for the order's values have to come to pass in their order.
 */
static int join(struct xfp_picture *p, struct xf_queue **ret_queue)
{
	struct xfp_handle *root = p->base.parent;
	int r = 0;
	while (root->parent)
		root = root->parent;
	*ret_queue = NULL;
	for (uint32_t i = 0; !r && i < p->n_streams; i++) {
		r = find_queue(p, p->streams[i], ret_queue);
		if (!r && i)
			r = chain(p, root->object, i - 1, *ret_queue);
	}
	return r;
}

int xfp_cuda_done(struct xfp_picture *p)
{
	struct xf_queue *queue;
	struct xf_sync *sync;
	if ((!p->n_streams && !p->waited && !p->writable) || xf_surface_sync(p->surface, &sync))
		return 0;
	int r = join(p, &queue);
	p->n_streams = 0;
	p->waited = false;
	if (!r)
		r = p->writable ? xf_sync_ready(sync, queue) : xf_sync_release(sync, queue);
	if (r == XF_ABANDONED)
		drop_failed_queues(p);
	/* Whatever became of its streams: nothing more is done by it. */
	if (r && !p->writable)
		(void)xf_sync_release(sync, NULL);
	return r;
}

void xfp_cuda_forget(struct xfp_handle *h)
{
	struct xfp_cuda *cuda = h->cuda;
	if (!cuda)
		return;
	h->cuda = NULL;
	Py_BEGIN_ALLOW_THREADS for (uint32_t i = 0; i < cuda->n_entries; i++)
		xf_queue_destroy(cuda->entries[i].queue);
	xf_timeline_close(cuda->order);
	Py_END_ALLOW_THREADS free(cuda);
}
