/* SPDX-License-Identifier: MIT */
#include "win/dxgi/counter.h"

#include "win/dxgi/upload.h"
#include "win/gpu/buffer.h"

#define BYTES sizeof(view->counted)

int xfi_counter_bring(
	struct xfi_gpu *gpu, struct xfi_view *view, struct xfi_gpu_buffer **ret_buffer)
{
	const bool is_new = !view->counter;
	int r = is_new ? xfi_gpu_buffer_create(gpu, BYTES, &view->counter) : 0;
	if (!r && (is_new || view->count_is_set))
		r = xfi_gpu_buffer_fill(
			gpu, view->counter->buffer, 0, VK_WHOLE_SIZE, view->counted);
	if (r)
		return r;
	view->count_is_set = false;
	*ret_buffer = view->counter;
	return 0;
}

int xfi_counter_fetch(struct xfi_view *view, struct xfi_resource *to)
{
	struct xfi_gpu *gpu = view->child.device->gpu;
	VkDeviceSize at;
	VkBuffer buffer;
	if (!view->counter || view->count_is_set)
		return 0;
	int r = xfi_upload_buffer(gpu, to, true, &buffer, &at);
	if (!r)
		r = xfi_gpu_buffer_copy(
			gpu, buffer, view->counter->buffer, &(VkBufferCopy){ 0, at, BYTES });
	if (!r)
		xfi_residence_written(to);
	return r;
}
