/* SPDX-License-Identifier: MIT */
/* "After you call the ReleaseSync method, the shared resource is unset from the rendering
 * pipeline." */
#include "d3d.h"

#define KEYED D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX

struct setup {
	ID3D11Device1 *device;
	ID3D11DeviceContext *context;
	ID3D11Texture2D *texture;
	IDXGIKeyedMutex *mutex;
	ID3D11RenderTargetView *rtv;
	ID3D11ShaderResourceView *srv;
	ID3D11UnorderedAccessView *uav;
};

static struct setup make_setup(UINT misc)
{
	struct setup s = { .device = make_device() };
	D3D11_TEXTURE2D_DESC desc = texture_desc(misc);
	const D3D11_SHADER_RESOURCE_VIEW_DESC second = { .Format = desc.Format,
		.ViewDimension = D3D11_SRV_DIMENSION_TEXTURE2DARRAY,
		.Texture2DArray = { 0, 1, 1, 1 } };
	const D3D11_RENDER_TARGET_VIEW_DESC first = { .Format = desc.Format,
		.ViewDimension = D3D11_RTV_DIMENSION_TEXTURE2DARRAY,
		.Texture2DArray = { 0, 0, 1 } };
	const D3D11_UNORDERED_ACCESS_VIEW_DESC unordered = { .Format = desc.Format,
		.ViewDimension = D3D11_UAV_DIMENSION_TEXTURE2DARRAY,
		.Texture2DArray = { 0, 0, 1 } };
	desc.BindFlags |= D3D11_BIND_UNORDERED_ACCESS;
	desc.ArraySize = 2; /* what is written is another one than what is read */
	assert_hr(ID3D11Device1_CreateTexture2D(s.device, &desc, NULL, &s.texture), S_OK);
	ID3D11Device1_GetImmediateContext(s.device, &s.context);
	ID3D11Resource *resource = (ID3D11Resource *)s.texture;
	assert_hr(ID3D11Device1_CreateRenderTargetView(s.device, resource, &first, &s.rtv), S_OK);
	assert_hr(
		ID3D11Device1_CreateShaderResourceView(s.device, resource, &second, &s.srv), S_OK);
	assert_hr(ID3D11Device1_CreateUnorderedAccessView(s.device, resource, &unordered, &s.uav),
		S_OK);
	if (misc)
		s.mutex = mutex_of(s.texture);
	return s;
}

static void end_setup(struct setup *s)
{
	ID3D11RenderTargetView_Release(s->rtv);
	ID3D11ShaderResourceView_Release(s->srv);
	ID3D11UnorderedAccessView_Release(s->uav);
	if (s->mutex)
		IDXGIKeyedMutex_Release(s->mutex);
	ID3D11Texture2D_Release(s->texture);
	ID3D11DeviceContext_Release(s->context);
	assert_int_equal(ID3D11Device1_Release(s->device), 0);
}

/* What is bound in one place, without a reference. */
static void *bound(void *iface)
{
	if (iface)
		IUnknown_Release((IUnknown *)iface);
	return iface;
}

#define GET_SRV(S)                                                                                 \
	static void *get_##S(ID3D11DeviceContext *context)                                         \
	{                                                                                          \
		ID3D11ShaderResourceView *srv;                                                     \
		ID3D11DeviceContext_##S##GetShaderResources(context, 127, 1, &srv);                \
		return bound(srv);                                                                 \
	}
GET_SRV(VS)
GET_SRV(HS)
GET_SRV(DS)
GET_SRV(GS)
GET_SRV(PS)
GET_SRV(CS)

static void *get_rtv(ID3D11DeviceContext *context)
{
	ID3D11RenderTargetView *rtvs[8];
	ID3D11DeviceContext_OMGetRenderTargets(context, 8, rtvs, NULL);
	for (int i = 0; i < 7; i++)
		assert_null(rtvs[i]);
	return bound(rtvs[7]);
}

static void *get_om_uav(ID3D11DeviceContext *context)
{
	ID3D11UnorderedAccessView *uav;
	ID3D11DeviceContext_OMGetRenderTargetsAndUnorderedAccessViews(
		context, 0, NULL, NULL, 3, 1, &uav);
	return bound(uav);
}

