/* SPDX-License-Identifier: MIT */
/* What does a guest get that sends nonsense, floods, or claims what is not its own? */
#include "vmtest.h"
#include "raw_guest.h"

static struct test_host t;

/* The channel ends, with exactly one line in the log that names guest and reason. */
static void ends_with(int fd, const char *reason)
{
	char bytes[256];
	int logs = t.n_logs;
	while (recv(fd, bytes, sizeof(bytes), 0) > 0)
		;
	close(fd);
	await(&t, t.n_logs > 0);
	assert_true(logs <= 1);
	assert_int_equal(t.n_logs, 1);
	assert_non_null(strstr(t.log[0], "guest bad:"));
	if (!strstr(t.log[0], reason))
		fail_msg("\"%s\" does not give as reason: %s", t.log[0], reason);
	t.n_logs = 0;
}

static void *good_pings(void *arg)
{
	struct test_process *p = find_process(&t, "good");
	ok(xf_host_signal(t.host, p->handle, p->event, 0));
	return NULL;
}

static void guest_is_good(const char *path, void *arg)
{
	struct xf_guest *guest = guest_connect(path, "good", 0);
	struct xf_guest_event *event;
	need(xf_guest_event_create(guest, 0, 0, &event) == 0);
	need(ask(guest, 0, ASK_KEEP, 0, xf_guest_event_handle(event)) == 0);
	need(xf_guest_event_wait(event, xf_deadline(30 * SECOND)) == 0);
	xf_guest_disconnect(guest);
}

#define MSG(...) ((struct xfw_msg){ .session = session, __VA_ARGS__ })

static void nonsense_ends_only_its_own_channel(void **state)
{
	const char *good = test_path("good.sock"), *bad = test_path("bad.sock");
	uint64_t session;
	pid_t pid = spawn(guest_is_good, good, NULL);
	test_host_start(&t, XF_HOST_OWN_THREAD);
	test_guest_add(&t, "well", good, 0);
	struct xf_host_guest_params params = { .size = sizeof(params),
		.name = "bad",
		.transport = XF_HOST_UNIX,
		.address = bad,
		.max_events = 4,
		.max_processes = 3,
		.max_devices = 2 };
	ok(xf_host_guest_add(t.host, &params, NULL));
	await(&t, find_process(&t, "good") && find_process(&t, "good")->event);
	int fd = connect_raw(bad);
	assert_int_equal(send(fd, "GET / HTTP/1.1\r\nHost: crossfence.example\r\n\r\n", 44, 0), 44);
	ends_with(fd, "unknown message type");
	fd = connect_raw(bad);
	put(fd, (struct xfw_msg){ XFW_PROCESS_DESTROY, .session = 1, .process = 1 }, NULL, 0);
	ends_with(fd, "no hello");
	fd = connect_raw(bad);
	say_hello(fd, 2, 9);
	struct xfw_msg close_msg = take(fd);
	assert_int_equal(close_msg.type, XFW_CLOSE);
	assert_int_equal(close_msg.object, XFW_REASON_VERSION);
	ends_with(fd, "version");
	fd = begin_raw(bad, &session);
	say_hello(fd, 1, 1);
	ends_with(fd, "second hello");
	fd = begin_raw(bad, &session);
	put(fd, MSG(.type = XFW_EVENT_CREATE, .process = 1, .object = 5, .sequence = 4), NULL, 0);
	ends_with(fd, "sequence");
	fd = begin_raw(bad, &session);
	put(fd, MSG(.type = XFW_EVENT_CREATE, .process = 1, .object = 5, .sequence = 3), NULL, 0);
	put(fd, MSG(.type = XFW_EVENT_CREATE, .process = 1, .object = 5, .sequence = 3), NULL, 0);
	ends_with(fd, "sequence"); /* replayed */
	fd = begin_raw(bad, &session);
	session ^= 1;
	put(fd, MSG(.type = XFW_EVENT_CREATE, .process = 1, .object = 5, .sequence = 3), NULL, 0);
	ends_with(fd, "wrong session");
	fd = begin_raw(bad, &session);
	put(fd, MSG(.type = XFW_EVENT_CREATE, .process = 2, .object = 5, .sequence = 3), NULL, 0);
	ends_with(fd, "unknown process");
	fd = begin_raw(bad, &session);
	put(fd, MSG(.type = XFW_PROCESS_CREATE, .process = 1, .tag = 1, .sequence = 3), NULL, 0);
	ends_with(fd, "used before");
	fd = begin_raw(bad, &session);
	put(fd, MSG(.type = XFW_SIGNAL, .process = 1, .object = 1, .sequence = 3), NULL, 0);
	ends_with(fd, "wrong side");
	fd = begin_raw(bad, &session);
	put(fd,
		MSG(.type = XFW_ESCAPE, .process = 1, .tag = 1, .payload_bytes = 4097,
			.sequence = 3),
		NULL, 0);
	ends_with(fd, "too long");
	fd = begin_raw(bad, &session);
	put(fd, MSG(.type = XFW_EVENT_CLOSE, .process = 1, .object = 1, .sequence = 3), NULL, 0);
	ends_with(fd, "not created");
	fd = begin_raw(bad, &session);
	for (uint64_t i = 0; i < 5; i++)
		put(fd,
			MSG(.type = XFW_EVENT_CREATE, .process = 1, .object = i + 1,
				.sequence = 3 + i),
			NULL, 0);
	ends_with(fd, "more events");
	/* Cut off in the middle: not an error worth a line, just the end. */
	fd = begin_raw(bad, &session);
	put(fd, MSG(.type = XFW_EVENT_CREATE, .process = 1, .object = 5, .sequence = 3), NULL, 17);
	close(fd);
	/* All that left nothing behind, and the good guest is as it was. */
	await(&t, !find_process(&t, "raw")->alive);
	assert_int_equal(t.n_logs, 0);
	for (int i = 0; i < t.n_processes; i++)
		if (strcmp(t.processes[i].name, "raw") == 0)
			assert_false(t.processes[i].alive);
	assert_true(find_process(&t, "good")->alive);
	good_pings(NULL);
	reap(pid);
	xf_host_destroy(t.host);
}

