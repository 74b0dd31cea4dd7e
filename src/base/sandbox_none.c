/* SPDX-License-Identifier: MIT */
/* Where there is no libseccomp, and under sanitizers, which need more than their program does. */
#include <errno.h>

#include "base/sandbox.h"

int xfi_sandbox_enter(void)
{
	return -ENOSYS;
}
