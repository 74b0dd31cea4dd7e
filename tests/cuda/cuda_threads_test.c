/* SPDX-License-Identifier: MIT */
/* Streams, calls and waiting threads of one process, for the thread sanitizer. */
#include "harness.h"

#include <crossfence/cuda.h>

#include "fake_stream.h"

#define ROUNDS 200

static CUstream make_stream(void)
{
	CUcontext ctx;
	CUstream stream;
	assert_int_equal(cuInit(0), 0);
	assert_int_equal(cuDevicePrimaryCtxRetain(&ctx, 0), 0);
	assert_int_equal(cuCtxSetCurrent(ctx), 0);
	assert_int_equal(cuStreamCreate(&stream, 1), 0);
	return stream;
}

struct side {
	struct xf_timeline *timeline;
	uint64_t first; /* waits for this, signals the next */
	uint64_t *word; /* changed in turns, without a lock */
	CUstream stream;
	struct xf_queue *queue;
};

static void add(void *arg)
{
	uint64_t *word = arg;
	*word += 1;
}

static void *play(void *arg)
{
	struct side *side = arg;
	for (uint64_t i = side->first; i < 2 * ROUNDS; i += 2)
		if (xf_queue_wait(side->queue, side->timeline, i) ||
			xf_queue_call(side->queue, add, side->word) ||
			xf_queue_signal(side->queue, side->timeline, i + 1))
			return "failed";
	return NULL;
}

static void *wait_for_all(void *arg)
{
	struct side *side = arg;
	for (uint64_t i = 1; i <= 2 * ROUNDS; i += 7)
		if (xf_timeline_wait(side->timeline, i, xf_deadline(60000 * MS)))
			return "failed";
	return NULL;
}

static void streams_take_turns(void **state)
{
	struct xf_timeline *timeline;
	uint64_t word = 0;
	struct side sides[2];
	pthread_t threads[4];
	void *failed;
	assert_int_equal(xf_timeline_create(*state, 0, 0, NULL, &timeline), 0);
	for (int i = 0; i < 2; i++) {
		sides[i] = (struct side){ timeline, (uint64_t)i, &word, make_stream(), NULL };
		assert_int_equal(xf_queue_create_cuda(sides[i].stream, &sides[i].queue), 0);
	}
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, i < 2 ? play : wait_for_all, &sides[i % 2]);
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
	for (int i = 0; i < 2; i++) {
		assert_int_equal(xf_queue_finish(sides[i].queue, xf_deadline(60000 * MS)), 0);
		xf_queue_destroy(sides[i].queue);
		assert_int_equal(cuStreamDestroy_v2(sides[i].stream), 0);
	}
	assert_int_equal(word, 2 * ROUNDS);
	xf_timeline_close(timeline);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_with_domain(streams_take_turns),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
