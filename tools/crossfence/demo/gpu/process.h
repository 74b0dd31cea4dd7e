/* SPDX-License-Identifier: MIT */
/*
 * The producer's work on a picture, by compute shaders: blurred across and down, turned into NV12,
 * and back to RGB in a shared surface.
 */
#ifndef CROSSFENCE_DEMO_GPU_PROCESS_H
#define CROSSFENCE_DEMO_GPU_PROCESS_H

#include <stdbool.h>

#include "memory.h"
#include "pass.h"
#include "rows.h"
#include "surfaces.h"

struct process {
	struct gpu_buffer upload; /* the picture, as the CPU left it */
	struct gpu_buffer picture, between, blurred, nv12;
	struct gpu_buffer rows[STAGE_SURFACES_MAX]; /* of the frame in each, for the CPU */
	struct pass across, down, to_nv12, from_nv12;
	VkDescriptorSet across_set, down_set, to_nv12_set;
	VkDescriptorSet from_nv12_sets[STAGE_SURFACES_MAX];
	bool fresh; /* in `upload`, and not in `picture` yet */
};

/* Results as gpu.h. Finish after any of it. `surfaces` are borrowed. */
int process_make(struct gpu *gpu, const struct gpu_surfaces *surfaces, struct process *ret_process);
void process_finish(struct gpu *gpu, struct process *process);

/*
 * The next frames show this: FRAME_WIDTH_PX x FRAME_HEIGHT_PX, rows without gap. The device has
 * done the frames before.
 */
void process_show(struct process *process, const uint8_t *rgba);

/* Recorded: the blur, which touches no surface; and what makes a frame in surface `index`. */
void process_blur(struct gpu *gpu, struct process *process);
int process_convert(struct gpu *gpu, struct process *process, const struct gpu_surfaces *surfaces,
	uint32_t index, uint64_t frame, uint32_t picture);

/* When the device has done it: what it wrote. */
uint64_t process_checksum(const struct process *process, uint32_t index);

#endif
