/* SPDX-License-Identifier: MIT */
/*
 * Two tenants of each table that members share: one takes all there is, the other has what it had,
 * and as fast (the ratio is printed). What is full says so to whoever wants more, and comes back
 * when the first one is gone. SECURITY.md has the list of tables.
 */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { FULL };

static const struct xf_surface_desc frame = {
	.size = sizeof(frame), .width_px = 256, .height_px = 16, .fourcc = XF_FORMAT_ABGR8888
};

/* ---- the one who takes it all ---- */

static struct xf_domain *join(void *arg)
{
	struct xf_domain *d;
	EXPECT(0, xf_domain_join(*(int *)arg, &d));
	return d;
}

static void told_full(int expected, int r, unsigned n)
{
	printf("# takes %u, then: %s\n", n, xf_last_message(r));
	EXPECT(expected, r);
	fflush(stdout);
	proc_tell(FULL);
	for (;;)
		pause();
}

static void all_slots(void *arg)
{
	struct xf_domain *d = join(arg);
	struct xf_event *e;
	unsigned n = 0;
	int r;
	while (!(r = xf_event_create(d, 0, NULL, &e)))
		n++;
	told_full(-ENOSPC, r, n);
}

static void all_payload(void *arg)
{
	struct xf_domain *d = join(arg);
	struct xf_surface *s;
	unsigned n = 0;
	int r;
	while (!(r = xf_surface_create(d, &frame, 0, &s)))
		n++;
	told_full(-ENOSPC, r, n);
}

static void all_members(void *arg)
{
	struct xf_domain *d;
	unsigned n = 0;
	int r;
	while (!(r = xf_domain_join(*(int *)arg, &d)))
		n++;
	told_full(-EUSERS, r, n);
}

/* Of one keyed mutex; a test's library has 4096. */
static void all_numbers(void *arg)
{
	struct fixture f;
	struct xf_keyed_mutex *m;
	unsigned n = 0;
	int r;
	fixture_join(&f, *(int *)arg);
	while (!(r = xf_keyed_mutex_open(f.domain, xf_keyed_mutex_id(f.mutex), &m)))
		n++;
	told_full(-EMFILE, r, n);
}

static struct fixture waited_for;

static void *wait_for_a_key(void *arg)
{
	(void)xf_keyed_mutex_acquire(waited_for.doomed, (uintptr_t)arg, XF_NEVER, NULL);
	return NULL;
}

/* Sleepers in as many buckets, for keys that never come. */
#define SLEEPERS 300

static void many_sleepers(void *arg)
{
	pthread_attr_t small;
	pthread_t thread;
	fixture_join(&waited_for, *(int *)arg);
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 64 * 1024);
	for (uintptr_t i = 1; i <= SLEEPERS; i++)
		EXPECT(0, pthread_create(&thread, &small, wait_for_a_key, (void *)i));
	proc_pause();
	told_full(0, 0, SLEEPERS);
}

/* Descriptors for an event, until there are none left; more than there are rings. */
static void many_pollers(void *arg)
{
	struct fixture f;
	struct xf_event *e;
	struct rlimit some = { 2048, 2048 };
	int fd, r = 0;
	unsigned n = 0;
	(void)setrlimit(RLIMIT_NOFILE, &some);
	fixture_join(&f, *(int *)arg);
	while (!r && n < 600) {
		EXPECT(0, xf_event_open(f.domain, xf_event_id(f.event), &e));
		r = xf_event_fd(e, &fd);
		n += !r;
	}
	told_full(r == -EMFILE ? r : 0, r, n);
}

/* Questions that nobody asks, in the folder where names are asked for. */
static void many_questions(void *arg)
{
	const char *folder = getenv("XDG_RUNTIME_DIR");
	char path[200];
	(void)arg;
	for (unsigned i = 0; i < 3000; i++) {
		snprintf(path, sizeof(path), "%s/.crossfence-%016x-%08x-%016x", folder, i, 0, i);
		int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
		CHECK(fd >= 0);
		close(fd);
	}
	told_full(0, 0, 3000);
}

static void remove_questions(void)
{
	const char *folder = getenv("XDG_RUNTIME_DIR");
	char path[200];
	for (unsigned i = 0; i < 3000; i++) {
		snprintf(path, sizeof(path), "%s/.crossfence-%016x-%08x-%016x", folder, i, 0, i);
		unlink(path);
	}
}

