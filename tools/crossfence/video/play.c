/* SPDX-License-Identifier: MIT */
/*
 * One poll() for all that may happen: a frame, a key, a signal, the end of patience. Signals do
 * what they always do, except that a terminal is given back first.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "bytes.h"
#include "exit_status.h"
#include "complain.h"
#include "find_stream.h"
#include "play.h"
#include "sink_text.h"
#include "text.h"
#include "visible.h"

#define EYES_NS 33000000 /* shortest time between two frames on a terminal */

struct state {
	struct play *play;
	struct xf_domain *domain;
	struct xf_stream *stream;
	int fd, signals; /* -1: none */
	int32_t producer; /* 0: nobody */
	char producer_name[16];
	bool had_producer;
	uint64_t n_frames, missed, discontinuities;
	int64_t patient_until_ns; /* XF_NEVER */
	int64_t not_before_ns; /* the next frame */
};

__attribute__((format(printf, 2, 3))) static void say(
	const struct state *s, const char *format, ...)
{
	char line[200];
	va_list args;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (s->play->text)
		sink_text_note(line);
	else
		complain(0, "%s", line);
}

/* Told when it changes. */
static void look_at_producer(struct state *s)
{
	struct xf_stream_info info = { .size = sizeof(info) };
	const char *name = s->play->name;
	if (xf_stream_info(s->stream, &info) || info.producer_pid == s->producer)
		return;
	if (info.producer_pid && s->had_producer)
		say(s, "'%s' is now fed by %d %s", name, info.producer_pid, info.producer_name);
	else if (!info.producer_pid && !info.ended)
		say(s, "nobody feeds '%s': %d %s died or left; waiting for the next", name,
			s->producer, s->producer_name);
	s->had_producer |= info.producer_pid != 0;
	s->producer = info.producer_pid;
	memcpy(s->producer_name, info.producer_name, sizeof(s->producer_name));
}

/* What we wait for where there is no frame yet. Who feeds it is looked at from here on. */
static void say_at_first(struct state *s)
{
	struct xf_stream_info info = { .size = sizeof(info) };
	if (xf_stream_info(s->stream, &info) || info.ended)
		return;
	if (!info.producer_pid && !info.sequence)
		say(s, "nobody feeds '%s' yet; waiting", s->play->name);
	else if (!info.producer_pid)
		say(s, "nobody feeds '%s' any more; waiting for the next", s->play->name);
	else if (!info.sequence)
		say(s, "'%s' has no frame yet; waiting for the first from %d %s", s->play->name,
			info.producer_pid, info.producer_name);
}

static void note_losses(struct state *s, const struct xf_frame_info *info)
{
	if (info->flags & XF_FRAME_DISCONT)
		s->discontinuities++;
	if (!(info->flags & XF_FRAME_GAP))
		return;
	s->missed += info->missed;
	if (!s->play->text)
		complain(0, "%" PRIu64 " frame%s missed before frame %" PRIu64, info->missed,
			info->missed == 1 ? "" : "s", info->sequence);
}

static int complain_no_picture(const struct state *s, const char *caps)
{
	return complain(EXIT_FAILED,
		"'%s' is no video but %s; --raw writes its bytes, and in GStreamer xfsrc plays it",
		s->play->name, caps);
}

static int show(struct state *s, struct xf_frame *frame)
{
	void *data;
	char caps[BYTES_CAPS];
	if (!s->play->sink.takes_bytes && bytes_are(frame->format, caps))
		return complain_no_picture(s, caps);
	int r = xf_stream_wait_complete(s->stream, frame->info, NULL, XF_NEVER);
	if (r == XF_ABANDONED) {
		if (!s->play->text)
			complain(0, "frame %" PRIu64 " came to nothing: its producer died",
				frame->info->sequence);
		return EXIT_DONE;
	}
	if (!r)
		r = xf_surface_begin(frame->surface, XF_ACCESS_READ, &data);
	if (r)
		return complain(EXIT_FAILED, "cannot read frame %" PRIu64 " of '%s': %s",
			frame->info->sequence, s->play->name, xf_last_message(r));
	struct visible visible;
	int status = s->play->sink.show(&s->play->sink, visible_part(&visible, frame), data);
	(void)xf_surface_end(frame->surface); /* it was begun */
	return status;
}

static void be_patient_again(struct state *s)
{
	int64_t timeout = s->play->timeout_ns;
	s->patient_until_ns = timeout < 0 ? XF_NEVER : xf_deadline(timeout);
}

/* 0: go on; 1: over; negative: failed, -1 with *ret_status set. */
static int take_one(struct state *s, int *ret_status)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	int r = xf_stream_next(s->stream, 0, &frame);
	if (r == XF_ENDED)
		return 1;
	if (r == XF_TIMEOUT) {
		look_at_producer(s);
		return 0;
	}
	if (r) {
		*ret_status = complain(
			EXIT_FAILED, "cannot read '%s': %s", s->play->name, xf_last_message(r));
		return -1;
	}
	look_at_producer(s);
	note_losses(s, frame.info);
	*ret_status = show(s, &frame);
	(void)xf_stream_done(s->stream, &frame); /* it is held */
	s->n_frames++;
	be_patient_again(s);
	s->not_before_ns = s->play->text ? xf_deadline(EYES_NS) : 0;
	return *ret_status ? -1 : s->play->frames && s->n_frames >= s->play->frames;
}

