/* SPDX-License-Identifier: MIT */
/* What every COM object of this room needs. */
#ifndef XFI_WIN_COM_H
#define XFI_WIN_COM_H

#include "win/prelude.h"

#include <d3d11_4.h>
#include <d3d10_1.h>
#include <dxgi1_2.h>

#define XFI_CONTAINER(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))

/* WINAPI without force_align_arg_pointer, which Clang does not know in a cast. */
#if __has_attribute(ms_abi)
#define XFI_ABI __attribute__((ms_abi))
#else
#define XFI_ABI
#endif

/* A vtable entry whose first parameter is our own, more general interface pointer. */
#define XFI_ENTRY(ret, function, ...) (ret(XFI_ABI *)(__VA_ARGS__))(function)

static inline bool xfi_iid_is(REFIID a, const IID *b)
{
	return !memcmp(a, b, sizeof(*b));
}

/* One of a list that ends with NULL? */
static inline bool xfi_iid_is_one_of(REFIID riid, const IID *const *iids)
{
	for (; *iids; iids++)
		if (xfi_iid_is(riid, *iids))
			return true;
	return false;
}

#endif
