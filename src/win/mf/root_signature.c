/* SPDX-License-Identifier: MIT */
/*
 * What programs for D3D12 call before they have a device: root signatures, which libvkd3d makes and
 * reads, and the debug layer, which there is none of.
 */
#include "win/mf/vkd3d.h"

#include "win/prelude.h"

#include <d3d12.h>
#include <dxgi.h>

HRESULT WINAPI D3D12SerializeRootSignature(const D3D12_ROOT_SIGNATURE_DESC *desc,
	D3D_ROOT_SIGNATURE_VERSION version, ID3DBlob **ret_blob, ID3DBlob **ret_error_blob)
{
	if (ret_error_blob)
		*ret_error_blob = NULL;
	if (!desc || !ret_blob)
		return E_INVALIDARG;
	return xfi_vkd3d_serialize(desc, version, (void **)ret_blob, (void **)ret_error_blob);
}

HRESULT WINAPI D3D12SerializeVersionedRootSignature(const D3D12_VERSIONED_ROOT_SIGNATURE_DESC *desc,
	ID3DBlob **ret_blob, ID3DBlob **ret_error_blob)
{
	if (ret_error_blob)
		*ret_error_blob = NULL;
	if (!desc || !ret_blob)
		return E_INVALIDARG;
	return xfi_vkd3d_serialize_versioned(desc, (void **)ret_blob, (void **)ret_error_blob);
}

HRESULT WINAPI D3D12CreateRootSignatureDeserializer(
	const void *data, SIZE_T size, REFIID riid, void **ret_deserializer)
{
	if (!data || !riid || !ret_deserializer)
		return E_INVALIDARG;
	return xfi_vkd3d_deserialize(data, size, riid, ret_deserializer);
}

HRESULT WINAPI D3D12CreateVersionedRootSignatureDeserializer(
	const void *data, SIZE_T size, REFIID riid, void **ret_deserializer)
{
	if (!data || !riid || !ret_deserializer)
		return E_INVALIDARG;
	return xfi_vkd3d_deserialize_versioned(data, size, riid, ret_deserializer);
}

/* As on a Windows without the SDK's layers: programs go on without them. */
HRESULT WINAPI D3D12GetDebugInterface(REFIID riid, void **ret_debug)
{
	if (ret_debug)
		*ret_debug = NULL;
	return DXGI_ERROR_SDK_COMPONENT_MISSING;
}
