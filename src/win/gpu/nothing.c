/* SPDX-License-Identifier: MIT */
#include "win/gpu/nothing.h"

#include "win/gpu/buffer.h"
#include "win/gpu/chunk.h"
#include "win/gpu/image.h"
#include "win/gpu/sampler.h"

#define BYTES 65536 /* as many as a constant buffer has */

/* What is written lies elsewhere than what is only read, which stays zero. */
struct nothing {
	struct xfi_gpu_image *images[3]; /* by image type */
	struct xfi_gpu_buffer *buffer;
};

struct xfi_gpu_nothing {
	struct nothing read, written, counted;
};

static struct nothing *nothing_of(struct xfi_gpu *gpu, const struct xfi_shader_binding *binding)
{
	if (binding->is_counter)
		return &gpu->nothing->counted;
	return binding->kind == XFI_BINDING_UAV ? &gpu->nothing->written : &gpu->nothing->read;
}

/* Of what a draw writes the next one sees nothing; but counters go on. */
static bool begins_anew(const struct xfi_shader_binding *binding)
{
	return binding->kind == XFI_BINDING_UAV && !binding->is_counter;
}

static VkImageViewType type_of(D3D_SRV_DIMENSION dimension)
{
	switch (dimension) {
	case D3D_SRV_DIMENSION_TEXTURE1D:
		return VK_IMAGE_VIEW_TYPE_1D;
	case D3D_SRV_DIMENSION_TEXTURE1DARRAY:
		return VK_IMAGE_VIEW_TYPE_1D_ARRAY;
	case D3D_SRV_DIMENSION_TEXTURE2DARRAY:
		return VK_IMAGE_VIEW_TYPE_2D_ARRAY;
	case D3D_SRV_DIMENSION_TEXTURE3D:
		return VK_IMAGE_VIEW_TYPE_3D;
	case D3D_SRV_DIMENSION_TEXTURECUBE:
		return VK_IMAGE_VIEW_TYPE_CUBE;
	case D3D_SRV_DIMENSION_TEXTURECUBEARRAY:
		return VK_IMAGE_VIEW_TYPE_CUBE_ARRAY;
	default:
		return VK_IMAGE_VIEW_TYPE_2D;
	}
}

static VkImageType image_type_of(VkImageViewType type)
{
	switch (type) {
	case VK_IMAGE_VIEW_TYPE_1D:
	case VK_IMAGE_VIEW_TYPE_1D_ARRAY:
		return VK_IMAGE_TYPE_1D;
	case VK_IMAGE_VIEW_TYPE_3D:
		return VK_IMAGE_TYPE_3D;
	default:
		return VK_IMAGE_TYPE_2D;
	}
}

static int zero_image(struct xfi_gpu *gpu, struct xfi_gpu_image *image)
{
	struct xfi_gpu_span span;
	struct xfi_batch *batch;
	int r = xfi_batch_open(gpu, &batch);
	if (!r)
		r = xfi_batch_span(gpu, batch, 64, 64, &span);
	if (r)
		return r;
	memset(span.bytes, 0, 64);
	const VkBufferImageCopy region = { .bufferOffset = span.offset,
		.imageSubresource = { VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, image->layers },
		.imageExtent = { 1, 1, 1 } };
	return xfi_gpu_image_write(gpu, image, span.buffer, &region, 1);
}

static int make_image(struct xfi_gpu *gpu, VkImageType type, struct xfi_gpu_image **ret_image)
{
	const struct xfi_gpu_image_desc desc = { .format = DXGI_FORMAT_R32_TYPELESS,
		.type = type,
		.width = 1,
		.height = 1,
		.depth = 1,
		.mips = 1,
		.layers = type == VK_IMAGE_TYPE_2D ? 6 : 1,
		.bind = D3D11_BIND_SHADER_RESOURCE | D3D11_BIND_UNORDERED_ACCESS,
		.cube = type == VK_IMAGE_TYPE_2D };
	return xfi_gpu_image_create(gpu, &desc, ret_image);
}

static int image_of(struct xfi_gpu *gpu, const struct xfi_shader_binding *binding,
	struct xfi_gpu_image **ret_image)
{
	const VkImageType type = image_type_of(type_of(binding->dimension));
	struct xfi_gpu_image **image = &nothing_of(gpu, binding)->images[type];
	const bool is_new = !*image;
	int r = is_new ? make_image(gpu, type, image) : 0;
	if (!r && (is_new || begins_anew(binding)))
		r = zero_image(gpu, *image);
	*ret_image = *image;
	return r;
}

static VkFormat format_of(D3D_REGISTER_COMPONENT_TYPE type)
{
	return type == D3D_REGISTER_COMPONENT_UINT32   ? VK_FORMAT_R32_UINT
	       : type == D3D_REGISTER_COMPONENT_SINT32 ? VK_FORMAT_R32_SINT
						       : VK_FORMAT_R32_SFLOAT;
}

