/* SPDX-License-Identifier: MIT */
/*
 * Host: the service through which a driver on the host signals events of processes in guests. To
 * be embedded in a VMM or a driver's process (one descriptor to poll, or a thread of its own), or
 * used through the daemon crossfenced, which is a thin shell around it.
 *
 *	guest process ==(channel)== guest ==\
 *	                                     host --- driver (callbacks in, xf_host_signal() out)
 *	guest process ==(channel)== guest ==/
 *
 * Guests are strangers to each other: ids, quotas and queues are per guest, a guest can name
 * nothing but its own processes, and whatever it sends that is not well-formed closes only its
 * channel.
 *
 * Structures with `size` may be older or newer than the library: what the caller does not know is
 * taken as 0; -E2BIG where a newer one sets what this library does not know.
 *
 * What a call refuses it names, see xf_last_message().
 *
 * Thread-safety: safe, except destroy. Driver callbacks run one at a time on the service thread
 * (or in xf_host_dispatch()); from them only xf_host_signal*() may be called, and they should be
 * quick, for all guests wait meanwhile. Process-sharing: none.
 */
#ifndef CROSSFENCE_HOST_H
#define CROSSFENCE_HOST_H

#include <stddef.h>
#include <crossfence/result.h>

#ifdef __cplusplus
extern "C" {
#endif

#define XF_HOST_NAME_BYTES 65 /* longest process name, terminated */

struct xf_host;
struct xf_host_guest;

/*
 * Names a process, or a CPU event, towards the driver. 0 is never one; a handle whose object is
 * gone is refused for good, also when its place is in use again.
 */
typedef uint64_t xf_host_handle;

/* What a process is. */
enum xf_host_process_kind {
	XF_HOST_PROCESS_VM = 1, /* mirrors a process inside a guest */
	XF_HOST_PROCESS_WORKER = 2, /* one per connected guest; owns no events */
	XF_HOST_PROCESS_LOCAL = 3, /* a process of the host */
};

/* Valid during the callback only. */
struct xf_host_process_info {
	size_t size; /* as the library knows it: what lies behind is not there */
	xf_host_handle process;
	enum xf_host_process_kind kind;
	const char *guest; /* the guest's configured name; NULL: xf_host_local_add() */
	const char *name; /* as the process calls itself: up to 64 printable ASCII bytes */
	uint32_t number; /* the guest's number for it, unique in its session */
	uint64_t pid; /* as the guest claims; for display */
	void *worker; /* what process_create returned for the guest's worker */
	void *arg; /* of its guest's params */
};

/*
 * The driver. Callbacks may be NULL: create and escape then succeed without effect, except that a
 * NULL escape answers -ENOSYS. Results < 0 go to the guest as they are; what is refused at creation
 * is told to the log, in the words of xf_fail() if the callback left some.
 */
struct xf_host_driver {
	size_t size; /* sizeof(struct xf_host_driver) */
	void *self;
	int (*process_create)(
		void *self, const struct xf_host_process_info *info, void **ret_process);
	/* No xf_host_signal() for this process is under way when it is called, nor begins before it
	 * returns, except with XF_HOST_LAST_USE, which then succeeds and sends nothing. */
	void (*process_destroy)(void *self, void *process);
	int (*device_create)(void *self, void *process, void **ret_device);
	void (*device_destroy)(void *self, void *device);
	/* Always paired; the event cannot be signalled any more once destroy is called. */
	int (*cpu_event_create)(void *self, void *device, xf_host_handle cpu_event, uint32_t flags,
		void **ret_cpu_event);
	void (*cpu_event_destroy)(void *self, void *cpu_event);
	/* `device` may be NULL. Flags: XF_HOST_ESCAPE_*. `data` may be changed in place;
	 * *ret_status goes to the guest. */
	int (*escape)(void *self, void *process, void *device, uint32_t flags, void *data,
		size_t size, uint32_t *ret_status);
	/* The host is about to be freed; no call on it may begin, or be under way, afterwards. */
	void (*host_gone)(void *self);
};

enum {
	XF_HOST_ESCAPE_KNOWN = 1u << 0, /* its data begins with a type that Windows defines */
	XF_HOST_ESCAPE_LOCAL = 1u << 1, /* of a process of the host */
};

enum {
	XF_HOST_OWN_THREAD = 1u << 0, /* serve from a thread of the library */
};

/* How much a line matters; the numbers are syslog's. */
enum xf_host_log_level {
	XF_HOST_LOG_ERROR = 3, /* the service cannot do what it is there for */
	XF_HOST_LOG_WARNING = 4, /* something was refused or cut off */
	XF_HOST_LOG_INFO = 6, /* guests come and go */
	XF_HOST_LOG_DEBUG = 7, /* each of their connections, too */
};

/* Valid during the callback only. */
struct xf_host_log_entry {
	size_t size; /* as the library knows it */
	enum xf_host_log_level level;
	const char *guest; /* whom it is about; NULL: none */
	const char *reason; /* one word for machines: "connect", "disconnect", "protocol" ... */
	const char *line; /* for people, without newline; begins with the guest's name */
};

struct xf_host_params {
	size_t size; /* sizeof(struct xf_host_params) */
	uint32_t flags; /* XF_HOST_* */
	uint32_t reserved; /* 0 */
	const struct xf_host_driver *driver; /* copied; NULL: none */
	/* Told what happens, once, as one line without newline, from the service thread. May be
	 * NULL. */
	void (*log)(void *arg, const char *line);
	void *log_arg;
	/* The same in its parts, instead of `log`. May be NULL. */
	void (*log_entry)(void *arg, const struct xf_host_log_entry *entry);
	enum xf_host_log_level log_level; /* lines of higher numbers are left out; 0: WARNING */
};

/* -EINVAL; -ENOMEM, -EMFILE, -EAGAIN as from the kernel. `params` may be NULL. */
XF_API int xf_host_create(const struct xf_host_params *params, struct xf_host **ret_host);

/* From now on. -EINVAL: none of the four. */
XF_API int xf_host_set_log_level(struct xf_host *host, enum xf_host_log_level level);

/* Ends all guests and then the host. No thread may be in a call on it. NULL is allowed. */
XF_API void xf_host_destroy(struct xf_host *host);

/*
 * Without XF_HOST_OWN_THREAD: the descriptor to poll for reading, and what to call when it is
 * readable. Dispatch does a bounded amount of work and never blocks, except for the driver.
 */
XF_API int xf_host_fd(const struct xf_host *host);
XF_API int xf_host_dispatch(struct xf_host *host);

enum xf_host_transport {
	XF_HOST_MANUAL = 0, /* channels are handed in with xf_host_guest_attach() */
	XF_HOST_UNIX = 1, /* listens on the unix socket `address` */
	XF_HOST_VIRTIO_SERIAL = 2, /* dials the VMM's unix socket `address`, again when it ends */
	XF_HOST_VSOCK = 3, /* listens on AF_VSOCK `port` for guest `cid` */
	XF_HOST_HYBRID = 4, /* listens on the unix socket `address`_`port` */
	XF_HOST_HYBRID_DIAL = 5, /* dials `address` and asks with CONNECT `port` */
	XF_HOST_IVSHMEM = 6, /* serves a region of `region_bytes` on the unix socket `address`, or
				without one, to a VMM's end of xf_host_guest_attach() */
};

struct xf_host_events;

struct xf_host_guest_params {
	size_t size; /* sizeof(struct xf_host_guest_params) */
	const char *name; /* 1-63 bytes of [A-Za-z0-9._-], unique in the host */
	enum xf_host_transport transport;
	const char *address;
	uint32_t port; /* 0: 24870 */
	uint32_t cid;
	int listen_fd_plus_1; /* a listening socket to use instead of `address`, + 1; taken; 0: none
			       */
	uint32_t uid_plus_1; /* user besides root and ours who may connect, + 1; 0: nobody */
	/* Quotas; 0 means the default in brackets. */
	uint32_t max_queue; /* signals that may wait, per channel [4096], at most 65536 */
	uint32_t max_processes; /* [256] */
	uint32_t max_events; /* per process [65536] */
	uint32_t max_devices; /* per process [64] */
	uint32_t max_channels; /* connections at a time [64] */
	uint32_t region_bytes; /* ivshmem: power of two, 65536 to 2^30 [1 MiB] */
	uint32_t max_cpu_events; /* of all its processes together [4096] */
	uint32_t reserved; /* 0 */
	/* Rates; a tenth of a second's worth may come at once. UINT32_MAX and 0: no limit. */
	uint32_t max_signals_per_second; /* taken from the driver: beyond it -ENOBUFS */
	uint32_t max_messages_per_second; /* of the guest: what is more is read later */
	void *arg; /* the caller's, given back in callbacks */
	/*
	 * ivshmem: memory of the caller's for the region, + 1; borrowed. A memfd of `region_bytes`,
	 * sealed against shrinking. Its end is for the channel and is cleared; the rest is left
	 * alone. 0: the service makes one.
	 */
	int region_fd_plus_1;
	/*
	 * XF_HOST_UNIX, XF_HOST_MANUAL: who connects is no guest but processes of the host, of kind
	 * LOCAL and without a worker. Their events are those of this table (copied), signalled when
	 * xf_host_signal() returns; limits of signals do not matter then. NULL: a guest.
	 */
	const struct xf_host_events *local_events;
};

/*
 * Adds a guest and begins to listen or dial. -EINVAL; -EEXIST: the name is taken; -EADDRINUSE: so
 * is the address, or the CID on this port, by a guest or by somebody else; -ENOSPC: the
 * processes and CPU events of all guests, each at its quota, would be more than 1 044 480; errors
 * of the kernel. Whoever connects has ten seconds to begin a session. A guest that cannot be
 * dialled yet is tried again for ever.
 */
XF_API int xf_host_guest_add(struct xf_host *host, const struct xf_host_guest_params *params,
	struct xf_host_guest **ret_guest);

/* Ends its channels and processes, with their callbacks, before it returns. */
XF_API void xf_host_guest_remove(struct xf_host_guest *guest);

/* Quotas and rates as in struct xf_host_guest_params. 0: this one stays as it is. */
struct xf_host_guest_limits {
	size_t size; /* sizeof(struct xf_host_guest_limits) */
	uint32_t max_queue, max_processes, max_events, max_devices, max_channels;
	uint32_t max_cpu_events, max_signals_per_second, max_messages_per_second;
};

/*
 * Changes them while the guest runs; its sessions go on and are told. What is there already stays,
 * also where it is more than the new limit allows. -EINVAL, -ENOSPC as xf_host_guest_add(),
 * -ENOMEM: nothing has changed.
 */
XF_API int xf_host_guest_set_limits(
	struct xf_host_guest *guest, const struct xf_host_guest_limits *limits);

/*
 * Ends its channels and processes likewise, but keeps the guest: it may connect anew, and a VMM's
 * socket is dialled again. For who knows that the guest's end is gone when the transport does not
 * tell, as QEMU's VSERPORT_CHANGE does of a virtio-serial port.
 */
XF_API void xf_host_guest_reset(struct xf_host_guest *guest);

/*
 * The VM runs again after it was paused, saved or restored: its processes are asked whether their
 * sessions are still the host's, and those of another time begin anew. Those that only stood still
 * notice nothing. For a VMM, or who hears QEMU's RESUME; a virtio-serial port that is connected, or
 * shows something of an unknown session, is told by itself.
 */
XF_API void xf_host_guest_resumed(struct xf_host_guest *guest);

/*
 * Before the VMM saves it: from its return on nothing is read from the guest or written to it, nor
 * to its region, until xf_host_guest_resumed(), so that what is saved does not change meanwhile.
 * Signals are accepted and wait in the queue. Call it when the guest's CPUs stand still, and
 * resumed() before they go on: in the same VMM, or in another one, with what was restored there. A
 * domain in the region has other members, who are not stopped.
 */
XF_API void xf_host_guest_quiesce(struct xf_host_guest *guest);

/*
 * A connected stream socket (unix, vsock, TCP) to that guest; taken, also when the call fails.
 * ivshmem: a unix socket to its VMM, which is told of the region by the protocol of ivshmem
 * servers. It lingers no more, and refuses descriptors that are sent over it from now on.
 * -EBADF, -EINVAL: not one, by what the kernel says of it, and nobody else was asked; -EUSERS.
 */
XF_API int xf_host_guest_attach(struct xf_host_guest *guest, int fd);

enum {
	/* A guest's record of the event ends with this signal. An event of a host process, and a
	 * CPU event, are signalled as ever. */
	XF_HOST_LAST_USE = 1u << 0,
};

/*
 * Signals an event of a guest's process, named by the value the guest gave out. Queues and returns:
 * takes no lock, allocates nothing, waits for nobody; at most some non-blocking socket writes.
 * The event is not yet signalled when it returns. Order is kept per channel.
 *
 * For a process of kind LOCAL the event is one of xf_host_set_events(), or of its section's
 * `local_events`, and is signalled on return.
 *
 * -EINVAL: `event` is 0 or unknown flags; -ESRCH: not a process, or one that is gone, or a worker;
 * -ESHUTDOWN: the process is being destroyed; -ENODEV: its guest is gone; -ENOBUFS: the
 * queue of its channel is full, or its guest has had as many signals as its rate allows. For local
 * events: -EBADF, -EPROTOTYPE: not an event, -EACCES.
 */
XF_API int xf_host_signal(
	struct xf_host *host, xf_host_handle process, uint64_t event, uint32_t flags);

/*
 * The same for a CPU event object, by the handle given to cpu_event_create. While cpu_event_destroy
 * runs: -ESHUTDOWN, and with XF_HOST_LAST_USE 0, nothing being sent.
 */
XF_API int xf_host_signal_cpu_event(struct xf_host *host, xf_host_handle cpu_event, uint32_t flags);

/*
 * Events of the host's own processes, as somebody else's handle table knows them. signal() must not
 * block; it is called from any thread. -EBADF: no such handle; -EPROTOTYPE: not an event; -EACCES:
 * it may not be set.
 */
struct xf_host_events {
	size_t size; /* sizeof(struct xf_host_events) */
	void *self;
	int (*signal)(void *self, xf_host_handle process, uint64_t event, uint32_t flags);
};

/* Before the first local process is added. Copied. NULL: the host's own table, see below. */
XF_API int xf_host_set_events(struct xf_host *host, const struct xf_host_events *events);

/*
 * The host's own table of events. `set` is called with `arg` from any thread and must not block:
 * for an xf_event pass xf_event_set() and the event; with `set` NULL, `eventfd` (borrowed) is
 * written.
 */
struct xf_host_event_params {
	size_t size; /* sizeof(struct xf_host_event_params) */
	int (*set)(void *arg);
	void *arg;
	int eventfd;
	int read_only; /* may be looked at but not signalled: -EACCES */
};
XF_API int xf_host_event_add(
	struct xf_host *host, const struct xf_host_event_params *params, uint64_t *ret_event);
/* Returns when no signal to it is under way. -EBADF. */
XF_API int xf_host_event_remove(struct xf_host *host, uint64_t event);

/* A process of the host that uses the driver. Callbacks run in the calling thread. */
XF_API int xf_host_local_add(struct xf_host *host, const char *name, xf_host_handle *ret_process);
XF_API int xf_host_local_remove(struct xf_host *host, xf_host_handle process);

/*
 * Surfaces that a guest may hold. Their memory lies in the guest's shared region (ivshmem); who may
 * touch it is decided by a keyed mutex of the host's, on behalf of the guest: a guest process that
 * opens the surface gets a handle of its own on that mutex, which is closed, and so abandons what
 * it holds, when the process dies. <crossfence/host_keyed.h> binds these calls to xf_keyed_mutex.
 *
 * All are called from the service thread and must not block. acquire: 0, XF_TIMEOUT (not now),
 * XF_ABANDONED, negative. fd: readable when acquire may succeed, valid until close.
 */
struct xf_host_surface_ops {
	size_t size; /* sizeof(struct xf_host_surface_ops) */
	int (*open)(void *self, void **ret_handle);
	void (*close)(void *self, void *handle);
	int (*acquire)(void *self, void *handle, uint64_t key, uint64_t *ret_fence);
	int (*release)(void *self, void *handle, uint64_t key, uint64_t fence);
	int (*fd)(void *self, void *handle, uint64_t key, int *ret_fd);
};

struct xf_host_surface_params {
	size_t size; /* sizeof(struct xf_host_surface_params) */
	uint64_t id; /* what the guest opens it by, not 0, unique in the guest */
	uint64_t offset_bytes, size_bytes; /* in the region's room for surfaces */
	uint32_t width_px, height_px, fourcc, stride_bytes; /* for the guest to read */
	const struct xf_host_surface_ops *ops; /* copied */
	void *self;
};

/*
 * Shares a domain with a guest: its surfaces that carry a keyed mutex can be opened there by their
 * ids (xf_guest_surface_open()), and the guest acquires and releases them on the same bytes as the
 * processes of the host. Only waiting and waking cost a message.
 *
 *	xf_host_guest_region(guest, &fd, &offset, &size);	// offset is 0
 *	xf_domain_create_in(fd, size, &params, &domain);
 *	xf_domain_publish(domain, "vm0");			// for processes of the host
 *	xf_host_guest_share_domain(guest, domain);
 *
 * The domain must be in that guest's region (-EINVAL) and stay joined until the guest is removed,
 * or until this is called with NULL, which takes the surfaces back: all that are open in the guest
 * are abandoned. The guest is a member of the domain in all but name and can spoil what is in it,
 * though neither the service nor anybody in another domain: give each guest one of its own.
 *
 * A guest process whose end is known (it closed the surface or its session, the VM is gone) leaves
 * what it held abandoned and the rest as it is. When it is cut off instead, or the service dies,
 * all it had open is abandoned, held or not.
 *
 * -ENOTSUP: not an ivshmem guest; -EBUSY: a domain is shared already.
 */
struct xf_domain;
XF_API int xf_host_guest_share_domain(struct xf_host_guest *guest, struct xf_domain *domain);

/*
 * The guest's region: a new descriptor of it (yours to close), and the part of it that is for
 * surfaces. The region lives as long as the guest. -ENOTSUP: not an ivshmem guest.
 */
XF_API int xf_host_guest_region(struct xf_host_guest *guest, int *ret_fd,
	uint64_t *ret_offset_bytes, uint64_t *ret_size_bytes);

/* -EINVAL: outside that part, or bad params; -EEXIST; -ENOTSUP; -ENOMEM. */
XF_API int xf_host_surface_add(
	struct xf_host_guest *guest, const struct xf_host_surface_params *params);

/* Closes the guest's handles on it: what it holds is abandoned. -ENOENT. */
XF_API int xf_host_surface_remove(struct xf_host_guest *guest, uint64_t id);

/*
 * How long signals waited in a guest's queue until its transport had taken them: counts of those
 * that took no more than XF_HOST_QUEUE_TIME_NS(i), and more than those before; the last one counts
 * the rest. Every 13th signal is looked at.
 */
#define XF_HOST_QUEUE_TIMES	 12
#define XF_HOST_QUEUE_TIME_NS(i) (INT64_C(4000) << 2 * (i))

/* Valid during the visit only, as the next. */
struct xf_host_guest_info {
	size_t size; /* as the library knows it */
	char name[64];
	const char *transport; /* static */
	uint32_t channels, processes, devices, cpu_events;
	uint64_t events; /* as the guest reports them */
	uint32_t queued, max_queue;
	uint64_t sessions; /* since the guest was added */
	uint64_t accepted; /* signals taken from the driver */
	uint64_t delivered; /* of these, written to the guest's transport */
	uint64_t dropped; /* of these, lost with a channel */
	uint64_t refused; /* not taken: queue full, or beyond the rate */
	uint64_t protocol_errors;
	void *arg; /* of its params */
	uint64_t messages; /* taken from the guest */
	uint32_t surfaces, surface_handles; /* that are shared and known; that its processes have */
	struct xf_host_guest_limits limits; /* as they are now; rates: UINT32_MAX for none */
	uint64_t queue_times[XF_HOST_QUEUE_TIMES];
	uint64_t queue_time_sum_ns;
};

struct xf_host_process_list_info {
	size_t size; /* as the library knows it */
	char guest[64];
	char name[XF_HOST_NAME_BYTES];
	enum xf_host_process_kind kind;
	xf_host_handle process;
	uint32_t number, devices, cpu_events;
	uint64_t pid, events, accepted;
};

/* Calls `visit` for each until it returns non-zero, and returns that, else 0. */
XF_API int xf_host_inspect_guests(struct xf_host *host,
	int (*visit)(const struct xf_host_guest_info *info, void *arg), void *arg);
XF_API int xf_host_inspect_processes(struct xf_host *host,
	int (*visit)(const struct xf_host_process_list_info *info, void *arg), void *arg);

/*
 * The same of all guests as a page in Prometheus' text format. *ret_text is the caller's to free().
 * -ENOMEM.
 */
XF_API int xf_host_metrics(struct xf_host *host, char **ret_text);

#ifdef __cplusplus
}
#endif
#endif
