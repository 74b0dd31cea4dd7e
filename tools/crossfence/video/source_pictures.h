/* SPDX-License-Identifier: MIT */
/* Frames from picture files, JPEG and PNG, one after the other. */
#ifndef CROSSFENCE_VIDEO_SOURCE_PICTURES_H
#define CROSSFENCE_VIDEO_SOURCE_PICTURES_H

#include <stdbool.h>

#include "source.h"

/*
 * `paths`, ending with NULL, are files, or folders of them. Each picture has the size it has, or,
 * with a size in `request`, is fitted into it. `loop`: begins again at the end. What cannot be
 * shown is named on stderr and left out. 0; -errno, with `why`: -ENOSYS: not in this build.
 */
int source_pictures_open(
	struct source *source, char *const *paths, const struct source_request *request, bool loop);

#endif
