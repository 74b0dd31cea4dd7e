/* SPDX-License-Identifier: MIT */
/*
 * Guest: a process inside a virtual machine (or container) and its events, which a driver on the
 * host signals. Link with libcrossfence-guest.a: it needs nothing but libc and may be static.
 *
 *	struct xf_guest_event *done;
 *	uint64_t handle;
 *
 *	xf_guest_connect(NULL, xf_deadline(5000000000), &guest);
 *	xf_guest_event_create(guest, 0, 0, &done);
 *	handle = xf_guest_event_handle(done);
 *	xf_guest_escape(guest, 0, 0, &handle, sizeof(handle), &status);	// tell the driver
 *	xf_guest_event_wait(done, XF_NEVER);				// the host signals it
 *
 * There is no hidden thread. Whoever waits reads the channel for everybody; a process that neither
 * waits nor calls xf_guest_dispatch() leaves its signals queued at the host, up to its quota. Ask
 * for XF_GUEST_OWN_THREAD to have them taken off at all times.
 *
 * When the channel is lost every waiter returns -ECONNRESET at once, and so does every later call
 * until xf_guest_reconnect() starts a new session. Events, devices and handles of the old session
 * stay dead (-ESTALE) and only need closing: a late signal can never reach a new event.
 *
 * What a call refuses it names, see xf_last_message(): which argument, or what the host said.
 *
 * Thread-safety: safe, except that disconnect, reconnect and close end what they are given.
 * Process-sharing: none. After fork() a child's inherited session returns -ECHILD.
 */
#ifndef CROSSFENCE_GUEST_H
#define CROSSFENCE_GUEST_H

#include <stddef.h>
#include <crossfence/result.h>

