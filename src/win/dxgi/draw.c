/* SPDX-License-Identifier: MIT */
/*
 * First all that the draw needs is brought to the GPU, which may record copies; then the draw is
 * recorded. So nothing comes between the beginning of rendering and the draw.
 */
#include "win/dxgi/draw.h"

#include <crossfence/result.h>

#include "win/dxgi/barrier.h"
#include "win/dxgi/draw_again.h"
#include "win/dxgi/draw_bind.h"
#include "win/dxgi/draw_input.h"
#include "win/dxgi/draw_record.h"
#include "win/dxgi/draw_target.h"
#include "win/dxgi/log.h"
#include "win/dxgi/realign.h"
#include "win/dxgi/render.h"
#include "win/dxgi/say.h"
#include "win/dxgi/shader_object.h"
#include "win/dxgi/stand_in.h"
#include "win/dxgi/state.h"
#include "win/dxgi/upload.h"
#include "win/dxgi/view.h"

static int take_program(struct xfi_drawing *drawing, enum xfi_stage stage)
{
	struct xfi_child *child = drawing->bound->slots[XFI_SLOT_SHADER + stage];
	if (!child)
		return 0;
	struct xfi_shader_object *object = xfi_shader_object_of(child);
	int r = object->refused;
	if (r)
		return r;
	if (!object->program)
		r = xfi_gpu_program_create(drawing->gpu, object->shader, &object->program);
	if (r != -ENOMEM) /* that may be better next time */
		object->refused = r;
	if (r)
		xfi_device_say(drawing->device, D3D11_MESSAGE_CATEGORY_EXECUTION,
			D3D11_MESSAGE_SEVERITY_ERROR, D3D11_MESSAGE_ID_UNKNOWN,
			"nothing is drawn: %s", xf_last_message(r));
	drawing->programs[stage] = object->program;
	return r;
}

/* The resource that is in a slot, itself or as a view. */
static struct xfi_resource *resource_in(const struct xfi_pipeline *bound, unsigned slot)
{
	struct xfi_child *child = bound->slots[slot];
	if (!child)
		return NULL;
	return child->type == &xfi_view_type ? xfi_view_of(child)->resource
					     : xfi_resource_of(child);
}

static bool is_barred(const struct xfi_resource *resource, bool *ret_keyed)
{
	if (!resource || !resource->mutex)
		return false;
	*ret_keyed = true;
	return !atomic_load(&resource->owned);
}

static bool stage_is_barred(const struct xfi_drawing *drawing, enum xfi_stage stage, bool *keyed)
{
	const struct xfi_shader *shader = drawing->programs[stage]->shader;
	bool barred = false;
	for (UINT i = 0; i < shader->n_bindings; i++)
		for (UINT j = 0; j < shader->bindings[i].count; j++) {
			const struct xfi_shader_binding *binding = &shader->bindings[i];
			const unsigned slot = xfi_draw_slot(stage, binding, binding->reg + j);
			if (binding->kind != XFI_BINDING_SAMPLER && slot < XFI_SLOTS)
				barred |= is_barred(resource_in(drawing->bound, slot), keyed);
		}
	return barred;
}

static bool some_are_barred(const struct xfi_drawing *drawing, bool *keyed)
{
	bool barred = false;
	for (int stage = 0; stage < XFI_STAGES; stage++)
		if (drawing->programs[stage])
			barred |= stage_is_barred(drawing, stage, keyed);
	if (drawing->programs[XFI_CS])
		return barred;
	for (unsigned slot = XFI_SLOT_RTV; slot <= XFI_SLOT_DSV; slot++)
		barred |= is_barred(resource_in(drawing->bound, slot), keyed);
	for (unsigned slot = XFI_SLOT_VB; slot <= XFI_SLOT_IB; slot++)
		barred |= is_barred(resource_in(drawing->bound, slot), keyed);
	return barred;
}

/*
 * Is one of them not held? A thread that releases one clears `owned` and then looks at `bindings`;
 * we have bound it and look at `owned`. With the barrier between one of us sees the other, and
 * whoever releases what is bound comes after us, by the device's lock.
 */
static bool is_dropped(const struct xfi_drawing *drawing)
{
	bool keyed = false;
	bool barred = some_are_barred(drawing, &keyed);
	if (keyed && !barred) {
		xfi_barrier_all();
		barred = some_are_barred(drawing, &keyed);
	}
	if (barred)
		xfi_count_dropped();
	return barred;
}

