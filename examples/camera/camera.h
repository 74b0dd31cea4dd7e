/* SPDX-License-Identifier: MIT */
/* What camera and viewer have agreed on: where a picture is, by one number that only grows. */
#ifndef EXAMPLES_CAMERA_H
#define EXAMPLES_CAMERA_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <crossfence/crossfence.h>

#define SURFACES 4
#define NOWHERE	 (SURFACES) /* the index of no surface */

static inline uint64_t picture(uint64_t frame, uint32_t index)
{
	return frame * (SURFACES + 1) + index;
}

static inline uint64_t frame_of(uint64_t picture)
{
	return picture / (SURFACES + 1);
}

static inline uint32_t index_of(uint64_t picture)
{
	return (uint32_t)(picture % (SURFACES + 1));
}

static inline void must(int result, const char *what)
{
	if (result == 0)
		return;
	fprintf(stderr, "%s: %s\n", what, xf_strerror(result));
	exit(1);
}

#endif
