/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "../temporary.h"
#include "harness.h"

/* Names of this test's own runtime folder only. */
static int own_folder(void **state)
{
	static char folder[TEMPORARY_SIZE];
	return !mkdtemp(temporary(folder, "xf-domain-test.XXXXXX")) ||
	       setenv("XDG_RUNTIME_DIR", folder, 1);
}

static int remove_folder(void **state)
{
	return rmdir(getenv("XDG_RUNTIME_DIR")); /* fails if anything was left in it */
}

static int count_name(const char *name, void *arg)
{
	(void)name;
	++*(int *)arg;
	return 0;
}

static int served_names(void)
{
	int n = 0;
	assert_int_equal(xf_inspect_names(count_name, &n), 0);
	return n;
}

/* Starts, says so, and is killed. */
static pid_t producer(int tell, bool keep)
{
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid)
		return pid;
	struct xf_domain *domain;
	struct xf_event *event;
	limit(20);
	int r = xf_domain_open_or_create("restarted", NULL, &domain);
	if (!r)
		r = xf_event_create(domain, 0, "frame", &event);
	char answer = (char)-r;
	(void)!write(tell, &answer, 1);
	while (keep)
		pause();
	_exit(r != 0);
}

static void started(int told)
{
	char answer = 1;
	assert_int_equal(read(told, &answer, 1), 1);
	assert_int_equal(answer, 0);
}

static void producers_start_again_and_consumers_find_the_newest(void **state)
{
	needs_processes();
	struct xf_domain *domain;
	struct xf_event *event;
	xf_id first, second;
	int told[2];
	assert_int_equal(pipe(told), 0);
	pid_t pid = producer(told[1], true);
	started(told[0]);
	assert_int_equal(xf_domain_open("restarted", 0, patience(5000), &domain), 0);
	assert_int_equal(xf_domain_find(domain, XF_EVENT, "frame", &first), 0);
	assert_int_equal(xf_event_open(domain, first, &event), 0);
	for (int life = 0; life < 3; life++) {
		assert_int_equal(kill(pid, SIGKILL), 0);
		pid_t next = producer(told[1], true); /* while the one before may still be dying */
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		pid = next;
		started(told[0]);
		assert_int_equal(xf_domain_find(domain, XF_EVENT, "frame", &second), 0);
		assert_int_not_equal(second, first); /* though that is still open here */
		assert_int_equal(xf_domain_find(domain, XF_ANY, "frame", &second), 0);
		assert_int_not_equal(second, first);
	}
	assert_int_equal(xf_domain_find(domain, XF_SURFACE, "frame", &second), -ENOENT);
	assert_int_equal(
		xf_domain_find(domain, (enum xf_type)(XF_STREAM + 1), "frame", &second), -EINVAL);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	xf_event_close(event);
	xf_domain_leave(domain);
	close(told[0]);
	close(told[1]);
}

/* Joins, makes an event to be known by, says so, and waits to be killed. */
static pid_t heir(int tell)
{
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid)
		return pid;
	struct xf_domain *domain;
	struct xf_event *event;
	limit(20);
	int r = xf_domain_open("restarted", 0, patience(5000), &domain);
	if (!r)
		r = xf_event_create(domain, 0, "heir", &event);
	char answer = (char)-r;
	(void)!write(tell, &answer, 1);
	for (;;)
		pause();
}

static pid_t continue_later(pid_t pid)
{
	pid_t self = fork();
	assert_true(self >= 0);
	if (self)
		return self;
	nanosleep(&(struct timespec){ .tv_nsec = 400 * MS }, NULL);
	kill(pid, SIGCONT);
	_exit(0);
}

