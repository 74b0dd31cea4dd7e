/* SPDX-License-Identifier: MIT */
/*
 * Stream: frames in order, from one producer to any number of readers, each with its own policy. It
 * says which frame comes next, with its time stamp, where a pool (pool.h) says who may touch a
 * surface.
 *
 *	producer                                  reader
 *	xf_stream_create(d, &params, "cam", &s);  xf_stream_open(d, "cam", XF_NEVER, &s);
 *	                                          xf_stream_subscribe(s, XF_STREAM_LATEST, 1);
 *	xf_stream_hold(s, XF_NEVER, &frame);      xf_stream_next(s, XF_NEVER, &frame);
 *	... write frame.surface ...               ... read frame.surface ...
 *	xf_stream_publish(s, &frame, NULL);       xf_stream_done(s, &frame);
 *
 * Every: the reader gets each frame; where it falls behind the producer waits in hold until its
 * deadline, or, with XF_STREAM_OVERRUN, goes on after it, and the reader is told what it missed.
 * Latest: the reader gets the newest frame, and never slows the producer, stopped or not. A reader
 * that comes late gets the newest frame at once, whatever its policy.
 *
 * A reader that dies gives back what it held (when its process is gone) and holds up nobody from
 * its death on. When the producer dies, readers keep what they hold and what is published, and go
 * on with the successor, who opens the stream by its label and needs nothing from anybody; its
 * first frame is marked XF_FRAME_DISCONT for each reader.
 * What was published stays for other members' readers of every frame, also in formats that they
 * have not met yet; but a device's memory ends with the last member that has it. What is missing is
 * counted as soon as a reader finds that out, see xf_stream_info(), and the next frame is marked
 * XF_FRAME_GAP.
 *
 * The format may change between two frames: then the surfaces are new ones. Readers see the change
 * with the frame; what they hold of the old ones stays readable until they are done with it.
 *
 * Surfaces are plain unless asked for otherwise: readers share read access. Where a queue still
 * writes a frame, its fence (timeline, value) travels with it, see xf_stream_wait_complete(). With
 * XF_SURFACE_SYNC a frame is free when also its sync object says so; say xf_sync_ready() before
 * publish and xf_sync_release() before done.
 *
 * Thread-safety: safe, close excepted. Process-sharing: any member that opens the label; a member
 * is one reader of a stream at most, and a process that wants to be two joins the domain twice.
 */
#ifndef CROSSFENCE_STREAM_H
#define CROSSFENCE_STREAM_H

#include <crossfence/event.h>
#include <crossfence/pool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct xf_stream;

#define XF_FRAME_DATA_MAX  256 /* bytes of an application's own with each frame */
#define XF_FORMAT_BLOB_MAX 4096 /* and with each format */
#define XF_STREAM_SLOTS	   256 /* struct xf_frame's slots are below */
#define XF_NO_TIME	   UINT64_MAX

/* Colours as numbers of H.273 (ISO/IEC 23091-2); 0 where unspecified is meant, or 2 as there. */
struct xf_colorimetry {
	uint8_t full_range; /* 0: limited */
	uint8_t primaries, transfer, matrix;
	uint8_t chroma_siting; /* ChromaLocType + 1; 0: unknown */
	uint8_t reserved[3]; /* 0 */
};

struct xf_stream_format {
	size_t size; /* sizeof(struct xf_stream_format) */
	const struct xf_surface_desc *desc; /* as for xf_pool_create() */
	struct xf_colorimetry colorimetry;
	uint32_t rate_num, rate_den; /* frames per second; 0/0: not regular */
	uint32_t generation; /* out: counts the stream's formats from 1 */
	uint32_t blob_size; /* bytes of blob, up to XF_FORMAT_BLOB_MAX */
	const void *blob; /* the application's own; may be NULL when blob_size is 0 */
};

enum {
	XF_STREAM_OVERRUN = 1u << 0, /* hold does not wait for readers past its deadline */
};

struct xf_stream_params {
	size_t size; /* sizeof(struct xf_stream_params) */
	const struct xf_stream_format *format;
	uint32_t frames; /* surfaces, 3..XF_POOL_MAX; 0: 8. More where those who read already may
			    hold so many, see xf_stream_subscribe() */
	uint32_t flags; /* XF_STREAM_* */
	uint32_t surface_flags; /* 0, XF_SURFACE_SYNC or XF_SURFACE_KEYED */
	uint32_t reserved; /* 0 */
	struct xf_pool *pool; /* to use instead of one of its own, until the format changes: its
				 surfaces are the stream's from now on. NULL: none */
};