/* Byte by byte and all at once are the same. */
static void boundaries_of_reads_mean_nothing(void **state)
{
	const char *path = test_path("drip.sock");
	uint8_t bytes[4 * XFW_HEAD_BYTES];
	uint64_t session;
	test_host_start(&t, XF_HOST_OWN_THREAD);
	test_guest_add(&t, "bad", path, 0);
	int fd = begin_raw(path, &session);
	for (unsigned i = 0; i < 4; i++) {
		struct xfw_msg msg = MSG(.type = XFW_DEVICE_CREATE, .process = 1, .tag = 100 + i,
			.object = 1 + i, .sequence = 3 + i);
		xfw_encode(&msg, bytes + i * XFW_HEAD_BYTES);
	}
	for (size_t i = 0; i < 80; i++)
		assert_int_equal(send(fd, bytes + i, 1, MSG_NOSIGNAL), 1);
	assert_int_equal(send(fd, bytes + 80, 80, MSG_NOSIGNAL), 80);
	for (unsigned i = 0; i < 4; i++) {
		struct xfw_msg done = take(fd);
		assert_int_equal(done.tag, 100 + i);
		assert_int_equal((uint32_t)done.object, 0);
	}
	close(fd);
	xf_host_destroy(t.host);
}

/* Requests beyond quotas are answered, not punished; ids of others are nobody's. */
static void quotas_are_answers(void **state)
{
	const char *path = test_path("quota.sock");
	uint64_t session;
	test_host_start(&t, XF_HOST_OWN_THREAD);
	struct xf_host_guest_params params = { .size = sizeof(params),
		.name = "small",
		.transport = XF_HOST_UNIX,
		.address = path,
		.max_processes = 2,
		.max_devices = 1,
		.max_channels = 2 };
	ok(xf_host_guest_add(t.host, &params, NULL));
	int fd = begin_raw(path, &session);
	struct xfw_msg done;
	uint64_t sequence = 3;
	for (uint32_t i = 2; i < 4; i++) {
		put(fd,
			MSG(.type = XFW_PROCESS_CREATE, .process = i, .tag = i,
				.sequence = sequence++),
			NULL, 0);
		done = take(fd);
		assert_int_equal((int32_t)done.object, i == 2 ? 0 : -EUSERS);
	}
	for (uint32_t i = 1; i < 3; i++) {
		put(fd,
			MSG(.type = XFW_DEVICE_CREATE, .process = 1, .tag = i, .object = i,
				.sequence = sequence++),
			NULL, 0);
		done = take(fd);
		assert_int_equal((int32_t)done.object, i == 1 ? 0 : -ENOSPC);
	}
	/* The refused process may still be asked about: it does not exist. */
	put(fd,
		MSG(.type = XFW_DEVICE_CREATE, .process = 3, .tag = 5, .object = 1,
			.sequence = sequence++),
		NULL, 0);
	done = take(fd);
	assert_int_equal((int32_t)done.object, -ESRCH);
	/* A driver that refuses a process: the guest hears its code. */
	put(fd, MSG(.type = XFW_PROCESS_DESTROY, .process = 2, .sequence = sequence++), NULL, 0);
	put(fd,
		MSG(.type = XFW_PROCESS_CREATE, .process = 4, .tag = 6, .payload_bytes = 8,
			.sequence = sequence++),
		"unwanted", 0);
	done = take(fd);
	assert_int_equal((int32_t)done.object, -EPERM);
	int second = begin_raw(path, &session);
	int third = connect_raw(path);
	char c;
	struct xfw_msg full = take(third);
	assert_int_equal(full.type, XFW_CLOSE);
	assert_int_equal(full.object, XFW_REASON_QUOTA);
	assert_int_equal(recv(third, &c, 1, 0), 0);
	close(fd);
	close(second);
	close(third);
	xf_host_destroy(t.host);
}

