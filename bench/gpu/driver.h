/* SPDX-License-Identifier: MIT */
/* The CUDA driver as a bare program uses it, for the benchmark's other half. */
#ifndef BENCH_GPU_DRIVER_H
#define BENCH_GPU_DRIVER_H

#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef int CUresult;
typedef unsigned long long CUdeviceptr;
typedef struct CUctx_st *CUcontext;
typedef struct CUstream_st *CUstream;
typedef struct CUmod_st *CUmodule;
typedef struct CUfunc_st *CUfunction;

struct prop {
	int type, handle_types, location_type, location_id;
	void *win32;
	unsigned char flags[8];
};

struct access {
	int location_type, location_id, flags;
};

/* clang-format off */
#define DRIVER_FUNCTIONS(F) \
	F(cuInit, (unsigned flags)) \
	F(cuGetErrorString, (CUresult error, const char **text)) \
	F(cuDeviceGetCount, (int *count)) \
	F(cuDeviceGetName, (char *name, int size, int device)) \
	F(cuDriverGetVersion, (int *version)) \
	F(cuDevicePrimaryCtxRetain, (CUcontext *ctx, int device)) \
	F(cuCtxSetCurrent, (CUcontext ctx)) \
	F(cuStreamCreate, (CUstream *stream, unsigned flags)) \
	F(cuStreamDestroy_v2, (CUstream stream)) \
	F(cuStreamSynchronize, (CUstream stream)) \
	F(cuStreamQuery, (CUstream stream)) \
	F(cuStreamWaitValue64_v2, (CUstream stream, CUdeviceptr at, uint64_t value, unsigned flags)) \
	F(cuStreamWriteValue64_v2, (CUstream stream, CUdeviceptr at, uint64_t value, unsigned flags)) \
	F(cuLaunchHostFunc, (CUstream stream, void (*fn)(void *arg), void *arg)) \
	F(cuMemHostRegister_v2, (void *at, size_t size, unsigned flags)) \
	F(cuMemHostGetDevicePointer_v2, (CUdeviceptr *ret, void *at, unsigned flags)) \
	F(cuMemGetInfo_v2, (size_t *free, size_t *total)) \
	F(cuMemAlloc_v2, (CUdeviceptr *ret, size_t size)) \
	F(cuMemsetD32Async, (CUdeviceptr at, unsigned value, size_t count, CUstream stream)) \
	F(cuMemcpyAsync, (CUdeviceptr to, CUdeviceptr from, size_t size, CUstream stream)) \
	F(cuMemcpyDtoH_v2, (void *to, CUdeviceptr from, size_t size)) \
	F(cuMemCreate, (unsigned long long *handle, size_t size, const struct prop *prop, \
		unsigned long long flags)) \
	F(cuMemExportToShareableHandle, (void *ret, unsigned long long handle, int type, \
		unsigned long long flags)) \
	F(cuMemImportFromShareableHandle, (unsigned long long *handle, void *shareable, int type)) \
	F(cuMemAddressReserve, (CUdeviceptr *ret, size_t size, size_t alignment, CUdeviceptr at, \
		unsigned long long flags)) \
	F(cuMemMap, (CUdeviceptr at, size_t size, size_t offset, unsigned long long handle, \
		unsigned long long flags)) \
	F(cuMemSetAccess, (CUdeviceptr at, size_t size, const struct access *access, size_t count)) \
	F(cuModuleLoadData, (CUmodule *ret, const void *ptx)) \
	F(cuModuleGetFunction, (CUfunction *ret, CUmodule module, const char *name)) \
	F(cuLaunchKernel, (CUfunction f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, \
		unsigned by, unsigned bz, unsigned shared, CUstream stream, void **args, \
		void **extra))
/* clang-format on */

static struct {
#define DRIVER_MEMBER(name, parameters) CUresult(*name) parameters;
	DRIVER_FUNCTIONS(DRIVER_MEMBER)
} cu;

static inline void driver_load(void)
{
	void *library = dlopen("libcuda.so.1", RTLD_NOW);
	if (!library) {
		fprintf(stderr, "no CUDA driver: %s\n", dlerror());
		exit(77);
	}
#define DRIVER_FIND(name, parameters) *(void **)&cu.name = dlsym(library, #name);
	DRIVER_FUNCTIONS(DRIVER_FIND)
}

#define CU(call)                                                                                   \
	do {                                                                                       \
		CUresult error_ = cu.call;                                                         \
		const char *text_ = "";                                                            \
		if (error_) {                                                                      \
			(void)cu.cuGetErrorString(error_, &text_);                                 \
			fprintf(stderr, "%s:%d: %s: %s (%d)\n", __FILE__, __LINE__, #call, text_,  \
				error_);                                                           \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

/* Takes `ns` on the device; the driver compiles it. */
static const char delay_ptx[] = ".version 7.0\n"
				".target sm_70\n"
				".address_size 64\n"
				".visible .entry delay(.param .u64 ns)\n"
				"{\n"
				"  .reg .pred p;\n"
				"  .reg .u64 t, end, n;\n"
				"  ld.param.u64 n, [ns];\n"
				"  mov.u64 t, %globaltimer;\n"
				"  add.u64 end, t, n;\n"
				"again:\n"
				"  mov.u64 t, %globaltimer;\n"
				"  setp.lt.u64 p, t, end;\n"
				"  @p bra again;\n"
				"  ret;\n"
				"}\n";

#endif
