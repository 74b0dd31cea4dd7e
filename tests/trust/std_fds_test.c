/* SPDX-License-Identifier: MIT */
/*
 * A program that was started without its standard descriptors and writes to them all the same
 * writes nowhere: none of the library's is 0, 1 or 2, and none that it hands out.
 */
#include "fixture.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { PUBLISHED, OPENED };

static void close_std(void)
{
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		close(fd);
}

/* For a moment it may be: a thread of the library's has just got one, and moves it. */
static bool stays_open(int fd)
{
	for (int i = 0; i < 1000; i++) {
		if (fcntl(fd, F_GETFD) == -1)
			return false;
		proc_pause();
	}
	return true;
}

/* The number of the wrong one is the exit status, as there is nowhere to write it. */
static void check_std(int where)
{
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (write(fd, "output", 6) != -1 || stays_open(fd))
			_exit(10 * where + fd);
}

static void check_fd(int where, int r, int fd)
{
	check_std(where);
	if (r || fd <= STDERR_FILENO)
		_exit(10 * where + 9);
	close(fd);
}

static void use(int where, struct xf_domain *domain)
{
	struct xf_event *event;
	const struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 64, .height_px = 64, .fourcc = XF_FORMAT_XRGB8888
	};
	struct xf_surface *surface;
	uint64_t offset;
	int fd = -1, r = xf_event_create(domain, 0, NULL, &event);
	if (!r)
		r = xf_event_fd(event, &fd);
	check_std(where + 1);
	if (r || fd <= STDERR_FILENO)
		_exit(10 * where + 8);
	fd = -1;
	r = xf_surface_create(domain, &desc, 0, &surface);
	if (!r)
		r = xf_surface_export(surface, &fd, &offset);
	check_fd(where + 2, r, fd);
	xf_surface_close(surface);
	xf_event_close(event);
}

static void export_all(int where, struct xf_domain *domain)
{
	static const uint32_t flags[] = { 0, XF_OPEN_READ_ONLY };
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		int fd = -1, r = xf_domain_export(domain, flags[i], &fd);
		check_fd(where, r, fd);
	}
}

static void publish(void *arg)
{
	struct xf_domain *domain;
	(void)arg;
	close_std();
	if (xf_domain_create(NULL, &domain))
		_exit(1);
	check_std(1);
	use(2, domain);
	if (xf_domain_publish(domain, "closed"))
		_exit(2);
	check_std(6);
	export_all(7, domain);
	proc_tell(PUBLISHED);
	proc_await(OPENED, 1, 20000);
	check_std(8);
	xf_domain_leave(domain);
}

static void open_by_name(void *arg)
{
	struct xf_domain *domain, *joined;
	int fd;
	(void)arg;
	close_std();
	if (xf_domain_open("closed", 0, proc_patience(20000), &domain))
		_exit(1);
	check_std(1);
	use(2, domain);
	export_all(6, domain);
	if (xf_domain_export(domain, 0, &fd) || xf_domain_join(fd, &joined))
		_exit(3);
	close(fd);
	check_std(7);
	xf_domain_leave(joined);
	xf_domain_leave(domain);
	check_std(8);
}

static void all_closed(void)
{
	pid_t server = proc_spawn(publish, NULL);
	proc_await(PUBLISHED, 1, 20000);
	EXPECT(0, proc_wait(proc_spawn(open_by_name, NULL), 20000));
	proc_tell(OPENED);
	EXPECT(0, proc_wait(server, 20000));
}

/* Two are closed and one is not: that one is left as it is. */
static void join_without_output(void *arg)
{
	struct xf_domain *domain;
	EXPECT(0, close(STDIN_FILENO));
	EXPECT(0, close(STDOUT_FILENO));
	EXPECT(0, xf_domain_join(*(int *)arg, &domain));
	EXPECT(-1, write(STDOUT_FILENO, "output", 6));
	EXPECT(-1, write(STDIN_FILENO, "output", 6));
	CHECK(fcntl(STDERR_FILENO, F_GETFD) >= 0);
	xf_domain_leave(domain);
}

static void join_afterwards(void *arg)
{
	struct fixture f;
	fixture_join(&f, *(int *)arg);
	fixture_close(&f);
}

static void domain_is_intact(void)
{
	struct fixture f;
	fixture_make(&f);
	EXPECT(0, proc_wait(proc_spawn(join_without_output, &f.fd), 20000));
	EXPECT(0, proc_wait(proc_spawn(join_afterwards, &f.fd), 20000));
	close(f.fd);
	fixture_close(&f);
}

static const struct proc_test tests[] = {
	{ "all-closed", all_closed, 60 },
	{ "domain-is-intact", domain_is_intact, 60 },
};

int main(int argc, char **argv)
{
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
