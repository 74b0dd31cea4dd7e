/* SPDX-License-Identifier: MIT */

#include "win/dxgi/desc.h"

#include "win/dxgi/format.h"

/* Checks and arithmetic of resource descriptions: pure functions, fed with anything by programs. */

HRESULT xfi_sharing_check(const struct xfi_desc *desc, D3D_FEATURE_LEVEL level)
{
	bool shared = desc->misc & D3D11_RESOURCE_MISC_SHARED;
	bool keyed = desc->misc & D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX;
	bool nt = desc->misc & D3D11_RESOURCE_MISC_SHARED_NTHANDLE;
	if (!shared && !keyed)
		return nt ? E_INVALIDARG : S_OK;
	if ((shared && keyed) || level < D3D_FEATURE_LEVEL_10_0)
		return E_INVALIDARG;
	if (keyed &&
		(desc->misc & (D3D11_RESOURCE_MISC_GDI_COMPATIBLE | D3D11_RESOURCE_MISC_TILED)))
		return E_INVALIDARG;
	if (desc->usage != D3D11_USAGE_DEFAULT || desc->samples.Count > 1)
		return E_INVALIDARG;
	return S_OK;
}

static UINT size_limit(const struct xfi_desc *desc, D3D_FEATURE_LEVEL level)
{
	if (desc->dimension == D3D11_RESOURCE_DIMENSION_TEXTURE3D)
		return level >= D3D_FEATURE_LEVEL_10_0 ? 2048 : 256;
	if (level >= D3D_FEATURE_LEVEL_11_0)
		return 16384;
	if (level >= D3D_FEATURE_LEVEL_10_0)
		return 8192;
	return level >= D3D_FEATURE_LEVEL_9_3 ? 4096 : 2048;
}

static UINT full_chain(const struct xfi_desc *desc)
{
	UINT size = desc->width, n = 1;
	size = desc->height > size ? desc->height : size;
	size = desc->depth > size ? desc->depth : size;
	while (size >>= 1)
		n++;
	return n;
}

#define WRITTEN_BY_GPU                                                                             \
	(D3D11_BIND_STREAM_OUTPUT | D3D11_BIND_RENDER_TARGET | D3D11_BIND_DEPTH_STENCIL |          \
		D3D11_BIND_UNORDERED_ACCESS | D3D11_BIND_DECODER | D3D11_BIND_VIDEO_ENCODER)

static bool usage_is_valid(const struct xfi_desc *desc)
{
	const UINT read = D3D11_CPU_ACCESS_READ, write = D3D11_CPU_ACCESS_WRITE;
	if (desc->cpu & ~(read | write))
		return false;
	switch (desc->usage) {
	case D3D11_USAGE_DEFAULT:
		/* Textures may be mapped on adapters with one memory, such as ours; buffers not. */
		return desc->dimension != D3D11_RESOURCE_DIMENSION_BUFFER || !desc->cpu;
	case D3D11_USAGE_IMMUTABLE:
		return !desc->cpu && !(desc->bind & WRITTEN_BY_GPU);
	case D3D11_USAGE_DYNAMIC:
		return desc->cpu == write && desc->mips <= 1 && desc->array <= 1 &&
		       !(desc->bind & WRITTEN_BY_GPU);
	case D3D11_USAGE_STAGING:
		return desc->cpu && !desc->bind &&
		       !(desc->misc & D3D11_RESOURCE_MISC_GDI_COMPATIBLE);
	default:
		return false;
	}
}

#define MISC_OF_BUFFERS                                                                            \
	(D3D11_RESOURCE_MISC_DRAWINDIRECT_ARGS | D3D11_RESOURCE_MISC_BUFFER_ALLOW_RAW_VIEWS |      \
		D3D11_RESOURCE_MISC_BUFFER_STRUCTURED)
#define MISC_OF_TEXTURES                                                                           \
	(D3D11_RESOURCE_MISC_GENERATE_MIPS | D3D11_RESOURCE_MISC_TEXTURECUBE |                     \
		D3D11_RESOURCE_MISC_RESOURCE_CLAMP | D3D11_RESOURCE_MISC_GDI_COMPATIBLE)