/*
 * Becomes the producer of the stream `label` of this domain: of the one that is there and has no
 * live producer, else of a new one. A NULL label makes a new one, found by its id only. Blocks for
 * some microseconds.
 *
 * -EBUSY: it has a live producer, which xf_last_message() names; -EINVAL, -EOVERFLOW as
 * xf_surface_layout(); -ENOSPC: no room for its surfaces, or `pool` has fewer than those who
 * read already may hold; -EACCES: read-only member; -ECHILD.
 */
XF_API int xf_stream_create(struct xf_domain *domain, const struct xf_stream_params *params,
	const char *label, struct xf_stream **ret_stream);

/*
 * Opens the stream `label` for reading; waits until `deadline_ns` for somebody to make it.
 * XF_TIMEOUT: nobody did. Read-only members may open it too, to peek.
 */
XF_API int xf_stream_open(struct xf_domain *domain, const char *label, int64_t deadline_ns,
	struct xf_stream **ret_stream);
XF_API int xf_stream_open_id(struct xf_domain *domain, xf_id id, struct xf_stream **ret_stream);

/*
 * Ends the handle: a reader's subscription and what it holds; a producer's part, as its death
 * would, for a successor to take up. NULL is allowed.
 */
XF_API void xf_stream_close(struct xf_stream *stream);
XF_API xf_id xf_stream_id(const struct xf_stream *stream);

enum {
	XF_FRAME_DISCONT = 1u << 0, /* does not follow from the one before */
	XF_FRAME_GAP = 1u << 1, /* out: this reader missed frames that it should have had */
	XF_FRAME_KEY = 1u << 2, /* needs no other frame: set by the producer */
	XF_FRAME_END = 1u << 3, /* the last one: set by the producer */
	XF_FRAME_CORRUPT = 1u << 4, /* known to be damaged: set by the producer */
};

struct xf_rect {
	uint32_t x_px, y_px, width_px, height_px;
};

struct xf_frame_info {
	size_t size; /* sizeof(struct xf_frame_info) */
	uint64_t sequence; /* out: counts the stream's frames from 1 */
	uint64_t pts_ns, dts_ns, duration_ns; /* XF_NO_TIME: none */
	uint64_t missed; /* out: frames between this reader's last one and this one */
	xf_id fence; /* a timeline: the frame is complete when it has `fence_value`; 0: it is. See
			xf_stream_wait_complete(); its producer keeps it until then */
	uint64_t fence_value;
	struct xf_rect crop; /* what of the picture is meant; all 0: all of it */
	uint32_t flags; /* XF_FRAME_* */
	uint32_t generation; /* out: of the format */
	uint32_t data_size; /* bytes of data */
	uint32_t producer; /* out: which of the stream's producers published it, not 0; compare it
			      with struct xf_stream_info's */
	uint8_t data[XF_FRAME_DATA_MAX];
};

/* Everything here is crossfence's, and valid until the frame is done, published or dropped. */
struct xf_frame {
	size_t size; /* sizeof(struct xf_frame) */
	struct xf_surface *surface;
	const struct xf_stream_format *format; /* of the surface */
	const struct xf_frame_info *info; /* reader: what was published; producer: NULL */
	uint32_t slot; /* which surface it is, while the format lasts; < XF_STREAM_SLOTS */
	uint32_t reserved;
};

/*
 * Producer: waits for a free surface. Free is what nobody holds and no `every` reader has still to
 * get, and is not the newest. XF_TIMEOUT; -EPERM: this handle does not produce (any more);
 * -EACCES, -ECHILD; -EPROTO: nonsense in the stream's memory. `ret_frame` with its size set.
 */
XF_API int xf_stream_hold(
	struct xf_stream *stream, int64_t deadline_ns, struct xf_frame *ret_frame);

/*
 * Makes a held frame the newest. `info` may be NULL: no times, no flags; what is marked "out" in it
 * does not count. Never blocks; no system call unless somebody sleeps. -EPERM: not held for writing
 * by this handle, or the stream was ended; -EINVAL: unknown flags, too much data.
 */
