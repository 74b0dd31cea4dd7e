/* SPDX-License-Identifier: MIT */
/*
 * What travels with frames and formats arrives whole, also over a change of size that a polling
 * reader sleeps through; and whoever only looks never gets half a frame.
 */
#include <poll.h>
#include <stdio.h>
#include <sys/prctl.h>

#include "harness.h"

static struct xf_surface_desc desc = {
	.size = sizeof(desc), .width_px = 4096, .height_px = 1, .fourcc = XF_FORMAT_RAW
};

static struct xf_stream *produce(
	struct xf_domain *domain, const struct xf_stream_format *format, const char *label)
{
	struct xf_stream_params params = { .size = sizeof(params), .format = format };
	struct xf_stream *stream;
	assert_int_equal(xf_stream_create(domain, &params, label, &stream), 0);
	return stream;
}

static struct xf_stream *read_every(struct xf_domain *domain)
{
	struct xf_stream *stream;
	assert_int_equal(xf_stream_open(domain, "cam", 0, &stream), 0);
	assert_int_equal(xf_stream_subscribe(stream, XF_STREAM_EVERY, 1), 0);
	return stream;
}

static int put(struct xf_stream *stream, uint8_t value, const struct xf_frame_info *info)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	struct xf_surface_desc seen = { .size = sizeof(seen) };
	void *data;
	int r = xf_stream_hold(stream, patience(5000), &frame);
	if (r)
		return r;
	if (xf_surface_desc(frame.surface, &seen, NULL) ||
		xf_surface_begin(frame.surface, XF_ACCESS_WRITE, &data))
		return -EIO;
	memset(data, value, seen.width_px);
	xf_surface_end(frame.surface);
	return xf_stream_publish(stream, &frame, info);
}

static void everything_arrives_with_its_frame(void **state)
{
	static uint8_t blob[XF_FORMAT_BLOB_MAX];
	struct xf_stream_format format = { .size = sizeof(format),
		.desc = &desc,
		.colorimetry = { .full_range = 1,
			.primaries = 9,
			.transfer = 16,
			.matrix = 9,
			.chroma_siting = 3 },
		.rate_num = 60000,
		.rate_den = 1001,
		.blob = blob,
		.blob_size = sizeof(blob) };
	struct xf_frame_info info = { .size = sizeof(info),
		.pts_ns = UINT64_MAX - 1,
		.dts_ns = 0,
		.duration_ns = XF_NO_TIME,
		.fence = 77,
		.fence_value = UINT64_MAX,
		.flags = XF_FRAME_END | XF_FRAME_CORRUPT,
		.crop = { 0, 0, 0, 1080 },
		.data_size = XF_FRAME_DATA_MAX };
	struct xf_frame frame = { .size = sizeof(frame) };
	for (size_t i = 0; i < sizeof(blob); i++)
		blob[i] = (uint8_t)(i * 31);
	for (size_t i = 0; i < sizeof(info.data); i++)
		info.data[i] = (uint8_t)(i * 7 + 1);
	struct xf_stream *producer = produce(*state, &format, "cam"), *reader = read_every(*state);
	assert_int_equal(put(producer, 1, &info), 0);
	assert_int_equal(xf_stream_next(reader, 0, &frame), 0);
	const struct xf_stream_format *seen = frame.format;
	assert_memory_equal(&seen->colorimetry, &format.colorimetry, sizeof(seen->colorimetry));
	assert_int_equal(seen->rate_num, 60000);
	assert_int_equal(seen->rate_den, 1001);
	assert_int_equal(seen->blob_size, sizeof(blob));
	assert_memory_equal(seen->blob, blob, sizeof(blob));
	assert_true(frame.info->pts_ns == UINT64_MAX - 1);
	assert_int_equal(frame.info->dts_ns, 0);
	assert_true(frame.info->duration_ns == XF_NO_TIME);
	assert_int_equal(frame.info->fence, 77);
	assert_true(frame.info->fence_value == UINT64_MAX);
	assert_int_equal(frame.info->flags, XF_FRAME_END | XF_FRAME_CORRUPT);
	assert_memory_equal(&frame.info->crop, &info.crop, sizeof(info.crop));
	assert_int_equal(frame.info->data_size, XF_FRAME_DATA_MAX);
	assert_memory_equal(frame.info->data, info.data, sizeof(info.data));
	assert_int_equal(xf_stream_done(reader, &frame), 0);
	/* And what the next ones in the same surfaces do not have is not the last one's. */
	for (int i = 0; i < 9; i++) {
		assert_int_equal(put(producer, 2, NULL), 0);
		assert_int_equal(xf_stream_next(reader, 0, &frame), 0);
		assert_int_equal(frame.info->crop.height_px, 0);
		assert_int_equal(frame.info->data_size, 0);
		assert_int_equal(frame.info->fence, 0);
		assert_int_equal(frame.info->flags, 0);
		assert_int_equal(xf_stream_done(reader, &frame), 0);
	}
	/* An older caller's shorter info. */
	info.size = offsetof(struct xf_frame_info, missed);
	assert_int_equal(put(producer, 3, &info), 0);
	assert_int_equal(xf_stream_next(reader, 0, &frame), 0);
	assert_true(frame.info->pts_ns == UINT64_MAX - 1);
	assert_int_equal(frame.info->data_size, 0);
	xf_stream_close(reader);
	xf_stream_close(producer);
}

/* The same descriptor before, at and after it: readable when there is a frame, whatever its size.
 */
