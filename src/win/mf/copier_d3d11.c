/* SPDX-License-Identifier: MIT */
#include "win/mf/copier_d3d11.h"

#include <mfobjects.h>

struct xfi_copier_d3d11 {
	ID3D11DeviceContext *context;
	ID3D11Resource *texture; /* borrowed */
	ID3D11Resource *staging;
	UINT subresource;
};

static HRESULT make_staging(
	ID3D11Device *device, ID3D11Texture2D *texture, UINT subresource, ID3D11Resource **ret)
{
	D3D11_TEXTURE2D_DESC desc;
	UINT mip;
	ID3D11Texture2D_GetDesc(texture, &desc);
	mip = subresource % desc.MipLevels;
	desc.Width = desc.Width >> mip ? desc.Width >> mip : 1;
	desc.Height = desc.Height >> mip ? desc.Height >> mip : 1;
	desc.MipLevels = desc.ArraySize = 1;
	desc.Usage = D3D11_USAGE_STAGING;
	desc.BindFlags = desc.MiscFlags = 0;
	desc.CPUAccessFlags = D3D11_CPU_ACCESS_READ | D3D11_CPU_ACCESS_WRITE;
	return ID3D11Device_CreateTexture2D(device, &desc, NULL, (ID3D11Texture2D **)ret);
}

static HRESULT make(
	ID3D11Texture2D *texture, UINT subresource, struct xfi_copier_d3d11 **ret_copier)
{
	struct xfi_copier_d3d11 *copier = calloc(1, sizeof(*copier));
	ID3D11Device *device;
	HRESULT hr;
	if (!copier)
		return E_OUTOFMEMORY;
	ID3D11Texture2D_GetDevice(texture, &device);
	hr = make_staging(device, texture, subresource, &copier->staging);
	if (SUCCEEDED(hr)) {
		ID3D11Device_GetImmediateContext(device, &copier->context);
		copier->texture = (ID3D11Resource *)texture;
		copier->subresource = subresource;
		*ret_copier = copier;
	} else {
		free(copier);
	}
	ID3D11Device_Release(device);
	return hr;
}

HRESULT xfi_copier_d3d11_map(struct xfi_copier_d3d11 **copier, ID3D11Texture2D *texture,
	UINT subresource, DWORD flags, BYTE **ret_data, DWORD *ret_pitch_bytes)
{
	D3D11_MAPPED_SUBRESOURCE mapped;
	HRESULT hr = *copier ? S_OK : make(texture, subresource, copier);
	if (FAILED(hr))
		return hr;
	if (flags & MF2DBuffer_LockFlags_Read)
		ID3D11DeviceContext_CopySubresourceRegion((*copier)->context, (*copier)->staging, 0,
			0, 0, 0, (*copier)->texture, subresource, NULL);
	hr = ID3D11DeviceContext_Map(
		(*copier)->context, (*copier)->staging, 0, D3D11_MAP_READ_WRITE, 0, &mapped);
	if (FAILED(hr))
		return hr;
	*ret_data = mapped.pData;
	*ret_pitch_bytes = mapped.RowPitch;
	return S_OK;
}

void xfi_copier_d3d11_unmap(struct xfi_copier_d3d11 *copier, DWORD flags)
{
	ID3D11DeviceContext_Unmap(copier->context, copier->staging, 0);
	if (flags & MF2DBuffer_LockFlags_Write)
		ID3D11DeviceContext_CopySubresourceRegion(copier->context, copier->texture,
			copier->subresource, 0, 0, 0, copier->staging, 0, NULL);
}

void xfi_copier_d3d11_destroy(struct xfi_copier_d3d11 *copier)
{
	if (!copier)
		return;
	ID3D11Resource_Release(copier->staging);
	ID3D11DeviceContext_Release(copier->context);
	free(copier);
}
