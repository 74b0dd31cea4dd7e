/* SPDX-License-Identifier: MIT */
/* What readers, producers and those who only look at a stream have in common. */
#ifndef XFP_STREAM_H
#define XFP_STREAM_H

#include "handle.h"

struct xfp_stream {
	struct xfp_handle base;
	bool overrun; /* hold() may not be asked in pieces */
	bool old_dlpack;
	uint64_t generation; /* reader: of the last frame's format; 0: none yet */
};

int xfp_stream_type(PyObject *module, struct xfp_module *m);

/* close of handles over a stream. */
void xfp_stream_close(struct xfp_handle *h);

/* Opens the stream `which` of `domain`, waiting for it; false with an exception. */
bool xfp_stream_find(struct xfp_handle *domain, PyObject *which, int64_t deadline_ns,
	struct xf_stream **ret_stream);

/* Methods and getters. */
PyObject *xfp_stream_info(PyObject *self, PyObject *none);
PyObject *xfp_stream_wait_readers(PyObject *self, PyObject *args, PyObject *kw);
PyObject *xfp_stream_get_id(PyObject *self, void *none);

#define XFP_STREAM_METHODS                                                                         \
	{ "info", xfp_stream_info, METH_NOARGS,                                                    \
		"info($self)\n--\n\n"                                                              \
		"A snapshot: sequence of the newest frame, readers, producer and more; see\n"      \
		"StreamInfo. Looks, never waits. Error (ESTALE): the stream is gone." },           \
		{ "wait_readers", XFP_METHOD(xfp_stream_wait_readers), XFP_KEYWORDS,               \
			"wait_readers($self, count, timeout=None)\n--\n\n"                         \
			"Waits until at least `count` processes read the stream: for a producer "  \
			"whose\n"                                                                  \
			"first frame shall not pass unseen. Error (EACCES): the domain was "       \
			"opened look_only.\n" XFP_TIMEOUT_DOC },                                   \
		XFP_HANDLE_METHODS
#define XFP_STREAM_GETTERS                                                                         \
	{ "id", xfp_stream_get_id, NULL, "What it is called in every process of the domain.",      \
		NULL },                                                                            \
		XFP_HANDLE_GETTERS

#endif
