/* SPDX-License-Identifier: MIT */
/* What a limit forbids, and what is no domain, is an error that says so, never a signal. */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/pass_fd.h"

static void file_too_large(void *arg)
{
	struct rlimit limit = { 1 << 20, 1 << 20 };
	struct xf_domain *d;
	(void)arg;
	EXPECT(0, setrlimit(RLIMIT_FSIZE, &limit));
	EXPECT(-EFBIG, xf_domain_create(NULL, &d));
}

/* Made by somebody with another limit, or before: what would be written beyond it is not. */
static void file_reaches_too_far(void *arg)
{
	const struct rlimit limit = { 65536, 65536 };
	const struct xf_surface_desc desc = { .size = sizeof(desc),
		.width_px = 8,
		.height_px = 8,
		.fourcc = XF_FORMAT_R8,
		.label = "written to the file" };
	struct xf_surface *surface;
	struct xf_event *event;
	struct xf_domain *d;
	(void)arg;
	EXPECT(0, xf_domain_create(NULL, &d));
	EXPECT(0, setrlimit(RLIMIT_FSIZE, &limit));
	EXPECT(-EFBIG, xf_surface_create(d, &desc, 0, &surface));
	EXPECT(0, proc_objects(d));
	EXPECT(0, xf_event_create(d, 0, NULL, &event)); /* all else is in the mapping */
	xf_event_close(event);
	xf_domain_leave(d);
}

static void file_size_limit(void)
{
	EXPECT(0, proc_wait(proc_spawn(file_too_large, NULL), 5000));
	EXPECT(0, proc_wait(proc_spawn(file_reaches_too_far, NULL), 5000));
}

/* A file of huge pages is no domain: who joins it could be ended by SIGBUS at any access. */
static void huge_pages(void)
{
	struct xf_domain *d;
	int fd = memfd_create("huge", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_HUGETLB);
	if (fd < 0)
		proc_skip("this kernel has no huge pages");
	EXPECT(0, ftruncate(fd, 64 << 20));
	EXPECT(0, fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL));
	EXPECT(-EINVAL, xf_domain_create_in(fd, 64 << 20, NULL, &d));
	EXPECT(-EINVAL, xf_domain_join(fd, &d));
	close(fd);
}

/* Real ones where the system has some; what is refused does not depend on that. */
static int huge_memory(void)
{
	const size_t size = 2 << 20;
	int fd = memfd_create("huge", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_HUGETLB);
	if (fd < 0)
		proc_skip("this kernel has no huge pages");
	EXPECT(0, ftruncate(fd, (off_t)size));
	EXPECT(0, fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK));
	char *data = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	printf("# huge pages: %s\n", data == MAP_FAILED ? "none is reserved" : "real ones");
	if (data != MAP_FAILED) {
		memset(data, 1, size);
		EXPECT(0, munmap(data, size));
	}
	return fd;
}

/* By its maker; and by a peer that sends it with the words for an honest one. */
static void huge_surface(void)
{
	static const struct xf_surface_desc small = {
		.size = sizeof(small), .width_px = 16, .height_px = 16, .fourcc = XF_FORMAT_ABGR8888
	};
	struct fixture f;
	struct xf_surface *s, *got;
	int pair[2], plain, fd = huge_memory();
	char words[64];
	fixture_make(&f);
	EXPECT(-EINVAL, xf_surface_import(f.domain, &small, fd, 0, 0, &s));
	CHECK(strstr(xf_last_message(-EINVAL), "huge pages"));
	plain = memfd_create("plain", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	EXPECT(0, ftruncate(plain, 2 << 20));
	EXPECT(0, fcntl(plain, F_ADD_SEALS, F_SEAL_SHRINK));
	EXPECT(0, xf_surface_import(f.domain, &small, plain, 0, 0, &s));
	EXPECT(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair));
	EXPECT(0, xf_surface_send(s, pair[0]));
	ssize_t n = recv(pair[1], words, sizeof(words), 0); /* without its descriptor */
	EXPECT(0, xfi_send_fd(pair[0], NULL, 0, words, (size_t)n, fd, 0));
	EXPECT(-EPROTO, xf_surface_recv(f.domain, pair[1], &got));
	xf_surface_close(s);
	close(pair[0]);
	close(pair[1]);
	close(plain);
	close(fd);
	fixture_close(&f);
	close(f.fd);
}

static const struct proc_test tests[] = {
	{ "a file size limit is an error, not a signal", file_size_limit, 20 },
	{ "huge pages are no domain", huge_pages, 20 },
	{ "huge pages are no surface", huge_surface, 20 },
};

int main(int argc, char **argv)
{
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
