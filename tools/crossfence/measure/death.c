/* SPDX-License-Identifier: MIT */
/*
 * How soon a kill -9 of the owner is known to whoever waits for its mutex, or polls it; at several
 * sizes of the victim's memory, because most mechanisms only tell after that has been given back.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>

#include <crossfence/keyed_mutex.h>

#include "bare.h"
#include "death.h"
#include "pair.h"
#include "share.h"
#include "stat.h"
#include "victim.h"

#define MANY 10000

/* The side of the scene that makes the domain is the witness. */
static int share_domain(struct bench_scene *scene, bool victim, struct xf_domain **ret_domain)
{
	struct bench_side side = { .self = victim,
		.peer = victim ? scene->victim_socket : scene->witness_socket };
	return bench_share_domain(&side, NULL, ret_domain);
}

/* Makes and takes `count` mutexes, and tells the witness their ids. */
static int hold_keyed(struct bench_scene *scene, unsigned count)
{
	struct xf_domain *domain;
	int r = share_domain(scene, true, &domain);
	for (unsigned i = 0; !r && i < count; i++) {
		struct xf_keyed_mutex *mutex;
		r = xf_keyed_mutex_create(domain, 0, NULL, &mutex);
		if (!r)
			r = xf_keyed_mutex_acquire(mutex, 0, 0, NULL);
		xf_id id = r ? 0 : xf_keyed_mutex_id(mutex);
		if (!r)
			r = bench_write(scene->victim_socket, &id, sizeof(id));
	}
	return r;
}

static int open_keyed(struct bench_scene *scene, unsigned count, void **ret_state)
{
	struct xf_domain *domain;
	struct xf_keyed_mutex **mutexes = calloc(count, sizeof(struct xf_keyed_mutex *));
	int r = mutexes ? share_domain(scene, false, &domain) : -ENOMEM;
	for (unsigned i = 0; !r && i < count; i++) {
		xf_id id = 0;
		r = bench_read(scene->witness_socket, &id, sizeof(id), 10000);
		if (!r)
			r = xf_keyed_mutex_open(domain, id, &mutexes[i]);
	}
	*ret_state = mutexes;
	/* A rehearsal: the first time costs page faults, which are not what is measured. */
	if (!r && xf_keyed_mutex_acquire(mutexes[0], 0, xf_deadline(1000), NULL) != XF_TIMEOUT)
		r = -EIO;
	return r;
}

static int hold_one(struct bench_scene *scene)
{
	return hold_keyed(scene, 1);
}

static int open_one(struct bench_scene *scene, void **ret_state)
{
	return open_keyed(scene, 1, ret_state);
}

static int wait_acquire(struct bench_scene *scene, void *state)
{
	struct xf_keyed_mutex **mutexes = state;
	int r = xf_keyed_mutex_acquire(mutexes[0], 0, XF_NEVER, NULL);
	scene->noticed_ns = xf_now();
	return r == XF_ABANDONED ? 0 : -EIO;
}

static int wait_poll(struct bench_scene *scene, void *state)
{
	struct xf_keyed_mutex **mutexes = state;
	struct epoll_event event = { .events = EPOLLIN };
	int fd, epoll = epoll_create1(EPOLL_CLOEXEC), r = xf_keyed_mutex_fd(mutexes[0], 0, &fd);
	if (r || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event))
		return r ? r : -errno;
	do {
		epoll_wait(epoll, &event, 1, -1);
		r = xf_keyed_mutex_acquire(mutexes[0], 0, 0, NULL);
	} while (r == XF_TIMEOUT);
	scene->noticed_ns = xf_now();
	return r == XF_ABANDONED ? 0 : -EIO;
}

/* Bare robust futexes: a list of words that the kernel marks when the thread ends. */
struct robust_entry {
	struct robust_list node;
	_Atomic uint32_t word;
};

static int hold_robust_words(_Atomic uint32_t *words, unsigned count)
{
	static struct robust_list_head head;
	struct robust_list *last = &head.list;
	uint32_t tid = (uint32_t)gettid();
	/* Node and word must keep the same distance, so both lie in what is shared. */
	struct robust_entry *entries = (struct robust_entry *)words;
	for (unsigned i = 0; i < count; i++) {
		atomic_store(&entries[i].word, tid | FUTEX_WAITERS);
		last->next = &entries[i].node;
		last = last->next;
	}
	last->next = &head.list;
	head.futex_offset = offsetof(struct robust_entry, word);
	return syscall(SYS_set_robust_list, &head, sizeof(head)) ? -errno : 0;
}