XF_API int xf_stream_publish(
	struct xf_stream *stream, struct xf_frame *frame, const struct xf_frame_info *info);

/* Gives a held frame up unpublished. Never blocks. */
XF_API int xf_stream_drop(struct xf_stream *stream, struct xf_frame *frame);

/*
 * What is held from now on has this format. The same again changes nothing. -EBUSY: readers still
 * hold frames of the formats before: three besides the newest may be in use. Held frames keep
 * theirs.
 */
XF_API int xf_stream_set_format(struct xf_stream *stream, const struct xf_stream_format *format);

/*
 * The same, and waits until `deadline_ns` for readers to give back what they hold of the formats
 * before, also where those take up the room of the domain. XF_TIMEOUT: they did not.
 */
XF_API int xf_stream_set_format_until(
	struct xf_stream *stream, const struct xf_stream_format *format, int64_t deadline_ns);

/*
 * Producer: waits until each `every` reader has taken what is published, whether it still holds it
 * or not; one that dies or unsubscribes is not waited for. 0; XF_TIMEOUT; -EPERM; -ECHILD.
 */
XF_API int xf_stream_drain(struct xf_stream *stream, int64_t deadline_ns);

/*
 * Nothing comes after what is published: readers get XF_ENDED when they have had that. Until
 * somebody becomes the producer again.
 */
XF_API int xf_stream_end(struct xf_stream *stream);

enum xf_stream_policy {
	XF_STREAM_EVERY = 1,
	XF_STREAM_LATEST = 2,
	XF_STREAM_NOTHING = 3, /* not for xf_stream_subscribe() */
};

/*
 * Makes this member a reader, from the newest frame on. It may hold `max_held` frames at a time
 * (at least 1). -ENOSPC: the stream has not that many frames to spare: all readers' max_held
 * together, one being written and the newest must fit; -EBUSY: this member reads already; -EACCES.
 */
XF_API int xf_stream_subscribe(
	struct xf_stream *stream, enum xf_stream_policy policy, uint32_t max_held);
XF_API int xf_stream_unsubscribe(struct xf_stream *stream);

/*
 * Serves this reader by another policy from now on; what it holds it keeps. For one that pauses,
 * and shall hold up nobody meanwhile: XF_STREAM_LATEST. Back to XF_STREAM_EVERY it begins with the
 * newest frame, if it has not had that; what was skipped in between does not count as missed. Never
 * blocks; no system call unless somebody sleeps. The same again changes nothing. -EPERM: not
 * subscribed; -EINVAL: no such policy; -ECHILD.
 *
 * XF_STREAM_NOTHING is for one that goes and leaves frames in others' hands: from now on it may
 * hold what it holds, and not more, so that there is room for other readers with each that it
 * gives back. With the last it has unsubscribed. Nothing leads back from it: -EPERM. A producer
 * that goes so gives its part up as by closing, for a successor to take up, while others still have
 * its frames.
 */
XF_API int xf_stream_set_policy(struct xf_stream *stream, enum xf_stream_policy policy);

/*
 * Waits until at least `count` members read the stream, with whatever policy: for a producer whose
 * first frame shall not pass unseen. 0 or XF_TIMEOUT; -EACCES: look-only member; -ECHILD. A reader
 * that dies meanwhile counts until that is noticed.
 */
XF_API int xf_stream_wait_readers(struct xf_stream *stream, uint32_t count, int64_t deadline_ns);

/*
 * Reader: takes the next frame, or the newest, by policy; each at most once. 0; XF_TIMEOUT;
 * XF_ENDED: the producer ended the stream, nothing is left; -EBUSY: max_held frames are held;
 * -EPERM: not subscribed; -EPROTO: nonsense in the stream's memory; -ENOMEM, -EMFILE: a new format
 * could not be opened, nothing is lost, call again. `ret_frame` with its size set.
 */
XF_API int xf_stream_next(
	struct xf_stream *stream, int64_t deadline_ns, struct xf_frame *ret_frame);

