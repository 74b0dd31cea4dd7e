/* SPDX-License-Identifier: MIT */
/* What else happens to processes: they are stopped, they fork, exec, end threads, and serve names.
 */
#include "fixture.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shm/process.h"

#define NAME "process-test"

enum { READY, GO };

static void just_join(void *arg)
{
	struct xf_domain *d;
	EXPECT(0, xf_domain_join(*(int *)arg, &d));
	proc_tell(READY);
	pause();
}

/* ---- SIGSTOP */

static void hold_and_wait(void *arg)
{
	struct fixture h;
	uint32_t index;
	fixture_join(&h, *(int *)arg);
	EXPECT(0, xf_keyed_mutex_acquire(h.mutex, 0, 0, NULL));
	EXPECT(0, xf_pool_hold(h.pool, 0, &index));
	proc_tell(READY);
	EXPECT(0, xf_keyed_mutex_acquire(h.doomed, 9, proc_patience(10000), NULL));
	EXPECT(0, xf_keyed_mutex_release(h.mutex, 0, 0));
	EXPECT(0, xf_pool_give(h.pool, index));
	EXPECT(0, xf_keyed_mutex_release(h.doomed, 0, 0));
	fixture_close(&h);
}

static void own_and_pause(void *arg)
{
	struct fixture h;
	uint32_t index;
	fixture_join(&h, *(int *)arg);
	EXPECT(0, xf_pool_hold(h.pool, 0, &index));
	proc_tell(READY);
	pause();
}

/* Stopped, it keeps what it holds and delays nobody; deaths of others are noticed meanwhile. */
static void stopped(void)
{
	struct fixture f;
	uint32_t index;
	fixture_make(&f);
	pid_t a = proc_spawn(hold_and_wait, &f.fd);
	proc_await(READY, 1, 3000);
	pid_t b = proc_spawn(own_and_pause, &f.fd);
	proc_await(READY, 2, 3000);
	kill(a, SIGSTOP);
	proc_wait_stopped(a, 3000);
	int64_t start = xf_now();
	EXPECT(XF_TIMEOUT, xf_keyed_mutex_acquire(f.mutex, 0, xf_deadline(50 * MS), NULL));
	EXPECT(XF_TIMEOUT, xf_pool_hold(f.pool, xf_deadline(50 * MS), &index));
	CHECK(xf_now() - start < 2000 * MS && xf_now() - start >= 100 * MS);
	proc_kill(b);
	EXPECT(0, xf_pool_hold(f.pool, proc_patience(3000), &index)); /* b's */
	EXPECT(0, xf_pool_give(f.pool, index));
	EVENTUALLY(3000, proc_members(f.domain) == 2);
	struct xf_domain *other; /* joining and leaving go on as well */
	EXPECT(0, xf_domain_join(f.fd, &other));
	xf_domain_leave(other);
	/* Published while it is stopped, taken when it goes on. */
	EXPECT(0, xf_keyed_mutex_acquire(f.doomed, 0, 0, NULL));
	EXPECT(0, xf_keyed_mutex_release(f.doomed, 9, 0));
	kill(a, SIGCONT);
	EXPECT(0, proc_wait(a, 5000));
	EXPECT(0, xf_keyed_mutex_acquire(f.mutex, 0, proc_patience(3000), NULL));
	EXPECT(0, xf_keyed_mutex_release(f.mutex, 0, 0));
	close(f.fd);
	fixture_close(&f);
}

/* Stopped in the middle of a sweep, with the domain's lock: joining goes on, sweeping when it does.
 */
