/* SPDX-License-Identifier: MIT */
/*
 * Event: a signalled state that threads of any member can wait for. Manual-reset events stay
 * signalled until reset; auto-reset events let one waiter through and reset themselves.
 *
 * Thread-safety: safe, close excepted. Process-sharing: any member that opens the id. A process
 * that dies changes nothing: the event keeps its state.
 */
#ifndef CROSSFENCE_EVENT_H
#define CROSSFENCE_EVENT_H

#include <crossfence/domain.h>

#ifdef __cplusplus
extern "C" {
#endif

struct xf_event;

enum {
	XF_EVENT_MANUAL_RESET = 1u << 0,
	XF_EVENT_SIGNALLED = 1u << 1, /* signalled from the start */
};

/*
 * `label` (UTF-8, up to XF_LABEL_MAX bytes) may be NULL. The handle is the caller's; close it.
 * -EINVAL: bad flags, or a label that is longer or not UTF-8; -ENOSPC: the domain is full; -EACCES:
 * read-only member; -ENOMEM.
 */
XF_API int xf_event_create(
	struct xf_domain *domain, uint32_t flags, const char *label, struct xf_event **ret_event);

/* Opens another member's event. -EINVAL: not an event's id; -ESTALE: the event is gone. */
XF_API int xf_event_open(struct xf_domain *domain, xf_id id, struct xf_event **ret_event);

/* Ends the handle; the last one in all members ends the event. NULL is allowed. */
XF_API void xf_event_close(struct xf_event *event);

XF_API xf_id xf_event_id(const struct xf_event *event);

/*
 * Makes the event signalled and wakes waiters: all of them (manual-reset) or one (auto-reset).
 * Never blocks; no system call when nobody waits. -EACCES: read-only member; -ECHILD: after fork.
 */
XF_API int xf_event_set(struct xf_event *event);

/* Makes the event not signalled. Never blocks. Errors as xf_event_set(). */
XF_API int xf_event_reset(struct xf_event *event);

/*
 * Waits until the event is signalled; an auto-reset event is reset by the one who returns 0.
 * 0; XF_TIMEOUT; -EACCES: a read-only member on an auto-reset event (it may not reset it);
 * -ESTALE: a read-only member, whose handle keeps nothing, and nobody has the event any more;
 * -ECHILD: after fork.
 */
XF_API int xf_event_wait(struct xf_event *event, int64_t deadline_ns);

/*
 * Returns a descriptor for poll/epoll, owned by the event handle and valid until it is closed:
 * readable when the event may be signalled. Then call xf_event_wait(event, 0): it takes the
 * signal, and when there is none (XF_TIMEOUT) it makes the descriptor unreadable again.
 * -EACCES: read-only member; -EMFILE and others as from the kernel.
 */
XF_API int xf_event_fd(struct xf_event *event, int *ret_fd);

#ifdef __cplusplus
}
#endif
#endif
