/* SPDX-License-Identifier: MIT */
/*
 * Surfaces as D3D12 textures. The memory is mapped here and imported as a linear image; libvkd3d
 * does not own what it is given, so a keeper in the texture's private data frees it when the
 * texture is gone.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "win/mf/surface.h"
#include "win/mf/vkd3d.h"
#include "win/nt/codes.h"

#include <crossfence/win/xf_d3d12.h>
#include <dxgi1_2.h>

#define PAGE 4096u

static const GUID keeper_key = { 0x1f0a6f5e, 0x0d6d, 0x4f0e,
	{ 0xb3, 0x54, 0x60, 0x2f, 0x2a, 0xd4, 0x9b, 0x11 } };

struct keeper {
	IUnknown iface;
	_Atomic ULONG refs;
	ID3D12Device *device; /* libvkd3d's */
	struct xfi_object *kept; /* whose surface it is; NULL: the program's */
	struct xfi_vkd3d_image image;
};

static HRESULT WINAPI keeper_QueryInterface(IUnknown *iface, REFIID riid, void **ret)
{
	if (!IsEqualGUID(riid, &IID_IUnknown))
		return E_NOINTERFACE;
	atomic_fetch_add(&((struct keeper *)iface)->refs, 1);
	*ret = iface;
	return S_OK;
}

static ULONG WINAPI keeper_AddRef(IUnknown *iface)
{
	return atomic_fetch_add(&((struct keeper *)iface)->refs, 1) + 1;
}

static ULONG WINAPI keeper_Release(IUnknown *iface)
{
	struct keeper *keeper = (struct keeper *)iface;
	ULONG refs = atomic_fetch_sub(&keeper->refs, 1) - 1;
	if (refs)
		return refs;
	if (keeper->image.vk_image)
		xfi_vkd3d_free_image(&keeper->image);
	munmap(keeper->image.memory, keeper->image.size_bytes);
	xfi_object_unref(keeper->kept);
	ID3D12Device_Release(keeper->device);
	free(keeper);
	return 0;
}

static const IUnknownVtbl keeper_vtbl = {
	keeper_QueryInterface,
	keeper_AddRef,
	keeper_Release,
};

/* -EINVAL: a format or layout that is no single linear image. */
static int describe(struct xf_surface *surface, struct xfi_vkd3d_image *image)
{
	struct xf_surface_desc desc = { .size = sizeof(desc) };
	uint64_t size;
	xf_surface_desc(surface, &desc, &size);
	if (desc.n_planes != 1 || desc.modifier != XF_MODIFIER_LINEAR ||
		(desc.fourcc != XF_FORMAT_ABGR8888 && desc.fourcc != XF_FORMAT_ARGB8888))
		return -EINVAL;
	*image = (struct xfi_vkd3d_image){
		.size_bytes = (size + PAGE - 1) & ~(uint64_t)(PAGE - 1),
		.plane_offset_bytes = desc.planes[0].offset_bytes,
		.stride_bytes = desc.planes[0].stride_bytes,
		.width_px = desc.width_px,
		.height_px = desc.height_px,
		.bgra = desc.fourcc == XF_FORMAT_ARGB8888,
	};
	return 0;
}

static int map(struct xf_surface *surface, struct xfi_vkd3d_image *image)
{
	uint64_t offset;
	int fd;
	int r = xf_surface_export(surface, &fd, &offset);
	if (r)
		return r;
	image->memory = mmap(
		NULL, image->size_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)offset);
	r = image->memory == MAP_FAILED ? -errno : 0;
	close(fd);
	return r;
}

static int make_keeper(ID3D12Device *device, struct xf_surface *surface, struct xfi_object *kept,
	struct keeper **ret_keeper)
{
	struct keeper *keeper = calloc(1, sizeof(*keeper));
	int r = keeper ? describe(surface, &keeper->image) : -ENOMEM;
	if (!r)
		r = map(surface, &keeper->image);
	if (r) {
		free(keeper);
		return r;
	}
	keeper->iface.lpVtbl = &keeper_vtbl;
	atomic_init(&keeper->refs, 1);
	keeper->device = device;
	keeper->kept = kept ? xfi_object_ref(kept) : NULL;
	ID3D12Device_AddRef(device);
	*ret_keeper = keeper;
	return 0;
}

HRESULT xfi_surface_texture(ID3D12Device *device, struct xf_surface *surface,
	struct xfi_object *kept, ID3D12Resource **ret_resource)
{
	struct keeper *keeper;
	ID3D12Device *inner;
	ID3D12Resource *resource;
	void *made;
	HRESULT hr;
	int r;
	inner = xf_win_d3d12_inner_device(device);
	if (inner == device)
		return DXGI_ERROR_UNSUPPORTED;
	r = make_keeper(inner, surface, kept, &keeper);
	if (r)
		return xfi_hresult(r);
	r = xfi_vkd3d_import_image(inner, &keeper->image, &made);
	if (r) {
		keeper_Release(&keeper->iface);
		return r == -ENOTSUP ? DXGI_ERROR_UNSUPPORTED : xfi_hresult(r);
	}
	resource = made;
	hr = ID3D12Resource_SetPrivateDataInterface(resource, &keeper_key, &keeper->iface);
	if (SUCCEEDED(hr))
		*ret_resource = resource;
	else
		ID3D12Resource_Release(resource);
	keeper_Release(&keeper->iface); /* the texture holds it now, or nobody does */
	return hr;
}

HRESULT WINAPI xf_win_d3d12_open_surface(
	ID3D12Device *device, struct xf_surface *surface, ID3D12Resource **ret_resource)
{
	if (!device || !surface || !ret_resource)
		return E_INVALIDARG;
	return xfi_surface_texture(device, surface, NULL, ret_resource);
}

struct xfi_object *xfi_surface_kept(ID3D12DeviceChild *object)
{
	IUnknown *iface = NULL;
	UINT size = sizeof(iface);
	struct xfi_object *kept = NULL;
	if (FAILED(object->lpVtbl->GetPrivateData(object, &keeper_key, &size, &iface)) || !iface)
		return NULL;
	if (size == sizeof(iface) && iface->lpVtbl == &keeper_vtbl) {
		kept = ((struct keeper *)iface)->kept;
		if (kept)
			xfi_object_ref(kept);
	}
	IUnknown_Release(iface);
	return kept;
}
