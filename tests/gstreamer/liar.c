/* SPDX-License-Identifier: MIT */
#include "liar.h"

#include "pipeline.h"

#include <stdio.h>
#include <string.h>

struct liar liar_lie(const char *blob, uint32_t rate_num, uint32_t rate_den)
{
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 64, .height_px = 64, .fourcc = XF_FORMAT_R8
	};
	struct xf_stream_format format = { .size = sizeof(format),
		.desc = &desc,
		.blob = blob,
		.blob_size = (uint32_t)strlen(blob),
		.rate_num = rate_num,
		.rate_den = rate_den };
	struct xf_stream_params params = { .size = sizeof(params), .format = &format };
	struct liar liar;
	assert_int_equal(xf_domain_open_or_create("liar", NULL, &liar.domain), 0);
	assert_int_equal(xf_stream_create(liar.domain, &params, "frames", &liar.stream), 0);
	return liar;
}

void liar_publish(struct liar *liar, const struct xf_frame_info *info)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	int r = xf_stream_hold(liar->stream, xf_deadline(30 * LIAR_SECOND), &frame);
	assert_int_equal(r, 0);
	assert_int_equal(xf_stream_publish(liar->stream, &frame, info), 0);
}

void liar_come_clean(struct liar *liar)
{
	xf_stream_close(liar->stream);
	xf_domain_leave(liar->domain);
}

void liar_wait_for_reader(struct liar *liar)
{
	assert_int_equal(xf_stream_wait_readers(liar->stream, 1, xf_deadline(30 * LIAR_SECOND)), 0);
}

GstCaps *liar_caps_of(const char *blob)
{
	struct liar liar = liar_lie(blob, 0, 0);
	struct xf_frame_info info = { .size = sizeof(info), .data_size = 32 };
	memcpy(info.data, "GX02\5\0\0\0", 8);
	GstElement *back = pipeline_play("xfsrc domain=liar ! appsink name=out sync=false");
	GstBus *bus = gst_element_get_bus(back);
	GstElement *out = gst_bin_get_by_name(GST_BIN(back), "out");
	GstSample *sample = NULL;
	GstMessage *error = NULL;
	liar_wait_for_reader(&liar);
	liar_publish(&liar, &info);
	for (int tries = 0; !sample && !error && tries < 1500; tries++) {
		g_signal_emit_by_name(out, "try-pull-sample", 20 * GST_MSECOND, &sample);
		error = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR);
	}
	GstCaps *caps = sample ? gst_caps_ref(gst_sample_get_caps(sample)) : NULL;
	if (!sample && !error)
		fail_msg("%s: neither frames nor an error", blob);
	if (sample)
		gst_sample_unref(sample);
	if (error)
		gst_message_unref(error);
	gst_object_unref(out);
	gst_object_unref(bus);
	pipeline_end(back);
	liar_come_clean(&liar);
	return caps;
}

void liar_is_said(const char *caps, gboolean said)
{
	char blob[300];
	snprintf(blob, sizeof(blob), "gst 0,0 %s", caps);
	GstCaps *got = liar_caps_of(blob);
	if (said != (got != NULL))
		fail_msg("%s: %" GST_PTR_FORMAT, caps, got);
	gst_clear_caps(&got);
}
