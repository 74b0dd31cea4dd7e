/* SPDX-License-Identifier: MIT */
/* What views say of themselves, which are refused, and what clears through them change. */
#include "d3d.h"

#define UNKNOWN DXGI_FORMAT_UNKNOWN
#define RGBA8	DXGI_FORMAT_R8G8B8A8_UNORM
#define REST	UINT32_MAX

enum kind { RTV, DSV, SRV, UAV };

/* Of a description: format, dimension, and the numbers after it. */
struct desc {
	DXGI_FORMAT format;
	UINT dimension;
	UINT numbers[4];
};

static ID3D11Resource *make_2d(
	ID3D11Device1 *device, DXGI_FORMAT format, UINT mips, UINT array, UINT bind, UINT misc)
{
	D3D11_TEXTURE2D_DESC desc = { .Width = 32,
		.Height = 32,
		.MipLevels = mips,
		.ArraySize = array,
		.Format = format,
		.SampleDesc = { 1, 0 },
		.BindFlags = bind,
		.MiscFlags = misc };
	ID3D11Texture2D *texture;
	assert_hr(ID3D11Device1_CreateTexture2D(device, &desc, NULL, &texture), S_OK);
	return (ID3D11Resource *)texture;
}

static ID3D11Resource *make_3d(ID3D11Device1 *device, UINT mips, UINT bind)
{
	D3D11_TEXTURE3D_DESC desc = { .Width = 16,
		.Height = 16,
		.Depth = 12,
		.MipLevels = mips,
		.Format = RGBA8,
		.BindFlags = bind };
	ID3D11Texture3D *texture;
	assert_hr(ID3D11Device1_CreateTexture3D(device, &desc, NULL, &texture), S_OK);
	return (ID3D11Resource *)texture;
}

static ID3D11Resource *make_buffer(ID3D11Device1 *device, UINT misc, UINT stride, UINT bind)
{
	D3D11_BUFFER_DESC desc = { .ByteWidth = 1024,
		.BindFlags = bind,
		.MiscFlags = misc,
		.StructureByteStride = stride };
	ID3D11Buffer *buffer;
	assert_hr(ID3D11Device1_CreateBuffer(device, &desc, NULL, &buffer), S_OK);
	return (ID3D11Resource *)buffer;
}

/* Makes the view and asks it for its description. */
static HRESULT view(ID3D11Device1 *device, ID3D11Resource *resource, enum kind kind,
	const struct desc *desc, struct desc *ret_desc)
{
	/* In those of depth-stencil views flags come before the numbers. */
	UINT in[8] = { 0 }, got[8] = { 0 }, at = kind == DSV ? 3 : 2;
	const void *d = desc ? in : NULL;
	IUnknown *made = NULL;
	HRESULT hr;
	if (desc) {
		memcpy(in, desc, 8);
		memcpy(in + at, desc->numbers, sizeof(desc->numbers));
	}
	switch (kind) {
	case RTV:
		hr = ID3D11Device1_CreateRenderTargetView(
			device, resource, d, (ID3D11RenderTargetView **)&made);
		if (made)
			ID3D11RenderTargetView_GetDesc((ID3D11RenderTargetView *)made, (void *)got);
		break;
	case DSV:
		hr = ID3D11Device1_CreateDepthStencilView(
			device, resource, d, (ID3D11DepthStencilView **)&made);
		if (made)
			ID3D11DepthStencilView_GetDesc((ID3D11DepthStencilView *)made, (void *)got);
		break;
	case SRV:
		hr = ID3D11Device1_CreateShaderResourceView(
			device, resource, d, (ID3D11ShaderResourceView **)&made);
		if (made)
			ID3D11ShaderResourceView_GetDesc(
				(ID3D11ShaderResourceView *)made, (void *)got);
		break;
	default:
		hr = ID3D11Device1_CreateUnorderedAccessView(
			device, resource, d, (ID3D11UnorderedAccessView **)&made);
		if (made)
			ID3D11UnorderedAccessView_GetDesc(
				(ID3D11UnorderedAccessView *)made, (void *)got);
		break;
	}
	memcpy(ret_desc, got, 8);
	memcpy(ret_desc->numbers, got + at, sizeof(ret_desc->numbers));
	if (made)
		IUnknown_Release(made);
	return hr;
}

