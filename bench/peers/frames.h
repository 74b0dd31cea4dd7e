/* SPDX-License-Identifier: MIT */
/* What both PipeWire programs agree on: the frame and its format. */
#ifndef BENCH_PEERS_FRAMES_H
#define BENCH_PEERS_FRAMES_H

#include <pipewire/pipewire.h>
#include <spa/param/video/format-utils.h>

#define WIDTH	    1920
#define HEIGHT	    1080
#define FRAME_BYTES (WIDTH * HEIGHT * 4)

static inline const struct spa_pod *frames_format(struct spa_pod_builder *builder)
{
	struct spa_video_info_raw info = {
		.format = SPA_VIDEO_FORMAT_RGBA,
		.size = SPA_RECTANGLE(WIDTH, HEIGHT),
		.framerate = SPA_FRACTION(60, 1),
	};
	return spa_format_video_raw_build(builder, SPA_PARAM_EnumFormat, &info);
}

/* Four buffers of shared memory, one frame each. */
static inline const struct spa_pod *frames_buffers(struct spa_pod_builder *builder)
{
	return spa_pod_builder_add_object(builder, SPA_TYPE_OBJECT_ParamBuffers, SPA_PARAM_Buffers,
		SPA_PARAM_BUFFERS_buffers, SPA_POD_Int(4), SPA_PARAM_BUFFERS_blocks, SPA_POD_Int(1),
		SPA_PARAM_BUFFERS_size, SPA_POD_Int(FRAME_BYTES), SPA_PARAM_BUFFERS_stride,
		SPA_POD_Int(WIDTH * 4), SPA_PARAM_BUFFERS_dataType,
		SPA_POD_CHOICE_FLAGS_Int(1 << SPA_DATA_MemFd));
}

#endif
