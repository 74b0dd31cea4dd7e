/* SPDX-License-Identifier: MIT */
/*
 * One victim does a bit of everything and is killed at a named point; a survivor whose threads wait
 * for what the victim would have done must find each object free, unchanged or abandoned, never
 * stuck. Every point in the sources has to be passed: a new one without a workload fails.
 *
 * The same victim is stopped at each point: others go on as stopped.h says. Continued, it ends
 * well.
 */
#include "stopped.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const points[] = {
#include "kill_points.inc"
};
#define POINTS (sizeof(points) / sizeof(points[0]))

/*
 * Reached only where two processes meet, or by a sweeper: other tests stop and kill there
 * (park:passed-on: tests/explore).
 */
static const char *const elsewhere[] = {
	"close:undo", "fence:abandoned", "lend:abandoned", "park:passed-on", "serve:swept",
	"sweep:counted-afresh", "sweep:epoch", "sweep:keep", "sweep:told", "sweep:woken",
	"sync:abandoned", "sync:releasing", "timeline:asked", "door:looked",
	"door:going", /* trust/apart_test.c */
};

enum { WAITS, SEEN }; /* board steps: the victim is about to wait for `go`; it has finished */

static void use_mutex(struct fixture *v)
{
	uint64_t fence;
	uint32_t index;
	EXPECT(0, xf_keyed_mutex_acquire(v->mutex, 0, proc_patience(10000), &fence));
	EXPECT(0, xf_keyed_mutex_set_data(v->mutex, "data", 4));
	EXPECT(0,
		xf_keyed_mutex_release(v->mutex, 5, 9)); /* the survivor waits for 5, releases 0 */
	struct xf_wait_item item = { .type = XF_KEYED_MUTEX, .object = v->mutex, .value = 0 };
	EXPECT(0, xf_wait_any(&item, 1, proc_patience(10000), &index));
	EXPECT(0, xf_keyed_mutex_release(v->mutex, 0, 10));
}

/* Its descriptor stays among the timeline's watchers, for its own signal to ring. */
static void wait_in_vain(struct fixture *v)
{
	struct xf_wait_item items[] = { { .type = XF_EVENT, .object = v->go },
		{ .type = XF_TIMELINE, .object = v->timeline, .value = 10 } };
	uint32_t index;
	int fd;
	EXPECT(0, xf_timeline_fd(v->timeline, 10, &fd));
	EXPECT(XF_TIMEOUT, xf_wait_any(items, 2, xf_deadline(MS), &index));
}

static void use_pool(struct fixture *v)
{
	struct xf_keyed_mutex *mutex;
	uint32_t index, readers;
	EXPECT(0, xf_pool_hold(v->pool, proc_patience(10000), &index));
	EXPECT(0, xf_surface_mutex(xf_pool_surface(v->pool, index), &mutex));
	EXPECT(0, xf_keyed_mutex_acquire(mutex, 0, 0, NULL));
	EXPECT(0, xf_keyed_mutex_release(mutex, 1, 0)); /* for a reader that is not there */
	for (uint32_t mine = index, next = mine + 1; next != mine; index = next) {
		EXPECT(0, xf_pool_give(v->pool, index));
		EXPECT(0, xf_pool_hold(v->pool, proc_patience(10000), &next));
	}
	EXPECT(0, xf_pool_share(v->pool, index, &readers));
	EXPECT(1, readers);
	EXPECT(0, xf_pool_give(v->pool, index));
}

/* One use of a resource, from ready to the final release. */
static void use_sync(struct fixture *f, int64_t deadline_ns)
{
	struct xf_event *released;
	struct xf_queue *queue;
	EXPECT(0, xf_queue_create_cpu(&queue));
	EXPECT(0, xf_event_create(f->domain, 0, NULL, &released));
	EXPECT(0, xf_sync_subscribe(f->sync));
	EXPECT(0, xf_sync_begin(f->sync));
	EXPECT(0, xf_sync_on_final_release(f->sync, released));
	EXPECT(0, xf_sync_ready(f->sync, NULL));
	EXPECT(0, xf_sync_ready_wait(f->sync, NULL, deadline_ns));
	EXPECT(0, xf_sync_release(f->sync, queue));
	EXPECT(0, xf_event_wait(released, deadline_ns));
	EXPECT(0, xf_sync_reset(f->sync));
	EXPECT(0, xf_sync_unsubscribe(f->sync));
	EXPECT(0, xf_queue_finish(queue, deadline_ns));
	xf_queue_destroy(queue);
	xf_event_close(released);
}

