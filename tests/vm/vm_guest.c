/* SPDX-License-Identifier: MIT */
/*
 * The program that runs inside the test guests: vm-guest MODE ADDRESS NAME [COUNT]. Static. Says
 * "GUEST name: ok" on the console when all went as it should.
 */
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <time.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <linux/vm_sockets.h> /* wants sys/socket.h before it */

#include "guestside.h"
#include "raw_region.h"
#include "guest/link_pci.h"

#define RING 8

/* One signal, and out. */
static void once(const char *address, const char *name, unsigned count)
{
	struct xf_guest *guest = guest_connect_to(address, name, 0);
	struct xf_guest_event *event;
	need(xf_guest_event_create(guest, 0, 0, &event) == 0);
	need(ask(guest, 0, ASK_KEEP, 0, xf_guest_event_handle(event)) == 0);
	need(xf_guest_event_wait(event, xf_deadline(100 * SECOND)) == 0);
	xf_guest_event_close(event);
	xf_guest_disconnect(guest);
}

/* `count` signals to eight events in turn, then one to a ninth. */
static void many(const char *address, const char *name, unsigned count)
{
	struct xf_guest *guest = guest_connect_to(address, name, XF_GUEST_OWN_THREAD);
	struct xf_guest_event *events[RING], *end;
	struct xf_guest_stats stats = { .size = sizeof(stats) };
	for (int i = 0; i < RING; i++)
		need(xf_guest_event_create(guest, 0, 0, &events[i]) == 0);
	need(xf_guest_event_create(guest, 0, 0, &end) == 0);
	need(ask(guest, 0, ASK_KEEP, 0, xf_guest_event_handle(events[0])) == 0);
	while (xf_guest_event_wait(end, 0) == XF_TIMEOUT) {
		uint64_t seen[RING];
		for (int i = RING; i--;)
			seen[i] = xf_guest_event_count(events[i]);
		for (int i = 1; i < RING; i++)
			need(seen[i] <= seen[i - 1]);
		(void)xf_guest_event_wait(end, xf_deadline(50 * MS));
		if (xf_guest_event_count(end))
			break;
	}
	for (int i = 0; i < RING; i++)
		need(xf_guest_event_count(events[i]) == count / RING);
	need(xf_guest_stats(guest, &stats) == 0);
	need(stats.signals == count + 1 && stats.unknown == 0);
	(void)ask(guest, 0, ASK_REPORT, count, 0);
	xf_guest_disconnect(guest);
}

/* Answers each signal with a one-way message; the host keeps the time. */
static void ping(const char *address, const char *name, unsigned count)
{
	struct xf_guest *guest = guest_connect_to(address, name, 0);
	struct xf_guest_event *event;
	struct order pong = { ASK_PONG, 0, 0 };
	need(xf_guest_event_create(guest, 0, 0, &event) == 0);
	need(ask(guest, 0, ASK_KEEP, count, xf_guest_event_handle(event)) == 0);
	for (unsigned i = 0; i < count; i++) {
		need(xf_guest_event_wait(event, xf_deadline(100 * SECOND)) == 0);
		need(xf_guest_post(guest, 0, &pong, sizeof(pong)) == 0);
	}
	need(xf_guest_event_count(event) == count);
	(void)ask(guest, 0, ASK_REPORT, count, 0);
	xf_guest_disconnect(guest);
}

/* Dies without a word. */
static void die(const char *address, const char *name, unsigned count)
{
	struct xf_guest *guest = guest_connect_to(address, name, 0);
	struct xf_guest_event *event;
	need(xf_guest_event_create(guest, 0, 0, &event) == 0);
	need(ask(guest, 0, ASK_KEEP, 0, xf_guest_event_handle(event)) == 0);
	need(xf_guest_event_wait(event, xf_deadline(100 * SECOND)) == 0);
	kill(getpid(), SIGKILL);
}

