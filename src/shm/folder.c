/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <crossfence/result.h>

#include "base/call.h"
#include "base/fd.h"
#include "base/message.h"
#include "shm/folder.h"
#include "shm/fork.h"

/* Higher ones are no uids but errors, which geteuid() passes on as they are. */
#define NO_UID ((uid_t)-4096)

#define FLAGS (O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)

/* Ours, and closed to everybody else: what the XDG specification asks of a runtime folder. */
static int check_owner(int folder, const char *path)
{
	struct stat st;
	if (fstat(folder, &st))
		return xfi_call_failed("fstat");
	uid_t own = geteuid();
	if (own > NO_UID)
		return xf_fail(-ENOSYS, "the system call geteuid is forbidden here");
	if (st.st_uid != own)
		return xf_fail(-EACCES,
			"the folder %s is user %u's; set XDG_RUNTIME_DIR to one of this user's own",
			path, (unsigned)st.st_uid);
	if (st.st_mode & 077)
		return xf_fail(-EACCES,
			"others may enter the folder %s (mode %o); set XDG_RUNTIME_DIR to one of "
			"this user's alone (mode 700)",
			path, (unsigned)st.st_mode & 07777);
	return 0;
}

/* Says which folder, and what to do. */
static int no_folder(int r, const char *path)
{
	switch (r) {
	case -ENOENT:
		return xf_fail(r,
			"there is no folder %s: make it (mode 700), or set "
			"XDG_RUNTIME_DIR to another",
			path);
	case -ENOTDIR:
	case -ELOOP:
		return xf_fail(-EACCES, "%s is no folder; set XDG_RUNTIME_DIR to one", path);
	case -EACCES:
		return xf_fail(r,
			"this user may not open the folder %s; set XDG_RUNTIME_DIR to "
			"one of its own",
			path);
	default:
		return r;
	}
}

static int open_at(const char *path, bool own, int *ret_folder)
{
	int folder = own ? xfi_fork_open(path, FLAGS) : xfi_fd_above_std(open(path, FLAGS));
	if (folder < 0)
		return no_folder(own ? folder : xfi_call_failed("openat"), path);
	int r = check_owner(folder, path);
	if (!r)
		*ret_folder = folder;
	else if (own)
		xfi_fork_close(&folder);
	else
		close(folder);
	return r;
}

int xfi_folder_open(bool own, int *ret_folder)
{
	const char *folder = getenv("XDG_RUNTIME_DIR");
	char path[40];
	if (folder && *folder)
		return open_at(folder, own, ret_folder);
	snprintf(path, sizeof(path), "/run/user/%u", (unsigned)geteuid());
	int r = open_at(path, own, ret_folder);
	if (r != -ENOENT)
		return r;
	xfi_message_forget(); /* there is another place */
	snprintf(path, sizeof(path), "/tmp/crossfence-%u", (unsigned)geteuid());
	if (mkdir(path, 0700) && errno != EEXIST)
		return -errno;
	return open_at(path, own, ret_folder);
}

socklen_t xfi_folder_address(int folder, const char *file, struct sockaddr_un *address)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	snprintf(address->sun_path, sizeof(address->sun_path), "/proc/self/fd/%d/%s", folder, file);
	return sizeof(*address);
}

void xfi_folder_touch(int folder)
{
	struct stat st;
	/* Fails under a filter; and where the folder cannot be written at all, nor asked in. */
	if (futimens(folder, NULL) && fstat(folder, &st) == 0)
		(void)fchmod(folder, st.st_mode & 07777); /* as it is */
}
