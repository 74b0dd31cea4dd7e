/* SPDX-License-Identifier: MIT */
#include "win/dxgi/format.h"

#include <crossfence/surface.h>
#include <math.h>

#define F(name, family, bytes, channels, channel_bytes, type)                                      \
	{                                                                                          \
		DXGI_FORMAT_##name, DXGI_FORMAT_##family##_TYPELESS, bytes, channels,              \
			channel_bytes, XFI_CHANNEL_##type, false, false, 0                         \
	}
#define FAMILY(letters, bits, bytes, channels, channel_bytes)                                      \
	F(letters##_TYPELESS, letters, bytes, channels, channel_bytes, NONE),                      \
		F(letters##_UINT, letters, bytes, channels, channel_bytes, UINT),                  \
		F(letters##_SINT, letters, bytes, channels, channel_bytes, SINT)

static const struct xfi_format formats[] = {
	{ DXGI_FORMAT_R8G8B8A8_UNORM, DXGI_FORMAT_R8G8B8A8_TYPELESS, 4, 4, 1, XFI_CHANNEL_UNORM,
		false, false, XF_FORMAT_ABGR8888 },
	{ DXGI_FORMAT_R8G8B8A8_UNORM_SRGB, DXGI_FORMAT_R8G8B8A8_TYPELESS, 4, 4, 1, XFI_CHANNEL_SRGB,
		false, false, XF_FORMAT_ABGR8888 },
	{ DXGI_FORMAT_B8G8R8A8_UNORM, DXGI_FORMAT_B8G8R8A8_TYPELESS, 4, 4, 1, XFI_CHANNEL_UNORM,
		true, false, XF_FORMAT_ARGB8888 },
	{ DXGI_FORMAT_B8G8R8A8_UNORM_SRGB, DXGI_FORMAT_B8G8R8A8_TYPELESS, 4, 4, 1, XFI_CHANNEL_SRGB,
		true, false, XF_FORMAT_ARGB8888 },
	{ DXGI_FORMAT_B8G8R8A8_TYPELESS, DXGI_FORMAT_B8G8R8A8_TYPELESS, 4, 4, 1, XFI_CHANNEL_NONE,
		true, false, XF_FORMAT_ARGB8888 },
	{ DXGI_FORMAT_B8G8R8X8_UNORM, DXGI_FORMAT_B8G8R8X8_TYPELESS, 4, 4, 1, XFI_CHANNEL_UNORM,
		true, false, XF_FORMAT_XRGB8888 },
	{ DXGI_FORMAT_B8G8R8X8_UNORM_SRGB, DXGI_FORMAT_B8G8R8X8_TYPELESS, 4, 4, 1, XFI_CHANNEL_SRGB,
		true, false, XF_FORMAT_XRGB8888 },
	{ DXGI_FORMAT_B8G8R8X8_TYPELESS, DXGI_FORMAT_B8G8R8X8_TYPELESS, 4, 4, 1, XFI_CHANNEL_NONE,
		true, false, XF_FORMAT_XRGB8888 },
	{ DXGI_FORMAT_R8_UNORM, DXGI_FORMAT_R8_TYPELESS, 1, 1, 1, XFI_CHANNEL_UNORM, false, false,
		XF_FORMAT_R8 },
	{ DXGI_FORMAT_A8_UNORM, DXGI_FORMAT_A8_UNORM, 1, 1, 1, XFI_CHANNEL_NONE, false, false,
		XF_FORMAT_R8 },
	{ DXGI_FORMAT_R8G8_UNORM, DXGI_FORMAT_R8G8_TYPELESS, 2, 2, 1, XFI_CHANNEL_UNORM, false,
		false, XF_FORMAT_GR88 },
	{ DXGI_FORMAT_NV12, DXGI_FORMAT_NV12, 1, 1, 1, XFI_CHANNEL_NONE, false, false,
		XF_FORMAT_NV12 },
	{ DXGI_FORMAT_D32_FLOAT, DXGI_FORMAT_R32_TYPELESS, 4, 1, 4, XFI_CHANNEL_NONE, false, true,
		0 },
	{ DXGI_FORMAT_D16_UNORM, DXGI_FORMAT_R16_TYPELESS, 2, 1, 2, XFI_CHANNEL_NONE, false, true,
		0 },
	{ DXGI_FORMAT_D24_UNORM_S8_UINT, DXGI_FORMAT_R24G8_TYPELESS, 4, 1, 4, XFI_CHANNEL_NONE,
		false, true, 0 },
	{ DXGI_FORMAT_R24G8_TYPELESS, DXGI_FORMAT_R24G8_TYPELESS, 4, 1, 4, XFI_CHANNEL_NONE, false,
		false, 0 },
	FAMILY(R8G8B8A8, 8, 4, 4, 1),
	F(R8G8B8A8_SNORM, R8G8B8A8, 4, 4, 1, SNORM),
	FAMILY(R8, 8, 1, 1, 1),
	F(R8_SNORM, R8, 1, 1, 1, SNORM),
	FAMILY(R8G8, 8, 2, 2, 1),
	F(R8G8_SNORM, R8G8, 2, 2, 1, SNORM),
	FAMILY(R16, 16, 2, 1, 2),
	F(R16_UNORM, R16, 2, 1, 2, UNORM),
	F(R16_SNORM, R16, 2, 1, 2, SNORM),
	F(R16_FLOAT, R16, 2, 1, 2, FLOAT),
	FAMILY(R16G16, 16, 4, 2, 2),
	F(R16G16_UNORM, R16G16, 4, 2, 2, UNORM),
	F(R16G16_SNORM, R16G16, 4, 2, 2, SNORM),
	F(R16G16_FLOAT, R16G16, 4, 2, 2, FLOAT),
	FAMILY(R16G16B16A16, 16, 8, 4, 2),
	F(R16G16B16A16_UNORM, R16G16B16A16, 8, 4, 2, UNORM),
	F(R16G16B16A16_SNORM, R16G16B16A16, 8, 4, 2, SNORM),
	F(R16G16B16A16_FLOAT, R16G16B16A16, 8, 4, 2, FLOAT),
	FAMILY(R32, 32, 4, 1, 4),
	F(R32_FLOAT, R32, 4, 1, 4, FLOAT),
	FAMILY(R32G32, 32, 8, 2, 4),
	F(R32G32_FLOAT, R32G32, 8, 2, 4, FLOAT),
	FAMILY(R32G32B32, 32, 12, 3, 4),
	F(R32G32B32_FLOAT, R32G32B32, 12, 3, 4, FLOAT),
	FAMILY(R32G32B32A32, 32, 16, 4, 4),
	F(R32G32B32A32_FLOAT, R32G32B32A32, 16, 4, 4, FLOAT),
};

const struct xfi_format *xfi_format(DXGI_FORMAT format)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (formats[i].format == format)
			return &formats[i];
	return NULL;
}

static float clamp(float x, float low, float high)
{
	return x >= low ? (x <= high ? x : high) : low; /* a NaN becomes low */
}

static float srgb(float x)
{
	x = clamp(x, 0, 1);
	return x <= 0.0031308f ? 12.92f * x : 1.055f * powf(x, 1 / 2.4f) - 0.055f;
}

/* Rounds to nearest even, as the hardware does; overflow becomes infinity. */
static uint16_t half(float value)
{
	uint32_t bits, sign, mantissa, rest, shift = 13;
	int exponent;

	memcpy(&bits, &value, sizeof(bits));
	sign = (bits >> 16) & 0x8000;
	exponent = (int)((bits >> 23) & 0xff) - 127 + 15;
	mantissa = bits & 0x7fffff;
	if (exponent == 0xff - 127 + 15)
		return (uint16_t)(sign | 0x7c00 | (mantissa ? 0x200 : 0));
	if (exponent >= 31)
		return (uint16_t)(sign | 0x7c00);
	if (exponent <= 0) {
		if (exponent < -10)
			return (uint16_t)sign;
		mantissa |= 0x800000;
		shift = (uint32_t)(14 - exponent);
		exponent = 0;
	}
	bits = (uint32_t)exponent << 10 | mantissa >> shift;
	rest = mantissa & ((1u << shift) - 1);
	if (rest > 1u << (shift - 1) || (rest == 1u << (shift - 1) && (bits & 1)))
		bits++; /* may carry into the exponent, which is right */
	return (uint16_t)(sign | bits);
}

static void put(uint8_t *to, uint32_t value, unsigned bytes)
{
	memcpy(to, &value, bytes); /* little-endian, as D3D's formats are */
}

static uint32_t pack_channel(const struct xfi_format *format, unsigned i, float value)
{
	double top = format->channel_bytes == 1	  ? 255
		     : format->channel_bytes == 2 ? 65535
						  : 4294967295.0;
	uint32_t bits;

	switch (format->type) {
	case XFI_CHANNEL_SRGB:
		value = i < 3 ? srgb(value) : value;
		/* fall through */
	case XFI_CHANNEL_UNORM:
		return (uint32_t)(clamp(value, 0, 1) * top + 0.5);
	case XFI_CHANNEL_SNORM:
		top = (top - 1) / 2;
		value = clamp(value, -1, 1);
		return (uint32_t)(int32_t)(value * top + (value < 0 ? -0.5 : 0.5));
	case XFI_CHANNEL_UINT:
		return (uint32_t)fmin(fmax(value, 0), top);
	case XFI_CHANNEL_SINT:
		top = (top - 1) / 2;
		return (uint32_t)(int32_t)fmin(fmax(value, -top - 1), top);
	default:
		if (format->channel_bytes == 2)
			return half(value);
		memcpy(&bits, &value, sizeof(bits));
		return bits;
	}
}

/* Blue comes first in BGR formats. */
static unsigned place(const struct xfi_format *format, unsigned i)
{
	return (format->bgr && i < 3 ? 2 - i : i) * format->channel_bytes;
}

void xfi_format_pack_float(const struct xfi_format *format, const float colour[4], uint8_t *pixel)
{
	for (unsigned i = 0; i < format->channels; i++)
		put(pixel + place(format, i), pack_channel(format, i, colour[i]),
			format->channel_bytes);
}

void xfi_format_pack_uint(const struct xfi_format *format, const UINT values[4], uint8_t *pixel)
{
	for (unsigned i = 0; i < format->channels; i++)
		put(pixel + place(format, i), values[i], format->channel_bytes);
}

/* What every format here can do; depth formats are no render targets, video is only moved about. */
UINT xfi_format_support(DXGI_FORMAT dxgi_format)
{
	const struct xfi_format *format = xfi_format(dxgi_format);
	UINT support = D3D11_FORMAT_SUPPORT_TEXTURE2D;

	if (!format)
		return 0;
	if (dxgi_format == DXGI_FORMAT_NV12)
		return support | D3D11_FORMAT_SUPPORT_CPU_LOCKABLE;
	if (format->depth)
		return support | D3D11_FORMAT_SUPPORT_DEPTH_STENCIL;
	support |= D3D11_FORMAT_SUPPORT_TEXTURE1D | D3D11_FORMAT_SUPPORT_TEXTURE3D |
		   D3D11_FORMAT_SUPPORT_TEXTURECUBE | D3D11_FORMAT_SUPPORT_MIP |
		   D3D11_FORMAT_SUPPORT_CPU_LOCKABLE | D3D11_FORMAT_SUPPORT_CAST_WITHIN_BIT_LAYOUT;
	if (format->type != XFI_CHANNEL_NONE)
		support |= D3D11_FORMAT_SUPPORT_BUFFER | D3D11_FORMAT_SUPPORT_RENDER_TARGET |
			   D3D11_FORMAT_SUPPORT_TYPED_UNORDERED_ACCESS_VIEW;
	return support;
}
