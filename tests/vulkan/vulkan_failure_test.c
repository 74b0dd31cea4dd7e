/* SPDX-License-Identifier: MIT */
/*
 * What a driver may lack, and what may fail or be lost, with a layer between it and the library
 * that is told to; and that nothing is left over, whatever happens.
 */
#include "layer_find.h"
#include "vulkan_fixture.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static int create(void)
{
	struct xf_vulkan *vulkan;
	int r = xf_vulkan_create(NULL, &vulkan);
	if (!r)
		xf_vulkan_destroy(vulkan);
	return r;
}

#define SAYS(result, text)                                                                         \
	do {                                                                                       \
		const char *said_ = xf_last_message(result);                                       \
		if (!strstr(said_, text))                                                          \
			proc_fail(__FILE__, __LINE__, "\"%s\" does not say %s", said_, text);      \
	} while (0)

static void what_is_missing_is_named(void)
{
	const struct xf_vulkan_params named = { .size = sizeof(named),
		.device_name = "no such device" };
	struct xf_vulkan_params params = { .size = sizeof(params) };
	struct layer *layer = layer_find();
	const char *none = NULL;
	struct xf_vulkan *vulkan;
	EXPECT(0, create());
	layer->no_devices = true;
	EXPECT(-ENODEV, create());
	SAYS(-ENODEV, "mesa-vulkan-drivers");
	layer->no_devices = false;
	layer->no_start = true; /* a driver without a device of its */
	EXPECT(-ENODEV, create());
	SAYS(-ENODEV, "no Vulkan device");
	layer->no_start = false;
	layer->old = true;
	EXPECT(-EOPNOTSUPP, create());
	SAYS(-EOPNOTSUPP, "has Vulkan 1.1");
	layer->old = false;
	layer->no_timelines = true;
	EXPECT(-EOPNOTSUPP, create());
	SAYS(-EOPNOTSUPP, "timelineSemaphore");
	layer->no_timelines = false;
	layer->compute_only = true;
	EXPECT(-ENODEV, create());
	SAYS(-ENODEV, "no queue");
	EXPECT(-ENODEV, xf_vulkan_create(&named, &vulkan));
	SAYS(-ENODEV, "no such device");
	EXPECT(-EINVAL, xf_vulkan_create(&named, NULL));
	params.physical_device = (VkPhysicalDevice)&params;
	EXPECT(-EINVAL, xf_vulkan_create(&params, &vulkan));
	params = (struct xf_vulkan_params){ .size = sizeof(params), .n_extensions = 1 };
	EXPECT(-EINVAL, xf_vulkan_create(&params, &vulkan));
	params.extensions = &none;
	EXPECT(-EINVAL, xf_vulkan_create(&params, &vulkan));
	SAYS(-EINVAL, "extensions[0]");
}

/* Where the loader finds no driver at all. */
static void no_driver(void)
{
	struct xf_vulkan *vulkan;
	setenv("VK_ICD_FILENAMES", "/nowhere.json", 1);
	setenv("VK_DRIVER_FILES", "/nowhere.json", 1);
	EXPECT(-ENODEV, xf_vulkan_create(NULL, &vulkan));
	SAYS(-ENODEV, "VK_ICD_FILENAMES");
}

/* A queue that computes and does nothing else will do. */
static void compute_alone(void)
{
	const struct xf_vulkan_params params = { .size = sizeof(params),
		.queue_flags = VK_QUEUE_COMPUTE_BIT };
	struct xf_domain *domain = publish();
	struct xf_timeline *timeline = make_timeline(domain, 0);
	struct xf_vulkan *vulkan;
	struct xf_queue *queue;
	layer_find()->compute_only = true;
	EXPECT(0, xf_vulkan_create(&params, &vulkan));
	EXPECT(0, xf_queue_create_vulkan(vulkan, NULL, domain, &queue));
	EXPECT(0, xf_queue_signal(queue, timeline, 1));
	EXPECT(0, xf_timeline_wait(timeline, 1, PATIENCE));
	xf_queue_destroy(queue);
	xf_vulkan_destroy(vulkan);
	xf_timeline_close(timeline);
	xf_domain_leave(domain);
}

/* Without extensions there are queues, and surfaces say what they would need. */
static void without_extensions(void)
{
	struct xf_domain *domain = publish();
	struct xf_surface_desc desc = picture();
	struct xf_vulkan_image *image;
	struct xf_surface *surface, *none;
	struct gpu gpu;
	EXPECT(0, xf_surface_create(domain, &desc, 0, &surface));
	layer_find()->no_extensions = true;
	gpu_open(&gpu, NULL, NULL);
	EXPECT(0, gpu.h.memories);
	EXPECT(-EOPNOTSUPP, xf_vulkan_image_open(gpu.vulkan, surface, 0, &image));
	SAYS(-EOPNOTSUPP, "VK_EXT_external_memory_host");
	EXPECT(-EOPNOTSUPP, xf_vulkan_describe(gpu.vulkan, &desc));
	SAYS(-EOPNOTSUPP, "VK_EXT_external_memory_host");
	EXPECT(-EOPNOTSUPP, xf_vulkan_surface_create(gpu.vulkan, domain, &desc, 0, &none));
	SAYS(-EOPNOTSUPP, "VK_KHR_external_memory_fd");
	EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
	gpu_close(&gpu);
	xf_surface_close(surface);
	xf_domain_leave(domain);
}

