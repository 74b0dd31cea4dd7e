/* SPDX-License-Identifier: MIT */
/*
 * The headers of YUV4MPEG2, which ffmpeg, mpv and GStreamer read and write: uncompressed video that
 * says what it is.
 */
#ifndef CROSSFENCE_VIDEO_Y4M_H
#define CROSSFENCE_VIDEO_Y4M_H

#include <stdbool.h>
#include <stdio.h>

#include <crossfence/stream.h>

#define Y4M_LINE_MAX 256 /* longest header that is taken, and that is written */
#define Y4M_WHY_MAX  160

struct y4m {
	uint32_t width_px, height_px, fourcc;
	uint32_t rate_num, rate_den; /* 0/0: unknown */
	struct xf_colorimetry colorimetry;
	char other[48]; /* "Ip A1:1": interlacing and shape of pixels, for the format's blob */
};

/* Whether the input begins as y4m does. Takes nothing from it but what is put back. */
bool y4m_begins(FILE *from);

/* Reads the first line. 0; -EPROTO: `why` says what is wrong with it. */
int y4m_read_header(FILE *from, struct y4m *ret_header, char why[Y4M_WHY_MAX]);
/* Reads the line before each frame. 0; 1: the end of the input; -EPROTO; -errno. */
int y4m_read_frame(FILE *from);

/* The first line for frames of that format, newline included. -ENOTSUP: y4m has no such format. */
int y4m_header(const struct xf_stream_format *format, char line[Y4M_LINE_MAX]);

#endif