struct row {
	enum kind kind;
	bool none; /* no description */
	struct desc in, out; /* out without a dimension: E_INVALIDARG */
};

#define ROWS(device, resource, ...)                                                                \
	do {                                                                                       \
		const struct row rows[] = { __VA_ARGS__ };                                         \
		check_rows(device, resource, rows, sizeof(rows) / sizeof(rows[0]));                \
	} while (0)

static void check_rows(
	ID3D11Device1 *device, ID3D11Resource *resource, const struct row *rows, size_t count)
{
	struct desc got;
	for (size_t i = 0; i < count; i++) {
		HRESULT hr = view(
			device, resource, rows[i].kind, rows[i].none ? NULL : &rows[i].in, &got);
		if (hr != (rows[i].out.dimension ? S_OK : E_INVALIDARG) ||
			memcmp(&got, &rows[i].out, sizeof(got)))
			fail_msg("row %zu: %#x, format %d, dimension %u, %u %u %u %u", i, hr,
				got.format, got.dimension, got.numbers[0], got.numbers[1],
				got.numbers[2], got.numbers[3]);
	}
	assert_int_equal(ID3D11Resource_Release(resource), 0);
}

#define COLOURS                                                                                    \
	(D3D11_BIND_RENDER_TARGET | D3D11_BIND_SHADER_RESOURCE | D3D11_BIND_UNORDERED_ACCESS)
#define READ_WRITE (D3D11_BIND_SHADER_RESOURCE | D3D11_BIND_UNORDERED_ACCESS)
#define REFUSED                                                                                    \
	{                                                                                          \
		0                                                                                  \
	}

