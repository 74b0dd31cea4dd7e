/* SPDX-License-Identifier: MIT */
/*
 * A filter that does not know one of the system calls we make, each of them in turn, denied both
 * ways that filters have: what a member does then works, or one call says clearly that it cannot.
 * Nothing spins, hangs, or is said to have worked that has not; and the others live on.
 *
 * The list is held against what is made: the same work runs once with every call of the process
 * and its threads reported to this test.
 */
#include "work.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/futex.h"
#include "calls.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1 /* it makes calls of its own */
#else
#define SANITIZED 0
#endif

/* ---- the work, and the member beside it ---- */

/* What the processes of one run tell each other; a run of its own for each call and error. */
struct run {
	const struct call *call; /* NULL: nothing is denied */
	int error;
	bool late; /* only when it has joined */
	_Atomic bool ready, dies; /* the companion */
	_Atomic bool found; /* the worker's domain, by its name */
	int step, result; /* the first step that did not work; 0: all did */
	char message[256];
};

static struct run *runs; /* shared */

#define DOMAIN_BYTES (4 << 20)

static int sealed(const char *name, off_t size)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	EXPECT(0, ftruncate(fd, size));
	EXPECT(0, fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL));
	return fd;
}

/* In a process of its own, so that the worker's is one that has never used the library. */
static void make_domain(void *arg)
{
	struct xf_domain *d;
	struct xf_domain_params params = { .size = sizeof(params), .max_objects = 256 };
	EXPECT(0, xf_domain_create_in(*(int *)arg, DOMAIN_BYTES, &params, &d));
	xf_domain_leave(d);
}

static void prepare(struct work *w)
{
	memset(w, 0, sizeof(*w));
	w->fd = sealed("domain", DOMAIN_BYTES);
	EXPECT(0, proc_wait(proc_spawn(make_domain, &w->fd), 20000));
	w->memory = sealed("memory", 1 << 16);
	w->room = sealed("room", 1 << 20);
	EXPECT(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, w->socket));
	snprintf(w->name, sizeof(w->name), "denied-%d", (int)getpid());
}

static void clean_up(struct work *w)
{
	close(w->fd);
	close(w->memory);
	close(w->room);
	close(w->socket[0]);
	close(w->socket[1]);
}

struct scene {
	struct work work;
	struct run *run;
};

/* Owns `doomed` and one of the surfaces, sets `go` all the time. */
static void companion(void *arg)
{
	const struct scene *scene = arg;
	struct fixture f;
	struct timespec pause = { 0, 3 * MS };
	uint32_t index;
	fixture_fill(&f, scene->work.fd);
	EXPECT(0, xf_keyed_mutex_acquire(f.doomed, 0, 0, NULL));
	EXPECT(0, xf_pool_hold(f.pool, 0, &index));
	atomic_store(&scene->run->ready, true);
	for (;;) {
		EXPECT(0, xf_event_set(f.go));
		nanosleep(&pause, NULL);
	}
}

/* Waits for the name that the worker publishes, and is told when it is there. */
static void asker(void *arg)
{
	const struct scene *scene = arg;
	struct xf_domain *d;
	int r;
	do /* it had a second to answer */
		r = xf_domain_open(scene->work.name, 0, XF_NEVER, &d);
	while (r == -ETIMEDOUT);
	if (r)
		return; /* one that can serve no more says so */
	atomic_store(&scene->run->found, true);
	xf_domain_leave(d);
}

/* The name never came: it comes from elsewhere. */
static void end_asker(struct scene *scene, pid_t asks)
{
	struct xf_domain *d = NULL;
	if (!atomic_load(&scene->run->found)) {
		EXPECT(0, xf_domain_create(NULL, &d));
		EXPECT(0, xf_domain_publish(d, scene->work.name));
	}
	int end = proc_wait(asks, 10000);
	if (end)
		proc_fail(__FILE__, __LINE__, "%s denied: the asker ended with %d",
			scene->run->call->name, end);
	xf_domain_leave(d);
}

static struct run *own_run; /* of whoever does the work */

static bool is_found(void)
{
	return atomic_load(&own_run->found);
}

static void ask_for_death(void)
{
	atomic_store(&own_run->dies, true);
}

static void deny(const struct call *call, int error)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call->number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(filter) / sizeof(filter[0]), filter };
	EXPECT(0, prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	EXPECT(0,
		syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program));
}

