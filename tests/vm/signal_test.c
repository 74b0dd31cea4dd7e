/* SPDX-License-Identifier: MIT */
/* Does a guest's event get every signal, once, in order, and what do event and record promise? */
#include "vmtest.h"

static struct test_host t;

static void begin(const char **ret_path)
{
	*ret_path = test_path("guest.sock");
}

/* ---- the seed: a driver signals an event that a guest's process made ---- */

static void guest_waits_once(const char *path, void *arg)
{
	struct xf_guest *guest = guest_connect(path, "once", 0);
	struct xf_guest_event *event;
	need(xf_guest_event_create(guest, 0, 0, &event) == 0);
	need(xf_guest_event_wait(event, 0) == XF_TIMEOUT);
	need(ask(guest, 0, ASK_KEEP, 0, xf_guest_event_handle(event)) == 0);
	need(xf_guest_event_wait(event, xf_deadline(10 * SECOND)) == 0);
	need(xf_guest_event_wait(event, 0) == XF_TIMEOUT);
	need(xf_guest_event_count(event) == 1);
	xf_guest_event_close(event);
	xf_guest_disconnect(guest);
}

static void a_guest_event_becomes_signalled(void **state)
{
	const char *path;
	begin(&path);
	pid_t pid = spawn(guest_waits_once, path, NULL);
	test_host_start(&t, XF_HOST_OWN_THREAD);
	test_guest_add(&t, "vm0", path, 0);
	await(&t, find_process(&t, "once") && find_process(&t, "once")->event);
	struct test_process *p = find_process(&t, "once");
	ok(xf_host_signal(t.host, p->handle, p->event, 0));
	reap(pid);
	await(&t, !p->alive);
	assert_int_equal(signal_gone(&t, p, 0), -ESRCH);
	xf_host_destroy(t.host);
}

/* The same without a thread: an embedder polls one descriptor. */
static void one_descriptor_to_poll_is_enough(void **state)
{
	const char *path;
	begin(&path);
	pid_t pid = spawn(guest_waits_once, path, NULL);
	test_host_start(&t, 0);
	test_guest_add(&t, "vm0", path, 0);
	int signalled = 0;
	struct test_process *p;
	for (int64_t end = xf_deadline(10 * SECOND); xf_now() < end;) {
		struct pollfd item = { .fd = xf_host_fd(t.host), .events = POLLIN };
		assert_int_equal(poll(&item, 1, 10000), 1);
		ok(xf_host_dispatch(t.host));
		p = find_process(&t, "once");
		if (p && p->event && !signalled++)
			ok(xf_host_signal(t.host, p->handle, p->event, 0));
		if (p && !p->alive)
			break;
	}
	assert_int_equal(signalled > 0, 1);
	reap(pid);
	xf_host_destroy(t.host);
}

/* ---- not synchronous, never blocking ---- */

static void guest_stops_itself(const char *path, void *arg)
{
	struct xf_guest *guest = guest_connect(path, "stopped", 0);
	struct xf_guest_event *event;
	need(xf_guest_event_create(guest, 0, 0, &event) == 0);
	need(ask(guest, 0, ASK_KEEP, 0, xf_guest_event_handle(event)) == 0);
	raise(SIGSTOP);
	need(xf_guest_event_wait(event, xf_deadline(10 * SECOND)) == 0);
	xf_guest_event_close(event);
	xf_guest_disconnect(guest);
}

static void the_call_returns_before_the_event_is_signalled(void **state)
{
	const char *path;
	int status;
	begin(&path);
	pid_t pid = spawn(guest_stops_itself, path, NULL);
	test_host_start(&t, XF_HOST_OWN_THREAD);
	test_guest_add(&t, "vm0", path, 64);
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	assert_true(WIFSTOPPED(status));
	/* Nobody in the guest runs: whatever returns has not waited for it. */
	struct test_process *p = find_process(&t, "stopped");
	int64_t slowest = 0;
	int refused = 0;
	for (int i = 0; i < 100000; i++) {
		int64_t start = xf_now();
		int r = xf_host_signal(t.host, p->handle, p->event, 0);
		int64_t took = xf_now() - start;
		if (took > slowest)
			slowest = took;
		if (r) {
			assert_int_equal(r, -ENOBUFS);
			refused++;
		}
	}
	assert_true(refused > 0);
	/* Bounded: what remains is being scheduled away on a busy machine. */
	assert_true(slowest < SECOND / 2);
	kill(pid, SIGCONT);
	reap(pid);
	xf_host_destroy(t.host);
}

