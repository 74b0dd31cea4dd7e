/* SPDX-License-Identifier: MIT */
#include "win/gpu/signal.h"

#include <stdlib.h>

#define AT_ONCE 16u /* signals for one of our own */

/* Those of rounds that are over. */
static void close_until(struct xfi_gpu *gpu, uint64_t round)
{
	struct xfi_gpu_signal **link = &gpu->signals;
	while (*link) {
		struct xfi_gpu_signal *signal = *link;
		if (signal->round > round) {
			link = &signal->next;
			continue;
		}
		*link = signal->next;
		xf_timeline_close(signal->timeline);
		free(signal);
	}
}

static uint64_t rounds_done(const struct xfi_gpu *gpu)
{
	uint64_t done = 0;
	return gpu->told && !xf_timeline_value(gpu->told, &done) ? done : 0;
}

/* Without our own timeline all stay open until the queue ends: more memory, not wrong. */
static void end_round(struct xfi_gpu *gpu)
{
	if (!gpu->told && (!gpu->domain || xf_timeline_create(gpu->domain, 0, 0, NULL, &gpu->told)))
		return;
	if (xf_queue_signal(gpu->queue, gpu->told, gpu->round + 1))
		return;
	gpu->round++;
	gpu->n_signals = 0;
}

void xfi_gpu_signal_add(struct xfi_gpu *gpu, struct xfi_gpu_signal *signal)
{
	signal->round = gpu->round + 1;
	signal->next = gpu->signals;
	gpu->signals = signal;
	if (++gpu->n_signals < AT_ONCE)
		return;
	end_round(gpu);
	close_until(gpu, rounds_done(gpu));
}

/* A timeline only grows: newest first is as good as any order. */
static void give(const struct xfi_gpu_signal *signal)
{
	for (; signal; signal = signal->next)
		(void)xf_timeline_signal(signal->timeline, signal->value); /* lower: it was given */
}

void xfi_gpu_signals_give(struct xfi_gpu *gpu)
{
	give(gpu->signals);
}

void xfi_gpu_signals_end(struct xfi_gpu *gpu)
{
	if (!gpu->signals && !gpu->told)
		return;
	give(gpu->signals);
	close_until(gpu, UINT64_MAX);
	xf_timeline_close(gpu->told);
	gpu->told = NULL;
	gpu->round = gpu->n_signals = 0;
}
