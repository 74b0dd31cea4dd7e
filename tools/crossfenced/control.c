/* SPDX-License-Identifier: MIT */
/*
 * What the control socket is asked: one question a connection, a line; "add" and "set" go on with
 * lines of key = value, as in the file, to a line "end". The answer is lines of words, key=value
 * each, the last of which may contain spaces; then the connection ends.
 *
 *	list | show NAME		guest transport=unix channels=1 ... name=vm0
 *	show, too			limits queue=4096 processes=256 ..., by the keys of the file
 *					process guest=vm0 number=1 pid=77 ... name=my program
 *	metrics				Prometheus' text
 *	reload				note what takes a restart
 *	log-level LEVEL
 *	add NAME | set NAME
 *	remove NAME
 *
 * and "end" at last, after "error WHY" if it failed.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "report.h"

struct answer {
	FILE *out;
	const char *guest; /* only this one, NULL: all */
	bool found;
};

static uint32_t as_in_file(uint32_t rate)
{
	return rate == UINT32_MAX ? 0 : rate;
}

static void tell_limits(struct answer *answer, const struct xf_host_guest_limits *limits)
{
	fprintf(answer->out,
		"limits queue=%" PRIu32 " processes=%" PRIu32 " channels=%" PRIu32
		" events=%" PRIu32 " devices=%" PRIu32 " cpu-events=%" PRIu32
		" signals-per-second=%" PRIu32 " messages-per-second=%" PRIu32 "\n",
		limits->max_queue, limits->max_processes, limits->max_channels, limits->max_events,
		limits->max_devices, limits->max_cpu_events,
		as_in_file(limits->max_signals_per_second),
		as_in_file(limits->max_messages_per_second));
}

static int tell_guest(const struct xf_host_guest_info *info, void *arg)
{
	struct answer *answer = arg;
	if (answer->guest && strcmp(answer->guest, info->name))
		return 0;
	answer->found = true;
	fprintf(answer->out,
		"guest transport=%s channels=%" PRIu32 " processes=%" PRIu32 " devices=%" PRIu32
		" events=%" PRIu64 " cpu_events=%" PRIu32 " queued=%" PRIu32 " max_queue=%" PRIu32
		" sessions=%" PRIu64 " accepted=%" PRIu64 " delivered=%" PRIu64 " dropped=%" PRIu64
		" refused=%" PRIu64 " protocol_errors=%" PRIu64 " name=%s\n",
		info->transport, info->channels, info->processes, info->devices, info->events,
		info->cpu_events, info->queued, info->max_queue, info->sessions, info->accepted,
		info->delivered, info->dropped, info->refused, info->protocol_errors, info->name);
	if (answer->guest)
		tell_limits(answer, &info->limits);
	return 0;
}

static int tell_process(const struct xf_host_process_list_info *info, void *arg)
{
	struct answer *answer = arg;
	if (!answer->guest || strcmp(answer->guest, info->guest))
		return 0;
	fprintf(answer->out,
		"process guest=%s number=%" PRIu32 " pid=%" PRIu64 " devices=%" PRIu32
		" events=%" PRIu64 " cpu_events=%" PRIu32 " accepted=%" PRIu64 " name=%s\n",
		info->guest, info->number, info->pid, info->devices, info->events, info->cpu_events,
		info->accepted, info->name);
	return 0;
}

/* ---- questions. Negative and *ret_mistake: an error. ---- */

/* All of the question is there before it is answered, and all of the answer before it is sent. */
struct talk {
	FILE *in, *out;
	char keys[300]; /* what was read of them, for the log */
};

static int show(const struct control *control, struct talk *talk, const char *guest)
{
	struct answer answer = { .out = talk->out, .guest = guest };
	(void)xf_host_inspect_guests(control->guests->host, tell_guest, &answer); /* returns 0 */
	(void)xf_host_inspect_processes(control->guests->host, tell_process, &answer);
	return guest && !answer.found ? -ENOENT : 0;
}

static int list_all(const struct control *control, struct talk *talk, const char *nothing,
	struct mistake *ret_mistake)
{
	return show(control, talk, NULL);
}

static int show_one(const struct control *control, struct talk *talk, const char *guest,
	struct mistake *ret_mistake)
{
	int r = show(control, talk, guest);
	if (r)
		snprintf(ret_mistake->text, sizeof(ret_mistake->text), "no such guest");
	return r;
}

static int metrics(const struct control *control, struct talk *talk, const char *nothing,
	struct mistake *ret_mistake)
{
	char *text;
	int r = xf_host_metrics(control->guests->host, &text);
	if (r) {
		snprintf(ret_mistake->text, sizeof(ret_mistake->text), "%s", xf_last_message(r));
		return r;
	}
	fputs(text, talk->out);
	free(text);
	return 0;
}

static int reload(const struct control *control, struct talk *talk, const char *nothing,
	struct mistake *ret_mistake)
{
	return control->reload(control->arg, talk->out, ret_mistake);
}

