/* SPDX-License-Identifier: MIT */
/*
 * A consumer that works on frames for longer than they take to come: so many threads, and each
 * takes the newest frame when it is free. What comes meanwhile is skipped, and nobody waits.
 *
 *	stream_workers NAME [THREADS]
 *
 * One handle serves all threads: a frame goes to one of them. Try it with `crossfence feed NAME`.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <crossfence/crossfence.h>

static struct xf_stream *stream;

static void must(int result, const char *what)
{
	if (result == 0)
		return;
	fprintf(stderr, "%s: %s\n", what, xf_last_message(result));
	exit(1);
}

/* Something that takes its time, a detector for example. */
static uint64_t work_on(const struct xf_frame *frame)
{
	const struct timespec while_thinking = { .tv_nsec = 20000000 };
	struct xf_surface_desc desc = { .size = sizeof(desc) };
	uint64_t size, sum = 0;
	void *pixels;
	must(xf_surface_begin(frame->surface, XF_ACCESS_READ, &pixels), "begin");
	must(xf_surface_desc(frame->surface, &desc, &size), "desc");
	for (uint64_t i = 0; i < size; i++)
		sum += ((const uint8_t *)pixels)[i];
	must(xf_surface_end(frame->surface), "end");
	nanosleep(&while_thinking, NULL);
	return sum;
}

static void *worker(void *number)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	int r;
	while ((r = xf_stream_next(stream, XF_NEVER, &frame)) == 0) {
		uint64_t sum = work_on(&frame);
		printf("worker %d: frame %" PRIu64 ", sum %" PRIu64 "\n", *(int *)number,
			frame.info->sequence, sum);
		must(xf_stream_done(stream, &frame), "done");
	}
	must(r == XF_ENDED ? 0 : r, "next");
	return NULL;
}

static int usage(void)
{
	fprintf(stderr, "usage: stream_workers NAME [THREADS, 1 to 16]\n");
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
	int threads = argc > 2 ? (int)number_of(argv[2]) : 2, numbers[16];
	pthread_t workers[16];
	struct xf_domain *domain;
	if (argc < 2 || argc > 3 || threads < 1 || threads > 16)
		return usage();
	must(xf_domain_open(argv[1], 0, XF_NEVER, &domain), argv[1]);
	must(xf_stream_open(domain, "frames", XF_NEVER, &stream), "frames");
	/* Each thread may have a frame: the stream needs two more, and says so if it has not. */
	must(xf_stream_subscribe(stream, XF_STREAM_LATEST, (uint32_t)threads), "subscribe");
	for (int i = 0; i < threads; i++) {
		numbers[i] = i;
		must(-pthread_create(&workers[i], NULL, worker, &numbers[i]), "thread");
	}
	for (int i = 0; i < threads; i++)
		pthread_join(workers[i], NULL);
	xf_stream_close(stream);
	xf_domain_leave(domain);
	return 0;
}
