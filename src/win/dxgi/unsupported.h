/* SPDX-License-Identifier: MIT */
/*
 * Functions for vtable entries that this layer does not provide. `params` begins with the interface
 * pointer, `outs` is a block that clears the outputs.
 */
#ifndef XFI_WIN_UNSUPPORTED_H
#define XFI_WIN_UNSUPPORTED_H

#include "win/dxgi/com.h"

#define XFI_ZERO(pointer)                                                                          \
	do {                                                                                       \
		if (pointer)                                                                       \
			memset(pointer, 0, sizeof(*(pointer)));                                    \
	} while (0)

#define XFI_UNSUPPORTED_BODY(I, name, outs)                                                        \
	static _Atomic uint32_t seen;                                                              \
	outs;                                                                                      \
	xfi_unsupported(&seen, #I "::" #name);

#define XFI_UNSUPPORTED_HR(I, name, params, outs)                                                  \
	static HRESULT WINAPI unsupported_##name params                                            \
	{                                                                                          \
		XFI_UNSUPPORTED_BODY(I, name, outs)                                                \
		return E_NOTIMPL;                                                                  \
	}

#define XFI_UNSUPPORTED_VOID(I, name, params, outs)                                                \
	static void WINAPI unsupported_##name params                                               \
	{                                                                                          \
		XFI_UNSUPPORTED_BODY(I, name, outs)                                                \
	}

#define XFI_UNSUPPORTED_VALUE(I, ret, name, params, outs)                                          \
	static ret WINAPI unsupported_##name params                                                \
	{                                                                                          \
		XFI_UNSUPPORTED_BODY(I, name, outs)                                                \
		return 0;                                                                          \
	}

#endif
