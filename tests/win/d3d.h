/* SPDX-License-Identifier: MIT */
/* Short names for what the D3D tests do all the time. */
#ifndef XFT_D3D_H
#define XFT_D3D_H

#include "harness.h"

#include <windows.h>
#include <d3d10_1.h>
#include <d3d10misc.h>
#include <d3d11_4.h>
#include <dxgi1_2.h>

#define assert_hr(hr, expected) assert_int_equal((uint32_t)(hr), (uint32_t)(expected))

static inline ID3D11Device1 *make_device(void)
{
	ID3D11Device *device;
	ID3D11Device1 *device1;
	assert_hr(D3D11CreateDevice(NULL, D3D_DRIVER_TYPE_HARDWARE, NULL, 0, NULL, 0,
			  D3D11_SDK_VERSION, &device, NULL, NULL),
		S_OK);
	assert_hr(ID3D11Device_QueryInterface(device, &IID_ID3D11Device1, (void **)&device1), S_OK);
	ID3D11Device_Release(device);
	return device1;
}

static inline D3D11_TEXTURE2D_DESC texture_desc(UINT misc)
{
	return (D3D11_TEXTURE2D_DESC){ .Width = 64,
		.Height = 32,
		.MipLevels = 1,
		.ArraySize = 1,
		.Format = DXGI_FORMAT_R8G8B8A8_UNORM,
		.SampleDesc = { 1, 0 },
		.BindFlags = D3D11_BIND_RENDER_TARGET | D3D11_BIND_SHADER_RESOURCE,
		.MiscFlags = misc };
}

static inline ID3D11Texture2D *make_texture(ID3D11Device1 *device, UINT misc)
{
	D3D11_TEXTURE2D_DESC desc = texture_desc(misc);
	ID3D11Texture2D *texture;
	assert_hr(ID3D11Device1_CreateTexture2D(device, &desc, NULL, &texture), S_OK);
	return texture;
}

static inline IDXGIKeyedMutex *mutex_of(void *texture)
{
	IDXGIKeyedMutex *mutex;
	assert_hr(
		IUnknown_QueryInterface((IUnknown *)texture, &IID_IDXGIKeyedMutex, (void **)&mutex),
		S_OK);
	return mutex;
}

static inline HANDLE handle_of(void *texture)
{
	IDXGIResource *resource;
	HANDLE handle = NULL;
	assert_hr(IUnknown_QueryInterface(
			  (IUnknown *)texture, &IID_IDXGIResource, (void **)&resource),
		S_OK);
	assert_hr(IDXGIResource_GetSharedHandle(resource, &handle), S_OK);
	IDXGIResource_Release(resource);
	return handle;
}

static inline ID3D11Texture2D *open_texture(ID3D11Device1 *device, HANDLE handle)
{
	ID3D11Texture2D *texture;
	assert_hr(ID3D11Device1_OpenSharedResource(
			  device, handle, &IID_ID3D11Texture2D, (void **)&texture),
		S_OK);
	return texture;
}

/* A staging copy of the texture, mapped to be read; unmap_copy() ends it. */
static inline ID3D11Texture2D *map_copy(
	ID3D11Device *device, ID3D11Texture2D *texture, D3D11_MAPPED_SUBRESOURCE *ret_mapped)
{
	D3D11_TEXTURE2D_DESC desc;
	ID3D11DeviceContext *context;
	ID3D11Texture2D *staging;
	ID3D11Texture2D_GetDesc(texture, &desc);
	desc.Usage = D3D11_USAGE_STAGING;
	desc.BindFlags = desc.MiscFlags = 0;
	desc.CPUAccessFlags = D3D11_CPU_ACCESS_READ;
	assert_hr(ID3D11Device_CreateTexture2D(device, &desc, NULL, &staging), S_OK);
	ID3D11Device_GetImmediateContext(device, &context);
	ID3D11DeviceContext_CopyResource(
		context, (ID3D11Resource *)staging, (ID3D11Resource *)texture);
	assert_hr(ID3D11DeviceContext_Map(
			  context, (ID3D11Resource *)staging, 0, D3D11_MAP_READ, 0, ret_mapped),
		S_OK);
	ID3D11DeviceContext_Release(context);
	return staging;
}

static inline void unmap_copy(ID3D11Device *device, ID3D11Texture2D *staging)
{
	ID3D11DeviceContext *context;
	ID3D11Device_GetImmediateContext(device, &context);
	ID3D11DeviceContext_Unmap(context, (ID3D11Resource *)staging, 0);
	ID3D11DeviceContext_Release(context);
	ID3D11Texture2D_Release(staging);
}

static inline uint32_t first_pixel(ID3D11Device1 *device, ID3D11Texture2D *texture)
{
	D3D11_MAPPED_SUBRESOURCE mapped;
	uint32_t pixel;
	ID3D11Texture2D *staging = map_copy((ID3D11Device *)device, texture, &mapped);
	memcpy(&pixel, mapped.pData, sizeof(pixel));
	unmap_copy((ID3D11Device *)device, staging);
	return pixel;
}

/* Makes the whole texture one colour. */
static inline void clear_texture(ID3D11Device1 *device, ID3D11Texture2D *texture, uint32_t rgba)
{
	FLOAT colour[4];
	ID3D11DeviceContext *context;
	ID3D11RenderTargetView *view;
	for (int i = 0; i < 4; i++)
		colour[i] = (FLOAT)(rgba >> 8 * i & 0xff) / 255;
	assert_hr(ID3D11Device1_CreateRenderTargetView(
			  device, (ID3D11Resource *)texture, NULL, &view),
		S_OK);
	ID3D11Device1_GetImmediateContext(device, &context);
	ID3D11DeviceContext_ClearRenderTargetView(context, view, colour);
	ID3D11DeviceContext_Release(context);
	ID3D11RenderTargetView_Release(view);
}

#endif
