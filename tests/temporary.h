/* SPDX-License-Identifier: MIT */
/* Where tests and benchmarks put what they need for a while. */
#ifndef TESTS_TEMPORARY_H
#define TESTS_TEMPORARY_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEMPORARY_SIZE 64 /* sockets' paths go on behind it */

/* "TMPDIR/name"; in /tmp where that is not set, or too long. Returns `path`. */
static inline char *temporary(char path[TEMPORARY_SIZE], const char *name)
{
	const char *folder = getenv("TMPDIR");
	if (!folder || *folder != '/' || strlen(folder) + strlen(name) + 2 > TEMPORARY_SIZE)
		folder = "/tmp";
	snprintf(path, TEMPORARY_SIZE, "%s/%s", folder, name);
	return path;
}

#endif
