/* SPDX-License-Identifier: MIT */
/*
 * A user owns the folder that root's sockets are configured to be in, and swaps it for a link to a
 * folder of root's, again and again, while the service and its daemon come and go. There lies a
 * socket of root's, which nobody serves, with the same name. It stays, and nothing joins it.
 */
#include "vmtest.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define OWNER  65533
#define VISITS 300
#define STARTS 10

static struct test_host t;
static char home[80], folder[90], lure[90], victim[80], victims[100], path[100];

/* Never served again. */
static void leave_socket(const char *at)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(name.sun_path, sizeof(name.sun_path), "%s", at);
	ok(bind(fd, (struct sockaddr *)&name, sizeof(name)));
	close(fd);
}

static void make_folders(void)
{
	ok(chmod(test_folder(), 0755));
	snprintf(home, sizeof(home), "%s/home", test_folder());
	snprintf(folder, sizeof(folder), "%s/folder", home);
	snprintf(lure, sizeof(lure), "%s/lure", home);
	snprintf(path, sizeof(path), "%s/s.sock", folder);
	snprintf(victim, sizeof(victim), "%s/victim", test_folder());
	snprintf(victims, sizeof(victims), "%s/s.sock", victim);
	ok(mkdir(home, 0755));
	ok(mkdir(folder, 0755));
	ok(mkdir(victim, 0755));
	ok(symlink(victim, lure));
	ok(chown(home, OWNER, OWNER));
	ok(chown(folder, OWNER, OWNER));
	ok(lchown(lure, OWNER, OWNER));
	leave_socket(victims);
}

static void remove_folders(void)
{
	const char *const files[] = { victims, path };
	/* Whichever of them is the folder now. */
	struct stat stat;
	if (lstat(folder, &stat) == 0 && S_ISLNK(stat.st_mode))
		ok(syscall(SYS_renameat2, AT_FDCWD, folder, AT_FDCWD, lure, 2 /* exchange */));
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		(void)unlink(files[i]);
	ok(unlink(lure));
	ok(rmdir(folder));
	ok(rmdir(home));
	ok(rmdir(victim));
}

static void swaps(const char *unused, void *arg)
{
	const int *begin = arg; /* a pipe: when its end is closed; NULL: now */
	char c;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	need(setgid(OWNER) == 0 && setuid(OWNER) == 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* the change of user has cleared it */
	if (begin && close(begin[1]) == 0)
		need(read(begin[0], &c, 1) == 0);
	for (;;)
		need(syscall(SYS_renameat2, AT_FDCWD, folder, AT_FDCWD, lure, 2) == 0);
}

static int files_of_victim(void)
{
	int n = 0;
	DIR *dir = opendir(victim);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n - 2;
}

/* Nobody has swapped anything if it has come to its end by itself. */
static void end(pid_t pid)
{
	assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* ---- the library's sockets ---- */

static bool comes_and_goes(void)
{
	struct xf_host_guest *guest;
	struct xf_host_guest_params params = {
		.size = sizeof(params), .name = "vm", .transport = XF_HOST_UNIX, .address = path
	};
	int r = xf_host_guest_add(t.host, &params, &guest);
	if (r == 0)
		xf_host_guest_remove(guest);
	else if (r != -ELOOP) /* a link that is neither root's nor ours */
		assert_int_equal(r, -EADDRINUSE); /* of an earlier one, in the true folder */
	return r == 0;
}

static void sockets_of_guests(void **state)
{
	int made = 0, begin[2];
	struct stat before, after;
	if (geteuid() != 0)
		skip();
	make_folders();
	ok(pipe2(begin, O_CLOEXEC));
	ok(lstat(victims, &before));
	pid_t pid = spawn(swaps, "", begin);
	test_host_start(&t, XF_HOST_OWN_THREAD);
	assert_true(comes_and_goes());
	close(begin[1]);
	for (int i = 0; i < VISITS; i++) {
		made += comes_and_goes();
		ok(lstat(victims, &after));
		assert_int_equal(after.st_ino, before.st_ino);
		assert_int_equal(files_of_victim(), 1);
	}
	end(pid);
	close(begin[0]);
	print_message("%d of %d came, beside a folder that is swapped\n", made, VISITS);
	xf_host_destroy(t.host);
	remove_folders();
}

/* ---- the daemon's control socket ---- */

static int listen_for_news(char *address, size_t size)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	snprintf(address, size, "%s/notify", test_folder());
	snprintf(name.sun_path, sizeof(name.sun_path), "%s", address);
	ok(bind(fd, (struct sockaddr *)&name, sizeof(name)));
	return fd;
}

/* Until it serves or has refused to; then it is told to end. 1: it served. */
static int run_daemon(const char *config, int news)
{
	char word[100];
	int status;
	fflush(NULL);
	pid_t parent = getpid(), pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() == parent)
			execl(getenv("XF_CROSSFENCED"), "crossfenced", "--config", config, NULL);
		_exit(127);
	}
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd fds[] = { { .fd = news, .events = POLLIN },
		{ .fd = pidfd, .events = POLLIN } };
	assert_true(poll(fds, 2, 60000) > 0);
	int served = fds[0].revents != 0;
	if (served)
		(void)!recv(news, word, sizeof(word), 0);
	kill(pid, SIGTERM);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	while (recv(news, word, sizeof(word), MSG_DONTWAIT) > 0)
		;
	close(pidfd);
	return served;
}

static void the_daemons_own(void **state)
{
	char address[100];
	struct stat before, after;
	const char *config = test_path("crossfenced.conf");
	int made = 0;
	if (geteuid() != 0)
		skip();
	make_folders();
	FILE *file = fopen(config, "w");
	fprintf(file, "[service]\ncontrol = %s\n", path);
	fclose(file);
	int news = listen_for_news(address, sizeof(address));
	ok(setenv("NOTIFY_SOCKET", address, 1));
	ok(lstat(victims, &before));
	assert_true(run_daemon(config, news)); /* as long as nobody swaps */
	pid_t pid = spawn(swaps, "", NULL);
	for (int i = 0; i < STARTS; i++) {
		made += run_daemon(config, news);
		ok(lstat(victims, &after));
		assert_int_equal(after.st_ino, before.st_ino);
		assert_int_equal(files_of_victim(), 1);
	}
	end(pid);
	print_message("%d of %d started\n", made, STARTS);
	close(news);
	ok(unsetenv("NOTIFY_SOCKET"));
	remove_folders();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sockets_of_guests),
		cmocka_unit_test(the_daemons_own),
	};
	return cmocka_run_group_tests_name("swapped folders", tests, NULL, test_remove_folder);
}
