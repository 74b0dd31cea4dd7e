/* SPDX-License-Identifier: MIT */
/* Waiting without the GIL, so that Ctrl-C ends it, and close() by another thread. */
#ifndef XFP_WAIT_H
#define XFP_WAIT_H

#include "handle.h"

/* A call with a deadline, which may be made again after XF_TIMEOUT. */
struct xfp_attempt {
	int (*make)(void *arg, int64_t deadline_ns);
	/* Gives back what a call that returned 0 has taken, and never waits; NULL: it takes
	   nothing. */
	void (*undo)(void *arg);
	bool slow; /* may wait for another process, whatever the deadline: never with the GIL */
};

/*
 * Makes the call until something else than XF_TIMEOUT comes, or the deadline; what came goes to
 * *ret_result. False with an exception set: a handle was closed meanwhile, whatever the call
 * returned, or a signal's handler raised one; nothing was taken then.
 */
bool xfp_wait(struct xfp_handle *h, const struct xfp_attempt *attempt, void *arg,
	int64_t deadline_ns, int *ret_result);
bool xfp_wait_by(struct xfp_handle **handles, uint32_t count, const struct xfp_attempt *attempt,
	void *arg, int64_t deadline_ns, int *ret_result);

/* The same, and None or what the result stands for. */
PyObject *xfp_wait_none(
	PyObject *self, const struct xfp_attempt *attempt, void *arg, int64_t deadline_ns);

/* For PyArg_Parse's O&: seconds from now, or None for no limit, as a deadline. */
int xfp_deadline(PyObject *seconds, void *ret_deadline_ns);

#define XFP_TIMEOUT_DOC                                                                            \
	"timeout: seconds; 0 only looks, None waits without limit. Timeout is raised when they\n"  \
	"have passed."

#endif
