/* SPDX-License-Identifier: MIT */
#include "win/dxgi/draw_bind.h"

#include "win/dxgi/counter.h"
#include "win/dxgi/draw_again.h"
#include "win/dxgi/draw_target.h"
#include "win/dxgi/realign.h"
#include "win/dxgi/state.h"
#include "win/dxgi/upload.h"
#include "win/dxgi/view_gpu.h"
#include "win/gpu/buffer.h"
#include "win/gpu/nothing.h"
#include "win/gpu/sampler.h"

unsigned xfi_draw_slot(enum xfi_stage stage, const struct xfi_shader_binding *binding, UINT reg)
{
	switch (binding->kind) {
	case XFI_BINDING_CB:
		return reg < XFI_N_CB ? XFI_SLOT_CB + stage * XFI_N_CB + reg : XFI_SLOTS;
	case XFI_BINDING_SRV:
		return reg < XFI_N_SRV ? XFI_SLOT_SRV + stage * XFI_N_SRV + reg : XFI_SLOTS;
	case XFI_BINDING_SAMPLER:
		return reg < XFI_N_SAMPLER ? XFI_SLOT_SAMPLER + stage * XFI_N_SAMPLER + reg
					   : XFI_SLOTS;
	default:
		return reg >= XFI_N_UAV	 ? XFI_SLOTS
		       : stage == XFI_CS ? XFI_SLOT_CS_UAV + reg
					 : XFI_SLOT_OM_UAV + reg;
	}
}

/* Offsets count constants of 16 bytes; without a count it is all of them. */
static int bind_constants(struct xfi_drawing *drawing, enum xfi_stage stage, UINT reg,
	struct xfi_resource *resource, struct xfi_gpu_bound *bound)
{
	struct xfi_gpu_set *set = &drawing->sets[stage == XFI_PS];
	const VkDeviceSize first = (VkDeviceSize)16 * drawing->bound->cb_first[stage][reg];
	VkDeviceSize size = (VkDeviceSize)16 * drawing->bound->cb_count[stage][reg];
	VkDeviceSize offset;
	int r = xfi_upload_buffer(drawing->gpu, resource, false, &bound->buffer.buffer, &offset);
	if (r)
		return r;
	const uint32_t place = xfi_gpu_program_place(drawing->programs[stage], reg);
	if (place < XFI_GPU_DYNAMIC)
		xfi_draw_takes(drawing, &(struct xfi_drawn_buffer){ resource, bound->buffer.buffer,
						offset, .dynamic = &set->offsets[place] });
	else
		drawing->varies = true;
	const VkDeviceSize most = drawing->gpu->card->properties.limits.maxUniformBufferRange;
	const VkDeviceSize left = first < resource->size_bytes ? resource->size_bytes - first : 0;
	if (!size || size > left)
		size = left;
	bound->buffer.offset = left ? offset + first : offset;
	bound->buffer.range = !size ? 4 : size > most ? most : size;
	return 0;
}

/* Drivers go by what the shader declares: a view of another dimension they read out of bounds. */
static bool fits(const struct xfi_view *view, const struct xfi_shader_binding *binding)
{
	const bool is_buffer = view->resource->desc.dimension == D3D11_RESOURCE_DIMENSION_BUFFER;
	return is_buffer == binding->is_buffer &&
	       (is_buffer || (UINT)xfi_view_dimension(view) == (UINT)binding->dimension);
}

static int bind_texels(struct xfi_drawing *drawing, const struct xfi_view *view,
	const struct xfi_shader_binding *binding, struct xfi_gpu_bound *bound)
{
	const bool plain = !view->format || view->format->kind == XFI_TYPELESS;
	const VkFormat format =
		plain ? VK_FORMAT_R32_UINT : xfi_gpu_format(view->format->format, false).format;
	return xfi_gpu_buffer_view(drawing->gpu, bound->buffer.buffer, format, bound->buffer.offset,
		bound->buffer.range, &bound->view);
}

static VkDeviceSize alignment_of(
	const struct xfi_card *card, const struct xfi_shader_binding *binding)
{
	return binding->is_structured ? card->properties.limits.minStorageBufferOffsetAlignment
				      : card->properties.limits.minTexelBufferOffsetAlignment;
}

static int bind_buffer(struct xfi_drawing *drawing, struct xfi_view *view,
	const struct xfi_shader_binding *binding, struct xfi_gpu_bound *bound)
{
	const bool write = view->kind == XFI_UAV;
	VkDeviceSize offset;
	drawing->varies = true; /* what the processor writes there, and views of it, move */
	int r = xfi_upload_buffer(
		drawing->gpu, view->resource, write, &bound->buffer.buffer, &offset);
	bound->buffer.offset = offset + view->left_byte;
	bound->buffer.range = view->n_bytes;
	if (!r && bound->buffer.offset % alignment_of(drawing->gpu->card, binding))
		r = xfi_realign_bring(drawing, write, &bound->buffer);
	return r || binding->is_structured ? r : bind_texels(drawing, view, binding, bound);
}