/* Also of the newest one: what was under way when it went is no reason to end the channel. */
static void what_comes_late_for_a_process_is_no_error(void **state)
{
	const char *path = test_path("late.sock");
	uint64_t session;
	test_host_start(&t, XF_HOST_OWN_THREAD);
	test_guest_add(&t, "late", path, 0);
	int fd = begin_raw(path, &session);
	put(fd, MSG(.type = XFW_PROCESS_DESTROY, .process = 1, .sequence = 3), NULL, 0);
	put(fd, MSG(.type = XFW_EVENT_CREATE, .process = 1, .object = 5, .sequence = 4), NULL, 0);
	put(fd, MSG(.type = XFW_PROCESS_DESTROY, .process = 1, .sequence = 5), NULL, 0);
	put(fd, MSG(.type = XFW_DEVICE_CREATE, .process = 1, .tag = 6, .object = 1, .sequence = 6),
		NULL, 0);
	struct xfw_msg done = take(fd);
	assert_int_equal(done.type, XFW_DONE);
	assert_int_equal((int32_t)done.object, -ESRCH);
	put(fd, MSG(.type = XFW_PROCESS_CREATE, .process = 2, .tag = 7, .sequence = 7), NULL, 0);
	done = take(fd);
	assert_int_equal(done.tag, 7);
	assert_int_equal((int32_t)done.object, 0);
	assert_int_equal(t.n_logs, 0);
	close(fd);
	xf_host_destroy(t.host);
}

/* A guest that asks and asks and never reads the answers is not read from any more. */
static void a_flood_of_requests_without_reading(void **state)
{
	const char *path = test_path("flood.sock"), *good = test_path("good.sock");
	uint64_t session, sent = 0;
	pid_t pid = spawn(guest_is_good, good, NULL);
	test_host_start(&t, XF_HOST_OWN_THREAD);
	test_guest_add(&t, "bad", path, 0);
	test_guest_add(&t, "well", good, 0);
	int fd = begin_raw(path, &session);
	struct xfw_msg msg = MSG(.type = XFW_ESCAPE, .process = 1, .tag = 1,
		.payload_bytes = XFW_PAYLOAD_MAX, .sequence = 3);
	static uint8_t bytes[XFW_MAX_BYTES];
	for (;;) {
		xfw_encode(&msg, bytes);
		ssize_t n = send(fd, bytes, sizeof(bytes), MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0) {
			/* Full: is it full for good, or is the host just slow? */
			struct pollfd item = { .fd = fd, .events = POLLOUT };
			if (poll(&item, 1, 300) == 0)
				break;
			continue;
		}
		if (n != (ssize_t)sizeof(bytes))
			break; /* the last one was torn: as full as can be */
		msg.sequence++;
		assert_true(++sent < 100000); /* bounded: else the host hoards */
	}
	await(&t, find_process(&t, "good") && find_process(&t, "good")->event);
	good_pings(NULL);
	reap(pid);
	/* It can go on as soon as it reads. */
	struct xfw_msg done = { 0 };
	for (int i = 0; i < 100; i++)
		done = take(fd);
	assert_int_equal(done.type, XFW_DONE);
	close(fd);
	xf_host_destroy(t.host);
}

/* What was read before the channel was blocked is answered when room comes, without a word more. */
static void requests_that_were_read_are_answered_when_there_is_room(void **state)
{
	struct xf_host_guest *guest;
	struct xf_host_guest_params params = { .size = sizeof(params), .name = "slow" };
	test_host_start(&t, XF_HOST_OWN_THREAD);
	ok(xf_host_guest_add(t.host, &params, &guest));
	for (unsigned n = 300; n <= 1500; n += 50) {
		int pair[2], small = 4608;
		struct timeval limit = { 5, 0 };
		ok(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
		ok(setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small)));
		ok(setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)));
		ok(xf_host_guest_attach(guest, pair[1]));
		uint64_t session = begin_with(pair[0]);
		static uint8_t bytes[1500 * XFW_HEAD_BYTES];
		for (unsigned i = 0; i < n; i++)
			xfw_encode(&MSG(.type = XFW_DEVICE_DESTROY, .process = 1, .tag = i + 10,
					   .object = 5, .sequence = i + 3),
				bytes + i * XFW_HEAD_BYTES);
		ssize_t all = n * XFW_HEAD_BYTES; /* in one piece: it fits the socket whole */
		assert_int_equal(send(pair[0], bytes, (size_t)all, MSG_DONTWAIT), all);
		usleep(1000); /* so that the service stands still before anything is taken */
		for (unsigned i = 0; i < n; i++)
			assert_int_equal(take(pair[0]).tag, i + 10);
		close(pair[0]);
	}
	xf_host_destroy(t.host);
}

