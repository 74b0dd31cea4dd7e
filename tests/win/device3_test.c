/* SPDX-License-Identifier: MIT */
/* ID3D11Device3: descriptions of version 1, and what they made. */
#include "d3d.h"

static ID3D11Device3 *make_device3(void)
{
	ID3D11Device1 *device = make_device();
	ID3D11Device3 *three;
	assert_hr(ID3D11Device1_QueryInterface(device, &IID_ID3D11Device3, (void **)&three), S_OK);
	ID3D11Device1_Release(device);
	return three;
}

/* The same object by its newer interface. */
static void *newer(void *object, const IID *iid)
{
	void *answer;
	assert_hr(IUnknown_QueryInterface((IUnknown *)object, iid, &answer), S_OK);
	IUnknown_Release((IUnknown *)answer);
	assert_ptr_equal(answer, object);
	return answer;
}

static D3D11_TEXTURE2D_DESC1 desc_of(DXGI_FORMAT format, UINT bind)
{
	return (D3D11_TEXTURE2D_DESC1){ .Width = 16,
		.Height = 8,
		.MipLevels = 2,
		.ArraySize = 3,
		.Format = format,
		.SampleDesc = { 1, 0 },
		.BindFlags = bind };
}

static void textures_of_two_dimensions(void **state)
{
	D3D11_TEXTURE2D_DESC1 desc =
		desc_of(DXGI_FORMAT_R8G8B8A8_UNORM, D3D11_BIND_SHADER_RESOURCE);
	ID3D11Device3 *device = make_device3();
	ID3D11Texture2D1 *texture, *none = (void *)1;
	D3D11_TEXTURE2D_DESC1 told;
	D3D11_TEXTURE2D_DESC old;
	assert_hr(ID3D11Device3_CreateTexture2D1(device, &desc, NULL, NULL), S_FALSE);
	assert_hr(ID3D11Device3_CreateTexture2D1(device, &desc, NULL, &texture), S_OK);
	ID3D11Texture2D1_GetDesc1(texture, &told);
	assert_memory_equal(&told, &desc, sizeof(desc));
	ID3D11Texture2D_GetDesc((ID3D11Texture2D *)texture, &old);
	assert_memory_equal(&old, &desc, sizeof(old));
	ID3D11Texture2D_Release((ID3D11Texture2D *)texture);
	desc.TextureLayout = D3D11_TEXTURE_LAYOUT_64K_STANDARD_SWIZZLE;
	assert_hr(ID3D11Device3_CreateTexture2D1(device, &desc, NULL, &none), E_INVALIDARG);
	assert_null(none);
	assert_hr(ID3D11Device3_CreateTexture2D1(device, NULL, NULL, &none), E_INVALIDARG);
	ID3D11Device3_Release(device);
}

static void textures_of_three_dimensions(void **state)
{
	D3D11_TEXTURE3D_DESC1 desc = { .Width = 8,
		.Height = 8,
		.Depth = 4,
		.MipLevels = 1,
		.Format = DXGI_FORMAT_R8_UNORM,
		.BindFlags = D3D11_BIND_SHADER_RESOURCE };
	ID3D11Device3 *device = make_device3();
	ID3D11Texture3D1 *texture;
	D3D11_TEXTURE3D_DESC1 told;
	assert_hr(ID3D11Device3_CreateTexture3D1(device, &desc, NULL, &texture), S_OK);
	ID3D11Texture3D1_GetDesc1(texture, &told);
	assert_memory_equal(&told, &desc, sizeof(desc));
	newer(texture, &IID_ID3D11Texture3D1);
	ID3D11Texture3D1_Release(texture);
	desc.TextureLayout = D3D11_TEXTURE_LAYOUT_ROW_MAJOR;
	assert_hr(ID3D11Device3_CreateTexture3D1(device, &desc, NULL, &texture), E_INVALIDARG);
	ID3D11Device3_Release(device);
}