static void stopped_with_lock(void)
{
	struct xf_domain *d;
	int fd = fixture_empty();
	pid_t dying = proc_spawn(just_join, &fd);
	proc_await(READY, 1, 3000);
	pid_t sweeper = proc_spawn_at("sweep:abandoned/1/stop", -1, just_join, &fd);
	proc_await(READY, 2, 3000);
	proc_kill(dying);
	proc_wait_stopped(sweeper, 3000);
	int64_t start = xf_now();
	EXPECT(0, xf_domain_join(fd, &d));
	CHECK(xf_now() - start < 3000 * MS);
	CHECK(proc_members(d) == 3);
	kill(sweeper, SIGCONT);
	EVENTUALLY(3000, proc_members(d) == 2);
	proc_kill(sweeper);
	EVENTUALLY(3000, proc_members(d) == 1);
	xf_domain_leave(d);
	close(fd);
}

/* ---- Killed while it sleeps: its place in the queue does not swallow the wake-up. */

static void wait_for_five(void *arg)
{
	struct fixture w;
	fixture_join(&w, *(int *)arg);
	proc_tell(READY);
	EXPECT(0, xf_keyed_mutex_acquire(w.mutex, 5, proc_patience(10000), NULL));
	EXPECT(0, xf_keyed_mutex_release(w.mutex, 0, 0));
	fixture_close(&w);
}

static void killed_asleep(void)
{
	struct xf_object_info info = { .size = sizeof(info) };
	struct fixture f;
	fixture_make(&f);
	EXPECT(0, xf_keyed_mutex_acquire(f.mutex, 0, 0, NULL));
	/* inspect counts those who wait for the key the mutex carries now: make that 5 */
	EXPECT(0, xf_keyed_mutex_release(f.mutex, 5, 0));
	EXPECT(0, xf_keyed_mutex_acquire(f.mutex, 5, 0, NULL));
	xf_id id = xf_keyed_mutex_id(f.mutex);
	pid_t first = proc_spawn(wait_for_five, &f.fd);
	EVENTUALLY(3000, xf_inspect_object(f.domain, id, &info) == 0 && info.waiters == 1);
	pid_t second = proc_spawn(wait_for_five, &f.fd);
	EVENTUALLY(3000, xf_inspect_object(f.domain, id, &info) == 0 && info.waiters == 2);
	kill(first, SIGKILL);
	EXPECT(0, xf_keyed_mutex_release(f.mutex, 5, 0));
	EXPECT(-SIGKILL, proc_wait(first, 3000));
	EXPECT(0, proc_wait(second, 8000));
	EVENTUALLY(3000, proc_members(f.domain) == 1);
	close(f.fd);
	fixture_close(&f);
}

/* ---- fork: the child holds nothing, and can join by itself. */

static int never_visit(const struct xf_object_info *info, void *arg)
{
	(void)info;
	(void)arg;
	proc_fail(__FILE__, __LINE__, "visited in a forked child");
}

/* A surface of its own, with memory mapped. */
static struct xf_surface *mapped(struct xf_domain *d, void **ret_data)
{
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 64, .height_px = 64, .fourcc = XF_FORMAT_R8
	};
	struct xf_surface *s;
	EXPECT(0, xf_surface_create(d, &desc, 0, &s));
	EXPECT(0, xf_surface_begin(s, XF_ACCESS_WRITE, ret_data));
	return s;
}

static struct xf_surface *parents;

