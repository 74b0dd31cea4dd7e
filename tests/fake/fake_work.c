/* SPDX-License-Identifier: MIT */
/* What bench/gpu/cuda_bench asks of the driver besides: plain memory, and its one kernel. */
#include <stdlib.h>
#include <string.h>

#include "fake_stream.h"

FAKE_API CUresult cuMemAlloc_v2(CUdeviceptr *ret_ptr, size_t size)
{
	void *memory = malloc(size);
	*ret_ptr = (CUdeviceptr)(uintptr_t)memory;
	return memory ? 0 : 2;
}

/* Only whether it is the same afterwards is of interest. */
FAKE_API CUresult cuMemGetInfo_v2(size_t *ret_free, size_t *ret_total)
{
	*ret_free = *ret_total = (size_t)1 << 30;
	return 0;
}

FAKE_API CUresult cuMemcpyDtoH_v2(void *to, CUdeviceptr from, size_t size)
{
	memcpy(to, (const void *)(uintptr_t)from, size);
	return 0;
}

struct CUmod_st;
struct CUfunc_st;

FAKE_API CUresult cuModuleLoadData(struct CUmod_st **ret_module, const void *ptx)
{
	*ret_module = NULL;
	return strstr(ptx, ".entry delay(") ? 0 : 1;
}

FAKE_API CUresult cuModuleGetFunction(
	struct CUfunc_st **ret_function, struct CUmod_st *module, const char *name)
{
	*ret_function = NULL;
	return module || strcmp(name, "delay") != 0;
}

FAKE_API CUresult cuLaunchKernel(struct CUfunc_st *function, unsigned gx, unsigned gy, unsigned gz,
	unsigned bx, unsigned by, unsigned bz, unsigned shared, CUstream stream, void **arguments,
	void **extra)
{
	uint64_t ns;
	if (function || gx * gy * gz * bx * by * bz != 1 || shared || extra)
		return 1;
	memcpy(&ns, arguments[0], sizeof(ns));
	return fake_cuda_work(stream, (unsigned)(ns / 1000));
}
