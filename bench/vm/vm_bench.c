/* SPDX-License-Identifier: MIT */
/*
 * vm-bench: what a guest event costs, each figure beside its bare competitor over the same kind of
 * socket, in alternating batches. Host and guest are two processes on one CPU (first that we may
 * use), since two-CPU times drift by themselves; --free leaves them alone.
 *
 *	round trip	host signals, guest waits, answers one way; bare: a byte there and back
 *	host call	xf_host_signal() alone; bare: a non-blocking send of the same 40 bytes
 *	neighbour	the round trip while another guest is stalled with a full queue; bare: while
 *			it is not
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <crossfence/guest.h>
#include <crossfence/host.h>

#include "../../tests/temporary.h"

#define BATCH	2000
#define BATCHES 15
#define CALLS	200000

static struct xf_host *host;
static char folder[TEMPORARY_SIZE];

/* What the driver knows of the one process of a guest. */
struct peer {
	const char *guest;
	xf_host_handle process;
	uint64_t event;
	sem_t known, done;
	unsigned left;
};

static struct peer pinger = { .guest = "pinger" }, stalled = { .guest = "stalled" };

static int process_create(void *self, const struct xf_host_process_info *info, void **ret_process)
{
	struct peer *peer = strcmp(info->guest, "pinger") ? &stalled : &pinger;
	if (info->kind != XF_HOST_PROCESS_VM)
		return 0;
	peer->process = info->process;
	*ret_process = peer;
	return 0;
}

static int escape(void *self, void *process, void *device, uint32_t flags, void *data, size_t size,
	uint32_t *ret_status)
{
	struct peer *peer = process;
	if (size == sizeof(peer->event)) {
		memcpy(&peer->event, data, sizeof(peer->event));
		sem_post(&peer->known);
	} else if (--peer->left) {
		(void)xf_host_signal(host, peer->process, peer->event, 0);
	} else {
		sem_post(&peer->done);
	}
	return 0;
}

static struct xf_guest *connect_guest(const char *name, struct xf_guest_event **ret_event)
{
	char address[128];
	struct xf_guest *guest;
	struct xf_guest_params params = { .size = sizeof(params), .address = address };
	snprintf(address, sizeof(address), "unix:%s/%s", folder, name);
	if (xf_guest_connect(&params, xf_deadline(5000000000), &guest) ||
		xf_guest_event_create(guest, 0, 0, ret_event))
		_exit(1);
	uint64_t handle = xf_guest_event_handle(*ret_event);
	if (xf_guest_escape(guest, 0, 0, &handle, sizeof(handle), NULL))
		_exit(1);
	return guest;
}

static void run_pinger(void)
{
	struct xf_guest_event *event;
	struct xf_guest *guest = connect_guest("pinger", &event);
	char pong = 'p';
	while (xf_guest_event_wait(event, XF_NEVER) == 0)
		if (xf_guest_post(guest, 0, &pong, 1))
			return;
}

static void run_stalled(void)
{
	struct xf_guest_event *event;
	(void)connect_guest("stalled", &event);
	for (;;)
		pause();
}

static void run_echo(int fd)
{
	char c;
	while (recv(fd, &c, 1, 0) == 1 && send(fd, &c, 1, MSG_NOSIGNAL) == 1)
		;
}

static pid_t spawn(void (*body)(void), int fd)
{
	pid_t parent = getpid(), pid = fork();
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent) {
		if (body)
			body();
		else
			run_echo(fd);
	}
	_exit(0);
}

static void add(const char *name)
{
	char path[128];
	struct xf_host_guest_params params = {
		.size = sizeof(params), .name = name, .transport = XF_HOST_UNIX, .address = path
	};
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (xf_host_guest_add(host, &params, NULL))
		abort();
}

/* ---- the three measurements; ns per round or call ---- */

static double bare_byte(int fd)
{
	char c = 'b';
	int64_t start = xf_now();
	for (int i = 0; i < BATCH; i++)
		if (send(fd, &c, 1, 0) != 1 || recv(fd, &c, 1, 0) != 1)
			abort();
	return (double)(xf_now() - start) / BATCH;
}

static double round_trip(void)
{
	pinger.left = BATCH;
	int64_t start = xf_now();
	if (xf_host_signal(host, pinger.process, pinger.event, 0))
		abort();
	sem_wait(&pinger.done);
	return (double)(xf_now() - start) / BATCH;
}

/* Full sockets and queues are waited out, unmeasured: what counts is a call that is accepted. */
static double host_call(void)
{
	int64_t took = 0;
	for (int i = 0; i < CALLS;) {
		int64_t start = xf_now();
		for (int k = 0; k < 32; k++)
			while (xf_host_signal(host, pinger.process, UINT64_MAX, 0) == -ENOBUFS)
				sched_yield();
		took += xf_now() - start;
		i += 32;
		sched_yield();
	}
	return (double)took / CALLS;
}

