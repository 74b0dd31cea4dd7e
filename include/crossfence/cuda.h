/* SPDX-License-Identifier: MIT */
/*
 * CUDA: surfaces whose memory is on a GPU, and the user's own streams as queues, between processes.
 * In a library of its own, libcrossfence-cuda (pkg-config crossfence-cuda), which loads NVIDIA's
 * driver when it is first needed; no CUDA header is: the types below are the driver's.
 *
 *	producer                                  consumer
 *	xf_cuda_pool_create(d, ..., 0, &pool);    xf_pool_open(d, id, &pool);
 *	xf_cuda_map(surface, 0, &ptr);            xf_cuda_map(surface, 0, &ptr);
 *	xf_queue_create_cuda(stream, &q);         xf_queue_create_cuda(stream, &q);
 *	... kernel writes ptr in stream ...       xf_queue_wait(q, timeline, 1);
 *	xf_queue_signal(q, timeline, 1);          ... kernel reads ptr in stream ...
 *
 * Ordering and visibility. What is promised, and what a kernel has to do for it:
 *
 * - xf_queue_signal(): everything handed to the stream before (kernels, copies) is done, and its
 *   writes are visible to the whole system (other streams, other processes' streams, peers, CPUs),
 *   before the counter is raised. The driver fences; kernels need none of their own.
 * - xf_queue_wait(): work handed to the stream afterwards begins after the counter has the value,
 *   and sees all that was visible when it was raised. A kernel that begins after the wait needs no
 *   fence, and none of its loads may be served from before the wait: caches that are not coherent
 *   (ld.global.nc, textures) are emptied when a kernel begins.
 * - A kernel that is running already, and looks at memory or at a counter itself, is not ordered by
 *   either: it needs ld.acquire.sys and st.release.sys (or __threadfence_system()) of its own.
 * - A CPU that has waited for the value (xf_timeline_wait) sees in host memory all that the stream
 *   wrote before the signal. A CPU's plain stores before xf_timeline_signal() are seen by whatever
 *   the stream does after the wait.
 * - Nothing is said of two streams that write the same bytes without a fence between them.
 *
 * The counter is raised by the GPU, which compares nothing: values handed to queues for one
 * timeline must be in the order in which they come to pass, or the counter goes back. They are
 * below 2^63 - 1.
 *
 * Death. Streams that wait for a timeline of a dead owner (XF_TIMELINE_OWNED), or of an abandoned
 * use of a sync object, are released and go on: by the sweep, which is what the first member to
 * hear of a death does for all of them, some 100 us after it. The queue's next call says
 * XF_ABANDONED, and so does finish. A GPU cannot drop work: what the stream was given after the
 * wait runs, and reads whatever is there; the memory stays valid, since this process has it. What
 * the dead one's own device signals after the sweep counts as abandoned, even where its work was
 * done.
 * Surfaces that a dead process held are handed out again when it is gone: its kernels still write
 * for some milliseconds after the kill. Under MPS all clients of a server share what happens to
 * the GPU: a client that is killed in a kernel ends the others' contexts (-EIO from then on), which
 * NVIDIA documents and nothing here can prevent. Where that matters, do without MPS.
 *
 * Two processes with work on one GPU take turns of about 145 us, whatever is done about it, unless
 * NVIDIA's MPS runs, or each has a GPU. More frames in flight hide it. `crossfence doctor` says
 * which holds.
 *
 * Thread-safety and process-sharing: as surface.h, pool.h and queue.h. Not after fork(): the driver
 * does not work in a forked child.
 */
#ifndef CROSSFENCE_CUDA_H
#define CROSSFENCE_CUDA_H

#include <crossfence/pool.h>
#include <crossfence/queue.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A CUstream or cudaStream_t is a pointer to this; a CUdeviceptr is this number. */
struct CUstream_st;
typedef unsigned long long xf_cuda_ptr;

