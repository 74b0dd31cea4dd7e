/* SPDX-License-Identifier: MIT */
/*
 * A stranger sends each kind of descriptor that nobody expects (tests/nasty) to the sockets that
 * strangers may connect to: guestd's, as another user of the guest, and the service's, as a guest
 * process. Whoever else connects is served, nothing is kept, and nobody is held up. The same kinds
 * are handed to the library, by a program that got them from somewhere.
 */
#include "raw_guest.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "../nasty/nasty.h"
#include "../nasty/unanswered.h"
#include "base/pass_fd.h"
#include "guest/link_region.h"
#include "guest/loan.h"

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
	sigset_t over;
	int signal;
	sigemptyset(&over);
	sigaddset(&over, SIGTERM);
	sigprocmask(SIG_BLOCK, &over, NULL);
	failed = (char)send_all(path);
	if (write(done[1], &failed, 1) == 1)
		sigwait(&over, &signal);
	nasty_unanswered_end(); /* else our own last close() of its file is not answered */
	_exit(0);
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
	kill(stranger, SIGTERM);
	waitpid(stranger, NULL, 0);
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

/* ---- handed in by the program that the service is a part of ---- */

enum { ATTACH, ATTACH_VMM, LISTEN, LISTEN_VMM, REGION, MAPPED, WAYS };
static const char *const ways[WAYS] = { "attached", "attached as a VMM", "to listen on",
	"to listen on for a VMM", "as a VMM's region", "as the region that guestd passes on" };

static int map_region(int fd)
{
	struct xfg_region region = { 0 };
	int r = xfg_region_map(fd, &region);
	xfg_region_unmap(&region);
	return r;
}

/* What a host says of where a mutex lies: within the memory, and where a mutex may lie. */
static void loans_lie_inside(void **state)
{
	const uint64_t slot = sizeof(struct xfi_keyed_slot),
		       buckets = XFI_BUCKETS * sizeof(struct xfi_bucket), size = 2 * buckets;
	const struct {
		uint64_t slot, buckets;
		int result;
	} rows[] = { { 0, buckets, 0 }, { size - slot / 64 * 64 - (slot % 64 ? 64 : 0), 0, 0 },
		{ 0, size - buckets, 0 }, { 0, size - buckets + 64, -EPROTO }, { size, 0, -EPROTO },
		{ size + 64, 0, -EPROTO }, { 0, size + 64, -EPROTO }, { 8, 0, -EPROTO },
		{ 0, 32, -EPROTO }, { UINT64_MAX - 63, 0, -EPROTO },
		{ 0, UINT64_MAX - 63, -EPROTO }, { UINT64_C(1) << 63, 0, -EPROTO } };
	void *region = aligned_alloc(64, size);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct xfg_loan loan = { 0 };
		struct xfw_loan where = { .slot_offset_bytes = rows[i].slot,
			.buckets_offset_bytes = rows[i].buckets,
			.owner = 1 };
		assert_int_equal(rows[i].result, xfg_loan_place(&loan, &where, region, size));
		assert_true(!rows[i].result == !!loan.slot);
	}
	free(region);
}

static int hand_in(struct xf_host *host, int way, int fd)
{
	if (way == MAPPED)
		return map_region(fd);
	struct xf_host_guest *guest;
	struct xf_host_guest_params params = {
		.size = sizeof(params), .name = "nasty", .region_bytes = 1 << 20
	};
	if (way == LISTEN)
		params.transport = XF_HOST_UNIX;
	else if (way != ATTACH)
		params.transport = XF_HOST_IVSHMEM;
	if (way == LISTEN || way == LISTEN_VMM)
		params.listen_fd_plus_1 = fd + 1;
	if (way == REGION)
		params.region_fd_plus_1 = fd + 1;
	int r = xf_host_guest_add(host, &params, &guest);
	if (!r && (way == ATTACH || way == ATTACH_VMM))
		r = xf_host_guest_attach(guest, fd);
	return r;
}

/* In a process of its own, which hangs alone; what another user made, where that can be. */
static void try_one(const char *path, void *arg)
{
	const int *trial = arg;
	struct test_host own;
	struct xf_guest *guest;
	const struct nasty *kind = &nasty_kinds[trial[0]];
	bool others = !strcmp(kind->name, NASTY_UNANSWERED); /* some let only root have it */
	alarm(30);
	int fd = others ? kind->make() : -1;
	need(geteuid() || (setgid(65533) == 0 && setuid(65533) == 0));
	test_host_start(&own, XF_HOST_OWN_THREAD);
	(void)test_guest_add(&own, "other", path, 0);
	fd = others ? fd : kind->make();
	if (fd < 0)
		_exit(77);
	int64_t began = xf_now();
	int r = hand_in(own.host, trial[1], fd);
	int64_t took = xf_now() - began;
	need(r <= 0 && took < 5 * SECOND);
	if (r)
		need(!strstr(xf_last_message(r), "does not know"));
	began = xf_now();
	for (int i = 0; i < 2; i++) {
		guest = guest_connect(path, "beside", 0);
		xf_guest_disconnect(guest);
	}
	xf_host_destroy(own.host);
	need(xf_now() - began < 10 * SECOND);
	nasty_unanswered_end();
}

static void reap_all(void)
{
	while (waitpid(-1, NULL, 0) > 0)
		;
}

static void nasty_descriptors_handed_in(void **state)
{
	ok(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0));
	ok(chmod(test_folder(), 0777));
	for (int kind = 0; kind < (int)nasty_count; kind++)
		for (int way = 0; way < WAYS; way++) {
			int trial[] = { kind, way }, status;
			pid_t pid = spawn(try_one, test_path("other.sock"), trial);
			assert_int_equal(waitpid(pid, &status, 0), pid);
			reap_all();
			if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
				print_message("not to be had: %s\n", nasty_kinds[kind].name);
			else if (status)
				fail_msg("a %s, %s: status %x", nasty_kinds[kind].name, ways[way],
					(unsigned)status);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nasty_descriptors_for_service_and_guestd),
		cmocka_unit_test(loans_lie_inside),
		cmocka_unit_test(nasty_descriptors_handed_in),
	};
	return cmocka_run_group_tests_name("nasty", tests, NULL, test_remove_folder);
}
