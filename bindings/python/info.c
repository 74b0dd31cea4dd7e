/* SPDX-License-Identifier: MIT */
#include "info.h"

#include <stdarg.h>

PyObject *xfp_info_make(const char *name, const char *units, ...)
{
	char tuple[64];
	va_list values;
	PyOS_snprintf(tuple, sizeof(tuple), "(%s)", units);
	va_start(values, units);
	PyObject *args = Py_VaBuildValue(tuple, values);
	va_end(values);
	PyObject *module = args ? PyImport_ImportModule("crossfence._info") : NULL;
	PyObject *class = module ? PyObject_GetAttrString(module, name) : NULL;
	PyObject *info = class ? PyObject_CallObject(class, args) : NULL;
	Py_XDECREF(class);
	Py_XDECREF(module);
	Py_XDECREF(args);
	return info;
}

PyObject *xfp_info_text(const char *text, size_t size)
{
	return PyUnicode_DecodeUTF8(text, (Py_ssize_t)strnlen(text, size), "replace");
}
