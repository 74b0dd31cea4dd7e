/* SPDX-License-Identifier: MIT */
/*
 * Waiters of every kind: every combination of waiters.h's table, each alone and with others beside
 * it. Whoever waits is seen asleep, on a word of the domain or in poll(), before the other one
 * acts; then all of them come back, much sooner than their deadline, with the result that is
 * documented. Who is to stay asleep does, and is told afterwards by another one.
 */
#include "waiters.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "shm/domain.h"

/* A wake-up that is lost shows as a wait until the deadline, so that is far away. */
#define SOON_MS	    15000
#define DEADLINE_NS (45000 * MS)

enum { MADE, ACT, ACTED, END, STEPS, DONE = 2 * STEPS }; /* of the other one, and of another */

struct row {
	const char *name;
	int most;
	int ways[WAYS];
	int ends[ACTS];
	const struct kind *kind;
};

#define COUNT_OF(...) (sizeof((int[]){ __VA_ARGS__ }) / sizeof(int))
#define WAYS_OF(...)  COUNT_OF(__VA_ARGS__) == WAYS
#define ENDS(...)     COUNT_OF(__VA_ARGS__) == ACTS
#define ROW(k, m, w, e)                                                                            \
	_Static_assert(w, #k " lacks a way to wait");                                              \
	_Static_assert(e, #k " lacks an act");
WAITERS_KINDS(ROW)
#undef ROW
#undef WAYS_OF
#undef ENDS
#define WAYS_OF(...)                                                                               \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}
#define ENDS(...)                                                                                  \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}
#define ROW(k, m, w, e) { #k, m, w, e, &waiters_##k },
static const struct row rows[] = { WAITERS_KINDS(ROW) };
#define ROWS (sizeof(rows) / sizeof(rows[0]))

#define NAME(name) #name,
static const char *const way_names[] = { WAITERS_WAYS(NAME) };
static const char *const act_names[] = { WAITERS_ACTS(NAME) };
static const char *const actor_names[] = { WAITERS_ACTORS(NAME) };

/* No default: a type that the library gets has rows here first. */
static const char *rows_of(enum xf_type type)
{
	switch (type) {
	case XF_ANY:
		return NULL;
	case XF_EVENT:
		return "event";
	case XF_TIMELINE:
		return "timeline";
	case XF_KEYED_MUTEX:
		return "mutex";
	case XF_SURFACE:
		return "keyed_pool"; /* has nothing to wait for by itself */
	case XF_POOL:
		return "pool";
	case XF_SYNC:
		return "ready";
	case XF_STREAM:
		return "reader";
	}
	return NULL;
}

/* One combination. */
struct waiter {
	const struct cell *cell;
	struct side side;
	struct xf_event *idle; /* among several, the one that nobody sets */
	pthread_t thread;
	_Atomic pid_t tid; /* of the thread that sleeps, perhaps a queue's; 0: not yet */
	int result;
};

struct cell {
	const struct row *row;
	enum way way;
	enum act act;
	enum actor actor;
	int count; /* of waiters */
	int fd; /* of the domain */
	struct xf_domain *domain;
	const char *point; /* for UNTOLD: to be killed there */
	bool again; /* somebody has acted already */
	struct waiter waiters[WAITERS_MOST];
};

static char said[128];

static int step(const struct cell *cell, int which)
{
	return cell->again ? STEPS + which : which;
}

/* ---- The other one ---- */

static bool dies(enum act act)
{
	return act == DIE || act == UNTOLD;
}

static void act(const struct kind *kind, enum act act, struct side *side)
{
	switch (act) {
	case TELL:
		kind->tell(side);
		return;
	case CLOSE:
		kind->close(side);
		return;
	case GIVE_UP:
		kind->give_up(side);
		return;
	case OTHER:
		kind->other(side);
		return;
	case LEAVE:
		xf_domain_leave(side->domain);
		return;
	case DIE:
		_exit(kill(getpid(), SIGKILL));
	case UNTOLD:
		kind->tell(side);
		CHECK(!"killed in the middle");
	case ACTS:
		break;
	}
	CHECK(!"an act that is none");
}

/* What it has stays until all have woken: to close it might wake, too. */
static void other_one(void *arg)
{
	struct cell *cell = arg;
	const struct kind *kind = cell->row->kind;
	struct side side = { .domain = cell->domain };
	bool own = cell->actor != THREAD;
	if (own)
		EXPECT(0, xf_domain_join(cell->fd, &side.domain));
	(cell->again ? kind->take_up : kind->make)(&side);
	proc_tell(step(cell, MADE));
	proc_await(step(cell, ACT), 1, 2 * SOON_MS);
	act(kind, cell->act, &side);
	proc_tell(step(cell, ACTED));
	proc_await(step(cell, END), 1, 4 * SOON_MS);
	if (cell->act == LEAVE)
		return; /* and its handles are nobody's */
	kind->shut(&side);
	if (own)
		xf_domain_leave(side.domain);
}

static void *other_thread(void *arg)
{
	other_one(arg);
	return NULL;
}

struct other {
	pid_t pid;
	pthread_t thread;
};

static void begin_other(struct other *other, struct cell *cell)
{
	if (cell->actor == PROCESS)
		other->pid = proc_spawn_at(cell->point, -1, other_one, cell);
	else
		EXPECT(0, pthread_create(&other->thread, NULL, other_thread, cell));
	proc_await(step(cell, MADE), 1, SOON_MS);
}

static void end_other(const struct other *other, const struct cell *cell)
{
	proc_tell(step(cell, END));
	if (cell->actor != PROCESS)
		EXPECT(0, pthread_join(other->thread, NULL));
	else if (!dies(cell->act))
		EXPECT(0, proc_wait(other->pid, SOON_MS));
}

/* ---- Those who wait ---- */

static void note_thread(void *arg)
{
	atomic_store((_Atomic pid_t *)arg, (pid_t)syscall(SYS_gettid));
}

static int wait_any(struct waiter *w, int64_t deadline_ns)
{
	struct xf_wait_item items[2] = { { .type = XF_EVENT, .object = w->idle } };
	uint32_t index = 0;
	w->cell->row->kind->item(&w->side, &items[1]);
	int r = xf_wait_any(items, 2, deadline_ns, &index);
	if (!r && index != 1)
		return -EPROTO;
	if (!r && items[1].type == XF_STREAM) /* that took nothing */
		return w->cell->row->kind->wait(&w->side, 0);
	return r;
}

static int wait_poll(struct waiter *w, int64_t deadline_ns)
{
	struct pollfd p = { .events = POLLIN };
	int r = w->cell->row->kind->fd(&w->side, &p.fd);
	if (!r)
		r = XF_TIMEOUT;
	while (r == XF_TIMEOUT && xf_now() < deadline_ns)
		if (poll(&p, 1, (int)((deadline_ns - xf_now()) / MS)) == 1)
			r = w->cell->row->kind->wait(&w->side, 0);
	return r;
}

static int wait_queue(struct waiter *w, int64_t deadline_ns)
{
	struct xf_queue *queue;
	pid_t worker = 0;
	EXPECT(0, xf_queue_create_cpu(&queue));
	EXPECT(0, xf_queue_call(queue, note_thread, &worker));
	EXPECT(0, xf_queue_finish(queue, deadline_ns));
	EXPECT(0, w->cell->row->kind->pend(&w->side, queue));
	atomic_store(&w->tid, worker);
	int r = xf_queue_finish(queue, deadline_ns);
	xf_queue_destroy(queue);
	return r;
}

static int wait_by(struct waiter *w, int64_t deadline_ns)
{
	switch (w->cell->way) {
	case BLOCKED:
		return w->cell->row->kind->wait(&w->side, deadline_ns);
	case ANY:
		return wait_any(w, deadline_ns);
	case POLL:
		return wait_poll(w, deadline_ns);
	case QUEUE:
		return wait_queue(w, deadline_ns);
	case WAYS:
		break;
	}
	return -EINVAL;
}

static void *waiter(void *arg)
{
	struct waiter *w = arg;
	if (w->cell->way != QUEUE)
		note_thread(&w->tid);
	w->result = wait_by(w, xf_deadline(DEADLINE_NS));
	if (!w->result && w->cell->row->kind->pass_on)
		w->cell->row->kind->pass_on(&w->side);
	proc_tell(DONE);
	return NULL;
}

/* On a word in the domain's memory, not on a lock of its own; or on a descriptor. */
static bool is_asleep(const struct waiter *w)
{
	char path[64];
	long number = -1;
	unsigned long word = 0;
	snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", (int)atomic_load(&w->tid));
	FILE *file = fopen(path, "re");
	if (!file)
		return false;
	int fields = fscanf(file, "%ld %lx", &number, &word);
	fclose(file);
	if (fields != 2)
		return false; /* it runs */
	if (w->cell->way == POLL)
#ifdef SYS_poll
		return number == SYS_poll || number == SYS_ppoll;
#else
		return number == SYS_ppoll;
#endif
	const struct xf_domain *d = w->side.domain;
	return number == SYS_futex && word - (uintptr_t)d->base < d->layout.payload;
}

static void await_asleep(struct cell *cell)
{
	for (int i = 0; i < cell->count; i++) {
		const struct waiter *w = &cell->waiters[i];
		int64_t until = xf_deadline(SOON_MS * MS);
		while (!is_asleep(w)) {
			if (xf_now() > until || atomic_load(&proc_board->step[DONE]))
				proc_fail(__FILE__, __LINE__, "%s: waiter %d does not sleep: %d",
					said, i, w->result);
			proc_pause();
		}
	}
}

static void join_waiter(struct cell *cell, int i)
{
	struct waiter *w = &cell->waiters[i];
	w->cell = cell;
	w->side = (struct side){ .domain = cell->domain, .first = i == 0 };
	if (i && cell->row->kind->own_members)
		EXPECT(0, xf_domain_join(cell->fd, &w->side.domain));
}

static void open_waiter(struct waiter *w)
{
	w->cell->row->kind->open(&w->side);
	if (w->cell->way == ANY)
		EXPECT(0, xf_event_create(w->side.domain, 0, NULL, &w->idle));
	atomic_store(&w->tid, 0);
	EXPECT(0, pthread_create(&w->thread, NULL, waiter, w));
}

static void shut_waiter(struct waiter *w)
{
	EXPECT(0, pthread_join(w->thread, NULL));
	w->cell->row->kind->shut(&w->side);
	xf_event_close(w->idle);
	w->idle = NULL;
	if (w->side.domain != w->cell->domain)
		xf_domain_leave(w->side.domain);
}

/* ---- Both ---- */

static void await_woken(const struct cell *cell, int expected)
{
	int64_t until = xf_deadline(SOON_MS * MS);
	while (atomic_load(&proc_board->step[DONE]) < (uint32_t)cell->count) {
		if (xf_now() > until)
			proc_fail(__FILE__, __LINE__, "%s: %u of %d have woken", said,
				atomic_load(&proc_board->step[DONE]), cell->count);
		proc_pause();
	}
	for (int i = 0; i < cell->count; i++)
		if (cell->waiters[i].result != expected &&
			!(expected == GONE && cell->waiters[i].result == 0))
			proc_fail(__FILE__, __LINE__, "%s: %d, expected %d", said,
				cell->waiters[i].result, expected);
}

/* What was done woke nobody for good, and took nothing from them. */
static void tell_after_all(struct cell *cell)
{
	struct cell next = *cell;
	struct other other;
	await_asleep(cell);
	next.act = TELL;
	next.actor = THREAD;
	next.again = true;
	begin_other(&other, &next);
	await_asleep(cell);
	proc_tell(step(&next, ACT));
	await_woken(cell, OK);
	end_other(&other, &next);
}

static void run_cell(struct cell *cell)
{
	const struct kind *kind = cell->row->kind;
	int expected = cell->row->ends[cell->act];
	uint32_t members = proc_members(cell->domain);
	struct other other = { 0 };
	snprintf(said, sizeof(said), "%s %s by %s, %d of %s", cell->row->name, act_names[cell->act],
		actor_names[cell->actor], cell->count, way_names[cell->way]);
	for (int i = 0; i <= DONE; i++)
		atomic_store(&proc_board->step[i], 0);
	for (int i = 0; i < cell->count; i++)
		join_waiter(cell, i);
	if (kind->before)
		kind->before(&cell->waiters[0].side);
	begin_other(&other, cell);
	for (int i = 0; i < cell->count; i++)
		open_waiter(&cell->waiters[i]);
	await_asleep(cell);
	proc_tell(ACT);
	if (dies(cell->act))
		EXPECT(-SIGKILL, proc_wait(other.pid, SOON_MS));
	else
		proc_await(ACTED, 1, SOON_MS);
	if (expected == STAYS)
		tell_after_all(cell);
	else
		await_woken(cell, expected);
	end_other(&other, cell);
	for (int i = 0; i < cell->count; i++)
		shut_waiter(&cell->waiters[i]);
	EVENTUALLY(SOON_MS, proc_members(cell->domain) == members);
	EVENTUALLY(SOON_MS, proc_objects(cell->domain) == 0);
}

/* A thread's end is no death; and who leaves with handles open leaves their memory in a process. */
static bool can(const struct kind *kind, enum actor actor, enum act act)
{
	if (kind->threads_only)
		return actor == THREAD;
	return actor == PROCESS || (!dies(act) && act != LEAVE);
}

static bool done(const struct kind *kind, enum act act)
{
	switch (act) {
	case TELL:
		return kind->tell;
	case CLOSE:
		return kind->close;
	case GIVE_UP:
		return kind->give_up;
	case OTHER:
		return kind->other;
	case UNTOLD:
		return kind->untold[0];
	case LEAVE:
	case DIE:
	case ACTS:
		return kind->close;
	}
	return false;
}

static bool waits(const struct kind *kind, enum way way)
{
	switch (way) {
	case BLOCKED:
		return kind->wait;
	case ANY:
		return kind->item;
	case POLL:
		return kind->fd;
	case QUEUE:
		return kind->pend;
	case WAYS:
		return false;
	}
	return false;
}

/* What the table says of a kind is there, and what is there is in the table. */
static void check_row(const struct row *row)
{
	for (enum way way = 0; way < WAYS; way++)
		CHECK(!row->ways[way] || waits(row->kind, way));
	for (enum act a = 0; a < ACTS; a++) {
		CHECK((row->ends[a] != NONE) == done(row->kind, a));
		CHECK(row->ends[a] != STAYS || row->kind->take_up);
	}
}

/* Alone, and with others beside it. */
static int run_counts(struct cell *cell)
{
	int cells = 0;
	for (cell->count = 1; cell->count <= cell->row->most; cell->count += WAITERS_MOST - 1) {
		run_cell(cell);
		cells++;
	}
	return cells;
}

static int run_untold(struct cell *cell)
{
	int cells = 0;
	for (int i = 0; cell->row->kind->untold[i]; i++) {
		cell->point = cell->row->kind->untold[i];
		cells += run_counts(cell);
	}
	cell->point = NULL;
	return cells;
}

static int run_acts(struct cell *cell)
{
	int cells = 0;
	for (cell->act = 0; cell->act < ACTS; cell->act++)
		for (cell->actor = 0; cell->actor < ACTORS; cell->actor++) {
			if (cell->row->ends[cell->act] == NONE ||
				!can(cell->row->kind, cell->actor, cell->act))
				continue;
			cells += cell->act == UNTOLD ? run_untold(cell) : run_counts(cell);
		}
	return cells;
}

static int run_row(const struct row *row)
{
	struct xf_domain_params params = {
		.size = sizeof(params), .max_objects = 256, .payload_bytes = 1 << 20
	};
	struct cell cell = { .row = row };
	int cells = 0;
	check_row(row);
	EXPECT(0, xf_domain_create(&params, &cell.domain));
	EXPECT(0, xf_domain_export(cell.domain, 0, &cell.fd));
	for (cell.way = 0; cell.way < WAYS; cell.way++)
		if (row->ways[cell.way])
			cells += run_acts(&cell);
	close(cell.fd);
	xf_domain_leave(cell.domain);
	return cells;
}

static void every_combination(void)
{
	int cells = 0;
	for (size_t i = 0; i < ROWS; i++) {
		int64_t start = xf_now();
		int n = run_row(&rows[i]);
		printf("# %s: %d in %d ms\n", rows[i].name, n, (int)((xf_now() - start) / MS));
		cells += n;
	}
	printf("# %d combinations\n", cells);
	CHECK(cells > 300);
}

static void every_type_has_rows(void)
{
	for (enum xf_type type = XF_EVENT; rows_of(type); type++) {
		size_t i = 0;
		while (i < ROWS && strcmp(rows[i].name, rows_of(type)) != 0)
			i++;
		CHECK(i < ROWS);
	}
}

int main(int argc, char **argv)
{
	static const struct proc_test tests[] = {
		{ "every type has rows", every_type_has_rows, 5 },
		{ "every combination", every_combination, 280 },
	};
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
