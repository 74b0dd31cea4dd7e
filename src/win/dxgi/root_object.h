/* SPDX-License-Identifier: MIT */
/*
 * What the DXGI interfaces that no device made have in common: references, and IDXGIObject's data
 * under a lock of their own. A struct `name` begins with its interface `iface` and has a `root`;
 * name_finish() is called before its end.
 */
#ifndef XFI_WIN_ROOT_OBJECT_H
#define XFI_WIN_ROOT_OBJECT_H

#include "win/dxgi/private_data.h"

struct xfi_root {
	_Atomic uint32_t refs;
	pthread_mutex_t lock;
	struct xfi_private_data private_data;
};

static inline void xfi_root_init(struct xfi_root *root)
{
	atomic_init(&root->refs, 1);
	pthread_mutex_init(&root->lock, NULL);
	root->private_data.first = NULL;
}

#define XFI_ROOT_OBJECT(name, I)                                                                   \
	static struct name *name##_of(I *iface)                                                    \
	{                                                                                          \
		return XFI_CONTAINER(iface, struct name, iface);                                   \
	}                                                                                          \
	static ULONG WINAPI name##_AddRef(I *iface)                                                \
	{                                                                                          \
		return atomic_fetch_add(&name##_of(iface)->root.refs, 1) + 1;                      \
	}                                                                                          \
	static ULONG WINAPI name##_Release(I *iface)                                               \
	{                                                                                          \
		struct name *object = name##_of(iface);                                            \
		ULONG left = atomic_fetch_sub(&object->root.refs, 1) - 1;                          \
		if (!left) {                                                                       \
			name##_finish(object);                                                     \
			xfi_private_clear(&object->root.private_data);                             \
			pthread_mutex_destroy(&object->root.lock);                                 \
			free(object);                                                              \
		}                                                                                  \
		return left;                                                                       \
	}                                                                                          \
	static HRESULT WINAPI name##_SetPrivateData(                                               \
		I *iface, REFGUID guid, UINT size, const void *bytes)                              \
	{                                                                                          \
		struct name *object = name##_of(iface);                                            \
		HRESULT hr;                                                                        \
		pthread_mutex_lock(&object->root.lock);                                            \
		hr = xfi_private_set(&object->root.private_data, guid, size, bytes);               \
		pthread_mutex_unlock(&object->root.lock);                                          \
		return hr;                                                                         \
	}                                                                                          \
	static HRESULT WINAPI name##_SetPrivateDataInterface(                                      \
		I *iface, REFGUID guid, const IUnknown *data)                                      \
	{                                                                                          \
		struct name *object = name##_of(iface);                                            \
		HRESULT hr;                                                                        \
		pthread_mutex_lock(&object->root.lock);                                            \
		hr = xfi_private_set_interface(&object->root.private_data, guid, data);            \
		pthread_mutex_unlock(&object->root.lock);                                          \
		return hr;                                                                         \
	}                                                                                          \
	static HRESULT WINAPI name##_GetPrivateData(                                               \
		I *iface, REFGUID guid, UINT *size, void *bytes)                                   \
	{                                                                                          \
		struct name *object = name##_of(iface);                                            \
		HRESULT hr;                                                                        \
		pthread_mutex_lock(&object->root.lock);                                            \
		hr = xfi_private_get(&object->root.private_data, guid, size, bytes);               \
		pthread_mutex_unlock(&object->root.lock);                                          \
		return hr;                                                                         \
	}

#define XFI_ROOT_OBJECT_METHODS(name)                                                              \
	.QueryInterface = name##_QueryInterface, .AddRef = name##_AddRef,                          \
	.Release = name##_Release, .SetPrivateData = name##_SetPrivateData,                        \
	.SetPrivateDataInterface = name##_SetPrivateDataInterface,                                 \
	.GetPrivateData = name##_GetPrivateData, .GetParent = name##_GetParent

#endif