/* Until it has had a signal in each of `count` sessions. */
static void sessions(const char *address, const char *name, unsigned count)
{
	struct xf_guest *guest = guest_connect_to(address, name, 0);
	struct order pong = { ASK_PONG, 0, 0 };
	for (unsigned i = 0; i < count; i++) {
		struct xf_guest_event *event;
		if (i)
			need(xf_guest_reconnect(guest, xf_deadline(100 * SECOND)) == 0);
		need(xf_guest_event_create(guest, 0, 0, &event) == 0);
		need(ask(guest, 0, ASK_KEEP, 0, xf_guest_event_handle(event)) == 0);
		need(xf_guest_event_wait(event, xf_deadline(100 * SECOND)) == 0);
		need(xf_guest_post(guest, 0, &pong, sizeof(pong)) == 0);
		need(xf_guest_event_wait(event, xf_deadline(100 * SECOND)) == -ECONNRESET);
		xf_guest_event_close(event);
	}
	xf_guest_disconnect(guest);
}

/* Waits for ever, answers signals, and begins again whenever its session is lost. */
static void returns(const char *address, const char *name, unsigned count)
{
	struct xf_guest *guest = guest_connect_to(address, name, 0);
	struct order pong = { ASK_PONG, 0, 0 };
	for (;;) {
		struct order keep = { ASK_KEEP, 0, 0 };
		struct xf_guest_event *event = NULL;
		int r = xf_guest_event_create(guest, 0, 0, &event);
		if (!r) {
			keep.event = xf_guest_event_handle(event);
			r = xf_guest_escape(guest, 0, 0, &keep, sizeof(keep), NULL);
		}
		while (!r) {
			r = xf_guest_event_wait(event, XF_NEVER);
			if (!r)
				r = xf_guest_post(guest, 0, &pong, sizeof(pong));
		}
		need(r == -ECONNRESET);
		xf_guest_event_close(event);
		need(xf_guest_reconnect(guest, xf_deadline(100 * SECOND)) == 0);
	}
}

