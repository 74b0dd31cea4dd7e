/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/call.h"
#include "base/nobody.h"
#include "base/peer.h"

int xfi_peer_check(int socket_fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);
	if (getsockopt(socket_fd, SOL_SOCKET, SO_PEERCRED, &peer, &size))
		return xfi_call_failed("getsockopt");
	if (peer.uid != geteuid() && peer.uid != 0)
		return -EACCES;
	return xfi_is_nobody(peer.uid) ? -EACCES : 0;
}