static int set_log_level(const struct control *control, struct talk *talk, const char *name,
	struct mistake *ret_mistake)
{
	enum xf_host_log_level level;
	if (report_parse_level(name, &level)) {
		snprintf(ret_mistake->text, sizeof(ret_mistake->text),
			"log-level: none of error, warning, info, debug: %s", name);
		return -EINVAL;
	}
	int r = xf_host_set_log_level(control->guests->host, level);
	if (!r)
		report_limit(level);
	if (!r)
		report(XF_HOST_LOG_INFO, NULL, "control", "log-level is %s now", name);
	return r;
}

/* Reads lines of key = value to "end". */
static int read_keys(struct talk *talk, struct guest_config *config, bool limits_only,
	struct mistake *ret_mistake)
{
	char line[1024];
	int r = 0;
	while (fgets(line, sizeof(line), talk->in)) {
		size_t n = strlen(talk->keys);
		line[strcspn(line, "\r\n")] = 0;
		if (strcmp(line, "end") == 0)
			return r;
		snprintf(talk->keys + n, sizeof(talk->keys) - n, " %s", line);
		if (!r)
			r = guest_config_take(config, line, limits_only, ret_mistake);
	}
	snprintf(ret_mistake->text, sizeof(ret_mistake->text), "the question does not end");
	return -EPROTO;
}

static int add(const struct control *control, struct talk *talk, const char *name,
	struct mistake *ret_mistake)
{
	struct guest_config *config;
	int r = strlen(name) < sizeof(config->name)
			? guest_config_create(name, &config)
			: xf_fail(-EINVAL, "its name has at most %zu bytes",
				  sizeof(config->name) - 1);
	if (r) {
		snprintf(ret_mistake->text, sizeof(ret_mistake->text), "guest %.80s: %s", name,
			xf_last_message(r));
		return r;
	}
	r = read_keys(talk, config, false, ret_mistake);
	if (r)
		guest_config_free(config);
	else
		r = guests_add(control->guests, config, true, ret_mistake);
	return r;
}

static int set(const struct control *control, struct talk *talk, const char *name,
	struct mistake *ret_mistake)
{
	struct guest_config given = { 0 }; /* 0: not given */
	snprintf(given.name, sizeof(given.name), "%s", name);
	int r = read_keys(talk, &given, true, ret_mistake);
	struct xf_host_guest_limits limits = guest_config_limits(&given);
	return r ? r : guests_set(control->guests, name, &limits, ret_mistake);
}

static int remove_one(const struct control *control, struct talk *talk, const char *name,
	struct mistake *ret_mistake)
{
	return guests_remove(control->guests, name, ret_mistake);
}

static const struct question {
	const char *word;
	int named; /* has a name after it */
	const char *done; /* what the log is told of the guest, and what of; NULL: nothing */
	int (*answer)(const struct control *control, struct talk *talk, const char *name,
		struct mistake *ret_mistake);
} questions[] = {
	{ "list", 0, NULL, list_all },
	{ "show", 1, NULL, show_one },
	{ "metrics", 0, NULL, metrics },
	{ "reload", 0, NULL, reload }, /* it tells by itself */
	{ "log-level", 1, NULL, set_log_level },
	{ "add", 1, "added by hand:", add },
	{ "set", 1, "changed by hand:", set },
	{ "remove", 1, "removed by hand", remove_one },
};

static const struct question *find_question(char *line, const char **ret_name)
{
	size_t n = strcspn(line, " ");
	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
		const struct question *q = &questions[i];
		if (strlen(q->word) == n && !strncmp(line, q->word, n) && !line[n] == !q->named) {
			*ret_name = q->named ? line + n + 1 : "";
			return q;
		}
	}
	return NULL;
}

static void answer_question(const struct control *control, struct talk *talk, char *line)
{
	struct mistake mistake = { "" };
	const char *name;
	const struct question *question = find_question(line, &name);
	if (!question) {
		fputs("error none of list, show NAME, metrics, reload, log-level LEVEL, add NAME, "
		      "set NAME, remove NAME\n",
			talk->out);
		return;
	}
	int r = question->answer(control, talk, name, &mistake);
	if (r)
		fprintf(talk->out, "error %s\n", mistake.text);
	else if (question->done)
		report(XF_HOST_LOG_INFO, name, "control", "%s%s", question->done, talk->keys);
}

bool control_is_whole(const char *text)
{
	if (strncmp(text, "add ", 4) && strncmp(text, "set ", 4))
		return strchr(text, '\n') != NULL;
	return strstr(text, "\nend\n") || strstr(text, "\nend\r\n");
}

int control_answer(const struct control *control, char *text, char **ret_answer, size_t *ret_size)
{
	char line[128];
	*ret_answer = NULL;
	if (!*text)
		return -EPROTO;
	struct talk talk = { fmemopen(text, strlen(text), "r"),
		open_memstream(ret_answer, ret_size), "" };
	int r = talk.in && talk.out ? 0 : -ENOMEM;
	if (!r && !control_is_whole(text)) /* half of it may name another guest */
		fputs("error the question does not end\nend\n", talk.out);
	else if (!r && fgets(line, sizeof(line), talk.in)) {
		line[strcspn(line, "\r\n")] = 0;
		answer_question(control, &talk, line);
		fputs("end\n", talk.out);
	}
	if (talk.in)
		fclose(talk.in);
	if (talk.out && fclose(talk.out))
		r = -ENOMEM;
	return r;
}