/*
 * Waits until the frame that `info` tells of, of this stream, is complete: until its fence is
 * reached. What its producer has left unfinished when it died, closed, ended the stream or was
 * followed by another one is waited for half a second more, since somebody else may finish it: all
 * frames of it together, through this handle. Whoever sleeps is woken by what happens, also by a
 * death, and by `cancel`, which may be NULL; an auto-reset event is taken then. A signal handler
 * does not end the wait.
 *
 * 0: complete, or without a fence; XF_TIMEOUT; XF_ABANDONED: it never will be, as far as anybody
 * can tell, also because its timeline is gone and its producer has not ended the stream;
 * -ECANCELED: `cancel` was set; -EPROTO: the fence is no timeline; -EACCES: a read-only member
 * cannot sleep for it, with deadline 0 and no `cancel` it may ask; -ESTALE: the stream that one has
 * opened is gone; -EAGAIN: no thread to look at what a device signals; -ECHILD.
 */
XF_API int xf_stream_wait_complete(struct xf_stream *stream, const struct xf_frame_info *info,
	struct xf_event *cancel, int64_t deadline_ns);

/*
 * Ends waits: with `on` 1, until it is 0 again, no call with this handle sleeps. Whoever does is
 * woken, and gets -ECANCELED, as whoever would sleep now; so does who waits for it among others
 * (wait.h). What is there without a sleep is still given. From any thread, for one that shall stop;
 * no other member can undo it, as it could take an event. Never blocks. -EACCES: read-only member.
 */
XF_API int xf_stream_interrupt(struct xf_stream *stream, uint32_t on);

/* Gives a frame back. In any order. -EPERM: not held by this handle. Never blocks. */
XF_API int xf_stream_done(struct xf_stream *stream, struct xf_frame *frame);

/*
 * A descriptor for poll/epoll, owned by the handle: readable when xf_stream_next() may have
 * something. Then call it with deadline 0 until XF_TIMEOUT: that makes it unreadable again.
 */
XF_API int xf_stream_fd(struct xf_stream *stream, int *ret_fd);

/*
 * For who only looks, read-only members included: waits for a frame with a sequence above `after`
 * and copies the newest one's bytes, up to `size_bytes`, with its info and the description of its
 * surface (either may be NULL). Holds nothing: the copy is verified afterwards not to have
 * been written meanwhile, and made again if it was. XF_TIMEOUT; XF_ENDED; -EAGAIN: the producer was
 * faster, eight times, or its surface is gone; -ESTALE: the stream is gone; -EOVERFLOW: the surface
 * is larger; *ret_bytes says how large; -EPERM: a stream of keyed surfaces, which show nothing to
 * who does not hold them.
 */
XF_API int xf_stream_peek(struct xf_stream *stream, uint64_t after, int64_t deadline_ns, void *data,
	size_t size_bytes, size_t *ret_bytes, struct xf_frame_info *ret_info,
	struct xf_surface_desc *ret_desc);

/*
 * The newest format, for who only looks, read-only members included. `ret_format` with its size
 * set; its desc becomes `ret_desc`, also with its size set, and its blob `blob`, which has room for
 * XF_FORMAT_BLOB_MAX bytes. Either may be NULL. Holds nothing and never blocks. -ESTALE: the stream
 * is gone, or the surfaces of that format are; -EPROTO: nonsense in the stream's memory; -ENOMEM,
 * -EMFILE; -ECHILD.
 */
XF_API int xf_stream_format(struct xf_stream *stream, struct xf_stream_format *ret_format,
	struct xf_surface_desc *ret_desc, void *blob);

struct xf_stream_info {
	size_t size; /* sizeof(struct xf_stream_info) */
	uint64_t sequence; /* of the newest frame; 0: none yet */
	uint64_t lost; /* frames that `every` readers missed, together */
	int32_t producer_pid; /* as it sees itself; 0: nobody produces */
	char producer_name[16];
	uint32_t every, latest; /* readers */
	uint32_t frames; /* surfaces */
	uint32_t ended;
	uint32_t generation; /* of the newest format */
	uint64_t missed; /* what of `lost` this handle missed; known as soon as it looked */
	uint32_t producer; /* which one produces now; 0: nobody. What a frame of another one's waits
			      for may never come, see xf_stream_wait_complete() */
	uint32_t reserved; /* 0 */
};

/* A snapshot. Works for read-only members. -ESTALE: the stream that one has opened is gone. */
XF_API int xf_stream_info(struct xf_stream *stream, struct xf_stream_info *ret_info);

#ifdef __cplusplus
}
#endif
#endif
