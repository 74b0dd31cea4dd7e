/* SPDX-License-Identifier: MIT */
/*
 * Vulkan: surfaces as images and buffers, and the user's own queues, between processes. In a
 * library of its own, libcrossfence-vulkan (pkg-config crossfence-vulkan), which finds the loader
 * when it is first needed; the headers of Vulkan are needed to build with it, the loader is not.
 *
 *	renderer                                  viewer
 *	xf_vulkan_create(&params, &vulkan);       xf_vulkan_create(&params, &vulkan);
 *	xf_vulkan_surface_create(vulkan, ...);    xf_surface_open(domain, id, &surface);
 *	xf_vulkan_image_open(vulkan, surface,     xf_vulkan_image_open(vulkan, surface,
 *		0, &image);                               0, &image);
 *	... record: xf_vulkan_cmd_acquire(),      ... record: xf_vulkan_cmd_acquire(),
 *	    draw, xf_vulkan_cmd_release() ...         sample, xf_vulkan_cmd_release() ...
 *	xf_vulkan_submit(queue, acquire with 0,   xf_vulkan_submit(queue, acquire with 1,
 *		release with 1);                          release with 0);
 *
 * Where a surface's bytes are. (1) Host memory, the domain's own (xf_surface_create): imported with
 * VK_EXT_external_memory_host, without a copy, by any driver that has it; CPUs read it too. (2)
 * XF_MEMORY_VULKAN, a device's memory (xf_vulkan_surface_create), in optimal tiling if asked for:
 * for the same driver and device only, which both UUIDs say; elsewhere -EXDEV. Members hand its
 * descriptor on, and the driver has to tell a false one: NVIDIA's kernel does, Mesa's software
 * device believes what is in it. Where members do not trust each other, host memory is the better.
 * CUDA maps the second kind, too, where it is linear: xf_cuda_map() (cuda.h). What CUDA has made
 * (XF_MEMORY_CUDA) is a buffer for the same device, whatever the version of its driver. (3)
 * XF_MEMORY_DMA_BUF, images between devices and drivers: a dma-buf in which pixels lie as a
 * modifier of DRM's says, which xf_vulkan_modifiers() lists. It needs VK_KHR_external_memory_fd,
 * VK_EXT_external_memory_dma_buf, VK_EXT_image_drm_format_modifier and
 * VK_EXT_queue_family_foreign. Whoever opens it has its own driver look at modifier and planes, and
 * what came is checked to be a dma-buf that reaches as far as they do. This kind has run on a
 * stand-in for such a driver only, over Mesa's software device, and on no real one.
 *
 * Layout and queue family at a hand-over. An image changes hands in VK_IMAGE_LAYOUT_GENERAL, and an
 * image or buffer is owned by VK_QUEUE_FAMILY_EXTERNAL then, in a dma-buf by
 * VK_QUEUE_FAMILY_FOREIGN_EXT. Whoever gets it records an acquire
 * barrier first, from these to its own layout and family; whoever hands it on a release barrier
 * last, back to them. xf_vulkan_cmd_acquire() and xf_vulkan_cmd_release() record both. Before
 * anybody has written, and where what is there is to be overwritten whole, the acquire is made with
 * XF_VULKAN_DISCARD.
 *
 * From queue to queue. Where both are of the same driver and device, which both UUIDs say, and that
 * shares timeline semaphores (VK_KHR_external_semaphore_fd), the next owner's device waits for the
 * last one's semaphore itself: no CPU stands between. The semaphore travels as memory does, through
 * the runtime folder, when a queue meets another for the first time. Elsewhere the next owner's
 * work is held back on the CPU. There is one such semaphore for each queue, which is its timeline.
 *
 * What a queue promises. xf_queue_wait() may be told of a value long before anybody signals it:
 * what is handed to the queue afterwards, by xf_vulkan_submit(), is held back on the CPU and
 * submitted when the value has come; then it sees all that was visible when it was signalled. A
 * timeline of the user's may be signalled by anybody, so a CPU always stands between there.
 * xf_queue_signal() raises the counter when everything handed over before is done, also what the
 * application has submitted to the VkQueue itself. -EINVAL: the counter is higher already; where
 * others raise it further meanwhile, what waits for the value has passed, and nothing is done.
 * xf_queue_finish() waits for what was handed over and for no more. Nothing is ever queued ahead
 * behind a semaphore that a CPU signals, which drivers poll for milliseconds.
 *
 * Where devices wait for each other a queue's timeline is raised when a CPU waits for it, by any of
 * crossfence's calls, and else within two milliseconds: no thread wakes for each frame that goes
 * from device to device. So much later a member learns that only looks (read-only, or by
 * xf_timeline_value()); and so much of a process' last work, done or not, is abandoned when it is
 * killed. xf_queue_finish() and xf_queue_destroy() tell of everything.
 *
 * Death. A process that dies after it has handed a surface on, and before its work was done, leaves
 * the surface's mutex abandoned, and whoever has submitted work behind it finds the queue failed
 * (XF_ABANDONED): that work was not submitted. Where the device waits itself, it was: it is let go
 * when the dead process is gone (50 to 250 ms), runs over what nobody has written, and what was
 * handed on with it is abandoned, as is what others did behind that. A lost device
 * (VK_ERROR_DEVICE_LOST) does the same to what this process has handed on, and fails its queues
 * with -EIO.
 *
 * Lies. A member can spoil what it shares, and hand on as its semaphore one that is never
 * signalled. When the timeline has come to a value and the semaphore has not, the device is let go
 * after half a second at most, and that semaphore is not waited for again. What nothing tells from
 * slow work is a fence that its living owner never reaches: it holds the VkQueue up until that
 * queue ends or its process does.
 *
 * Thread-safety: safe, but xf_vulkan_destroy() and xf_vulkan_image_close(), which exclude all other
 * use. Process-sharing: surfaces, as surface.h; devices, queues and images belong to the process.
 * Not after fork(): drivers do not work in a forked child.
 */