static void descriptors_outlive_a_new_size(void **state)
{
	struct xf_surface_desc own = desc;
	struct xf_stream_format format = { .size = sizeof(format), .desc = &own };
	struct xf_stream *producer = produce(*state, &format, "cam"), *reader = read_every(*state);
	struct xf_frame frame = { .size = sizeof(frame) };
	struct pollfd fd = { .events = POLLIN };
	assert_int_equal(xf_stream_fd(reader, &fd.fd), 0);
	for (uint32_t i = 1; i < 30; i++) {
		own.width_px = 64 * i;
		assert_int_equal(poll(&fd, 1, 0), 0);
		assert_int_equal(xf_stream_set_format(producer, &format), 0);
		assert_int_equal(put(producer, (uint8_t)i, NULL), 0);
		assert_int_equal(poll(&fd, 1, 10000), 1);
		assert_int_equal(xf_stream_next(reader, 0, &frame), 0);
		assert_int_equal(frame.format->desc->width_px, own.width_px);
		assert_int_equal(frame.format->generation, frame.info->generation);
		assert_int_equal(xf_stream_done(reader, &frame), 0);
		assert_int_equal(xf_stream_next(reader, 0, &frame), XF_TIMEOUT);
	}
	xf_stream_close(reader);
	xf_stream_close(producer);
}

struct viewer {
	struct xf_stream *stream;
	uint64_t seen, torn, last;
};

/* Ends with the stream. */
static void *look(void *arg)
{
	struct viewer *viewer = arg;
	struct xf_frame_info info = { .size = sizeof(info) };
	uint8_t copy[4096];
	size_t bytes;
	int r = 0;
	while (r != XF_ENDED) {
		r = xf_stream_peek(viewer->stream, info.sequence, patience(10000), copy,
			sizeof(copy), &bytes, &info, NULL);
		if (r && r != -EAGAIN && r != XF_ENDED)
			return viewer;
		for (size_t i = 1; !r && i < bytes; i++)
			viewer->torn += copy[i] != copy[0];
		viewer->torn += !r && (uint8_t)info.sequence != copy[0];
		viewer->seen += !r;
		viewer->last = info.sequence;
	}
	return NULL;
}

/* Read-only members: woken by frames, never given one that was written to meanwhile. */
static void viewers_never_see_half_a_frame(void **state)
{
	struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	struct xf_stream *producer = produce(*state, &format, "cam");
	struct viewer viewers[2] = { 0 };
	struct xf_domain *domains[2];
	pthread_t threads[2];
	for (int i = 0; i < 2; i++) {
		int fd;
		assert_int_equal(xf_domain_export(*state, XF_OPEN_READ_ONLY, &fd), 0);
		assert_int_equal(xf_domain_join(fd, &domains[i]), 0);
		close(fd);
		assert_int_equal(xf_stream_open(domains[i], "cam", 0, &viewers[i].stream), 0);
		assert_int_equal(pthread_create(&threads[i], NULL, look, &viewers[i]), 0);
	}
	for (uint64_t n = 1; n <= 3000; n++) {
		assert_int_equal(put(producer, (uint8_t)n, NULL), 0);
		if (n % 100 == 0)
			usleep(1000); /* they sleep in between, too */
	}
	usleep(20000);
	assert_int_equal(xf_stream_end(producer), 0);
	for (int i = 0; i < 2; i++) {
		void *failed;
		pthread_join(threads[i], &failed);
		assert_null(failed);
		assert_int_equal(viewers[i].torn, 0);
		assert_true(viewers[i].seen > 0);
		xf_stream_close(viewers[i].stream);
		xf_domain_leave(domains[i]);
	}
	xf_stream_close(producer);
}

static int produce_and_pause(struct xf_domain *domain, xf_id id)
{
	struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	struct xf_event *ready;
	prctl(PR_SET_NAME, "first-camera");
	/* Its name is taken down when it joins. */
	int fd;
	struct xf_domain *again;
	if (xf_domain_export(domain, 0, &fd) || xf_domain_join(fd, &again))
		return 1;
	(void)produce(again, &format, "cam");
	if (xf_event_open(domain, id, &ready) || xf_event_set(ready))
		return 2;
	pause();
	return 0;
}

static void the_second_producer_is_told_of_the_first(void **state)
{
	needs_processes();
	struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	struct xf_stream_params params = { .size = sizeof(params), .format = &format };
	struct xf_stream_info info = { .size = sizeof(info) };
	struct xf_stream *second;
	struct xf_event *ready;
	char process[64];
	assert_int_equal(xf_event_create(*state, 0, NULL, &ready), 0);
	pid_t pid = in_child(*state, xf_event_id(ready), produce_and_pause);
	assert_int_equal(xf_event_wait(ready, patience(10000)), 0);
	assert_int_equal(xf_stream_create(*state, &params, "cam", &second), -EBUSY);
	snprintf(process, sizeof(process), "process %d (first-camera)", pid);
	assert_non_null(strstr(xf_last_message(-EBUSY), process));
	assert_int_equal(xf_stream_open(*state, "cam", 0, &second), 0);
	assert_int_equal(xf_stream_info(second, &info), 0);
	assert_int_equal(info.producer_pid, pid);
	assert_string_equal(info.producer_name, "first-camera");
	xf_stream_close(second);
	kill(pid, SIGKILL);
	assert_int_equal(wait_child(pid), 128 + SIGKILL);
	xf_event_close(ready);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_with_domain(everything_arrives_with_its_frame),
		test_with_domain(descriptors_outlive_a_new_size),
		test_with_domain(viewers_never_see_half_a_frame),
		test_with_domain(the_second_producer_is_told_of_the_first),
	};
	limit(100);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
