/* SPDX-License-Identifier: MIT */
/*
 * The service listening on AF_VSOCK itself, as on a host with the kernel's vhost-vsock. Needs the
 * loopback transport (CID 1, module vsock_loopback), so qemu-vsock runs this inside a guest: there
 * service and processes meet in one kernel.
 */
#include "vmtest.h"
#include <linux/vm_sockets.h>

#define PORT	"4870"
#define ADDRESS "vsock:1:" PORT
#define RING	8
#define COUNT	8000

static struct test_host t;

static struct xf_host_guest *add(const char *name, uint32_t cid)
{
	struct xf_host_guest *guest;
	struct xf_host_guest_params params = { .size = sizeof(params),
		.name = name,
		.transport = XF_HOST_VSOCK,
		.cid = cid,
		.port = (uint32_t)atoi(PORT) };
	ok(xf_host_guest_add(t.host, &params, &guest));
	return guest;
}

static struct test_process *await_kept(const char *name)
{
	await(&t, find_process(&t, name) && find_process(&t, name)->event);
	return find_process(&t, name);
}

static int connect_result(void)
{
	struct sockaddr_vm name = { .svm_family = AF_VSOCK,
		.svm_cid = VMADDR_CID_LOCAL,
		.svm_port = (unsigned)atoi(PORT) };
	int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	int r = connect(fd, (struct sockaddr *)&name, sizeof(name)) ? -errno : 0;
	struct timeval limit = { 5, 0 };
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	char c;
	if (!r) /* accepted by the kernel: does the service keep it? */
		r = recv(fd, &c, 1, 0) == 0 ? -ECONNABORTED : 0;
	close(fd);
	return r;
}

/* ---- processes ---- */

static void guest_counts(const char *address, void *arg)
{
	struct xf_guest *guest = guest_connect_to(address, arg, XF_GUEST_OWN_THREAD);
	struct xf_guest_event *events[RING], *end;
	for (int i = 0; i < RING; i++)
		need(xf_guest_event_create(guest, 0, 0, &events[i]) == 0);
	need(xf_guest_event_create(guest, 0, 0, &end) == 0);
	need(ask(guest, 0, ASK_KEEP, 0, xf_guest_event_handle(events[0])) == 0);
	while (xf_guest_event_wait(end, 0) == XF_TIMEOUT) {
		/* Signalled in turn: an earlier one may be ahead, never behind. */
		uint64_t seen[RING];
		for (int i = RING; i--;)
			seen[i] = xf_guest_event_count(events[i]);
		for (int i = 1; i < RING; i++)
			need(seen[i] <= seen[i - 1]);
		(void)xf_guest_event_wait(events[RING - 1], xf_deadline(20 * MS));
	}
	for (int i = 0; i < RING; i++)
		need(xf_guest_event_count(events[i]) == COUNT / RING);
	xf_guest_disconnect(guest);
}

static void guest_waits_for_ever(const char *address, void *arg)
{
	struct xf_guest *guest = guest_connect_to(address, arg, 0);
	struct xf_guest_event *event;
	need(xf_guest_event_create(guest, 0, 0, &event) == 0);
	need(ask(guest, 0, ASK_KEEP, 0, xf_guest_event_handle(event)) == 0);
	while (xf_guest_event_wait(event, XF_NEVER) == 0)
		;
}

static void guest_comes_back(const char *address, void *arg)
{
	struct xf_guest *guest = guest_connect_to(address, arg, 0);
	struct xf_guest_event *event;
	for (int i = 0; i < 2; i++) {
		if (i)
			need(xf_guest_reconnect(guest, xf_deadline(20 * SECOND)) == 0);
		need(xf_guest_event_create(guest, 0, 0, &event) == 0);
		need(ask(guest, 0, ASK_KEEP, 0, xf_guest_event_handle(event)) == 0);
		need(xf_guest_event_wait(event, xf_deadline(20 * SECOND)) == (i ? 0 : -ECONNRESET));
		xf_guest_event_close(event);
	}
	xf_guest_disconnect(guest);
}

/* ---- tests ---- */

