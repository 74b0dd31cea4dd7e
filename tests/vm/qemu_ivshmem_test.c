/* SPDX-License-Identifier: MIT */
/* Real guests over a shared region: with an interrupt (vfio behind an emulated IOMMU), and without
 * (sysfs mapping). */
#include "vmtest.h"
#include "qemutest.h"

static void add_ivshmem_guest(const char *name, const char *path)
{
	struct xf_host_guest_params params = {
		.size = sizeof(params), .name = name, .transport = XF_HOST_IVSHMEM, .address = path
	};
	ok(xf_host_guest_add(t.host, &params, NULL));
}

static void count_to(struct test_process *p, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		signal_or_yield(p, p->event + i % 8);
	signal_or_yield(p, p->event + 8);
	await(&t, p->reported == count);
}

static void run(const char *const *command, const char *machine_type, const char *iommu)
{
	char chardev[200];
	const char *path = test_path("ivs.sock");
	struct machine machine;
	snprintf(chardev, sizeof(chardev), "socket,id=iv,path=%s", path);
	const char *const devices[] = { "-machine", machine_type, "-chardev", chardev, "-device",
		"ivshmem-doorbell,chardev=iv,vectors=1", iommu ? "-device" : NULL, iommu, NULL };
	test_host_start(&t, XF_HOST_OWN_THREAD);
	add_ivshmem_guest("vm0", path);
	machine_start(&machine, test_path("ivshmem"), devices, command);
	struct test_process *first = await_process("first"), *second = await_process("second");
	struct test_process *third = await_process("third");
	ok(xf_host_signal(t.host, second->handle, second->event, 0));
	int64_t killed = xf_now();
	await(&t, !second->alive);
	assert_true(second->destroyed_ns - killed < 100 * MS);
	count_to(third, 100000);
	ok(xf_host_signal(t.host, first->handle, first->event, 0));
	finished(&machine, "GUEST first: ok");
	assert_true(machine_said(&machine, "GUEST third: ok"));
	await(&t, !first->alive && !third->alive);
	xf_host_destroy(t.host);
}

#define PROCESSES                                                                                  \
	"xf.run=once,unix:/run/crossfence/guestd.sock,first",                                      \
		"xf.run=die,unix:/run/crossfence/guestd.sock,second",                              \
		"xf.run=many,unix:/run/crossfence/guestd.sock,third,100000"

static void with_an_interrupt(void **state)
{
	const char *const command[] = { "intel_iommu=on",
		"xf.mods=irqbypass,vfio_virqfd,vfio,vfio_iommu_type1,vfio-pci-core,vfio-pci",
		"xf.vfio", "xf.guestd=ivshmem:", PROCESSES, NULL };
	run(command, "q35", "intel-iommu");
}

static void without_an_interrupt(void **state)
{
	const char *const command[] = { "xf.guestd=ivshmem:", PROCESSES, NULL };
	run(command, "pc", NULL);
}

/* One process opens the device itself; then the whole VM is killed. */
static void the_vm_is_killed(void **state)
{
	char chardev[200];
	const char *path = test_path("ivk.sock");
	struct machine machine;
	snprintf(chardev, sizeof(chardev), "socket,id=iv,path=%s", path);
	const char *const devices[] = { "-machine", "pc", "-chardev", chardev, "-device",
		"ivshmem-doorbell,chardev=iv,vectors=1", NULL };
	const char *const command[] = { "xf.run=sessions,ivshmem:,direct,2", NULL };
	test_host_start(&t, XF_HOST_OWN_THREAD);
	add_ivshmem_guest("vm0", path);
	machine_start(&machine, test_path("ivk"), devices, command);
	struct test_process *p = await_process("direct");
	ok(xf_host_signal(t.host, p->handle, p->event, 0));
	await(&t, p->pongs);
	int64_t killed = xf_now();
	machine_kill(&machine);
	await(&t, !p->alive);
	assert_true(p->destroyed_ns - killed < SECOND);
	xf_host_destroy(t.host);
}

int main(void)
{
	const char *why = machine_missing();
	if (why) {
		printf("skipped: %s\n", why);
		return 77;
	}
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_an_interrupt),
		cmocka_unit_test(with_an_interrupt),
		cmocka_unit_test(the_vm_is_killed),
	};
	return cmocka_run_group_tests_name("ivshmem guests", tests, NULL, test_remove_folder);
}