/* ---- auto-reset, manual-reset, several waiters ---- */

struct crowd {
	struct xf_guest_event *event;
	_Atomic int through, started;
};

static void *wait_in_crowd(void *arg)
{
	struct crowd *crowd = arg;
	atomic_fetch_add(&crowd->started, 1);
	if (xf_guest_event_wait(crowd->event, xf_deadline(10 * SECOND)) == 0)
		atomic_fetch_add(&crowd->through, 1);
	return NULL;
}

static void try_crowd(struct xf_guest *guest, uint32_t flags, int expect_first)
{
	pthread_t threads[8];
	struct crowd crowd = { 0 };
	need(xf_guest_event_create(guest, 0, flags, &crowd.event) == 0);
	uint64_t handle = xf_guest_event_handle(crowd.event);
	for (int i = 0; i < 8; i++)
		need(pthread_create(&threads[i], NULL, wait_in_crowd, &crowd) == 0);
	while (atomic_load(&crowd.started) < 8)
		sched_yield();
	need(ask(guest, 0, ASK_SIGNAL, 1, handle) == 0);
	while (atomic_load(&crowd.through) < expect_first)
		sched_yield();
	/* Each further signal lets exactly one more through (auto-reset). */
	for (int n = expect_first; n < 8; n++) {
		need(atomic_load(&crowd.through) == n);
		need(ask(guest, 0, ASK_SIGNAL, 1, handle) == 0);
		while (atomic_load(&crowd.through) < n + 1)
			sched_yield();
	}
	for (int i = 0; i < 8; i++)
		need(pthread_join(threads[i], NULL) == 0);
	int still = xf_guest_event_wait(crowd.event, 0);
	need(still == (flags & XF_GUEST_MANUAL_RESET ? 0 : XF_TIMEOUT));
	need(xf_guest_event_reset(crowd.event) == 0);
	need(xf_guest_event_wait(crowd.event, 0) == XF_TIMEOUT);
	xf_guest_event_close(crowd.event);
}

static void guest_has_crowds(const char *path, void *arg)
{
	for (uint32_t flags = 0; flags <= XF_GUEST_OWN_THREAD; flags++) {
		struct xf_guest *guest = guest_connect(path, "crowd", flags);
		try_crowd(guest, 0, 1);
		try_crowd(guest, XF_GUEST_MANUAL_RESET, 8);
		xf_guest_disconnect(guest);
	}
}

static void auto_and_manual_reset_with_several_waiters(void **state)
{
	const char *path;
	begin(&path);
	pid_t pid = spawn(guest_has_crowds, path, NULL);
	test_host_start(&t, XF_HOST_OWN_THREAD);
	test_guest_add(&t, "vm0", path, 0);
	reap(pid);
	xf_host_destroy(t.host);
}

struct lone {
	struct xf_guest_event *event;
	_Atomic int result;
};

static void *wait_alone(void *arg)
{
	struct lone *lone = arg;
	atomic_store(
		&lone->result, xf_guest_event_wait(lone->event, xf_deadline(60 * SECOND)) ? -1 : 1);
	return NULL;
}

/* One of two waiters reads for both. When it has what it wants and leaves, the other must read. */
static void guest_with_two_waiters(const char *path, void *arg)
{
	struct xf_guest *guest = guest_connect(path, "two", 0);
	struct lone lone[2] = { { NULL, 0 }, { NULL, 0 } };
	pthread_t threads[2];
	for (int i = 0; i < 2; i++)
		need(xf_guest_event_create(guest, 0, 0, &lone[i].event) == 0);
	uint64_t first = xf_guest_event_handle(lone[0].event);
	need(ask(guest, 0, ASK_KEEP, 0, first) == 0);
	for (int i = 0; i < 2; i++)
		need(pthread_create(&threads[i], NULL, wait_alone, &lone[i]) == 0);
	for (int i = 0; i < 2; i++)
		need(pthread_join(threads[i], NULL) == 0);
	need(atomic_load(&lone[0].result) == 1 && atomic_load(&lone[1].result) == 1);
	xf_guest_disconnect(guest);
}

