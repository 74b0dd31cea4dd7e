/* SPDX-License-Identifier: MIT */
/*
 * Descriptors that are not what xf_domain_join() expects: a clear error, nothing mapped, no
 * descriptor left open.
 */
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shm/layout.h"

#define SEALS (F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL)

static void refuse(int expected, int fd, const char *what)
{
	struct xf_domain *d = (struct xf_domain *)1;
	int descriptors = proc_descriptors(), maps = proc_mappings("");
	int r = xf_domain_join(fd, &d);
	if (r != expected)
		proc_fail(__FILE__, __LINE__, "%s: %d, expected %d", what, r, expected);
	CHECK(d == (struct xf_domain *)1); /* outputs change on success only */
	CHECK(proc_descriptors() == descriptors);
	CHECK(proc_mappings("") == maps);
	CHECK(xf_strerror(r)[0]);
}

/* A file as crossfence would make it, of `size` bytes. */
static int make(const struct xfi_geometry *g, uint64_t size, int seals)
{
	int fd = memfd_create("forged", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	CHECK(fd >= 0 && ftruncate(fd, (off_t)size) == 0);
	CHECK(pwrite(fd, g, sizeof(*g), 0) == sizeof(*g));
	CHECK(!seals || fcntl(fd, F_ADD_SEALS, seals) == 0);
	return fd;
}

static struct xfi_geometry good(struct xfi_layout *layout)
{
	struct xfi_geometry g = { XFI_MAGIC, XFI_VERSION_FORMAT, 64, 4096, 0 };
	CHECK(xfi_layout(&g, layout) == 0);
	g.file_bytes = layout->end;
	return g;
}

static void forged(int expected, struct xfi_geometry g, uint64_t size, int seals, const char *what)
{
	int fd = make(&g, size, seals);
	refuse(expected, fd, what);
	close(fd);
}

/* What the C library, and the library's fork detection, map once. */
static void warm_up(void)
{
	struct xf_domain *d;
	EXPECT(0, xf_domain_create(NULL, &d));
	(void)(proc_descriptors() + proc_mappings(""));
	xf_domain_leave(d);
}

static void headers(void)
{
	struct xfi_layout l;
	struct xfi_geometry g = good(&l), bad;
	struct xf_domain *d;
	warm_up();
	int fd = make(&g, l.end, SEALS);
	EXPECT(0,
		xf_domain_join(fd, &d)); /* the forgery is good: what follows is one change each */
	xf_domain_leave(d);
	close(fd);
	fd = make(&g, l.end + 4096, SEALS); /* what lies behind is somebody else's */
	EXPECT(0, xf_domain_join(fd, &d));
	xf_domain_leave(d);
	close(fd);
	forged(-EINVAL, g, l.end, 0, "no seals");
	forged(-EINVAL, g, l.end, F_SEAL_GROW | F_SEAL_SEAL, "may shrink");
	forged(-EINVAL, g, l.end, F_SEAL_SHRINK | F_SEAL_SEAL, "may grow");
	forged(-EINVAL, g, l.end, F_SEAL_SHRINK | F_SEAL_GROW, "more seals may follow");
	forged(-EINVAL, g, l.end - 4096, SEALS, "a page too short");
	forged(-EINVAL, g, sizeof(g), SEALS, "only a header");
	bad = g, bad.magic ^= 1;
	forged(-EINVAL, bad, l.end, SEALS, "magic");
	bad = g, bad.version++;
	forged(-EPROTO, bad, l.end, SEALS, "version");
	const uint32_t capacities[] = { 0, 1, 63, 65, 128, XF_OBJECTS_MAX + 64, UINT32_MAX,
		UINT32_MAX - 63 };
	for (size_t i = 0; i < sizeof(capacities) / sizeof(capacities[0]); i++) {
		bad = g, bad.capacity = capacities[i];
		forged(-EINVAL, bad, l.end, SEALS, "capacity");
	}
	const uint64_t payloads[] = { 0, 1, 8192, UINT64_C(1) << 41, UINT64_MAX,
		UINT64_MAX - 4095 };
	for (size_t i = 0; i < sizeof(payloads) / sizeof(payloads[0]); i++) {
		bad = g, bad.payload_bytes = payloads[i];
		forged(-EINVAL, bad, l.end, SEALS, "payload");
	}
	const uint64_t sizes[] = { 0, l.end - 1, l.end + 1, UINT64_MAX };
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		bad = g, bad.file_bytes = sizes[i];
		forged(-EINVAL, bad, l.end, SEALS, "file size");
	}
	fd = memfd_create("empty", MFD_ALLOW_SEALING);
	refuse(-EINVAL, fd, "empty");
	close(fd);
}

