/* SPDX-License-Identifier: MIT */
/*
 * A stream in an event loop, beside a timer: every frame is counted, and how many came is told each
 * tenth of a second, and at the end.
 *
 *	stream_epoll NAME
 *
 * The loop never blocks but in epoll_wait(). Try it with `crossfence feed NAME`.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <crossfence/crossfence.h>

struct count {
	uint64_t frames, missed, last; /* last: its sequence */
};

static void must(int result, const char *what)
{
	if (result == 0)
		return;
	fprintf(stderr, "%s: %s\n", what, xf_last_message(result));
	exit(1);
}

static void watch(int epoll, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event)) {
		perror("epoll_ctl");
		exit(1);
	}
}

static int tenths_of_seconds(void)
{
	const struct itimerspec period = { { 0, 100000000 }, { 0, 100000000 } };
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	if (fd < 0 || timerfd_settime(fd, 0, &period, NULL)) {
		perror("timerfd");
		exit(1);
	}
	return fd;
}

/* Until there is nothing left: only then does the descriptor say so again. 1: the stream ended. */
static bool take_all(struct xf_stream *stream, struct count *count)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	int r;
	while ((r = xf_stream_next(stream, 0, &frame)) == 0) {
		count->frames++;
		count->last = frame.info->sequence;
		if (frame.info->flags & XF_FRAME_GAP)
			count->missed += frame.info->missed;
		must(xf_stream_done(stream, &frame), "done");
	}
	must(r == XF_TIMEOUT || r == XF_ENDED ? 0 : r, "next");
	return r == XF_ENDED;
}

static void tell(const struct count *count)
{
	printf("%" PRIu64 " frames, %" PRIu64 " missed, the last is %" PRIu64 "\n", count->frames,
		count->missed, count->last);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC), timer = tenths_of_seconds(), frames, ended = 0;
	struct count count = { 0 };
	struct epoll_event event;
	struct xf_domain *domain;
	struct xf_stream *stream;
	if (argc != 2) {
		fprintf(stderr, "usage: stream_epoll NAME\n");
		return 2;
	}
	must(xf_domain_open(argv[1], 0, XF_NEVER, &domain), argv[1]);
	must(xf_stream_open(domain, "frames", XF_NEVER, &stream), "frames");
	must(xf_stream_subscribe(stream, XF_STREAM_EVERY, 1), "subscribe");
	must(xf_stream_fd(stream, &frames), "fd");
	watch(epoll, frames);
	watch(epoll, timer);
	while (!ended && epoll_wait(epoll, &event, 1, -1) > 0) {
		uint64_t ticks;
		if (event.data.fd == frames)
			ended = take_all(stream, &count);
		else if (read(timer, &ticks, sizeof(ticks)) > 0)
			tell(&count);
	}
	tell(&count);
	xf_stream_close(stream);
	xf_domain_leave(domain);
	close(timer);
	close(epoll);
	return 0;
}