/* The server dies, and the only other member comes to its CPU much later. */
static void a_slow_heir_is_waited_for(void **state)
{
	needs_processes();
	struct xf_domain *domain;
	xf_id id;
	int status, told[2];
	assert_int_equal(pipe(told), 0);
	pid_t first = producer(told[1], true);
	started(told[0]);
	pid_t second = heir(told[1]);
	started(told[0]);
	assert_int_equal(kill(second, SIGSTOP), 0);
	assert_int_equal(waitpid(second, &status, WUNTRACED), second);
	assert_int_equal(kill(first, SIGKILL), 0);
	assert_int_equal(waitpid(first, NULL, 0), first);
	pid_t timer = continue_later(second);
	assert_int_equal(xf_domain_open_or_create("restarted", NULL, &domain), 0);
	assert_int_equal(xf_domain_find(domain, XF_EVENT, "heir", &id), 0);
	assert_int_equal(waitpid(timer, NULL, 0), timer);
	assert_int_equal(kill(second, SIGKILL), 0);
	assert_int_equal(waitpid(second, NULL, 0), second);
	xf_domain_leave(domain);
	close(told[0]);
	close(told[1]);
}

/* Each makes an event; all must be in one domain. */
static void of_many_producers_one_makes_the_domain(void **state)
{
	needs_processes();
	enum { PRODUCERS = 6 };
	struct xf_domain *domain;
	struct xf_domain_info info = { .size = sizeof(info) };
	pid_t pids[PRODUCERS];
	int told[2];
	assert_int_equal(pipe(told), 0);
	for (int i = 0; i < PRODUCERS; i++)
		pids[i] = producer(told[1], true);
	for (int i = 0; i < PRODUCERS; i++)
		started(told[0]);
	assert_int_equal(xf_domain_open("restarted", 0, 0, &domain), 0);
	assert_int_equal(xf_inspect_domain(domain, &info), 0);
	assert_int_equal(info.members, PRODUCERS + 1);
	for (int i = 0; i < PRODUCERS; i++) {
		assert_int_equal(kill(pids[i], SIGKILL), 0);
		assert_int_equal(waitpid(pids[i], NULL, 0), pids[i]);
	}
	xf_domain_leave(domain);
	close(told[0]);
	close(told[1]);
}

static void is_found_by_name(void **state)
{
	struct xf_domain *domain, *again;
	assert_int_equal(xf_domain_open("camera", 0, 0, &again), -ENOENT);
	assert_int_equal(xf_domain_create(NULL, &domain), 0);
	assert_int_equal(xf_domain_publish(domain, "cam/era"), -EINVAL);
	assert_int_equal(xf_domain_publish(domain, ""), -EINVAL);
	assert_int_equal(xf_domain_publish(domain, "camera"), 0);
	assert_int_equal(xf_domain_publish(domain, "other"), -EALREADY);
	assert_int_equal(xf_domain_open("camera", 0, 0, &again), 0);
	assert_int_equal(served_names(), 1);
	struct xf_domain_info info = { .size = sizeof(info) };
	assert_int_equal(xf_inspect_domain(again, &info), 0);
	assert_int_equal(info.members, 2);
	assert_string_equal(info.name, "camera");
	struct xf_domain *rival;
	assert_int_equal(xf_domain_create(NULL, &rival), 0);
	assert_int_equal(xf_domain_publish(rival, "camera"), -EADDRINUSE);
	xf_domain_leave(rival);
	xf_domain_leave(again);
	xf_domain_leave(domain);
	assert_int_equal(served_names(), 0);
}

static void *open_later(void *arg)
{
	struct xf_domain *domain;
	int r = xf_domain_open("late", 0, patience(10000), &domain);
	if (!r)
		xf_domain_leave(domain);
	return (void *)(intptr_t)r;
}

static void opening_waits_for_the_name(void **state)
{
	struct xf_domain *domain;
	pthread_t thread;
	void *result;
	int64_t before = xf_now();
	assert_int_equal(xf_domain_open("late", 0, before + 50 * MS, &domain), -ENOENT);
	assert_in_range(xf_now() - before, 50 * MS, 2000 * MS);
	pthread_create(&thread, NULL, open_later, NULL);
	usleep(30000);
	assert_int_equal(xf_domain_create(NULL, &domain), 0);
	assert_int_equal(xf_domain_publish(domain, "late"), 0);
	pthread_join(thread, &result);
	assert_null(result);
	xf_domain_leave(domain);
}

static int publish_and_sleep(struct xf_domain *domain, xf_id id)
{
	struct xf_event *event;
	if (xf_domain_publish(domain, "relay") || xf_event_open(domain, id, &event) ||
		xf_event_set(event))
		return 1;
	pause();
	return 2;
}

