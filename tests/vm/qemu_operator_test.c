/* SPDX-License-Identifier: MIT */
/*
 * What an operator does to a running guest, and what a guest does to itself: pause, suspension, a
 * clock that jumps, snapshot, unplugging, reset, panic, reboot. One guest with three ways to the
 *host, and somebody who waits on each: all learn within a second of the guest running again, and
 *nothing of an old session touches a new one.
 *
 *	qemu-operator-test [interrupts]		the region by vfio and its interrupt, else by looks
 */
#include <fcntl.h>

#include "vmtest.h"
#include "monitor.h"
#include "qemutest.h"
#include "qmp.h"
#include "vsock_backend.h"

enum { SERIAL, REGION, VSOCK, WAYS };

/* What is lost stays lost, or is found by the next look of something else, after 20 s and more. */
#define BOUND_NS (15 * SECOND)

/*
 * A second is promised, of a guest that runs; this one is under TCG on a machine that others use.
 * It has as much longer as a hundred of its slowest answers took, and a quarter may be later than
 * that.
 */
static struct {
	int64_t slowest_ns;
	int all, late;
} learned;

static void learns(int64_t took_ns)
{
	learned.all++;
	learned.late += took_ns > SECOND + 100 * learned.slowest_ns;
	assert_true(took_ns < BOUND_NS);
}

static const char *const names[WAYS] = { "serial", "region", "vsock" };
static const char *const ids[WAYS] = { "port", "iv0", "vs0" }; /* of the devices */

static struct {
	struct machine machine;
	struct xf_host_guest *guests[WAYS];
	struct qmp *qmp[WAYS];
	struct test_process *waiters[WAYS];
	struct vsock_backend *backend;
	int monitor;
	bool interrupts;
	char serial[128], region[128], back[128], disk[128], qmps[4][128];
} vm;

#define REGION_DEVICE "ivshmem-doorbell,chardev=iv,vectors=1,id=iv0"
#define VSOCK_DEVICE  "vhost-user-vsock-pci,chardev=vu,id=vs0"

static void start_machine(void)
{
	static char chardevs[3][200], drive[200], qmps[4][200];
	const char *const command[] = {
		"xf.mods=virtio,virtio_console,vsock,vmw_vsock_virtio_transport_common,"
		"vmw_vsock_virtio_transport",
		vm.interrupts ? "intel_iommu=on" : "quiet",
		vm.interrupts ? "xf.mods=irqbypass,vfio_virqfd,vfio,vfio_iommu_type1,vfio-pci-core,"
				"vfio-pci"
			      : "quiet",
		vm.interrupts ? "xf.vfio" : "quiet", "xf.guestd=virtio:org.crossfence.0",
		"xf.bg=crossfence-guestd,--host,ivshmem:,--listen,/run/region.sock",
		"xf.run=returns,unix:/run/crossfence/guestd.sock,serial",
		"xf.run=returns,unix:/run/region.sock,region", "xf.run=returns,vsock:24870,vsock",
		"xf.run=obey,unix:/run/crossfence/guestd.sock,obey", NULL
	};
	snprintf(chardevs[0], 200, "socket,id=c0,path=%s,server=on,wait=off", vm.serial);
	snprintf(chardevs[1], 200, "socket,id=iv,path=%s", vm.region);
	snprintf(chardevs[2], 200, "socket,id=vu,path=%s", vm.back);
	snprintf(drive, sizeof(drive), "if=none,id=d0,format=qcow2,file=%s", vm.disk);
	for (int i = 0; i < 4; i++)
		snprintf(qmps[i], 200, "unix:%s,server=on,wait=off", vm.qmps[i]);
	/* Interrupts take an IOMMU, that another machine, and what is unplugged there a port. */
	const char *const devices[] = { "-machine",
		vm.interrupts ? "q35,memory-backend=mem" : "pc,memory-backend=mem", "-object",
		"memory-backend-memfd,id=mem,size=128M,share=on", "-action", "reboot=reset",
		"-drive", drive, "-device", "virtio-serial-pci", "-chardev", chardevs[0], "-device",
		"virtserialport,chardev=c0,name=org.crossfence.0,id=port", "-chardev", chardevs[1],
		"-chardev", chardevs[2], "-qmp", qmps[0], "-qmp", qmps[1], "-qmp", qmps[2], "-qmp",
		qmps[3], "-device",
		vm.interrupts ? "pcie-root-port,id=rp0,chassis=1,slot=1" : REGION_DEVICE, "-device",
		vm.interrupts ? "pcie-root-port,id=rp1,chassis=2,slot=2" : VSOCK_DEVICE,
		vm.interrupts ? "-device" : NULL, REGION_DEVICE ",bus=rp0", "-device",
		VSOCK_DEVICE ",bus=rp1", "-device", "intel-iommu", NULL };
	machine_start(&vm.machine, test_path("operator"), devices, command);
}

