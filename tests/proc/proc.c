/* SPDX-License-Identifier: MIT */
#include "proc.h"

#include "fork.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../temporary.h"
#include "base/futex.h"

#define SKIPPED 77

struct proc_board *proc_board;

void proc_fail(const char *file, int line, const char *format, ...)
{
	char text[512];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	printf("# %d: %s:%d: %s\n", (int)getpid(), file, line, text);
	fflush(stdout);
	/* Meson shows no comments of TAP. */
	fprintf(stderr, "%d: %s:%d: %s\n", (int)getpid(), file, line, text);
	_exit(1);
}

void proc_skip(const char *why)
{
	printf("# skipped: %s\n", why);
	fflush(stdout);
	_exit(SKIPPED);
}

void proc_pause(void)
{
	struct timespec ms = { .tv_nsec = 1000000 };
	nanosleep(&ms, NULL);
}

pid_t proc_spawn_at(const char *point, int stderr_fd, void (*fn)(void *arg), void *arg)
{
	fflush(stdout);
	pid_t pid = proc_fork();
	CHECK(pid >= 0);
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (stderr_fd >= 0)
		dup2(stderr_fd, 2);
	if (point)
		setenv("XF_KILL_POINT", point, 1);
	fn(arg);
	fflush(stdout);
	_exit(0);
}

pid_t proc_spawn(void (*fn)(void *arg), void *arg)
{
	return proc_spawn_at(NULL, -1, fn, arg);
}

/* XF_SLOW=N: this machine is N times slower than those the limits were made for. */
static int times_slower(void)
{
	const char *slow = getenv("XF_SLOW");
	return slow && atoi(slow) > 0 ? atoi(slow) : 1;
}

static int limit_ms(int ms)
{
	return ms * times_slower();
}

int proc_share(int n)
{
	return n > times_slower() ? n / times_slower() : 1;
}

int64_t proc_patience(int ms)
{
	return xf_deadline(limit_ms(ms) * MS);
}

/* A pidfd becomes readable when the process has ended. */
static bool wait_ended(pid_t pid, int ms)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	CHECK(fd >= 0);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int n;
	do
		n = poll(&p, 1, limit_ms(ms));
	while (n < 0 && errno == EINTR);
	close(fd);
	return n == 1;
}

