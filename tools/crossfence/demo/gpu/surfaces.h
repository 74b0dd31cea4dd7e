/* SPDX-License-Identifier: MIT */
/*
 * The surfaces of the stream, for a device: images of 1920x1080 pixels, and before each row as many
 * as a stamp takes (rows.h).
 */
#ifndef CROSSFENCE_DEMO_GPU_SURFACES_H
#define CROSSFENCE_DEMO_GPU_SURFACES_H

#include <stdbool.h>

#include "gpu.h"
#include "demo/stage.h"

#define KEY_WRITE 0 /* the producer's: what a surface of a pool comes with */
#define KEY_READ  1 /* either consumer's, in any order; and a successor's again */

/*
 * As in struct stage_surfaces, for a struct gpu: in the device's memory where it has such that can
 * be shared, else in the host's.
 */
int gpu_surfaces_create(void *gpu, struct xf_domain *domain, uint32_t count, const char *label,
	struct xf_pool **ret_pool);

struct gpu_surfaces {
	uint32_t count;
	struct xf_vulkan_image *images[STAGE_SURFACES_MAX];
	VkImageView views[STAGE_SURFACES_MAX];
};

/* `pool` is borrowed. Results as gpu.h. Close after any of it. */
int gpu_surfaces_open(struct gpu *gpu, struct xf_pool *pool, struct gpu_surfaces *ret_surfaces);
/*
 * How many a consumer may have at a time: so many that there is room for a third one, for whoever
 * comes when a dead one is counted yet.
 */
uint32_t gpu_surfaces_of_reader(const struct gpu_surfaces *surfaces);
void gpu_surfaces_close(struct gpu *gpu, struct gpu_surfaces *surfaces);

/*
 * Recorded first and last of what `stages` do to surface `index`. Whoever `writes` overwrites it
 * whole.
 */
int gpu_surface_begin(struct gpu *gpu, const struct gpu_surfaces *surfaces, uint32_t index,
	VkPipelineStageFlags stages, bool writes);
int gpu_surface_end(struct gpu *gpu, const struct gpu_surfaces *surfaces, uint32_t index,
	VkPipelineStageFlags stages, bool writes);

#endif
