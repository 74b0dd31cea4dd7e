/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/call.h"
#include "base/peer.h"
#include "base/small_file.h"

static unsigned long read_number(const char *path, unsigned long otherwise)
{
	char text[32];
	unsigned long number;
	if (!xfi_read_small(path, text, sizeof(text)) || sscanf(text, "%lu", &number) != 1)
		number = otherwise;
	return number;
}

/* In the first user namespace every uid is mapped, and none is an overflow. */
static bool all_uids_are_known(void)
{
	char text[64];
	unsigned long inside = 1, outside = 1, length = 0;
	return xfi_read_small("/proc/self/uid_map", text, sizeof(text)) &&
	       sscanf(text, "%lu %lu %lu", &inside, &outside, &length) == 3 && inside == 0 &&
	       outside == 0 && length >= UINT32_MAX;
}

static bool is_overflow(uid_t uid)
{
	return uid == read_number("/proc/sys/kernel/overflowuid", 65534) && !all_uids_are_known();
}

int xfi_peer_check(int socket_fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);
	if (getsockopt(socket_fd, SOL_SOCKET, SO_PEERCRED, &peer, &size))
		return xfi_call_failed("getsockopt");
	if (peer.uid != geteuid() && peer.uid != 0)
		return -EACCES;
	return is_overflow(peer.uid) ? -EACCES : 0;
}