static PFN_vkGetInstanceProcAddr loaders_own(void)
{
	PFN_vkGetInstanceProcAddr get;
	*(void **)&get = dlsym(dlopen("libvulkan.so.1", RTLD_NOW), "vkGetInstanceProcAddr");
	CHECK(get);
	return get;
}

static void make_instance(struct xf_vulkan_params *params, uint32_t version)
{
	PFN_vkGetInstanceProcAddr get = loaders_own();
	const VkApplicationInfo application = { .sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
		.apiVersion = version };
	const VkInstanceCreateInfo instance = { .sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
		.pApplicationInfo = &application };
	uint32_t one = 1;
	params->get_instance_proc_addr = get;
	CHECK(((PFN_vkCreateInstance)get(NULL, "vkCreateInstance"))(
		      &instance, NULL, &params->instance) == 0);
	CHECK(((PFN_vkEnumeratePhysicalDevices)get(params->instance, "vkEnumeratePhysicalDevices"))(
		      params->instance, &one, &params->physical_device) >= 0);
}

static void end_instance(const struct xf_vulkan_params *params)
{
	((PFN_vkDestroyInstance)params->get_instance_proc_addr(
		params->instance, "vkDestroyInstance"))(params->instance, NULL);
}

/* The user's instance decides what can be had of a device: that is what is said, and no other. */
static void old_instances(void)
{
	const uint32_t versions[] = { VK_API_VERSION_1_0, VK_API_VERSION_1_1 };
	const char *layers = getenv("VK_INSTANCE_LAYERS");
	if (layers && strstr(layers, "validation"))
		proc_skip("what such an instance lacks is found by asking it, which is reported");
	for (size_t i = 0; i < 2; i++) {
		struct xf_vulkan_params params = { .size = sizeof(params) };
		struct xf_vulkan *vulkan;
		make_instance(&params, versions[i]);
		EXPECT(-EOPNOTSUPP, xf_vulkan_create(&params, &vulkan));
		SAYS(-EOPNOTSUPP, "VkApplicationInfo.apiVersion");
		end_instance(&params);
	}
}

/* The user's own instance and device, made as the requirements say. */
static void make_own(struct xf_vulkan_params *params, struct xf_vulkan_requirements *needs)
{
	make_instance(params, VK_API_VERSION_1_2);
	PFN_vkGetInstanceProcAddr get = params->get_instance_proc_addr;
	EXPECT(0, xf_vulkan_requirements(params, needs));
	CHECK(needs->n_extensions == (layer_find()->shares ? 3 : 2));
	CHECK(needs->api_version == VK_API_VERSION_1_2);
	CHECK(needs->memories == (1u << XF_MEMORY_HOST | 1u << XF_MEMORY_VULKAN));
	const float priority = 1;
	const VkDeviceQueueCreateInfo queue = { .sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
		.queueCount = 1,
		.pQueuePriorities = &priority };
	const VkPhysicalDeviceTimelineSemaphoreFeatures timelines = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_TIMELINE_SEMAPHORE_FEATURES,
		.timelineSemaphore = VK_TRUE
	};
	const VkDeviceCreateInfo device = { .sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
		.pNext = &timelines,
		.queueCreateInfoCount = 1,
		.pQueueCreateInfos = &queue,
		.enabledExtensionCount = needs->n_extensions,
		.ppEnabledExtensionNames = needs->extensions };
	CHECK(((PFN_vkCreateDevice)get(params->instance, "vkCreateDevice"))(
		      params->physical_device, &device, NULL, &params->device) == 0);
}

