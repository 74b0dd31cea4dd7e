/* SPDX-License-Identifier: MIT */
/*
 * When a guest rings its device's bell: for a channel, for each message, for room that it makes in
 * a full ring, and when it goes. Elsewhere in these tests the VM is rung for all the time, so that
 * nothing depends on it. Here the device has its register, a file below which the guest's process
 * finds the device by a name that leads out of /sys, and rings when that is written to.
 */
#include "vmtest.h"
#include "device.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "wire/ivshmem.h"

#define DEVICES	 "/sys/bus/pci/devices"
#define DOORBELL 12 /* register in BAR 0 */
#define SILENT	 UINT32_MAX
#define REGION	 (1 << 16) /* so that few signals fill its ring */
#define SIGNALS	 1000

static struct test_host t;
static struct board {
	_Atomic uint64_t many, last; /* events */
	_Atomic int woken, ends, gone;
} * board;

/* ---- the VM ---- */

static volatile uint32_t *doorbell; /* the register */

static void *device_tells(void *arg)
{
	uint64_t one = 1;
	for (;; usleep(500))
		if (__atomic_exchange_n(doorbell, SILENT, __ATOMIC_SEQ_CST) != SILENT)
			need(write(device_doorbell, &one, sizeof(one)) == sizeof(one));
	return NULL;
}

static void make_registers(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	need(fd >= 0 && ftruncate(fd, 4096) == 0);
	uint8_t *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	need(page != MAP_FAILED);
	doorbell = (volatile uint32_t *)(page + DOORBELL);
	*doorbell = SILENT;
	close(fd);
}

/* The files lie among the test's own, which removes them. */
static const char *plug_in(const char *path)
{
	static char address[160];
	char memory[64];
	pthread_t thread;
	device_plug_in(path);
	make_registers(test_path("resource0"));
	snprintf(memory, sizeof(memory), "/proc/self/fd/%d", device_memory);
	need(symlink(memory, test_path("resource2")) == 0);
	snprintf(address, sizeof(address), "ivshmem:../../../..%s", test_folder());
	need(pthread_create(&thread, NULL, device_tells, NULL) == 0);
	return address;
}

static void vm(const char *path, void *arg)
{
	struct xf_guest *guest;
	struct xf_guest_event *many, *last;
	struct xf_guest_params params = { .size = sizeof(params), .name = "rings" };
	params.address = plug_in(path);
	need(xf_guest_connect(&params, xf_deadline(20 * SECOND), &guest) == 0);
	need(xf_guest_event_create(guest, 0, 0, &many) == 0);
	need(xf_guest_event_create(guest, 0, 0, &last) == 0);
	atomic_store(&board->many, xf_guest_event_handle(many));
	atomic_store(&board->last, xf_guest_event_handle(last));
	(void)ask(guest, 0, ASK_REPORT, 1, 0);
	need(xf_guest_event_wait(last, xf_deadline(30 * SECOND)) == 0);
	atomic_store(&board->woken, 1);
	while (!atomic_load(&board->ends))
		usleep(1000);
	xf_guest_disconnect(guest);
	atomic_store(&board->gone, 1);
	for (;;)
		pause(); /* the VM goes on */
}

/* ---- the host ---- */

static pid_t start(void)
{
	struct xf_host_guest_params params = { .size = sizeof(params),
		.name = "vm0",
		.transport = XF_HOST_IVSHMEM,
		.address = test_path("bell.sock"),
		.max_queue = 2 * SIGNALS,
		.region_bytes = REGION };
	pid_t machine = spawn(vm, params.address, NULL);
	test_host_start(&t, XF_HOST_OWN_THREAD);
	ok(xf_host_guest_add(t.host, &params, NULL));
	await(&t, find_process(&t, "rings") && find_process(&t, "rings")->reported);
	return machine;
}

static void stand_still(pid_t machine)
{
	int status;
	kill(machine, SIGSTOP);
	assert_int_equal(waitpid(machine, &status, WUNTRACED), machine);
	assert_true(WIFSTOPPED(status));
}

static void a_guest_rings_for_all_it_does(void **state)
{
	if (access(DEVICES, X_OK))
		skip(); /* no name below it leads anywhere */
	pid_t machine = start(); /* it rang for the channel, and with a message */
	struct test_process *p = find_process(&t, "rings");
	stand_still(machine);
	for (int i = 0; i < SIGNALS; i++)
		ok(xf_host_signal(t.host, p->handle, atomic_load(&board->many), 0));
	ok(xf_host_signal(t.host, p->handle, atomic_load(&board->last), 0));
	kill(machine, SIGCONT);
	for (int64_t end = xf_deadline(20 * SECOND); !atomic_load(&board->woken);) {
		assert_true(xf_now() < end); /* it made room, and told nobody */
		usleep(1000);
	}
	atomic_store(&board->ends, 1);
	while (!atomic_load(&board->gone))
		usleep(1000);
	await(&t, !p->alive); /* it is gone, and its VM is not */
	kill(machine, SIGKILL);
	assert_int_equal(waitpid(machine, NULL, 0), machine);
	xf_host_destroy(t.host);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_guest_rings_for_all_it_does) };
	board = mmap(
		NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (board == MAP_FAILED)
		return 1;
	return cmocka_run_group_tests_name("a guest's bell", tests, NULL, test_remove_folder);
}
