/* SPDX-License-Identifier: MIT */
/*
 * A process is killed at every point of a sync object's ways, as the producer, as a consumer and as
 * the one who closes. Whoever is left must get what it waits for: the final release once, ready or
 * abandoned for threads and queues, and a next use that is as good as new.
 */
#include "fixture.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

enum role { PRODUCER, CONSUMER, CLOSER, ROLES };

struct stage {
	struct fixture f;
	enum role role;
};

enum { SUBSCRIBED, BEGUN, REGISTERED }; /* board steps */

/* So that it is the victim that sets the survivor's event. */
static void begin(struct xf_sync *sync)
{
	EXPECT(0, xf_sync_begin(sync));
	proc_tell(BEGUN);
	proc_await(REGISTERED, 1, 3000);
}

static void consume(struct xf_domain *d, struct xf_sync *sync)
{
	struct xf_queue *queue;
	EXPECT(0, xf_queue_create_cpu(&queue));
	EXPECT(0, xf_sync_subscribe(sync));
	proc_tell(SUBSCRIBED);
	EXPECT(0, xf_sync_ready_wait(sync, queue, 0));
	EXPECT(0, xf_sync_release(sync, queue));
	EXPECT(0, xf_queue_finish(queue, proc_patience(5000)));
	/* One that is not a subscriber's. */
	EXPECT(0, xf_sync_release(sync, queue));
	EXPECT(0, xf_queue_finish(queue, proc_patience(5000)));
	xf_queue_destroy(queue);
}

static void victim(void *arg)
{
	struct stage *stage = arg;
	struct fixture v;
	fixture_join(&v, stage->f.fd);
	if (stage->role == PRODUCER) {
		begin(v.sync);
		EXPECT(0, xf_sync_ready(v.sync, NULL));
	} else if (stage->role == CONSUMER) {
		consume(v.domain, v.sync);
	} else {
		begin(v.sync);
		xf_sync_close(v.sync); /* abandons the use */
		v.sync = NULL;
	}
	fixture_close(&v);
}

/* Nothing of an earlier use, or of the dead, is left. */
static void check_next_use(struct fixture *f, struct xf_event *event)
{
	struct xf_queue *queue;
	struct xf_sync_info info = { .size = sizeof(info) };
	EXPECT(0, xf_queue_create_cpu(&queue));
	EXPECT(0, xf_sync_reset(f->sync));
	EXPECT(0, xf_sync_ready_wait(f->sync, queue, 0));
	EXPECT(0, xf_sync_begin(f->sync));
	EXPECT(0, xf_sync_on_final_release(f->sync, event));
	EXPECT(XF_TIMEOUT, xf_event_wait(event, 0));
	EXPECT(XF_TIMEOUT, xf_queue_finish(queue, xf_deadline(2 * MS)));
	EXPECT(0, xf_sync_ready(f->sync, NULL));
	EXPECT(0, xf_queue_finish(queue, proc_patience(3000)));
	EXPECT(0, xf_event_wait(event, proc_patience(3000)));
	EXPECT(0, xf_sync_info(f->sync, &info));
	EXPECT(1, info.ready);
	EXPECT(0, info.pending_ready);
	EXPECT(0, info.pending_release);
	xf_queue_destroy(queue);
}

/* Until the victim has come so far, or is dead. */
static void await_victim(int step, pid_t pid)
{
	int64_t until = proc_patience(3000);
	while (!atomic_load(&proc_board->step[step]) && !proc_ended(pid) && xf_now() < until)
		proc_pause();
}