/* Raw and structured ones are looked at by compute shaders, and those begin with level 11. */
static HRESULT check_buffer(const struct xfi_desc *desc, D3D_FEATURE_LEVEL level)
{
	const UINT structured = D3D11_RESOURCE_MISC_BUFFER_STRUCTURED;
	const UINT raw = D3D11_RESOURCE_MISC_BUFFER_ALLOW_RAW_VIEWS;
	if (desc->bind & D3D11_BIND_DEPTH_STENCIL || desc->misc & MISC_OF_TEXTURES)
		return E_INVALIDARG;
	if (desc->bind & D3D11_BIND_CONSTANT_BUFFER &&
		(desc->width % 16 || desc->bind != D3D11_BIND_CONSTANT_BUFFER))
		return E_INVALIDARG;
	if (desc->misc & (structured | raw) && level < D3D_FEATURE_LEVEL_11_0)
		return E_INVALIDARG;
	if (desc->misc & structured && (desc->misc & raw || !desc->stride || desc->stride % 4 ||
					       desc->stride > 2048 || desc->width % desc->stride))
		return E_INVALIDARG;
	if (desc->misc & raw &&
		!(desc->bind & (D3D11_BIND_SHADER_RESOURCE | D3D11_BIND_UNORDERED_ACCESS)))
		return E_INVALIDARG;
	return S_OK;
}

/* What the format must be able to do for the dimension, the levels and the views to come. */
static UINT support_needed(const struct xfi_desc *desc)
{
	static const UINT dimensions[] = {
		[D3D11_RESOURCE_DIMENSION_TEXTURE1D] = D3D11_FORMAT_SUPPORT_TEXTURE1D,
		[D3D11_RESOURCE_DIMENSION_TEXTURE2D] = D3D11_FORMAT_SUPPORT_TEXTURE2D,
		[D3D11_RESOURCE_DIMENSION_TEXTURE3D] = D3D11_FORMAT_SUPPORT_TEXTURE3D,
	};
	UINT needed = dimensions[desc->dimension];
	if (desc->misc & D3D11_RESOURCE_MISC_TEXTURECUBE)
		needed |= D3D11_FORMAT_SUPPORT_TEXTURECUBE;
	if (desc->mips > 1)
		needed |= D3D11_FORMAT_SUPPORT_MIP;
	if (desc->cpu)
		needed |= D3D11_FORMAT_SUPPORT_CPU_LOCKABLE;
	return needed;
}

/* Views of each kind to come need a format that can be that in this dimension. */
static bool format_can_be_bound(const struct xfi_desc *desc)
{
	static const struct {
		UINT bind, support;
	} views[] = {
		{ D3D11_BIND_DEPTH_STENCIL, D3D11_FORMAT_SUPPORT_DEPTH_STENCIL },
		{ D3D11_BIND_RENDER_TARGET, D3D11_FORMAT_SUPPORT_RENDER_TARGET },
		{ D3D11_BIND_UNORDERED_ACCESS, D3D11_FORMAT_SUPPORT_TYPED_UNORDERED_ACCESS_VIEW },
	};
	const struct xfi_format *format = xfi_format(desc->format);
	if (format->two_planes) /* seen through formats of its planes */
		return !(desc->bind & D3D11_BIND_DEPTH_STENCIL);
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++)
		if (desc->bind & views[i].bind &&
			!xfi_format_can(desc->format, support_needed(desc) | views[i].support))
			return false;
	return !(desc->bind & D3D11_BIND_SHADER_RESOURCE) || format->kind != XFI_DEPTH;
}

/* Arrays of cubes came with level 10.1; those of level 11 may end with a part of one. */
static bool cube_is_valid(const struct xfi_desc *desc, D3D_FEATURE_LEVEL level)
{
	if (desc->dimension != D3D11_RESOURCE_DIMENSION_TEXTURE2D || desc->width != desc->height)
		return false;
	if (level >= D3D_FEATURE_LEVEL_11_0)
		return desc->array >= 6;
	return level >= D3D_FEATURE_LEVEL_10_1 ? !(desc->array % 6) : desc->array == 6;
}

