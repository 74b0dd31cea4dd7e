/* SPDX-License-Identifier: MIT */
/* Pipelines, found again by what they were made from. */
#ifndef XFI_WIN_GPU_PIPELINE_H
#define XFI_WIN_GPU_PIPELINE_H

#include "win/gpu/format.h"
#include "win/gpu/program.h"

struct xfi_gpu_attribute {
	uint32_t location, slot, offset;
	VkFormat format;
};

struct xfi_gpu_stream {
	uint32_t slot, stride, per_instance, step;
};

/* All of it counts, bit by bit: to be zeroed first. */
struct xfi_gpu_state {
	uint64_t vs, ps; /* programs' ids; ps 0: none */
	struct xfi_gpu_attribute attributes[D3D11_STANDARD_VERTEX_ELEMENT_COUNT];
	struct xfi_gpu_stream streams[D3D11_IA_VERTEX_INPUT_RESOURCE_SLOT_COUNT];
	uint32_t n_attributes, n_streams;
	D3D11_PRIMITIVE_TOPOLOGY topology;
	D3D11_BLEND_DESC1 blend;
	D3D11_RASTERIZER_DESC2 raster;
	D3D11_DEPTH_STENCIL_DESC depth;
	VkFormat colours[8], depth_format;
	uint32_t n_colours, has_stencil, sample_mask;
	uint32_t written; /* colours that the pixel shader gives */
	uint32_t alpha_only; /* colours that are alpha, in an image of red */
};

struct xfi_gpu_pipeline {
	VkPipeline pipeline;
	VkPipelineLayout layout;
};

/* `ps` may be NULL. The pipeline lives until one of its programs goes. */
int xfi_gpu_graphics_pipeline(struct xfi_gpu *gpu, const struct xfi_gpu_state *state,
	const struct xfi_gpu_program *vs, const struct xfi_gpu_program *ps,
	struct xfi_gpu_pipeline *ret_pipeline);
int xfi_gpu_compute_pipeline(struct xfi_gpu *gpu, const struct xfi_gpu_program *cs,
	struct xfi_gpu_pipeline *ret_pipeline);

/* A program goes: its pipelines are retired. */
void xfi_gpu_pipelines_forget(struct xfi_gpu *gpu, uint64_t program);

/* For gpu.c. */
void xfi_gpu_pipelines_free(struct xfi_gpu *gpu);

#endif
