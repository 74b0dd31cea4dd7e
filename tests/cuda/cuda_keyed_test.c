/* SPDX-License-Identifier: MIT */
/* Streams that hand a surface on by key, as xf_cuda(3) says: the CPUs go on, the streams wait. */
#include "cuda_fixture.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

enum { ROUNDS = 10, WORK_US = 20000 };

static struct xf_surface *keyed_surface(struct xf_domain *domain)
{
	struct xf_surface_desc desc = picture();
	struct xf_surface *surface;
	EXPECT(0, xf_cuda_surface_create(domain, &desc, XF_SURFACE_KEYED, 0, &surface));
	share(ID, xf_surface_id(surface));
	return surface;
}

/* Owns the mutex: has the stream wait for what the last owner's still does. */
static void wait_for_fence(
	struct xf_domain *domain, struct xf_keyed_mutex *mutex, struct xf_queue *queue)
{
	struct xf_timeline *timeline;
	uint64_t value;
	xf_id id;
	EXPECT(0, xf_keyed_mutex_fence(mutex, &id, &value));
	if (!id)
		return; /* just a number: nobody's queue has had it */
	int r = xf_timeline_open(domain, id, &timeline);
	if (r == -ESTALE)
		return; /* passed, and its queue is gone */
	EXPECT(0, r);
	EXPECT(0, xf_queue_wait(queue, timeline, value));
	EXPECT(0, xf_queue_finish(queue, PATIENCE)); /* only to close the timeline here */
	xf_timeline_close(timeline);
}

static void reader(void *arg)
{
	struct xf_domain *domain = join();
	CUstream stream = make_stream(0);
	struct xf_queue *queue = make_queue(stream);
	struct xf_surface *surface;
	struct xf_keyed_mutex *mutex;
	xf_cuda_ptr ptr;
	EXPECT(0, xf_surface_open(domain, shared(ID), &surface));
	EXPECT(0, xf_cuda_map(surface, 0, &ptr));
	EXPECT(0, xf_surface_mutex(surface, &mutex));
	for (int i = 0; i < ROUNDS; i++) {
		EXPECT(0, xf_keyed_mutex_acquire(mutex, 1, PATIENCE, NULL));
		wait_for_fence(domain, mutex, queue);
		check_picture(ptr, (unsigned char)i, stream);
		EXPECT(0, xf_keyed_mutex_release(mutex, 0, 0));
	}
	end_queue(queue, stream);
	xf_surface_close(surface);
	xf_domain_leave(domain);
}

static void handed_on_by_key(void)
{
	struct xf_domain *domain = publish();
	CUstream stream = make_stream(0);
	struct xf_queue *queue = make_queue(stream);
	struct xf_surface *surface = keyed_surface(domain);
	struct xf_keyed_mutex *mutex;
	struct xf_timeline *done = make_timeline(domain, XF_TIMELINE_OWNED);
	xf_cuda_ptr ptr;
	EXPECT(0, xf_cuda_map(surface, 0, &ptr));
	EXPECT(0, xf_surface_mutex(surface, &mutex));
	pid_t child = proc_spawn(reader, NULL);
	for (int i = 0; i < ROUNDS; i++) {
		EXPECT(0, xf_keyed_mutex_acquire(mutex, 0, PATIENCE, NULL));
		CHECK(fake_cuda_work(stream, WORK_US) == 0);
		CHECK(cuMemsetD8Async(ptr, (unsigned char)i, BYTES, stream) == 0);
		EXPECT(0, xf_queue_signal(queue, done, (uint64_t)i + 1));
		/* At once: the stream is still at it. */
		EXPECT(0, xf_keyed_mutex_release_after(mutex, 1, done, (uint64_t)i + 1));
	}
	EXPECT(0, proc_wait(child, 60000));
	EXPECT(0, xf_queue_finish(queue, PATIENCE));
	end_queue(queue, stream);
	xf_timeline_close(done);
	xf_surface_close(surface);
	xf_domain_leave(domain);
}

int main(int argc, char **argv)
{
	static const struct proc_test tests[] = { { "handed on by key", handed_on_by_key, 90 } };
	return proc_main(argc, argv, tests, 1);
}
