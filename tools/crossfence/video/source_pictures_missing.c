/* SPDX-License-Identifier: MIT */
/* In a build without libjpeg and libpng. */
#include <errno.h>

#include "source_pictures.h"

int source_pictures_open(
	struct source *source, char *const *paths, const struct source_request *request, bool loop)
{
	*source = (struct source){ 0 };
	return source_fail(source, -ENOSYS,
		"this build reads no pictures; install libjpeg and libpng and build again");
}