/*
 * Loads the driver. 0: it works and has a device. -ENOSYS: no driver (libcuda.so.1), or too old a
 * one; -ENODEV: no device that this process may use. xf_last_message() says what is missing, as for
 * every call below, which return the same then. Blocks for as long as the driver takes to start
 * (a second perhaps), the first time.
 */
XF_API int xf_cuda_check(void);

/*
 * Makes a surface, or a pool of `count`, with memory of device number `device` (the driver's
 * ordinal), otherwise as xf_surface_create() and xf_pool_create(). `desc` says nothing of memory:
 * what the surface is made of says xf_surface_desc() afterwards. Its bytes are not cleared. The
 * driver hands memory out in pieces of 2 MiB, so many small surfaces are better made as one.
 *
 * -ENODEV: no such device; -ENOMEM: the device has not enough memory; -EOPNOTSUPP: it cannot share
 * memory by descriptors; -EIO: the driver failed. Blocks for some hundred microseconds a surface.
 */
XF_API int xf_cuda_surface_create(struct xf_domain *domain, const struct xf_surface_desc *desc,
	uint32_t flags, int device, struct xf_surface **ret_surface);
XF_API int xf_cuda_pool_create(struct xf_domain *domain, const struct xf_surface_desc *desc,
	uint32_t count, uint32_t flags, const char *label, int device, struct xf_pool **ret_pool);

/*
 * The surface's first byte, for work on device number `device`; `device` -1: the one that has the
 * memory. Mapped once for each surface and process, by the first call, and valid until the last
 * handle of it in this process is closed: not before the work that uses it is done. Whether this
 * handle may touch the surface now (keyed mutex, pool, fence) is the caller's to know.
 *
 * Memory of the same device that Vulkan has made (XF_MEMORY_VULKAN, vulkan.h) is mapped likewise,
 * for its own device, in that one's primary context, which is kept alive meanwhile: Vulkan renders,
 * CUDA reads, or the other way round, in two processes. Timelines are between them as between any
 * queues.
 *
 * -EOPNOTSUPP: Vulkan's, and not linear. -EINVAL: host memory; use xf_surface_begin(). -EXDEV: the
 * memory is on a GPU that this process does not see, or that `device` cannot reach as a peer;
 * nothing is ever copied on the quiet. -ENODEV, -ENOMEM, -EIO as above; -EPROTO: what another
 * member handed on is not such memory, or less than the description says.
 */
XF_API int xf_cuda_map(struct xf_surface *surface, int device, xf_cuda_ptr *ret_ptr);

/*
 * The stream as a queue (borrowed: destroy the queue first). NULL is the current context's default
 * stream. Waits and signals are made by the GPU itself on the timeline's word; calls run on a
 * thread of the driver's, as a host function, and so must not call the driver themselves, nor wait
 * for long: the stream waits for them. What is given to the stream directly is in order with what
 * is given to the queue.
 *
 * A timeline that a queue signals is slower to wait for by CPUs: a GPU's write wakes nobody. A
 * thread that waits for it sleeps until shortly before its last waits were over, and looks then,
 * at intervals that grow from 10 to 100 us, later 1 ms. For wait-any, descriptors, and threads
 * beside the first, a thread of the library's looks every 50 us, later less often. Nobody looks
 * while nobody waits.
 *
 * xf_queue_finish() waits for all that the stream has. xf_queue_destroy() takes nothing back from
 * the stream: waits that are not passed stay in it; calls behind them are not made any more. While
 * there are such waits their timelines' memory stays mapped for the GPU until the process ends.
 *
 * Waits and signals of a read-only member are refused (-EACCES): nobody would know whom to release.
 * -EINVAL: a value of 2^63 - 1 or above; -EOPNOTSUPP: the device lacks 64-bit stream memory
 * operations; -EIO: the driver failed, or the stream's context has.
 */
XF_API int xf_queue_create_cuda(struct CUstream_st *stream, struct xf_queue **ret_queue);

#ifdef __cplusplus
}
#endif
#endif
