/* SPDX-License-Identifier: MIT */
/*
 * Threads that take turns, one step at a time, and the choices between them. An execution is the
 * list of choices it took; the next one repeats it up to the last choice that has an alternative
 * left, so that all are visited without keeping any of them in memory.
 */
#include <errno.h>
#include <linux/futex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>

#include "engine.h"
#include "kernel.h"
#include "world.h"
#include "stepped.h"
#undef calloc
#undef malloc
#undef free

#define STACK	  65536
#define STEPS_MAX 4000 /* more: it does not come to an end */
#define WORDS_MAX 12
#define STORES	  16

enum state { READY, ASLEEP, ENDED, STOPPED };

struct thread {
	struct xp_thread is;
	void *(*start)(void *arg); /* instead of is.run, if started by another thread */
	void *start_arg;
	enum state state;
	bool entered; /* in this execution */
	bool made; /* has a stack to begin on */
	bool counts_afresh; /* is in the middle of a sweep, at all buckets */
	ucontext_t first;
	jmp_buf bottom, at;

	/* Asleep on these words. */
	const volatile void *words[WORDS_MAX];
	int n_words;
	uint32_t bits;
	int64_t deadline;
	long since;
	int result;

	bool (*could)(void *arg); /* asleep for good while this is true: a failure */
	void *arg;

	struct {
		volatile void *address;
		uint64_t value;
		size_t size;
	} stores[STORES];
	int n_stores;
};

enum act { GO, TIME_OUT, DIE, STOP };

static struct thread threads[XP_THREADS];
static int n_threads, n_first, current;
static jmp_buf end;
static bool running, tracing;
static const char *failure;

static const struct xp_scenario *scenario;
static const struct xp_options *options;
static int path[STEPS_MAX], width[STEPS_MAX], length, position;
static int deviations, deaths, stops, woken_sleepers, last_death;
static long steps, ticks;
static uint64_t chance = 88172645463325252u;
int64_t xp_now;
int xp_value[16];

#define TRACE(...)                                                                                 \
	do {                                                                                       \
		if (tracing)                                                                       \
			printf("#     " __VA_ARGS__);                                              \
	} while (0)

static _Noreturn void finish(const char *why)
{
	failure = why;
	_longjmp(end, 1);
}

void xp_fail(const char *why)
{
	finish(why);
}

static int by_chance(int n)
{
	chance ^= chance << 13;
	chance ^= chance >> 7;
	chance ^= chance << 17;
	return chance % 16 ? 0 : (int)((chance >> 8) % (unsigned)n);
}

static int choose(int n)
{
	if (n == 1)
		return 0;
	if (position == STEPS_MAX)
		finish("does not come to an end");
	if (position == length) {
		path[length] = options->by_chance ? by_chance(n) : 0;
		length++;
	}
	width[position] = n;
	return path[position++];
}

static bool affordable(int cost)
{
	return deviations + cost <= options->deviations;
}

static void drain(struct thread *t)
{
	for (int i = 0; i < t->n_stores; i++) {
		memcpy((void *)t->stores[i].address, &t->stores[i].value, t->stores[i].size);
		TRACE("%-10s's store to %s is seen by all\n", t->is.name,
			xp_world_name(t->stores[i].address));
	}
	t->n_stores = 0;
}

static void wake(struct thread *t, int result)
{
	t->state = READY;
	t->n_words = 0;
	t->result = result;
}

void xp_wake(const void *on)
{
	for (int i = 0; i < n_threads; i++)
		if (threads[i].state == ASLEEP && threads[i].words[0] == on) {
			TRACE("           wakes %s\n", threads[i].is.name);
			wake(&threads[i], 0);
		}
}

static void begin(int i)
{
	struct thread *t = &threads[i];
	t->entered = true;
	if (t->start)
		t->start(t->start_arg);
	else
		t->is.run(t->is.member);
	t->state = ENDED;
	xp_wake(t); /* who joins it */
}

static void schedule(void);

static void coroutine(int i)
{
	_setjmp(threads[i].bottom);
	begin(current);
	schedule();
	abort();
}