/* The first level is made of whole blocks, or of whole squares of chroma. */
static bool is_aligned(const struct xfi_desc *desc, const struct xfi_format *format)
{
	UINT width = format->two_planes ? 2 : format->block_width;
	UINT height = format->two_planes ? 2 : format->block_height;
	return !(desc->width % width) && !(desc->height % height);
}

#define BIND_OF_BUFFERS                                                                            \
	(D3D11_BIND_VERTEX_BUFFER | D3D11_BIND_INDEX_BUFFER | D3D11_BIND_CONSTANT_BUFFER |         \
		D3D11_BIND_STREAM_OUTPUT)

/* Levels are drawn from each other: so the texture must be drawn to, and read. */
static bool mips_can_be_made(const struct xfi_desc *desc)
{
	const UINT drawn_and_read = D3D11_BIND_RENDER_TARGET | D3D11_BIND_SHADER_RESOURCE;
	return !(desc->misc & D3D11_RESOURCE_MISC_GENERATE_MIPS) ||
	       (desc->bind & drawn_and_read) == drawn_and_read;
}

static HRESULT check_texture(struct xfi_desc *desc, D3D_FEATURE_LEVEL level)
{
	const struct xfi_format *format = xfi_format(desc->format);
	UINT limit = size_limit(desc, level);
	if (!format || desc->width > limit || desc->height > limit || desc->depth > limit)
		return E_INVALIDARG;
	if (!desc->array || desc->array > 2048 || desc->mips > full_chain(desc))
		return E_INVALIDARG;
	if (!desc->mips)
		desc->mips = full_chain(desc);
	if (desc->samples.Count != 1 || desc->samples.Quality || !is_aligned(desc, format))
		return E_INVALIDARG;
	if (desc->bind & BIND_OF_BUFFERS || desc->misc & MISC_OF_BUFFERS)
		return E_INVALIDARG;
	if (desc->misc & D3D11_RESOURCE_MISC_TEXTURECUBE && !cube_is_valid(desc, level))
		return E_INVALIDARG;
	if (!xfi_format_can(desc->format, support_needed(desc)) || !format_can_be_bound(desc))
		return E_INVALIDARG;
	if (!mips_can_be_made(desc))
		return E_INVALIDARG;
	return S_OK;
}

/* Everything that a resource of this layer can be. */
#define BIND_ALL                                                                                   \
	(D3D11_BIND_VERTEX_BUFFER | D3D11_BIND_INDEX_BUFFER | D3D11_BIND_CONSTANT_BUFFER |         \
		D3D11_BIND_SHADER_RESOURCE | D3D11_BIND_STREAM_OUTPUT | D3D11_BIND_RENDER_TARGET | \
		D3D11_BIND_DEPTH_STENCIL | D3D11_BIND_UNORDERED_ACCESS | D3D11_BIND_DECODER |      \
		D3D11_BIND_VIDEO_ENCODER)

HRESULT xfi_desc_check(struct xfi_desc *desc, D3D_FEATURE_LEVEL level)
{
	HRESULT hr;
	if (!desc->width || !desc->height || !desc->depth || desc->bind & ~BIND_ALL)
		return E_INVALIDARG;
	hr = xfi_sharing_check(desc, level);
	if (FAILED(hr))
		return hr;
	if (desc->dimension == D3D11_RESOURCE_DIMENSION_BUFFER)
		hr = check_buffer(desc, level);
	else
		hr = check_texture(desc, level);
	if (FAILED(hr))
		return hr;
	if (!usage_is_valid(desc))
		return E_INVALIDARG;
	return xfi_desc_bytes(desc) == UINT64_MAX ? E_OUTOFMEMORY : S_OK;
}

static uint32_t at_least_1(uint32_t n)
{
	return n ? n : 1;
}

static uint32_t divide_up(uint32_t n, uint32_t by)
{
	return (n + by - 1) / by;
}

