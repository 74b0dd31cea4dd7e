/* SPDX-License-Identifier: MIT */
#include "vulkan/semaphore.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/foreign_fd.h"
#include "base/message.h"

#define HANDLE VK_EXTERNAL_SEMAPHORE_HANDLE_TYPE_OPAQUE_FD_BIT

int xfv_semaphore_make(struct xf_vulkan *v, bool shared, VkSemaphore *ret_semaphore)
{
	const VkExportSemaphoreCreateInfo export = {
		.sType = VK_STRUCTURE_TYPE_EXPORT_SEMAPHORE_CREATE_INFO, .handleTypes = HANDLE
	};
	const VkSemaphoreTypeCreateInfo type = {
		.sType = VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO,
		.pNext = shared ? &export : NULL,
		.semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE
	};
	const VkSemaphoreCreateInfo info = { .sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO,
		.pNext = &type };
	VkResult error = v->vk.CreateSemaphore(v->device, &info, NULL, ret_semaphore);
	return error ? xfv_failed("vkCreateSemaphore", error) : 0;
}

/* Both UUIDs: a semaphore is of one driver and device. */
static void kind_of(const struct xf_vulkan *v, uint8_t kind[XF_TIMELINE_TWIN_KIND])
{
	_Static_assert(XF_TIMELINE_TWIN_KIND == 2 * VK_UUID_SIZE, "two of them");
	memcpy(kind, v->physical.device_uuid, VK_UUID_SIZE);
	memcpy(kind + VK_UUID_SIZE, v->physical.driver_uuid, VK_UUID_SIZE);
}

int xfv_semaphore_offer(struct xf_vulkan *v, VkSemaphore semaphore, struct xf_timeline *timeline)
{
	const VkSemaphoreGetFdInfoKHR get = { .sType = VK_STRUCTURE_TYPE_SEMAPHORE_GET_FD_INFO_KHR,
		.semaphore = semaphore,
		.handleType = HANDLE };
	uint8_t kind[XF_TIMELINE_TWIN_KIND];
	int fd;
	VkResult error = v->vk.GetSemaphoreFdKHR(v->device, &get, &fd);
	if (error)
		return xfv_failed("vkGetSemaphoreFdKHR", error);
	kind_of(v, kind);
	int r = xf_timeline_offer_twin(timeline, kind, fd);
	close(fd);
	return r;
}

/* The driver owns the descriptor once it has taken it. */
static int import(struct xf_vulkan *v, int fd, VkSemaphore *ret_semaphore)
{
	VkSemaphore semaphore;
	int r = xfv_semaphore_make(v, false, &semaphore);
	if (r) {
		xfi_foreign_fd_close(&fd);
		return r;
	}
	const VkImportSemaphoreFdInfoKHR info = {
		.sType = VK_STRUCTURE_TYPE_IMPORT_SEMAPHORE_FD_INFO_KHR,
		.semaphore = semaphore,
		.handleType = HANDLE,
		.fd = fd
	};
	VkResult error = v->vk.ImportSemaphoreFdKHR(v->device, &info);
	if (!error) {
		*ret_semaphore = semaphore;
		return 0;
	}
	xfi_foreign_fd_close(&fd);
	v->vk.DestroySemaphore(v->device, semaphore, NULL);
	r = xfv_failed("vkImportSemaphoreFdKHR", error);
	return r == -ENOMEM || error == VK_ERROR_DEVICE_LOST ? r : -EPROTO;
}

int xfv_semaphore_get(struct xf_vulkan *v, struct xf_timeline *timeline, VkSemaphore *ret_semaphore)
{
	uint8_t kind[XF_TIMELINE_TWIN_KIND];
	int fd;
	kind_of(v, kind);
	int r = xf_timeline_twin(timeline, kind, &fd);
	if (r) /* who answers may be anybody: that our device is lost is not his to say */
		return r == -EIO ? -EPROTO : r;
	return import(v, fd, ret_semaphore);
}

bool xfv_semaphore_raise(struct xf_vulkan *v, VkSemaphore semaphore, uint64_t value)
{
	const VkSemaphoreSignalInfo info = { .sType = VK_STRUCTURE_TYPE_SEMAPHORE_SIGNAL_INFO,
		.semaphore = semaphore,
		.value = value };
	uint64_t now;
	VkResult error = v->vk.GetSemaphoreCounterValue(v->device, semaphore, &now);
	if (error || now >= value)
		return false;
	(void)v->vk.SignalSemaphore(v->device, &info); /* lost: nobody waits any more */
	return true;
}

#define BEYOND (UINT64_C(1) << 30) /* so far at most it is let go to */

int xfv_semaphore_bears(struct xf_vulkan *v, VkSemaphore semaphore, uint64_t value)
{
	uint64_t now, most = v->physical.max_difference;
	if (value <= BEYOND && value <= most)
		return 0; /* whatever it has come to: as mostly */
	VkResult error = v->vk.GetSemaphoreCounterValue(v->device, semaphore, &now);
	if (error)
		return xfv_failed("vkGetSemaphoreCounterValue", error);
	most = most > BEYOND ? most - BEYOND : 0;
	return value <= now || value - now <= most
		       ? 0
		       : xf_fail(-EPROTO,
				 "a fence names work %llu of a queue that has come to %llu: %s "
				 "waits for no more than %llu ahead",
				 (unsigned long long)value, (unsigned long long)now,
				 v->physical.name, (unsigned long long)most);
}

/*
 * Several let go of the same one, and its value must only grow: so all go to the same, which is
 * above all that anybody waits for. Drivers need not bear more than 2^31 - 1 at a time.
 */
void xfv_semaphore_let_go(struct xf_vulkan *v, VkSemaphore semaphore, uint64_t value)
{
	(void)xfv_semaphore_raise(v, semaphore,
		value / BEYOND < UINT64_MAX / BEYOND ? (value / BEYOND + 1) * BEYOND : UINT64_MAX);
}
