/* SPDX-License-Identifier: MIT */
#include "win/dxgi/upload.h"

#include "win/dxgi/device_memory.h"
#include "win/dxgi/payload.h"
#include "win/dxgi/transfer.h"
#include "win/gpu/buffer.h"
#include "win/gpu/chunk.h"
#include "win/gpu/image.h"
#include "win/gpu/live.h"

/*
 * Constants up to this size that only the CPU writes are copied for each batch: what is bound of
 * them says where it ends. Drivers know the end of vertices and indices by that of the VkBuffer.
 */
#define SMALL 65536

static int open_payload(struct xfi_gpu *gpu, struct xfi_resource *resource)
{
	if (!resource->pixels || resource->memory || !gpu->card->has_memory_host ||
		xfi_transfer_packed_bytes(resource) || resource->gpu.payload)
		return 0;
	int r = xf_vulkan_image_open(
		gpu->card->vulkan, resource->pixels, 0, &resource->gpu.payload);
	return r == -ENOMEM ? r : 0; /* else it goes by way of the CPU */
}

static int upload_image(struct xfi_gpu *gpu, struct xfi_resource *resource)
{
	const uint64_t packed = xfi_transfer_packed_bytes(resource);
	struct xfi_gpu_span span;
	struct xfi_batch *batch;
	uint8_t *bytes;
	int r = xfi_payload_wait(resource);
	if (!r)
		r = xfi_batch_open(gpu, &batch);
	if (!r)
		r = xfi_batch_span(gpu, batch, packed ? packed : resource->size_bytes, 64, &span);
	if (!r)
		r = xfi_host_begin(resource, XF_ACCESS_READ, &bytes);
	if (r)
		return r;
	if (packed)
		xfi_transfer_pack(resource, bytes, span.bytes);
	else
		memcpy(span.bytes, bytes, resource->size_bytes);
	xfi_host_end(resource);
	return xfi_transfer_in(gpu, resource, span.buffer, span.offset);
}

static DXGI_FORMAT plane_format(const struct xfi_resource *resource, int plane)
{
	if (!resource->format->two_planes)
		return resource->desc.format;
	if (resource->format->bytes == 1)
		return plane ? DXGI_FORMAT_R8G8_TYPELESS : DXGI_FORMAT_R8_TYPELESS;
	return plane ? DXGI_FORMAT_R16G16_TYPELESS : DXGI_FORMAT_R16_TYPELESS;
}

static VkImageType type_of(const struct xfi_desc *desc)
{
	return desc->dimension == D3D11_RESOURCE_DIMENSION_TEXTURE1D   ? VK_IMAGE_TYPE_1D
	       : desc->dimension == D3D11_RESOURCE_DIMENSION_TEXTURE3D ? VK_IMAGE_TYPE_3D
								       : VK_IMAGE_TYPE_2D;
}

struct xfi_gpu_image_desc xfi_upload_desc(const struct xfi_resource *resource, int plane)
{
	const struct xfi_desc *desc = &resource->desc;
	return (struct xfi_gpu_image_desc){ .format = plane_format(resource, plane),
		.type = type_of(desc),
		.width = desc->width >> plane,
		.height = desc->height >> plane,
		.depth = desc->depth,
		.mips = desc->mips,
		.layers = desc->array,
		.bind = desc->bind,
		.cube = desc->misc & D3D11_RESOURCE_MISC_TEXTURECUBE };
}

static int make_image(struct xfi_gpu *gpu, struct xfi_resource *resource, int plane)
{
	const struct xfi_gpu_image_desc image = xfi_upload_desc(resource, plane);
	return xfi_gpu_image_create(gpu, &image, &resource->gpu.images[plane]);
}

static int make_images(struct xfi_gpu *gpu, struct xfi_resource *resource)
{
	int r = resource->gpu.images[0] ? 0 : make_image(gpu, resource, 0);
	if (!r && resource->format->two_planes && !resource->gpu.images[1])
		r = make_image(gpu, resource, 1);
	return r ? r : open_payload(gpu, resource);
}

/* Has somebody else written into a shared payload? Nobody tells, so it is taken for granted. */
static void look_at_payload(struct xfi_gpu *gpu, struct xfi_resource *resource)
{
	struct xfi_residence *at = &resource->gpu;
	if (!resource->pixels)
		return;
	if (!xfi_in_device_memory(resource) && atomic_exchange(&at->acquired, false))
		at->host_version++;
	if (!resource->mutex && at->synced != gpu->open->number && !at->newest_on_gpu)
		at->host_version++;
	at->synced = gpu->open->number;
	at->touched = true;
}

