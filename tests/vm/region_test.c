/* SPDX-License-Identifier: MIT */
/*
 * A domain in a guest's region: a process that has nothing of the domain but the memory of a device
 * hands surfaces to and fro with a member, on the same words. The VM is a process here that speaks
 * the device's protocol, so that its death and its doorbell can be had at will; the same over a
 * real device is qemu_surface_test.c.
 */
#include "vmtest.h"
#include "device.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <crossfence/keyed_mutex.h>
#include <crossfence/surface.h>

#define WIDTH  64
#define HEIGHT 64
#define ROUNDS 300

static struct test_host t;
static struct xf_host_guest *guest_of_host;
static struct xf_domain *domain;
static struct xf_surface *surface;
static struct xf_keyed_mutex *mutex;

/* ---- the VM ---- */

static struct xf_guest_surface *open_surface(struct xf_guest **ret_guest, const char *name)
{
	char address[64];
	struct xf_guest_surface *s;
	snprintf(address, sizeof(address), "ivshmem:/proc/self/fd/%d", device_memory);
	*ret_guest = guest_connect_to(address, name, 0);
	uint64_t id;
	while (!(id = ask_surface(*ret_guest)))
		usleep(1000); /* the host is still making it */
	need(xf_guest_surface_open(*ret_guest, id, &s) == 0);
	return s;
}

/* ---- the host ---- */

static void start_host(uint32_t flags)
{
	struct xf_host_guest_params params = { .size = sizeof(params),
		.name = "vm0",
		.transport = XF_HOST_IVSHMEM,
		.address = test_path("region.sock"),
		.region_bytes = 1 << 20 };
	struct xf_domain_params room = { .size = sizeof(room), .max_objects = 64 };
	struct xf_surface_desc desc = { .size = sizeof(desc),
		.width_px = WIDTH,
		.height_px = HEIGHT,
		.fourcc = XF_FORMAT_ABGR8888 };
	uint64_t offset, size;
	int fd;
	test_host_start(&t, flags);
	ok(xf_host_guest_add(t.host, &params, &guest_of_host));
	ok(xf_host_guest_region(guest_of_host, &fd, &offset, &size));
	assert_int_equal(offset, 0);
	ok(xf_domain_create_in(fd, size, &room, &domain));
	close(fd);
	ok(xf_surface_create(domain, &desc, XF_SURFACE_KEYED, &surface));
	ok(xf_surface_mutex(surface, &mutex));
	ok(xf_host_guest_share_domain(guest_of_host, domain));
	t.surface = xf_surface_id(surface);
}

static void stop_host(void)
{
	if (t.host)
		xf_host_destroy(t.host);
	t.host = NULL;
	xf_surface_close(surface);
	xf_domain_leave(domain);
}

static pid_t start_vm(void (*body)(const char *path, void *arg), void *arg)
{
	return spawn(body, test_path("region.sock"), arg);
}

static void end_vm(pid_t vm)
{
	kill(vm, SIGKILL);
	assert_int_equal(waitpid(vm, NULL, 0), vm);
}

static struct test_process *await_report(const char *name)
{
	await(&t, find_process(&t, name) && find_process(&t, name)->reported);
	return find_process(&t, name);
}

static uint32_t pixel(uint32_t round, size_t i, int side)
{
	return (round << 1 | (uint32_t)side) * 2654435761u ^ (uint32_t)i;
}

/* ---- to and fro ---- */

static void vm_hands(const char *path, void *arg)
{
	struct xf_guest *guest;
	struct xf_guest_surface_info info = { .size = sizeof(info) };
	uint64_t fence;
	device_plug_in(path);
	device_ring();
	struct xf_guest_surface *s = open_surface(&guest, "hands");
	xf_guest_surface_info(s, &info);
	need(info.width_px == WIDTH && info.height_px == HEIGHT);
	uint32_t *pixels = info.data;
	need(xf_guest_surface_acquire(s, 99, xf_deadline(30 * MS), &fence) == XF_TIMEOUT);
	need(xf_guest_surface_release(s, 0, 0) == -EPERM);
	for (uint32_t round = 1; round <= ROUNDS; round++) {
		need(xf_guest_surface_acquire(s, 1, xf_deadline(60 * SECOND), &fence) == 0);
		need(fence == round);
		need(xf_guest_surface_acquire(s, 1, 0, &fence) == -EDEADLK);
		for (size_t i = 0; i < WIDTH * HEIGHT; i++) {
			need(pixels[i] == pixel(round, i, 0));
			pixels[i] = pixel(round, i, 1);
		}
		need(xf_guest_surface_release(s, 0, round) == 0);
	}
	xf_guest_surface_close(s);
	xf_guest_disconnect(guest);
	for (;;)
		pause(); /* the VM goes on */
}

