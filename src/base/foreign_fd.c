/* SPDX-License-Identifier: MIT */
#include <sys/socket.h>
#include <unistd.h>

#include "base/foreign_fd.h"

#ifndef SO_PASSRIGHTS /* Linux 6.16 */
#define SO_PASSRIGHTS 83
#endif

void xfi_foreign_fd_close(int *fd)
{
	struct linger no = { 0, 0 };
	if (*fd < 0)
		return;
	(void)setsockopt(*fd, SOL_SOCKET, SO_LINGER, &no, sizeof(no)); /* mostly not a socket */
	close(*fd);
}

void xfi_foreign_fd_refuse(int socket_fd)
{
	int no = 0;
	(void)setsockopt(socket_fd, SOL_SOCKET, SO_PASSRIGHTS, &no, sizeof(no));
}
