/* SPDX-License-Identifier: MIT */
/* What each format can be: CheckFormatSupport and creation agree, contents come through whole. */
#include "d3d.h"

#include <stdio.h>

#define LAST 132

static UINT support_of(ID3D11Device1 *device, DXGI_FORMAT format)
{
	UINT support = 0;
	HRESULT hr = ID3D11Device1_CheckFormatSupport(device, format, &support);
	assert_hr(hr, support ? S_OK : E_FAIL);
	return support;
}

static bool can_1d(ID3D11Device1 *device, DXGI_FORMAT format)
{
	D3D11_TEXTURE1D_DESC desc = {
		.Width = 16, .MipLevels = 1, .ArraySize = 1, .Format = format
	};
	return ID3D11Device1_CreateTexture1D(device, &desc, NULL, NULL) == S_FALSE;
}

static bool can_3d(ID3D11Device1 *device, DXGI_FORMAT format)
{
	D3D11_TEXTURE3D_DESC desc = {
		.Width = 16, .Height = 16, .Depth = 4, .MipLevels = 1, .Format = format
	};
	return ID3D11Device1_CreateTexture3D(device, &desc, NULL, NULL) == S_FALSE;
}

static bool can_2d(ID3D11Device1 *device, DXGI_FORMAT format, UINT bind, UINT mips, UINT misc)
{
	D3D11_TEXTURE2D_DESC desc = { .Width = 16,
		.Height = 16,
		.MipLevels = mips,
		.ArraySize = misc ? 6 : 1,
		.Format = format,
		.SampleDesc = { 1, 0 },
		.BindFlags = bind,
		.MiscFlags = misc };
	return ID3D11Device1_CreateTexture2D(device, &desc, NULL, NULL) == S_FALSE;
}

static bool can_be_staged(ID3D11Device1 *device, DXGI_FORMAT format)
{
	D3D11_TEXTURE2D_DESC desc = { .Width = 16,
		.Height = 16,
		.MipLevels = 1,
		.ArraySize = 1,
		.Format = format,
		.SampleDesc = { 1, 0 },
		.Usage = D3D11_USAGE_STAGING,
		.CPUAccessFlags = D3D11_CPU_ACCESS_READ };
	return ID3D11Device1_CreateTexture2D(device, &desc, NULL, NULL) == S_FALSE;
}

static bool is_typeless(DXGI_FORMAT format)
{
	static const DXGI_FORMAT typeless[] = { 1, 5, 9, 15, 19, 23, 27, 33, 39, 44, 48, 53, 60, 70,
		73, 76, 79, 82, 90, 92, 94, 97 };
	for (size_t i = 0; i < sizeof(typeless) / sizeof(typeless[0]); i++)
		if (typeless[i] == format)
			return true;
	return false;
}

static bool is_video(DXGI_FORMAT format)
{
	return format >= DXGI_FORMAT_NV12 && format <= DXGI_FORMAT_YUY2;
}