static int count_channels(const struct xf_host_guest_info *info, void *arg)
{
	*(uint32_t *)arg += info->channels;
	return 0;
}

static uint32_t channels(void)
{
	uint32_t n = 0;
	ok(xf_host_inspect_guests(t.host, count_channels, &n));
	return n;
}

static void both_sides_hand_it_on(void **state)
{
	pid_t vm = start_vm(vm_hands, NULL);
	uint64_t fence;
	void *data;
	start_host(XF_HOST_OWN_THREAD);
	for (uint32_t round = 1; round <= ROUNDS; round++) {
		ok(xf_keyed_mutex_acquire(mutex, 0, xf_deadline(60 * SECOND), &fence));
		assert_int_equal(fence, round - 1);
		ok(xf_surface_begin(surface, XF_ACCESS_READ | XF_ACCESS_WRITE, &data));
		uint32_t *pixels = data;
		for (size_t i = 0; round > 1 && i < WIDTH * HEIGHT; i++)
			assert_int_equal(pixels[i], pixel(round - 1, i, 1));
		for (size_t i = 0; i < WIDTH * HEIGHT; i++)
			pixels[i] = pixel(round, i, 0);
		ok(xf_surface_end(surface));
		ok(xf_keyed_mutex_release(mutex, 1, round));
	}
	ok(xf_keyed_mutex_acquire(mutex, 0, xf_deadline(60 * SECOND), &fence));
	assert_int_equal(fence, ROUNDS);
	ok(xf_keyed_mutex_release(mutex, 0, 0));
	struct test_process *p = find_process(&t, "hands");
	await(&t, !p->alive);
	for (int64_t end = xf_deadline(10 * SECOND); channels() && xf_now() < end;)
		usleep(5000);
	assert_int_equal(channels(), 0); /* it said good-bye */
	/* It closed what it did not hold: nothing is abandoned. */
	ok(xf_keyed_mutex_acquire(mutex, 0, 0, NULL));
	end_vm(vm);
	stop_host();
}

/* ---- alone: nobody is needed for what is uncontended ---- */

static void vm_is_alone(const char *path, void *arg)
{
	struct xf_guest *guest;
	uint64_t fence;
	device_plug_in(path);
	device_ring();
	struct xf_guest_surface *s = open_surface(&guest, "alone");
	(void)ask(guest, 0, ASK_REPORT, 1, 0);
	usleep(50000); /* from here on the service stands still */
	for (uint64_t i = 0; i < 100000; i++) {
		need(xf_guest_surface_acquire(s, 0, 0, &fence) == 0 && fence == i);
		need(xf_guest_surface_release(s, 0, i + 1) == 0);
	}
	need(xf_guest_surface_acquire(s, 5, 0, NULL) == XF_TIMEOUT);
	_exit(0);
}

/* From then on the service stands still. */
static void serve_until_reported(const char *name)
{
	while (!(find_process(&t, name) && find_process(&t, name)->reported)) {
		struct pollfd item = { .fd = xf_host_fd(t.host), .events = POLLIN };
		(void)poll(&item, 1, 100);
		ok(xf_host_dispatch(t.host));
	}
	ok(xf_host_dispatch(t.host)); /* the answer to the report */
}

static void an_uncontended_pair_needs_no_host(void **state)
{
	pid_t vm = start_vm(vm_is_alone, NULL);
	start_host(0);
	serve_until_reported("alone");
	reap(vm);
	uint64_t fence;
	ok(xf_keyed_mutex_acquire(mutex, 0, 0, &fence));
	assert_int_equal(fence, 100000);
	stop_host();
}

/* ---- ends ---- */