/* What the older calls make has the newer interfaces, too; and no other dimension's. */
static void older_objects_have_newer_faces(void **state)
{
	const D3D11_QUERY_DESC query_desc = { D3D11_QUERY_EVENT, 0 };
	ID3D11Device3 *device = make_device3();
	ID3D11Texture2D *texture = make_texture((ID3D11Device1 *)device, 0);
	ID3D11Query *query;
	D3D11_TEXTURE2D_DESC1 desc;
	D3D11_QUERY_DESC1 told;
	void *none;
	ID3D11Texture2D1_GetDesc1((ID3D11Texture2D1 *)newer(texture, &IID_ID3D11Texture2D1), &desc);
	assert_int_equal(desc.Width, 64);
	assert_int_equal(desc.TextureLayout, D3D11_TEXTURE_LAYOUT_UNDEFINED);
	assert_hr(ID3D11Texture2D_QueryInterface(texture, &IID_ID3D11Texture3D1, &none),
		E_NOINTERFACE);
	assert_hr(ID3D11Device3_CreateQuery(device, &query_desc, &query), S_OK);
	ID3D11Query1_GetDesc1((ID3D11Query1 *)newer(query, &IID_ID3D11Query1), &told);
	assert_int_equal(told.Query, D3D11_QUERY_EVENT);
	assert_int_equal(told.ContextType, D3D11_CONTEXT_TYPE_ALL);
	ID3D11Query_Release(query);
	ID3D11Texture2D_Release(texture);
	ID3D11Device3_Release(device);
}

static void queries_say_which_context(void **state)
{
	D3D11_QUERY_DESC1 desc = { D3D11_QUERY_TIMESTAMP, 0, D3D11_CONTEXT_TYPE_COPY }, told;
	ID3D11Device3 *device = make_device3();
	ID3D11Query1 *query;
	assert_hr(ID3D11Device3_CreateQuery1(device, &desc, NULL), S_FALSE);
	assert_hr(ID3D11Device3_CreateQuery1(device, &desc, &query), S_OK);
	ID3D11Query1_GetDesc1(query, &told);
	assert_memory_equal(&told, &desc, sizeof(desc));
	ID3D11Query1_Release(query);
	desc.ContextType = D3D11_CONTEXT_TYPE_VIDEO;
	assert_hr(ID3D11Device3_CreateQuery1(device, &desc, &query), E_INVALIDARG);
	assert_null(query);
	desc.ContextType = D3D11_CONTEXT_TYPE_ALL;
	desc.Query = D3D11_QUERY_PIPELINE_STATISTICS;
	assert_hr(ID3D11Device3_CreateQuery1(device, &desc, &query), E_NOTIMPL);
	ID3D11Device3_Release(device);
}