/*
 * A port that somebody else opens is one stream to the host: first the torn end of an older
 * conversation, later a new HELLO in the middle. The old session's processes end, its signals do
 * not reach the new one.
 */
static void a_port_that_is_opened_again(void **state)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	const char *path = test_path("port.sock");
	uint8_t torn[61] = "the end of something";
	uint64_t sessions[2];
	strncpy(name.sun_path, path, sizeof(name.sun_path) - 1);
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);
	ok(bind(listener, (struct sockaddr *)&name, sizeof(name)));
	ok(listen(listener, 1));
	test_host_start(&t, XF_HOST_OWN_THREAD);
	struct xf_host_guest_params params = { .size = sizeof(params),
		.name = "port",
		.transport = XF_HOST_VIRTIO_SERIAL,
		.address = path };
	ok(xf_host_guest_add(t.host, &params, NULL));
	int fd = accept(listener, NULL, NULL);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(send(fd, torn, sizeof(torn), MSG_NOSIGNAL), sizeof(torn));
		torn[0] = 0;
		/* In a session rubbish is an error, so the second time the HELLO comes clean. */
		say_hello(fd, 1, 1);
		struct xfw_msg welcome = take(fd);
		while (welcome.type != XFW_WELCOME)
			welcome = take(fd);
		sessions[i] = welcome.session;
		assert_int_equal(welcome.sequence, 1);
		put(fd,
			(struct xfw_msg){ .type = XFW_PROCESS_CREATE,
				.payload_bytes = 5,
				.session = sessions[i],
				.process = 1,
				.tag = 9,
				.sequence = 2 },
			i ? "after" : "first", 0);
		assert_int_equal(take(fd).tag, 9);
		if (i)
			break;
		struct test_process *p = find_process(&t, "first");
		ok(xf_host_signal(t.host, p->handle, 5, 0));
		assert_int_equal(take(fd).session, sessions[0]);
		say_hello(fd, 1, 1);
		welcome = take(fd);
		assert_int_equal(welcome.type, XFW_WELCOME);
		assert_false(p->alive);
		assert_int_equal(xf_host_signal(t.host, p->handle, 5, 0), -ESRCH);
		/* Torn in the middle of a session: the channel is closed, and dialled again. */
		assert_int_equal(send(fd, torn, sizeof(torn), MSG_NOSIGNAL), sizeof(torn));
		close(fd);
		fd = accept(listener, NULL, NULL);
		torn[0] = 'x';
	}
	assert_true(sessions[0] != sessions[1]);
	assert_true(find_process(&t, "after")->alive);
	close(fd);
	close(listener);
	await(&t, !find_process(&t, "after")->alive);
	xf_host_destroy(t.host);
}

/* Names are shown by tools and logs: no escape sequences from a guest. */
static void names_are_made_printable(void **state)
{
	const char *path = test_path("name.sock");
	uint64_t session;
	test_host_start(&t, XF_HOST_OWN_THREAD);
	test_guest_add(&t, "bad", path, 0);
	int fd = begin_raw(path, &session);
	put(fd,
		MSG(.type = XFW_PROCESS_CREATE, .process = 2, .tag = 1, .payload_bytes = 7,
			.sequence = 3),
		"a\33[31m\n", 0);
	take(fd);
	assert_non_null(find_process(&t, "a?[31m?"));
	close(fd);
	xf_host_destroy(t.host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nonsense_ends_only_its_own_channel),
		cmocka_unit_test(boundaries_of_reads_mean_nothing),
		cmocka_unit_test(quotas_are_answers),
		cmocka_unit_test(what_comes_late_for_a_process_is_no_error),
		cmocka_unit_test(a_flood_of_requests_without_reading),
		cmocka_unit_test(requests_that_were_read_are_answered_when_there_is_room),
		cmocka_unit_test(a_port_that_is_opened_again),
		cmocka_unit_test(names_are_made_printable),
	};
	return cmocka_run_group_tests_name("hostile guests", tests, NULL, test_remove_folder);
}
