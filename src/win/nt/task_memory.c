/* SPDX-License-Identifier: MIT */
/* CoTaskMemAlloc and its kin: what COM methods allocate and their callers free. */
#include "win/prelude.h"

#include <objbase.h>

LPVOID WINAPI CoTaskMemAlloc(SIZE_T size)
{
	return malloc(size ? size : 1);
}

LPVOID WINAPI CoTaskMemRealloc(LPVOID memory, SIZE_T size)
{
	if (memory && !size) {
		free(memory);
		return NULL;
	}
	return realloc(memory, size ? size : 1);
}

void WINAPI CoTaskMemFree(LPVOID memory)
{
	free(memory);
}
