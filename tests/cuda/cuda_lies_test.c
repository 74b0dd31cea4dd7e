/* SPDX-License-Identifier: MIT */
/* Members that write what is not so into the words that streams wait for: what it costs the others.
 */
#include "cuda_fixture.h"

#include <signal.h>
#include <unistd.h>

/* Lets a stream of another member go on, and lowers the word again. */
static void lower(void *arg)
{
	struct xf_domain *domain = join(), *same;
	struct xf_timeline *timeline = open_timeline(domain);
	uint64_t *word;
	EXPECT(0, xf_timeline_word(timeline, XF_TIMELINE_DEVICE_SIGNALS, &word, &same));
	proc_await(GO, 1, 30000);
	EXPECT(0, xf_timeline_signal(timeline, 1));
	proc_await(DONE, 1, 30000);
	atomic_store((_Atomic uint64_t *)word, 0);
	proc_tell(READY);
	for (;;)
		pause();
}

struct victim {
	struct xf_domain *domain;
	struct xf_timeline *timeline;
	struct xf_queue *queue;
	CUstream stream;
};

/* The stream has come past its wait, and the word says that it has not. */
static struct victim lied_to(void)
{
	struct victim v = { .domain = publish() };
	v.timeline = make_timeline(v.domain, 0);
	v.stream = make_stream(0);
	v.queue = make_queue(v.stream);
	pid_t liar = proc_spawn(lower, NULL);
	EXPECT(0, xf_queue_wait(v.queue, v.timeline, 1));
	proc_tell(GO);
	CHECK(cuStreamSynchronize(v.stream) == 0);
	proc_tell(DONE);
	proc_await(READY, 1, 30000);
	proc_kill(liar);
	return v;
}

static struct xf_timeline *own_timeline(struct xf_domain **ret_own, uint32_t flags)
{
	struct xf_timeline *timeline;
	EXPECT(0, xf_domain_create(NULL, ret_own));
	EXPECT(0, xf_timeline_create(*ret_own, 0, flags, "own", &timeline));
	return timeline;
}

/* All is finished, so one may leave; nothing looks at the liar's word after that. */
static void a_lowered_word_is_forgotten(void)
{
	struct victim v = lied_to();
	struct xf_domain *own;
	struct xf_timeline *timeline = own_timeline(&own, 0);
	EXPECT(0, xf_queue_finish(v.queue, PATIENCE));
	xf_timeline_close(v.timeline);
	xf_domain_leave(v.domain);
	EXPECT(0, xf_queue_signal(v.queue, timeline, 1));
	EXPECT(0, xf_queue_finish(v.queue, PATIENCE));
	end_queue(v.queue, v.stream);
	xf_timeline_close(timeline);
	xf_domain_leave(own);
}

static void count(void *arg)
{
	atomic_fetch_add((_Atomic int *)arg, 1);
}

/* Nor does it hide what is behind it: another domain's timeline is abandoned, and its call not
 * made. */
static void a_lowered_word_hides_nothing(void)
{
	struct victim v = lied_to();
	struct xf_domain *own;
	struct xf_timeline *timeline = own_timeline(&own, XF_TIMELINE_OWNED);
	_Atomic int calls = 0;
	EXPECT(0, xf_queue_wait(v.queue, timeline, 5));
	EXPECT(0, xf_queue_call(v.queue, count, (void *)&calls));
	EXPECT(0, xf_timeline_abandon(timeline));
	EXPECT(XF_ABANDONED, xf_queue_finish(v.queue, PATIENCE));
	EXPECT(0, atomic_load(&calls));
	end_queue(v.queue, v.stream);
	xf_timeline_close(timeline);
	xf_domain_leave(own);
	xf_timeline_close(v.timeline);
	xf_domain_leave(v.domain);
}

int main(int argc, char **argv)
{
	static const struct proc_test tests[] = {
		{ "a lowered word is forgotten", a_lowered_word_is_forgotten, 60 },
		{ "a lowered word hides nothing", a_lowered_word_hides_nothing, 60 },
	};
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
