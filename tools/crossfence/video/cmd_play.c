/* SPDX-License-Identifier: MIT */
/* The command line of `crossfence play`. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd_play.h"
#include "complain.h"
#include "exit_status.h"
#include "play.h"
#include "sink_json.h"
#include "sink_packed.h"
#include "sink_png.h"
#include "sink_text.h"
#include "text.h"

static const char help[] =
	"Usage: crossfence play [OPTIONS] NAME [STREAM]\n"
	"\n"
	"Shows the frames of a stream of the domain NAME, of the only one or of that label, in "
	"the\n"
	"terminal, or hands them on. Waits for what is not there yet. 'crossfence feed' makes "
	"one.\n"
	"\n"
	"  crossfence play cam\n"
	"  crossfence play --y4m cam | ffmpeg -i - film.mkv\n"
	"  crossfence play --raw cam | ffplay -f rawvideo -pixel_format nv12 -video_size 640x480 "
	"-\n"
	"  crossfence play --raw sound >sound.pcm       what GStreamer sends that is no video\n"
	"\n"
	"  --y4m, --raw         to the standard output\n"
	"  --png FOLDER         each as a file FOLDER/SEQUENCE.png\n"
	"  --json               a JSON object for each, without pixels\n"
	"  --ascii              in the terminal, without colours\n"
	"  --policy every       every frame: who feeds waits for us (--y4m, --raw, --png, --json)\n"
	"  --policy latest      the newest each time: nobody waits (in the terminal)\n"
	"  --frames N           end after so many\n"
	"  --timeout SECONDS    give up when nothing comes for so long; 0: what is not there now\n"
	"  -h, --help           this text\n"
	"\n"
	"Ends when the stream is ended, not when its producer dies: then the next one is waited "
	"for.\n"
	"Frames that were missed are told on the standard error. Exit status 3: the time is "
	"over.\n";

enum { Y4M = 256, RAW, PNG, JSON, ASCII, POLICY, FRAMES, TIMEOUT };

static const struct option options[] = {
	{ "y4m", no_argument, NULL, Y4M },
	{ "raw", no_argument, NULL, RAW },
	{ "png", required_argument, NULL, PNG },
	{ "json", no_argument, NULL, JSON },
	{ "ascii", no_argument, NULL, ASCII },
	{ "policy", required_argument, NULL, POLICY },
	{ "frames", required_argument, NULL, FRAMES },
	{ "timeout", required_argument, NULL, TIMEOUT },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

struct words {
	struct play play;
	int form; /* Y4M, RAW, PNG, JSON, ASCII; 0: text */
	const char *folder;
};

static int take_policy(const char *text, enum xf_stream_policy *ret_policy)
{
	if (strcmp(text, "every") == 0)
		*ret_policy = XF_STREAM_EVERY;
	else if (strcmp(text, "latest") == 0)
		*ret_policy = XF_STREAM_LATEST;
	else
		return complain_usage("there is no policy '%s'; every and latest", text);
	return EXIT_DONE;
}

static int take(struct words *w, int option, const char *word)
{
	switch (option) {
	case PNG:
		w->folder = optarg;
		/* fall through */
	case Y4M:
	case RAW:
	case JSON:
	case ASCII:
		if (w->form && w->form != option)
			return complain_usage("one of --y4m, --raw, --png, --json, --ascii");
		w->form = option;
		return EXIT_DONE;
	case POLICY:
		return take_policy(optarg, &w->play.policy);
	case FRAMES:
		if (text_to_u64(optarg, &w->play.frames) == 0 && w->play.frames)
			return EXIT_DONE;
		return complain_usage("'%s' is no number of frames", optarg);
	case TIMEOUT:
		if (text_to_ns(optarg, &w->play.timeout_ns) == 0)
			return EXIT_DONE;
		return complain_usage("'%s' is no time in seconds", optarg);
	case ':':
		return complain_usage("%s needs a value", word);
	default:
		return complain_usage("there is no option %s here", word);
	}
}

static int take_names(struct play *play, char **words)
{
	if (!words[0])
		return complain_usage("NAME is missing");
	play->name = words[0];
	play->label = words[1];
	if (play->label && (!*play->label || strlen(play->label) > XF_LABEL_MAX))
		return complain_usage("a label has 1 to %d bytes", XF_LABEL_MAX);
	return words[1] && words[2] ? complain_usage("'%s' is one word too many", words[2])
				    : EXIT_DONE;
}

static int check(const struct words *w)
{
	if ((w->form == RAW || w->form == Y4M) && isatty(STDOUT_FILENO))
		return complain_usage(
			"the standard output is a terminal; pipe it, or leave --%s away",
			w->form == RAW ? "raw" : "y4m");
	return EXIT_DONE;
}

static int open_sink(struct words *w)
{
	struct play *play = &w->play;
	play->text = (!w->form || w->form == ASCII) && isatty(STDOUT_FILENO);
	if (!play->policy)
		play->policy = play->text ? XF_STREAM_LATEST : XF_STREAM_EVERY;
	if (w->form == PNG)
		return sink_png_open(&play->sink, w->folder);
	if (w->form == JSON)
		sink_json_open(&play->sink);
	else if (w->form == RAW || w->form == Y4M)
		sink_packed_open(&play->sink, w->form == Y4M);
	else
		sink_text_open(&play->sink, play->name, w->form == ASCII);
	return EXIT_DONE;
}

int cmd_play(int argc, char **argv)
{
	struct words w = { .play = { .timeout_ns = -1 } };
	int option, status = EXIT_DONE;
	while (!status && (option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return finish_output(EXIT_DONE);
		}
		status = take(&w, option, argv[optind - 1]);
	}
	if (!status)
		status = take_names(&w.play, argv + optind);
	if (!status)
		status = check(&w);
	if (!status)
		status = open_sink(&w);
	if (status)
		return status;
	(void)signal(SIGPIPE, SIG_IGN); /* told as what it is */
	status = play_run(&w.play);
	if (w.play.sink.close)
		w.play.sink.close(&w.play.sink);
	return status;
}
