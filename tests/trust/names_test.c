/* SPDX-License-Identifier: MIT */
/*
 * Names belong to a user's runtime folder: a stranger can neither take one, nor flood whoever
 * serves it, nor get in while its server dies; whoever shares the folder finds them, whatever its
 * namespaces; and no kill leaves a file. The harness fails when something stays in the folder.
 */
#include "proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "shm/claim.h"

#define STRANGER 12345
#define NEEDS_ROOT                                                                                 \
	do {                                                                                       \
		if (geteuid() != 0)                                                                \
			proc_skip("only root can be another user");                                \
	} while (0)

enum { READY, GO, DONE };

static int files_in_folder(void)
{
	DIR *dir = opendir(getenv("XDG_RUNTIME_DIR"));
	int count = -2; /* . and .. */
	CHECK(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

static int count_name(const char *name, void *arg)
{
	(void)name;
	++*(int *)arg;
	return 0;
}

static int names(void)
{
	int count = 0;
	EXPECT(0, xf_inspect_names(count_name, &count));
	return count;
}

static struct xf_domain *publish(const char *name)
{
	struct xf_domain *domain;
	EXPECT(0, xf_domain_create(NULL, &domain));
	EXPECT(0, xf_domain_publish(domain, name));
	return domain;
}

static void serve_until_killed(void *arg)
{
	(void)publish(arg);
	proc_tell(READY);
	pause();
}

static void open_and_leave(const char *name)
{
	struct xf_domain *found;
	EXPECT(0, xf_domain_open(name, 0, proc_patience(5000), &found));
	xf_domain_leave(found);
}

/* ---- strangers ---- */

static void become_stranger(void)
{
	CHECK(setgid(STRANGER) == 0 && setuid(STRANGER) == 0);
}

/* Whatever a stranger tries with the folder of another: it gets nothing but a clear refusal. */
static void stranger_tries(void *arg)
{
	struct xf_domain *own, *found;
	(void)arg;
	become_stranger();
	EXPECT(0, xf_domain_create(NULL, &own));
	proc_tell(READY);
	do {
		EXPECT(-EACCES, xf_domain_publish(own, "camera"));
		EXPECT(-EACCES, xf_domain_open("camera", 0, 0, &found));
		EXPECT(-EACCES, xf_domain_open("camera", 0, XF_NEVER, &found));
		EXPECT(-EACCES, xf_inspect_names(count_name, &(int){ 0 }));
	} while (!atomic_load(&proc_board->step[DONE]));
	xf_domain_leave(own);
}

static void a_stranger_cannot_take_a_name(void)
{
	NEEDS_ROOT;
	pid_t stranger = proc_spawn(stranger_tries, NULL);
	proc_await(READY, 1, 5000);
	for (int i = 0; i < 50; i++) {
		struct xf_domain *domain = publish("camera");
		open_and_leave("camera");
		xf_domain_leave(domain);
	}
	proc_tell(DONE);
	EXPECT(0, proc_wait(stranger, 5000));
}

struct heir {
	int domain_fd;
};

static void join_and_wait(void *arg)
{
	struct heir *heir = arg;
	struct xf_domain *domain;
	EXPECT(0, xf_domain_join(heir->domain_fd, &domain));
	proc_tell(READY);
	pause();
}

static void a_stranger_cannot_take_a_name_whose_server_dies(void)
{
	NEEDS_ROOT;
	struct heir heir;
	pid_t stranger = proc_spawn(stranger_tries, NULL);
	pid_t server = proc_spawn(serve_until_killed, (void *)"camera");
	proc_await(READY, 2, 5000);
	for (int i = 0; i < 20; i++) {
		struct xf_domain *found;
		EXPECT(0, xf_domain_open("camera", 0, proc_patience(5000), &found));
		EXPECT(0, xf_domain_export(found, 0, &heir.domain_fd));
		xf_domain_leave(found);
		pid_t next = proc_spawn(join_and_wait, &heir);
		proc_await(READY, 3 + (uint32_t)i, 5000);
		close(heir.domain_fd);
		proc_kill(server);
		open_and_leave("camera");
		server = next;
	}
	proc_tell(DONE);
	EXPECT(0, proc_wait(stranger, 5000));
	proc_kill(server);
}

static int make_another(const char *name)
{
	struct xf_domain *domain;
	EXPECT(0, xf_domain_create(NULL, &domain));
	int r = xf_domain_publish(domain, name);
	xf_domain_leave(domain);
	return r;
}

/*
 * A producer that starts again and makes a new domain, instead of joining the one in which its
 * consumers are, is told so each time: also at the moment when the dead one has let go of the name
 * and no heir has it yet. Else the consumers would wait in a domain that nobody finds any more.
 */
static void a_name_is_its_heirs(void)
{
	struct heir heir;
	for (uint32_t i = 0; i < 40; i++) {
		pid_t server = proc_spawn(serve_until_killed, (void *)"heirs");
		struct xf_domain *found;
		EXPECT(0, xf_domain_open("heirs", 0, proc_patience(5000), &found));
		EXPECT(0, xf_domain_export(found, 0, &heir.domain_fd));
		xf_domain_leave(found);
		pid_t consumer = proc_spawn(join_and_wait, &heir);
		proc_await(READY, 2 * i + 2, 5000);
		proc_kill(server);
		EXPECT(-EADDRINUSE, make_another("heirs"));
		open_and_leave("heirs");
		proc_kill(consumer);
		close(heir.domain_fd);
		EXPECT(0, make_another("heirs"));
	}
}

/* Those that are stopped are waited for, but not for long. */
static void stopped_heirs_are_waited_for_a_second(void)
{
	struct heir heir;
	struct xf_domain *domain = publish("stopped-heir");
	EXPECT(0, xf_domain_export(domain, 0, &heir.domain_fd));
	pid_t consumer = proc_spawn(join_and_wait, &heir);
	proc_await(READY, 1, 5000);
	close(heir.domain_fd);
	CHECK(kill(consumer, SIGSTOP) == 0);
	xf_domain_leave(domain);
	int64_t began = xf_now();
	EXPECT(0, make_another("stopped-heir"));
	CHECK(xf_now() - began < 10000 * MS);
	proc_kill(consumer);
}

/* Whoever serves keeps no socket that anybody could connect to, and no file. */
static void there_is_nothing_to_flood(void)
{
	char line[512];
	struct xf_domain *domain = publish("unfloodable");
	FILE *sockets = fopen("/proc/net/unix", "re");
	CHECK(sockets);
	while (fgets(line, sizeof(line), sockets)) {
		unsigned flags;
		CHECK(!strstr(line, "unfloodable"));
		/* Listening ones have __SO_ACCEPTCON. */
		if (strstr(line, getenv("XDG_RUNTIME_DIR")))
			CHECK(sscanf(line, "%*s %*s %*s %x", &flags) == 1 && !(flags & 0x10000));
	}
	fclose(sockets);
	EXPECT(0, files_in_folder());
	xf_domain_leave(domain);
}

static void only_a_folder_of_ones_own_will_do(void)
{
	struct xf_domain *domain, *found;
	char *folder = strdup(getenv("XDG_RUNTIME_DIR"));
	CHECK(folder);
	EXPECT(0, xf_domain_create(NULL, &domain));
	for (mode_t mode = 0701; mode <= 0777; mode++) {
		CHECK(chmod(folder, mode) == 0);
		EXPECT(-EACCES, xf_domain_publish(domain, "camera"));
		EXPECT(-EACCES, xf_domain_open("camera", 0, 0, &found));
	}
	CHECK(chmod(folder, 0700) == 0);
	char link[300];
	snprintf(link, sizeof(link), "%s-link", folder);
	CHECK(symlink(folder, link) == 0);
	CHECK(setenv("XDG_RUNTIME_DIR", link, 1) == 0);
	EXPECT(-EACCES, xf_domain_publish(domain, "camera"));
	CHECK(unlink(link) == 0);
	EXPECT(-ENOENT, xf_domain_publish(domain, "camera"));
	CHECK(setenv("XDG_RUNTIME_DIR", folder, 1) == 0);
	EXPECT(0, xf_domain_publish(domain, "camera"));
	xf_domain_leave(domain);
	free(folder);
}

/* ---- namespaces ---- */

static void open_in(void *arg)
{
	int flags = *(int *)arg;
	if (unshare(flags) && (errno == EPERM || errno == ENOSYS))
		_exit(77);
	if (flags & CLONE_NEWPID) { /* only children are in it */
		pid_t pid = fork();
		CHECK(pid >= 0);
		if (pid) {
			int status;
			CHECK(waitpid(pid, &status, 0) == pid);
			_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
		}
	}
	open_and_leave("camera");
	_exit(0);
}

static void the_folder_reaches_across_namespaces(void)
{
	static int kinds[] = { CLONE_NEWNET, CLONE_NEWPID, CLONE_NEWNS, CLONE_NEWIPC,
		CLONE_NEWNET | CLONE_NEWPID };
	int tried = 0;
	struct xf_domain *domain = publish("camera");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		int r = proc_wait(proc_spawn(open_in, &kinds[i]), 10000);
		CHECK(r == 0 || r == 77);
		tried += r == 0;
	}
	xf_domain_leave(domain);
	if (!tried)
		proc_skip("no namespace can be made here");
}

/*
 * What takes no path works; what does says so, and not that nobody serves the name: where nothing
 * lies at /proc, and where something else does.
 */
static void use_without_proc(void *arg)
{
	struct xf_domain *domain, *found;
	struct xf_event *event;
	int fd;
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
		mount("none", "/proc", "tmpfs", 0, NULL))
		_exit(77);
	if (arg && (mkdir("/proc/self", 0755) || mkdir("/proc/self/fd", 0755)))
		_exit(1);
	EXPECT(0, xf_domain_create(NULL, &domain));
	EXPECT(0, xf_event_create(domain, 0, NULL, &event));
	EXPECT(0, xf_event_set(event));
	EXPECT(0, xf_event_wait(event, XF_NEVER));
	EXPECT(0, xf_domain_export(domain, 0, &fd));
	EXPECT(0, xf_domain_join(fd, &found));
	xf_domain_leave(found);
	close(fd);
	EXPECT(-ENOSYS, xf_domain_export(domain, XF_OPEN_READ_ONLY, &fd));
	CHECK(strstr(xf_last_message(-ENOSYS), "mount one"));
	EXPECT(-ENOSYS, xf_domain_publish(domain, "mine"));
	CHECK(strstr(xf_last_message(-ENOSYS), "mount one"));
	EXPECT(-ENOSYS, xf_domain_open("camera", 0, 0, &found));
	CHECK(strstr(xf_last_message(-ENOSYS), "mount one"));
	EXPECT(-ENOSYS, xf_domain_open("not-yet", 0, XF_NEVER, &found));
	CHECK(strstr(xf_last_message(-ENOSYS), "mount one"));
	EXPECT(-ENOSYS, xf_domain_open_or_create("not-yet", NULL, &found));
	xf_event_close(event);
	xf_domain_leave(domain);
}