static void add_guests(void)
{
	struct xf_host_guest_params params[WAYS] = {
		{ .transport = XF_HOST_VIRTIO_SERIAL, .address = vm.serial },
		{ .transport = XF_HOST_IVSHMEM, .address = vm.region },
		{ .transport = XF_HOST_HYBRID, .address = test_path("vs") },
	};
	for (int i = 0; i < WAYS; i++) {
		params[i].size = sizeof(params[i]);
		params[i].name = names[i];
		ok(xf_host_guest_add(t.host, &params[i], &vm.guests[i]));
	}
}

static struct test_process *living(const char *name)
{
	struct test_process *p = find_process(&t, name);
	return p && p->event && p->alive ? p : NULL;
}

/* Where an old one has ended and a new one waits, tells after how long. */
static void await_anew(int way, int64_t since_ns, const char *after)
{
	struct test_process *old = vm.waiters[way], *now = NULL;
	struct timespec until = { (xf_now() + 180 * SECOND) / SECOND, 0 };
	int late = 0;
	pthread_mutex_lock(&t.lock);
	while ((!(now = living(names[way])) || now == old) && !late)
		late = pthread_cond_timedwait(&t.changed, &t.lock, &until);
	pthread_mutex_unlock(&t.lock);
	if (late) {
		machine_print(&vm.machine);
		fail_msg("%s: nobody waits anew", names[way]);
	}
	vm.waiters[way] = now;
	if (!after)
		return;
	print_message("%s: %s waits anew after %lld ms\n", after, names[way],
		(long long)(xf_now() - since_ns) / MS);
	learns(xf_now() - since_ns);
}

/* A signal that the old session still had would be answered, too. */
static void works(int way)
{
	struct test_process *p = vm.waiters[way];
	uint64_t before = p->pongs;
	int64_t began = xf_now();
	ok(xf_host_signal(t.host, p->handle, p->event, 0));
	await(&t, p->pongs > before);
	int64_t took = xf_now() - began;
	learned.slowest_ns = took > learned.slowest_ns ? took : learned.slowest_ns;
	assert_int_equal(p->pongs, before + 1);
	assert_true(p->alive);
}

static void all_work(void)
{
	for (int way = 0; way < WAYS; way++)
		works(way);
}

static int begin(void **state)
{
	char make[300];
	strcpy(vm.serial, test_path("op.sock"));
	strcpy(vm.region, test_path("op-iv.sock"));
	strcpy(vm.back, test_path("op-vu.sock"));
	strcpy(vm.disk, test_path("op.qcow2"));
	for (int i = 0; i < 4; i++)
		snprintf(vm.qmps[i], sizeof(vm.qmps[i]), "%s-%d", test_path("qmp"), i);
	snprintf(make, sizeof(make), "qemu-img create -q -f qcow2 %s 64M", vm.disk);
	ok(system(make));
	vm.backend = vsock_backend_start(vm.back, test_path("vs"), 3);
	test_host_start(&t, XF_HOST_OWN_THREAD);
	add_guests();
	for (int i = 0; i < WAYS; i++)
		ok(qmp_start(vm.guests[i], names[i], vm.qmps[i], ids[i], &vm.qmp[i]));
	start_machine();
	vm.monitor = monitor_open(vm.qmps[3]);
	assert_true(vm.monitor >= 0);
	for (int way = 0; way < WAYS; way++)
		vm.waiters[way] = await_process(names[way]);
	(void)await_process("obey");
	usleep(1200000); /* QEMU tells of a port's changes at most once a second */
	return 0;
}

