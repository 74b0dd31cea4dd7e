/* SPDX-License-Identifier: MIT */
/* Of a build without Vulkan's headers, or without a compiler for shaders. */
#include "roles.h"

#include <stdlib.h>

int gpu_role_main(const struct demo_options *options, enum role role)
{
	return EXIT_FAILURE;
}

const char *gpu_missing(void)
{
	return "Vulkan's headers or glslangValidator (Debian: libvulkan-dev, glslang-tools)";
}
