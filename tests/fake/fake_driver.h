/* SPDX-License-Identifier: MIT */
/*
 * A libcuda.so.1 of the tests' own, never installed. Devices are numbers, their memory is memfds,
 * a stream is a thread that executes in order (fake_stream.h), and every call can be made to fail.
 * What the driver would refuse (addresses that are not registered, mappings beyond the memory,
 * foreign descriptors), it refuses as well.
 *
 * Environment: FAKE_CUDA_DEVICES (2; 0: none), FAKE_CUDA_PEERS (1; 0: no device reaches another's
 * memory), FAKE_CUDA_HIDE (1: the devices' UUIDs are others than they were),
 * FAKE_CUDA_LINGER (1: a stream is busy for another 20 ms after each host function).
 */
#ifndef TESTS_FAKE_DRIVER_H
#define TESTS_FAKE_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAKE_API __attribute__((visibility("default")))

typedef int CUresult;
typedef unsigned long long CUdeviceptr;
typedef struct CUctx_st *CUcontext;

/*
 * The `nth` call (from 1) of `name` from now on, in this process, fails with `error`; -1: kills it.
 */
FAKE_API void fake_cuda_fail(const char *name, unsigned nth, CUresult error);

/* What is alive in this process: handles, mappings, registered ranges, contexts pushed
 * and retained, imported memory of others. */
struct fake_cuda_counts {
	unsigned handles, mappings, registered, pushed, retained, external;
};
FAKE_API struct fake_cuda_counts fake_cuda_counts(void);

/* The part of the driver's interface that tests call themselves. */
FAKE_API CUresult cuInit(unsigned flags);
FAKE_API CUresult cuDevicePrimaryCtxRetain(CUcontext *ret_ctx, int device);
FAKE_API CUresult cuCtxSetCurrent(CUcontext ctx);

/* For the stand-in's own files. */
CUresult fake_failure(const char *name);
CUcontext fake_current(void);
bool fake_registered(CUdeviceptr ptr); /* eight bytes that a stream may use */

#define FAIL_IF_TOLD()                                                                             \
	do {                                                                                       \
		CUresult told_ = fake_failure(__func__);                                           \
		if (told_)                                                                         \
			return told_;                                                              \
	} while (0)

#endif
