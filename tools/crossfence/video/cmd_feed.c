/* SPDX-License-Identifier: MIT */
/* The command line of `crossfence feed`. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd_feed.h"
#include "complain.h"
#include "exit_status.h"
#include "feed.h"
#include "numbers.h"
#include "pixels.h"
#include "source_file.h"
#include "source_pictures.h"
#include "text.h"

static const char help[] =
	"Usage: crossfence feed [OPTIONS] NAME [PICTURE-OR-FOLDER ...]\n"
	"\n"
	"Feeds a stream of the domain NAME, which is made where it is not there, with frames: "
	"video\n"
	"from the standard input, or pictures (JPEG, PNG). 'crossfence play NAME' shows them.\n"
	"\n"
	"  ffmpeg -i film.mkv -f yuv4mpegpipe - | crossfence feed --pace cam\n"
	"  ffmpeg -i film.mkv -f rawvideo -pix_fmt nv12 - |\n"
	"          crossfence feed --format nv12 --size 1280x720 --rate 30 cam\n"
	"  crossfence feed --loop slides ~/Pictures\n"
	"\n"
	"Of raw frames:\n"
	"  --format FORMAT   as DRM, ffmpeg or GStreamer call it: NV12, yuv420p, BGRx; "
	"'crossfence\n"
	"                    formats' lists them\n"
	"  --size WxH        in pixels; of pictures: fit them into this\n"
	"  --rate N[/D]      frames a second; of pictures: 1 unless told\n"
	"\n"
	"  --pace            not faster than the rate; else as fast as they come\n"
	"  --loop            of pictures: again and again\n"
	"  --readers N       wait for so many readers before the first frame\n"
	"  --overrun         go on without readers that want every frame and fall behind; they "
	"see\n"
	"                    that they missed some\n"
	"  --more            at the end of the input readers wait for the next to feed them\n"
	"  --stream LABEL    which stream of the domain ('frames')\n"
	"  --surfaces N      surfaces that go round, 3 to 64 (8)\n"
	"  --json            report as a JSON object\n"
	"  -h, --help        this text\n"
	"\n"
	"When it is killed, readers keep what they have and wait; start it again and they go on.\n";

enum { FORMAT = 256, SIZE, RATE, PACE, LOOP, READERS, OVERRUN, MORE, STREAM, SURFACES, JSON };

static const struct option options[] = {
	{ "format", required_argument, NULL, FORMAT },
	{ "size", required_argument, NULL, SIZE },
	{ "rate", required_argument, NULL, RATE },
	{ "pace", no_argument, NULL, PACE },
	{ "loop", no_argument, NULL, LOOP },
	{ "readers", required_argument, NULL, READERS },
	{ "overrun", no_argument, NULL, OVERRUN },
	{ "more", no_argument, NULL, MORE },
	{ "stream", required_argument, NULL, STREAM },
	{ "surfaces", required_argument, NULL, SURFACES },
	{ "json", no_argument, NULL, JSON },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static int take_format(const char *text, uint32_t *ret_fourcc)
{
	if (pixels_find(text, ret_fourcc) == 0)
		return EXIT_DONE;
	return complain_usage(
		"'%s' is no format that is known here; NV12, yuv420p or BGRx would be, and "
		"'crossfence formats' lists all",
		text);
}

static int take_label(const char *text, const char **ret_label)
{
	*ret_label = text;
	return *text && strlen(text) <= XF_LABEL_MAX
		       ? EXIT_DONE
		       : complain_usage("a label has 1 to %d bytes", XF_LABEL_MAX);
}

static int take(struct feed *feed, int option, const char *word)
{
	struct source_request *frames = &feed->request;
	switch (option) {
	case FORMAT:
		return take_format(optarg, &frames->fourcc);
	case SIZE:
		return numbers_size(optarg, &frames->width_px, &frames->height_px);
	case RATE:
		return numbers_rate(optarg, &frames->rate_num, &frames->rate_den);
	case READERS:
		return numbers_count(optarg, 0, XF_MEMBERS_MAX - 1, &feed->readers);
	case SURFACES:
		return numbers_count(optarg, 3, XF_POOL_MAX, &feed->surfaces);
	case STREAM:
		return take_label(optarg, &feed->label);
	case PACE:
		feed->pace = true;
		return EXIT_DONE;
	case LOOP:
		feed->loop = true;
		return EXIT_DONE;
	case OVERRUN:
		feed->overrun = true;
		return EXIT_DONE;
	case MORE:
		feed->more = true;
		return EXIT_DONE;
	case JSON:
		feed->json = true;
		return EXIT_DONE;
	case ':':
		return complain_usage("%s needs a value", word);
	default:
		return complain_usage("there is no option %s here", word);
	}
}

static int check(const struct feed *feed)
{
	const struct source_request *frames = &feed->request;
	if (!feed->name)
		return complain_usage("NAME is missing");
	if (feed->pictures[0] && frames->fourcc)
		return complain_usage("pictures have a --format of their own");
	if (!feed->pictures[0] && feed->loop)
		return complain_usage("--loop is for pictures");
	if (!feed->pictures[0] && !!frames->fourcc != !!frames->width_px)
		return complain_usage("raw frames need --format and --size, y4m neither");
	if (!feed->pictures[0] && frames->fourcc && feed->pace && !frames->rate_num)
		return complain_usage("--pace needs a --rate");
	if (!feed->pictures[0] && isatty(STDIN_FILENO))
		return complain_usage(
			"the standard input is a terminal; pipe frames in, or name pictures");
	return EXIT_DONE;
}

static int open_source(struct feed *feed)
{
	struct source_request *frames = &feed->request;
	if (!feed->pictures[0])
		return source_file_open(&feed->source, stdin, frames);
	feed->pace = true;
	if (!frames->rate_num)
		frames->rate_num = frames->rate_den = 1;
	return source_pictures_open(&feed->source, feed->pictures, frames, feed->loop);
}

int cmd_feed(int argc, char **argv)
{
	struct feed feed = { .label = "frames", .surfaces = 8 };
	int option, status = EXIT_DONE;
	while (!status && (option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return finish_output(EXIT_DONE);
		}
		status = take(&feed, option, argv[optind - 1]);
	}
	feed.name = argv[optind];
	feed.pictures = argv + optind + (feed.name != NULL);
	if (!status)
		status = check(&feed);
	if (status)
		return status;
	if (open_source(&feed))
		status = complain(EXIT_FAILED, "%s", feed.source.why);
	else
		status = feed_run(&feed);
	if (feed.source.close)
		feed.source.close(&feed.source);
	return status;
}
