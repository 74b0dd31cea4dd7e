/* SPDX-License-Identifier: MIT */
/*
 * What a reader's step costs in C: next, begin, end, done of 1080p frames that are there already.
 * Prints the median of rounds, in ns; bench/python/bench.py stands beside it.
 */
#include <stdio.h>
#include <stdlib.h>

#include <crossfence/crossfence.h>

#define ROUNDS 51
#define STEPS  200

static void must(int result, const char *what)
{
	if (!result)
		return;
	fprintf(stderr, "%s: %s\n", what, xf_last_message(result));
	exit(1);
}

static void publish(struct xf_stream *producer)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	must(xf_stream_hold(producer, XF_NEVER, &frame), "hold");
	must(xf_stream_publish(producer, &frame, NULL), "publish");
}

static int64_t take(struct xf_stream *reader)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	void *data;
	int64_t began = xf_now();
	must(xf_stream_next(reader, XF_NEVER, &frame), "next");
	must(xf_surface_begin(frame.surface, XF_ACCESS_READ, &data), "begin");
	must(xf_surface_end(frame.surface), "end");
	must(xf_stream_done(reader, &frame), "done");
	return xf_now() - began;
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

int main(void)
{
	const struct xf_surface_desc desc = { .size = sizeof(desc),
		.width_px = 1920,
		.height_px = 1080,
		.fourcc = XF_FORMAT_RGB888 };
	const struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	const struct xf_stream_params params = { .size = sizeof(params), .format = &format };
	struct xf_stream *producer, *reader;
	struct xf_domain *domain;
	int64_t rounds[ROUNDS] = { 0 };
	must(xf_domain_create(NULL, &domain), "domain");
	must(xf_stream_create(domain, &params, "s", &producer), "stream");
	must(xf_stream_open(domain, "s", 0, &reader), "open");
	must(xf_stream_subscribe(reader, XF_STREAM_EVERY, 1), "subscribe");
	for (int i = 0; i < ROUNDS; i++)
		for (int k = 0; k < STEPS; k++) {
			publish(producer);
			rounds[i] += take(reader);
		}
	qsort(rounds, ROUNDS, sizeof(rounds[0]), compare);
	printf("%lld\n", (long long)rounds[ROUNDS / 2] / STEPS);
	xf_stream_close(reader);
	xf_stream_close(producer);
	xf_domain_leave(domain);
	return 0;
}
