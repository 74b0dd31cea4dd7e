/* SPDX-License-Identifier: MIT */
/*
 * Timeline: a 64-bit counter that only grows. A fence is a pair (timeline, value); it is passed
 * once the counter is >= value. Waiting for a value nobody has signalled yet, or has even
 * submitted yet, is allowed and simply waits (wait-before-signal).
 *
 * Thread-safety: safe, close excepted. Process-sharing: any member that opens the id. With
 * XF_TIMELINE_OWNED the death of the creating process abandons the timeline: waits for values
 * that were not reached return XF_ABANDONED, now and for ever.
 */
#ifndef CROSSFENCE_TIMELINE_H
#define CROSSFENCE_TIMELINE_H

#include <crossfence/domain.h>

#ifdef __cplusplus
extern "C" {
#endif

struct xf_timeline;

enum {
	XF_TIMELINE_OWNED = 1u << 0, /* abandoned when its creator dies or leaves */
};

/* Errors as xf_event_create(). `initial` is the counter's first value. */
XF_API int xf_timeline_create(struct xf_domain *domain, uint64_t initial, uint32_t flags,
	const char *label, struct xf_timeline **ret_timeline);

XF_API int xf_timeline_open(struct xf_domain *domain, xf_id id, struct xf_timeline **ret_timeline);
XF_API void xf_timeline_close(struct xf_timeline *timeline);
XF_API xf_id xf_timeline_id(const struct xf_timeline *timeline);

/*
 * Raises the counter to `value` and wakes those whose fence is passed by it. Equal to the counter:
 * done, nothing changes. -EINVAL: lower than the counter; XF_ABANDONED: an owned timeline whose
 * owner died; -EACCES: read-only member. Never blocks; no system call when nobody waits.
 */
XF_API int xf_timeline_signal(struct xf_timeline *timeline, uint64_t value);

/*
 * For the owner (XF_TIMELINE_OWNED) that will not reach what it has promised: from now on waits for
 * values that were not reached return XF_ABANDONED, as if it had died. Done twice is fine. -EPERM:
 * this process does not own it; -EACCES, -ECHILD. Never blocks.
 */
XF_API int xf_timeline_abandon(struct xf_timeline *timeline);

/* The counter now. */
XF_API int xf_timeline_value(struct xf_timeline *timeline, uint64_t *ret_value);

/*
 * Waits until the counter is >= value. 0; XF_TIMEOUT; XF_ABANDONED: it never will be, for a
 * read-only member also because nobody has the timeline any more; -ECHILD.
 */
XF_API int xf_timeline_wait(struct xf_timeline *timeline, uint64_t value, int64_t deadline_ns);

/*
 * Returns a descriptor for poll/epoll, owned by the handle: readable when the counter may have
 * reached `value` or the timeline is abandoned. One handle watches one value: a later call changes
 * it and returns the same descriptor. Then call xf_timeline_wait(timeline, value, 0), as with
 * xf_event_fd().
 */
XF_API int xf_timeline_fd(struct xf_timeline *timeline, uint64_t value, int *ret_fd);

/*
 * For libraries of devices that read and write the counter themselves: where it is, 64 bits in the
 * domain's mapping of this process, valid until the handle is closed. `access` says what the device
 * will do. Once a device signals, CPUs that wait look at the counter now and then, for its writes
 * wake nobody. When the timeline is abandoned the word becomes XF_TIMELINE_RELEASED, so that no
 * device waits for ever; whether a value was reached before says xf_timeline_wait().
 *
 * The device's work must be done before the handle is closed, and may write only values above the
 * counter, below XF_TIMELINE_RELEASED. XF_ABANDONED; -EACCES: read-only member; -EINVAL; -ECHILD.
 */
#define XF_TIMELINE_RELEASED ((uint64_t)INT64_MAX)
enum {
	XF_TIMELINE_DEVICE_WAITS = 1u << 0,
	XF_TIMELINE_DEVICE_SIGNALS = 1u << 1,
};
XF_API int xf_timeline_word(struct xf_timeline *timeline, uint32_t access, uint64_t **ret_word,
	struct xf_domain **ret_domain);

/*
 * For libraries of devices whose drivers have counters of their own that processes share by
 * descriptors (Vulkan's exported timeline semaphores): such a counter goes along with the timeline
 * as its twin, of a kind that its makers agree on (driver and device). The owner offers it, raises
 * both, the twin first, and gives the timeline up (xf_timeline_abandon()) only when its device has
 * nothing more to do with it. `fd` is borrowed, and handed on until this handle is closed, through
 * the runtime folder. -EPERM: not the owner; -EINVAL: there is one already; -EMFILE, -EAGAIN,
 * -ENOMEM, -EACCES, -ECHILD.
 */
#define XF_TIMELINE_TWIN_KIND 32
XF_API int xf_timeline_offer_twin(
	struct xf_timeline *timeline, const uint8_t kind[XF_TIMELINE_TWIN_KIND], int fd);

/*
 * Gets the twin of that kind, for the driver to say whether it is one: *ret_fd is the caller's.
 * Blocks until the owner has answered, for a second at most. -ENOENT: there is none, or not of that
 * kind; -ETIMEDOUT: its owner does not answer; -EPROTO: no driver's descriptor; -EACCES, -ECHILD.
 */
XF_API int xf_timeline_twin(
	struct xf_timeline *timeline, const uint8_t kind[XF_TIMELINE_TWIN_KIND], int *ret_fd);

/*
 * For the owner of a twin, whose thread need not wake for each value that its device comes to: as
 * long as no CPU waits, it may raise the counter later. xf_timeline_asked() waits until somebody
 * does for `value` or more, or has before: 0; XF_TIMEOUT; -EINVAL, -EACCES, -ECHILD. Whoever begins
 * to wait asks, by any call; xf_timeline_ask() does without waiting, and does not block. A
 * read-only member cannot ask, and only looks; -EACCES. One that waits for XF_TIMELINE_RELEASED - 1
 * or more waits for the end of it all, and asks for nothing. Who asked and has died, or no longer
 * waits, has still asked.
 *
 * When the owner dies, what it has not told is not done: so it should not tell much later.
 */
XF_API int xf_timeline_ask(struct xf_timeline *timeline, uint64_t value);
XF_API int xf_timeline_asked(struct xf_timeline *timeline, uint64_t value, int64_t deadline_ns);

/*
 * Waits until the timeline is abandoned, and its owner's device (xf_timeline_word()) does nothing
 * for it any more: at once where the owner lives, when its process is gone where it has died, 50 to
 * 250 ms later. Then nobody but its waiters touches the twin, and they can let their devices go on.
 * 0; XF_TIMEOUT; -EACCES, -ECHILD.
 */
XF_API int xf_timeline_settle(struct xf_timeline *timeline, int64_t deadline_ns);

#ifdef __cplusplus
}
#endif
#endif
