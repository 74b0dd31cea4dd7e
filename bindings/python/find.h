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
	"Opens what another process, or this one, has made in `domain`: `which` is its label,\n"   \
	"waited for if nobody has made it yet, or its id, which is not waited for: Error "         \
	"(ESTALE)\n"                                                                               \
	"where it is gone.\n"                                                                      \
	"timeout: seconds; 0 only looks, None waits without limit. Timeout is raised when they\n"  \
	"have passed."

/* Of what is made anew. */
#define XFP_LABEL_DOC                                                                              \
	"domain: where it lives; whoever joins that can open it by `label` (1 to 31 bytes of\n"    \
	"UTF-8; None: by its id only). Error (ENOSPC): the domain is full; (EACCES): it was "      \
	"opened\n"                                                                                 \
	"read-only. Making it waits for nobody.\n"

#endif