static void the_users_own(void)
{
	struct xf_vulkan_params params = { .size = sizeof(params) };
	struct xf_vulkan_requirements needs = { .size = sizeof(needs) };
	struct xf_vulkan_handles h = { .size = sizeof(h) };
	struct xf_domain *domain = publish();
	struct xf_surface_desc desc = picture();
	struct xf_surface *surface;
	struct xf_vulkan_image *image;
	struct xf_vulkan *vulkan;
	struct xf_queue *queue;
	VkQueue vk_queue;
	EXPECT(0, xf_vulkan_requirements(NULL, &needs));
	EXPECT(6, needs.n_extensions);
	CHECK(needs.memories & 1u << XF_MEMORY_DMA_BUF);
	make_own(&params, &needs);
	EXPECT(0, xf_surface_create(domain, &desc, 0, &surface));
	/* Not said to be enabled: not used. */
	EXPECT(0, xf_vulkan_create(&params, &vulkan));
	EXPECT(-EOPNOTSUPP, xf_vulkan_image_open(vulkan, surface, 0, &image));
	SAYS(-EOPNOTSUPP, "not enabled");
	EXPECT(-EINVAL, xf_queue_create_vulkan(vulkan, NULL, domain, &queue));
	xf_vulkan_destroy(vulkan);
	params.extensions = needs.extensions;
	params.n_extensions = needs.n_extensions;
	EXPECT(0, xf_vulkan_create(&params, &vulkan));
	EXPECT(0, xf_vulkan_handles(vulkan, &h));
	CHECK(h.device == params.device && !h.queue);
	CHECK(h.queue_family == VK_QUEUE_FAMILY_IGNORED);
	EXPECT(0, xf_vulkan_image_open(vulkan, surface, 0, &image));
	PFN_vkGetInstanceProcAddr get = params.get_instance_proc_addr;
	PFN_vkGetDeviceProcAddr find =
		(PFN_vkGetDeviceProcAddr)get(params.instance, "vkGetDeviceProcAddr");
	((PFN_vkGetDeviceQueue)find(params.device, "vkGetDeviceQueue"))(
		params.device, 0, 0, &vk_queue);
	EXPECT(0, xf_queue_create_vulkan(vulkan, vk_queue, domain, &queue));
	EXPECT(0, xf_queue_finish(queue, PATIENCE));
	xf_queue_destroy(queue);
	xf_vulkan_image_close(image);
	xf_vulkan_destroy(vulkan);
	((PFN_vkDestroyDevice)find(params.device, "vkDestroyDevice"))(params.device, NULL);
	end_instance(&params);
	xf_surface_close(surface);
	xf_domain_leave(domain);
}

/* Two instances in one process see the same surface. */
static void two_instances(void)
{
	struct xf_domain *domain = publish();
	struct gpu a, b;
	struct canvas ours, theirs;
	gpu_open(&a, NULL, domain);
	gpu_open(&b, NULL, domain);
	canvas_make(&a, domain, XF_SURFACE_KEYED, &ours);
	canvas_open(&b, domain, xf_surface_id(ours.surface), &theirs);
	EXPECT(0, gpu_submit(&a, ours.surface, 0, 1, gpu_fill(&a, ours.image, &ours.desc, 3),
			  VK_NULL_HANDLE));
	EXPECT(0, gpu_submit(&b, theirs.surface, 1, 2, gpu_fill(&b, theirs.image, &theirs.desc, 4),
			  VK_NULL_HANDLE));
	EXPECT(0, gpu_submit(&a, ours.surface, 2, 3, NULL, VK_NULL_HANDLE));
	EXPECT(0, xf_queue_finish(a.queue, PATIENCE));
	struct xf_keyed_mutex *mutex;
	EXPECT(0, xf_surface_mutex(ours.surface, &mutex));
	EXPECT(0, xf_keyed_mutex_acquire(mutex, 3, 0, NULL));
	EXPECT(4, canvas_pixel(&ours));
	EXPECT(0, xf_keyed_mutex_release(mutex, 0, 0));
	canvas_close(&theirs);
	canvas_close(&ours);
	gpu_close(&b);
	gpu_close(&a);
	xf_domain_leave(domain);
}

/* A hundred devices of one instance, in turn, leave nothing behind. */
static void use_device(const struct xf_vulkan_params *params, struct xf_domain *domain)
{
	struct xf_surface_desc desc = picture();
	struct xf_vulkan_image *image;
	struct xf_surface *surface;
	struct xf_vulkan *vulkan;
	struct xf_queue *queue;
	EXPECT(0, xf_vulkan_create(params, &vulkan));
	EXPECT(0, xf_surface_create(domain, &desc, 0, &surface));
	EXPECT(0, xf_vulkan_image_open(vulkan, surface, 0, &image));
	EXPECT(0, xf_queue_create_vulkan(vulkan, NULL, domain, &queue));
	EXPECT(0, xf_queue_finish(queue, PATIENCE));
	xf_queue_destroy(queue);
	xf_vulkan_image_close(image);
	xf_surface_close(surface);
	xf_vulkan_destroy(vulkan);
	EXPECT(0, layer_find()->left);
}

static void many_devices(void)
{
	struct xf_domain *domain = publish();
	struct xf_vulkan_params params = { .size = sizeof(params) };
	struct xf_vulkan_handles h = { .size = sizeof(h) };
	struct xf_vulkan *first;
	int descriptors = 0;
	EXPECT(0, xf_vulkan_create(&params, &first));
	EXPECT(0, xf_vulkan_handles(first, &h));
	params.get_instance_proc_addr = h.get_instance_proc_addr;
	params.instance = h.instance;
	for (int i = 0; i < 100; i++) {
		use_device(&params, domain);
		if (i == 10)
			descriptors = proc_descriptors();
	}
	EXPECT(descriptors, proc_descriptors());
	EXPECT(0, proc_objects(domain));
	xf_vulkan_destroy(first);
	xf_domain_leave(domain);
}

