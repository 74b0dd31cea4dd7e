/* SPDX-License-Identifier: MIT */
/*
 * Frames that are no pictures: sound, encoded video, text. GStreamer's xfsink sends them as rows of
 * bytes, and says in the format's own bytes what they are ("gst 0,0 audio/x-raw, ..."), in the
 * frame's how many are meant ("GX02", 64 bits little endian).
 */
#ifndef CROSSFENCE_VIDEO_BYTES_H
#define CROSSFENCE_VIDEO_BYTES_H

#include <stdbool.h>

#include <crossfence/stream.h>

#define BYTES_CAPS 120 /* room for as much of what they are as one wants to read in a line */

/* Whether they are, and of what kind, fit to be printed. */
bool bytes_are(const struct xf_stream_format *format, char caps[BYTES_CAPS]);

/* How many bytes a frame means; all of the surface, if it does not say. */
size_t bytes_meant(const struct xf_frame *frame);

#endif
