/* SPDX-License-Identifier: MIT */
#include "producer.h"

#include "pipeline.h"

#include <string.h>

static struct xf_stream_format format_of(const struct xf_surface_desc *desc, const char *blob)
{
	return (struct xf_stream_format){ .size = sizeof(struct xf_stream_format),
		.desc = desc,
		.blob = blob,
		.blob_size = (uint32_t)strlen(blob) };
}

struct producer producer_begin(
	const char *domain, const struct xf_surface_desc *desc, const char *blob)
{
	const struct xf_stream_format format = format_of(desc, blob);
	const struct xf_stream_params params = { .size = sizeof(params), .format = &format };
	struct producer producer;
	assert_int_equal(xf_domain_open_or_create(domain, NULL, &producer.domain), 0);
	assert_int_equal(xf_stream_create(producer.domain, &params, "frames", &producer.stream), 0);
	return producer;
}

void producer_change(
	struct producer *producer, const struct xf_surface_desc *desc, const char *blob)
{
	const struct xf_stream_format format = format_of(desc, blob);
	assert_int_equal(xf_stream_set_format(producer->stream, &format), 0);
}

void producer_end(struct producer *producer)
{
	xf_stream_close(producer->stream);
	xf_domain_leave(producer->domain);
}

void producer_wait_for_reader(struct producer *producer)
{
	int r = xf_stream_wait_readers(producer->stream, 1, xf_deadline(PRODUCER_WAIT));
	assert_int_equal(r, 0);
}

void producer_publish(struct producer *producer, producer_paint *paint, gconstpointer picture)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	struct xf_frame_info info = { .size = sizeof(info),
		.pts_ns = XF_NO_TIME,
		.dts_ns = XF_NO_TIME,
		.duration_ns = XF_NO_TIME,
		.data = "GX02",
		.data_size = 32 };
	void *data;
	int r = xf_stream_hold(producer->stream, xf_deadline(PRODUCER_WAIT), &frame);
	assert_int_equal(r, 0);
	if (paint) {
		assert_int_equal(xf_surface_begin(frame.surface, XF_ACCESS_WRITE, &data), 0);
		paint(frame.format->desc, data, picture);
		xf_surface_end(frame.surface);
	}
	assert_int_equal(xf_stream_publish(producer->stream, &frame, &info), 0);
}
