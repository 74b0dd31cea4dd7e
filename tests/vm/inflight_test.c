/* SPDX-License-Identifier: MIT */
/*
 * Signal calls that are still under way when what they use is taken away: a channel, a process, a
 * CPU event, an event of the host, the service. Whoever takes it away must wait for them. So that
 * "under way" is no matter of luck, this program has a send() of its own, which takes its time when
 * a signalling thread is in it, and a close() that notes what it pulls from under whom.
 */
#include "vmtest.h"
#include "raw_guest.h"
#include <dlfcn.h>
#include <sys/syscall.h>

#include <crossfence/dxgk.h>
#include <crossfence/win/d3dkmddi_signal_event.h>

#define CALLERS 3
#define FDS	1024

static struct test_host t;

static _Thread_local int is_caller, is_knocker;
static _Atomic int inside[FDS], all_inside;
static _Atomic long entered; /* or accepted: the service may have sent it. Never missed */
static _Atomic int closed_under_way, destroyed_under_way;

#define OURS __attribute__((visibility("default"))) /* for the libraries, too */

OURS ssize_t send(int fd, const void *bytes, size_t size, int flags)
{
	if (is_caller && fd >= 0 && fd < FDS) {
		atomic_fetch_add(&inside[fd], 1);
		atomic_fetch_add(&all_inside, 1);
		atomic_fetch_add(&entered, 1);
		usleep(300);
	}
	ssize_t n = syscall(SYS_sendto, fd, bytes, size, flags, NULL, 0);
	int error = errno;
	if (is_caller && fd >= 0 && fd < FDS) {
		atomic_fetch_sub(&all_inside, 1);
		atomic_fetch_sub(&inside[fd], 1);
	}
	errno = error;
	return n;
}

OURS int close(int fd)
{
	if (fd >= 0 && fd < FDS && atomic_load(&inside[fd]))
		atomic_fetch_add(&closed_under_way, 1);
	return (int)syscall(SYS_close, fd);
}

/* The same for the service as a whole: between DxgkCbSignalEvent and the host behind it. */
static int (*real_signal)(struct xf_host *, xf_host_handle, uint64_t, uint32_t);

OURS int xf_host_signal(
	struct xf_host *host, xf_host_handle process, uint64_t event, uint32_t flags)
{
	if (is_knocker) {
		atomic_fetch_add(&all_inside, 1);
		atomic_fetch_add(&entered, 1);
		usleep(300);
	}
	int r = real_signal(host, process, event, flags);
	if (is_knocker)
		atomic_fetch_sub(&all_inside, 1);
	return r;
}

static void note_destroy(void)
{
	if (atomic_load(&all_inside))
		atomic_fetch_add(&destroyed_under_way, 1);
}

/* ---- threads of the driver that signal and signal ---- */

struct caller {
	int (*call)(void);
	_Atomic int stop;
	pthread_t threads[CALLERS];
};

static struct test_process *target;

static int call_process(void)
{
	return xf_host_signal(t.host, target->handle, target->event, 0);
}

static int call_cpu_event(void)
{
	return xf_host_signal_cpu_event(t.host, t.cpu_event, 0);
}

static void *call_on(void *arg)
{
	struct caller *c = arg;
	is_caller = 1;
	while (!atomic_load(&c->stop)) {
		int r = c->call();
		if (!r)
			atomic_fetch_add(&entered, 1);
		assert_true(
			r == 0 || r == -ENOBUFS || r == -ENODEV || r == -ESHUTDOWN || r == -ESRCH);
	}
	return NULL;
}

static void start_callers(struct caller *c, int (*call)(void))
{
	*c = (struct caller){ .call = call };
	atomic_store(&entered, 0);
	for (int i = 0; i < CALLERS; i++)
		ok(pthread_create(&c->threads[i], NULL, call_on, c));
	while (!atomic_load(&entered))
		sched_yield();
}

static void stop_callers(struct caller *c)
{
	atomic_store(&c->stop, 1);
	for (int i = 0; i < CALLERS; i++)
		ok(pthread_join(c->threads[i], NULL));
}

