/* SPDX-License-Identifier: MIT */
/*
 * Caps too long for a format lie in surfaces of their own: each is there for as long as a frame
 * that came with it has still to be read.
 */
#include "pipeline.h"

#include <crossfence/crossfence.h>
#include <gst/check/gstharness.h>
#include <stdio.h>

#define SECOND INT64_C(1000000000)
#define IN_USE 4 /* formats of a stream at a time; the next waits */
#define BYTES  6000 /* more than a format has room for */

static GstCaps *caps_of(int i)
{
	GstBuffer *data = gst_buffer_new_allocate(NULL, BYTES, NULL);
	gst_buffer_memset(data, 0, (guint8)i, BYTES);
	GstCaps *caps = gst_caps_new_simple(
		"application/x-what", "data", GST_TYPE_BUFFER, data, "i", G_TYPE_INT, i, NULL);
	gst_buffer_unref(data);
	return caps;
}

/* Does not wait. */
static void set_caps(GstHarness *in, int i)
{
	gst_harness_set_src_caps(in, caps_of(i));
}

static void push(GstHarness *in, int i)
{
	GstBuffer *buffer = gst_buffer_new_allocate(NULL, 100, NULL);
	gst_buffer_memset(buffer, 0, (guint8)i, 100);
	assert_int_equal(gst_harness_push(in, buffer), GST_FLOW_OK);
}

static GstHarness *begin(
	const char *domain, struct xf_domain **ret_domain, struct xf_stream **ret_stream)
{
	GstHarness *in = gst_harness_new("xfsink");
	g_object_set(in->element, "domain", domain, "sync", FALSE, NULL);
	set_caps(in, 0);
	assert_int_equal(xf_domain_open(domain, 0, xf_deadline(30 * SECOND), ret_domain), 0);
	assert_int_equal(xf_stream_open(*ret_domain, "frames", 0, ret_stream), 0);
	assert_int_equal(xf_stream_subscribe(*ret_stream, XF_STREAM_EVERY, 1), 0);
	return in;
}

static void end(GstHarness *in, struct xf_domain *domain, struct xf_stream *stream)
{
	xf_stream_close(stream);
	xf_domain_leave(domain);
	gst_harness_teardown(in);
}

/* The text that the frame's format names says whose it is. */
static void expect_text(struct xf_domain *domain, const struct xf_stream_format *format, int i)
{
	unsigned long long id;
	size_t size;
	char *data, expected[20];
	struct xf_surface *surface;
	gchar *blob = g_strndup(format->blob, format->blob_size);
	assert_int_equal(sscanf(blob, "gst 0,0 @%llx %zu", &id, &size), 2);
	g_free(blob);
	assert_int_equal(xf_surface_open(domain, id, &surface), 0);
	assert_int_equal(xf_surface_begin(surface, XF_ACCESS_READ, (void **)&data), 0);
	snprintf(expected, sizeof(expected), "i=(int)%d", i);
	assert_non_null(g_strstr_len(data, (gssize)size, expected));
	assert_int_equal(xf_surface_end(surface), 0);
	xf_surface_close(surface);
}

static void take(struct xf_domain *domain, struct xf_stream *stream, int i)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	guint8 *data;
	assert_int_equal(xf_stream_next(stream, xf_deadline(30 * SECOND), &frame), 0);
	assert_int_equal(xf_surface_begin(frame.surface, XF_ACCESS_READ, (void **)&data), 0);
	assert_int_equal(data[0], i);
	assert_int_equal(xf_surface_end(frame.surface), 0);
	expect_text(domain, frame.format, i);
	assert_int_equal(xf_stream_done(stream, &frame), 0);
}

static void caps_alone_cost_no_frame(void **state)
{
	struct xf_domain *domain;
	struct xf_stream *stream;
	GstHarness *in = begin("alone", &domain, &stream);
	const int last = 3 * IN_USE;
	push(in, 0);
	set_caps(in, 1);
	push(in, 1);
	for (int i = 2; i <= last; i++)
		set_caps(in, i);
	push(in, last);
	take(domain, stream, 0);
	take(domain, stream, 1);
	take(domain, stream, last);
	end(in, domain, stream);
}

static void caps_that_wait_cost_no_frame(void **state)
{
	struct xf_domain *domain;
	struct xf_stream *stream;
	GstHarness *in = begin("waiting", &domain, &stream);
	for (int i = 0; i < IN_USE; i++) {
		set_caps(in, i);
		push(in, i);
	}
	for (int i = IN_USE; i < 3 * IN_USE; i++)
		set_caps(in, i); /* for which there is no room yet */
	for (int i = 0; i < IN_USE; i++)
		take(domain, stream, i);
	push(in, 3 * IN_USE - 1);
	take(domain, stream, 3 * IN_USE - 1);
	end(in, domain, stream);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(caps_alone_cost_no_frame),
		cmocka_unit_test(caps_that_wait_cost_no_frame),
	};
	return cmocka_run_group_tests(tests, pipeline_setup, pipeline_teardown);
}
