/* SPDX-License-Identifier: MIT */
/*
 * The two ways in which a surface's bytes become a device's memory. What another member handed on
 * is named to the driver, which refuses what it did not make; sizes come from the checked
 * description.
 */
#include "base/foreign_fd.h"
#include "vulkan/memory.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define PAGE  UINT64_C(4096)
#define TAKEN UINT64_C(256) /* the end of a surface's last page may be crossfence's own */

uint64_t xfv_usable_bytes(uint64_t size_bytes)
{
	uint64_t whole = xfv_align(size_bytes, PAGE);
	return whole - size_bytes > TAKEN ? whole - TAKEN : size_bytes;
}

static int map(struct xf_surface *surface, uint64_t size_bytes, struct xfv_memory *memory)
{
	uint64_t offset;
	int fd;
	int r = xf_surface_export(surface, &fd, &offset);
	if (r)
		return r;
	memory->mapped_bytes = xfv_align(size_bytes, PAGE);
	memory->mapped = mmap(
		NULL, memory->mapped_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)offset);
	r = memory->mapped == MAP_FAILED ? -errno : 0;
	close(fd);
	if (!r)
		return 0;
	memory->mapped = NULL;
	return r == -EACCES || r == -EPERM
		       ? xf_fail(-EACCES, "this process may not write to the memory: it is a "
					  "read-only member, or the memory is sealed")
		       : r;
}

static int import_mapping(struct xf_vulkan *v, struct xfv_memory *memory)
{
	VkMemoryHostPointerPropertiesEXT properties = {
		.sType = VK_STRUCTURE_TYPE_MEMORY_HOST_POINTER_PROPERTIES_EXT
	};
	const VkExternalMemoryHandleTypeFlagBits type =
		VK_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION_BIT_EXT;
	VkResult error = v->vk.GetMemoryHostPointerPropertiesEXT(
		v->device, type, memory->mapped, &properties);
	if (error)
		return xfv_failed("vkGetMemoryHostPointerPropertiesEXT", error);
	if (!properties.memoryTypeBits)
		return xf_fail(-EOPNOTSUPP, "%s does not import such a mapping", v->physical.name);
	const VkImportMemoryHostPointerInfoEXT import = {
		.sType = VK_STRUCTURE_TYPE_IMPORT_MEMORY_HOST_POINTER_INFO_EXT,
		.handleType = type,
		.pHostPointer = memory->mapped
	};
	const VkMemoryAllocateInfo info = { .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
		.pNext = &import,
		.allocationSize = memory->mapped_bytes,
		.memoryTypeIndex = (uint32_t)__builtin_ctz(properties.memoryTypeBits) };
	error = v->vk.AllocateMemory(v->device, &info, NULL, &memory->memory);
	return error ? xfv_failed("vkAllocateMemory", error) : 0;
}

int xfv_memory_import_host(
	struct xf_vulkan *v, struct xf_surface *surface, struct xfv_memory *memory)
{
	struct xf_surface_desc desc = { .size = sizeof(desc) };
	uint64_t size_bytes;
	if (!(v->extensions & XFV_HAS_MEMORY_HOST))
		return xf_fail(-EOPNOTSUPP,
			"host memory needs %s: %s lacks it, or it is not enabled",
			VK_EXT_EXTERNAL_MEMORY_HOST_EXTENSION_NAME, v->physical.name);
	if (v->physical.host_alignment_bytes > PAGE)
		return xf_fail(-EOPNOTSUPP, "%s imports pieces of %llu bytes; surfaces are of %llu",
			v->physical.name, (unsigned long long)v->physical.host_alignment_bytes,
			(unsigned long long)PAGE);
	int r = xf_surface_desc(surface, &desc, &size_bytes);
	if (!r)
		r = map(surface, size_bytes, memory);
	if (!r)
		r = import_mapping(v, memory);
	memory->size_bytes = r ? 0 : xfv_usable_bytes(size_bytes);
	if (r)
		xfv_memory_release(v, memory);
	return r;
}

/* Of a driver that says there is no memory: is there, as much as it was to take? */
static bool could_allocate(struct xf_vulkan *v, uint64_t bytes, uint32_t type)
{
	const VkMemoryAllocateInfo info = { .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
		.allocationSize = bytes,
		.memoryTypeIndex = type };
	VkDeviceMemory memory;
	if (v->vk.AllocateMemory(v->device, &info, NULL, &memory))
		return false;
	v->vk.FreeMemory(v->device, memory, NULL);
	return true;
}

/*
 * Mesa's software device says "out of device memory" also of what it cannot take. It is asked once
 * more where it has memory after all, which may have been short for a moment.
 */
