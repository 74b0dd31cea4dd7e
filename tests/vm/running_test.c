/* SPDX-License-Identifier: MIT */
/* What is changed while guests run: quotas and rates, up and down; nobody's session ends by it. */
#include "raw_guest.h"
#include <sys/prctl.h>

static struct test_host t;

static struct xf_host_guest *add(const char *name, const char *path, uint32_t queue)
{
	return test_guest_add(&t, name, path, queue);
}

static void set(struct xf_host_guest *guest, struct xf_host_guest_limits limits)
{
	limits.size = sizeof(limits);
	ok(xf_host_guest_set_limits(guest, &limits));
}

static struct test_process *await_raw(void)
{
	await(&t, find_process(&t, "raw"));
	return find_process(&t, "raw");
}

/* Everything that was accepted arrives, in the order of each who signalled, whatever the ring. */
#define SIGNALLERS 3
#define EACH	   100000

static _Atomic int refusals;

struct signaller {
	pthread_t thread;
	struct test_process *process;
	uint64_t base;
};

static void *signal_all(void *arg)
{
	struct signaller *me = arg;
	for (uint64_t i = 0; i < EACH;) {
		int r = xf_host_signal(t.host, me->process->handle, me->base + i, 0);
		if (r == -ENOBUFS) {
			refusals++;
			sched_yield();
			continue;
		}
		if (r)
			return (void *)1;
		i++;
	}
	return NULL;
}

struct reader {
	int fd;
	uint64_t session, got, next[SIGNALLERS];
	int wrong;
};

static void take_signal(struct reader *reader, const struct xfw_msg *msg)
{
	uint64_t who = msg->object / EACH - 1, which = msg->object % EACH;
	reader->wrong |= who >= SIGNALLERS || (who < SIGNALLERS && which != reader->next[who]++);
	reader->got++;
}

static void *read_all(void *arg)
{
	struct reader *reader = arg;
	while (reader->got < (uint64_t)SIGNALLERS * EACH) {
		struct xfw_msg msg = take(reader->fd);
		if (msg.type == XFW_SIGNAL)
			take_signal(reader, &msg);
		else
			reader->wrong |= msg.type != XFW_LIMITS;
	}
	return NULL;
}

static void a_queue_grows_under_way(void **state)
{
	const char *path = test_path("grow.sock");
	struct signaller signallers[SIGNALLERS];
	struct reader reader = { 0 };
	pthread_t thread;
	void *failed;
	test_host_start(&t, XF_HOST_OWN_THREAD);
	struct xf_host_guest *guest = add("vm", path, 16);
	reader.fd = begin_raw(path, &reader.session);
	struct test_process *process = await_raw();
	for (int i = 0; i < SIGNALLERS; i++) {
		signallers[i] =
			(struct signaller){ .process = process, .base = (uint64_t)(i + 1) * EACH };
		ok(pthread_create(&signallers[i].thread, NULL, signal_all, &signallers[i]));
	}
	ok(pthread_create(&thread, NULL, read_all, &reader));
	for (uint32_t queue = 32; queue <= 65536; queue *= 2) {
		usleep(2000);
		set(guest, (struct xf_host_guest_limits){ .max_queue = queue });
		usleep(2000);
		set(guest, (struct xf_host_guest_limits){ .max_queue = queue / 3 });
	}
	set(guest, (struct xf_host_guest_limits){ .max_queue = 65536 });
	for (int i = 0; i < SIGNALLERS; i++) {
		ok(pthread_join(signallers[i].thread, &failed));
		assert_null(failed);
	}
	ok(pthread_join(thread, NULL));
	assert_false(reader.wrong);
	print_message("%d refusals on the way\n", refusals);
	close(reader.fd);
	xf_host_destroy(t.host);
}

static int note_queued(const struct xf_host_guest_info *info, void *arg)
{
	*(uint32_t *)arg = info->queued;
	return 0;
}

/* A stalled guest's queue takes as many more as it has grown, and nothing is lost. */
static void a_full_queue_is_given_room(void **state)
{
	const char *path = test_path("full.sock");
	uint64_t session, n = 0, more = 0;
	uint32_t queued = 0;
	test_host_start(&t, XF_HOST_OWN_THREAD);
	struct xf_host_guest *guest = add("vm", path, 100);
	int fd = begin_raw(path, &session);
	struct test_process *process = await_raw();
	do { /* what was refused may only have been too fast: until the socket is full, too */
		while (xf_host_signal(t.host, process->handle, n + 1, 0) == 0)
			n++;
		usleep(20000);
		ok(xf_host_inspect_guests(t.host, note_queued, &queued));
	} while (!queued);
	assert_in_range(queued, 1, 100);
	set(guest, (struct xf_host_guest_limits){ .max_queue = 5000 });
	while (xf_host_signal(t.host, process->handle, n + more + 1, 0) == 0)
		more++;
	/* The socket's own room is another matter: it may have had some left. */
	assert_in_range(more, 4900, 9000);
	set(guest, (struct xf_host_guest_limits){ .max_queue = 10 });
	assert_int_equal(xf_host_signal(t.host, process->handle, 1, 0), -ENOBUFS);
	for (uint64_t i = 1; i <= n + more;) {
		struct xfw_msg msg = take(fd);
		if (msg.type == XFW_LIMITS)
			continue;
		assert_int_equal(msg.object, i);
		i++;
	}
	close(fd);
	xf_host_destroy(t.host);
}