static void without_proc(void)
{
	NEEDS_ROOT;
	struct xf_domain *domain = publish("camera");
	int r = proc_wait(proc_spawn(use_without_proc, NULL), 20000);
	if (!r)
		r = proc_wait(proc_spawn(use_without_proc, "made up"), 20000);
	CHECK(r == 0 || r == 77);
	xf_domain_leave(domain);
	if (r == 77)
		proc_skip("no mount namespace can be made here");
}

/* In a user namespace without a mapping everybody looks like the overflow uid, also ourselves. */
static void open_unmapped(void *arg)
{
	struct xf_domain *found;
	(void)arg;
	if (unshare(CLONE_NEWUSER))
		_exit(77);
	int r = xf_domain_open("camera", 0, 0, &found);
	_exit(r == -EACCES ? 0 : 1);
}

static void the_overflow_uid_is_nobodys_equal(void)
{
	struct xf_domain *domain = publish("camera");
	int r = proc_wait(proc_spawn(open_unmapped, NULL), 10000);
	CHECK(r == 0 || r == 77);
	xf_domain_leave(domain);
	if (r == 77)
		proc_skip("no user namespace can be made here");
}

/* ---- deaths, stops, races ---- */

static void wait_for_name(void *arg)
{
	struct xf_domain *found;
	proc_tell(READY);
	(void)xf_domain_open(arg, 0, XF_NEVER, &found);
}