static void signals_arrive_once_and_in_order(void **state)
{
	pid_t pid = spawn(guest_counts, ADDRESS, "counts");
	test_host_start(&t, XF_HOST_OWN_THREAD);
	add("vm0", VMADDR_CID_LOCAL);
	struct test_process *p = await_kept("counts");
	uint64_t first = p->event;
	for (unsigned i = 0; i <= COUNT; i++) {
		uint64_t event = i < COUNT ? first + i % RING : first + RING;
		int r;
		while ((r = xf_host_signal(t.host, p->handle, event, 0)) == -ENOBUFS)
			sched_yield();
		ok(r);
	}
	reap(pid);
	await(&t, !p->alive);
	xf_host_destroy(t.host);
}

static void a_killed_process_is_noticed_within_100_ms(void **state)
{
	pid_t victim = spawn(guest_waits_for_ever, ADDRESS, "victim");
	pid_t other = spawn(guest_waits_for_ever, ADDRESS, "other");
	test_host_start(&t, XF_HOST_OWN_THREAD);
	add("vm0", VMADDR_CID_LOCAL);
	struct test_process *p = await_kept("victim"), *q = await_kept("other");
	int64_t killed = xf_now();
	kill(victim, SIGKILL);
	await(&t, !p->alive);
	printf("VSOCK kill -9 noticed after %lld us\n",
		(long long)(p->destroyed_ns - killed) / 1000);
	assert_true(p->destroyed_ns - killed < 100 * MS);
	assert_int_equal(t.cleanup_result, 0);
	assert_int_equal(signal_gone(&t, p, 0), -ESRCH);
	assert_true(q->alive);
	ok(xf_host_signal(t.host, q->handle, q->event, 0));
	waitpid(victim, NULL, 0);
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
	await(&t, !q->alive);
	xf_host_destroy(t.host);
}

/* Guests of one port share a listener and differ by CID; who is none of them is shown the door. */
static void guests_differ_by_cid(void **state)
{
	test_host_start(&t, XF_HOST_OWN_THREAD);
	assert_int_equal(connect_result(), -ECONNRESET);
	struct xf_host_guest *stranger = add("vm9", 9);
	assert_int_equal(connect_result(), -ECONNABORTED);
	await(&t, t.n_logs == 1);
	assert_string_equal(t.log[0], "vsock: connection of unknown CID 1 refused");
	struct xf_host_guest *local = add("vm1", VMADDR_CID_LOCAL);
	xf_host_guest_remove(stranger);
	struct xf_guest *guest = guest_connect_to(ADDRESS, "named", 0);
	assert_non_null(find_process(&t, "named"));
	/* The port is taken while anybody uses it, and free again afterwards. */
	struct xf_host *second;
	struct xf_host_guest_params params = { .size = sizeof(params),
		.name = "vm1",
		.transport = XF_HOST_VSOCK,
		.cid = VMADDR_CID_LOCAL,
		.port = (uint32_t)atoi(PORT) };
	ok(xf_host_create(NULL, &second));
	assert_int_equal(xf_host_guest_add(second, &params, NULL), -EADDRINUSE);
	xf_host_guest_remove(local);
	assert_false(find_process(&t, "named")->alive);
	assert_int_equal(connect_result(), -ECONNRESET);
	ok(xf_host_guest_add(second, &params, NULL));
	xf_host_destroy(second);
	xf_guest_disconnect(guest);
	xf_host_destroy(t.host);
}

static void guests_come_back_to_a_new_service(void **state)
{
	pid_t pid = spawn(guest_comes_back, ADDRESS, "back");
	for (int i = 0; i < 2; i++) {
		test_host_start(&t, XF_HOST_OWN_THREAD);
		add("vm0", VMADDR_CID_LOCAL);
		struct test_process *p = await_kept("back");
		if (i) {
			ok(xf_host_signal(t.host, p->handle, p->event, 0));
			reap(pid);
			await(&t, !p->alive);
		}
		xf_host_destroy(t.host);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signals_arrive_once_and_in_order),
		cmocka_unit_test(a_killed_process_is_noticed_within_100_ms),
		cmocka_unit_test(guests_differ_by_cid),
		cmocka_unit_test(guests_come_back_to_a_new_service),
	};
	setbuf(stdout, NULL);
	int failed = cmocka_run_group_tests_name("vsock host", tests, NULL, NULL);
	if (!failed)
		puts("VSOCK host: ok");
	return failed;
}
