/* SPDX-License-Identifier: MIT */
/*
 * Processes of the host that connect as a guest's do: the driver knows them as what they are, and
 * an event of theirs is signalled when the call returns. In the library, and with crossfenced, the
 * sample miniport and a domain that has the events.
 */
#include "vmtest.h"
#include "programs.h"
#include "../../examples/miniport/sample_protocol.h"
#include <crossfence/event.h>
#include <crossfence/timeline.h>

static struct test_host t;

/* ---- in the library ---- */

static struct {
	uint64_t event;
	xf_host_handle process;
	pthread_t thread;
	int result;
	unsigned n;
} last;

static int record(void *self, xf_host_handle process, uint64_t event, uint32_t flags)
{
	assert_ptr_equal(self, &last);
	last.event = event;
	last.process = process;
	last.thread = pthread_self();
	last.n++;
	return last.result;
}

static struct test_process *find_local(const char *name)
{
	for (int i = t.n_processes; i--;)
		if (strcmp(t.processes[i].name, name) == 0 &&
			t.processes[i].kind == XF_HOST_PROCESS_LOCAL)
			return &t.processes[i];
	return NULL;
}

static int is_local(const struct xf_host_process_list_info *info, void *arg)
{
	assert_int_equal(info->kind, XF_HOST_PROCESS_LOCAL);
	*(uint64_t *)arg = info->accepted;
	return 0;
}

static int counts_them(const struct xf_host_guest_info *info, void *arg)
{
	assert_int_equal(info->accepted, 1);
	assert_int_equal(info->delivered, 1);
	return 0;
}

static void an_event_is_signalled_on_return(void **state)
{
	const struct xf_host_events events = { sizeof(events), &last, record };
	struct xf_host_guest_params params = { .size = sizeof(params),
		.name = "here",
		.transport = XF_HOST_UNIX,
		.address = test_path("here.sock"),
		.local_events = &events };
	uint64_t accepted = 0;
	test_host_start(&t, XF_HOST_OWN_THREAD);
	ok(xf_host_guest_add(t.host, &params, NULL));
	struct xf_guest *guest = guest_connect(params.address, "a process", 0);
	(void)ask(guest, 0, ASK_KEEP, 0, 0x1234);
	/* No worker process stands for a VM that is not there. */
	assert_int_equal(t.n_processes, 1);
	struct test_process *p = find_local("a process");
	assert_non_null(p);
	ok(xf_host_signal(t.host, p->handle, 0x1234, 0));
	assert_int_equal(last.event, 0x1234);
	assert_int_equal(last.process, p->handle);
	assert_true(pthread_equal(last.thread, pthread_self()));
	last.result = -EPROTOTYPE;
	assert_int_equal(xf_host_signal(t.host, p->handle, 1, 0), -EPROTOTYPE);
	last.result = 0;
	ok(xf_host_inspect_processes(t.host, is_local, &accepted));
	assert_int_equal(accepted, 1);
	ok(xf_host_inspect_guests(t.host, counts_them, NULL));
	/* From within its process' destruction the last use succeeds and signals nothing. */
	unsigned n = last.n;
	xf_guest_disconnect(guest);
	await(&t, !p->alive);
	assert_int_equal(t.cleanup_result, 0);
	assert_int_equal(last.n, n);
	while (xf_host_signal(t.host, p->handle, 1, 0) == -ESHUTDOWN)
		sched_yield();
	assert_int_equal(xf_host_signal(t.host, p->handle, 1, 0), -ESRCH);
	xf_host_destroy(t.host);
	assert_int_equal(t.n_processes, 1);
}

/* ---- with crossfenced ---- */

static char name[40], sock[100];

static pid_t start_daemon(void)
{
	name_files();
	snprintf(name, sizeof(name), "xf-local-%d", (int)getpid());
	snprintf(sock, sizeof(sock), "%s", test_path("local.sock"));
	write_file(files.config,
		"[service]\ncontrol = %s\n[guest vm0]\ntransport = unix\naddress = %s\n"
		"[guest here]\ntransport = unix\naddress = %s\nlocal = %s\n",
		files.control, files.guest, sock, name);
	char *argv[] = { getenv("XF_CROSSFENCED"), "--config", files.config, "--miniport",
		getenv("XF_SAMPLE_MINIPORT"), NULL };
	pid_t pid = start(argv, files.log);
	await_socket(sock);
	return pid;
}

