/* SPDX-License-Identifier: MIT */
/*
 * Every Get* of every interface fills exactly what it was asked for: each is called twice, on
 * memory that is poisoned differently, and with room behind what was asked for.
 */
#include "d3d.h"

#include <dxgi1_6.h>
#include <stdio.h>

#define PLACES 5
#define ROOM   2048

static _Alignas(16) uint8_t out[PLACES][ROOM], kept[PLACES][ROOM];

#define AT(place, type) ((type *)out[place])

static void poison(int round)
{
	memcpy(kept, out, sizeof(out));
	memset(out, round ? 0xa5 : 0x5a, sizeof(out));
}

static void release_all(unsigned refs)
{
	for (unsigned i = 0; i < refs; i++)
		if (AT(0, IUnknown *)[i])
			IUnknown_Release(AT(0, IUnknown *)[i]);
}

static void check(const char *call, const size_t sizes[PLACES])
{
	for (int i = 0; i < PLACES; i++)
		for (size_t j = 0; j < ROOM; j++) {
			bool good = j < sizes[i] ? out[i][j] == kept[i][j]
						 : out[i][j] == 0xa5 && kept[i][j] == 0x5a;
			if (!good)
				fail_msg("%s: output %d, byte %zu of %zu", call, i, j, sizes[i]);
		}
}

/* Sizes of the outputs follow. The first output has `refs` pointers to be released. */
#define FILLS_REFS(refs, call, ...)                                                                \
	do {                                                                                       \
		const size_t sizes[PLACES] = { __VA_ARGS__ };                                      \
		for (int round = 0; round < 2; round++) {                                          \
			poison(round);                                                             \
			call;                                                                      \
			release_all(refs);                                                         \
		}                                                                                  \
		check(#call, sizes);                                                               \
	} while (0)
#define FILLS(call, ...) FILLS_REFS(0, call, __VA_ARGS__)

#define P sizeof(void *)
#define U sizeof(UINT)

static void assert_zero(int place, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		assert_int_equal(out[place][i], 0);
}

/* Everything that a stage of D3D11 has; all of it empty. */
#define STAGE11(S, Kind)                                                                           \
	FILLS(ID3D11DeviceContext1_##S##GetSamplers(c, 3, 7, AT(0, ID3D11SamplerState *)), 7 * P); \
	assert_zero(0, 7 * P);                                                                     \
	FILLS(ID3D11DeviceContext1_##S##GetSamplers(c, 0, 16, AT(0, ID3D11SamplerState *)),        \
		16 * P);                                                                           \
	FILLS(ID3D11DeviceContext1_##S##GetSamplers(c, 0, 0, AT(0, ID3D11SamplerState *)), 0);     \
	FILLS(ID3D11DeviceContext1_##S##GetSamplers(c, 10, 7, AT(0, ID3D11SamplerState *)),        \
		7 * P);                                                                            \
	assert_zero(0, 7 * P);                                                                     \
	FILLS(ID3D11DeviceContext1_##S##GetShaderResources(                                        \
		      c, UINT32_MAX, 2, AT(0, ID3D11ShaderResourceView *)),                        \
		2 * P);                                                                            \
	assert_zero(0, 2 * P);                                                                     \
	FILLS(ID3D11DeviceContext1_##S##GetConstantBuffers1(                                       \
		      c, 13, 4, AT(0, ID3D11Buffer *), AT(1, UINT), AT(2, UINT)),                  \
		4 * P, 4 * U, 4 * U);                                                              \
	assert_zero(0, 4 * P);                                                                     \
	ID3D11DeviceContext1_##S##GetConstantBuffers1(c, 0, 20, NULL, NULL, NULL);                 \
	FILLS(ID3D11DeviceContext1_##S##GetShaderResources(                                        \
		      c, 0, 128, AT(0, ID3D11ShaderResourceView *)),                               \
		128 * P);                                                                          \
	assert_zero(0, 128 * P);                                                                   \
	FILLS(ID3D11DeviceContext1_##S##GetConstantBuffers(c, 1, 13, AT(0, ID3D11Buffer *)),       \
		13 * P);                                                                           \
	FILLS(ID3D11DeviceContext1_##S##GetConstantBuffers1(                                       \
		      c, 1, 13, AT(0, ID3D11Buffer *), AT(1, UINT), AT(2, UINT)),                  \
		13 * P, 13 * U, 13 * U);                                                           \
	FILLS((AT(2, UINT)[0] = 0,                                                                 \
		      ID3D11DeviceContext1_##S##GetShader(c, AT(0, ID3D11##Kind##Shader *),        \
			      AT(1, ID3D11ClassInstance *), AT(2, UINT))),                         \
		P, 0, U);                                                                          \
	assert_zero(0, P);                                                                         \
	FILLS((AT(2, UINT)[0] = 5,                                                                 \
		      ID3D11DeviceContext1_##S##GetShader(c, AT(0, ID3D11##Kind##Shader *),        \
			      AT(1, ID3D11ClassInstance *), AT(2, UINT))),                         \
		P, 0, U);                                                                          \
	assert_zero(2, U);                                                                         \
	ID3D11DeviceContext1_##S##GetShader(c, AT(0, ID3D11##Kind##Shader *), NULL, NULL)