static int end(void **state)
{
	machine_kill(&vm.machine);
	close(vm.monitor);
	for (int i = 0; i < WAYS; i++)
		qmp_stop(vm.qmp[i]);
	xf_host_destroy(t.host);
	vsock_backend_stop(vm.backend);
	return test_remove_folder(state);
}

/* Longer than a host may show no life. */
static void a_pause_changes_nothing(void **state)
{
	int known = t.n_processes;
	all_work();
	ok(monitor_do(vm.monitor, "{\"execute\":\"stop\"}"));
	for (int way = 0; way < WAYS; way++)
		ok(xf_host_signal(t.host, vm.waiters[way]->handle, vm.waiters[way]->event, 0));
	usleep(4000000);
	for (int way = 0; way < WAYS; way++)
		assert_true(vm.waiters[way]->alive && vm.waiters[way]->pongs == 1);
	ok(monitor_do(vm.monitor, "{\"execute\":\"cont\"}"));
	for (int way = 0; way < WAYS; way++)
		await(&t, vm.waiters[way]->pongs == 2);
	assert_int_equal(t.n_processes, known);
}

static void delete_device(const char *id)
{
	char command[200];
	snprintf(command, sizeof(command),
		"{\"execute\":\"device_del\",\"arguments\":{\"id\":\"%s\"}}", id);
	ok(monitor_do(vm.monitor, command));
}

static void is_gone(int way, int64_t since_ns)
{
	await(&t, !vm.waiters[way]->alive);
	int64_t took = vm.waiters[way]->destroyed_ns - since_ns;
	print_message("unplugged: %s ended after %lld ms\n", names[way], (long long)took / MS);
	learns(took);
}

/* ---- descriptors that QEMU has closed and goes on using ---- */

#define NUMBERS 1024

/* Where each descriptor of QEMU leads; "": it is not open. */
static void list_descriptors(char (*targets)[32])
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/fd", (int)vm.machine.pid);
	memset(targets, 0, NUMBERS * sizeof(*targets));
	DIR *folder = opendir(path);
	assert_non_null(folder);
	for (struct dirent *entry; (entry = readdir(folder));) {
		int number = atoi(entry->d_name);
		if (entry->d_name[0] != '.' && number < NUMBERS)
			(void)!readlinkat(dirfd(folder), entry->d_name, targets[number],
				sizeof(*targets) - 1); /* gone since */
	}
	closedir(folder);
}

/*
 * When an ivshmem device goes, QEMU (7.2, and 8.1) closes the descriptor of its memory, and the
 * same number once more some time later, when nobody uses the memory any more: whatever has got it
 * meanwhile, as the connection of the next chardev, is closed with it. And without KVM it goes on
 * looking at the number of the device's interrupt, and calls the device that is gone when something
 * there can be read. So each number that was given up gets something that nobody needs, and in
 * which there never is anything to read, before anything else can have it.
 */
static void fill_numbers(char (*before)[32])
{
	static char now[NUMBERS][32];
	static int serial, idle[2] = { -1 };
	char name[32];
	if (idle[0] < 0)
		ok(pipe2(idle, O_CLOEXEC));
	for (int number = 3; number < NUMBERS;) {
		list_descriptors(now);
		if (!*before[number] || *now[number]) {
			number++;
			continue;
		}
		snprintf(name, sizeof(name), "filler%d", serial++);
		ok(monitor_give(vm.monitor, name, idle[0]));
		assert_true(serial < NUMBERS);
	}
}

static void remove_chardev(const char *id)
{
	char command[400];
	snprintf(command, sizeof(command),
		"{\"execute\":\"chardev-remove\",\"arguments\":{\"id\":\"%s\"}}", id);
	ok(monitor_until(vm.monitor, command, "return"));
}

static void add_chardev(const char *id, const char *path)
{
	char command[400];
	snprintf(command, sizeof(command),
		"{\"execute\":\"chardev-add\",\"arguments\":{\"id\":\"%s\",\"backend\":{\"type\":"
		"\"socket\",\"data\":{\"addr\":{\"type\":\"unix\",\"data\":{\"path\":\"%s\"}},"
		"\"server\":false}}}}",
		id, path);
	ok(monitor_do(vm.monitor, command));
}