/* ---- a guest hears of its limits ---- */

static void more_events_for_a_living_guest(const char *path, struct xf_host_guest *guest)
{
	struct xf_guest_event *event, *more;
	struct xf_guest *process = guest_connect(path, "well", XF_GUEST_OWN_THREAD);
	int r;
	ok(xf_guest_event_create(process, 0, 0, &event));
	assert_int_equal(xf_guest_event_create(process, 0, 0, &more), -ENOSPC);
	set(guest, (struct xf_host_guest_limits){ .max_events = 2 });
	while ((r = xf_guest_event_create(process, 0, 0, &more)) == -ENOSPC)
		usleep(1000); /* it is on its way */
	ok(r);
	/* What it has stays, though there are fewer now; and it is no offence to have had them. */
	set(guest, (struct xf_host_guest_limits){ .max_events = 1 });
	xf_guest_event_close(more);
	while ((r = xf_guest_event_create(process, 0, 0, &more)) == 0) {
		xf_guest_event_close(more);
		usleep(1000);
	}
	assert_int_equal(r, -ENOSPC);
	ok(ask(process, 0, ASK_KEEP, 0, xf_guest_event_handle(event)));
	await(&t, find_process(&t, "well")->event);
	ok(xf_host_signal(
		t.host, find_process(&t, "well")->handle, find_process(&t, "well")->event, 0));
	ok(xf_guest_event_wait(event, xf_deadline(60 * SECOND)));
	xf_guest_event_close(event);
	xf_guest_disconnect(process);
}

static struct xf_host_guest *add_with_one_event(const char *path)
{
	struct xf_host_guest *guest;
	struct xf_host_guest_params params = { .size = sizeof(params),
		.name = "vm",
		.transport = XF_HOST_UNIX,
		.address = path,
		.max_events = 1,
		.max_processes = 1 };
	test_host_start(&t, XF_HOST_OWN_THREAD);
	ok(xf_host_guest_add(t.host, &params, &guest));
	return guest;
}

static void a_guest_hears_of_its_limits(void **state)
{
	const char *path = test_path("hears.sock");
	struct xf_host_guest *guest = add_with_one_event(path);
	more_events_for_a_living_guest(path, guest);
	xf_host_destroy(t.host);
}

static int connect_within(const char *path, int64_t ns, struct xf_guest **ret_guest)
{
	struct xf_guest_params params = {
		.size = sizeof(params), .address = unix_address(path), .name = "another"
	};
	return xf_guest_connect(&params, xf_deadline(ns), ret_guest);
}

static void guestd_hears_of_its_limits(void **state)
{
	char address[160];
	struct xf_guest *one, *two;
	const char *up = test_path("up.sock"), *path = test_path("d.sock");
	struct xf_host_guest *guest = add_with_one_event(up);
	snprintf(address, sizeof(address), "unix:%s", up);
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execl(getenv("XF_GUESTD"), "crossfence-guestd", "--host", address, "--listen", path,
			NULL);
		_exit(127);
	}
	more_events_for_a_living_guest(path, guest);
	/* One process at a time, then two. */
	int r;
	while ((r = connect_within(path, 20 * SECOND, &one)) == -EUSERS)
		usleep(1000); /* the one before is still leaving */
	ok(r);
	assert_int_equal(connect_within(path, 20 * SECOND, &two), -EUSERS);
	set(guest, (struct xf_host_guest_limits){ .max_processes = 4 });
	while ((r = connect_within(path, 20 * SECOND, &two)) == -EUSERS)
		usleep(1000);
	ok(r);
	xf_guest_disconnect(one);
	xf_guest_disconnect(two);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	xf_host_destroy(t.host);
}

/* What cannot be promised, or is none, changes nothing. */
static void bad_limits_change_nothing(void **state)
{
	struct xf_host_guest *guest;
	struct xf_host_guest_params params = { .size = sizeof(params), .name = "vm" };
	struct xf_host_guest_limits limits = { .size = sizeof(limits), .max_queue = 65537 };
	test_host_start(&t, XF_HOST_OWN_THREAD);
	ok(xf_host_guest_add(t.host, &params, &guest));
	assert_int_equal(xf_host_guest_set_limits(guest, &limits), -EINVAL);
	limits.max_queue = 1;
	limits.max_cpu_events = 2000000;
	assert_int_equal(xf_host_guest_set_limits(guest, &limits), -ENOSPC);
	limits = (struct xf_host_guest_limits){ 0 };
	assert_int_equal(xf_host_guest_set_limits(guest, &limits), -EINVAL);
	params.name = "other";
	params.max_cpu_events = 1000000; /* the first one's promise is as small as it was */
	ok(xf_host_guest_add(t.host, &params, NULL));
	xf_host_destroy(t.host);
}