static void a_waiter_reads_in_place_of_one_that_left(void **state)
{
	const char *path;
	begin(&path);
	pid_t pid = spawn(guest_with_two_waiters, path, NULL);
	test_host_start(&t, XF_HOST_OWN_THREAD);
	test_guest_add(&t, "vm0", path, 0);
	await(&t, find_process(&t, "two") && find_process(&t, "two")->event);
	struct test_process *p = find_process(&t, "two");
	usleep(100000); /* lets both sleep: which of them reads must not matter */
	ok(xf_host_signal(t.host, p->handle, p->event, 0));
	usleep(100000);
	ok(xf_host_signal(t.host, p->handle, p->event + 1, 0));
	reap(pid);
	xf_host_destroy(t.host);
}

/* The other way round: what has come for the one who sleeps, while the one who reads goes on. */
static void guest_with_a_reader_and_a_sleeper(const char *path, void *arg)
{
	struct xf_guest *guest = guest_connect(path, "pair", 0);
	struct lone lone[2] = { { NULL, 0 }, { NULL, 0 } };
	pthread_t threads[2];
	for (int i = 0; i < 2; i++)
		need(xf_guest_event_create(guest, 0, 0, &lone[i].event) == 0);
	need(ask(guest, 0, ASK_KEEP, 0, xf_guest_event_handle(lone[0].event)) == 0);
	for (int i = 0; i < 2; i++) {
		need(pthread_create(&threads[i], NULL, wait_alone, &lone[i]) == 0);
		usleep(100000); /* the first one reads; else the test is merely easier */
	}
	struct order order = { .ask = ASK_REPORT, .count = 1 };
	need(xf_guest_post(guest, 0, &order, sizeof(order)) == 0);
	need(pthread_join(threads[1], NULL) == 0);
	need(atomic_load(&lone[0].result) == 0 && atomic_load(&lone[1].result) == 1);
	order = (struct order){ .ask = ASK_PONG };
	need(xf_guest_post(guest, 0, &order, sizeof(order)) == 0);
	need(pthread_join(threads[0], NULL) == 0);
	need(atomic_load(&lone[0].result) == 1);
	xf_guest_disconnect(guest);
}

static void who_reads_wakes_the_one_it_is_for(void **state)
{
	const char *path;
	begin(&path);
	pid_t pid = spawn(guest_with_a_reader_and_a_sleeper, path, NULL);
	test_host_start(&t, XF_HOST_OWN_THREAD);
	test_guest_add(&t, "vm0", path, 0);
	await(&t, find_process(&t, "pair") && find_process(&t, "pair")->reported);
	struct test_process *p = find_process(&t, "pair");
	ok(xf_host_signal(t.host, p->handle, p->event + 1, 0));
	await(&t, p->pongs);
	ok(xf_host_signal(t.host, p->handle, p->event, 0));
	reap(pid);
	xf_host_destroy(t.host);
}

/* ---- records: last use, forgetting, strangers ---- */

static uint32_t records(struct xf_guest *guest)
{
	struct xf_guest_stats stats = { .size = sizeof(stats) };
	need(xf_guest_stats(guest, &stats) == 0);
	return stats.records;
}

static uint64_t unknown(struct xf_guest *guest)
{
	struct xf_guest_stats stats = { .size = sizeof(stats) };
	need(xf_guest_stats(guest, &stats) == 0);
	return stats.unknown;
}