static void tell_kernel(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY);
	need(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

static void panic(void)
{
	tell_kernel("/proc/sysrq-trigger", "c");
}

static void reboot_now(void)
{
	need(reboot(RB_AUTOBOOT) == 0);
}

/* Far into the future, and back to long ago. */
static void set_clock(void)
{
	struct timespec now = { 0 };
	need(clock_gettime(CLOCK_REALTIME, &now) == 0);
	now.tv_sec += 40 * 365 * 86400L;
	need(clock_settime(CLOCK_REALTIME, &now) == 0);
	usleep(300000);
	now.tv_sec = 86400L * 365;
	need(clock_settime(CLOCK_REALTIME, &now) == 0);
}

/* Until the operator wakes it. */
static void suspend(void)
{
	tell_kernel("/sys/power/state", "mem");
}

static void (*const orders[])(void) = { panic, reboot_now, set_clock, suspend };

#define N_ORDERS (sizeof(orders) / sizeof(orders[0]))

/* Does to the whole guest what the host wants; there is an event for each. */
static void obey(const char *address, const char *name, unsigned count)
{
	struct xf_guest *guest = guest_connect_to(address, name, 0);
	for (;;) {
		struct order keep = { ASK_KEEP, 0, 0 };
		struct xf_guest_event *events[N_ORDERS];
		int r = 0;
		for (size_t i = 0; i < N_ORDERS && !r; i++)
			r = xf_guest_event_create(guest, 0, 0, &events[i]);
		if (!r) {
			keep.event = xf_guest_event_handle(events[0]);
			r = xf_guest_escape(guest, 0, 0, &keep, sizeof(keep), NULL);
		}
		while (!r || r == XF_TIMEOUT) {
			for (size_t i = 1; i < N_ORDERS; i++)
				if (xf_guest_event_wait(events[i], 0) == 0)
					orders[i]();
			r = xf_guest_event_wait(events[0], xf_deadline(100 * MS));
			if (!r)
				orders[0]();
		}
		need(xf_guest_reconnect(guest, xf_deadline(100 * SECOND)) == 0);
	}
}

/* Takes what it is given and reads no more: a guest that stalls. */
static void stall(const char *address, const char *name, unsigned count)
{
	struct xf_guest *guest = guest_connect_to(address, name, 0);
	struct xf_guest_event *event;
	need(xf_guest_event_create(guest, 0, 0, &event) == 0);
	need(ask(guest, 0, ASK_KEEP, 0, xf_guest_event_handle(event)) == 0);
	for (;;)
		pause();
}

/* ---- a surface handed to and fro by key ---- */

static uint32_t pixel(uint32_t round, size_t i, int side)
{
	return (round << 1 | (uint32_t)side) * 2654435761u ^ (uint32_t)i;
}

/* Alone with a key of its own: what a pair costs, for people to read on the console. */
static void uncontended(struct xf_guest_surface *surface, const char *name)
{
	need(xf_guest_surface_acquire(surface, 2, xf_deadline(100 * SECOND), NULL) == 0);
	need(xf_guest_surface_release(surface, 2, 0) == 0);
	int64_t start = xf_now();
	for (int i = 0; i < 1000; i++) {
		need(xf_guest_surface_acquire(surface, 2, 0, NULL) == 0);
		need(xf_guest_surface_release(surface, 2, 0) == 0);
	}
	printf("GUEST %s: %lld ns an uncontended pair\n", name,
		(long long)(xf_now() - start) / 1000);
	need(xf_guest_surface_acquire(surface, 2, 0, NULL) == 0);
	need(xf_guest_surface_release(surface, 0, 0) == 0);
}

/* Key 1 is ours, key 0 the host's; the fence is the round. */
static void hand(const char *address, const char *name, unsigned count)
{
	struct xf_guest *guest = guest_connect_to(address, name, 0);
	struct xf_guest_surface *surface, *twice;
	struct xf_guest_surface_info info = { .size = sizeof(info) };
	uint64_t fence;
	need(xf_guest_surface_open(guest, 999, &surface) == -ENOENT);
	need(xf_guest_surface_open(guest, ask_surface(guest), &surface) == 0);
	need(xf_guest_surface_open(guest, ask_surface(guest), &twice) == -EALREADY);
	xf_guest_surface_info(surface, &info);
	need(info.width_px == 256 && info.height_px == 64 && info.stride_bytes == 1024);
	uint32_t *pixels = info.data;
	/* Nobody releases with this key: the host cancels when we give up. */
	need(xf_guest_surface_acquire(surface, 99, xf_deadline(30 * MS), &fence) == XF_TIMEOUT);
	need(xf_guest_surface_release(surface, 0, 0) == -EPERM);
	(void)ask(guest, 0, ASK_REPORT, 1, 0);
	for (uint32_t round = 1; round <= count; round++) {
		need(xf_guest_surface_acquire(surface, 1, xf_deadline(100 * SECOND), &fence) == 0);
		need(fence == round);
		need(xf_guest_surface_acquire(surface, 1, 0, &fence) == -EDEADLK);
		for (size_t i = 0; i < 256 * 64; i++) {
			need(pixels[i] == pixel(round, i, 0));
			pixels[i] = pixel(round, i, 1);
		}
		need(xf_guest_surface_release(surface, 0, round) == 0);
	}
	uncontended(surface, name);
	xf_guest_surface_close(surface);
	xf_guest_disconnect(guest);
}

/* One of several processes that pass it around: takes it with the name's last digit as key, and
 * gives it to the next; the last one, 2, gives it to the host. */
static void pass(const char *address, const char *name, unsigned count)
{
	struct xf_guest *guest = guest_connect_to(address, name, 0);
	struct xf_guest_surface *surface;
	struct xf_guest_surface_info info = { .size = sizeof(info) };
	uint64_t key = (uint64_t)(name[strlen(name) - 1] - '0'), fence;
	need(xf_guest_surface_open(guest, ask_surface(guest), &surface) == 0);
	xf_guest_surface_info(surface, &info);
	uint32_t *pixels = info.data;
	for (uint32_t round = 1; round <= count; round++) {
		need(xf_guest_surface_acquire(surface, key, xf_deadline(100 * SECOND), &fence) ==
			0);
		need(fence == round * 10 + key - 1);
		need(pixels[0] == fence);
		pixels[0]++;
		need(xf_guest_surface_release(surface, (key + 1) % 3, fence + 1) == 0);
	}
	xf_guest_surface_close(surface);
	xf_guest_disconnect(guest);
}

/* Takes it and keeps it, until the machine is killed. */
static void hold(const char *address, const char *name, unsigned count)
{
	struct xf_guest *guest = guest_connect_to(address, name, 0);
	struct xf_guest_surface *surface;
	need(xf_guest_surface_open(guest, ask_surface(guest), &surface) == 0);
	need(xf_guest_surface_acquire(surface, 1, xf_deadline(100 * SECOND), NULL) == 0);
	(void)ask(guest, 0, ASK_REPORT, 1, 0);
	for (;;)
		pause();
}

/* ---- what a bare byte takes: the same transport without us ---- */

static struct sockaddr_un unix_name(const char *path)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	snprintf(name.sun_path, sizeof(name.sun_path), "%s", path);
	return name;
}

