/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "host/bell.h"

#define RESULTS 16 /* that may lie there before they are taken away */
#define TRIES	16

int xfh_bell_init(struct xfh_bell *bell)
{
	*bell = XFH_BELL_NONE;
	bell->fd = xfi_fd_above_std(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
	bell->null = xfi_fd_above_std(open("/dev/null", O_RDONLY | O_CLOEXEC));
	if (bell->fd < 0 || bell->null < 0 || syscall(SYS_io_setup, RESULTS, &bell->context) < 0)
		return -errno;
	return 0;
}

/* Reading nothing from /dev/null is done at once, and the eventfd is told that it is. */
void xfh_bell_ring(const struct xfh_bell *bell)
{
	struct iocb nothing = { .aio_lio_opcode = IOCB_CMD_PREAD,
		.aio_fildes = (uint32_t)bell->null,
		.aio_flags = IOCB_FLAG_RESFD,
		.aio_resfd = (uint32_t)bell->fd };
	struct iocb *list[] = { &nothing };
	struct io_event results[RESULTS];
	struct timespec now = { 0, 0 };
	for (int i = 0; i < TRIES; i++) {
		if (syscall(SYS_io_submit, bell->context, 1, list) == 1 || errno != EAGAIN)
			return;
		(void)syscall(SYS_io_getevents, bell->context, 0, RESULTS, results, &now);
	}
}

void xfh_bell_finish(struct xfh_bell *bell)
{
	if (bell->context)
		syscall(SYS_io_destroy, bell->context);
	if (bell->null >= 0)
		close(bell->null);
	if (bell->fd >= 0)
		close(bell->fd);
	*bell = XFH_BELL_NONE;
}
