/* SPDX-License-Identifier: MIT */
/*
 * The daemons shut themselves in: every thread of theirs has the filter and cannot gain privileges,
 * root's capabilities are gone, and what is forbidden is refused. The last is seen by making the
 * daemon itself try, as somebody would whose code it was made to run. That they work all the same
 * is what the other tests of them show, since they are shut in there too.
 */
#include "vmtest.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>

static pid_t start(char *const *argv)
{
	fflush(NULL);
	pid_t parent = getpid(), pid = fork();
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent)
		execv(argv[0], argv);
	_exit(127);
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* A number in /proc/PID/task/TID/status. */
static unsigned long long status_of(const char *folder, const char *tid, const char *key, int base)
{
	char path[300], line[200];
	unsigned long long value = ~0ull;
	snprintf(path, sizeof(path), "%s/%s/status", folder, tid);
	FILE *file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		if (strncmp(line, key, strlen(key)) == 0)
			value = strtoull(line + strlen(key) + 1, NULL, base);
	if (file)
		fclose(file);
	return value;
}

static void all_threads_are_shut_in(pid_t pid, unsigned long long capabilities)
{
	char folder[64];
	int n = 0;
	snprintf(folder, sizeof(folder), "/proc/%d/task", pid);
	DIR *dir = opendir(folder);
	assert_non_null(dir);
	for (struct dirent *e; (e = readdir(dir));) {
		if (e->d_name[0] == '.')
			continue;
		n++;
		assert_int_equal(status_of(folder, e->d_name, "Seccomp:", 10), 2);
		assert_int_equal(status_of(folder, e->d_name, "NoNewPrivs:", 10), 1);
		assert_int_equal(status_of(folder, e->d_name, "CapEff:", 16) & ~capabilities, 0);
		assert_int_equal(status_of(folder, e->d_name, "CapPrm:", 16) & ~capabilities, 0);
		if (geteuid() == 0)
			assert_int_equal(
				status_of(folder, e->d_name, "CapBnd:", 16) & ~capabilities, 0);
	}
	closedir(dir);
	assert_true(n >= 1);
}

/* ---- making it try ---- */

#ifdef __x86_64__
static bool await_stop(pid_t pid)
{
	int status;
	return waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status);
}

/* Where a thread sleeps in a system call, the two bytes before it goes on are the instruction. */
static long long make_it_call(pid_t pid, long number, long long a, long long b, long long c)
{
	struct user_regs_struct saved, regs;
	ok(ptrace(PTRACE_INTERRUPT, pid, 0, 0));
	assert_true(await_stop(pid));
	ok(ptrace(PTRACE_GETREGS, pid, 0, &saved));
	regs = saved;
	regs.rip -= 2;
	regs.rax = (unsigned long long)number;
	regs.orig_rax = ~0ull;
	regs.rdi = (unsigned long long)a;
	regs.rsi = (unsigned long long)b;
	regs.rdx = (unsigned long long)c;
	ok(ptrace(PTRACE_SETREGS, pid, 0, &regs));
	ok(ptrace(PTRACE_SINGLESTEP, pid, 0, 0));
	assert_true(await_stop(pid));
	ok(ptrace(PTRACE_GETREGS, pid, 0, &regs));
	ok(ptrace(PTRACE_SETREGS, pid, 0, &saved));
	ok(ptrace(PTRACE_CONT, pid, 0, 0));
	return (long long)regs.rax;
}

static void asleep(pid_t pid)
{
	char path[64], text[200] = "";
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	for (int64_t until = xf_deadline(10 * SECOND); xf_now() < until; usleep(1000)) {
		FILE *file = fopen(path, "r");
		char state = file && fgets(text, sizeof(text), file) && strrchr(text, ')')
				     ? strrchr(text, ')')[2]
				     : '?';
		if (file)
			fclose(file);
		if (state == 'S')
			return;
	}
	fail_msg("%d does not sleep", pid);
}

#define ASK INT64_C(0xffffffff) /* of personality(): what it is; anybody may know */