static void check_child(void *arg)
{
	struct fixture *f = arg, own;
	struct xf_surface *s = xf_pool_surface(f->pool, 0);
	struct xf_wait_item item = { .type = XF_EVENT, .object = f->event };
	struct xf_domain_info info = { .size = sizeof(info) };
	uint64_t value;
	uint32_t index;
	void *data;
	xf_id id;
	int fd;
	EXPECT(-ECHILD, xf_event_set(f->event));
	EXPECT(-ECHILD, xf_event_reset(f->event));
	EXPECT(-ECHILD, xf_event_wait(f->event, 0));
	EXPECT(-ECHILD, xf_event_fd(f->go, &fd));
	EXPECT(-ECHILD, xf_timeline_signal(f->timeline, 5));
	EXPECT(-ECHILD, xf_timeline_value(f->timeline, &value));
	EXPECT(-ECHILD, xf_timeline_wait(f->timeline, 5, 0));
	EXPECT(-ECHILD, xf_keyed_mutex_acquire(f->mutex, 0, 0, NULL));
	EXPECT(-ECHILD, xf_keyed_mutex_release(f->mutex, 0, 0));
	EXPECT(-ECHILD, xf_keyed_mutex_set_data(f->mutex, "x", 1));
	EXPECT(-ECHILD, xf_pool_hold(f->pool, 0, &index));
	EXPECT(-ECHILD, xf_pool_give(f->pool, 0));
	EXPECT(-ECHILD, xf_surface_begin(s, XF_ACCESS_READ, &data));
	EXPECT(-ECHILD, xf_surface_send(s, 0));
	EXPECT(-ECHILD, xf_wait_any(&item, 1, 0, &index));
	EXPECT(-ECHILD, xf_domain_find(f->domain, XF_ANY, "event", &id));
	EXPECT(-ECHILD, xf_domain_export(f->domain, 0, &fd));
	EXPECT(-ECHILD, xf_inspect_domain(f->domain, &info));
	EXPECT(-ECHILD, xf_inspect_objects(f->domain, never_visit, NULL));
	EXPECT(0, (long long)xf_event_id(f->event));
	EXPECT(0, (long long)xf_timeline_id(f->timeline));
	EXPECT(0, (long long)xf_keyed_mutex_id(f->mutex));
	EXPECT(0, (long long)xf_surface_id(s));
	EXPECT(0, (long long)xf_pool_id(f->pool));
	fixture_join(&own, f->fd);
	EXPECT(XF_TIMEOUT, xf_keyed_mutex_acquire(own.mutex, 0, 0, NULL)); /* the parent's */
	EXPECT(0, xf_event_set(own.event));
	/* Perhaps at the address where the parent's lay. */
	s = mapped(own.domain, &data);
	xf_surface_close(parents);
	fixture_close(f); /* frees memory, changes nothing */
	*(volatile char *)data = 1;
	xf_surface_close(s);
	EXPECT(0, xf_event_set(own.go));
	fixture_close(&own);
}

/* Descriptors of this process that are some domain's memory. */
static int descriptors_of_domains(void)
{
	int count = 0;
	for (int fd = 0; fd < 1024; fd++) {
		char path[32], target[64] = "";
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		count += readlink(path, target, sizeof(target) - 1) > 0 &&
			 strstr(target, "memfd:crossfence");
	}
	return count;
}

static void keeps_nothing(void *arg)
{
	EXPECT(0, descriptors_of_domains());
	EXPECT(0, proc_mappings("memfd:crossfence"));
}

/* One that never uses us: of the domain's memory it has neither a mapping nor a descriptor. */
static void forked_and_unaware(void)
{
	struct fixture f;
	void *data;
	fixture_make(&f);
	close(f.fd); /* ours to close, as we exported it */
	parents = mapped(f.domain, &data);
	CHECK(descriptors_of_domains() > 0);
	pid_t child = proc_spawn(keeps_nothing, NULL);
	EXPECT(0, proc_wait(child, 5000));
	*(volatile char *)data = 1;
	xf_surface_close(parents);
	fixture_close(&f);
}

#define MANY 70 /* memberships at once, each with descriptors that a child closes */

/* However many those are, and whichever went in between. */
static void forked_with_many(void)
{
	struct xf_domain *d[MANY];
	struct xf_domain_params params = { .size = sizeof(params), .max_objects = 64 };
	for (int i = 0; i < MANY; i++)
		EXPECT(0, xf_domain_create(&params, &d[i]));
	for (int i = 0; i < MANY; i += 3)
		xf_domain_leave(d[i]);
	CHECK(descriptors_of_domains() > MANY / 2);
	EXPECT(0, proc_wait(proc_spawn(keeps_nothing, NULL), 20000));
	for (int i = 0; i < MANY; i++)
		if (i % 3)
			xf_domain_leave(d[i]);
	EXPECT(0, descriptors_of_domains());
}

