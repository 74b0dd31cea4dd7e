/* SPDX-License-Identifier: MIT */
#include "wait.h"

#include <math.h>

#include "error.h"

/*
 * A waiting thread looks up so often. Neither a signal, which Python only notes, nor close() by
 * another thread wakes whoever sleeps on the object: a descriptor or a second object to sleep on
 * would, at several times the price of each wait, and a signal that is caught by another thread
 * would still be missed.
 */
#define PIECE_NS INT64_C(50000000)

static bool any_closed(struct xfp_handle **handles, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (!xfp_handle_check(handles[i]))
			return true;
	return false;
}

static int make(const struct xfp_attempt *attempt, void *arg, int64_t until)
{
	int r;
	Py_BEGIN_ALLOW_THREADS r = attempt->make(arg, until);
	Py_END_ALLOW_THREADS return r;
}

/* What a handle was closed by meanwhile, a signal's handler for example, leaves it open till then.
 */
static void enter_all(struct xfp_handle **handles, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		xfp_handle_enter_call(handles[i]);
}

static void leave_all(struct xfp_handle **handles, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		xfp_handle_leave_call(handles[i]);
}

bool xfp_wait_by(struct xfp_handle **handles, uint32_t count, const struct xfp_attempt *attempt,
	void *arg, int64_t deadline_ns, int *ret_result)
{
	bool ok = !any_closed(handles, count), last = deadline_ns <= 0;
	if (!ok)
		return false;
	enter_all(handles, count);
	/* With the GIL, where it cannot wait: to give it up costs more than most calls take. */
	int r = attempt->slow ? make(attempt, arg, 0) : attempt->make(arg, 0);
	while (r == XF_TIMEOUT && !last && ok) {
		int64_t piece = xf_deadline(PIECE_NS);
		last = deadline_ns <= piece;
		r = make(attempt, arg, last ? deadline_ns : piece);
		if (r == XF_TIMEOUT)
			ok = !PyErr_CheckSignals() && !any_closed(handles, count);
	}
	/* Whoever finds a closed handle in hand owns nothing by it, also when both came at once. */
	ok = ok && !any_closed(handles, count);
	if (!ok && !r && attempt->undo)
		attempt->undo(arg);
	leave_all(handles, count);
	*ret_result = r;
	return ok;
}

bool xfp_wait(struct xfp_handle *h, const struct xfp_attempt *attempt, void *arg,
	int64_t deadline_ns, int *ret_result)
{
	return xfp_wait_by(&h, 1, attempt, arg, deadline_ns, ret_result);
}

PyObject *xfp_wait_none(
	PyObject *self, const struct xfp_attempt *attempt, void *arg, int64_t deadline_ns)
{
	int r;
	if (!xfp_wait((struct xfp_handle *)self, attempt, arg, deadline_ns, &r))
		return NULL;
	return xfp_none(self, r);
}

int xfp_deadline(PyObject *seconds, void *ret_deadline_ns)
{
	int64_t *ret = ret_deadline_ns;
	if (seconds == Py_None) {
		*ret = XF_NEVER;
		return 1;
	}
	double s = PyFloat_AsDouble(seconds);
	if (s == -1.0 && PyErr_Occurred())
		return 0;
	if (isnan(s) || s < 0) {
		PyErr_SetString(PyExc_ValueError,
			"timeout is seconds, not negative; None waits without limit");
		return 0;
	}
	*ret = s >= 9e9 ? XF_NEVER : xf_deadline((int64_t)ceil(s * 1e9));
	return 1;
}
