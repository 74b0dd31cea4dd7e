/* SPDX-License-Identifier: MIT */
/*
 * Frames as text: on a terminal, in its size, one over the other with a line about it below; else
 * as letters, one after the other.
 */
#ifndef CROSSFENCE_VIDEO_SINK_TEXT_H
#define CROSSFENCE_VIDEO_SINK_TEXT_H

#include <stdbool.h>

#include "sink.h"

/* `letters`: not in colour. `name` is shown. From the first frame to close() the terminal is ours.
 */
void sink_text_open(struct sink *sink, const char *name, bool letters);

/* Says something instead of the line below the frame, or, before the first one, on stderr. */
void sink_text_note(const char *note);

#endif
