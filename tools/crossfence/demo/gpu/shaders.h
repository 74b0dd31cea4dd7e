/* SPDX-License-Identifier: MIT */
/* The shaders of shaders/, as the build compiled them to SPIR-V. */
#ifndef CROSSFENCE_DEMO_GPU_SHADERS_H
#define CROSSFENCE_DEMO_GPU_SHADERS_H

#include <stddef.h>
#include <stdint.h>

struct shader {
	const uint32_t *code;
	size_t size_bytes;
};

extern const struct shader shader_blur, shader_to_nv12, shader_from_nv12; /* compute */
extern const struct shader shader_check; /* compute */
extern const struct shader shader_card_vertex, shader_card_fragment;

#endif
