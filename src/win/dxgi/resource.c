/* SPDX-License-Identifier: MIT */
#include "win/dxgi/resource.h"

#include "win/dxgi/render.h"

#include <crossfence/keyed_mutex.h>
#include <crossfence/result.h>

#include "win/dxgi/barrier.h"
#include "win/dxgi/copy.h"
#include "win/dxgi/device_memory.h"
#include "win/dxgi/keyed_mutex.h"
#include "win/dxgi/log.h"
#include "win/dxgi/resource_d3d10.h"
#include "win/dxgi/resource_d3d11.h"
#include "win/dxgi/resource_dxgi.h"
#include "win/dxgi/runtime_data.h"
#include "win/dxgi/say.h"
#include "win/nt/codes.h"
#include "win/nt/domain.h"

/* All keyed resources of a device, to find two that share one mutex. */
static void enlist(struct xfi_resource *resource)
{
	struct xfi_device *device = resource->child.device;
	xf_id id = xf_keyed_mutex_id(resource->mutex);
	xfi_device_lock(device);
	for (struct xfi_resource *other = device->keyed; other; other = other->next_keyed)
		if (xf_keyed_mutex_id(other->mutex) == id)
			resource->has_twin = other->has_twin = true;
	resource->next_keyed = device->keyed;
	device->keyed = resource;
	xfi_device_unlock(device);
}

static void delist(struct xfi_resource *resource)
{
	struct xfi_device *device = resource->child.device;
	struct xfi_resource **link;
	xfi_device_lock(device);
	for (link = &device->keyed; *link; link = &(*link)->next_keyed) {
		if (*link == resource) {
			*link = resource->next_keyed;
			break;
		}
	}
	xfi_device_unlock(device);
}

static void resource_destroy(struct xfi_child *child)
{
	struct xfi_resource *resource = xfi_resource_of(child);
	if (resource->mutex)
		delist(resource);
	xfi_device_lock(child->device);
	xfi_residence_end(resource);
	xfi_device_unlock(child->device);
	if (resource->kmt)
		xfi_object_unref(&resource->kmt->base);
	else
		xf_surface_close(resource->pixels);
	free(resource->memory);
	free(resource);
}

static bool is_face(const struct xfi_resource *resource, REFIID riid, const IID *const iids[4])
{
	switch (resource->desc.dimension) {
	case D3D11_RESOURCE_DIMENSION_BUFFER:
		return xfi_iid_is(riid, iids[0]);
	case D3D11_RESOURCE_DIMENSION_TEXTURE1D:
		return xfi_iid_is(riid, iids[1]);
	case D3D11_RESOURCE_DIMENSION_TEXTURE2D:
		return xfi_iid_is(riid, iids[2]);
	default:
		return xfi_iid_is(riid, iids[3]);
	}
}

static bool is_surface(const struct xfi_resource *resource)
{
	return (resource->desc.dimension == D3D11_RESOURCE_DIMENSION_TEXTURE1D ||
		       resource->desc.dimension == D3D11_RESOURCE_DIMENSION_TEXTURE2D) &&
	       resource->desc.mips == 1 && resource->desc.array == 1;
}

/* A resource of a D3D10 device is known by its D3D10 interface, others have none. */
static void *resource_query(struct xfi_child *child, REFIID riid)
{
	static const IID *const iids11[] = { &IID_ID3D11Buffer, &IID_ID3D11Texture1D,
		&IID_ID3D11Texture2D, &IID_ID3D11Texture3D };
	/* Those without a version 1 are named again. */
	static const IID *const iids11_1[] = { &IID_ID3D11Buffer, &IID_ID3D11Texture1D,
		&IID_ID3D11Texture2D1, &IID_ID3D11Texture3D1 };
	static const IID *const iids10[] = { &IID_ID3D10Buffer, &IID_ID3D10Texture1D,
		&IID_ID3D10Texture2D, &IID_ID3D10Texture3D };
	struct xfi_resource *resource = xfi_resource_of(child);
	bool is_d3d10 = child->device->is_d3d10;
	if (xfi_iid_is(riid, &IID_IUnknown))
		return is_d3d10 ? (void *)&child->d3d10 : &child->d3d11;
	if (xfi_iid_is(riid, &IID_ID3D11DeviceChild) || xfi_iid_is(riid, &IID_ID3D11Resource) ||
		is_face(resource, riid, iids11) || is_face(resource, riid, iids11_1))
		return &child->d3d11;
	if (is_d3d10 &&
		(xfi_iid_is(riid, &IID_ID3D10DeviceChild) ||
			xfi_iid_is(riid, &IID_ID3D10Resource) || is_face(resource, riid, iids10)))
		return &child->d3d10;
	if (xfi_iid_is(riid, &IID_IDXGIObject) || xfi_iid_is(riid, &IID_IDXGIDeviceSubObject) ||
		xfi_iid_is(riid, &IID_IDXGIResource) || xfi_iid_is(riid, &IID_IDXGIResource1))
		return &resource->dxgi;
	if (xfi_iid_is(riid, &IID_IDXGISurface) || xfi_iid_is(riid, &IID_IDXGISurface1))
		return is_surface(resource) ? &resource->surface : NULL;
	if (xfi_iid_is(riid, &IID_IDXGIKeyedMutex))
		return resource->mutex ? &resource->keyed_mutex : NULL;
	return NULL;
}

