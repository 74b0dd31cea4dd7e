/* SPDX-License-Identifier: MIT */
/* A domain that was given by its descriptor, and that all others have left: xfsrc waits as it would
 * for its first producer, or fails. */
#include "pipeline.h"

#include <crossfence/crossfence.h>
#include <string.h>
#include <unistd.h>

#define WAIT INT64_C(30000000000)

struct producer {
	struct xf_domain *domain;
	struct xf_stream *stream;
};

static void produce(struct producer *producer)
{
	const struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 64, .height_px = 64, .fourcc = XF_FORMAT_R8
	};
	const struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	const struct xf_stream_params params = { .size = sizeof(params), .format = &format };
	int r = xf_stream_create(producer->domain, &params, "frames", &producer->stream);
	assert_int_equal(r, 0);
}

/* In a domain of its own. */
static struct producer begin(int *ret_fd)
{
	struct producer producer;
	assert_int_equal(xf_domain_create(NULL, &producer.domain), 0);
	assert_int_equal(xf_domain_export(producer.domain, 0, ret_fd), 0);
	produce(&producer);
	return producer;
}

static struct producer follow(int fd)
{
	struct producer producer;
	assert_int_equal(xf_domain_join(fd, &producer.domain), 0);
	produce(&producer);
	return producer;
}

static void leave(struct producer *producer)
{
	xf_stream_close(producer->stream);
	xf_domain_leave(producer->domain);
}

static void shows(struct producer *producer, GstElement *back)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	assert_int_equal(xf_stream_wait_readers(producer->stream, 1, xf_deadline(WAIT)), 0);
	assert_int_equal(xf_stream_hold(producer->stream, xf_deadline(WAIT), &frame), 0);
	assert_int_equal(xf_stream_publish(producer->stream, &frame, NULL), 0);
	GstSample *got = pipeline_pull(back);
	assert_non_null(got);
	gst_sample_unref(got);
}

static GstElement *read_it(int fd, const char *options)
{
	return pipeline_play("xfsrc fd=%d %s ! appsink name=out sync=false", fd, options);
}

static void is_told(GstElement *back, const char *words)
{
	GError *error;
	GstMessage *message = pipeline_message(back, GST_MESSAGE_INFO);
	gst_message_parse_info(message, &error, NULL);
	if (!strstr(error->message, words))
		fail_msg("%s", error->message);
	g_error_free(error);
	gst_message_unref(message);
}

static void fails(GstElement *back)
{
	GError *error;
	GstBus *bus = gst_element_get_bus(back);
	GstMessage *message = gst_bus_timed_pop_filtered(bus, 30 * GST_SECOND, GST_MESSAGE_ERROR);
	assert_non_null(message);
	gst_message_parse_error(message, &error, NULL);
	if (!g_error_matches(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND) ||
		!strstr(error->message, "descriptor") ||
		!strstr(error->message, "nobody else is left"))
		fail_msg("%s", error->message);
	g_error_free(error);
	gst_message_unref(message);
	gst_object_unref(bus);
}

static void who_shall_not_wait_fails(void **state)
{
	static const char *const options[] = { "wait-for-connection=false",
		"connection-timeout=1500000000" };
	for (gsize i = 0; i < G_N_ELEMENTS(options); i++) {
		int fd;
		struct producer producer = begin(&fd);
		GstElement *back = read_it(fd, options[i]);
		shows(&producer, back);
		leave(&producer);
		fails(back);
		pipeline_end(back);
		close(fd);
	}
}

/* Others have the descriptor, and come when they like. */
static void who_may_wait_does(void **state)
{
	int fd;
	struct producer producer = begin(&fd);
	GstElement *back = read_it(fd, "");
	for (int i = 0; i < 2; i++) {
		shows(&producer, back);
		leave(&producer);
		is_told(back, "nobody else is left");
		producer = follow(fd);
		shows(&producer, back);
		is_told(back, "goes on");
	}
	leave(&producer);
	pipeline_end(back);
	close(fd);
}

/* Whoever else is there may bring the next one; and there is nobody when it has left, too. */
static void who_is_not_alone_waits(void **state)
{
	int fd;
	struct xf_domain *other;
	struct producer producer = begin(&fd);
	GstElement *back = read_it(fd, "wait-for-connection=false");
	shows(&producer, back);
	assert_int_equal(xf_domain_join(fd, &other), 0);
	leave(&producer);
	is_told(back, "not come yet");
	producer = follow(fd);
	shows(&producer, back);
	is_told(back, "goes on");
	leave(&producer);
	is_told(back, "not come yet");
	xf_domain_leave(other);
	fails(back);
	pipeline_end(back);
	close(fd);
}

/* By that a producer comes as well. */
static void so_does_who_has_a_name(void **state)
{
	int fd;
	struct producer producer = begin(&fd);
	assert_int_equal(xf_domain_publish(producer.domain, "known"), 0);
	GstElement *back = read_it(fd, "wait-for-connection=false");
	shows(&producer, back);
	leave(&producer);
	is_told(back, "not come yet");
	assert_int_equal(xf_domain_open("known", 0, xf_deadline(WAIT), &producer.domain), 0);
	produce(&producer);
	shows(&producer, back);
	leave(&producer);
	pipeline_end(back);
	close(fd);
}

static gpointer come_and_go(gpointer arg)
{
	const gint *stop = arg;
	while (!g_atomic_int_get(stop))
		pipeline_end(pipeline_play("videotestsrc is-live=true ! "
					   "video/x-raw,width=64,height=64 ! xfsink name=another"));
	return NULL;
}

/* What else the process leaves meanwhile is no reason not to find a producer who is there. */
static void who_shall_not_wait_finds_who_is_there(void **state)
{
	gint stop = FALSE;
	GstElement *in = pipeline_play("videotestsrc is-live=true ! "
				       "video/x-raw,width=64,height=64 ! xfsink name=there");
	GstElement *first = pipeline_play("xfsrc domain=there ! appsink name=out sync=false");
	gst_sample_unref(pipeline_pull(first));
	GThread *thread = g_thread_new("others", come_and_go, &stop);
	for (int i = 0; i < 60; i++) {
		GstElement *back = pipeline_play("xfsrc domain=there wait-for-connection=false ! "
						 "appsink name=out sync=false");
		GstSample *sample = pipeline_pull(back);
		assert_non_null(sample);
		gst_sample_unref(sample);
		pipeline_end(back);
	}
	g_atomic_int_set(&stop, TRUE);
	g_thread_join(thread);
	pipeline_end(first);
	pipeline_end(in);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_shall_not_wait_fails),
		cmocka_unit_test(who_may_wait_does),
		cmocka_unit_test(who_is_not_alone_waits),
		cmocka_unit_test(so_does_who_has_a_name),
		cmocka_unit_test(who_shall_not_wait_finds_who_is_there),
	};
	return cmocka_run_group_tests(tests, pipeline_setup, pipeline_teardown);
}
