/* SPDX-License-Identifier: MIT */
/*
 * The part of NVIDIA's driver interface that this library calls, as libcuda.so.1 has it, found at
 * run time. Types and numbers are those of the driver's binary interface; names of functions are
 * the driver's, without "cu" in front.
 */
#ifndef XFC_CUDA_API_H
#define XFC_CUDA_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <crossfence/cuda.h>

typedef int xfc_result; /* CUresult; 0: success */
typedef unsigned long long xfc_handle; /* CUmemGenericAllocationHandle */
struct CUctx_st;
struct CUextMemory_st;

/* CUresult */
enum {
	XFC_ERROR_INVALID_VALUE = 1,
	XFC_ERROR_OUT_OF_MEMORY = 2,
	XFC_ERROR_NO_DEVICE = 100,
	XFC_ERROR_INVALID_DEVICE = 101,
	XFC_ERROR_INVALID_HANDLE = 400,
	XFC_ERROR_NOT_READY = 600,
	XFC_ERROR_HOST_MEMORY_ALREADY_REGISTERED = 712,
	XFC_ERROR_NOT_SUPPORTED = 801,
	XFC_ERROR_UNKNOWN = 999,
};

struct xfc_location { /* CUmemLocation */
	int type; /* 1: a device */
	int id;
};

struct xfc_prop { /* CUmemAllocationProp */
	int type; /* 1: pinned */
	int handle_types; /* 1: POSIX descriptor */
	struct xfc_location location;
	void *win32_metadata;
	unsigned char flags[8];
};

struct xfc_access { /* CUmemAccessDesc */
	struct xfc_location location;
	int flags; /* 3: read and write */
};

struct xfc_external_desc { /* CUDA_EXTERNAL_MEMORY_HANDLE_DESC */
	int type; /* 1: Vulkan's OPAQUE_FD */
	union {
		int fd; /* the driver's, once it is imported */
		void *others[2];
	} handle;
	unsigned long long size;
	unsigned flags, reserved[16];
};

struct xfc_external_buffer { /* CUDA_EXTERNAL_MEMORY_BUFFER_DESC */
	unsigned long long offset, size;
	unsigned flags, reserved[16];
};

struct xfc_uuid {
	char bytes[16];
};

_Static_assert(sizeof(struct xfc_prop) == 32, "as the driver has it");
_Static_assert(sizeof(struct xfc_access) == 12, "as the driver has it");
_Static_assert(sizeof(struct xfc_external_desc) == 104, "as the driver has it");
_Static_assert(sizeof(struct xfc_external_buffer) == 88, "as the driver has it");

enum {
	XFC_PINNED = 1,
	XFC_POSIX_FD = 1,
	XFC_OPAQUE_FD = 1,
	XFC_DEVICE = 1,
	XFC_READ_WRITE = 3,
	XFC_GRANULARITY_MINIMUM = 0,
	XFC_REGISTER_PORTABLE = 1, /* CU_MEMHOSTREGISTER_*: for all contexts */
	XFC_REGISTER_DEVICEMAP = 2,
	XFC_WAIT_GEQ = 0, /* CU_STREAM_WAIT_VALUE_* */
	XFC_WRITE_DEFAULT = 0, /* after a fence for the whole system */
	XFC_ATTRIBUTE_WAIT_64 = 122, /* CU_DEVICE_ATTRIBUTE_CAN_USE_64_BIT_STREAM_MEM_OPS */
	XFC_ATTRIBUTE_POSIX_FD = 103, /* ..._HANDLE_TYPE_POSIX_FILE_DESCRIPTOR_SUPPORTED */
};

