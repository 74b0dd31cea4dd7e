/* SPDX-License-Identifier: MIT */
#include "loop.h"

PyObject *xfp_loop_call(PyObject *self, const char *name, PyObject *arg)
{
	if (!xfp_handle_check((struct xfp_handle *)self))
		return NULL;
	PyObject *aio = PyImport_ImportModule("crossfence._aio");
	if (!aio)
		return NULL;
	PyObject *coroutine = PyObject_CallMethod(aio, name, arg ? "OO" : "O", self, arg);
	Py_DECREF(aio);
	return coroutine;
}

PyObject *xfp_loop_await(PyObject *self, const char *name, PyObject *arg)
{
	PyObject *coroutine = xfp_loop_call(self, name, arg);
	PyObject *iterator = coroutine ? PyObject_CallMethod(coroutine, "__await__", NULL) : NULL;
	Py_XDECREF(coroutine);
	return iterator;
}

PyObject *xfp_loop_watch(PyObject *module, PyObject *handle)
{
	const struct xfp_module *m = PyModule_GetState(module);
	PyTypeObject *const types[] = { m->event, m->timeline, m->reader };
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i] && Py_IS_TYPE(handle, types[i])) {
			if (!xfp_handle_check((struct xfp_handle *)handle))
				return NULL;
			((struct xfp_handle *)handle)->watched = true;
			Py_RETURN_NONE;
		}
	PyErr_SetString(PyExc_TypeError, "nothing that an event loop waits for");
	return NULL;
}
