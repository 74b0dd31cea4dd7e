/* SPDX-License-Identifier: MIT */
/* Each frame as a PNG file, SEQUENCE.png, in a folder. */
#ifndef CROSSFENCE_VIDEO_SINK_PNG_H
#define CROSSFENCE_VIDEO_SINK_PNG_H

#include "sink.h"

/* Makes the folder where it is not there. An exit status: not in this build, or it complains. */
int sink_png_open(struct sink *sink, const char *folder);

#endif