static void make(int i)
{
	struct thread *t = &threads[i];
	getcontext(&t->first);
	t->first.uc_stack.ss_sp = malloc(STACK);
	t->first.uc_stack.ss_size = STACK;
	makecontext(&t->first, (void (*)(void))coroutine, 1, i);
	t->made = true;
	setcontext(&t->first);
}

/* Leaves the calling context; whoever wants to come back has saved itself. */
static _Noreturn void enter(int i)
{
	current = i;
	if (threads[i].entered)
		_longjmp(threads[i].at, 1);
	if (threads[i].made)
		_longjmp(threads[i].bottom, 1);
	make(i);
	abort();
}

static void end_member(int member, enum state state)
{
	for (int i = 0; i < n_threads; i++)
		if (threads[i].is.member == member && threads[i].state != ENDED) {
			drain(&threads[i]);
			threads[i].state = state;
		}
}

static void die(int i)
{
	TRACE("%-10s DIES\n", threads[i].is.name);
	end_member(threads[i].is.member, ENDED);
	deaths++;
	last_death = threads[i].is.member;
	xp_world_died(last_death);
	xp_wake(&deaths);
}

/* At rest: does anybody sleep, for good or until its deadline, who could go on? */
static void check_sleepers(void)
{
	static char why[128];
	running = false;
	for (int i = 0; i < n_threads; i++)
		drain(&threads[i]);
	for (int i = 0; i < n_threads; i++)
		if (threads[i].state == ASLEEP && threads[i].could &&
			threads[i].could(threads[i].arg)) {
			snprintf(why, sizeof(why),
				"LOST WAKE-UP: %s sleeps although it could go on",
				threads[i].is.name);
			finish(why);
		}
	running = true;
}

struct option {
	enum act act;
	int thread, cost;
};

static void offer(struct option *list, int *n, enum act act, int thread, int cost)
{
	if (affordable(cost))
		list[(*n)++] = (struct option){ act, thread, cost };
}

static int deaths_max(void)
{
	return scenario->deaths ? scenario->deaths : 1;
}

/* Whoever yields lets another one go first; that it goes on itself is a deviation then. */
static int list_options(struct option *list, bool yields)
{
	bool here = threads[current].state == READY, anybody = here;
	int n = 0;
	if (here && !yields)
		offer(list, &n, GO, current, 0);
	for (int k = 1; k < n_threads; k++) {
		int i = yields ? (current + k) % n_threads : k > current ? k : k - 1;
		if (threads[i].state != READY)
			continue;
		offer(list, &n, GO, i,
			(yields ? n > 0 : here || (anybody && scenario->in_turn)) ? 1 : 0);
		anybody = true;
	}
	if (here && yields)
		offer(list, &n, GO, current, n > 0 ? 1 : 0);
	if (!anybody)
		check_sleepers();
	for (int i = 0; i < n_threads; i++)
		if (threads[i].state == ASLEEP && threads[i].deadline != XF_NEVER)
			offer(list, &n, TIME_OUT, i, anybody ? 1 : 0);
	for (int i = 0; i < n_threads && deaths < deaths_max(); i++)
		if (threads[i].is.may_die && threads[i].state <= ASLEEP)
			offer(list, &n, DIE, i, 1);
	if (here && threads[current].is.may_stop && !stops)
		offer(list, &n, STOP, current, 1);
	return n;
}

/* Called by `current`, which may be asleep or at its end. Returns when it may go on. */
static void schedule_anew(bool yields)
{
	struct option list[4 * XP_THREADS] = { 0 };
	for (;; yields = false) {
		int n = list_options(list, yields);
		if (!n)
			finish(NULL);
		struct option o = list[choose(n)];
		struct thread *t = &threads[o.thread];
		deviations += o.cost;
		if (o.act == DIE) {
			die(o.thread);
			if (threads[current].state == READY)
				return;
			continue;
		}
		if (o.act == STOP) {
			TRACE("%-10s IS STOPPED\n", t->is.name);
			end_member(t->is.member, STOPPED);
			stops++;
			continue;
		}
		if (o.act == TIME_OUT) {
			TRACE("%-10s's deadline passes\n", t->is.name);
			xp_now = t->deadline > xp_now ? t->deadline : xp_now;
			wake(t, -ETIMEDOUT);
		}
		if (o.thread == current)
			return;
		if (threads[current].state == ENDED || threads[current].state == STOPPED ||
			_setjmp(threads[current].at) == 0)
			enter(o.thread);
		return;
	}
}

