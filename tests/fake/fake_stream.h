/* SPDX-License-Identifier: MIT */
/* The streams of the stand-in, as tests use them. */
#ifndef TESTS_FAKE_STREAM_H
#define TESTS_FAKE_STREAM_H

#include "fake_driver.h"

typedef struct CUstream_st *CUstream;

/* Work that takes so long; and a stream that has failed, as by a bad kernel. */
FAKE_API CUresult fake_cuda_work(CUstream stream, unsigned us);
FAKE_API void fake_cuda_break(CUstream stream);

FAKE_API CUresult cuStreamCreate(CUstream *ret_stream, unsigned flags);
FAKE_API CUresult cuStreamDestroy_v2(CUstream stream);
FAKE_API CUresult cuStreamSynchronize(CUstream stream);
FAKE_API CUresult cuMemsetD8Async(
	CUdeviceptr to, unsigned char value, size_t size, CUstream stream);
FAKE_API CUresult cuMemcpyAsync(CUdeviceptr to, CUdeviceptr from, size_t size, CUstream stream);

#endif
