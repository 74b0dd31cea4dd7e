/* SPDX-License-Identifier: MIT */
#include "win/dxgi/draw_input.h"

#include "win/dxgi/draw_again.h"
#include "win/dxgi/input_layout.h"
#include "win/dxgi/upload.h"
#include "win/gpu/nothing.h"

static struct xfi_gpu_stream *stream_of(
	struct xfi_gpu_state *state, const struct xfi_input_element *element, UINT stride)
{
	for (uint32_t i = 0; i < state->n_streams; i++)
		if (state->streams[i].slot == element->slot)
			return &state->streams[i];
	struct xfi_gpu_stream *stream = &state->streams[state->n_streams++];
	stream->slot = element->slot;
	stream->stride = stride;
	stream->per_instance = element->per_instance;
	stream->step = element->step;
	return stream;
}

/* What the shader does not read, and what Vulkan has no name for, is left out. */
static void add_element(struct xfi_drawing *drawing, const struct xfi_input_element *element)
{
	const struct xfi_shader *shader = drawing->programs[XFI_VS]->shader;
	const struct xfi_shader_element *input =
		xfi_shader_find(shader->inputs, shader->n_inputs, element->name, element->index);
	const VkFormat format = xfi_gpu_format(element->format, false).format;
	struct xfi_gpu_state *state = &drawing->state;
	if (!input || input->location == UINT_MAX || !format || element->slot >= XFI_N_VB)
		return;
	(void)stream_of(state, element, drawing->bound->vb_stride[element->slot]);
	state->attributes[state->n_attributes++] = (struct xfi_gpu_attribute){ input->location,
		element->slot, element->offset_bytes, format };
}

static int nothing(struct xfi_drawing *drawing, VkBuffer *ret_buffer, VkDeviceSize *ret_offset)
{
	static const struct xfi_shader_binding constants = { .kind = XFI_BINDING_CB, .count = 1 };
	struct xfi_gpu_bound bound = { 0 };
	int r = xfi_gpu_nothing(drawing->gpu, &constants, &bound);
	*ret_buffer = bound.buffer.buffer;
	*ret_offset = 0;
	return r;
}

static int add_buffer(struct xfi_drawing *drawing, uint32_t slot)
{
	struct xfi_child *child = drawing->bound->slots[XFI_SLOT_VB + slot];
	const UINT offset = drawing->bound->vb_offset[slot];
	VkDeviceSize *at = &drawing->vertices_at[slot];
	if (!child || offset >= xfi_resource_of(child)->size_bytes)
		return nothing(drawing, &drawing->vertices[slot], at);
	int r = xfi_upload_buffer(
		drawing->gpu, xfi_resource_of(child), false, &drawing->vertices[slot], at);
	if (r)
		return r;
	xfi_draw_takes(drawing, &(struct xfi_drawn_buffer){ xfi_resource_of(child),
					drawing->vertices[slot], *at, .input = at });
	*at += offset;
	return 0;
}

int xfi_draw_vertices(struct xfi_drawing *drawing)
{
	struct xfi_child *child = drawing->bound->slots[XFI_SLOT_INPUT_LAYOUT];
	const struct xfi_input_layout *layout = child ? xfi_input_layout_of(child) : NULL;
	int r = 0;
	for (UINT i = 0; layout && i < layout->n_elements; i++)
		add_element(drawing, &layout->elements[i]);
	for (uint32_t i = 0; !r && i < drawing->state.n_streams; i++)
		r = add_buffer(drawing, drawing->state.streams[i].slot);
	return r;
}

int xfi_draw_indices(struct xfi_drawing *drawing, bool indirect)
{
	struct xfi_child *child = drawing->bound->slots[XFI_SLOT_IB];
	const DXGI_FORMAT format = drawing->bound->ib_format;
	const UINT offset = drawing->bound->ib_offset;
	if (!child || (format != DXGI_FORMAT_R16_UINT && format != DXGI_FORMAT_R32_UINT) ||
		offset >= xfi_resource_of(child)->size_bytes)
		return -EINVAL;
	drawing->index_type =
		format == DXGI_FORMAT_R16_UINT ? VK_INDEX_TYPE_UINT16 : VK_INDEX_TYPE_UINT32;
	int r = xfi_upload_buffer(drawing->gpu, xfi_resource_of(child), indirect, &drawing->indices,
		&drawing->indices_at);
	if (r)
		return r;
	xfi_draw_takes(
		drawing, &(struct xfi_drawn_buffer){ xfi_resource_of(child), drawing->indices,
				 drawing->indices_at, .input = &drawing->indices_at });
	drawing->indices_at += offset;
	return 0;
}
