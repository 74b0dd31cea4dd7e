/* SPDX-License-Identifier: MIT */
#include "layer_find.h"

#include <dlfcn.h>
#include <stdlib.h>

#include "proc.h"

/* The same file that the loader will open, or has: there is one of it in a process. */
struct layer *layer_find(void)
{
	const char *path = getenv("XF_TEST_LAYER");
	void *library = path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
	struct layer *layer = library ? dlsym(library, "layer") : NULL;
	if (!layer)
		proc_fail(__FILE__, __LINE__, "no test layer: %s", path ? dlerror() : "not named");
	return layer;
}
