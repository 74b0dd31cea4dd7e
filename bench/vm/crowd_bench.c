/* SPDX-License-Identifier: MIT */
/*
 * vm-crowd: what 1, 4 and 16 processes of a real guest (QEMU under TCG) see that wait for signals,
 * by each way to the host. Each process has one signal under way at a time. The host signals, the
 * guest process wakes and answers by a message of its own, the host takes the time. Beside it the
 * least that a process between port and processes must do, a byte for each of them, passed on by a
 * program that only looks whom it is for.
 *
 *	vm-crowd [serial|usage|vsock|ivshmem|looked]
 *
 * All, if none is named; looked: no interrupt; usage: only the last lines of serial.
 *
 * XF_VM_IMAGE names the folder of the guest's image, as for the tests.
 */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <crossfence/host.h>
#include "../../tests/temporary.h"
#include "../../tests/vm/guestside.h"
#include "../../tests/vm/machine.h"
#include "../../tests/vm/vsock_backend.h"

#define PINGS	  400 /* of each process */
#define SIGNALS	  40000 /* of all together */
#define PROCESSES 64

/* 10 000 in a second, by guestd and by the relay in turns */
#define STEADY_COUNT  20000
#define STEADY_ROUNDS 6
#define STEADY_NS     100000 /* between two */
#define STEADY_BYTES  40 /* of each: a signal's message */

static const unsigned crowds[] = { 1, 4, 16 };

struct peer {
	xf_host_handle handle;
	char name[65];
	uint64_t event;
	int64_t sent_ns;
	uint64_t sleeps; /* reported beside it */
	uint32_t left, reported;
	bool alive;
};

static struct {
	struct xf_host *host;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct peer peers[PROCESSES];
	unsigned n;
	int64_t times_ns[16 * PINGS];
	unsigned n_times;
} b = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };

static char folder[TEMPORARY_SIZE];

static const char *in_folder(const char *name)
{
	static char paths[8][128];
	static int next;
	char *path = paths[next++ % 8];
	snprintf(path, 128, "%s/%s", folder, name);
	return path;
}

static void give_up(const char *why)
{
	fprintf(stderr, "vm-crowd: %s\n", why);
	exit(1);
}

/* ---- the driver ---- */

static int process_create(void *self, const struct xf_host_process_info *info, void **ret_process)
{
	if (info->kind != XF_HOST_PROCESS_VM)
		return 0;
	pthread_mutex_lock(&b.lock);
	struct peer *peer = &b.peers[b.n++ % PROCESSES];
	*peer = (struct peer){ .handle = info->process, .alive = true };
	snprintf(peer->name, sizeof(peer->name), "%s", info->name);
	*ret_process = peer;
	pthread_mutex_unlock(&b.lock);
	return 0;
}

static void process_destroy(void *self, void *process)
{
	struct peer *peer = process;
	pthread_mutex_lock(&b.lock);
	if (peer)
		peer->alive = false;
	pthread_cond_broadcast(&b.changed);
	pthread_mutex_unlock(&b.lock);
}

static void take_pong(struct peer *peer)
{
	int64_t now_ns = xf_now();
	if (b.n_times < sizeof(b.times_ns) / sizeof(b.times_ns[0]))
		b.times_ns[b.n_times++] = now_ns - peer->sent_ns;
	if (--peer->left) {
		peer->sent_ns = now_ns;
		(void)xf_host_signal(b.host, peer->handle, peer->event, 0);
	}
}

static int escape(void *self, void *process, void *device, uint32_t flags, void *data, size_t size,
	uint32_t *ret_status)
{
	struct peer *peer = process;
	struct order order;
	if (size != sizeof(order))
		return -EMSGSIZE;
	memcpy(&order, data, sizeof(order));
	pthread_mutex_lock(&b.lock);
	if (order.ask == ASK_KEEP)
		peer->event = order.event;
	else if (order.ask == ASK_REPORT)
		peer->reported = order.count, peer->sleeps = order.event;
	else if (order.ask == ASK_PONG)
		take_pong(peer);
	pthread_cond_broadcast(&b.changed);
	pthread_mutex_unlock(&b.lock);
	order.count += 1000;
	memcpy(data, &order, sizeof(order));
	return 0;
}

