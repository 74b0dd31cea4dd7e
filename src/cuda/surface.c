/* SPDX-License-Identifier: MIT */
/*
 * Memory by the driver's virtual-memory interface: made, exported as a descriptor, let go of again.
 * From then on the descriptor is the memory, in the maker as in everybody else; a process imports
 * it once, at the first xf_cuda_map(), and the core keeps the mapping with its handles.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cuda/api.h"

#include <crossfence/cuda.h>

int xf_cuda_check(void)
{
	const struct xfc_api *api;
	return xfc_api(&api);
}

static struct xfc_prop prop_of(int device)
{
	return (struct xfc_prop){
		.type = XFC_PINNED, .handle_types = XFC_POSIX_FD, .location = { XFC_DEVICE, device }
	};
}

static int get_device(const struct xfc_api *api, int ordinal, int *ret_device)
{
	xfc_result error = api->DeviceGet(ret_device, ordinal);
	if (error == XFC_ERROR_INVALID_DEVICE || error == XFC_ERROR_INVALID_VALUE)
		return xf_fail(-ENODEV, "there is no CUDA device %d for this process", ordinal);
	return error ? xfc_failed(api, "cuDeviceGet", error) : 0;
}

static int check_can_share(const struct xfc_api *api, int device)
{
	int can = 0;
	xfc_result error = api->DeviceGetAttribute(&can, XFC_ATTRIBUTE_POSIX_FD, device);
	if (error)
		return xfc_failed(api, "cuDeviceGetAttribute", error);
	return can ? 0 : xf_fail(-EOPNOTSUPP, "the device cannot share memory by descriptors");
}

/* Fills in what `desc` says of the device. */
static int describe(const struct xfc_api *api, const struct xf_surface_desc *given, int device,
	struct xf_surface_desc *desc)
{
	struct xfc_prop prop = prop_of(device);
	struct xfc_uuid uuid;
	size_t granularity = 0, size = 0;
	uint64_t bytes;
	if (given)
		memcpy(&size, given, sizeof(size));
	if (size > sizeof(*desc) || size < sizeof(size))
		return xf_fail(-EINVAL, "desc is NULL, or its size is not set");
	memset(desc, 0, sizeof(*desc));
	memcpy(desc, given, size);
	desc->size = sizeof(*desc);
	if (desc->memory != XF_MEMORY_HOST)
		return xf_fail(-EINVAL, "desc says of its own where the memory is");
	int r = xf_surface_layout(desc, &bytes);
	if (r)
		return r;
	xfc_result error =
		api->MemGetAllocationGranularity(&granularity, &prop, XFC_GRANULARITY_MINIMUM);
	if (error)
		return xfc_failed(api, "cuMemGetAllocationGranularity", error);
	error = api->DeviceGetUuid(&uuid, device);
	if (error)
		return xfc_failed(api, "cuDeviceGetUuid", error);
	desc->memory = XF_MEMORY_CUDA;
	desc->granularity_bytes = granularity;
	desc->memory_bytes = (bytes + granularity - 1) / granularity * granularity;
	memcpy(desc->device_uuid, uuid.bytes, sizeof(desc->device_uuid));
	return 0;
}

/* Memory that lives as long as somebody has the descriptor, or has it mapped. */
static int allocate(const struct xfc_api *api, uint64_t bytes, int device, int *ret_fd)
{
	struct xfc_prop prop = prop_of(device);
	xfc_handle handle;
	int fd = -1;
	xfc_result error = api->MemCreate(&handle, bytes, &prop, 0);
	if (error)
		return xfc_failed(api, "cuMemCreate", error);
	error = api->MemExportToShareableHandle(&fd, handle, XFC_POSIX_FD, 0);
	int r = error ? xfc_failed(api, "cuMemExportToShareableHandle", error) : 0;
	error = api->MemRelease(handle);
	if (!r && error) {
		r = xfc_failed(api, "cuMemRelease", error);
		close(fd);
	}
	if (!r)
		*ret_fd = fd;
	return r;
}

static int prepare(const struct xfc_api **api, const struct xf_surface_desc *given, int ordinal,
	int *ret_device, struct xf_surface_desc *ret_desc)
{
	int r = xfc_api(api);
	if (!r)
		r = get_device(*api, ordinal, ret_device);
	if (!r)
		r = check_can_share(*api, *ret_device);
	return r ? r : describe(*api, given, *ret_device, ret_desc);
}

int xf_cuda_surface_create(struct xf_domain *domain, const struct xf_surface_desc *given,
	uint32_t flags, int ordinal, struct xf_surface **ret_surface)
{
	const struct xfc_api *api;
	struct xf_surface_desc desc;
	int fd, device;
	int r = prepare(&api, given, ordinal, &device, &desc);
	if (!r)
		r = allocate(api, desc.memory_bytes, device, &fd);
	if (r)
		return r;
	r = xf_surface_import(domain, &desc, fd, 0, flags, ret_surface);
	close(fd);
	return r;
}

int xf_cuda_pool_create(struct xf_domain *domain, const struct xf_surface_desc *given,
	uint32_t count, uint32_t flags, const char *label, int ordinal, struct xf_pool **ret_pool)
{
	const struct xfc_api *api;
	struct xf_surface_desc desc;
	int fds[XF_POOL_MAX], device;
	uint32_t made = 0;
	if (!count || count > XF_POOL_MAX)
		return xf_fail(
			-EINVAL, "count is %u; a pool has 1 to %u surfaces", count, XF_POOL_MAX);
	int r = prepare(&api, given, ordinal, &device, &desc);
	for (; !r && made < count; made += !r)
		r = allocate(api, desc.memory_bytes, device, &fds[made]);
	if (!r)
		r = xf_pool_import(domain, &desc, fds, count, flags, label, ret_pool);
	while (made--)
		close(fds[made]);
	return r;
}
