/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <crossfence/domain.h>

#include "shm/address.h"

bool xfi_name_valid(const char *name)
{
	size_t length = strnlen(name, XF_NAME_MAX + 1);
	return length >= 1 && length <= XF_NAME_MAX &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
		       length;
}

/* FNV-1a: only to keep folders apart. */
static uint64_t hash_of(const char *text)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return h;
}

void xfi_address_prefix(char *buffer, size_t size)
{
	const char *folder = getenv("XDG_RUNTIME_DIR");
	char standard[40];
	snprintf(standard, sizeof(standard), "/run/user/%u", (unsigned)geteuid());
	if (!folder || !*folder)
		folder = standard;
	snprintf(buffer, size, "crossfence/%u/%08x/", (unsigned)geteuid(),
		(unsigned)(hash_of(folder) >> 32));
}

socklen_t xfi_address(const char *name, uint32_t waiting_room, struct sockaddr_un *address)
{
	char prefix[40], tail[32] = "";
	xfi_address_prefix(prefix, sizeof(prefix));
	if (waiting_room)
		snprintf(tail, sizeof(tail), "#%u-%u", (unsigned)getpid(), waiting_room);
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	/* sun_path has 108 bytes: 1 + 32 + 63 leaves the waiter's tail what it needs or cuts it. */
	int length = snprintf(
		address->sun_path + 1, sizeof(address->sun_path) - 1, "%s%s%s", prefix, name, tail);
	if (length > (int)sizeof(address->sun_path) - 2)
		length = (int)sizeof(address->sun_path) - 2;
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
}

int xfi_address_list(int (*visit)(const char *rest, void *arg), void *arg)
{
	char prefix[40], line[512];
	int r = 0;
	xfi_address_prefix(prefix, sizeof(prefix));
	size_t length = strlen(prefix);
	FILE *file = fopen("/proc/net/unix", "re");
	if (!file)
		return -errno;
	while (!r && fgets(line, sizeof(line), file)) {
		char *at = strstr(line, " @");
		if (!at || strncmp(at + 2, prefix, length) != 0)
			continue;
		at[strcspn(at, "\n")] = 0;
		r = visit(at + 2 + length, arg);
	}
	fclose(file);
	return r;
}

int xfi_address_check_peer(int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size))
		return -errno;
	return peer.uid == geteuid() || peer.uid == 0 ? 0 : -EACCES;
}