/* How many living processes have a name that begins so, and have done what `done` asks. */
static unsigned count_peers(const char *prefix, bool (*done)(const struct peer *peer))
{
	unsigned n = 0;
	for (unsigned i = 0; i < PROCESSES; i++)
		n += !strncmp(b.peers[i].name, prefix, strlen(prefix)) && done(&b.peers[i]);
	return n;
}

static bool waits(const struct peer *peer)
{
	return peer->alive && peer->event;
}

static bool has_reported(const struct peer *peer)
{
	return peer->reported != 0;
}

static void await_peers(const char *prefix, unsigned n, bool (*done)(const struct peer *peer))
{
	struct timespec limit;
	clock_gettime(CLOCK_REALTIME, &limit);
	limit.tv_sec += 300;
	pthread_mutex_lock(&b.lock);
	while (count_peers(prefix, done) < n)
		if (pthread_cond_timedwait(&b.changed, &b.lock, &limit))
			give_up(prefix);
	pthread_mutex_unlock(&b.lock);
}

/* ---- figures ---- */

static int by_size(const void *x, const void *y)
{
	int64_t p = *(const int64_t *)x, q = *(const int64_t *)y;
	return (p > q) - (p < q);
}

static int64_t print_times(const char *title, unsigned crowd, int64_t *ns, unsigned n)
{
	qsort(ns, n, sizeof(*ns), by_size);
	printf("%-26s %3u %9.0f %9.0f %9.0f", title, crowd, (double)ns[n / 2] / 1e3,
		(double)ns[n * 99 / 100] / 1e3, (double)ns[n * 999 / 1000] / 1e3);
	return ns[n / 2];
}

static int64_t measure_pings(const char *title, const char *prefix, unsigned crowd)
{
	char name[64];
	snprintf(name, sizeof(name), "%s-%u.", prefix, crowd);
	await_peers(name, crowd, waits);
	pthread_mutex_lock(&b.lock);
	b.n_times = 0;
	for (unsigned i = 0; i < PROCESSES; i++) {
		struct peer *peer = &b.peers[i];
		if (strncmp(peer->name, name, strlen(name)))
			continue;
		peer->left = PINGS;
		peer->sent_ns = xf_now();
		(void)xf_host_signal(b.host, peer->handle, peer->event, 0);
	}
	pthread_mutex_unlock(&b.lock);
	await_peers(name, crowd, has_reported);
	return print_times(title, crowd, b.times_ns, b.n_times);
}

static void send_signal(const struct peer *peer, uint64_t event)
{
	int r;
	while ((r = xf_host_signal(b.host, peer->handle, event, 0)) == -ENOBUFS)
		sched_yield();
	if (r)
		give_up(xf_strerror(r));
}

/* As many as go through, for all of them in turn. */
static void measure_rate(const char *prefix, unsigned crowd)
{
	struct peer *peers[16];
	unsigned n = 0, each = SIGNALS / crowd / 8 * 8;
	char name[64];
	snprintf(name, sizeof(name), "%s-many-%u.", prefix, crowd);
	await_peers(name, crowd, waits);
	for (unsigned i = 0; i < PROCESSES && n < crowd; i++)
		if (!strncmp(b.peers[i].name, name, strlen(name)))
			peers[n++] = &b.peers[i];
	int64_t began = xf_now();
	for (unsigned i = 0; i <= each; i++)
		for (unsigned p = 0; p < n; p++)
			send_signal(peers[p], peers[p]->event + (i == each ? 8 : i % 8));
	await_peers(name, crowd, has_reported);
	printf(" %10.0f/s", (double)each * crowd / ((double)(xf_now() - began) / 1e9));
}

/* ---- the relayed byte ---- */

static int raw_port(void)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	struct timeval limit = { 300, 0 };
	snprintf(name.sun_path, sizeof(name.sun_path), "%s", in_folder("raw.sock"));
	for (int64_t end = xf_deadline(60 * SECOND); xf_now() < end; usleep(20000)) {
		int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
		if (connect(fd, (struct sockaddr *)&name, sizeof(name)) == 0)
			return fd;
		close(fd);
	}
	give_up("raw.sock");
	return -1;
}