static void no_kill_leaves_a_file(void)
{
	uint64_t seed = 88172645463325252;
	for (uint32_t i = 0; i < 30; i++) {
		struct timespec nap = { .tv_nsec = (long)(proc_random(&seed) % 3000000) };
		pid_t waiter = proc_spawn(wait_for_name, (void *)"late");
		pid_t server = proc_spawn(serve_until_killed, (void *)"early");
		proc_await(READY, 2 * i + 2, 5000);
		nanosleep(&nap, NULL);
		proc_kill(server);
		proc_kill(waiter);
		EXPECT(0, names());
		EXPECT(0, files_in_folder());
	}
}

static void a_stopped_server_is_a_time_out(void)
{
	struct xf_domain *own, *found;
	int status, fd;
	pid_t server = proc_spawn(serve_until_killed, (void *)"camera");
	proc_await(READY, 1, 5000);
	CHECK(kill(server, SIGSTOP) == 0 && waitpid(server, &status, WUNTRACED) == server);
	int64_t before = xf_now();
	EXPECT(-ETIMEDOUT, xf_domain_open("camera", 0, XF_NEVER, &found));
	CHECK(xf_now() - before >= 900 * MS && xf_now() - before < 4000 * MS);
	EXPECT(0, files_in_folder());
	EXPECT(1, names()); /* it is listed: nobody has to be asked */
	EXPECT(0, xf_domain_create(NULL, &own));
	EXPECT(-EADDRINUSE, xf_domain_publish(own, "camera"));
	CHECK(kill(server, SIGCONT) == 0);
	EXPECT(0, xf_domain_open("camera", 0, XF_NEVER, &found));
	EXPECT(0, xf_domain_export(found, 0, &fd));
	close(fd);
	xf_domain_leave(found);
	proc_kill(server);
	EXPECT(0, xf_domain_publish(own, "camera"));
	xf_domain_leave(own);
}

