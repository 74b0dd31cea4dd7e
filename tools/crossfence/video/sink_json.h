/* SPDX-License-Identifier: MIT */
/* A JSON object for each frame, in one line: what is told of it beside its pixels. */
#ifndef CROSSFENCE_VIDEO_SINK_JSON_H
#define CROSSFENCE_VIDEO_SINK_JSON_H

#include "sink.h"

void sink_json_open(struct sink *sink);

#endif
