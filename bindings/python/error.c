/* SPDX-License-Identifier: MIT */
#include "error.h"

#include <errno.h>

#define SENTENCE_MAX 256

static PyObject *raise_with(PyObject *type, PyObject *args)
{
	PyObject *error = args && type ? PyObject_CallObject(type, args) : NULL;
	if (!type)
		PyErr_SetString(PyExc_RuntimeError, "the interpreter is ending");
	if (error)
		PyErr_SetObject(type, error);
	Py_XDECREF(error);
	Py_XDECREF(args);
	return NULL;
}

/* The message is copied at once: to make a str may run a collection, and with it other calls. */
static PyObject *sentence(int result)
{
	char text[SENTENCE_MAX];
	PyOS_snprintf(text, sizeof(text), "%s", xf_last_message(result));
	return PyUnicode_DecodeUTF8(text, (Py_ssize_t)strlen(text), "replace");
}

PyObject *xfp_raise(const struct xfp_module *m, int result)
{
	PyObject *text = sentence(result);
	if (!text)
		return NULL;
	if (result == XF_TIMEOUT)
		return raise_with(m->timeout, Py_BuildValue("(iN)", ETIMEDOUT, text));
	if (result == XF_ABANDONED)
		return raise_with(m->abandoned, Py_BuildValue("(N)", text));
	if (result == XF_ENDED)
		return raise_with(m->ended, Py_BuildValue("(N)", text));
	return raise_with(m->error, Py_BuildValue("(iN)", -result, text));
}

PyObject *xfp_raise_abandoned(const struct xfp_module *m, uint32_t index)
{
	PyObject *type, *value, *traceback, *number = PyLong_FromUnsignedLong(index);
	if (!number)
		return NULL;
	(void)xfp_raise(m, XF_ABANDONED);
	PyErr_Fetch(&type, &value, &traceback);
	PyErr_NormalizeException(&type, &value, &traceback);
	if (value)
		(void)PyObject_SetAttrString(value, "index", number);
	PyErr_Restore(type, value, traceback);
	Py_DECREF(number);
	return NULL;
}

PyObject *xfp_raise_text(PyObject *type, const char *text)
{
	return raise_with(type, Py_BuildValue("(s)", text));
}

PyObject *xfp_raise_errno(const struct xfp_module *m, int number, const char *text)
{
	return raise_with(m->error, Py_BuildValue("(is)", number, text));
}

PyObject *xfp_none(PyObject *self, int result)
{
	if (result)
		return xfp_raise(xfp_module(self), result);
	Py_RETURN_NONE;
}

static const char error_doc[] =
	"Something failed: errno says what, strerror is crossfence's own sentence, which names "
	"the\n"
	"argument or the step. After os.fork() errno is ECHILD for whatever the parent had opened.";
static const char timeout_doc[] =
	"The time given has passed. Nothing was taken and nothing has changed.";
static const char abandoned_doc[] = "An owner died, or closed, while it owned the object. Nothing "
				    "was taken, now or ever: of a\n"
				    "keyed mutex or a timeline make a new one. Of several objects "
				    "that were waited for `index`\n"
				    "says which one it is.";
static const char ended_doc[] = "The producer ended the stream, and everything before the end was "
				"had. Loops over a stream\n"
				"just end.";

static int add(PyObject *module, const char *name, const char *doc, PyObject *base, PyObject **ret)
{
	PyObject *attributes =
		base == PyExc_Exception ? Py_BuildValue("{sO}", "index", Py_None) : NULL;
	*ret = PyErr_NewExceptionWithDoc(name, doc, base, attributes);
	Py_XDECREF(attributes);
	if (!*ret)
		return -1;
	return PyModule_AddObjectRef(module, name + strlen("crossfence."), *ret);
}

int xfp_error_types(PyObject *module, struct xfp_module *m)
{
	if (add(module, "crossfence.Error", error_doc, PyExc_OSError, &m->error) ||
		add(module, "crossfence.Timeout", timeout_doc, PyExc_TimeoutError, &m->timeout) ||
		add(module, "crossfence.Abandoned", abandoned_doc, PyExc_Exception,
			&m->abandoned) ||
		add(module, "crossfence.Ended", ended_doc, PyExc_EOFError, &m->ended))
		return -1;
	return 0;
}
