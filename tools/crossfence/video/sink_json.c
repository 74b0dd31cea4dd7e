/* SPDX-License-Identifier: MIT */
#include "bytes.h"
#include "json_out.h"
#include "sink_json.h"
#include "text.h"

static void add_time(struct json_object *to, const char *key, uint64_t ns)
{
	json_object_object_add(to, key, ns == XF_NO_TIME ? NULL : json_object_new_uint64(ns));
}

static int show(struct sink *sink, const struct xf_frame *frame, const void *data)
{
	const struct xf_frame_info *info = frame->info;
	const struct xf_surface_desc *desc = frame->format->desc;
	struct json_object *line = json_object_new_object();
	char fourcc[TEXT_SIZE], caps[BYTES_CAPS];
	(void)sink;
	(void)data;
	json_add_u64(line, "sequence", info->sequence);
	add_time(line, "pts_ns", info->pts_ns);
	add_time(line, "dts_ns", info->dts_ns);
	add_time(line, "duration_ns", info->duration_ns);
	json_add_u64(line, "missed", info->missed);
	json_add_bool(line, "discontinuity", info->flags & XF_FRAME_DISCONT);
	json_add_bool(line, "gap", info->flags & XF_FRAME_GAP);
	json_add_bool(line, "key", info->flags & XF_FRAME_KEY);
	json_add_bool(line, "end", info->flags & XF_FRAME_END);
	json_add_bool(line, "corrupt", info->flags & XF_FRAME_CORRUPT);
	json_add_u64(line, "generation", info->generation);
	json_add_u64(line, "width_px", desc->width_px);
	json_add_u64(line, "height_px", desc->height_px);
	json_add_string(line, "fourcc", text_fourcc(fourcc, desc->fourcc));
	if (desc->fourcc == XF_FORMAT_TENSOR)
		json_add_tensor(line, &desc->tensor);
	if (bytes_are(frame->format, caps)) {
		json_add_string(line, "caps", caps);
		json_add_u64(line, "bytes", bytes_meant(frame));
	}
	json_add_u64(line, "data_bytes", info->data_size);
	return json_print(line, false);
}

void sink_json_open(struct sink *sink)
{
	*sink = (struct sink){ .show = show, .takes_bytes = true };
}
