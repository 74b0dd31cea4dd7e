/* SPDX-License-Identifier: MIT */
#include "farewell.h"

#include <pythread.h>

static bool tell(struct xfp_handle *h)
{
	PyObject *aio = PyImport_ImportModule("crossfence._aio");
	PyObject *done = aio ? PyObject_CallMethod(aio, "closed", "O", (PyObject *)h) : NULL;
	Py_XDECREF(aio);
	Py_XDECREF(done);
	return done != NULL;
}

static void keep(struct xfp_trouble *trouble, struct xfp_handle *h)
{
	if (trouble->type)
		PyErr_WriteUnraisable((PyObject *)h);
	else
		PyErr_Fetch(&trouble->type, &trouble->value, &trouble->traceback);
}

static void tell_in_thread(void *arg)
{
	struct xfp_handle *h = arg;
	PyGILState_STATE state = PyGILState_Ensure();
	if (!tell(h))
		PyErr_WriteUnraisable((PyObject *)h);
	Py_DECREF((PyObject *)h);
	PyGILState_Release(state);
}

void xfp_farewell(struct xfp_handle *h, struct xfp_trouble *trouble)
{
	for (int i = 0; i < 3; i++) {
		if (tell(h))
			return;
		keep(trouble, h);
	}
	Py_INCREF((PyObject *)h);
	if (PyThread_start_new_thread(tell_in_thread, h) == (unsigned long)-1)
		Py_DECREF((PyObject *)h);
}