static void schedule(void)
{
	schedule_anew(false);
}

static void step(const char *what, const volatile void *address)
{
	if (!running || xp_world_quiet(address))
		return;
	if (++steps > STEPS_MAX)
		finish("does not come to an end");
	schedule();
	TRACE("%-10s %s %s\n", threads[current].is.name, what, xp_world_name(address));
}

/* What the sources call: stepped.h. */

void xp_load(const volatile void *address)
{
	step("loads", address);
}

void xp_forward(const volatile void *address, void *value, size_t size)
{
	struct thread *t = &threads[current];
	for (int i = 0; running && i < t->n_stores; i++)
		if (t->stores[i].address == address)
			memcpy(value, &t->stores[i].value, size);
}

void xp_change(const char *what, volatile void *address)
{
	step(what, address);
	if (running)
		drain(&threads[current]);
	xp_world_changed(address);
}

void xp_fence(memory_order order)
{
	step("fence", NULL);
	if (running && order == memory_order_seq_cst)
		drain(&threads[current]);
}

void xp_yield(void)
{
	if (!running)
		return;
	if (++steps > STEPS_MAX)
		finish("does not come to an end");
	schedule_anew(true);
	TRACE("%-10s goes on after a yield\n", threads[current].is.name);
}

bool xp_store(volatile void *address, const void *value, size_t size, memory_order order)
{
	struct thread *t = &threads[current];
	step("stores", address);
	xp_world_changed(address);
	if (!running)
		return false;
	if (order == memory_order_seq_cst)
		drain(t);
	if (!options->buffers || order == memory_order_seq_cst || xp_world_quiet(address))
		return false;
	if (!t->n_stores) {
		int n = affordable(1) ? 2 : 1;
		int kept = choose(n);
		deviations += kept;
		if (!kept)
			return false;
	}
	if (t->n_stores == STORES)
		drain(t);
	TRACE("%-10s (kept in its store buffer)\n", t->is.name);
	t->stores[t->n_stores].address = address;
	t->stores[t->n_stores].size = size;
	t->stores[t->n_stores].value = 0;
	memcpy(&t->stores[t->n_stores++].value, value, size);
	return true;
}

static int sleep_here(uint32_t bits, int64_t deadline)
{
	struct thread *t = &threads[current];
	t->state = ASLEEP;
	t->bits = bits;
	t->deadline = deadline;
	t->since = ++ticks;
	t->result = 0;
	schedule();
	return t->result;
}

bool xp_running(void)
{
	return running;
}

int xp_current(void)
{
	return current;
}

void xp_step(const char *what, const volatile void *address)
{
	step(what, address);
}

int xp_sleep(const void *on, int64_t deadline_ns)
{
	threads[current].words[0] = on;
	threads[current].n_words = 1;
	return sleep_here(1, deadline_ns);
}

void xp_die(void)
{
	die(current);
	schedule();
}

void xp_join(int thread)
{
	while (running && threads[thread].state != ENDED)
		(void)xp_sleep(&threads[thread], XF_NEVER);
}

void xp_lock(void *mutex)
{
	int *held = mutex;
	if (!running)
		return;
	step("locks", mutex);
	while (*held)
		(void)xp_sleep(mutex, XF_NEVER);
	xp_world_changed(mutex);
	*held = 1;
}

void xp_unlock(void *mutex)
{
	int *held = mutex;
	if (!running)
		return;
	*held = 0;
	xp_wake(mutex);
}

static int futex_wait(
	const uint32_t **words, const uint32_t *values, int n, uint32_t bits, int64_t deadline)
{
	struct thread *t = &threads[current];
	for (int i = 0; i < n; i++)
		if (*(const volatile uint32_t *)words[i] != values[i])
			return -EAGAIN;
	for (int i = 0; i < n; i++)
		t->words[i] = words[i];
	t->n_words = n;
	return sleep_here(bits, deadline);
}

