/* SPDX-License-Identifier: MIT */
/*
 * Proxy: a COM object that stands before another one of the same interface. Its vtable is filled
 * with thunks that put the inner object in place of `this` and go on to the same slot, whatever
 * the arguments are; only the methods that differ are written down.
 */
#ifndef XFI_WIN_MF_PROXY_H
#define XFI_WIN_MF_PROXY_H

#include "win/prelude.h"

#include <d3d12.h>

#define XFI_PROXY_SLOTS 80

struct xfi_proxy {
	const void *vtbl;
	IUnknown *inner; /* the thunks know that it comes second */
	_Atomic ULONG refs;
	void (*destroy)(struct xfi_proxy *proxy); /* at the last Release; ends `inner`, too */
};

extern void *const xfi_proxy_thunks[XFI_PROXY_SLOTS];

/* Takes `inner`'s reference. */
void xfi_proxy_init(struct xfi_proxy *proxy, const void *vtbl, void *inner,
	void (*destroy)(struct xfi_proxy *proxy));

/* The first three slots of every proxy's vtable. */
HRESULT WINAPI xfi_proxy_QueryInterface(IUnknown *iface, REFIID riid, void **ret);
ULONG WINAPI xfi_proxy_AddRef(IUnknown *iface);
ULONG WINAPI xfi_proxy_Release(IUnknown *iface);

/* Fills `vtbl` of `slots` entries with thunks and those three. */
void xfi_proxy_fill(void *vtbl, size_t slots);

#endif