static struct xf_host_guest *begin(const char *path)
{
	test_host_start(&t, XF_HOST_OWN_THREAD);
	t.on_destroy = note_destroy;
	return test_guest_add(&t, "vm0", path, 64);
}

static void end(void)
{
	xf_host_destroy(t.host);
	assert_int_equal(atomic_exchange(&closed_under_way, 0), 0);
	assert_int_equal(atomic_exchange(&destroyed_under_way, 0), 0);
}

static struct test_process *await_kept(const char *name)
{
	await(&t, find_process(&t, name) && find_process(&t, name)->event);
	return find_process(&t, name);
}

/* One that is removed while its escape is still to be answered has every reason to complain. */
static struct test_process *await_answered(const char *name)
{
	await(&t, find_process(&t, name) && find_process(&t, name)->pongs);
	return find_process(&t, name);
}

/* ---- guests ---- */

static void guest_waits_for_ever(const char *path, void *arg)
{
	struct xf_guest *guest = guest_connect(path, arg, 0);
	struct xf_guest_event *event;
	need(xf_guest_event_create(guest, 0, 0, &event) == 0);
	need(ask(guest, 0, ASK_KEEP, 0, xf_guest_event_handle(event)) == 0);
	struct order answered = { .ask = ASK_PONG };
	need(xf_guest_post(guest, 0, &answered, sizeof(answered)) == 0);
	while (xf_guest_event_wait(event, XF_NEVER) == 0)
		;
}

static void guest_says_good_bye(const char *path, void *arg)
{
	struct xf_guest *guest = guest_connect(path, arg, 0);
	struct xf_guest_event *event;
	need(xf_guest_event_create(guest, 0, 0, &event) == 0);
	need(ask(guest, 0, ASK_KEEP, 0, xf_guest_event_handle(event)) == 0);
	for (int i = 0; i < 3; i++)
		need(xf_guest_event_wait(event, xf_deadline(10 * SECOND)) == 0);
	xf_guest_disconnect(guest);
}

static void guest_ends_a_cpu_event(const char *path, void *arg)
{
	struct xf_guest *guest = guest_connect(path, arg, 0);
	struct xf_guest_event *event;
	uint64_t device;
	need(xf_guest_device_create(guest, &device) == 0);
	need(xf_guest_cpu_event_create(guest, device, 0, &event) == 0);
	for (int i = 0; i < 3; i++)
		need(xf_guest_event_wait(event, xf_deadline(10 * SECOND)) == 0);
	xf_guest_event_close(event); /* answered when the driver has let go */
	xf_guest_disconnect(guest);
}

/* ---- tests ---- */

/* A channel's descriptor may be somebody else's a moment after it was closed. */
static void a_channel_ends_after_the_calls_in_it(void **state)
{
	for (int round = 0; round < 10; round++) {
		const char *path = test_path("killed.sock");
		struct caller callers;
		pid_t pid = spawn(guest_waits_for_ever, path, "killed");
		begin(path);
		target = await_kept("killed");
		start_callers(&callers, call_process);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		await(&t, !target->alive);
		stop_callers(&callers);
		end();
	}
}

static void a_guest_is_removed_after_the_calls_in_it(void **state)
{
	for (int round = 0; round < 10; round++) {
		const char *path = test_path("removed.sock");
		struct caller callers;
		pid_t pid = spawn(guest_waits_for_ever, path, "removed");
		struct xf_host_guest *guest = begin(path);
		target = await_answered("removed");
		start_callers(&callers, call_process);
		xf_host_guest_remove(guest);
		assert_false(target->alive);
		stop_callers(&callers);
		reap(pid);
		end();
	}
}

/* Good-bye is a message: the channel stays, only the process goes. */
static void a_process_is_destroyed_after_the_calls_for_it(void **state)
{
	for (int round = 0; round < 10; round++) {
		const char *path = test_path("bye.sock");
		struct caller callers;
		pid_t pid = spawn(guest_says_good_bye, path, "bye");
		begin(path);
		target = await_kept("bye");
		start_callers(&callers, call_process);
		await(&t, !target->alive);
		stop_callers(&callers);
		reap(pid);
		end();
	}
}

