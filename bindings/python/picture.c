/* SPDX-License-Identifier: MIT */
#include "picture.h"

#include <errno.h>
#include <unistd.h>

#include "error.h"
#include "fork.h"

bool xfp_picture_init(struct xfp_picture *p, struct xf_surface *surface, bool writable)
{
	p->surface = surface;
	p->writable = writable;
	p->desc.size = sizeof(p->desc);
	int r = xf_surface_desc(surface, &p->desc, &p->size);
	if (r)
		(void)xfp_raise(xfp_module((PyObject *)p), r);
	return r == 0;
}

void xfp_picture_finish(struct xfp_picture *p)
{
	if (p->data)
		(void)xf_surface_end(p->surface);
	p->data = NULL;
}

static void read_layouts(struct xfp_picture *p)
{
	if (p->read_layouts)
		return;
	p->read_layouts = true;
	p->n_planes = xfp_layout_planes(&p->desc, p->size, p->layouts);
	xfp_layout_raw(p->size, &p->layouts[XFP_RAW]);
}

static const struct xfp_layout *refuse(const char *why)
{
	PyErr_SetString(PyExc_BufferError, why);
	return NULL;
}

const struct xfp_layout *xfp_picture_layout(struct xfp_picture *p, int which)
{
	if (!xfp_handle_check(&p->base))
		return NULL;
	read_layouts(p);
	if (which == XFP_RAW)
		return &p->layouts[XFP_RAW];
	if (!p->n_planes)
		return refuse("nobody knows what the planes of this format look like: use .raw");
	if (which < 0 && p->n_planes > 1)
		return refuse("this format has several planes: use .planes");
	return &p->layouts[which < 0 ? 0 : which];
}

static int begin(struct xfp_picture *p, void **ret_data)
{
	return xf_surface_begin(p->surface,
		p->writable ? XF_ACCESS_READ | XF_ACCESS_WRITE : XF_ACCESS_READ, ret_data);
}

static bool may_still(struct xfp_picture *p)
{
	void *data;
	int r = begin(p, &data);
	if (r)
		(void)xfp_raise(xfp_module((PyObject *)p), r);
	else
		(void)xf_surface_end(p->surface);
	return r == 0;
}

bool xfp_picture_begin(struct xfp_picture *p)
{
	void *data;
	/* What a forked child has of it is nobody's frame: see fork.c. */
	if (p->data && p->base.pid != getpid()) {
		(void)xfp_raise(xfp_module((PyObject *)p), -ECHILD);
		return false;
	}
	if (p->desc.memory != XF_MEMORY_HOST || (p->data && (!p->asks_again || p->base.exports)))
		return true;
	if (p->data)
		return may_still(p);
	if (p->ready && !p->ready(p))
		return false;
	if (p->data) /* another thread has, meanwhile */
		return true;
	int r = begin(p, &data);
	if (r) {
		(void)xfp_raise(xfp_module((PyObject *)p), r);
		return false;
	}
	p->data = data;
	return true;
}

bool xfp_picture_export(struct xfp_picture *p)
{
	if (!xfp_handle_check(&p->base) || !xfp_picture_begin(p) || !xfp_handle_check(&p->base))
		return false;
	if (!p->base.exports)
		xfp_fork_add(p);
	xfp_handle_enter_export(&p->base);
	return true;
}

void xfp_picture_unexport(struct xfp_picture *p)
{
	if (p->base.exports == 1)
		xfp_fork_remove(p);
	xfp_handle_leave_export(&p->base);
}

/* What the consumer can take, by PEP 3118. */
static bool check_flags(const struct xfp_picture *p, const struct xfp_layout *l, int flags)
{
	if (p->desc.memory != XF_MEMORY_HOST)
		return refuse("the memory is a device's: use DLPack, as torch.from_dlpack()") !=
		       NULL;
	const bool c = xfp_layout_is_contiguous(l, 'C'), f = xfp_layout_is_contiguous(l, 'F');
	if (flags & PyBUF_WRITABLE && !p->writable)
		return refuse("it is read-only: only who writes a frame may change it") != NULL;
	if (flags & PyBUF_FORMAT && !l->format)
		return refuse("bfloat16 has no format in Python's buffers: use DLPack, or .raw") !=
		       NULL;
	if ((flags & PyBUF_C_CONTIGUOUS) == PyBUF_C_CONTIGUOUS && !c)
		return refuse("it is not contiguous in C's order") != NULL;
	if ((flags & PyBUF_F_CONTIGUOUS) == PyBUF_F_CONTIGUOUS && !f)
		return refuse("it is not contiguous in Fortran's order") != NULL;
	if ((flags & PyBUF_ANY_CONTIGUOUS) == PyBUF_ANY_CONTIGUOUS && !c && !f)
		return refuse("it is not contiguous") != NULL;
	if ((flags & PyBUF_STRIDES) != PyBUF_STRIDES && !c)
		return refuse("its rows are padded, and the consumer takes no strides") != NULL;
	return true;
}

int xfp_picture_get_buffer(
	struct xfp_picture *p, int which, PyObject *exporter, Py_buffer *view, int flags)
{
	const struct xfp_layout *l = xfp_picture_layout(p, which);
	view->obj = NULL;
	if (!l || !check_flags(p, l, flags) || !xfp_picture_export(p))
		return -1;
	*view = (Py_buffer){ .buf = p->data + l->offset,
		.obj = Py_NewRef(exporter),
		.len = l->bytes,
		.itemsize = l->item_bytes,
		.readonly = !p->writable,
		.ndim = l->n_dims };
	/* What was not asked for is NULL; the arrays are the picture's, and are not changed. */
	if (flags & PyBUF_FORMAT)
		view->format = (char *)(uintptr_t)l->format;
	if ((flags & PyBUF_ND) == PyBUF_ND && l->n_dims)
		view->shape = (Py_ssize_t *)(uintptr_t)l->shape;
	if ((flags & PyBUF_STRIDES) == PyBUF_STRIDES && l->n_dims)
		view->strides = (Py_ssize_t *)(uintptr_t)l->strides;
	if ((flags & PyBUF_ND) != PyBUF_ND && l->n_dims)
		view->ndim = 1;
	return 0;
}

int xfp_picture_buffer(PyObject *self, Py_buffer *view, int flags)
{
	return xfp_picture_get_buffer((struct xfp_picture *)self, -1, self, view, flags);
}

void xfp_picture_release(PyObject *self, Py_buffer *view)
{
	(void)view;
	xfp_picture_unexport((struct xfp_picture *)self);
}