static void assert_blend(FLOAT factor, UINT mask)
{
	for (int i = 0; i < 4; i++)
		assert_float_equal(AT(1, FLOAT)[i], factor, 0);
	assert_int_equal(AT(2, UINT)[0], mask);
}

static void a_context_gives_out_what_was_set(void **state)
{
	static const FLOAT halves[4] = { 0.5f, 0.5f, 0.5f, 0.5f };
	ID3D11Device1 *device = make_device();
	ID3D11DeviceContext1 *c;
	ID3D11Device1_GetImmediateContext1(device, &c);
	STAGE11(VS, Vertex);
	STAGE11(HS, Hull);
	STAGE11(DS, Domain);
	STAGE11(GS, Geometry);
	STAGE11(PS, Pixel);
	STAGE11(CS, Compute);
	FILLS(ID3D11DeviceContext1_IAGetInputLayout(c, AT(0, ID3D11InputLayout *)), P);
	FILLS(ID3D11DeviceContext1_IAGetVertexBuffers(
		      c, 3, 29, AT(0, ID3D11Buffer *), AT(1, UINT), AT(2, UINT)),
		29 * P, 29 * U, 29 * U);
	FILLS(ID3D11DeviceContext1_IAGetIndexBuffer(
		      c, AT(0, ID3D11Buffer *), AT(1, DXGI_FORMAT), AT(2, UINT)),
		P, sizeof(DXGI_FORMAT), U);
	FILLS(ID3D11DeviceContext1_IAGetPrimitiveTopology(c, AT(0, D3D11_PRIMITIVE_TOPOLOGY)),
		sizeof(D3D11_PRIMITIVE_TOPOLOGY));
	FILLS(ID3D11DeviceContext1_OMGetRenderTargets(
		      c, 8, AT(0, ID3D11RenderTargetView *), AT(1, ID3D11DepthStencilView *)),
		8 * P, P);
	FILLS(ID3D11DeviceContext1_OMGetRenderTargetsAndUnorderedAccessViews(c, 2,
		      AT(0, ID3D11RenderTargetView *), AT(1, ID3D11DepthStencilView *), 2, 5,
		      AT(2, ID3D11UnorderedAccessView *)),
		2 * P, P, 5 * P);
	FILLS(ID3D11DeviceContext1_CSGetUnorderedAccessViews(
		      c, 60, 4, AT(0, ID3D11UnorderedAccessView *)),
		4 * P);
	FILLS(ID3D11DeviceContext1_SOGetTargets(c, 4, AT(0, ID3D11Buffer *)), 4 * P);
	/* Beyond the slots nothing is, and that is said. */
	FILLS(ID3D11DeviceContext1_SOGetTargets(c, 6, AT(0, ID3D11Buffer *)), 6 * P);
	FILLS(ID3D11DeviceContext1_CSGetUnorderedAccessViews(
		      c, 60, 9, AT(0, ID3D11UnorderedAccessView *)),
		9 * P);
	FILLS(ID3D11DeviceContext1_OMGetRenderTargets(
		      c, 9, AT(0, ID3D11RenderTargetView *), AT(1, ID3D11DepthStencilView *)),
		9 * P, P);
	FILLS(ID3D11DeviceContext1_IAGetVertexBuffers(
		      c, 30, 4, AT(0, ID3D11Buffer *), AT(1, UINT), AT(2, UINT)),
		4 * P, 4 * U, 4 * U);
	assert_zero(0, 4 * P);
	assert_zero(1, 4 * U);
	FILLS(ID3D11DeviceContext1_RSGetState(c, AT(0, ID3D11RasterizerState *)), P);
	FILLS((AT(0, UINT)[0] = 20,
		      ID3D11DeviceContext1_RSGetViewports(c, AT(0, UINT), AT(1, D3D11_VIEWPORT))),
		U, 20 * sizeof(D3D11_VIEWPORT));
	assert_zero(0, U);
	FILLS((AT(0, UINT)[0] = 20,
		      ID3D11DeviceContext1_RSGetScissorRects(c, AT(0, UINT), AT(1, D3D11_RECT))),
		U, 20 * sizeof(D3D11_RECT));
	FILLS(ID3D11DeviceContext1_RSGetViewports(c, AT(0, UINT), NULL), U);
	FILLS(ID3D11DeviceContext1_GetPredication(c, AT(0, ID3D11Predicate *), AT(1, BOOL)), P,
		sizeof(BOOL));
	FILLS_REFS(1, ID3D11DeviceContext1_GetDevice(c, AT(0, ID3D11Device *)), P);
	FILLS(ID3D11DeviceContext1_OMGetBlendState(
		      c, AT(0, ID3D11BlendState *), AT(1, FLOAT), AT(2, UINT)),
		P, 4 * sizeof(FLOAT), U);
	assert_blend(1, 0xffffffff);
	FILLS(ID3D11DeviceContext1_OMGetDepthStencilState(
		      c, AT(0, ID3D11DepthStencilState *), AT(1, UINT)),
		P, U);
	/* What was set comes back, and ClearState takes it away. */
	ID3D11DeviceContext1_OMSetBlendState(c, NULL, halves, 7);
	ID3D11DeviceContext1_OMSetDepthStencilState(c, NULL, 9);
	ID3D11DeviceContext1_OMGetBlendState(c, NULL, AT(1, FLOAT), AT(2, UINT));
	assert_blend(0.5f, 7);
	ID3D11DeviceContext1_OMGetDepthStencilState(c, NULL, AT(1, UINT));
	assert_int_equal(AT(1, UINT)[0], 9);
	ID3D11DeviceContext1_OMSetBlendState(c, NULL, NULL, 7);
	ID3D11DeviceContext1_OMGetBlendState(c, NULL, AT(1, FLOAT), AT(2, UINT));
	assert_blend(1, 7);
	ID3D11DeviceContext1_ClearState(c);
	ID3D11DeviceContext1_OMGetBlendState(c, NULL, AT(1, FLOAT), AT(2, UINT));
	assert_blend(1, 0xffffffff);
	ID3D11DeviceContext1_OMGetDepthStencilState(c, NULL, AT(1, UINT));
	assert_int_equal(AT(1, UINT)[0], 0);
	ID3D11DeviceContext1_Release(c);
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

#define STAGE10(S, Kind)                                                                           \
	FILLS(ID3D10Device1_##S##GetSamplers(d, 3, 7, AT(0, ID3D10SamplerState *)), 7 * P);        \
	assert_zero(0, 7 * P);                                                                     \
	FILLS(ID3D10Device1_##S##GetSamplers(d, 10, 7, AT(0, ID3D10SamplerState *)), 7 * P);       \
	assert_zero(0, 7 * P);                                                                     \
	FILLS(ID3D10Device1_##S##GetShaderResources(d, 0, 128, AT(0, ID3D10ShaderResourceView *)), \
		128 * P);                                                                          \
	FILLS(ID3D10Device1_##S##GetConstantBuffers(d, 1, 13, AT(0, ID3D10Buffer *)), 13 * P);     \
	FILLS(ID3D10Device1_##S##GetShader(d, AT(0, ID3D10##Kind##Shader *)), P);                  \
	assert_zero(0, P)

static ID3D10Device1 *make_device10(void)
{
	ID3D10Device1 *device;
	assert_hr(D3D10CreateDevice1(NULL, D3D10_DRIVER_TYPE_HARDWARE, NULL, 0,
			  D3D10_FEATURE_LEVEL_10_1, D3D10_1_SDK_VERSION, &device),
		S_OK);
	return device;
}

static void a_d3d10_device_gives_out_what_was_set(void **state)
{
	ID3D10Device1 *d = make_device10();
	STAGE10(VS, Vertex);
	STAGE10(GS, Geometry);
	STAGE10(PS, Pixel);
	FILLS(ID3D10Device1_IAGetInputLayout(d, AT(0, ID3D10InputLayout *)), P);
	FILLS(ID3D10Device1_IAGetVertexBuffers(
		      d, 3, 13, AT(0, ID3D10Buffer *), AT(1, UINT), AT(2, UINT)),
		13 * P, 13 * U, 13 * U);
	FILLS(ID3D10Device1_IAGetIndexBuffer(
		      d, AT(0, ID3D10Buffer *), AT(1, DXGI_FORMAT), AT(2, UINT)),
		P, sizeof(DXGI_FORMAT), U);
	FILLS(ID3D10Device1_IAGetPrimitiveTopology(d, AT(0, D3D10_PRIMITIVE_TOPOLOGY)),
		sizeof(D3D10_PRIMITIVE_TOPOLOGY));
	FILLS(ID3D10Device1_OMGetRenderTargets(
		      d, 8, AT(0, ID3D10RenderTargetView *), AT(1, ID3D10DepthStencilView *)),
		8 * P, P);
	FILLS(ID3D10Device1_SOGetTargets(d, 4, AT(0, ID3D10Buffer *), AT(1, UINT)), 4 * P, 4 * U);
	FILLS(ID3D10Device1_SOGetTargets(d, 5, AT(0, ID3D10Buffer *), AT(1, UINT)), 5 * P, 5 * U);
	FILLS(ID3D10Device1_OMGetRenderTargets(
		      d, 9, AT(0, ID3D10RenderTargetView *), AT(1, ID3D10DepthStencilView *)),
		9 * P, P);
	FILLS(ID3D10Device1_IAGetVertexBuffers(
		      d, 16, 3, AT(0, ID3D10Buffer *), AT(1, UINT), AT(2, UINT)),
		3 * P, 3 * U, 3 * U);
	FILLS(ID3D10Device1_RSGetState(d, AT(0, ID3D10RasterizerState *)), P);
	FILLS((AT(0, UINT)[0] = 20,
		      ID3D10Device1_RSGetViewports(d, AT(0, UINT), AT(1, D3D10_VIEWPORT))),
		U, 20 * sizeof(D3D10_VIEWPORT));
	FILLS((AT(0, UINT)[0] = 20,
		      ID3D10Device1_RSGetScissorRects(d, AT(0, UINT), AT(1, D3D10_RECT))),
		U, 20 * sizeof(D3D10_RECT));
	FILLS(ID3D10Device1_GetPredication(d, AT(0, ID3D10Predicate *), AT(1, BOOL)), P,
		sizeof(BOOL));
	FILLS(ID3D10Device1_GetTextFilterSize(d, AT(0, UINT), AT(1, UINT)), U, U);
	FILLS(ID3D10Device1_OMGetBlendState(
		      d, AT(0, ID3D10BlendState *), AT(1, FLOAT), AT(2, UINT)),
		P, 4 * sizeof(FLOAT), U);
	assert_blend(1, 0xffffffff);
	FILLS(ID3D10Device1_OMGetDepthStencilState(
		      d, AT(0, ID3D10DepthStencilState *), AT(1, UINT)),
		P, U);
	FILLS(ID3D10Device1_CheckCounterInfo(d, AT(0, D3D10_COUNTER_INFO)),
		sizeof(D3D10_COUNTER_INFO));
	FILLS(ID3D10Device1_CheckFormatSupport(d, DXGI_FORMAT_UNKNOWN, AT(0, UINT)), U);
	FILLS(ID3D10Device1_CheckMultisampleQualityLevels(
		      d, DXGI_FORMAT_R8G8B8A8_UNORM, 2, AT(0, UINT)),
		U);
	assert_int_equal(ID3D10Device1_Release(d), 0);
}

static void a_d3d11_device_gives_out_what_was_set(void **state)
{
	ID3D11Device1 *d = make_device();
	const D3D11_COUNTER_DESC counter = { D3D11_COUNTER_DEVICE_DEPENDENT_0, 0 };
	FILLS_REFS(1, ID3D11Device1_GetImmediateContext(d, AT(0, ID3D11DeviceContext *)), P);
	FILLS_REFS(1, ID3D11Device1_GetImmediateContext1(d, AT(0, ID3D11DeviceContext1 *)), P);
	FILLS(ID3D11Device1_CheckCounterInfo(d, AT(0, D3D11_COUNTER_INFO)),
		sizeof(D3D11_COUNTER_INFO));
	FILLS(ID3D11Device1_CheckCounter(d, &counter, AT(0, D3D11_COUNTER_TYPE), AT(1, UINT), NULL,
		      AT(2, UINT), NULL, AT(3, UINT), NULL, AT(4, UINT)),
		U, U, U, U, U);
	FILLS(ID3D11Device1_CheckFormatSupport(d, DXGI_FORMAT_UNKNOWN, AT(0, UINT)), U);
	FILLS(ID3D11Device1_CheckMultisampleQualityLevels(
		      d, DXGI_FORMAT_R8G8B8A8_UNORM, 2, AT(0, UINT)),
		U);
	assert_int_equal(ID3D11Device1_Release(d), 0);
}

/* Every object that was bound is given out with a reference. */
static void what_is_bound_comes_with_a_reference(void **state)
{
	const D3D11_BUFFER_DESC desc = { .ByteWidth = 64,
		.BindFlags = D3D11_BIND_VERTEX_BUFFER | D3D11_BIND_STREAM_OUTPUT };
	ID3D11Device1 *device = make_device();
	ID3D11DeviceContext1 *c;
	ID3D11Buffer *buffer, *buffers[3];
	UINT numbers[3] = { 16, 32, 48 };
	ID3D11Device1_GetImmediateContext1(device, &c);
	assert_hr(ID3D11Device1_CreateBuffer(device, &desc, NULL, &buffer), S_OK);
	for (int i = 0; i < 3; i++)
		buffers[i] = i == 1 ? NULL : buffer;
	ID3D11DeviceContext1_IASetVertexBuffers(c, 5, 3, buffers, numbers, numbers);
	FILLS_REFS(3,
		ID3D11DeviceContext1_IAGetVertexBuffers(
			c, 5, 3, AT(0, ID3D11Buffer *), AT(1, UINT), AT(2, UINT)),
		3 * P, 3 * U, 3 * U);
	assert_memory_equal(out[0], buffers, sizeof(buffers));
	assert_memory_equal(out[1], numbers, sizeof(numbers));
	ID3D11DeviceContext1_SOSetTargets(c, 3, buffers, numbers);
	FILLS_REFS(4, ID3D11DeviceContext1_SOGetTargets(c, 4, AT(0, ID3D11Buffer *)), 4 * P);
	assert_memory_equal(out[0], buffers, sizeof(buffers));
	assert_null(AT(0, void *)[3]);
	ID3D11DeviceContext1_ClearState(c);
	assert_int_equal(ID3D11Buffer_Release(buffer), 0);
	ID3D11DeviceContext1_Release(c);
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

/* What a resource and its views say of themselves, to D3D10, D3D11 and DXGI. */
static void a_resource_tells_what_it_is(void **state)
{
	const D3D10_TEXTURE2D_DESC desc = { .Width = 16,
		.Height = 16,
		.MipLevels = 1,
		.ArraySize = 1,
		.Format = DXGI_FORMAT_R8G8B8A8_UNORM,
		.SampleDesc = { 1, 0 },
		.BindFlags = D3D10_BIND_RENDER_TARGET | D3D10_BIND_SHADER_RESOURCE,
		.MiscFlags = D3D10_RESOURCE_MISC_SHARED };
	ID3D10Device1 *device = make_device10();
	ID3D10Texture2D *texture;
	ID3D11Texture2D *as11;
	ID3D10ShaderResourceView1 *srv;
	ID3D10RenderTargetView *rtv;
	IDXGIResource *resource;
	IDXGISurface *surface;
	assert_hr(ID3D10Device1_CreateTexture2D(device, &desc, NULL, &texture), S_OK);
	assert_hr(ID3D10Device1_CreateShaderResourceView1(
			  device, (ID3D10Resource *)texture, NULL, &srv),
		S_OK);
	assert_hr(
		ID3D10Device1_CreateRenderTargetView(device, (ID3D10Resource *)texture, NULL, &rtv),
		S_OK);
	ID3D10Texture2D_QueryInterface(texture, &IID_ID3D11Texture2D, (void **)&as11);
	ID3D10Texture2D_QueryInterface(texture, &IID_IDXGIResource, (void **)&resource);
	ID3D10Texture2D_QueryInterface(texture, &IID_IDXGISurface, (void **)&surface);
	FILLS(ID3D10Texture2D_GetDesc(texture, AT(0, D3D10_TEXTURE2D_DESC)), sizeof(desc));
	assert_memory_equal(out[0], &desc, sizeof(desc));
	FILLS(ID3D10Texture2D_GetType(texture, AT(0, D3D10_RESOURCE_DIMENSION)), U);
	FILLS_REFS(1, ID3D10Texture2D_GetDevice(texture, AT(0, ID3D10Device *)), P);
	FILLS(ID3D11Texture2D_GetDesc(as11, AT(0, D3D11_TEXTURE2D_DESC)),
		sizeof(D3D11_TEXTURE2D_DESC));
	FILLS(ID3D11Texture2D_GetType(as11, AT(0, D3D11_RESOURCE_DIMENSION)), U);
	FILLS_REFS(1, ID3D11Texture2D_GetDevice(as11, AT(0, ID3D11Device *)), P);
	FILLS(ID3D10ShaderResourceView1_GetDesc(srv, AT(0, D3D10_SHADER_RESOURCE_VIEW_DESC)),
		sizeof(D3D10_SHADER_RESOURCE_VIEW_DESC));
	FILLS(ID3D10ShaderResourceView1_GetDesc1(srv, AT(0, D3D10_SHADER_RESOURCE_VIEW_DESC1)),
		sizeof(D3D10_SHADER_RESOURCE_VIEW_DESC1));
	FILLS_REFS(1, ID3D10ShaderResourceView1_GetResource(srv, AT(0, ID3D10Resource *)), P);
	FILLS(ID3D10RenderTargetView_GetDesc(rtv, AT(0, D3D10_RENDER_TARGET_VIEW_DESC)),
		sizeof(D3D10_RENDER_TARGET_VIEW_DESC));
	FILLS(IDXGIResource_GetUsage(resource, AT(0, DXGI_USAGE)), sizeof(DXGI_USAGE));
	FILLS(IDXGIResource_GetEvictionPriority(resource, AT(0, UINT)), U);
	FILLS(IDXGIResource_GetSharedHandle(resource, AT(0, HANDLE)), P);
	FILLS_REFS(1, IDXGIResource_GetParent(resource, &IID_IDXGIDevice, AT(0, void *)), P);
	FILLS(IDXGIResource_GetParent(resource, &IID_IDXGIOutput, AT(0, void *)), P);
	FILLS_REFS(1, IDXGIResource_GetDevice(resource, &IID_ID3D10Device, AT(0, void *)), P);
	FILLS(IDXGISurface_GetDesc(surface, AT(0, DXGI_SURFACE_DESC)), sizeof(DXGI_SURFACE_DESC));
	IDXGISurface_Release(surface);
	IDXGIResource_Release(resource);
	ID3D11Texture2D_Release(as11);
	ID3D10RenderTargetView_Release(rtv);
	ID3D10ShaderResourceView1_Release(srv);
	assert_int_equal(ID3D10Texture2D_Release(texture), 0);
	assert_int_equal(ID3D10Device1_Release(device), 0);
}

static void views_tell_what_they_are(void **state)
{
	D3D11_TEXTURE2D_DESC desc = texture_desc(0);
	ID3D11Device1 *device = make_device();
	ID3D11UnorderedAccessView *uav;
	ID3D11DepthStencilView *dsv;
	ID3D11ShaderResourceView *srv;
	ID3D11RenderTargetView *rtv;
	ID3D11Resource *colour, *depth;
	desc.BindFlags |= D3D11_BIND_UNORDERED_ACCESS;
	assert_hr(ID3D11Device1_CreateTexture2D(device, &desc, NULL, (ID3D11Texture2D **)&colour),
		S_OK);
	desc.BindFlags = D3D11_BIND_DEPTH_STENCIL;
	desc.Format = DXGI_FORMAT_D32_FLOAT;
	assert_hr(ID3D11Device1_CreateTexture2D(device, &desc, NULL, (ID3D11Texture2D **)&depth),
		S_OK);
	assert_hr(ID3D11Device1_CreateShaderResourceView(device, colour, NULL, &srv), S_OK);
	assert_hr(ID3D11Device1_CreateRenderTargetView(device, colour, NULL, &rtv), S_OK);
	assert_hr(ID3D11Device1_CreateUnorderedAccessView(device, colour, NULL, &uav), S_OK);
	assert_hr(ID3D11Device1_CreateDepthStencilView(device, depth, NULL, &dsv), S_OK);
	FILLS(ID3D11ShaderResourceView_GetDesc(srv, AT(0, D3D11_SHADER_RESOURCE_VIEW_DESC)),
		sizeof(D3D11_SHADER_RESOURCE_VIEW_DESC));
	FILLS(ID3D11RenderTargetView_GetDesc(rtv, AT(0, D3D11_RENDER_TARGET_VIEW_DESC)),
		sizeof(D3D11_RENDER_TARGET_VIEW_DESC));
	FILLS(ID3D11UnorderedAccessView_GetDesc(uav, AT(0, D3D11_UNORDERED_ACCESS_VIEW_DESC)),
		sizeof(D3D11_UNORDERED_ACCESS_VIEW_DESC));
	FILLS(ID3D11DepthStencilView_GetDesc(dsv, AT(0, D3D11_DEPTH_STENCIL_VIEW_DESC)),
		sizeof(D3D11_DEPTH_STENCIL_VIEW_DESC));
	FILLS_REFS(1, ID3D11DepthStencilView_GetResource(dsv, AT(0, ID3D11Resource *)), P);
	FILLS_REFS(1, ID3D11RenderTargetView_GetDevice(rtv, AT(0, ID3D11Device *)), P);
	ID3D11ShaderResourceView_Release(srv);
	ID3D11RenderTargetView_Release(rtv);
	ID3D11UnorderedAccessView_Release(uav);
	ID3D11DepthStencilView_Release(dsv);
	assert_int_equal(ID3D11Resource_Release(colour), 0);
	assert_int_equal(ID3D11Resource_Release(depth), 0);
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

static void dxgi_clears_what_it_does_not_provide(void **state)
{
	ID3D11Device1 *device = make_device();
	IUnknown *resources[3];
	IDXGIFactory2 *factory;
	IDXGIAdapter2 *adapter;
	IDXGIDevice2 *dxgi;
	ID3D11Device1_QueryInterface(device, &IID_IDXGIDevice2, (void **)&dxgi);
	assert_hr(IDXGIDevice2_GetParent(dxgi, &IID_IDXGIAdapter2, (void **)&adapter), S_OK);
	assert_hr(IDXGIAdapter2_GetParent(adapter, &IID_IDXGIFactory2, (void **)&factory), S_OK);
	for (int i = 0; i < 3; i++)
		resources[i] = (IUnknown *)make_texture(device, 0);
	FILLS_REFS(1, IDXGIDevice2_GetAdapter(dxgi, AT(0, IDXGIAdapter *)), P);
	FILLS(IDXGIDevice2_QueryResourceResidency(dxgi, resources, AT(0, DXGI_RESIDENCY), 3),
		3 * sizeof(DXGI_RESIDENCY));
	FILLS(IDXGIDevice2_GetGPUThreadPriority(dxgi, AT(0, INT)), sizeof(INT));
	FILLS(IDXGIDevice2_GetMaximumFrameLatency(dxgi, AT(0, UINT)), U);
	FILLS(IDXGIAdapter2_EnumOutputs(adapter, 0, AT(0, IDXGIOutput *)), P);
	FILLS(IDXGIAdapter2_GetDesc(adapter, AT(0, DXGI_ADAPTER_DESC)), sizeof(DXGI_ADAPTER_DESC));
	FILLS(IDXGIAdapter2_GetDesc1(adapter, AT(0, DXGI_ADAPTER_DESC1)),
		sizeof(DXGI_ADAPTER_DESC1));
	FILLS(IDXGIAdapter2_GetDesc2(adapter, AT(0, DXGI_ADAPTER_DESC2)),
		sizeof(DXGI_ADAPTER_DESC2));
	FILLS(IDXGIFactory2_GetParent(factory, &IID_IUnknown, AT(0, void *)), P);
	FILLS(IDXGIFactory2_EnumAdapters(factory, 64, AT(0, IDXGIAdapter *)), P);
	FILLS(IDXGIFactory2_GetWindowAssociation(factory, AT(0, HWND)), P);
	/* Cookies of what is not provided, too. */
	FILLS(IDXGIFactory2_RegisterStereoStatusWindow(factory, NULL, 0, AT(0, DWORD)), U);
	FILLS(IDXGIFactory2_RegisterStereoStatusEvent(factory, NULL, AT(0, DWORD)), U);
	FILLS(IDXGIFactory2_RegisterOcclusionStatusWindow(factory, NULL, 0, AT(0, DWORD)), U);
	FILLS(IDXGIFactory2_RegisterOcclusionStatusEvent(factory, NULL, AT(0, DWORD)), U);
	assert_zero(0, U);
	for (int i = 0; i < 3; i++)
		IUnknown_Release(resources[i]);
	IDXGIFactory2_Release(factory);
	IDXGIAdapter2_Release(adapter);
	IDXGIDevice2_Release(dxgi);
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

int main(int argc, char **argv)
{
	static const struct role roles[] = { { NULL, NULL } };
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_context_gives_out_what_was_set),
		cmocka_unit_test(a_d3d10_device_gives_out_what_was_set),
		cmocka_unit_test(a_d3d11_device_gives_out_what_was_set),
		cmocka_unit_test(what_is_bound_comes_with_a_reference),
		cmocka_unit_test(a_resource_tells_what_it_is),
		cmocka_unit_test(views_tell_what_they_are),
		cmocka_unit_test(dxgi_clears_what_it_does_not_provide),
	};
	harness_start(argc, argv, roles);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
