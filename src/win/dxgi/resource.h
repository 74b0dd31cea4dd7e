/* SPDX-License-Identifier: MIT */
/*
 * Resource: texture of one, two or three dimensions, or buffer. Its interfaces (ID3D11Texture2D,
 * ID3D10Texture2D, IDXGIResource1, IDXGISurface1, IDXGIKeyedMutex) are one object.
 *
 * What is not shared lies in ordinary memory. What is shared lies in a surface of the domain; a KMT
 * resource that describes it to whoever opens it is made when the first handle is asked for.
 */
#ifndef XFI_WIN_RESOURCE_H
#define XFI_WIN_RESOURCE_H

#include "win/dxgi/desc.h"
#include "win/dxgi/device.h"
#include "win/dxgi/format.h"
#include "win/dxgi/residence.h"
#include "win/kmt/resource.h"

struct xfi_resource {
	struct xfi_child child;
	IDXGIResource1 dxgi;
	IDXGISurface1 surface;
	IDXGIKeyedMutex keyed_mutex;
	struct xfi_desc desc;
	const struct xfi_format *format; /* NULL for buffers */
	uint64_t size_bytes;
	void *memory; /* NULL: shared, and not in device memory (device_memory.h) */
	struct xf_surface *pixels; /* in the domain; NULL: not shared. kmt's, once there is one */
	struct xfi_kmt_resource *kmt; /* NULL: nobody asked for a handle yet; under the lock */
	struct xf_keyed_mutex *mutex; /* NULL: not keyed */
	uint64_t fence; /* of the last acquire */
	_Atomic bool owned; /* the mutex, by this resource; see keyed_mutex.c */
	_Atomic uint32_t in_use; /* begins without end; see keyed_mutex.c */
	bool is_back_buffer; /* of a swap chain: its views may be sRGB, or not */
	bool has_twin; /* the device has another resource with the same mutex */
	_Atomic bool handed_out; /* CreateSharedHandle was called */
	struct xfi_resource *next_keyed; /* xfi_device.keyed */
	_Atomic uint32_t bindings; /* of it and its views in the pipeline; under the lock */
	uint32_t mapped; /* Map without Unmap; under the lock */
	struct xfi_residence gpu; /* under the lock */
	UINT eviction_priority;
	float min_lod; /* of what shaders read of it; under the lock */
};

static inline struct xfi_resource *xfi_resource_of(struct xfi_child *child)
{
	return XFI_CONTAINER(child, struct xfi_resource, child);
}

/*
 * Makes a resource. `initial`: one element per subresource, or NULL. With `ret_resource` NULL only
 * checks, and returns S_FALSE.
 */
HRESULT xfi_resource_create(struct xfi_device *device, const struct xfi_desc *desc,
	const D3D11_SUBRESOURCE_DATA *initial, struct xfi_resource **ret_resource);

/* Wraps a KMT resource that another device made; takes it. E_INVALIDARG: not a D3D resource. */
HRESULT xfi_resource_open(struct xfi_device *device, struct xfi_kmt_resource *kmt,
	struct xfi_resource **ret_resource);

/*
 * The resource's memory, for a command; NULL: a keyed resource that is not held. Then the command
 * is counted, and has no effect. The device's lock is held.
 */
uint8_t *xfi_resource_begin(struct xfi_resource *resource, uint32_t access);
void xfi_resource_end(struct xfi_resource *resource);

#endif
