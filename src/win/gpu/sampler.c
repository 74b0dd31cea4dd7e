/* SPDX-License-Identifier: MIT */
#include "win/gpu/sampler.h"

struct xfi_gpu_sampler {
	struct xfi_gpu_sampler *next;
	D3D11_SAMPLER_DESC desc;
	VkSampler sampler;
};

static VkSamplerAddressMode address(const struct xfi_card *card, D3D11_TEXTURE_ADDRESS_MODE mode)
{
	switch (mode) {
	case D3D11_TEXTURE_ADDRESS_WRAP:
		return VK_SAMPLER_ADDRESS_MODE_REPEAT;
	case D3D11_TEXTURE_ADDRESS_MIRROR:
		return VK_SAMPLER_ADDRESS_MODE_MIRRORED_REPEAT;
	case D3D11_TEXTURE_ADDRESS_BORDER:
		return VK_SAMPLER_ADDRESS_MODE_CLAMP_TO_BORDER;
	case D3D11_TEXTURE_ADDRESS_MIRROR_ONCE:
		if (card->has_mirror)
			return VK_SAMPLER_ADDRESS_MODE_MIRROR_CLAMP_TO_EDGE;
		return VK_SAMPLER_ADDRESS_MODE_CLAMP_TO_EDGE; /* the nearest that there is */
	default:
		return VK_SAMPLER_ADDRESS_MODE_CLAMP_TO_EDGE;
	}
}

static bool is_white(const FLOAT colour[4])
{
	return colour[0] >= 0.5f && colour[1] >= 0.5f && colour[2] >= 0.5f;
}

static VkBorderColor plain_border(const FLOAT colour[4])
{
	if (is_white(colour))
		return VK_BORDER_COLOR_FLOAT_OPAQUE_WHITE;
	return colour[3] >= 0.5f ? VK_BORDER_COLOR_FLOAT_OPAQUE_BLACK
				 : VK_BORDER_COLOR_FLOAT_TRANSPARENT_BLACK;
}

static bool has_border(const D3D11_SAMPLER_DESC *desc)
{
	return desc->AddressU == D3D11_TEXTURE_ADDRESS_BORDER ||
	       desc->AddressV == D3D11_TEXTURE_ADDRESS_BORDER ||
	       desc->AddressW == D3D11_TEXTURE_ADDRESS_BORDER;
}

static float clamp(float value, float lowest, float highest)
{
	return value < lowest ? lowest : value > highest ? highest : value;
}

/* A filter is a bit for each of the three, one for anisotropy, and two for what is made of them. */
static VkSamplerCreateInfo describe(const struct xfi_card *card, const D3D11_SAMPLER_DESC *desc)
{
	const UINT filter = desc->Filter;
	const float bias = card->properties.limits.maxSamplerLodBias;
	const float most = card->properties.limits.maxSamplerAnisotropy;
	return (VkSamplerCreateInfo){ .sType = VK_STRUCTURE_TYPE_SAMPLER_CREATE_INFO,
		.magFilter = filter & 0x04 ? VK_FILTER_LINEAR : VK_FILTER_NEAREST,
		.minFilter = filter & 0x10 ? VK_FILTER_LINEAR : VK_FILTER_NEAREST,
		.mipmapMode = filter & 0x01 ? VK_SAMPLER_MIPMAP_MODE_LINEAR
					    : VK_SAMPLER_MIPMAP_MODE_NEAREST,
		.addressModeU = address(card, desc->AddressU),
		.addressModeV = address(card, desc->AddressV),
		.addressModeW = address(card, desc->AddressW),
		.mipLodBias = clamp(desc->MipLODBias, -bias, bias),
		.anisotropyEnable = filter & 0x40 && card->features.samplerAnisotropy,
		.maxAnisotropy = clamp((float)desc->MaxAnisotropy, 1, most),
		.compareEnable = (filter & 0x180) == 0x80,
		.compareOp = desc->ComparisonFunc ? (VkCompareOp)(desc->ComparisonFunc - 1)
						  : VK_COMPARE_OP_NEVER,
		.minLod = desc->MinLOD,
		.maxLod = desc->MaxLOD < desc->MinLOD ? desc->MinLOD : desc->MaxLOD,
		.borderColor = plain_border(desc->BorderColor) };
}

static int create(struct xfi_gpu *gpu, const D3D11_SAMPLER_DESC *desc, VkSampler *ret_sampler)
{
	VkSamplerCreateInfo info = describe(gpu->card, desc);
	VkSamplerCustomBorderColorCreateInfoEXT border = {
		.sType = VK_STRUCTURE_TYPE_SAMPLER_CUSTOM_BORDER_COLOR_CREATE_INFO_EXT
	};
	memcpy(border.customBorderColor.float32, desc->BorderColor, sizeof(desc->BorderColor));
	if (gpu->card->has_border && has_border(desc)) {
		info.pNext = &border;
		info.borderColor = VK_BORDER_COLOR_FLOAT_CUSTOM_EXT;
	}
	VkResult error = gpu->card->vk.CreateSampler(gpu->card->device, &info, NULL, ret_sampler);
	return error ? xfi_gpu_result(gpu, "vkCreateSampler", error) : 0;
}

int xfi_gpu_sampler(struct xfi_gpu *gpu, const D3D11_SAMPLER_DESC *desc, VkSampler *ret_sampler)
{
	struct xfi_gpu_sampler *sampler = gpu->samplers;
	while (sampler && memcmp(&sampler->desc, desc, sizeof(*desc)))
		sampler = sampler->next;
	if (sampler) {
		*ret_sampler = sampler->sampler;
		return 0;
	}
	sampler = calloc(1, sizeof(*sampler));
	if (!sampler)
		return -ENOMEM;
	int r = create(gpu, desc, &sampler->sampler);
	if (r) {
		free(sampler);
		return r;
	}
	sampler->desc = *desc;
	sampler->next = gpu->samplers;
	gpu->samplers = sampler;
	*ret_sampler = sampler->sampler;
	return 0;
}

void xfi_gpu_samplers_free(struct xfi_gpu *gpu)
{
	while (gpu->samplers) {
		struct xfi_gpu_sampler *sampler = gpu->samplers;
		gpu->samplers = sampler->next;
		gpu->card->vk.DestroySampler(gpu->card->device, sampler->sampler, NULL);
		free(sampler);
	}
}
