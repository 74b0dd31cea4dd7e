/* SPDX-License-Identifier: MIT */
/*
 * The limit of files (ulimit -f): to write beyond it, or to make a file larger, ends the process by
 * SIGXFSZ, whoever made the file.
 */
#ifndef XFI_BASE_FILE_LIMIT_H
#define XFI_BASE_FILE_LIMIT_H

#include <errno.h>
#include <stdint.h>
#include <sys/resource.h>

/* 0, or -EFBIG: this process may not have files that reach to `end`. */
static inline int xfi_file_limit_check(uint64_t end)
{
	struct rlimit limit;
	return getrlimit(RLIMIT_FSIZE, &limit) == 0 && end > limit.rlim_cur ? -EFBIG : 0;
}

#endif
