/* SPDX-License-Identifier: MIT */
/* Frames to the standard output: raw, or as y4m, whose header comes before the first one. */
#ifndef CROSSFENCE_VIDEO_SINK_PACKED_H
#define CROSSFENCE_VIDEO_SINK_PACKED_H

#include <stdbool.h>

#include "sink.h"

void sink_packed_open(struct sink *sink, bool y4m);

#endif
