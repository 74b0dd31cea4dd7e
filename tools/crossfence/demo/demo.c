/* SPDX-License-Identifier: MIT */
/* The command line of `crossfence demo`, and of the roles it starts itself. */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "complain.h"
#include "consumer.h"
#include "demo.h"
#include "exit_status.h"
#include "gpu/roles.h"
#include "ledger.h"
#include "producer.h"
#include "supervisor.h"

/* From Debian's package mate-backgrounds: photographs. */
#define PHOTOGRAPHS "/usr/share/backgrounds/mate/nature"

/* A GPU's consumers have several at a time. */
#define SURFACES     6
#define SURFACES_GPU 14

static const char help[] =
	"Usage: crossfence demo [OPTIONS] [PICTURE-OR-FOLDER ...]\n"
	"\n"
	"Hands pictures from a producer to consumer A (checksum) and consumer B (contact sheet),\n"
	"each a process of its own, as the frames of a stream in shared surfaces. On the way\n"
	"consumer A, and later the producer, is killed with kill -9 while it has a surface;\n"
	"a successor joins by name and goes on. Shows JPEG and PNG files; of a folder, those that\n"
	"lie directly in it. What cannot be shown is named. Without pictures: the photographs of\n"
	"Debian's package mate-backgrounds.\n"
	"\n"
	"  --seconds S    how long (10); longer when not all pictures were shown by then\n"
	"  --frames N     how many frames instead\n"
	"  --surfaces N   surfaces of the stream, 4 to 32 (6; with --gpu 14)\n"
	"  --out DIR      where contact-sheet.png and timeline.json go (out)\n"
	"  --no-kill      nobody is killed\n"
	"  --gpu          producer and consumers work by Vulkan: see below\n"
	"  --json         the result as JSON\n"
	"  -h, --help     this text\n"
	"\n"
	"How a torn frame is found: every row carries, in 64 bytes before its pixels, the frame's\n"
	"number, its own number and a hash of its pixels, made from the producer's own copy. Both\n"
	"consumers check all 1080 rows of every frame, and the frame's checksums of all three "
	"must\n"
	"be equal.\n"
	"The exit status is 1 when a frame is torn or not accounted for.\n"
	"\n"
	"With --gpu the producer's frames are made by compute shaders (blur, conversion to NV12 "
	"and\n"
	"back), handed on by key and fence, hashed by a compute shader in consumer A, hashed and\n"
	"drawn small by a graphics pass in consumer B. Then the same is done by CPU: no byte of "
	"the\n"
	"contact sheet's pictures may differ by more than 1, or the exit status is 1.\n";

enum {
	OPT_FRAMES = 256,
	OPT_SECONDS,
	OPT_SURFACES,
	OPT_OUT,
	OPT_NO_KILL,
	OPT_GPU,
	OPT_JSON,
	OPT_ROLE,
	OPT_NAME,
	OPT_HALT_AT,
	OPT_SUCCESSOR,
};

static const struct option long_options[] = {
	{ "frames", required_argument, NULL, OPT_FRAMES },
	{ "seconds", required_argument, NULL, OPT_SECONDS },
	{ "surfaces", required_argument, NULL, OPT_SURFACES },
	{ "out", required_argument, NULL, OPT_OUT },
	{ "no-kill", no_argument, NULL, OPT_NO_KILL },
	{ "gpu", no_argument, NULL, OPT_GPU },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "help", no_argument, NULL, 'h' },
	/* What the supervisor tells its roles. */
	{ "role", required_argument, NULL, OPT_ROLE },
	{ "name", required_argument, NULL, OPT_NAME },
	{ "halt-at", required_argument, NULL, OPT_HALT_AT },
	{ "successor", no_argument, NULL, OPT_SUCCESSOR },
	{ NULL, 0, NULL, 0 },
};

static int parse_number(const char *text, uint64_t least, uint64_t most, uint64_t *ret_number)
{
	char *end;
	errno = 0;
	unsigned long long number = strtoull(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || number < least || number > most)
		return complain_usage("'%s' is not a number from %llu to %llu", text,
			(unsigned long long)least, (unsigned long long)most);
	*ret_number = number;
	return EXIT_DONE;
}

