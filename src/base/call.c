/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <crossfence/result.h>

#include "base/call.h"
#include "base/fd.h"
#include "base/futex.h"
#include "base/proc.h"

int xfi_call_failed(const char *call)
{
	int error = errno;
	if (error != EPERM && error != ENOSYS)
		return -error;
	return xf_fail(-ENOSYS, "the system call %s is forbidden here, or lacking", call);
}

int xfi_call_by_proc_failed(const char *call)
{
	int r = xfi_proc_failed(call);
	return r ? r : xfi_call_failed(call);
}

/* Of a call that could only have failed, for want of a descriptor: did it get that far? */
static int refused(const char *call)
{
	return errno == EPERM || errno == ENOSYS ? xfi_call_failed(call) : 0;
}

int xfi_call_futex(void)
{
	_Atomic uint32_t word = 0;
	long r = syscall(SYS_futex, &word, FUTEX_WAKE, 1, NULL, NULL, 0); /* the C library's */
	return r < 0 ? refused("futex") : 0;
}

int xfi_call_server(void)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);
	char byte;
	XFI_FD fd = xfi_fd_above_std(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
	int r = fd < 0 ? xfi_call_failed("socket") : 0;
	if (!r && poll(NULL, 0, 0) < 0)
		r = refused("poll");
	if (!r && getsockopt(-1, SOL_SOCKET, SO_PEERCRED, &peer, &size))
		r = refused("getsockopt");
	if (!r && connect(-1, NULL, 0))
		r = refused("connect");
	if (!r && sendmsg(-1, &(struct msghdr){ 0 }, 0) < 0)
		r = refused("sendmsg");
	if (!r && read(-1, &byte, 1) < 0)
		r = refused("read");
	return r;
}

int xfi_call_unlink(void)
{
	return unlinkat(-1, ".", 0) ? refused("unlinkat") : 0;
}

int xfi_call_eventfd(int *ret_fd)
{
	uint64_t count = 1;
	XFI_FD fd = xfi_fd_above_std(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
	if (fd < 0)
		return xfi_call_failed("eventfd2");
	if (write(fd, &count, sizeof(count)) < 0)
		return xfi_call_failed("write");
	if (read(fd, &count, sizeof(count)) < 0)
		return xfi_call_failed("read");
	*ret_fd = xfi_fd_steal(&fd);
	return 0;
}