static uint32_t ping(struct xf_guest *guest, uint64_t event)
{
	struct sample_order order = { .command = SAMPLE_EVENT, .event = { event } };
	uint32_t status = 77;
	ok(xf_guest_escape(guest, 0, 0, &order, sizeof(order), &status));
	assert_int_equal(status, 0);
	order.command = SAMPLE_PING;
	order.count = 1;
	ok(xf_guest_escape(guest, 0, 0, &order, sizeof(order), &status));
	return status;
}

#define STATUS_INVALID_HANDLE	    0xC0000008
#define STATUS_OBJECT_TYPE_MISMATCH 0xC0000024

static void a_miniport_signals_an_event_of_the_host(void **state)
{
	pid_t daemon = start_daemon();
	struct xf_domain *domain;
	struct xf_event *event, *gone;
	struct xf_timeline *other;
	ok(xf_domain_open(name, 0, xf_deadline(60 * SECOND), &domain));
	ok(xf_event_create(domain, 0, NULL, &event));
	ok(xf_event_create(domain, 0, NULL, &gone));
	ok(xf_timeline_create(domain, 0, 0, NULL, &other));
	struct xf_guest *guest = guest_connect(sock, "a process", 0);
	for (int i = 0; i < 1000; i++) {
		/* The miniport calls within the escape: it is signalled by then. */
		assert_int_equal(ping(guest, xf_event_id(event)), 0);
		assert_int_equal(xf_event_wait(event, 0), 0);
		assert_int_equal(xf_event_wait(event, 0), XF_TIMEOUT);
	}
	xf_id id = xf_event_id(gone);
	xf_event_close(gone);
	assert_int_equal(ping(guest, id), STATUS_INVALID_HANDLE);
	assert_int_equal(ping(guest, 4711), STATUS_INVALID_HANDLE);
	assert_int_equal(ping(guest, xf_timeline_id(other)), STATUS_OBJECT_TYPE_MISMATCH);
	xf_guest_disconnect(guest);
	xf_timeline_close(other);
	xf_event_close(event);
	xf_domain_leave(domain);
	kill(daemon, SIGTERM);
	assert_int_equal(exit_status(daemon), 0);
}

/* The domain is the processes' as much as the service's: it outlives a service that is killed. */
static void the_service_comes_back_to_the_same_domain(void **state)
{
	pid_t daemon = start_daemon();
	struct xf_domain *domain;
	struct xf_event *event;
	ok(xf_domain_open(name, 0, xf_deadline(60 * SECOND), &domain));
	ok(xf_event_create(domain, 0, NULL, &event));
	struct xf_guest *guest = guest_connect(sock, "a process", 0);
	assert_int_equal(ping(guest, xf_event_id(event)), 0);
	kill(daemon, SIGKILL);
	waitpid(daemon, NULL, 0);
	struct xf_guest_event *never;
	assert_int_equal(xf_guest_event_create(guest, 0, 0, &never), -ECONNRESET);
	daemon = start_daemon();
	ok(xf_guest_reconnect(guest, xf_deadline(60 * SECOND)));
	assert_int_equal(xf_event_wait(event, 0), 0);
	assert_int_equal(ping(guest, xf_event_id(event)), 0);
	assert_int_equal(xf_event_wait(event, 0), 0);
	xf_guest_disconnect(guest);
	xf_event_close(event);
	xf_domain_leave(domain);
	kill(daemon, SIGTERM);
	assert_int_equal(exit_status(daemon), 0);
}

static void a_section_that_cannot_be_is_named(void **state)
{
	char answer[1024], question[300];
	pid_t daemon = start_daemon();
	snprintf(question, sizeof(question),
		"add odd\ntransport = hybrid\naddress = %s\nlocal = %s\nend\n",
		test_path("odd.sock"), name);
	ask_control(files.control, question, answer, sizeof(answer));
	assert_non_null(strstr(answer, "error guest odd: local is for transport = unix only"));
	snprintf(question, sizeof(question),
		"add odd\ntransport = unix\naddress = %s\nlocal = no/name\nend\n",
		test_path("odd.sock"));
	ask_control(files.control, question, answer, sizeof(answer));
	assert_non_null(strstr(answer, "error guest odd: domain no/name cannot be joined"));
	kill(daemon, SIGTERM);
	assert_int_equal(exit_status(daemon), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_is_signalled_on_return),
		cmocka_unit_test(a_miniport_signals_an_event_of_the_host),
		cmocka_unit_test(the_service_comes_back_to_the_same_domain),
		cmocka_unit_test(a_section_that_cannot_be_is_named),
	};
	return cmocka_run_group_tests_name("local", tests, NULL, test_remove_folder);
}