static int hold_robust(struct bench_scene *scene)
{
	char byte = 0;
	int r = hold_robust_words((void *)scene->bytes, 1);
	return r ? r : bench_write(scene->victim_socket, &byte, 1);
}

static int open_robust(struct bench_scene *scene, void **ret_state)
{
	char byte;
	struct robust_entry *entry = (struct robust_entry *)scene->bytes;
	int r = bench_read(scene->witness_socket, &byte, 1, 10000);
	bare_wait(&entry->word, atomic_load(&entry->word) + 1); /* a rehearsal: returns at once */
	*ret_state = entry;
	return r;
}

static int wait_robust(struct bench_scene *scene, void *state)
{
	struct robust_entry *entry = state;
	uint32_t seen;
	while (!((seen = atomic_load(&entry->word)) & FUTEX_OWNER_DIED))
		bare_wait(&entry->word, seen);
	scene->noticed_ns = xf_now();
	return 0;
}

static int hold_pid(struct bench_scene *scene)
{
	pid_t pid = getpid();
	return bench_write(scene->victim_socket, &pid, sizeof(pid));
}

static int open_pid(struct bench_scene *scene, void **ret_state)
{
	static int epoll;
	struct epoll_event event = { .events = EPOLLIN };
	pid_t pid = 0;
	int r = bench_read(scene->witness_socket, &pid, sizeof(pid), 10000);
	int fd = r ? -1 : pidfd_open(pid, 0);
	epoll = epoll_create1(EPOLL_CLOEXEC);
	*ret_state = &epoll;
	if (fd < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event))
		return r ? r : -errno;
	return 0;
}

static int wait_pid(struct bench_scene *scene, void *state)
{
	struct epoll_event event;
	while (epoll_wait(*(int *)state, &event, 1, -1) != 1)
		;
	scene->noticed_ns = xf_now();
	return 0;
}

static const struct bench_mechanism mechanisms[] = {
	{ hold_one, open_one, wait_acquire },
	{ hold_one, open_one, wait_poll },
	{ hold_robust, open_robust, wait_robust },
	{ hold_pid, open_pid, wait_pid },
};

static const size_t victim_bytes[] = { 0, (size_t)256 << 20, (size_t)2 << 30 };
#define N_SIZES (sizeof(victim_bytes) / sizeof(*victim_bytes))

static double available_bytes(void)
{
	char line[128];
	double kib = 0;
	FILE *file = fopen("/proc/meminfo", "re");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "MemAvailable: %lf", &kib) == 1)
			break;
	if (file)
		fclose(file);
	return kib * 1024;
}

static void murder_all(
	struct bench_row *row, const struct bench_settings *settings, unsigned column)
{
	for (unsigned s = 0; s < row->n_series; s++) {
		double ns = NAN;
		int r = bench_murder(&mechanisms[s], settings, victim_bytes[column], &ns, NULL);
		if (r)
			bench_remark(row, "%s: %s", row->series[s].name, xf_strerror(r));
		bench_record(row, s, column, r ? NAN : ns);
	}
}

static int run_row(struct bench_row *row, const struct bench_settings *settings)
{
	/* Small victims cost milliseconds each, the largest some seconds. */
	const unsigned full[N_SIZES] = { 41, 9, 3 }, quick[N_SIZES] = { 5, 1, 0 };
	const unsigned *rounds = settings->quick ? quick : full;
	for (unsigned c = 0; c < N_SIZES; c++) {
		if (!rounds[c])
			bench_remark(row, "%s: not in a quick run", row->columns[c].name);
		if (available_bytes() < 1.5 * (double)victim_bytes[c]) {
			bench_remark(row, "%s: skipped, too little memory is free",
				row->columns[c].name);
			continue;
		}
		int64_t begin = xf_now(); /* each size has a row's time */
		for (unsigned i = 0; i < rounds[c] && (!i || !bench_late(row, settings, begin));
			i++)
			murder_all(row, settings, c);
	}
	return 0;
}

