/* SPDX-License-Identifier: MIT */
/*
 * Surface: described pixel memory that members share without copying. Its memory lies in the
 * domain's payload (zero-filled, page-aligned), is imported from a descriptor, or is a device's
 * (enum xf_memory), which no CPU reads through crossfence. A surface made
 * with XF_SURFACE_KEYED carries a keyed mutex, and its memory is only given to a handle that holds
 * that mutex. One made with XF_SURFACE_SYNC carries a sync object (sync.h) instead: whoever writes
 * says when it is ready, and whoever reads says when it is done, also from queues.
 *
 * Row 0 is the top row. Alpha, where the fourcc has it, is premultiplied unless the application
 * agrees otherwise; crossfence never looks at pixels.
 *
 * Thread-safety: safe, close excepted. Process-sharing: any member that opens the id. The
 * description never changes after creation. When the last holder dies its memory is freed.
 */
#ifndef CROSSFENCE_SURFACE_H
#define CROSSFENCE_SURFACE_H

#include <crossfence/format.h>
#include <crossfence/keyed_mutex.h>
#include <crossfence/sync.h>

#ifdef __cplusplus
extern "C" {
#endif

struct xf_surface;

#define XF_SIZE_MAX_PX	   32768 /* largest width or height */
#define XF_MODIFIER_LINEAR 0
/* The device's own (Vulkan's optimal tiling): planes say where they are, and nothing of rows. */
#define XF_MODIFIER_DRIVER UINT64_C(0x00ffffffffffffff)

struct xf_plane {
	uint32_t offset_bytes; /* from the surface's first byte */
	uint32_t stride_bytes; /* from one row to the next */
	uint32_t rows; /* 0: as the format has it, or height_px where it is not known */
};

/*
 * Where a surface's bytes are. Memory of a device is made, and given to that device's work, by a
 * library of its own (crossfence/cuda.h); here it is a descriptor that members hand on among
 * themselves, so that whoever opens the surface has it, as long as one member has it open. A
 * dma-buf that an application has of its own may also be imported as host memory, for CPUs.
 */
enum xf_memory {
	XF_MEMORY_HOST = 0,
	XF_MEMORY_CUDA = 1,
	XF_MEMORY_VULKAN = 2,
	XF_MEMORY_DMA_BUF = 3, /* of any device that knows its modifier */
};

struct xf_surface_desc {
	size_t size; /* sizeof(struct xf_surface_desc) */
	uint32_t width_px, height_px;
	uint32_t fourcc;
	uint32_t n_planes; /* 0: xf_surface_layout() and create fill in the planes */
	/*
	 * How pixels lie in the planes. XF_MODIFIER_LINEAR: rows, for all that a CPU reads.
	 * XF_MODIFIER_DRIVER: as a Vulkan driver likes it (xf_vulkan_surface_create()). Others,
	 * DRM's, for memory that is imported (xf_surface_import()).
	 */
	uint64_t modifier;
	struct xf_plane planes[XF_PLANES_MAX];
	/* How planes are filled in; not kept with the surface. */
	uint32_t alignment_bytes; /* of rows and planes: a power of two up to 65536; 0: 64 */
	uint32_t padded_height_px; /* rows to make room for; 0: height_px, even where chroma is
				      halved */
	/* With XF_FORMAT_TENSOR this instead of pixels and planes, which are 0. */
	struct xf_tensor tensor;
	/* What xf_domain_find() knows it by, UTF-8; "" for none. Pools have their own. */
	char label[XF_LABEL_MAX + 1];
	/* Of a device's memory; filled in by its library. All 0: host memory. */
	uint32_t memory; /* enum xf_memory */
	uint32_t usage; /* VULKAN, DMA_BUF: VkImageUsageFlags, 0 for a buffer; else 0 */
	uint64_t memory_bytes; /* what the device has set aside: as few pieces as possible */
	uint64_t granularity_bytes; /* of such a piece; a power of two, up to 4 GiB */
	uint8_t device_uuid[16]; /* whose memory it is; first eight bytes not all 0 */
	uint8_t driver_uuid[16]; /* VULKAN: of that driver; DMA_BUF: for information; else 0 */
};

/*
 * Checks `desc`, fills in planes with packed, aligned rows when n_planes is 0, and returns the
 * bytes the whole surface needs: up to the end of the last true row. Where chroma is subsampled an
 * odd width or height counts as the next even one. Formats that crossfence does not know, and
 * modifiers other than linear, need their planes filled in.
 *
 * A tensor whose strides are all 0 gets them filled in, the last dimension packed (as C arrays and
 * numpy have it); its rows are aligned only if alignment_bytes is given. Strides that are given may
 * be in any order and leave room between elements, but no two elements may overlap: a stride of 0
 * (broadcast) is for a dimension of 1 only. The size is up to the end of the last element.
 *
 * -EINVAL: zero or oversized width or height, unknown fourcc without planes, overlapping planes, a
 * stride too small for a row, other rows than the format has, a bad alignment; of a tensor: no such
 * dtype, a dimension of 0, more than 8 of them, a stride or an offset that is negative or no
 * multiple of the element's size, overlapping elements, pixels or planes besides. -EOVERFLOW: sums
 * beyond 32 bits, of a tensor beyond 63.
 */
XF_API int xf_surface_layout(struct xf_surface_desc *desc, uint64_t *ret_size_bytes);

enum {
	XF_SURFACE_KEYED = 1u << 0, /* carries a keyed mutex, initial key 0 */
	XF_SURFACE_SYNC = 1u << 1, /* carries a sync object; not both: -EINVAL */
};

/*
 * Makes a surface with memory from the domain's payload. Blocks for some microseconds.
 * Errors as xf_surface_layout() and xf_event_create(); -ENOSPC: no room for its memory or objects;
 * -EFBIG: one with a label, or of a device, and the domain's file reaches further than this process
 * may write (RLIMIT_FSIZE).
 */
XF_API int xf_surface_create(struct xf_domain *domain, const struct xf_surface_desc *desc,
	uint32_t flags, struct xf_surface **ret_surface);

/*
 * Makes a surface over the memory behind `fd` (borrowed; memfd, dma-buf, any mappable file) from
 * `offset_bytes` (a multiple of the page size). Members that open its id need the memory too: see
 * xf_surface_send(). -EINVAL: the file is too small, or of huge pages; errors of mmap.
 *
 * With desc->memory of a device `fd` is that device's memory, of desc->memory_bytes and from its
 * first byte (offset_bytes 0); crossfence does not look into it. Members that open the id get it
 * without being sent anything. -EINVAL: what the description says of the device does not hold
 * together; -ENOSPC: more than 16 devices in the domain; -EMFILE: no descriptor, or of inotify's
 * instances, is left; -EACCES: the runtime folder is not this user's own.
 */
XF_API int xf_surface_import(struct xf_domain *domain, const struct xf_surface_desc *desc, int fd,
	uint64_t offset_bytes, uint32_t flags, struct xf_surface **ret_surface);

/*
 * Opens another member's surface. -ENOTCONN: its memory was imported; use xf_surface_recv().
 *
 * A device's memory comes from any other member of this user that has the surface open, within
 * some hundred microseconds; blocks for a second at most. -ENOTCONN: none has; -ETIMEDOUT: who has
 * it is stopped; -EACCES: a read-only member, since devices know no read-only descriptors;
 * -EPROTO: what came is no such memory; -EMFILE as above.
 */
XF_API int xf_surface_open(struct xf_domain *domain, xf_id id, struct xf_surface **ret_surface);

/* Ends the handle and its mapping. If it holds the keyed mutex, that is abandoned. NULL allowed. */
XF_API void xf_surface_close(struct xf_surface *surface);
XF_API xf_id xf_surface_id(const struct xf_surface *surface);

/* The domain that it was made or opened with, borrowed; NULL for NULL. */
XF_API struct xf_domain *xf_surface_domain(const struct xf_surface *surface);

/*
 * The description, as much of it as ret_desc->size says that the caller knows, and (ret_size_bytes
 * may be NULL) the bytes its memory has. -EINVAL: ret_desc->size is not set.
 */
XF_API int xf_surface_desc(const struct xf_surface *surface, struct xf_surface_desc *ret_desc,
	uint64_t *ret_size_bytes);

/*
 * The keyed mutex of this surface handle, owned by it; do not close. After a pool recycled a
 * surface whose mutex was abandoned this returns the new mutex. -ENOENT: not a keyed surface;
 * -ESTALE: the surface is gone; XF_ABANDONED: the new mutex is gone with the one who had held the
 * surface since, before anybody else opened it: so what is in the surface came to nothing, until
 * somebody holds it again.
 */
XF_API int xf_surface_mutex(struct xf_surface *surface, struct xf_keyed_mutex **ret_mutex);

/*
 * The sync object of this surface handle, owned by it; do not close. Other handles of it are opened
 * by its id. -ENOENT: the surface has none.
 */
XF_API int xf_surface_sync(struct xf_surface *surface, struct xf_sync **ret_sync);

/*
 * Up to XF_SURFACE_DATA_MAX bytes that travel with a surface that carries a mutex or a sync object.
 * Set them as the mutex's owner, or as the producer of the sync object's use, before it is ready
 * (-EPERM); the owner, and whoever has waited for ready, gets what was set last. Reading copies at
 * most `size` bytes and returns the stored length in *ret_size. -EMSGSIZE: more than fits, nothing
 * stored; -ENOENT: it carries neither. Never block, but for the first mapping.
 */
#define XF_SURFACE_DATA_MAX 16
XF_API int xf_surface_set_data(struct xf_surface *surface, const void *data, size_t size);
XF_API int xf_surface_get_data(
	struct xf_surface *surface, void *data, size_t size, size_t *ret_size);

enum {
	XF_ACCESS_READ = 1u << 0,
	XF_ACCESS_WRITE = 1u << 1,
};

/*
 * Begins CPU access: *ret_data is the first byte, valid until the matching end. Pairs may nest. Of
 * an imported dma-buf the kernel is told (DMA_BUF_IOCTL_SYNC), which may block until its device is
 * done; for the others neither blocks. So what a queue still works on when it hands a keyed surface
 * on (xf_vulkan_submit(), xf_keyed_mutex_release_after()) may be unfinished: wait for the mutex's
 * xf_keyed_mutex_fence() first.
 * -EPERM: a keyed surface whose mutex this handle does not hold; -EACCES: write access for a
 * read-only member; -EOPNOTSUPP: a device's memory: xf_last_message() names the call to use;
 * -ENOMEM: mapping failed; -ECHILD: after fork.
 * End: -EPERM: no begin is open; -ECHILD.
 */
XF_API int xf_surface_begin(struct xf_surface *surface, uint32_t access, void **ret_data);
XF_API int xf_surface_end(struct xf_surface *surface);

/*
 * Sends the surface's id and memory over a connected unix socket (borrowed, blocking), for a
 * process that has joined the same domain; and receives one. Imported memfds must be sealed with
 * F_SEAL_SHRINK to be received. -EPROTO: not such a message, or a memory that does not fit its
 * description or could still shrink; -EBUSY: what the process at the other end has sent before
 * hangs in being closed, since whoever serves those files does not answer (100 ms are waited for
 * that); -EPIPE, -ECONNRESET: the
 * other side is gone.
 */
XF_API int xf_surface_send(struct xf_surface *surface, int socket_fd);
XF_API int xf_surface_recv(
	struct xf_domain *domain, int socket_fd, struct xf_surface **ret_surface);

/*
 * Returns a descriptor of the memory (yours to close) and the surface's first byte in it, for
 * other APIs (Vulkan, CUDA, udmabuf).
 */
XF_API int xf_surface_export(struct xf_surface *surface, int *ret_fd, uint64_t *ret_offset_bytes);

/*
 * For libraries of devices: what this process keeps with a surface of a device's memory, once for
 * all of its handles. The first call has make(arg, &kept) called; later ones return the same,
 * whatever they pass. destroy(kept) is called when the last of the handles is closed, by that
 * thread, and not in a forked child. -EINVAL: host memory; -ECHILD; or make's result. Blocks while
 * another thread is in make() for the same surface.
 */
XF_API int xf_surface_keep(struct xf_surface *surface, int (*make)(void *arg, void **ret_kept),
	void *arg, void (*destroy)(void *kept), void **ret_kept);

#ifdef __cplusplus
}
#endif
#endif