/* Rows are aligned to 64 bytes as the core's are; a buffer is one row. */
static bool level_extent(const struct xfi_desc *desc, UINT mip, struct xfi_extent *e)
{
	const struct xfi_format *format = xfi_format(desc->format);
	uint64_t row, slice;
	e->width = at_least_1(desc->width >> mip);
	e->height = at_least_1(desc->height >> mip);
	e->depth = at_least_1(desc->depth >> mip);
	e->columns = format ? divide_up(e->width, format->block_width) : e->width;
	e->rows = format ? divide_up(e->height, format->block_height) : 1;
	row = (uint64_t)e->columns * (format ? format->bytes : 1);
	if (row > UINT32_MAX - 63)
		return false;
	e->row_bytes = (uint32_t)row;
	e->row_pitch = format ? (e->row_bytes + 63) & ~63u : e->row_bytes;
	slice = (uint64_t)e->row_pitch * e->rows;
	if (format && format->two_planes)
		slice += slice / 2;
	if (slice > UINT32_MAX || slice * e->depth > UINT32_MAX)
		return false;
	e->depth_pitch = (uint32_t)slice;
	return true;
}

uint64_t xfi_desc_bytes(const struct xfi_desc *desc)
{
	struct xfi_extent e;
	uint64_t sum = 0;
	for (UINT mip = 0; mip < desc->mips; mip++) {
		if (!level_extent(desc, mip, &e))
			return UINT64_MAX;
		sum += (uint64_t)e.depth_pitch * e.depth;
	}
	return sum * desc->array > UINT32_MAX ? UINT64_MAX : sum * desc->array;
}

/* All levels of the first array element, then all of the next: D3D's numbering. */
bool xfi_desc_extent(const struct xfi_desc *desc, UINT subresource, struct xfi_extent *ret_extent)
{
	UINT mip = subresource % desc->mips, element = subresource / desc->mips;
	struct xfi_extent e;
	uint64_t before = 0, all = 0;
	if (element >= desc->array)
		return false;
	for (UINT i = 0; i < desc->mips; i++) {
		if (!level_extent(desc, i, &e))
			return false;
		if (i < mip)
			before += (uint64_t)e.depth_pitch * e.depth;
		all += (uint64_t)e.depth_pitch * e.depth;
	}
	if (!level_extent(desc, mip, ret_extent))
		return false;
	ret_extent->offset = all * element + before;
	return true;
}

UINT xfi_misc_from_10(UINT misc)
{
	UINT flags = misc & (D3D10_RESOURCE_MISC_GENERATE_MIPS | D3D10_RESOURCE_MISC_SHARED |
				    D3D10_RESOURCE_MISC_TEXTURECUBE);
	if (misc & D3D10_RESOURCE_MISC_SHARED_KEYEDMUTEX)
		flags |= D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX;
	if (misc & D3D10_RESOURCE_MISC_GDI_COMPATIBLE)
		flags |= D3D11_RESOURCE_MISC_GDI_COMPATIBLE;
	return flags;
}

UINT xfi_misc_to_10(UINT misc)
{
	UINT flags = misc & (D3D10_RESOURCE_MISC_GENERATE_MIPS | D3D10_RESOURCE_MISC_SHARED |
				    D3D10_RESOURCE_MISC_TEXTURECUBE);
	if (misc & D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX)
		flags |= D3D10_RESOURCE_MISC_SHARED_KEYEDMUTEX;
	if (misc & D3D11_RESOURCE_MISC_GDI_COMPATIBLE)
		flags |= D3D10_RESOURCE_MISC_GDI_COMPATIBLE;
	return flags;
}

UINT xfi_bind_from_usage(DXGI_USAGE usage)
{
	return (usage & DXGI_USAGE_SHADER_INPUT ? D3D11_BIND_SHADER_RESOURCE : 0) |
	       (usage & DXGI_USAGE_RENDER_TARGET_OUTPUT ? D3D11_BIND_RENDER_TARGET : 0) |
	       (usage & DXGI_USAGE_UNORDERED_ACCESS ? D3D11_BIND_UNORDERED_ACCESS : 0);
}
