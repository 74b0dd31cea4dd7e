/* SPDX-License-Identifier: MIT */
#include "win/mf/proxy.h"

_Static_assert(offsetof(struct xfi_proxy, inner) == 8, "as in the thunks");

/*
 * In the Microsoft convention `this` is the first argument, in rcx, even where a structure is
 * returned through a pointer; so a thunk need not know what it passes on.
 */
__asm__(".text\n"
	".altmacro\n"
	".macro xfi_thunk n\n"
	"xfi_thunk_\\n:\n"
	"	.cfi_startproc\n"
	"	movq 8(%rcx), %rcx\n"
	"	movq (%rcx), %rax\n"
	"	jmpq *(8 * \\n)(%rax)\n"
	"	.cfi_endproc\n"
	".endm\n"
	".macro xfi_thunk_entry n\n"
	"	.quad xfi_thunk_\\n\n"
	".endm\n"
	".set i, 0\n"
	".rept 80\n"
	"	xfi_thunk %i\n"
	"	.set i, i + 1\n"
	".endr\n"
	".section .data.rel.ro, \"aw\"\n"
	".balign 8\n"
	".globl xfi_proxy_thunks\n"
	".hidden xfi_proxy_thunks\n"
	".type xfi_proxy_thunks, @object\n"
	".size xfi_proxy_thunks, 8 * 80\n"
	"xfi_proxy_thunks:\n"
	".set i, 0\n"
	".rept 80\n"
	"	xfi_thunk_entry %i\n"
	"	.set i, i + 1\n"
	".endr\n"
	".noaltmacro\n"
	".text\n");

void xfi_proxy_init(struct xfi_proxy *proxy, const void *vtbl, void *inner,
	void (*destroy)(struct xfi_proxy *proxy))
{
	proxy->vtbl = vtbl;
	proxy->inner = inner;
	proxy->destroy = destroy;
	atomic_init(&proxy->refs, 1);
}

HRESULT WINAPI xfi_proxy_QueryInterface(IUnknown *iface, REFIID riid, void **ret)
{
	struct xfi_proxy *proxy = (struct xfi_proxy *)iface;
	HRESULT hr = IUnknown_QueryInterface(proxy->inner, riid, ret);
	/* The same vtable with more slots is the same face of the object: ours stands before it. */
	if (SUCCEEDED(hr) && *ret == proxy->inner) {
		IUnknown_Release(proxy->inner);
		xfi_proxy_AddRef(iface);
		*ret = iface;
	}
	return hr;
}

ULONG WINAPI xfi_proxy_AddRef(IUnknown *iface)
{
	return atomic_fetch_add(&((struct xfi_proxy *)iface)->refs, 1) + 1;
}

ULONG WINAPI xfi_proxy_Release(IUnknown *iface)
{
	struct xfi_proxy *proxy = (struct xfi_proxy *)iface;
	ULONG refs = atomic_fetch_sub(&proxy->refs, 1) - 1;
	if (!refs)
		proxy->destroy(proxy);
	return refs;
}

void xfi_proxy_fill(void *vtbl, size_t slots)
{
	void **entries = vtbl;
	memcpy(entries, xfi_proxy_thunks, slots * sizeof(*entries));
	entries[0] = (void *)xfi_proxy_QueryInterface;
	entries[1] = (void *)xfi_proxy_AddRef;
	entries[2] = (void *)xfi_proxy_Release;
}
