/* SPDX-License-Identifier: MIT */
/*
 * Snapshots and migration of a guest, with and without guestd and QMP. Whoever waits in the guest
 * learns within a second of the guest running again; nothing of an old session touches a new one.
 * What else an operator does is in qemu_operator_test.c.
 */
#include <fcntl.h>

#include "vmtest.h"
#include "monitor.h"
#include "qemutest.h"
#include "qmp.h"

static struct {
	struct machine machine;
	struct xf_host_guest *guest;
	struct qmp *qmp;
	int monitor;
	char sock[128], disk[128], state[128];
} vm;

static void start_machine(const char *const *command, const char *incoming)
{
	static char chardev[200], drive[200], one[200], two[200];
	const char *devices[40];
	int n = 0;
	unlink(test_path("one.qmp"));
	unlink(test_path("two.qmp"));
	snprintf(chardev, sizeof(chardev), "socket,id=c0,path=%s,server=on,wait=off", vm.sock);
	snprintf(drive, sizeof(drive), "if=none,id=d0,format=qcow2,file=%s", vm.disk);
	snprintf(one, sizeof(one), "unix:%s,server=on,wait=off", test_path("one.qmp"));
	snprintf(two, sizeof(two), "unix:%s,server=on,wait=off", test_path("two.qmp"));
	const char *const words[] = { "-machine", "q35", "-action", "reboot=reset", "-drive", drive,
		"-device", "virtio-serial-pci", "-chardev", chardev, "-device",
		"virtserialport,chardev=c0,name=org.crossfence.0,id=vp0", "-qmp", one, "-qmp",
		two };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		devices[n++] = words[i];
	if (incoming) {
		devices[n++] = "-incoming";
		devices[n++] = incoming;
	}
	devices[n] = NULL;
	machine_start(&vm.machine, test_path("restore"), devices, command);
	vm.monitor = monitor_open(test_path("two.qmp"));
	assert_true(vm.monitor >= 0);
}

static const char *const direct[] = { "xf.mods=virtio,virtio_console",
	"xf.run=returns,virtio:org.crossfence.0,w", NULL };
#ifdef HAVE_QMP
static const char *const by_guestd[] = { "xf.mods=virtio,virtio_console", "xf.do=busybox,echo,up",
	"xf.guestd=virtio:org.crossfence.0", "xf.run=returns,unix:/run/crossfence/guestd.sock,w",
	NULL };
#endif

static void begin(const char *const *command)
{
	char make[300];
	strcpy(vm.sock, test_path("restore.sock"));
	strcpy(vm.disk, test_path("restore.qcow2"));
	strcpy(vm.state, test_path("restore.state"));
	snprintf(make, sizeof(make), "qemu-img create -q -f qcow2 %s 64M", vm.disk);
	ok(system(make));
	test_host_start(&t, XF_HOST_OWN_THREAD);
	vm.qmp = NULL;
	start_machine(command, NULL);
}

static void serve(int with_qmp)
{
	struct xf_host_guest_params params = { .size = sizeof(params),
		.name = "vm0",
		.transport = XF_HOST_VIRTIO_SERIAL,
		.address = vm.sock };
	ok(xf_host_guest_add(t.host, &params, &vm.guest));
#ifdef HAVE_QMP
	if (with_qmp)
		ok(qmp_start(vm.guest, "vm0", test_path("one.qmp"), "vp0", &vm.qmp));
#endif
}

/* Also of a test that failed. */
static int end(void **state)
{
	machine_kill(&vm.machine);
	close(vm.monitor);
#ifdef HAVE_QMP
	qmp_stop(vm.qmp);
#endif
	xf_host_destroy(t.host);
	return 0;
}

/* A second is promised; this is under TCG on a shared machine. What hangs does so for good. */
#define SOON_NS (5 * SECOND)
#define BOOT_NS (100 * SECOND) /* the programs had not even been started */

