/* SPDX-License-Identifier: MIT */
/*
 * ./run-demo --vm: two real guests, crossfenced with the sample miniport, and next to each figure a
 * bare byte sent to and fro over the same transport, in the same guest, in the same run.
 *
 * Guest A has two virtio-serial ports of one device: one for the bare byte; the other is opened by
 * the sample's process itself, then owned by crossfence-guestd. What a process between port and
 * process costs anyway is shown by a byte that one relays. Guest B has vsock and two shared
 * regions with an interrupt; in one of them a bare word goes to and fro. Both run all the time;
 * only one measures at a time.
 *
 * usage: vm-demo BUILD-FOLDER
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <crossfence/result.h>
#include "../temporary.h"
#include "machine.h"
#include "raw_region.h"
#include "vsock_backend.h"

#define PINGS	 1000
#define WARM_UP	 200
#define SIGNALS	 1000
#define RAW_PORT 7000
#define PORT	 24870
#define MS	 INT64_C(1000000)
#define TEXT(x)	 TEXT_(x)
#define TEXT_(x) #x

struct times {
	int64_t median_ns, p99_ns;
};

static char folder[TEMPORARY_SIZE];
static struct machine a, b;
static pid_t daemon_pid;
static struct vsock_backend *backend;
static struct raw_region raw_region = { -1, -1, -1, -1, NULL };

static const char *path(const char *name)
{
	static char paths[16][128];
	static int next;
	char *p = paths[next++ % 16];
	snprintf(p, 128, "%s/%s", folder, name);
	return p;
}

static void clean_up(void)
{
	machine_kill(&a);
	machine_kill(&b);
	if (daemon_pid > 0) {
		kill(daemon_pid, SIGTERM);
		waitpid(daemon_pid, NULL, 0);
	}
	if (backend)
		vsock_backend_stop(backend);
	raw_region_close(&raw_region);
	static const char *const names[] = { "a.con", "b.con", "a.sock", "raw.sock", "vu.sock",
		"ivs.sock", "rawivs.sock", "vs_7000", "vs_24870", "crossfenced.conf",
		"control.sock", "crossfenced.log" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(path(names[i]));
	rmdir(folder);
}

static void fail(const char *what)
{
	fprintf(stderr, "vm-demo: %s\n", what);
	if (a.pid)
		machine_print(&a);
	if (b.pid)
		machine_print(&b);
	clean_up();
	exit(1);
}

/* ---- the bare byte ---- */

static int by_size(const void *x, const void *y)
{
	int64_t p = *(const int64_t *)x, q = *(const int64_t *)y;
	return (p > q) - (p < q);
}

static bool byte_to_and_fro(int fd)
{
	char c = 'r';
	return send(fd, &c, 1, MSG_NOSIGNAL) == 1 && recv(fd, &c, 1, 0) == 1;
}

/* Over a descriptor, or with -1 over the shared region. */
static struct times raw_byte(int fd)
{
	static int64_t ns[PINGS];
	for (uint32_t i = 0; i < WARM_UP + PINGS; i++) {
		int64_t start = xf_now();
		if (fd < 0 ? raw_region_ping(&raw_region, i + 1) : !byte_to_and_fro(fd))
			fail("the bare byte did not come back");
		if (i >= WARM_UP)
			ns[i - WARM_UP] = xf_now() - start;
	}
	qsort(ns, PINGS, sizeof(ns[0]), by_size);
	return (struct times){ ns[PINGS / 2], ns[PINGS * 99 / 100] };
}

static int unix_socket(const char *where, int listening)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	snprintf(name.sun_path, sizeof(name.sun_path), "%s", where);
	for (int64_t end = xf_deadline(60000 * MS); xf_now() < end; usleep(20000)) {
		int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (listening && bind(fd, (struct sockaddr *)&name, sizeof(name)) == 0 &&
			listen(fd, 1) == 0)
			return fd;
		if (!listening && connect(fd, (struct sockaddr *)&name, sizeof(name)) == 0)
			return fd;
		close(fd);
	}
	fail(where);
	return -1;
}

/* The guest has time for each step: it may still be booting, on a machine that is busy. */
static void be_patient(int fd)
{
	struct timeval limit = { 200, 0 };
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
}

static int raw_port = -1; /* stays connected: the guest opens and closes its end */

/* What is sent before an earlier opener has closed the port would be lost with it. */
static void await_closed(const char *opener)
{
	char line[64];
	snprintf(line, sizeof(line), "GUEST %s: ok", opener);
	for (int64_t end = xf_deadline(200000 * MS); !machine_said(&a, line); usleep(10000))
		if (xf_now() > end)
			fail(line);
}

static struct times raw_serial(void)
{
	if (raw_port < 0)
		raw_port = unix_socket(path("raw.sock"), 0);
	be_patient(raw_port);
	return raw_byte(raw_port);
}

