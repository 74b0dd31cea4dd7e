/* SPDX-License-Identifier: MIT */
#include "win/dxgi/format.h"

#include <crossfence/surface.h>

/* Where channels lie. */
static const struct xfi_bits r8[4] = { { 8, 0 } };
static const struct xfi_bits rg8[4] = { { 8, 0 }, { 8, 8 } };
static const struct xfi_bits rgba8[4] = { { 8, 0 }, { 8, 8 }, { 8, 16 }, { 8, 24 } };
static const struct xfi_bits bgra8[4] = { { 8, 16 }, { 8, 8 }, { 8, 0 }, { 8, 24 } };
static const struct xfi_bits a8[4] = { { 0, 0 }, { 0, 0 }, { 0, 0 }, { 8, 0 } };
static const struct xfi_bits r16[4] = { { 16, 0 } };
static const struct xfi_bits rg16[4] = { { 16, 0 }, { 16, 16 } };
static const struct xfi_bits rgba16[4] = { { 16, 0 }, { 16, 16 }, { 16, 32 }, { 16, 48 } };
static const struct xfi_bits r32[4] = { { 32, 0 } };
static const struct xfi_bits rg32[4] = { { 32, 0 }, { 32, 32 } };
static const struct xfi_bits rgb32[4] = { { 32, 0 }, { 32, 32 }, { 32, 64 } };
static const struct xfi_bits rgba32[4] = { { 32, 0 }, { 32, 32 }, { 32, 64 }, { 32, 96 } };
static const struct xfi_bits rgb10a2[4] = { { 10, 0 }, { 10, 10 }, { 10, 20 }, { 2, 30 } };
static const struct xfi_bits r11g11b10[4] = { { 11, 0 }, { 11, 11 }, { 10, 22 } };
static const struct xfi_bits b5g6r5[4] = { { 5, 11 }, { 6, 5 }, { 5, 0 } };
static const struct xfi_bits b5g5r5a1[4] = { { 5, 10 }, { 5, 5 }, { 5, 0 }, { 1, 15 } };

#define FORMAT(name, family_name, kind_name, size, block, ...)                                     \
	[DXGI_FORMAT_##name] = { .format = DXGI_FORMAT_##name,                                     \
		.family = DXGI_FORMAT_##family_name,                                               \
		.kind = XFI_##kind_name,                                                           \
		.bytes = size,                                                                     \
		.block_width = block,                                                              \
		.block_height = block,                                                             \
		__VA_ARGS__ }