static void forked(void)
{
	struct fixture f;
	void *data;
	fixture_make(&f);
	parents = mapped(f.domain, &data);
	EXPECT(0, xf_keyed_mutex_acquire(f.mutex, 0, 0, NULL));
	pid_t child = proc_spawn(check_child, &f);
	EXPECT(0, proc_wait(child, 5000));
	EXPECT(0, xf_event_wait(f.event, xf_deadline(1000 * MS)));
	EXPECT(0, xf_event_wait(f.go, xf_deadline(1000 * MS)));
	EXPECT(0, xf_keyed_mutex_release(f.mutex, 0, 0)); /* still ours */
	*(volatile char *)data = 1;
	xf_surface_close(parents);
	EVENTUALLY(3000, proc_members(f.domain) == 1);
	close(f.fd);
	fixture_close(&f);
}

/* ---- exec ends membership as death does, and gives back what was held. */

static void execs(void *arg)
{
	struct fixture h;
	fixture_join(&h, *(int *)arg);
	EXPECT(0, xf_keyed_mutex_acquire(h.mutex, 0, 0, NULL));
	for (uint32_t i = 0, index; i < xf_pool_count(h.pool); i++)
		EXPECT(0, xf_pool_hold(h.pool, 0, &index));
	proc_tell(READY);
	execl("/bin/sleep", "sleep", "20", (char *)NULL);
}

static void executed(void)
{
	struct fixture f;
	fixture_make(&f);
	pid_t child = proc_spawn(execs, &f.fd);
	proc_await(READY, 1, 3000);
	EXPECT(XF_ABANDONED, xf_keyed_mutex_acquire(f.mutex, 0, proc_patience(3000), NULL));
	for (uint32_t i = 0, index; i < xf_pool_count(f.pool); i++)
		EXPECT(0, xf_pool_hold(f.pool, proc_patience(3000), &index));
	EVENTUALLY(3000, proc_members(f.domain) == 1);
	CHECK(!proc_ended(child)); /* only its memory is gone */
	proc_kill(child);
	close(f.fd);
	fixture_close(&f);
}

/* ---- Threads come and go; the main thread, too. */

static void *take(void *arg)
{
	struct fixture *f = arg;
	EXPECT(0, xf_keyed_mutex_acquire(f->mutex, 0, 0, NULL));
	return NULL;
}

static void *take_and_stay(void *arg)
{
	take(arg);
	proc_tell(READY);
	proc_await(GO, 1, 5000);
	EXPECT(0, xf_keyed_mutex_release(((struct fixture *)arg)->mutex, 3, 0));
	_exit(0);
}

static void main_thread_ends(void *arg)
{
	static struct fixture h;
	pthread_t thread;
	fixture_join(&h, *(int *)arg);
	CHECK(pthread_create(&thread, NULL, take_and_stay, &h) == 0);
	pthread_exit(NULL);
}

static void threads_end(void)
{
	struct fixture f;
	pthread_t thread;
	fixture_make(&f);
	CHECK(pthread_create(&thread, NULL, take, &f) == 0);
	pthread_join(thread, NULL);
	EXPECT(0, xf_keyed_mutex_release(f.mutex, 0, 0)); /* the handle owns, not the thread */
	pid_t child = proc_spawn(main_thread_ends, &f.fd);
	proc_await(READY, 1, 3000);
	EXPECT(XF_TIMEOUT, xf_keyed_mutex_acquire(f.mutex, 3, xf_deadline(20 * MS), NULL));
	proc_tell(GO);
	EXPECT(0, xf_keyed_mutex_acquire(f.mutex, 3, proc_patience(3000), NULL));
	EXPECT(0, proc_wait(child, 3000));
	close(f.fd);
	fixture_close(&f);
}

/* ---- Names. */