static struct times raw_vsock(void)
{
	int listener = unix_socket(path("vs_" TEXT(RAW_PORT)), 1);
	be_patient(listener);
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	unlink(path("vs_" TEXT(RAW_PORT)));
	close(listener);
	if (fd < 0)
		fail("guest B did not connect");
	be_patient(fd);
	struct times times = raw_byte(fd);
	close(fd);
	return times;
}

static struct times raw_shared(void)
{
	struct times times = raw_byte(-1);
	raw_region_reset(&raw_region);
	return times;
}

/* Machines have moods: each row is set against the bare byte before and after it. */
static struct times between(struct times x, struct times y)
{
	return (struct times){ (x.median_ns + y.median_ns) / 2, (x.p99_ns + y.p99_ns) / 2 };
}

/* ---- guests and daemon ---- */

#define ECHO_PORT(name) "xf.do=vm-guest,echo,/dev/vport0p2," name ",1200"
/* The same byte through a process that only relays, as guestd stands between port and process. */
#define ECHO_RELAYED(name)                                                                         \
	"xf.bg=vm-guest,relay,/dev/vport0p2," name ",1200",                                        \
		"xf.do=vm-guest,echo,unix:/run/" name ".sock,raw,1200"
#define SHARED	    "0000:00:10.0"
#define RAW_SHARED  "0000:00:11.0"
#define ECHO_SHARED "xf.do=vm-guest,echo-word," RAW_SHARED ",raw,1200"
#define ECHO_VSOCK  "xf.do=vm-guest,echo,vsock:" TEXT(RAW_PORT) ",raw,1200"

static void start_guests(void)
{
	char serial[200], bare[200], vhost[200], shared[200], raw_shared[200];
	snprintf(bare, sizeof(bare), "socket,id=c1,path=%s,server=on,wait=off", path("raw.sock"));
	snprintf(serial, sizeof(serial), "socket,id=c0,path=%s,server=on,wait=off", path("a.sock"));
	snprintf(vhost, sizeof(vhost), "socket,id=vu,path=%s", path("vu.sock"));
	snprintf(shared, sizeof(shared), "socket,id=iv,path=%s", path("ivs.sock"));
	snprintf(raw_shared, sizeof(raw_shared), "socket,id=ivr,path=%s", path("rawivs.sock"));
	const char *const a_devices[] = { "-machine", "q35", "-device", "virtio-serial-pci",
		"-chardev", serial, "-device", "virtserialport,chardev=c0,name=org.crossfence.0",
		"-chardev", bare, "-device", "virtserialport,chardev=c1,name=org.crossfence.raw",
		NULL };
	const char *const a_command[] = { "xf.mods=virtio,virtio_console", ECHO_PORT("first"),
		"xf.do=sample-guest,virtio:org.crossfence.0,serial," TEXT(SIGNALS),
		ECHO_PORT("second"), ECHO_RELAYED("third"), "xf.guestd=virtio:org.crossfence.0",
		"xf.do=sample-guest,unix:/run/crossfence/guestd.sock,guestd," TEXT(SIGNALS),
		ECHO_RELAYED("fourth"), ECHO_PORT("fifth"), NULL };
	const char *const b_devices[] = { "-machine", "q35,memory-backend=mem", "-object",
		"memory-backend-memfd,id=mem,size=128M,share=on", "-device", "intel-iommu",
		"-chardev", vhost, "-device", "vhost-user-vsock-pci,chardev=vu", "-chardev", shared,
		"-device", "ivshmem-doorbell,chardev=iv,vectors=1,addr=0x10", "-chardev",
		raw_shared, "-device", "ivshmem-doorbell,chardev=ivr,vectors=1,addr=0x11", NULL };
	const char *const b_command[] = { "intel_iommu=on",
		"xf.mods=virtio,vsock,vmw_vsock_virtio_transport_common,"
		"vmw_vsock_virtio_transport,irqbypass,vfio_virqfd,vfio,vfio_iommu_type1,"
		"vfio-pci-core,vfio-pci",
		"xf.vfio", ECHO_VSOCK,
		"xf.do=sample-guest,vsock:" TEXT(PORT) ",vsock," TEXT(SIGNALS), ECHO_VSOCK,
		ECHO_SHARED, "xf.do=sample-guest,ivshmem:" SHARED ",ivshmem," TEXT(SIGNALS),
		ECHO_SHARED, NULL };
	if (raw_region_listen(&raw_region, path("rawivs.sock")))
		fail("rawivs.sock");
	machine_start(&a, path("a"), a_devices, a_command);
	machine_start(&b, path("b"), b_devices, b_command);
	if (raw_region_serve(&raw_region))
		fail("guest B's second region");
}

