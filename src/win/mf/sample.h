/* SPDX-License-Identifier: MIT */
/* Sample: buffers with a time, a duration and attributes. One may belong to an allocator. */
#ifndef XFI_WIN_MF_SAMPLE_H
#define XFI_WIN_MF_SAMPLE_H

#include "win/mf/attributes.h"

struct xfi_sample {
	struct xfi_attributes attributes; /* IMFSample's vtable; its lock guards what follows */
	_Atomic ULONG refs; /* the program's */
	IMFMediaBuffer **buffers; /* referenced */
	DWORD n_buffers, room;
	DWORD flags;
	LONGLONG time, duration; /* 100 ns */
	bool has_time, has_duration;
	/* Called by the last Release, in place of the end; NULL: nobody's sample. */
	void (*released)(struct xfi_sample *sample);
	void *owner; /* whoever `released` is */
};

/* With one reference. NULL: out of memory. */
struct xfi_sample *xfi_sample_create(void);
void xfi_sample_destroy(struct xfi_sample *sample);

static inline IMFSample *xfi_sample_face(struct xfi_sample *sample)
{
	return (IMFSample *)sample;
}

/* As new: without buffers, times and attributes. */
void xfi_sample_empty(struct xfi_sample *sample);

#endif
