/* SPDX-License-Identifier: MIT */
/*
 * Any description of a resource, from a program or from the record of another process: what is
 * accepted must hold together, agree with the matrix of sharing flags, and let no copy, upload or
 * clear leave its memory, whatever the box.
 */
#include "win/dxgi/copy.h"
#include "win/dxgi/format.h"
#include "win/dxgi/runtime_data.h"

#define MEMORY_MAX (1u << 20)

static void require(bool good)
{
	if (!good)
		__builtin_trap();
}

static const uint8_t *input;
static size_t left;

static uint32_t take(unsigned bytes)
{
	uint32_t value = 0;
	for (unsigned i = 0; i < bytes; i++) {
		value = value << 8 | (left ? *input : 0);
		if (left) {
			input++;
			left--;
		}
	}
	return value;
}

/* Mostly small, sometimes anything. */
static uint32_t number(void)
{
	uint32_t kind = take(1);
	if (kind < 200)
		return take(1);
	return kind < 240 ? take(2) : take(4);
}

static struct xfi_desc any_desc(void)
{
	struct xfi_desc desc = { .dimension = take(1) % 6,
		.width = number(),
		.height = number(),
		.depth = number(),
		.mips = number(),
		.array = number(),
		.format = number(),
		.samples = { number(), number() },
		.usage = number(),
		.bind = take(2),
		.cpu = take(1) << 16,
		.misc = take(2),
		.stride = number() };
	/* What the four kinds of descriptions cannot say. */
	if (desc.dimension != D3D11_RESOURCE_DIMENSION_BUFFER)
		desc.stride = 0;
	if (desc.dimension != D3D11_RESOURCE_DIMENSION_TEXTURE2D || take(1) & 1)
		desc.samples = (DXGI_SAMPLE_DESC){ 1, 0 };
	switch (desc.dimension) {
	case D3D11_RESOURCE_DIMENSION_BUFFER:
		desc.height = desc.depth = desc.mips = desc.array = 1;
		desc.format = DXGI_FORMAT_UNKNOWN;
		break;
	case D3D11_RESOURCE_DIMENSION_TEXTURE1D:
		desc.height = desc.depth = 1;
		break;
	case D3D11_RESOURCE_DIMENSION_TEXTURE2D:
		desc.depth = 1;
		break;
	default:
		desc.dimension = D3D11_RESOURCE_DIMENSION_TEXTURE3D;
		desc.array = 1;
		break;
	}
	return desc;
}

/* "Exactly one of SHARED and KEYEDMUTEX, or neither; NTHANDLE only in addition to one of them." */
static bool sharing_is_allowed(UINT misc)
{
	switch (misc & XFI_MISC_SHARING) {
	case 0:
	case D3D11_RESOURCE_MISC_SHARED:
	case D3D11_RESOURCE_MISC_SHARED | D3D11_RESOURCE_MISC_SHARED_NTHANDLE:
	case D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX:
	case D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX | D3D11_RESOURCE_MISC_SHARED_NTHANDLE:
		return true;
	default:
		return false;
	}
}

static void check_extents(const struct xfi_desc *desc)
{
	uint64_t bytes = xfi_desc_bytes(desc), end = 0;
	struct xfi_extent e;
	UINT count = desc->mips * desc->array;
	for (UINT i = 0; i < count && i < 4096; i++) {
		require(xfi_desc_extent(desc, i, &e));
		require(e.offset == end && e.row_bytes <= e.row_pitch && e.row_pitch);
		end = e.offset + (uint64_t)e.depth_pitch * e.depth;
		require(end <= bytes);
	}
	require(count > 4096 || end == bytes);
	require(!xfi_desc_extent(desc, count, &e));
}

static void check_round_trip(const struct xfi_desc *desc)
{
	struct xfi_runtime_data data;
	struct xfi_desc back;
	xfi_runtime_data_fill(&data, desc);
	if (xfi_runtime_data_parse(&data, sizeof(data), &back))
		require(!memcmp(desc, &back, sizeof(back)));
}

static D3D11_BOX any_box(void)
{
	return (D3D11_BOX){ number(), number(), number(), number(), number(), number() };
}

static void check_memory(const struct xfi_desc *desc)
{
	const struct xfi_format *format = xfi_format(desc->format);
	uint64_t bytes = xfi_desc_bytes(desc);
	uint8_t *one, *two;
	if (bytes > MEMORY_MAX || !bytes)
		return;
	one = calloc(1, bytes);
	two = calloc(1, bytes);
	require(one && two);
	for (int i = 0; i < 8; i++) {
		struct xfi_image a = { desc, one, number() }, b = { desc, two, number() };
		D3D11_BOX box = any_box();
		uint32_t size = format ? format->bytes : 4;
		bool chroma = format && format->two_planes && i & 1;
		struct xfi_ink ink = { .pixel = { 1, 2, 3, 4 } };
		UINT x = number(), y = number(), z = number();
		xfi_copy(&a, x, y, z, &b, i & 1 ? &box : NULL);
		xfi_copy(&a, x, y, z, &a, &box);
		a.chroma = chroma;
		ink.size = chroma ? 2 * size : size;
		ink.first = i & 4 ? ink.size / 2 : 0;
		ink.end = ink.size;
		xfi_fill(&a, i & 2 ? &box : NULL, &ink);
	}
	free(one);
	free(two);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const D3D_FEATURE_LEVEL levels[] = { D3D_FEATURE_LEVEL_9_1, D3D_FEATURE_LEVEL_10_0,
		D3D_FEATURE_LEVEL_11_0, D3D_FEATURE_LEVEL_11_1 };
	D3D_FEATURE_LEVEL level;
	struct xfi_desc desc;
	input = data;
	left = size;
	if (size >= sizeof(struct xfi_runtime_data) &&
		xfi_runtime_data_parse(data, sizeof(struct xfi_runtime_data), &desc)) {
		check_extents(&desc);
		check_memory(&desc);
	}
	level = levels[take(1) % 4];
	desc = any_desc();
	if (SUCCEEDED(xfi_desc_check(&desc, level))) {
		require(sharing_is_allowed(desc.misc));
		require(level >= D3D_FEATURE_LEVEL_10_0 || !(desc.misc & XFI_MISC_SHARING));
		check_extents(&desc);
		check_round_trip(&desc);
		check_memory(&desc);
	}
	return 0;
}