/* All numbers of a view's description, and none of one that there is not. */
static void views_say_what_they_show(void **state)
{
	const D3D11_TEXTURE2D_DESC1 desc = desc_of(
		DXGI_FORMAT_R8G8B8A8_UNORM, D3D11_BIND_SHADER_RESOURCE | D3D11_BIND_RENDER_TARGET |
						    D3D11_BIND_UNORDERED_ACCESS);
	D3D11_SHADER_RESOURCE_VIEW_DESC1 srv_desc = { .Format = DXGI_FORMAT_R8G8B8A8_UNORM,
		.ViewDimension = D3D11_SRV_DIMENSION_TEXTURE2DARRAY,
		.Texture2DArray = { 1, 1, 1, 2, 0 } };
	D3D11_SHADER_RESOURCE_VIEW_DESC1 srv_told;
	D3D11_RENDER_TARGET_VIEW_DESC1 rtv_told;
	D3D11_UNORDERED_ACCESS_VIEW_DESC1 uav_told;
	ID3D11Device3 *device = make_device3();
	ID3D11ShaderResourceView1 *srv;
	ID3D11RenderTargetView1 *rtv;
	ID3D11UnorderedAccessView1 *uav;
	ID3D11Texture2D1 *texture;
	assert_hr(ID3D11Device3_CreateTexture2D1(device, &desc, NULL, &texture), S_OK);
	ID3D11Resource *resource = (ID3D11Resource *)texture;
	assert_hr(ID3D11Device3_CreateShaderResourceView1(device, resource, &srv_desc, &srv), S_OK);
	ID3D11ShaderResourceView1_GetDesc1(srv, &srv_told);
	assert_memory_equal(&srv_told, &srv_desc, sizeof(srv_desc));
	assert_hr(ID3D11Device3_CreateRenderTargetView1(device, resource, NULL, &rtv), S_OK);
	ID3D11RenderTargetView1_GetDesc1(rtv, &rtv_told);
	assert_int_equal(rtv_told.ViewDimension, D3D11_RTV_DIMENSION_TEXTURE2DARRAY);
	assert_int_equal(rtv_told.Texture2DArray.ArraySize, 3);
	assert_int_equal(rtv_told.Texture2DArray.PlaneSlice, 0);
	assert_hr(ID3D11Device3_CreateUnorderedAccessView1(device, resource, NULL, &uav), S_OK);
	ID3D11UnorderedAccessView1_GetDesc1(uav, &uav_told);
	assert_int_equal(uav_told.Format, DXGI_FORMAT_R8G8B8A8_UNORM);
	newer(srv, &IID_ID3D11ShaderResourceView1);
	newer(rtv, &IID_ID3D11RenderTargetView1);
	newer(uav, &IID_ID3D11UnorderedAccessView1);
	srv_desc.Texture2DArray.PlaneSlice = 1;
	assert_hr(ID3D11Device3_CreateShaderResourceView1(device, resource, &srv_desc, NULL),
		E_INVALIDARG);
	assert_hr(ID3D11Device3_CreateShaderResourceView1(device, NULL, &srv_desc, NULL),
		E_INVALIDARG);
	ID3D11ShaderResourceView1_Release(srv);
	ID3D11RenderTargetView1_Release(rtv);
	ID3D11UnorderedAccessView1_Release(uav);
	ID3D11Texture2D1_Release(texture);
	assert_int_equal(ID3D11Device3_Release(device), 0);
}

/* Of video each plane by its format and number. */
static void planes_of_video(void **state)
{
	static const struct {
		DXGI_FORMAT format;
		UINT plane;
		HRESULT hr;
	} tries[] = {
		{ DXGI_FORMAT_R8_UNORM, 0, S_OK },
		{ DXGI_FORMAT_R8G8_UNORM, 1, S_OK },
		{ DXGI_FORMAT_R8_UNORM, 1, E_INVALIDARG },
		{ DXGI_FORMAT_R8G8_UNORM, 0, E_INVALIDARG },
	};
	D3D11_TEXTURE2D_DESC1 desc = desc_of(DXGI_FORMAT_NV12, D3D11_BIND_SHADER_RESOURCE);
	ID3D11Device3 *device = make_device3();
	ID3D11Texture2D1 *texture;
	desc.MipLevels = desc.ArraySize = 1;
	assert_hr(ID3D11Device3_CreateTexture2D1(device, &desc, NULL, &texture), S_OK);
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		const D3D11_SHADER_RESOURCE_VIEW_DESC1 view = { .Format = tries[i].format,
			.ViewDimension = D3D11_SRV_DIMENSION_TEXTURE2D,
			.Texture2D = { 0, 1, tries[i].plane } };
		D3D11_SHADER_RESOURCE_VIEW_DESC1 told;
		ID3D11ShaderResourceView1 *srv;
		assert_hr(ID3D11Device3_CreateShaderResourceView1(
				  device, (ID3D11Resource *)texture, &view, &srv),
			tries[i].hr);
		if (FAILED(tries[i].hr))
			continue;
		ID3D11ShaderResourceView1_GetDesc1(srv, &told);
		assert_memory_equal(&told, &view, sizeof(view));
		ID3D11ShaderResourceView1_Release(srv);
	}
	ID3D11Texture2D1_Release(texture);
	assert_int_equal(ID3D11Device3_Release(device), 0);
}

