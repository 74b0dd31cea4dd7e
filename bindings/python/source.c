/* SPDX-License-Identifier: MIT */
#include "source.h"

static bool refuse(const char *why)
{
	PyErr_SetString(PyExc_BufferError, why);
	return false;
}

/* 0: nothing that a tensor can have. */
static uint32_t dtype_of(const char *format, Py_ssize_t item_bytes)
{
	uint32_t bits = (uint32_t)item_bytes * 8;
	if (!format)
		format = "B";
	if (strchr("@=<", *format) && *format)
		format++;
	if (strlen(format) != 1 || item_bytes < 1 || item_bytes > 8)
		return 0;
	if (strchr("bhilqn", *format))
		return bits;
	if (strchr("BHILQNc?", *format))
		return 0x100 | bits;
	return strchr("efd", *format) ? 0x200 | bits : 0;
}

static bool read_view(struct xfp_source *s)
{
	const Py_buffer *view = &s->view;
	if (view->ndim > XF_TENSOR_DIMS_MAX)
		return refuse("more than 8 dimensions");
	s->data = view->buf;
	s->dtype = dtype_of(view->format, view->itemsize);
	s->n_dims = view->ndim;
	s->device_type = XFP_DL_CPU;
	/* Those of ctypes have no strides, whatever one asks for: rows are packed then. */
	int64_t packed = view->itemsize;
	for (int i = view->ndim - 1; i >= 0; i--) {
		s->shape[i] = view->shape[i];
		s->strides[i] = view->strides ? view->strides[i] : packed;
		packed *= view->shape[i];
	}
	return true;
}

static bool read_tensor(const struct xfp_dl_tensor *t, struct xfp_source *s)
{
	int64_t packed = (t->dtype.bits + 7) / 8, bytes = packed;
	if (t->n_dims < 0 || t->n_dims > XF_TENSOR_DIMS_MAX || t->dtype.lanes != 1)
		return refuse("more than 8 dimensions, or elements of several lanes");
	s->data = (const uint8_t *)t->data + t->byte_offset;
	s->dtype = (uint32_t)t->dtype.code << 8 | t->dtype.bits;
	s->n_dims = t->n_dims;
	s->device_type = t->device.type;
	s->device = t->device.id;
	for (int i = t->n_dims - 1; i >= 0; i--) {
		s->shape[i] = t->shape[i];
		s->strides[i] = t->strides ? t->strides[i] * bytes : packed;
		packed *= t->shape[i];
	}
	return true;
}

static bool read_capsule(struct xfp_source *s)
{
	if (PyCapsule_IsValid(s->capsule, "dltensor_versioned")) {
		const struct xfp_dl_versioned *v =
			PyCapsule_GetPointer(s->capsule, "dltensor_versioned");
		return v->version.major == 1 ? read_tensor(&v->tensor, s)
					     : refuse("a version of DLPack that is not known");
	}
	if (!PyCapsule_IsValid(s->capsule, "dltensor"))
		return refuse("__dlpack__() returned no DLPack tensor");
	const struct xfp_dl_managed *m = PyCapsule_GetPointer(s->capsule, "dltensor");
	return read_tensor(&m->tensor, s);
}

/* With version 1 where that is understood. */
static PyObject *ask(PyObject *object, PyObject *stream)
{
	PyObject *call = PyObject_GetAttrString(object, "__dlpack__"), *args = PyTuple_New(0);
	PyObject *kw = Py_BuildValue("{s(ii)}", "max_version", 1, 0), *capsule = NULL;
	if (call && args && kw &&
		(stream == Py_None || PyDict_SetItemString(kw, "stream", stream) == 0)) {
		capsule = PyObject_Call(call, args, kw);
		if (!capsule && PyErr_ExceptionMatches(PyExc_TypeError)) {
			PyErr_Clear();
			if (PyDict_DelItemString(kw, "max_version") == 0)
				capsule = PyObject_Call(call, args, kw);
		}
	}
	Py_XDECREF(kw);
	Py_XDECREF(args);
	Py_XDECREF(call);
	return capsule;
}

bool xfp_source_get(PyObject *object, PyObject *stream, struct xfp_source *ret)
{
	*ret = (struct xfp_source){ .capsule = NULL };
	if (PyObject_CheckBuffer(object))
		return PyObject_GetBuffer(object, &ret->view, PyBUF_RECORDS_RO) == 0 &&
		       read_view(ret);
	ret->capsule = ask(object, stream);
	if (!ret->capsule && PyErr_ExceptionMatches(PyExc_AttributeError))
		PyErr_Format(PyExc_TypeError, "neither a buffer nor a tensor of DLPack: %R",
			(PyObject *)Py_TYPE(object));
	return ret->capsule && read_capsule(ret);
}

/* As whoever takes a tensor: it gets another name, and its deleter is called. */
static void end_capsule(PyObject *capsule)
{
	if (PyCapsule_IsValid(capsule, "dltensor_versioned")) {
		struct xfp_dl_versioned *v = PyCapsule_GetPointer(capsule, "dltensor_versioned");
		if (PyCapsule_SetName(capsule, "used_dltensor_versioned") == 0 && v->deleter)
			v->deleter(v);
	} else if (PyCapsule_IsValid(capsule, "dltensor")) {
		struct xfp_dl_managed *m = PyCapsule_GetPointer(capsule, "dltensor");
		if (PyCapsule_SetName(capsule, "used_dltensor") == 0 && m->deleter)
			m->deleter(m);
	}
}

void xfp_source_end(struct xfp_source *s)
{
	PyObject *type, *value, *traceback;
	PyErr_Fetch(&type, &value, &traceback);
	if (s->view.obj)
		PyBuffer_Release(&s->view);
	if (s->capsule)
		end_capsule(s->capsule);
	Py_CLEAR(s->capsule);
	PyErr_Restore(type, value, traceback);
}
