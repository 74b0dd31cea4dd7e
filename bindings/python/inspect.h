/* SPDX-License-Identifier: MIT */
/* Snapshots of domains, for people. */
#ifndef XFP_INSPECT_H
#define XFP_INSPECT_H

#include "module.h"

PyObject *xfp_inspect(PyObject *module, PyObject *domain);
PyObject *xfp_names(PyObject *module, PyObject *none);

#define XFP_INSPECT_DOC                                                                            \
	"inspect(domain, /)\n--\n\n"                                                               \
	"A snapshot of `domain`, its processes and its objects: DomainInfo. Each object is "       \
	"looked\n"                                                                                 \
	"at by itself, and nothing is changed; works for viewers, too. Waits for nobody."
#define XFP_NAMES_DOC                                                                              \
	"names()\n--\n\n"                                                                          \
	"The names of the domains that this user's processes have published in this runtime\n"     \
	"folder, a list of str. Waits for nobody. Error (EACCES): the folder is somebody else's."

#endif
