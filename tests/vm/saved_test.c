/* SPDX-License-Identifier: MIT */
/*
 * A VMM saves a guest and restores it, here or elsewhere. Nothing moves while it is saved; whoever
 * waits in a guest that was restored learns it at once. The VMM is the test, which has the device's
 * memory and rings for the VM; the VM is a process that can be made to stand still.
 */
#include "vmtest.h"
#include "device.h"
#include "wire/ivshmem.h"
#include <fcntl.h>
#include <sys/mman.h>

#define REGION (1 << 20)

static struct test_host t;
static struct xf_host_guest *guest;
static struct {
	int connection, memory;
	_Atomic int doorbell; /* -1: none now */
	_Atomic int mute; /* the VM has nothing to say */
	int interrupt; /* what the service rings the VM with */
	uint8_t *bytes;
	pid_t vm;
} vmm = { .doorbell = -1 };

/* Waits, answers, and begins again when its session is lost. */
static void waits(const char *path, void *arg)
{
	char address[64];
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(address, sizeof(address), "ivshmem:/proc/self/fd/%d", vmm.memory);
	struct xf_guest *process = guest_connect_to(address, "waits", 0);
	struct order pong = { ASK_PONG, 0, 0 };
	for (;;) {
		struct order keep = { ASK_KEEP, 0, 0 };
		struct xf_guest_event *event = NULL;
		int r = xf_guest_event_create(process, 0, 0, &event);
		if (!r) {
			keep.event = xf_guest_event_handle(event);
			r = xf_guest_escape(process, 0, 0, &keep, sizeof(keep), NULL);
		}
		while (!r) {
			r = xf_guest_event_wait(event, XF_NEVER);
			if (!r)
				r = xf_guest_post(process, 0, &pong, sizeof(pong));
		}
		need(r == -ECONNRESET);
		xf_guest_event_close(event);
		need(xf_guest_reconnect(process, xf_deadline(100 * SECOND)) == 0);
	}
}

/* A file has no register that the VM could ring with. */
static void *ring(void *arg)
{
	uint64_t one = 1;
	for (;; usleep(1000))
		if (vmm.doorbell >= 0 && !vmm.mute)
			(void)!write(vmm.doorbell, &one, sizeof(one));
	return NULL;
}