/* The survivor is what the victim is not. */
static void survive(struct stage *stage, const char *point, struct xf_event *event, pid_t pid)
{
	struct fixture *f = &stage->f;
	struct xf_queue *queue;
	struct xf_sync_info info = { .size = sizeof(info) };
	EXPECT(0, xf_queue_create_cpu(&queue));
	EXPECT(0, xf_sync_ready_wait(f->sync, queue, 0));
	if (stage->role == CONSUMER) {
		await_victim(SUBSCRIBED, pid);
		EXPECT(0, xf_sync_ready(f->sync, NULL));
	}
	int status = proc_wait(pid, 5000);
	if (status != -SIGKILL && status != 0)
		proc_fail(__FILE__, __LINE__, "%s: the victim ended with %d", point, status);
	EVENTUALLY(3000, proc_members(f->domain) == 1);
	EXPECT(0, xf_sync_info(f->sync, &info));
	/* Killed before it had begun: nobody knows of it. */
	if (!info.ready && !info.abandoned)
		EXPECT(0, xf_sync_ready(f->sync, NULL));
	int by_thread = xf_sync_ready_wait(f->sync, NULL, proc_patience(3000));
	int by_queue = xf_queue_finish(queue, proc_patience(3000));
	if (by_thread != by_queue || (by_thread != 0 && by_thread != XF_ABANDONED))
		proc_fail(
			__FILE__, __LINE__, "%s: thread %d, queue %d", point, by_thread, by_queue);
	xf_queue_destroy(queue);
	EXPECT(0, xf_event_wait(event, proc_patience(3000)));
}

/* n 0: nobody is killed, the passes are listed. */
static void run_case(enum role role, const char *point, int n, int listing_fd)
{
	struct stage stage = { .role = role };
	struct xf_event *event;
	char text[64];
	snprintf(text, sizeof(text), n ? "%s/%d" : "?", point, n);
	for (int step = SUBSCRIBED; step <= REGISTERED; step++)
		atomic_store(&proc_board->step[step], 0);
	fixture_make(&stage.f);
	EXPECT(0, xf_event_create(stage.f.domain, 0, NULL, &event));
	/* Something is pending until the use has ended one way or the other. */
	if (role == CONSUMER) {
		EXPECT(0, xf_sync_begin(stage.f.sync));
		EXPECT(0, xf_sync_on_final_release(stage.f.sync, event));
	} else {
		EXPECT(0, xf_sync_subscribe(stage.f.sync));
	}
	pid_t pid = proc_spawn_at(text, listing_fd, victim, &stage);
	if (role != CONSUMER) {
		await_victim(BEGUN, pid);
		EXPECT(0, xf_sync_on_final_release(stage.f.sync, event));
		proc_tell(REGISTERED);
		if (xf_sync_ready_wait(stage.f.sync, NULL, xf_deadline(1000 * MS)) == 0)
			EXPECT(0, xf_sync_release(stage.f.sync, NULL));
		EXPECT(0, xf_sync_unsubscribe(stage.f.sync));
	}
	survive(&stage, text, event, pid);
	if (xf_event_wait(event, 0) != XF_TIMEOUT)
		proc_fail(__FILE__, __LINE__, "%s: final release twice", text);
	check_next_use(&stage.f, event);
	xf_event_close(event);
	struct xf_domain *d = stage.f.domain;
	stage.f.domain = NULL;
	fixture_close(&stage.f);
	if (proc_objects(d) != 0)
		proc_fail(__FILE__, __LINE__, "%s: %u objects left", text, proc_objects(d));
	xf_domain_leave(d);
	close(stage.f.fd);
}

static const char *const points[] = {
#include "kill_points.inc"
};
#define POINTS (sizeof(points) / sizeof(points[0]))

static void count_lines(FILE *listing, int *counts)
{
	static char text[1 << 20];
	rewind(listing);
	size_t length = fread(text, 1, sizeof(text) - 1, listing);
	text[length] = 0;
	fclose(listing);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		for (size_t i = 0; i < POINTS; i++)
			counts[i] += strcmp(line, points[i]) == 0;
}

static void count_passes(enum role role, int *counts)
{
	FILE *listing = tmpfile();
	CHECK(listing);
	run_case(role, "", 0, fileno(listing));
	count_lines(listing, counts);
}

