/* SPDX-License-Identifier: MIT */
/* What camera and viewer share. */
#ifndef EXAMPLES_CAMERA_H
#define EXAMPLES_CAMERA_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <crossfence/crossfence.h>

static inline void must(int result, const char *what)
{
	if (result == 0)
		return;
	fprintf(stderr, "%s: %s\n", what, xf_strerror(result));
	exit(1);
}

#endif