/* Name, the driver's symbol, parameters. */
#define XFC_FUNCTIONS(F)                                                                           \
	F(Init, "cuInit", (unsigned flags))                                                        \
	F(GetErrorString, "cuGetErrorString", (xfc_result error, const char **ret_text))           \
	F(DriverGetVersion, "cuDriverGetVersion", (int *ret_version))                              \
	F(DeviceGetCount, "cuDeviceGetCount", (int *ret_count))                                    \
	F(DeviceGet, "cuDeviceGet", (int *ret_device, int ordinal))                                \
	F(DeviceGetName, "cuDeviceGetName", (char *ret_name, int size, int device))                \
	F(DeviceGetUuid, "cuDeviceGetUuid", (struct xfc_uuid * ret_uuid, int device))              \
	F(DeviceGetAttribute, "cuDeviceGetAttribute", (int *ret_value, int attribute, int device)) \
	F(DeviceCanAccessPeer, "cuDeviceCanAccessPeer", (int *ret_can, int device, int peer))      \
	F(DevicePrimaryCtxRetain, "cuDevicePrimaryCtxRetain",                                      \
		(struct CUctx_st * *ret_ctx, int device))                                          \
	F(DevicePrimaryCtxRelease, "cuDevicePrimaryCtxRelease_v2", (int device))                   \
	F(CtxGetCurrent, "cuCtxGetCurrent", (struct CUctx_st * *ret_ctx))                          \
	F(CtxPushCurrent, "cuCtxPushCurrent_v2", (struct CUctx_st * ctx))                          \
	F(CtxPopCurrent, "cuCtxPopCurrent_v2", (struct CUctx_st * *ret_ctx))                       \
	F(CtxGetDevice, "cuCtxGetDevice", (int *ret_device))                                       \
	F(MemGetAllocationGranularity, "cuMemGetAllocationGranularity",                            \
		(size_t * ret_granularity, const struct xfc_prop *prop, int option))               \
	F(MemCreate, "cuMemCreate",                                                                \
		(xfc_handle * ret_handle, size_t size, const struct xfc_prop *prop,                \
			unsigned long long flags))                                                 \
	F(MemRelease, "cuMemRelease", (xfc_handle handle))                                         \
	F(MemExportToShareableHandle, "cuMemExportToShareableHandle",                              \
		(void *ret_shareable, xfc_handle handle, int type, unsigned long long flags))      \
	F(MemImportFromShareableHandle, "cuMemImportFromShareableHandle",                          \
		(xfc_handle * ret_handle, void *shareable, int type))                              \
	F(MemGetAllocationPropertiesFromHandle, "cuMemGetAllocationPropertiesFromHandle",          \
		(struct xfc_prop * ret_prop, xfc_handle handle))                                   \
	F(MemAddressReserve, "cuMemAddressReserve",                                                \
		(xf_cuda_ptr * ret_ptr, size_t size, size_t alignment, xf_cuda_ptr address,        \
			unsigned long long flags))                                                 \
	F(MemAddressFree, "cuMemAddressFree", (xf_cuda_ptr ptr, size_t size))                      \
	F(MemMap, "cuMemMap",                                                                      \
		(xf_cuda_ptr ptr, size_t size, size_t offset, xfc_handle handle,                   \
			unsigned long long flags))                                                 \
	F(MemUnmap, "cuMemUnmap", (xf_cuda_ptr ptr, size_t size))                                  \
	F(MemSetAccess, "cuMemSetAccess",                                                          \
		(xf_cuda_ptr ptr, size_t size, const struct xfc_access *access, size_t count))     \
	F(ImportExternalMemory, "cuImportExternalMemory",                                          \
		(struct CUextMemory_st * *ret_memory, const struct xfc_external_desc *desc))       \
	F(ExternalMemoryGetMappedBuffer, "cuExternalMemoryGetMappedBuffer",                        \
		(xf_cuda_ptr * ret_ptr, struct CUextMemory_st * memory,                            \
			const struct xfc_external_buffer *buffer))                                 \
	F(MemFree, "cuMemFree_v2", (xf_cuda_ptr ptr))                                              \
	F(DestroyExternalMemory, "cuDestroyExternalMemory", (struct CUextMemory_st * memory))      \
	F(MemHostRegister, "cuMemHostRegister_v2", (void *address, size_t size, unsigned flags))   \
	F(MemHostUnregister, "cuMemHostUnregister", (void *address))                               \
	F(MemHostGetDevicePointer, "cuMemHostGetDevicePointer_v2",                                 \
		(xf_cuda_ptr * ret_ptr, void *address, unsigned flags))                            \
	F(StreamGetCtx, "cuStreamGetCtx",                                                          \
		(struct CUstream_st * stream, struct CUctx_st * *ret_ctx))                         \
	F(StreamQuery, "cuStreamQuery", (struct CUstream_st * stream))                             \
	F(StreamWaitValue64, "cuStreamWaitValue64_v2",                                             \
		(struct CUstream_st * stream, xf_cuda_ptr address, uint64_t value,                 \
			unsigned flags))                                                           \
	F(StreamWriteValue64, "cuStreamWriteValue64_v2",                                           \
		(struct CUstream_st * stream, xf_cuda_ptr address, uint64_t value,                 \
			unsigned flags))                                                           \
	F(LaunchHostFunc, "cuLaunchHostFunc",                                                      \
		(struct CUstream_st * stream, void (*fn)(void *arg), void *arg))

struct xfc_api {
#define XFC_MEMBER(name, symbol, parameters) xfc_result(*name) parameters;
	XFC_FUNCTIONS(XFC_MEMBER)
#undef XFC_MEMBER
};

/*
 * Loads and starts the driver, once. -ENOSYS: no driver, or one that lacks a function, with a
 * message that says what is missing; -ENODEV: it finds no device.
 */
int xfc_api(const struct xfc_api **ret_api);

/* What a failed call means: a result of ours, with a message that names the call. */
int xfc_failed(const struct xfc_api *api, const char *call, xfc_result result);

#endif
