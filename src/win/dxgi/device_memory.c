/* SPDX-License-Identifier: MIT */
#include "win/dxgi/device_memory.h"

#include <unistd.h>

#include <crossfence/keyed_mutex.h>

#include "win/dxgi/device_adapter.h"
#include "win/dxgi/render.h"
#include "win/dxgi/upload.h"
#include "win/gpu/shared_image.h"
#include "win/nt/domain.h"

#define PIECE 4096

static bool is_fit(const struct xfi_resource *resource)
{
	const struct xfi_desc *desc = &resource->desc;
	return desc->misc & D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX &&
	       !(desc->misc & D3D11_RESOURCE_MISC_SHARED_NTHANDLE) &&
	       !(desc->bind & D3D11_BIND_DEPTH_STENCIL) &&
	       desc->dimension != D3D11_RESOURCE_DIMENSION_BUFFER && resource->format &&
	       !resource->format->two_planes;
}

static int import_surface(
	struct xfi_resource *resource, const struct xfi_card *card, int fd, uint64_t bytes)
{
	struct xf_surface_desc desc = { .size = sizeof(desc),
		.width_px = (uint32_t)bytes,
		.height_px = 1,
		.fourcc = XF_FORMAT_RAW,
		.memory = XF_MEMORY_VULKAN,
		.memory_bytes = bytes,
		.granularity_bytes = PIECE };
	struct xf_domain *domain;
	memcpy(desc.device_uuid, card->id.deviceUUID, sizeof(desc.device_uuid));
	memcpy(desc.driver_uuid, card->id.driverUUID, sizeof(desc.driver_uuid));
	int r = bytes > UINT32_MAX ? -EOPNOTSUPP : xfi_win_domain(&domain);
	return r ? r : xf_surface_import(domain, &desc, fd, 0, XF_SURFACE_KEYED, &resource->pixels);
}

static int make(struct xfi_resource *resource, struct xfi_gpu *gpu)
{
	const struct xfi_gpu_image_desc desc = xfi_upload_desc(resource, 0);
	uint64_t bytes;
	int fd;
	int r = xfi_gpu_image_export(gpu, &desc, &resource->gpu.images[0], &fd, &bytes);
	if (r)
		return r;
	r = import_surface(resource, gpu->card, fd, bytes);
	close(fd);
	if (!r)
		return 0;
	xfi_gpu_image_destroy(gpu, resource->gpu.images[0]);
	resource->gpu.images[0] = NULL;
	return r;
}

/* Where the driver or the domain would not, the domain's own memory does. */
int xfi_device_memory_make(struct xfi_resource *resource)
{
	struct xfi_device *device = resource->child.device;
	if (!is_fit(resource) || xfi_device_what(device)->is_software || !xfi_render_start(device))
		return -EOPNOTSUPP;
	resource->memory = calloc(1, resource->size_bytes);
	int r = resource->memory ? make(resource, device->gpu) : -ENOMEM;
	if (!r)
		return 0;
	free(resource->memory);
	resource->memory = NULL;
	return xfi_render_note(device, r) == -EIO || r == -ENOMEM ? r : -EOPNOTSUPP;
}

int xfi_device_memory_fill(struct xfi_resource *resource)
{
	struct xfi_device *device = resource->child.device;
	int r = xf_keyed_mutex_acquire(resource->mutex, 0, 0, NULL); /* nobody else knows it yet */
	if (!r)
		r = xfi_device_memory_give(resource);
	if (!r)
		r = xfi_gpu_release(device->gpu, resource->pixels, 0);
	atomic_store(&resource->gpu.touched, false);
	return xfi_render_note(device, r);
}

static bool is_of(const struct xf_surface_desc *desc, const struct xfi_adapter *adapter)
{
	return !memcmp(desc->device_uuid, adapter->device_uuid, sizeof(desc->device_uuid)) &&
	       !memcmp(desc->driver_uuid, adapter->driver_uuid, sizeof(desc->driver_uuid));
}

static int import(struct xfi_resource *resource, uint64_t bytes)
{
	const struct xfi_gpu_image_desc desc = xfi_upload_desc(resource, 0);
	struct xfi_device *device = resource->child.device;
	uint64_t offset;
	int fd;
	if (!xfi_render_start(device))
		return device->removed ? -EIO : -EXDEV;
	int r = xf_surface_export(resource->pixels, &fd, &offset);
	if (r)
		return r;
	r = xfi_gpu_image_import(device->gpu, &desc, fd, bytes, &resource->gpu.images[0]);
	if (!r)
		resource->memory = calloc(1, resource->size_bytes);
	return xfi_render_note(device, r || resource->memory ? r : -ENOMEM);
}

int xfi_device_memory_open(struct xfi_resource *resource)
{
	const struct xfi_adapter *adapter;
	struct xf_surface_desc desc = { .size = sizeof(desc) };
	int r = xf_surface_desc(resource->pixels, &desc, NULL);
	if (r || desc.memory == XF_MEMORY_HOST)
		return r;
	if (desc.memory != XF_MEMORY_VULKAN || !is_fit(resource))
		return -EPROTO;
	adapter = xfi_device_what(resource->child.device);
	if (adapter->is_software || !is_of(&desc, adapter))
		return xf_fail(-EXDEV,
			"the texture is in the memory of another adapter than \"%s\": open it on "
			"a device of that one (IDXGIFactory::GetSharedResourceAdapterLuid), or "
			"make it on the software adapter (D3D_DRIVER_TYPE_WARP)",
			adapter->name);
	return import(resource, desc.memory_bytes);
}

int xfi_device_memory_take(struct xfi_resource *resource)
{
	struct xfi_residence *at = &resource->gpu;
	if (!xfi_in_device_memory(resource) || !atomic_exchange(&at->acquired, false))
		return 0;
	atomic_store(&at->touched, true);
	int r = xfi_gpu_image_take(resource->child.device->gpu, at->images[0]);
	if (r) {
		atomic_store(&at->acquired, true);
		return r;
	}
	at->newest_on_gpu = true;
	at->written = resource->child.device->gpu->number;
	at->gpu_version = at->host_version + 1;
	return 0;
}

/* One that nobody has used since it was acquired was not taken. */
int xfi_device_memory_give(struct xfi_resource *resource)
{
	struct xfi_residence *at = &resource->gpu;
	struct xfi_gpu *gpu = resource->child.device->gpu;
	if (atomic_load(&at->acquired))
		return 0;
	int r = xfi_upload_images(gpu, resource, false);
	return r ? r : xfi_gpu_image_give(gpu, at->images[0]);
}
