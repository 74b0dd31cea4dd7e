/* SPDX-License-Identifier: MIT */
/*
 * A forked child has none of crossfence's mappings, and holds no frame: what its parent's arrays
 * lay over may be drawn over at any time. But the array objects are there, and to touch one must
 * not end the child. So each frame that has arrays is copied before the fork, and the copy lies
 * in the child where the frame lay in the parent: as all of its memory, it is the child's own, as
 * it was at the fork.
 */
#include "fork.h"

#include <sys/mman.h>
#include <unistd.h>

#include "type.h"

struct copy {
	void *from, *to; /* both of whole pages */
	size_t size;
	struct copy *next;
};

static struct xfp_picture *live; /* guarded by the GIL */
static struct copy *copies; /* while a fork is under way */

void xfp_fork_add(struct xfp_picture *p)
{
	p->next_live = live;
	p->live = &live;
	if (live)
		live->live = &p->next_live;
	live = p;
}

void xfp_fork_remove(struct xfp_picture *p)
{
	if (!p->live)
		return;
	*p->live = p->next_live;
	if (p->next_live)
		p->next_live->live = p->live;
	p->next_live = NULL;
	p->live = NULL;
}

static void copy_one(const struct xfp_picture *p)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), size = (p->size + page - 1) / page * page;
	struct copy *copy = malloc(sizeof(*copy));
	void *to =
		copy ? mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
		     : MAP_FAILED;
	if (to == MAP_FAILED || (uintptr_t)p->data % page) { /* the child must not touch it then */
		free(copy);
		return;
	}
	memcpy(to, p->data, p->size);
	*copy = (struct copy){ p->data, to, size, copies };
	copies = copy;
}

static PyObject *before(PyObject *module, PyObject *none)
{
	for (const struct xfp_picture *p = live; p; p = p->next_live)
		if (p->data)
			copy_one(p);
	Py_RETURN_NONE;
}

static void forget(bool child)
{
	while (copies) {
		struct copy *copy = copies;
		copies = copy->next;
		/* The place is free: no other thread has run yet that could have taken it. */
		if (!child || mremap(copy->to, copy->size, copy->size,
				      MREMAP_MAYMOVE | MREMAP_FIXED, copy->from) == MAP_FAILED)
			(void)munmap(copy->to, copy->size);
		free(copy);
	}
}

static PyObject *in_parent(PyObject *module, PyObject *none)
{
	forget(false);
	Py_RETURN_NONE;
}

static PyObject *in_child(PyObject *module, PyObject *none)
{
	forget(true);
	Py_RETURN_NONE;
}

static PyMethodDef hooks[] = {
	{ "before_fork", before, METH_NOARGS, NULL },
	{ "in_parent", in_parent, METH_NOARGS, NULL },
	{ "in_child", in_child, METH_NOARGS, NULL },
};

int xfp_fork_register(PyObject *module)
{
	static const char *const when[] = { "before", "after_in_parent", "after_in_child" };
	PyObject *os = PyImport_ImportModule("os"), *kw = PyDict_New(), *args = PyTuple_New(0);
	PyObject *call = os ? PyObject_GetAttrString(os, "register_at_fork") : NULL, *done = NULL;
	bool ok = call && kw && args;
	for (int i = 0; ok && i < 3; i++) {
		PyObject *hook = PyCFunction_New(&hooks[i], NULL);
		ok = hook && PyDict_SetItemString(kw, when[i], hook) == 0;
		Py_XDECREF(hook);
	}
	if (ok)
		done = PyObject_Call(call, args, kw);
	Py_XDECREF(done);
	Py_XDECREF(call);
	Py_XDECREF(args);
	Py_XDECREF(kw);
	Py_XDECREF(os);
	return done ? 0 : -1;
}
