/* SPDX-License-Identifier: MIT */
#include "driver.h"

#include <dlfcn.h>
#include <errno.h>

#define LIBRARY "libcrossfence-cuda.so.0"
#define DRIVER	"libcuda.so.1"

static struct xfp_driver driver;
static bool loaded;

static int find(void *library, const char *symbol, void *ret_function)
{
	void *address = dlsym(library, symbol);
	if (!address)
		return xf_fail(-ENOSYS, "%s is missing from a library of CUDA's", symbol);
	*(void **)ret_function = address;
	return 0;
}

static int find_ours(void *library)
{
	int r = find(library, "xf_cuda_surface_create", &driver.surface_create);
	if (!r)
		r = find(library, "xf_cuda_pool_create", &driver.pool_create);
	if (!r)
		r = find(library, "xf_cuda_map", &driver.map);
	if (!r)
		r = find(library, "xf_queue_create_cuda", &driver.queue_create);
	return r;
}

static int find_theirs(void *library)
{
	int r = find(library, "cuDeviceGetCount", &driver.DeviceGetCount);
	if (!r)
		r = find(library, "cuDeviceGet", &driver.DeviceGet);
	if (!r)
		r = find(library, "cuDeviceGetUuid", &driver.DeviceGetUuid);
	if (!r)
		r = find(library, "cuDevicePrimaryCtxRetain", &driver.DevicePrimaryCtxRetain);
	if (!r)
		r = find(library, "cuCtxGetCurrent", &driver.CtxGetCurrent);
	if (!r)
		r = find(library, "cuCtxSetCurrent", &driver.CtxSetCurrent);
	if (!r)
		r = find(library, "cuMemcpyAsync", &driver.MemcpyAsync);
	return r;
}

/* Neither is ever unloaded: both have threads. */
static int load(void)
{
	void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	int (*check)(void) = NULL;
	if (!library)
		return xf_fail(-ENOSYS, "CUDA needs " LIBRARY ": %s", dlerror());
	int r = find(library, "xf_cuda_check", &check);
	if (!r)
		r = check();
	if (r)
		return r;
	r = find_ours(library);
	library = r ? NULL : dlopen(DRIVER, RTLD_NOW | RTLD_LOCAL);
	if (!r && !library)
		r = xf_fail(-ENOSYS, "CUDA needs " DRIVER ": %s", dlerror());
	return r ? r : find_theirs(library);
}

int xfp_driver(const struct xfp_driver **ret_driver)
{
	int r = loaded ? 0 : load();
	loaded = r == 0;
	*ret_driver = &driver;
	return r;
}
