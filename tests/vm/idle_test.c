/* SPDX-License-Identifier: MIT */
/*
 * A guest in which nobody waits costs nothing: neither the service nor a guestd is woken, also over
 * a region, where each looks whether the other lives while it matters.
 */
#include "vmtest.h"
#include "device.h"
#include "wire/ivshmem.h"
#include <fcntl.h>
#include <sys/mman.h>

#define REGION (1 << 20)

static struct test_host t;
static struct xfw_ivshmem *channel;

/* The device; its memory can be opened through this process. */
static void has_the_device(const char *path, void *arg)
{
	int *ready = arg;
	device_plug_in(path);
	device_ring();
	need(write(ready[1], &device_memory, sizeof(device_memory)) == sizeof(device_memory));
	char c;
	while (read(ready[2], &c, 1) == 1)
		device_quiet = c == 'q';
}

/* `memory` is inherited: guestd may open no descriptor of another process. */
static pid_t start_guestd(int memory, const char *path)
{
	char address[64];
	snprintf(address, sizeof(address), "ivshmem:/proc/self/fd/%d", memory);
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execl(getenv("XF_GUESTD"), "crossfence-guestd", "--host", address, "--listen", path,
			NULL);
		_exit(127);
	}
	return pid;
}

static uint64_t switches(pid_t pid)
{
	char path[64], line[128];
	unsigned long long n = 0;
	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		(void)sscanf(line, "voluntary_ctxt_switches: %llu", &n);
	fclose(file);
	return n;
}

static uint64_t beats(void)
{
	return __atomic_load_n(&channel->host_beat, __ATOMIC_ACQUIRE);
}

/* A descriptor of the device's memory. */
static int map_channel(pid_t vm, int memory)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)vm, memory);
	int fd = open(path, O_RDWR);
	assert_true(fd >= 0);
	uint8_t *base = mmap(NULL, REGION, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(base != MAP_FAILED);
	channel = (struct xfw_ivshmem *)(base + xfw_ivshmem_offset(REGION));
	return fd;
}

/* Nobody is woken for two seconds. */
static void rests(pid_t guestd)
{
	uint64_t before = beats(), woken = switches(guestd);
	poll(NULL, 0, 2000);
	assert_int_equal(beats(), before);
	assert_true(switches(guestd) - woken <= 1);
}

static void await_rest(pid_t guestd)
{
	for (int64_t end = xf_deadline(60 * SECOND); xf_now() < end;) {
		uint64_t woken = switches(guestd), before = beats();
		poll(NULL, 0, 700);
		if (switches(guestd) == woken && beats() == before)
			return;
	}
	fail_msg("guestd does not come to rest");
}

static void nobody_waits_and_nothing_happens(void **state)
{
	struct xf_host_guest_params params = { .size = sizeof(params),
		.name = "vm0",
		.transport = XF_HOST_IVSHMEM,
		.address = test_path("idle.sock"),
		.region_bytes = REGION };
	int up[2], down[2], memory;
	ok(pipe(up));
	ok(pipe(down));
	int ends[3] = { up[0], up[1], down[0] };
	pid_t vm = spawn(has_the_device, params.address, ends);
	test_host_start(&t, XF_HOST_OWN_THREAD);
	ok(xf_host_guest_add(t.host, &params, NULL));
	assert_int_equal(read(up[0], &memory, sizeof(memory)), sizeof(memory));
	int fd = map_channel(vm, memory);
	const char *path = test_path("idle-d.sock");
	pid_t guestd = start_guestd(fd, path);
	for (int i = 0; i < 2; i++) {
		struct xf_guest_event *event;
		struct xf_guest *guest = guest_connect(path, "one", 0);
		ok(xf_guest_event_create(guest, 0, 0, &event));
		ok(ask(guest, 0, ASK_KEEP, 0, xf_guest_event_handle(event)));
		struct test_process *p = find_process(&t, "one");
		ok(xf_host_signal(t.host, p->handle, p->event, 0));
		ok(xf_guest_event_wait(event, xf_deadline(60 * SECOND)));
		/* While somebody waits there is life, for longer than a host may show none. */
		uint64_t before = beats();
		assert_int_equal(xf_guest_event_wait(event, xf_deadline(4 * SECOND)), XF_TIMEOUT);
		assert_true(beats() > before);
		xf_guest_event_close(event);
		xf_guest_disconnect(guest);
		await(&t, !p->alive);
		assert_int_equal(write(down[1], "q", 1), 1); /* no ring that nobody rang */
		await_rest(guestd);
		rests(guestd);
		poll(NULL, 0, 2000); /* longer than a guest that waits would be patient */
		assert_int_equal(write(down[1], "r", 1), 1);
	}
	/* A service that ended while nobody looked is seen by whoever comes next. */
	ok(kill(guestd, 0));
	xf_host_destroy(t.host);
	struct xf_guest *guest;
	struct xf_guest_params late = {
		.size = sizeof(late), .address = unix_address(path), .name = "late"
	};
	int r = xf_guest_connect(&late, xf_deadline(SECOND), &guest);
	assert_true(r == -ECONNRESET || r == -ETIMEDOUT);
	kill(guestd, SIGKILL);
	kill(vm, SIGKILL);
	waitpid(guestd, NULL, 0);
	waitpid(vm, NULL, 0);
}

/* ---- a guest that waits for room ---- */

#define STANDS_MS 1500
#define POSTS	  4000 /* many times what its ring takes */

static void stand(struct test_host *of, struct test_process *process)
{
	if (process->pongs == 1)
		poll(NULL, 0, STANDS_MS);
}

static void says_much(const char *path, void *arg)
{
	char address[64];
	struct order pong = { ASK_PONG, 0, 0 };
	struct timespec spent;
	device_plug_in(path);
	device_ring();
	snprintf(address, sizeof(address), "ivshmem:/proc/self/fd/%d", device_memory);
	struct xf_guest *guest = guest_connect_to(address, "much", 0);
	int64_t began = xf_now();
	for (int i = 0; i < POSTS; i++)
		need(xf_guest_post(guest, 0, &pong, sizeof(pong)) == 0);
	need(xf_now() - began > STANDS_MS * MS / 2); /* it has waited */
	need(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent) == 0);
	need(spent.tv_sec == 0 && spent.tv_nsec < STANDS_MS * MS / 10);
	xf_guest_disconnect(guest);
}

static void who_waits_for_room_sleeps(void **state)
{
	struct xf_host_guest_params params = { .size = sizeof(params),
		.name = "vm0",
		.transport = XF_HOST_IVSHMEM,
		.address = test_path("room.sock"),
		.region_bytes = 1 << 16 };
	pid_t vm = spawn(says_much, params.address, NULL);
	test_host_start(&t, XF_HOST_OWN_THREAD);
	t.on_pong = stand;
	ok(xf_host_guest_add(t.host, &params, NULL));
	reap(vm);
	xf_host_destroy(t.host);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(nobody_waits_and_nothing_happens),
		cmocka_unit_test(who_waits_for_room_sleeps) };
	return cmocka_run_group_tests_name("idle guests", tests, NULL, test_remove_folder);
}
