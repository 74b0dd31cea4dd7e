/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stddef.h>

#include "gpu.h"

int gpu_result(VkResult result)
{
	bool memory = result == VK_ERROR_OUT_OF_HOST_MEMORY ||
		      result == VK_ERROR_OUT_OF_DEVICE_MEMORY ||
		      result == VK_ERROR_OUT_OF_POOL_MEMORY;
	return memory ? -ENOMEM : result < 0 ? -EIO : 0;
}

static int find_calls(struct gpu *gpu)
{
	PFN_vkGetInstanceProcAddr get = gpu->h.get_instance_proc_addr;
	PFN_vkGetDeviceProcAddr find =
		(PFN_vkGetDeviceProcAddr)get(gpu->h.instance, "vkGetDeviceProcAddr");
	PFN_vkGetPhysicalDeviceMemoryProperties memory =
		(PFN_vkGetPhysicalDeviceMemoryProperties)get(
			gpu->h.instance, "vkGetPhysicalDeviceMemoryProperties");
#define GPU_FIND(name)                                                                             \
	gpu->name = (PFN_vk##name)find(gpu->h.device, "vk" #name);                                 \
	if (!gpu->name)                                                                            \
		return -EIO;
	GPU_CALLS(GPU_FIND)
#undef GPU_FIND
	memory(gpu->h.physical_device, &gpu->memory);
	return 0;
}

static int make_commands(struct gpu *gpu)
{
	const VkCommandPoolCreateInfo pool = { .sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
		.flags = VK_COMMAND_POOL_CREATE_TRANSIENT_BIT |
			 VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT,
		.queueFamilyIndex = gpu->h.queue_family };
	VkCommandBufferAllocateInfo buffer = {
		.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
		.commandBufferCount = STAGE_SURFACES_MAX
	};
	int r = gpu_result(gpu->CreateCommandPool(gpu->h.device, &pool, NULL, &gpu->pool));
	buffer.commandPool = gpu->pool;
	return r ? r : gpu_result(gpu->AllocateCommandBuffers(gpu->h.device, &buffer, gpu->all));
}

/* Enough for a set for each surface, and some. */
static int make_sets(struct gpu *gpu)
{
	const VkDescriptorPoolSize sizes[] = { { VK_DESCRIPTOR_TYPE_STORAGE_IMAGE, 128 },
		{ VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 256 } };
	const VkDescriptorPoolCreateInfo info = {
		.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
		.maxSets = 128,
		.poolSizeCount = 2,
		.pPoolSizes = sizes
	};
	return gpu_result(gpu->CreateDescriptorPool(gpu->h.device, &info, NULL, &gpu->sets));
}

int gpu_open(struct gpu *gpu)
{
	*gpu = (struct gpu){ .h = { .size = sizeof(gpu->h) } };
	int r = xf_vulkan_create(NULL, &gpu->vulkan);
	if (!r)
		r = xf_vulkan_handles(gpu->vulkan, &gpu->h);
	if (!r)
		r = find_calls(gpu);
	if (!r)
		r = make_commands(gpu);
	return r ? r : make_sets(gpu);
}

/* Owned: where the queue fails, it gives the numbers up that it will not reach. */
int gpu_start(struct gpu *gpu, struct xf_domain *domain)
{
	gpu->domain = domain;
	int r = xf_timeline_create(domain, gpu->submitted, XF_TIMELINE_OWNED, NULL, &gpu->progress);
	return r ? r : xf_queue_create_vulkan(gpu->vulkan, NULL, domain, &gpu->queue);
}

void gpu_stop(struct gpu *gpu)
{
	xf_queue_destroy(gpu->queue);
	xf_timeline_close(gpu->progress);
	gpu->queue = NULL;
	gpu->progress = NULL;
}

/* The queue first: then the device has done what it was given. */
void gpu_close(struct gpu *gpu)
{
	gpu_stop(gpu);
	if (gpu->sets)
		gpu->DestroyDescriptorPool(gpu->h.device, gpu->sets, NULL);
	if (gpu->pool)
		gpu->DestroyCommandPool(gpu->h.device, gpu->pool, NULL);
	xf_vulkan_destroy(gpu->vulkan);
	*gpu = (struct gpu){ 0 };
}

int gpu_begin(struct gpu *gpu, uint32_t index)
{
	const VkCommandBufferBeginInfo begin = {
		.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
		.flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT
	};
	gpu->commands = gpu->all[index];
	return gpu_result(gpu->BeginCommandBuffer(gpu->commands, &begin));
}

void gpu_barrier(struct gpu *gpu, VkPipelineStageFlags from, VkAccessFlags written,
	VkPipelineStageFlags to, VkAccessFlags used)
{
	const VkMemoryBarrier all = { .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
		.srcAccessMask = written,
		.dstAccessMask = used };
	gpu->CmdPipelineBarrier(gpu->commands, from, to, 0, 1, &all, 0, NULL, 0, NULL);
}

int gpu_end(struct gpu *gpu)
{
	return gpu_result(gpu->EndCommandBuffer(gpu->commands));
}

int gpu_submit(struct gpu *gpu, struct xf_surface *surface, uint64_t key, uint64_t next,
	uint64_t *ret_number)
{
	const struct xf_vulkan_acquire acquire = { surface, key, XF_NEVER };
	const struct xf_vulkan_release release = { surface, next };
	const struct xf_vulkan_submission submission = { .size = sizeof(submission),
		.acquires = &acquire,
		.n_acquires = 1,
		.releases = &release,
		.n_releases = next != GPU_KEEP,
		.command_buffers = &gpu->commands,
		.n_command_buffers = 1 };
	int r = xf_vulkan_submit(gpu->queue, &submission);
	if (r)
		return r;
	*ret_number = ++gpu->submitted;
	r = xf_queue_signal(gpu->queue, gpu->progress, *ret_number);
	/* The queue failed in between, and may have no work left that would give the number up. */
	return r == XF_ABANDONED ? xf_timeline_abandon(gpu->progress) : r;
}

int gpu_wait(struct gpu *gpu, uint64_t number, int64_t deadline_ns)
{
	return xf_timeline_wait(gpu->progress, number, deadline_ns);
}

int gpu_renew(struct gpu *gpu)
{
	gpu_stop(gpu);
	return gpu_start(gpu, gpu->domain);
}
