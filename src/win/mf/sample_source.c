/* SPDX-License-Identifier: MIT */
#include "win/mf/sample_source.h"

#include <mfd3d12.h>
#include <mferror.h>
#include <mftransform.h>

#define MAX_BUFFERS 64u /* of one sample: views of a stereo picture, fields; not many */

static UINT32 get(IMFAttributes *attributes, REFGUID key, UINT32 otherwise)
{
	UINT32 value;
	if (!attributes || FAILED(IMFAttributes_GetUINT32(attributes, key, &value)))
		return otherwise;
	return value;
}

/* FourCCs and D3DFORMATs have one family of GUIDs, of which they are the first part. */
static bool is_of_family(const GUID *subtype)
{
	GUID base = MFVideoFormat_RGB32;
	base.Data1 = subtype->Data1;
	return IsEqualGUID(&base, subtype);
}

static HRESULT describe_picture(IMFMediaType *type, struct xfi_picture *picture)
{
	GUID major, subtype;
	UINT64 size;
	if (FAILED(IMFMediaType_GetGUID(type, &MF_MT_MAJOR_TYPE, &major)) ||
		FAILED(IMFMediaType_GetGUID(type, &MF_MT_SUBTYPE, &subtype)) ||
		FAILED(IMFMediaType_GetUINT64(type, &MF_MT_FRAME_SIZE, &size)) ||
		!IsEqualGUID(&major, &MFMediaType_Video) || !is_of_family(&subtype) ||
		!xfi_picture_describe(subtype.Data1, (DWORD)(size >> 32), (DWORD)size, picture))
		return MF_E_INVALIDMEDIATYPE;
	return S_OK;
}

static UINT access_of(D3D11_USAGE usage)
{
	if (usage == D3D11_USAGE_DYNAMIC)
		return D3D11_CPU_ACCESS_WRITE;
	return usage == D3D11_USAGE_STAGING ? D3D11_CPU_ACCESS_READ | D3D11_CPU_ACCESS_WRITE : 0;
}

static UINT usual_binding(const struct xfi_picture *picture, D3D11_USAGE usage)
{
	if (usage == D3D11_USAGE_STAGING)
		return 0;
	if (usage == D3D11_USAGE_DYNAMIC || picture->n_planes > 1)
		return D3D11_BIND_SHADER_RESOURCE;
	return D3D11_BIND_SHADER_RESOURCE | D3D11_BIND_RENDER_TARGET;
}

static HRESULT describe_d3d11(struct xfi_sample_source *source, IMFAttributes *attributes)
{
	bool keyed = get(attributes, &MF_SA_D3D11_SHARED, 0);
	bool plain = get(attributes, &MF_SA_D3D11_SHARED_WITHOUT_MUTEX, 0);
	UINT32 usage = get(attributes, &MF_SA_D3D11_USAGE, D3D11_USAGE_DEFAULT);
	if (keyed && plain)
		return E_INVALIDARG;
	source->desc11 = (D3D11_TEXTURE2D_DESC){ .Width = source->picture.width_px,
		.Height = source->picture.height_px,
		.MipLevels = 1,
		.ArraySize = 1,
		.Format = xfi_picture_dxgi_format(source->picture.fourcc),
		.SampleDesc = { 1, 0 },
		.Usage = usage,
		.BindFlags = get(
			attributes, &MF_SA_D3D11_BINDFLAGS, usual_binding(&source->picture, usage)),
		.CPUAccessFlags = access_of(usage),
		.MiscFlags = keyed   ? D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX
			     : plain ? D3D11_RESOURCE_MISC_SHARED
				     : 0 };
	return source->desc11.Format == DXGI_FORMAT_UNKNOWN ? MF_E_INVALIDMEDIATYPE : S_OK;
}

/* A blob of another size is no D3D12_CLEAR_VALUE. */
static HRESULT get_clear(struct xfi_sample_source *source, IMFAttributes *attributes)
{
	UINT32 size;
	HRESULT hr = attributes ? IMFAttributes_GetBlob(attributes, &MF_SA_D3D12_CLEAR_VALUE,
					  (UINT8 *)&source->clear, sizeof(source->clear), &size)
				: MF_E_ATTRIBUTENOTFOUND;
	if (hr == MF_E_ATTRIBUTENOTFOUND)
		return S_OK;
	if (FAILED(hr) || size != sizeof(source->clear))
		return E_INVALIDARG;
	source->has_clear = true;
	return S_OK;
}

