/* SPDX-License-Identifier: MIT */
/*
 * A program that serves from its own loop: it sleeps on the one descriptor and calls
 * xf_host_dispatch() when that is readable, never otherwise. Whatever is left to do must make it
 * so.
 */
#include "vmtest.h"
#include "raw_guest.h"

#define MESSAGES 6

static struct test_host t;

static void takes_more_than_a_turn(struct test_host *host, struct test_process *process)
{
	usleep(1500); /* crossfenced(8): a turn is a millisecond */
}

static void serve_once(void)
{
	struct pollfd item = { .fd = xf_host_fd(t.host), .events = POLLIN };
	if (poll(&item, 1, 30000) != 1)
		fail_msg("there is work to do, and the descriptor does not say so");
	ok(xf_host_dispatch(t.host));
}

static void *talk(void *arg)
{
	static uint8_t bytes[MESSAGES * (XFW_HEAD_BYTES + sizeof(struct order))];
	const struct order order = { .ask = ASK_PONG };
	int fd = *(int *)arg;
	uint64_t session = begin_with(fd);
	for (unsigned i = 0; i < MESSAGES; i++) {
		uint8_t *at = bytes + i * (XFW_HEAD_BYTES + sizeof(order));
		struct xfw_msg msg = { .type = XFW_ESCAPE,
			.payload_bytes = sizeof(order),
			.session = session,
			.process = 1,
			.sequence = 3 + i };
		xfw_encode(&msg, at);
		memcpy(at + XFW_HEAD_BYTES, &order, sizeof(order));
	}
	assert_int_equal(send(fd, bytes, sizeof(bytes), MSG_NOSIGNAL), sizeof(bytes));
	return NULL;
}

/* All of it came with one edge, and each message uses a turn up. */
static void what_a_turn_leaves_is_told(void **state)
{
	struct xf_host_guest *guest;
	struct xf_host_guest_params params = { .size = sizeof(params), .name = "talks" };
	pthread_t thread;
	int pair[2];
	test_host_start(&t, 0);
	t.on_pong = takes_more_than_a_turn;
	ok(xf_host_guest_add(t.host, &params, &guest));
	ok(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
	ok(xf_host_guest_attach(guest, pair[1]));
	ok(pthread_create(&thread, NULL, talk, &pair[0]));
	while (!find_process(&t, "raw") || find_process(&t, "raw")->pongs < MESSAGES)
		serve_once();
	ok(pthread_join(thread, NULL));
	close(pair[0]);
	while (find_process(&t, "raw")->alive)
		serve_once();
	xf_host_destroy(t.host);
}

struct greeting {
	int fd;
	uint64_t session;
	_Atomic int done;
};

static void *greet(void *arg)
{
	struct greeting *greeting = arg;
	greeting->session = begin_with(greeting->fd);
	atomic_store(&greeting->done, 1);
	return NULL;
}

static bool has_work(int limit_ms)
{
	struct pollfd item = { .fd = xf_host_fd(t.host), .events = POLLIN };
	return poll(&item, 1, limit_ms) == 1;
}

/* What came while the guest was saved made its edge then, and is read when it goes on. */
static void what_came_meanwhile_is_told(void **state)
{
	struct greeting greeting = { 0 };
	struct xf_host_guest *guest;
	struct xf_host_guest_params params = { .size = sizeof(params), .name = "saved" };
	struct xfw_msg done = { 0 };
	pthread_t thread;
	int pair[2];
	test_host_start(&t, 0);
	ok(xf_host_guest_add(t.host, &params, &guest));
	ok(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
	ok(xf_host_guest_attach(guest, pair[1]));
	greeting.fd = pair[0];
	ok(pthread_create(&thread, NULL, greet, &greeting));
	while (!atomic_load(&greeting.done))
		if (has_work(10))
			ok(xf_host_dispatch(t.host));
	ok(pthread_join(thread, NULL));
	xf_host_guest_quiesce(guest);
	put(pair[0],
		(struct xfw_msg){ .type = XFW_DEVICE_CREATE,
			.session = greeting.session,
			.process = 1,
			.tag = 5,
			.object = 1,
			.sequence = 3 },
		NULL, 0);
	while (has_work(0))
		ok(xf_host_dispatch(t.host));
	xf_host_guest_resumed(guest);
	while (t.n_devices == 0)
		serve_once();
	while (done.type != XFW_DONE)
		done = take(pair[0]);
	assert_int_equal(done.tag, 5);
	close(pair[0]);
	xf_host_destroy(t.host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_turn_leaves_is_told),
		cmocka_unit_test(what_came_meanwhile_is_told),
	};
	return cmocka_run_group_tests_name("embedders", tests, NULL, test_remove_folder);
}