static int open_raw(const char *address)
{
	int fd = -1;
	if (strncmp(address, "unix:", 5) == 0) {
		struct sockaddr_un name = unix_name(address + 5);
		for (;; usleep(10000)) {
			fd = socket(AF_UNIX, SOCK_STREAM, 0);
			need(fd >= 0);
			if (connect(fd, (struct sockaddr *)&name, sizeof(name)) == 0)
				return fd;
			close(fd);
		}
	}
	if (strncmp(address, "vsock:", 6) == 0) {
		struct sockaddr_vm name = { .svm_family = AF_VSOCK,
			.svm_cid = VMADDR_CID_HOST,
			.svm_port = (unsigned)atoi(address + 6) };
		/* The host listens when it is this guest's turn. */
		for (;; usleep(50000)) {
			fd = socket(AF_VSOCK, SOCK_STREAM, 0);
			need(fd >= 0);
			if (connect(fd, (struct sockaddr *)&name, sizeof(name)) == 0)
				return fd;
			close(fd);
		}
	}
	for (int64_t end = xf_deadline(5 * SECOND); fd < 0 && xf_now() < end; usleep(10000))
		fd = open(address, O_RDWR);
	need(fd >= 0);
	return fd;
}

static void echo(const char *address, const char *name, unsigned count)
{
	int fd = open_raw(address);
	char c = 'R';
	while (read(fd, &c, 1) != 1)
		usleep(10000); /* a port whose host end is not open yet reads as 0 */
	for (unsigned i = 0; i < count; i++) {
		need(write(fd, &c, 1) == 1);
		if (i + 1 < count)
			need(read(fd, &c, 1) == 1);
	}
	close(fd);
}

/* The least that a process between port and process must do: guestd without its meaning. */
static void relay(const char *address, const char *name, unsigned count)
{
	char file[64];
	snprintf(file, sizeof(file), "/run/%s.sock", name);
	struct sockaddr_un path = unix_name(file);
	struct pollfd ends[2] = { { .events = POLLIN }, { .events = POLLIN } };
	char bytes[4096];
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);
	prctl(PR_SET_NAME, "relay");
	need(bind(listener, (struct sockaddr *)&path, sizeof(path)) == 0);
	need(listen(listener, 1) == 0);
	ends[0].fd = open_raw(address);
	ends[1].fd = accept(listener, NULL, NULL);
	need(ends[1].fd >= 0);
	/* What comes from the host after the last answer is for whoever has the port next. */
	for (unsigned answers = 0; answers < count;) {
		need(poll(ends, 2, -1) > 0);
		for (int i = 0; i < 2; i++) {
			ssize_t n = ends[i].revents ? read(ends[i].fd, bytes, sizeof(bytes)) : 0;
			if (n > 0)
				need(write(ends[!i].fd, bytes, (size_t)n) == n);
			if (n > 0 && i == 1)
				answers += (unsigned)n;
		}
	}
	close(ends[0].fd);
}

