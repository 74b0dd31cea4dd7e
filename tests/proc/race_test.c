/* SPDX-License-Identifier: MIT */
/*
 * Interleavings that chance would need days for: members are stopped (SIGSTOP) at named points
 * until another one has done its part.
 */
#include "fixture.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "sync/event.h"

#define NAME "race"

enum { READY, MORE, DONE };

static void next_stop(pid_t pid)
{
	kill(pid, SIGCONT);
	proc_wait_stopped(pid, 10000);
}

/* ---- An opener gives up while the last closer undoes its closing. */

static void closer(void *arg)
{
	struct xf_domain *d;
	struct xf_event *event;
	EXPECT(0, xf_domain_join(*(int *)arg, &d));
	EXPECT(0, xf_event_create(d, 0, NULL, &event));
	atomic_store(&proc_board->value[0], xf_event_id(event));
	proc_tell(READY);
	proc_await(MORE, 1, 10000);
	xf_event_close(event);
	proc_tell(DONE);
	proc_await(MORE, 2, 10000); /* leaving would free it after all */
	xf_domain_leave(d);
}

static void opener(void *arg)
{
	struct xf_domain *d;
	struct xf_event *event;
	proc_await(READY, 1, 10000);
	EXPECT(0, xf_domain_join(*(int *)arg, &d));
	EXPECT(-ESTALE, xf_event_open(d, atomic_load(&proc_board->value[0]), &event));
	xf_domain_leave(d);
}

static void opener_gives_up(void)
{
	int fd = fixture_empty();
	struct xf_domain *d;
	EXPECT(0, xf_domain_join(fd, &d));
	pid_t c = proc_spawn_at("close:closing/1/stop,close:undo/1/stop", -1, closer, &fd);
	pid_t o = proc_spawn_at("open:checked/1/stop,open:counted/1/stop", -1, opener, &fd);
	proc_wait_stopped(o, 10000); /* the event is there */
	proc_tell(MORE);
	proc_wait_stopped(c, 10000); /* closing, nobody has it open */
	next_stop(o); /* now it has */
	next_stop(c); /* which is seen */
	kill(o, SIGCONT);
	EXPECT(0, proc_wait(o, 10000)); /* it would not wait any longer */
	kill(c, SIGCONT);
	proc_await(DONE, 1, 10000);
	EXPECT(0, proc_objects(d));
	proc_tell(MORE);
	EXPECT(0, proc_wait(c, 10000));
	xf_domain_leave(d);
	close(fd);
}

/* ---- An opener comes while the last closer clears the object, and that one dies. */

static void signalled_closer(void *arg)
{
	struct xf_domain *d;
	struct xf_event *event;
	EXPECT(0, xf_domain_join(*(int *)arg, &d));
	EXPECT(0, xf_event_create(d, XF_EVENT_MANUAL_RESET | XF_EVENT_SIGNALLED, NULL, &event));
	atomic_store(&proc_board->value[0], xf_event_id(event));
	proc_tell(READY);
	proc_await(MORE, 1, 10000);
	xf_event_close(event);
}

/* Gone, or all there. */
static void late_opener(void *arg)
{
	struct xf_domain *d;
	struct xf_event *event;
	proc_await(READY, 1, 10000);
	EXPECT(0, xf_domain_join(*(int *)arg, &d));
	int r = xf_event_open(d, atomic_load(&proc_board->value[0]), &event);
	if (r == 0) {
		EXPECT(0, xf_event_wait(event, 0));
		EXPECT(0, xf_event_wait(event, 0));
		xf_event_close(event);
	} else {
		EXPECT(-ESTALE, r);
	}
	xf_domain_leave(d);
}

static void opener_of_the_cleared(const char *point)
{
	int fd = fixture_empty();
	struct xf_domain *d;
	EXPECT(0, xf_domain_join(fd, &d));
	pid_t c = proc_spawn_at(point, -1, signalled_closer, &fd);
	pid_t o = proc_spawn_at("open:checked/1/stop,open:counted/1/stop", -1, late_opener, &fd);
	proc_wait_stopped(o, 10000); /* the event is there */
	proc_tell(MORE);
	proc_wait_stopped(c, 10000); /* nobody has it open */
	next_stop(o); /* now it has */
	proc_kill(c);
	EVENTUALLY(10000, proc_members(d) == 2);
	kill(o, SIGCONT);
	EXPECT(0, proc_wait(o, 10000));
	EXPECT(0, proc_objects(d));
	xf_domain_leave(d);
	close(fd);
}

static void opener_meets_death(void)
{
	static const char *const points[] = { "close:closing/1/stop", "close:ending/1/stop",
		"close:freed/1/stop", "close:cleared/1/stop" };
	for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
		memset(proc_board, 0, sizeof(*proc_board));
		opener_of_the_cleared(points[i]);
	}
}

/* ---- A waiter has counted itself, but does not sleep yet, when a death sets the counts back. */