static bool sleeps_on(const struct thread *t, const void *word, uint32_t bits)
{
	for (int i = 0; t->state == ASLEEP && i < t->n_words; i++)
		if (t->words[i] == word)
			return t->bits & bits;
	return false;
}

/* The first to come, as the kernel does among equals; or another one, as it may. */
static struct thread *pick_sleeper(const void *word, uint32_t bits, bool any)
{
	struct thread *found[XP_THREADS];
	int n = 0;
	for (int i = 0; i < n_threads; i++)
		if (sleeps_on(&threads[i], word, bits)) {
			int at = n++;
			for (; at && found[at - 1]->since > threads[i].since; at--)
				found[at] = found[at - 1];
			found[at] = &threads[i];
		}
	if (!n)
		return NULL;
	int chosen = any && affordable(1) ? choose(n) : 0;
	deviations += chosen ? 1 : 0;
	return found[chosen];
}

static int futex_wake(const void *word, int count, uint32_t bits)
{
	int woken = xp_kernel_wake(word, bits);
	for (; woken < count; woken++) {
		struct thread *t = pick_sleeper(word, bits, count == 1);
		if (!t)
			break;
		TRACE("           wakes %s\n", t->is.name);
		wake(t, 0);
		woken_sleepers++;
	}
	return woken;
}

void xp_wake_futex(const void *word)
{
	if (running)
		(void)futex_wake(word, 1, FUTEX_BITSET_MATCH_ANY);
}

static int64_t deadline_of(const struct timespec *ts)
{
	return ts ? ts->tv_sec * INT64_C(1000000000) + ts->tv_nsec : XF_NEVER;
}

static long returned(int r)
{
	if (r >= 0)
		return r;
	errno = -r;
	return -1;
}

long xp_syscall(long number, ...)
{
	va_list list;
	va_start(list, number);
	uintptr_t a[6];
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(list, uintptr_t);
	va_end(list);
	if (number == SYS_gettid)
		return current + 1;
	if (number == SYS_write)
		return xp_kernel_write((int)a[0]);
	if (number == SYS_read)
		return xp_kernel_read((int)a[0], (void *)a[1]);
	if (number != SYS_futex && number != SYS_futex_waitv)
		return 0;
	if (!running)
		return 0;
	const uint32_t *words[WORDS_MAX] = { (const uint32_t *)a[0] };
	uint32_t values[WORDS_MAX] = { (uint32_t)a[2] };
	int operation = (int)a[1] & FUTEX_CMD_MASK, n = 1;
	bool wakes =
		number == SYS_futex && (operation == FUTEX_WAKE_BITSET || operation == FUTEX_WAKE);
	if (number == SYS_futex_waitv) {
		const struct futex_waitv *v = (const struct futex_waitv *)a[0];
		n = (int)a[1] < WORDS_MAX ? (int)a[1] : WORDS_MAX;
		for (int i = 0; i < n; i++) {
			words[i] = (const uint32_t *)(uintptr_t)v[i].uaddr;
			values[i] = (uint32_t)v[i].val;
		}
	}
	step(wakes ? "FUTEX_WAKE" : "FUTEX_WAIT", words[0]);
	drain(&threads[current]);
	if (wakes)
		return futex_wake(words[0], (int)a[2], (uint32_t)a[5]);
	return returned(futex_wait(words, values, n,
		number == SYS_futex ? (uint32_t)a[5] : FUTEX_BITSET_MATCH_ANY,
		deadline_of((const struct timespec *)a[3])));
}

void xfi_kill_point(const char *name);
void xfi_kill_point(const char *name)
{
	if (!running)
		return;
	TRACE("%-10s (%s)\n", threads[current].is.name, name);
	threads[current].counts_afresh |= strcmp(name, "sweep:abandoned") == 0;
}

bool xp_counts_afresh(bool in_bucket)
{
	return threads[current].counts_afresh &= in_bucket;
}