static void *drain(void *arg)
{
	char bytes[65536];
	while (recv(*(int *)arg, bytes, sizeof(bytes), 0) > 0)
		;
	return NULL;
}

static double bare_send(void)
{
	int64_t took = 0;
	int fds[2];
	pthread_t thread;
	char message[40] = "";
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) ||
		pthread_create(&thread, NULL, drain, &fds[1]))
		abort();
	for (int i = 0; i < CALLS;) {
		int64_t start = xf_now();
		for (int k = 0; k < 32; k++)
			while (send(fds[0], message, sizeof(message), MSG_DONTWAIT) < 0)
				sched_yield();
		took += xf_now() - start;
		i += 32;
		sched_yield();
	}
	close(fds[0]);
	pthread_join(thread, NULL);
	close(fds[1]);
	return (double)took / CALLS;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void report(const char *title, double *ours, double *bare, double *ratio, int n)
{
	qsort(ours, (size_t)n, sizeof(*ours), by_size);
	qsort(bare, (size_t)n, sizeof(*bare), by_size);
	qsort(ratio, (size_t)n, sizeof(*ratio), by_size);
	printf("%-12s %10.0f %10.0f %7.2f   %.2f-%.2f\n", title, ours[n / 2], bare[n / 2],
		ratio[n / 2], ratio[n / 10], ratio[n - 1 - n / 10]);
}

static void compare_round_trips(int fd)
{
	double ours[BATCHES], bare[BATCHES], ratio[BATCHES];
	for (int i = 0; i < BATCHES; i++) {
		bare[i] = bare_byte(fd);
		ours[i] = round_trip();
		ratio[i] = ours[i] / bare[i];
	}
	report("round trip", ours, bare, ratio, BATCHES);
}

static void compare_calls(void)
{
	double ours[5], bare[5], ratio[5];
	for (int i = 0; i < 5; i++) {
		bare[i] = bare_send();
		ours[i] = host_call();
		ratio[i] = ours[i] / bare[i];
	}
	report("host call", ours, bare, ratio, 5);
}

/* The stalled guest is stopped and continued between batches, so that both see the same machine. */
static void compare_neighbours(pid_t pid)
{
	double ours[BATCHES], bare[BATCHES], ratio[BATCHES];
	for (int i = 0; i < BATCHES; i++) {
		bare[i] = round_trip();
		kill(pid, SIGSTOP);
		while (xf_host_signal(host, stalled.process, stalled.event, 0) == 0)
			;
		ours[i] = round_trip();
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		pid = spawn(run_stalled, -1);
		sem_wait(&stalled.known);
		ratio[i] = ours[i] / bare[i];
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	report("neighbour", ours, bare, ratio, BATCHES);
}

static void pin(void)
{
	cpu_set_t set, one;
	int cpu = 0;
	sched_getaffinity(0, sizeof(set), &set);
	while (!CPU_ISSET(cpu, &set))
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	sched_setaffinity(0, sizeof(one), &one);
}

int main(int argc, char **argv)
{
	int fds[2];
	struct xf_host_driver driver = {
		.size = sizeof(driver), .process_create = process_create, .escape = escape
	};
	struct xf_host_params params = {
		.size = sizeof(params), .flags = XF_HOST_OWN_THREAD, .driver = &driver
	};
	if (argc < 2 || strcmp(argv[1], "--free"))
		pin();
	if (!mkdtemp(temporary(folder, "xfvmbench.XXXXXX")) ||
		socketpair(AF_UNIX, SOCK_STREAM, 0, fds))
		return 1;
	sem_init(&pinger.known, 0, 0);
	sem_init(&pinger.done, 0, 0);
	sem_init(&stalled.known, 0, 0);
	/* Processes before threads. */
	pid_t echo = spawn(NULL, fds[1]), ping = spawn(run_pinger, -1);
	pid_t stall = spawn(run_stalled, -1);
	close(fds[1]);
	if (xf_host_create(&params, &host))
		return 1;
	add("pinger");
	add("stalled");
	sem_wait(&pinger.known);
	sem_wait(&stalled.known);
	printf("%-12s %10s %10s %7s   %s\n", "ns", "ours", "bare", "ratio", "10-90 %");
	compare_round_trips(fds[0]);
	compare_calls();
	compare_neighbours(stall);
	kill(ping, SIGKILL);
	kill(echo, SIGKILL);
	waitpid(ping, NULL, 0);
	waitpid(echo, NULL, 0);
	xf_host_destroy(host);
	rmdir(folder);
	return 0;
}