static void guest_counts_records(const char *path, void *arg)
{
	struct xf_guest *guest = guest_connect(path, "records", 0);
	struct xf_guest_event *event, *other;
	uint64_t device;
	/* Last use signals, and ends the record. */
	need(xf_guest_event_create(guest, 0, 0, &event) == 0);
	uint64_t handle = xf_guest_event_handle(event);
	need(records(guest) == 1);
	need(ask(guest, 0, ASK_LAST_USE, 1, handle) == 0);
	need(xf_guest_event_wait(event, xf_deadline(SECOND)) == 0);
	need(records(guest) == 0);
	/* After it a signal is for an unknown event: dropped, counted, harmless. */
	need(ask(guest, 0, ASK_SIGNAL, 3, handle) == 0);
	need(xf_guest_event_wait(event, 0) == XF_TIMEOUT);
	need(unknown(guest) == 3);
	xf_guest_event_close(event);
	/* Closed by the guest while the driver still holds the handle: kept until its last use. */
	need(xf_guest_event_create(guest, 0, 0, &event) == 0);
	handle = xf_guest_event_handle(event);
	xf_guest_event_close(event);
	need(records(guest) == 1);
	need(ask(guest, 0, ASK_LAST_USE, 2, handle) == 0);
	need(records(guest) == 0);
	/* Never given out: gone at once. */
	need(xf_guest_event_create(guest, 0, 0, &event) == 0);
	xf_guest_event_close(event);
	need(records(guest) == 0);
	/* A driver that forgets is mended when the device ends; one that does not, before. */
	need(xf_guest_device_create(guest, &device) == 0);
	need(xf_guest_event_create(guest, device, 0, &event) == 0);
	need(xf_guest_event_create(guest, device, 0, &other) == 0);
	(void)xf_guest_event_handle(event);
	need(ask(guest, device, ASK_DEVICE, 0, xf_guest_event_handle(other)) == 0);
	need(records(guest) == 2);
	need(xf_guest_device_destroy(guest, device) == 0);
	need(records(guest) == 0);
	need(xf_guest_event_wait(other, 0) == 0); /* its last use came before the answer */
	need(xf_guest_event_wait(event, 0) == XF_TIMEOUT);
	xf_guest_event_close(event);
	xf_guest_event_close(other);
	need(xf_guest_device_destroy(guest, device) == -ENOENT);
	/* CPU events: paired, need a device, end with it. */
	need(xf_guest_cpu_event_create(guest, 0, 0, &event) == -EINVAL);
	need(xf_guest_cpu_event_create(guest, 99, 0, &event) == -ENOENT);
	need(xf_guest_device_create(guest, &device) == 0);
	need(xf_guest_cpu_event_create(guest, device, 0, &event) == 0);
	need(xf_guest_event_wait(event, xf_deadline(10 * SECOND)) == 0); /* the test signals it */
	xf_guest_event_close(event);
	need(xf_guest_cpu_event_create(guest, device, 0, &event) == 0);
	need(xf_guest_device_destroy(guest, device) == 0);
	xf_guest_event_close(event);
	need(records(guest) == 0);
	xf_guest_disconnect(guest);
}

static int check_no_events(const struct xf_host_guest_info *info, void *arg)
{
	assert_int_equal(info->events, 0);
	assert_int_equal(info->devices, 0);
	assert_int_equal(info->cpu_events, 0);
	assert_int_equal(info->queued, 0);
	*(int *)arg += 1;
	return 0;
}

static void records_end_with_last_use_device_or_process(void **state)
{
	const char *path;
	int seen = 0;
	begin(&path);
	pid_t pid = spawn(guest_counts_records, path, NULL);
	test_host_start(&t, XF_HOST_OWN_THREAD);
	test_guest_add(&t, "vm0", path, 0);
	await(&t, t.n_cpu_events == 1);
	xf_host_handle cpu_event = t.cpu_event;
	ok(xf_host_signal_cpu_event(t.host, cpu_event, 0));
	reap(pid);
	await(&t, find_process(&t, "records") && !find_process(&t, "records")->alive);
	assert_int_equal(t.n_cpu_events, 0);
	assert_int_equal(t.n_devices, 0);
	assert_int_equal(xf_host_signal_cpu_event(t.host, cpu_event, 0), -ESRCH);
	ok(xf_host_inspect_guests(t.host, check_no_events, &seen));
	assert_int_equal(seen, 1);
	xf_host_destroy(t.host);
}

/* ---- none lost, none twice, in order ---- */

#define MANY 1000000
#define RING 8

/* Eight events in turn: each must have exactly the count that the order of signals gives it. */
static void guest_counts_many(const char *path, void *arg)
{
	struct xf_guest *guest = guest_connect(path, "many", XF_GUEST_OWN_THREAD);
	struct xf_guest_event *events[RING], *end;
	for (int i = 0; i < RING; i++) {
		need(xf_guest_event_create(guest, 0, 0, &events[i]) == 0);
		need(i == 0 || xf_guest_event_handle(events[i]) ==
				       xf_guest_event_handle(events[0]) + (uint64_t)i);
	}
	need(xf_guest_event_create(guest, 0, 0, &end) == 0);
	need(ask(guest, 0, ASK_KEEP, 0, xf_guest_event_handle(events[0])) == 0);
	uint64_t last[RING] = { 0 };
	while (xf_guest_event_wait(end, 0) == XF_TIMEOUT) {
		/* Counts read backwards can only grow towards the front if order is kept. */
		uint64_t count[RING];
		for (int i = RING; i--;)
			count[i] = xf_guest_event_count(events[i]);
		for (int i = 0; i < RING; i++)
			need(count[i] >= last[i] && (i == 0 || count[i] <= count[i - 1]));
		memcpy(last, count, sizeof(last));
		(void)xf_guest_event_wait(events[RING - 1], xf_deadline(20 * MS));
	}
	for (int i = 0; i < RING; i++)
		need(xf_guest_event_count(events[i]) == MANY / RING);
	struct xf_guest_stats stats = { .size = sizeof(stats) };
	need(xf_guest_stats(guest, &stats) == 0);
	need(stats.signals == MANY + 1 && stats.unknown == 0);
	for (int i = 0; i < RING; i++)
		xf_guest_event_close(events[i]);
	xf_guest_event_close(end);
	xf_guest_disconnect(guest);
}