static void add_device(const char *device, const char *port)
{
	char line[200];
	snprintf(line, sizeof(line), "device_add %s%s%s", device, vm.interrupts ? ",bus=" : "",
		vm.interrupts ? port : "");
	ok(monitor_line(vm.monitor, line));
}

static void unplug_region(void)
{
	static char before[NUMBERS][32];
	list_descriptors(before);
	int64_t began = xf_now();
	delete_device("iv0");
	is_gone(REGION, began);
	/* It is in use until the device is gone. */
	remove_chardev("iv");
	fill_numbers(before);
}

static void plug_region(const char *when)
{
	add_chardev("iv", vm.region);
	int64_t began = xf_now();
	add_device(REGION_DEVICE, "rp0");
	await_anew(REGION, began, when);
}

static void unplug_vsock(void)
{
	int64_t began = xf_now();
	delete_device("vs0");
	is_gone(VSOCK, began);
	remove_chardev("vu");
}

static void plug_vsock(const char *when)
{
	add_chardev("vu", vm.back);
	int64_t began = xf_now();
	add_device(VSOCK_DEVICE, "rp1");
	await_anew(VSOCK, began, when);
}

/* The serial port; the others with a connection of their own. */
static void devices_are_unplugged_and_plugged(void **state)
{
	int64_t began = xf_now();
	delete_device("port");
	is_gone(SERIAL, began);
	began = xf_now();
	ok(monitor_do(vm.monitor,
		"{\"execute\":\"device_add\",\"arguments\":{\"driver\":\"virtserialport\","
		"\"chardev\":\"c0\",\"name\":\"org.crossfence.0\",\"id\":\"port\"}}"));
	await_anew(SERIAL, began, "plugged again");
	for (int i = 0; i < 2; i++) {
		unplug_region();
		plug_region("plugged again");
		unplug_vsock();
		plug_vsock("plugged again");
	}
	all_work();
}

/* QEMU saves no guest with a peer of an ivshmem server, or with vsock by vhost-user: these are
 * unplugged before. */
static void a_snapshot_is_loaded(void **state)
{
	unplug_vsock();
	unplug_region();
	usleep(1200000);
	ok(monitor_until(vm.monitor,
		"{\"execute\":\"human-monitor-command\",\"arguments\":{\"command-line\":\"savevm "
		"one\"}}",
		"\"return\": \"\""));
	works(SERIAL);
	for (int i = 0; i < 2; i++) {
		usleep(1200000);
		ok(monitor_line(vm.monitor, "loadvm one"));
		await_anew(SERIAL, xf_now(), "loadvm");
		works(SERIAL);
	}
	/* What was unplugged is plugged again, into a guest of another time. */
	plug_region("plugged after loadvm");
	plug_vsock("plugged after loadvm");
	all_work();
}

static void all_end(int64_t since_ns, const char *what)
{
	for (int way = 0; way < WAYS; way++) {
		await(&t, !vm.waiters[way]->alive);
		int64_t took = vm.waiters[way]->destroyed_ns - since_ns;
		print_message(
			"%s: %s ended after %lld ms\n", what, names[way], (long long)took / MS);
		learns(took);
	}
	/* A whole boot lies in between. */
	for (int way = 0; way < WAYS; way++)
		await_anew(way, 0, NULL);
	print_message(
		"%s: all wait anew after %lld ms\n", what, (long long)(xf_now() - since_ns) / MS);
}

/* As many signals as are taken, until the process is gone. */
static void *pour(void *arg)
{
	const struct test_process *p = arg;
	int r;
	while ((r = xf_host_signal(t.host, p->handle, p->event, 0)) == 0 || r == -ENOBUFS)
		if (r)
			usleep(100);
	return (void *)(intptr_t)r;
}

