/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>

#include "source.h"

int source_fail(struct source *source, int result, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(source->why, sizeof(source->why), format, args);
	va_end(args);
	return result;
}

int source_set_format(struct source *source, const struct source_request *what)
{
	uint64_t bytes;
	source->desc = (struct xf_surface_desc){ .size = sizeof(source->desc),
		.width_px = what->width_px,
		.height_px = what->height_px,
		.fourcc = what->fourcc };
	source->format = (struct xf_stream_format){ .size = sizeof(source->format),
		.desc = &source->desc,
		.rate_num = what->rate_num,
		.rate_den = what->rate_den };
	int r = xf_surface_layout(&source->desc, &bytes);
	return r ? source_fail(source, r, "%s", xf_last_message(r)) : 0;
}
