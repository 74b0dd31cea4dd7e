/* SPDX-License-Identifier: MIT */
/*
 * The inside of the host service, shared by host*.c.
 *
 * Two worlds meet here. The service world (one thread, host.lock) owns guests, channels, processes
 * and calls the driver. The signal world (any thread, no lock) sees slots, a channel's queue and
 * its flush word, all atomic. A slot's count of calls under way is what keeps the second world's
 * pointers alive: the service waits for it to become zero before it takes anything apart.
 */
#ifndef XFI_HOST_HOST_PRIV_H
#define XFI_HOST_HOST_PRIV_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

#include <crossfence/host.h>
#include "wire/list.h"
#include "wire/wire.h"

struct channel;

/* ---- slots: handles towards the driver (host/slot.c) ---- */

enum slot_kind { SLOT_VM = 1, SLOT_WORKER, SLOT_LOCAL, SLOT_CPU_EVENT };

/* State in bits 30-31 of a slot's word. The values are chosen so that live + 1 is lost and
 * either one | dying is dying: every change is one atomic operation. */
#define SLOT_CALLS	      UINT64_C(0x3fffffff) /* calls under way */
#define SLOT_STATE	      UINT64_C(0xc0000000)
#define SLOT_FREE	      UINT64_C(0x00000000)
#define SLOT_LIVE	      UINT64_C(0x40000000)
#define SLOT_LOST	      UINT64_C(0x80000000) /* the channel is gone */
#define SLOT_DYING	      UINT64_C(0xc0000000) /* being destroyed */
#define SLOT_GENERATION_SHIFT 32

struct slot {
	_Atomic uint64_t word; /* generation, state, calls; waited on by its low half */
	/* Written while the slot is free; read by calls that found it live. */
	enum slot_kind kind;
	struct channel *channel;
	uint32_t process;
	uint64_t event; /* CPU events */
	struct own_event *own_event; /* events of the host's own table */
	_Atomic uint64_t accepted;
	uint32_t next_free; /* host.lock or own_lock */
};

#define SLOTS_PER_CHUNK 256
#define CHUNKS		1024

struct slots {
	_Atomic(struct slot *) chunks[CHUNKS]; /* never freed before the host */
	uint32_t n_chunks, free; /* free: index + 1 of the first free one */
};

int xfi_slot_take(struct slots *slots, struct slot **ret_slot, xf_host_handle *ret_handle);
void xfi_slot_open(struct slot *slot); /* free -> live */
void xfi_slot_lose(struct slot *slot); /* live -> lost */
void xfi_slot_kill(struct slot *slot); /* live or lost -> dying */
void xfi_slot_wait(struct slot *slot); /* until no call is under way */
void xfi_slot_give(struct slots *slots, struct slot *slot, xf_host_handle handle);
/* Begins a call: NULL when the handle is not (any more) one; else *ret_state. Pair with leave. */
struct slot *xfi_slot_enter(struct slots *slots, xf_host_handle handle, uint64_t *ret_state);
void xfi_slot_leave(struct slot *slot);
void xfi_slots_finish(struct slots *slots);

/* ---- a channel's way out (host/out.c) ---- */

struct out_item {
	_Atomic uint64_t ready; /* position + 1 once the fields are written */
	uint32_t process;
	uint32_t flags;
	uint64_t event;
	uint8_t *bytes; /* not a signal: an encoded message without sequence; owned */
};

#define OUT_CONTROLS 64 /* answers that may wait to be sent; beyond, we stop reading */

enum { FLUSH_IDLE, FLUSH_BUSY, FLUSH_AGAIN };

struct out {
	struct out_item *items; /* n: power of two >= the guest's queue + OUT_CONTROLS + slack */
	uint64_t n;
	_Atomic uint64_t tail; /* producers */
	_Atomic uint32_t queued; /* signals in items */
	_Atomic uint32_t controls;
	_Atomic uint32_t flush; /* FLUSH_*: who has it BUSY is the flusher and owns what follows */
	uint64_t head;
	uint64_t sequence;
	uint64_t session;
	size_t have, done; /* bytes waiting in, and written from, `bytes` */
	uint32_t signals; /* signals among `bytes` */
	int waiting; /* for room: the epoll set tells the service */
	uint8_t bytes[2 * XFI_WIRE_MAX_BYTES];
};

/* ---- transports ---- */

struct wire_io {
	/* As struct xfi_link_ops: bytes, -EAGAIN, -ECONNRESET or another error. */
	ssize_t (*read)(struct channel *channel, void *bytes, size_t size);
	ssize_t (*write)(struct channel *channel, const void *bytes, size_t size);
	void (*close)(struct channel *channel);
	/* Its descriptor only says "look": whatever event comes may mean input and room. */
	int hint_only;
};

