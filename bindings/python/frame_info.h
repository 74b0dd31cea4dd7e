/* SPDX-License-Identifier: MIT */
/* What travels with a frame, as attributes: a reader's to read, a producer's to set. */
#ifndef XFP_FRAME_INFO_H
#define XFP_FRAME_INFO_H

#include "picture.h"

enum xfp_frame_state { XFP_FRAME_READING, XFP_FRAME_WRITING, XFP_FRAME_LEFT };

struct xfp_frame {
	struct xfp_picture picture;
	struct xf_frame frame;
	struct xf_frame_info info; /* a copy: it can be asked after the frame is gone */
	enum xfp_frame_state state;
	int result; /* of having given it back */
};

PyObject *xfp_frame_time(PyObject *self, void *which);
int xfp_frame_set_time(PyObject *self, PyObject *value, void *which);
PyObject *xfp_frame_pts(PyObject *self, void *none);
int xfp_frame_set_pts(PyObject *self, PyObject *value, void *none);
PyObject *xfp_frame_flag(PyObject *self, void *flag);
int xfp_frame_set_flag(PyObject *self, PyObject *value, void *flag);
PyObject *xfp_frame_number(PyObject *self, void *which);
PyObject *xfp_frame_data(PyObject *self, void *none);
int xfp_frame_set_data(PyObject *self, PyObject *value, void *none);
PyObject *xfp_frame_crop(PyObject *self, void *none);
int xfp_frame_set_crop(PyObject *self, PyObject *value, void *none);

#define XFP_FRAME_AT(field) ((void *)offsetof(struct xf_frame_info, field))
#define XFP_FRAME_INFO_GETTERS                                                                     \
	{ "sequence", xfp_frame_number, NULL,                                                      \
		"Counts the stream's frames from 1; 0: not published.", XFP_FRAME_AT(sequence) },  \
		{ "missed", xfp_frame_number, NULL,                                                \
			"How many frames lie between this reader's last one and this one.",        \
			XFP_FRAME_AT(missed) },                                                    \
		{ "pts_ns", xfp_frame_time, xfp_frame_set_time,                                    \
			"When it is to be shown, in nanoseconds of the producer's clock, 0 or "    \
			"more; None:\n"                                                            \
			"not said. AttributeError: only a producer sets it, before it is "         \
			"published.",                                                              \
			XFP_FRAME_AT(pts_ns) },                                                    \
		{ "dts_ns", xfp_frame_time, xfp_frame_set_time,                                    \
			"When it is to be decoded, in nanoseconds as pts_ns; None: not said.",     \
			XFP_FRAME_AT(dts_ns) },                                                    \
		{ "duration_ns", xfp_frame_time, xfp_frame_set_time,                               \
			"How long it is to be shown, in nanoseconds; None: not said.",             \
			XFP_FRAME_AT(duration_ns) },                                               \
		{ "pts", xfp_frame_pts, xfp_frame_set_pts,                                         \
			"pts_ns in seconds, as a float, which is exact for some weeks; None: not " \
			"said.",                                                                   \
			NULL },                                                                    \
		{ "discont", xfp_frame_flag, xfp_frame_set_flag,                                   \
			"It does not follow from the one before: after a restart, for example.",   \
			(void *)XF_FRAME_DISCONT },                                                \
		{ "gap", xfp_frame_flag, NULL,                                                     \
			"This reader of every frame has missed some before it: `missed`.",         \
			(void *)XF_FRAME_GAP },                                                    \
		{ "key", xfp_frame_flag, xfp_frame_set_flag,                                       \
			"Whether it needs no other frame to be decoded; False unless the "         \
			"producer says so.",                                                       \
			(void *)XF_FRAME_KEY },                                                    \
		{ "end", xfp_frame_flag, xfp_frame_set_flag,                                       \
			"Whether it is the last one, as the producer says; end() is what ends "    \
			"the stream.",                                                             \
			(void *)XF_FRAME_END },                                                    \
		{ "corrupt", xfp_frame_flag, xfp_frame_set_flag,                                   \
			"Whether it is known to be damaged, as the producer says.",                \
			(void *)XF_FRAME_CORRUPT },                                                \
		{ "data", xfp_frame_data, xfp_frame_set_data,                                      \
			"Up to 256 bytes of the producer's own, that go with the frame. "          \
			"ValueError: more.",                                                       \
			NULL },                                                                    \
	{                                                                                          \
		"crop", xfp_frame_crop, xfp_frame_set_crop,                                        \
			"(x, y, width, height) in pixels of what is meant of the picture; None: "  \
			"all of "                                                                  \
			"it.\n"                                                                    \
			"ValueError: not within the picture. A reader gets the part that is.",     \
			NULL                                                                       \
	}

#endif
