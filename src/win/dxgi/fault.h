/* SPDX-License-Identifier: MIT */
/* Fault: what is wrong with a description, by the number that Windows' debug layer gives it. */
#ifndef XFI_WIN_FAULT_H
#define XFI_WIN_FAULT_H

#include "win/dxgi/com.h"

struct xfi_fault {
	D3D11_MESSAGE_ID id;
	const char *name;
};

/* Returns the fault from a function that returns NULL where there is none. */
#define XFI_UNLESS(condition, what)                                                                \
	do {                                                                                       \
		static const struct xfi_fault here = { D3D11_MESSAGE_ID_##what, #what };           \
		if (!(condition))                                                                  \
			return &here;                                                              \
	} while (0)

#endif