/* The service is new, the VMM's memory is not. */
static void serve(void)
{
	int64_t number;
	int pair[2];
	struct xf_host_guest_params params = { .size = sizeof(params),
		.name = "vm",
		.transport = XF_HOST_IVSHMEM,
		.region_bytes = REGION,
		.region_fd_plus_1 = vmm.memory + 1 };
	test_host_start(&t, XF_HOST_OWN_THREAD);
	ok(xf_host_guest_add(t.host, &params, &guest));
	ok(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	ok(xf_host_guest_attach(guest, pair[1]));
	vmm.connection = pair[0];
	(void)device_number(pair[0], &number);
	(void)device_number(pair[0], &number);
	close(device_number(pair[0], &number));
	vmm.doorbell = device_number(pair[0], &number);
	vmm.interrupt = device_number(pair[0], &number);
}

static void begin(void)
{
	pthread_t thread;
	vmm.memory = memfd_create("vm", MFD_ALLOW_SEALING);
	ok(ftruncate(vmm.memory, REGION));
	ok(fcntl(vmm.memory, F_ADD_SEALS, F_SEAL_SHRINK));
	vmm.bytes = mmap(NULL, REGION, PROT_READ | PROT_WRITE, MAP_SHARED, vmm.memory, 0);
	assert_true(vmm.bytes != MAP_FAILED);
	serve();
	vmm.vm = spawn(waits, NULL, NULL);
	ok(pthread_create(&thread, NULL, ring, NULL));
	pthread_detach(thread);
}

static void unplug(void)
{
	int doorbell = vmm.doorbell;
	vmm.doorbell = -1;
	usleep(5000);
	close(doorbell);
	close(vmm.interrupt);
	close(vmm.connection);
}

static void end(void)
{
	xf_host_destroy(t.host);
	kill(vmm.vm, SIGKILL);
	waitpid(vmm.vm, NULL, 0);
	unplug();
	munmap(vmm.bytes, REGION);
	close(vmm.memory);
}

static struct test_process *await_waiter(int known)
{
	await(&t, t.n_processes > known && find_process(&t, "waits") &&
			  find_process(&t, "waits")->event && find_process(&t, "waits")->alive);
	return find_process(&t, "waits");
}

static void stand_still(void)
{
	int status;
	kill(vmm.vm, SIGSTOP);
	assert_int_equal(waitpid(vmm.vm, &status, WUNTRACED), vmm.vm);
	assert_true(WIFSTOPPED(status));
	xf_host_guest_quiesce(guest);
}

static void go_on(void)
{
	xf_host_guest_resumed(guest);
	kill(vmm.vm, SIGCONT);
}

/* Whether the VM was rung, since this was asked last. */
static bool rung(void)
{
	struct pollfd item = { .fd = vmm.interrupt, .events = POLLIN };
	uint64_t count;
	return poll(&item, 1, 0) == 1 && read(vmm.interrupt, &count, sizeof(count)) > 0;
}

static void signal_and_answer(struct test_process *p)
{
	uint64_t before = p->pongs;
	ok(xf_host_signal(t.host, p->handle, p->event, 0));
	await(&t, p->pongs == before + 1);
}

static int find_info(const struct xf_host_guest_info *info, void *arg)
{
	memcpy(arg, info, sizeof(*info));
	return 0;
}

static void nothing_moves_while_it_is_saved(void **state)
{
	uint8_t *saved = malloc(REGION);
	struct xf_host_guest_info info;
	begin();
	struct test_process *p = await_waiter(0);
	signal_and_answer(p);
	stand_still();
	memcpy(saved, vmm.bytes, REGION);
	for (int i = 0; i < 10; i++)
		ok(xf_host_signal(t.host, p->handle, p->event, 0));
	poll(NULL, 0, 1200); /* two beats */
	assert_memory_equal(saved, vmm.bytes, REGION);
	ok(xf_host_inspect_guests(t.host, find_info, &info));
	assert_int_equal(info.accepted - info.delivered, 10);
	int known = t.n_processes;
	go_on();
	await(&t, p->pongs >= 2);
	assert_true(p->alive);
	signal_and_answer(p);
	assert_int_equal(t.n_processes, known);
	free(saved);
	end();
}

/* Signals of several threads go on meanwhile; none is written once quiesce has returned. */
static _Atomic int stop;

static void *signal_on(void *arg)
{
	struct test_process *p = arg;
	while (!stop) {
		(void)xf_host_signal(t.host, p->handle, p->event, 0);
		sched_yield();
	}
	return NULL;
}

static void nobody_is_writing_when_it_is_saved(void **state)
{
	uint8_t *saved = malloc(REGION);
	pthread_t threads[3];
	begin();
	struct test_process *p = await_waiter(0);
	stop = 0;
	for (int i = 0; i < 3; i++)
		ok(pthread_create(&threads[i], NULL, signal_on, p));
	for (int round = 0; round < 20; round++) {
		stand_still();
		memcpy(saved, vmm.bytes, REGION);
		poll(NULL, 0, 20);
		assert_memory_equal(saved, vmm.bytes, REGION);
		go_on();
		poll(NULL, 0, 10);
	}
	stop = 1;
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	assert_true(p->alive);
	uint64_t pongs = p->pongs;
	await(&t, p->pongs > pongs || xf_host_signal(t.host, p->handle, p->event, 0) == 0);
	assert_true(p->alive);
	free(saved);
	end();
}

/* The region is what it was some time ago; the service goes on. */
static void a_restored_region_is_noticed(void **state)
{
	uint8_t *saved = malloc(REGION);
	begin();
	struct test_process *p = await_waiter(0);
	stand_still();
	memcpy(saved, vmm.bytes, REGION);
	go_on();
	signal_and_answer(p);
	stand_still();
	memcpy(vmm.bytes, saved, REGION);
	int known = t.n_processes;
	int64_t began = xf_now();
	/* It only waits: nothing but the VMM's word says that there is something to look at. */
	vmm.mute = 1;
	go_on();
	await(&t, !p->alive);
	vmm.mute = 0;
	p = await_waiter(known);
	print_message("waits in a new session after %lld ms\n", (long long)(xf_now() - began) / MS);
	assert_true(xf_now() - began < 2 * SECOND);
	signal_and_answer(p);
	free(saved);
	end();
}

/* The guest moves to another service, with the region that it had. */
static void another_service_has_none_of_it(void **state)
{
	uint8_t *saved = malloc(REGION);
	begin();
	(void)await_waiter(0);
	stand_still();
	memcpy(saved, vmm.bytes, REGION);
	xf_host_destroy(t.host);
	unplug();
	serve();
	xf_host_guest_quiesce(guest);
	memcpy(vmm.bytes, saved, REGION);
	(void)rung();
	int64_t began = xf_now();
	xf_host_guest_resumed(guest);
	assert_true(rung()); /* one with interrupts looks only then */
	kill(vmm.vm, SIGCONT);
	struct test_process *p = await_waiter(0);
	print_message("waits in a new session after %lld ms\n", (long long)(xf_now() - began) / MS);
	assert_true(xf_now() - began < 2 * SECOND);
	signal_and_answer(p);
	free(saved);
	end();
}

/* ---- the VMM's own memory ---- */

static int add_with(int fd, uint32_t bytes)
{
	struct xf_host_guest_params params = { .size = sizeof(params),
		.name = "vm",
		.transport = XF_HOST_IVSHMEM,
		.region_bytes = bytes,
		.region_fd_plus_1 = fd + 1 };
	return xf_host_guest_add(t.host, &params, NULL);
}

static void memory_that_can_shrink_is_refused(void **state)
{
	int fd = memfd_create("vm", MFD_ALLOW_SEALING);
	ok(ftruncate(fd, REGION));
	test_host_start(&t, XF_HOST_OWN_THREAD);
	assert_int_equal(add_with(fd, REGION), -EINVAL);
	ok(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK));
	assert_int_equal(add_with(fd, REGION / 2), -EINVAL);
	ok(add_with(fd, REGION));
	xf_host_destroy(t.host);
	ok(fcntl(fd, F_GETFD)); /* it is still ours */
	close(fd);
}

static void what_is_the_vmms_stays(void **state)
{
	begin();
	(void)await_waiter(0);
	memset(vmm.bytes, 0x5a, 4096);
	xf_host_destroy(t.host);
	unplug();
	serve();
	for (int i = 0; i < 4096; i++)
		assert_int_equal(vmm.bytes[i], 0x5a);
	(void)await_waiter(0);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_moves_while_it_is_saved),
		cmocka_unit_test(nobody_is_writing_when_it_is_saved),
		cmocka_unit_test(a_restored_region_is_noticed),
		cmocka_unit_test(another_service_has_none_of_it),
		cmocka_unit_test(memory_that_can_shrink_is_refused),
		cmocka_unit_test(what_is_the_vmms_stays),
	};
	return cmocka_run_group_tests_name("saved and restored", tests, NULL, test_remove_folder);
}
