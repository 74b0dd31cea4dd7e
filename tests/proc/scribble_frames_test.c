/* SPDX-License-Identifier: MIT */
/*
 * Random writes while others hand frames on: a producer, readers of either policy, sync objects and
 * CPU queues, made anew whenever what they had is spoilt; see scribble.h.
 */
#include "scribble.h"

#include <string.h>
#include <unistd.h>

#define A_MOMENT xf_deadline(5 * MS)

static const struct xf_surface_desc picture = {
	.size = sizeof(picture), .width_px = 16, .height_px = 16, .fourcc = XF_FORMAT_ARGB8888
};
static const struct xf_surface_desc wide = {
	.size = sizeof(wide), .width_px = 64, .height_px = 16, .fourcc = XF_FORMAT_ARGB8888
};

struct worker {
	struct xf_domain *domain;
	struct xf_stream *stream; /* NULL: none at the moment, as the others */
	struct xf_sync *sync;
	struct xf_queue *queue;
	struct xf_event *event;
	uint64_t random;
};

static void begin(struct worker *w, int fd)
{
	memset(w, 0, sizeof(*w));
	w->random = (uint64_t)getpid() * 0x9e3779b97f4a7c15u | 1;
	EXPECT(0, xf_domain_join(fd, &w->domain));
}

static void end(struct worker *w)
{
	TIMED(PATIENT_MS, (xf_queue_destroy(w->queue), 0));
	TIMED(PATIENT_MS, (xf_stream_close(w->stream), 0));
	TIMED(PATIENT_MS, (xf_sync_close(w->sync), 0));
	TIMED(PATIENT_MS, (xf_event_close(w->event), 0));
	TIMED(PATIENT_MS, (xf_domain_leave(w->domain), 0));
}

/* One of n times. */
static bool now_and_then(struct worker *w, uint64_t n)
{
	return proc_random(&w->random) % n == 0;
}

/* What we were told is ours is mapped. */
static void touch(struct xf_surface *surface, uint32_t access)
{
	struct xf_surface_desc desc = { .size = sizeof(desc) };
	volatile unsigned char *bytes;
	void *data;
	uint64_t size = 0;
	int r;
	if (!surface)
		return;
	TIMED_RESULT(r, 5, xf_surface_begin(surface, access, &data));
	if (r)
		return;
	if (xf_surface_desc(surface, &desc, &size))
		size = 0;
	bytes = data;
	for (uint64_t i = 0; i < size; i += 64)
		if (access == XF_ACCESS_WRITE)
			bytes[i] = 1;
		else
			(void)bytes[i];
	EXPECT(0, xf_surface_end(surface));
}

/* ---- streams ---- */

static void make_stream(struct worker *w)
{
	struct xf_stream_format format = { .size = sizeof(format), .desc = &picture };
	struct xf_stream_params params = { .size = sizeof(params), .format = &format, .frames = 4 };
	TIMED(5000, xf_stream_create(w->domain, &params, "stream", &w->stream));
}

static void produce(struct worker *w)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	int r;
	TIMED_RESULT(r, 5, xf_stream_hold(w->stream, A_MOMENT, &frame));
	if (r)
		return;
	touch(frame.surface, XF_ACCESS_WRITE);
	if (now_and_then(w, 8))
		TIMED(5, xf_stream_drop(w->stream, &frame));
	else
		TIMED(5, xf_stream_publish(w->stream, &frame, NULL));
}

static void look_after(struct worker *w)
{
	struct xf_stream_format format = { .size = sizeof(format),
		.desc = now_and_then(w, 2) ? &picture : &wide };
	struct xf_stream_info info = { .size = sizeof(info) };
	TIMED(5, xf_stream_wait_readers(w->stream, 1, A_MOMENT));
	TIMED(5, xf_stream_info(w->stream, &info));
	if (now_and_then(w, 8))
		TIMED(5000, xf_stream_set_format(w->stream, &format));
	if (now_and_then(w, 8))
		TIMED(5000, xf_stream_set_format_until(w->stream, &format, A_MOMENT));
	if (now_and_then(w, 16))
		TIMED(5, xf_stream_drain(w->stream, A_MOMENT));
	if (now_and_then(w, 32))
		TIMED(5, xf_stream_end(w->stream));
}