#ifndef CROSSFENCE_VULKAN_H
#define CROSSFENCE_VULKAN_H

#include <crossfence/pool.h>
#include <crossfence/queue.h>

#include <vulkan/vulkan_core.h>

#ifdef __cplusplus
extern "C" {
#endif

struct xf_vulkan; /* a device */
struct xf_vulkan_image; /* a surface, as a device's images or buffer */

/*
 * What to enable. Instance and device are of Vulkan 1.2 at least, with the feature
 * timelineSemaphore. Of the extensions each makes something possible, and none is required.
 */
#define XF_VULKAN_EXTENSIONS_MAX 8
struct xf_vulkan_requirements {
	size_t size; /* sizeof(struct xf_vulkan_requirements) */
	uint32_t api_version;
	uint32_t n_extensions;
	const char *extensions[XF_VULKAN_EXTENSIONS_MAX]; /* of the device; static */
	uint32_t memories; /* 1u << XF_MEMORY_HOST, _VULKAN, _DMA_BUF: what they allow for */
	uint32_t reserved; /* 0 */
};

struct xf_vulkan_params {
	size_t size; /* sizeof(struct xf_vulkan_params) */
	/* NULL: the one of libvulkan.so.1. */
	PFN_vkGetInstanceProcAddr get_instance_proc_addr;
	/* The user's, borrowed; each may be NULL, and all after it are NULL then: made here. */
	VkInstance instance;
	VkPhysicalDevice physical_device;
	VkDevice device;
	/* What `device` was made with, for nobody else can say. */
	const char *const *extensions;
	uint32_t n_extensions;
	/* Where there is no physical_device: part of its name, or NULL for the fastest kind. */
	const char *device_name;
	/* Where there is no device: what its one queue is able to do. 0: graphics and compute. */
	VkQueueFlags queue_flags;
};

/*
 * What to enable on `params`' physical device: those of the extensions that it has. Without one:
 * all that could be of use. -EOPNOTSUPP: the device will not do, and xf_last_message() says what it
 * lacks; otherwise as xf_vulkan_create().
 */
XF_API int xf_vulkan_requirements(
	const struct xf_vulkan_params *params, struct xf_vulkan_requirements *ret_requirements);

/*
 * Wraps the user's device, or makes one. NULL: `params` with nothing set. Blocks for as long as
 * the driver takes to start.
 *
 * -ENOSYS: no loader (libvulkan.so.1); -ENODEV: no driver, or no device of that name or with such a
 * queue; -EOPNOTSUPP: the device lacks Vulkan 1.2 or timeline semaphores; -ENOMEM; -EIO: the driver
 * failed. xf_last_message() says what is missing, as for every call below.
 */
XF_API int xf_vulkan_create(const struct xf_vulkan_params *params, struct xf_vulkan **ret_vulkan);

/*
 * Images and queues are closed before, and the user's device is destroyed after. NULL is allowed.
 * What was made here is destroyed here.
 */
XF_API void xf_vulkan_destroy(struct xf_vulkan *vulkan);

struct xf_vulkan_handles {
	size_t size; /* sizeof(struct xf_vulkan_handles) */
	PFN_vkGetInstanceProcAddr get_instance_proc_addr;
	VkInstance instance;
	VkPhysicalDevice physical_device;
	VkDevice device;
	/* Where the device was made here; else NULL and VK_QUEUE_FAMILY_IGNORED. */
	VkQueue queue;
	uint32_t queue_family;
	uint32_t memories; /* as in struct xf_vulkan_requirements */
	char name[VK_MAX_PHYSICAL_DEVICE_NAME_SIZE];
};
XF_API int xf_vulkan_handles(const struct xf_vulkan *vulkan, struct xf_vulkan_handles *ret_handles);

/*
 * Fills in the planes of `desc` so that the device can use host memory of that description as
 * linear images for `desc->usage`, which is 0 afterwards: a description for xf_surface_create().
 * Each plane is an image of its own: NV12 is one of VK_FORMAT_R8_UNORM and one of R8G8_UNORM.
 *
 * -EOPNOTSUPP: the device has no VK_EXT_external_memory_host, no images of that format for that
 * usage, or pads the last rows of a picture of that height by more than there is room for.
 */
XF_API int xf_vulkan_describe(struct xf_vulkan *vulkan, struct xf_surface_desc *desc);

/*
 * The modifiers in which this device makes and opens dma-bufs of pictures like `desc`: of its
 * format, size and usage. *count: how many there is room for, which may be 0, and then how many
 * there are. What two devices both have they can share; of several the maker's driver knows the
 * best (XF_MODIFIER_DRIVER below), if all of its own are the other's, too. Does not block.
 *
 * -EOPNOTSUPP: an extension is missing, or the format is none of Vulkan's; -EINVAL: no usage; -EIO.
 */
XF_API int xf_vulkan_modifiers(struct xf_vulkan *vulkan, const struct xf_surface_desc *desc,
	uint64_t *ret_modifiers, uint32_t *count);

/*
 * Makes a surface, or a pool of `count`, with memory of the device, otherwise as
 * xf_surface_create() and xf_pool_create(). Of `desc`, beside what those read: `usage` is what its
 * images are for, 0 for a buffer; `modifier` XF_MODIFIER_LINEAR or XF_MODIFIER_DRIVER, which is
 * optimal tiling. What the surface is made of says xf_surface_desc() afterwards. Its bytes are not
 * cleared.
 *
 * With desc->memory XF_MEMORY_DMA_BUF that is what is made: always images, with the modifier named,
 * or, for XF_MODIFIER_DRIVER, the one that the driver prefers of all that it has.
 *
 * -EOPNOTSUPP: no VK_KHR_external_memory_fd, or no such images; -ENOMEM; -EMFILE; -EFBIG: the
 * driver's memory is a file, and larger than one may be (RLIMIT_FSIZE); -EIO.
 */
XF_API int xf_vulkan_surface_create(struct xf_vulkan *vulkan, struct xf_domain *domain,
	const struct xf_surface_desc *desc, uint32_t flags, struct xf_surface **ret_surface);
XF_API int xf_vulkan_pool_create(struct xf_vulkan *vulkan, struct xf_domain *domain,
	const struct xf_surface_desc *desc, uint32_t count, uint32_t flags, const char *label,
	struct xf_pool **ret_pool);

/*
 * The surface as a buffer of all its bytes, or one image for each plane of its format. `usage`: of
 * host memory, what the images are for, 0 for a buffer; of a device's memory 0, for its description
 * says it.
 * Borrows device and surface: close them after it, and it after the work that uses it is done.
 * Whether this handle may touch the surface now (keyed mutex, pool, fence) is the caller's to know.
 *
 * -EXDEV: memory of another device or driver; -EOPNOTSUPP as above, or a dma-buf with a modifier
 * that this device does not have for that format and usage;
 * -EINVAL: rows that are not as the device has them (xf_vulkan_describe()); -EPROTO: what another
 * member handed on is not such memory, or less than the description says; -ENOMEM, -EIO.
 */
XF_API int xf_vulkan_image_open(struct xf_vulkan *vulkan, struct xf_surface *surface,
	VkImageUsageFlags usage, struct xf_vulkan_image **ret_image);
XF_API void xf_vulkan_image_close(struct xf_vulkan_image *image); /* NULL is allowed */

/* Valid until close. VK_NULL_HANDLE, VK_FORMAT_UNDEFINED: it is not that, or has no such plane. */
XF_API VkBuffer xf_vulkan_image_buffer(const struct xf_vulkan_image *image);
XF_API VkImage xf_vulkan_image_plane(const struct xf_vulkan_image *image, uint32_t plane);
XF_API VkFormat xf_vulkan_image_format(const struct xf_vulkan_image *image, uint32_t plane);

/* How this process uses it, between acquire and release. */
struct xf_vulkan_access {
	size_t size; /* sizeof(struct xf_vulkan_access) */
	VkPipelineStageFlags stages; /* that touch it first, or last */
	VkAccessFlags access;
	VkImageLayout layout; /* not UNDEFINED; of a buffer ignored */
	uint32_t queue_family; /* of the queue that the commands go to */
	uint32_t flags; /* of acquire: XF_VULKAN_DISCARD */
	uint32_t reserved; /* 0 */
};
enum {
	XF_VULKAN_DISCARD = 1u << 0, /* what is there is not needed */
};

/*
 * Record a barrier; see above. Outside of render passes. -EINVAL: something is NULL, no stages, or
 * the layout of an image is UNDEFINED. Not checked: the queue family, and what the driver would.
 */
XF_API int xf_vulkan_cmd_acquire(VkCommandBuffer commands, const struct xf_vulkan_image *image,
	const struct xf_vulkan_access *access);
XF_API int xf_vulkan_cmd_release(VkCommandBuffer commands, const struct xf_vulkan_image *image,
	const struct xf_vulkan_access *access);

/*
 * A VkQueue may be used by one thread at a time, whoever it is: the application takes this lock
 * around its own calls that name the queue (vkQueueSubmit, vkQueuePresentKHR, vkQueueWaitIdle), or
 * all of the device's (vkDeviceWaitIdle). It is one lock for all struct xf_vulkan of a VkDevice in
 * the process. Not recursive. -EINVAL: something is NULL; nothing else
 * is checked.
 */
XF_API int xf_vulkan_lock(struct xf_vulkan *vulkan, VkQueue queue);
XF_API int xf_vulkan_unlock(struct xf_vulkan *vulkan, VkQueue queue);

/*
 * A VkQueue (of any family; NULL: the one that was made here) as a queue. `domain` is that of the
 * surfaces which xf_vulkan_submit() is to hand on, NULL for none. Borrows all three. Several may
 * share a VkQueue. Has two threads, one more when it meets another queue, and one for each that its
 * device waits for, two where that one was late; they sleep while there is nothing to wait for, the
 * latter until that queue ends.
 *
 * xf_queue_destroy() blocks until the device has done what was submitted; for a second at most
 * where another process has not yet answered; and for some seconds where one has not said that work
 * of its, which came before, is done: what was handed on behind that is abandoned then. What is
 * held back behind a wait that is not passed is dropped, and surfaces that it was to release are
 * abandoned.
 */
XF_API int xf_queue_create_vulkan(struct xf_vulkan *vulkan, VkQueue queue, struct xf_domain *domain,
	struct xf_queue **ret_queue);

struct xf_vulkan_acquire {
	struct xf_surface *surface; /* keyed */
	uint64_t key;
	int64_t deadline_ns;
};

struct xf_vulkan_release {
	struct xf_surface *surface; /* owned, or acquired by the same call */
	uint64_t key;
};

struct xf_vulkan_semaphore {
	VkSemaphore semaphore;
	uint64_t value; /* of a timeline semaphore; of a binary one 0 */
	VkPipelineStageFlags stages; /* that wait for it; ignored for those to be signalled */
};

#define XF_VULKAN_SUBMIT_MAX 64 /* of each kind */
struct xf_vulkan_submission {
	size_t size; /* sizeof(struct xf_vulkan_submission) */
	const struct xf_vulkan_acquire *acquires;
	const struct xf_vulkan_release *releases;
	const VkCommandBuffer *command_buffers;
	const struct xf_vulkan_semaphore *wait_semaphores, *signal_semaphores; /* of this process */
	uint32_t n_acquires, n_releases, n_command_buffers, n_wait_semaphores, n_signal_semaphores;
	uint32_t reserved; /* 0 */
	VkFence fence; /* or VK_NULL_HANDLE */
	/*
	 * Keyed, and acquired before by xf_keyed_mutex_acquire(), whose caller has not waited for
	 * the fence that came with it. This submission does, as for `acquires`; they may be among
	 * `releases`, too.
	 */
	struct xf_surface *const *owned;
	uint32_t n_owned;
	uint32_t reserved2; /* 0 */
};

/*
 * Takes the keyed mutexes of `acquires`, submits, and gives on those of `releases`: what
 * VK_KHR_win32_keyed_mutex is on Windows. All of it or nothing.
 *
 * Nobody is waited for while something is owned: all are tried, in the order of their ids, and
 * where one is not to be had the others are given back, with key and fence as they were, before the
 * call sleeps for that one. So two such calls cannot deadlock, whatever they name. A surface must
 * be had by its own deadline; afterwards nothing is owned and nothing submitted.
 *
 * Work that the last owners' queues still have to do is waited for by this queue, not by the
 * caller. Mutexes are handed on as soon as the work is on its way, with a fence that says when it
 * is done; the next owner's queue waits for that, by this call, or its CPU by
 * xf_keyed_mutex_fence(). What is acquired and not released stays owned by its handle.
 *
 * 0; XF_TIMEOUT: one was not to be had in time; XF_ABANDONED: one never will be, or its last owner
 * died, or failed, in its work (then also of every later call, where the queue had begun to wait);
 * -EPERM: a surface of `releases` or `owned` is not owned; -ENOENT: one carries no mutex; -EINVAL:
 * not a Vulkan queue, or one without a domain, or a surface of another domain, or twice in one
 * list; -EDEADLK: a surface to be acquired is owned by its handle already; -EIO: the device is
 * lost; -ENOMEM; -ECHILD. In all these cases nothing was submitted, and what was owned before still
 * is. xf_last_message() names the surface of -EPERM, -EDEADLK and XF_ABANDONED, and says what to
 * do. Blocks until the mutexes are had; and for 10 ms at most where another process' queue is met
 * for the first time: one that has not answered by then, because it is stopped, is waited for by
 * CPU until it has, and others meanwhile are not waited for at all.
 */
XF_API int xf_vulkan_submit(struct xf_queue *queue, const struct xf_vulkan_submission *submission);

#ifdef __cplusplus
}
#endif
#endif