/* Memory of another device or driver, or what is no memory. */
static void others_memory(void)
{
	struct xf_domain *domain = publish();
	struct xf_surface_desc desc = picture(), real = { .size = sizeof(real) };
	struct xf_surface *surface, *copy;
	struct xf_vulkan_image *image;
	struct gpu gpu;
	gpu_open(&gpu, NULL, NULL);
	EXPECT(0, xf_vulkan_surface_create(gpu.vulkan, domain, &desc, 0, &surface));
	EXPECT(0, xf_surface_desc(surface, &real, NULL));
	EXPECT(XF_MEMORY_VULKAN, real.memory);
	CHECK(real.memory_bytes >= SIZE * SIZE * 4 && real.usage == 0);
	EXPECT(-EINVAL,
		xf_vulkan_image_open(gpu.vulkan, surface, VK_IMAGE_USAGE_SAMPLED_BIT, &image));
	xf_surface_close(surface);
	int fd = memfd_create("not a driver's", MFD_ALLOW_SEALING | MFD_CLOEXEC);
	CHECK(fd >= 0 && ftruncate(fd, 1 << 20) == 0);
	CHECK(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK) == 0);
	for (int i = 0; i < 3; i++) {
		desc = real;
		desc.device_uuid[15] ^= i == 0;
		desc.driver_uuid[15] ^= i == 1;
		EXPECT(0, xf_surface_import(domain, &desc, fd, 0, 0, &copy));
		EXPECT(i < 2 ? -EXDEV : -EPROTO, xf_vulkan_image_open(gpu.vulkan, copy, 0, &image));
		xf_surface_close(copy);
	}
	desc = real;
	memset(desc.driver_uuid, 0, 16);
	EXPECT(-EINVAL, xf_surface_import(domain, &desc, fd, 0, 0, &copy));
	desc = real;
	desc.memory_bytes = 4096;
	EXPECT(-EINVAL, xf_surface_import(domain, &desc, fd, 0, 0, &copy));
	close(fd);
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

/* A copy of the driver's own file that says it is smaller than it is. */
static int with_a_false_head(int genuine)
{
	uint64_t head[512];
	struct stat st;
	CHECK(fstat(genuine, &st) == 0 && pread(genuine, head, sizeof(head), 0) == sizeof(head));
	int fd = memfd_create("memory", MFD_ALLOW_SEALING | MFD_CLOEXEC);
	CHECK(fd >= 0 && ftruncate(fd, st.st_size) == 0);
	head[0] = 8192;
	CHECK(pwrite(fd, head, sizeof(head), 0) == sizeof(head));
	CHECK(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0);
	return fd;
}

/*
 * What is wrong with others' memory, this driver calls "out of device memory". There is memory: it
 * is not said that there is none; and it is where there is.
 */
