/* SPDX-License-Identifier: MIT */
/*
 * Memory of a surface that somebody may look at now, or write: what a frame of a stream and an
 * access to a surface have in common. Arrays over it keep it, whoever gives it up.
 */
#ifndef XFP_PICTURE_H
#define XFP_PICTURE_H

#include "handle.h"
#include "layout.h"

#define XFP_QUEUES_MAX 8

struct xfp_picture {
	struct xfp_handle base;
	struct xf_surface *surface; /* borrowed */
	bool (*ready)(struct xfp_picture *p); /* before the first look; false with an exception */
	struct xf_surface_desc desc;
	uint64_t size; /* bytes */
	uint8_t *data; /* the first byte; NULL: not begun yet, or a device's */
	uint64_t device_ptr; /* the first byte of a device's; 0: not mapped yet */
	int device; /* its number in this process, where device_ptr is known */
	uintptr_t streams[XFP_QUEUES_MAX]; /* that were given it */
	uint32_t n_streams;
	bool waited; /* for its sync object, which has to be told the end */
	bool writable;
	bool asks_again; /* the right to it may have gone: each first array asks anew */
	bool old_dlpack; /* consumers that cannot be told that it is read-only get it as well */
	bool read_layouts;
	uint32_t n_planes; /* of layouts; 0: not known */
	struct xfp_layout layouts[XFP_LAYOUTS_MAX]; /* the planes, and all bytes */
	struct xfp_picture *next_live, *before_live; /* those with arrays: see fork.c */
	bool is_live;
};

#define XFP_RAW XF_PLANES_MAX /* layouts[] of all bytes */

/* After xfp_handle_new(): false with an exception. */
bool xfp_picture_init(struct xfp_picture *p, struct xf_surface *surface, bool writable);

/* Maps the memory of a host's surface, as the first array does; false with an exception. */
bool xfp_picture_begin(struct xfp_picture *p);

/* Ends the access, if it was begun. For close(). */
void xfp_picture_finish(struct xfp_picture *p);

/*
 * The layout of plane `which` (XFP_RAW: of all bytes; -1: of the only one), for an array that is
 * about to be made over it; NULL with BufferError, which says why not. Then export it.
 */
const struct xfp_layout *xfp_picture_layout(struct xfp_picture *p, int which);

/* Counts an array over host memory; false with an exception. */
bool xfp_picture_export(struct xfp_picture *p);
void xfp_picture_unexport(struct xfp_picture *p);

/* The buffer protocol, for the picture (-1), or a plane. `exporter` is view->obj. */
int xfp_picture_get_buffer(
	struct xfp_picture *p, int which, PyObject *exporter, Py_buffer *view, int flags);

/* Slots of types that begin with a picture. */
int xfp_picture_buffer(PyObject *self, Py_buffer *view, int flags);
void xfp_picture_release(PyObject *self, Py_buffer *view);

#endif