/* ---- rates ---- */

static void signals_have_a_rate(void **state)
{
	const char *path = test_path("rate.sock");
	uint64_t session;
	test_host_start(&t, XF_HOST_OWN_THREAD);
	struct xf_host_guest *guest = add("vm", path, 4096);
	int fd = begin_raw(path, &session);
	struct test_process *process = await_raw();
	set(guest, (struct xf_host_guest_limits){ .max_signals_per_second = 1000 });
	int64_t began = xf_now();
	int n = 0;
	while (xf_now() - began < SECOND / 2)
		n += xf_host_signal(t.host, process->handle, 1, 0) == 0;
	int64_t took = xf_now() - began;
	/* A tenth of a second's worth is there at once; then as many as the time that has passed.
	 */
	assert_true(n <= 100 + (int)(took / MS) + 1);
	assert_true(n >= 100);
	set(guest, (struct xf_host_guest_limits){ .max_signals_per_second = UINT32_MAX });
	for (int i = 0; i < 1000; i++)
		ok(xf_host_signal(t.host, process->handle, 1, 0));
	close(fd);
	xf_host_destroy(t.host);
}

/* Of few a second there is one at once, and no second one. */
static void a_slow_rate_is_not_none(void **state)
{
	const char *path = test_path("slow.sock");
	uint64_t session;
	test_host_start(&t, XF_HOST_OWN_THREAD);
	struct xf_host_guest *guest = add("vm", path, 4096);
	int fd = begin_raw(path, &session);
	struct test_process *process = await_raw();
	set(guest, (struct xf_host_guest_limits){ .max_signals_per_second = 1 });
	ok(xf_host_signal(t.host, process->handle, 1, 0));
	assert_int_equal(xf_host_signal(t.host, process->handle, 1, 0), -ENOBUFS);
	close(fd);
	xf_host_destroy(t.host);
}

static void post(struct xf_guest *guest, unsigned n)
{
	struct order pong = { ASK_PONG, 0, 0 };
	while (n--)
		ok(xf_guest_post(guest, 0, &pong, sizeof(pong)));
}

static void a_guest_that_says_too_much_is_read_later(void **state)
{
	const char *paths[] = { test_path("loud.sock"), test_path("quiet.sock") };
	test_host_start(&t, XF_HOST_OWN_THREAD);
	struct xf_host_guest *guest = add("loud", paths[0], 0);
	(void)add("quiet", paths[1], 0);
	struct xf_guest *loud = guest_connect(paths[0], "loud", 0);
	struct xf_guest *quiet = guest_connect(paths[1], "quiet", 0);
	set(guest, (struct xf_host_guest_limits){ .max_messages_per_second = 400 });
	int64_t began = xf_now();
	post(loud, 240);
	post(quiet, 1000);
	await(&t, find_process(&t, "quiet")->pongs == 1000);
	int64_t quiet_ns = xf_now() - began;
	await(&t, find_process(&t, "loud")->pongs == 240);
	int64_t loud_ns = xf_now() - began;
	print_message("quiet %lld ms, loud %lld ms\n", (long long)(quiet_ns / MS),
		(long long)(loud_ns / MS));
	/* 40 at once, and 200 more at 400 a second; the other one's are not among them. */
	assert_true(loud_ns >= 450 * MS);
	assert_true(quiet_ns < loud_ns);
	/* It can still ask and is answered, and the rest ends when the limit does. */
	post(loud, 400);
	set(guest, (struct xf_host_guest_limits){ .max_messages_per_second = UINT32_MAX });
	await(&t, find_process(&t, "loud")->pongs == 640);
	assert_int_equal(ask(loud, 0, ASK_REPORT, 7, 0), 0);
	xf_guest_disconnect(loud);
	xf_guest_disconnect(quiet);
	xf_host_destroy(t.host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_queue_grows_under_way),
		cmocka_unit_test(a_full_queue_is_given_room),
		cmocka_unit_test(a_guest_hears_of_its_limits),
		cmocka_unit_test(guestd_hears_of_its_limits),
		cmocka_unit_test(bad_limits_change_nothing),
		cmocka_unit_test(signals_have_a_rate),
		cmocka_unit_test(a_slow_rate_is_not_none),
		cmocka_unit_test(a_guest_that_says_too_much_is_read_later),
	};
	return cmocka_run_group_tests_name(
		"changes to running guests", tests, NULL, test_remove_folder);
}