static void views_of_pictures_follow_the_table(void **state)
{
	ID3D11Device1 *device = make_device();
	/* One picture of six levels: dimension 4; 6 is multisampled. */
	ROWS(device, make_2d(device, RGBA8, 6, 1, COLOURS, 0),
		{ RTV, true, REFUSED, { RGBA8, 4, { 0 } } },
		{ SRV, true, REFUSED, { RGBA8, 4, { 0, 6 } } },
		{ UAV, true, REFUSED, { RGBA8, 4, { 0 } } },
		{ RTV, false, { UNKNOWN, 4, { 5 } }, { RGBA8, 4, { 5 } } },
		{ SRV, false, { UNKNOWN, 4, { 2, REST } }, { RGBA8, 4, { 2, 4 } } },
		{ SRV, false, { RGBA8, 5, { 1, REST, 0, REST } }, { RGBA8, 5, { 1, 5, 0, 1 } } },
		{ RTV, false, { UNKNOWN, 5, { 0, 0, REST } }, { RGBA8, 5, { 0, 0, 1 } } },
		{ RTV, false, { UNKNOWN, 6, { 0 } }, { RGBA8, 6, { 0 } } },
		{ RTV, false, { UNKNOWN, 7, { 0, 1 } }, { RGBA8, 7, { 0, 1 } } },
		{ SRV, false, { UNKNOWN, 6, { 0 } }, { RGBA8, 6, { 0 } } },
		{ SRV, false, { UNKNOWN, 7, { 0, REST } }, { RGBA8, 7, { 0, 1 } } },
		/* No dimension, others', levels and elements that are not there, other types. */
		{ RTV, false, { UNKNOWN, 0, { 0 } }, REFUSED },
		{ SRV, false, { UNKNOWN, 0, { 0, 1 } }, REFUSED },
		{ UAV, false, { UNKNOWN, 0, { 0 } }, REFUSED },
		{ RTV, false, { UNKNOWN, 9, { 0 } }, REFUSED },
		{ UAV, false, { UNKNOWN, 6, { 0 } }, REFUSED },
		{ SRV, false, { UNKNOWN, 12, { 0 } }, REFUSED },
		{ RTV, false, { UNKNOWN, 1, { 0, 1 } }, REFUSED },
		{ RTV, false, { UNKNOWN, 2, { 0 } }, REFUSED },
		{ RTV, false, { UNKNOWN, 8, { 0, 0, 1 } }, REFUSED },
		{ SRV, false, { UNKNOWN, 9, { 0, 1 } }, REFUSED },
		{ RTV, false, { UNKNOWN, 4, { 6 } }, REFUSED },
		{ SRV, false, { UNKNOWN, 4, { 0, 7 } }, REFUSED },
		{ SRV, false, { UNKNOWN, 4, { 0, 0 } }, REFUSED },
		{ SRV, false, { UNKNOWN, 4, { 6, REST } }, REFUSED },
		{ RTV, false, { UNKNOWN, 5, { 0, 1, 1 } }, REFUSED },
		{ RTV, false, { UNKNOWN, 5, { 0, 0, 2 } }, REFUSED },
		{ RTV, false, { UNKNOWN, 5, { 0, 0, 0 } }, REFUSED },
		{ RTV, false, { DXGI_FORMAT_R8G8B8A8_TYPELESS, 4, { 0 } }, REFUSED },
		{ RTV, false, { DXGI_FORMAT_R16G16_UNORM, 4, { 0 } }, REFUSED },
		{ RTV, false, { DXGI_FORMAT_R8G8B8A8_UINT, 4, { 0 } }, REFUSED },
		{ SRV, false, { (DXGI_FORMAT)9999, 4, { 0, 1 } }, REFUSED },
		{ DSV, true, REFUSED, REFUSED });
	/* An array of nine. */
	ROWS(device, make_2d(device, RGBA8, 2, 9, COLOURS, 0),
		{ RTV, true, REFUSED, { RGBA8, 5, { 0, 0, 9 } } },
		{ SRV, true, REFUSED, { RGBA8, 5, { 0, 2, 0, 9 } } },
		{ UAV, true, REFUSED, { RGBA8, 5, { 0, 0, 9 } } },
		{ UAV, false, { UNKNOWN, 5, { 1, 4, REST } }, { RGBA8, 5, { 1, 4, 5 } } },
		{ SRV, false, { UNKNOWN, 5, { 0, REST, 8, REST } }, { RGBA8, 5, { 0, 2, 8, 1 } } },
		{ SRV, false, { UNKNOWN, 5, { 0, REST, 9, REST } }, REFUSED });
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

static void views_give_typeless_formats_a_type(void **state)
{
	const DXGI_FORMAT typeless = DXGI_FORMAT_R8G8B8A8_TYPELESS;
	const DXGI_FORMAT srgb = DXGI_FORMAT_R8G8B8A8_UNORM_SRGB;
	ID3D11Device1 *device = make_device();
	ROWS(device, make_2d(device, typeless, 1, 1, COLOURS, 0), { RTV, true, REFUSED, REFUSED },
		{ SRV, true, REFUSED, REFUSED }, { UAV, true, REFUSED, REFUSED },
		{ RTV, false, { UNKNOWN, 4, { 0 } }, REFUSED },
		{ SRV, false, { UNKNOWN, 4, { 0, 1 } }, REFUSED },
		{ SRV, false, { typeless, 4, { 0, 1 } }, REFUSED },
		{ SRV, false, { DXGI_FORMAT_R32_FLOAT, 4, { 0, 1 } }, REFUSED },
		{ RTV, false, { DXGI_FORMAT_B8G8R8A8_UNORM, 4, { 0 } }, REFUSED },
		{ RTV, false, { srgb, 4, { 0 } }, { srgb, 4, { 0 } } },
		{ UAV, false, { srgb, 4, { 0 } }, REFUSED },
		{ UAV, false, { DXGI_FORMAT_R32_UINT, 4, { 0 } },
			{ DXGI_FORMAT_R32_UINT, 4, { 0 } } });
	ROWS(device,
		make_2d(device, DXGI_FORMAT_R24G8_TYPELESS, 1, 2,
			D3D11_BIND_DEPTH_STENCIL | D3D11_BIND_SHADER_RESOURCE, 0),
		{ DSV, true, REFUSED, REFUSED },
		{ DSV, false, { DXGI_FORMAT_D24_UNORM_S8_UINT, 4, { 0, 1, REST } },
			{ DXGI_FORMAT_D24_UNORM_S8_UINT, 4, { 0, 1, 1 } } },
		{ DSV, false, { DXGI_FORMAT_D24_UNORM_S8_UINT, 0, { 0 } }, REFUSED },
		{ DSV, false, { DXGI_FORMAT_R24_UNORM_X8_TYPELESS, 3, { 0 } }, REFUSED },
		{ SRV, false, { DXGI_FORMAT_R24_UNORM_X8_TYPELESS, 4, { 0, 1 } },
			{ DXGI_FORMAT_R24_UNORM_X8_TYPELESS, 4, { 0, 1 } } },
		{ SRV, false, { DXGI_FORMAT_D24_UNORM_S8_UINT, 4, { 0, 1 } }, REFUSED });
	ROWS(device, make_2d(device, DXGI_FORMAT_D16_UNORM, 1, 1, D3D11_BIND_DEPTH_STENCIL, 0),
		{ DSV, true, REFUSED, { DXGI_FORMAT_D16_UNORM, 3, { 0 } } },
		{ DSV, false, { UNKNOWN, 5, { 0 } }, { DXGI_FORMAT_D16_UNORM, 5, { 0 } } });
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

static void views_of_volumes_and_cubes_follow_the_table(void **state)
{
	ID3D11Device1 *device = make_device();
	ROWS(device, make_3d(device, 3, COLOURS),
		{ RTV, true, REFUSED, { RGBA8, 8, { 0, 0, 12 } } },
		{ SRV, true, REFUSED, { RGBA8, 8, { 0, 3 } } },
		{ UAV, true, REFUSED, { RGBA8, 8, { 0, 0, 12 } } },
		{ RTV, false, { UNKNOWN, 8, { 1, 2, REST } }, { RGBA8, 8, { 1, 2, 4 } } },
		{ RTV, false, { UNKNOWN, 8, { 2, 0, 4 } }, REFUSED },
		{ RTV, false, { UNKNOWN, 8, { 0, 12, REST } }, REFUSED },
		{ SRV, false, { UNKNOWN, 4, { 0, 1 } }, REFUSED });
	ROWS(device, make_2d(device, RGBA8, 1, 6, COLOURS, D3D11_RESOURCE_MISC_TEXTURECUBE),
		{ SRV, true, REFUSED, { RGBA8, 9, { 0, 1 } } },
		{ RTV, true, REFUSED, { RGBA8, 5, { 0, 0, 6 } } },
		{ SRV, false, { UNKNOWN, 10, { 0, REST, 0, REST } },
			{ RGBA8, 10, { 0, 1, 0, 1 } } },
		{ SRV, false, { UNKNOWN, 10, { 0, REST, 1, REST } }, REFUSED });
	ROWS(device, make_2d(device, RGBA8, 1, 20, COLOURS, D3D11_RESOURCE_MISC_TEXTURECUBE),
		{ SRV, true, REFUSED, { RGBA8, 10, { 0, 1, 0, 3 } } },
		{ SRV, false, { UNKNOWN, 10, { 0, 1, 2, REST } }, { RGBA8, 10, { 0, 1, 2, 3 } } },
		{ SRV, false, { UNKNOWN, 10, { 0, 1, 3, 3 } }, REFUSED });
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

static void views_of_buffers_follow_the_table(void **state)
{
	const UINT structured = D3D11_RESOURCE_MISC_BUFFER_STRUCTURED;
	const UINT raw = D3D11_RESOURCE_MISC_BUFFER_ALLOW_RAW_VIEWS;
	const DXGI_FORMAT uint = DXGI_FORMAT_R32_UINT, bits = DXGI_FORMAT_R32_TYPELESS;
	ID3D11Device1 *device = make_device();
	ROWS(device, make_buffer(device, structured, 16, READ_WRITE),
		{ SRV, true, REFUSED, { UNKNOWN, 1, { 0, 64 } } },
		{ UAV, true, REFUSED, { UNKNOWN, 1, { 0, 64 } } },
		{ UAV, false, { UNKNOWN, 1, { 60, 4, 2 } }, { UNKNOWN, 1, { 60, 4, 2 } } },
		{ UAV, false, { UNKNOWN, 1, { 60, 5 } }, REFUSED },
		{ UAV, false, { uint, 1, { 0, 4 } }, REFUSED },
		{ UAV, false, { UNKNOWN, 0, { 0, 4 } }, REFUSED });
	ROWS(device, make_buffer(device, raw, 0, READ_WRITE), { UAV, true, REFUSED, REFUSED },
		{ UAV, false, { bits, 1, { 4, 252, 1 } }, { bits, 1, { 4, 252, 1 } } },
		{ SRV, false, { bits, 11, { 0, 256, 1 } }, { bits, 11, { 0, 256, 1 } } },
		{ UAV, false, { bits, 1, { 4, 252, 0 } }, REFUSED },
		{ UAV, false, { uint, 1, { 4, 252, 1 } }, REFUSED },
		{ UAV, false, { uint, 1, { 0, 256, 0 } }, { uint, 1, { 0, 256, 0 } } });
	ROWS(device, make_buffer(device, 0, 0, COLOURS), { RTV, true, REFUSED, REFUSED },
		{ SRV, true, REFUSED, REFUSED }, { UAV, true, REFUSED, REFUSED },
		{ UAV, false, { UNKNOWN, 1, { 0, 4 } }, REFUSED },
		{ UAV, false, { bits, 1, { 0, 4, 1 } }, REFUSED },
		{ RTV, false, { RGBA8, 1, { 1, 255 } }, { RGBA8, 1, { 1, 255 } } },
		{ RTV, false, { RGBA8, 1, { 1, 256 } }, REFUSED },
		{ SRV, false, { RGBA8, 1, { REST, REST } }, REFUSED },
		{ SRV, false, { DXGI_FORMAT_BC1_UNORM, 1, { 0, 1 } }, REFUSED },
		{ SRV, false, { RGBA8, 4, { 0, 1 } }, REFUSED });
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

/* The same through D3D10, whose descriptions are shorter. */
static void views_of_d3d10_have_shorter_descriptions(void **state)
{
	const D3D10_TEXTURE2D_DESC desc = { .Width = 32,
		.Height = 32,
		.MipLevels = 6,
		.ArraySize = 2,
		.Format = RGBA8,
		.SampleDesc = { 1, 0 },
		.BindFlags = D3D10_BIND_RENDER_TARGET | D3D10_BIND_SHADER_RESOURCE };
	D3D10_SHADER_RESOURCE_VIEW_DESC asked = { .ViewDimension =
							  D3D10_SRV_DIMENSION_TEXTURE2DARRAY,
		.Texture2DArray = { 2, REST, 1, REST } };
	D3D10_SHADER_RESOURCE_VIEW_DESC got;
	ID3D10ShaderResourceView *srv;
	ID3D10Texture2D *texture;
	ID3D10Device *device;
	assert_hr(D3D10CreateDevice(
			  NULL, D3D10_DRIVER_TYPE_HARDWARE, NULL, 0, D3D10_SDK_VERSION, &device),
		S_OK);
	assert_hr(ID3D10Device_CreateTexture2D(device, &desc, NULL, &texture), S_OK);
	assert_hr(ID3D10Device_CreateShaderResourceView(
			  device, (ID3D10Resource *)texture, &asked, &srv),
		S_OK);
	ID3D10ShaderResourceView_GetDesc(srv, &got);
	assert_int_equal(got.Format, RGBA8);
	assert_int_equal(got.Texture2DArray.MipLevels, 4);
	assert_int_equal(got.Texture2DArray.ArraySize, 1);
	ID3D10ShaderResourceView_Release(srv);
	asked.ViewDimension = 0;
	assert_hr(ID3D10Device_CreateShaderResourceView(
			  device, (ID3D10Resource *)texture, &asked, &srv),
		E_INVALIDARG);
	ID3D10Texture2D_Release(texture);
	assert_int_equal(ID3D10Device_Release(device), 0);
}

static void read_buffer(ID3D11Device1 *device, ID3D11Resource *buffer, void *ret_bytes, UINT size)
{
	D3D11_BUFFER_DESC desc = { .ByteWidth = size,
		.Usage = D3D11_USAGE_STAGING,
		.CPUAccessFlags = D3D11_CPU_ACCESS_READ };
	D3D11_MAPPED_SUBRESOURCE mapped;
	ID3D11DeviceContext *context;
	ID3D11Resource *staging;
	assert_hr(ID3D11Device1_CreateBuffer(device, &desc, NULL, (ID3D11Buffer **)&staging), S_OK);
	ID3D11Device1_GetImmediateContext(device, &context);
	ID3D11DeviceContext_CopyResource(context, staging, buffer);
	assert_hr(ID3D11DeviceContext_Map(context, staging, 0, D3D11_MAP_READ, 0, &mapped), S_OK);
	memcpy(ret_bytes, mapped.pData, size);
	ID3D11DeviceContext_Unmap(context, staging, 0);
	ID3D11DeviceContext_Release(context);
	ID3D11Resource_Release(staging);
}

/* Exactly the elements of the view get the low bits of the values, whatever their format. */
static void clearing_a_buffer_fills_the_view_exactly(void **state)
{
	static const UINT values[4] = { 0x81828384, 0x91929394, 0xa1a2a3a4, 0xb1b2b3b4 };
	static const struct {
		UINT misc, stride;
		DXGI_FORMAT format;
		UINT flags, element;
		const char *bytes;
	} rows[] = {
		{ 0, 0, DXGI_FORMAT_R32_UINT, 0, 4, "\x84\x83\x82\x81" },
		{ 0, 0, DXGI_FORMAT_R32_SINT, 0, 4, "\x84\x83\x82\x81" },
		{ 0, 0, DXGI_FORMAT_R32_FLOAT, 0, 4, "\x84\x83\x82\x81" },
		{ 0, 0, DXGI_FORMAT_R32G32_UINT, 0, 8, "\x84\x83\x82\x81\x94\x93\x92\x91" },
		{ 0, 0, DXGI_FORMAT_R32G32B32A32_FLOAT, 0, 16,
			"\x84\x83\x82\x81\x94\x93\x92\x91\xa4\xa3\xa2\xa1\xb4\xb3\xb2\xb1" },
		{ 0, 0, DXGI_FORMAT_R16_UINT, 0, 2, "\x84\x83" },
		{ 0, 0, DXGI_FORMAT_R16_UNORM, 0, 2, "\x84\x83" },
		{ 0, 0, DXGI_FORMAT_R16G16_FLOAT, 0, 4, "\x84\x83\x94\x93" },
		{ 0, 0, DXGI_FORMAT_R16G16B16A16_SNORM, 0, 8, "\x84\x83\x94\x93\xa4\xa3\xb4\xb3" },
		{ 0, 0, DXGI_FORMAT_R8_UINT, 0, 1, "\x84" },
		{ 0, 0, DXGI_FORMAT_A8_UNORM, 0, 1, "\xb4" },
		{ 0, 0, DXGI_FORMAT_R8G8_UNORM, 0, 2, "\x84\x94" },
		{ 0, 0, DXGI_FORMAT_R8G8B8A8_UNORM, 0, 4, "\x84\x94\xa4\xb4" },
		{ 0, 0, DXGI_FORMAT_B8G8R8A8_UNORM, 0, 4, "\xa4\x94\x84\xb4" },
		{ 0, 0, DXGI_FORMAT_R10G10B10A2_UINT, 0, 4, "\x84\x53\x4e\x3a" },
		{ 0, 0, DXGI_FORMAT_R11G11B10_FLOAT, 0, 4, "\x84\xa3\x1c\xe9" },
		{ D3D11_RESOURCE_MISC_BUFFER_ALLOW_RAW_VIEWS, 0, DXGI_FORMAT_R32_TYPELESS,
			D3D11_BUFFER_UAV_FLAG_RAW, 4, "\x84\x83\x82\x81" },
		{ D3D11_RESOURCE_MISC_BUFFER_ALLOW_RAW_VIEWS, 0, DXGI_FORMAT_R8G8_UINT, 0, 2,
			"\x84\x94" },
		{ D3D11_RESOURCE_MISC_BUFFER_STRUCTURED, 4, UNKNOWN, 0, 4, "\x84\x83\x82\x81" },
		{ D3D11_RESOURCE_MISC_BUFFER_STRUCTURED, 16, UNKNOWN, 0, 16,
			"\x84\x83\x82\x81\x84\x83\x82\x81\x84\x83\x82\x81\x84\x83\x82\x81" },
		{ D3D11_RESOURCE_MISC_BUFFER_STRUCTURED, 16, UNKNOWN, D3D11_BUFFER_UAV_FLAG_COUNTER,
			16, "\x84\x83\x82\x81\x84\x83\x82\x81\x84\x83\x82\x81\x84\x83\x82\x81" },
	};
	ID3D11Device1 *device = make_device();
	ID3D11DeviceContext *context;
	uint8_t bytes[1024];
	ID3D11Device1_GetImmediateContext(device, &context);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const UINT size = rows[i].element, first = 5, count = 7;
		const D3D11_UNORDERED_ACCESS_VIEW_DESC desc = { .Format = rows[i].format,
			.ViewDimension = D3D11_UAV_DIMENSION_BUFFER,
			.Buffer = { first, count, rows[i].flags } };
		ID3D11Resource *buffer =
			make_buffer(device, rows[i].misc, rows[i].stride, READ_WRITE);
		ID3D11UnorderedAccessView *uav;
		assert_hr(
			ID3D11Device1_CreateUnorderedAccessView(device, buffer, &desc, &uav), S_OK);
		ID3D11DeviceContext_ClearUnorderedAccessViewUint(context, uav, values);
		read_buffer(device, buffer, bytes, sizeof(bytes));
		for (UINT j = 0; j < sizeof(bytes); j++) {
			bool inside = j >= first * size && j < (first + count) * size;
			uint8_t expected =
				inside ? (uint8_t)rows[i].bytes[(j - first * size) % size] : 0;
			if (bytes[j] != expected)
				fail_msg(
					"row %zu, byte %u: %#x, not %#x", i, j, bytes[j], expected);
		}
		ID3D11UnorderedAccessView_Release(uav);
		assert_int_equal(ID3D11Resource_Release(buffer), 0);
	}
	ID3D11DeviceContext_Release(context);
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

/* Video is cleared plane by plane. */
static void video_is_cleared_plane_by_plane(void **state)
{
	static const FLOAT white[4] = { 1 }, colour[4] = { 0.2f, 0.4f };
	const D3D11_RENDER_TARGET_VIEW_DESC luma = { .Format = DXGI_FORMAT_R8_UNORM,
		.ViewDimension = D3D11_RTV_DIMENSION_TEXTURE2D };
	const D3D11_RENDER_TARGET_VIEW_DESC chroma = { .Format = DXGI_FORMAT_R8G8_UNORM,
		.ViewDimension = D3D11_RTV_DIMENSION_TEXTURE2D };
	D3D11_TEXTURE2D_DESC staging_desc = { .Width = 32,
		.Height = 32,
		.MipLevels = 1,
		.ArraySize = 1,
		.Format = DXGI_FORMAT_NV12,
		.SampleDesc = { 1, 0 },
		.Usage = D3D11_USAGE_STAGING,
		.CPUAccessFlags = D3D11_CPU_ACCESS_READ };
	ID3D11Device1 *device = make_device();
	ID3D11Resource *video, *staging;
	D3D11_MAPPED_SUBRESOURCE mapped;
	ID3D11RenderTargetView *views[2];
	ID3D11DeviceContext *context;
	ID3D11Device1_GetImmediateContext(device, &context);
	video = make_2d(device, DXGI_FORMAT_NV12, 1, 1, D3D11_BIND_RENDER_TARGET, 0);
	assert_hr(ID3D11Device1_CreateTexture2D(
			  device, &staging_desc, NULL, (ID3D11Texture2D **)&staging),
		S_OK);
	assert_hr(
		ID3D11Device1_CreateRenderTargetView(device, video, NULL, &views[0]), E_INVALIDARG);
	assert_hr(ID3D11Device1_CreateRenderTargetView(device, video, &luma, &views[0]), S_OK);
	assert_hr(ID3D11Device1_CreateRenderTargetView(device, video, &chroma, &views[1]), S_OK);
	ID3D11DeviceContext_ClearRenderTargetView(context, views[0], white);
	ID3D11DeviceContext_ClearRenderTargetView(context, views[1], colour);
	ID3D11DeviceContext_CopyResource(context, staging, video);
	assert_hr(ID3D11DeviceContext_Map(context, staging, 0, D3D11_MAP_READ, 0, &mapped), S_OK);
	for (UINT y = 0; y < 48; y++)
		for (UINT x = 0; x < 32; x++)
			assert_int_equal(
				((uint8_t *)mapped.pData)[y * mapped.RowPitch + x], y < 32  ? 255
										    : x & 1 ? 102
											    : 51);
	ID3D11DeviceContext_Unmap(context, staging, 0);
	for (int i = 0; i < 2; i++)
		ID3D11RenderTargetView_Release(views[i]);
	ID3D11Resource_Release(staging);
	ID3D11Resource_Release(video);
	ID3D11DeviceContext_Release(context);
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

/* Depth without stencil, stencil without depth, and both. */
static void depth_and_stencil_are_cleared_apart(void **state)
{
	static const struct {
		DXGI_FORMAT format;
		UINT bytes;
		uint64_t depth, stencil; /* of 1 and of 0xff */
	} rows[] = {
		{ DXGI_FORMAT_D16_UNORM, 2, 0xffff, 0 },
		{ DXGI_FORMAT_D24_UNORM_S8_UINT, 4, 0xffffff, 0xff000000 },
		{ DXGI_FORMAT_D32_FLOAT, 4, 0x3f800000, 0 },
		{ DXGI_FORMAT_D32_FLOAT_S8X24_UINT, 8, 0x3f800000, UINT64_C(0xff) << 32 },
	};
	ID3D11Device1 *device = make_device();
	ID3D11DeviceContext *context;
	ID3D11Device1_GetImmediateContext(device, &context);
	for (size_t i = 0; i < 4 * sizeof(rows) / sizeof(rows[0]); i++) {
		D3D11_TEXTURE2D_DESC desc = texture_desc(0);
		UINT flags = i % 4, bytes = rows[i / 4].bytes;
		uint64_t got = 0, expected = 0;
		D3D11_MAPPED_SUBRESOURCE mapped;
		ID3D11Resource *texture, *staging;
		ID3D11DepthStencilView *view_of_it;
		desc.Format = rows[i / 4].format;
		desc.BindFlags = D3D11_BIND_DEPTH_STENCIL;
		assert_hr(ID3D11Device1_CreateTexture2D(
				  device, &desc, NULL, (ID3D11Texture2D **)&texture),
			S_OK);
		desc.BindFlags = 0;
		desc.Usage = D3D11_USAGE_STAGING;
		desc.CPUAccessFlags = D3D11_CPU_ACCESS_READ;
		assert_hr(ID3D11Device1_CreateTexture2D(
				  device, &desc, NULL, (ID3D11Texture2D **)&staging),
			S_OK);
		assert_hr(ID3D11Device1_CreateDepthStencilView(device, texture, NULL, &view_of_it),
			S_OK);
		ID3D11DeviceContext_ClearDepthStencilView(context, view_of_it, flags, 1, 0xff);
		ID3D11DeviceContext_CopyResource(context, staging, texture);
		assert_hr(ID3D11DeviceContext_Map(context, staging, 0, D3D11_MAP_READ, 0, &mapped),
			S_OK);
		/* The last pixel of the second row. */
		memcpy(&got, (char *)mapped.pData + mapped.RowPitch + 63 * bytes, bytes);
		expected |= flags & D3D11_CLEAR_DEPTH ? rows[i / 4].depth : 0;
		expected |= flags & D3D11_CLEAR_STENCIL ? rows[i / 4].stencil : 0;
		assert_int_equal(got, expected);
		ID3D11DeviceContext_Unmap(context, staging, 0);
		ID3D11DepthStencilView_Release(view_of_it);
		ID3D11Resource_Release(staging);
		ID3D11Resource_Release(texture);
	}
	ID3D11DeviceContext_Release(context);
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

int main(int argc, char **argv)
{
	static const struct role roles[] = { { NULL, NULL } };
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(views_of_pictures_follow_the_table),
		cmocka_unit_test(views_give_typeless_formats_a_type),
		cmocka_unit_test(views_of_volumes_and_cubes_follow_the_table),
		cmocka_unit_test(views_of_buffers_follow_the_table),
		cmocka_unit_test(views_of_d3d10_have_shorter_descriptions),
		cmocka_unit_test(clearing_a_buffer_fills_the_view_exactly),
		cmocka_unit_test(video_is_cleared_plane_by_plane),
		cmocka_unit_test(depth_and_stencil_are_cleared_apart),
	};
	harness_start(argc, argv, roles);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