#define AGREES(made, said)                                                                         \
	do {                                                                                       \
		if ((made) != (said))                                                              \
			fail_msg("format %d: %s, but %s", format, #made, #said);                   \
	} while (0)

/* No bit that creation refuses, nothing created without its bit. */
static void what_is_supported_can_be_made(void **state)
{
	ID3D11Device1 *device = make_device();
	for (DXGI_FORMAT format = 0; format <= LAST; format++) {
		UINT s = support_of(device, format);
		AGREES(can_1d(device, format), !!(s & D3D11_FORMAT_SUPPORT_TEXTURE1D));
		AGREES(can_3d(device, format), !!(s & D3D11_FORMAT_SUPPORT_TEXTURE3D));
		AGREES(can_2d(device, format, 0, 1, 0), !!(s & D3D11_FORMAT_SUPPORT_TEXTURE2D));
		AGREES(can_2d(device, format, 0, 2, 0), !!(s & D3D11_FORMAT_SUPPORT_MIP));
		AGREES(can_2d(device, format, 0, 1, D3D11_RESOURCE_MISC_TEXTURECUBE),
			!!(s & D3D11_FORMAT_SUPPORT_TEXTURECUBE));
		AGREES(can_be_staged(device, format), !!(s & D3D11_FORMAT_SUPPORT_CPU_LOCKABLE));
		if (is_typeless(format) || is_video(format))
			continue;
		AGREES(can_2d(device, format, D3D11_BIND_RENDER_TARGET, 1, 0),
			!!(s & D3D11_FORMAT_SUPPORT_RENDER_TARGET));
		AGREES(can_2d(device, format, D3D11_BIND_DEPTH_STENCIL, 1, 0),
			!!(s & D3D11_FORMAT_SUPPORT_DEPTH_STENCIL));
		AGREES(can_2d(device, format, D3D11_BIND_UNORDERED_ACCESS, 1, 0),
			!!(s & D3D11_FORMAT_SUPPORT_TYPED_UNORDERED_ACCESS_VIEW));
		AGREES(can_2d(device, format, D3D11_BIND_SHADER_RESOURCE, 1, 0),
			s && !(s & D3D11_FORMAT_SUPPORT_DEPTH_STENCIL));
	}
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

/* What drawing may do with each, as the table of feature level 11.0 has it. */
static void what_drawing_can_is_told(void **state)
{
#define LOAD   D3D11_FORMAT_SUPPORT_SHADER_LOAD
#define SAMPLE (LOAD | D3D11_FORMAT_SUPPORT_SHADER_SAMPLE | D3D11_FORMAT_SUPPORT_SHADER_GATHER)
#define BLEND  (D3D11_FORMAT_SUPPORT_BLENDABLE | D3D11_FORMAT_SUPPORT_MIP_AUTOGEN)
#define COMPARE                                                                                    \
	(D3D11_FORMAT_SUPPORT_SHADER_SAMPLE_COMPARISON |                                           \
		D3D11_FORMAT_SUPPORT_SHADER_GATHER_COMPARISON)
#define VERTEX	 D3D11_FORMAT_SUPPORT_IA_VERTEX_BUFFER
#define INDEX	 D3D11_FORMAT_SUPPORT_IA_INDEX_BUFFER
#define ALL_BITS (SAMPLE | BLEND | COMPARE | VERTEX | INDEX)
#define ROW(name, bits)                                                                            \
	{                                                                                          \
		DXGI_FORMAT_##name, bits                                                           \
	}
	static const struct {
		DXGI_FORMAT format;
		UINT bits;
	} rows[] = {
		ROW(R8G8B8A8_UNORM, SAMPLE | BLEND | VERTEX),
		ROW(R8G8B8A8_UNORM_SRGB, SAMPLE | BLEND),
		ROW(R8G8B8A8_SNORM, SAMPLE | BLEND | VERTEX),
		ROW(R8G8B8A8_UINT, LOAD | VERTEX),
		ROW(B8G8R8A8_UNORM, SAMPLE | BLEND | VERTEX),
		ROW(B8G8R8X8_UNORM, SAMPLE | BLEND),
		ROW(R10G10B10A2_UNORM, SAMPLE | BLEND | VERTEX),
		ROW(R10G10B10A2_UINT, LOAD | VERTEX),
		ROW(R10G10B10_XR_BIAS_A2_UNORM, 0),
		ROW(R11G11B10_FLOAT, SAMPLE | BLEND | VERTEX),
		ROW(R16G16B16A16_FLOAT, SAMPLE | BLEND | VERTEX),
		ROW(R32G32B32_FLOAT, LOAD | VERTEX),
		ROW(R32_FLOAT, SAMPLE | BLEND | COMPARE | VERTEX),
		ROW(R16_UNORM, SAMPLE | BLEND | COMPARE | VERTEX),
		ROW(R16_UINT, LOAD | VERTEX | INDEX),
		ROW(R32_UINT, LOAD | VERTEX | INDEX),
		ROW(R8_UINT, LOAD | VERTEX),
		ROW(A8_UNORM, SAMPLE | BLEND),
		ROW(B5G6R5_UNORM, SAMPLE | BLEND),
		ROW(R9G9B9E5_SHAREDEXP, SAMPLE),
		ROW(BC3_UNORM_SRGB, SAMPLE),
		ROW(BC6H_UF16, SAMPLE),
		ROW(D24_UNORM_S8_UINT, 0),
		ROW(R24_UNORM_X8_TYPELESS, SAMPLE | COMPARE),
		ROW(X24_TYPELESS_G8_UINT, LOAD),
		ROW(R8G8B8A8_TYPELESS, 0),
		ROW(NV12, 0),
	};
	ID3D11Device1 *device = make_device();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		UINT bits = support_of(device, rows[i].format) & ALL_BITS;
		if (bits != rows[i].bits)
			fail_msg("format %d: %#x", rows[i].format, bits);
	}
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

static UINT support2_of(ID3D11Device1 *device, DXGI_FORMAT format)
{
	D3D11_FEATURE_DATA_FORMAT_SUPPORT2 data = { format, 77 };
	assert_hr(ID3D11Device1_CheckFeatureSupport(
			  device, D3D11_FEATURE_FORMAT_SUPPORT2, &data, sizeof(data)),
		S_OK);
	return data.OutFormatSupport2;
}

/* Atomic operations on whole numbers of 32 bits, loads of single numbers of that size. */
static void what_shaders_can_with_unordered_views_is_told(void **state)
{
	const UINT store = D3D11_FORMAT_SUPPORT2_UAV_TYPED_STORE,
		   load = D3D11_FORMAT_SUPPORT2_UAV_TYPED_LOAD,
		   add = D3D11_FORMAT_SUPPORT2_UAV_ATOMIC_ADD,
		   least = D3D11_FORMAT_SUPPORT2_UAV_ATOMIC_SIGNED_MIN_OR_MAX,
		   some = store | load | add | least;
	ID3D11Device1 *device = make_device();
	assert_int_equal(support2_of(device, DXGI_FORMAT_R32_SINT) & some, some);
	assert_int_equal(support2_of(device, DXGI_FORMAT_R32_UINT) & some, store | load | add);
	assert_int_equal(support2_of(device, DXGI_FORMAT_R32_FLOAT), store | load);
	assert_int_equal(support2_of(device, DXGI_FORMAT_R8G8B8A8_UNORM), store);
	assert_int_equal(support2_of(device, DXGI_FORMAT_R8G8B8A8_UNORM_SRGB), 0);
	assert_int_equal(support2_of(device, DXGI_FORMAT_BC1_UNORM), 0);
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

/* Typeless ones can be what a format of their family can. */
static void typeless_formats_can_what_their_family_can(void **state)
{
	static const struct {
		DXGI_FORMAT format;
		bool target, depth, unordered;
	} rows[] = {
		{ DXGI_FORMAT_R8G8B8A8_TYPELESS, true, false, true },
		{ DXGI_FORMAT_B8G8R8X8_TYPELESS, true, false, false },
		{ DXGI_FORMAT_R10G10B10A2_TYPELESS, true, false, true },
		{ DXGI_FORMAT_R32_TYPELESS, true, true, true },
		{ DXGI_FORMAT_R16_TYPELESS, true, true, true },
		{ DXGI_FORMAT_R24G8_TYPELESS, false, true, false },
		{ DXGI_FORMAT_R32G8X24_TYPELESS, false, true, false },
		{ DXGI_FORMAT_BC3_TYPELESS, false, false, false },
	};
	ID3D11Device1 *device = make_device();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		DXGI_FORMAT f = rows[i].format;
		assert_int_equal(can_2d(device, f, D3D11_BIND_RENDER_TARGET, 1, 0), rows[i].target);
		assert_int_equal(can_2d(device, f, D3D11_BIND_DEPTH_STENCIL, 1, 0), rows[i].depth);
		assert_int_equal(
			can_2d(device, f, D3D11_BIND_UNORDERED_ACCESS, 1, 0), rows[i].unordered);
		assert_true(can_2d(device, f, D3D11_BIND_SHADER_RESOURCE, 1, 0));
	}
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

/* These must be known; among them what HDR and video are made of. */
static void what_video_is_made_of_is_known(void **state)
{
	static const DXGI_FORMAT formats[] = { 19, 20, 21, 22, 23, 24, 25, 26, 46, 47, 67, 70, 71,
		72, 73, 74, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 89, 94, 95, 96, 97, 98,
		99, 103, 104, 105, 106, 107 };
	ID3D11Device1 *device = make_device();
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		assert_true(support_of(device, formats[i]) & D3D11_FORMAT_SUPPORT_TEXTURE2D);
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

/* First contents of `rows` rows of `pitch` bytes come through a shared texture and two copies. */
static void check_contents(ID3D11Device1 *device, DXGI_FORMAT format, UINT pitch, UINT rows)
{
	static uint8_t picture[4096];
	D3D11_TEXTURE2D_DESC desc = { .Width = 24,
		.Height = 12,
		.MipLevels = 1,
		.ArraySize = 1,
		.Format = format,
		.SampleDesc = { 1, 0 },
		.MiscFlags = D3D11_RESOURCE_MISC_SHARED };
	D3D11_SUBRESOURCE_DATA data = { picture, pitch, 0 };
	D3D11_BOX box = { 8, 4, 0, 16, 8, 1 };
	D3D11_MAPPED_SUBRESOURCE mapped;
	ID3D11DeviceContext *context;
	ID3D11Texture2D *one, *two;
	for (size_t i = 0; i < sizeof(picture); i++)
		picture[i] = (uint8_t)(i * 7 + i / 251);
	ID3D11Device1_GetImmediateContext(device, &context);
	assert_hr(ID3D11Device1_CreateTexture2D(device, &desc, &data, &one), S_OK);
	desc.MiscFlags = 0;
	desc.Usage = D3D11_USAGE_STAGING;
	desc.CPUAccessFlags = D3D11_CPU_ACCESS_READ | D3D11_CPU_ACCESS_WRITE;
	assert_hr(ID3D11Device1_CreateTexture2D(device, &desc, NULL, &two), S_OK);
	ID3D11DeviceContext_CopyResource(context, (ID3D11Resource *)two, (ID3D11Resource *)one);
	assert_hr(ID3D11DeviceContext_Map(
			  context, (ID3D11Resource *)two, 0, D3D11_MAP_READ_WRITE, 0, &mapped),
		S_OK);
	for (UINT y = 0; y < rows; y++) {
		assert_memory_equal(
			(char *)mapped.pData + y * mapped.RowPitch, picture + y * pitch, pitch);
		memset((char *)mapped.pData + y * mapped.RowPitch, 0, pitch);
	}
	ID3D11DeviceContext_Unmap(context, (ID3D11Resource *)two, 0);
	/* A third of the width and of the height, at the same place. */
	ID3D11DeviceContext_CopySubresourceRegion(
		context, (ID3D11Resource *)two, 0, 8, 4, 0, (ID3D11Resource *)one, 0, &box);
	assert_hr(ID3D11DeviceContext_Map(
			  context, (ID3D11Resource *)two, 0, D3D11_MAP_READ, 0, &mapped),
		S_OK);
	for (UINT y = 0; y < rows; y++) {
		UINT height = rows > 12 ? 12 : rows;
		bool inside = y < height ? y >= height / 3 && y < height / 3 * 2
					 : y - height >= 2 && y - height < 4;
		const uint8_t *row = (uint8_t *)mapped.pData + y * mapped.RowPitch;
		for (UINT x = 0; x < pitch; x++)
			assert_int_equal(row[x], inside && x >= pitch / 3 && x < pitch / 3 * 2
							 ? picture[y * pitch + x]
							 : 0);
	}
	ID3D11DeviceContext_Unmap(context, (ID3D11Resource *)two, 0);
	ID3D11Texture2D_Release(one);
	ID3D11Texture2D_Release(two);
	ID3D11DeviceContext_Release(context);
}

static void first_contents_arrive_in_every_format(void **state)
{
	ID3D11Device1 *device = make_device();
	check_contents(device, DXGI_FORMAT_R10G10B10A2_UNORM, 96, 12);
	check_contents(device, DXGI_FORMAT_B5G6R5_UNORM, 48, 12);
	check_contents(device, DXGI_FORMAT_R32G8X24_TYPELESS, 192, 12);
	check_contents(device, DXGI_FORMAT_BC1_UNORM, 48, 3);
	check_contents(device, DXGI_FORMAT_BC7_UNORM, 96, 3);
	check_contents(device, DXGI_FORMAT_NV12, 24, 18);
	check_contents(device, DXGI_FORMAT_P010, 48, 18);
	check_contents(device, DXGI_FORMAT_P016, 48, 18);
	check_contents(device, DXGI_FORMAT_YUY2, 48, 12);
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

/* Levels of compressed textures go down to one pixel, each in a whole block; cuts are refused. */
static void compressed_levels_go_down_to_one_block(void **state)
{
	D3D11_TEXTURE2D_DESC desc = { .Width = 8,
		.Height = 8,
		.ArraySize = 1,
		.Format = DXGI_FORMAT_BC1_UNORM,
		.SampleDesc = { 1, 0 } };
	D3D11_BOX box = { 0, 0, 0, 1, 1, 1 };
	D3D11_MAPPED_SUBRESOURCE mapped;
	ID3D11Device1 *device = make_device();
	ID3D11DeviceContext *context;
	ID3D11Resource *texture, *staging;
	ID3D11Device1_GetImmediateContext(device, &context);
	assert_hr(ID3D11Device1_CreateTexture2D(device, &desc, NULL, (ID3D11Texture2D **)&texture),
		S_OK);
	desc.Usage = D3D11_USAGE_STAGING;
	desc.CPUAccessFlags = D3D11_CPU_ACCESS_READ;
	assert_hr(ID3D11Device1_CreateTexture2D(device, &desc, NULL, (ID3D11Texture2D **)&staging),
		S_OK);
	ID3D11DeviceContext_UpdateSubresource(context, texture, 3, &box, "eightby", 8, 0);
	ID3D11DeviceContext_UpdateSubresource(context, texture, 0, &box, "refused", 8, 0);
	box.right = box.bottom = 4;
	ID3D11DeviceContext_UpdateSubresource(context, texture, 1, &box, "another", 8, 0);
	ID3D11DeviceContext_CopyResource(context, staging, texture);
	for (UINT level = 0; level < 4; level++) {
		static const char *const expected[] = { "", "another", "", "eightby" };
		assert_hr(ID3D11DeviceContext_Map(
				  context, staging, level, D3D11_MAP_READ, 0, &mapped),
			S_OK);
		assert_string_equal(mapped.pData, expected[level]);
		ID3D11DeviceContext_Unmap(context, staging, level);
	}
	ID3D11Resource_Release(texture);
	ID3D11Resource_Release(staging);
	desc.Width = 10;
	assert_hr(ID3D11Device1_CreateTexture2D(device, &desc, NULL, NULL), E_INVALIDARG);
	ID3D11DeviceContext_Release(context);
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

/* Pixels of formats whose channels are not whole bytes. */
static void packed_colours_are_cleared_exactly(void **state)
{
	static const FLOAT colour[4] = { 1, 0.5f, 0, 1 }, negative[4] = { -1, -1, -1, -1 };
	static const struct {
		DXGI_FORMAT format;
		const FLOAT *colour;
		uint32_t pixel, mask;
	} rows[] = {
		{ DXGI_FORMAT_R10G10B10A2_UNORM, colour, 0xc00803ff, 0xffffffff },
		{ DXGI_FORMAT_R10G10B10A2_UINT, colour, 0x40000001, 0xffffffff },
		{ DXGI_FORMAT_R11G11B10_FLOAT, colour, 0x001c03c0, 0xffffffff },
		{ DXGI_FORMAT_R11G11B10_FLOAT, negative, 0, 0xffffffff },
		{ DXGI_FORMAT_R10G10B10_XR_BIAS_A2_UNORM, colour, 0xc0000000, 0xc0000000 },
		{ DXGI_FORMAT_R10G10B10_XR_BIAS_A2_UNORM, colour, 384 + 510, 0x3ff },
		{ DXGI_FORMAT_B5G6R5_UNORM, colour, 0xfc00, 0xffff },
		{ DXGI_FORMAT_B5G5R5A1_UNORM, colour, 0xfe00, 0xffff },
		{ DXGI_FORMAT_A8_UNORM, colour, 0xff, 0xff },
		{ DXGI_FORMAT_R16_FLOAT, negative, 0xbc00, 0xffff },
	};
	ID3D11Device1 *device = make_device();
	ID3D11DeviceContext *context;
	ID3D11Device1_GetImmediateContext(device, &context);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		D3D11_TEXTURE2D_DESC desc = texture_desc(0);
		ID3D11RenderTargetView *view;
		ID3D11Texture2D *texture;
		desc.Format = rows[i].format;
		assert_hr(ID3D11Device1_CreateTexture2D(device, &desc, NULL, &texture), S_OK);
		assert_hr(ID3D11Device1_CreateRenderTargetView(
				  device, (ID3D11Resource *)texture, NULL, &view),
			S_OK);
		ID3D11DeviceContext_ClearRenderTargetView(context, view, rows[i].colour);
		assert_int_equal(
			first_pixel(device, texture) & rows[i].mask, rows[i].pixel & rows[i].mask);
		ID3D11RenderTargetView_Release(view);
		ID3D11Texture2D_Release(texture);
	}
	ID3D11DeviceContext_Release(context);
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

/* Flags that do not go with a texture, or with each other. */
static void flags_that_do_not_go_together_are_refused(void **state)
{
	static const UINT written[] = { D3D11_BIND_RENDER_TARGET, D3D11_BIND_UNORDERED_ACCESS };
	static const UINT of_buffers[] = { D3D11_BIND_VERTEX_BUFFER, D3D11_BIND_INDEX_BUFFER,
		D3D11_BIND_CONSTANT_BUFFER, D3D11_BIND_STREAM_OUTPUT };
	ID3D11Device1 *device = make_device();
	D3D11_SUBRESOURCE_DATA data = { "0123456789abcdef", 16, 16 };
	D3D11_TEXTURE2D_DESC desc = { .Width = 4,
		.Height = 1,
		.MipLevels = 1,
		.ArraySize = 1,
		.Format = DXGI_FORMAT_R8G8B8A8_UNORM,
		.SampleDesc = { 1, 0 } };
	D3D11_BUFFER_DESC buffer = { .ByteWidth = 16 };
	for (int i = 0; i < 4; i++)
		assert_false(can_2d(device, DXGI_FORMAT_R8G8B8A8_UNORM,
			of_buffers[i] | D3D11_BIND_SHADER_RESOURCE, 1, 0));
	for (int i = 0; i < 2; i++) {
		desc.BindFlags = buffer.BindFlags = written[i];
		desc.Usage = buffer.Usage = D3D11_USAGE_IMMUTABLE;
		desc.CPUAccessFlags = buffer.CPUAccessFlags = 0;
		assert_hr(ID3D11Device1_CreateTexture2D(device, &desc, &data, NULL), E_INVALIDARG);
		assert_hr(ID3D11Device1_CreateBuffer(device, &buffer, &data, NULL), E_INVALIDARG);
		desc.Usage = buffer.Usage = D3D11_USAGE_DYNAMIC;
		desc.CPUAccessFlags = buffer.CPUAccessFlags = D3D11_CPU_ACCESS_WRITE;
		assert_hr(ID3D11Device1_CreateTexture2D(device, &desc, NULL, NULL), E_INVALIDARG);
		assert_hr(ID3D11Device1_CreateBuffer(device, &buffer, NULL, NULL), E_INVALIDARG);
	}
	desc.BindFlags = 0;
	desc.Usage = D3D11_USAGE_STAGING;
	assert_hr(ID3D11Device1_CreateTexture2D(device, &desc, NULL, NULL), S_FALSE);
	desc.MiscFlags = D3D11_RESOURCE_MISC_GDI_COMPATIBLE;
	assert_hr(ID3D11Device1_CreateTexture2D(device, &desc, NULL, NULL), E_INVALIDARG);
	desc.MiscFlags = D3D11_RESOURCE_MISC_BUFFER_ALLOW_RAW_VIEWS;
	assert_hr(ID3D11Device1_CreateTexture2D(device, &desc, NULL, NULL), E_INVALIDARG);
	/* Levels are made by drawing and reading. */
	for (UINT bind = 0; bind < 4; bind++) {
		UINT flags = (bind & 1 ? D3D11_BIND_RENDER_TARGET : 0) |
			     (bind & 2 ? D3D11_BIND_SHADER_RESOURCE : 0);
		assert_int_equal(can_2d(device, DXGI_FORMAT_R8G8B8A8_UNORM, flags, 1,
					 D3D11_RESOURCE_MISC_GENERATE_MIPS),
			bind == 3);
	}
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

static HRESULT make_cubes(D3D_FEATURE_LEVEL level, UINT count)
{
	D3D11_TEXTURE2D_DESC desc = { .Width = 16,
		.Height = 16,
		.MipLevels = 1,
		.ArraySize = count,
		.Format = DXGI_FORMAT_R8G8B8A8_UNORM,
		.SampleDesc = { 1, 0 },
		.BindFlags = D3D11_BIND_SHADER_RESOURCE,
		.MiscFlags = D3D11_RESOURCE_MISC_TEXTURECUBE };
	ID3D11Device *device;
	HRESULT hr;
	assert_hr(D3D11CreateDevice(NULL, D3D_DRIVER_TYPE_WARP, NULL, 0, &level, 1,
			  D3D11_SDK_VERSION, &device, NULL, NULL),
		S_OK);
	hr = ID3D11Device_CreateTexture2D(device, &desc, NULL, NULL);
	ID3D11Device_Release(device);
	return hr;
}

static void cubes_have_six_faces(void **state)
{
	assert_hr(make_cubes(D3D_FEATURE_LEVEL_11_0, 5), E_INVALIDARG);
	assert_hr(make_cubes(D3D_FEATURE_LEVEL_11_0, 6), S_FALSE);
	assert_hr(make_cubes(D3D_FEATURE_LEVEL_11_0, 7), S_FALSE);
	assert_hr(make_cubes(D3D_FEATURE_LEVEL_11_0, 10), S_FALSE);
	assert_hr(make_cubes(D3D_FEATURE_LEVEL_10_1, 7), E_INVALIDARG);
	assert_hr(make_cubes(D3D_FEATURE_LEVEL_10_1, 12), S_FALSE);
	assert_hr(make_cubes(D3D_FEATURE_LEVEL_10_0, 12), E_INVALIDARG);
	assert_hr(make_cubes(D3D_FEATURE_LEVEL_10_0, 6), S_FALSE);
}

int main(int argc, char **argv)
{
	static const struct role roles[] = { { NULL, NULL } };
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_supported_can_be_made),
		cmocka_unit_test(what_drawing_can_is_told),
		cmocka_unit_test(what_shaders_can_with_unordered_views_is_told),
		cmocka_unit_test(typeless_formats_can_what_their_family_can),
		cmocka_unit_test(what_video_is_made_of_is_known),
		cmocka_unit_test(first_contents_arrive_in_every_format),
		cmocka_unit_test(compressed_levels_go_down_to_one_block),
		cmocka_unit_test(packed_colours_are_cleared_exactly),
		cmocka_unit_test(flags_that_do_not_go_together_are_refused),
		cmocka_unit_test(cubes_have_six_faces),
	};
	harness_start(argc, argv, roles);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
