/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include <crossfence/format.h>

#include "cmd_formats.h"
#include "complain.h"
#include "exit_status.h"
#include "json_out.h"
#include "options.h"
#include "pixels.h"
#include "table.h"
#include "text.h"

static const char help[] =
	"Usage: crossfence formats [--json]\n"
	"\n"
	"Lists the pixel formats that are known here: DRM's code, by which 'show' names them, "
	"and what\n"
	"ffmpeg, GStreamer and y4m call them. 'feed --format' takes each of the first three.\n"
	"\n"
	"  --json       as a JSON array\n"
	"  -h, --help   this text\n";

static const char *or_none(const char *name)
{
	return name ? name : "-";
}

static int print_table(void)
{
	struct table table;
	char code[TEXT_SIZE];
	const struct pixels *p;
	table_init(&table, "DRM", ">PLANES", ">BITS", "FFMPEG", "GSTREAMER", "Y4M", NULL);
	for (size_t i = 0; (p = pixels_at(i)); i++) {
		struct xf_format_info info = { .size = sizeof(info) };
		(void)xf_format_info(p->fourcc, &info); /* the list is of known ones */
		table_cell(&table, "%s", text_fourcc(code, p->fourcc));
		table_cell(&table, "%u", info.n_planes);
		table_cell(&table, "%u", info.bits);
		table_cell(&table, "%s", or_none(p->ffmpeg));
		table_cell(&table, "%s", or_none(p->gstreamer));
		table_cell(&table, "%s", or_none(p->y4m));
	}
	table_print(&table, stdout);
	table_finish(&table);
	return finish_output(EXIT_DONE);
}

static void add_name(struct json_object *to, const char *key, const char *name)
{
	json_object_object_add(to, key, name ? json_object_new_string(name) : NULL);
}

static int print_json(void)
{
	struct json_object *all = json_object_new_array();
	char code[TEXT_SIZE];
	const struct pixels *p;
	for (size_t i = 0; (p = pixels_at(i)); i++) {
		struct json_object *format = json_object_new_object();
		struct xf_format_info info = { .size = sizeof(info) };
		(void)xf_format_info(p->fourcc, &info);
		json_add_string(format, "fourcc", text_fourcc(code, p->fourcc));
		json_add_u64(format, "planes", info.n_planes);
		json_add_u64(format, "bits", info.bits);
		add_name(format, "ffmpeg", p->ffmpeg);
		add_name(format, "gstreamer", p->gstreamer);
		add_name(format, "y4m", p->y4m);
		json_object_array_add(all, format);
	}
	return json_print(all, true);
}

int cmd_formats(int argc, char **argv)
{
	struct options o;
	int status;
	if (!options_parse(argc, argv, OPTION_JSON, "", help, &o, &status))
		return status;
	return o.json ? print_json() : print_table();
}