/* Something the service's epoll set watches. */
struct watch {
	void (*ready)(struct watch *watch, uint32_t events); /* service, host.lock held */
	int fd;
	uint32_t place; /* in host.watches */
	uint64_t number; /* by which the epoll set knows it */
};

struct place {
	struct watch *watch;
	uint32_t generation;
};

struct xf_host {
	pthread_mutex_t lock;
	struct xf_host_driver driver;
	struct xf_host_events events;
	void (*log)(void *arg, const char *line);
	void *log_arg;
	int epoll, kick; /* kick: eventfd that makes the service look at channels' attention */
	struct watch kick_watch;
	int spare; /* a descriptor to give up when there is none left */
	int has_thread;
	_Atomic int stopping;
	pthread_t thread;
	struct slots slots;
	struct place *watches;
	uint32_t n_watches;
	struct xfi_list guests, vsocks, locals;
	struct xfi_list readable; /* channels with input left over */
	pthread_mutex_t own_lock; /* own_slots' free ones, own_events */
	struct slots own_slots;
	struct xfi_list own_events;
};

struct xf_host_guest {
	struct xfi_list link; /* xf_host.guests */
	struct xf_host *host;
	char name[64];
	enum xf_host_transport transport;
	char *address;
	uint32_t port, cid, uid_plus_1;
	uint32_t max_queue, max_processes, max_events, max_devices, max_channels, region_bytes;
	struct xfi_list channels;
	uint32_t n_channels, n_processes;
	struct watch listener; /* fd -1: none */
	int bound; /* we made the socket file and remove it */
	struct watch redial; /* timer; fd -1: none */
	struct watch asking; /* a VMM that was asked for a port and has not answered; fd -1 */
	char answer[32];
	unsigned n_answer;
	struct vsock *vsock;
	struct ivshmem *ivshmem;
	struct xfi_list surfaces;
	struct xf_domain *domain; /* shared with the guest; NULL: none */
	/* The worker process: there while a session is. */
	struct slot *worker_slot;
	xf_host_handle worker;
	void *worker_driver;
	uint32_t n_sessions; /* now */

	_Atomic uint64_t accepted, delivered, dropped, refused;
	uint64_t sessions, protocol_errors;
};

enum channel_state { CHANNEL_GREETING, CHANNEL_OPEN };

/* What the epoll set always tells of a channel. */
#define CHANNEL_EVENTS (EPOLLIN | EPOLLRDHUP | (uint32_t)EPOLLET)

struct channel {
	struct xfi_list link; /* guest.channels */
	struct xfi_list readable; /* host.readable */
	struct watch watch;
	struct xf_host_guest *guest;
	const struct wire_io *io;
	enum channel_state state;
	int reopened; /* the transport may show bytes of an older opener, and a second HELLO */
	uint64_t skipped;
	struct xfi_wire_peer in;
	struct xfi_list processes;
	uint32_t last_process;
	_Atomic int attention; /* the service must flush it, or bury it when broken */
	_Atomic int broken;
	int gone; /* the guest's side is known to run no more */
	int cut; /* being closed although it may */
	int ending; /* the other side has hung up: read to the end */
	_Atomic int blocked; /* not read from until answers have left */
	struct out out;
	size_t have;
	uint8_t bytes[4 * XFI_WIRE_MAX_BYTES];
};

struct process {
	struct xfi_list link; /* channel.processes */
	struct channel *channel;
	uint32_t number;
	uint64_t pid;
	char name[XF_HOST_NAME_BYTES];
	struct slot *slot;
	xf_host_handle handle;
	void *driver;
	struct xfi_list devices, cpu_events, held;
	uint32_t n_devices, n_cpu_events;
	uint64_t events;
};

struct device {
	struct xfi_list link; /* process.devices */
	uint64_t id;
	void *driver;
};

struct cpu_event {
	struct xfi_list link; /* process.cpu_events */
	uint64_t id, device;
	struct slot *slot;
	xf_host_handle handle;
	void *driver;
};

/* A surface that the host shares with a guest. */
struct surface {
	struct xfi_list link; /* xf_host_guest.surfaces */
	struct xf_host_surface_ops ops;
	void *self;
	uint64_t id;
	struct xfi_wire_surface description;
	int lent; /* it is one of the guest's domain: host/domain.c */
	uint32_t users; /* of its handles */
};

/* A process' handle on one, and its acquire that waits. */
struct held {
	struct xfi_list link; /* process.held */
	struct process *process;
	struct surface *surface;
	void *handle;
	struct watch watch; /* fd -1: no acquire waits; the descriptor is the handle's */
	uint32_t tag;
	uint64_t key;
};

