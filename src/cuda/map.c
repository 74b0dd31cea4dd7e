/* SPDX-License-Identifier: MIT */
/*
 * A surface's memory in this process: imported and mapped once, and opened for each device that
 * asks. Whether it is what its description says is left to the driver, which refuses to map more
 * than there is.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cuda/api.h"
#include "cuda/external.h"

#include <crossfence/cuda.h>

struct mapping {
	const struct xfc_api *api;
	xf_cuda_ptr ptr;
	size_t size;
	int owner; /* the device that has it */
	struct xfc_external external; /* Vulkan's memory */
	pthread_mutex_t lock; /* guards what follows */
	uint64_t devices; /* that may use it */
};

struct request {
	const struct xfc_api *api;
	struct xf_surface *surface;
	struct xf_surface_desc desc;
	int owner;
};

static bool same_uuid(const struct xfc_api *api, int device, const uint8_t uuid[16])
{
	struct xfc_uuid theirs;
	return api->DeviceGetUuid(&theirs, device) == 0 && memcmp(theirs.bytes, uuid, 16) == 0;
}

static int find_owner(struct request *request)
{
	const struct xfc_api *api = request->api;
	const uint8_t *u = request->desc.device_uuid;
	int count = 0, device;
	xfc_result error = api->DeviceGetCount(&count);
	if (error)
		return xfc_failed(api, "cuDeviceGetCount", error);
	for (int i = 0; i < count; i++)
		if (api->DeviceGet(&device, i) == 0 && same_uuid(api, device, u)) {
			request->owner = device;
			return 0;
		}
	return xf_fail(-EXDEV,
		"the surface's memory is on GPU-%02x%02x%02x%02x-..., which this process does not "
		"see (CUDA_VISIBLE_DEVICES?)",
		u[0], u[1], u[2], u[3]);
}

static int import(const struct request *request, xfc_handle *ret_handle)
{
	const struct xfc_api *api = request->api;
	struct xfc_prop prop;
	uint64_t offset;
	int fd;
	int r = xf_surface_export(request->surface, &fd, &offset);
	if (r)
		return r;
	xfc_result error =
		api->MemImportFromShareableHandle(ret_handle, (void *)(uintptr_t)fd, XFC_POSIX_FD);
	close(fd);
	if (error == XFC_ERROR_OUT_OF_MEMORY)
		return xfc_failed(api, "cuMemImportFromShareableHandle", error);
	if (error) {
		(void)xfc_failed(api, "cuMemImportFromShareableHandle", error);
		return xf_fail(-EPROTO, "the driver does not take what was handed on as memory");
	}
	error = api->MemGetAllocationPropertiesFromHandle(&prop, *ret_handle);
	if (!error && prop.location.type == XFC_DEVICE && prop.location.id == request->owner)
		return 0;
	(void)api->MemRelease(*ret_handle);
	if (error)
		return xfc_failed(api, "cuMemGetAllocationPropertiesFromHandle", error);
	return xf_fail(-EPROTO, "the memory is on another device than its description says");
}

/* The mapping keeps the memory, so the handle is not needed any longer. */
static int map(const struct request *request, struct mapping *m)
{
	const struct xfc_api *api = request->api;
	xfc_handle handle;
	int r = import(request, &handle);
	if (r)
		return r;
	xfc_result error =
		api->MemAddressReserve(&m->ptr, m->size, request->desc.granularity_bytes, 0, 0);
	if (error)
		r = xfc_failed(api, "cuMemAddressReserve", error);
	if (!r && (error = api->MemMap(m->ptr, m->size, 0, handle, 0))) {
		r = xfc_failed(api, "cuMemMap", error);
		if (error == XFC_ERROR_INVALID_VALUE)
			r = xf_fail(-EPROTO, "the memory is less than its description says");
		(void)api->MemAddressFree(m->ptr, m->size);
	}
	(void)api->MemRelease(handle);
	return r;
}

