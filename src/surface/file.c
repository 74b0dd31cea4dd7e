/* SPDX-License-Identifier: MIT */
/* The file behind a surface: one that was imported, a device's memory, or the domain's own. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/call.h"
#include "base/foreign_fd.h"
#include "base/message.h"
#include "shm/arena.h"
#include "surface/device.h"
#include "surface/file.h"
#include "surface/surface.h"

/*
 * A file in user space is asked neither for its size nor, by an ioctl, whether it is a dma-buf:
 * those know no seals, are no files of a file system, and report their size through lseek only.
 */
static off_t look_at(int fd, bool *ret_maybe_dma_buf)
{
	mode_t mode = 0;
	uint64_t size = 0;
	int r = xfi_foreign_fd_look(fd, &mode, &size);
	*ret_maybe_dma_buf = fcntl(fd, F_GET_SEALS) < 0 && !S_ISREG(mode);
	/* Only of those: the position in any other file is the caller's. */
	return !r && (size > 0 || !*ret_maybe_dma_buf) ? (off_t)size : lseek(fd, 0, SEEK_END);
}

/*
 * Whoever has the file can give its pages back to the system, and where none is left then whoever
 * touches it is ended by SIGBUS, seals or not. Only a memory file is asked, which answers at once.
 */
static bool has_huge_pages(int fd)
{
	struct statfs fs;
	return fcntl(fd, F_GET_SEALS) >= 0 && fstatfs(fd, &fs) == 0 && fs.f_type == HUGETLBFS_MAGIC;
}

int xfi_surface_borrow_fd(struct xf_surface *s, int fd, uint64_t offset)
{
	uint64_t end;
	if (has_huge_pages(fd))
		return xf_fail(-EINVAL, "memory of huge pages: whoever touches it could be ended "
					"when the system has none left");
	if (offset % XFI_PAGE || __builtin_add_overflow(offset, s->size_bytes, &end))
		return xf_fail(-EINVAL, "offset_bytes is %llu; a multiple of %d",
			(unsigned long long)offset, XFI_PAGE);
	off_t length = look_at(fd, &s->maybe_dma_buf);
	if (length < 0 || (uint64_t)length < end)
		return xf_fail(-EINVAL, "the file has %lld bytes; the surface ends at %llu",
			(long long)length, (unsigned long long)end);
	s->fd_offset = offset;
	s->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	return s->fd < 0 ? xfi_call_failed("fcntl") : 0;
}

int xfi_surface_get_memory(struct xf_surface *s, int fd)
{
	/* As it will be, while it is in the making. */
	xf_id id = xfi_id(
		XF_SURFACE, s->base.index, xfi_head_generation(atomic_load(&s->base.slot->head)));
	return xfi_memory_get(
		s->base.domain, s->base.index, id, s->desc.memory_bytes, fd, &s->memory);
}

int xfi_surface_fd(const struct xf_surface *s)
{
	return s->memory ? xfi_memory_fd(s->memory) : s->fd;
}

int xf_surface_export(struct xf_surface *s, int *ret_fd, uint64_t *ret_offset_bytes)
{
	xfi_message_forget();
	if (!s || !ret_fd || !ret_offset_bytes)
		return xf_fail(
			-EINVAL, "%s: surface, ret_fd or ret_offset_bytes is NULL", __func__);
	int r = xfi_domain_check(s->base.domain, false);
	if (r)
		return r;
	if (!s->imported &&
		!xfi_arena_has_payload(s->base.domain, s->payload_offset, s->size_bytes))
		return xf_fail(-EPROTO, "a member wrote a place for its memory that is not there");
	int fd = fcntl(s->imported ? xfi_surface_fd(s) : s->base.domain->fd, F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		return xfi_call_failed("fcntl");
	*ret_fd = fd;
	*ret_offset_bytes =
		s->imported ? s->fd_offset : s->base.domain->layout.payload + s->payload_offset;
	return 0;
}

int xf_surface_keep(struct xf_surface *s, int (*make)(void *arg, void **ret_kept), void *arg,
	void (*destroy)(void *kept), void **ret_kept)
{
	xfi_message_forget();
	if (!s || !make || !destroy || !ret_kept)
		return xf_fail(-EINVAL, "%s: an argument is NULL", __func__);
	if (!s->memory)
		return xf_fail(-EINVAL, "the surface is of host memory");
	int r = xfi_domain_check(s->base.domain, false);
	return r ? r : xfi_memory_keep(s->memory, make, arg, destroy, ret_kept);
}
