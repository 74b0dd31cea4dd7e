/* SPDX-License-Identifier: MIT */
#include "win/gpu/tally.h"

#include <stdlib.h>

#define SLOTS 64u

/* One tally's share in a query. */
struct share {
	struct xfi_tally *tally;
	uint32_t slot;
};

struct xfi_tally_counts {
	VkQueryPool samples, times;
	uint32_t n_samples, n_times, n_shares, room;
	bool counting;
	struct share *shares;
	struct xfi_stamp *stamps[SLOTS];
};

static int make_pool(struct xfi_gpu *gpu, VkQueryType type, VkQueryPool *ret_pool)
{
	const VkQueryPoolCreateInfo info = { .sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO,
		.queryType = type,
		.queryCount = SLOTS };
	VkResult error = gpu->card->vk.CreateQueryPool(gpu->card->device, &info, NULL, ret_pool);
	return error ? xfi_gpu_result(gpu, "vkCreateQueryPool", error) : 0;
}

static int counts_of(
	struct xfi_gpu *gpu, struct xfi_batch *batch, struct xfi_tally_counts **ret_counts)
{
	if (!batch->counts)
		batch->counts = calloc(1, sizeof(*batch->counts));
	if (!batch->counts)
		return -ENOMEM;
	*ret_counts = batch->counts;
	if (batch->counts->times)
		return 0;
	int r = batch->counts->samples
			? 0
			: make_pool(gpu, VK_QUERY_TYPE_OCCLUSION, &batch->counts->samples);
	return r ? r : make_pool(gpu, VK_QUERY_TYPE_TIMESTAMP, &batch->counts->times);
}

static bool reserve(struct xfi_tally_counts *counts, uint32_t more)
{
	if (counts->n_shares + more <= counts->room)
		return true;
	const uint32_t room = 2 * (counts->n_shares + more);
	struct share *shares = realloc(counts->shares, room * sizeof(*shares));
	if (!shares)
		return false;
	counts->shares = shares;
	counts->room = room;
	return true;
}

static uint32_t count_active(const struct xfi_gpu *gpu)
{
	uint32_t n = 0;
	for (const struct xfi_tally *tally = gpu->tallies; tally; tally = tally->next)
		n++;
	return n;
}

/* Begins a query for all that are active; without memory nothing is counted here. */
static void start(struct xfi_gpu *gpu, struct xfi_batch *batch)
{
	const struct xfi_card *card = gpu->card;
	struct xfi_tally_counts *counts;
	if (!gpu->tallies || counts_of(gpu, batch, &counts) ||
		!reserve(counts, count_active(gpu)) || counts->n_samples == SLOTS)
		return;
	xfi_batch_end_rendering(gpu, batch);
	card->vk.CmdResetQueryPool(batch->commands, counts->samples, counts->n_samples, 1);
	card->vk.CmdBeginQuery(batch->commands, counts->samples, counts->n_samples,
		card->features.occlusionQueryPrecise ? VK_QUERY_CONTROL_PRECISE_BIT : 0);
	for (struct xfi_tally *tally = gpu->tallies; tally; tally = tally->next) {
		counts->shares[counts->n_shares++] = (struct share){ tally, counts->n_samples };
		tally->batch = batch->number;
	}
	counts->counting = true;
}

static void stop(struct xfi_gpu *gpu, struct xfi_batch *batch)
{
	struct xfi_tally_counts *counts = batch->counts;
	if (!counts || !counts->counting)
		return;
	xfi_batch_end_rendering(gpu, batch);
	gpu->card->vk.CmdEndQuery(batch->commands, counts->samples, counts->n_samples++);
	counts->counting = false;
}

void xfi_tally_resume(struct xfi_gpu *gpu, struct xfi_batch *batch)
{
	start(gpu, batch);
}

void xfi_tally_pause(struct xfi_gpu *gpu, struct xfi_batch *batch)
{
	stop(gpu, batch);
}

/* A batch with room for one more query. */
static int open_with_room(struct xfi_gpu *gpu, struct xfi_batch **ret_batch)
{
	int r = xfi_batch_open(gpu, ret_batch);
	if (r || !(*ret_batch)->counts)
		return r;
	if ((*ret_batch)->counts->n_samples + 1 < SLOTS && (*ret_batch)->counts->n_times < SLOTS)
		return 0;
	r = xfi_gpu_flush(gpu);
	return r ? r : xfi_batch_open(gpu, ret_batch);
}

static void take_out(struct xfi_gpu *gpu, struct xfi_tally *tally)
{
	struct xfi_tally **link = &gpu->tallies;
	while (*link && *link != tally)
		link = &(*link)->next;
	if (*link)
		*link = tally->next;
	tally->is_active = false;
}

