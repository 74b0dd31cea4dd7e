/* SPDX-License-Identifier: MIT */
/* What KeyedMutex.hold() returns: a keyed mutex owned for the length of a `with`. */
#ifndef XFP_HOLD_H
#define XFP_HOLD_H

#include "mutex.h"

struct xfp_holding {
	uint64_t key, then, fence;
	int64_t deadline_ns;
};

PyObject *xfp_hold_new(struct xfp_mutex *mutex, const struct xfp_holding *holding);

int xfp_hold_type(PyObject *module, struct xfp_module *m);

#endif