/* ---- the other one ---- */

/* What it has and does all the time: the best of many, in nanoseconds. */
static int64_t one_turn(struct fixture *f)
{
	uint32_t index;
	int64_t began = xf_now();
	EXPECT(0, xf_keyed_mutex_acquire(f->mutex, 0, proc_patience(5000), NULL));
	EXPECT(0, xf_keyed_mutex_release(f->mutex, 0, 0));
	EXPECT(0, xf_event_set(f->go));
	EXPECT(0, xf_event_wait(f->go, proc_patience(5000)));
	EXPECT(0, xf_pool_hold(f->pool, proc_patience(5000), &index));
	EXPECT(0, xf_pool_give(f->pool, index));
	return xf_now() - began;
}

static int64_t latency(struct fixture *f)
{
	int64_t best = INT64_MAX;
	for (int i = 0; i < 3000; i++) {
		int64_t took = one_turn(f);
		best = took < best ? took : best;
	}
	return best;
}

static void is_told_by_descriptor(struct fixture *f, int fd)
{
	struct pollfd told = { .fd = fd, .events = POLLIN };
	EXPECT(0, xf_event_set(f->event));
	EXPECT(1, poll(&told, 1, 5000));
	EXPECT(0, xf_event_wait(f->event, 0));
}

static int make_event(struct xf_domain *d)
{
	struct xf_event *e;
	int r = xf_event_create(d, 0, NULL, &e);
	if (!r)
		xf_event_close(e);
	return r;
}

static int open_mutex(struct xf_domain *d)
{
	struct xf_keyed_mutex *m;
	xf_id id;
	EXPECT(0, xf_domain_find(d, XF_KEYED_MUTEX, "mutex", &id));
	int r = xf_keyed_mutex_open(d, id, &m);
	if (!r)
		xf_keyed_mutex_close(m);
	return r;
}

static int make_surface(struct xf_domain *d)
{
	struct xf_surface *s;
	int r = xf_surface_create(d, &frame, 0, &s);
	if (!r)
		xf_surface_close(s);
	return r;
}

static int open_by_name(struct xf_domain *d)
{
	struct xf_domain *again;
	(void)d;
	int r = xf_domain_open("tenants", 0, proc_patience(5000), &again);
	if (!r)
		xf_domain_leave(again);
	return r;
}

/* `more`: what the other one would have more of; `refused`: what it is told meanwhile. */
static void beside(void (*takes_all)(void *arg), int (*more)(struct xf_domain *d), int refused)
{
	struct fixture f;
	int fd;
	fixture_make(&f);
	EXPECT(0, xf_domain_publish(f.domain, "tenants"));
	EXPECT(0, xf_event_fd(f.event, &fd));
	int64_t before = latency(&f);
	pid_t pid = proc_spawn(takes_all, &f.fd);
	proc_await(FULL, 1, 60000);
	int64_t beside = latency(&f);
	printf("# %d ns beside it, %d ns before: %.2f times\n", (int)beside, (int)before,
		(double)beside / (double)before);
	is_told_by_descriptor(&f, fd);
	EXPECT(refused, more(f.domain));
	proc_kill(pid);
	EVENTUALLY(20000, proc_members(f.domain) == 1);
	EXPECT(0, more(f.domain));
	is_told_by_descriptor(&f, fd);
	close(f.fd);
	fixture_close(&f);
}

static void object_slots(void)
{
	beside(all_slots, make_event, -ENOSPC);
}

static void payload(void)
{
	beside(all_payload, make_surface, -ENOSPC);
}

static void members(void)
{
	beside(all_members, open_by_name, -EUSERS);
}

static void numbers(void)
{
	beside(all_numbers, open_mutex, 0);
}

static void buckets(void)
{
	beside(many_sleepers, make_event, 0);
}

static void pollers(void)
{
	beside(many_pollers, make_event, 0);
}

static void questions(void)
{
	beside(many_questions, open_by_name, 0);
	remove_questions();
}

static const struct proc_test tests[] = {
	{ "all object slots", object_slots, 100 },
	{ "all payload", payload, 100 },
	{ "all members", members, 100 },
	{ "numbers of handles", numbers, 100 },
	{ "sleepers in the buckets", buckets, 100 },
	{ "descriptors to poll", pollers, 100 },
	{ "questions for names", questions, 100 },
};

int main(int argc, char **argv)
{
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