int xfi_tally_begin(struct xfi_gpu *gpu, struct xfi_tally *tally)
{
	struct xfi_batch *batch;
	int r = open_with_room(gpu, &batch);
	if (r)
		return r;
	xfi_tally_forget(gpu, tally);
	stop(gpu, batch);
	*tally = (struct xfi_tally){ .next = gpu->tallies, .is_active = true };
	gpu->tallies = tally;
	start(gpu, batch);
	return 0;
}

int xfi_tally_end(struct xfi_gpu *gpu, struct xfi_tally *tally)
{
	struct xfi_batch *batch;
	if (!tally->is_active)
		return 0;
	int r = open_with_room(gpu, &batch);
	if (!r)
		stop(gpu, batch);
	take_out(gpu, tally);
	if (!r)
		start(gpu, batch);
	return r;
}

int xfi_stamp(struct xfi_gpu *gpu, struct xfi_stamp *stamp)
{
	struct xfi_tally_counts *counts;
	struct xfi_batch *batch;
	int r = open_with_room(gpu, &batch);
	if (!r)
		r = counts_of(gpu, batch, &counts);
	if (r)
		return r;
	xfi_stamp_forget(gpu, stamp);
	xfi_batch_end_rendering(gpu, batch);
	const uint32_t slot = counts->n_times++;
	counts->stamps[slot] = stamp;
	stamp->batch = batch->number;
	gpu->card->vk.CmdResetQueryPool(batch->commands, counts->times, slot, 1);
	gpu->card->vk.CmdWriteTimestamp(
		batch->commands, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, counts->times, slot);
	return 0;
}

static void forget(struct xfi_tally_counts *counts, const struct xfi_tally *tally,
	const struct xfi_stamp *stamp)
{
	for (uint32_t i = 0; counts && tally && i < counts->n_shares; i++)
		if (counts->shares[i].tally == tally)
			counts->shares[i].tally = NULL;
	for (uint32_t i = 0; counts && stamp && i < counts->n_times; i++)
		if (counts->stamps[i] == stamp)
			counts->stamps[i] = NULL;
}

static void forget_everywhere(
	struct xfi_gpu *gpu, const struct xfi_tally *tally, const struct xfi_stamp *stamp)
{
	for (struct xfi_batch *batch = gpu->sent; batch; batch = batch->next)
		forget(batch->counts, tally, stamp);
	if (gpu->open)
		forget(gpu->open->counts, tally, stamp);
}

void xfi_tally_forget(struct xfi_gpu *gpu, struct xfi_tally *tally)
{
	take_out(gpu, tally);
	forget_everywhere(gpu, tally, NULL);
}

void xfi_stamp_forget(struct xfi_gpu *gpu, struct xfi_stamp *stamp)
{
	forget_everywhere(gpu, NULL, stamp);
}

static uint64_t result_of(struct xfi_gpu *gpu, VkQueryPool pool, uint32_t slot)
{
	uint64_t result = 0;
	/* Not ready: its batch came to nothing. */
	VkResult error = gpu->card->vk.GetQueryPoolResults(gpu->card->device, pool, slot, 1,
		sizeof(result), &result, sizeof(result), VK_QUERY_RESULT_64_BIT);
	return error ? 0 : result;
}

static uint64_t to_ns(const struct xfi_card *card, uint64_t ticks)
{
	if (card->timestamp_bits && card->timestamp_bits < 64)
		ticks &= (UINT64_C(1) << card->timestamp_bits) - 1;
	return (uint64_t)((double)ticks * (double)card->properties.limits.timestampPeriod);
}

void xfi_tally_collect(struct xfi_gpu *gpu, struct xfi_batch *batch)
{
	struct xfi_tally_counts *counts = batch->counts;
	if (!counts)
		return;
	for (uint32_t i = 0; i < counts->n_shares; i++)
		if (counts->shares[i].tally)
			counts->shares[i].tally->samples +=
				result_of(gpu, counts->samples, counts->shares[i].slot);
	for (uint32_t i = 0; i < counts->n_times; i++)
		if (counts->stamps[i])
			counts->stamps[i]->ticks_ns =
				to_ns(gpu->card, result_of(gpu, counts->times, i));
	counts->n_shares = counts->n_samples = counts->n_times = 0;
	counts->counting = false;
}

void xfi_tally_free(struct xfi_gpu *gpu, struct xfi_batch *batch)
{
	if (!batch->counts)
		return;
	gpu->card->vk.DestroyQueryPool(gpu->card->device, batch->counts->samples, NULL);
	gpu->card->vk.DestroyQueryPool(gpu->card->device, batch->counts->times, NULL);
	free(batch->counts->shares);
	free(batch->counts);
}