static void in_every_role(void)
{
	int passed[POINTS] = { 0 }, cases = 0;
	for (enum role role = 0; role < ROLES; role++) {
		int counts[POINTS] = { 0 };
		count_passes(role, counts);
		for (size_t i = 0; i < POINTS; i++) {
			passed[i] += counts[i];
			if (strncmp(points[i], "sync:", 5) != 0)
				continue;
			for (int n = 1; n <= counts[i] && n <= 4; n++, cases++)
				run_case(role, points[i], n, -1);
		}
	}
	printf("# %d cases\n", cases);
	CHECK(cases >= 10);
	for (size_t i = 0; i < POINTS; i++)
		if (strcmp(points[i], "sync:abandoned") == 0 ||
			strcmp(points[i], "sync:releasing") == 0)
			CHECK(passed[i] > 0);
}

static struct xf_pool *open_pool(int fd)
{
	struct xf_domain *d;
	struct xf_pool *pool;
	xf_id id;
	EXPECT(0, xf_domain_join(fd, &d));
	EXPECT(0, xf_domain_find(d, XF_POOL, "recycled", &id));
	EXPECT(0, xf_pool_open(d, id, &pool));
	return pool;
}

/* One that a pool's surfaces go through: begun and ready, begun and given up, begun and closed. */
static void pool_victim(void *arg)
{
	struct xf_pool *pool = open_pool(((struct stage *)arg)->f.fd);
	struct xf_sync *sync;
	uint32_t i;
	EXPECT(0, xf_pool_hold(pool, 0, &i));
	EXPECT(0, xf_surface_sync(xf_pool_surface(pool, i), &sync));
	EXPECT(0, xf_sync_ready(sync, NULL));
	EXPECT(0, xf_pool_hold(pool, 0, &i));
	EXPECT(0, xf_pool_give(pool, i));
	EXPECT(0, xf_pool_hold(pool, 0, &i));
	xf_pool_close(pool);
}

/* Whatever it was about to do, no surface is lost. n 0: the passes are listed. */
static void run_pool_case(const char *point, int n, int listing_fd)
{
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 64, .height_px = 1, .fourcc = XF_FORMAT_RAW
	};
	struct stage stage = { .role = PRODUCER };
	struct xf_pool *pool;
	uint32_t held[3];
	char text[64];
	snprintf(text, sizeof(text), n ? "%s/%d" : "?", point, n);
	fixture_make(&stage.f);
	struct xf_domain *d = stage.f.domain;
	EXPECT(0, xf_pool_create(d, &desc, 2, XF_SURFACE_SYNC, "recycled", &pool));
	pid_t pid = proc_spawn_at(text, listing_fd, pool_victim, &stage);
	EXPECT(n ? -SIGKILL : 0, proc_wait(pid, 5000));
	for (int i = 0; i < 2; i++) {
		int64_t before = xf_now();
		if (xf_pool_hold(pool, proc_patience(5000), &held[i]) ||
			xf_now() - before > 4000 * MS)
			proc_fail(__FILE__, __LINE__, "%s: a surface is lost", text);
	}
	EXPECT(XF_TIMEOUT, xf_pool_hold(pool, 0, &held[2]));
	CHECK(held[0] != held[1]);
	xf_pool_close(pool);
	stage.f.domain = NULL;
	fixture_close(&stage.f);
	EVENTUALLY(3000, proc_objects(d) == 0);
	xf_domain_leave(d);
	close(stage.f.fd);
}

static void as_a_pools_producer(void)
{
	int counts[POINTS] = { 0 }, cases = 0;
	FILE *listing = tmpfile();
	CHECK(listing);
	run_pool_case("", 0, fileno(listing));
	count_lines(listing, counts);
	for (size_t i = 0; i < POINTS; i++) {
		bool ours =
			strncmp(points[i], "pool:", 5) == 0 || strncmp(points[i], "sync:", 5) == 0;
		for (int n = 1; ours && n <= counts[i] && n <= 3; n++, cases++)
			run_pool_case(points[i], n, -1);
	}
	printf("# %d cases\n", cases);
	CHECK(cases >= 10);
}

