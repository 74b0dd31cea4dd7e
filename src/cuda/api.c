/* SPDX-License-Identifier: MIT */
#include "cuda/api.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>

#define LIBRARY "libcuda.so.1"

static struct xfc_api api;
static int loaded; /* the result of the one attempt */
static char why[200];

static int failed(int result, const char *what, const char *detail)
{
	int n = 0;
	for (const char *part = what; *part && n < (int)sizeof(why) - 1; part++)
		why[n++] = *part;
	for (const char *part = detail; *part && n < (int)sizeof(why) - 1; part++)
		why[n++] = *part;
	why[n] = 0;
	return result;
}

/* The address of a function, into a pointer to one. */
static int find(void *library, const char *symbol, void *ret_function)
{
	void *address = dlsym(library, symbol);
	if (!address)
		return failed(-ENOSYS,
			"the CUDA driver is too old (CUDA 11.7 is needed): " LIBRARY " has no ",
			symbol);
	*(void **)ret_function = address;
	return 0;
}

static int find_all(void *library)
{
	int r = 0;
#define XFC_FIND(name, symbol, parameters)                                                         \
	if (!r)                                                                                    \
		r = find(library, symbol, &api.name);
	XFC_FUNCTIONS(XFC_FIND)
#undef XFC_FIND
	return r;
}

static int start(void)
{
	const char *text = "unknown error";
	xfc_result error = api.Init(0);
	int count = 0;
	if (!error)
		error = api.DeviceGetCount(&count);
	if (error == XFC_ERROR_NO_DEVICE || (!error && !count))
		return failed(-ENODEV, "the CUDA driver finds no device",
			"; is one assigned to this process (CUDA_VISIBLE_DEVICES)?");
	if (error) {
		(void)api.GetErrorString(error, &text);
		return failed(-ENODEV, "the CUDA driver does not start: ", text);
	}
	return 0;
}

/* Never unloaded: it has threads, and other libraries of the process use it. */
static void load(void)
{
	void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	if (!library)
		loaded = failed(-ENOSYS,
			"no CUDA driver: install NVIDIA's, which brings " LIBRARY ": ", dlerror());
	else
		loaded = find_all(library);
	if (!loaded)
		loaded = start();
}

int xfc_api(const struct xfc_api **ret_api)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	(void)xf_fail(0, "%s", ""); /* what an earlier call left behind is not this one's */
	pthread_once(&once, load);
	if (loaded)
		return xf_fail(loaded, "%s", why);
	*ret_api = &api;
	return 0;
}

int xfc_failed(const struct xfc_api *a, const char *call, xfc_result result)
{
	const char *text = "unknown error";
	(void)a->GetErrorString(result, &text);
	int r = result == XFC_ERROR_OUT_OF_MEMORY    ? -ENOMEM
		: result == XFC_ERROR_INVALID_DEVICE ? -ENODEV
		: result == XFC_ERROR_NOT_SUPPORTED  ? -EOPNOTSUPP
						     : -EIO;
	return xf_fail(r, "%s: %s (%d)", call, text, result);
}
