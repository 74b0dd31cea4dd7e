/* SPDX-License-Identifier: MIT */
/*
 * A member that writes into a domain's memory what it likes, with the tests' library:
 *
 *	forge number DOMAIN	the next format of "frames" has the number of the newest
 *	forge surfaces DOMAIN	makes "frames", of bytes as xfsink has them; but all surfaces after
 *				the first are one page. Says "made", and stays until its input
 *				ends
 */
#include "stream/stream.h"
#include "surface/pool.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define WAIT INT64_C(30000000000)

static int forge_number(struct xf_domain *domain)
{
	struct xf_stream *stream;
	if (xf_stream_open(domain, "frames", xf_deadline(WAIT), &stream))
		return 1;
	atomic_fetch_sub(&stream->memory->generation, 1);
	xf_stream_close(stream);
	return 0;
}

static void shrink(struct xf_surface *surface)
{
	struct xfi_slot *slot = surface->base.slot;
	xfi_put(&slot->hot.surface.height, 1);
	xfi_put(&slot->hot.surface.size_bytes, 4096);
	xfi_put(&slot->cold.surface.rows[0], 1);
}

static int forge_surfaces(struct xf_domain *domain)
{
	static const char blob[] = "gst 0,0 application/x-what";
	const struct xf_surface_desc desc = {
		.size = sizeof(desc), .fourcc = XF_FORMAT_R8, .width_px = 4096, .height_px = 16
	};
	const struct xf_stream_format format = {
		.size = sizeof(format), .desc = &desc, .blob = blob, .blob_size = sizeof(blob) - 1
	};
	const struct xf_stream_params params = {
		.size = sizeof(params), .format = &format, .frames = XF_POOL_MAX
	};
	struct xf_stream *stream;
	char byte;
	if (xf_stream_create(domain, &params, "frames", &stream))
		return 1;
	for (uint32_t i = 1; i < XF_POOL_MAX; i++)
		shrink(stream->local[stream->current].pool->surfaces[i]);
	if (xf_stream_set_policy(stream, XF_STREAM_NOTHING) || puts("made") < 0 || fflush(stdout))
		return 1;
	while (read(0, &byte, 1) > 0)
		;
	return 0;
}

int main(int argc, char **argv)
{
	struct xf_domain *domain;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (argc != 3 || xf_domain_open_or_create(argv[2], NULL, &domain))
		return 1;
	int r = strcmp(argv[1], "number") ? forge_surfaces(domain) : forge_number(domain);
	xf_domain_leave(domain);
	return r;
}
