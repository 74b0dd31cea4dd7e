/* SPDX-License-Identifier: MIT */
/*
 * The keyed mutex across the VM border: a process of the host and one of the guest hand a surface
 * in the guest's region to each other by key, and every pixel is checked each time. With the mutex
 * at the host; and with a domain that both map, the guest on words that it shares with the host.
 */
#include "vmtest.h"
#include "qemutest.h"
#include <crossfence/host_keyed.h>
#include <crossfence/surface.h>

#define SURFACE 7
#define WIDTH	256
#define HEIGHT	64
#define ROUNDS	500

static struct xf_domain *domain;
static struct xf_surface *surface;
static struct xf_keyed_mutex *mutex;
static struct xf_host_keyed keyed;
static struct machine machine;

static uint32_t pixel(uint32_t round, size_t i, int side)
{
	return (round << 1 | (uint32_t)side) * 2654435761u ^ (uint32_t)i;
}

static const struct xf_surface_desc desc = {
	.size = sizeof(desc), .width_px = WIDTH, .height_px = HEIGHT, .fourcc = XF_FORMAT_ABGR8888
};

static void share_domain(struct xf_host_guest *guest)
{
	struct xf_domain_params room = { .size = sizeof(room), .max_objects = 64 };
	uint64_t offset, size;
	int fd;
	ok(xf_host_guest_region(guest, &fd, &offset, &size));
	ok(xf_domain_create_in(fd, size, &room, &domain));
	close(fd);
	ok(xf_surface_create(domain, &desc, XF_SURFACE_KEYED, &surface));
	ok(xf_surface_mutex(surface, &mutex));
	ok(xf_host_guest_share_domain(guest, domain));
	t.surface = xf_surface_id(surface);
}

static void share_surface(struct xf_host_guest *guest)
{
	int fd;
	uint64_t offset, size;
	ok(xf_host_guest_region(guest, &fd, &offset, &size));
	ok(xf_domain_create(NULL, &domain));
	ok(xf_surface_import(domain, &desc, fd, offset, XF_SURFACE_KEYED, &surface));
	close(fd);
	ok(xf_surface_mutex(surface, &mutex));
	keyed = (struct xf_host_keyed){ domain, xf_keyed_mutex_id(mutex) };
	struct xf_host_surface_params params = { .size = sizeof(params),
		.id = SURFACE,
		.offset_bytes = offset,
		.size_bytes = WIDTH * HEIGHT * 4,
		.width_px = WIDTH,
		.height_px = HEIGHT,
		.fourcc = XF_FORMAT_ABGR8888,
		.stride_bytes = WIDTH * 4,
		.ops = &xf_host_keyed_ops,
		.self = &keyed };
	ok(xf_host_surface_add(guest, &params));
	t.surface = SURFACE;
	assert_int_equal(xf_host_surface_add(guest, &params), -EEXIST);
	params.id++;
	params.offset_bytes = offset - 4096; /* the rings are nobody's picture */
	assert_int_equal(xf_host_surface_add(guest, &params), -EINVAL);
	params.offset_bytes = offset + size - 4096;
	assert_int_equal(xf_host_surface_add(guest, &params), -EINVAL);
	assert_int_equal(xf_host_surface_remove(guest, params.id), -ENOENT);
}

/* With room for a second CPU QEMU's atomic instructions are real ones; else the guest asks. */
static void boot_with(
	const char *const *command, void (*share)(struct xf_host_guest *guest), const char *cpus)
{
	static char chardev[200];
	static struct xf_host_guest *guest;
	const char *path = test_path("ivs.sock");
	snprintf(chardev, sizeof(chardev), "socket,id=iv,path=%s", path);
	const char *const devices[] = { "-machine", "pc", "-smp", cpus, "-chardev", chardev,
		"-device", "ivshmem-doorbell,chardev=iv,vectors=1", NULL };
	struct xf_host_guest_params params = {
		.size = sizeof(params), .name = "vm0", .transport = XF_HOST_IVSHMEM, .address = path
	};
	test_host_start(&t, XF_HOST_OWN_THREAD);
	ok(xf_host_guest_add(t.host, &params, &guest));
	share(guest);
	machine_start(&machine, test_path("surface"), devices, command);
}

static void boot(const char *mode, void (*share)(struct xf_host_guest *guest), const char *cpus)
{
	static char run[64];
	const char *const command[] = { run, NULL };
	snprintf(run, sizeof(run), "xf.run=%s,ivshmem:,%s,%d", mode, mode, ROUNDS);
	boot_with(command, share, cpus);
}

static void end(void)
{
	xf_host_destroy(t.host); /* closes the guest's handles */
	xf_surface_close(surface);
	xf_domain_leave(domain);
}

static struct test_process *await_report(const char *name)
{
	for (int64_t limit = xf_deadline(100 * SECOND); xf_now() < limit; usleep(5000)) {
		struct test_process *p = find_process(&t, name);
		if (p && p->reported)
			return p;
	}
	machine_print(&machine);
	fail_msg("guest did not report");
	return NULL;
}

