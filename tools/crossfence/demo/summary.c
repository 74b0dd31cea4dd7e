/* SPDX-License-Identifier: MIT */
/* The result of a run, as a table for people or as JSON. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "complain.h"
#include "exit_status.h"
#include "json_out.h"
#include "summary.h"
#include "text.h"

#define BAD                                                                                        \
	"NOT GOOD: frames are torn or unaccounted for, or the GPU's contact sheet is not the "     \
	"CPU's."
#define DIFFERENCE_MAX 1 /* of 255: between filters in floating point and in whole numbers */

static double seconds_of(const struct run *run)
{
	return (double)(run->ledger.last_ns - run->ledger.first_ns) / 1e9;
}

static double us(const struct run *run, double part)
{
	return (double)ledger_percentile(&run->ledger, part) / 1e3;
}

/* Names come from the file system and may be anything. The caller frees it. */
static char *shown_name(const struct run *run, uint32_t picture)
{
	char *name = strdup(pictures_name(run->options->pictures.paths[picture]));
	if (name)
		text_clean(name);
	return name;
}

__attribute__((format(printf, 3, 4))) static void row(
	const char *what, const char *note, const char *format, ...)
{
	char value[32];
	va_list args;
	va_start(args, format);
	vsnprintf(value, sizeof(value), format, args);
	va_end(args);
	printf("  %-20s %9s   %s\n", what, value, note);
}

static void print_frames(const struct run *run, const struct verdict *v)
{
	row("frames", "1920x1080 RGBA, shared, not copied", "%" PRIu64, v->frames);
	row("delivered", "to both consumers", "%" PRIu64, v->delivered);
	row("lost", "in the hands of who was killed", "%" PRIu64, v->lost - v->unaccounted);
	row("unaccounted", "missing for no known reason", "%" PRIu64, v->unaccounted);
	row("torn", "wrong row number, frame number or pixel hash", "%" PRIu64, v->torn);
	row("sent again", "cut off by a kill, delivered all the same", "%" PRIu64, v->sent_again);
	row("repeated", "came twice to a consumer", "%" PRIu64, v->repeated);
	row("reclaimed after kill", "surfaces that the dead held", "%" PRIu64, run->reclaimed);
}

static void print_times(const struct run *run)
{
	char note[100];
	double seconds = seconds_of(run);
	snprintf(note, sizeof(note), "us, publish to next, %" PRIu64 " of %" PRIu64 " waited for",
		run->ledger.n_hand_offs, run->ledger.n_receipts);
	row("hand-off p50", note, "%.1f", us(run, 0.5));
	row("hand-off p99", "us", "%.1f", us(run, 0.99));
	row("hand-off p99.9", "us", "%.1f", us(run, 0.999));
	snprintf(note, sizeof(note), "over %.1f s, decoding and restarts included", seconds);
	row("frames/s", note, "%.0f", seconds > 0 ? (double)run->ledger.last / seconds : 0);
}

static const char *title(enum role role)
{
	static const char *const titles[] = { "producer", "consumer A", "consumer B" };
	return titles[role];
}

static void print_deaths(const struct run *run)
{
	for (uint32_t i = 0; i < run->n_deaths; i++) {
		const struct death *d = &run->deaths[i];
		printf("  kill -%d %s, pid %d", d->signal, title(d->role), d->pid);
		if (d->owned)
			printf(", with surface %u, frame %" PRIu64, d->surface, d->frame);
		if (d->back_ns)
			printf("; resumed after %.1f ms", (double)(d->back_ns - d->at_ns) / 1e6);
		printf("\n");
	}
}

static void print_pictures(const struct run *run)
{
	uint32_t seen = run_count_seen(run);
	printf("  %u picture%s shown, %u skipped\n", seen, seen == 1 ? "" : "s",
		run_count_refused(run));
	for (uint32_t i = 0; i < run->options->pictures.count; i++) {
		char *name = run->pictures[i].refused ? shown_name(run, i) : NULL;
		if (!name)
			continue;
		text_for_terminal(name);
		printf("    skipped %s: %s\n", name, run->pictures[i].refused);
		free(name);
	}
}

/* What is compared with what, and the greatest difference. */
static void print_comparison(const struct run *run)
{
	uint32_t compared = run_count_compared(run, false);
	printf("\n  The same pictures, blurred, turned into NV12 and back and made small by CPU, "
	       "as the\n"
	       "  demo without a GPU makes them small, beside the %u of this contact sheet: no "
	       "byte\n"
	       "  differs by more than %u of 255. The first frame of %u of %u is the CPU's, byte "
	       "for "
	       "byte.\n",
		compared, run->difference, run_count_compared(run, true), compared);
}

static int print_table(const struct run *run, const struct verdict *v, bool good)
{
	char out[OUTPUT_PATH_MAX];
	snprintf(out, sizeof(out), "%s", run->options->out);
	text_clean(out);
	text_for_terminal(out);
	printf("\n");
	if (run->options->gpu)
		printf("  Vulkan on %s\n\n", run->device);
	print_frames(run, v);
	print_times(run);
	printf("\n");
	print_deaths(run);
	print_pictures(run);
	printf("  %s/contact-sheet.png\n", out);
	printf("  %s/timeline.json, for ui.perfetto.dev or chrome://tracing\n", out);
	if (run->options->gpu)
		print_comparison(run);
	printf("\n%s\n", good ? "Every frame is accounted for, none is torn." : BAD);
	return finish_output(EXIT_DONE);
}