static int64_t measure_bytes(int fd, unsigned crowd)
{
	static int64_t times_ns[16 * PINGS];
	int64_t sent_ns[17];
	unsigned left[17], n = 0;
	for (unsigned i = 1; i <= crowd; i++) {
		char c = (char)i;
		left[i] = PINGS;
		sent_ns[i] = xf_now();
		if (send(fd, &c, 1, MSG_NOSIGNAL) != 1)
			give_up("the relayed byte");
	}
	while (n < crowd * PINGS) {
		unsigned char c;
		if (recv(fd, &c, 1, 0) != 1 || !c || c > crowd)
			give_up("the relayed byte did not come back");
		times_ns[n++] = xf_now() - sent_ns[c];
		sent_ns[c] = xf_now();
		if (--left[c] && send(fd, &c, 1, MSG_NOSIGNAL) != 1)
			give_up("the relayed byte");
	}
	int64_t median = print_times("  a byte relayed", crowd, times_ns, n);
	printf("\n");
	return median;
}

/* ---- guestd's share of the CPU, at a rate that a driver may have ---- */

static struct peer *find_peer(const char *name)
{
	struct peer *found = NULL;
	await_peers(name, 1, waits);
	for (unsigned i = 0; i < PROCESSES; i++)
		if (!strncmp(b.peers[i].name, name, strlen(name)) && b.peers[i].alive)
			found = &b.peers[i];
	if (!found)
		give_up(name);
	return found;
}

/* What one of the two relays has had and done, and this process, which is driver and service. */
struct effort {
	double cpu_s, own_s, sleeps;
};

