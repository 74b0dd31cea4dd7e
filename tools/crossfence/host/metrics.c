/* SPDX-License-Identifier: MIT */
/*
 * Each metric of the page, in its order: what "# HELP" and "# TYPE" say of it, then its samples,
 * "name{key="value",...} number".
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../json_out.h"
#include "../text.h"
#include "change.h"
#include "client.h"
#include "metrics.h"

struct page {
	struct json_object *metrics, *metric, *samples; /* the last one, and its; NULL: none yet */
	bool odd; /* a line was of no such kind */
};

/* The word at *at, without what follows it; "" at the end. */
static char *take_word(char **at, const char *end)
{
	char *word = *at;
	*at += strcspn(*at, end);
	if (**at)
		*(*at)++ = 0;
	return word;
}

/* "HELP name text": begins a metric; "TYPE name type": goes on with it. */
static void take_comment(struct page *page, char *at)
{
	const char *what = take_word(&at, " "), *name = take_word(&at, " ");
	if (strcmp(what, "HELP") == 0) {
		page->metric = json_object_new_object();
		page->samples = json_object_new_array();
		json_object_array_add(page->metrics, page->metric);
		json_add_string(page->metric, "name", name);
		json_object_object_add(page->metric, "type", NULL);
		json_add_string(page->metric, "help", at);
		json_object_object_add(page->metric, "samples", page->samples);
	} else if (page->metric && strcmp(what, "TYPE") == 0) {
		json_add_string(page->metric, "type", at);
	} else {
		page->odd = true;
	}
}

/* key="value",key="value"} */
static struct json_object *take_labels(char **at)
{
	struct json_object *labels = json_object_new_object();
	while (**at && **at != '}') {
		const char *key = take_word(at, "=");
		*at += strspn(*at, "\"");
		json_add_string(labels, key, take_word(at, "\""));
		*at += strspn(*at, ",");
	}
	*at += strspn(*at, "}");
	return labels;
}

static struct json_object *number(const char *text)
{
	uint64_t value;
	return text_to_u64(text, &value) ? json_object_new_double(strtod(text, NULL))
					 : json_object_new_uint64(value);
}

static void visit(char *line, void *arg)
{
	struct page *page = arg;
	line[strcspn(line, "\n")] = 0;
	text_clean(line);
	if (strncmp(line, "# ", 2) == 0) {
		take_comment(page, line + 2);
		return;
	}
	if (!page->samples || !strchr(line, '{')) {
		page->odd = true;
		return;
	}
	struct json_object *sample = json_object_new_object();
	json_add_string(sample, "name", take_word(&line, "{"));
	json_object_object_add(sample, "labels", take_labels(&line));
	json_object_object_add(sample, "value", number(line + strspn(line, " ")));
	json_object_array_add(page->samples, sample);
}

int host_metrics_json(const char *path)
{
	struct page page = { .metrics = json_object_new_array() };
	struct json_object *all = json_object_new_object();
	json_object_object_add(all, "metrics", page.metrics);
	int r = host_ask_lines(path, "metrics\n", visit, &page);
	if (!r && !page.odd)
		return json_print(all, true);
	json_object_put(all);
	return host_explain(path, r ? r : -EPROTO);
}