struct bench_row bench_death = {
	.name = "death",
	.title = "the owner is killed -9: how soon others know, by the size of its memory",
	.columns = { { "small", BENCH_TIME }, { "256 MiB", BENCH_TIME }, { "2 GiB", BENCH_TIME } },
	.n_series = 4,
	.series = {
		{ "crossfence, blocked in acquire", -1 },
		{ "crossfence, polling a descriptor", -1 },
		{ "bare robust futex (not pollable)", 0 },
		{ "pidfd", 0 },
	},
	.n_targets = 4,
	.targets = {
		{ 0, 0, 2, 1.50, false },
		{ 0, 1, 2, 1.50, false },
		{ 0, 2, 2, 1.50, false },
		{ 1, 1, 2, 1.50, false },
	},
	.run = run_row,
};

static int hold_many(struct bench_scene *scene)
{
	return hold_keyed(scene, MANY);
}

static int open_many(struct bench_scene *scene, void **ret_state)
{
	return open_keyed(scene, MANY, ret_state);
}

/* Sleeps on the last, then asks for all of them, until all are abandoned or two seconds passed. */
static int wait_many(struct bench_scene *scene, void *state)
{
	struct xf_keyed_mutex **mutexes = state;
	int64_t deadline = xf_deadline(2000000000);
	for (unsigned i = MANY; i--;)
		if (xf_keyed_mutex_acquire(mutexes[i], 0, deadline, NULL) == XF_ABANDONED)
			scene->count++;
	scene->noticed_ns = xf_now();
	return 0;
}

/* The same with a robust futex for each object, as pthread mutexes do it. */
static int many_robust_open(struct bench_scene *scene, void **ret_state)
{
	struct bench_side side = { .self = 0, .peer = scene->witness_socket };
	char byte;
	int r = bench_share_memory(&side, MANY * sizeof(struct robust_entry), ret_state);
	return r ? r : bench_read(scene->witness_socket, &byte, 1, 10000);
}

static int many_robust_hold(struct bench_scene *scene)
{
	struct bench_side side = { .self = 1, .peer = scene->victim_socket };
	void *memory;
	char byte = 0;
	int r = bench_share_memory(&side, MANY * sizeof(struct robust_entry), &memory);
	if (!r)
		r = hold_robust_words(memory, MANY);
	return r ? r : bench_write(scene->victim_socket, &byte, 1);
}

static int many_robust_wait(struct bench_scene *scene, void *state)
{
	struct robust_entry *entries = state;
	int64_t deadline = xf_deadline(2000000000);
	for (unsigned i = 0; i < MANY && xf_now() < deadline; i++) {
		uint32_t seen = atomic_load(&entries[i].word);
		const struct timespec limit = { .tv_nsec = 300000000 };
		if (!(seen & FUTEX_OWNER_DIED))
			syscall(SYS_futex, &entries[i].word, FUTEX_WAIT, seen, &limit, NULL, 0);
		if (!(atomic_load(&entries[i].word) & FUTEX_OWNER_DIED))
			break; /* nor will those behind it */
		scene->count++;
		scene->noticed_ns = xf_now();
	}
	return 0;
}

static int run_many_row(struct bench_row *row, const struct bench_settings *settings)
{
	static const struct bench_mechanism many[] = { { hold_many, open_many, wait_many },
		{ many_robust_hold, many_robust_open, many_robust_wait } };
	for (unsigned i = 0; i < (settings->quick ? 1 : 5); i++)
		for (unsigned s = 0; s < row->n_series; s++) {
			double ns = NAN;
			uint64_t count = 0;
			int r = bench_murder(&many[s], settings, 0, &ns, &count);
			if (r)
				return r;
			bench_record(row, s, 0, (double)count);
			bench_record(row, s, 1, ns);
		}
	return 0;
}

struct bench_row bench_death_10000 = {
	.name = "death-10000",
	.title = "a process that holds 10,000 objects is killed -9: how many are reported",
	.columns = { { "reported", BENCH_COUNT }, { "the last after", BENCH_TIME } },
	.n_series = 2,
	.series = { { "crossfence, 10,000 keyed mutexes", -1 },
		{ "10,000 bare robust futexes", -1 } },
	.n_targets = 1,
	.targets = { { 0, 0, -1, MANY, true } },
	.run = run_many_row,
};