static void *get_cs_uav(ID3D11DeviceContext *context)
{
	ID3D11UnorderedAccessView *uav;
	ID3D11DeviceContext_CSGetUnorderedAccessViews(context, 0, 1, &uav);
	return bound(uav);
}

static void bind_everywhere(struct setup *s)
{
	ID3D11RenderTargetView *rtvs[8] = { [7] = s->rtv };
	ID3D11DeviceContext_OMSetRenderTargetsAndUnorderedAccessViews(
		s->context, 8, rtvs, NULL, 3, 1, &s->uav, NULL);
	ID3D11DeviceContext_CSSetUnorderedAccessViews(s->context, 0, 1, &s->uav, NULL);
	ID3D11DeviceContext_VSSetShaderResources(s->context, 127, 1, &s->srv);
	ID3D11DeviceContext_HSSetShaderResources(s->context, 127, 1, &s->srv);
	ID3D11DeviceContext_DSSetShaderResources(s->context, 127, 1, &s->srv);
	ID3D11DeviceContext_GSSetShaderResources(s->context, 127, 1, &s->srv);
	ID3D11DeviceContext_PSSetShaderResources(s->context, 127, 1, &s->srv);
	ID3D11DeviceContext_CSSetShaderResources(s->context, 127, 1, &s->srv);
}

static void assert_everywhere(struct setup *s, bool is_bound)
{
	static void *(*const getters[])(
		ID3D11DeviceContext *) = { get_VS, get_HS, get_DS, get_GS, get_PS, get_CS };
	for (int i = 0; i < 6; i++)
		assert_ptr_equal(getters[i](s->context), is_bound ? s->srv : NULL);
	assert_ptr_equal(get_rtv(s->context), is_bound ? s->rtv : NULL);
	assert_ptr_equal(get_om_uav(s->context), is_bound ? s->uav : NULL);
	assert_ptr_equal(get_cs_uav(s->context), is_bound ? s->uav : NULL);
}

static void a_release_unbinds_textures_everywhere(void **state)
{
	struct setup s = make_setup(KEYED), other = make_setup(0);
	assert_hr(IDXGIKeyedMutex_AcquireSync(s.mutex, 0, 0), S_OK);
	bind_everywhere(&s);
	assert_everywhere(&s, true);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(s.mutex, 0), S_OK);
	assert_everywhere(&s, false);
	/* A release that is refused unsets nothing. */
	bind_everywhere(&s);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(s.mutex, 0), E_FAIL);
	assert_everywhere(&s, true);
	ID3D11DeviceContext_ClearState(s.context);
	assert_everywhere(&s, false);
	end_setup(&s);
	bind_everywhere(&other);
	end_setup(&other); /* the device takes what is bound along */
}

/* Other resources stay where they are. */
static void other_resources_stay_bound(void **state)
{
	struct setup s = make_setup(KEYED);
	ID3D11Texture2D *plain = make_texture(s.device, 0);
	ID3D11RenderTargetView *rtvs[2], *got[2];
	assert_hr(ID3D11Device1_CreateRenderTargetView(
			  s.device, (ID3D11Resource *)plain, NULL, &rtvs[0]),
		S_OK);
	rtvs[1] = s.rtv;
	assert_hr(IDXGIKeyedMutex_AcquireSync(s.mutex, 0, 0), S_OK);
	ID3D11DeviceContext_OMSetRenderTargets(s.context, 2, rtvs, NULL);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(s.mutex, 1), S_OK);
	ID3D11DeviceContext_OMGetRenderTargets(s.context, 2, got, NULL);
	assert_ptr_equal(bound(got[0]), rtvs[0]);
	assert_null(got[1]);
	ID3D11DeviceContext_OMSetRenderTargets(s.context, 0, NULL, NULL);
	ID3D11RenderTargetView_Release(rtvs[0]);
	assert_int_equal(ID3D11Texture2D_Release(plain), 0);
	end_setup(&s);
}