/* Wherever the victim was, its use comes to an end, and the next one is like any other. */
static void check_sync(struct fixture *f, const char *point)
{
	struct xf_event *released;
	EXPECT(0, xf_event_create(f->domain, 0, NULL, &released));
	int r = xf_sync_on_final_release(f->sync, released);
	if (r == 0)
		r = xf_event_wait(released, proc_patience(10000));
	if (r)
		proc_fail(__FILE__, __LINE__, "%s: final release: %d", point, r);
	EXPECT(0, xf_sync_reset(f->sync));
	use_sync(f, proc_patience(10000));
	xf_event_close(released);
}

static void make_and_close(struct xf_domain *d)
{
	struct xf_event *event;
	struct xf_surface *surface;
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 8, .height_px = 8, .fourcc = XF_FORMAT_R8
	};
	EXPECT(0, xf_event_create(d, 0, "own", &event));
	EXPECT(0, xf_surface_create(d, &desc, XF_SURFACE_KEYED, &surface));
	xf_event_close(event);
	xf_surface_close(surface);
}

/* Hands a mutex of its own on before its work is done. */
static void hand_on_early(struct xf_domain *d)
{
	struct xf_keyed_mutex *mutex;
	struct xf_timeline *work;
	EXPECT(0, xf_keyed_mutex_create(d, 0, "early", &mutex));
	EXPECT(0, xf_timeline_create(d, 0, XF_TIMELINE_OWNED, "work", &work));
	EXPECT(0, xf_keyed_mutex_acquire(mutex, 0, 0, NULL));
	EXPECT(0, xf_keyed_mutex_release_after(mutex, 1, work, 1));
	EXPECT(0, xf_timeline_signal(work, 1));
	xf_timeline_close(work);
	xf_keyed_mutex_close(mutex);
}

static void victim(void *arg)
{
	struct fixture *f = arg, v;
	fixture_join(&v, f->fd);
	use_mutex(&v);
	EXPECT(0, xf_event_set(v.event));
	wait_in_vain(&v);
	EXPECT(0, xf_timeline_signal(v.timeline, 10));
	use_pool(&v);
	use_sync(&v, proc_patience(10000));
	proc_tell(WAITS);
	EXPECT(0, xf_event_wait(v.go, proc_patience(10000)));
	make_and_close(v.domain);
	EXPECT(0, xf_keyed_mutex_acquire(v.doomed, 0, 0, NULL));
	xf_keyed_mutex_close(v.doomed); /* abandons it */
	v.doomed = NULL;
	EXPECT(0, xf_keyed_mutex_acquire(v.mutex, 0, proc_patience(10000), NULL));
	EXPECT(0, xf_keyed_mutex_release(v.mutex, 0, 11));
	hand_on_early(v.domain);
	fixture_close(&v);
}

/* The survivor's blocked threads. */
struct waiter {
	struct fixture *f;
	pthread_t thread;
	int (*wait)(struct fixture *f);
	int result;
	bool joined;
};

#define LONG proc_patience(30000)

static int wait_mutex(struct fixture *f)
{
	int r = xf_keyed_mutex_acquire(f->mutex, 5, LONG, NULL);
	if (r == 0)
		EXPECT(0, xf_keyed_mutex_release(f->mutex, 0, 0));
	return r;
}

static int wait_event(struct fixture *f)
{
	/* Among the takers, for the victim to choose. */
	struct xf_wait_item item = { .type = XF_EVENT, .object = f->event };
	uint32_t index;
	return xf_wait_any(&item, 1, LONG, &index);
}

static int wait_timeline(struct fixture *f)
{
	return xf_timeline_wait(f->timeline, 10, LONG);
}

/* Sleeps all along, so that whoever leaves or sweeps has somebody to count afresh. */
static int wait_owned(struct fixture *f)
{
	return xf_timeline_wait(f->owned, 1, LONG);
}