#ifdef __cplusplus
extern "C" {
#endif

struct xf_guest;
struct xf_guest_event;

#define XF_GUEST_PATH	  "/run/crossfence/guestd.sock" /* where crossfence-guestd listens */
#define XF_GUEST_PORT	  24870 /* default vsock port */
#define XF_GUEST_DATA_MAX 4096 /* bytes of one escape */

enum {
	XF_GUEST_OWN_THREAD = 1u << 0, /* a thread of the library takes signals off the channel */
};

struct xf_guest_params {
	size_t size; /* sizeof(struct xf_guest_params) */
	/*
	 * Where the host is; NULL: the environment's CROSSFENCE_GUEST, else "unix:" XF_GUEST_PATH.
	 *	unix:PATH		crossfence-guestd, or a host service of the same kernel
	 *	vsock:[CID:]PORT	AF_VSOCK; CID 2, the host, by default
	 *	vsock-listen:PORT	waits for the VMM to connect (hybrid-dial)
	 *	virtio:NAME-OR-PATH	a virtio-serial port; like the one above for one process
	 *	ivshmem:PCI-ADDRESS	a shared region, for example ivshmem:0000:00:04.0
	 */
	const char *address;
	const char *name; /* what the host shows, up to 64 bytes; NULL: the program's name */
	uint32_t flags; /* XF_GUEST_* */
	uint32_t reserved; /* 0 */
};

/*
 * Connects, waiting for the host until `deadline_ns`, and makes this process known to the driver.
 * `params` may be NULL.
 *
 * -ETIMEDOUT: no host by then. -EPROTO: not a host service, or no version in common. -EUSERS: the
 * guest has as many processes as its quota allows. -EINVAL: bad address or params; -E2BIG: params
 * of a newer version that set what this one does not know. -EBUSY: the virtio-serial port is open
 * in another process. -ECONNREFUSED: the driver refused the guest as a whole; nobody listens, which
 * may change, is waited for. Its other refusals, of this process: as it returned them.
 */
XF_API int xf_guest_connect(
	const struct xf_guest_params *params, int64_t deadline_ns, struct xf_guest **ret_guest);

/*
 * Starts a new session after the channel was lost; as xf_guest_connect() otherwise. -EALREADY: the
 * channel is not lost. No other thread may be inside a call on `guest`.
 */
XF_API int xf_guest_reconnect(struct xf_guest *guest, int64_t deadline_ns);

/* Ends the session: the driver sees this process end. Close its events before. NULL is allowed. */
XF_API void xf_guest_disconnect(struct xf_guest *guest);

/*
 * A descriptor for poll/epoll, owned by the session and valid until it is disconnected or
 * reconnected: when readable call xf_guest_dispatch(). Of no use with XF_GUEST_OWN_THREAD.
 */
XF_API int xf_guest_fd(struct xf_guest *guest, int *ret_fd);

/* Takes what has arrived off the channel. Never blocks. 0; -ECONNRESET: the channel is lost. */
XF_API int xf_guest_dispatch(struct xf_guest *guest);

/* A rendering device of this process, as the driver sees it. Blocks for a round trip. */
XF_API int xf_guest_device_create(struct xf_guest *guest, uint64_t *ret_device);

/* Ends it: host references of events made for this device are dropped, signals come first. */
XF_API int xf_guest_device_destroy(struct xf_guest *guest, uint64_t device);

enum {
	XF_GUEST_ESCAPE_KNOWN = 1u << 0, /* declares the use of a CPU event */
};

/*
 * Hands `size` bytes (1..XF_GUEST_DATA_MAX) of private data to the driver, which may change them in
 * place, and waits for its answer. `device` may be 0. *ret_status (may be NULL) is the driver's
 * own status, 0 when it is content. -EMSGSIZE; -ENOENT: unknown device; -ENOSYS: no driver.
 */
XF_API int xf_guest_escape(struct xf_guest *guest, uint64_t device, uint32_t flags, void *data,
	size_t size, uint32_t *ret_status);

/* The same, one way: returns when the bytes are on their way, and there is no answer. */
XF_API int xf_guest_post(struct xf_guest *guest, uint64_t device, const void *data, size_t size);

enum {
	XF_GUEST_MANUAL_RESET = 1u << 0,
};

/*
 * Makes an event, not signalled. `device` may be 0; else the event's host reference ends with that
 * device. The record exists before the host can hear of it. -ENOSPC: more than the host allows.
 */
XF_API int xf_guest_event_create(
	struct xf_guest *guest, uint64_t device, uint32_t flags, struct xf_guest_event **ret_event);

/*
 * Makes an event and a CPU event object for it at the driver (WDDM 3.0 terms); `device` is needed.
 * Blocks for a round trip; errors as the driver returned them. Its end is told to the driver.
 */
XF_API int xf_guest_cpu_event_create(
	struct xf_guest *guest, uint64_t device, uint32_t flags, struct xf_guest_event **ret_event);

/* The opaque value to put into private driver data. 0 is never a handle. */
XF_API uint64_t xf_guest_event_handle(struct xf_guest_event *event);

/*
 * Waits until the event is signalled; an auto-reset event lets one waiter through. 0; XF_TIMEOUT;
 * -ECONNRESET: the channel is lost; -ESTALE: an event of an earlier session; -ECHILD.
 */
XF_API int xf_guest_event_wait(struct xf_guest_event *event, int64_t deadline_ns);

XF_API int xf_guest_event_reset(struct xf_guest_event *event);

/*
 * Ends the event for this process; no thread may be waiting for it. A handle that was given out
 * keeps a record until the driver's last use or the end of its device or session, so that the
 * driver's late signals find something that is known to be closed. NULL is allowed.
 */
XF_API void xf_guest_event_close(struct xf_guest_event *event);

/* Signals that arrived for this event so far (several may have merged while it was signalled). */
XF_API uint64_t xf_guest_event_count(const struct xf_guest_event *event);

/*
 * A surface that host and guest hand to each other by key: memory of the shared region, and a keyed
 * mutex. Only over ivshmem: for the process that has the device open, or for all processes behind a
 * crossfence-guestd --surfaces. A process that dies while it holds one abandons it, for good, as on
 * the host.
 *
 * If the host shares a domain (xf_host_guest_share_domain()) surface and mutex are objects of that
 * domain, and acquiring one that is free and releasing one that nobody waits for cost a few atomic
 * steps on the shared memory and no message. Otherwise, and in a guest whose atomic instructions
 * are not atomic for the host (QEMU's TCG with a single CPU), the host does both for the guest, by
 * a message each way.
 */
struct xf_guest_surface;

struct xf_guest_surface_info {
	size_t size; /* sizeof(struct xf_guest_surface_info), set by the caller */
	void *data; /* first byte; touch it only while the surface is acquired */
	uint64_t size_bytes;
	uint32_t width_px, height_px, fourcc, stride_bytes;
};

/*
 * `id` is given out by the host, for example by escape; for a surface of a shared domain it is that
 * surface's xf_id. -ENOENT; -EALREADY: open in this process; -ENOTSUP: not over ivshmem.
 */
XF_API int xf_guest_surface_open(
	struct xf_guest *guest, uint64_t id, struct xf_guest_surface **ret_surface);

/* Closing one that is acquired abandons it. NULL is allowed. */
XF_API void xf_guest_surface_close(struct xf_guest_surface *surface);

/* -EINVAL: no size is set in it. */
XF_API int xf_guest_surface_info(
	const struct xf_guest_surface *surface, struct xf_guest_surface_info *ret_info);

/*
 * As xf_keyed_mutex_acquire() and release(). 0; XF_TIMEOUT; XF_ABANDONED; -EDEADLK, -EPERM;
 * -EBUSY: another thread waits with this handle; -ENOSPC: the guest's processes have waited with as
 * many of their handles as the host has descriptors for; -ECONNRESET, -ESTALE.
 */
XF_API int xf_guest_surface_acquire(
	struct xf_guest_surface *surface, uint64_t key, int64_t deadline_ns, uint64_t *ret_fence);
XF_API int xf_guest_surface_release(struct xf_guest_surface *surface, uint64_t key, uint64_t fence);

struct xf_guest_stats {
	size_t size; /* sizeof(struct xf_guest_stats), set by the caller */
	uint64_t session;
	uint64_t signals; /* arrived and delivered to an event of this process */
	uint64_t unknown; /* arrived for no event of this process, or a closed one: dropped */
	uint32_t records; /* events the host may still signal */
	uint32_t sessions; /* how many sessions this object has had */
};

/* -EINVAL: no size is set in it. */
XF_API int xf_guest_stats(struct xf_guest *guest, struct xf_guest_stats *ret_stats);

#ifdef __cplusplus
}
#endif
#endif