/* The waiter that was there before has learned of it and waits in a new session, which works. */
static void waits_anew(int known, int64_t since_ns, int64_t limit_ns, const char *after)
{
	await(&t, t.n_processes > known && find_process(&t, "w")->event &&
			  find_process(&t, "w")->alive);
	int64_t took = xf_now() - since_ns;
	print_message("%s: waits in a new session after %lld ms\n", after, (long long)took / MS);
	struct test_process *p = find_process(&t, "w");
	ok(xf_host_signal(t.host, p->handle, p->event, 0));
	await(&t, p->pongs == 1);
	assert_true(took < limit_ns);
}

static int wait_for_first(void)
{
	await_process("w");
	return t.n_processes;
}

#ifdef HAVE_QMP
static void load(const char *snapshot, int64_t limit_ns, const char *after)
{
	char line[64];
	int known = t.n_processes;
	usleep(1200000); /* QEMU tells of a port's changes at most once a second */
	snprintf(line, sizeof(line), "loadvm %s", snapshot);
	ok(monitor_line(vm.monitor, line));
	waits_anew(known, xf_now(), limit_ns, after);
}

static void a_snapshot_is_loaded(void **state)
{
	begin(direct);
	serve(1);
	wait_for_first();
	ok(monitor_line(vm.monitor, "savevm one"));
	load("one", SOON_NS, "loadvm");
	load("one", SOON_NS, "loadvm");
}

static void await_console(const char *line)
{
	for (int64_t end = xf_deadline(240 * SECOND); !machine_said(&vm.machine, line);
		usleep(10000))
		assert_true(xf_now() < end);
}

/* And one of before there was a service, after which nothing of its session is left in the guest.
 */
static void a_snapshot_is_loaded_behind_guestd(void **state)
{
	begin(by_guestd);
	await_console("up");
	ok(monitor_line(vm.monitor, "savevm none"));
	serve(1);
	wait_for_first();
	ok(monitor_line(vm.monitor, "savevm one"));
	load("one", SOON_NS, "loadvm, guestd");
	load("none", BOOT_NS, "loadvm of before, guestd");
	load("one", SOON_NS, "loadvm of after, guestd");
}
#endif

static void migrate(const char *const *command, int with_qmp, const char *after)
{
	char out[400], in[300];
	begin(command);
	serve(with_qmp);
	int known = wait_for_first();
	snprintf(out, sizeof(out),
		"{\"execute\":\"migrate\",\"arguments\":{\"uri\":\"exec:cat >%s\"}}", vm.state);
	snprintf(in, sizeof(in), "exec:cat %s", vm.state);
	ok(monitor_do(vm.monitor, out));
	ok(monitor_until(vm.monitor, "{\"execute\":\"query-migrate\"}", "completed"));
	machine_kill(&vm.machine);
	close(vm.monitor);
	start_machine(command, in);
	ok(monitor_until(vm.monitor, "{\"execute\":\"query-status\"}", "\"running\": true"));
	waits_anew(known, xf_now(), SOON_NS, after);
}

static void a_guest_moves_to_another_vmm(void **state)
{
	migrate(direct, 0, "migration");
}

#ifdef HAVE_QMP
static void a_guest_moves_behind_guestd_and_qmp(void **state)
{
	migrate(by_guestd, 1, "migration, guestd and QMP");
}
#endif

int main(void)
{
	const char *why = machine_missing();
	if (!why && access("/usr/bin/qemu-img", X_OK))
		why = "no qemu-img (Debian package qemu-utils)";
	if (why) {
		printf("skipped: %s\n", why);
		return 77;
	}
	const struct CMUnitTest tests[] = {
#ifdef HAVE_QMP
		cmocka_unit_test_teardown(a_snapshot_is_loaded, end),
		cmocka_unit_test_teardown(a_snapshot_is_loaded_behind_guestd, end),
		cmocka_unit_test_teardown(a_guest_moves_behind_guestd_and_qmp, end),
#endif
		cmocka_unit_test_teardown(a_guest_moves_to_another_vmm, end),
	};
	return cmocka_run_group_tests_name("guests restored", tests, NULL, test_remove_folder);
}
