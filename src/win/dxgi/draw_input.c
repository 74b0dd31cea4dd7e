/* SPDX-License-Identifier: MIT */
#include "win/dxgi/draw_input.h"

#include "win/dxgi/draw_again.h"
#include "win/dxgi/input_layout.h"
#include "win/dxgi/upload.h"
#include "win/gpu/buffer.h"
#include "win/gpu/chunk.h"
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
	xfi_draw_takes(drawing,
		&(struct xfi_drawn_buffer){ xfi_resource_of(child), drawing->vertices[slot], *at,
			.input = at, .input_buffer = &drawing->vertices[slot] });
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

bool xfi_draw_reads_beyond(const struct xfi_drawing *drawing, const struct xfi_draw *draw)
{
	return draw->indexed && !draw->arguments &&
	       (uint64_t)draw->first + draw->count > drawing->n_indices;
}

/*
 * Drivers differ in what an index beyond the end is, so those are laid behind a copy of the others.
 * The first few end the last primitive; from there on all have but one point, and are not seen.
 */
static int lay_zeros(struct xfi_drawing *drawing, struct xfi_draw *draw, UINT bytes)
{
	enum { SEEN = 3 };
	const UINT left = draw->first < drawing->n_indices ? drawing->n_indices - draw->first : 0;
	const UINT count = draw->count < left + SEEN ? draw->count : left + SEEN;
	struct xfi_gpu_span span;
	int r = xfi_batch_span(
		drawing->gpu, drawing->gpu->open, (VkDeviceSize)count * bytes, 64, &span);
	if (r)
		return r;
	memset(span.bytes, 0, (size_t)count * bytes);
	if (left)
		r = xfi_gpu_buffer_copy(drawing->gpu, span.buffer, drawing->indices,
			&(VkBufferCopy){ drawing->indices_at + (VkDeviceSize)draw->first * bytes,
				span.offset, (VkDeviceSize)left * bytes });
	drawing->indices = span.buffer;
	drawing->indices_at = span.offset;
	drawing->varies = true;
	draw->first = 0;
	draw->count = count;
	return r;
}

int xfi_draw_indices(struct xfi_drawing *drawing, struct xfi_draw *draw)
{
	struct xfi_child *child = drawing->bound->slots[XFI_SLOT_IB];
	const DXGI_FORMAT format = drawing->bound->ib_format;
	const UINT offset = drawing->bound->ib_offset;
	const UINT bytes = format == DXGI_FORMAT_R16_UINT ? 2 : 4;
	if (!child || (format != DXGI_FORMAT_R16_UINT && format != DXGI_FORMAT_R32_UINT) ||
		offset >= xfi_resource_of(child)->size_bytes)
		return -EINVAL;
	drawing->index_type = bytes == 2 ? VK_INDEX_TYPE_UINT16 : VK_INDEX_TYPE_UINT32;
	drawing->n_indices = (UINT)(xfi_resource_of(child)->size_bytes - offset) / bytes;
	int r = xfi_upload_buffer(drawing->gpu, xfi_resource_of(child), false, &drawing->indices,
		&drawing->indices_at);
	if (r)
		return r;
	xfi_draw_takes(
		drawing, &(struct xfi_drawn_buffer){ xfi_resource_of(child), drawing->indices,
				 drawing->indices_at, .input = &drawing->indices_at,
				 .input_buffer = &drawing->indices });
	drawing->indices_at += offset;
	return xfi_draw_reads_beyond(drawing, draw) ? lay_zeros(drawing, draw, bytes) : 0;
}
