/* SPDX-License-Identifier: MIT */
#include "key_unit.h"

#include "category.h"

#include <gst/video/video.h>

static gboolean is_encoded_video(const GstCaps *caps)
{
	const GstStructure *structure = gst_caps_get_structure(caps, 0);
	return g_str_has_prefix(gst_structure_get_name(structure), "video/") &&
	       !gst_structure_has_name(structure, "video/x-raw");
}

gboolean key_unit_ask(GstBaseSink *sink, const GstCaps *caps, GstBuffer *buffer, guint number)
{
	if (!is_encoded_video(caps) || !GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT))
		return FALSE;
	GST_INFO_OBJECT(sink, "asks for a key unit, for a reader has come");
	/* With what comes once only, since that reader has not had it. */
	return gst_pad_push_event(GST_BASE_SINK_PAD(sink),
		gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, TRUE, number));
}
