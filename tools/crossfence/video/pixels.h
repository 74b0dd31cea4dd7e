/* SPDX-License-Identifier: MIT */
/* Pixel formats by the names that people know them by: DRM's codes, ffmpeg's and GStreamer's. */
#ifndef CROSSFENCE_VIDEO_PIXELS_H
#define CROSSFENCE_VIDEO_PIXELS_H

#include <stddef.h>
#include <stdint.h>

struct pixels {
	uint32_t fourcc;
	const char *ffmpeg, *gstreamer, *y4m; /* NULL: they have none */
};

/* All that are known, one by one; NULL: these were all. */
const struct pixels *pixels_at(size_t i);

/* A DRM code ("NV12", "AB24"), a pix_fmt of ffmpeg's or a format of GStreamer's. 0, or -ENOENT. */
int pixels_find(const char *text, uint32_t *ret_fourcc);

/* What ffmpeg calls it; NULL: nothing. */
const char *pixels_ffmpeg_name(uint32_t fourcc);

/* The chroma type of y4m, without siting: "420", "422p10", "mono"; NULL: y4m has none for it. */
const char *pixels_y4m_name(uint32_t fourcc);

/* The format of a y4m chroma type, siting included ("420mpeg2"). 0, or -ENOENT. */
int pixels_from_y4m(const char *type, uint32_t *ret_fourcc);

#endif
