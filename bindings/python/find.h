/* SPDX-License-Identifier: MIT */
/* Opening another member's object by its label or id. */
#ifndef XFP_FIND_H
#define XFP_FIND_H

#include "handle.h"

struct xfp_kind {
	enum xf_type type;
	int (*open)(struct xf_domain *domain, xf_id id, void **ret_object);
	void (*close)(struct xfp_handle *h);
};

/* The class method open(domain, which, timeout=None). */
PyObject *xfp_open(PyObject *cls, PyObject *args, PyObject *kw, const struct xfp_kind *kind);

#define XFP_OPEN_DOC                                                                               \
	"open(domain, which, timeout=None)\n--\n\n"                                                \
	"Opens what another process, or this one, has made: `which` is its label, waited for if\n" \
	"nobody has made it yet, or its id.\n"                                                     \
	"timeout: seconds; 0 only looks, None waits without limit. Timeout is raised when they\n"  \
	"have passed."

#endif