static void pool_taker(void *arg)
{
	uint32_t i;
	EXPECT(0, xf_pool_hold(open_pool(*(int *)arg), XF_NEVER, &i));
}

/* Somebody waits already when the one dies who was about to begin a use. */
static void while_others_wait(void)
{
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 64, .height_px = 1, .fourcc = XF_FORMAT_RAW
	};
	struct fixture f;
	struct xf_pool *pool;
	fixture_make(&f);
	EXPECT(0, xf_pool_create(f.domain, &desc, 1, XF_SURFACE_SYNC, "recycled", &pool));
	pid_t victim = proc_spawn_at("pool:held/1/stop", -1, pool_taker, &f.fd);
	proc_wait_stopped(victim, 3000);
	pid_t waiter = proc_spawn(pool_taker, &f.fd);
	EVENTUALLY(3000, proc_members(f.domain) == 3);
	for (int i = 0; i < 20; i++)
		proc_pause(); /* asleep by now; if not, the test is merely easier */
	proc_kill(victim);
	EXPECT(0, proc_wait(waiter, 5000));
	xf_pool_close(pool);
	fixture_close(&f);
	close(f.fd);
}

/* The event was set and taken; what the dead one did not note must not set it again. */
static void set_and_not_noted(void)
{
	struct stage stage = { .role = CLOSER };
	struct xf_event *event;
	fixture_make(&stage.f);
	EXPECT(0, xf_event_create(stage.f.domain, 0, NULL, &event));
	pid_t pid = proc_spawn_at("sync:fired/1/stop", -1, victim, &stage);
	proc_await(BEGUN, 1, 3000);
	EXPECT(0, xf_sync_on_final_release(stage.f.sync, event));
	proc_tell(REGISTERED);
	EXPECT(0, xf_event_wait(event, proc_patience(3000)));
	proc_kill(pid);
	EVENTUALLY(3000, proc_members(stage.f.domain) == 1);
	EXPECT(XF_TIMEOUT, xf_event_wait(event, 0));
	check_next_use(&stage.f, event);
	xf_event_close(event);
	fixture_close(&stage.f);
	close(stage.f.fd);
}

/* Nothing was pending when it looked; then the next use began, with the same event registered. */
static void pending_again_meanwhile(void)
{
	struct stage stage = { .role = CLOSER };
	struct xf_event *event;
	fixture_make(&stage.f);
	struct xf_sync *sync = stage.f.sync;
	EXPECT(0, xf_event_create(stage.f.domain, 0, NULL, &event));
	pid_t pid = proc_spawn_at("sync:firing/1/stop", -1, victim, &stage);
	proc_await(BEGUN, 1, 3000);
	EXPECT(0, xf_sync_on_final_release(sync, event));
	proc_tell(REGISTERED);
	proc_wait_stopped(pid, 3000);
	EXPECT(0, xf_sync_reset(sync));
	EXPECT(0, xf_sync_begin(sync));
	EXPECT(0, xf_sync_on_final_release(sync, event));
	kill(pid, SIGCONT);
	EXPECT(0, proc_wait(pid, 3000));
	EXPECT(XF_TIMEOUT, xf_event_wait(event, 0));
	EXPECT(0, xf_sync_ready(sync, NULL));
	EXPECT(0, xf_event_wait(event, proc_patience(3000)));
	xf_event_close(event);
	fixture_close(&stage.f);
	close(stage.f.fd);
}

int main(int argc, char **argv)
{
	static const struct proc_test tests[] = {
		{ "killed in every role", in_every_role, 100 },
		{ "killed as a pool's producer", as_a_pools_producer, 60 },
		{ "killed while others wait for a surface", while_others_wait, 20 },
		{ "killed after setting, before noting", set_and_not_noted, 20 },
		{ "looked at one use, fired in the next", pending_again_meanwhile, 20 },
	};
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
