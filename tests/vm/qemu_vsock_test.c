/* SPDX-License-Identifier: MIT */
/* A real guest over AF_VSOCK: processes connect directly, without guestd; and as the service's own
 * end. */
#include "vmtest.h"
#include "qemutest.h"
#include "vsock_backend.h"

static void add_hybrid_guest(const char *name, const char *prefix)
{
	struct xf_host_guest_params params = { .size = sizeof(params),
		.name = name,
		.transport = XF_HOST_HYBRID,
		.address = prefix,
		.port = 24870 };
	ok(xf_host_guest_add(t.host, &params, NULL));
}

static void processes_connect_directly(void **state)
{
	char chardev[200];
	const char *back = test_path("vu.sock"), *prefix = test_path("vs");
	struct machine machine;
	snprintf(chardev, sizeof(chardev), "socket,id=vu,path=%s", back);
	const char *const devices[] = { "-machine", "q35,memory-backend=mem", "-object",
		"memory-backend-memfd,id=mem,size=128M,share=on", "-chardev", chardev, "-device",
		"vhost-user-vsock-pci,chardev=vu", NULL };
	const char *const command[] = {
		"xf.mods=virtio,vsock,vmw_vsock_virtio_transport_common,vmw_vsock_virtio_transport",
		"xf.run=once,vsock:24870,first", "xf.run=die,vsock:2:24870,second",
		"xf.run=many,vsock:24870,third,100000", NULL
	};
	struct vsock_backend *backend = vsock_backend_start(back, prefix, 3);
	test_host_start(&t, XF_HOST_OWN_THREAD);
	add_hybrid_guest("vm0", prefix);
	machine_start(&machine, test_path("vsock"), devices, command);
	struct test_process *first = await_process("first"), *second = await_process("second");
	struct test_process *third = await_process("third");
	/* kill -9: the guest's kernel closes the connection, nobody has to help. */
	ok(xf_host_signal(t.host, second->handle, second->event, 0));
	int64_t killed = xf_now();
	await(&t, !second->alive);
	assert_true(second->destroyed_ns - killed < 100 * MS);
	assert_true(first->alive && third->alive);
	for (unsigned i = 0; i < 100000; i++)
		signal_or_yield(third, third->event + i % 8);
	signal_or_yield(third, third->event + 8);
	await(&t, third->reported == 100000);
	ok(xf_host_signal(t.host, first->handle, first->event, 0));
	finished(&machine, "GUEST first: ok");
	assert_true(machine_said(&machine, "GUEST third: ok"));
	await(&t, !first->alive && !third->alive);
	xf_host_destroy(t.host);
	vsock_backend_stop(backend);
}

/*
 * The service listening on AF_VSOCK itself. That takes a kernel with vsock on the service's side,
 * which a test's host need not have; a guest has it: there service and processes meet over the
 * loopback CID. First the library's own test, then crossfenced as a user would run it.
 */
static void the_service_listens_on_vsock_itself(void **state)
{
	static const char *const modules[] = { "vsock", "vmw_vsock_virtio_transport_common",
		"vsock_loopback" };
	struct machine machine;
	const char *const devices[] = { "-machine", "q35", NULL };
	const char *const command[] = {
		"xf.mods=vsock,vmw_vsock_virtio_transport_common,vsock_loopback",
		"xf.do=vm-vsock-host",
		"xf.bg=crossfenced,--config,/etc/vsock-host.conf,"
		"--miniport,/bin/libsample-miniport.so",
		"xf.do=sample-guest,vsock:1:24870,local,1000", NULL
	};
	for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++)
		if (!machine_has_module(modules[i])) {
			print_message(
				"skipped: the guest's kernel package has no %s.ko\n", modules[i]);
			skip();
		}
	machine_start(&machine, test_path("listen"), devices, command);
	finished(&machine, "RESULT local signals=1000/1000 order=ok");
	if (!machine_said(&machine, "VSOCK host: ok")) {
		machine_print(&machine);
		fail_msg("the test inside the guest failed");
	}
}

int main(void)
{
	const char *why = machine_missing();
	if (why) {
		printf("skipped: %s\n", why);
		return 77;
	}
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(processes_connect_directly),
		cmocka_unit_test(the_service_listens_on_vsock_itself),
	};
	return cmocka_run_group_tests_name("vsock guests", tests, NULL, test_remove_folder);
}