/* Takes `count` bytes, and answers the last one. */
static void swallow(const char *address, const char *name, unsigned count)
{
	char bytes[4096];
	int fd = open_raw(address);
	for (ssize_t n; count; count -= (unsigned)n) {
		n = read(fd, bytes, count < sizeof(bytes) ? count : sizeof(bytes));
		need(n > 0);
	}
	need(write(fd, bytes, 1) == 1);
	close(fd);
}

/* The same without bytes: a word of a shared region, and an interrupt each way. */
static void echo_word(const char *address, const char *name, unsigned count)
{
	struct xfg_pci pci;
	uint64_t rings;
	need(xfg_pci_open(address, &pci) == 0 && pci.irq >= 0);
	uint32_t *words = (uint32_t *)pci.memory;
	struct pollfd irq = { .fd = pci.irq, .events = POLLIN };
	for (uint32_t i = 1; i <= count; i++) {
		while (__atomic_load_n(&words[RAW_TO_GUEST], __ATOMIC_SEQ_CST) != i) {
			need(poll(&irq, 1, 100000) == 1);
			(void)!read(pci.irq, &rings, sizeof(rings)); /* only empties it */
		}
		__atomic_store_n(&words[RAW_TO_HOST], i, __ATOMIC_SEQ_CST);
		pci.registers[3] = 0; /* the doorbell of peer 0 */
	}
	xfg_pci_close(&pci);
}

/* ---- crowds: COUNT is what each does, and NAME ends with how many there are ---- */

static unsigned crowd_of(const char *name)
{
	const char *dash = strrchr(name, '-');
	return dash ? (unsigned)atoi(dash + 1) : 1;
}

static void crowd(void (*one)(const char *address, const char *name, unsigned count),
	const char *address, const char *name, unsigned count)
{
	unsigned n = crowd_of(name);
	for (unsigned i = 0; i < n; i++) {
		char own[64];
		snprintf(own, sizeof(own), "%s.%u", name, i);
		fflush(stdout);
		if (fork() == 0) {
			one(address, own, count);
			_exit(0);
		}
	}
}