/* Answers the victim's wait for `go` once it sleeps, or is dead. */
static int answer(struct fixture *f)
{
	struct xf_object_info info = { .size = sizeof(info) };
	int64_t until = xf_deadline(50 * MS);
	while (!atomic_load(&proc_board->step[WAITS]) && !atomic_load(&proc_board->step[SEEN]))
		proc_pause();
	do {
		proc_pause();
		EXPECT(0, xf_inspect_object(f->domain, xf_event_id(f->go), &info));
	} while (!info.waiters && xf_now() < until);
	return xf_event_set(f->go);
}

static void *waiter_main(void *arg)
{
	struct waiter *w = arg;
	w->result = w->wait(w->f);
	return NULL;
}

enum { MUTEX, EVENT, TIMELINE, OWNED, ANSWER, WAITERS };

static void start_waiters(struct fixture *f, struct waiter *waiters)
{
	static int (*const waits[])(
		struct fixture * f) = { wait_mutex, wait_event, wait_timeline, wait_owned, answer };
	struct xf_object_info info = { .size = sizeof(info) };
	for (int i = 0; i < WAITERS; i++) {
		waiters[i] = (struct waiter){ .f = f, .wait = waits[i] };
		CHECK(pthread_create(&waiters[i].thread, NULL, waiter_main, &waiters[i]) == 0);
	}
	xf_id last[] = { xf_timeline_id(f->timeline), xf_timeline_id(f->owned) };
	for (int i = 0; i < 2; i++)
		EVENTUALLY(1000,
			xf_inspect_object(f->domain, last[i], &info) == 0 && info.waiters > 0);
}

static int join(struct waiter *w)
{
	if (!w->joined)
		pthread_join(w->thread, NULL);
	w->joined = true;
	return w->result;
}

/* Is `point`/`n` where the victim owned f->mutex or f->doomed? */
static bool owned_mutex(const char *point, int n)
{
	/* The fast path is passed for mutex, its surface's, doomed, mutex; before that last one,
	 * the victim's second turn takes the slow path. */
	bool taken = strcmp(point, "acquire:fast-taken") == 0;
	bool releasing = strcmp(point, "release:before") == 0;
	return (taken && (n == 1 || n == 4)) || (releasing && (n == 1 || n == 2 || n == 5)) ||
	       (strcmp(point, "acquire:taken") == 0 && n == 1);
}

static void check_mutex(struct fixture *f, struct waiter *waiter, const char *point, int n)
{
	bool abandoned = owned_mutex(point, n);
	int r = xf_keyed_mutex_acquire(f->mutex, 0, proc_patience(10000), NULL);
	/* It leaves with what it waited for, if it had to wait. */
	if (strcmp(point, "watch:left") == 0 && n == 1)
		abandoned = r == XF_ABANDONED;
	if (r != (abandoned ? XF_ABANDONED : 0))
		proc_fail(__FILE__, __LINE__, "%s/%d: mutex: %d", point, n, r);
	if (r == 0)
		EXPECT(0, xf_keyed_mutex_release(f->mutex, 5, 0));
	r = join(waiter);
	/* It may have had its turn before the victim died. */
	if (r != 0 && !(abandoned && r == XF_ABANDONED))
		proc_fail(__FILE__, __LINE__, "%s/%d: waiter for key 5: %d", point, n, r);
}

static void check_pool(struct fixture *f, const char *point)
{
	struct xf_keyed_mutex *mutex;
	uint32_t index;
	for (uint32_t i = 0; i < FIXTURE_SURFACES; i++)
		(void)xf_pool_give(f->pool, i); /* shared with us, perhaps */
	for (uint32_t i = 0; i < FIXTURE_SURFACES; i++) {
		int r = xf_pool_hold(f->pool, proc_patience(10000), &index);
		if (r)
			proc_fail(__FILE__, __LINE__, "%s: pool: %d", point, r);
		EXPECT(0, xf_surface_mutex(xf_pool_surface(f->pool, index), &mutex));
		EXPECT(0, xf_keyed_mutex_acquire(mutex, 0, 0, NULL));
		EXPECT(0, xf_keyed_mutex_release(mutex, 0, 0));
	}
}

static void newcomer(void *arg)
{
	struct fixture *f = arg, n;
	fixture_join(&n, f->fd);
	for (int i = 0; i < 10; i++)
		make_and_close(n.domain);
	fixture_close(&n);
}