static void spoilt_memory(void)
{
	struct xf_domain *domain = publish();
	struct xf_surface_desc desc = picture(), real = { .size = sizeof(real) };
	struct xf_surface *surface, *spoilt;
	struct xf_vulkan_image *image;
	struct gpu gpu;
	uint64_t offset;
	int fd;
	gpu_open(&gpu, NULL, NULL);
	EXPECT(0, xf_vulkan_surface_create(gpu.vulkan, domain, &desc, 0, &surface));
	EXPECT(0, xf_surface_desc(surface, &real, NULL));
	EXPECT(0, xf_surface_export(surface, &fd, &offset));
	int copy = with_a_false_head(fd);
	EXPECT(0, xf_surface_import(domain, &real, copy, 0, 0, &spoilt));
	EXPECT(-EPROTO, xf_vulkan_image_open(gpu.vulkan, spoilt, 0, &image));
	xf_surface_close(spoilt);
	struct layer *layer = layer_find();
	layer->kind = LAYER_AllocateMemory;
	layer->result = VK_ERROR_OUT_OF_DEVICE_MEMORY;
	layer->all = true;
	EXPECT(-ENOMEM, xf_vulkan_image_open(gpu.vulkan, surface, 0, &image));
	layer->kind = LAYER_NONE;
	EXPECT(0, xf_vulkan_image_open(gpu.vulkan, surface, 0, &image));
	xf_vulkan_image_close(image);
	xf_surface_close(surface);
	close(copy);
	close(fd);
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

/* Memory that is a file of the driver's, and more than a file may have: an error, and no signal. */
static void a_limit_of_files(void)
{
	const struct rlimit limit = { 16 << 20, 16 << 20 }; /* the domain's file is less */
	const struct xf_domain_params small = { .size = sizeof(small), .payload_bytes = 1 << 20 };
	struct xf_domain *domain;
	struct xf_surface_desc desc = picture();
	struct xf_surface *surface;
	struct gpu gpu;
	sigset_t pending;
	EXPECT(0, xf_domain_create(&small, &domain));
	gpu_open(&gpu, NULL, NULL);
	EXPECT(0, setrlimit(RLIMIT_FSIZE, &limit));
	desc.width_px = desc.height_px = 4096;
	EXPECT(-EFBIG, xf_vulkan_surface_create(gpu.vulkan, domain, &desc, 0, &surface));
	CHECK(sigpending(&pending) == 0 && !sigismember(&pending, SIGXFSZ));
	desc = picture();
	EXPECT(0, xf_vulkan_surface_create(gpu.vulkan, domain, &desc, 0, &surface));
	xf_surface_close(surface);
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

/* As CUDA describes what it makes; here it is this device's own memory, and so are its bytes. */
static struct xf_surface *as_cudas(struct xf_domain *domain, struct xf_surface *real, bool here)
{
	struct xf_surface_desc desc = picture(), is = { .size = sizeof(is) };
	struct xf_surface *surface;
	uint64_t offset;
	int fd;
	EXPECT(0, xf_surface_desc(real, &is, NULL));
	EXPECT(0, xf_surface_export(real, &fd, &offset));
	desc.memory = XF_MEMORY_CUDA;
	desc.granularity_bytes = 4096;
	desc.memory_bytes = SIZE * SIZE * 4;
	memcpy(desc.device_uuid, is.device_uuid, 16);
	desc.device_uuid[15] ^= !here;
	EXPECT(0, xf_surface_import(domain, &desc, fd, 0, 0, &surface));
	close(fd);
	return surface;
}

/* Bytes for a buffer, where it is the same device; else it is said what to do instead. */
static void memory_of_cuda(void)
{
	struct xf_domain *domain = publish();
	struct xf_surface_desc desc = picture();
	struct canvas real, cudas, screen;
	struct xf_vulkan_image *image;
	struct gpu gpu;
	gpu_open(&gpu, NULL, domain);
	EXPECT(0, xf_vulkan_surface_create(gpu.vulkan, domain, &desc, 0, &real.surface));
	canvas_wrap(&gpu, &real);
	canvas_make(&gpu, domain, 0, &screen);
	struct xf_surface *elsewhere = as_cudas(domain, real.surface, false);
	EXPECT(-EXDEV, xf_vulkan_image_open(gpu.vulkan, elsewhere, 0, &image));
	SAYS(-EXDEV, "another device");
	cudas.surface = as_cudas(domain, real.surface, true);
	EXPECT(-EINVAL, xf_vulkan_image_open(
				gpu.vulkan, cudas.surface, VK_IMAGE_USAGE_SAMPLED_BIT, &image));
	SAYS(-EINVAL, "xf_vulkan_surface_create()");
	canvas_wrap(&gpu, &cudas);
	EXPECT(0, gpu_submit(&gpu, NULL, 0, 0, gpu_fill(&gpu, real.image, &real.desc, 21),
			  VK_NULL_HANDLE));
	EXPECT(0, gpu_submit(&gpu, NULL, 0, 0,
			  gpu_copy(&gpu, cudas.image, &cudas.desc, screen.image), VK_NULL_HANDLE));
	EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
	EXPECT(21, canvas_pixel(&screen));
	canvas_close(&cudas);
	xf_surface_close(elsewhere);
	canvas_close(&screen);
	canvas_close(&real);
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

/* What is no memory at all, and said to be CUDA's. */
static void no_memory_of_cuda(void)
{
	struct xf_domain *domain = publish();
	struct xf_surface_desc desc = picture();
	struct xf_surface *real, *surface;
	struct xf_vulkan_image *image;
	struct gpu gpu;
	gpu_open(&gpu, NULL, NULL);
	EXPECT(0, xf_vulkan_surface_create(gpu.vulkan, domain, &desc, 0, &real));
	EXPECT(0, xf_surface_desc(real, &desc, NULL));
	xf_surface_close(real);
	int fd = memfd_create("not CUDA's", MFD_ALLOW_SEALING | MFD_CLOEXEC);
	CHECK(fd >= 0 && ftruncate(fd, 1 << 20) == 0);
	CHECK(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK) == 0);
	desc.memory = XF_MEMORY_CUDA;
	desc.memory_bytes = SIZE * SIZE * 4;
	memset(desc.driver_uuid, 0, 16);
	EXPECT(0, xf_surface_import(domain, &desc, fd, 0, 0, &surface));
	close(fd);
	EXPECT(-EPROTO, xf_vulkan_image_open(gpu.vulkan, surface, 0, &image));
	SAYS(-EPROTO, "xf_vulkan_surface_create()");
	xf_surface_close(surface);
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

/* With ever more room, until it is enough. */
static void no_descriptors_left(void)
{
	struct xf_domain *domain = publish();
	struct xf_surface_desc desc = picture();
	struct xf_surface *surface;
	struct rlimit before, limit;
	struct gpu gpu;
	gpu_open(&gpu, NULL, NULL);
	desc.usage = VK_IMAGE_USAGE_TRANSFER_DST_BIT;
	int r = -EMFILE, refused = 0, lowest = dup(STDERR_FILENO);
	close(lowest);
	EXPECT(0, getrlimit(RLIMIT_NOFILE, &before));
	for (int room = 0; r; room++) {
		limit = (struct rlimit){ (rlim_t)(lowest + room), before.rlim_max };
		EXPECT(0, setrlimit(RLIMIT_NOFILE, &limit));
		r = xf_vulkan_surface_create(gpu.vulkan, domain, &desc, 0, &surface);
		CHECK(r == 0 || r == -EMFILE || r == -ENOMEM); /* the driver's word for it */
		refused += r != 0;
	}
	CHECK(refused > 0);
	EXPECT(0, setrlimit(RLIMIT_NOFILE, &before));
	xf_surface_close(surface);
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

/* Heights whose last rows a driver pads beyond the page are refused in words; buffers are not. */
static void rows_without_room(void)
{
	struct xf_domain *domain = publish();
	struct xf_surface_desc desc = picture();
	struct xf_surface *surface;
	struct xf_vulkan_image *image;
	struct gpu gpu;
	gpu_open(&gpu, NULL, NULL);
	desc.width_px = 1000, desc.height_px = 1001;
	desc.usage = VK_IMAGE_USAGE_TRANSFER_DST_BIT;
	EXPECT(-EOPNOTSUPP, xf_vulkan_describe(gpu.vulkan, &desc));
	SAYS(-EOPNOTSUPP, "multiple of 16");
	desc.usage = 0;
	EXPECT(0, xf_vulkan_describe(gpu.vulkan, &desc));
	EXPECT(0, xf_surface_create(domain, &desc, 0, &surface));
	EXPECT(0, xf_vulkan_image_open(gpu.vulkan, surface, 0, &image));
	xf_vulkan_image_close(image);
	desc.usage = VK_IMAGE_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT;
	EXPECT(-EOPNOTSUPP, xf_vulkan_describe(gpu.vulkan, &desc));
	SAYS(-EOPNOTSUPP, "usage 0x20");
	/* Rows of 4032 bytes, and not of 4000: not as the device has them. */
	desc = picture();
	desc.width_px = 1000;
	desc.alignment_bytes = 4;
	xf_surface_close(surface);
	EXPECT(0, xf_surface_create(domain, &desc, 0, &surface));
	EXPECT(-EINVAL,
		xf_vulkan_image_open(gpu.vulkan, surface, VK_IMAGE_USAGE_TRANSFER_DST_BIT, &image));
	SAYS(-EINVAL, "xf_vulkan_describe");
	xf_surface_close(surface);
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

/*
 * What a whole use of the library does, on a device of which something fails; and another device
 * that waits for its work.
 */
struct use {
	struct xf_domain *domain;
	struct xf_vulkan *vulkan;
	struct xf_queue *queue;
	struct canvas ours, theirs, after;
	struct xf_surface *made, *planes;
	struct xf_vulkan_image *images[2];
	struct xf_timeline *owned;
	bool submitted, waited, returned; /* ours; what is behind it; ours behind that */
};

static int make_surfaces(struct use *use)
{
	const VkImageUsageFlags usage = VK_IMAGE_USAGE_TRANSFER_DST_BIT;
	struct xf_surface_desc desc = picture();
	desc.usage = usage;
	desc.modifier = XF_MODIFIER_DRIVER;
	int r = xf_vulkan_surface_create(use->vulkan, use->domain, &desc, 0, &use->made);
	if (!r)
		r = xf_vulkan_image_open(use->vulkan, use->made, 0, &use->images[0]);
	desc = picture();
	desc.fourcc = XF_FORMAT_NV12;
	desc.usage = usage;
	if (!r)
		r = xf_vulkan_describe(use->vulkan, &desc);
	if (!r)
		r = xf_surface_create(use->domain, &desc, 0, &use->planes);
	if (!r)
		r = xf_vulkan_image_open(use->vulkan, use->planes, usage, &use->images[1]);
	return r ? r : xf_vulkan_image_open(use->vulkan, use->ours.surface, 0, &use->ours.image);
}

static int hand_on(struct xf_queue *queue, struct xf_surface *surface, uint64_t key)
{
	const struct xf_vulkan_acquire acquire = { surface, key, 0 };
	const struct xf_vulkan_release release = { surface, key + 1 };
	const struct xf_vulkan_submission submission = { .size = sizeof(submission),
		.acquires = &acquire,
		.releases = &release,
		.n_acquires = 1,
		.n_releases = 1 };
	return xf_vulkan_submit(queue, &submission);
}

/* On the device of which something fails. */
static int use_all(struct use *use, struct gpu *other)
{
	struct layer *layer = layer_find();
	int r = xf_vulkan_create(NULL, &use->vulkan);
	if (!r)
		r = make_surfaces(use);
	if (!r)
		r = xf_queue_create_vulkan(use->vulkan, NULL, use->domain, &use->queue);
	/* Not known to be done before the other device was told to wait for it. */
	layer->stalled = true;
	if (!r)
		r = hand_on(use->queue, use->ours.surface, 0);
	use->submitted = !r;
	if (!r)
		r = hand_on(other->queue, use->theirs.surface, 1);
	use->waited = !r;
	if (!r)
		r = hand_on(use->queue, use->ours.surface, 2);
	use->returned = !r;
	layer->stalled = false;
	if (!r)
		r = xf_queue_signal(use->queue, use->owned, 1);
	return r ? r : xf_queue_finish(use->queue, PATIENCE);
}

/* Nobody waits for ever, whatever failed, and everybody learns the same. */
static void look_after(struct use *use, struct gpu *other, int r)
{
	struct xf_keyed_mutex *mutex;
	uint64_t key = use->returned ? 3 : use->waited ? 2 : use->submitted ? 1 : 0;
	EXPECT(0, xf_surface_mutex(use->theirs.surface, &mutex));
	int theirs = xf_queue_finish(other->queue, PATIENCE);
	int acquired = xf_keyed_mutex_acquire(mutex, key, PATIENCE, NULL);
	CHECK(theirs == 0 || theirs == XF_ABANDONED);
	CHECK(acquired == 0 || acquired == XF_ABANDONED);
	if (theirs)
		EXPECT(XF_ABANDONED, acquired);
	if (!acquired)
		EXPECT(0, xf_keyed_mutex_release(mutex, 0, 0));
	if (!r) {
		EXPECT(0, theirs);
		EXPECT(0, acquired);
		EXPECT(0, xf_timeline_wait(use->owned, 1, PATIENCE));
	}
}

static void close_all(struct use *use)
{
	xf_queue_destroy(use->queue);
	xf_vulkan_image_close(use->ours.image);
	for (int i = 0; i < 2; i++)
		xf_vulkan_image_close(use->images[i]);
	xf_surface_close(use->made);
	xf_surface_close(use->planes);
	xf_vulkan_destroy(use->vulkan);
	xf_timeline_close(use->owned);
}

static void renew(struct use *use, struct gpu *other)
{
	xf_queue_destroy(other->queue);
	EXPECT(0, xf_queue_create_vulkan(other->vulkan, NULL, use->domain, &other->queue));
}

/* The other device goes on, with a new queue if its old one has had to do with the failure. */
static void goes_on(struct use *use, struct gpu *other)
{
	if (xf_queue_finish(other->queue, PATIENCE))
		renew(use, other);
	EXPECT(0, hand_on(other->queue, use->after.surface, 0));
	EXPECT(0, hand_on(other->queue, use->after.surface, 1));
	EXPECT(0, xf_queue_finish(other->queue, PATIENCE));
}

/* *ret_calls: of the layer's kind, before all was closed. */
static int one_use(struct xf_domain *domain, struct gpu *other, int *ret_calls)
{
	struct xf_surface_desc desc = picture();
	struct use use = { .domain = domain };
	EXPECT(0, xf_surface_create(domain, &desc, XF_SURFACE_KEYED, &use.ours.surface));
	EXPECT(0, xf_surface_create(domain, &desc, XF_SURFACE_KEYED, &use.after.surface));
	EXPECT(0, xf_surface_open(domain, xf_surface_id(use.ours.surface), &use.theirs.surface));
	EXPECT(0, xf_timeline_create(domain, 0, XF_TIMELINE_OWNED, NULL, &use.owned));
	int r = use_all(&use, other);
	*ret_calls = layer_find()->calls;
	look_after(&use, other, r);
	goes_on(&use, other);
	close_all(&use);
	renew(&use, other); /* it remembers whom it has met */
	xf_surface_close(use.ours.surface);
	xf_surface_close(use.theirs.surface);
	xf_surface_close(use.after.surface);
	return r;
}

static const char *const kind_names[] = {
#define NAME_OF(name) [LAYER_##name] = "vk" #name,
	LAYER_KINDS(NAME_OF)
#undef NAME_OF
};

static bool is_expected(enum layer_kind kind, VkResult failure, int r)
{
	/* Others' semaphores are had beside the submissions, which may have ended by then. */
	if (layer_find()->shares && !r)
		return kind == LAYER_ImportSemaphoreFdKHR || kind == LAYER_CreateSemaphore ||
		       failure != VK_ERROR_DEVICE_LOST;
	/* A short wait is made up for; what memory is made of may also be said to be refused. */
	return failure == VK_ERROR_DEVICE_LOST ? r == -EIO || r == XF_ABANDONED
					       : r == 0 || r == -ENOMEM;
}

/* Of one kind each call fails in turn, until there are no more; how many there were. */
static int fail_each(struct xf_domain *domain, struct gpu *other, enum layer_kind kind,
	VkResult failure, const int before[2])
{
	struct layer *layer = layer_find();
	for (int n = 1, calls;; n++) {
		layer->calls = 0;
		layer->lost = false;
		layer->kind = kind;
		layer->result = failure;
		layer->fails_at = n;
		int r = one_use(domain, other, &calls);
		layer->kind = LAYER_NONE;
		if (layer->calls < n)
			return n - 1;
		if (calls >= n && !is_expected(kind, failure, r))
			proc_fail(__FILE__, __LINE__, "%s %d with %d: %d", kind_names[kind], n,
				failure, r);
		EXPECT(before[0], layer->left);
		EXPECT(before[1], proc_descriptors());
	}
}

/* Where semaphores are shared; where an answer comes before all is done; after a failure; of
 * dma-bufs, which have a test of their own. */
static bool is_rare(enum layer_kind kind)
{
	return kind == LAYER_GetSemaphoreFdKHR
		       ? !layer_find()->shares
		       : kind == LAYER_ImportSemaphoreFdKHR || kind == LAYER_SignalSemaphore ||
				 kind == LAYER_GetSemaphoreCounterValue ||
				 kind == LAYER_GetMemoryFdPropertiesKHR ||
				 kind == LAYER_GetImageDrmFormatModifierPropertiesEXT;
}

static void every_call_fails_once(void)
{
	const VkResult failures[] = { VK_ERROR_OUT_OF_DEVICE_MEMORY, VK_ERROR_DEVICE_LOST };
	struct layer *layer = layer_find();
	struct xf_domain *domain = publish();
	struct gpu other;
	int calls;
	gpu_open(&other, NULL, domain);
	layer->spared = other.h.device;
	EXPECT(0, one_use(domain, &other, &calls));
	const int before[] = { layer->left, proc_descriptors() };
	for (int kind = LAYER_NONE + 1; kind < LAYER_COUNT; kind++)
		for (int i = 0; i < 2; i++) {
			int count = fail_each(domain, &other, kind, failures[i], before);
			if (!count && !is_rare(kind))
				proc_fail(__FILE__, __LINE__, "no %s", kind_names[kind]);
		}
	xf_queue_destroy(other.queue);
	other.queue = NULL;
	EXPECT(0, proc_objects(domain));
	gpu_close(&other);
	xf_domain_leave(domain);
}

/* The device is lost with work in flight: told, and passed on; others go on. */
static void a_lost_device(void)
{
	struct xf_domain *domain = publish();
	struct layer *layer = layer_find();
	struct gpu lost, other;
	struct canvas a, b, theirs;
	struct xf_keyed_mutex *mutex;
	gpu_open(&other, NULL, domain);
	gpu_open(&lost, NULL, domain);
	layer->spared = other.h.device;
	canvas_make(&lost, domain, XF_SURFACE_KEYED, &a);
	canvas_make(&lost, domain, XF_SURFACE_KEYED, &b);
	canvas_open(&other, domain, xf_surface_id(a.surface), &theirs);
	struct xf_timeline *owned = make_timeline(domain, XF_TIMELINE_OWNED);
	VkSemaphore gate = gpu_timeline(&lost);
	EXPECT(0, gpu_submit(&lost, a.surface, 0, 1, gpu_fill(&lost, a.image, &a.desc, 3), gate));
	EXPECT(0, xf_queue_signal(lost.queue, owned, 1));
	EXPECT(0, gpu_submit(&other, theirs.surface, 1, 2, NULL, VK_NULL_HANDLE));
	EXPECT(XF_TIMEOUT, xf_queue_finish(other.queue, xf_deadline(20 * MS)));
	layer->lost = true;
	EXPECT(XF_ABANDONED, xf_queue_finish(other.queue, PATIENCE));
	EXPECT(XF_ABANDONED, xf_timeline_wait(owned, 1, PATIENCE));
	EXPECT(0, xf_surface_mutex(theirs.surface, &mutex));
	EXPECT(XF_ABANDONED, xf_keyed_mutex_acquire(mutex, 2, PATIENCE, NULL));
	EXPECT(-EIO, xf_queue_finish(lost.queue, PATIENCE));
	SAYS(-EIO, "lost");
	EXPECT(-EIO, gpu_submit(&lost, b.surface, 0, 1, NULL, VK_NULL_HANDLE));
	/* Nothing was taken by that. */
	EXPECT(0, xf_surface_mutex(b.surface, &mutex));
	EXPECT(0, xf_keyed_mutex_acquire(mutex, 0, 0, NULL));
	EXPECT(0, xf_keyed_mutex_release(mutex, 0, 0));
	/* What is really in flight ends, before it is taken down. */
	layer->lost = false;
	open_gate(&lost, gate);
	CHECK(lost.QueueWaitIdle(lost.h.queue) == 0);
	lost.DestroySemaphore(lost.h.device, gate, NULL);
	xf_timeline_close(owned);
	canvas_close(&theirs);
	canvas_close(&a);
	canvas_close(&b);
	gpu_close(&lost);
	gpu_close(&other);
	xf_domain_leave(domain);
}

static const struct proc_test tests[] = {
	{ "what_is_missing_is_named", what_is_missing_is_named, 120 },
	{ "no_driver", no_driver, 120 },
	{ "compute_alone", compute_alone, 120 },
	{ "without_extensions", without_extensions, 120 },
	{ "the_users_own", the_users_own, 120 },
	{ "old_instances", old_instances, 60 },
	{ "two_instances", two_instances, 120 },
	{ "many_devices", many_devices, 300 },
	{ "others_memory", others_memory, 120 },
	{ "spoilt_memory", spoilt_memory, 60 },
	{ "a_limit_of_files", a_limit_of_files, 60 },
	{ "memory_of_cuda", memory_of_cuda, 120 },
	{ "no_memory_of_cuda", no_memory_of_cuda, 120 },
	{ "no_descriptors_left", no_descriptors_left, 120 },
	{ "rows_without_room", rows_without_room, 120 },
	{ "every_call_fails_once", every_call_fails_once, 600 },
	{ "a_lost_device", a_lost_device, 120 },
};

int main(int argc, char **argv)
{
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