static void do_work(struct scene *scene)
{
	struct run *run = own_run = scene->run;
	scene->work.companion_dies = ask_for_death;
	scene->work.is_found = is_found;
	for (size_t i = 0; i < work_steps_count; i++) {
		int r = work_steps[i].fn(&scene->work);
		if (r && !run->result) {
			run->step = (int)i;
			snprintf(run->message, sizeof(run->message), "%s", xf_last_message(r));
			run->result = r;
		}
		if (r && work_steps[i].needed)
			return;
		if (run->late && i == 1)
			deny(run->call, run->error);
	}
}

/* ---- one call denied ---- */

static const char *error_name(int error)
{
	return error == EPERM ? "EPERM" : error ? "ENOSYS" : "nothing";
}

static void work_without(void *arg)
{
	struct scene *scene = arg;
	if (!scene->run->late)
		deny(scene->run->call, scene->run->error);
	do_work(scene);
}

/* Sees to the companion's death when it is asked for, and to an end. */
static int accompany(struct scene *scene, pid_t worker, pid_t other)
{
	int status;
	int64_t until = proc_patience(100000);
	bool lives = true;
	while (waitpid(worker, &status, WNOHANG) == 0) {
		if (lives && atomic_load(&scene->run->dies)) {
			proc_kill(other);
			lives = false;
		}
		if (xf_now() > until)
			proc_fail(__FILE__, __LINE__, "%s: hangs", scene->run->call->name);
		proc_pause();
	}
	if (lives)
		proc_kill(other);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* The domain is as it should be, whatever one of its members could not do. */
static void others_live_on(int fd)
{
	struct xf_domain *d;
	struct xf_event *event;
	EXPECT(0, xf_domain_join(fd, &d));
	EVENTUALLY(10000, proc_members(d) == 1);
	EXPECT(0, xf_event_create(d, 0, "still", &event));
	EXPECT(0, xf_event_set(event));
	EXPECT(0, xf_event_wait(event, 0));
	xf_event_close(event);
	xf_domain_leave(d);
}

static void run_one(void *arg)
{
	struct scene scene = { .run = arg };
	struct run *run = arg;
	long number = run->call->number;
	if (SANITIZED && (number == SYS_mmap || number == SYS_munmap))
		return; /* the sanitizer ends the process */
	prepare(&scene.work);
	pid_t other = proc_spawn(companion, &scene);
	EVENTUALLY(20000, atomic_load(&run->ready));
	pid_t asks = proc_spawn(asker, &scene);
	int end = accompany(&scene, proc_spawn(work_without, &scene), other);
	end_asker(&scene, asks);
	if (end)
		proc_fail(__FILE__, __LINE__, "%s denied with %s: ended with %d", run->call->name,
			error_name(run->error), end);
	others_live_on(scene.work.fd);
	clean_up(&scene.work);
}

/* It says which call it lacks, or, where a step failed whose error has a meaning of its own, that.
 */
static bool is_clear(const struct run *run)
{
	return run->result == -ENOSYS && strstr(run->message, run->call->says);
}

static bool judge(const struct run *run)
{
	const char *step = work_steps[run->step].name;
	if (!run->result)
		return true;
	printf("# %s%s, %s: %s: %d: %s\n", is_clear(run) ? "" : "NOT CLEAR: ", run->call->name,
		error_name(run->error), step, run->result, run->message);
	return is_clear(run);
}

/* Linux 6.7 has futex(2)'s wake-up under a number of its own. */
static bool wakes_otherwise(void)
{
	uint32_t word = 0;
	return syscall(SYS_futex_wake, &word, 1ul, 1, XFI_FUTEX2_U32) == 0;
}

#define AT_A_TIME 8

static void in_turn(bool late)
{
	size_t n = 2 * calls_count, begun = 0, done = 0;
	pid_t pids[AT_A_TIME];
	bool well = true;
	runs = mmap(
		NULL, n * sizeof(*runs), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(runs != MAP_FAILED);
	for (; done < n; done++) {
		for (; begun < n && begun < done + AT_A_TIME; begun++) {
			const struct call *call = &calls[begun / 2];
			runs[begun].call = call;
			runs[begun].error = begun % 2 ? ENOSYS : EPERM;
			runs[begun].late = late && (!call->wakes || wakes_otherwise());
			pids[begun % AT_A_TIME] = proc_spawn(run_one, &runs[begun]);
		}
		well &= proc_wait(pids[done % AT_A_TIME], 120000) == 0;
		well &= judge(&runs[done]);
	}
	munmap(runs, n * sizeof(*runs));
	CHECK(well);
}

static void from_the_beginning(void)
{
	in_turn(false);
}

/* qemu-user says that it did, and does nothing: nobody would ever hear of a death. */
static void only_said_to_work(void)
{
	static const struct call lists[] = { CALL(set_robust_list), CALL(get_robust_list) };
	for (size_t i = 0; i < 2; i++) {
		runs = mmap(NULL, sizeof(*runs), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			-1, 0);
		CHECK(runs != MAP_FAILED);
		runs->call = &lists[i];
		EXPECT(0, proc_wait(proc_spawn(run_one, runs), 60000));
		CHECK(runs->result && judge(runs));
		munmap(runs, sizeof(*runs));
	}
}

/* As a program that sets up what it needs and then shuts itself in. */
static void once_it_has_joined(void)
{
	in_turn(true);
}

/* ---- the list of calls ---- */

#define NUMBERS 1024

/* Of the calling thread and those that it starts: the kernel asks whoever has this descriptor. */
static int report_calls(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
	};
	struct sock_fprog program = { 1, filter };
	EXPECT(0, prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	return (int)syscall(
		SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

struct watched {
	struct scene *scene;
	_Atomic int listener; /* 0: not yet */
	_Atomic bool done;
};

static void *work_watched(void *arg)
{
	struct watched *watched = arg;
	atomic_store(&watched->listener, report_calls());
	if (atomic_load(&watched->listener) > 0)
		do_work(watched->scene);
	atomic_store(&watched->done, true);
	return NULL;
}

/* Lets each call go on, and notes it. */
static void note_calls(struct watched *watched, bool *made)
{
	while (!atomic_load(&watched->done)) {
		struct pollfd p = { .fd = atomic_load(&watched->listener), .events = POLLIN };
		struct seccomp_notif asked = { 0 };
		if (poll(&p, 1, 20) != 1 || ioctl(p.fd, SECCOMP_IOCTL_NOTIF_RECV, &asked))
			continue;
		struct seccomp_notif_resp answer = { .id = asked.id,
			.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE };
		if (asked.data.nr >= 0 && asked.data.nr < NUMBERS)
			made[asked.data.nr] = true;
		(void)ioctl(p.fd, SECCOMP_IOCTL_NOTIF_SEND, &answer); /* it may have been killed */
	}
}

static const struct call *find_call(const struct call *list, size_t count, long number)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].number == number)
			return &list[i];
	return NULL;
}

static void compare(const bool *made)
{
	bool wrong = false;
	for (long i = 0; i < NUMBERS; i++)
		if (made[i] && !find_call(calls, calls_count, i) &&
			!find_call(spared_calls, spared_calls_count, i))
			wrong = printf("# call %ld is made and not in calls.h\n", i);
	for (size_t i = 0; i < calls_count; i++)
		if (!made[calls[i].number] && !calls[i].rare)
			wrong = printf("# %s is in calls.h and not made\n", calls[i].name);
	if (wrong)
		proc_fail(__FILE__, __LINE__, "the list of system calls is not what is made");
}

static void watch_the_work(void *arg)
{
	struct scene *scene = arg;
	static bool made[NUMBERS];
	struct watched watched = { scene, 0, false };
	pthread_t thread;
	EXPECT(0, pthread_create(&thread, NULL, work_watched, &watched));
	EVENTUALLY(10000, atomic_load(&watched.listener) || atomic_load(&watched.done));
	if (atomic_load(&watched.listener) < 0)
		proc_skip("this kernel cannot report system calls");
	note_calls(&watched, made);
	const struct run *run = scene->run;
	if (run->result)
		proc_fail(__FILE__, __LINE__, "%s: %d: %s", work_steps[run->step].name, run->result,
			run->message);
	compare(made);
}

static void the_list_is_what_is_made(void)
{
	if (SANITIZED)
		proc_skip("a sanitizer makes calls of its own");
	struct scene scene = { .run = mmap(NULL, sizeof(struct run), PROT_READ | PROT_WRITE,
				       MAP_SHARED | MAP_ANONYMOUS, -1, 0) };
	prepare(&scene.work);
	pid_t other = proc_spawn(companion, &scene);
	EVENTUALLY(20000, atomic_load(&scene.run->ready));
	pid_t asks = proc_spawn(asker, &scene);
	int end = accompany(&scene, proc_spawn(watch_the_work, &scene), other);
	end_asker(&scene, asks);
	clean_up(&scene.work);
	munmap(scene.run, sizeof(struct run));
	if (end == 77)
		proc_skip("this kernel cannot report system calls");
	EXPECT(0, end);
}

static const struct proc_test tests[] = {
	{ "the list of system calls is what is made", the_list_is_what_is_made, 120 },
	{ "each system call denied in turn", from_the_beginning, 140 },
	{ "robust lists that are only said to work", only_said_to_work, 60 },
	{ "each denied to one that has joined", once_it_has_joined, 140 },
};

int main(int argc, char **argv)
{
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
