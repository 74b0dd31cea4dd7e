/* SPDX-License-Identifier: MIT */
/*
 * Watches a domain through a look-only descriptor: nobody in it is slowed down or sees us. The
 * clock, the keyboard and the death of the process that serves the name wake us; the domain itself
 * does not.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "cmd_top.h"
#include "complain.h"
#include "exit_status.h"
#include "options.h"
#include "target.h"
#include "text.h"
#include "top_model.h"
#include "top_screen.h"
#include "top_view.h"

static const char help[] =
	"Usage: crossfence top [--json] [--once] [-d SECONDS] NAME\n"
	"\n"
	"Watches the domain served as NAME: what is there, who holds it, how long, who waits.\n"
	"On a terminal a live view (q quits), else text again and again. Looking costs the "
	"members\n"
	"nothing. When the name dies, waits for it to come back.\n"
	"\n"
	"  -d, --delay SECONDS  between two looks (else: 1)\n"
	"  --once               look once, as text\n"
	"  --json               a JSON object in one line for each look\n"
	"  -h, --help           this text\n";

struct top {
	const char *name;
	struct options options;
	struct xf_domain *domain; /* NULL: not served at the moment */
	struct top_model model;
	struct top_screen *screen; /* NULL: text or JSON */
	int32_t server_pid; /* 0: nobody serves the name, as far as we know */
	int server; /* pidfd, -1: none */
	int timer, signals;
	char notice[256];
};

/* Says what happened: on the screen until something else does, else on stderr. */
__attribute__((format(printf, 2, 3))) static void notify(struct top *t, const char *format, ...)
{
	char text[200], clock[16];
	time_t now = time(NULL);
	struct tm local;
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (!t->screen)
		complain(0, "%s", text);
	localtime_r(&now, &local);
	strftime(clock, sizeof(clock), "%H:%M:%S", &local);
	snprintf(t->notice, sizeof(t->notice), "%s  %s", clock, text);
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void watch_server(struct top *t)
{
	int32_t pid = t->model.snapshot.domain.server_pid, before = t->server_pid;
	const struct xf_member_info *server = snapshot_member(&t->model.snapshot, pid);
	if (pid == before)
		return;
	close_fd(&t->server);
	t->server_pid = pid;
	if (pid) /* a PID of another namespace finds nobody; then the clock has to do */
		t->server = (int)syscall(SYS_pidfd_open, pid, 0);
	if (pid && (before || t->notice[0])) /* not at the first look */
		notify(t, "'%s' is now served by %d %s", t->name, pid, server ? server->name : "");
	else if (!pid && before)
		notify(t, "%d, which served '%s', died or left", before, t->name);
}

static void lose_domain(struct top *t)
{
	xf_domain_leave(t->domain);
	t->domain = NULL;
	top_model_clear(&t->model);
	close_fd(&t->server);
	t->server_pid = 0;
}

/* Looks again; opens the name again when its domain has died. */
static void look(struct top *t)
{
	if (!t->domain && xf_domain_open(t->name, XF_OPEN_LOOK_ONLY, 0, &t->domain))
		return;
	int r = top_model_update(&t->model, t->domain);
	if (r) {
		notify(t, "cannot look into '%s': %s", t->name, xf_last_message(r));
	} else if (t->model.snapshot.domain.members == 0) {
		lose_domain(t);
		notify(t, "all members of '%s' died or left; waiting for the name to come back",
			t->name);
	} else {
		watch_server(t);
	}
}

static int show(struct top *t)
{
	if (t->screen) {
		top_screen_draw(t->screen, t->name, &t->model, t->notice);
		return EXIT_DONE;
	}
	if (t->options.json)
		return t->domain ? top_view_print_json(t->name, &t->model)
				 : top_view_print_json_gone(t->name);
	if (!t->domain)
		return EXIT_DONE; /* told on stderr */
	int status = top_view_print(t->name, &t->model);
	if (!t->options.once)
		printf("\n");
	return status;
}

/* Descriptors for all that may happen, so that one poll() waits for it. */
static int open_events(struct top *t)
{
	sigset_t ends;
	struct itimerspec period;
	period.it_interval.tv_sec = t->options.delay_ns / 1000000000;
	period.it_interval.tv_nsec = t->options.delay_ns % 1000000000;
	period.it_value = period.it_interval;
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGHUP);
	t->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	t->signals = signalfd(-1, &ends, SFD_CLOEXEC);
	if (t->timer < 0 || t->signals < 0 || timerfd_settime(t->timer, 0, &period, NULL) ||
		sigprocmask(SIG_BLOCK, &ends, NULL))
		return complain(EXIT_FAILED, "cannot watch the clock: %s", strerror(errno));
	return EXIT_DONE;
}

/* Waits for the next thing to happen. False: the user, or a signal, ends it. */
static bool wait_for_news(struct top *t, bool *ret_look)
{
	struct pollfd fds[] = {
		{ .fd = t->timer, .events = POLLIN },
		{ .fd = t->signals, .events = POLLIN },
		{ .fd = t->server, .events = POLLIN },
		{ .fd = t->screen && isatty(STDIN_FILENO) ? STDIN_FILENO : -1, .events = POLLIN },
	};
	uint64_t ticks;
	*ret_look = false;
	if (poll(fds, sizeof(fds) / sizeof(fds[0]), -1) < 0)
		return errno == EINTR && !(t->screen && top_screen_keys(t->screen)); /* resized */
	if (fds[1].revents || (fds[3].revents & (POLLHUP | POLLERR)))
		return false;
	if (fds[0].revents)
		*ret_look = read(t->timer, &ticks, sizeof(ticks)) > 0;
	if (fds[2].revents) {
		close_fd(&t->server);
		*ret_look = true;
	}
	return !(t->screen && top_screen_keys(t->screen));
}

static int run(struct top *t)
{
	bool look_now = true;
	int status = open_events(t);
	while (!status) {
		if (look_now)
			look(t);
		if (look_now || t->screen) /* a key changes what the screen shows */
			status = show(t);
		if (status || t->options.once || !wait_for_news(t, &look_now))
			break;
	}
	return status;
}

int cmd_top(int argc, char **argv)
{
	struct top t = { .server = -1, .timer = -1, .signals = -1 };
	int status;
	if (!options_parse(argc, argv, OPTION_JSON | OPTION_ONCE | OPTION_DELAY, "NAME", help,
		    &t.options, &status))
		return status;
	t.name = t.options.words[0];
	top_model_init(&t.model);
	status = target_open(t.name, XF_OPEN_LOOK_ONLY, &t.domain);
	if (status)
		return status;
	if (!t.options.once && !t.options.json && isatty(STDOUT_FILENO))
		t.screen = top_screen_open();
	status = run(&t);
	top_screen_close(t.screen);
	top_model_finish(&t.model);
	xf_domain_leave(t.domain);
	close_fd(&t.server);
	close_fd(&t.timer);
	close_fd(&t.signals);
	return status;
}