/* host.c */
void xfi_host_kick(struct xf_host *host);
void xfi_host_log(struct xf_host *host, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int xfi_host_watch(struct xf_host *host, struct watch *watch, uint32_t events);
void xfi_host_unwatch(struct xf_host *host, struct watch *watch);
/* Any thread, as long as the watch is there: watches for `events` from now on. */
void xfi_host_rewatch(struct xf_host *host, const struct watch *watch, uint32_t events);

/* host/out.c */
int xfi_out_init(struct out *out, uint32_t max_queue);
void xfi_out_drop(struct channel *channel);
void xfi_out_finish(struct channel *channel);
int xfi_out_signal(struct channel *channel, uint32_t process, uint64_t event, uint32_t flags);
/* Service only. 0, -ENOMEM. */
int xfi_out_message(struct channel *channel, struct xfi_wire_msg *msg, const void *payload);
void xfi_out_flush(struct channel *channel, int service);
/* One message, at once or not at all, before a channel is closed. */
void xfi_out_last_word(struct channel *channel, enum xfi_wire_reason reason, uint32_t tag);

/* host/surface.c; the answers are sent by these. -ENOMEM or 0. */
int xfi_surface_message(
	struct process *process, const struct xfi_wire_msg *msg, const uint8_t *payload);
void xfi_surface_end_process(struct process *process);
void xfi_surface_finish(struct xf_host_guest *guest);
void xfi_surface_remove(struct xf_host_guest *guest, struct surface *surface);

/* host/domain.c: surfaces of the domain that is shared with a guest. */
int xfi_domain_surface_open(struct xf_host_guest *guest, uint64_t id, struct surface **ret_surface);
void xfi_domain_surface_close(struct surface *surface);
int xfi_domain_lend(void *handle, uint8_t *payload); /* XFI_WIRE_LOAN_BYTES */
void xfi_domain_notify(void *handle);
void xfi_domain_revoke(void *handle);

/* host/session.c: answers a request. */
int xfi_session_answer(struct channel *channel, const struct xfi_wire_msg *request, int result,
	uint32_t status, const void *payload, uint32_t size);

/* host/channel.c */
int xfi_channel_create(struct xf_host_guest *guest, int fd, const struct wire_io *io, int reopened,
	struct channel **ret_channel);
void xfi_channel_close(struct channel *channel);
void xfi_channel_read(struct channel *channel);
void xfi_channel_look(struct channel *channel); /* reads it when its turn comes */
extern const struct wire_io xfi_socket_io;

/* host/session.c: what messages mean. 0, or -EPROTO and *ret_why: the channel must be closed. */
int xfi_session_message(struct channel *channel, const struct xfi_wire_msg *msg, uint8_t *payload,
	const char **ret_why);
void xfi_session_end(struct channel *channel);

/* host/process.c */
int xfi_process_create(
	struct channel *channel, uint32_t number, uint64_t pid, const uint8_t *name, size_t size);
void xfi_process_destroy(struct process *process);
void xfi_process_lose(struct channel *channel);
int xfi_worker_hold(struct xf_host_guest *guest);
void xfi_worker_give(struct xf_host_guest *guest);
int xfi_device_create(struct process *process, uint64_t id);
int xfi_device_destroy(struct process *process, uint64_t id);
int xfi_cpu_event_create(struct process *process, uint64_t id, uint64_t device, uint32_t flags);
int xfi_cpu_event_destroy(struct process *process, uint64_t id);
struct device *xfi_device_find(struct process *process, uint64_t id);

/* host/transport.c, host/ivshmem.c */
int xfi_transport_start(struct xf_host_guest *guest, const struct xf_host_guest_params *params);
void xfi_transport_stop(struct xf_host_guest *guest);
void xfi_transport_lost(struct xf_host_guest *guest); /* a channel of it was closed */
/* The region and where its room for surfaces is; -ENOTSUP. The descriptor is borrowed. */
int xfi_ivshmem_room(
	struct xf_host_guest *guest, int *ret_fd, uint64_t *ret_offset, uint64_t *ret_size);
int xfi_ivshmem_start(struct xf_host_guest *guest, int given_fd);
void xfi_ivshmem_stop(struct xf_host_guest *guest);
int xfi_transport_listen(struct xf_host_guest *guest, const char *path);
int xfi_transport_accept(struct xf_host_guest *guest, int listener, int *ret_fd);

/* host/event.c */
int xfi_own_event_signal(void *self, xf_host_handle process, uint64_t event, uint32_t flags);
void xfi_local_finish(struct xf_host *host);

#endif
