/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "packed.h"
#include "source_file.h"
#include "y4m.h"

/* One per process: frames come from the standard input. */
static struct {
	FILE *from;
	bool y4m;
	uint64_t frame; /* number of the next one, from 1 */
	char other[48]; /* the format's blob */
} input;

static int next(struct source *source)
{
	input.frame++;
	if (!input.y4m) {
		int c = getc(input.from);
		if (c == EOF)
			return ferror(input.from) ? source_fail(source, -errno, "cannot read: %s",
							    strerror(errno))
						  : SOURCE_END;
		ungetc(c, input.from);
		return 0;
	}
	int r = y4m_read_frame(input.from);
	if (r == -EPROTO)
		return source_fail(source, r,
			"before frame %" PRIu64
			" of the input there is no line 'FRAME': it is cut off, "
			"or no y4m",
			input.frame);
	if (r < 0)
		return source_fail(source, r, "cannot read: %s", strerror(-r));
	return r;
}

static int fill(struct source *source, void *data)
{
	uint64_t bytes;
	int r = packed_read(input.from, &source->desc, data, &bytes);
	if (r == -ENODATA || r == PACKED_END)
		return source_fail(source, -ENODATA,
			"the input ends in frame %" PRIu64 ", after %" PRIu64 " of %" PRIu64
			" bytes",
			input.frame, bytes, packed_bytes(&source->desc));
	return r ? source_fail(source, r, "cannot read: %s", strerror(-r)) : 0;
}

static void finish(struct source *source)
{
	(void)source; /* the input is the caller's */
}

static int open_y4m(struct source *source, const struct source_request *request)
{
	struct y4m y4m = { 0 };
	char why[Y4M_WHY_MAX];
	int r = y4m_read_header(input.from, &y4m, why);
	if (r)
		return source_fail(source, r, "the input is no y4m that can be taken: %s", why);
	struct source_request found = { y4m.fourcc, y4m.width_px, y4m.height_px, y4m.rate_num,
		y4m.rate_den };
	if (request->rate_num) {
		found.rate_num = request->rate_num;
		found.rate_den = request->rate_den;
	}
	r = source_set_format(source, &found);
	source->format.colorimetry = y4m.colorimetry;
	memcpy(input.other, y4m.other, sizeof(input.other));
	source->format.blob = input.other;
	source->format.blob_size = (uint32_t)strlen(input.other);
	return r;
}

int source_file_open(struct source *source, FILE *from, const struct source_request *request)
{
	*source = (struct source){ .next = next, .fill = fill, .close = finish };
	input.from = from;
	input.y4m = !request->fourcc;
	(void)setvbuf(from, NULL, _IOFBF, 1 << 20); /* else the C library's few KiB: also good */
	if (!input.y4m)
		return source_set_format(source, request);
	if (y4m_begins(from))
		return open_y4m(source, request);
	if (feof(from))
		return source_fail(source, -ENODATA, "the input is empty");
	return source_fail(source, -EPROTO,
		"the input is no y4m (ffmpeg -f yuv4mpegpipe); for raw frames say --format and "
		"--size");
}
