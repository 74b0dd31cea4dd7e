/* SPDX-License-Identifier: MIT */
/*
 * Descriptors that are not what xf_domain_join() expects: a clear error, nothing mapped, no
 * descriptor left open.
 */
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
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

int main(int argc, char **argv)
{
	static const struct proc_test tests[] = {
		{ "corrupt headers", headers, 20 },
		{ "files of other kinds", other_files, 20 },
		{ "read-only", read_only, 20 },
	};
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