static int milliseconds_until(int64_t deadline_ns)
{
	int64_t left = deadline_ns - xf_now();
	if (deadline_ns == XF_NEVER)
		return -1;
	return left <= 0 ? 0 : left / 1000000 >= INT32_MAX ? INT32_MAX : (int)(left / 1000000) + 1;
}

static bool quit_key(void)
{
	char keys[64];
	ssize_t n = read(STDIN_FILENO, keys, sizeof(keys));
	for (ssize_t i = 0; i < n; i++)
		if (keys[i] == 'q' || keys[i] == 'Q')
			return true;
	return n <= 0; /* the terminal is gone */
}

/* Whether to go on; takes the signal that ends us into *ret_signal. */
static bool take_signals(struct state *s, int *ret_signal)
{
	struct signalfd_siginfo info;
	while (read(s->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		if (info.ssi_signo != SIGWINCH)
			*ret_signal = (int)info.ssi_signo;
	return *ret_signal == 0;
}

/* Until a frame may be there. 0; XF_TIMEOUT: nothing came; -ECANCELED: the user ends it. */
static int sleep_until_news(struct state *s, int *ret_signal)
{
	bool eyes = s->not_before_ns > xf_now();
	int64_t until = eyes ? s->not_before_ns : s->patient_until_ns;
	struct pollfd fds[] = {
		{ .fd = eyes ? -1 : s->fd, .events = POLLIN },
		{ .fd = s->signals, .events = POLLIN },
		{ .fd = s->signals >= 0 && isatty(STDIN_FILENO) ? STDIN_FILENO : -1,
			.events = POLLIN },
	};
	int n = poll(fds, 3, milliseconds_until(until));
	if (n == 0 && !eyes && xf_now() >= s->patient_until_ns)
		return XF_TIMEOUT;
	if (n > 0 && fds[1].revents && !take_signals(s, ret_signal))
		return -ECANCELED;
	return n > 0 && fds[2].revents && quit_key() ? -ECANCELED : 0;
}

static int complain_timeout(const struct state *s)
{
	char time[TEXT_SIZE];
	return complain(EXIT_TIMED_OUT, "no frame came from '%s' for %s", s->play->name,
		text_duration(time, s->play->timeout_ns));
}

static int loop(struct state *s, int *ret_signal)
{
	int status = EXIT_DONE, r = 0;
	say_at_first(s);
	be_patient_again(s);
	for (;;) {
		r = s->not_before_ns > xf_now() ? 0 : take_one(s, &status);
		if (r)
			return r < 0 ? status : EXIT_DONE;
		r = sleep_until_news(s, ret_signal);
		if (r)
			return r == XF_TIMEOUT ? complain_timeout(s) : EXIT_DONE;
	}
}

static int subscribe(struct state *s)
{
	int r = xf_stream_subscribe(s->stream, s->play->policy, 1);
	if (!r)
		r = xf_stream_fd(s->stream, &s->fd);
	return r ? complain(EXIT_FAILED, "cannot read '%s': %s", s->play->name, xf_last_message(r))
		 : EXIT_DONE;
}

static void catch_signals(struct state *s)
{
	sigset_t ours;
	sigemptyset(&ours);
	sigaddset(&ours, SIGINT);
	sigaddset(&ours, SIGTERM);
	sigaddset(&ours, SIGHUP);
	sigaddset(&ours, SIGWINCH);
	sigprocmask(SIG_BLOCK, &ours, NULL);
	s->signals = signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Of what is missing at the end, no frame tells. */
static uint64_t missed(const struct state *s)
{
	struct xf_stream_info info = { .size = sizeof(info) };
	return xf_stream_info(s->stream, &info) || info.missed < s->missed ? s->missed
									   : info.missed;
}

static void report(const struct state *s)
{
	if (!s->play->text)
		complain(0,
			"%" PRIu64 " frame%s of '%s', %" PRIu64 " missed, %" PRIu64
			" discontinuit%s",
			s->n_frames, s->n_frames == 1 ? "" : "s", s->play->name, missed(s),
			s->discontinuities, s->discontinuities == 1 ? "y" : "ies");
}

int play_run(struct play *play)
{
	struct state s = { .play = play, .fd = -1, .signals = -1 };
	(void)prctl(PR_SET_NAME, "xf-play"); /* what lists show */
	int ended_by = 0;
	int64_t deadline = play->timeout_ns < 0 ? XF_NEVER : xf_deadline(play->timeout_ns);
	int status = find_stream(
		play->name, play->label, play->timeout_ns ? deadline : 0, &s.domain, &s.stream);
	if (!status)
		status = subscribe(&s);
	if (!status && play->text)
		catch_signals(&s);
	if (!status) {
		status = loop(&s, &ended_by);
		report(&s);
	}
	xf_stream_close(s.stream);
	xf_domain_leave(s.domain);
	if (s.signals >= 0)
		close(s.signals);
	return ended_by ? 128 + ended_by : status;
}