int proc_wait(pid_t pid, int ms)
{
	int status;
	if (!wait_ended(pid, ms))
		proc_fail(__FILE__, __LINE__, "child %d still runs after %d ms", (int)pid, ms);
	/*
	 * A zombie for a moment: members read its /proc/PID/stat to see that it is really gone, and
	 * the kernel spins in waitpid() while they do, on the very CPU they may need.
	 */
	proc_pause();
	CHECK(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

void proc_kill(pid_t pid)
{
	kill(pid, SIGKILL);
	(void)proc_wait(pid, 10000);
}

bool proc_ended(pid_t pid)
{
	char path[32], state = 'X';
	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	FILE *stat = fopen(path, "re");
	if (!stat)
		return true;
	(void)!fscanf(stat, "%*d %*s %c", &state); /* fails: it has just gone */
	fclose(stat);
	return state == 'Z' || state == 'X';
}

void proc_wait_stopped(pid_t pid, int ms)
{
	int status;
	int64_t until = proc_patience(ms);
	while (waitpid(pid, &status, WUNTRACED | WNOHANG) == 0 && xf_now() < until)
		proc_pause();
	CHECK(WIFSTOPPED(status));
}

void proc_tell(int step)
{
	atomic_fetch_add(&proc_board->step[step], 1);
	xfi_futex_wake(&proc_board->step[step], INT32_MAX, FUTEX_BITSET_MATCH_ANY);
}

void proc_await(int step, uint32_t count, int ms)
{
	int64_t deadline = proc_patience(ms);
	uint32_t seen;
	while ((seen = atomic_load(&proc_board->step[step])) < count)
		if (xfi_futex_wait(&proc_board->step[step], seen, deadline,
			    FUTEX_BITSET_MATCH_ANY) == -ETIMEDOUT)
			proc_fail(__FILE__, __LINE__, "step %d: told %u times, expected %u", step,
				seen, count);
}

static int count_member(const struct xf_member_info *info, void *arg)
{
	(void)info;
	++*(uint32_t *)arg;
	return 0;
}

uint32_t proc_members(struct xf_domain *domain)
{
	uint32_t count = 0;
	EXPECT(0, xf_inspect_members(domain, count_member, &count));
	return count;
}

uint32_t proc_objects(struct xf_domain *domain)
{
	struct xf_domain_info info = { .size = sizeof(info) };
	EXPECT(0, xf_inspect_domain(domain, &info));
	return info.objects;
}

static int count_entries(const char *folder)
{
	DIR *dir = opendir(folder);
	int count = 0;
	while (dir && readdir(dir))
		count++;
	if (dir)
		closedir(dir);
	return count;
}

int proc_descriptors(void)
{
	return count_entries("/proc/self/fd");
}

static int count_lines(const char *path, const char *text)
{
	char line[1024];
	FILE *file = fopen(path, "re");
	int count = 0;
	CHECK(file);
	while (fgets(line, sizeof(line), file))
		count += strstr(line, text) != NULL;
	fclose(file);
	return count;
}

int proc_mappings(const char *text)
{
	return count_lines("/proc/self/maps", text);
}

/* Our own names only: the prefix carries a hash of this test's runtime folder. */
static int count_name(const char *name, void *arg)
{
	(void)name;
	++*(int *)arg;
	return 0;
}

static int names_left(void)
{
	int count = 0;
	(void)xf_inspect_names(count_name, &count);
	return count;
}

/* Others' programs come and go there meanwhile: GStreamer's shmsink, and drivers. */
static int shm_files(void)
{
	DIR *dir = opendir("/dev/shm");
	const struct dirent *entry;
	int count = 0;
	while (dir && (entry = readdir(dir)))
		count += strstr(entry->d_name, "crossfence") != NULL;
	if (dir)
		closedir(dir);
	return count;
}

/* The test's own process, the leader of its group. */
static _Noreturn void run_inside(const struct proc_test *test)
{
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	int descriptors = proc_descriptors();
	test->fn();
	EXPECT(0, proc_mappings("memfd:crossfence"));
	EXPECT(descriptors, proc_descriptors());
	if (waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD)
		proc_fail(__FILE__, __LINE__, "a child is left");
	fflush(stdout);
	_exit(0);
}

static int run_one(const struct proc_test *test)
{
	char folder[TEMPORARY_SIZE];
	int status, result;
	CHECK(mkdtemp(temporary(folder, "crossfence-test-XXXXXX")));
	setenv("XDG_RUNTIME_DIR", folder, 1);
	memset(proc_board, 0, sizeof(*proc_board));
	int files = shm_files();
	fflush(stdout);
	pid_t pid = fork();
	CHECK(pid >= 0);
	if (!pid)
		run_inside(test);
	setpgid(pid, pid);
	bool ended = wait_ended(pid, (int)test->limit_s * 1000);
	kill(-pid, SIGKILL); /* its whole group, whatever is left of it */
	CHECK(waitpid(pid, &status, 0) == pid);
	result = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
	if (!ended)
		printf("# not done after %u s\n", test->limit_s);
	else if (WIFSIGNALED(status))
		printf("# ended by signal %d\n", WTERMSIG(status));
	else if (!result && (shm_files() > files || names_left())) /* others may take theirs away */
		result = printf("# left behind: %d in /dev/shm, %d names\n", shm_files() - files,
			names_left());
	if (rmdir(folder))
		result = printf("# left behind: files in the runtime folder\n");
	return ended ? result : 1;
}

static bool wanted(const struct proc_test *test, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], test->name) == 0)
			return true;
	return argc <= 1;
}

int proc_main(int argc, char **argv, const struct proc_test *tests, size_t count)
{
	bool failed = false;
	proc_board = mmap(NULL, sizeof(*proc_board), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(proc_board != MAP_FAILED);
	printf("1..%zu\n", count);
	for (size_t i = 0; i < count; i++) {
		if (!wanted(&tests[i], argc, argv))
			continue;
		int64_t start = xf_now();
		int r = run_one(&tests[i]);
		failed |= r && r != SKIPPED;
		printf("%s %zu - %s (%d ms)%s\n", r && r != SKIPPED ? "not ok" : "ok", i + 1,
			tests[i].name, (int)((xf_now() - start) / MS),
			r == SKIPPED ? " # SKIP" : "");
		fflush(stdout);
	}
	return failed;
}
