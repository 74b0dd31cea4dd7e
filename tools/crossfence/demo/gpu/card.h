/* SPDX-License-Identifier: MIT */
/* The contact sheet's pictures, drawn by a graphics pass: a surface made small. */
#ifndef CROSSFENCE_DEMO_GPU_CARD_H
#define CROSSFENCE_DEMO_GPU_CARD_H

#include "memory.h"
#include "pass.h"
#include "surfaces.h"

struct card {
	uint32_t size_px[2]; /* width, height */
	struct gpu_target target;
	struct gpu_buffer pixels; /* what was drawn, rows without gap, for the CPU */
	struct pass pass;
	VkRenderPass render_pass;
	VkFramebuffer framebuffer;
	VkDescriptorSet sets[STAGE_SURFACES_MAX];
};

/* Results as gpu.h. Finish after any of it. `surfaces` are borrowed. */
int card_make(struct gpu *gpu, const struct gpu_surfaces *surfaces, uint32_t width_px,
	uint32_t height_px, struct card *ret_card);
void card_finish(struct gpu *gpu, struct card *card);

/* Recorded, between gpu_surface_begin() and -end(), for the fragment shader. */
void card_draw(struct gpu *gpu, const struct card *card, uint32_t index);

#endif
