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

#include "win/dxgi/device.h"
#include "win/dxgi/format.h"
#include "win/kmt/resource.h"

/* The descriptions of all kinds in one; D3D11's values. Buffers have height = depth = 1. */
struct xfi_desc {
	D3D11_RESOURCE_DIMENSION dimension;
	UINT width, height, depth;
	UINT mips, array;
	DXGI_FORMAT format; /* UNKNOWN for buffers */
	DXGI_SAMPLE_DESC samples;
	D3D11_USAGE usage;
	UINT bind, cpu, misc;
	UINT stride; /* of structured buffers */
};

#define XFI_MISC_SHARING                                                                           \
	(D3D11_RESOURCE_MISC_SHARED | D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX |                      \
		D3D11_RESOURCE_MISC_SHARED_NTHANDLE)

struct xfi_resource {
	struct xfi_child child;
	IDXGIResource1 dxgi;
	IDXGISurface1 surface;
	IDXGIKeyedMutex keyed_mutex;
	struct xfi_desc desc;
	const struct xfi_format *format; /* NULL for buffers */
	uint64_t size_bytes;
	void *memory; /* NULL: shared */
	struct xf_surface *pixels; /* in the domain; NULL: not shared. kmt's, once there is one */
	struct xfi_kmt_resource *kmt; /* NULL: nobody asked for a handle yet; under the lock */
	struct xf_keyed_mutex *mutex; /* NULL: not keyed */
	uint64_t fence; /* of the last acquire */
	_Atomic bool owned; /* the mutex, by this resource; see keyed_mutex.c */
	_Atomic uint32_t in_use; /* begins without end; see keyed_mutex.c */
	bool has_twin; /* the device has another resource with the same mutex */
	_Atomic bool handed_out; /* CreateSharedHandle was called */
	struct xfi_resource *next_keyed; /* xfi_device.keyed */
	_Atomic uint32_t bindings; /* of it and its views in the pipeline; under the lock */
	uint32_t mapped; /* Map without Unmap; under the lock */
	UINT eviction_priority;
};

/* Where one subresource lies. */
struct xfi_extent {
	uint64_t offset;
	uint32_t row_bytes; /* of pixels in a row */
	uint32_t row_pitch;
	uint32_t depth_pitch; /* bytes of one slice, both planes of NV12 */
	uint32_t width, height, depth;
	uint32_t rows; /* of a slice; 3/2 of the height for NV12 */
};

static inline struct xfi_resource *xfi_resource_of(struct xfi_child *child)
{
	return XFI_CONTAINER(child, struct xfi_resource, child);
}

/*
 * Checks a description from a program as D3D does and completes it (mips 0: the whole chain).
 * E_INVALIDARG: the flags, sizes or format do not go together; E_OUTOFMEMORY: beyond 4 GiB.
 */
HRESULT xfi_desc_check(struct xfi_desc *desc, D3D_FEATURE_LEVEL level);

/* The matrix of sharing flags alone. */
HRESULT xfi_sharing_check(const struct xfi_desc *desc, D3D_FEATURE_LEVEL level);

/* Bytes of the whole; UINT64_MAX: a pitch or the sum does not fit into 32 bits. */
uint64_t xfi_desc_bytes(const struct xfi_desc *desc);

/* False: there is no such subresource. */
bool xfi_desc_extent(const struct xfi_desc *desc, UINT subresource, struct xfi_extent *ret_extent);

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

/* The interfaces' own files. */
void xfi_resource_init_d3d11(struct xfi_resource *resource);
void xfi_resource_init_d3d10(struct xfi_resource *resource);
void xfi_resource_init_dxgi(struct xfi_resource *resource);
void xfi_resource_init_keyed_mutex(struct xfi_resource *resource);

/* Map and Unmap of every interface; the lock is not held. */
HRESULT xfi_resource_map(struct xfi_resource *resource, UINT subresource, D3D11_MAP type,
	UINT flags, D3D11_MAPPED_SUBRESOURCE *ret_mapped);
void xfi_resource_unmap(struct xfi_resource *resource, UINT subresource);

/* D3D10's MiscFlags and D3D11's. */
UINT xfi_misc_from_10(UINT misc);
UINT xfi_misc_to_10(UINT misc);

#endif