static pid_t server_of(struct xf_domain *domain)
{
	struct xf_domain_info info = { .size = sizeof(info) };
	assert_int_equal(xf_inspect_domain(domain, &info), 0);
	return info.server_pid;
}

static void a_name_outlives_its_publisher(void **state)
{
	needs_processes();
	struct xf_domain *domain, *found;
	struct xf_event *event;
	assert_int_equal(xf_domain_create(NULL, &domain), 0);
	assert_int_equal(xf_event_create(domain, 0, NULL, &event), 0);
	pid_t child = in_child(domain, xf_event_id(event), publish_and_sleep);
	assert_int_equal(xf_event_wait(event, patience(5000)), 0);
	kill(child, SIGKILL);
	assert_int_equal(xf_domain_open("relay", 0, xf_deadline(2000 * MS), &found), 0);
	assert_int_equal(wait_child(child), 128 + SIGKILL);
	/* Said after it serves it: the others need not try any more. */
	for (int64_t end = patience(5000); server_of(domain) != getpid() && xf_now() < end;)
		usleep(500);
	assert_int_equal(server_of(domain), getpid());
	xf_domain_leave(found);
	xf_event_close(event);
	xf_domain_leave(domain);
	assert_int_equal(served_names(), 0);
}

static void a_forked_child_holds_nothing(void **state)
{
	needs_processes();
	struct xf_domain *domain;
	struct xf_event *event;
	struct xf_keyed_mutex *mutex;
	int fd;
	assert_int_equal(xf_domain_create(NULL, &domain), 0);
	assert_int_equal(xf_event_create(domain, 0, NULL, &event), 0);
	assert_int_equal(xf_keyed_mutex_create(domain, 0, NULL, &mutex), 0);
	assert_int_equal(xf_keyed_mutex_acquire(mutex, 0, 0, NULL), 0);
	assert_int_equal(xf_domain_export(domain, 0, &fd), 0);
	pid_t child = fork();
	if (child == 0) {
		struct xf_domain *own;
		int ok = xf_event_set(event) == -ECHILD && xf_event_wait(event, 0) == -ECHILD &&
			 xf_keyed_mutex_acquire(mutex, 0, 0, NULL) == -ECHILD &&
			 xf_keyed_mutex_release(mutex, 0, 0) == -ECHILD &&
			 xf_domain_join(fd, &own) == 0;
		xf_event_close(event);
		xf_keyed_mutex_close(mutex);
		xf_domain_leave(domain);
		if (ok)
			xf_domain_leave(own);
		_exit(!ok);
	}
	assert_int_equal(wait_child(child), 0);
	assert_int_equal(xf_keyed_mutex_release(mutex, 1, 0), 0); /* untouched by all that */
	close(fd);
	xf_keyed_mutex_close(mutex);
	xf_event_close(event);
	xf_domain_leave(domain);
}