static void unmap(void *kept)
{
	struct mapping *m = kept;
	if (m->external.ctx) {
		xfc_external_unmap(m->api, &m->external, m->ptr);
	} else {
		(void)m->api->MemUnmap(m->ptr, m->size);
		(void)m->api->MemAddressFree(m->ptr, m->size);
	}
	pthread_mutex_destroy(&m->lock);
	free(m);
}

static int map_any(const struct request *request, struct mapping *m)
{
	if (request->desc.memory == XF_MEMORY_CUDA)
		return map(request, m);
	return xfc_external_map(
		m->api, request->surface, m->size, request->owner, &m->external, &m->ptr);
}

static int make(void *arg, void **ret_kept)
{
	struct request *request = arg;
	struct mapping *m = calloc(1, sizeof(*m));
	if (!m)
		return -ENOMEM;
	m->api = request->api;
	m->size = request->desc.memory_bytes;
	int r = find_owner(request);
	if (!r)
		r = map_any(request, m);
	if (r) {
		free(m);
		return r;
	}
	m->owner = request->owner;
	pthread_mutex_init(&m->lock, NULL);
	*ret_kept = m;
	return 0;
}

static int check_peer(const struct mapping *m, int device)
{
	int can = 0;
	if (device == m->owner)
		return 0;
	if (m->external.ctx)
		return xf_fail(-EXDEV,
			"memory of Vulkan's is mapped for its own device, %d, and no other",
			m->owner);
	xfc_result error = m->api->DeviceCanAccessPeer(&can, device, m->owner);
	if (error)
		return xfc_failed(m->api, "cuDeviceCanAccessPeer", error);
	return can ? 0
		   : xf_fail(-EXDEV,
			     "device %d cannot reach the memory of device %d as a peer: copy the "
			     "surface to one of its own",
			     device, m->owner);
}

static int open_for_locked(struct mapping *m, int device)
{
	struct xfc_access access = { { XFC_DEVICE, device }, XFC_READ_WRITE };
	if (device < 64 && m->devices & UINT64_C(1) << device)
		return 0;
	int r = check_peer(m, device);
	if (r || m->external.ctx)
		return r;
	xfc_result error = m->api->MemSetAccess(m->ptr, m->size, &access, 1);
	if (error)
		return xfc_failed(m->api, "cuMemSetAccess", error);
	if (device < 64)
		m->devices |= UINT64_C(1) << device;
	return 0;
}

static int check_kind(const struct xf_surface_desc *desc)
{
	if (desc->memory == XF_MEMORY_HOST)
		return xf_fail(-EINVAL, "the surface is of host memory: use xf_surface_begin()");
	if (desc->memory != XF_MEMORY_CUDA && desc->modifier != XF_MODIFIER_LINEAR)
		return xf_fail(-EOPNOTSUPP, "the surface is in its driver's own tiling, which has "
					    "no bytes in rows: make "
					    "it XF_MODIFIER_LINEAR");
	return 0;
}

int xf_cuda_map(struct xf_surface *surface, int ordinal, xf_cuda_ptr *ret_ptr)
{
	struct request request = { .surface = surface, .desc = { .size = sizeof(request.desc) } };
	void *kept;
	int device = -1;
	if (!surface || !ret_ptr)
		return xf_fail(-EINVAL, "%s: surface or ret_ptr is NULL", __func__);
	int r = xf_surface_desc(surface, &request.desc, NULL);
	if (!r)
		r = check_kind(&request.desc);
	if (!r)
		r = xfc_api(&request.api);
	if (!r && ordinal >= 0 && request.api->DeviceGet(&device, ordinal))
		r = xf_fail(-ENODEV, "there is no CUDA device %d for this process", ordinal);
	if (!r)
		r = xf_surface_keep(surface, make, &request, unmap, &kept);
	if (r)
		return r;
	struct mapping *m = kept;
	pthread_mutex_lock(&m->lock);
	r = open_for_locked(m, ordinal < 0 ? m->owner : device);
	pthread_mutex_unlock(&m->lock);
	if (!r)
		*ret_ptr = m->ptr;
	return r;
}
