/* SPDX-License-Identifier: MIT */
/*
 * What crossfence-win adds to the Windows calls: bridges between Windows objects and Linux ones.
 * Results as everywhere in crossfence: 0, or a negative errno value.
 */
#ifndef CROSSFENCE_WIN_WIN_H
#define CROSSFENCE_WIN_WIN_H

#include <windows.h>

#include <crossfence/event.h>

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

#ifdef __cplusplus
}
#endif
#endif
