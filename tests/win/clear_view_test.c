/* SPDX-License-Identifier: MIT */
/* ClearView: rectangles of views in one colour, and what is not touched. */
#include "d3d.h"

struct setup {
	ID3D11Device1 *device;
	ID3D11DeviceContext1 *context;
};

static struct setup make_setup(void)
{
	struct setup s = { .device = make_device() };
	ID3D11Device1_GetImmediateContext1(s.device, &s.context);
	return s;
}

static void end_setup(struct setup *s)
{
	ID3D11DeviceContext1_Release(s->context);
	assert_int_equal(ID3D11Device1_Release(s->device), 0);
}

/* All bytes of a texture's subresource, of `bytes` a pixel. */
static void read_back(struct setup *s, ID3D11Texture2D *texture, UINT subresource, UINT width,
	UINT height, UINT bytes, void *ret)
{
	D3D11_TEXTURE2D_DESC desc;
	D3D11_MAPPED_SUBRESOURCE mapped;
	ID3D11Texture2D *staging;
	ID3D11Texture2D_GetDesc(texture, &desc);
	desc.Usage = D3D11_USAGE_STAGING;
	desc.BindFlags = 0;
	desc.CPUAccessFlags = D3D11_CPU_ACCESS_READ;
	assert_hr(ID3D11Device1_CreateTexture2D(s->device, &desc, NULL, &staging), S_OK);
	ID3D11DeviceContext1_CopyResource(
		s->context, (ID3D11Resource *)staging, (ID3D11Resource *)texture);
	assert_hr(ID3D11DeviceContext1_Map(s->context, (ID3D11Resource *)staging, subresource,
			  D3D11_MAP_READ, 0, &mapped),
		S_OK);
	for (UINT y = 0; y < height; y++)
		memcpy((char *)ret + y * width * bytes, (char *)mapped.pData + y * mapped.RowPitch,
			width * bytes);
	ID3D11DeviceContext1_Unmap(s->context, (ID3D11Resource *)staging, subresource);
	ID3D11Texture2D_Release(staging);
}

static ID3D11Texture2D *make_grid(struct setup *s, DXGI_FORMAT format, UINT bind, UINT array)
{
	const D3D11_TEXTURE2D_DESC desc = { .Width = 16,
		.Height = 8,
		.MipLevels = 2,
		.ArraySize = array,
		.Format = format,
		.SampleDesc = { 1, 0 },
		.BindFlags = bind };
	ID3D11Texture2D *texture;
	assert_hr(ID3D11Device1_CreateTexture2D(s->device, &desc, NULL, &texture), S_OK);
	return texture;
}

static bool inside(const D3D11_RECT *rects, int count, int x, int y)
{
	for (int i = 0; i < count; i++)
		if (x >= rects[i].left && x < rects[i].right && y >= rects[i].top &&
			y < rects[i].bottom)
			return true;
	return false;
}

/* Overlapping, cut off at each side, empty, upside down and beyond everything. */
static void rectangles_are_cleared_and_nothing_else(void **state)
{
	static const D3D11_RECT rects[] = { { 2, 1, 5, 4 }, { 4, 3, 6, 5 }, { -7, -7, 1, 1 },
		{ 14, 6, 99, 99 }, { 8, 2, 8, 6 }, { 9, 6, 12, 3 }, { 16, 0, 20, 8 },
		{ INT32_MIN, 7, INT32_MAX, 8 } };
	static const FLOAT colour[4] = { 1, 0.5f, 0, 1 };
	struct setup s = make_setup();
	ID3D11Texture2D *texture =
		make_grid(&s, DXGI_FORMAT_R8G8B8A8_UNORM, D3D11_BIND_RENDER_TARGET, 2);
	D3D11_RENDER_TARGET_VIEW_DESC desc = { .Format = DXGI_FORMAT_R8G8B8A8_UNORM,
		.ViewDimension = D3D11_RTV_DIMENSION_TEXTURE2DARRAY,
		.Texture2DArray = { 0, 0, 2 } };
	ID3D11RenderTargetView *rtv;
	uint32_t pixels[8][16];
	assert_hr(ID3D11Device1_CreateRenderTargetView(
			  s.device, (ID3D11Resource *)texture, &desc, &rtv),
		S_OK);
	ID3D11DeviceContext1_ClearView(s.context, (ID3D11View *)rtv, colour, rects, 0);
	ID3D11DeviceContext1_ClearView(s.context, NULL, colour, rects, 1);
	read_back(&s, texture, 0, 16, 8, 4, pixels);
	for (int i = 0; i < 128; i++)
		assert_int_equal(pixels[i / 16][i % 16], 0);
	ID3D11DeviceContext1_ClearView(s.context, (ID3D11View *)rtv, colour, rects, 8);
	for (UINT element = 0; element < 2; element++) {
		read_back(&s, texture, element * 2, 16, 8, 4, pixels);
		for (int i = 0; i < 128; i++)
			assert_int_equal(pixels[i / 16][i % 16],
				inside(rects, 8, i % 16, i / 16) ? 0xff0080ff : 0);
		/* The level that the view does not show. */
		read_back(&s, texture, element * 2 + 1, 8, 4, 4, pixels);
		assert_int_equal(pixels[0][0], 0);
	}
	ID3D11RenderTargetView_Release(rtv);
	ID3D11Texture2D_Release(texture);
	end_setup(&s);
}

