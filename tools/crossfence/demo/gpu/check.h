/* SPDX-License-Identifier: MIT */
/* The consumers' checksum shader: hashes each row of a surface and looks for what is torn. */
#ifndef CROSSFENCE_DEMO_GPU_CHECK_H
#define CROSSFENCE_DEMO_GPU_CHECK_H

#include "memory.h"
#include "pass.h"
#include "rows.h"
#include "surfaces.h"

struct check {
	struct gpu_buffer rows[STAGE_SURFACES_MAX]; /* of the frame in each, for the CPU */
	struct pass pass;
	VkDescriptorSet sets[STAGE_SURFACES_MAX];
};

/* Results as gpu.h. Finish after any of it. `surfaces` are borrowed. */
int check_make(struct gpu *gpu, const struct gpu_surfaces *surfaces, struct check *ret_check);
void check_finish(struct gpu *gpu, struct check *check);

/* Recorded, between gpu_surface_begin() and -end(). */
void check_run(struct gpu *gpu, const struct check *check, uint32_t index, uint64_t frame,
	uint32_t picture);

/* When the device has done it. */
void check_read(
	const struct check *check, uint32_t index, uint32_t *ret_bad_rows, uint64_t *ret_checksum);

#endif