static void foreign_descriptors_are_refused(void **state)
{
	struct xf_domain *domain;
	int memory = memfd_create("x", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	assert_int_equal(xf_domain_join(-1, &domain), -EBADF);
	assert_int_equal(xf_domain_join(9999, &domain), -EBADF);
	assert_int_equal(xf_domain_join(memory, &domain), -EINVAL);
	assert_int_equal(ftruncate(memory, 1 << 20), 0);
	assert_int_equal(fcntl(memory, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL), 0);
	assert_int_equal(xf_domain_join(memory, &domain), -EINVAL);
	assert_int_equal(xf_domain_join(null, &domain), -EINVAL);
	close(memory);
	close(null);
}

static uint64_t counter(struct xf_timeline *timeline)
{
	uint64_t value;
	assert_int_equal(xf_timeline_value(timeline, &value), 0);
	return value;
}

static int make_object(struct xf_domain *domain, xf_id id)
{
	struct xf_event *event;
	int r = xf_event_create(domain, 0, id ? "named" : NULL, &event);
	if (!r)
		xf_event_close(event);
	return r != 0;
}

static void new_objects_are_told(void **state)
{
	needs_processes();
	struct xf_domain *domain;
	struct xf_timeline *changes;
	assert_int_equal(xf_domain_create(NULL, &domain), 0);
	assert_int_equal(xf_domain_changes(domain, (enum xf_change)2, &changes), -EINVAL);
	assert_int_equal(xf_domain_changes(domain, XF_CHANGE_OBJECTS, &changes), 0);
	uint64_t before = counter(changes);
	assert_int_equal(wait_child(in_child(domain, 0, make_object)), 0);
	assert_int_equal(counter(changes), before); /* nobody can look it up */
	pid_t pid = in_child(domain, 1, make_object);
	assert_int_equal(xf_timeline_wait(changes, before + 1, patience(5000)), 0);
	assert_int_equal(wait_child(pid), 0);
	/* Whoever asks later, when nobody else does, goes on from there. */
	xf_timeline_close(changes);
	assert_int_equal(make_object(domain, 1), 0);
	assert_int_equal(xf_domain_changes(domain, XF_CHANGE_OBJECTS, &changes), 0);
	assert_int_equal(counter(changes), before + 2);
	xf_timeline_close(changes);
	xf_domain_leave(domain);
}

static int leave_again(struct xf_domain *domain, xf_id id)
{
	(void)id;
	xf_domain_leave(domain);
	return 0;
}

static int stay(struct xf_domain *domain, xf_id id)
{
	(void)domain, (void)id;
	pause();
	return 0;
}

static void expect_change(struct xf_domain *domain, uint64_t number, int change, pid_t pid)
{
	struct xf_member_info info = { .size = sizeof(info) };
	assert_int_equal(xf_inspect_change(domain, number, &info), 0);
	assert_int_equal(info.change, change);
	assert_int_equal(info.pid, pid);
	assert_string_equal(info.name, "domain_test");
}

static void members_that_come_and_go_are_told(void **state)
{
	needs_processes();
	struct xf_domain *domain, *viewer;
	struct xf_timeline *changes, *seen;
	struct xf_member_info info = { .size = sizeof(info) };
	int fd, shared;
	assert_int_equal(xf_domain_create(NULL, &domain), 0);
	assert_int_equal(xf_domain_export(domain, XF_OPEN_READ_ONLY, &shared), 0);
	assert_int_equal(xf_domain_join(shared, &viewer), 0);
	assert_int_equal(xf_domain_changes(viewer, XF_CHANGE_MEMBERS, &seen), -EACCES);
	assert_int_equal(xf_domain_changes(domain, XF_CHANGE_MEMBERS, &changes), 0);
	assert_int_equal(xf_domain_changes(viewer, XF_CHANGE_MEMBERS, &seen), 0);
	uint64_t n = counter(changes);
	assert_int_equal(n, 1);
	expect_change(domain, 1, XF_MEMBER_JOINED, getpid());
	assert_int_equal(xf_inspect_change(domain, 2, &info), -ENOENT);
	pid_t pid = in_child(domain, 0, leave_again);
	assert_int_equal(xf_timeline_wait(seen, n + 2, patience(5000)), 0);
	assert_int_equal(wait_child(pid), 0);
	expect_change(viewer, n + 1, XF_MEMBER_JOINED, pid);
	expect_change(viewer, n + 2, XF_MEMBER_LEFT, pid);
	pid = in_child(domain, 0, stay);
	assert_int_equal(xf_timeline_wait(changes, n + 3, patience(5000)), 0);
	assert_int_equal(xf_timeline_fd(changes, n + 4, &fd), 0);
	assert_int_equal(kill(pid, SIGKILL), 0);
	int r;
	do /* readable says that it may be */
		assert_int_equal(poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, 5000), 1);
	while ((r = xf_timeline_wait(changes, n + 4, 0)) == XF_TIMEOUT);
	assert_int_equal(r, 0);
	expect_change(domain, n + 4, XF_MEMBER_DIED, pid);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	/* The ring is short: the first ones are forgotten. */
	for (int i = 0; i < 32; i++)
		assert_int_equal(wait_child(in_child(domain, 0, leave_again)), 0);
	assert_int_equal(counter(changes), n + 4 + 64);
	assert_int_equal(xf_inspect_change(domain, n, &info), -ESTALE);
	assert_int_equal(xf_inspect_change(domain, n + 4 + 64, &info), 0);
	assert_int_equal(info.change, XF_MEMBER_LEFT);
	xf_timeline_close(changes);
	xf_timeline_close(seen);
	xf_domain_leave(viewer);
	xf_domain_leave(domain);
	close(shared);
}