static void await_crowd(unsigned n)
{
	int status;
	while (n--)
		need(wait(&status) > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void pings(const char *address, const char *name, unsigned count)
{
	crowd(ping, address, name, count);
	await_crowd(crowd_of(name));
}

static void manys(const char *address, const char *name, unsigned count)
{
	crowd(many, address, name, count);
	await_crowd(crowd_of(name));
}

/* As relay, for many behind one port: a byte says whom it is for, and who answers. */
static void fan(const char *address, const char *name, unsigned count)
{
	char file[64], where[80], byte[256];
	struct pollfd ends[65] = { { .events = POLLIN } };
	unsigned n = crowd_of(name);
	snprintf(file, sizeof(file), "/run/%s.sock", name);
	snprintf(where, sizeof(where), "unix:%s", file);
	struct sockaddr_un path = unix_name(file);
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);
	need(bind(listener, (struct sockaddr *)&path, sizeof(path)) == 0);
	need(listen(listener, 64) == 0);
	crowd(echo, where, name, count);
	for (unsigned i = 1; i <= n; i++)
		ends[i] = (struct pollfd){ accept(listener, NULL, NULL), POLLIN, 0 };
	ends[0].fd = open_raw(address);
	for (unsigned answers = 0; answers < n * count;) {
		need(poll(ends, n + 1, -1) > 0);
		ssize_t got = ends[0].revents ? read(ends[0].fd, byte, sizeof(byte)) : 0;
		for (ssize_t i = 0; i < got; i++)
			need(write(ends[(unsigned char)byte[i]].fd, &byte[i], 1) == 1);
		for (unsigned i = 1; i <= n; i++) {
			if (!ends[i].revents || read(ends[i].fd, byte, 1) != 1)
				continue;
			need(write(ends[0].fd, byte, 1) == 1);
			answers++;
			if (answers == n * count)
				break;
		}
	}
	close(ends[0].fd);
	await_crowd(n);
}

/* What a process has had and done so far. */
struct effort {
	unsigned long long cpu_ns, sleeps;
};

static bool is_called(const char *pid, const char *command)
{
	char path[300], line[64] = "";
	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	FILE *file = fopen(path, "r");
	bool is =
		file && fgets(line, sizeof(line), file) && !strncmp(line, command, strlen(command));
	if (file)
		fclose(file);
	return is;
}

/* Nanoseconds by the scheduler: a count of ticks is wrong about one that runs a little, in time
 * with what wakes it. */
static void add_effort(const char *pid, struct effort *sum)
{
	char path[300], line[128];
	unsigned long long ns, sleeps;
	snprintf(path, sizeof(path), "/proc/%s/schedstat", pid);
	FILE *file = fopen(path, "r");
	need(file && fscanf(file, "%llu", &ns) == 1);
	fclose(file);
	sum->cpu_ns += ns;
	snprintf(path, sizeof(path), "/proc/%s/status", pid);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "voluntary_ctxt_switches: %llu", &sleeps) == 1)
			sum->sleeps += sleeps;
	need(file != NULL);
	fclose(file);
}

static struct effort effort_of(const char *command)
{
	struct effort sum = { 0, 0 };
	DIR *processes = opendir("/proc");
	struct dirent *entry;
	while (processes && (entry = readdir(processes)))
		if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9' &&
			is_called(entry->d_name, command))
			add_effort(entry->d_name, &sum);
	if (processes)
		closedir(processes);
	return sum;
}

/* Of the program that the name says after its dash; a report for each signal. */
static void usage(const char *address, const char *name, unsigned count)
{
	struct xf_guest *guest = guest_connect_to(address, name, 0);
	struct xf_guest_event *event;
	need(xf_guest_event_create(guest, 0, 0, &event) == 0);
	need(ask(guest, 0, ASK_KEEP, 0, xf_guest_event_handle(event)) == 0);
	while (count--) {
		need(xf_guest_event_wait(event, xf_deadline(300 * SECOND)) == 0);
		struct effort effort = effort_of(strchr(name, '-') + 1);
		(void)ask(
			guest, 0, ASK_REPORT, (uint32_t)(effort.cpu_ns / 1000) + 1, effort.sleeps);
	}
	xf_guest_disconnect(guest);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(const char *address, const char *name, unsigned count);
	} modes[] = { { "once", once }, { "many", many }, { "ping", ping }, { "die", die },
		{ "sessions", sessions }, { "returns", returns }, { "stall", stall },
		{ "pings", pings }, { "manys", manys }, { "fan", fan }, { "usage", usage },
		{ "obey", obey }, { "hand", hand }, { "hold", hold }, { "pass", pass },
		{ "echo", echo }, { "relay", relay }, { "swallow", swallow },
		{ "echo-word", echo_word } };
	if (argc < 4)
		return 2;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strcmp(argv[1], modes[i].name) == 0) {
			modes[i].run(argv[2], argv[3], argc > 4 ? (unsigned)atoi(argv[4]) : 0);
			printf("GUEST %s: ok\n", argv[3]);
			return 0;
		}
	return 2;
}