static void write_config(void)
{
	FILE *file = fopen(path("crossfenced.conf"), "we");
	if (!file)
		fail("crossfenced.conf");
	fprintf(file, "[service]\ncontrol = %s\n", path("control.sock"));
	fprintf(file, "[guest a]\ntransport = virtio-serial\naddress = %s\n", path("a.sock"));
	fprintf(file, "[guest b]\ntransport = hybrid\naddress = %s\nport = %d\n", path("vs"), PORT);
	fprintf(file, "[guest b-shared]\ntransport = ivshmem\naddress = %s\n", path("ivs.sock"));
	fclose(file);
}

static void start_daemon(const char *build, const char *config)
{
	char program[300], miniport[300];
	snprintf(program, sizeof(program), "%s/tools/crossfenced/crossfenced", build);
	snprintf(miniport, sizeof(miniport), "%s/examples/miniport/libsample-miniport.so", build);
	fflush(NULL);
	daemon_pid = fork();
	if (daemon_pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execl(program, program, "--config", config, "--miniport", miniport, NULL);
		_exit(127);
	}
}

/* ---- results ---- */

static int find_result(const struct machine *machine, const char *name, char *line, size_t size)
{
	char start[64];
	int found = 0;
	snprintf(start, sizeof(start), "RESULT %s ", name);
	FILE *file = fopen(machine->console, "re");
	while (file && !found && fgets(line, (int)size, file)) {
		char *at = strstr(line, start);
		found = at && strchr(at, '\n');
		if (found)
			memmove(line, at, strlen(at) + 1);
	}
	if (file)
		fclose(file);
	return found;
}

static void await_result(const struct machine *machine, const char *name, char *line, size_t size)
{
	for (int64_t end = xf_deadline(200000 * MS); xf_now() < end; usleep(20000))
		if (find_result(machine, name, line, size))
			return;
	fail("a guest did not report");
}

struct row {
	char signals[32], order[16];
	struct times times;
};

static struct row take_row(const struct machine *machine, const char *name)
{
	char line[256];
	struct row row;
	await_result(machine, name, line, sizeof(line));
	if (sscanf(line, "RESULT %*s signals=%31s order=%15s p50=%" SCNd64 " p99=%" SCNd64,
		    row.signals, row.order, &row.times.median_ns, &row.times.p99_ns) != 4)
		fail(line);
	return row;
}

static void print_times(const struct times *times)
{
	printf(" %8.1f %8.1f", (double)times->median_ns / 1e3, (double)times->p99_ns / 1e3);
}

static bool print_row(const char *title, const struct row *row, const struct times *raw)
{
	printf("%-28s %11s  %-6s", title, row->signals, row->order);
	print_times(raw);
	print_times(&row->times);
	printf("  %5.2f\n", (double)row->times.median_ns / (double)raw->median_ns);
	fflush(stdout);
	return strcmp(row->order, "ok") || strcmp(row->signals, TEXT(SIGNALS) "/" TEXT(SIGNALS));
}

static int measure(void)
{
	int bad = 0;
	struct times before = raw_serial();
	struct row row = take_row(&a, "serial");
	struct times after = raw_serial(), mean = between(before, after);
	bad |= print_row("virtio-serial, one process", &row, &mean);
	await_closed("second");
	struct times relayed = raw_serial();
	row = take_row(&a, "guestd");
	relayed = between(relayed, raw_serial());
	await_closed("fourth");
	before = raw_serial();
	mean = between(after, before);
	bad |= print_row("virtio-serial, guestd", &row, &mean);
	bad |= print_row("  beside a byte relayed", &row, &relayed);
	before = raw_vsock();
	row = take_row(&b, "vsock");
	after = raw_vsock();
	mean = between(before, after);
	bad |= print_row("vsock", &row, &mean);
	before = raw_shared();
	row = take_row(&b, "ivshmem");
	mean = between(before, raw_shared());
	bad |= print_row("ivshmem, interrupt", &row, &mean);
	return bad;
}

int main(int argc, char **argv)
{
	const char *why = machine_missing();
	if (argc != 2 || why) {
		fprintf(stderr, "vm-demo: %s\n", why ? why : "usage: vm-demo BUILD-FOLDER");
		return 1;
	}
	if (!mkdtemp(temporary(folder, "xfdemo.XXXXXX")))
		return 1;
	signal(SIGPIPE, SIG_IGN);
	int64_t start = xf_now();
	int bad = 0;
	backend = vsock_backend_start(path("vu.sock"), path("vs"), 3);
	write_config();
	start_daemon(argv[1], path("crossfenced.conf"));
	for (int i = 0; i < 500 && access(path("ivs.sock"), F_OK); i++)
		usleep(10000);
	start_guests();
	printf("Two QEMU guests (TCG, no KVM). Times in us, host call to answer seen by the "
	       "host.\n\n");
	printf("%-28s %11s  %-6s %17s %17s  %5s\n", "", "signals", "order", "bare byte p50/p99",
		"event p50/p99", "ratio");
	bad = measure();
	printf("\n%s in %.1f s\n", bad ? "NOT all signals arrived in order" : "All signals arrived",
		(double)(xf_now() - start) / 1e9);
	clean_up();
	return bad;
}