static void a_cpu_event_is_destroyed_after_the_calls_for_it(void **state)
{
	for (int round = 0; round < 10; round++) {
		const char *path = test_path("cpu.sock");
		struct caller callers;
		pid_t pid = spawn(guest_ends_a_cpu_event, path, "cpu");
		begin(path);
		await(&t, t.n_cpu_events == 1);
		start_callers(&callers, call_cpu_event);
		await(&t, t.n_cpu_events == 0);
		stop_callers(&callers);
		reap(pid);
		end();
	}
}

/* ---- events and processes of the host ---- */

static xf_host_handle own_process;
static uint64_t own_event;

static int set_slowly(void *arg)
{
	atomic_fetch_add(&all_inside, 1);
	atomic_fetch_add(&entered, 1);
	usleep(300);
	atomic_fetch_sub(&all_inside, 1);
	return 0;
}

static int call_own(void)
{
	int r = xf_host_signal(t.host, own_process, own_event, 0);
	return r == -EBADF ? -ESRCH : r;
}

static void what_the_host_has_ends_after_the_calls_for_it(void **state)
{
	struct xf_host_event_params params = {
		.size = sizeof(params), .set = set_slowly, .eventfd = -1
	};
	for (int round = 0; round < 20; round++) {
		struct caller callers;
		test_host_start(&t, XF_HOST_OWN_THREAD);
		t.on_destroy = note_destroy;
		ok(xf_host_event_add(t.host, &params, &own_event));
		ok(xf_host_local_add(t.host, "own", &own_process));
		start_callers(&callers, call_own);
		if (round % 2) {
			ok(xf_host_event_remove(t.host, own_event));
			note_destroy();
		}
		ok(xf_host_local_remove(t.host, own_process));
		stop_callers(&callers);
		end();
	}
}

/* ---- the worker process of a guest ---- */

static _Atomic xf_host_handle worker;
static _Atomic int is_held, let_go, wrong_answer;

/* In the middle of what it does, and for a while only: whoever waits for the call waits for us. */
static void hold_still(int signal)
{
	atomic_store(&is_held, 1);
	for (int i = 0; i < 20 && !atomic_load(&let_go); i++)
		usleep(1000);
}

/* A worker owns no events, whatever becomes of its handle during the call. */
static void *call_worker(void *arg)
{
	while (!atomic_load(&let_go)) {
		int r = xf_host_signal(t.host, atomic_load(&worker), 1, 0);
		if (r != -ESRCH)
			atomic_store(&wrong_answer, r);
	}
	return NULL;
}

static struct test_process *live_worker(void)
{
	for (int i = t.n_processes; i--;)
		if (t.processes[i].kind == XF_HOST_PROCESS_WORKER && t.processes[i].alive)
			return &t.processes[i];
	return NULL;
}