static void quality_levels_of_tiles(void **state)
{
	ID3D11Device3 *device = make_device3();
	UINT levels = 7;
	assert_hr(ID3D11Device3_CheckMultisampleQualityLevels1(
			  device, DXGI_FORMAT_R8G8B8A8_UNORM, 1, 0, &levels),
		S_OK);
	assert_int_equal(levels, 1);
	assert_hr(ID3D11Device3_CheckMultisampleQualityLevels1(device, DXGI_FORMAT_R8G8B8A8_UNORM,
			  1, D3D11_CHECK_MULTISAMPLE_QUALITY_LEVELS_TILED_RESOURCE, &levels),
		S_OK);
	assert_int_equal(levels, 0);
	ID3D11Device3_Release(device);
}

/* Parts of a mapped texture; of one that is not mapped, nothing. */
static void parts_of_a_mapped_texture(void **state)
{
	const D3D11_BOX box = { 2, 1, 0, 4, 3, 1 };
	const uint32_t there[2][3] = { { 1, 2, 0 }, { 3, 4, 0 } };
	uint32_t back[2][3] = { { 0 } };
	D3D11_TEXTURE2D_DESC1 desc =
		desc_of(DXGI_FORMAT_R8G8B8A8_UNORM, D3D11_BIND_SHADER_RESOURCE);
	ID3D11Device3 *device = make_device3();
	D3D11_MAPPED_SUBRESOURCE mapped;
	ID3D11DeviceContext *context;
	ID3D11Texture2D1 *texture;
	desc.MipLevels = desc.ArraySize = 1;
	desc.CPUAccessFlags = D3D11_CPU_ACCESS_READ | D3D11_CPU_ACCESS_WRITE;
	assert_hr(ID3D11Device3_CreateTexture2D1(device, &desc, NULL, &texture), S_OK);
	ID3D11Resource *resource = (ID3D11Resource *)texture;
	ID3D11Device3_GetImmediateContext(device, &context);
	ID3D11Device3_WriteToSubresource(device, resource, 0, &box, there, sizeof(there[0]), 0);
	ID3D11Device3_ReadFromSubresource(device, back, sizeof(back[0]), 0, resource, 0, &box);
	assert_int_equal(back[0][0], 0);
	assert_hr(ID3D11DeviceContext_Map(context, resource, 0, D3D11_MAP_READ_WRITE, 0, &mapped),
		S_OK);
	assert_int_equal(((uint32_t *)((char *)mapped.pData + mapped.RowPitch))[2], 0);
	ID3D11Device3_WriteToSubresource(device, resource, 0, &box, there, sizeof(there[0]), 0);
	assert_int_equal(((uint32_t *)((char *)mapped.pData + 2 * mapped.RowPitch))[3], 4);
	ID3D11Device3_ReadFromSubresource(device, back, sizeof(back[0]), 0, resource, 0, &box);
	assert_memory_equal(back, there, sizeof(there));
	ID3D11DeviceContext_Unmap(context, resource, 0);
	ID3D11DeviceContext_Release(context);
	ID3D11Texture2D1_Release(texture);
	ID3D11Device3_Release(device);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(textures_of_two_dimensions),
		cmocka_unit_test(textures_of_three_dimensions),
		cmocka_unit_test(older_objects_have_newer_faces),
		cmocka_unit_test(queries_say_which_context),
		cmocka_unit_test(views_say_what_they_show),
		cmocka_unit_test(planes_of_video),
		cmocka_unit_test(quality_levels_of_tiles),
		cmocka_unit_test(parts_of_a_mapped_texture),
	};
	harness_start(argc, argv, (const struct role[]){ { NULL, NULL } });
	return cmocka_run_group_tests(tests, NULL, NULL);
}
