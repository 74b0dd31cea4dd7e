/* SPDX-License-Identifier: MIT */
/*
 * Screen: what a swap chain shows its pictures on, where there is no window: a stream of a domain,
 * for other processes to read.
 *
 * The domain is published as CROSSFENCE_STREAM says, NAME or NAME/STREAM, else by the program's
 * name; the stream is called STREAM, else as the swap chain is (WKPDID_D3DDebugObjectName), else
 * "frames"; -2, -3 and so on behind it where somebody produces that already.
 *
 * Thread-safety: unsafe; one thread at a time.
 */
#ifndef XFI_WIN_SCREEN_H
#define XFI_WIN_SCREEN_H

#include <crossfence/stream.h>
#include <stdbool.h>

struct xfi_screen {
	struct xf_domain *domain;
	struct xf_stream *stream; /* NULL: it is nobody's to see */
	struct xf_timeline *fence; /* of pictures that a GPU has still to make */
	uint64_t promised; /* the last value of it that goes with a frame */
};

/* `wish`: the swap chain's name, or NULL. As xf_domain_open_or_create(), xf_stream_create(). */
int xfi_screen_open(
	const char *wish, const struct xf_stream_format *format, struct xfi_screen **ret_screen);

/* One that nobody can see. -ENOMEM, -EMFILE. */
int xfi_screen_alone(struct xfi_screen **ret_screen);

/* What was promised is done before. Readers are told that the stream has ended. NULL is fine. */
void xfi_screen_close(struct xfi_screen *screen);

/* Sees to a fence that promises can be made of: the last one may have come to nothing. */
int xfi_screen_fence(struct xfi_screen *screen);

/*
 * Waits until at most `ahead` of what was promised is still to be done, or may not wait. False:
 * that would have to.
 */
bool xfi_screen_wait(struct xfi_screen *screen, uint32_t ahead, bool may_wait);

/*
 * Publishes a held frame: of `shown` only, if that has a size; `fenced`: complete when the fence
 * has what was promised last.
 */
int xfi_screen_show(struct xfi_screen *screen, struct xf_frame *frame, const struct xf_rect *shown,
	bool fenced);

#endif