static void other_files(void)
{
	static const struct {
		const char *path;
		int flags, expected;
	} files[] = {
		{ "/", O_RDONLY | O_DIRECTORY, -EINVAL },
		{ "/dev/null", O_RDWR, -EINVAL },
		{ "/dev/zero", O_RDONLY, -EINVAL },
		{ "/proc/self/mem", O_RDWR, -EINVAL },
		{ "/proc/self/exe", O_RDONLY, -EINVAL },
		{ "/", O_PATH, -EINVAL },
		{ "/dev/null", O_WRONLY, -EINVAL },
	};
	int pair[2];
	warm_up();
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		int fd = open(files[i].path, files[i].flags | O_CLOEXEC);
		CHECK(fd >= 0);
		refuse(files[i].expected, fd, files[i].path);
		close(fd);
	}
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	refuse(-EINVAL, pair[0], "socket");
	close(pair[0]);
	close(pair[1]);
	CHECK(pipe(pair) == 0);
	refuse(-EINVAL, pair[0], "pipe, to be read");
	refuse(-EINVAL, pair[1], "pipe, to be written");
	close(pair[0]);
	close(pair[1]);
	refuse(-EBADF, -1, "-1");
	refuse(-EBADF, 9999, "not open");
	EXPECT(-EINVAL, xf_domain_join(0, NULL));
}

/* ---- what is said: which descriptor, what it is, what to do ---- */

static struct xfi_layout layout;

static int memory_file(int flags, off_t size, int seals)
{
	int fd = memfd_create("odd", MFD_CLOEXEC | flags);
	if (fd < 0 || (size && ftruncate(fd, size)))
		return -1; /* no huge pages here */
	CHECK(!seals || fcntl(fd, F_ADD_SEALS, seals) == 0);
	return fd;
}

static int again(int fd, int flags)
{
	char path[40];
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	int other = open(path, flags | O_CLOEXEC);
	CHECK(other >= 0);
	close(fd);
	return other;
}

static int of_pair(int (*pair)(int fds[2]), int which)
{
	int fds[2];
	CHECK(pair(fds) == 0);
	close(fds[!which]);
	return fds[which];
}

static int sockets(int fds[2])
{
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds);
}

static int pipes(int fds[2])
{
	return pipe2(fds, O_CLOEXEC);
}

static int closed(void)
{
	int fd = dup(2);
	close(fd);
	return fd;
}

static int with_header(uint32_t version, uint64_t size)
{
	struct xfi_geometry g = good(&layout);
	g.version += version;
	return make(&g, size ? size : layout.end, SEALS);
}

static int none(void)
{
	return -1;
}
static int a_socket(void)
{
	return of_pair(sockets, 0);
}
static int a_pipe(void)
{
	return of_pair(pipes, 0);
}
static int a_pipes_end(void)
{
	return of_pair(pipes, 1);
}
static int a_directory(void)
{
	return open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}