#define TYPELESS(family, size) FORMAT(family##_TYPELESS, family##_TYPELESS, TYPELESS, size, 1, )
#define COLOUR(name, family, size, where, channel, core)                                           \
	FORMAT(name, family##_TYPELESS, COLOUR, size, 1, .channels = where,                        \
		.type = XFI_CHANNEL_##channel, .fourcc = core)
#define OTHER(name, family, kind, size) FORMAT(name, family##_TYPELESS, kind, size, 1, )

/* All that are made of whole numbers of 8, 16 or 32 bits: typeless, and what all of them have. */
#define FAMILY(family, size, where)                                                                \
	TYPELESS(family, size), COLOUR(family##_UINT, family, size, where, UINT, 0),               \
		COLOUR(family##_SINT, family, size, where, SINT, 0)
#define NORMALIZED(family, size, where, core)                                                      \
	COLOUR(family##_UNORM, family, size, where, UNORM, core),                                  \
		COLOUR(family##_SNORM, family, size, where, SNORM, 0)
#define FLOATS(family, size, where) COLOUR(family##_FLOAT, family, size, where, FLOAT, 0)

#define BLOCKS(name, family, size) FORMAT(name, family##_TYPELESS, BLOCKS, size, 4, )
#define COMPRESSED(family, one, two, size)                                                         \
	FORMAT(family##_TYPELESS, family##_TYPELESS, TYPELESS, size, 4, ),                         \
		BLOCKS(family##_##one, family, size), BLOCKS(family##_##two, family, size)
#define TWO_PLANES(name, size, core)                                                               \
	FORMAT(name, name, VIDEO, size, 1, .two_planes = true, .fourcc = core)

static const struct xfi_format formats[] = {
	FAMILY(R32G32B32A32, 16, rgba32),
	FLOATS(R32G32B32A32, 16, rgba32),
	FAMILY(R32G32B32, 12, rgb32),
	FLOATS(R32G32B32, 12, rgb32),
	FAMILY(R16G16B16A16, 8, rgba16),
	NORMALIZED(R16G16B16A16, 8, rgba16, 0),
	FLOATS(R16G16B16A16, 8, rgba16),
	FAMILY(R32G32, 8, rg32),
	FLOATS(R32G32, 8, rg32),
	TYPELESS(R32G8X24, 8),
	OTHER(D32_FLOAT_S8X24_UINT, R32G8X24, DEPTH, 8),
	OTHER(R32_FLOAT_X8X24_TYPELESS, R32G8X24, PART, 8),
	OTHER(X32_TYPELESS_G8X24_UINT, R32G8X24, PART, 8),
	TYPELESS(R10G10B10A2, 4),
	COLOUR(R10G10B10A2_UNORM, R10G10B10A2, 4, rgb10a2, UNORM, 0),
	COLOUR(R10G10B10A2_UINT, R10G10B10A2, 4, rgb10a2, UINT, 0),
	COLOUR(R10G10B10_XR_BIAS_A2_UNORM, R10G10B10A2, 4, rgb10a2, XR_BIAS, 0),
	FORMAT(R11G11B10_FLOAT, R11G11B10_FLOAT, COLOUR, 4, 1, .type = XFI_CHANNEL_FLOAT,
		.channels = r11g11b10),
	FAMILY(R8G8B8A8, 4, rgba8),
	NORMALIZED(R8G8B8A8, 4, rgba8, XF_FORMAT_ABGR8888),
	COLOUR(R8G8B8A8_UNORM_SRGB, R8G8B8A8, 4, rgba8, SRGB, XF_FORMAT_ABGR8888),
	FAMILY(R16G16, 4, rg16),
	NORMALIZED(R16G16, 4, rg16, 0),
	FLOATS(R16G16, 4, rg16),
	FAMILY(R32, 4, r32),
	FLOATS(R32, 4, r32),
	OTHER(D32_FLOAT, R32, DEPTH, 4),
	TYPELESS(R24G8, 4),
	OTHER(D24_UNORM_S8_UINT, R24G8, DEPTH, 4),
	OTHER(R24_UNORM_X8_TYPELESS, R24G8, PART, 4),
	OTHER(X24_TYPELESS_G8_UINT, R24G8, PART, 4),
	FAMILY(R8G8, 2, rg8),
	NORMALIZED(R8G8, 2, rg8, XF_FORMAT_GR88),
	FAMILY(R16, 2, r16),
	NORMALIZED(R16, 2, r16, 0),
	FLOATS(R16, 2, r16),
	OTHER(D16_UNORM, R16, DEPTH, 2),
	FAMILY(R8, 1, r8),
	NORMALIZED(R8, 1, r8, XF_FORMAT_R8),
	FORMAT(A8_UNORM, A8_UNORM, COLOUR, 1, 1, .type = XFI_CHANNEL_UNORM, .channels = a8,
		.fourcc = XF_FORMAT_R8),
	FORMAT(R9G9B9E5_SHAREDEXP, R9G9B9E5_SHAREDEXP, COLOUR, 4, 1,
		.type = XFI_CHANNEL_SHARED_EXPONENT),
	COMPRESSED(BC1, UNORM, UNORM_SRGB, 8),
	COMPRESSED(BC2, UNORM, UNORM_SRGB, 16),
	COMPRESSED(BC3, UNORM, UNORM_SRGB, 16),
	COMPRESSED(BC4, UNORM, SNORM, 8),
	COMPRESSED(BC5, UNORM, SNORM, 16),
	COMPRESSED(BC6H, UF16, SF16, 16),
	COMPRESSED(BC7, UNORM, UNORM_SRGB, 16),
	FORMAT(B5G6R5_UNORM, B5G6R5_UNORM, COLOUR, 2, 1, .type = XFI_CHANNEL_UNORM,
		.channels = b5g6r5),
	FORMAT(B5G5R5A1_UNORM, B5G5R5A1_UNORM, COLOUR, 2, 1, .type = XFI_CHANNEL_UNORM,
		.channels = b5g5r5a1),
	FORMAT(B8G8R8A8_TYPELESS, B8G8R8A8_TYPELESS, TYPELESS, 4, 1, .fourcc = XF_FORMAT_ARGB8888),
	COLOUR(B8G8R8A8_UNORM, B8G8R8A8, 4, bgra8, UNORM, XF_FORMAT_ARGB8888),
	COLOUR(B8G8R8A8_UNORM_SRGB, B8G8R8A8, 4, bgra8, SRGB, XF_FORMAT_ARGB8888),
	FORMAT(B8G8R8X8_TYPELESS, B8G8R8X8_TYPELESS, TYPELESS, 4, 1, .fourcc = XF_FORMAT_XRGB8888),
	COLOUR(B8G8R8X8_UNORM, B8G8R8X8, 4, bgra8, UNORM, XF_FORMAT_XRGB8888),
	COLOUR(B8G8R8X8_UNORM_SRGB, B8G8R8X8, 4, bgra8, SRGB, XF_FORMAT_XRGB8888),
	TWO_PLANES(NV12, 1, XF_FORMAT_NV12),
	TWO_PLANES(P010, 2, 0),
	TWO_PLANES(P016, 2, 0),
	TWO_PLANES(420_OPAQUE, 1, 0),
	[DXGI_FORMAT_YUY2] = { .format = DXGI_FORMAT_YUY2,
		.family = DXGI_FORMAT_YUY2,
		.kind = XFI_VIDEO,
		.bytes = 4,
		.block_width = 2,
		.block_height = 1 },
};

#define COUNT (sizeof(formats) / sizeof(formats[0]))

const struct xfi_format *xfi_format(DXGI_FORMAT format)
{
	return (size_t)format < COUNT && formats[format].format ? &formats[format] : NULL;
}

bool xfi_format_is_bits_of(const struct xfi_format *number, const struct xfi_format *of)
{
	return (number->type == XFI_CHANNEL_UINT || number->type == XFI_CHANNEL_SINT) &&
	       number->bytes == of->bytes &&
	       (of->block_width > 1 || (of->type == XFI_CHANNEL_SHARED_EXPONENT &&
					       number->family == DXGI_FORMAT_R32_TYPELESS));
}

/* Not: colours that only shaders read, or whose bits hang together. */
static bool are_numbers(const struct xfi_format *format)
{
	switch (format->type) {
	case XFI_CHANNEL_SRGB:
	case XFI_CHANNEL_XR_BIAS:
	case XFI_CHANNEL_SHARED_EXPONENT:
		return false;
	default:
		return format->family != DXGI_FORMAT_B5G6R5_UNORM &&
		       format->family != DXGI_FORMAT_B5G5R5A1_UNORM &&
		       format->family != DXGI_FORMAT_B8G8R8X8_TYPELESS;
	}
}

/* Three channels of 32 bits: of buffers, hardly any device has pictures of them. */
static bool is_of_three(const struct xfi_format *format)
{
	return format->family == DXGI_FORMAT_R32G32B32_TYPELESS;
}

static bool may_be_unordered(const struct xfi_format *format)
{
	return are_numbers(format) && !is_of_three(format);
}

static bool may_be_vertex(const struct xfi_format *format)
{
	return are_numbers(format) && format->family != DXGI_FORMAT_A8_UNORM;
}

/* What shaders read, and what whole colours can be made of: whole numbers are not filtered. */
static UINT shader_support(const struct xfi_format *format)
{
	const UINT load = D3D11_FORMAT_SUPPORT_SHADER_LOAD,
		   sample = load | D3D11_FORMAT_SUPPORT_SHADER_SAMPLE |
			    D3D11_FORMAT_SUPPORT_SHADER_GATHER;
	if (is_of_three(format))
		return load;
	switch (format->type) {
	case XFI_CHANNEL_XR_BIAS:
		return 0;
	case XFI_CHANNEL_UINT:
	case XFI_CHANNEL_SINT:
		return load;
	default:
		return sample;
	}
}

/* Depth that was drawn, to compare with. */
static UINT comparison_support(DXGI_FORMAT format)
{
	switch (format) {
	case DXGI_FORMAT_R16_UNORM:
	case DXGI_FORMAT_R32_FLOAT:
	case DXGI_FORMAT_R24_UNORM_X8_TYPELESS:
	case DXGI_FORMAT_R32_FLOAT_X8X24_TYPELESS:
		return D3D11_FORMAT_SUPPORT_SHADER_SAMPLE_COMPARISON |
		       D3D11_FORMAT_SUPPORT_SHADER_GATHER_COMPARISON;
	default:
		return 0;
	}
}

/* Targets that are more than written. */
static UINT blend_support(const struct xfi_format *format)
{
	if (!(shader_support(format) & D3D11_FORMAT_SUPPORT_SHADER_SAMPLE) ||
		format->type == XFI_CHANNEL_SHARED_EXPONENT)
		return 0;
	return D3D11_FORMAT_SUPPORT_BLENDABLE | D3D11_FORMAT_SUPPORT_MIP_AUTOGEN;
}

/* Of depth and stencil, the part that a shader sees. */
static UINT part_support(const struct xfi_format *format)
{
	UINT comparison = comparison_support(format->format);
	if (!comparison)
		return D3D11_FORMAT_SUPPORT_SHADER_LOAD;
	return comparison | D3D11_FORMAT_SUPPORT_SHADER_LOAD | D3D11_FORMAT_SUPPORT_SHADER_SAMPLE |
	       D3D11_FORMAT_SUPPORT_SHADER_GATHER;
}

static UINT colour_support(const struct xfi_format *format)
{
	UINT support =
		shader_support(format) | comparison_support(format->format) | blend_support(format);
	if (format->type != XFI_CHANNEL_SRGB)
		support |= D3D11_FORMAT_SUPPORT_BUFFER;
	if (may_be_vertex(format))
		support |= D3D11_FORMAT_SUPPORT_IA_VERTEX_BUFFER;
	if (format->format == DXGI_FORMAT_R16_UINT || format->format == DXGI_FORMAT_R32_UINT)
		support |= D3D11_FORMAT_SUPPORT_IA_INDEX_BUFFER;
	if (format->type != XFI_CHANNEL_SHARED_EXPONENT && !is_of_three(format))
		support |= D3D11_FORMAT_SUPPORT_RENDER_TARGET;
	if (may_be_unordered(format))
		support |= D3D11_FORMAT_SUPPORT_TYPED_UNORDERED_ACCESS_VIEW;
	return support;
}

UINT xfi_format_support(DXGI_FORMAT dxgi_format)
{
	const UINT plain = D3D11_FORMAT_SUPPORT_TEXTURE2D | D3D11_FORMAT_SUPPORT_CPU_LOCKABLE;
	const UINT levels = plain | D3D11_FORMAT_SUPPORT_TEXTURECUBE | D3D11_FORMAT_SUPPORT_MIP;
	const UINT volumes = levels | D3D11_FORMAT_SUPPORT_TEXTURE3D;
	const UINT all = volumes | D3D11_FORMAT_SUPPORT_TEXTURE1D;
	const struct xfi_format *format = xfi_format(dxgi_format);
	if (!format)
		return 0;
	switch (format->kind) {
	case XFI_COLOUR:
		return all | colour_support(format);
	case XFI_DEPTH:
		return levels | D3D11_FORMAT_SUPPORT_TEXTURE1D | D3D11_FORMAT_SUPPORT_DEPTH_STENCIL;
	case XFI_PART:
		return levels | D3D11_FORMAT_SUPPORT_TEXTURE1D | part_support(format);
	case XFI_BLOCKS:
		return volumes | shader_support(format);
	case XFI_VIDEO:
		return dxgi_format == DXGI_FORMAT_420_OPAQUE ? D3D11_FORMAT_SUPPORT_TEXTURE2D
							     : plain;
	default:
		return (format->block_width > 1 ? volumes : all) |
		       D3D11_FORMAT_SUPPORT_CAST_WITHIN_BIT_LAYOUT;
	}
}

/* Of feature level 11.0: all are stored to, of single numbers of 32 bits more. */
UINT xfi_format_support2(DXGI_FORMAT format)
{
	const UINT whole = D3D11_FORMAT_SUPPORT2_UAV_ATOMIC_ADD |
			   D3D11_FORMAT_SUPPORT2_UAV_ATOMIC_BITWISE_OPS |
			   D3D11_FORMAT_SUPPORT2_UAV_ATOMIC_COMPARE_STORE_OR_COMPARE_EXCHANGE |
			   D3D11_FORMAT_SUPPORT2_UAV_ATOMIC_EXCHANGE;
	UINT support = 0;
	if (!(xfi_format_support(format) & D3D11_FORMAT_SUPPORT_TYPED_UNORDERED_ACCESS_VIEW))
		return 0;
	support = D3D11_FORMAT_SUPPORT2_UAV_TYPED_STORE;
	if (format == DXGI_FORMAT_R32_UINT)
		support |= whole | D3D11_FORMAT_SUPPORT2_UAV_ATOMIC_UNSIGNED_MIN_OR_MAX;
	if (format == DXGI_FORMAT_R32_SINT)
		support |= whole | D3D11_FORMAT_SUPPORT2_UAV_ATOMIC_SIGNED_MIN_OR_MAX;
	if (xfi_format(format)->family == DXGI_FORMAT_R32_TYPELESS)
		support |= D3D11_FORMAT_SUPPORT2_UAV_TYPED_LOAD;
	return support;
}

bool xfi_format_can(DXGI_FORMAT dxgi_format, UINT support)
{
	const struct xfi_format *format = xfi_format(dxgi_format);
	if (!format || format->kind != XFI_TYPELESS)
		return (xfi_format_support(dxgi_format) & support) == support;
	for (size_t i = 0; i < COUNT; i++)
		if (formats[i].family == dxgi_format &&
			(xfi_format_support(i) & support) == support)
			return true;
	return false;
}