int xfi_upload_images(struct xfi_gpu *gpu, struct xfi_resource *resource, bool whole)
{
	struct xfi_residence *at = &resource->gpu;
	struct xfi_batch *batch;
	int r = xfi_batch_open(gpu, &batch);
	if (!r)
		r = make_images(gpu, resource);
	if (!r)
		r = xfi_device_memory_take(resource);
	if (r)
		return r;
	look_at_payload(gpu, resource);
	if (at->is_mapped)
		at->host_version++;
	if (at->newest_on_gpu || at->gpu_version == at->host_version + 1)
		return 0;
	if (whole)
		r = xfi_gpu_image_ready(gpu, at->images[0]);
	else if (at->payload)
		r = xfi_payload_move(gpu, resource, true);
	else
		r = upload_image(gpu, resource);
	if (!r)
		at->gpu_version = at->host_version + 1;
	return r;
}

/* Up to a whole number of what a driver may look at of constants, behind which come others'. */
#define ROUNDED(size) (((size) + 255) & ~UINT64_C(255))

/* Bytes for the open batch alone. */
static int to_span(struct xfi_gpu *gpu, struct xfi_resource *resource)
{
	struct xfi_residence *at = &resource->gpu;
	const uint64_t size = resource->size_bytes;
	struct xfi_gpu_span span;
	uint8_t *bytes;
	if (at->span_batch == gpu->open->number && at->span_version == at->host_version)
		return 0;
	int r = xfi_batch_span(gpu, gpu->open, ROUNDED(size), 256, &span);
	if (!r)
		r = xfi_host_begin(resource, XF_ACCESS_READ, &bytes);
	if (r)
		return r;
	memcpy(span.bytes, bytes, size);
	memset(span.bytes + size, 0, ROUNDED(size) - size);
	xfi_host_end(resource);
	at->span_buffer = span.buffer;
	at->span_offset = span.offset;
	at->span_batch = gpu->open->number;
	at->span_version = at->host_version;
	return 0;
}

static int update_buffer(struct xfi_gpu *gpu, struct xfi_resource *resource)
{
	struct xfi_residence *at = &resource->gpu;
	int r = at->buffer ? 0 : xfi_gpu_buffer_create(gpu, resource->size_bytes, &at->buffer);
	if (r || at->newest_on_gpu || at->gpu_version == at->host_version + 1)
		return r;
	r = to_span(gpu, resource);
	if (!r)
		r = xfi_gpu_buffer_copy(gpu, at->buffer->buffer, at->span_buffer,
			&(VkBufferCopy){ at->span_offset, 0, resource->size_bytes });
	if (!r)
		at->gpu_version = at->host_version + 1;
	return r;
}

static bool is_small(const struct xfi_resource *resource)
{
	return resource->desc.bind == D3D11_BIND_CONSTANT_BUFFER && resource->size_bytes <= SMALL;
}

/* Only the processor writes it, and it has no mapping that would have to stay where it is. */
static bool may_go_live(const struct xfi_resource *resource)
{
	return resource->desc.usage == D3D11_USAGE_DYNAMIC && resource->memory &&
	       !resource->pixels && !resource->mapped && !is_small(resource);
}

/* The memory moves to where the GPU reads it. */
static int go_live(struct xfi_gpu *gpu, struct xfi_resource *resource)
{
	struct xfi_residence *at = &resource->gpu;
	int r = xfi_gpu_live_create(gpu, resource->size_bytes, &at->live);
	if (r)
		return r;
	memcpy(at->live->bytes, resource->memory, resource->size_bytes);
	free(resource->memory);
	resource->memory = at->live->bytes;
	return 0;
}

int xfi_upload_buffer(struct xfi_gpu *gpu, struct xfi_resource *resource, bool write,
	VkBuffer *ret_buffer, VkDeviceSize *ret_offset)
{
	struct xfi_residence *at = &resource->gpu;
	struct xfi_batch *batch;
	int r = xfi_batch_open(gpu, &batch);
	if (!r)
		r = xfi_payload_wait(resource);
	if (r)
		return r;
	if (!at->live && !at->newest_on_gpu && may_go_live(resource))
		r = go_live(gpu, resource);
	if (r)
		return r;
	if (at->live && !write && !at->newest_on_gpu) {
		xfi_gpu_live_use(gpu, at->live);
		*ret_buffer = at->live->buffer;
		*ret_offset = 0;
		return 0;
	}
	look_at_payload(gpu, resource);
	if (at->is_mapped)
		at->host_version++;
	if (!write && !at->buffer && is_small(resource)) {
		r = to_span(gpu, resource);
		*ret_buffer = at->span_buffer;
		*ret_offset = at->span_offset;
		return r;
	}
	r = update_buffer(gpu, resource);
	if (r)
		return r;
	*ret_buffer = at->buffer->buffer;
	*ret_offset = 0;
	return 0;
}