static int check_many(const struct xf_host_guest_info *info, void *arg)
{
	assert_int_equal(info->accepted, MANY + 1);
	assert_int_equal(info->delivered, MANY + 1);
	assert_int_equal(info->dropped, 0);
	return 0;
}

static void signal_or_yield(xf_host_handle process, uint64_t event)
{
	int r;
	while ((r = xf_host_signal(t.host, process, event, 0)) == -ENOBUFS)
		sched_yield();
	assert_int_equal(r, 0);
}

static void a_million_signals_arrive_once_and_in_order(void **state)
{
	const char *path;
	begin(&path);
	pid_t pid = spawn(guest_counts_many, path, NULL);
	test_host_start(&t, XF_HOST_OWN_THREAD);
	test_guest_add(&t, "vm0", path, 0);
	await(&t, find_process(&t, "many") && find_process(&t, "many")->event);
	struct test_process *p = find_process(&t, "many");
	for (int i = 0; i < MANY; i++)
		signal_or_yield(p->handle, p->event + (uint64_t)(i % RING));
	signal_or_yield(p->handle, p->event + RING);
	reap(pid);
	ok(xf_host_inspect_guests(t.host, check_many, NULL));
	xf_host_destroy(t.host);
}

/* Several threads of the driver at once, each with an event of its own. */
struct pusher {
	struct test_process *process;
	uint64_t event;
};

static void *push(void *arg)
{
	struct pusher *pusher = arg;
	for (int i = 0; i < MANY / 10 / 4; i++)
		signal_or_yield(pusher->process->handle, pusher->event);
	return NULL;
}

static void guest_counts_four(const char *path, void *arg)
{
	struct xf_guest *guest = guest_connect(path, "four", XF_GUEST_OWN_THREAD);
	struct xf_guest_event *events[5];
	for (int i = 0; i < 5; i++)
		need(xf_guest_event_create(guest, 0, 0, &events[i]) == 0);
	need(ask(guest, 0, ASK_KEEP, 0, xf_guest_event_handle(events[0])) == 0);
	need(xf_guest_event_wait(events[4], xf_deadline(30 * SECOND)) == 0);
	for (int i = 0; i < 4; i++)
		need(xf_guest_event_count(events[i]) == MANY / 10 / 4);
	xf_guest_disconnect(guest);
}

static void several_threads_may_signal_at_once(void **state)
{
	const char *path;
	pthread_t threads[4];
	struct pusher pushers[4];
	begin(&path);
	pid_t pid = spawn(guest_counts_four, path, NULL);
	test_host_start(&t, XF_HOST_OWN_THREAD);
	test_guest_add(&t, "vm0", path, 0);
	await(&t, find_process(&t, "four") && find_process(&t, "four")->event);
	struct test_process *p = find_process(&t, "four");
	uint64_t first = p->event;
	for (int i = 0; i < 4; i++) {
		pushers[i] = (struct pusher){ p, first + (uint64_t)i };
		ok(pthread_create(&threads[i], NULL, push, &pushers[i]));
	}
	for (int i = 0; i < 4; i++)
		ok(pthread_join(threads[i], NULL));
	signal_or_yield(p->handle, first + 4);
	reap(pid);
	xf_host_destroy(t.host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_guest_event_becomes_signalled),
		cmocka_unit_test(one_descriptor_to_poll_is_enough),
		cmocka_unit_test(the_call_returns_before_the_event_is_signalled),
		cmocka_unit_test(auto_and_manual_reset_with_several_waiters),
		cmocka_unit_test(a_waiter_reads_in_place_of_one_that_left),
		cmocka_unit_test(who_reads_wakes_the_one_it_is_for),
		cmocka_unit_test(records_end_with_last_use_device_or_process),
		cmocka_unit_test(a_million_signals_arrive_once_and_in_order),
		cmocka_unit_test(several_threads_may_signal_at_once),
	};
	return cmocka_run_group_tests_name("guest signals", tests, NULL, test_remove_folder);
}
