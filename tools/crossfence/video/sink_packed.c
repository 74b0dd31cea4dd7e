/* SPDX-License-Identifier: MIT */
/* Whoever reads the output was told of one format, so another one in the middle is an end. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bytes.h"
#include "exit_status.h"
#include "complain.h"
#include "packed.h"
#include "pixels.h"
#include "sink_packed.h"
#include "text.h"
#include "y4m.h"

static struct {
	bool y4m, begun;
	uint32_t width_px, height_px, fourcc;
} output;

static int complain_writing(int r)
{
	if (r == -EPIPE)
		return complain(EXIT_FAILED, "whoever read the output has closed it");
	return complain(EXIT_FAILED, "cannot write the output: %s", strerror(-r));
}

static int refuse_y4m(uint32_t fourcc)
{
	char text[TEXT_SIZE];
	const char *name = pixels_ffmpeg_name(fourcc);
	return complain(EXIT_FAILED, "y4m cannot carry %s (%s); --raw can",
		text_fourcc(text, fourcc), name ? name : "which ffmpeg has no name for");
}

static int begin(const struct xf_stream_format *format)
{
	char line[Y4M_LINE_MAX];
	output.begun = true;
	output.width_px = format->desc->width_px;
	output.height_px = format->desc->height_px;
	output.fourcc = format->desc->fourcc;
	if (!packed_bytes(format->desc))
		return complain(EXIT_FAILED, "frames of a format that is not known here");
	if (!output.y4m)
		return EXIT_DONE;
	if (y4m_header(format, line))
		return refuse_y4m(output.fourcc);
	errno = 0;
	return fputs(line, stdout) < 0 ? complain_writing(-(errno ? errno : EIO)) : EXIT_DONE;
}

static int compare(const struct xf_surface_desc *desc)
{
	char before[TEXT_SIZE], now[TEXT_SIZE];
	if (desc->width_px == output.width_px && desc->height_px == output.height_px &&
		desc->fourcc == output.fourcc)
		return EXIT_DONE;
	return complain(EXIT_FAILED,
		"frames are %ux%u %s from here on, after %ux%u %s: whoever reads the output does "
		"not expect that; start again",
		desc->width_px, desc->height_px, text_fourcc(now, desc->fourcc), output.width_px,
		output.height_px, text_fourcc(before, output.fourcc));
}

/* Whatever their kind: whoever reads them has asked for bytes. */
static int show_bytes(const struct xf_frame *frame, const void *data)
{
	size_t size = bytes_meant(frame);
	bool written = fwrite(data, 1, size, stdout) == size && !fflush(stdout);
	return written ? EXIT_DONE : complain_writing(-(errno ? errno : EIO));
}

static int show(struct sink *sink, const struct xf_frame *frame, const void *data)
{
	const struct xf_surface_desc *desc = frame->format->desc;
	char caps[BYTES_CAPS];
	if (bytes_are(frame->format, caps))
		return show_bytes(frame, data);
	int status = output.begun ? compare(desc) : begin(frame->format);
	(void)sink;
	if (status)
		return status;
	int r = output.y4m && fputs("FRAME\n", stdout) < 0 ? -errno : 0;
	if (!r)
		r = packed_write(stdout, desc, data);
	if (!r && fflush(stdout))
		r = -errno;
	return r ? complain_writing(r) : EXIT_DONE;
}

void sink_packed_open(struct sink *sink, bool y4m)
{
	*sink = (struct sink){ .show = show, .takes_bytes = !y4m };
	output.y4m = y4m;
	(void)setvbuf(stdout, NULL, _IOFBF, 1 << 18); /* else the C library's: also good */
}