static const struct xfi_child_type resource_type = {
	.destroy = resource_destroy,
	.query = resource_query,
};

static struct xfi_resource *alloc(struct xfi_device *device, const struct xfi_desc *desc)
{
	struct xfi_resource *resource = calloc(1, sizeof(*resource));
	if (!resource)
		return NULL;
	resource->desc = *desc;
	resource->format = xfi_format(desc->format);
	resource->size_bytes = xfi_desc_bytes(desc);
	xfi_child_init(&resource->child, device, &resource_type);
	xfi_resource_init_d3d11(resource);
	xfi_resource_init_d3d10(resource);
	xfi_resource_init_dxgi(resource);
	xfi_resource_init_keyed_mutex(resource);
	return resource;
}

/*
 * How the core sees the memory: as an image in its own format where it has one, so that native
 * programs and `crossfence show` can make sense of it, else as bytes.
 */
static void surface_desc(const struct xfi_resource *resource, struct xf_surface_desc *surface)
{
	const struct xfi_desc *desc = &resource->desc;
	struct xfi_extent e;
	*surface = (struct xf_surface_desc){ .size = sizeof(*surface) };
	if (resource->format && resource->format->fourcc && desc->depth == 1 && desc->mips == 1 &&
		desc->array == 1 && xfi_desc_extent(desc, 0, &e)) {
		surface->width_px = desc->width;
		surface->height_px = desc->height;
		surface->fourcc = resource->format->fourcc;
		surface->n_planes = resource->format->two_planes ? 2 : 1;
		surface->planes[0].stride_bytes = e.row_pitch;
		surface->planes[1].stride_bytes = e.row_pitch;
		surface->planes[1].offset_bytes = e.row_pitch * e.height;
		return;
	}
	surface->width_px = (uint32_t)resource->size_bytes;
	surface->height_px = 1;
	surface->fourcc = XF_FORMAT_RAW;
}

static int set_mutex(struct xfi_resource *resource)
{
	int r;
	if (!(resource->desc.misc & D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX))
		return 0;
	r = xf_surface_mutex(resource->pixels, &resource->mutex);
	if (!r)
		enlist(resource);
	return r;
}

static int make_shared(struct xfi_resource *resource)
{
	uint32_t flags = 0;
	struct xf_surface_desc desc = { .size = sizeof(desc) };
	struct xf_domain *domain;
	int r;
	xfi_device_lock(resource->child.device);
	r = xfi_device_memory_make(resource);
	xfi_device_unlock(resource->child.device);
	if (r != -EOPNOTSUPP)
		return r ? r : set_mutex(resource);
	if (resource->desc.misc & D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX)
		flags = XF_SURFACE_KEYED;
	surface_desc(resource, &desc);
	r = xfi_win_domain(&domain);
	if (!r)
		r = xf_surface_create(domain, &desc, flags, &resource->pixels);
	return r ? r : set_mutex(resource);
}

static int make_memory(struct xfi_resource *resource)
{
	if (resource->desc.misc & XFI_MISC_SHARING)
		return make_shared(resource);
	resource->memory = calloc(1, resource->size_bytes);
	return resource->memory ? 0 : -ENOMEM;
}

static void upload(struct xfi_resource *resource, const D3D11_SUBRESOURCE_DATA *initial)
{
	UINT count = resource->desc.mips * resource->desc.array;
	uint8_t *memory;
	int r = 0;
	/* Nobody else knows the mutex yet. */
	if (resource->mutex)
		r = xf_keyed_mutex_acquire(resource->mutex, 0, 0, NULL);
	atomic_store(&resource->owned, resource->mutex && !r);
	memory = r ? NULL : xfi_resource_begin(resource, XF_ACCESS_WRITE);
	for (UINT i = 0; memory && i < count; i++)
		xfi_upload(&resource->desc, memory, i, NULL, &initial[i]);
	if (memory)
		xfi_resource_end(resource);
	if (atomic_exchange(&resource->owned, false))
		(void)xf_keyed_mutex_release(resource->mutex, 0, 0); /* we own it */
}

/* Another thread may draw meanwhile, for the first time perhaps. */
static int fill(struct xfi_resource *resource, const D3D11_SUBRESOURCE_DATA *initial)
{
	int r = 0;
	xfi_device_lock(resource->child.device);
	if (initial)
		upload(resource, initial);
	if (xfi_in_device_memory(resource))
		r = xfi_device_memory_fill(resource);
	xfi_device_unlock(resource->child.device);
	return r;
}

