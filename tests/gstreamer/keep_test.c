/* SPDX-License-Identifier: MIT */
/* Those before xfsink and those behind xfsrc keep frames until they have seen more of them: there
 * are surfaces for both, and what else comes is copied. */
#include "pipeline.h"

#define FRAMES 60

static void count(GstElement *back)
{
	int frames = 0;
	for (GstSample *got; (got = pipeline_pull(back)) != NULL; frames++)
		gst_sample_unref(got);
	assert_int_equal(frames, FRAMES);
}

/* Each more than all surfaces, or than a reader's part of them. */
static void both_sides_keep_what_they_have(void **state)
{
	static const int surfaces[] = { 5, 8, 16 };
	for (gsize i = 0; i < G_N_ELEMENTS(surfaces); i++) {
		GstElement *in = pipeline_play(
			"videotestsrc num-buffers=%d ! "
			"video/x-raw,format=I420,width=64,height=48,framerate=100/1 ! "
			"queue min-threshold-buffers=20 ! "
			"xfsink name=keep surfaces=%d wait-for-connection=true",
			FRAMES, surfaces[i]);
		GstElement *back = pipeline_play(
			"xfsrc domain=keep is-live=false ! queue min-threshold-buffers=20 ! "
			"appsink name=out sync=false max-buffers=2");
		count(back);
		pipeline_end(back);
		pipeline_end(in);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_sides_keep_what_they_have),
	};
	return cmocka_run_group_tests(tests, pipeline_setup, pipeline_teardown);
}