static VkResult import_fd(
	struct xf_vulkan *v, const VkMemoryAllocateInfo *info, VkDeviceMemory *ret_memory)
{
	VkResult error = v->vk.AllocateMemory(v->device, info, NULL, ret_memory);
	if (error != VK_ERROR_OUT_OF_DEVICE_MEMORY ||
		!could_allocate(v, info->allocationSize, info->memoryTypeIndex))
		return error;
	error = v->vk.AllocateMemory(v->device, info, NULL, ret_memory);
	return error == VK_ERROR_OUT_OF_DEVICE_MEMORY ? VK_ERROR_INVALID_EXTERNAL_HANDLE : error;
}

/* The driver owns the descriptor once it has taken it. */
int xfv_memory_import_fd(struct xf_vulkan *v, struct xf_surface *surface,
	const struct xf_surface_desc *desc, uint32_t types, struct xfv_memory *memory)
{
	uint64_t offset;
	int fd;
	int r = xf_surface_export(surface, &fd, &offset);
	if (r)
		return r;
	const VkImportMemoryFdInfoKHR import = {
		.sType = VK_STRUCTURE_TYPE_IMPORT_MEMORY_FD_INFO_KHR,
		.handleType = VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT,
		.fd = fd
	};
	const VkMemoryAllocateInfo info = { .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
		.pNext = &import,
		.allocationSize = desc->memory_bytes,
		.memoryTypeIndex = xfv_memory_type(v, types) };
	VkResult error = import_fd(v, &info, &memory->memory);
	if (!error) {
		memory->size_bytes = desc->memory_bytes;
		return 0;
	}
	xfi_foreign_fd_close(&fd);
	r = xfv_failed("vkAllocateMemory", error);
	if (r == -ENOMEM || error == VK_ERROR_DEVICE_LOST)
		return r;
	if (desc->memory == XF_MEMORY_CUDA)
		return xf_fail(-EPROTO, "the driver does not take CUDA's memory, or it is none: "
					"CUDA does map what xf_vulkan_surface_create() makes");
	return xf_fail(-EPROTO, "the driver does not take what was handed on as memory");
}

/*
 * Some drivers' memory is a file, and to make one beyond the limit (ulimit -f) ends a process by a
 * signal: held back here, and taken back, unless it was pending before. *ret_too_large: it came.
 */
static VkResult allocate_file(struct xf_vulkan *v, const VkMemoryAllocateInfo *info,
	VkDeviceMemory *ret_memory, bool *ret_too_large)
{
	sigset_t one, before, pending;
	sigemptyset(&one);
	sigaddset(&one, SIGXFSZ);
	pthread_sigmask(SIG_BLOCK, &one, &before);
	sigpending(&pending);
	bool waited = sigismember(&pending, SIGXFSZ);
	VkResult error = v->vk.AllocateMemory(v->device, info, NULL, ret_memory);
	*ret_too_large = !waited && sigtimedwait(&one, NULL, &(struct timespec){ 0 }) == SIGXFSZ;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}

int xfv_memory_export(struct xf_vulkan *v, uint64_t bytes, uint32_t types,
	VkExternalMemoryHandleTypeFlagBits kind, const void *next, int *ret_fd)
{
	const VkExportMemoryAllocateInfo shared = {
		.sType = VK_STRUCTURE_TYPE_EXPORT_MEMORY_ALLOCATE_INFO,
		.pNext = next,
		.handleTypes = kind
	};
	const VkMemoryAllocateInfo info = { .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
		.pNext = &shared,
		.allocationSize = bytes,
		.memoryTypeIndex = xfv_memory_type(v, types) };
	VkDeviceMemory memory;
	int fd = -1;
	bool too_large;
	VkResult error = allocate_file(v, &info, &memory, &too_large);
	if (error && too_large)
		return -EFBIG;
	if (error)
		return xfv_failed("vkAllocateMemory", error);
	const VkMemoryGetFdInfoKHR get = { .sType = VK_STRUCTURE_TYPE_MEMORY_GET_FD_INFO_KHR,
		.memory = memory,
		.handleType = kind };
	error = v->vk.GetMemoryFdKHR(v->device, &get, &fd);
	v->vk.FreeMemory(v->device, memory, NULL);
	if (error)
		return xfv_failed("vkGetMemoryFdKHR", error);
	if (fd < 0)
		return xf_fail(-EMFILE,
			"the driver made no descriptor for its memory; it may be at "
			"the limit of open files (ulimit -n)");
	*ret_fd = fd;
	return 0;
}

void xfv_memory_release(struct xf_vulkan *v, struct xfv_memory *memory)
{
	if (memory->memory)
		v->vk.FreeMemory(v->device, memory->memory, NULL);
	if (memory->mapped)
		munmap(memory->mapped, memory->mapped_bytes);
	*memory = (struct xfv_memory){ 0 };
}
