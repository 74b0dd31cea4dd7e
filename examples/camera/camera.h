/* SPDX-License-Identifier: MIT */
/* What camera and viewer share. */
#ifndef EXAMPLES_CAMERA_H
#define EXAMPLES_CAMERA_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <crossfence/crossfence.h>

static inline void must(int result, const char *what)
{
	if (result == 0)
		return;
	fprintf(stderr, "%s: %s\n", what, xf_strerror(result));
	exit(1);
}

/* A whole number, or this is the end. */
static inline uint64_t number_of(const char *text, const char *usage)
{
	if (*text && !text[strspn(text, "0123456789")] && strlen(text) < 19)
		return strtoull(text, NULL, 10);
	fprintf(stderr, "usage: %s\n", usage);
	exit(2);
}

#endif