/* Without rectangles all of it; integers take the numbers themselves. */
static void whole_views_of_every_kind(void **state)
{
	static const FLOAT numbers[4] = { 7, 200, 0, 1 }, half[4] = { 0.5f };
	static const D3D11_RECT rect = { 1, 1, 3, 2 };
	struct setup s = make_setup();
	ID3D11Texture2D *integers =
		make_grid(&s, DXGI_FORMAT_R8G8B8A8_UINT, D3D11_BIND_UNORDERED_ACCESS, 1);
	ID3D11Texture2D *depth = make_grid(&s, DXGI_FORMAT_D32_FLOAT, D3D11_BIND_DEPTH_STENCIL, 1);
	ID3D11UnorderedAccessView *uav;
	ID3D11DepthStencilView *dsv;
	uint32_t pixels[8][16];
	float depths[8][16];
	assert_hr(ID3D11Device1_CreateUnorderedAccessView(
			  s.device, (ID3D11Resource *)integers, NULL, &uav),
		S_OK);
	assert_hr(
		ID3D11Device1_CreateDepthStencilView(s.device, (ID3D11Resource *)depth, NULL, &dsv),
		S_OK);
	ID3D11DeviceContext1_ClearView(s.context, (ID3D11View *)uav, numbers, NULL, 0);
	ID3D11DeviceContext1_ClearView(s.context, (ID3D11View *)dsv, half, &rect, 1);
	read_back(&s, integers, 0, 16, 8, 4, pixels);
	read_back(&s, depth, 0, 16, 8, 4, depths);
	for (int i = 0; i < 128; i++) {
		assert_int_equal(pixels[i / 16][i % 16], 0x0100c807);
		assert_float_equal(
			depths[i / 16][i % 16], inside(&rect, 1, i % 16, i / 16) ? 0.5f : 0, 0);
	}
	ID3D11UnorderedAccessView_Release(uav);
	ID3D11DepthStencilView_Release(dsv);
	ID3D11Texture2D_Release(integers);
	ID3D11Texture2D_Release(depth);
	end_setup(&s);
}

/* Of buffers, from one element to another. */
static void elements_of_buffers(void **state)
{
	static const FLOAT colour[4] = { 0.25f, 0.5f };
	static const D3D11_RECT rects[] = { { 2, 0, 4, 1 }, { 5, 0, 99, 7 } };
	const D3D11_BUFFER_DESC desc = { .ByteWidth = 80,
		.BindFlags = D3D11_BIND_UNORDERED_ACCESS };
	const D3D11_BUFFER_DESC staging_desc = { .ByteWidth = 80,
		.Usage = D3D11_USAGE_STAGING,
		.CPUAccessFlags = D3D11_CPU_ACCESS_READ };
	const D3D11_UNORDERED_ACCESS_VIEW_DESC view = { .Format = DXGI_FORMAT_R32G32_FLOAT,
		.ViewDimension = D3D11_UAV_DIMENSION_BUFFER,
		.Buffer = { 2, 7, 0 } };
	struct setup s = make_setup();
	D3D11_MAPPED_SUBRESOURCE mapped;
	ID3D11Buffer *buffer, *staging;
	ID3D11UnorderedAccessView *uav;
	assert_hr(ID3D11Device1_CreateBuffer(s.device, &desc, NULL, &buffer), S_OK);
	assert_hr(ID3D11Device1_CreateBuffer(s.device, &staging_desc, NULL, &staging), S_OK);
	assert_hr(ID3D11Device1_CreateUnorderedAccessView(
			  s.device, (ID3D11Resource *)buffer, &view, &uav),
		S_OK);
	ID3D11DeviceContext1_ClearView(s.context, (ID3D11View *)uav, colour, rects, 2);
	ID3D11DeviceContext1_CopyResource(
		s.context, (ID3D11Resource *)staging, (ID3D11Resource *)buffer);
	assert_hr(ID3D11DeviceContext1_Map(
			  s.context, (ID3D11Resource *)staging, 0, D3D11_MAP_READ, 0, &mapped),
		S_OK);
	for (int i = 0; i < 10; i++) {
		bool is_set = i == 4 || i == 5 || i == 7 || i == 8;
		assert_float_equal(((float *)mapped.pData)[2 * i], is_set ? 0.25f : 0, 0);
		assert_float_equal(((float *)mapped.pData)[2 * i + 1], is_set ? 0.5f : 0, 0);
	}
	ID3D11DeviceContext1_Unmap(s.context, (ID3D11Resource *)staging, 0);
	ID3D11UnorderedAccessView_Release(uav);
	ID3D11Buffer_Release(buffer);
	ID3D11Buffer_Release(staging);
	end_setup(&s);
}

int main(int argc, char **argv)
{
	static const struct role roles[] = { { NULL, NULL } };
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(rectangles_are_cleared_and_nothing_else),
		cmocka_unit_test(whole_views_of_every_kind),
		cmocka_unit_test(elements_of_buffers),
	};
	harness_start(argc, argv, roles);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