/* Of this process, which is driver and service at once. */
static double own_seconds(void)
{
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static struct effort ask_effort(const char *name)
{
	struct peer *peer = find_peer(name);
	peer->reported = 0;
	send_signal(peer, peer->event);
	await_peers(name, 1, has_reported);
	return (struct effort){ (double)peer->reported / 1e6, own_seconds(), (double)peer->sleeps };
}

/* STEADY_COUNT calls, some for each millisecond that has passed. For how many seconds. */
static double steadily(void (*send_one)(void *arg, unsigned i), void *arg)
{
	int64_t began = xf_now();
	for (unsigned sent = 0; sent < STEADY_COUNT; usleep(1000)) {
		unsigned due = (unsigned)((xf_now() - began) / STEADY_NS);
		for (; sent < due && sent < STEADY_COUNT; sent++)
			send_one(arg, sent);
	}
	return (double)(xf_now() - began) / 1e9;
}

static void signal_one(void *arg, unsigned i)
{
	const struct peer *peer = arg;
	send_signal(peer, peer->event + i % 8);
}

static void send_bytes(void *arg, unsigned i)
{
	char bytes[STEADY_BYTES] = { 0 };
	if (send(*(int *)arg, bytes, sizeof(bytes), MSG_NOSIGNAL) != sizeof(bytes))
		give_up("the relayed bytes");
}

struct share {
	const char *title, *usage;
	double cpu[STEADY_ROUNDS], own[STEADY_ROUNDS], sleeps[STEADY_ROUNDS]; /* per cent; per 1 */
};

static void measure_share(
	struct share *share, int round, void (*send_one)(void *arg, unsigned i), void *arg)
{
	struct effort before = ask_effort(share->usage);
	double seconds = steadily(send_one, arg);
	struct effort after = ask_effort(share->usage);
	share->cpu[round] = (after.cpu_s - before.cpu_s) * 100 / seconds;
	share->own[round] = (after.own_s - before.own_s) * 100 / seconds;
	share->sleeps[round] = (after.sleeps - before.sleeps) / STEADY_COUNT;
}

static int by_value(const void *x, const void *y)
{
	double p = *(const double *)x, q = *(const double *)y;
	return (p > q) - (p < q);
}

static double median(double *values, int n)
{
	qsort(values, (size_t)n, sizeof(*values), by_value);
	return (values[(n - 1) / 2] + values[n / 2]) / 2;
}

static void print_share(struct share *share)
{
	printf("%-10s %5.1f %% of the guest's CPU, %.2f sleeps a message; here %4.1f %% of one\n",
		share->title, median(share->cpu, STEADY_ROUNDS),
		median(share->sleeps, STEADY_ROUNDS), median(share->own, STEADY_ROUNDS));
}

/* Beside as many bytes, in as many pieces, by a program that passes them on: in turns. */
static void measure_usage(const char *prefix, int fd)
{
	char name[64], c;
	struct share guestd = { .title = "guestd", .usage = "usage-crossfence-gues" };
	struct share relay = { .title = "relay", .usage = "usage-relay" };
	double ratio[STEADY_ROUNDS];
	snprintf(name, sizeof(name), "%s-steady-1.", prefix);
	struct peer *peer = find_peer(name);
	for (int i = 0; i < STEADY_ROUNDS; i++) {
		measure_share(&guestd, i, signal_one, peer);
		measure_share(&relay, i, send_bytes, &fd);
		ratio[i] = guestd.cpu[i] / relay.cpu[i];
	}
	print_share(&guestd);
	print_share(&relay);
	printf("%-10s %5.2f (%d rounds of %d messages, 10 000 a second)\n", "ratio",
		median(ratio, STEADY_ROUNDS), STEADY_ROUNDS, STEADY_COUNT);
	if (recv(fd, &c, 1, 0) != 1)
		give_up("the relayed bytes");
	send_signal(peer, peer->event + 8);
	await_peers(name, 1, has_reported);
}

/* ---- ways ---- */

#define TEXT(x)	 TEXT_(x)
#define TEXT_(x) #x
#define CROWD(prefix, address, n)                                                                  \
	"xf.do=vm-guest,pings," address "," prefix "-" #n "," TEXT(PINGS),                         \
		"xf.do=vm-guest,manys," address "," prefix "-many-" #n ","
#define FAN(n) "xf.do=vm-guest,fan,/dev/vport0p2,fan-" #n "," TEXT(PINGS)

static void start_host(enum xf_host_transport transport, const char *address)
{
	struct xf_host_driver driver = { .size = sizeof(driver),
		.process_create = process_create,
		.process_destroy = process_destroy,
		.escape = escape };
	struct xf_host_params params = {
		.size = sizeof(params), .flags = XF_HOST_OWN_THREAD, .driver = &driver
	};
	struct xf_host_guest_params guest = {
		.size = sizeof(guest), .name = "vm", .transport = transport, .address = address
	};
	memset(b.peers, 0, sizeof(b.peers));
	b.n = 0;
	int r = xf_host_create(&params, &b.host);
	if (!r)
		r = xf_host_guest_add(b.host, &guest, NULL);
	if (r)
		give_up(xf_strerror(r));
}

static void measure_all(const char *title, const char *prefix, int fd)
{
	for (size_t i = 0; i < sizeof(crowds) / sizeof(crowds[0]); i++) {
		int64_t bare = fd >= 0 ? measure_bytes(fd, crowds[i]) : 0;
		int64_t ours = measure_pings(title, prefix, crowds[i]);
		measure_rate(prefix, crowds[i]);
		if (bare)
			printf("  %5.2f", (double)ours / (double)bare);
		printf("\n");
		fflush(stdout);
	}
}

#define GUESTD "unix:/run/crossfence/guestd.sock"
#define STEADY(prefix)                                                                             \
	"xf.bg=vm-guest,relay,/dev/vport0p2,raw,1000000",                                          \
		"xf.bg=vm-guest,swallow,unix:/run/raw.sock,raw,4800000",                           \
		"xf.bg=vm-guest,usage," GUESTD ",usage-crossfence-gues,12",                        \
		"xf.bg=vm-guest,usage," GUESTD ",usage-relay,12",                                  \
		"xf.do=vm-guest,manys," GUESTD "," prefix "-steady-1,120000"

static void run_serial(bool usage_only)
{
	char chardevs[2][200];
	struct machine machine;
	static const char *const steady[] = { "xf.mods=virtio,virtio_console",
		"xf.guestd=virtio:org.crossfence.0", STEADY("s"), NULL };
	static const char *const command[] = { "xf.mods=virtio,virtio_console",
		"xf.guestd=virtio:org.crossfence.0", FAN(1), CROWD("s", GUESTD, 1) "40000", FAN(4),
		CROWD("s", GUESTD, 4) "10000", FAN(16), CROWD("s", GUESTD, 16) "2496", STEADY("s"),
		NULL };
	snprintf(chardevs[0], 200, "socket,id=c0,path=%s,server=on,wait=off", in_folder("a.sock"));
	snprintf(
		chardevs[1], 200, "socket,id=c1,path=%s,server=on,wait=off", in_folder("raw.sock"));
	const char *const devices[] = { "-machine", "q35", "-device", "virtio-serial-pci",
		"-chardev", chardevs[0], "-device",
		"virtserialport,chardev=c0,name=org.crossfence.0", "-chardev", chardevs[1],
		"-device", "virtserialport,chardev=c1,name=org.crossfence.raw", NULL };
	start_host(XF_HOST_VIRTIO_SERIAL, in_folder("a.sock"));
	machine_start(&machine, in_folder("serial"), devices, usage_only ? steady : command);
	int fd = raw_port();
	if (!usage_only)
		measure_all("virtio-serial, guestd", "s", fd);
	measure_usage("s", fd);
	machine_kill(&machine);
	close(fd);
	xf_host_destroy(b.host);
}

static void run_vsock(void)
{
	char chardev[200];
	struct machine machine;
	static const char *const command[] = {
		"xf.mods=virtio,vsock,vmw_vsock_virtio_transport_common,vmw_vsock_virtio_transport",
		CROWD("v", "vsock:24870", 1) "40000", CROWD("v", "vsock:24870", 4) "10000",
		CROWD("v", "vsock:24870", 16) "2496", NULL
	};
	snprintf(chardev, sizeof(chardev), "socket,id=vu,path=%s", in_folder("vu.sock"));
	const char *const devices[] = { "-machine", "q35,memory-backend=mem", "-object",
		"memory-backend-memfd,id=mem,size=128M,share=on", "-chardev", chardev, "-device",
		"vhost-user-vsock-pci,chardev=vu", NULL };
	struct vsock_backend *backend =
		vsock_backend_start(in_folder("vu.sock"), in_folder("vs"), 3);
	start_host(XF_HOST_HYBRID, in_folder("vs"));
	machine_start(&machine, in_folder("vsock"), devices, command);
	measure_all("vsock", "v", -1);
	machine_kill(&machine);
	xf_host_destroy(b.host);
	vsock_backend_stop(backend);
}

static void run_ivshmem(int interrupt)
{
	char chardev[200];
	struct machine machine;
	const char *const command[] = { interrupt ? "intel_iommu=on" : "quiet",
		interrupt ? "xf.mods=irqbypass,vfio_virqfd,vfio,vfio_iommu_type1,vfio-pci-core,"
			    "vfio-pci"
			  : "quiet",
		interrupt ? "xf.vfio" : "quiet",
		"xf.guestd=ivshmem:", CROWD("i", GUESTD, 1) "40000", CROWD("i", GUESTD, 4) "10000",
		CROWD("i", GUESTD, 16) "2496", NULL };
	snprintf(chardev, sizeof(chardev), "socket,id=iv,path=%s", in_folder("iv.sock"));
	const char *const devices[] = { "-machine", interrupt ? "q35" : "pc", "-chardev", chardev,
		"-device", "ivshmem-doorbell,chardev=iv,vectors=1", interrupt ? "-device" : NULL,
		"intel-iommu", NULL };
	start_host(XF_HOST_IVSHMEM, in_folder("iv.sock"));
	machine_start(&machine, in_folder("ivshmem"), devices, command);
	measure_all(interrupt ? "ivshmem, guestd" : "ivshmem looked at, guestd", "i", -1);
	machine_kill(&machine);
	xf_host_destroy(b.host);
}

static void clean_up(void)
{
	static const char *const names[] = { "a.sock", "raw.sock", "vu.sock", "vs_24870", "iv.sock",
		"serial.con", "vsock.con", "ivshmem.con" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(in_folder(names[i]));
	rmdir(folder);
}

int main(int argc, char **argv)
{
	const char *only = argc > 1 ? argv[1] : "";
	const char *why = machine_missing();
	if (why)
		give_up(why);
	if (!mkdtemp(temporary(folder, "xfcrowd.XXXXXX")))
		give_up(folder);
	atexit(clean_up);
	if (!strcmp(only, "usage")) {
		run_serial(true);
		return 0;
	}
	printf("%-26s %3s %9s %9s %9s %12s  %5s\n", "us", "n", "p50", "p99", "p99.9", "signals",
		"ratio");
	if (!*only || !strcmp(only, "serial"))
		run_serial(false);
	if (!*only || !strcmp(only, "vsock"))
		run_vsock();
	if (!*only || !strcmp(only, "ivshmem"))
		run_ivshmem(1);
	if (!*only || !strcmp(only, "looked"))
		run_ivshmem(0);
	return 0;
}
