/* SPDX-License-Identifier: MIT */
/*
 * A process may fork at any moment, and its child finds the allocator as it was then: locked, if a
 * thread of ours was just using it and the allocator is one that does not see to that. So while
 * members, questions and deaths come and go our threads allocate nothing.
 */
#include "fixture.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* A sanitizer's allocator cannot be replaced. */
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)
#define COUNTS 1

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);

static _Atomic unsigned by_others; /* than the test's own thread */
static _Thread_local bool own;

static void count(void)
{
	if (!own)
		atomic_fetch_add(&by_others, 1);
}

/* The C library calls these, too. */
#define EVERYWHERE __attribute__((visibility("default")))

EVERYWHERE void *malloc(size_t size)
{
	count();
	return __libc_malloc(size);
}

EVERYWHERE void *calloc(size_t n, size_t size)
{
	count();
	return __libc_calloc(n, size);
}

EVERYWHERE void *realloc(void *p, size_t size)
{
	count();
	return __libc_realloc(p, size);
}
#else
#define COUNTS 0
static unsigned by_others;
static bool own;
#endif

static void find_and_hold(void *arg)
{
	struct xf_domain *d;
	struct xf_pool *pool;
	struct xf_event *go;
	xf_id id;
	uint32_t index;
	EXPECT(0, xf_domain_open(arg, 0, proc_patience(5000), &d));
	EXPECT(0, xf_domain_find(d, XF_POOL, "pool", &id));
	EXPECT(0, xf_pool_open(d, id, &pool));
	EXPECT(0, xf_pool_hold(pool, proc_patience(5000), &index));
	EXPECT(0, xf_domain_find(d, XF_EVENT, "go", &id));
	EXPECT(0, xf_event_open(d, id, &go));
	EXPECT(0, xf_event_set(go));
	raise(SIGKILL);
}

static void one_visit(struct fixture *f, int fd)
{
	struct pollfd told = { .fd = fd, .events = POLLIN };
	EXPECT(-SIGKILL, proc_wait(proc_spawn(find_and_hold, "allocator"), 10000));
	EXPECT(1, poll(&told, 1, 5000));
	EXPECT(0, xf_event_wait(f->go, 0));
	EVENTUALLY(5000, proc_members(f->domain) == 1);
}

static void our_threads_allocate_nothing(void)
{
	struct fixture f;
	int fd;
	if (!COUNTS)
		proc_skip("this allocator cannot be watched");
	fixture_make(&f);
	CHECK(by_others > 0); /* the count works: our thread is not yet known as such */
	own = true;
	EXPECT(0, xf_domain_publish(f.domain, "allocator"));
	EXPECT(0, xf_event_fd(f.go, &fd));
	for (int i = 0; i < 3; i++) /* threads that are needed from now on are made */
		one_visit(&f, fd);
	unsigned before = by_others;
	for (int i = 0; i < 20; i++)
		one_visit(&f, fd);
	EXPECT(before, by_others);
	close(f.fd);
	fixture_close(&f);
}

static const struct proc_test tests[] = {
	{ "our threads allocate nothing", our_threads_allocate_nothing, 60 },
};

int main(int argc, char **argv)
{
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