static HRESULT describe_d3d12(struct xfi_sample_source *source, IMFAttributes *attributes)
{
	source->heap.Type = get(attributes, &MF_SA_D3D12_HEAP_TYPE, D3D12_HEAP_TYPE_DEFAULT);
	source->heap_flags = get(attributes, &MF_SA_D3D12_HEAP_FLAGS, D3D12_HEAP_FLAG_NONE);
	source->desc12 = (D3D12_RESOURCE_DESC){ .Dimension = D3D12_RESOURCE_DIMENSION_TEXTURE2D,
		.Width = source->picture.width_px,
		.Height = source->picture.height_px,
		.DepthOrArraySize = 1,
		.MipLevels = 1,
		.Format = xfi_picture_dxgi_format(source->picture.fourcc),
		.SampleDesc = { .Count = 1 },
		.Flags = source->picture.n_planes == 1 ? D3D12_RESOURCE_FLAG_ALLOW_RENDER_TARGET
						       : D3D12_RESOURCE_FLAG_NONE };
	if (source->desc12.Format == DXGI_FORMAT_UNKNOWN)
		return MF_E_INVALIDMEDIATYPE;
	return get_clear(source, attributes);
}

static HRESULT find_device(struct xfi_sample_source *source, IMFDXGIDeviceManager *manager)
{
	HANDLE handle;
	HRESULT hr = IMFDXGIDeviceManager_OpenDeviceHandle(manager, &handle);
	if (FAILED(hr))
		return hr;
	hr = IMFDXGIDeviceManager_GetVideoService(
		manager, handle, &IID_ID3D11Device, (void **)&source->d3d11);
	if (FAILED(hr))
		hr = IMFDXGIDeviceManager_GetVideoService(
			manager, handle, &IID_ID3D12Device, (void **)&source->d3d12);
	IMFDXGIDeviceManager_CloseDeviceHandle(manager, handle);
	return hr;
}

static HRESULT fill(struct xfi_sample_source *source, IMFMediaType *type, IMFAttributes *attributes,
	IMFDXGIDeviceManager *manager)
{
	HRESULT hr;
	source->n_buffers = get(attributes, &MF_SA_BUFFERS_PER_SAMPLE, 1);
	source->minimum = get(attributes, &MF_SA_MINIMUM_OUTPUT_SAMPLE_COUNT, 0);
	if (!source->n_buffers || source->n_buffers > MAX_BUFFERS)
		return E_INVALIDARG;
	hr = describe_picture(type, &source->picture);
	if (SUCCEEDED(hr) && manager)
		hr = find_device(source, manager);
	if (SUCCEEDED(hr) && source->d3d11)
		hr = describe_d3d11(source, attributes);
	else if (SUCCEEDED(hr) && source->d3d12)
		hr = describe_d3d12(source, attributes);
	return hr;
}

HRESULT xfi_sample_source_create(IMFMediaType *type, IMFAttributes *attributes,
	IMFDXGIDeviceManager *manager, struct xfi_sample_source **ret_source)
{
	struct xfi_sample_source *source = calloc(1, sizeof(*source));
	HRESULT hr;
	if (!source)
		return E_OUTOFMEMORY;
	atomic_init(&source->refs, 1);
	hr = fill(source, type, attributes, manager);
	if (SUCCEEDED(hr))
		*ret_source = source;
	else
		xfi_sample_source_unref(source);
	return hr;
}

struct xfi_sample_source *xfi_sample_source_ref(struct xfi_sample_source *source)
{
	atomic_fetch_add(&source->refs, 1);
	return source;
}

void xfi_sample_source_unref(struct xfi_sample_source *source)
{
	if (!source || atomic_fetch_sub(&source->refs, 1) != 1)
		return;
	if (source->d3d11)
		ID3D11Device_Release(source->d3d11);
	if (source->d3d12)
		ID3D12Device_Release(source->d3d12);
	free(source);
}

static HRESULT make_texture(const struct xfi_sample_source *source, IUnknown **ret_texture)
{
	if (source->d3d11)
		return ID3D11Device_CreateTexture2D(
			source->d3d11, &source->desc11, NULL, (ID3D11Texture2D **)ret_texture);
	return ID3D12Device_CreateCommittedResource(source->d3d12, &source->heap,
		source->heap_flags, &source->desc12, D3D12_RESOURCE_STATE_COMMON,
		source->has_clear ? &source->clear : NULL, &IID_ID3D12Resource,
		(void **)ret_texture);
}

HRESULT xfi_sample_source_make(const struct xfi_sample_source *source, IMFMediaBuffer **ret_buffer)
{
	const struct xfi_picture *picture = &source->picture;
	IUnknown *texture;
	HRESULT hr;
	if (!source->d3d11 && !source->d3d12)
		return MFCreate2DMediaBuffer(
			picture->width_px, picture->height_px, picture->fourcc, FALSE, ret_buffer);
	hr = make_texture(source, &texture);
	if (FAILED(hr))
		return hr;
	hr = MFCreateDXGISurfaceBuffer(source->d3d11 ? &IID_ID3D11Texture2D : &IID_ID3D12Resource,
		texture, 0, FALSE, ret_buffer);
	IUnknown_Release(texture);
	return hr;
}