static void vm_holds(const char *path, void *arg)
{
	struct xf_guest *guest;
	device_plug_in(path);
	device_ring();
	struct xf_guest_surface *s = open_surface(&guest, "holds");
	need(xf_guest_surface_acquire(s, 0, 0, NULL) == 0);
	if (arg)
		need(xf_guest_surface_release(s, 0, 0) == 0);
	(void)ask(guest, 0, ASK_REPORT, 1, 0);
	for (;;)
		pause();
}

static void a_killed_vm_abandons_only_what_it_held(void **state)
{
	for (int given_back = 0; given_back < 2; given_back++) {
		pid_t vm = start_vm(vm_holds, given_back ? &given_back : NULL);
		start_host(XF_HOST_OWN_THREAD);
		struct test_process *p = await_report("holds");
		end_vm(vm);
		await(&t, !p->alive);
		assert_int_equal(
			xf_keyed_mutex_acquire(mutex, 0, 0, NULL), given_back ? 0 : XF_ABANDONED);
		stop_host();
	}
}

/* The VM goes on: nobody could tell what it does to a mutex that is free. */
static void a_surface_taken_back_is_abandoned(void **state)
{
	pid_t vm = start_vm(vm_holds, state);
	start_host(XF_HOST_OWN_THREAD);
	await_report("holds");
	ok(xf_keyed_mutex_acquire(mutex, 0, 0, NULL));
	ok(xf_keyed_mutex_release(mutex, 0, 0));
	ok(xf_host_guest_share_domain(guest_of_host, NULL));
	assert_int_equal(xf_keyed_mutex_acquire(mutex, 0, 0, NULL), XF_ABANDONED);
	end_vm(vm);
	stop_host();
}

static void vm_goes_on(const char *path, void *arg)
{
	struct xf_guest *guest;
	device_plug_in(path);
	device_ring();
	struct xf_guest_surface *s = open_surface(&guest, "goes on");
	(void)ask(guest, 0, ASK_REPORT, 1, 0);
	int r = 0;
	for (int64_t end = xf_deadline(20 * SECOND); !r && xf_now() < end;) {
		r = xf_guest_surface_acquire(s, 0, 0, NULL);
		if (!r)
			r = xf_guest_surface_release(s, 0, 0);
	}
	/* Cut off in the middle, at any instruction: told so, and never again an owner. */
	need(r == XF_ABANDONED || r == -ECONNRESET);
	for (int i = 0; i < 1000; i++)
		need(xf_guest_surface_acquire(s, 0, 0, NULL) != 0);
	_exit(0);
}

static void who_is_cut_off_owns_nothing_any_more(void **state)
{
	pid_t vm = start_vm(vm_goes_on, NULL);
	start_host(XF_HOST_OWN_THREAD);
	await_report("goes on");
	xf_host_guest_remove(guest_of_host);
	assert_int_equal(xf_keyed_mutex_acquire(mutex, 0, xf_deadline(SECOND), NULL), XF_ABANDONED);
	reap(vm);
	stop_host();
}

/* Its message about the release never arrives. */
static void vm_dies_after_its_release(const char *path, void *arg)
{
	struct xf_guest *guest;
	char c;
	device_plug_in(path);
	device_ring();
	struct xf_guest_surface *s = open_surface(&guest, "dies");
	need(xf_guest_surface_acquire(s, 0, 0, NULL) == 0);
	(void)ask(guest, 0, ASK_REPORT, 1, 0);
	need(read(((int *)arg)[0], &c, 1) == 1); /* when somebody waits */
	device_quiet = 1;
	usleep(20000);
	need(xf_guest_surface_release(s, 1, 77) == 0);
	kill(getpid(), SIGKILL);
}

static void *wait_for_key_1(void *arg)
{
	int64_t start = xf_now();
	uint64_t fence = 0;
	int r = xf_keyed_mutex_acquire(mutex, 1, xf_deadline(20 * SECOND), &fence);
	/* Woken, not found at the deadline. */
	return (void *)(uintptr_t)(!r && fence == 77 && xf_now() - start < 10 * SECOND);
}