static uint32_t colours_of(const struct xfi_shader *shader)
{
	uint32_t written = 0;
	for (UINT i = 0; i < shader->n_outputs; i++)
		if (shader->outputs[i].location < 8)
			written |= 1u << shader->outputs[i].location;
	return written;
}

static void fill_state(struct xfi_drawing *drawing)
{
	const struct xfi_pipeline *bound = drawing->bound;
	struct xfi_gpu_state *state = &drawing->state;
	const struct xfi_gpu_program *ps = drawing->programs[XFI_PS];
	state->vs = drawing->programs[XFI_VS]->id;
	state->ps = ps ? ps->id : 0;
	state->written = ps ? colours_of(ps->shader) : 0;
	state->topology = bound->topology;
	state->sample_mask = bound->sample_mask;
	state->blend = xfi_state_bound(bound, XFI_STATE_BLEND, XFI_SLOT_BLEND)->blend;
	state->raster =
		xfi_state_bound(bound, XFI_STATE_RASTERIZER, XFI_SLOT_RASTERIZER)->rasterizer;
	state->depth = xfi_state_bound(bound, XFI_STATE_DEPTH_STENCIL, XFI_SLOT_DEPTH_STENCIL)
			       ->depth_stencil;
}

static int gather(struct xfi_drawing *drawing, struct xfi_draw *draw)
{
	struct xfi_batch *batch;
	int r = xfi_batch_open(drawing->gpu, &batch);
	fill_state(drawing);
	if (!r)
		r = xfi_draw_targets(drawing);
	if (!r)
		r = xfi_draw_vertices(drawing);
	if (!r && draw->indexed)
		r = xfi_draw_indices(drawing, draw);
	if (!r)
		r = xfi_draw_bind(drawing, XFI_VS);
	if (!r && drawing->programs[XFI_PS])
		r = xfi_draw_bind(drawing, XFI_PS);
	return r;
}

/* Where the arguments of an indirect command are; -EINVAL: beyond the buffer's end. */
static int find_arguments(struct xfi_gpu *gpu, struct xfi_resource *resource, UINT at, UINT size,
	VkBuffer *ret_buffer, VkDeviceSize *ret_at)
{
	*ret_buffer = NULL;
	if (!resource)
		return 0;
	if (at % 4 || at > resource->size_bytes || size > resource->size_bytes - at)
		return -EINVAL;
	int r = xfi_upload_buffer(gpu, resource, false, ret_buffer, ret_at);
	*ret_at += at;
	return r;
}

/* What shaders write unordered the next draw sees. */
static void note_written(struct xfi_drawing *drawing)
{
	bool unordered = xfi_draw_bound_written(drawing, XFI_VS);
	if (drawing->programs[XFI_PS])
		unordered |= xfi_draw_bound_written(drawing, XFI_PS);
	xfi_draw_targets_written(drawing);
	if (unordered)
		xfi_batch_end_rendering(drawing->gpu, drawing->gpu->open);
	xfi_stand_in_take_back(drawing);
	xfi_realign_take_back(drawing);
}

static int draw_locked(struct xfi_drawing *drawing, const struct xfi_draw *asked)
{
	struct xfi_draw here = *asked, *draw = &here; /* indices may be elsewhere than was asked */
	VkDeviceSize at = 0;
	VkBuffer arguments;
	int r = gather(drawing, draw);
	if (!r)
		r = find_arguments(drawing->gpu, draw->arguments, draw->arguments_at,
			draw->indexed ? 20 : 16, &arguments, &at);
	if (!r)
		r = xfi_gpu_graphics_pipeline(drawing->gpu, &drawing->state,
			drawing->programs[XFI_VS], drawing->programs[XFI_PS], &drawing->made);
	if (r)
		return r;
	xfi_draw_record(drawing, draw, arguments, at);
	note_written(drawing);
	xfi_draw_remember(drawing, draw);
	return 0;
}