/* Through a descriptor to look only nobody would be woken; through a read-only one everybody is. */
static void viewers_wait_only_where_they_are_woken(void **state)
{
	struct xf_domain *domain, *look, *viewer;
	struct xf_timeline *frames, *seen;
	int fd, again;
	assert_int_equal(xf_domain_create(NULL, &domain), 0);
	assert_int_equal(xf_timeline_create(domain, 1, 0, "frames", &frames), 0);
	assert_int_equal(xf_domain_export(domain, XF_OPEN_LOOK_ONLY, &fd), 0);
	assert_int_equal(xf_domain_join(fd, &look), 0);
	assert_int_equal(xf_timeline_open(look, xf_timeline_id(frames), &seen), 0);
	assert_int_equal(counter(seen), 1);
	assert_int_equal(xf_timeline_wait(seen, 2, XF_NEVER), -EACCES);
	assert_non_null(strstr(xf_last_message(-EACCES), "look only"));
	xf_timeline_close(seen);
	assert_int_equal(xf_domain_export(domain, XF_OPEN_READ_ONLY, &again), 0);
	assert_int_equal(xf_domain_join(again, &viewer), 0);
	assert_int_equal(xf_timeline_open(viewer, xf_timeline_id(frames), &seen), 0);
	assert_int_equal(xf_timeline_wait(seen, 2, xf_deadline(10 * MS)), XF_TIMEOUT);
	assert_int_equal(xf_timeline_signal(frames, 2), 0);
	assert_int_equal(xf_timeline_wait(seen, 2, XF_NEVER), 0);
	assert_int_equal(xf_timeline_signal(seen, 3), -EACCES);
	xf_timeline_close(seen);
	xf_timeline_close(frames);
	xf_domain_leave(viewer);
	xf_domain_leave(look);
	xf_domain_leave(domain);
	close(fd);
	close(again);
}

static void labels_find_objects(void **state)
{
	struct xf_domain *domain;
	struct xf_event *event;
	struct xf_timeline *timeline;
	xf_id id;
	assert_int_equal(xf_domain_create(NULL, &domain), 0);
	assert_int_equal(xf_event_create(domain, 0, "go", &event), 0);
	assert_int_equal(xf_timeline_create(domain, 0, 0, "go", &timeline), 0);
	assert_int_equal(xf_domain_find(domain, XF_TIMELINE, "go", &id), 0);
	assert_true(id == xf_timeline_id(timeline));
	assert_int_equal(xf_domain_find(domain, XF_ANY, "go", &id), 0);
	assert_true(id == xf_timeline_id(timeline)); /* the newest */
	assert_int_equal(xf_domain_find(domain, XF_EVENT, "go", &id), 0);
	assert_true(id == xf_event_id(event));
	assert_int_equal(xf_domain_find(domain, XF_POOL, "go", &id), -ENOENT);
	assert_int_equal(xf_domain_find(domain, XF_ANY, "g", &id), -ENOENT);
	assert_int_equal(xf_domain_find(domain, XF_ANY, "", &id), -EINVAL);
	xf_event_close(event);
	xf_timeline_close(timeline);
	assert_int_equal(xf_domain_find(domain, XF_ANY, "go", &id), -ENOENT);
	xf_domain_leave(domain);
}

struct viewer {
	struct xf_event *event;
	struct xf_timeline *timeline;
	int event_result, timeline_result;
};

static void *view(void *arg)
{
	struct viewer *v = arg;
	v->event_result = xf_event_wait(v->event, patience(10000));
	v->timeline_result = xf_timeline_wait(v->timeline, 1, patience(10000));
	return NULL;
}