static void close_stream(struct worker *w)
{
	TIMED(PATIENT_MS, (xf_stream_close(w->stream), 0));
	w->stream = NULL;
}

static void producer(void *arg)
{
	struct worker w;
	begin(&w, *(int *)arg);
	make_stream(&w);
	scribble_ready();
	while (!scribble_over()) {
		if (!w.stream)
			make_stream(&w);
		if (!w.stream)
			continue;
		produce(&w);
		look_after(&w);
		if (now_and_then(&w, 40))
			close_stream(&w);
	}
	end(&w);
}

static void open_stream(struct worker *w)
{
	int fd;
	TIMED(5, xf_stream_open(w->domain, "stream", A_MOMENT, &w->stream));
	if (!w->stream)
		return;
	TIMED(5000, xf_stream_subscribe(
			    w->stream, now_and_then(w, 2) ? XF_STREAM_LATEST : XF_STREAM_EVERY, 2));
	TIMED(5000, xf_stream_fd(w->stream, &fd));
}

static void consume(struct worker *w)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	int r;
	TIMED_RESULT(r, 5, xf_stream_next(w->stream, A_MOMENT, &frame));
	if (r)
		return;
	TIMED(5, xf_stream_wait_complete(w->stream, frame.info, NULL, A_MOMENT));
	touch(frame.surface, XF_ACCESS_READ);
	TIMED(5, xf_stream_done(w->stream, &frame));
}

static void peek(struct worker *w)
{
	char data[4096];
	size_t bytes;
	struct xf_frame_info info = { .size = sizeof(info) };
	struct xf_surface_desc desc = { .size = sizeof(desc) };
	TIMED(5, xf_stream_peek(w->stream, 0, A_MOMENT, data, sizeof(data), &bytes, &info, &desc));
}

static void reader(void *arg)
{
	struct worker w;
	begin(&w, *(int *)arg);
	scribble_ready();
	while (!scribble_over()) {
		if (!w.stream)
			open_stream(&w);
		if (!w.stream)
			continue;
		consume(&w);
		peek(&w);
		if (now_and_then(&w, 16))
			TIMED(5000,
				xf_stream_set_policy(w.stream,
					now_and_then(&w, 2) ? XF_STREAM_LATEST : XF_STREAM_EVERY));
		if (now_and_then(&w, 50))
			TIMED(5000, xf_stream_unsubscribe(w.stream));
		if (now_and_then(&w, 20))
			close_stream(&w);
	}
	end(&w);
}

/* ---- sync objects and queues ---- */

static struct xf_queue *some_queue(struct worker *w)
{
	if (!w->queue)
		EXPECT(0, xf_queue_create_cpu(&w->queue));
	return now_and_then(w, 2) ? w->queue : NULL;
}

static void close_sync(struct worker *w)
{
	if (now_and_then(w, 2)) {
		TIMED(PATIENT_MS, (xf_queue_destroy(w->queue), 0));
		w->queue = NULL;
	}
	TIMED(PATIENT_MS, (xf_sync_close(w->sync), 0));
	w->sync = NULL;
}

static void use_up(struct worker *w)
{
	struct xf_sync_info info = { .size = sizeof(info) };
	TIMED(5, xf_sync_begin(w->sync));
	TIMED(5, xf_sync_ready(w->sync, some_queue(w)));
	TIMED(5, xf_sync_info(w->sync, &info));
	TIMED(5, xf_sync_on_final_release(w->sync, w->event));
	TIMED(5, xf_queue_finish(w->queue, A_MOMENT));
	TIMED(5, xf_sync_reset(w->sync));
}