static void the_forbidden_is_refused(pid_t pid, int shut_in)
{
	asleep(pid);
	if (ptrace(PTRACE_SEIZE, pid, 0, 0)) {
		print_message("nobody may be traced here\n");
		return;
	}
	long long refused = -EPERM;
	if (!shut_in) {
		assert_true(make_it_call(pid, SYS_personality, ASK, 0, 0) >= 0);
		assert_int_equal(make_it_call(pid, SYS_execve, 0, 0, 0), -EFAULT);
	} else {
		assert_int_equal(make_it_call(pid, SYS_personality, ASK, 0, 0), refused);
		assert_int_equal(make_it_call(pid, SYS_execve, 0, 0, 0), refused);
		assert_int_equal(make_it_call(pid, SYS_fork, 0, 0, 0), refused);
		assert_int_equal(make_it_call(pid, SYS_clone, SIGCHLD, 0, 0), refused);
		assert_int_equal(make_it_call(pid, SYS_ptrace, PTRACE_TRACEME, 0, 0), refused);
		assert_int_equal(make_it_call(pid, SYS_kill, getpid(), SIGCONT, 0), refused);
		assert_int_equal(make_it_call(pid, SYS_socket, AF_INET, SOCK_STREAM, 0), refused);
		assert_int_equal(make_it_call(pid, SYS_setuid, 0, 0, 0), refused);
		assert_int_equal(make_it_call(pid, SYS_unshare, CLONE_NEWUSER, 0, 0), refused);
	}
	int unix_socket = (int)make_it_call(pid, SYS_socket, AF_UNIX, SOCK_STREAM, 0);
	assert_true(unix_socket >= 0);
	assert_int_equal(make_it_call(pid, SYS_close, unix_socket, 0, 0), 0);
	ok(ptrace(PTRACE_INTERRUPT, pid, 0, 0));
	assert_true(await_stop(pid));
	ok(ptrace(PTRACE_DETACH, pid, 0, 0));
}
#else
static void the_forbidden_is_refused(pid_t pid, int shut_in)
{
	(void)pid, (void)shut_in;
}
#endif

/* ---- the two programs ---- */

static const char *config_path, *socket_path, *guestd_path;

static pid_t start_daemon(const char *line)
{
	struct xf_guest *guest;
	FILE *file = fopen(config_path, "w");
	fprintf(file,
		"[service]\ncontrol = none\n%s\n[guest vm0]\ntransport = unix\naddress = %s\n",
		line, socket_path);
	fclose(file);
	char *argv[] = { getenv("XF_CROSSFENCED"), "--config", (char *)config_path, NULL };
	pid_t pid = start(argv);
	guest = guest_connect(socket_path, "served", 0); /* it has come so far */
	xf_guest_disconnect(guest);
	return pid;
}

/* The service's thread may have served before the main one is done with setting up. */
static int is_shut_in(pid_t pid)
{
	char folder[64], tid[16];
	snprintf(folder, sizeof(folder), "/proc/%d/task", pid);
	snprintf(tid, sizeof(tid), "%d", pid);
	for (int64_t until = xf_deadline(10 * SECOND); xf_now() < until; usleep(1000))
		if (status_of(folder, tid, "Seccomp:", 10) == 2)
			return 1;
	return 0;
}

static void still_serves(const char *path)
{
	struct xf_guest *guest = guest_connect(path, "after", 0);
	xf_guest_disconnect(guest);
}

static void crossfenced_is_shut_in(void **state)
{
	pid_t pid = start_daemon("");
	assert_true(is_shut_in(pid));
	all_threads_are_shut_in(pid, 1ull << CAP_DAC_OVERRIDE | 1ull << CAP_CHOWN);
	the_forbidden_is_refused(pid, 1);
	still_serves(socket_path);
	end(pid);
}

static void crossfenced_can_be_left_open(void **state)
{
	pid_t pid = start_daemon("sandbox = no");
	the_forbidden_is_refused(pid, 0);
	still_serves(socket_path);
	end(pid);
}

static pid_t start_guestd(char *option)
{
	char address[160];
	snprintf(address, sizeof(address), "unix:%s", socket_path);
	char *argv[] = { getenv("XF_GUESTD"), "--host", address, "--listen", (char *)guestd_path,
		option, NULL };
	pid_t pid = start(argv);
	still_serves(guestd_path);
	return pid;
}

static void guestd_is_shut_in(void **state)
{
	pid_t daemon = start_daemon(""), pid = start_guestd(NULL);
	all_threads_are_shut_in(pid, 0);
	the_forbidden_is_refused(pid, 1);
	still_serves(guestd_path);
	/* It comes back to the host, which takes all that it needed at first. */
	end(daemon);
	daemon = start_daemon("");
	still_serves(guestd_path);
	end(pid);
	end(daemon);
}

static void guestd_can_be_left_open(void **state)
{
	pid_t daemon = start_daemon(""), pid = start_guestd("--no-sandbox");
	the_forbidden_is_refused(pid, 0);
	end(pid);
	end(daemon);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crossfenced_is_shut_in),
		cmocka_unit_test(crossfenced_can_be_left_open),
		cmocka_unit_test(guestd_is_shut_in),
		cmocka_unit_test(guestd_can_be_left_open),
	};
	config_path = test_path("crossfenced.conf");
	socket_path = test_path("guest.sock");
	guestd_path = test_path("guestd.sock");
	return cmocka_run_group_tests_name("sandbox", tests, NULL, test_remove_folder);
}
