/* SPDX-License-Identifier: MIT */
#include "win/dxgi/draw_record.h"

static int32_t between(int32_t value, uint32_t most)
{
	return value < 0 ? 0 : (uint32_t)value > most ? (int32_t)most : value;
}

static VkRect2D scissor_of(const struct xfi_drawing *drawing)
{
	const uint32_t width = drawing->targets.width, height = drawing->targets.height;
	const D3D11_RECT *rect = &drawing->bound->scissors[0];
	if (!drawing->state.raster.ScissorEnable)
		return (VkRect2D){ .extent = { width, height } };
	if (!drawing->bound->n_scissors)
		return (VkRect2D){ .extent = { 0, 0 } };
	const int32_t left = between(rect->left, width), right = between(rect->right, width);
	const int32_t top = between(rect->top, height), bottom = between(rect->bottom, height);
	return (VkRect2D){ { left, top }, { right > left ? (uint32_t)(right - left) : 0,
						  bottom > top ? (uint32_t)(bottom - top) : 0 } };
}

/* Upside down: D3D's clip space has its top where Vulkan's has its bottom. */
static struct xfi_gpu_dynamic dynamic_of(const struct xfi_drawing *drawing)
{
	const struct xfi_pipeline *bound = drawing->bound;
	const D3D11_VIEWPORT *from = &bound->viewports[0];
	struct xfi_gpu_dynamic dynamic = { .viewport = { from->TopLeftX,
						   from->TopLeftY + from->Height, from->Width,
						   -from->Height, from->MinDepth, from->MaxDepth },
		.scissor = scissor_of(drawing),
		.stencil = bound->stencil_ref & 0xff };
	memcpy(dynamic.blend, bound->blend_factor, sizeof(dynamic.blend));
	return dynamic;
}

/* What is as it was for the draw before needs no command: drivers do not look. */
static void set_dynamic(const struct xfi_drawing *drawing, struct xfi_batch *batch)
{
	const struct xfi_gpu_device_calls *vk = &drawing->gpu->card->vk;
	const struct xfi_gpu_dynamic now = dynamic_of(drawing), *last = &batch->dynamic;
	const bool all = !batch->pipeline;
	if (all || memcmp(&now.viewport, &last->viewport, sizeof(now.viewport)))
		vk->CmdSetViewport(batch->commands, 0, 1, &now.viewport);
	if (all || memcmp(&now.scissor, &last->scissor, sizeof(now.scissor)))
		vk->CmdSetScissor(batch->commands, 0, 1, &now.scissor);
	if (all || memcmp(now.blend, last->blend, sizeof(now.blend)))
		vk->CmdSetBlendConstants(batch->commands, now.blend);
	if (all || now.stencil != last->stencil)
		vk->CmdSetStencilReference(
			batch->commands, VK_STENCIL_FACE_FRONT_AND_BACK, now.stencil);
	batch->dynamic = now;
}

void xfi_draw_bind_sets(
	const struct xfi_drawing *drawing, VkCommandBuffer commands, VkPipelineBindPoint point)
{
	const struct xfi_gpu_set *from = drawing->sets;
	const uint32_t count = drawing->programs[XFI_PS] ? 2 : 1;
	const VkDescriptorSet sets[2] = { from[0].set, from[1].set };
	uint32_t offsets[2 * XFI_GPU_DYNAMIC], n = 0;
	for (uint32_t i = 0; i < count; i++)
		for (uint32_t j = 0; j < from[i].n_offsets; j++)
			offsets[n++] = from[i].offsets[j];
	drawing->gpu->card->vk.CmdBindDescriptorSets(
		commands, point, drawing->made.layout, 0, count, sets, n, offsets);
}

static void set_pipeline(
	const struct xfi_drawing *drawing, struct xfi_batch *batch, VkPipeline pipeline)
{
	if (batch->pipeline != pipeline)
		drawing->gpu->card->vk.CmdBindPipeline(
			batch->commands, VK_PIPELINE_BIND_POINT_GRAPHICS, pipeline);
	batch->pipeline = pipeline;
}

void xfi_draw_set_input(const struct xfi_drawing *drawing, VkCommandBuffer commands, bool indexed)
{
	const struct xfi_gpu_device_calls *vk = &drawing->gpu->card->vk;
	for (uint32_t i = 0; i < drawing->state.n_streams; i++) {
		const uint32_t slot = drawing->state.streams[i].slot;
		vk->CmdBindVertexBuffers(
			commands, slot, 1, &drawing->vertices[slot], &drawing->vertices_at[slot]);
	}
	if (indexed)
		vk->CmdBindIndexBuffer(
			commands, drawing->indices, drawing->indices_at, drawing->index_type);
}

void xfi_draw_issue(const struct xfi_drawing *drawing, VkCommandBuffer commands,
	const struct xfi_draw *draw, VkBuffer arguments, VkDeviceSize at)
{
	const struct xfi_gpu_device_calls *vk = &drawing->gpu->card->vk;
	if (arguments && draw->indexed)
		vk->CmdDrawIndexedIndirect(commands, arguments, at, 1, 0);
	else if (arguments)
		vk->CmdDrawIndirect(commands, arguments, at, 1, 0);
	else if (draw->indexed)
		vk->CmdDrawIndexed(commands, draw->count, draw->instances, draw->first, draw->base,
			draw->first_instance);
	else
		vk->CmdDraw(
			commands, draw->count, draw->instances, draw->first, draw->first_instance);
}

void xfi_draw_record(struct xfi_drawing *drawing, const struct xfi_draw *draw, VkBuffer arguments,
	VkDeviceSize at)
{
	struct xfi_batch *batch = drawing->gpu->open;
	xfi_batch_render(drawing->gpu, batch, &drawing->targets);
	set_dynamic(drawing, batch);
	set_pipeline(drawing, batch, drawing->made.pipeline);
	xfi_draw_bind_sets(drawing, batch->commands, VK_PIPELINE_BIND_POINT_GRAPHICS);
	xfi_draw_set_input(drawing, batch->commands, draw->indexed);
	xfi_draw_issue(drawing, batch->commands, draw, arguments, at);
	batch->n_commands++;
}
