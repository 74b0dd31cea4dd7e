/* SPDX-License-Identifier: MIT */
/* What play does with a frame that its producer never finished. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <crossfence/crossfence.h>

#include "play.h"

#define SECOND INT64_C(1000000000)
#define SIZE   8

static struct xf_stream *produce(struct xf_domain *domain)
{
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = SIZE, .height_px = SIZE, .fourcc = XF_FORMAT_R8
	};
	struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	struct xf_stream_params params = { .size = sizeof(params), .format = &format };
	struct xf_stream *stream = NULL;
	(void)xf_stream_create(domain, &params, "frames", &stream);
	return stream;
}

static int publish(struct xf_stream *stream, int byte, xf_id fence)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	struct xf_frame_info info = { .size = sizeof(info),
		.pts_ns = XF_NO_TIME,
		.dts_ns = XF_NO_TIME,
		.fence = fence,
		.fence_value = fence ? 1 : 0 };
	void *data;
	int r = xf_stream_hold(stream, xf_deadline(30 * SECOND), &frame);
	if (r || (r = xf_surface_begin(frame.surface, XF_ACCESS_WRITE, &data)))
		return r;
	memset(data, byte, SIZE * (size_t)frame.format->desc->planes[0].stride_bytes);
	(void)xf_surface_end(frame.surface);
	return xf_stream_publish(stream, &frame, &info);
}

/* Says that a queue will finish the frame, which nobody ever does. */
static _Noreturn void promise(int tell)
{
	struct xf_domain *domain;
	struct xf_timeline *timeline;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (xf_domain_open("cam", 0, xf_deadline(30 * SECOND), &domain) ||
		xf_timeline_create(domain, 0, 0, "queue", &timeline) ||
		publish(produce(domain), '?', xf_timeline_id(timeline)) || write(tell, "x", 1) != 1)
		_exit(1);
	pause();
	_exit(0);
}

static void a_frame_of_the_dead_is_not_waited_for(void **state)
{
	struct xf_domain *domain;
	int tell[2], status;
	char byte;
	assert_int_equal(xf_domain_open_or_create("cam", NULL, &domain), 0);
	assert_int_equal(pipe(tell), 0);
	pid_t victim = fork();
	if (victim == 0)
		promise(tell[1]);
	close(tell[1]);
	assert_int_equal(read(tell[0], &byte, 1), 1);
	struct play *p =
		tool_start(NULL, "play", "--raw", "--frames", "2", "--timeout", "60", "cam", NULL);
	usleep(400000); /* it most likely waits by now */
	assert_int_equal(kill(victim, SIGKILL), 0);
	assert_int_equal(waitpid(victim, &status, 0), victim);
	play_await(p, 1, "came to nothing");
	struct xf_stream *stream = produce(domain);
	assert_non_null(stream);
	assert_int_equal(publish(stream, 'A', 0), 0);
	assert_int_equal(play_finish(p), 0);
	assert_int_equal(p->n_out, SIZE * SIZE);
	assert_int_equal(p->stdout_text[0], 'A');
	play_free(p);
	close(tell[0]);
	xf_stream_close(stream);
	xf_domain_leave(domain);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		play_test(a_frame_of_the_dead_is_not_waited_for),
	};
	return cmocka_run_group_tests(tests, play_setup, play_teardown);
}
