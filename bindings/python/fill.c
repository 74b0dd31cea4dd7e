/* SPDX-License-Identifier: MIT */
#include "fill.h"

#include "cuda.h"
#include "fork.h"
#include "pixels.h"
#include "source.h"

static bool is_same(const struct xfp_layout *l, const struct xfp_source *s)
{
	bool same = l->dtype == s->dtype && l->n_dims == s->n_dims;
	for (int i = 0; same && i < l->n_dims; i++)
		same = l->shape_items[i] == s->shape[i];
	if (!same)
		PyErr_SetString(PyExc_ValueError,
			"source has another shape or other elements: compare shape and dtype");
	return same;
}

/* Rows that are packed on both sides, at once; else element by element. */
static void copy(uint8_t *to, const uint8_t *from, const struct xfp_layout *l,
	const struct xfp_source *s, int dim)
{
	Py_ssize_t packed = l->item_bytes;
	int rest = l->n_dims;
	while (rest > dim && l->strides[rest - 1] == packed && s->strides[rest - 1] == packed)
		packed *= l->shape[--rest];
	if (rest == dim) {
		memcpy(to, from, (size_t)packed);
		return;
	}
	for (Py_ssize_t i = 0; i < l->shape[dim]; i++)
		copy(to + i * l->strides[dim], from + i * s->strides[dim], l, s, dim + 1);
}

struct range {
	uintptr_t from, end;
};

static struct range range_of(
	const uint8_t *data, const Py_ssize_t *strides, const struct xfp_layout *l)
{
	struct range range = { (uintptr_t)data, (uintptr_t)data + (uintptr_t)l->item_bytes };
	for (int i = 0; i < l->n_dims; i++) {
		Py_ssize_t bytes = (l->shape[i] - 1) * strides[i];
		*(bytes < 0 ? &range.from : &range.end) += (uintptr_t)bytes;
	}
	return range;
}

/* Also where the source is another handle's to the same surface, which lies somewhere else. */
static bool overlaps(
	const struct xfp_picture *p, const struct xfp_layout *l, const struct xfp_source *s)
{
	Py_ssize_t strides[XF_TENSOR_DIMS_MAX];
	for (int i = 0; i < s->n_dims; i++)
		strides[i] = (Py_ssize_t)s->strides[i];
	struct range to = range_of(p->data + l->offset, l->strides, l);
	struct range from = range_of(s->data, strides, l);
	const struct xfp_picture *q = xfp_fork_find((const uint8_t *)from.from);
	uintptr_t shift = q && xf_surface_id(q->surface) == xf_surface_id(p->surface)
				  ? (uintptr_t)p->data - (uintptr_t)q->data
				  : 0;
	return from.from + shift < to.end && to.from < from.end + shift;
}

/* By way of memory of our own, so that nothing is read that was written before. */
static bool copy_aside(uint8_t *to, const struct xfp_layout *l, const struct xfp_source *s)
{
	struct xfp_layout packed = *l;
	struct xfp_source aside = *s;
	Py_ssize_t bytes = l->item_bytes;
	uint8_t *memory = malloc((size_t)l->bytes);
	if (!memory)
		return false;
	for (int i = l->n_dims - 1; i >= 0; i--) {
		packed.strides[i] = bytes;
		aside.strides[i] = bytes;
		bytes *= l->shape[i];
	}
	copy(memory, s->data, &packed, s, 0);
	copy(to, memory, l, &aside, 0);
	free(memory);
	return true;
}

static bool fill_host(struct xfp_picture *p, const struct xfp_layout *l, const struct xfp_source *s)
{
	if (s->device_type != XFP_DL_CPU && s->device_type != XFP_DL_CUDA_HOST) {
		PyErr_SetString(PyExc_BufferError, "source is in a device's memory, and this in "
						   "the host's: copy it to the CPU");
		return false;
	}
	if (!xfp_picture_export(p))
		return false;
	bool ok = true, aside = overlaps(p, l, s);
	uint8_t *to = p->data + l->offset;
	Py_BEGIN_ALLOW_THREADS if (aside) ok = copy_aside(to, l, s);
	else copy(to, s->data, l, s, 0);
	Py_END_ALLOW_THREADS xfp_picture_unexport(p);
	if (!ok)
		(void)PyErr_NoMemory();
	return ok;
}

static bool is_packed(const struct xfp_layout *l, const struct xfp_source *s)
{
	int64_t packed = l->item_bytes;
	bool is = xfp_layout_is_contiguous(l, 'C');
	for (int i = l->n_dims - 1; is && i >= 0; i--) {
		is = s->shape[i] == 1 || s->strides[i] == packed;
		packed *= s->shape[i];
	}
	if (!is)
		PyErr_SetString(PyExc_BufferError,
			"into a device's memory only packed arrays are copied: both sides without "
			"room between rows");
	return is;
}

PyObject *xfp_fill(PyObject *self, PyObject *args, PyObject *kw)
{
	static char *names[] = { "source", "stream", NULL };
	PyObject *object, *stream = Py_None;
	struct xfp_source source;
	int which;
	struct xfp_picture *p = xfp_pixels_of(self, &which);
	if (!PyArg_ParseTupleAndKeywords(args, kw, "O|$O", names, &object, &stream))
		return NULL;
	const struct xfp_layout *l = xfp_picture_layout(p, which);
	if (!l)
		return NULL;
	if (!p->writable) {
		PyErr_SetString(PyExc_BufferError, "it is read-only");
		return NULL;
	}
	bool host = p->desc.memory == XF_MEMORY_HOST;
	bool ok = xfp_source_get(object, host ? Py_None : stream, &source) && is_same(l, &source) &&
		  xfp_handle_check(&p->base); /* __dlpack__() may have closed it */
	if (ok && host)
		ok = fill_host(p, l, &source);
	else if (ok)
		ok = is_packed(l, &source) && xfp_cuda_order(p, stream) &&
		     xfp_cuda_copy(p, l, source.data, stream);
	xfp_source_end(&source);
	if (!ok)
		return NULL;
	Py_RETURN_NONE;
}
