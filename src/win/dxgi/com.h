/* SPDX-License-Identifier: MIT */
/* What every COM object of this room needs. */
#ifndef XFI_WIN_COM_H
#define XFI_WIN_COM_H

#include "win/prelude.h"

#include <d3d11_1.h>
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

/*
 * SetPrivateData and its kin. Thread-safety: unsafe; callers hold the device's lock or a lock of
 * their own.
 */
struct xfi_private_data {
	struct xfi_private_item *first;
};

HRESULT xfi_private_set(struct xfi_private_data *data, REFGUID guid, UINT size, const void *bytes);
HRESULT xfi_private_set_interface(
	struct xfi_private_data *data, REFGUID guid, const IUnknown *object);
HRESULT xfi_private_get(struct xfi_private_data *data, REFGUID guid, UINT *size, void *bytes);
void xfi_private_clear(struct xfi_private_data *data);

#define XFI_ZERO(pointer)                                                                          \
	do {                                                                                       \
		if (pointer)                                                                       \
			memset(pointer, 0, sizeof(*(pointer)));                                    \
	} while (0)

/* Notes that `what` was called and is not provided; tells the log the first time. */
void xfi_unsupported(_Atomic uint32_t *seen, const char *what);

#endif