static void check_rest(struct fixture *f, const char *point)
{
	pid_t pid = proc_spawn(newcomer, f); /* also sweeps after one who died while joining */
	EXPECT(0, proc_wait(pid, 20000));
	EVENTUALLY(10000, proc_members(f->domain) == 1);
	struct xf_domain *d = f->domain;
	f->domain = NULL;
	fixture_close(f);
	f->domain = d;
	if (proc_objects(d) != 0)
		proc_fail(__FILE__, __LINE__, "%s: %u objects left", point, proc_objects(d));
	xf_domain_leave(d);
	close(f->fd);
}

/* True: the child has stopped itself. It is not waited for if it has ended. */
static bool has_stopped(pid_t pid)
{
	siginfo_t info = { 0 };
	int64_t until = proc_patience(20000);
	while (!info.si_pid && xf_now() < until) {
		CHECK(waitid(P_PID, (id_t)pid, &info, WSTOPPED | WEXITED | WNOHANG | WNOWAIT) == 0);
		proc_pause();
	}
	CHECK(info.si_pid == pid);
	return info.si_code == CLD_STOPPED;
}

/* Whoever comes next wakes those whom the stopped one has not told. */
static void next_of_each(struct fixture *f, struct waiter *waiters, const char *point)
{
	uint64_t value;
	EXPECT(0, xf_event_set(f->event));
	if (join(&waiters[EVENT]))
		proc_fail(__FILE__, __LINE__, "stopped at %s: the next set reaches nobody", point);
	EXPECT(0, xf_timeline_value(f->timeline, &value));
	if (value < 10)
		return; /* the victim is still to do it */
	EXPECT(0, xf_timeline_signal(f->timeline, 20));
	if (join(&waiters[TIMELINE]))
		proc_fail(
			__FILE__, __LINE__, "stopped at %s: the next signal reaches nobody", point);
}

/* False: it ended without passing the point. */
static bool stop_and_continue(
	pid_t pid, struct partner *partner, struct waiter *waiters, const char *point)
{
	bool stopped = has_stopped(pid);
	if (stopped) {
		next_of_each(partner->f, waiters, point);
		stopped_check(partner, point, owned_mutex(point, 1));
		kill(pid, SIGCONT);
	}
	return stopped;
}

/* What the victim did, or did not come to, is done; everybody gets what he waits for. */
static void check_all(struct fixture *f, struct waiter *waiters, const char *point, int n)
{
	char text[64];
	snprintf(text, sizeof(text), "%s/%d", point, n);
	proc_tell(SEEN);
	/* What the victim set before it died reaches the waiter without our help. */
	if (strcmp(text, "event:set/1") != 0)
		EXPECT(0, xf_event_set(f->event));
	EXPECT(0, join(&waiters[EVENT]));
	if (strcmp(text, "timeline:signalled/1") != 0 && !waiters[TIMELINE].joined)
		EXPECT(0, xf_timeline_signal(f->timeline, 10));
	EXPECT(0, join(&waiters[TIMELINE]));
	EXPECT(0, join(&waiters[ANSWER]));
	check_mutex(f, &waiters[MUTEX], point, n);
	check_pool(f, point);
	check_sync(f, text);
	EXPECT(0, xf_timeline_signal(f->owned, 1));
	EXPECT(0, join(&waiters[OWNED]));
}

static void begin_case(struct fixture *f)
{
	atomic_store(&proc_board->step[WAITS], 0);
	atomic_store(&proc_board->step[SEEN], 0);
	fixture_make(f);
	EXPECT(0, xf_pool_subscribe(f->pool));
}

static pid_t spawn_victim(const char *text, int listing_fd, struct fixture *f)
{
#ifdef __SANITIZE_ADDRESS__
	usleep(5000); /* its allocator does not survive a fork while another thread is inside */
#endif
	return proc_spawn_at(text, listing_fd, victim, f);
}

/*
 * n 0: the victim is not killed. False: it was not, although it should; who sleeps or is woken how
 * often depends on the scheduler.
 */
static bool run_case(const char *point, int n, int listing_fd)
{
	struct fixture f;
	struct waiter waiters[WAITERS];
	char text[64];
	snprintf(text, sizeof(text), n ? "%s/%d" : "?", point, n);
	begin_case(&f);
	start_waiters(&f, waiters);
	int status = proc_wait(spawn_victim(text, listing_fd, &f), 20000);
	bool killed = status == -SIGKILL;
	if ((n || status) && !(n && (killed || status == 0)))
		proc_fail(__FILE__, __LINE__, "%s: the victim ended with %d", text, status);
	check_all(&f, waiters, point, killed ? n : 0);
	check_rest(&f, text);
	return killed;
}

