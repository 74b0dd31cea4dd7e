/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "check.h"

int check_make(struct gpu *gpu, const struct gpu_surfaces *surfaces, struct check *ret_check)
{
	static const VkDescriptorType types[] = { VK_DESCRIPTOR_TYPE_STORAGE_IMAGE,
		VK_DESCRIPTOR_TYPE_STORAGE_BUFFER };
	const struct pass_params params = { .shader = &shader_check,
		.bindings = types,
		.n_bindings = 2,
		.push_bytes = sizeof(struct row_push) };
	memset(ret_check, 0, sizeof(*ret_check));
	int r = gpu_buffer_make(gpu, sizeof(struct row) * FRAME_HEIGHT_PX, true, &ret_check->rows);
	if (!r)
		r = pass_make(gpu, &params, &ret_check->pass);
	for (uint32_t i = 0; !r && i < surfaces->count; i++) {
		const struct gpu_binding bindings[] = { { .view = surfaces->views[i] },
			{ .buffer = ret_check->rows.buffer } };
		r = pass_set(gpu, &ret_check->pass, bindings, &ret_check->sets[i]);
	}
	return r;
}

void check_finish(struct gpu *gpu, struct check *check)
{
	pass_finish(gpu, &check->pass);
	gpu_buffer_finish(gpu, &check->rows);
}

void check_run(struct gpu *gpu, const struct check *check, uint32_t index, uint64_t frame,
	uint32_t picture)
{
	const struct row_push push = row_push(frame, picture);
	pass_run(gpu, &check->pass, check->sets[index], &push, 1, FRAME_HEIGHT_PX);
	gpu_barrier(gpu, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, VK_ACCESS_SHADER_WRITE_BIT,
		VK_PIPELINE_STAGE_HOST_BIT, VK_ACCESS_HOST_READ_BIT);
}

void check_read(const struct check *check, uint32_t *ret_bad_rows, uint64_t *ret_checksum)
{
	*ret_bad_rows = rows_bad(check->rows.data);
	*ret_checksum = rows_checksum(check->rows.data);
}
