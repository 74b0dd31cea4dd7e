/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <crossfence/result.h>

#include "../complain.h"
#include "../exit_status.h"
#include "../text.h"
#include "change.h"
#include "client.h"
#include "metrics.h"

#define QUESTION_MAX 8192

struct answer {
	char error[300]; /* empty: none */
};

int host_explain(const char *path, int r)
{
	if (r == -ENOENT || r == -ECONNREFUSED)
		return complain(
			EXIT_FAILED, "no host service at %s; is crossfenced running?", path);
	if (r == -EACCES)
		return complain(EXIT_FAILED, "%s is for its own user and root only", path);
	if (r == -ETIMEDOUT)
		return complain(EXIT_FAILED,
			"%s: no answer within %d s; crossfenced is busy, as with a miniport that "
			"does not return, or stopped",
			path, HOST_PATIENCE_S);
	if (r == -ECONNRESET)
		return complain(EXIT_FAILED,
			"%s: closed before the question was read; crossfenced is ending, or too "
			"many "
			"ask at a time",
			path);
	if (r == -EPROTO)
		return complain(EXIT_FAILED,
			"%s: the answer broke off; crossfenced is ending, or that is not "
			"crossfenced",
			path);
	return complain(EXIT_FAILED, "%s: %s", path, xf_strerror(r));
}

/* Errors are kept, notes are for people, the rest is what was asked for. */
static void visit(char *line, void *arg)
{
	struct answer *answer = arg;
	size_t n = strcspn(line, "\n");
	line[n] = 0;
	text_clean(line);
	if (strncmp(line, "error ", 6) == 0)
		snprintf(answer->error, sizeof(answer->error), "%.299s", line + 6);
	else if (strncmp(line, "note ", 5) == 0)
		fprintf(stderr, "crossfence host: %s\n", line + 5);
	else
		puts(line);
}

static int ask(const char *path, const char *question, const char *guest)
{
	struct answer answer = { "" };
	int r = host_ask_lines(path, question, visit, &answer);
	if (r)
		return host_explain(path, r);
	if (strcmp(answer.error, "no such guest") == 0)
		return complain(EXIT_NOT_FOUND, "the host service has no guest '%s'", guest);
	if (*answer.error)
		return complain(EXIT_FAILED, "%s", answer.error);
	return finish_output(EXIT_DONE);
}

/* A word with a newline in it would be another line of the question. */
static int append(char *question, const char *text)
{
	size_t have = strlen(question);
	if (have + strlen(text) + 1 >= QUESTION_MAX || strpbrk(text, "\r\n"))
		return -1;
	strcat(question, text);
	return 0;
}

static int append_line(char *question, const char *text)
{
	int r = append(question, text);
	if (!r)
		strcat(question, "\n"); /* append() has left room */
	return r;
}

/* "add vm1", the keys, "end". */
static int tell(const char *path, const char *command, char **words)
{
	char question[QUESTION_MAX] = "";
	const char *guest = words[0];
	int r = append(question, command) || append(question, " ") || append_line(question, guest);
	for (words++; !r && *words; words++) {
		if (!strchr(*words, '='))
			return complain_usage("'%s' is not KEY=VALUE", *words);
		r = append_line(question, *words);
	}
	if (r || append_line(question, "end"))
		return complain_usage("a word is too long, or has a line's end in it");
	return ask(path, question, guest);
}

static int set_level(const char *path, const char *level)
{
	char question[QUESTION_MAX] = "";
	if (append(question, "log-level ") || append_line(question, level))
		return complain_usage("'%s' is no log level", level);
	return ask(path, question, "");
}

static int set(const char *path, char **words)
{
	if (words[0] && strncmp(words[0], "log-level=", 10) == 0 && !words[1])
		return set_level(path, words[0] + 10);
	if (!words[0] || strchr(words[0], '=') || !words[1])
		return complain_usage("set wants a guest and KEY=VALUE, or log-level=LEVEL");
	return tell(path, "set", words);
}

static int remove_guest(const char *path, char **words)
{
	char question[QUESTION_MAX] = "";
	if (!words[0] || words[1])
		return complain_usage("remove wants the name of a guest");
	if (append(question, "remove ") || append_line(question, words[0]))
		return complain_usage("'%s' is no name of a guest", words[0]);
	return ask(path, question, words[0]);
}

int host_change(const char *path, char **words, bool json)
{
	const char *command = words[0];
	int alone = !strcmp(command, "reload") || !strcmp(command, "metrics");
	if (alone && words[1])
		return complain_usage("%s takes no name", command);
	if (strcmp(command, "reload") == 0)
		return ask(path, "reload\n", "");
	if (strcmp(command, "metrics") == 0)
		return json ? host_metrics_json(path) : ask(path, "metrics\n", "");
	if (strcmp(command, "set") == 0)
		return set(path, words + 1);
	if (strcmp(command, "remove") == 0)
		return remove_guest(path, words + 1);
	if (strcmp(command, "add"))
		return -1;
	if (!words[1] || strchr(words[1], '='))
		return complain_usage("add wants the name of a guest");
	return tell(path, "add", words + 1);
}
