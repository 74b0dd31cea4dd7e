/* SPDX-License-Identifier: MIT */
#include "win/dxgi/pixel.h"

#include <math.h>

static float clamp(float x, float low, float high)
{
	return x >= low ? (x <= high ? x : high) : low; /* a NaN becomes low */
}

static float srgb(float x)
{
	x = clamp(x, 0, 1);
	return x <= 0.0031308f ? 12.92f * x : 1.055f * powf(x, 1 / 2.4f) - 0.055f;
}

/*
 * A float of five bits of exponent, as those of 10, 11 (both without sign) and 16 bits are. Rounds
 * to nearest even, as the hardware does; overflow becomes infinity.
 */
static uint32_t small_float(float value, unsigned bits)
{
	uint32_t mantissa_bits = bits == 16 ? 10 : bits - 5, shift = 23 - mantissa_bits;
	uint32_t infinity = 31u << mantissa_bits, sign, word, mantissa, rest;
	int exponent;
	memcpy(&word, &value, sizeof(word));
	sign = word >> 31;
	exponent = (int)((word >> 23) & 0xff) - 127 + 15;
	mantissa = word & 0x7fffff;
	if (exponent == 0xff - 127 + 15 && mantissa) /* a NaN, quiet */
		return (bits == 16 ? sign << 15 : 0) | infinity | 1u << (mantissa_bits - 1);
	if (sign && bits < 16)
		return 0;
	sign <<= 15;
	if (exponent >= 31)
		return sign | infinity;
	if (exponent <= 0) {
		if (exponent < -(int)mantissa_bits)
			return sign;
		mantissa |= 0x800000;
		shift += (uint32_t)(1 - exponent);
		exponent = 0;
	}
	word = (uint32_t)exponent << mantissa_bits | mantissa >> shift;
	rest = mantissa & ((1u << shift) - 1);
	if (rest > 1u << (shift - 1) || (rest == 1u << (shift - 1) && (word & 1)))
		word++; /* may carry into the exponent, which is right */
	return sign | word;
}

static uint32_t top_of(unsigned bits)
{
	return bits == 32 ? UINT32_MAX : (1u << bits) - 1;
}

static uint32_t snorm(float value, unsigned bits)
{
	double top = top_of(bits) >> 1;
	value = clamp(value, -1, 1);
	return (uint32_t)(int32_t)(value * top + (value < 0 ? -0.5 : 0.5));
}

static uint32_t channel_from_float(const struct xfi_format *format, unsigned i, float value)
{
	unsigned bits = format->channels[i].bits;
	double top = top_of(bits);
	uint32_t word;
	switch (format->type) {
	case XFI_CHANNEL_XR_BIAS:
		if (i < 3)
			return (uint32_t)clamp(value * 510 + 384.5f, 0, 1023);
		return (uint32_t)(clamp(value, 0, 1) * top + 0.5);
	case XFI_CHANNEL_SRGB:
		value = i < 3 ? srgb(value) : value;
		/* fall through */
	case XFI_CHANNEL_UNORM:
		return (uint32_t)(clamp(value, 0, 1) * top + 0.5);
	case XFI_CHANNEL_SNORM:
		return snorm(value, bits);
	case XFI_CHANNEL_UINT:
		return (uint32_t)fmin(fmax(value, 0), top);
	case XFI_CHANNEL_SINT:
		top = top_of(bits) >> 1;
		return (uint32_t)(int32_t)fmin(fmax(value, -top - 1), top);
	default:
		if (bits < 32)
			return small_float(value, bits);
		memcpy(&word, &value, sizeof(word));
		return word;
	}
}

/* Little-endian words, as D3D's formats are; what was there is nought. */
static void put(uint32_t words[4], const struct xfi_format *format, unsigned i, uint32_t value)
{
	unsigned shift = format->channels[i].shift;
	words[shift / 32] |= (value & top_of(format->channels[i].bits)) << shift % 32;
}

void xfi_pixel_from_float(const struct xfi_format *format, const float colour[4], uint8_t *pixel)
{
	uint32_t words[4] = { 0 };
	for (unsigned i = 0; format->channels && i < 4; i++)
		if (format->channels[i].bits)
			put(words, format, i, channel_from_float(format, i, colour[i]));
	memcpy(pixel, words, format->bytes);
}

void xfi_pixel_from_uint(const struct xfi_format *format, const UINT values[4], uint8_t *pixel)
{
	uint32_t words[4] = { 0 };
	for (unsigned i = 0; format->channels && i < 4; i++)
		if (format->channels[i].bits)
			put(words, format, i, values[i]);
	memcpy(pixel, words, format->bytes);
}

void xfi_pixel_from_depth(
	const struct xfi_format *format, float depth, uint8_t stencil, uint8_t *pixel)
{
	uint32_t words[2] = { 0, stencil };
	depth = clamp(depth, 0, 1);
	switch (format->format) {
	case DXGI_FORMAT_D16_UNORM:
		words[0] = (uint32_t)(depth * 65535 + 0.5f);
		break;
	case DXGI_FORMAT_D24_UNORM_S8_UINT:
		words[0] = (uint32_t)((double)depth * 16777215 + 0.5) | (uint32_t)stencil << 24;
		break;
	default:
		memcpy(words, &depth, sizeof(depth));
		break;
	}
	memcpy(pixel, words, format->bytes);
}
