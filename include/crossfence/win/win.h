/* SPDX-License-Identifier: MIT */
/*
 * What crossfence-win adds to the Windows calls: bridges between Windows objects and Linux ones.
 * Results as everywhere in crossfence: 0, or a negative errno value.
 */
#ifndef CROSSFENCE_WIN_WIN_H
#define CROSSFENCE_WIN_WIN_H

#include <windows.h>

#include <crossfence/event.h>
#include <crossfence/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Returns a descriptor for poll and epoll: readable when the event may be signalled. Then call
 * WaitForSingleObject(handle, 0), which takes the signal, or makes the descriptor unreadable again
 * when there is none. It belongs to the event and stays valid until the event's last handle in
 * this process is closed; do not close it. Every call for one event returns the same descriptor.
 *
 * -EBADF: no handle; -ENOTTY: not an event; -EACCES: the handle lacks SYNCHRONIZE; -EMFILE and
 * others as from the kernel. Thread-safety: safe.
 */
XF_API int xf_win_event_fd(HANDLE handle, int *ret_fd);

/*
 * Returns a new handle, to be closed with CloseHandle, to the event whose descriptor is `fd`.
 * `access`: EVENT_MODIFY_STATE, SYNCHRONIZE, EVENT_ALL_ACCESS and the like.
 *
 * -EBADF: not a descriptor that xf_win_event_fd() returned and whose event still lives in this
 * process; -EACCES: a right that events do not have; -ENOMEM, -EMFILE. Thread-safety: safe.
 */
XF_API int xf_win_event_from_fd(int fd, uint32_t access, HANDLE *ret_handle);

/*
 * For a process that hosts a driver with libcrossfence-host: makes event handles of this process
 * what DXGKCB_SIGNALEVENT signals for processes of the host, set on return.
 *
 *	xf_host_set_events(host, xf_win_host_events());
 *	xf_host_local_add(host, "name", &process);
 *	... DxgkCbSignalEvent({ process, CreateEventW(...) }) ...
 *
 * The handle needs EVENT_MODIFY_STATE, else the driver gets STATUS_ACCESS_DENIED. Static.
 */
XF_API const struct xf_host_events *xf_win_host_events(void);

struct xf_win_counters {
	size_t size; /* sizeof(struct xf_win_counters), set by the caller */
	uint64_t unsupported_calls; /* of functions that exist only so that programs link */
	uint64_t dropped_commands; /* on keyed resources that their device did not hold */
};

/* What this process did in vain so far. 0; -EINVAL: no size is set in it. Thread-safety: safe. */
XF_API int xf_win_counters(struct xf_win_counters *ret_counters);

/*
 * `fn` is told, once per kind, of calls that are not provided and of dropped commands; NULL: nobody
 * is, as at first. `message` is a sentence without newline, valid during the call. `fn` may be
 * called by any thread, and must not call into this library. Thread-safety: safe.
 */
XF_API void xf_win_set_log(void (*fn)(const char *message, void *arg), void *arg);

#ifdef __cplusplus
}
#endif
#endif
