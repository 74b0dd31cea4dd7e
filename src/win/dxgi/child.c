/* SPDX-License-Identifier: MIT */
/* References, private data and identity of everything a device makes. */
#include "win/dxgi/child.h"

#include "win/dxgi/device.h"

void xfi_child_init(
	struct xfi_child *child, struct xfi_device *device, const struct xfi_child_type *type)
{
	child->type = type;
	child->device = device;
	child->private_data.first = NULL;
	atomic_init(&child->refs, 1);
	atomic_init(&child->uses, 1);
	xfi_device_addref(device);
}

void xfi_child_use(struct xfi_child *child)
{
	atomic_fetch_add_explicit(&child->uses, 1, memory_order_relaxed);
}

/*
 * The count never leaves zero. Relaxed: what is found is read under the lock under which it was put
 * into the list.
 */
bool xfi_child_try_use(struct xfi_child *child)
{
	uint32_t uses = atomic_load_explicit(&child->uses, memory_order_relaxed);
	while (uses)
		if (atomic_compare_exchange_weak_explicit(&child->uses, &uses, uses + 1,
			    memory_order_relaxed, memory_order_relaxed))
			return true;
	return false;
}

void xfi_child_unuse(struct xfi_child *child)
{
	/* Release: our use happens before the end; acquire: the end sees all uses. */
	if (atomic_fetch_sub_explicit(&child->uses, 1, memory_order_acq_rel) != 1)
		return;
	xfi_private_clear(&child->private_data);
	child->type->destroy(child);
}

/* A bound object that the program let go of comes back to it through a getter. */
ULONG xfi_child_addref(struct xfi_child *child)
{
	ULONG before = atomic_fetch_add(&child->refs, 1);
	if (!before) {
		xfi_child_use(child);
		xfi_device_addref(child->device);
	}
	return before + 1;
}

ULONG xfi_child_release(struct xfi_child *child)
{
	ULONG left = atomic_fetch_sub(&child->refs, 1) - 1;
	struct xfi_device *device = child->device;
	if (!left) {
		xfi_child_unuse(child);
		xfi_device_release(device);
	}
	return left;
}

HRESULT xfi_child_query(struct xfi_child *child, REFIID riid, void **ret_object)
{
	if (!ret_object)
		return E_POINTER;
	*ret_object = riid ? child->type->query(child, riid) : NULL;
	if (!*ret_object)
		return riid ? E_NOINTERFACE : E_INVALIDARG;
	xfi_child_addref(child);
	return S_OK;
}

HRESULT xfi_child_set_data(struct xfi_child *child, REFGUID guid, UINT size, const void *bytes)
{
	HRESULT hr;
	xfi_device_lock(child->device);
	hr = xfi_private_set(&child->private_data, guid, size, bytes);
	xfi_device_unlock(child->device);
	return hr;
}

HRESULT xfi_child_set_interface(struct xfi_child *child, REFGUID guid, const IUnknown *object)
{
	HRESULT hr;
	xfi_device_lock(child->device);
	hr = xfi_private_set_interface(&child->private_data, guid, object);
	xfi_device_unlock(child->device);
	return hr;
}

HRESULT xfi_child_get_data(struct xfi_child *child, REFGUID guid, UINT *size, void *bytes)
{
	HRESULT hr;
	xfi_device_lock(child->device);
	hr = xfi_private_get(&child->private_data, guid, size, bytes);
	xfi_device_unlock(child->device);
	return hr;
}

#define CHILD_FACE(v)                                                                              \
	HRESULT WINAPI xfi_child##v##_QueryInterface(                                              \
		ID3D##v##DeviceChild *iface, REFIID riid, void **ret)                              \
	{                                                                                          \
		return xfi_child_query(XFI_CONTAINER(iface, struct xfi_child, d3d##v), riid, ret); \
	}                                                                                          \
	ULONG WINAPI xfi_child##v##_AddRef(ID3D##v##DeviceChild *iface)                            \
	{                                                                                          \
		return xfi_child_addref(XFI_CONTAINER(iface, struct xfi_child, d3d##v));           \
	}                                                                                          \
	ULONG WINAPI xfi_child##v##_Release(ID3D##v##DeviceChild *iface)                           \
	{                                                                                          \
		return xfi_child_release(XFI_CONTAINER(iface, struct xfi_child, d3d##v));          \
	}                                                                                          \
	void WINAPI xfi_child##v##_GetDevice(                                                      \
		ID3D##v##DeviceChild *iface, ID3D##v##Device **ret_device)                         \
	{                                                                                          \
		struct xfi_device *device =                                                        \
			XFI_CONTAINER(iface, struct xfi_child, d3d##v)->device;                    \
		*ret_device = (ID3D##v##Device *)&device->d3d##v;                                  \
		xfi_device_addref(device);                                                         \
	}                                                                                          \
	HRESULT WINAPI xfi_child##v##_GetPrivateData(                                              \
		ID3D##v##DeviceChild *iface, REFGUID guid, UINT *size, void *bytes)                \
	{                                                                                          \
		return xfi_child_get_data(                                                         \
			XFI_CONTAINER(iface, struct xfi_child, d3d##v), guid, size, bytes);        \
	}                                                                                          \
	HRESULT WINAPI xfi_child##v##_SetPrivateData(                                              \
		ID3D##v##DeviceChild *iface, REFGUID guid, UINT size, const void *bytes)           \
	{                                                                                          \
		return xfi_child_set_data(                                                         \
			XFI_CONTAINER(iface, struct xfi_child, d3d##v), guid, size, bytes);        \
	}                                                                                          \
	HRESULT WINAPI xfi_child##v##_SetPrivateDataInterface(                                     \
		ID3D##v##DeviceChild *iface, REFGUID guid, const IUnknown *object)                 \
	{                                                                                          \
		return xfi_child_set_interface(                                                    \
			XFI_CONTAINER(iface, struct xfi_child, d3d##v), guid, object);             \
	}

CHILD_FACE(10)
CHILD_FACE(11)
