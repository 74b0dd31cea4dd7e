/* SPDX-License-Identifier: MIT */
/*
 * A death wakes whom it may concern: threads that sleep for something else, in the dead member's
 * company or not, go on sleeping. The kernel counts how often each of them was woken.
 */
#include "fixture.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SLEEPERS 64

enum { READY };

struct sleeper {
	pthread_t thread;
	_Atomic pid_t tid;
	struct xf_event *event; /* its own, never set before the end */
	struct xf_keyed_mutex *mutex; /* or this one */
	uint64_t key;
	bool any; /* by bell */
	int result;
};

static void *sleep_main(void *arg)
{
	struct sleeper *s = arg;
	struct xf_wait_item item = { .type = XF_EVENT, .object = s->event };
	uint32_t index;
	atomic_store(&s->tid, (pid_t)syscall(SYS_gettid));
	if (s->mutex)
		s->result = xf_keyed_mutex_acquire(s->mutex, s->key, XF_NEVER, NULL);
	else if (s->any)
		s->result = xf_wait_any(&item, 1, XF_NEVER, &index);
	else
		s->result = xf_event_wait(s->event, XF_NEVER);
	return NULL;
}

/* A line of /proc/self/task/TID/status. */
static long status(pid_t tid, const char *name, char *ret_state)
{
	char path[64], line[128];
	long value = -1;
	snprintf(path, sizeof(path), "/proc/self/task/%d/status", tid);
	FILE *file = fopen(path, "re");
	CHECK(file);
	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, "State:", 6) == 0)
			sscanf(line, "State: %c", ret_state);
		if (strncmp(line, name, strlen(name)) == 0)
			value = strtol(line + strlen(name) + 1, NULL, 10);
	}
	fclose(file);
	return value;
}

/* Asleep; how often it went to sleep. */
static long sleeps(const struct sleeper *s)
{
	char state = 0;
	long count = 0, before = -1;
	for (int i = 0; i < 5000 && (state != 'S' || count != before); i++) {
		before = count;
		proc_pause();
		count = status(atomic_load(&s->tid), "voluntary_ctxt_switches:", &state);
	}
	CHECK(state == 'S');
	return count;
}

static void start(struct sleeper *s)
{
	CHECK(pthread_create(&s->thread, NULL, sleep_main, s) == 0);
	while (!atomic_load(&s->tid))
		proc_pause();
}

static void set_and_join(struct sleeper *s)
{
	EXPECT(0, xf_event_set(s->event));
	pthread_join(s->thread, NULL);
	EXPECT(0, s->result);
}

/* Has everything open, sleeps for one event, owns a mutex if it is told to. */
struct victim {
	int fd;
	bool owns;
};

static void victim(void *arg)
{
	const struct victim *how = arg;
	struct fixture v;
	fixture_join(&v, how->fd);
	if (how->owns)
		EXPECT(0, xf_keyed_mutex_acquire(v.doomed, 0, 0, NULL));
	for (uint64_t i = 0; i < SLEEPERS; i++) {
		struct xf_event *event;
		EXPECT(0, xf_event_open(v.domain, atomic_load(&proc_board->value[i % 64]), &event));
	}
	proc_tell(READY);
	EXPECT(XF_TIMEOUT, xf_event_wait(v.go, xf_deadline(60000 * MS)));
}

static void die(struct fixture *f, bool owns)
{
	struct xf_domain_info info = { .size = sizeof(info) };
	struct victim how = { f->fd, owns };
	EXPECT(0, xf_inspect_domain(f->domain, &info));
	uint32_t deaths = info.deaths;
	pid_t pid = proc_spawn(victim, &how);
	proc_await(READY, deaths + 1, 20000);
	proc_kill(pid);
	EVENTUALLY(20000, xf_inspect_domain(f->domain, &info) == 0 && info.deaths == deaths + 1);
	EVENTUALLY(20000, proc_members(f->domain) == 1);
}

/* How many of them have been woken by it. */
static int woken_by_death(struct fixture *f, struct sleeper *sleepers, bool owns)
{
	long before[SLEEPERS];
	int woken = 0;
	for (int i = 0; i < SLEEPERS; i++)
		before[i] = sleeps(&sleepers[i]);
	die(f, owns);
	for (int i = 0; i < SLEEPERS; i++)
		woken += sleeps(&sleepers[i]) != before[i];
	return woken;
}

static void strangers_sleep_on(void)
{
	struct sleeper sleepers[SLEEPERS] = { 0 };
	struct fixture f;
	fixture_make(&f);
	for (int i = 0; i < SLEEPERS; i++) {
		EXPECT(0, xf_event_create(f.domain, 0, NULL, &sleepers[i].event));
		atomic_store(&proc_board->value[i], xf_event_id(sleepers[i].event));
		sleepers[i].any = i % 4 == 0;
		start(&sleepers[i]);
	}
	/* One may sleep in the bucket where the victim does. */
	int woken = woken_by_death(&f, sleepers, false);
	printf("# a death woke %d of %d\n", woken, SLEEPERS);
	CHECK(woken <= 2);
	/* Those that wait for anything with the bit of the mutex look again: one in sixteen. */
	woken = woken_by_death(&f, sleepers, true);
	printf("# an owner's death woke %d of %d\n", woken, SLEEPERS);
	CHECK(woken <= SLEEPERS / 4);
	for (int i = 0; i < SLEEPERS; i++) {
		set_and_join(&sleepers[i]);
		xf_event_close(sleepers[i].event);
	}
	close(f.fd);
	fixture_close(&f);
}

/* All who wait for the mutex hear of it, whatever their keys; now and later. */
static void owner_dies(void)
{
	struct sleeper sleepers[SLEEPERS] = { 0 };
	struct fixture f;
	struct xf_event *any;
	fixture_make(&f);
	EXPECT(0, xf_event_create(f.domain, 0, NULL, &any));
	for (int i = 0; i < 64; i++)
		atomic_store(&proc_board->value[i], xf_event_id(any));
	for (int i = 0; i < SLEEPERS; i++) {
		sleepers[i].mutex = f.doomed;
		sleepers[i].key = (uint64_t)i + 1;
		start(&sleepers[i]);
		(void)sleeps(&sleepers[i]);
	}
	die(&f, true);
	for (int i = 0; i < SLEEPERS; i++) {
		pthread_join(sleepers[i].thread, NULL);
		EXPECT(XF_ABANDONED, sleepers[i].result);
	}
	EXPECT(XF_ABANDONED, xf_keyed_mutex_acquire(f.doomed, 99, XF_NEVER, NULL));
	EXPECT(XF_ABANDONED, xf_keyed_mutex_release(f.doomed, 99, 0));
	die(&f, false); /* of one that has it open, and nobody is told again */
	EXPECT(XF_ABANDONED, xf_keyed_mutex_acquire(f.doomed, 99, XF_NEVER, NULL));
	xf_event_close(any);
	close(f.fd);
	fixture_close(&f);
}

int main(int argc, char **argv)
{
	static const struct proc_test tests[] = {
		{ "strangers sleep on", strangers_sleep_on, 100 },
		{ "all who wait for a mutex hear of its owner's death", owner_dies, 100 },
	};
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
