/* SPDX-License-Identifier: MIT */
/*
 * A viewer of camera.c's pictures: sees the newest one each time it looks, whenever it comes,
 * however slow it is, and whatever happens to the camera or to other viewers.
 *
 *	viewer [FRAMES]
 *
 * Prints the number and size of each frame. Every byte of a frame is the lowest of its number;
 * anything else would be a torn frame, and ends it with status 1.
 */
#include <inttypes.h>
#include <string.h>

#include "camera.h"

/* Whether it is torn. */
static bool look(struct xf_surface *surface, uint64_t number)
{
	uint64_t size;
	struct xf_surface_desc desc = { .size = sizeof(desc) };
	void *pixels;
	must(xf_surface_begin(surface, XF_ACCESS_READ, &pixels), "begin");
	xf_surface_desc(surface, &desc, &size);
	const uint8_t *bytes = pixels;
	bool torn = bytes[0] != (number & 0xff) || memcmp(bytes, bytes + 1, size - 1) != 0;
	must(xf_surface_end(surface), "end");
	printf("frame %" PRIu64 " %ux%u%s\n", number, desc.width_px, desc.height_px,
		torn ? " is torn" : "");
	fflush(stdout);
	return torn;
}

int main(int argc, char **argv)
{
	uint64_t frames = UINT64_MAX;
	struct xf_frame frame = { .size = sizeof(frame) };
	struct xf_domain *domain;
	struct xf_stream *stream;
	bool torn = false;
	if (argc > 1)
		frames = number_of(argc == 2 ? argv[1] : "", "viewer [FRAMES]");
	/* README.md: */
	must(xf_domain_open("camera", 0, XF_NEVER, &domain), "camera");
	must(xf_stream_open(domain, "frames", XF_NEVER, &stream), "frames");
	must(xf_stream_subscribe(stream, XF_STREAM_LATEST, 1), "subscribe");
	while (frames-- && !torn) {
		must(xf_stream_next(stream, XF_NEVER, &frame), "next");
		torn = look(frame.surface, frame.info->sequence);
		must(xf_stream_done(stream, &frame), "done");
	}
	/* README.md. */
	xf_stream_close(stream);
	xf_domain_leave(domain);
	return torn;
}
