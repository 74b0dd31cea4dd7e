/* SPDX-License-Identifier: MIT */
/*
 * The GPU's clock begins somewhere else than ours, which counts before anything is drawn: what lies
 * between them is measured once, so that times of before and after can be compared.
 */
#include "win/dxgi/query_gpu.h"

#include <crossfence/result.h>

#include "win/dxgi/render.h"
#include "win/gpu/batch.h"
#include "win/gpu/tally.h"

static bool counts_samples(const struct xfi_query *query)
{
	return query->desc.Query == D3D11_QUERY_OCCLUSION ||
	       query->desc.Query == D3D11_QUERY_OCCLUSION_PREDICATE;
}

void xfi_query_gpu_begin(struct xfi_query *query)
{
	struct xfi_device *device = query->child.device;
	query->samples = 0;
	if (!counts_samples(query) || !xfi_render_start(device))
		return;
	if (!query->tally)
		query->tally = calloc(1, sizeof(*query->tally));
	if (query->tally)
		(void)xfi_render_note(device, xfi_tally_begin(device->gpu, query->tally));
}

static int measure(struct xfi_device *device)
{
	struct xfi_stamp stamp = { 0 };
	int r = xfi_stamp(device->gpu, &stamp);
	if (!r)
		r = xfi_gpu_finish(device->gpu);
	(void)xfi_gpu_is_done(device->gpu, stamp.batch);
	xfi_stamp_forget(device->gpu, &stamp);
	device->gpu_clock_ns = (uint64_t)xf_now() - stamp.ticks_ns;
	device->has_gpu_clock = !r;
	return r;
}

static int put_stamp(struct xfi_query *query)
{
	struct xfi_device *device = query->child.device;
	int r = device->has_gpu_clock ? 0 : measure(device);
	if (!query->stamp)
		query->stamp = calloc(1, sizeof(*query->stamp));
	if (r || !query->stamp)
		return r ? r : -ENOMEM;
	return xfi_stamp(device->gpu, query->stamp);
}

/* Where nothing was recorded since the last wait, an empty batch is what comes behind it. */
static int come_behind_waits(struct xfi_gpu *gpu)
{
	struct xfi_batch *batch;
	const bool is_last = gpu->waits && gpu->waits->number > gpu->number;
	return is_last ? xfi_batch_open(gpu, &batch) : 0;
}

void xfi_query_gpu_end(struct xfi_query *query)
{
	struct xfi_device *device = query->child.device;
	int r = 0;
	query->batch = 0;
	if (!device->gpu)
		return;
	if (query->tally)
		r = xfi_tally_end(device->gpu, query->tally);
	if (query->desc.Query == D3D11_QUERY_TIMESTAMP)
		r = put_stamp(query);
	if (query->desc.Query == D3D11_QUERY_EVENT)
		r = come_behind_waits(device->gpu);
	query->batch = device->gpu->number;
	(void)xfi_render_note(device, r);
}

bool xfi_query_gpu_is_done(struct xfi_query *query, bool flush)
{
	struct xfi_device *device = query->child.device;
	if (!query->batch)
		return true;
	if (flush)
		xfi_render_flush(device);
	if (!xfi_gpu_is_done(device->gpu, query->batch))
		return false;
	(void)xfi_render_note(device, 0);
	if (query->tally)
		query->samples = query->tally->samples;
	if (query->stamp)
		query->ended_at = query->stamp->ticks_ns + device->gpu_clock_ns;
	return true;
}

void xfi_query_gpu_free(struct xfi_query *query)
{
	struct xfi_gpu *gpu = query->child.device->gpu;
	if (query->tally)
		xfi_tally_forget(gpu, query->tally);
	if (query->stamp)
		xfi_stamp_forget(gpu, query->stamp);
	free(query->tally);
	free(query->stamp);
}