static bool initial_is_complete(const struct xfi_desc *desc, const D3D11_SUBRESOURCE_DATA *initial)
{
	for (UINT i = 0; i < desc->mips * desc->array; i++)
		if (!initial[i].pSysMem)
			return false;
	return true;
}

HRESULT xfi_resource_create(struct xfi_device *device, const struct xfi_desc *program_desc,
	const D3D11_SUBRESOURCE_DATA *initial, struct xfi_resource **ret_resource)
{
	struct xfi_desc desc = *program_desc;
	struct xfi_resource *resource;
	HRESULT hr;
	int r;
	if (FAILED(xfi_render_removed(device)))
		return DXGI_ERROR_DEVICE_REMOVED;
	hr = xfi_desc_check(&desc, device->level);
	if (FAILED(hr))
		return hr;
	if (desc.usage == D3D11_USAGE_IMMUTABLE && !initial)
		return E_INVALIDARG;
	if (initial && !initial_is_complete(&desc, initial))
		return E_INVALIDARG;
	if (!ret_resource)
		return S_FALSE;
	resource = alloc(device, &desc);
	if (!resource)
		return E_OUTOFMEMORY;
	r = make_memory(resource);
	if (!r)
		r = fill(resource, initial);
	if (r) {
		xfi_child_release(&resource->child);
		return r == -EIO ? DXGI_ERROR_DEVICE_REMOVED : xfi_hresult(r);
	}
	*ret_resource = resource;
	return S_OK;
}

/*
 * The surface must have as many bytes as the description, which may lie, will let us touch. Its
 * last row lacks the padding that ours counts, but memory comes in pages. How many bytes a device
 * needs is its own affair.
 */
static bool pixels_fit(const struct xfi_kmt_resource *kmt, const struct xfi_desc *desc)
{
	struct xf_surface_desc surface = { .size = sizeof(surface) };
	uint64_t bytes;
	if (!kmt->pixels)
		return false;
	xf_surface_desc(kmt->pixels, &surface, &bytes);
	return surface.memory || ((bytes + 4095) & ~UINT64_C(4095)) >= xfi_desc_bytes(desc);
}

static int open_memory(struct xfi_resource *resource)
{
	xfi_device_lock(resource->child.device);
	int r = xfi_device_memory_open(resource);
	xfi_device_unlock(resource->child.device);
	if (r == -EXDEV)
		xfi_device_say(resource->child.device, D3D11_MESSAGE_CATEGORY_STATE_CREATION,
			D3D11_MESSAGE_SEVERITY_ERROR, D3D11_MESSAGE_ID_UNKNOWN, "%s",
			xf_last_message(r));
	return r ? r : set_mutex(resource);
}

HRESULT xfi_resource_open(
	struct xfi_device *device, struct xfi_kmt_resource *kmt, struct xfi_resource **ret_resource)
{
	struct xfi_resource *resource;
	struct xfi_desc desc;
	int r;
	if (FAILED(xfi_render_removed(device))) {
		xfi_object_unref(&kmt->base);
		return DXGI_ERROR_DEVICE_REMOVED;
	}
	if (!xfi_runtime_data_parse(kmt->bytes, kmt->head.runtime_bytes, &desc) ||
		!(desc.misc & XFI_MISC_SHARING) || !pixels_fit(kmt, &desc)) {
		xfi_object_unref(&kmt->base);
		return E_INVALIDARG;
	}
	resource = alloc(device, &desc);
	if (!resource) {
		xfi_object_unref(&kmt->base);
		return E_OUTOFMEMORY;
	}
	resource->kmt = kmt;
	resource->pixels = kmt->pixels;
	r = open_memory(resource);
	if (r) {
		xfi_child_release(&resource->child);
		return r == -EXDEV ? DXGI_ERROR_UNSUPPORTED : xfi_hresult(r);
	}
	*ret_resource = resource;
	return S_OK;
}

/* The order of the first two steps is explained in keyed_mutex.c. */
uint8_t *xfi_resource_begin(struct xfi_resource *resource, uint32_t access)
{
	void *data;
	if (!resource->pixels)
		return xfi_residence_to_host(resource, access) ? NULL : resource->memory;
	atomic_fetch_add(&resource->in_use, 1);
	if (resource->mutex)
		xfi_barrier_all();
	const bool held = !resource->mutex || atomic_load(&resource->owned);
	data = resource->memory;
	if (held && !xfi_residence_to_host(resource, access) &&
		(data || !xf_surface_begin(resource->pixels, access, &data)))
		return data;
	atomic_fetch_sub(&resource->in_use, 1);
	if (!held)
		xfi_count_dropped();
	return NULL;
}

void xfi_resource_end(struct xfi_resource *resource)
{
	if (!resource->pixels)
		return;
	if (!resource->memory)
		(void)xf_surface_end(resource->pixels); /* the pair of a begin that succeeded */
	atomic_fetch_sub(&resource->in_use, 1);
}