static struct json_object *json_deaths(const struct run *run)
{
	struct json_object *deaths = json_object_new_array();
	for (uint32_t i = 0; i < run->n_deaths; i++) {
		const struct death *d = &run->deaths[i];
		struct json_object *death = json_object_new_object();
		json_add_string(death, "role", role_name(d->role));
		json_add_u64(death, "pid", (uint64_t)d->pid);
		json_add_u64(death, "signal", (uint64_t)d->signal);
		json_add_bool(death, "owned_surface", d->owned);
		if (d->owned) {
			json_add_u64(death, "surface", d->surface);
			json_add_u64(death, "frame", d->frame);
		}
		json_object_object_add(death, "back_after_ms",
			d->back_ns ? json_object_new_double((double)(d->back_ns - d->at_ns) / 1e6)
				   : NULL);
		json_object_array_add(deaths, death);
	}
	return deaths;
}

static struct json_object *json_pictures(const struct run *run)
{
	struct json_object *pictures = json_object_new_object();
	struct json_object *skipped = json_object_new_array();
	json_add_u64(pictures, "found", run->options->pictures.count);
	json_add_u64(pictures, "shown", run_count_seen(run));
	for (uint32_t i = 0; i < run->options->pictures.count; i++) {
		char *name = run->pictures[i].refused ? shown_name(run, i) : NULL;
		if (!name)
			continue;
		struct json_object *one = json_object_new_object();
		json_add_string(one, "name", name);
		json_add_string(one, "reason", run->pictures[i].refused);
		json_object_array_add(skipped, one);
		free(name);
	}
	json_object_object_add(pictures, "skipped", skipped);
	return pictures;
}

static struct json_object *json_hand_off(const struct run *run)
{
	struct json_object *hand_off = json_object_new_object();
	json_add_u64(hand_off, "count", run->ledger.n_receipts);
	json_add_u64(hand_off, "receiver_waited", run->ledger.n_hand_offs);
	json_object_object_add(hand_off, "p50", json_object_new_double(us(run, 0.5)));
	json_object_object_add(hand_off, "p99", json_object_new_double(us(run, 0.99)));
	json_object_object_add(hand_off, "p99.9", json_object_new_double(us(run, 0.999)));
	return hand_off;
}

static void add_path(struct json_object *to, const char *key, const char *folder, const char *name)
{
	char path[OUTPUT_PATH_MAX];
	text_clean(
		output_path(path, folder, name)); /* JSON is UTF-8; names of folders need not be */
	json_add_string(to, key, path);
}

static struct json_object *json_gpu(const struct run *run)
{
	struct json_object *gpu = json_object_new_object();
	json_add_string(gpu, "device", run->device);
	json_add_u64(gpu, "pictures_compared", run_count_compared(run, false));
	json_add_u64(gpu, "pictures_same_bytes", run_count_compared(run, true));
	json_add_u64(gpu, "greatest_difference", run->difference);
	return gpu;
}

static int print_json(const struct run *run, const struct verdict *v, bool good)
{
	struct json_object *all = json_object_new_object();
	double seconds = seconds_of(run);
	json_add_bool(all, "ok", good);
	json_add_u64(all, "frames", v->frames);
	json_add_u64(all, "delivered", v->delivered);
	json_add_u64(all, "lost", v->lost);
	json_add_u64(all, "unaccounted", v->unaccounted);
	json_add_u64(all, "torn", v->torn);
	json_add_u64(all, "sent_again", v->sent_again);
	json_add_u64(all, "repeated", v->repeated);
	json_add_u64(all, "reclaimed", run->reclaimed);
	json_object_object_add(all, "hand_off_us", json_hand_off(run));
	json_object_object_add(all, "seconds", json_object_new_double(seconds));
	json_object_object_add(all, "frames_per_second",
		json_object_new_double(seconds > 0 ? (double)v->frames / seconds : 0));
	if (run->options->gpu)
		json_object_object_add(all, "gpu", json_gpu(run));
	json_object_object_add(all, "deaths", json_deaths(run));
	json_object_object_add(all, "pictures", json_pictures(run));
	add_path(all, "contact_sheet", run->options->out, "contact-sheet.png");
	add_path(all, "timeline", run->options->out, "timeline.json");
	return json_print(all, isatty(STDOUT_FILENO));
}

/* All that consumer B has seen was compared. */
static bool compares_well(const struct run *run)
{
	return !run->options->gpu || (run_count_compared(run, false) == run_count_seen(run) &&
					     run->difference <= DIFFERENCE_MAX);
}

int summary_print(struct run *run)
{
	struct verdict v;
	ledger_judge(&run->ledger, &v);
	bool good = v.frames && !v.torn && !v.unaccounted && compares_well(run);
	int status = run->options->json ? print_json(run, &v, good) : print_table(run, &v, good);
	return good ? status : EXIT_FAILED;
}