/* A viewer's handle keeps nothing: what it waits for may end, and its slot be cleared or reused. */
static void viewers_learn_that_an_object_has_ended(void **state)
{
	struct xf_domain *domain, *looking;
	struct xf_event *event, *next;
	struct xf_timeline *timeline;
	struct viewer v;
	pthread_t thread;
	int fd;
	assert_int_equal(xf_domain_create(NULL, &domain), 0);
	assert_int_equal(xf_event_create(domain, XF_EVENT_MANUAL_RESET, NULL, &event), 0);
	assert_int_equal(xf_timeline_create(domain, 0, 0, NULL, &timeline), 0);
	assert_int_equal(xf_domain_export(domain, XF_OPEN_READ_ONLY, &fd), 0);
	assert_int_equal(xf_domain_join(fd, &looking), 0);
	assert_int_equal(xf_event_open(looking, xf_event_id(event), &v.event), 0);
	assert_int_equal(xf_timeline_open(looking, xf_timeline_id(timeline), &v.timeline), 0);
	assert_int_equal(pthread_create(&thread, NULL, view, &v), 0);
	usleep(20000);
	xf_event_close(event);
	xf_timeline_close(timeline);
	assert_int_equal(
		xf_event_create(domain, XF_EVENT_MANUAL_RESET, NULL, &next), 0); /* its slot */
	pthread_join(thread, NULL);
	assert_int_equal(v.event_result, -ESTALE);
	assert_int_equal(v.timeline_result, XF_ABANDONED);
	xf_event_close(next);
	xf_event_close(v.event);
	xf_timeline_close(v.timeline);
	xf_domain_leave(looking);
	close(fd);
	xf_domain_leave(domain);
}

/* What is wrong with the runtime folder is said of that folder, not of the name. */
static void a_folder_that_is_none_is_named(void **state)
{
	char own[100], where[120];
	struct xf_domain *d;
	snprintf(own, sizeof(own), "%s", getenv("XDG_RUNTIME_DIR"));
	snprintf(where, sizeof(where), "%s/none", own);
	setenv("XDG_RUNTIME_DIR", where, 1);
	assert_int_equal(xf_domain_open("nobody", 0, 0, &d), -ENOENT);
	assert_non_null(strstr(xf_last_message(-ENOENT), where));
	assert_int_equal(xf_domain_open_or_create("nobody", NULL, &d), -ENOENT);
	assert_non_null(strstr(xf_last_message(-ENOENT), where));
	setenv("XDG_RUNTIME_DIR", "/proc/self/exe", 1);
	assert_int_equal(xf_domain_open("nobody", 0, 0, &d), -EACCES);
	assert_non_null(strstr(xf_last_message(-EACCES), "/proc/self/exe is no folder"));
	assert_int_equal(mkdir(where, 0755), 0);
	setenv("XDG_RUNTIME_DIR", where, 1);
	assert_int_equal(chmod(where, 0755), 0); /* whatever the umask */
	assert_int_equal(xf_domain_open("nobody", 0, 0, &d), -EACCES);
	assert_non_null(strstr(xf_last_message(-EACCES), "(mode 755)"));
	assert_int_equal(rmdir(where), 0);
	setenv("XDG_RUNTIME_DIR", own, 1);
	assert_int_equal(xf_domain_open("nobody", 0, 0, &d), -ENOENT);
	assert_null(strstr(xf_last_message(-ENOENT), "folder"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_folder_that_is_none_is_named),
		cmocka_unit_test(is_found_by_name),
		cmocka_unit_test(opening_waits_for_the_name),
		cmocka_unit_test(a_name_outlives_its_publisher),
		cmocka_unit_test(a_forked_child_holds_nothing),
		cmocka_unit_test(foreign_descriptors_are_refused),
		cmocka_unit_test(labels_find_objects),
		cmocka_unit_test(producers_start_again_and_consumers_find_the_newest),
		cmocka_unit_test(a_slow_heir_is_waited_for),
		cmocka_unit_test(new_objects_are_told),
		cmocka_unit_test(members_that_come_and_go_are_told),
		cmocka_unit_test(viewers_wait_only_where_they_are_woken),
		cmocka_unit_test(viewers_learn_that_an_object_has_ended),
		cmocka_unit_test(of_many_producers_one_makes_the_domain),
	};
	limit(60);
	return cmocka_run_group_tests(tests, own_folder, remove_folder);
}