/* Where something may be written it has to be made nothing again for the next draw. */
static int bind_nothing(struct xfi_drawing *drawing, const struct xfi_shader_binding *binding,
	struct xfi_gpu_bound *bound)
{
	drawing->varies |= binding->kind == XFI_BINDING_UAV;
	return xfi_gpu_nothing(drawing->gpu, binding, bound);
}

/* Counts go on from command to command, and are set in between. */
static int bind_counter(struct xfi_drawing *drawing, struct xfi_view *view,
	const struct xfi_shader_binding *binding, struct xfi_gpu_bound *bound)
{
	struct xfi_gpu_buffer *counter;
	drawing->varies = true;
	int r = xfi_counter_bring(drawing->gpu, view, &counter);
	if (r)
		return r;
	bound->buffer = (VkDescriptorBufferInfo){ counter->buffer, 0, VK_WHOLE_SIZE };
	return binding->is_structured ? 0
				      : xfi_gpu_buffer_view(drawing->gpu, counter->buffer,
						VK_FORMAT_R32_UINT, 0, VK_WHOLE_SIZE, &bound->view);
}

static int bind_view(struct xfi_drawing *drawing, struct xfi_view *view,
	const struct xfi_shader_binding *binding, struct xfi_gpu_bound *bound)
{
	if (binding->is_counter && xfi_counter_is_there(view))
		return bind_counter(drawing, view, binding, bound);
	if (!fits(view, binding) || binding->is_counter)
		return bind_nothing(drawing, binding, bound);
	if (binding->is_buffer)
		return bind_buffer(drawing, view, binding, bound);
	bound->image.imageLayout = VK_IMAGE_LAYOUT_GENERAL;
	return xfi_draw_image(drawing, view, &bound->image.imageView);
}

static int bind_one(struct xfi_drawing *drawing, enum xfi_stage stage,
	const struct xfi_shader_binding *binding, UINT reg, struct xfi_gpu_bound *bound)
{
	const unsigned slot = xfi_draw_slot(stage, binding, reg);
	struct xfi_child *child = slot < XFI_SLOTS ? drawing->bound->slots[slot] : NULL;
	if (binding->kind == XFI_BINDING_SAMPLER && slot < XFI_SLOTS)
		return xfi_gpu_sampler(drawing->gpu,
			&xfi_state_bound(drawing->bound, XFI_STATE_SAMPLER, slot)->sampler,
			&bound->image.sampler);
	if (!child)
		return bind_nothing(drawing, binding, bound);
	if (binding->kind == XFI_BINDING_CB)
		return bind_constants(drawing, stage, reg, xfi_resource_of(child), bound);
	return bind_view(drawing, xfi_view_of(child), binding, bound);
}

static UINT count_all(const struct xfi_shader *shader)
{
	UINT n = 0;
	for (UINT i = 0; i < shader->n_bindings; i++)
		n += shader->bindings[i].count;
	return n;
}

int xfi_draw_bind(struct xfi_drawing *drawing, enum xfi_stage stage)
{
	struct xfi_gpu_program *program = drawing->programs[stage];
	const struct xfi_shader *shader = program->shader;
	struct xfi_gpu_bound few[32] = { 0 }, *list = few, *at;
	const UINT n = count_all(shader);
	int r = 0;
	if (n > 32)
		list = calloc(n, sizeof(*list));
	if (!list)
		return -ENOMEM;
	at = list;
	for (UINT i = 0; !r && i < shader->n_bindings; i++)
		for (UINT j = 0; !r && j < shader->bindings[i].count; j++)
			r = bind_one(drawing, stage, &shader->bindings[i],
				shader->bindings[i].reg + j, at++);
	if (!r)
		r = xfi_gpu_program_set(drawing->gpu, drawing->gpu->open, program, list,
			&drawing->sets[stage == XFI_PS]);
	if (list != few)
		free(list);
	return r;
}

bool xfi_draw_bound_written(struct xfi_drawing *drawing, enum xfi_stage stage)
{
	const struct xfi_shader *shader = drawing->programs[stage]->shader;
	bool any = false;
	for (UINT i = 0; i < shader->n_bindings; i++)
		for (UINT j = 0; j < shader->bindings[i].count; j++) {
			const struct xfi_shader_binding *binding = &shader->bindings[i];
			const unsigned slot = xfi_draw_slot(stage, binding, binding->reg + j);
			if (binding->kind != XFI_BINDING_UAV || slot == XFI_SLOTS)
				continue;
			struct xfi_view *view = xfi_draw_view(drawing->bound, slot);
			any = true;
			if (view && fits(view, binding))
				xfi_residence_written(view->resource);
		}
	return any;
}
