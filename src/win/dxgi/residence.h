/* SPDX-License-Identifier: MIT */
/*
 * Where a resource's newest bytes are: in host memory, where commands without a GPU find them, or
 * on the GPU. Whoever needs the other side moves them first, as a whole.
 *
 * A keyed texture's host memory is the shared payload, which the GPU reaches as well, as a buffer.
 * So what it drew is copied there, and others' there from, in the order of its own queue.
 *
 * Thread-safety: all calls need the device's lock, but those that say otherwise.
 */
#ifndef XFI_WIN_RESIDENCE_H
#define XFI_WIN_RESIDENCE_H

#include <crossfence/timeline.h>

#include "win/dxgi/com.h"

struct xfi_device;
struct xfi_resource;
struct xfi_gpu;
struct xfi_gpu_image;
struct xfi_gpu_buffer;
struct xfi_gpu_live;
struct xf_vulkan_image;

struct xfi_residence {
	struct xfi_gpu_image *images[2]; /* of video one for each plane; NULL: never drawn with */
	struct xfi_gpu_buffer *buffer; /* the same for buffers */
	struct xfi_gpu_live *live; /* host memory of a dynamic one, which the GPU reads; or NULL */
	struct xf_vulkan_image *payload; /* of what is shared, as a buffer; or NULL */
	/* Of a staging resource, readback.c's. */
	struct xfi_gpu_buffer *window; /* its host memory, which the GPU writes; or NULL */
	uint64_t arrives; /* batch that writes there last; 0: none that was not waited for */
	bool newest_on_gpu;
	uint64_t written; /* the last batch that writes there, if so */
	uint64_t host_version; /* counts what is written there */
	uint64_t gpu_version; /* the one that the GPU has; 0: none */
	/* A copy for one batch only, upload.c's. */
	void *span_buffer;
	uint64_t span_offset, span_batch, span_version;
	uint64_t synced; /* batch that has looked at an unkeyed shared payload */
	bool is_mapped; /* for writing: what is there changes without a word */
	/* Since the last acquire, by what was recorded or is waited for. Read without the lock. */
	_Atomic bool touched;
	_Atomic bool acquired; /* since the payload was looked at: others may have written there */
	struct xf_timeline *fence; /* of the last owner, which is waited for; or NULL */
	uint64_t fence_value;
	bool is_unpublished; /* in xfi_device.unpublished, by the next */
	struct xfi_resource *next_unpublished;
};

/*
 * Before host memory is used by the CPU: fetches what is newer on the GPU, and waits for it; before
 * it is written, remembers that. Errors as win/gpu/gpu.h.
 */
int xfi_residence_to_host(struct xfi_resource *resource, uint32_t access);

/* Before a dynamic buffer, which is not mapped, is written anew as a whole. */
void xfi_residence_discard(struct xfi_resource *resource);

/* Is something still to come there that was copied to a staging resource? Does not wait. */
bool xfi_residence_is_arriving(const struct xfi_resource *resource);

/* Would the processor wait for what was recorded, before it looks there? Does not wait. */
bool xfi_residence_is_pending(const struct xfi_resource *resource);

/*
 * Takes the device's lock for a command of the processor's that writes `to` and reads `from`; each
 * may be NULL. Fences that it would have to wait for under the lock are waited for before: whoever
 * signals them may need the device first.
 */
void xfi_residence_lock(
	struct xfi_device *device, struct xfi_resource *to, struct xfi_resource *from);

/*
 * Waits until the GPU has done all that it was given. The lock, which is held once, is given up for
 * what others have to do first, as above.
 */
void xfi_residence_finish(struct xfi_device *device);

/*
 * Before a command of the GPU's that is not a draw: false: it needs a keyed texture that is not
 * held, and was counted.
 */
bool xfi_residence_is_held(struct xfi_resource *resource);

/* The GPU has been told to write. */
void xfi_residence_written(struct xfi_resource *resource);

/* Puts what is newer on the GPU into the shared payload; recorded, or done at once. */
int xfi_residence_publish(struct xfi_gpu *gpu, struct xfi_resource *resource);

/*
 * After an acquire whose last owner's queue had still to come to `value` of a timeline: the GPU
 * waits for it, or, where nothing was drawn yet, the CPU until `deadline_ns`. The device's lock is
 * not held. XF_TIMEOUT, XF_ABANDONED.
 */
int xfi_residence_follow(
	struct xfi_resource *resource, uint64_t timeline, uint64_t value, int64_t deadline_ns);

/*
 * Gives the keyed mutex on behind all that was recorded; does not wait for that. As
 * xf_keyed_mutex_release(); -EIO: the device is lost, and the mutex abandoned.
 */
int xfi_residence_release(struct xfi_resource *resource, uint64_t key);

/* The resource ends. What the GPU still does with its memory is not waited for. */
void xfi_residence_end(struct xfi_resource *resource);

#endif