/* In the middle of signals, too, of which none must reach who waits anew: see works(). */
static void a_reset_ends_all_at_once(void **state)
{
	pthread_t pourers[WAYS];
	usleep(1200000);
	for (int way = 0; way < WAYS; way++)
		ok(pthread_create(&pourers[way], NULL, pour, vm.waiters[way]));
	usleep(300000);
	int64_t began = xf_now();
	ok(monitor_do(vm.monitor, "{\"execute\":\"system_reset\"}"));
	all_end(began, "reset");
	for (int way = 0; way < WAYS; way++) {
		void *r;
		ok(pthread_join(pourers[way], &r));
		/* Of the channel, or while the process ends, or after that: as host.h has them. */
		int said = (int)(intptr_t)r;
		assert_true(said == -ENODEV || said == -ESHUTDOWN || said == -ESRCH);
	}
	all_work();
}

enum what { PANIC, REBOOT, SET_CLOCK, SUSPEND }; /* as vm_guest.c has them */

static void tell(enum what order)
{
	await(&t, living("obey"));
	struct test_process *p = living("obey");
	ok(xf_host_signal(t.host, p->handle, p->event + (uint64_t)order, 0));
}

static void tell_to_end(enum what order, const char *what)
{
	await(&t, living("obey"));
	usleep(1200000);
	int64_t began = xf_now();
	tell(order);
	all_end(began, what);
}

static void a_panic_ends_all_at_once(void **state)
{
	tell_to_end(PANIC, "panic");
}

static void a_reboot_ends_all_at_once(void **state)
{
	tell_to_end(REBOOT, "reboot");
}

/* 40 years on, and 40 back: nothing here goes by that clock. */
static void a_clock_that_jumps_changes_nothing(void **state)
{
	int known = t.n_processes;
	all_work();
	tell(SET_CLOCK);
	for (int i = 0; i < 10; i++) {
		usleep(100000);
		all_work();
	}
	assert_int_equal(t.n_processes, known);
}

/* In its old session, where the device had nothing to forget, or in a new one. */
static void goes_on(int way, int64_t since_ns)
{
	struct test_process *old = vm.waiters[way], *now;
	uint64_t before = old->pongs;
	(void)xf_host_signal(t.host, old->handle, old->event, 0); /* it may be ending */
	await(&t,
		((now = living(names[way])) && now != old) || (old->alive && old->pongs > before));
	print_message("suspended: %s goes on in %s session after %lld ms\n", names[way],
		now == old ? "its" : "a new", (long long)(xf_now() - since_ns) / MS);
	vm.waiters[way] = now;
	learns(xf_now() - since_ns);
}

/* To memory: its devices are powered off, and found again. */
static void a_suspended_guest_goes_on(void **state)
{
	all_work();
	tell(SUSPEND);
	ok(monitor_until(vm.monitor, "{\"execute\":\"query-status\"}", "\"suspended\""));
	usleep(4000000);
	int64_t began = xf_now();
	ok(monitor_do(vm.monitor, "{\"execute\":\"system_wakeup\"}"));
	for (int way = 0; way < WAYS; way++)
		goes_on(way, began);
	all_work();
}

static void most_learned_within_a_second(void **state)
{
	print_message("%d of %d times it took more than a second and 100 x %lld ms\n", learned.late,
		learned.all, (long long)learned.slowest_ns / MS);
	assert_true(learned.all > 20 && learned.late * 4 <= learned.all);
}

int main(int argc, char **argv)
{
	vm.interrupts = argc > 1 && strcmp(argv[1], "interrupts") == 0;
	const char *why = machine_missing();
	if (!why && access("/usr/bin/qemu-img", X_OK))
		why = "no qemu-img (Debian package qemu-utils)";
#ifndef HAVE_QMP
	why = "built without json-c";
#endif
	if (why) {
		printf("skipped: %s\n", why);
		return 77;
	}
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pause_changes_nothing),
		cmocka_unit_test(a_clock_that_jumps_changes_nothing),
		cmocka_unit_test(devices_are_unplugged_and_plugged),
		cmocka_unit_test(a_reset_ends_all_at_once),
		cmocka_unit_test(a_snapshot_is_loaded),
		cmocka_unit_test(a_panic_ends_all_at_once),
		cmocka_unit_test(a_reboot_ends_all_at_once),
		/* After it Linux no longer lets go of what is unplugged from a PCIe port. */
		cmocka_unit_test(a_suspended_guest_goes_on),
		cmocka_unit_test(most_learned_within_a_second),
	};
	return cmocka_run_group_tests_name("operated guests", tests, begin, end);
}