/* Of all channels, since one that a format lacks is not 0; atomics know one alone. */
static VkFormat texel_format_of(const struct xfi_shader_binding *binding)
{
	if (binding->kind == XFI_BINDING_UAV)
		return format_of(binding->type);
	return binding->type == D3D_REGISTER_COMPONENT_UINT32	? VK_FORMAT_R32G32B32A32_UINT
	       : binding->type == D3D_REGISTER_COMPONENT_SINT32 ? VK_FORMAT_R32G32B32A32_SINT
								: VK_FORMAT_R32G32B32A32_SFLOAT;
}

static int bind_image(
	struct xfi_gpu *gpu, const struct xfi_shader_binding *binding, struct xfi_gpu_bound *bound)
{
	const VkImageViewType type = type_of(binding->dimension);
	const bool is_written = binding->kind == XFI_BINDING_UAV;
	const bool cube = type == VK_IMAGE_VIEW_TYPE_CUBE || type == VK_IMAGE_VIEW_TYPE_CUBE_ARRAY;
	const struct xfi_gpu_view_desc desc = { .type = type,
		.format = format_of(binding->type),
		.aspects = VK_IMAGE_ASPECT_COLOR_BIT,
		.n_mips = 1,
		.count = cube ? 6 : 1,
		.usage = is_written ? VK_IMAGE_USAGE_STORAGE_BIT : VK_IMAGE_USAGE_SAMPLED_BIT,
		.zero = !is_written };
	struct xfi_gpu_image *image;
	int r = image_of(gpu, binding, &image);
	bound->image.imageLayout = VK_IMAGE_LAYOUT_GENERAL;
	return r ? r : xfi_gpu_image_view(gpu, image, &desc, &bound->image.imageView);
}

static int buffer_of(struct xfi_gpu *gpu, const struct xfi_shader_binding *binding,
	struct xfi_gpu_buffer **ret_buffer)
{
	struct xfi_gpu_buffer **buffer = &nothing_of(gpu, binding)->buffer;
	const bool is_new = !*buffer;
	int r = is_new ? xfi_gpu_buffer_create(gpu, BYTES, buffer) : 0;
	if (!r && (is_new || begins_anew(binding)))
		r = xfi_gpu_buffer_fill(gpu, (*buffer)->buffer, 0, VK_WHOLE_SIZE, 0);
	*ret_buffer = *buffer;
	return r;
}

static int bind_buffer(
	struct xfi_gpu *gpu, const struct xfi_shader_binding *binding, struct xfi_gpu_bound *bound)
{
	struct xfi_gpu_buffer *buffer;
	int r = buffer_of(gpu, binding, &buffer);
	if (r)
		return r;
	bound->buffer = (VkDescriptorBufferInfo){ buffer->buffer, 0, VK_WHOLE_SIZE };
	if (binding->kind == XFI_BINDING_CB || binding->is_structured)
		return 0;
	return xfi_gpu_buffer_view(
		gpu, buffer->buffer, texel_format_of(binding), 0, VK_WHOLE_SIZE, &bound->view);
}

int xfi_gpu_nothing(
	struct xfi_gpu *gpu, const struct xfi_shader_binding *binding, struct xfi_gpu_bound *bound)
{
	static const D3D11_SAMPLER_DESC sampler = { .Filter = D3D11_FILTER_MIN_MAG_MIP_LINEAR,
		.AddressU = D3D11_TEXTURE_ADDRESS_CLAMP,
		.AddressV = D3D11_TEXTURE_ADDRESS_CLAMP,
		.AddressW = D3D11_TEXTURE_ADDRESS_CLAMP,
		.MaxAnisotropy = 1,
		.ComparisonFunc = D3D11_COMPARISON_NEVER,
		.MinLOD = -D3D11_FLOAT32_MAX,
		.MaxLOD = D3D11_FLOAT32_MAX };
	if (!gpu->nothing)
		gpu->nothing = calloc(1, sizeof(*gpu->nothing));
	if (!gpu->nothing)
		return -ENOMEM;
	if (binding->kind == XFI_BINDING_SAMPLER)
		return xfi_gpu_sampler(gpu, &sampler, &bound->image.sampler);
	if (binding->kind == XFI_BINDING_CB || binding->is_buffer)
		return bind_buffer(gpu, binding, bound);
	return bind_image(gpu, binding, bound);
}

static void free_one(struct xfi_gpu *gpu, struct nothing *nothing)
{
	for (int i = 0; i < 3; i++)
		xfi_gpu_image_destroy(gpu, nothing->images[i]);
	xfi_gpu_buffer_destroy(gpu, nothing->buffer);
}

void xfi_gpu_nothing_free(struct xfi_gpu *gpu)
{
	if (!gpu->nothing)
		return;
	free_one(gpu, &gpu->nothing->read);
	free_one(gpu, &gpu->nothing->written);
	free_one(gpu, &gpu->nothing->counted);
	free(gpu->nothing);
	gpu->nothing = NULL;
}
