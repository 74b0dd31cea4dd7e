/* SPDX-License-Identifier: MIT */
/* Small files of /proc, read without allocating. */
#ifndef XFI_BASE_SMALL_FILE_H
#define XFI_BASE_SMALL_FILE_H

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

#include "base/fd.h"

/*
 * Reads the beginning of a file, at most `size` - 1 bytes, and ends it with a zero. False: it
 * cannot be read. Our threads use this and not stdio: a process may fork while they run, and its
 * child has no use for an allocator whose lock one of them held at that moment.
 */
static inline bool xfi_read_small(const char *path, char *text, size_t size)
{
	XFI_FD fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, size - 1);
	text[n > 0 ? n : 0] = 0;
	return n >= 0;
}

#endif
