/* SPDX-License-Identifier: MIT */
/*
 * The device is made here and not by xf_vulkan_create(), since it needs more extensions and
 * features than surfaces and queues do; those are then made over it.
 */
#include "win/gpu/card.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t cards_lock = PTHREAD_MUTEX_INITIALIZER;
static struct xfi_card *cards; /* a lost one stays for those who have it, but not here */

static int make_instance(struct xfi_card *card)
{
	const VkApplicationInfo application = { .sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
		.pEngineName = "crossfence",
		.apiVersion = VK_API_VERSION_1_2 };
	const VkInstanceCreateInfo info = { .sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
		.pApplicationInfo = &application };
	PFN_vkCreateInstance create;
	int r = xfi_gpu_loader(&card->get);
	if (r)
		return r;
	create = (PFN_vkCreateInstance)card->get(NULL, "vkCreateInstance");
	if (!create)
		return xf_fail(-ENOSYS, "vkGetInstanceProcAddr knows no vkCreateInstance");
	VkResult error = create(&info, NULL, &card->instance);
	return error ? xfi_gpu_failed("vkCreateInstance", error)
		     : xfi_gpu_instance_calls(card->get, card->instance, &card->vi);
}

/* For the software adapter: a processor, else the fastest that there is. */
static int rank(VkPhysicalDeviceType type)
{
	switch (type) {
	case VK_PHYSICAL_DEVICE_TYPE_CPU:
		return 5;
	case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU:
		return 4;
	case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU:
		return 3;
	case VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU:
		return 2;
	default:
		return 1;
	}
}

static void ask_ids(
	const struct xfi_card *card, VkPhysicalDevice physical, VkPhysicalDeviceIDProperties *id)
{
	VkPhysicalDeviceProperties2 properties = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, .pNext = id
	};
	*id = (VkPhysicalDeviceIDProperties){
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ID_PROPERTIES
	};
	card->vi.GetPhysicalDeviceProperties2(physical, &properties);
}

/* 0: it is another adapter's. */
static int fitness(
	const struct xfi_card *card, VkPhysicalDevice physical, VkPhysicalDeviceType type)
{
	VkPhysicalDeviceIDProperties id;
	if (card->adapter->is_software)
		return rank(type);
	ask_ids(card, physical, &id);
	return type != VK_PHYSICAL_DEVICE_TYPE_CPU &&
	       !memcmp(id.deviceUUID, card->adapter->device_uuid, VK_UUID_SIZE) &&
	       !memcmp(id.driverUUID, card->adapter->driver_uuid, VK_UUID_SIZE);
}

/* The best of those that have Vulkan 1.2. */
static int choose(struct xfi_card *card)
{
	VkPhysicalDevice all[16];
	uint32_t count = 16;
	int best = 0;
	VkResult error = card->vi.EnumeratePhysicalDevices(card->instance, &count, all);
	if (error < 0)
		return xfi_gpu_failed("vkEnumeratePhysicalDevices", error);
	for (uint32_t i = 0; i < count; i++) {
		VkPhysicalDeviceProperties properties;
		card->vi.GetPhysicalDeviceProperties(all[i], &properties);
		const int fits = fitness(card, all[i], properties.deviceType);
		if (properties.apiVersion < VK_API_VERSION_1_2 || fits <= best)
			continue;
		best = fits;
		card->physical = all[i];
		card->properties = properties;
	}
	if (!best)
		return xf_fail(-ENODEV, "drawing needs a Vulkan 1.2 device, and there is none "
					"(Debian: mesa-vulkan-drivers)");
	ask_ids(card, card->physical, &card->id);
	card->vi.GetPhysicalDeviceMemoryProperties(card->physical, &card->memory);
	return 0;
}

static int find_family(struct xfi_card *card)
{
	const VkQueueFlags flags = VK_QUEUE_GRAPHICS_BIT | VK_QUEUE_COMPUTE_BIT;
	VkQueueFamilyProperties families[32];
	uint32_t count = 32;
	card->vi.GetPhysicalDeviceQueueFamilyProperties(card->physical, &count, families);
	for (uint32_t i = 0; i < count; i++) {
		if ((families[i].queueFlags & flags) != flags)
			continue;
		card->family = i;
		card->timestamp_bits = families[i].timestampValidBits;
		return 0;
	}
	return xf_fail(-EOPNOTSUPP, "drawing: %s has no queue for graphics and compute",
		card->properties.deviceName);
}

