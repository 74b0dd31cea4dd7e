/* SPDX-License-Identifier: MIT */
/* A driver of Vulkan's that takes whoever loads it with it. */
#include <stdlib.h>

__attribute__((constructor)) static void crash(void)
{
	abort();
}