/* A question whose asker was killed before its server could look. */
static void a_dead_question_is_swept(void)
{
	char path[200];
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	snprintf(path, sizeof(path), "%s/.crossfence-%016llx-%08x-%016llx",
		getenv("XDG_RUNTIME_DIR"), (unsigned long long)xfi_claim_byte("camera"), 0, 1ULL);
	CHECK(strlen(path) < sizeof(address.sun_path));
	strcpy(address.sun_path, path);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	CHECK(bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	close(fd);
	struct xf_domain *domain = publish("camera");
	EVENTUALLY(2000, files_in_folder() == 0);
	xf_domain_leave(domain);
}

static void path_of(char *path, size_t size, const char *name)
{
	int n = snprintf(path, size, "%s/%s", getenv("XDG_RUNTIME_DIR"), name);
	CHECK(n > 0 && (size_t)n < size);
}

static void take_away(const char *name)
{
	char path[200];
	path_of(path, sizeof(path), name);
	CHECK(unlink(path) == 0);
}

/* A file that an asker left when it was killed: it asks for what nobody has, or not yet. */
static void leave_a_file(const char *name, bool old)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const struct timespec then[2] = { { .tv_sec = time(NULL) - 120 },
		{ .tv_sec = time(NULL) - 120 } };
	path_of(address.sun_path, sizeof(address.sun_path), name);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	CHECK(bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	close(fd);
	CHECK(!old || utimensat(AT_FDCWD, address.sun_path, then, 0) == 0);
}

/* Nobody else's, and nobody's who may still wait. */
static void what_was_left_is_swept_when_it_is_old(void)
{
	leave_a_file(".crossfence-new-0000000000000001", true);
	leave_a_file(".crossfence-0000000000000001-00000000-0000000000000001", true);
	leave_a_file(".crossfence-new-0000000000000002", false);
	leave_a_file("somebody-elses", true);
	struct xf_domain *domain = publish("camera");
	EVENTUALLY(2000, files_in_folder() == 2);
	xf_domain_leave(domain);
	take_away(".crossfence-new-0000000000000002");
	take_away("somebody-elses");
}

static void race_for_the_name(void *arg)
{
	uint32_t round = *(uint32_t *)arg;
	struct xf_domain *domain;
	EXPECT(0, xf_domain_create(NULL, &domain));
	proc_tell(READY);
	proc_await(GO, round, 5000);
	int r = xf_domain_publish(domain, "camera");
	CHECK(r == 0 || r == -EADDRINUSE);
	if (r == 0)
		atomic_fetch_add(&proc_board->value[round], 1);
	proc_tell(DONE);
	proc_await(DONE, 4 * round, 10000);
	xf_domain_leave(domain);
}

static void of_many_who_publish_at_once_one_wins(void)
{
	for (uint32_t round = 1; round <= 30; round++) {
		pid_t racers[4];
		for (int i = 0; i < 4; i++)
			racers[i] = proc_spawn(race_for_the_name, &round);
		proc_await(READY, 4 * round, 5000);
		proc_tell(GO);
		for (int i = 0; i < 4; i++)
			EXPECT(0, proc_wait(racers[i], 15000));
		EXPECT(1, atomic_load(&proc_board->value[round]));
	}
}

static void a_forked_child_does_not_keep_the_name(void)
{
	int end[2];
	char byte;
	CHECK(pipe2(end, O_CLOEXEC) == 0);
	struct xf_domain *domain = publish("camera"), *next;
	pid_t child = fork();
	if (!child) {
		close(end[1]);
		(void)!read(end[0], &byte, 1);
		_exit(0);
	}
	xf_domain_leave(domain);
	next = publish("camera");
	xf_domain_leave(next);
	close(end[0]);
	close(end[1]);
	EXPECT(0, proc_wait(child, 5000));
}

static int keep_name(const char *name, void *arg)
{
	snprintf(arg, XF_NAME_MAX + 1, "%s", name);
	return 1;
}

static void names_of_every_length_are_listed_as_they_are(void)
{
	static const char letters[] = "aZ09._-";
	char name[XF_NAME_MAX + 1] = "", seen[XF_NAME_MAX + 1];
	for (size_t i = 0; i < XF_NAME_MAX; i++) {
		name[i] = letters[i % 7];
		struct xf_domain *domain = publish(name);
		EXPECT(1, xf_inspect_names(keep_name, seen));
		if (strcmp(name, seen) != 0)
			proc_fail(__FILE__, __LINE__, "'%s' is listed as '%s'", name, seen);
		xf_domain_leave(domain);
	}
}

int main(int argc, char **argv)
{
	static const struct proc_test tests[] = {
		{ "a stranger cannot take a name", a_stranger_cannot_take_a_name, 60 },
		{ "nor when its server dies", a_stranger_cannot_take_a_name_whose_server_dies, 60 },
		{ "a name is its heirs'", a_name_is_its_heirs, 60 },
		{ "stopped heirs are waited for a second", stopped_heirs_are_waited_for_a_second,
			30 },
		{ "there is nothing to flood", there_is_nothing_to_flood, 20 },
		{ "only a folder of one's own will do", only_a_folder_of_ones_own_will_do, 20 },
		{ "the folder reaches across namespaces", the_folder_reaches_across_namespaces,
			60 },
		{ "without /proc", without_proc, 60 },
		{ "the overflow uid is nobody's equal", the_overflow_uid_is_nobodys_equal, 20 },
		{ "no kill leaves a file", no_kill_leaves_a_file, 60 },
		{ "a stopped server is a time-out", a_stopped_server_is_a_time_out, 60 },
		{ "a dead question is swept", a_dead_question_is_swept, 20 },
		{ "what was left is swept when it is old", what_was_left_is_swept_when_it_is_old,
			20 },
		{ "of many who publish at once one wins", of_many_who_publish_at_once_one_wins,
			120 },
		{ "a forked child does not keep the name", a_forked_child_does_not_keep_the_name,
			20 },
		{ "names of every length are listed", names_of_every_length_are_listed_as_they_are,
			20 },
	};
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