/* In the order of `names` below. */
enum {
	RENDERING,
	DEPTH_RESOLVE,
	MEMORY_HOST,
	MEMORY_FD,
	SEMAPHORE_FD,
	DIVISOR,
	BORDER,
	MIRROR,
	ROBUSTNESS,
	MIN_LOD,
	EXTENSIONS
};

static const char *const names[EXTENSIONS] = {
	VK_KHR_DYNAMIC_RENDERING_EXTENSION_NAME,
	VK_KHR_DEPTH_STENCIL_RESOLVE_EXTENSION_NAME,
	VK_EXT_EXTERNAL_MEMORY_HOST_EXTENSION_NAME,
	VK_KHR_EXTERNAL_MEMORY_FD_EXTENSION_NAME,
	VK_KHR_EXTERNAL_SEMAPHORE_FD_EXTENSION_NAME,
	VK_EXT_VERTEX_ATTRIBUTE_DIVISOR_EXTENSION_NAME,
	VK_EXT_CUSTOM_BORDER_COLOR_EXTENSION_NAME,
	VK_KHR_SAMPLER_MIRROR_CLAMP_TO_EDGE_EXTENSION_NAME,
	VK_EXT_ROBUSTNESS_2_EXTENSION_NAME,
	VK_EXT_IMAGE_VIEW_MIN_LOD_EXTENSION_NAME,
};

