/* SPDX-License-Identifier: MIT */
/*
 * Where the daemons listen, in namespaces in which what they look at looks different: without
 * /proc, and with users whom they cannot tell from one another. They do not start then, and say
 * what is to be done.
 */
#include "vmtest.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "programs.h"

#define OWNER	 65533
#define STRANGER 65532

static char home[80], folder[90], path[120];

enum world { WITHOUT_PROC, AS_OWNER, AS_NOBODY };

/* In the child. 77: such namespaces are not to be had. */
static void enter(enum world world)
{
	const char map[] = "65533 65533 1";
	if (world == WITHOUT_PROC) {
		if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
			mount("none", "/proc", "tmpfs", 0, NULL))
			_exit(77);
		return;
	}
	if (setgid(OWNER) || setuid(OWNER) || prctl(PR_SET_DUMPABLE, 1) || unshare(CLONE_NEWUSER))
		_exit(77);
	int fd = world == AS_OWNER ? open("/proc/self/uid_map", O_WRONLY | O_CLOEXEC) : -1;
	if (world == AS_OWNER && write(fd, map, sizeof(map) - 1) != (ssize_t)sizeof(map) - 1)
		_exit(77);
}

/* Without /proc the loader does not know where a program lies that looks for libraries beside it.
 */
static void tell_loader(const char *program)
{
	char at[300];
	snprintf(at, sizeof(at), "%s", program);
	char *slash = strrchr(at, '/');
	if (slash)
		*slash = 0;
	setenv("LD_ORIGIN_PATH", at, 1);
}

/* Its exit status. One that starts is ended by us. */
static int run_in(enum world world, char *const *argv)
{
	unlink(files.log);
	int fd = open(files.log, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	fflush(NULL);
	pid_t parent = getpid(), pid = fork();
	if (pid == 0) {
		dup2(fd, 2);
		dup2(fd, 1);
		enter(world);
		tell_loader(argv[0]);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		alarm(60);
		if (getppid() == parent)
			execv(argv[0], argv);
		_exit(errno == EACCES ? 77 : 127); /* where another user may not go */
	}
	close(fd);
	return exit_status(pid);
}

static void refused_in(enum world world, char *const *argv, const char *words)
{
	int status = run_in(world, argv);
	if (status == 77)
		skip();
	if (status != 1 || !contains(files.log, words))
		fail_msg("%s: status %d, and no '%s' in %s", argv[0], status, words, files.log);
}

static void control_is_refused_in(enum world world, const char *words)
{
	char *argv[] = { getenv("XF_CROSSFENCED"), "--config", "/dev/null", "--control", path,
		NULL };
	refused_in(world, argv, words);
}

static void make_link(uid_t owner)
{
	char link[100];
	ok(chmod(test_folder(), 0755));
	snprintf(home, sizeof(home), "%s/home", test_folder());
	snprintf(folder, sizeof(folder), "%s/folder", home);
	snprintf(link, sizeof(link), "%s/link", home);
	ok(mkdir(home, 0755));
	ok(mkdir(folder, 0777));
	ok(chmod(folder, 0777));
	ok(symlink(folder, link));
	ok(lchown(link, owner, owner));
	snprintf(path, sizeof(path), "%s/s.sock", link);
}

static void remove_link(void)
{
	char link[100];
	snprintf(link, sizeof(link), "%s/link", home);
	(void)unlink(path);
	ok(unlink(link));
	ok(rmdir(folder));
	ok(rmdir(home));
}

static void without_proc_they_say_so(void **state)
{
	char address[160];
	struct test_host t;
	(void)state;
	if (geteuid() != 0)
		skip();
	name_files();
	test_host_start(&t, XF_HOST_OWN_THREAD);
	(void)test_guest_add(&t, "vm0", files.guest, 0);
	snprintf(path, sizeof(path), "%s", files.control);
	control_is_refused_in(WITHOUT_PROC, "no /proc of this process' PID namespace is mounted");
	snprintf(address, sizeof(address), "unix:%s", files.guest);
	char *guestd[] = { getenv("XF_GUESTD"), "--no-sandbox", "--host", address, "--listen",
		files.guestd, NULL };
	refused_in(WITHOUT_PROC, guestd, "no /proc of this process' PID namespace is mounted");
	write_file(files.config,
		"[service]\ncontrol = none\n[guest vm0]\ntransport = unix\n"
		"address = %s\n",
		files.guestd);
	char *crossfenced[] = { getenv("XF_CROSSFENCED"), "--config", files.config, NULL };
	refused_in(WITHOUT_PROC, crossfenced, "no /proc of this process' PID namespace is mounted");
	xf_host_destroy(t.host);
}

/* It may be root's; and a process that nobody knows is no stranger's equal. */
static void links_of_users_nobody_knows(void **state)
{
	static const struct {
		uid_t links;
		enum world world;
		const char *words;
	} tries[] = {
		{ 0, AS_OWNER, "of a user whom this user namespace does not know" },
		{ STRANGER, AS_OWNER, "of a user whom this user namespace does not know" },
		{ STRANGER, AS_NOBODY, "of a user whom this user namespace does not know" },
	};
	(void)state;
	if (geteuid() != 0)
		skip();
	name_files();
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		make_link(tries[i].links);
		control_is_refused_in(tries[i].world, tries[i].words);
		remove_link();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_proc_they_say_so),
		cmocka_unit_test(links_of_users_nobody_knows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
