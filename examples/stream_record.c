/* SPDX-License-Identifier: MIT */
/*
 * A recorder: every frame into FILE-1.y4m, which mpv and ffmpeg play; a new size or rate begins
 * FILE-2.y4m, and so on. Frames of planar YUV, 8 bits.
 *
 *	stream_record NAME FILE
 *
 * If the disk is slow the producer waits. If this recorder is killed it does not.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <crossfence/crossfence.h>

struct recorder {
	const char *name;
	FILE *file; /* NULL: none yet */
	unsigned files;
	uint32_t generation; /* of the format that the file has */
	struct xf_format_info layout;
};

static void must(int result, const char *what)
{
	if (result == 0)
		return;
	fprintf(stderr, "%s: %s\n", what, xf_last_message(result));
	exit(1);
}

static void must_write(const void *bytes, size_t size, FILE *file)
{
	if (fwrite(bytes, 1, size, file) == size)
		return;
	perror("write");
	exit(1);
}

static const char *chroma(uint32_t fourcc)
{
	return fourcc == XF_FORMAT_YUV420   ? "420"
	       : fourcc == XF_FORMAT_YUV422 ? "422"
	       : fourcc == XF_FORMAT_YUV444 ? "444"
					    : NULL;
}

static void begin_file(struct recorder *r, const struct xf_stream_format *format)
{
	char path[4200], header[128];
	const struct xf_surface_desc *desc = format->desc;
	r->generation = format->generation;
	r->layout.size = sizeof(r->layout);
	must(xf_format_info(desc->fourcc, &r->layout), "format");
	if (!chroma(desc->fourcc)) {
		fprintf(stderr, "y4m has no %.4s\n", (const char *)&desc->fourcc);
		exit(1);
	}
	if (r->file && fclose(r->file))
		perror("close");
	snprintf(path, sizeof(path), "%s-%u.y4m", r->name, ++r->files);
	r->file = fopen(path, "we");
	if (!r->file) {
		perror(path);
		exit(1);
	}
	int n = snprintf(header, sizeof(header), "YUV4MPEG2 W%u H%u F%u:%u C%s\n", desc->width_px,
		desc->height_px, format->rate_num ? format->rate_num : 25,
		format->rate_num ? format->rate_den : 1, chroma(desc->fourcc));
	must_write(header, (size_t)n, r->file);
}

/* Rows in a file lie one after the other; in a surface there may be a gap between them. */
static void write_plane(struct recorder *r, const struct xf_surface_desc *desc, uint32_t plane,
	const uint8_t *pixels)
{
	uint32_t across = r->layout.planes[plane].block_width_px;
	size_t bytes = (desc->width_px + across - 1) / across;
	pixels += desc->planes[plane].offset_bytes;
	for (uint32_t y = 0; y < desc->planes[plane].rows; y++)
		must_write(pixels + (size_t)y * desc->planes[plane].stride_bytes, bytes, r->file);
}

static void record(struct recorder *r, const struct xf_frame *frame)
{
	void *pixels;
	if (!r->file || r->generation != frame->format->generation)
		begin_file(r, frame->format);
	must_write("FRAME\n", 6, r->file);
	must(xf_surface_begin(frame->surface, XF_ACCESS_READ, &pixels), "begin");
	for (uint32_t plane = 0; plane < r->layout.n_planes; plane++)
		write_plane(r, frame->format->desc, plane, pixels);
	must(xf_surface_end(frame->surface), "end");
	if (frame->info->flags & XF_FRAME_GAP)
		fprintf(stderr, "%" PRIu64 " frames are missing before frame %" PRIu64 "\n",
			frame->info->missed, frame->info->sequence);
}

int main(int argc, char **argv)
{
	struct recorder recorder = { 0 };
	struct xf_frame frame = { .size = sizeof(frame) };
	struct xf_domain *domain;
	struct xf_stream *stream;
	int r;
	if (argc != 3) {
		fprintf(stderr, "usage: stream_record NAME FILE\n");
		return 2;
	}
	recorder.name = argv[2];
	must(xf_domain_open(argv[1], 0, XF_NEVER, &domain), argv[1]);
	must(xf_stream_open(domain, "frames", XF_NEVER, &stream), "frames");
	must(xf_stream_subscribe(stream, XF_STREAM_EVERY, 1), "subscribe");
	while ((r = xf_stream_next(stream, XF_NEVER, &frame)) == 0) {
		record(&recorder, &frame);
		must(xf_stream_done(stream, &frame), "done");
	}
	must(r == XF_ENDED ? 0 : r, "next");
	if (recorder.file && fclose(recorder.file)) {
		perror("close");
		return 1;
	}
	xf_stream_close(stream);
	xf_domain_leave(domain);
	return 0;
}