static void fill(uint32_t round)
{
	void *data;
	ok(xf_surface_begin(surface, XF_ACCESS_WRITE, &data));
	for (size_t i = 0; i < WIDTH * HEIGHT; i++)
		((uint32_t *)data)[i] = pixel(round, i, 0);
	ok(xf_surface_end(surface));
}

static void check(uint32_t round)
{
	void *data;
	ok(xf_surface_begin(surface, XF_ACCESS_READ, &data));
	for (size_t i = 0; i < WIDTH * HEIGHT; i++)
		assert_int_equal(((uint32_t *)data)[i], pixel(round, i, 1));
	ok(xf_surface_end(surface));
}

static void hand(void (*share)(struct xf_host_guest *guest), const char *cpus)
{
	uint64_t fence;
	boot("hand", share, cpus);
	await_report("hand"); /* its tries with wrong keys are over */
	for (uint32_t round = 1; round <= ROUNDS; round++) {
		ok(xf_keyed_mutex_acquire(mutex, 0, xf_deadline(100 * SECOND), &fence));
		assert_int_equal(fence, round - 1);
		if (round > 1)
			check(round - 1);
		fill(round);
		ok(xf_keyed_mutex_release(mutex, 1, round));
	}
	ok(xf_keyed_mutex_acquire(mutex, 0, xf_deadline(100 * SECOND), &fence));
	check(ROUNDS);
	ok(xf_keyed_mutex_release(mutex, 2, 0)); /* the guest goes on alone */
	finished(&machine, "GUEST hand: ok");
	machine_quote(&machine, "uncontended");
	ok(xf_keyed_mutex_acquire(mutex, 0, 0, NULL));
	ok(xf_keyed_mutex_release(mutex, 0, 0));
	end();
}

static void with_the_mutex_at_the_host(void **state)
{
	hand(share_surface, "1");
}

static void in_a_domain_that_both_map(void **state)
{
	hand(share_domain, "1,maxcpus=2");
}

static void in_a_domain_without_real_atomics(void **state)
{
	hand(share_domain, "1");
}

/* Two processes of the guest that do not have the device, and one of the host. */
static void around_several_processes(void **state)
{
	const char *const command[] = { "xf.bg=crossfence-guestd,--host,ivshmem:,--surfaces",
		"xf.run=pass,unix:/run/crossfence/guestd.sock,p1,200",
		"xf.run=pass,unix:/run/crossfence/guestd.sock,p2,200", NULL };
	uint64_t fence;
	void *data;
	boot_with(command, share_domain, "1,maxcpus=2");
	for (uint32_t round = 1; round <= 201; round++) {
		ok(xf_keyed_mutex_acquire(mutex, 0, xf_deadline(100 * SECOND), &fence));
		assert_int_equal(fence, round > 1 ? (round - 1) * 10 + 2 : 0);
		ok(xf_surface_begin(surface, XF_ACCESS_WRITE, &data));
		assert_int_equal(*(uint32_t *)data, fence);
		*(uint32_t *)data = round * 10;
		ok(xf_surface_end(surface));
		ok(xf_keyed_mutex_release(mutex, round > 200 ? 0 : 1, round * 10));
	}
	finished(&machine, "GUEST p2: ok");
	assert_true(machine_said(&machine, "GUEST p1: ok"));
	ok(xf_keyed_mutex_acquire(mutex, 0, 0, NULL));
	ok(xf_keyed_mutex_release(mutex, 0, 0));
	end();
}

/* The VM is killed while it holds the surface: to the host that is a dead owner like any other. */
static void hold(void (*share)(struct xf_host_guest *guest), const char *cpus)
{
	boot("hold", share, cpus);
	ok(xf_keyed_mutex_acquire(mutex, 0, 0, NULL));
	ok(xf_keyed_mutex_release(mutex, 1, 0));
	await_report("hold");
	assert_int_equal(xf_keyed_mutex_acquire(mutex, 0, 0, NULL), XF_TIMEOUT);
	int64_t killed = xf_now();
	machine_kill(&machine);
	assert_int_equal(
		xf_keyed_mutex_acquire(mutex, 0, xf_deadline(5 * SECOND), NULL), XF_ABANDONED);
	assert_true(xf_now() - killed < SECOND);
	end();
}

static void a_killed_vm_abandons_what_it_held(void **state)
{
	hold(share_surface, "1");
}

static void a_killed_vm_abandons_what_it_was_lent(void **state)
{
	hold(share_domain, "1,maxcpus=2");
}

int main(void)
{
	const char *why = machine_missing();
	if (why) {
		printf("skipped: %s\n", why);
		return 77;
	}
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(with_the_mutex_at_the_host),
		cmocka_unit_test(in_a_domain_that_both_map),
		cmocka_unit_test(in_a_domain_without_real_atomics),
		cmocka_unit_test(around_several_processes),
		cmocka_unit_test(a_killed_vm_abandons_what_it_held),
		cmocka_unit_test(a_killed_vm_abandons_what_it_was_lent),
	};
	return cmocka_run_group_tests_name("surfaces of guests", tests, NULL, test_remove_folder);
}
