/* SPDX-License-Identifier: MIT */
/*
 * Picture buffer: IMFMediaBuffer and IMF2DBuffer2 over pixels that lie somewhere. Where, and how
 * they come into reach of the CPU, is the business of whoever embeds it.
 *
 * Locked as rows (Lock2D) or as bytes without gaps (Lock), any number of times, but not as both.
 */
#ifndef XFI_WIN_MF_PICTURE_BUFFER_H
#define XFI_WIN_MF_PICTURE_BUFFER_H

#include "win/mf/picture.h"

#include <mfapi.h>

struct xfi_picture_buffer;

struct xfi_picture_ops {
	/* Rows to be read, written or both; called with the lock held, never twice. */
	HRESULT(*map)
	(struct xfi_picture_buffer *buffer, DWORD flags, BYTE **ret_data, DWORD *ret_pitch_bytes);
	void (*unmap)(struct xfi_picture_buffer *buffer, DWORD flags);
	/* More faces, without a reference; NULL: no such one. May be NULL. */
	void *(*face)(struct xfi_picture_buffer *buffer, REFIID riid);
	void (*destroy)(
		struct xfi_picture_buffer *buffer); /* ends with xfi_picture_buffer_finish */
};

enum xfi_picture_lock { XFI_UNLOCKED, XFI_LOCKED_BYTES, XFI_LOCKED_ROWS };

struct xfi_picture_buffer {
	IMFMediaBuffer iface;
	IMF2DBuffer2 rows;
	_Atomic ULONG refs;
	const struct xfi_picture_ops *ops;
	struct xfi_picture picture; /* without planes: there is nothing to be locked */
	bool bottom_up; /* what is first in memory is the lowest row */
	pthread_mutex_t lock; /* guards what follows */
	DWORD length_bytes; /* as the program set it */
	enum xfi_picture_lock locked;
	unsigned locks;
	DWORD flags; /* MF2DBuffer_LockFlags of the lock */
	BYTE *data; /* rows, while locked */
	DWORD pitch_bytes; /* of them */
	BYTE *bytes; /* a copy without gaps, while locked as that */
};

/* With one reference. */
void xfi_picture_buffer_init(struct xfi_picture_buffer *buffer, const struct xfi_picture_ops *ops,
	const struct xfi_picture *picture, bool bottom_up);
void xfi_picture_buffer_finish(struct xfi_picture_buffer *buffer);

/* IUnknown, for further faces. */
HRESULT xfi_picture_buffer_query(struct xfi_picture_buffer *buffer, REFIID riid, void **ret);
ULONG xfi_picture_buffer_ref(struct xfi_picture_buffer *buffer);
ULONG xfi_picture_buffer_unref(struct xfi_picture_buffer *buffer);

/* NULL: not one of ours. */
struct xfi_picture_buffer *xfi_picture_buffer_of(IMFMediaBuffer *iface);

#endif
