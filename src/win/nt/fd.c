/* SPDX-License-Identifier: MIT */
/* Event handles in a poll or epoll loop. */
#include <crossfence/win/win.h>

#include <poll.h>

#include "win/nt/event.h"
#include "win/nt/handle.h"

int xf_win_event_fd(HANDLE handle, int *ret_fd)
{
	struct xfi_object *object;
	int r;
	r = xfi_nt_handle_ref(handle, &xfi_event_type, SYNCHRONIZE, &object);
	if (r)
		return r;
	r = xf_event_fd(xfi_event_of(object), ret_fd);
	xfi_object_unref(object);
	return r;
}

/* Asking for the descriptor a second time makes no new one, so this changes nothing. */
static bool has_fd(const struct xfi_object *object, const void *arg)
{
	int fd;
	return object->type == &xfi_event_type &&
	       !xf_event_fd(xfi_event_of((struct xfi_object *)object), &fd) &&
	       fd == *(const int *)arg;
}

int xf_win_event_from_fd(int fd, uint32_t access, HANDLE *ret_handle)
{
	struct xfi_object *object;
	int r;
	object = xfi_nt_handle_search(has_fd, &fd);
	if (!object)
		return -EBADF;
	r = xfi_nt_handle_create(object, access, ret_handle);
	xfi_object_unref(object);
	return r;
}
