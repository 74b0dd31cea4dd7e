/* SPDX-License-Identifier: MIT */
/*
 * A producer is killed -9; whoever has started it learns of that from the kernel and has the next
 * one ready, which takes the stream over and publishes. Measured is from just before the kill until
 * the reader, which sleeps in xf_stream_next(), has that frame.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <crossfence/stream.h>

#include "restart.h"
#include "share.h"
#include "stat.h"

#define PATIENCE_MS 10000
#define PATIENCE    xf_deadline(INT64_C(1000000) * PATIENCE_MS)

static int produce(struct xf_domain *domain, struct xf_stream **ret_stream)
{
	const struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 1920, .height_px = 1080, .fourcc = XF_FORMAT_NV12
	};
	const struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	const struct xf_stream_params params = { .size = sizeof(params), .format = &format };
	struct xf_frame frame = { .size = sizeof(frame) };
	int r = xf_stream_create(domain, &params, "camera", ret_stream);
	if (!r)
		r = xf_stream_hold(*ret_stream, PATIENCE, &frame);
	return r ? r : xf_stream_publish(*ret_stream, &frame, NULL);
}

/* Joins, waits until `victim` is gone (0: nobody), produces one frame and waits to be killed. */
static _Noreturn void play_producer(int fd, pid_t victim, int tell)
{
	struct xf_domain *domain;
	struct xf_stream *stream;
	struct pollfd death = { .events = POLLIN };
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (xf_domain_join(fd, &domain))
		_exit(1);
	death.fd = victim ? pidfd_open(victim, 0) : -1;
	if (victim && (death.fd < 0 || write(tell, "", 1) != 1 || poll(&death, 1, -1) != 1))
		_exit(1);
	if (produce(domain, &stream) || (!victim && write(tell, "", 1) != 1))
		_exit(1);
	for (;;)
		pause();
}

/* Returns when the new process has said that it is where it should be. */
static int start(struct xf_domain *domain, pid_t victim, pid_t *ret_pid)
{
	int fd, tell[2];
	char byte;
	int r = xf_domain_export(domain, 0, &fd);
	if (r || pipe(tell))
		return r ? r : -errno;
	*ret_pid = fork();
	if (*ret_pid == 0)
		play_producer(fd, victim, tell[1]);
	close(fd);
	close(tell[1]);
	r = *ret_pid < 0 ? -errno : bench_read(tell[0], &byte, 1, PATIENCE_MS);
	close(tell[0]);
	return r;
}

static void end(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static int take(struct xf_stream *stream)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	int r = xf_stream_next(stream, PATIENCE, &frame);
	return r ? r : xf_stream_done(stream, &frame);
}

static int subscribe(struct xf_domain *domain, struct xf_stream **ret_stream)
{
	int r = xf_stream_open(domain, "camera", PATIENCE, ret_stream);
	if (!r)
		r = xf_stream_subscribe(*ret_stream, XF_STREAM_EVERY, 1);
	return r ? r : take(*ret_stream);
}

static int measure_once(
	struct xf_domain *domain, struct xf_stream **stream, pid_t pids[2], double *ret_ns)
{
	int r = pids[0] ? 0 : start(domain, 0, &pids[0]);
	if (!r && !*stream)
		r = subscribe(domain, stream);
	if (!r)
		r = start(domain, pids[0], &pids[1]);
	if (r)
		return r;
	int64_t begin = xf_now();
	kill(pids[0], SIGKILL);
	r = take(*stream);
	*ret_ns = (double)(xf_now() - begin);
	waitpid(pids[0], NULL, 0);
	pids[0] = pids[1];
	pids[1] = 0;
	return r == XF_TIMEOUT ? -ETIMEDOUT : r;
}

static int run_row(struct bench_row *row, const struct bench_settings *settings)
{
	struct xf_domain *domain;
	struct xf_stream *stream = NULL;
	pid_t pids[2] = { 0, 0 };
	int64_t begin = xf_now();
	int r = xf_domain_create(NULL, &domain);
	if (r)
		return r;
	for (unsigned i = 0; !r && i < settings->rounds && !bench_late(row, settings, begin); i++) {
		double ns = 0;
		r = measure_once(domain, &stream, pids, &ns);
		if (!r)
			bench_record(row, 0, 0, ns);
	}
	end(pids[1]);
	end(pids[0]);
	xf_stream_close(stream);
	xf_domain_leave(domain);
	return r;
}

struct bench_row bench_stream_restart = {
	.name = "stream-restart",
	.title = "a producer is killed; its successor's first frame is at the reader",
	.columns = { { "unpinned", BENCH_TIME } },
	.n_series = 1,
	.series = { { "crossfence, told by a pidfd", -1 } },
	.n_targets = 1,
	.targets = { { 0, 0, -1, 5e6, false } },
	.run = run_row,
};
