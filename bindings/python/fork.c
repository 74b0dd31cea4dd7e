/* SPDX-License-Identifier: MIT */
/*
 * A forked child has none of crossfence's mappings, and holds no frame: what its parent's arrays
 * lay over may be drawn over at any time. But the array objects are there, and to touch one must
 * not end the child. So it gets memory of its own in their place, which reads as zeros and takes up
 * nothing until it is touched. A copy instead would cost the parent, which waits in fork(), a copy
 * of each frame, mostly for a child that looks at none and calls exec.
 *
 * This is done inside fork() itself, before anything of Python's or of another library runs in the
 * child that could take the place. The forking thread need not have the GIL there: other code than
 * Python's may fork. So each step of a change to the list leaves it whole.
 */
#include "fork.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#include "type.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000 /* Linux 4.17; before, the address is a hint */
#endif

/* Changed with the GIL; only a forked child goes through it without. */
static struct xfp_picture *_Atomic live;

void xfp_fork_add(struct xfp_picture *p)
{
	struct xfp_picture *next = atomic_load_explicit(&live, memory_order_relaxed);
	p->next_live = next;
	p->before_live = NULL;
	p->is_live = true;
	if (next)
		next->before_live = p;
	/* After p->next_live: a child that finds p here goes on from it. */
	atomic_store_explicit(&live, p, memory_order_release);
}

void xfp_fork_remove(struct xfp_picture *p)
{
	if (!p->is_live)
		return;
	p->is_live = false;
	/* One store takes it out, for whoever goes forward; p still leads to the rest. */
	if (p->before_live)
		p->before_live->next_live = p->next_live;
	else
		atomic_store_explicit(&live, p->next_live, memory_order_release);
	if (p->next_live)
		p->next_live->before_live = p->before_live;
}

const struct xfp_picture *xfp_fork_find(const uint8_t *address)
{
	const struct xfp_picture *p = atomic_load_explicit(&live, memory_order_relaxed);
	for (; p; p = p->next_live)
		if (p->data && address >= p->data && address < p->data + p->size)
			return p;
	return NULL;
}

static int reserve(uintptr_t from, size_t size)
{
	void *at = (void *)from;
	void *got = mmap(at, size, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
	if (got == at)
		return 0;
	if (got != MAP_FAILED)
		(void)munmap(got, size);
	return -1;
}

/*
 * What is there already is an array's of the same surface, or one with which it shares a page: then
 * what is missing is found page by page.
 */
static void give_memory(const struct xfp_picture *p, size_t page)
{
	uintptr_t from = (uintptr_t)p->data / page * page;
	uintptr_t end = ((uintptr_t)p->data + p->size + page - 1) / page * page;
	if (!reserve(from, end - from) || errno != EEXIST)
		return;
	for (; from < end; from += page)
		(void)reserve(from, page);
}

/* Nothing but system calls: other threads of the parent's may have held any lock. */
static void in_child(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct xfp_picture *p = atomic_load_explicit(&live, memory_order_acquire);
	for (; p; p = p->next_live) {
		if (p->data)
			give_memory(p, page);
		p->is_live = false; /* the child's own now, and that of its children */
	}
	atomic_store_explicit(&live, NULL, memory_order_relaxed);
}

int xfp_fork_register(void)
{
	static bool registered; /* with the GIL; a second module shares the list */
	if (!registered && pthread_atfork(NULL, NULL, in_child)) {
		(void)PyErr_NoMemory();
		return -1;
	}
	registered = true;
	return 0;
}