static void maker(void *arg)
{
	struct worker w;
	begin(&w, *(int *)arg);
	(void)xf_event_create(w.domain, 0, NULL, &w.event);
	(void)some_queue(&w);
	scribble_ready();
	while (!scribble_over()) {
		if (!w.sync)
			TIMED(5000, xf_sync_create(w.domain, "frames", &w.sync));
		if (!w.sync)
			continue;
		(void)some_queue(&w);
		use_up(&w);
		if (now_and_then(&w, 40))
			close_sync(&w);
	}
	end(&w);
}

static void open_sync(struct worker *w)
{
	xf_id id = 0;
	TIMED(5, xf_domain_find(w->domain, XF_SYNC, "frames", &id));
	TIMED(5, xf_sync_open(w->domain, id, &w->sync));
	if (w->sync)
		TIMED(5, xf_sync_subscribe(w->sync));
}

static void read_use(struct worker *w)
{
	TIMED(5, xf_sync_on_ready(w->sync, w->event));
	TIMED(5, xf_sync_ready_wait(w->sync, some_queue(w), A_MOMENT));
	TIMED(5, xf_sync_release(w->sync, some_queue(w)));
	TIMED(5, xf_sync_skip(w->sync));
	TIMED(5, xf_queue_finish(w->queue, A_MOMENT));
	if (now_and_then(w, 16))
		TIMED(5, xf_sync_unsubscribe(w->sync));
}

static void user(void *arg)
{
	struct worker w;
	begin(&w, *(int *)arg);
	(void)xf_event_create(w.domain, 0, NULL, &w.event);
	scribble_ready();
	while (!scribble_over()) {
		if (!w.sync)
			open_sync(&w);
		if (!w.sync)
			continue;
		(void)some_queue(&w);
		read_use(&w);
		if (now_and_then(&w, 40))
			close_sync(&w);
	}
	end(&w);
}

/* ---- attacks ---- */

static void put(struct arena *a, uint64_t at, uint64_t value, uint64_t r)
{
	if (r & 0x100)
		*(volatile uint64_t *)(a->base + (at & ~UINT64_C(7))) = value;
	else
		*(volatile uint32_t *)(a->base + (at & ~UINT64_C(3))) = (uint32_t)value;
}

/* Nasty words, bits turned over, and what stands in another slot: an id, a place, a mask. */
static void slots(struct arena *a, uint64_t *random)
{
	const uint64_t size = 48 * sizeof(struct xfi_slot);
	uint64_t r = proc_random(random), value = scribble_nasty(random);
	uint64_t at = a->layout.slots + (r >> 16) % size;
	const uint64_t *other = (uint64_t *)(a->base + a->layout.slots);
	if (r % 3 == 0)
		value = other[(r >> 32) % (size / 8)];
	else if (r % 3 == 1)
		value = *(uint64_t *)(a->base + (at & ~UINT64_C(7))) ^ UINT64_C(1)
									       << (r >> 40) % 64;
	put(a, at, value, r);
}

/* What lies behind the slots: rings, annexes, pixels. */
static void payload(struct arena *a, uint64_t *random)
{
	uint64_t r = proc_random(random);
	put(a, a->layout.payload + (r >> 16) % (256 << 10), scribble_nasty(random), r);
}

static void (*const workers[])(void *arg) = { producer, reader, reader, maker, user };
static const struct scribble_cast cast = { workers, sizeof(workers) / sizeof(workers[0]) };

static void words_in_slots(void)
{
	scribble_rounds(&cast, slots, 2, 6);
}

static void words_in_payload(void)
{
	scribble_rounds(&cast, payload, 8, 3);
}

static void words_in_fields(void)
{
	scribble_rounds(&cast, scribble_fields, 8, 4);
}

static void bytes_anywhere(void)
{
	scribble_rounds(&cast, scribble_anywhere, 64, 2);
}

int main(int argc, char **argv)
{
	static const struct proc_test tests[] = {
		{ "nasty words in slots", words_in_slots, 280 },
		{ "nasty words in payload", words_in_payload, 280 },
		{ "nasty words in each kind of field", words_in_fields, 280 },
		{ "random bytes anywhere", bytes_anywhere, 280 },
	};
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
