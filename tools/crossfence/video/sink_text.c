/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "exit_status.h"
#include "complain.h"
#include "mosaic.h"
#include "sink_text.h"
#include "text.h"

#define ALTERNATE_ON  "\033[?1049h\033[?25l\033[2J"
#define ALTERNATE_OFF "\033[0m\033[?25h\033[?1049l"
#define HOME	      "\033[H"
#define CLEAR_LINE    "\033[K"
#define CLEAR_REST    "\033[J"

static struct {
	const char *name;
	enum mosaic how;
	bool terminal, taken, raw_keys;
	struct termios keys; /* as we found them */
	uint32_t columns, rows, line; /* of the note, from 1 */
	uint64_t missed;
} screen;

static void measure(void)
{
	struct winsize size;
	uint32_t columns = 80, rows = 24;
	if (screen.terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col &&
		size.ws_row > 1) {
		columns = size.ws_col;
		rows = size.ws_row;
	}
	if (screen.terminal && (columns != screen.columns || rows != screen.rows))
		fputs(HOME CLEAR_REST, stdout);
	screen.columns = columns;
	screen.rows = rows;
}

/* With the first frame: whoever waits for one may want to read what is told meanwhile. */
static void take_terminal(void)
{
	struct termios keys;
	screen.taken = true;
	fputs(ALTERNATE_ON, stdout);
	if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &screen.keys))
		return;
	keys = screen.keys;
	keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	screen.raw_keys = tcsetattr(STDIN_FILENO, TCSADRAIN, &keys) == 0;
}

static void give_terminal_back(struct sink *sink)
{
	(void)sink;
	if (!screen.taken)
		return;
	fputs(ALTERNATE_OFF, stdout);
	fflush(stdout);
	if (screen.raw_keys)
		(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &screen.keys);
}

/* "frame 120  4.0 s  640x480 NV12  30/s  2 missed  q quits" */
static void describe(const struct xf_frame *frame, bool shown, char *line, size_t size)
{
	const struct xf_stream_format *format = frame->format;
	const struct xf_frame_info *info = frame->info;
	char fourcc[TEXT_SIZE], time[TEXT_SIZE + 2] = "", rate[TEXT_SIZE] = "", lost[40] = "";
	if (info->pts_ns != XF_NO_TIME)
		snprintf(time, sizeof(time), "  %.2f s", (double)info->pts_ns / 1e9);
	if (format->rate_num && format->rate_den)
		snprintf(rate, sizeof(rate), "  %.4g/s",
			(double)format->rate_num / format->rate_den);
	if (screen.missed)
		snprintf(lost, sizeof(lost), "  %" PRIu64 " missed", screen.missed);
	snprintf(line, size, "%s  frame %" PRIu64 "%s  %ux%u %s%s%s%s%s%s%s", screen.name,
		info->sequence, time, format->desc->width_px, format->desc->height_px,
		text_fourcc(fourcc, format->desc->fourcc), rate, lost,
		info->flags & XF_FRAME_DISCONT ? "  discontinuity" : "",
		info->flags & XF_FRAME_CORRUPT ? "  damaged" : "",
		shown ? "" : "  no picture: this format cannot be shown",
		screen.raw_keys ? "  (q quits)" : "");
}

static void write_note(const char *note)
{
	char line[256];
	snprintf(line, sizeof(line), "%s", note);
	text_clean(line);
	text_for_terminal(line);
	text_cut(line, screen.columns - 1);
	if (screen.terminal)
		printf("\033[%u;1H%s" CLEAR_LINE, screen.line ? screen.line : 1, line);
	else
		printf("%s\n\n", line);
}

void sink_text_note(const char *note)
{
	if (!screen.taken) {
		complain(0, "%s", note);
		return;
	}
	write_note(note);
	fflush(stdout);
}

static int show(struct sink *sink, const struct xf_frame *frame, const void *data)
{
	struct colour colour;
	char line[256];
	(void)sink;
	if (screen.terminal && !screen.taken)
		take_terminal();
	measure();
	if (frame->info->flags & XF_FRAME_GAP)
		screen.missed += frame->info->missed;
	if (screen.terminal)
		fputs(HOME, stdout);
	uint32_t lines = 0;
	bool shown = colour_init(&colour, frame->format, data) == 0;
	if (shown)
		lines = mosaic_write(stdout, &colour, screen.how, screen.columns, screen.rows - 1,
			screen.terminal ? CLEAR_LINE "\r\n" : "\n");
	screen.line = lines + 1;
	describe(frame, shown, line, sizeof(line));
	write_note(line);
	if (screen.terminal)
		fputs(CLEAR_REST, stdout);
	return finish_output(EXIT_DONE);
}

void sink_text_open(struct sink *sink, const char *name, bool letters)
{
	*sink = (struct sink){ .show = show, .close = give_terminal_back };
	screen.name = name;
	screen.terminal = isatty(STDOUT_FILENO);
	screen.how = letters ? MOSAIC_LETTERS : mosaic_choose(STDOUT_FILENO);
	(void)setvbuf(stdout, NULL, _IOFBF, 1 << 18); /* else the C library's: it flickers */
}
