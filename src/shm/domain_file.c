/* SPDX-License-Identifier: MIT */
/*
 * Sealed, so that nobody can make a member fault by shrinking it, and a memory file in ordinary
 * pages: one of huge pages faults where the system has none left, and one of a file system in user
 * space whenever that likes.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/call.h"
#include "base/foreign_fd.h"
#include "base/message.h"
#include "shm/domain_file.h"

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

#define WANTED "what xf_domain_export() gives is wanted, sent on over a socket or inherited"

static const char *kind_of(int fd)
{
	mode_t mode;
	uint64_t size;
	if (xfi_foreign_fd_look(fd, &mode, &size))
		return "something that tells nobody what it is";
	switch (mode & S_IFMT) {
	case S_IFSOCK:
		return "a socket; receive from it the descriptor that was sent (SCM_RIGHTS)";
	case S_IFIFO:
		return "a pipe";
	case S_IFDIR:
		return "a directory";
	case S_IFCHR:
	case S_IFBLK:
		return "a device";
	case S_IFLNK:
		return "a symbolic link";
	case S_IFREG:
		return "a file that cannot be sealed, as those of disks cannot";
	default:
		return "no file at all, as an eventfd, a pidfd or a device's memory is none";
	}
}

/* The access mode and flags of a descriptor, or negative. */
static int flags_of(int fd)
{
	int flags = fcntl(fd, F_GETFL);
	if (flags < 0 && errno == EBADF)
		return xf_fail(-EBADF, "%d is no open descriptor: " WANTED, fd);
	if (flags < 0)
		return xfi_call_failed("fcntl");
	if (flags & O_PATH)
		return xf_fail(-EINVAL,
			"descriptor %d was opened with O_PATH and can be neither read nor mapped: "
			"open it O_RDWR, or O_RDONLY to look only",
			fd);
	return flags;
}

static int refuse_seals(int fd, int seals)
{
	if (seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
		return xf_fail(-EINVAL,
			"descriptor %d is a memory file that is sealed against writing; whoever "
			"made it "
			"must not set F_SEAL_WRITE or F_SEAL_FUTURE_WRITE",
			fd);
	return xf_fail(-EINVAL,
		"descriptor %d is a memory file that may%s%s%s: make it with MFD_ALLOW_SEALING, "
		"and "
		"seal it with F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL",
		fd, seals & F_SEAL_SHRINK ? "" : " shrink", seals & F_SEAL_GROW ? "" : " grow",
		seals & F_SEAL_SEAL ? "" : " get other seals");
}

static int check_kind(int fd, uint64_t *ret_size)
{
	struct statfs fs;
	struct stat st;
	int seals = fcntl(fd, F_GET_SEALS);
	if (seals < 0)
		return xf_fail(-EINVAL, "descriptor %d is %s. Here %s", fd, kind_of(fd), WANTED);
	if (fstatfs(fd, &fs))
		return xfi_call_failed("fstatfs");
	if (fs.f_type != TMPFS_MAGIC)
		return xf_fail(-EINVAL,
			"descriptor %d is a memory file of huge pages, and whoever touches one "
			"when "
			"the system has none left is killed: make it without MFD_HUGETLB",
			fd);
	if ((seals & XFI_DOMAIN_SEALS) != XFI_DOMAIN_SEALS ||
		seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
		return refuse_seals(fd, seals);
	if (fstat(fd, &st))
		return xfi_call_failed("fstat");
	*ret_size = (uint64_t)st.st_size;
	return 0;
}

int xfi_domain_file_check_room(int fd, uint64_t *ret_size)
{
	int flags = flags_of(fd);
	int r = flags < 0 ? flags : check_kind(fd, ret_size);
	if (!r && (flags & O_ACCMODE) != O_RDWR)
		r = xf_fail(-EINVAL,
			"descriptor %d can only be %s, and a domain is to be made in it: open it "
			"O_RDWR",
			fd, (flags & O_ACCMODE) == O_RDONLY ? "read" : "written");
	return r;
}

static int check_header(
	int fd, const struct xfi_geometry *geometry, uint64_t size, struct xfi_layout *ret_layout)
{
	if (geometry->magic != XFI_MAGIC)
		return xf_fail(-EINVAL,
			"descriptor %d is a sealed memory file in which no domain is: " WANTED, fd);
	if (geometry->version != XFI_VERSION_FORMAT)
		return xf_fail(-EPROTO,
			"descriptor %d is a domain of format %" PRIu32 ", and this library speaks "
			"format %d: all members need libraries of one format",
			fd, geometry->version, XFI_VERSION_FORMAT);
	/* What lies behind the domain is somebody else's, see xf_domain_create_in(). */
	if (xfi_layout(geometry, ret_layout) || geometry->file_bytes != ret_layout->end ||
		size < ret_layout->end)
		return xf_fail(-EINVAL,
			"descriptor %d is a domain's file of %" PRIu64
			" bytes, and its header is not "
			"one for that: damaged or cut off. Get it from another member, or make a "
			"new domain",
			fd, size);
	return 0;
}

int xfi_domain_file_read(int fd, bool *ret_read_only, struct xfi_geometry *ret_geometry,
	struct xfi_layout *ret_layout)
{
	uint64_t size;
	int flags = flags_of(fd);
	int r = flags < 0 ? flags : check_kind(fd, &size);
	if (r)
		return r;
	if ((flags & O_ACCMODE) == O_WRONLY)
		return xf_fail(-EINVAL,
			"descriptor %d can only be written: open it O_RDWR, or O_RDONLY to look "
			"only",
			fd);
	ssize_t n = pread(fd, ret_geometry, sizeof(*ret_geometry), 0);
	if (n < 0)
		return xfi_call_failed("pread64");
	if (n != sizeof(*ret_geometry))
		return xf_fail(-EINVAL,
			"descriptor %d is a sealed memory file of %" PRIu64
			" bytes, too short for a domain: " WANTED,
			fd, size);
	*ret_read_only = (flags & O_ACCMODE) == O_RDONLY;
	return check_header(fd, ret_geometry, size, ret_layout);
}
