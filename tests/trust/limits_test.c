/* SPDX-License-Identifier: MIT */
/* What a limit forbids, and what is no domain, is an error that says so, never a signal. */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

static void file_too_large(void *arg)
{
	struct rlimit limit = { 1 << 20, 1 << 20 };
	struct xf_domain *d;
	(void)arg;
	EXPECT(0, setrlimit(RLIMIT_FSIZE, &limit));
	EXPECT(-EFBIG, xf_domain_create(NULL, &d));
}

static void file_size_limit(void)
{
	EXPECT(0, proc_wait(proc_spawn(file_too_large, NULL), 5000));
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

static const struct proc_test tests[] = {
	{ "a file size limit is an error, not a signal", file_size_limit, 20 },
	{ "huge pages are no domain", huge_pages, 20 },
};

int main(int argc, char **argv)
{
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