/* Vertex, index, constant and stream output buffers. */
static void a_release_unbinds_buffers_everywhere(void **state)
{
	static const UINT binds[] = { D3D11_BIND_VERTEX_BUFFER, D3D11_BIND_INDEX_BUFFER,
		D3D11_BIND_CONSTANT_BUFFER, D3D11_BIND_STREAM_OUTPUT };
	ID3D11Device1 *device = make_device();
	ID3D11DeviceContext *context;
	ID3D11Buffer *buffers[4], *got[4];
	IDXGIKeyedMutex *mutexes[4];
	UINT stride = 12, offset = 24;
	DXGI_FORMAT format;
	ID3D11Device1_GetImmediateContext(device, &context);
	for (int i = 0; i < 4; i++) {
		D3D11_BUFFER_DESC desc = {
			.ByteWidth = 256, .BindFlags = binds[i], .MiscFlags = KEYED
		};
		assert_hr(ID3D11Device1_CreateBuffer(device, &desc, NULL, &buffers[i]), S_OK);
		mutexes[i] = mutex_of(buffers[i]);
		assert_hr(IDXGIKeyedMutex_AcquireSync(mutexes[i], 0, 0), S_OK);
	}
	ID3D11DeviceContext_IASetVertexBuffers(context, 31, 1, &buffers[0], &stride, &offset);
	ID3D11DeviceContext_IASetIndexBuffer(context, buffers[1], DXGI_FORMAT_R16_UINT, 2);
	ID3D11DeviceContext_GSSetConstantBuffers(context, 13, 1, &buffers[2]);
	ID3D11DeviceContext_SOSetTargets(context, 1, &buffers[3], &offset);
	for (int round = 0; round < 2; round++) {
		stride = 0;
		ID3D11DeviceContext_IAGetVertexBuffers(context, 31, 1, &got[0], &stride, &offset);
		assert_int_equal(stride, 12);
		ID3D11DeviceContext_IAGetIndexBuffer(context, &got[1], &format, NULL);
		assert_int_equal(format, DXGI_FORMAT_R16_UINT);
		ID3D11DeviceContext_GSGetConstantBuffers(context, 13, 1, &got[2]);
		ID3D11DeviceContext_SOGetTargets(context, 1, &got[3]);
		for (int i = 0; i < 4; i++) {
			assert_ptr_equal(bound(got[i]), round ? NULL : buffers[i]);
			if (!round)
				assert_hr(IDXGIKeyedMutex_ReleaseSync(mutexes[i], 0), S_OK);
		}
	}
	for (int i = 0; i < 4; i++) {
		IDXGIKeyedMutex_Release(mutexes[i]);
		assert_int_equal(ID3D11Buffer_Release(buffers[i]), 0);
	}
	ID3D11DeviceContext_Release(context);
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

/* The same through ID3D10Device, with a depth-stencil texture beside it. */
static void d3d10_unbinds_at_release_too(void **state)
{
	D3D10_TEXTURE2D_DESC desc = { .Width = 16,
		.Height = 16,
		.MipLevels = 1,
		.ArraySize = 1,
		.Format = DXGI_FORMAT_R8G8B8A8_UNORM,
		.SampleDesc = { 1, 0 },
		.BindFlags = D3D10_BIND_RENDER_TARGET,
		.MiscFlags = D3D10_RESOURCE_MISC_SHARED_KEYEDMUTEX };
	ID3D10Texture2D *colour, *depth;
	ID3D10RenderTargetView *rtv, *got_rtv;
	ID3D10DepthStencilView *dsv, *got_dsv;
	IDXGIKeyedMutex *mutexes[2];
	ID3D10Device *device;
	assert_hr(D3D10CreateDevice(
			  NULL, D3D10_DRIVER_TYPE_HARDWARE, NULL, 0, D3D10_SDK_VERSION, &device),
		S_OK);
	assert_hr(ID3D10Device_CreateTexture2D(device, &desc, NULL, &colour), S_OK);
	desc.Format = DXGI_FORMAT_D24_UNORM_S8_UINT;
	desc.BindFlags = D3D10_BIND_DEPTH_STENCIL;
	assert_hr(ID3D10Device_CreateTexture2D(device, &desc, NULL, &depth), S_OK);
	assert_hr(ID3D10Device_CreateRenderTargetView(device, (ID3D10Resource *)colour, NULL, &rtv),
		S_OK);
	assert_hr(ID3D10Device_CreateDepthStencilView(device, (ID3D10Resource *)depth, NULL, &dsv),
		S_OK);
	mutexes[0] = mutex_of(colour);
	mutexes[1] = mutex_of(depth);
	for (int i = 0; i < 2; i++)
		assert_hr(IDXGIKeyedMutex_AcquireSync(mutexes[i], 0, INFINITE), S_OK);
	ID3D10Device_OMSetRenderTargets(device, 1, &rtv, dsv);
	for (int i = 0; i < 3; i++) {
		ID3D10Device_OMGetRenderTargets(device, 1, &got_rtv, &got_dsv);
		assert_ptr_equal(bound(got_rtv), i > 0 ? NULL : rtv);
		assert_ptr_equal(bound(got_dsv), i > 1 ? NULL : dsv);
		if (i < 2)
			assert_hr(IDXGIKeyedMutex_ReleaseSync(mutexes[i], 1), S_OK);
	}
	ID3D10RenderTargetView_Release(rtv);
	ID3D10DepthStencilView_Release(dsv);
	for (int i = 0; i < 2; i++)
		IDXGIKeyedMutex_Release(mutexes[i]);
	assert_int_equal(ID3D10Texture2D_Release(colour), 0);
	assert_int_equal(ID3D10Texture2D_Release(depth), 0);
	assert_int_equal(ID3D10Device_Release(device), 0);
}

/* What is bound lives on without the program, and comes back to it. */
static void what_is_bound_lives_on(void **state)
{
	struct setup s = make_setup(0);
	ID3D11RenderTargetView *rtv = s.rtv, *got;
	ID3D11DeviceContext_OMSetRenderTargets(s.context, 1, &s.rtv, NULL);
	assert_int_equal(ID3D11RenderTargetView_Release(rtv), 0);
	ID3D11DeviceContext_OMGetRenderTargets(s.context, 1, &got, NULL);
	assert_ptr_equal(got, rtv);
	assert_int_equal(ID3D11RenderTargetView_AddRef(got), 2);
	ID3D11RenderTargetView_Release(got);
	end_setup(&s);
}

/* Slots that do not exist. */
static void slots_that_do_not_exist_hold_nothing(void **state)
{
	struct setup s = make_setup(0);
	ID3D11ShaderResourceView *srv = (void *)1;
	ID3D11Buffer *buffer = (void *)1;
	ID3D11DeviceContext_PSSetShaderResources(s.context, 128, 1, &s.srv);
	ID3D11DeviceContext_PSSetShaderResources(s.context, 1, UINT32_MAX, &s.srv);
	ID3D11DeviceContext_PSGetShaderResources(s.context, 128, 1, &srv);
	assert_null(srv);
	ID3D11DeviceContext_VSGetConstantBuffers(s.context, 14, 1, &buffer);
	assert_null(buffer);
	ID3D11DeviceContext_OMSetRenderTargets(s.context, 9, &s.rtv, NULL);
	ID3D11DeviceContext_RSSetViewports(s.context, 17, NULL);
	ID3D11DeviceContext_CopyResource(s.context, NULL, NULL);
	ID3D11DeviceContext_ClearRenderTargetView(s.context, NULL, (FLOAT[4]){ 0 });
	end_setup(&s);
}

int main(int argc, char **argv)
{
	static const struct role roles[] = { { NULL, NULL } };
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_release_unbinds_textures_everywhere),
		cmocka_unit_test(other_resources_stay_bound),
		cmocka_unit_test(a_release_unbinds_buffers_everywhere),
		cmocka_unit_test(d3d10_unbinds_at_release_too),
		cmocka_unit_test(what_is_bound_lives_on),
		cmocka_unit_test(slots_that_do_not_exist_hold_nothing),
	};
	harness_start(argc, argv, roles);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