static void waiter(void *arg)
{
	struct fixture w;
	fixture_join(&w, *(int *)arg);
	EXPECT(0, xf_keyed_mutex_acquire(w.mutex, 5, proc_patience(20000), NULL));
	EXPECT(0, xf_keyed_mutex_release(w.mutex, 0, 0));
	fixture_close(&w);
}

static void joiner(void *arg)
{
	struct xf_domain *d;
	EXPECT(0, xf_domain_join(*(int *)arg, &d));
	proc_tell(READY);
	pause();
}

static void recount_before_sleep(void)
{
	struct xf_domain_info info = { .size = sizeof(info) };
	struct fixture f;
	fixture_make(&f);
	pid_t w = proc_spawn_at("park:entered/1/stop", -1, waiter, &f.fd);
	proc_wait_stopped(w, 10000);
	pid_t dying = proc_spawn(joiner, &f.fd);
	proc_await(READY, 1, 10000);
	proc_kill(dying);
	EVENTUALLY(10000, xf_inspect_domain(f.domain, &info) == 0 && info.deaths == 1);
	EVENTUALLY(10000, proc_members(f.domain) == 2);
	kill(w, SIGCONT);
	for (int i = 0; i < 20; i++)
		proc_pause(); /* asleep by now; if not, the test is merely easier */
	EXPECT(0, xf_keyed_mutex_acquire(f.mutex, 0, 0, NULL));
	EXPECT(0, xf_keyed_mutex_release(f.mutex, 5, 0));
	EXPECT(0, proc_wait(w, 20000));
	close(f.fd);
	fixture_close(&f);
}

/* ---- The server of a name dies; its member slot is taken by a newcomer before anybody took over.
 */

static void publisher(void *arg)
{
	struct xf_domain *d;
	EXPECT(0, xf_domain_join(*(int *)arg, &d));
	EXPECT(0, xf_domain_publish(d, NAME));
	proc_tell(READY);
	pause();
}

static void slot_of_server_taken(void)
{
	struct xf_domain *d;
	int fd = fixture_empty();
	pid_t server = proc_spawn(publisher, &fd); /* slot 0 */
	proc_await(READY, 1, 10000);
	pid_t sweeper = proc_spawn_at("serve:swept/1/stop", -1, joiner, &fd);
	proc_await(READY, 2, 10000);
	proc_kill(server);
	proc_wait_stopped(sweeper, 10000);
	pid_t newcomer = proc_spawn(joiner, &fd); /* slot 0 */
	proc_await(READY, 3, 10000);
	kill(sweeper, SIGCONT);
	EXPECT(0, xf_domain_open(NAME, 0, proc_patience(8000), &d));
	xf_domain_leave(d);
	proc_kill(sweeper);
	proc_kill(newcomer);
	close(fd);
}

/* ---- A reader dies while its holder's bit is on the way, and then the one who shares. */

static void sharer(void *arg)
{
	struct fixture s;
	uint32_t index;
	fixture_join(&s, *(int *)arg);
	EXPECT(0, xf_pool_hold(s.pool, 0, &index));
	(void)xf_pool_share(s.pool, index, NULL);
}

static void reader(void *arg)
{
	struct fixture r;
	fixture_join(&r, *(int *)arg);
	EXPECT(0, xf_pool_subscribe(r.pool));
	proc_tell(READY);
	pause();
}

static void sharer_and_reader_die(void)
{
	struct fixture f;
	uint32_t index;
	fixture_make(&f);
	pid_t r = proc_spawn(reader, &f.fd);
	proc_await(READY, 1, 10000);
	pid_t s = proc_spawn_at("pool:sharing/1/stop,pool:shared/1", -1, sharer, &f.fd);
	proc_wait_stopped(s, 10000);
	proc_kill(r);
	EVENTUALLY(10000, proc_members(f.domain) == 2);
	kill(s, SIGCONT);
	EXPECT(-SIGKILL, proc_wait(s, 10000));
	for (int i = 0; i < FIXTURE_SURFACES; i++)
		EXPECT(0, xf_pool_hold(f.pool, proc_patience(8000), &index));
	close(f.fd);
	fixture_close(&f);
}

/*
 * ---- X has died but its process goes on (exec), and R waits for its end. R dies; who sweeps after
 * R dies too, having freed R's slot but not yet looked at X; a newcomer gets R's slot.
 */
static void holder_execs(void *arg)
{
	struct fixture x;
	uint32_t index;
	fixture_join(&x, *(int *)arg);
	for (int i = 0; i < FIXTURE_SURFACES; i++)
		EXPECT(0, xf_pool_hold(x.pool, 0, &index));
	proc_tell(READY);
	proc_await(MORE, 1, 10000);
	execl("/bin/sleep", "sleep", "20", (char *)NULL);
}

static void keeper(void *arg)
{
	struct fixture k;
	uint32_t index;
	fixture_join(&k, *(int *)arg);
	proc_tell(READY);
	proc_await(DONE, 1, 20000);
	for (int i = 0; i < FIXTURE_SURFACES; i++)
		EXPECT(0, xf_pool_hold(k.pool, proc_patience(8000), &index));
	fixture_close(&k);
}

