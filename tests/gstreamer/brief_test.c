/* SPDX-License-Identifier: MIT */
/* A pause that is over before whoever reads has come to see it. */
#include "pipeline.h"

#include <gst/app/gstappsink.h>
#include <gst/check/gstharness.h>

/* Holds the thread that reads up, downstream of it. */
struct gate {
	GMutex lock;
	GCond changed;
	gboolean shut, reached;
};

static GstPadProbeReturn pass(GstPad *pad, GstPadProbeInfo *info, gpointer arg)
{
	struct gate *gate = arg;
	g_mutex_lock(&gate->lock);
	gate->reached = TRUE;
	g_cond_broadcast(&gate->changed);
	while (gate->shut)
		g_cond_wait(&gate->changed, &gate->lock);
	g_mutex_unlock(&gate->lock);
	return GST_PAD_PROBE_OK;
}

static void set_shut(struct gate *gate, gboolean shut)
{
	g_mutex_lock(&gate->lock);
	gate->shut = shut;
	gate->reached = FALSE;
	g_cond_broadcast(&gate->changed);
	g_mutex_unlock(&gate->lock);
}

static void await_reached(struct gate *gate)
{
	g_mutex_lock(&gate->lock);
	while (!gate->reached)
		g_cond_wait(&gate->changed, &gate->lock);
	g_mutex_unlock(&gate->lock);
}

static void push(GstHarness *in)
{
	assert_int_equal(
		gst_harness_push(in, gst_buffer_new_allocate(NULL, 100, NULL)), GST_FLOW_OK);
}

static gboolean next_is_discontinuous(GstElement *back)
{
	GstSample *sample = pipeline_pull(back);
	gboolean is = GST_BUFFER_IS_DISCONT(gst_sample_get_buffer(sample));
	gst_sample_unref(sample);
	return is;
}

static void guard(GstElement *source, struct gate *gate)
{
	GstPad *pad = gst_element_get_static_pad(source, "src");
	gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, pass, gate, NULL);
	gst_object_unref(pad);
}

static void what_comes_behind_it_is_marked(void **state)
{
	struct gate gate = { .shut = FALSE };
	GstHarness *in = gst_harness_new("xfsink");
	g_object_set(in->element, "domain", "brief", "sync", FALSE, NULL);
	gst_harness_set_src_caps_str(in, "application/x-what");
	push(in);
	GstElement *back = pipeline_play("xfsrc name=source domain=brief ! appsink name=out");
	GstElement *source = gst_bin_get_by_name(GST_BIN(back), "source");
	guard(source, &gate);
	assert_true(next_is_discontinuous(back)); /* the first one */
	push(in);
	assert_false(next_is_discontinuous(back));
	set_shut(&gate, TRUE);
	push(in);
	await_reached(&gate);
	gst_element_set_state(source, GST_STATE_PAUSED);
	gst_element_set_state(source, GST_STATE_PLAYING);
	set_shut(&gate, FALSE);
	assert_false(next_is_discontinuous(back)); /* it was there before */
	push(in);
	assert_true(next_is_discontinuous(back));
	push(in);
	assert_false(next_is_discontinuous(back));
	gst_object_unref(source);
	pipeline_end(back);
	gst_harness_teardown(in);
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(
		what_comes_behind_it_is_marked) };
	return cmocka_run_group_tests(tests, pipeline_setup, pipeline_teardown);
}
