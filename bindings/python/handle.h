/* SPDX-License-Identifier: MIT */
/*
 * What all objects have in common. Each stands for a handle of crossfence's, which ends when it is
 * closed, when its `with` is left, or when nobody refers to it any more; never while a call of
 * another thread uses it or an array lies over its memory: then it ends with the last of these.
 *
 * Handles form a tree: whoever was made from another one keeps that alive, and is closed with it.
 */
#ifndef XFP_HANDLE_H
#define XFP_HANDLE_H

#include <sys/types.h>

#include "module.h"

struct xfp_handle {
	PyObject_HEAD PyObject *weakrefs;
	struct xfp_handle *parent; /* a reference; NULL: a domain */
	struct xfp_handle *children; /* open ones, no references */
	struct xfp_handle *next, **link; /* parent->children */
	void *object; /* crossfence's; NULL: closed */
	void (*close)(struct xfp_handle *h); /* ends h->object; may give up the GIL meanwhile */
	void (*unused)(struct xfp_handle *h); /* the last array over it is gone; NULL: so what */
	uint32_t (*arrays)(const struct xfp_handle *h); /* that keep close() away; NULL: exports */
	struct xfp_linger *lingering; /* a domain's; see linger.h */
	struct xfp_cuda *cuda; /* see cuda.h; NULL: no CUDA stream had to do with it yet */
	pid_t pid; /* whose handle it is */
	uint32_t calls; /* of other threads, under way without the GIL */
	uint32_t exports; /* arrays over its memory, and over that of its children */
	bool closing; /* no more calls; ends with the last call or array */
	bool orphaned; /* closing since its parent is, and not by its own close() */
	bool ending; /* close() is under way, perhaps without the GIL, or over */
	bool watched; /* by an event loop, which is told when it closes */
};

/*
 * A new open one over `object`, which it owns from here on; on failure, with an exception set,
 * `object` was closed. Of `parent` a reference is taken.
 */
struct xfp_handle *xfp_handle_new(PyTypeObject *type, struct xfp_handle *parent, void *object,
	void (*close)(struct xfp_handle *h));

/* False, with ValueError set: it is closed, or about to be. */
bool xfp_handle_check(struct xfp_handle *h);

/* While a call runs without the GIL, or an array is alive. leave() may end the handle. */
void xfp_handle_enter_call(struct xfp_handle *h);
void xfp_handle_leave_call(struct xfp_handle *h);
void xfp_handle_enter_export(struct xfp_handle *h);
void xfp_handle_leave_export(struct xfp_handle *h);

/* Ends it as soon as nothing uses it; what it is the parent of first. */
void xfp_handle_end(struct xfp_handle *h);

/* BufferError for `count` arrays over memory, or for those over the handle's; returns NULL. */
PyObject *xfp_handle_arrays(uint32_t count, const char *what);
PyObject *xfp_handle_arrays_live(const struct xfp_handle *h, const char *what);

/* Methods and slots. */
PyObject *xfp_handle_close(PyObject *self, PyObject *none);
PyObject *xfp_handle_with(PyObject *self, PyObject *none);
PyObject *xfp_handle_exit(PyObject *self, PyObject *args);
PyObject *xfp_handle_closed(PyObject *self, void *none);
PyObject *xfp_handle_domain(PyObject *self, void *none);
void xfp_handle_dealloc(PyObject *self);

#define XFP_CLOSE_DOC                                                                              \
	"close($self)\n--\n\n"                                                                     \
	"Ends the handle; closing twice is fine. Threads that wait by it are told by "             \
	"ValueError,\n"                                                                            \
	"within 50 ms. BufferError: arrays over its memory are alive; nothing has changed then."
#define XFP_HANDLE_METHODS                                                                         \
	{ "close", xfp_handle_close, METH_NOARGS, XFP_CLOSE_DOC },                                 \
		{ "__enter__", xfp_handle_with, METH_NOARGS,                                       \
			"__enter__($self)\n--\n\nReturns it, for `as`; leaving the `with` closes " \
			"it." },                                                                   \
	{                                                                                          \
		"__exit__", xfp_handle_exit, METH_VARARGS,                                         \
			"__exit__($self, *args)\n--\n\nCloses it; where arrays are alive, with "   \
			"the last of them, and BufferError."                                       \
	}
#define XFP_HANDLE_GETTERS                                                                         \
	{ "closed", xfp_handle_closed, NULL,                                                       \
		"Whether it was closed, or is about to be: most of what it has raises ValueError " \
		"then.",                                                                           \
		NULL },                                                                            \
	{                                                                                          \
		"domain", xfp_handle_domain, NULL,                                                 \
			"The Domain that it lives in, and is closed with.", NULL                   \
	}
/* For weak references; goes into Py_tp_members. */
#define XFP_HANDLE_WEAKREFS                                                                        \
	{                                                                                          \
		"__weaklistoffset__", T_PYSSIZET, offsetof(struct xfp_handle, weakrefs), READONLY, \
			NULL                                                                       \
	}

#endif