static void a_release_is_heard_of_although_the_vm_died(void **state)
{
	int go[2];
	void *woken;
	pthread_t waiter;
	ok(pipe(go));
	pid_t vm = start_vm(vm_dies_after_its_release, go);
	start_host(0);
	serve_until_reported("dies");
	ok(pthread_create(&waiter, NULL, wait_for_key_1, NULL));
	usleep(100000); /* asleep by now; if not, the test is only easier */
	assert_int_equal(write(go[1], "", 1), 1);
	assert_int_equal(waitpid(vm, NULL, 0), vm); /* nobody served it meanwhile */
	for (int i = 0; i < 10; i++)
		ok(xf_host_dispatch(t.host));
	pthread_join(waiter, &woken);
	assert_true(woken);
	close(go[0]), close(go[1]);
	stop_host();
}

/* ---- processes that do not have the device ---- */

static void process_dies(const char *path, void *arg)
{
	struct xf_guest_surface *s;
	int held = *(int *)arg;
	struct xf_guest *guest = guest_connect(path, held ? "holder" : "bystander", 0);
	uint64_t id;
	while (!(id = ask_surface(guest)))
		usleep(1000);
	need(xf_guest_surface_open(guest, id, &s) == 0);
	need(xf_guest_surface_acquire(s, 0, 0, NULL) == 0);
	if (!held)
		need(xf_guest_surface_release(s, 0, 0) == 0);
	(void)ask(guest, 0, ASK_REPORT, 1, 0);
	kill(getpid(), SIGKILL);
}

static int next_process[2];

/* The VM: guestd has the device; two processes, one after the other, die with the surface open. */
static void vm_with_guestd(const char *path, void *arg)
{
	char address[64], c, *socket = arg;
	const char *guestd = getenv("XF_GUESTD");
	device_plug_in(path);
	device_ring();
	fcntl(device_memory, F_SETFD, 0);
	snprintf(address, sizeof(address), "ivshmem:/proc/self/fd/%d", device_memory);
	pid_t daemon = fork();
	if (daemon == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execl(guestd, guestd, "--host", address, "--listen", socket, "--surfaces", NULL);
		_exit(127);
	}
	for (int held = 0; held < 2; held++) {
		pid_t pid = spawn(process_dies, socket, &held);
		need(waitpid(pid, NULL, 0) == pid);
		need(held || read(next_process[0], &c, 1) == 1);
	}
	for (;;)
		pause();
}

static void a_dead_process_behind_guestd(void **state)
{
	ok(pipe(next_process));
	pid_t vm = start_vm(vm_with_guestd, (void *)test_path("guestd.sock"));
	start_host(XF_HOST_OWN_THREAD);
	struct test_process *p = await_report("bystander");
	await(&t, !p->alive);
	ok(xf_keyed_mutex_acquire(mutex, 0, 0, NULL)); /* its end left it free */
	ok(xf_keyed_mutex_release(mutex, 0, 0));
	assert_int_equal(write(next_process[1], "", 1), 1);
	p = await_report("holder");
	await(&t, !p->alive);
	assert_int_equal(xf_keyed_mutex_acquire(mutex, 0, 0, NULL), XF_ABANDONED);
	end_vm(vm);
	close(next_process[0]), close(next_process[1]);
	stop_host();
}

/* ---- a guest that writes over everything ---- */

static void vm_scribbles(const char *path, void *arg)
{
	char c;
	device_plug_in(path);
	need(read(((int *)arg)[0], &c, 1) == 1); /* when all is in place */
	uint64_t *words = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, device_memory, 0);
	uint64_t random = 88172645463325252u;
	need(words != MAP_FAILED);
	for (;;) {
		random ^= random << 13, random ^= random >> 7, random ^= random << 17;
		/* All but the file's identity, with small and large numbers. */
		words[8 + random % ((1 << 20) / 8 - 8)] = random >> (random % 61);
	}
}

