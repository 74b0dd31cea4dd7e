/* SPDX-License-Identifier: MIT */
/* In a build without libpng. */
#include "exit_status.h"
#include "complain.h"
#include "sink_png.h"

int sink_png_open(struct sink *sink, const char *folder)
{
	*sink = (struct sink){ 0 };
	return complain(EXIT_FAILED,
		"this build writes no %s/*.png; install libpng and build again", folder);
}
