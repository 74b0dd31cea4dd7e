/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "process.h"

#define PICTURE_BYTES ((size_t)FRAME_WIDTH_PX * FRAME_HEIGHT_PX * 4)
#define NV12_BYTES    ((size_t)FRAME_WIDTH_PX * FRAME_HEIGHT_PX * 3 / 2)
#define ROWS_BYTES    (sizeof(struct row) * FRAME_HEIGHT_PX)
#define COMPUTE	      VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT
#define BUFFER	      VK_DESCRIPTOR_TYPE_STORAGE_BUFFER
#define IMAGE	      VK_DESCRIPTOR_TYPE_STORAGE_IMAGE

static int make_buffers(struct gpu *gpu, struct process *p)
{
	int r = gpu_buffer_make(gpu, PICTURE_BYTES, true, &p->upload);
	if (!r)
		r = gpu_buffer_make(gpu, PICTURE_BYTES, false, &p->picture);
	if (!r)
		r = gpu_buffer_make(gpu, PICTURE_BYTES, false, &p->between);
	if (!r)
		r = gpu_buffer_make(gpu, PICTURE_BYTES, false, &p->blurred);
	if (!r)
		r = gpu_buffer_make(gpu, NV12_BYTES, false, &p->nv12);
	return r;
}

/* From one buffer to another. */
static int make_pass(struct gpu *gpu, const struct shader *shader, bool constant,
	const struct gpu_buffer *from, const struct gpu_buffer *to, struct pass *pass,
	VkDescriptorSet *set)
{
	static const VkDescriptorType types[] = { BUFFER, BUFFER };
	const struct gpu_binding bindings[] = { { .buffer = from->buffer },
		{ .buffer = to->buffer } };
	const struct pass_params params = {
		.shader = shader, .constant = constant, .bindings = types, .n_bindings = 2
	};
	int r = pass_make(gpu, &params, pass);
	return r ? r : pass_set(gpu, pass, bindings, set);
}

static int make_last_for(
	struct gpu *gpu, const struct gpu_surfaces *surfaces, uint32_t index, struct process *p)
{
	struct gpu_buffer *rows = &p->rows[index];
	int r = gpu_buffer_make(gpu, ROWS_BYTES, true, rows);
	const struct gpu_binding bindings[] = { { .buffer = p->nv12.buffer },
		{ .buffer = rows->buffer }, { .view = surfaces->views[index] } };
	return r ? r : pass_set(gpu, &p->from_nv12, bindings, &p->from_nv12_sets[index]);
}

static int make_last(struct gpu *gpu, const struct gpu_surfaces *surfaces, struct process *p)
{
	static const VkDescriptorType types[] = { BUFFER, BUFFER, IMAGE };
	const struct pass_params params = { .shader = &shader_from_nv12,
		.bindings = types,
		.n_bindings = 3,
		.push_bytes = sizeof(struct row_push) };
	int r = pass_make(gpu, &params, &p->from_nv12);
	for (uint32_t i = 0; !r && i < surfaces->count; i++)
		r = make_last_for(gpu, surfaces, i, p);
	return r;
}

int process_make(struct gpu *gpu, const struct gpu_surfaces *surfaces, struct process *ret_process)
{
	struct process *p = ret_process;
	memset(p, 0, sizeof(*p));
	int r = make_buffers(gpu, p);
	if (!r)
		r = make_pass(gpu, &shader_blur, false, &p->picture, &p->between, &p->across,
			&p->across_set);
	if (!r)
		r = make_pass(
			gpu, &shader_blur, true, &p->between, &p->blurred, &p->down, &p->down_set);
	if (!r)
		r = make_pass(gpu, &shader_to_nv12, false, &p->blurred, &p->nv12, &p->to_nv12,
			&p->to_nv12_set);
	return r ? r : make_last(gpu, surfaces, p);
}

void process_finish(struct gpu *gpu, struct process *p)
{
	struct gpu_buffer *buffers[] = { &p->upload, &p->picture, &p->between, &p->blurred,
		&p->nv12 };
	struct pass *passes[] = { &p->across, &p->down, &p->to_nv12, &p->from_nv12 };
	for (size_t i = 0; i < sizeof(passes) / sizeof(passes[0]); i++)
		pass_finish(gpu, passes[i]);
	for (size_t i = 0; i < sizeof(buffers) / sizeof(buffers[0]); i++)
		gpu_buffer_finish(gpu, buffers[i]);
	for (uint32_t i = 0; i < STAGE_SURFACES_MAX; i++)
		gpu_buffer_finish(gpu, &p->rows[i]);
}

void process_show(struct process *p, const uint8_t *rgba)
{
	memcpy(p->upload.data, rgba, PICTURE_BYTES);
	p->fresh = true;
}

/* What the pass before wrote is there, and what it read may be overwritten. */
static void next_pass(struct gpu *gpu)
{
	gpu_barrier(gpu, COMPUTE, VK_ACCESS_SHADER_WRITE_BIT, COMPUTE,
		VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT);
}

static void upload(struct gpu *gpu, struct process *p)
{
	const VkBufferCopy all = { .size = PICTURE_BYTES };
	gpu->CmdCopyBuffer(gpu->commands, p->upload.buffer, p->picture.buffer, 1, &all);
	gpu_barrier(gpu, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_ACCESS_TRANSFER_WRITE_BIT, COMPUTE,
		VK_ACCESS_SHADER_READ_BIT);
	p->fresh = false;
}

/* The frame before may be under way yet, in the same buffers. */
static void after_frame_before(struct gpu *gpu)
{
	gpu_barrier(gpu, COMPUTE, VK_ACCESS_SHADER_WRITE_BIT,
		COMPUTE | VK_PIPELINE_STAGE_TRANSFER_BIT,
		VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT |
			VK_ACCESS_TRANSFER_WRITE_BIT);
}

void process_blur(struct gpu *gpu, struct process *p)
{
	after_frame_before(gpu);
	if (p->fresh)
		upload(gpu, p);
	pass_run(gpu, &p->across, p->across_set, NULL, FRAME_WIDTH_PX / 64, FRAME_HEIGHT_PX);
	next_pass(gpu);
	pass_run(gpu, &p->down, p->down_set, NULL, FRAME_WIDTH_PX / 64, FRAME_HEIGHT_PX);
	next_pass(gpu);
}

int process_convert(struct gpu *gpu, struct process *p, const struct gpu_surfaces *surfaces,
	uint32_t index, uint64_t frame, uint32_t picture)
{
	const struct row_push push = row_push(frame, picture);
	pass_run(gpu, &p->to_nv12, p->to_nv12_set, NULL, FRAME_WIDTH_PX / 4 / 32,
		FRAME_HEIGHT_PX / 2);
	next_pass(gpu);
	int r = gpu_surface_begin(gpu, surfaces, index, COMPUTE, true);
	pass_run(gpu, &p->from_nv12, p->from_nv12_sets[index], &push, 1, FRAME_HEIGHT_PX);
	gpu_barrier(gpu, COMPUTE, VK_ACCESS_SHADER_WRITE_BIT, VK_PIPELINE_STAGE_HOST_BIT,
		VK_ACCESS_HOST_READ_BIT);
	return r ? r : gpu_surface_end(gpu, surfaces, index, COMPUTE, true);
}

uint64_t process_checksum(const struct process *p, uint32_t index)
{
	return rows_checksum(p->rows[index].data);
}
