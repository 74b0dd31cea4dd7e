/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "progress.h"
#include "text.h"

#define TERMINAL_NS INT64_C(100000000)
#define LOG_NS	    INT64_C(1000000000)

void progress_init(struct progress *progress, bool quiet)
{
	bool terminal = isatty(STDERR_FILENO);
	*progress = (struct progress){ .terminal = terminal,
		.quiet = quiet,
		.next_ns = xf_now() + (terminal ? TERMINAL_NS : LOG_NS) };
}

int progress_wait_ms(const struct progress *progress)
{
	int64_t left = progress->next_ns - xf_now();
	return left <= 0 ? 0 : (int)(left / 1000000) + 1;
}

static void compose(const struct run *run, char *line, size_t size)
{
	double seconds = run->begin_ns ? (double)(xf_now() - run->begin_ns) / 1e9 : 0;
	uint64_t received = run->received[CONSUMER_B];
	char picture[64];
	if (run->all_sent && run->options->gpu)
		snprintf(picture, sizeof(picture), "compared %u", run_count_compared(run, false));
	else
		snprintf(picture, sizeof(picture), "%s",
			pictures_name(run->options->pictures.paths[run->showing]));
	text_clean(picture);
	text_for_terminal(picture);
	snprintf(line, size,
		"%5.1f s  sent %" PRIu64 "  A %" PRIu64 "  B %" PRIu64 "  %.0f/s  torn %" PRIu64
		"  killed %u  %s",
		seconds, run->sent, run->received[CONSUMER_A], received,
		seconds > 0 ? (double)received / seconds : 0, run->torn, run->n_deaths, picture);
}

/* A line that wraps could not be overwritten. */
static int columns(void)
{
	struct winsize size;
	return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col : 80;
}

void progress_tick(struct progress *progress, const struct run *run)
{
	char line[256];
	int64_t now = xf_now();
	if (now < progress->next_ns)
		return;
	progress->next_ns = now + (progress->terminal ? TERMINAL_NS : LOG_NS);
	if (progress->quiet)
		return;
	compose(run, line, sizeof(line));
	if (progress->terminal)
		fprintf(stderr, "\r\033[K%.*s", columns() - 1, line);
	else
		fprintf(stderr, "%s\n", line);
	progress->open = progress->terminal;
}

void progress_end(struct progress *progress)
{
	if (progress->open)
		fprintf(stderr, "\r\033[K");
	progress->open = false;
}

void progress_say(struct progress *progress, const char *format, ...)
{
	char line[512];
	va_list args;
	if (progress->quiet)
		return;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	text_clean(line);
	text_for_terminal(line);
	progress_end(progress);
	fprintf(stderr, "%s\n", line);
}
