/* SPDX-License-Identifier: MIT */
#include "cmd_doctor.h"

#include <stdio.h>

#include <crossfence/result.h>

#include "complain.h"
#include "exit_status.h"
#include "finding.h"
#include "gpu.h"
#include "json_out.h"
#include "kernel.h"
#include "options.h"

static const char help[] =
	"Usage: crossfence doctor [--json]\n"
	"\n"
	"One page about this machine: what of the kernel is used and what is missing, limits,\n"
	"GPUs, and what follows from each. Nothing is changed.\n"
	"\n"
	"  --json       as a JSON object with an array \"findings\"\n"
	"  -h, --help   this text\n";

static void print(const struct findings *findings)
{
	for (int i = 0; i < findings->count; i++) {
		const struct finding *f = &findings->all[i];
		printf("%s %s: %s\n", f->good ? " " : "!", f->what, f->found);
		if (*f->follows)
			printf("      %s\n", f->follows);
	}
}

static int print_json(const struct findings *findings)
{
	struct json_object *all = json_object_new_object(), *list = json_object_new_array();
	for (int i = 0; i < findings->count; i++) {
		const struct finding *f = &findings->all[i];
		struct json_object *one = json_object_new_object();
		json_add_string(one, "what", f->what);
		json_add_bool(one, "good", f->good);
		json_add_string(one, "found", f->found);
		json_add_string(one, "follows", f->follows);
		json_object_array_add(list, one);
	}
	json_add_string(all, "version", xf_version());
	json_object_object_add(all, "findings", list);
	return json_print(all, true);
}

int cmd_doctor(int argc, char **argv)
{
	static struct findings findings;
	struct options o;
	int status;
	if (!options_parse(argc, argv, OPTION_JSON, "", help, &o, &status))
		return status;
	findings.count = 0;
	doctor_kernel(&findings);
	doctor_limits(&findings);
	doctor_gpu(&findings);
	if (o.json)
		return print_json(&findings);
	print(&findings);
	return finish_output(EXIT_DONE);
}
