/* SPDX-License-Identifier: MIT */
#include "dlpack.h"

#include "cuda.h"
#include "number.h"
#include "pixels.h"

/* One for each capsule. */
struct lent {
	union {
		struct xfp_dl_managed managed;
		struct xfp_dl_versioned versioned;
	};
	PyObject *owner; /* a reference: keeps the picture */
	struct xfp_picture *picture;
};

/* Called by the consumer, on whatever thread it likes, perhaps when Python has ended. */
static void give_back(struct lent *lent)
{
	if (!Py_IsInitialized())
		return;
	PyGILState_STATE state = PyGILState_Ensure();
	PyObject *type, *value, *traceback;
	PyErr_Fetch(&type, &value, &traceback);
	xfp_picture_unexport(lent->picture);
	Py_DECREF(lent->owner);
	free(lent);
	PyErr_Restore(type, value, traceback);
	PyGILState_Release(state);
}

static void delete_managed(struct xfp_dl_managed *self)
{
	give_back(self->context);
}

static void delete_versioned(struct xfp_dl_versioned *self)
{
	give_back(self->context);
}

/* A consumer that takes what is in a capsule gives it another name. */
static void end_capsule(PyObject *capsule)
{
	if (PyCapsule_IsValid(capsule, "dltensor"))
		give_back(((struct xfp_dl_managed *)PyCapsule_GetPointer(capsule, "dltensor"))
				  ->context);
	else if (PyCapsule_IsValid(capsule, "dltensor_versioned"))
		give_back(((struct xfp_dl_versioned *)PyCapsule_GetPointer(
				   capsule, "dltensor_versioned"))
				  ->context);
}

static bool describe(struct xfp_picture *p, const struct xfp_layout *l, struct xfp_dl_tensor *t)
{
	int device;
	if (!xfp_cuda_device(p, &device))
		return false;
	*t = (struct xfp_dl_tensor){ .data = p->desc.memory ? (void *)(uintptr_t)(p->device_ptr)
							    : p->data,
		.device = { device < 0 ? XFP_DL_CPU : XFP_DL_CUDA, device < 0 ? 0 : device },
		.n_dims = l->n_dims,
		.dtype = { (uint8_t)XF_DTYPE_CODE(l->dtype), (uint8_t)(l->dtype & 0xff), 1 },
		.shape = (int64_t *)(uintptr_t)l->shape_items, /* the picture's, not changed */
		.strides = (int64_t *)(uintptr_t)l->strides_items,
		.byte_offset = l->offset };
	return true;
}

static PyObject *make_capsule(struct lent *lent, bool versioned)
{
	PyObject *capsule =
		versioned ? PyCapsule_New(&lent->versioned, "dltensor_versioned", end_capsule)
			  : PyCapsule_New(&lent->managed, "dltensor", end_capsule);
	if (!capsule)
		give_back(lent);
	return capsule;
}

static PyObject *lend(
	PyObject *self, struct xfp_picture *p, const struct xfp_layout *l, bool versioned)
{
	struct lent *lent = calloc(1, sizeof(*lent));
	struct xfp_dl_tensor tensor;
	if (!lent)
		return PyErr_NoMemory();
	if (!xfp_picture_export(p)) {
		free(lent);
		return NULL;
	}
	lent->owner = Py_NewRef(self);
	lent->picture = p;
	if (!describe(p, l, &tensor)) {
		give_back(lent);
		return NULL;
	}
	if (versioned)
		lent->versioned = (struct xfp_dl_versioned){ .version = { 1, 0 },
			.context = lent,
			.deleter = delete_versioned,
			.flags = p->writable ? 0 : XFP_DL_READ_ONLY,
			.tensor = tensor };
	else
		lent->managed = (struct xfp_dl_managed){
			.tensor = tensor, .context = lent, .deleter = delete_managed
		};
	return make_capsule(lent, versioned);
}

static bool refuse(const char *why)
{
	PyErr_SetString(PyExc_BufferError, why);
	return false;
}

struct request {
	PyObject *stream, *max_version, *device, *copy; /* borrowed */
};

/* Whether the consumer knows version 1. */
static bool is_pair(PyObject *object, const char *what)
{
	if (!PyTuple_Check(object))
		PyErr_SetString(PyExc_TypeError, what);
	return PyTuple_Check(object);
}

static bool read_version(const struct request *r, bool *ret_versioned)
{
	uint32_t major = 0, minor = 0;
	if (r->max_version != Py_None && !is_pair(r->max_version, "max_version is (major, minor)"))
		return false;
	if (r->max_version != Py_None &&
		!PyArg_ParseTuple(r->max_version, "O&O&;max_version is (major, minor)", xfp_u32,
			&major, xfp_u32, &minor))
		return false;
	*ret_versioned = major >= 1;
	return true;
}

static bool check_device(struct xfp_picture *p, const struct request *r)
{
	int type, id, device;
	int copy = PyObject_IsTrue(r->copy);
	if (copy < 0)
		return false;
	if (copy)
		return refuse("nothing is copied: copy the array that you get");
	if (r->device == Py_None)
		return true;
	if (!is_pair(r->device, "dl_device is (type, id)") ||
		!PyArg_ParseTuple(r->device, "ii;dl_device is (type, id)", &type, &id) ||
		!xfp_cuda_device(p, &device))
		return false;
	if (type == (device < 0 ? XFP_DL_CPU : XFP_DL_CUDA) && id == (device < 0 ? 0 : device))
		return true;
	return refuse("the memory is on another device, and nothing is copied");
}

static bool check_layout(const struct xfp_layout *l)
{
	for (int i = 0; i < l->n_dims; i++)
		if (l->strides_items[i] < 0)
			return refuse(
				"its rows are not a whole number of elements apart: use .raw");
	return true;
}

PyObject *xfp_dlpack(PyObject *self, PyObject *args, PyObject *kw)
{
	static char *names[] = { "stream", "max_version", "dl_device", "copy", NULL };
	struct request r = { Py_None, Py_None, Py_None, Py_None };
	bool versioned;
	int which;
	struct xfp_picture *p = xfp_pixels_of(self, &which);
	if (!PyArg_ParseTupleAndKeywords(
		    args, kw, "|$OOOO", names, &r.stream, &r.max_version, &r.device, &r.copy) ||
		!read_version(&r, &versioned))
		return NULL;
	const struct xfp_layout *l = xfp_picture_layout(p, which);
	if (!l || !check_layout(l) || !check_device(p, &r))
		return NULL;
	if (!versioned && !p->writable && !p->old_dlpack) {
		refuse("it is read-only, which DLPack can say from version 1.0 on only: use "
		       "numpy.asarray(), or open the stream with old_dlpack=True");
		return NULL;
	}
	if (!xfp_cuda_order(p, r.stream))
		return NULL;
	return lend(self, p, l, versioned);
}

PyObject *xfp_dlpack_device(PyObject *self, PyObject *none)
{
	int which, device;
	struct xfp_picture *p = xfp_pixels_of(self, &which);
	if (!xfp_handle_check(&p->base) || !xfp_cuda_device(p, &device))
		return NULL;
	return device < 0 ? Py_BuildValue("(ii)", XFP_DL_CPU, 0)
			  : Py_BuildValue("(ii)", XFP_DL_CUDA, device);
}
