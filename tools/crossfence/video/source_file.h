/* SPDX-License-Identifier: MIT */
/* Frames from a file or pipe: y4m, or raw ones, which do not say what they are. */
#ifndef CROSSFENCE_VIDEO_SOURCE_FILE_H
#define CROSSFENCE_VIDEO_SOURCE_FILE_H

#include <stdio.h>

#include "source.h"

/*
 * `from` is borrowed. With a fourcc and a size in `request` the frames are raw ones of these, else
 * y4m. A rate in it counts more than y4m's own. 0; -errno, and nothing but `why` can be used.
 */
int source_file_open(struct source *source, FILE *from, const struct source_request *request);

#endif
