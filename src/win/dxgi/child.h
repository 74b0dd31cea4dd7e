/* SPDX-License-Identifier: MIT */
/*
 * Child: resource, view, query, state: an object that a device made.
 *
 * `refs` counts the program's references, `uses` ours (bindings, views) and one for all of the
 * program's together. The program's references keep the device alive, ours do not: what is only
 * bound ends with the device's pipeline.
 */
#ifndef XFI_WIN_CHILD_H
#define XFI_WIN_CHILD_H

#include "win/dxgi/com.h"
#include "win/dxgi/private_data.h"

struct xfi_device;
struct xfi_child;

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

/* The child begins with one reference of the program. */
void xfi_child_init(
	struct xfi_child *child, struct xfi_device *device, const struct xfi_child_type *type);
void xfi_child_use(struct xfi_child *child);
/* False: the child is at its end. For whoever finds it in a list, under the list's lock. */
bool xfi_child_try_use(struct xfi_child *child);
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

#endif