static void hold_one_call(struct xf_host_guest *guest)
{
	int pair[2];
	pthread_t thread;
	xf_host_handle local[3];
	ok(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
	ok(xf_host_guest_attach(guest, pair[1]));
	(void)begin_with(pair[0]);
	await(&t, live_worker());
	atomic_store(&worker, live_worker()->handle);
	atomic_store(&is_held, 0);
	atomic_store(&let_go, 0);
	ok(pthread_create(&thread, NULL, call_worker, NULL));
	usleep(200);
	ok(pthread_kill(thread, SIGUSR1));
	while (!atomic_load(&is_held))
		sched_yield();
	close(pair[0]);
	await(&t, !live_worker());
	/* If the handle is free already, then these have its place now. */
	for (int i = 0; i < 3; i++)
		ok(xf_host_local_add(t.host, "other", &local[i]));
	atomic_store(&let_go, 1);
	ok(pthread_join(thread, NULL));
	for (int i = 0; i < 3; i++)
		ok(xf_host_local_remove(t.host, local[i]));
}

static void a_worker_ends_after_the_calls_for_it(void **state)
{
	struct xf_host_guest *guest;
	struct xf_host_guest_params params = { .size = sizeof(params), .name = "works" };
	struct sigaction action = { .sa_handler = hold_still };
	ok(sigaction(SIGUSR1, &action, NULL));
	test_host_start(&t, XF_HOST_OWN_THREAD);
	ok(xf_host_guest_add(t.host, &params, &guest));
	for (int round = 0; round < 60; round++)
		hold_one_call(guest);
	assert_int_equal(atomic_load(&wrong_answer), 0);
	xf_host_destroy(t.host);
}

/* ---- the service behind DxgkCbSignalEvent ---- */

static DXGKRNL_INTERFACE dxgk_interface;
static _Atomic int stop_knocking;

static NTSTATUS add_device(PDEVICE_OBJECT object, PVOID *context)
{
	*context = &dxgk_interface;
	return STATUS_SUCCESS;
}

static NTSTATUS start_device(PVOID context, PDXGK_START_INFO info, PDXGKRNL_INTERFACE interface,
	ULONG *sources, ULONG *children)
{
	dxgk_interface = *interface;
	return STATUS_SUCCESS;
}

static NTSTATUS driver_entry(PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	DRIVER_INITIALIZATION_DATA data = { .Version = DXGKDDI_INTERFACE_VERSION_WDDM2_5,
		.DxgkDdiAddDevice = add_device,
		.DxgkDdiStartDevice = start_device };
	return DxgkInitialize(object, path, &data);
}

static void *knock(void *arg)
{
	DXGKARGCB_SIGNALEVENT args = { (HANDLE)(uintptr_t)(1ull << 32 | 1), (HANDLE)1,
		{ .Flags = 0 } };
	is_knocker = 1;
	while (!atomic_load(&stop_knocking))
		(void)dxgk_interface.DxgkCbSignalEvent(&args); /* whatever it says, it returns */
	return NULL;
}

static struct xf_dxgk *open_dxgk(struct xf_host **ret_host)
{
	struct xf_dxgk *dxgk;
	struct xf_host_params params = { .size = sizeof(params) };
	ok(xf_dxgk_create((xf_dxgk_entry)driver_entry, &dxgk));
	params.driver = xf_dxgk_driver(dxgk);
	ok(xf_host_create(&params, ret_host));
	ok(xf_dxgk_start(dxgk, *ret_host));
	return dxgk;
}

/* A driver's threads may knock at any time: before, while and after the service ends. */
static void the_service_ends_after_the_calls_to_it(void **state)
{
	pthread_t threads[CALLERS];
	struct xf_host *host;
	struct xf_dxgk *dxgk = open_dxgk(&host);
	atomic_store(&stop_knocking, 0);
	for (int i = 0; i < CALLERS; i++)
		ok(pthread_create(&threads[i], NULL, knock, NULL));
	for (int round = 0; round < 20; round++) {
		for (long before = atomic_load(&entered); atomic_load(&entered) == before;)
			sched_yield();
		xf_host_destroy(host);
		assert_int_equal(atomic_load(&all_inside), 0);
		xf_dxgk_destroy(dxgk);
		dxgk = open_dxgk(&host);
	}
	atomic_store(&stop_knocking, 1);
	for (int i = 0; i < CALLERS; i++)
		ok(pthread_join(threads[i], NULL));
	xf_host_destroy(host);
	xf_dxgk_destroy(dxgk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_channel_ends_after_the_calls_in_it),
		cmocka_unit_test(a_guest_is_removed_after_the_calls_in_it),
		cmocka_unit_test(a_process_is_destroyed_after_the_calls_for_it),
		cmocka_unit_test(a_cpu_event_is_destroyed_after_the_calls_for_it),
		cmocka_unit_test(what_the_host_has_ends_after_the_calls_for_it),
		cmocka_unit_test(a_worker_ends_after_the_calls_for_it),
		cmocka_unit_test(the_service_ends_after_the_calls_to_it),
	};
	void *next = dlsym(RTLD_NEXT, "xf_host_signal");
	memcpy(&real_signal, &next, sizeof(real_signal));
	return cmocka_run_group_tests_name("calls under way", tests, NULL, test_remove_folder);
}
