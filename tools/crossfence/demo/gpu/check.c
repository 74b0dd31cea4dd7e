/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "check.h"

static int make_one(
	struct gpu *gpu, const struct gpu_surfaces *surfaces, uint32_t index, struct check *check)
{
	struct gpu_buffer *rows = &check->rows[index];
	int r = gpu_buffer_make(gpu, sizeof(struct row) * FRAME_HEIGHT_PX, true, rows);
	const struct gpu_binding bindings[] = { { .view = surfaces->views[index] },
		{ .buffer = rows->buffer } };
	return r ? r : pass_set(gpu, &check->pass, bindings, &check->sets[index]);
}

int check_make(struct gpu *gpu, const struct gpu_surfaces *surfaces, struct check *ret_check)
{
	static const VkDescriptorType types[] = { VK_DESCRIPTOR_TYPE_STORAGE_IMAGE,
		VK_DESCRIPTOR_TYPE_STORAGE_BUFFER };
	const struct pass_params params = { .shader = &shader_check,
		.bindings = types,
		.n_bindings = 2,
		.push_bytes = sizeof(struct row_push) };
	memset(ret_check, 0, sizeof(*ret_check));
	int r = pass_make(gpu, &params, &ret_check->pass);
	for (uint32_t i = 0; !r && i < surfaces->count; i++)
		r = make_one(gpu, surfaces, i, ret_check);
	return r;
}

void check_finish(struct gpu *gpu, struct check *check)
{
	pass_finish(gpu, &check->pass);
	for (uint32_t i = 0; i < STAGE_SURFACES_MAX; i++)
		gpu_buffer_finish(gpu, &check->rows[i]);
}

void check_run(struct gpu *gpu, const struct check *check, uint32_t index, uint64_t frame,
	uint32_t picture)
{
	const struct row_push push = row_push(frame, picture);
	pass_run(gpu, &check->pass, check->sets[index], &push, 1, FRAME_HEIGHT_PX);
	gpu_barrier(gpu, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, VK_ACCESS_SHADER_WRITE_BIT,
		VK_PIPELINE_STAGE_HOST_BIT, VK_ACCESS_HOST_READ_BIT);
}

void check_read(
	const struct check *check, uint32_t index, uint32_t *ret_bad_rows, uint64_t *ret_checksum)
{
	*ret_bad_rows = rows_bad(check->rows[index].data);
	*ret_checksum = rows_checksum(check->rows[index].data);
}
