/* SPDX-License-Identifier: MIT */
/*
 * What Vulkan exported as OPAQUE_FD is imported as external memory, and mapped as a buffer. Both
 * belong to a context, so it is the device's primary one, which the runtime and all that is built
 * on it use; its addresses are good in the device's other contexts, too.
 */
#include <errno.h>
#include <unistd.h>

#include "cuda/external.h"

static int push(const struct xfc_api *api, struct xfc_external *e)
{
	xfc_result error = api->DevicePrimaryCtxRetain(&e->ctx, e->device);
	if (error) {
		e->ctx = NULL;
		return xfc_failed(api, "cuDevicePrimaryCtxRetain", error);
	}
	error = api->CtxPushCurrent(e->ctx);
	if (!error)
		return 0;
	(void)api->DevicePrimaryCtxRelease(e->device);
	e->ctx = NULL;
	return xfc_failed(api, "cuCtxPushCurrent", error);
}

static void pop(const struct xfc_api *api)
{
	struct CUctx_st *same;
	(void)api->CtxPopCurrent(&same);
}

static int failed(const struct xfc_api *api, const char *call, xfc_result error)
{
	int r = xfc_failed(api, call, error);
	return error == XFC_ERROR_INVALID_VALUE || error == XFC_ERROR_INVALID_HANDLE ||
			       error == XFC_ERROR_UNKNOWN
		       ? xf_fail(-EPROTO,
				 "the driver does not take what was handed on as that much "
				 "memory of Vulkan's")
		       : r;
}

/* The driver keeps the descriptor, if it takes it. */
static int import(const struct xfc_api *api, struct xf_surface *surface, uint64_t size_bytes,
	struct xfc_external *e)
{
	struct xfc_external_desc desc = { .type = XFC_OPAQUE_FD, .size = size_bytes };
	uint64_t offset;
	int r = xf_surface_export(surface, &desc.handle.fd, &offset);
	if (r)
		return r;
	xfc_result error = api->ImportExternalMemory(&e->memory, &desc);
	if (!error)
		return 0;
	close(desc.handle.fd);
	return failed(api, "cuImportExternalMemory", error);
}

static int map(const struct xfc_api *api, struct xf_surface *surface, uint64_t size_bytes,
	struct xfc_external *e, xf_cuda_ptr *ret_ptr)
{
	const struct xfc_external_buffer whole = { .size = size_bytes };
	int r = import(api, surface, size_bytes, e);
	if (r)
		return r;
	xfc_result error = api->ExternalMemoryGetMappedBuffer(ret_ptr, e->memory, &whole);
	if (!error)
		return 0;
	(void)api->DestroyExternalMemory(e->memory);
	return failed(api, "cuExternalMemoryGetMappedBuffer", error);
}

int xfc_external_map(const struct xfc_api *api, struct xf_surface *surface, uint64_t size_bytes,
	int device, struct xfc_external *ret_external, xf_cuda_ptr *ret_ptr)
{
	*ret_external = (struct xfc_external){ .device = device };
	int r = push(api, ret_external);
	if (r)
		return r;
	r = map(api, surface, size_bytes, ret_external, ret_ptr);
	pop(api);
	if (r) {
		(void)api->DevicePrimaryCtxRelease(device);
		ret_external->ctx = NULL;
	}
	return r;
}

/* Where the context fails, so does everything in it, and the driver has it back anyway. */
void xfc_external_unmap(const struct xfc_api *api, struct xfc_external *e, xf_cuda_ptr ptr)
{
	bool pushed = api->CtxPushCurrent(e->ctx) == 0;
	(void)api->MemFree(ptr);
	(void)api->DestroyExternalMemory(e->memory);
	if (pushed)
		pop(api);
	(void)api->DevicePrimaryCtxRelease(e->device);
	e->ctx = NULL;
}