static int a_device(void)
{
	return open("/dev/zero", O_RDWR | O_CLOEXEC);
}
static int a_file(void)
{
	return open("/proc/self/maps", O_RDONLY | O_CLOEXEC); /* a program's may lie on a tmpfs */
}
static int an_eventfd(void)
{
	return eventfd(0, EFD_CLOEXEC);
}
static int an_epoll(void)
{
	return epoll_create1(EPOLL_CLOEXEC);
}
static int by_path(void)
{
	return again(with_header(0, 0), O_PATH);
}
static int write_only(void)
{
	return again(with_header(0, 0), O_WRONLY);
}
static int read_only_room(void)
{
	return again(memory_file(MFD_ALLOW_SEALING, 1 << 20, SEALS), O_RDONLY);
}
static int never_sealed(void)
{
	return memory_file(0, 1 << 20, 0);
}
static int unsealed(void)
{
	return memory_file(MFD_ALLOW_SEALING, 1 << 20, 0);
}
static int may_shrink(void)
{
	return memory_file(MFD_ALLOW_SEALING, 1 << 20, F_SEAL_GROW | F_SEAL_SEAL);
}
static int no_writing(void)
{
	return memory_file(MFD_ALLOW_SEALING, 1 << 20, SEALS | F_SEAL_WRITE);
}
static int huge(void)
{
	return memory_file(MFD_ALLOW_SEALING | MFD_HUGETLB, 2 << 20, SEALS);
}
static int no_domain(void)
{
	return memory_file(MFD_ALLOW_SEALING, 1 << 20, SEALS);
}
static int empty(void)
{
	return memory_file(MFD_ALLOW_SEALING, 0, SEALS);
}
static int another_format(void)
{
	return with_header(1, 0);
}
static int cut_off(void)
{
	return with_header(0, 65536);
}

enum { BOTH, ONLY_JOIN, ONLY_MAKE };

static const struct odd {
	const char *name;
	int (*make)(void);
	int call, expected;
	const char *what, *advice; /* words of the message */
} odd[] = {
	{ "none", none, BOTH, -EBADF, "-1 is no open descriptor", "xf_domain_export()" },
	{ "closed", closed, BOTH, -EBADF, "is no open descriptor", "xf_domain_export()" },
	{ "socket", a_socket, BOTH, -EINVAL, "a socket", "receive from it" },
	{ "pipe", a_pipe, BOTH, -EINVAL, "a pipe", "xf_domain_export()" },
	{ "pipe's end", a_pipes_end, BOTH, -EINVAL, "a pipe", "xf_domain_export()" },
	{ "directory", a_directory, BOTH, -EINVAL, "a directory", "xf_domain_export()" },
	{ "device", a_device, BOTH, -EINVAL, "a device", "xf_domain_export()" },
	{ "file", a_file, BOTH, -EINVAL, "cannot be sealed", "xf_domain_export()" },
	{ "eventfd", an_eventfd, BOTH, -EINVAL, "no file at all", "xf_domain_export()" },
	{ "epoll", an_epoll, BOTH, -EINVAL, "no file at all", "xf_domain_export()" },
	{ "O_PATH", by_path, BOTH, -EINVAL, "O_PATH", "open it" },
	{ "write-only", write_only, BOTH, -EINVAL, "only be written", "open it O_RDWR" },
	{ "read-only room", read_only_room, ONLY_MAKE, -EINVAL, "only be read", "open it O_RDWR" },
	{ "never sealed", never_sealed, BOTH, -EINVAL, "may shrink grow", "F_SEAL_SHRINK" },
	{ "unsealed", unsealed, BOTH, -EINVAL, "may shrink grow", "F_SEAL_SHRINK" },
	{ "may shrink", may_shrink, BOTH, -EINVAL, "may shrink: make", "F_SEAL_SHRINK" },
	{ "not to be written", no_writing, BOTH, -EINVAL, "against writing", "must not set" },
	{ "huge pages", huge, BOTH, -EINVAL, "huge pages", "without MFD_HUGETLB" },
	{ "no domain", no_domain, ONLY_JOIN, -EINVAL, "no domain", "xf_domain_export()" },
	{ "empty", empty, ONLY_JOIN, -EINVAL, "0 bytes, too short", "xf_domain_export()" },
	{ "empty room", empty, ONLY_MAKE, -ENOSPC, "room for 0", "a larger file" },
	{ "another format", another_format, ONLY_JOIN, -EPROTO, "of format 2", "libraries of one" },
	{ "cut off", cut_off, ONLY_JOIN, -EINVAL, "65536 bytes", "another member" },
};