static void creator(void *arg)
{
	struct fixture c;
	fixture_fill(&c, *(int *)arg);
	proc_tell(READY);
	pause();
}

static void slot_of_reaper_taken(void)
{
	struct xf_domain *look;
	int read_only, fd = fixture_empty();
	EXPECT(0, xf_domain_join(fd, &look));
	EXPECT(0, xf_domain_export(look, XF_OPEN_LOOK_ONLY, &read_only));
	xf_domain_leave(look);
	EXPECT(0, xf_domain_join(read_only, &look));
	pid_t r = proc_spawn(creator, &fd); /* slot 0 */
	proc_await(READY, 1, 10000);
	pid_t x = proc_spawn(holder_execs, &fd); /* slot 1 */
	proc_await(READY, 2, 10000);
	pid_t k = proc_spawn(keeper, &fd);
	proc_await(READY, 3, 10000);
	kill(k, SIGSTOP);
	proc_wait_stopped(k, 10000); /* else its helper might still run, and stop with the lock */
	proc_tell(MORE);
	struct xf_domain_info info = { .size = sizeof(info) };
	EVENTUALLY(10000, xf_inspect_domain(look, &info) == 0 && info.deaths == 1);
	/* Joins while R lives, so that it has nothing to sweep but R. */
	pid_t s = proc_spawn_at("sweep:freed/1", -1, joiner, &fd);
	proc_await(READY, 4, 10000);
	proc_kill(r);
	EXPECT(-SIGKILL, proc_wait(s, 10000));
	pid_t n = proc_spawn(joiner, &fd); /* slot 0 */
	proc_await(READY, 5, 10000);
	proc_kill(x);
	kill(k, SIGCONT);
	proc_tell(DONE);
	EXPECT(0, proc_wait(k, 20000));
	proc_kill(n);
	xf_domain_leave(look);
	close(read_only);
	close(fd);
}

/* ---- A set rings whoever opens the event, in a slot whose last member's thread was late. */

static void opens_late(void *arg)
{
	struct xf_domain *d;
	struct xf_event *event;
	EXPECT(0, xf_domain_join(*(int *)arg, &d));
	atomic_store(&proc_board->value[1], d->self);
	proc_tell(READY);
	proc_await(MORE, 1, 20000);
	EXPECT(0, xf_event_open(d, atomic_load(&proc_board->value[0]), &event));
	proc_await(DONE, 1, 60000); /* whoever leaves might ring, too */
	xf_event_close(event);
	xf_domain_leave(d);
}

struct taker {
	struct xf_event *event, *idle;
	int result;
	int64_t woken;
};

static void *takes(void *arg)
{
	struct taker *t = arg;
	struct xf_wait_item items[] = { { .type = XF_EVENT, .object = t->idle },
		{ .type = XF_EVENT, .object = t->event } };
	uint32_t index;
	t->result = xf_wait_any(items, 2, proc_patience(40000), &index);
	t->woken = xf_now();
	return NULL;
}

static void opener_is_rung(void)
{
	struct xf_domain *d;
	struct taker t;
	pthread_t thread;
	int fd;
	EXPECT(0, xf_domain_create(NULL, &d));
	EXPECT(0, xf_domain_export(d, 0, &fd));
	EXPECT(0, xf_event_create(d, 0, NULL, &t.event));
	EXPECT(0, xf_event_create(d, 0, NULL, &t.idle));
	atomic_store(&proc_board->value[0], xf_event_id(t.event));
	pid_t o = proc_spawn_at("open:counted/1/stop", -1, opens_late, &fd);
	proc_await(READY, 1, 20000);
	EXPECT(0, pthread_create(&thread, NULL, takes, &t));
	xfi_u64 *takers = &t.event->base.slot->hot.event.takers;
	EVENTUALLY(20000, atomic_load(takers) & xfi_self_bit(d));
	EVENTUALLY(20000, atomic_load(&d->members[d->self].sleepers));
	atomic_fetch_or(takers, xfi_bit((uint32_t)atomic_load(&proc_board->value[1])));
	proc_tell(MORE);
	proc_wait_stopped(o, 20000);
	EXPECT(0, xf_event_set(t.event));
	kill(o, SIGCONT);
	int64_t began = xf_now();
	EXPECT(0, pthread_join(thread, NULL));
	EXPECT(0, t.result);
	CHECK(t.woken - began < 20000 * MS);
	proc_tell(DONE);
	EXPECT(0, proc_wait(o, 20000));
	xf_event_close(t.event);
	xf_event_close(t.idle);
	close(fd);
	xf_domain_leave(d);
}

int main(int argc, char **argv)
{
	static const struct proc_test tests[] = {
		{ "opener gives up", opener_gives_up, 60 },
		{ "opener meets the closer's death", opener_meets_death, 60 },
		{ "recount before sleep", recount_before_sleep, 60 },
		{ "slot of a dead server taken", slot_of_server_taken, 60 },
		{ "sharer and reader die", sharer_and_reader_die, 60 },
		{ "an opener is rung", opener_is_rung, 90 },
		{ "slot of a dead reaper taken", slot_of_reaper_taken, 60 },
	};
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