static int parse_seconds(const char *text, double *ret_seconds)
{
	char *end;
	double seconds = strtod(text, &end);
	if (end == text || *end || !isfinite(seconds) || seconds < 0.1 || seconds > 600)
		return complain_usage("'%s' is not a time from 0.1 to 600 seconds", text);
	*ret_seconds = seconds;
	return EXIT_DONE;
}

static int parse_option(struct demo_options *o, int option)
{
	uint64_t surfaces = o->surfaces;
	int status = EXIT_DONE;
	switch (option) {
	case OPT_FRAMES:
		/* 0 only reaches us from the supervisor. */
		return parse_number(optarg, o->role ? 0 : 1, FRAMES_MAX, &o->frames);
	case OPT_SECONDS:
		return parse_seconds(optarg, &o->seconds);
	case OPT_SURFACES:
		status = parse_number(optarg, STAGE_SURFACES_MIN, STAGE_SURFACES_MAX, &surfaces);
		o->surfaces = (uint32_t)surfaces;
		return status;
	case OPT_OUT:
		o->out = optarg;
		return *optarg && strlen(optarg) <= 4000
			       ? EXIT_DONE
			       : complain_usage("--out needs the name of a folder");
	case OPT_NO_KILL:
		o->no_kill = true;
		return EXIT_DONE;
	case OPT_GPU:
		o->gpu = true;
		return EXIT_DONE;
	case OPT_JSON:
		o->json = true;
		return EXIT_DONE;
	case OPT_ROLE:
		o->role = optarg;
		return EXIT_DONE;
	case OPT_NAME:
		o->name = optarg;
		return EXIT_DONE;
	case OPT_HALT_AT:
		return parse_number(optarg, 0, FRAMES_MAX, &o->halt_at);
	case OPT_SUCCESSOR:
		o->successor = true;
		return EXIT_DONE;
	default:
		return complain_usage("unknown option");
	}
}

/* EXIT_DONE: go on. *ret_help: it was asked for and printed. */
static int parse(int argc, char **argv, struct demo_options *o, bool *ret_help)
{
	int option, status = EXIT_DONE;
	opterr = 0;
	while (status == EXIT_DONE && !*ret_help &&
		(option = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			*ret_help = true;
		} else if (option == '?') {
			status = complain_usage("cannot understand '%s'", argv[optind - 1]);
		} else {
			status = parse_option(o, option);
		}
	}
	return status;
}

static int find_pictures(struct pictures *pictures, char **words)
{
	const char *photographs[] = { PHOTOGRAPHS, NULL };
	const char *const *paths = *words ? (const char *const *)words : photographs;
	for (; *paths; paths++) {
		int r = pictures_add(pictures, *paths);
		if (r == -ENOENT && !*words)
			return complain(EXIT_FAILED,
				"no pictures: name some, or install the package mate-backgrounds");
		if (r == -E2BIG)
			return complain(EXIT_FAILED, "more than %d pictures", PICTURES_MAX);
		if (r)
			return complain(EXIT_FAILED, "%s: %s", *paths, strerror(-r));
	}
	return pictures->count ? EXIT_DONE
			       : complain(EXIT_FAILED, "there is nothing in %s", words[0]);
}

static int run_role(struct demo_options *o)
{
	enum role role = PRODUCER;
	while (role < N_ROLES && strcmp(o->role, role_name(role)) != 0)
		role++;
	/* Typed by hand it has no pipe to report to. */
	if (role == N_ROLES || !o->name || child_settle(role) ||
		pictures_import(FD_PICTURES, &o->pictures))
		return complain_usage("'--role' is not for people");
	if (o->gpu)
		return gpu_role_main(o, role);
	return role == PRODUCER ? producer_main(o) : consumer_main(o, role);
}

int cmd_demo(int argc, char **argv)
{
	struct demo_options o = { .seconds = 10, .out = "out" };
	bool helped = false;
	int status = parse(argc, argv, &o, &helped);
	if (status != EXIT_DONE || helped)
		return helped ? finish_output(status) : status;
	if (!o.surfaces)
		o.surfaces = o.gpu ? SURFACES_GPU : SURFACES;
	if (o.gpu && gpu_missing()) {
		status = complain(
			EXIT_FAILED, "this crossfence was built without %s", gpu_missing());
	} else if (o.role) {
		status = run_role(&o);
	} else {
		status = find_pictures(&o.pictures, argv + optind);
		if (status == EXIT_DONE)
			status = supervisor_main(&o);
	}
	pictures_finish(&o.pictures);
	return status;
}
