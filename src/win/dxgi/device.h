/* SPDX-License-Identifier: MIT */
/*
 * Device: ID3D11Device with its immediate context, ID3D10Device and IDXGIDevice in one object, and
 * what children of a device have in common.
 *
 * One lock per device guards the pipeline's bind state and every command. It is never held while
 * AcquireSync waits. Programs do call ReleaseSync from a thread that does not use the context.
 */
#ifndef XFI_WIN_DEVICE_H
#define XFI_WIN_DEVICE_H

#include <d3d11_4.h>

#include "win/dxgi/com.h"

struct xfi_device;
struct xfi_child;
struct xfi_pipeline;

/*
 * Child: resource, view, query, state: an object that a device made.
 *
 * `refs` counts the program's references, `uses` ours (bindings, views) and one for all of the
 * program's together. The program's references keep the device alive, ours do not: what is only
 * bound ends with the device's pipeline.
 */
struct xfi_child_type {
	void (*destroy)(struct xfi_child *child);
	/* The interface pointer for riid, not counted yet; NULL: not supported. */
	void *(*query)(struct xfi_child *child, REFIID riid);
};

struct xfi_child {
	ID3D11DeviceChild d3d11; /* any interface derived from ID3D11DeviceChild */
	ID3D10DeviceChild d3d10; /* likewise */
	const struct xfi_child_type *type;
	struct xfi_device *device;
	_Atomic uint32_t refs, uses;
	struct xfi_private_data private_data; /* under the device's lock */
};

struct xfi_device {
	ID3D11Device1 d3d11;
	ID3D11DeviceContext1 context;
	ID3D10Device1 d3d10;
	IDXGIDevice2 dxgi;
	ID3D10Multithread multithread10;
	ID3D11Multithread multithread11;
	_Atomic uint32_t refs;
	pthread_mutex_t lock; /* recursive: Enter() and Leave() are the program's */
	struct xfi_private_data private_data, context_data;
	struct xfi_pipeline *pipeline;
	struct xfi_resource *keyed; /* all keyed resources of this device, by next_keyed */
	IDXGIAdapter *adapter;
	D3D_FEATURE_LEVEL level;
	UINT creation_flags, exception_mode, max_latency;
	INT priority;
	bool is_d3d10;
	BOOL multithread_protected;
};

void xfi_device_lock(struct xfi_device *device);
void xfi_device_unlock(struct xfi_device *device);
ULONG xfi_device_addref(struct xfi_device *device);
ULONG xfi_device_release(struct xfi_device *device);
HRESULT xfi_device_query(struct xfi_device *device, REFIID riid, void **ret_object);
void xfi_device_init_d3d10(struct xfi_device *device);
void xfi_device_init_d3d11(struct xfi_device *device);
void xfi_device_init_dxgi(struct xfi_device *device);
void xfi_device_init_context(struct xfi_device *device);

/* What CheckFormatSupport tells, D3D10's and D3D11's bits alike; 0: format not supported. */
UINT xfi_format_support(DXGI_FORMAT format);

/* The child begins with one reference of the program. */
void xfi_child_init(
	struct xfi_child *child, struct xfi_device *device, const struct xfi_child_type *type);
void xfi_child_use(struct xfi_child *child);
void xfi_child_unuse(struct xfi_child *child);
ULONG xfi_child_addref(struct xfi_child *child);
ULONG xfi_child_release(struct xfi_child *child);
HRESULT xfi_child_query(struct xfi_child *child, REFIID riid, void **ret_object);
HRESULT xfi_child_set_data(struct xfi_child *child, REFGUID guid, UINT size, const void *bytes);
HRESULT xfi_child_set_interface(struct xfi_child *child, REFGUID guid, const IUnknown *object);
HRESULT xfi_child_get_data(struct xfi_child *child, REFGUID guid, UINT *size, void *bytes);

static inline struct xfi_child *xfi_child_of11(void *iface)
{
	return iface ? XFI_CONTAINER(iface, struct xfi_child, d3d11) : NULL;
}

static inline struct xfi_child *xfi_child_of10(void *iface)
{
	return iface ? XFI_CONTAINER(iface, struct xfi_child, d3d10) : NULL;
}

HRESULT WINAPI xfi_child11_QueryInterface(ID3D11DeviceChild *iface, REFIID riid, void **ret);
ULONG WINAPI xfi_child11_AddRef(ID3D11DeviceChild *iface);
ULONG WINAPI xfi_child11_Release(ID3D11DeviceChild *iface);
void WINAPI xfi_child11_GetDevice(ID3D11DeviceChild *iface, ID3D11Device **ret_device);
HRESULT WINAPI xfi_child11_GetPrivateData(ID3D11DeviceChild *iface, REFGUID g, UINT *n, void *p);
HRESULT WINAPI xfi_child11_SetPrivateData(
	ID3D11DeviceChild *iface, REFGUID guid, UINT size, const void *bytes);
HRESULT WINAPI xfi_child11_SetPrivateDataInterface(
	ID3D11DeviceChild *iface, REFGUID guid, const IUnknown *object);
HRESULT WINAPI xfi_child10_QueryInterface(ID3D10DeviceChild *iface, REFIID riid, void **ret);
ULONG WINAPI xfi_child10_AddRef(ID3D10DeviceChild *iface);
ULONG WINAPI xfi_child10_Release(ID3D10DeviceChild *iface);
void WINAPI xfi_child10_GetDevice(ID3D10DeviceChild *iface, ID3D10Device **ret_device);
HRESULT WINAPI xfi_child10_GetPrivateData(ID3D10DeviceChild *iface, REFGUID g, UINT *n, void *p);
HRESULT WINAPI xfi_child10_SetPrivateData(
	ID3D10DeviceChild *iface, REFGUID guid, UINT size, const void *bytes);
HRESULT WINAPI xfi_child10_SetPrivateDataInterface(
	ID3D10DeviceChild *iface, REFGUID guid, const IUnknown *object);

/* The first seven entries of the vtable of an interface I derived from ID3D11DeviceChild. */
#define XFI_CHILD_METHODS(I, version)                                                              \
	.QueryInterface =                                                                          \
		XFI_ENTRY(HRESULT, xfi_child##version##_QueryInterface, I *, REFIID, void **),     \
	.AddRef = XFI_ENTRY(ULONG, xfi_child##version##_AddRef, I *),                              \
	.Release = XFI_ENTRY(ULONG, xfi_child##version##_Release, I *),                            \
	.GetDevice =                                                                               \
		XFI_ENTRY(void, xfi_child##version##_GetDevice, I *, ID3D##version##Device **),    \
	.GetPrivateData = XFI_ENTRY(                                                               \
		HRESULT, xfi_child##version##_GetPrivateData, I *, REFGUID, UINT *, void *),       \
	.SetPrivateData = XFI_ENTRY(                                                               \
		HRESULT, xfi_child##version##_SetPrivateData, I *, REFGUID, UINT, const void *),   \
	.SetPrivateDataInterface = XFI_ENTRY(HRESULT,                                              \
		xfi_child##version##_SetPrivateDataInterface, I *, REFGUID, const IUnknown *)

/* Counts a command that touched a keyed resource which its device does not hold. */
void xfi_count_dropped(void);

#endif
