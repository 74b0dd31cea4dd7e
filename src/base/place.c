/* SPDX-License-Identifier: MIT */
#include "base/place.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <crossfence/result.h>

#include "base/fd.h"
#include "base/nobody.h"
#include "base/proc.h"

#define LINKS_MAX 16

struct walk {
	int at; /* where it has come to */
	unsigned links;
	bool nobodys; /* -ELOOP: the link is of somebody whom our user namespace does not know */
	char left[PATH_MAX]; /* of the path */
};

static int begin(struct walk *walk)
{
	if (walk->at >= 0 && walk->left[0] != '/')
		return 0;
	xfi_fd_close(&walk->at);
	walk->at = xfi_fd_above_std(
		open(walk->left[0] == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
	return walk->at < 0 ? -errno : 0;
}

/* The next part, taken from what is left; empty: there is none. */
static int take_part(struct walk *walk, char part[NAME_MAX + 1])
{
	const char *from = walk->left + strspn(walk->left, "/");
	size_t size = strcspn(from, "/");
	if (size > NAME_MAX)
		return -ENAMETOOLONG;
	memcpy(part, from, size);
	part[size] = 0;
	memmove(walk->left, from + size, strlen(from + size) + 1);
	return 0;
}

/* What it says stands before what is left then. */
static int follow(struct walk *walk, int link, const struct stat *stat)
{
	char target[PATH_MAX];
	size_t left = strlen(walk->left);
	/*
	 * Where root is not mapped its links look like any stranger's, and so do its folders: there
	 * is nothing by which to tell that only root could have made a link. So none is followed.
	 */
	walk->nobodys = xfi_is_nobody(stat->st_uid);
	if (walk->nobodys || (stat->st_uid != 0 && stat->st_uid != geteuid()))
		return -ELOOP;
	if (++walk->links > LINKS_MAX)
		return -ELOOP;
	ssize_t n = readlinkat(link, "", target, sizeof(target));
	if (n <= 0)
		return n ? -errno : -ENOENT;
	if ((size_t)n + 1 + left >= sizeof(walk->left))
		return -ENAMETOOLONG;
	memmove(walk->left + n + 1, walk->left, left + 1);
	memcpy(walk->left, target, (size_t)n);
	walk->left[n] = '/';
	return begin(walk);
}

static int step(struct walk *walk, const char *part)
{
	struct stat stat;
	XFI_FD next = xfi_fd_above_std(openat(walk->at, part, O_PATH | O_NOFOLLOW | O_CLOEXEC));
	if (next < 0 || fstat(next, &stat) < 0)
		return -errno;
	if (S_ISLNK(stat.st_mode))
		return follow(walk, next, &stat);
	if (!S_ISDIR(stat.st_mode))
		return -ENOTDIR;
	close(walk->at);
	walk->at = xfi_fd_steal(&next);
	return 0;
}

static int find_folder(const char *path, size_t size, bool *ret_nobodys, int *ret_folder)
{
	struct walk walk = { .at = -1 };
	char part[NAME_MAX + 1];
	if (size >= sizeof(walk.left))
		return -ENAMETOOLONG;
	memcpy(walk.left, path, size);
	int r = begin(&walk);
	do {
		if (!r)
			r = take_part(&walk, part);
		if (!r && *part)
			r = step(&walk, part);
	} while (!r && *part);
	*ret_nobodys = walk.nobodys;
	if (r)
		xfi_fd_close(&walk.at);
	else
		*ret_folder = walk.at;
	return r;
}

int xfi_place_open(const char *path, struct xfi_place *ret_place)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	*ret_place = XFI_PLACE_NONE;
	if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return xf_fail(-EINVAL, "%s: no name of a socket", path);
	if (strlen(name) >= sizeof(ret_place->name))
		return xf_fail(-EINVAL, "%s: too long a name for a socket", name);
	if (xfi_proc_is_missing())
		return xf_fail(-ENOSYS, "cannot listen on %s: " XFI_NO_PROC, path);
	bool nobodys;
	int r = find_folder(path, (size_t)(name - path), &nobodys, &ret_place->folder);
	if (r)
		return xf_fail(r, "cannot listen on %s: %s", path,
			r != -ELOOP ? strerror(-r)
			: nobodys ? "a link on the way is of a user whom this user namespace does "
				    "not know, which root may be, too: write the path without links"
				  : "a link on the way is neither root's nor ours");
	strcpy(ret_place->name, name);
	return 0;
}

void xfi_place_close(struct xfi_place *place)
{
	xfi_fd_close(&place->folder);
	place->folder = -1;
}

socklen_t xfi_place_address(const struct xfi_place *place, struct sockaddr_un *ret_address)
{
	*ret_address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(ret_address->sun_path, sizeof(ret_address->sun_path), "/proc/self/fd/%d/%s",
		place->folder, place->name);
	return sizeof(*ret_address);
}

int xfi_place_look(const struct xfi_place *place, struct stat *ret_stat)
{
	if (fstatat(place->folder, place->name, ret_stat, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	return 0;
}

void xfi_place_remove(const struct xfi_place *place, dev_t dev, ino_t ino)
{
	struct stat stat;
	if (xfi_place_look(place, &stat) == 0 && S_ISSOCK(stat.st_mode) && stat.st_ino == ino &&
		stat.st_dev == dev)
		(void)unlinkat(place->folder, place->name, 0); /* else it stays, and is refused */
}