static void check_message(const struct odd *kind, int fd, int r, const char *call)
{
	char which[16];
	const char *message = xf_last_message(r);
	size_t length = strlen(message);
	snprintf(which, sizeof(which), "%d", fd);
	if (r != kind->expected || !strstr(message, kind->what) || !strstr(message, kind->advice) ||
		(r != -ENOSPC && !strstr(message, which)) || length > 198)
		proc_fail(__FILE__, __LINE__, "%s, %s: %d, expected %d: %s", kind->name, call, r,
			kind->expected, message);
}

static void what_is_said(void)
{
	warm_up();
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		struct xf_domain *d;
		int fd = odd[i].make();
		if (fd < 0 && odd[i].make == huge)
			continue;
		if (odd[i].call != ONLY_MAKE)
			check_message(&odd[i], fd, xf_domain_join(fd, &d), "join");
		if (odd[i].call != ONLY_JOIN)
			check_message(
				&odd[i], fd, xf_domain_create_in(fd, 1 << 20, NULL, &d), "create");
		close(fd);
	}
}

/* A read-only descriptor waits and looks; it cannot be mapped writable. */
static void read_only(void)
{
	struct xf_domain *d, *r;
	struct xf_event *event, *opened;
	struct xf_domain_info info = { .size = sizeof(info) };
	int fd, again;
	EXPECT(0, xf_domain_create(NULL, &d));
	EXPECT(0, xf_event_create(d, XF_EVENT_MANUAL_RESET, "event", &event));
	EXPECT(0, xf_domain_export(d, XF_OPEN_READ_ONLY, &fd));
	CHECK(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
	EXPECT(0, xf_domain_join(fd, &r));
	EXPECT(0, xf_event_open(r, xf_event_id(event), &opened));
	EXPECT(XF_TIMEOUT, xf_event_wait(opened, xf_deadline(MS)));
	EXPECT(-EACCES, xf_event_set(opened));
	EXPECT(-EACCES, xf_event_reset(opened));
	EXPECT(-EACCES, xf_domain_publish(r, "read-only"));
	EXPECT(-EACCES, xf_domain_export(r, 0, &again));
	EXPECT(0, xf_inspect_domain(r, &info));
	EXPECT(1, info.members);
	EXPECT(0, xf_event_set(event));
	EXPECT(0, xf_event_wait(opened, 0));
	xf_event_close(opened);
	xf_domain_leave(r);
	xf_event_close(event);
	xf_domain_leave(d);
	close(fd);
}

static void makes_it_in_anothers(void *arg)
{
	struct xf_domain *d;
	int fd = no_domain();
	(void)arg;
	CHECK(setuid(65534) == 0);
	EXPECT(-EPERM, xf_domain_create_in(fd, 1 << 20, NULL, &d));
	CHECK(strstr(xf_last_message(-EPERM), "is another user's memory file"));
}

/* What root made, and somebody else has. */
static void in_another_users_file(void)
{
	if (geteuid() == 0)
		EXPECT(0, proc_wait(proc_spawn(makes_it_in_anothers, NULL), 10000));
}

int main(int argc, char **argv)
{
	static const struct proc_test tests[] = {
		{ "corrupt headers", headers, 20 },
		{ "files of other kinds", other_files, 20 },
		{ "what is said of each", what_is_said, 20 },
		{ "in another user's file", in_another_users_file, 20 },
		{ "read-only", read_only, 20 },
	};
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