/* Is there anything to be drawn, and a way to do it? */
static int start(struct xfi_drawing *drawing, struct xfi_device *device, bool compute)
{
	memset(drawing, 0, sizeof(*drawing)); /* states and targets are compared by their bytes */
	drawing->device = device;
	drawing->bound = device->pipeline;
	if (!drawing->bound->slots[XFI_SLOT_SHADER + (compute ? XFI_CS : XFI_VS)])
		return -EINVAL;
	drawing->gpu = xfi_render_start(device);
	if (!drawing->gpu)
		return -ENODEV;
	if (compute)
		return take_program(drawing, XFI_CS);
	int r = take_program(drawing, XFI_VS);
	return r ? r : take_program(drawing, XFI_PS);
}

/* The only sample may be masked: llvmpipe looks at the mask where there are several. */
static bool is_visible(const struct xfi_pipeline *bound)
{
	const D3D11_VIEWPORT *viewport = &bound->viewports[0];
	return !bound->is_barred && bound->sample_mask & 1 && bound->n_viewports &&
	       viewport->Width > 0 && viewport->Height > 0 &&
	       bound->topology >= D3D11_PRIMITIVE_TOPOLOGY_POINTLIST &&
	       bound->topology <= D3D11_PRIMITIVE_TOPOLOGY_TRIANGLESTRIP;
}

/* It stays with the device, for the draw that comes next. */
static void draw_anew(struct xfi_device *device, const struct xfi_draw *draw)
{
	if (!device->drawing)
		device->drawing = calloc(1, sizeof(*device->drawing));
	struct xfi_drawing *drawing = device->drawing;
	if (!drawing)
		return;
	drawing->is_done = false;
	if (is_visible(device->pipeline) && !start(drawing, device, false) && !is_dropped(drawing))
		(void)xfi_render_note(device, draw_locked(drawing, draw));
}

void xfi_draw(struct xfi_device *device, const struct xfi_draw *draw)
{
	if (!draw->arguments && (!draw->count || !draw->instances))
		return;
	xfi_device_lock(device);
	if (!xfi_draw_again(device, draw))
		draw_anew(device, draw);
	xfi_render_flush_if_many(device);
	xfi_device_unlock(device);
}

static int dispatch_locked(
	struct xfi_drawing *drawing, const UINT groups[3], struct xfi_resource *from, UINT offset)
{
	const struct xfi_gpu_device_calls *vk = &drawing->gpu->card->vk;
	VkDeviceSize at = 0;
	VkBuffer arguments;
	struct xfi_batch *batch;
	int r = xfi_batch_open(drawing->gpu, &batch);
	if (!r)
		r = find_arguments(drawing->gpu, from, offset, 12, &arguments, &at);
	if (!r)
		r = xfi_draw_bind(drawing, XFI_CS);
	if (!r)
		r = xfi_gpu_compute_pipeline(
			drawing->gpu, drawing->programs[XFI_CS], &drawing->made);
	if (r)
		return r;
	xfi_batch_order(drawing->gpu, batch);
	vk->CmdBindPipeline(
		batch->commands, VK_PIPELINE_BIND_POINT_COMPUTE, drawing->made.pipeline);
	xfi_draw_bind_sets(drawing, batch->commands, VK_PIPELINE_BIND_POINT_COMPUTE);
	if (arguments)
		vk->CmdDispatchIndirect(batch->commands, arguments, at);
	else
		vk->CmdDispatch(batch->commands, groups[0], groups[1], groups[2]);
	(void)xfi_draw_bound_written(drawing, XFI_CS);
	xfi_stand_in_take_back(drawing);
	xfi_realign_take_back(drawing);
	return 0;
}

void xfi_dispatch(
	struct xfi_device *device, const UINT groups[3], struct xfi_resource *arguments, UINT at)
{
	struct xfi_drawing drawing;
	if (!arguments && (!groups[0] || !groups[1] || !groups[2]))
		return;
	xfi_device_lock(device);
	if (!device->pipeline->is_barred && !start(&drawing, device, true) && !is_dropped(&drawing))
		(void)xfi_render_note(device, dispatch_locked(&drawing, groups, arguments, at));
	xfi_render_flush_if_many(device);
	xfi_device_unlock(device);
}

void xfi_draw_forget(struct xfi_device *device, struct xfi_gpu_program *program)
{
	if (!program)
		return;
	xfi_device_lock(device);
	xfi_gpu_program_destroy(device->gpu, program);
	xfi_device_unlock(device);
}
