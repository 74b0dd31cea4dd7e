/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <crossfence/result.h>

#include "pair.h"
#include "share.h"
#include "victim.h"

#define PATIENCE_MS 20000

static void say_ready(struct bench_scene *scene)
{
	char byte = 1;
	(void)bench_write(scene->ready, &byte, 1);
}

static _Noreturn void be_victim(const struct bench_mechanism *mechanism, struct bench_scene *scene)
{
	bench_pin(scene->victim_cpu);
	if (scene->victim_bytes) {
		void *memory = mmap(NULL, scene->victim_bytes, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
		if (memory == MAP_FAILED)
			_exit(1);
	}
	if (mechanism->hold(scene))
		_exit(1);
	say_ready(scene);
	for (;;)
		pause();
}

static _Noreturn void be_witness(const struct bench_mechanism *mechanism, struct bench_scene *scene)
{
	void *state;
	bench_pin(scene->witness_cpu);
	if (mechanism->open(scene, &state))
		_exit(1);
	scene->noticed_ns = xf_now(); /* touched before it counts */
	say_ready(scene);
	_exit(mechanism->wait(scene, state) ? 1 : 0);
}

typedef void be_fn(const struct bench_mechanism *mechanism, struct bench_scene *scene);

static pid_t start(be_fn *be, const struct bench_mechanism *mechanism, struct bench_scene *scene)
{
	pid_t parent = getpid(), pid = fork();
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent)
		be(mechanism, scene);
	_exit(1);
}

/* A wait that has begun is not visible from outside; it takes microseconds to begin. */
static void let_them_settle(void)
{
	const struct timespec pause = { .tv_nsec = 3000000 };
	nanosleep(&pause, NULL);
}

/* Waits until the witness ends, at most PATIENCE_MS. */
static int join_witness(pid_t witness, int ended)
{
	char byte;
	int status, r = bench_read(ended, &byte, 1, PATIENCE_MS);
	if (r == -ETIMEDOUT)
		kill(witness, SIGKILL);
	waitpid(witness, &status, 0);
	if (r == -ETIMEDOUT)
		return r;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EIO;
}

static int play(const struct bench_mechanism *mechanism, struct bench_scene *scene, int ready,
	int *to_close, double *ret_ns)
{
	char bytes[2];
	int ended[2];
	if (pipe(ended))
		return -errno;
	pid_t witness = start(be_witness, mechanism, scene);
	close(ended[1]); /* the witness has the only other end: it closes when that is gone */
	pid_t victim = start(be_victim, mechanism, scene);
	for (; *to_close >= 0; to_close++)
		close(*to_close);
	int r = victim < 0 || witness < 0 ? -EAGAIN : bench_read(ready, bytes, 2, PATIENCE_MS);
	let_them_settle();
	int64_t killed = xf_now();
	if (victim > 0)
		kill(victim, SIGKILL);
	if (r && witness > 0)
		kill(witness, SIGKILL);
	int joined = witness > 0 ? join_witness(witness, ended[0]) : -EAGAIN;
	if (victim > 0)
		waitpid(victim, NULL, 0);
	close(ended[0]);
	*ret_ns = (double)(scene->noticed_ns - killed);
	return r ? r : joined;
}

int bench_murder(const struct bench_mechanism *mechanism, const struct bench_settings *settings,
	size_t victim_bytes, double *ret_ns, uint64_t *ret_count)
{
	int sockets[2], ready[2], r = -ENOMEM;
	struct bench_scene *scene = mmap(
		NULL, sizeof(*scene), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (scene == MAP_FAILED)
		return r;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) || pipe(ready)) {
		munmap(scene, sizeof(*scene));
		return -EMFILE;
	}
	scene->witness_socket = sockets[0];
	scene->victim_socket = sockets[1];
	scene->ready = ready[1];
	scene->victim_bytes = victim_bytes;
	scene->victim_cpu = settings->cpus[0];
	scene->witness_cpu = settings->cpus[1];
	int to_close[] = { sockets[0], sockets[1], ready[1], -1 };
	r = play(mechanism, scene, ready[0], to_close, ret_ns);
	if (ret_count)
		*ret_count = scene->count;
	close(ready[0]);
	munmap(scene, sizeof(*scene));
	return r;
}