static bool run_stopped(const char *point)
{
	struct fixture f;
	struct waiter waiters[WAITERS];
	struct partner partner;
	char text[64];
	snprintf(text, sizeof(text), "%s/1/stop", point);
	begin_case(&f);
	partner_begin(&partner, &f);
	start_waiters(&f, waiters);
	pid_t pid = spawn_victim(text, -1, &f);
	bool stopped = stop_and_continue(pid, &partner, waiters, point);
	int status = proc_wait(pid, 20000);
	if (status)
		proc_fail(__FILE__, __LINE__, "%s: the victim ended with %d", text, status);
	if (!stopped)
		proc_kill(partner.pid);
	else
		partner_end(&partner);
	check_all(&f, waiters, point, 0);
	if (!stopped)
		xf_keyed_mutex_close(partner.between);
	check_rest(&f, text);
	return stopped;
}

/* Several times if need be. The first pass must be met; later ones may have been luck. */
static void kill_at(const char *point, int n)
{
	for (int attempts = 0; attempts < 8; attempts++)
		if (run_case(point, n, -1))
			return;
	if (n == 1)
		proc_fail(__FILE__, __LINE__, "%s: the victim was never killed there", point);
	printf("# %s: no pass %d this time\n", point, n);
}

/* How often an undisturbed victim passes each point. */
static void count_passes(int *counts)
{
	static char text[1 << 20];
	FILE *listing = tmpfile();
	CHECK(listing);
	(void)run_case("", 0, fileno(listing)); /* nobody is killed */
	rewind(listing);
	size_t length = fread(text, 1, sizeof(text) - 1, listing);
	text[length] = 0;
	fclose(listing);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		for (size_t i = 0; i < POINTS; i++)
			counts[i] += strcmp(line, points[i]) == 0;
}

static bool is_elsewhere(const char *point)
{
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++)
		if (strcmp(elsewhere[i], point) == 0)
			return true;
	return strncmp(point, "stream:", 7) == 0 || /* stream_kill_test.c */
	       strncmp(point, "keeper:", 7) == 0 || /* memory_test.c */
	       strncmp(point, "device:", 7) == 0;
}

static void at_every_point(void)
{
	int counts[POINTS] = { 0 }, cases = 0;
	count_passes(counts);
	for (size_t i = 0; i < POINTS; i++) {
		if (!counts[i] && !is_elsewhere(points[i]))
			proc_fail(__FILE__, __LINE__, "no workload passes %s", points[i]);
		int each[] = { 1, 2, 3, 4, counts[i] / 2, counts[i] };
		int last = 0;
		for (size_t k = 0; k < sizeof(each) / sizeof(each[0]); k++) {
			if (each[k] <= last || each[k] > counts[i])
				continue;
			last = each[k];
			kill_at(points[i], last);
			cases++;
		}
	}
	printf("# %d cases at %zu points\n", cases, POINTS);
}

/* Several times if need be; that it was passed when they were counted may have been luck. */
static bool stop_at(const char *point)
{
	for (int attempts = 0; attempts < 8; attempts++)
		if (run_stopped(point))
			return true;
	printf("# %s: not passed this time\n", point);
	return false;
}

/* Those that it passes; a row there is for all. */
static void stopped_at_every_point(void)
{
	int counts[POINTS] = { 0 }, cases = 0, missed = 0;
	count_passes(counts);
	for (size_t i = 0; i < POINTS; i++) {
		if (!stopped_known(points[i]))
			proc_fail(__FILE__, __LINE__, "no row says whom %s may delay", points[i]);
		if (!counts[i])
			continue;
		if (stop_at(points[i]))
			cases++;
		else
			missed++;
	}
	CHECK(missed < 4);
	printf("# stopped at %d points of %zu\n", cases, POINTS);
}

int main(int argc, char **argv)
{
	static const struct proc_test tests[] = {
		{ "killed at every point", at_every_point, 120 },
		{ "stopped at every point", stopped_at_every_point, 180 },
	};
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
