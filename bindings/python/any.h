/* SPDX-License-Identifier: MIT */
/* Waiting for several objects at once. */
#ifndef XFP_ANY_H
#define XFP_ANY_H

#include "module.h"

PyObject *xfp_wait_any(PyObject *module, PyObject *items, PyObject *kw);
PyObject *xfp_wait_all(PyObject *module, PyObject *items, PyObject *kw);

#define XFP_ITEMS_DOC                                                                              \
	"items: up to 128 of any kinds and domains: an Event; a Reader, which has a frame then, "  \
	"or "                                                                                      \
	"whose\n"                                                                                  \
	"stream has ended: next() says; (Timeline, value); (KeyedMutex, key), which is owned\n"    \
	"then, see its `fence`.\n" XFP_TIMEOUT_DOC

#define XFP_WAIT_ANY_DOC                                                                           \
	"wait_any(*items, timeout=None)\n--\n\n"                                                   \
	"Waits for one of several and returns its index, the lowest of those that are ready. "     \
	"Only\n"                                                                                   \
	"that one is taken. Abandoned, with its `index`: one never will be.\n" XFP_ITEMS_DOC

#define XFP_WAIT_ALL_DOC                                                                           \
	"wait_all(*items, timeout=None)\n--\n\n"                                                   \
	"Waits until all are ready together. Nothing is taken before. Abandoned: one never will\n" \
	"be.\n" XFP_ITEMS_DOC

#endif