static void publish(void *arg)
{
	struct xf_domain *d;
	EXPECT(0, xf_domain_join(*(int *)arg, &d));
	EXPECT(0, xf_domain_publish(d, NAME));
	proc_tell(READY);
	pause();
}

static int open_within(int ms)
{
	struct xf_domain *d;
	int r, tries = 0;
	int64_t start = xf_now();
	do
		r = xf_domain_open(NAME, 0, xf_deadline(ms * MS), &d);
	while (r && tries++ < 3 && xf_now() - start < ms * MS);
	EXPECT(0, r);
	xf_domain_leave(d);
	return (int)((xf_now() - start) / 1000);
}

static void name_outlives(void)
{
	int fd = fixture_empty();
	struct xf_domain *d;
	pid_t pids[4];
	pids[0] = proc_spawn(publish, &fd);
	proc_await(READY, 1, 3000);
	for (uint32_t i = 1; i < 4; i++) {
		pids[i] = proc_spawn(just_join, &fd);
		proc_await(READY, i + 1, 3000);
	}
	close(fd);
	for (int i = 0; i < 3; i++) {
		kill(pids[i], SIGKILL);
		printf("# taken over in %d us\n", open_within(1000));
		EXPECT(-SIGKILL, proc_wait(pids[i], 3000));
	}
	proc_kill(pids[3]); /* the last one */
	EXPECT(-ENOENT, xf_domain_open(NAME, 0, 0, &d));
}

static void publish_and_fork(void *arg)
{
	struct xf_domain *d;
	EXPECT(0, xf_domain_join(*(int *)arg, &d));
	EXPECT(0, xf_domain_publish(d, NAME));
	pid_t child = fork(); /* with no intention to exec, or not soon */
	if (!child) {
		prctl(PR_SET_PDEATHSIG, 0);
		proc_await(GO, 1, 10000);
		_exit(0);
	}
	proc_tell(READY);
	pause();
}

static void name_outlives_forks(void)
{
	int fd = fixture_empty();
	pid_t other = proc_spawn(just_join, &fd);
	proc_await(READY, 1, 3000);
	pid_t server = proc_spawn(publish_and_fork, &fd);
	proc_await(READY, 2, 3000);
	close(fd);
	proc_kill(server);
	open_within(3000);
	proc_kill(other);
	proc_tell(GO);
	CHECK(waitpid(-1, NULL, 0) > 0); /* the server's child, ours now */
}

/* ---- Whose number it is: by what kernels before 6.9 say, which number no processes anew. */

static void known_by_its_beginning(void)
{
	struct fixture f;
	int fd;
	fixture_make(&f);
	struct xfi_member *record = &f.domain->members[f.domain->self];
	uint64_t process = xfi_get(&record->process), born = xfi_get(&record->born);
	xfi_put(&record->process, 0);
	CHECK(born);
	CHECK(!xfi_process_gone(record, &fd));
	close(fd);
	xfi_put(&record->born, born - 1); /* whoever had our number before us */
	CHECK(xfi_process_gone(record, &fd));
	xfi_put(&record->born, 0); /* nobody can say */
	CHECK(!xfi_process_gone(record, &fd));
	close(fd);
	xfi_put(&record->born, born);
	xfi_put(&record->process, process);
	close(f.fd);
	fixture_close(&f);
}

int main(int argc, char **argv)
{
	static const struct proc_test tests[] = {
		{ "stopped", stopped, 30 },
		{ "stopped with the lock", stopped_with_lock, 30 },
		{ "killed asleep", killed_asleep, 30 },
		{ "forked", forked, 20 },
		{ "forked, and never uses it", forked_and_unaware, 20 },
		{ "forked, with many memberships", forked_with_many, 60 },
		{ "executed", executed, 20 },
		{ "threads end", threads_end, 20 },
		{ "a name outlives its server", name_outlives, 30 },
		{ "even if that had forked", name_outlives_forks, 30 },
		{ "known by its beginning", known_by_its_beginning, 20 },
	};
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
