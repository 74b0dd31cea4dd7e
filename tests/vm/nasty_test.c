/* SPDX-License-Identifier: MIT */
/*
 * A stranger sends each kind of descriptor that nobody expects (tests/nasty) to the sockets that
 * strangers may connect to: guestd's, as another user of the guest, and the service's, as a guest
 * process. Whoever else connects is served, nothing is kept, and nobody is held up.
 */
#include "raw_guest.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "../nasty/nasty.h"
#include "base/pass_fd.h"

#ifndef SO_PASSRIGHTS /* Linux 6.16 */
#define SO_PASSRIGHTS 83
#endif

static bool kernel_can_refuse(void)
{
	int no = 0, fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int r = setsockopt(fd, SOL_SOCKET, SO_PASSRIGHTS, &no, sizeof(no));
	close(fd);
	return r == 0;
}

static int connect_now(const char *path)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	snprintf(name.sun_path, sizeof(name.sun_path), "%s", path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return connect(fd, (struct sockaddr *)&name, sizeof(name)) ? -1 : fd;
}

/* With the first bytes of what may be a greeting, one of each kind. 0: all were tried. */
static int send_all(const char *path)
{
	static const char words[16] = "";
	for (size_t i = 0; i < nasty_count; i++) {
		int fd = nasty_kinds[i].make(), to = connect_now(path);
		if (to < 0)
			return 1;
		/* Where the kernel drops them on arrival that is a last close(). */
		if (!strcmp(nasty_kinds[i].name, NASTY_LINGER) && !kernel_can_refuse())
			fd = -1;
		/* Refused, it stays open: ours would be the last close. */
		if (fd > 2 && !xfi_send_fd(to, NULL, 0, words, sizeof(words), fd, MSG_DONTWAIT))
			close(fd);
		close(to);
	}
	return 0;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Lives on when all is sent, since what it has sent ends with it. */
static pid_t begin_stranger(const char *path, int *ret_done)
{
	int done[2];
	char failed;
	fflush(NULL);
	ok(pipe2(done, O_CLOEXEC));
	pid_t pid = fork();
	if (pid) {
		close(done[1]);
		*ret_done = done[0];
		return pid;
	}
	if (geteuid() == 0 && (setgid(65533) || setuid(65533)))
		_exit(2);
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* another user's process would forget it */
	failed = (char)send_all(path);
	if (write(done[1], &failed, 1) == 1)
		pause();
	_exit(3);
}

static int descriptors_of(pid_t pid)
{
	char path[64];
	int n = 0;
	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	DIR *dir = opendir(path);
	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n;
}

static void as_many_again(pid_t pid, int before)
{
	for (int64_t until = xf_deadline(20 * SECOND); descriptors_of(pid) > before; usleep(1000))
		if (xf_now() > until)
			fail_msg("%d descriptors, %d before", descriptors_of(pid), before);
}

/* Somebody else is served all the while. */
static void attack(const char *path, pid_t server)
{
	struct xf_guest *guest = guest_connect(path, "before", 0);
	xf_guest_disconnect(guest);
	usleep(50000);
	int before = descriptors_of(server);
	struct pollfd done = { .events = POLLIN };
	pid_t stranger = begin_stranger(path, &done.fd);
	int64_t longest = 0;
	char failed = 1;
	for (int after = 0; after < 5; after += poll(&done, 1, 0)) {
		int64_t began = xf_now();
		guest = guest_connect(path, "beside", 0);
		xf_guest_disconnect(guest);
		longest = xf_now() - began > longest ? xf_now() - began : longest;
	}
	print_message("somebody else was served within %d ms\n", (int)(longest / MS));
	assert_true(longest < 20 * SECOND);
	assert_int_equal(read(done.fd, &failed, 1), 1);
	assert_int_equal(failed, 0);
	close(done.fd);
	end(stranger);
	as_many_again(server, before);
}

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

static void nasty_descriptors_for_service_and_guestd(void **state)
{
	const char *config = test_path("crossfenced.conf"), *path = test_path("guest.sock"),
		   *guestd = test_path("guestd.sock"), *upstream = test_path("upstream.sock");
	char address[160];
	snprintf(address, sizeof(address), "unix:%s", upstream);
	FILE *file = fopen(config, "w");
	fprintf(file,
		"[service]\ncontrol = none\n[guest vm0]\ntransport = unix\naddress = %s\n%s"
		"[guest vm1]\ntransport = unix\naddress = %s\n",
		path, geteuid() ? "" : "user = 65533\n", upstream);
	fclose(file);
	ok(chmod(test_folder(), 0711));
	char *service_argv[] = { getenv("XF_CROSSFENCED"), "--config", (char *)config, NULL };
	char *guestd_argv[] = { getenv("XF_GUESTD"), "--host", address, "--listen", (char *)guestd,
		NULL };
	pid_t service = start(service_argv);
	attack(path, service);
	pid_t relay = start(guestd_argv);
	attack(guestd, relay);
	end(relay);
	end(service);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nasty_descriptors_for_service_and_guestd),
	};
	return cmocka_run_group_tests_name("nasty", tests, NULL, test_remove_folder);
}
