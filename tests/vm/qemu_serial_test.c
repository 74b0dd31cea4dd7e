/* SPDX-License-Identifier: MIT */
/* Real guests over virtio-serial: the seed as written, clean-up, isolation, coming back. */
#include "vmtest.h"
#include "qemutest.h"
#include "qmp.h"

static void serial_devices(const char *path, const char **devices)
{
	static char chardevs[4][200];
	static int next;
	char *chardev = chardevs[next++ % 4];
	snprintf(chardev, 200, "socket,id=c0,path=%s,server=on,wait=off", path);
	const char *const words[] = { "-machine", "q35", "-device", "virtio-serial-pci", "-chardev",
		chardev, "-device", "virtserialport,chardev=c0,name=org.crossfence.0,id=vp0",
		NULL };
	memcpy(devices, words, sizeof(words));
}

static void add_serial_guest(const char *name, const char *path, uint32_t queue)
{
	struct xf_host_guest_params params = { .size = sizeof(params),
		.name = name,
		.transport = XF_HOST_VIRTIO_SERIAL,
		.address = path,
		.max_queue = queue };
	ok(xf_host_guest_add(t.host, &params, NULL));
}

/* Several processes of one guest share the port through guestd; one is killed. */
static void a_guest_with_several_processes(void **state)
{
	const char *devices[32], *path = test_path("serial.sock");
	struct machine machine;
	serial_devices(path, devices);
	const char *const command[] = { "xf.mods=virtio,virtio_console",
		"xf.guestd=virtio:org.crossfence.0",
		"xf.run=once,unix:/run/crossfence/guestd.sock,first",
		"xf.run=die,unix:/run/crossfence/guestd.sock,second",
		"xf.run=many,unix:/run/crossfence/guestd.sock,third,100000", NULL };
	test_host_start(&t, XF_HOST_OWN_THREAD);
	add_serial_guest("vm0", path, 0);
	machine_start(&machine, test_path("serial"), devices, command);
	struct test_process *first = await_process("first"), *second = await_process("second");
	struct test_process *third = await_process("third");
	ok(xf_host_signal(t.host, second->handle, second->event, 0));
	int64_t killed = xf_now();
	await(&t, !second->alive);
	assert_true(second->destroyed_ns - killed < 100 * MS);
	assert_int_equal(t.cleanup_result, 0);
	assert_true(first->alive && third->alive);
	for (unsigned i = 0; i < 100000; i++)
		signal_or_yield(third, third->event + i % 8);
	signal_or_yield(third, third->event + 8);
	await(&t, third->reported == 100000);
	/* An id of another process means nothing here: dropped by the guest, not delivered. */
	ok(xf_host_signal(t.host, first->handle, first->event + 100000, 0));
	ok(xf_host_signal(t.host, first->handle, first->event, 0));
	finished(&machine, "GUEST first: ok");
	assert_true(machine_said(&machine, "GUEST third: ok"));
	await(&t, !first->alive && !third->alive);
	xf_host_destroy(t.host);
}

/* Two guests; one stalls and is then killed as a whole; the other does not notice. */
static void two_guests_are_strangers(void **state)
{
	const char *devices_a[32], *devices_b[32];
	const char *path_a = test_path("a.sock"), *path_b = test_path("b.sock");
	struct machine a, b;
	serial_devices(path_a, devices_a);
	serial_devices(path_b, devices_b);
	/* The stalling process opens the port itself: nobody drains it. */
	const char *const stalling[] = { "xf.mods=virtio,virtio_console",
		"xf.run=stall,virtio:org.crossfence.0,stalled", NULL };
	const char *const healthy[] = { "xf.mods=virtio,virtio_console",
		"xf.guestd=virtio:org.crossfence.0",
		"xf.run=many,unix:/run/crossfence/guestd.sock,healthy,8000", NULL };
	test_host_start(&t, XF_HOST_OWN_THREAD);
	add_serial_guest("vm-a", path_a, 256);
	add_serial_guest("vm-b", path_b, 4096);
	machine_start(&a, test_path("a"), devices_a, stalling);
	machine_start(&b, test_path("b"), devices_b, healthy);
	struct test_process *stalled = await_process("stalled"), *well = await_process("healthy");
	int r = 0;
	for (int i = 0; i < 1000000 && !r; i++)
		r = xf_host_signal(t.host, stalled->handle, stalled->event, 0);
	assert_int_equal(r, -ENOBUFS);
	for (unsigned i = 0; i < 8000; i++)
		signal_or_yield(well, well->event + i % 8);
	signal_or_yield(well, well->event + 8);
	finished(&b, "GUEST healthy: ok");
	int64_t killed = xf_now();
	machine_kill(&a);
	await(&t, !stalled->alive);
	assert_true(stalled->destroyed_ns - killed < SECOND);
	assert_int_equal(signal_gone(&t, stalled, 0), -ESRCH);
	xf_host_destroy(t.host);
}