static void a_scribbling_guest_spoils_only_its_domain(void **state)
{
	struct xf_domain *own;
	struct xf_keyed_mutex *safe;
	int go[2];
	ok(pipe(go));
	pid_t vm = start_vm(vm_scribbles, go);
	start_host(XF_HOST_OWN_THREAD);
	ok(xf_domain_create(NULL, &own));
	ok(xf_keyed_mutex_create(own, 0, NULL, &safe));
	assert_int_equal(write(go[1], "", 1), 1);
	for (int64_t end = xf_deadline(2 * SECOND); xf_now() < end;) {
		/* Anything may come out of the guest's domain, at the latest at the deadline. */
		(void)xf_keyed_mutex_acquire(mutex, 0, xf_deadline(10 * MS), NULL);
		(void)xf_keyed_mutex_release(mutex, 0, 0);
		ok(xf_keyed_mutex_acquire(safe, 0, 0, NULL));
		ok(xf_keyed_mutex_release(safe, 0, 0));
	}
	end_vm(vm);
	close(go[0]), close(go[1]);
	xf_keyed_mutex_close(safe);
	xf_domain_leave(own);
	stop_host();
}

/* ---- bad input ---- */

static int file(uint64_t size, int seals)
{
	int fd = memfd_create("room", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	assert_true(fd >= 0 && ftruncate(fd, (off_t)size) == 0);
	assert_true(!seals || fcntl(fd, F_ADD_SEALS, seals) == 0);
	return fd;
}

static void rooms_that_are_none(void **state)
{
	const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
	struct xf_domain_params params = { .size = sizeof(params), .max_objects = 64 };
	struct xf_domain *d;
	int good = file(1 << 20, seals), loose = file(1 << 20, 0), small = file(65536, seals);
	assert_int_equal(xf_domain_create_in(-1, 1 << 20, &params, &d), -EBADF);
	assert_int_equal(xf_domain_create_in(999, 1 << 20, &params, &d), -EBADF);
	assert_int_equal(xf_domain_create_in(good, 1 << 20, &params, NULL), -EINVAL);
	assert_int_equal(xf_domain_create_in(loose, 1 << 20, &params, &d), -EINVAL);
	assert_int_equal(xf_domain_create_in(small, 1 << 20, &params, &d), -ENOSPC);
	params.payload_bytes = 1 << 20;
	assert_int_equal(xf_domain_create_in(good, 1 << 20, &params, &d), -ENOSPC);
	params.payload_bytes = 0; /* what fits */
	assert_int_equal(xf_domain_create_in(good, 65536, &params, &d), -ENOSPC);
	ok(xf_domain_create_in(good, 1 << 20, &params, &d));
	xf_domain_leave(d);
	close(good), close(loose), close(small);
}

static void domains_that_cannot_be_shared(void **state)
{
	struct xf_domain *other;
	struct xf_keyed_mutex_loan loan = { .size = sizeof(loan) };
	start_host(XF_HOST_OWN_THREAD);
	ok(xf_domain_create(NULL, &other));
	assert_int_equal(xf_host_guest_share_domain(guest_of_host, other), -EINVAL);
	assert_int_equal(xf_host_guest_share_domain(guest_of_host, domain), -EBUSY);
	struct xf_host_guest *by_socket = test_guest_add(&t, "vm1", test_path("vm1.sock"), 0);
	assert_int_equal(xf_host_guest_share_domain(by_socket, domain), -ENOTSUP);
	assert_int_equal(xf_keyed_mutex_lend(NULL, &loan), -EINVAL);
	assert_int_equal(xf_keyed_mutex_lend(mutex, NULL), -EINVAL);
	assert_int_equal(xf_keyed_mutex_notify(NULL), -EINVAL);
	assert_int_equal(xf_keyed_mutex_revoke(NULL), -EINVAL);
	ok(xf_keyed_mutex_notify(mutex)); /* nobody waits: nothing happens */
	xf_domain_leave(other);
	stop_host();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_sides_hand_it_on),
		cmocka_unit_test(an_uncontended_pair_needs_no_host),
		cmocka_unit_test(a_killed_vm_abandons_only_what_it_held),
		cmocka_unit_test(a_release_is_heard_of_although_the_vm_died),
		cmocka_unit_test(a_surface_taken_back_is_abandoned),
		cmocka_unit_test(who_is_cut_off_owns_nothing_any_more),
		cmocka_unit_test(a_dead_process_behind_guestd),
		cmocka_unit_test(a_scribbling_guest_spoils_only_its_domain),
		cmocka_unit_test(rooms_that_are_none),
		cmocka_unit_test(domains_that_cannot_be_shared),
	};
	return cmocka_run_group_tests_name("a domain in a region", tests, NULL, test_remove_folder);
}