static void reset(struct thread *t)
{
	t->state = READY;
	t->entered = t->counts_afresh = false;
	t->n_words = t->n_stores = 0;
	t->could = NULL;
	t->deadline = XF_NEVER;
}

/* What scenarios and the world call. */

int64_t xf_now(void)
{
	return xp_now;
}

int64_t xf_deadline(int64_t from_now_ns)
{
	return xp_now + from_now_ns;
}

struct xp_thread *xp_thread(const char *name, void (*run)(int member), int member)
{
	if (n_threads == XP_THREADS)
		abort();
	struct thread *t = &threads[n_threads++];
	t->is = (struct xp_thread){ .name = name, .run = run, .member = member };
	t->start = NULL;
	xp_world_joined(member);
	return &t->is;
}

int xp_start(const char *name, void *(*fn)(void *arg), void *arg)
{
	int i = n_threads++;
	if (i == XP_THREADS)
		abort();
	struct thread *t = &threads[i];
	t->is = threads[current].is;
	t->is.name = name;
	t->start = fn;
	t->start_arg = arg;
	reset(t);
	return i;
}

void xp_forget_threads(void)
{
	n_threads = 0;
}

void xp_sleeps_unless(bool (*could)(void *arg), void *arg)
{
	threads[current].could = could;
	threads[current].arg = arg;
}

void xp_sleeps_no_more(void)
{
	threads[current].could = NULL;
}

void xp_wait_for_deaths(int n)
{
	while (deaths < n)
		(void)xp_sleep(&deaths, XF_NEVER);
}

int xp_last_death(void)
{
	return last_death;
}

void xp_here(void)
{
	xp_fence(memory_order_relaxed);
}

void xp_idle(int member)
{
	xp_wait_for_deaths(1);
}

int xp_woken(void)
{
	return woken_sleepers;
}

int xp_deviations(void)
{
	return deviations;
}

int xp_stopped(void)
{
	return stops;
}

int xp_died(void)
{
	return deaths;
}

static void prepare(void)
{
	xp_world_restore();
	xp_kernel_restore();
	n_threads = n_first;
	for (int i = 0; i < n_threads; i++)
		reset(&threads[i]);
	memset(xp_value, 0, sizeof(xp_value));
	position = deviations = deaths = stops = woken_sleepers = 0;
	steps = ticks = xp_now = 0;
	failure = NULL;
}

static void run_once(void)
{
	prepare();
	running = true;
	if (_setjmp(end) == 0)
		enter(0);
	running = false;
	if (!failure && scenario->check)
		failure = scenario->check();
}

/* The next list of choices; false: there is none. */
static bool next_path(void)
{
	if (xp_world_learned() || options->by_chance) {
		length = 0;
		return true;
	}
	length = position;
	while (length && path[length - 1] + 1 >= width[length - 1])
		length--;
	if (!length)
		return false;
	path[length - 1]++;
	return true;
}

static void show_failure(long executions)
{
	printf("# %s, execution %ld, %d deviations: %s\n", scenario->name, executions, deviations,
		failure);
	length = position;
	tracing = true;
	run_once();
	tracing = false;
}

/* The machine's time, not that of the world that is explored. */
static long seconds_now(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* NULL: they have come to an end by themselves. */
static const char *stopped_by(const struct xp_options *o, long executions, long began)
{
	if (executions == o->limit)
		return o->by_chance ? "by chance" : "stopped at the limit";
	return o->seconds && seconds_now() - began >= o->seconds ? "stopped by the clock" : NULL;
}

bool xp_explore(const struct xp_scenario *s, const struct xp_options *o)
{
	long executions = 0, began = seconds_now();
	const char *stopped;
	n_first = n_threads;
	scenario = s;
	options = o;
	length = 0;
	do {
		run_once();
		executions++;
		if (failure) {
			if (!s->must_fail)
				show_failure(executions);
			else
				printf("# found, as it should: %s\n", failure);
			return false;
		}
		stopped = stopped_by(o, executions, began);
	} while (!stopped && next_path());
	printf("# %ld executions with at most %d deviations%s%s, %ld s\n", executions,
		o->deviations, stopped ? ", " : "", stopped ? stopped : "", seconds_now() - began);
	return true;
}