/* The service goes away and comes back: guestd and process start new sessions by themselves. */
static void guests_come_back_to_a_new_service(void **state)
{
	const char *devices[32], *path = test_path("back.sock");
	struct machine machine;
	serial_devices(path, devices);
	const char *const command[] = { "xf.mods=virtio,virtio_console",
		"xf.guestd=virtio:org.crossfence.0",
		"xf.run=sessions,unix:/run/crossfence/guestd.sock,again,3", NULL };
	for (int i = 0; i < 3; i++) {
		test_host_start(&t, XF_HOST_OWN_THREAD);
		add_serial_guest("vm0", path, 0);
		if (i == 0)
			machine_start(&machine, test_path("back"), devices, command);
		struct test_process *p = await_process("again");
		ok(xf_host_signal(t.host, p->handle, p->event, 0));
		await(&t, p->pongs);
		xf_host_destroy(t.host);
	}
	finished(&machine, "GUEST again: ok");
}

/* Nobody but QEMU knows that a process which opened the port itself was killed. */
static void a_killed_process_with_the_port_is_noticed_through_qmp(void **state)
{
#ifndef HAVE_QMP
	print_message("skipped: built without json-c\n");
	skip();
#else
	char monitor[200];
	const char *devices[32], *path = test_path("own.sock"), *qmp_path = test_path("qmp.sock");
	struct xf_host_guest *guest;
	struct machine machine;
	struct qmp *qmp;
	serial_devices(path, devices);
	int n = 0;
	while (devices[n])
		n++;
	snprintf(monitor, sizeof(monitor), "unix:%s,server=on,wait=off", qmp_path);
	memcpy(&devices[n], (const char *[]){ "-qmp", monitor, NULL }, 3 * sizeof(*devices));
	/* The first is killed; long after that the second opens the port. */
	const char *const command[] = { "xf.mods=virtio,virtio_console",
		"xf.do=vm-guest,die,virtio:org.crossfence.0,first", "xf.do=busybox,sleep,1",
		"xf.run=once,virtio:org.crossfence.0,second", NULL };
	test_host_start(&t, XF_HOST_OWN_THREAD);
	struct xf_host_guest_params params = { .size = sizeof(params),
		.name = "vm0",
		.transport = XF_HOST_VIRTIO_SERIAL,
		.address = path };
	ok(xf_host_guest_add(t.host, &params, &guest));
	ok(qmp_start(guest, "vm0", qmp_path, "vp0", &qmp));
	machine_start(&machine, test_path("own"), devices, command);
	struct test_process *first = await_process("first");
	usleep(1200000); /* QEMU tells of a port's changes at most once a second */
	ok(xf_host_signal(t.host, first->handle, first->event, 0));
	int64_t killed = xf_now();
	await(&t, !first->alive);
	print_message("kill -9 noticed after %lld us\n",
		(long long)(first->destroyed_ns - killed) / 1000);
	assert_true(first->destroyed_ns - killed < 100 * MS);
	struct test_process *second = await_process("second");
	ok(xf_host_signal(t.host, second->handle, second->event, 0));
	finished(&machine, "GUEST second: ok");
	await(&t, !second->alive);
	qmp_stop(qmp);
	xf_host_destroy(t.host);
#endif
}

int main(void)
{
	const char *why = machine_missing();
	if (why) {
		printf("skipped: %s\n", why);
		return 77;
	}
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_guest_with_several_processes),
		cmocka_unit_test(two_guests_are_strangers),
		cmocka_unit_test(guests_come_back_to_a_new_service),
		cmocka_unit_test(a_killed_process_with_the_port_is_noticed_through_qmp),
	};
	return cmocka_run_group_tests_name("virtio-serial guests", tests, NULL, test_remove_folder);
}