static int find_extensions(struct xfi_card *card, bool has[EXTENSIONS])
{
	VkExtensionProperties *list;
	uint32_t count = 0;
	VkResult error =
		card->vi.EnumerateDeviceExtensionProperties(card->physical, NULL, &count, NULL);
	if (error)
		return xfi_gpu_failed("vkEnumerateDeviceExtensionProperties", error);
	list = calloc(count + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	(void)card->vi.EnumerateDeviceExtensionProperties(card->physical, NULL, &count, list);
	for (uint32_t i = 0; i < count; i++)
		for (int j = 0; j < EXTENSIONS; j++)
			has[j] |= !strcmp(list[i].extensionName, names[j]);
	free(list);
	return has[RENDERING] ? 0
			      : xf_fail(-EOPNOTSUPP, "drawing: %s has no %s",
					card->properties.deviceName, names[RENDERING]);
}

/* Features that may be needed, as far as they are there. */
static void choose_features(struct xfi_card *card, const VkPhysicalDeviceFeatures *has)
{
#define TAKE(name) card->features.name = has->name
	TAKE(robustBufferAccess);
	TAKE(fullDrawIndexUint32);
	TAKE(imageCubeArray);
	TAKE(independentBlend);
	TAKE(dualSrcBlend);
	TAKE(drawIndirectFirstInstance);
	TAKE(depthClamp);
	TAKE(depthBiasClamp);
	TAKE(fillModeNonSolid);
	TAKE(multiViewport);
	TAKE(samplerAnisotropy);
	TAKE(textureCompressionBC);
	TAKE(occlusionQueryPrecise);
	TAKE(vertexPipelineStoresAndAtomics);
	TAKE(fragmentStoresAndAtomics);
	TAKE(shaderImageGatherExtended);
	TAKE(shaderStorageImageExtendedFormats);
	TAKE(shaderStorageImageReadWithoutFormat);
	TAKE(shaderStorageImageWriteWithoutFormat);
	TAKE(shaderClipDistance);
	TAKE(shaderCullDistance);
	TAKE(shaderFloat64);
	TAKE(shaderInt64);
#undef TAKE
}

/* Optional ones are chained in only where the driver says that it has them. */
struct features {
	VkPhysicalDeviceFeatures2 base;
	VkPhysicalDeviceTimelineSemaphoreFeatures timeline;
	VkPhysicalDeviceShaderDrawParametersFeatures draw_parameters;
	VkPhysicalDeviceScalarBlockLayoutFeatures scalar;
	VkPhysicalDeviceDynamicRenderingFeaturesKHR rendering;
	VkPhysicalDeviceVertexAttributeDivisorFeaturesEXT divisor;
	VkPhysicalDeviceCustomBorderColorFeaturesEXT border;
	VkPhysicalDeviceRobustness2FeaturesEXT robustness;
	VkPhysicalDeviceImageViewMinLodFeaturesEXT min_lod;
};

static void chain(struct features *f, void *next)
{
	((VkBaseOutStructure *)next)->pNext = f->base.pNext;
	f->base.pNext = next;
}

static void chain_features(struct features *f, const bool has[EXTENSIONS])
{
	f->base.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2;
	f->timeline.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_TIMELINE_SEMAPHORE_FEATURES;
	f->draw_parameters.sType =
		VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_DRAW_PARAMETERS_FEATURES;
	f->scalar.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SCALAR_BLOCK_LAYOUT_FEATURES;
	f->rendering.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DYNAMIC_RENDERING_FEATURES_KHR;
	f->divisor.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VERTEX_ATTRIBUTE_DIVISOR_FEATURES_EXT;
	f->border.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_CUSTOM_BORDER_COLOR_FEATURES_EXT;
	f->robustness.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ROBUSTNESS_2_FEATURES_EXT;
	f->min_lod.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_IMAGE_VIEW_MIN_LOD_FEATURES_EXT;
	chain(f, &f->timeline);
	chain(f, &f->draw_parameters);
	chain(f, &f->scalar);
	chain(f, &f->rendering);
	if (has[DIVISOR])
		chain(f, &f->divisor);
	if (has[BORDER])
		chain(f, &f->border);
	if (has[ROBUSTNESS])
		chain(f, &f->robustness);
	if (has[MIN_LOD])
		chain(f, &f->min_lod);
}

static int find_features(struct xfi_card *card, bool has[EXTENSIONS], struct features *enable)
{
	struct features there = { .base.pNext = NULL };
	chain_features(&there, has);
	card->vi.GetPhysicalDeviceFeatures2(card->physical, &there.base);
	if (!there.timeline.timelineSemaphore || !there.rendering.dynamicRendering ||
		!there.scalar.scalarBlockLayout)
		return xf_fail(-EOPNOTSUPP,
			"drawing: %s lacks timeline semaphores, dynamic rendering or "
			"scalar block layouts",
			card->properties.deviceName);
	choose_features(card, &there.base.features);
	card->has_draw_parameters = there.draw_parameters.shaderDrawParameters;
	has[DIVISOR] = card->has_divisor = there.divisor.vertexAttributeInstanceRateDivisor;
	card->has_zero_divisor = there.divisor.vertexAttributeInstanceRateZeroDivisor;
	has[BORDER] = card->has_border =
		there.border.customBorderColors && there.border.customBorderColorWithoutFormat;
	/* Without it what lies beyond a binding's end may be whatever lies there in the buffer. */
	has[ROBUSTNESS] = there.robustness.robustBufferAccess2;
	has[MIN_LOD] = card->has_min_lod = there.min_lod.minLod;
	chain_features(enable, has);
	enable->base.features = card->features;
	enable->timeline.timelineSemaphore = VK_TRUE;
	enable->draw_parameters.shaderDrawParameters = there.draw_parameters.shaderDrawParameters;
	enable->scalar.scalarBlockLayout = VK_TRUE;
	enable->rendering.dynamicRendering = VK_TRUE;
	enable->divisor.vertexAttributeInstanceRateDivisor = VK_TRUE;
	enable->divisor.vertexAttributeInstanceRateZeroDivisor = card->has_zero_divisor;
	enable->min_lod.minLod = VK_TRUE;
	enable->border.customBorderColors = VK_TRUE;
	enable->border.customBorderColorWithoutFormat = VK_TRUE;
	enable->robustness.robustBufferAccess2 = VK_TRUE;
	return 0;
}

static int make_vulkan(struct xfi_card *card, const char *const *extensions, uint32_t count)
{
	const struct xf_vulkan_params params = { .size = sizeof(params),
		.get_instance_proc_addr = card->get,
		.instance = card->instance,
		.physical_device = card->physical,
		.device = card->device,
		.extensions = extensions,
		.n_extensions = count };
	return xf_vulkan_create(&params, &card->vulkan);
}

static int make_device(struct xfi_card *card)
{
	const float priority = 1;
	const char *enabled[EXTENSIONS];
	bool has[EXTENSIONS] = { false };
	struct features features = { .base.pNext = NULL };
	const VkDeviceQueueCreateInfo queue = { .sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
		.queueFamilyIndex = card->family,
		.queueCount = 1,
		.pQueuePriorities = &priority };
	VkDeviceCreateInfo info = { .sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
		.pNext = &features,
		.queueCreateInfoCount = 1,
		.pQueueCreateInfos = &queue,
		.ppEnabledExtensionNames = enabled };
	int r = find_extensions(card, has);
	if (!r)
		r = find_features(card, has, &features);
	if (r)
		return r;
	for (int i = 0; i < EXTENSIONS; i++)
		if (has[i])
			enabled[info.enabledExtensionCount++] = names[i];
	card->has_memory_host = has[MEMORY_HOST];
	card->has_mirror = has[MIRROR];
	VkResult error = card->vi.CreateDevice(card->physical, &info, NULL, &card->device);
	if (error)
		return xfi_gpu_failed("vkCreateDevice", error);
	r = xfi_gpu_device_calls(card->vi.GetDeviceProcAddr, card->device, &card->vk);
	if (r)
		return r;
	if (has[MEMORY_FD])
		card->get_memory_fd = (PFN_vkGetMemoryFdKHR)card->vi.GetDeviceProcAddr(
			card->device, "vkGetMemoryFdKHR");
	card->vk.GetDeviceQueue(card->device, card->family, 0, &card->queue);
	return make_vulkan(card, enabled, info.enabledExtensionCount);
}

static void destroy(struct xfi_card *card)
{
	xf_vulkan_destroy(card->vulkan);
	if (card->device && card->vk.DestroyDevice)
		card->vk.DestroyDevice(card->device, NULL);
	if (card->instance && card->vi.DestroyInstance)
		card->vi.DestroyInstance(card->instance, NULL);
	free(card);
}

static int create(const struct xfi_adapter *adapter, struct xfi_card **ret_card)
{
	struct xfi_card *card = calloc(1, sizeof(*card));
	int r;
	if (!card)
		return -ENOMEM;
	card->adapter = adapter;
	r = make_instance(card);
	if (!r)
		r = choose(card);
	if (!r)
		r = find_family(card);
	if (!r)
		r = make_device(card);
	if (r) {
		destroy(card);
		return r;
	}
	*ret_card = card;
	return 0;
}

int xfi_card_get(const struct xfi_adapter *adapter, struct xfi_card **ret_card)
{
	int r = 0;
	pthread_mutex_lock(&cards_lock);
	struct xfi_card *card = cards;
	while (card && card->adapter != adapter)
		card = card->next;
	if (!card) {
		r = create(adapter, &card);
		if (!r) {
			card->next = cards;
			cards = card;
		}
	}
	if (!r) {
		card->refs++;
		*ret_card = card;
	}
	pthread_mutex_unlock(&cards_lock);
	return r;
}

static void forget_locked(const struct xfi_card *card)
{
	struct xfi_card **link = &cards;
	while (*link && *link != card)
		link = &(*link)->next;
	if (*link)
		*link = card->next;
}

/* Whoever comes next gets another one. */
void xfi_card_lose(struct xfi_card *card)
{
	pthread_mutex_lock(&cards_lock);
	forget_locked(card);
	pthread_mutex_unlock(&cards_lock);
}

void xfi_card_put(struct xfi_card *card)
{
	if (!card)
		return;
	pthread_mutex_lock(&cards_lock);
	if (!--card->refs) {
		forget_locked(card);
		destroy(card);
	}
	pthread_mutex_unlock(&cards_lock);
}

static bool find_type(const struct xfi_card *card, uint32_t types, VkMemoryPropertyFlags flags,
	uint32_t *ret_type)
{
	for (uint32_t i = 0; i < card->memory.memoryTypeCount; i++) {
		if (!(types & 1u << i) ||
			(card->memory.memoryTypes[i].propertyFlags & flags) != flags)
			continue;
		*ret_type = i;
		return true;
	}
	return false;
}

int xfi_card_allocate(struct xfi_card *card, const VkMemoryRequirements *requirements,
	VkMemoryPropertyFlags flags, VkMemoryPropertyFlags better, VkDeviceMemory *ret_memory)
{
	return xfi_card_allocate_with(card, requirements, flags, better, NULL, ret_memory);
}

int xfi_card_allocate_with(struct xfi_card *card, const VkMemoryRequirements *requirements,
	VkMemoryPropertyFlags flags, VkMemoryPropertyFlags better, const void *next,
	VkDeviceMemory *ret_memory)
{
	VkMemoryAllocateInfo info = { .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
		.pNext = next,
		.allocationSize = requirements->size };
	const uint32_t types = requirements->memoryTypeBits;
	if (!find_type(card, types, flags | better, &info.memoryTypeIndex) &&
		!find_type(card, types, flags, &info.memoryTypeIndex))
		return xf_fail(-ENOMEM, "drawing: no memory type with properties 0x%x", flags);
	VkResult error = card->vk.AllocateMemory(card->device, &info, NULL, ret_memory);
	return error ? xfi_gpu_failed("vkAllocateMemory", error) : 0;
}
