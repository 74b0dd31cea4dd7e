/* SPDX-License-Identifier: MIT */
/*
 * Runs the tool, and stages for it to look at, with a time limit on everything. The paths come from
 * Meson: CROSSFENCE_TOOL and TOOL_STAGE. Each test program has a runtime folder of its own.
 */
#ifndef CROSSFENCE_TESTS_TOOL_PLAY_H
#define CROSSFENCE_TESTS_TOOL_PLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <json.h>

#define PLAY_LIMIT_MS 20000 /* for what takes milliseconds, on a machine that is busy */
#define PLAY_OUT      (256 * 1024)

/* A process with its three streams in our hands. Streams merged by a terminal: err is -1. */
struct play {
	struct play *next; /* play.c's list of all */
	pid_t pid;
	int in, out, err;
	char stdout_text[PLAY_OUT], stderr_text[8192]; /* read so far, terminated */
	size_t n_out, n_err;
	int status; /* after play_finish(): exit status, or 128 + signal */
};

/* cmocka group set-up and tear-down: the runtime folder. */
int play_setup(void **state);
int play_teardown(void **state);
/* After each test: ends what is left of it. */
int play_end_all(void **state);
#define play_test(test) cmocka_unit_test_teardown(test, play_end_all)

/* Whether terminals can be made here at all. */
bool play_has_terminals(void);

/* argv[0] is the program's path. With `terminal` NULL: pipes, else a terminal of that TERM. */
struct play *play_start(char *const argv[], const char *terminal);

/* Reads until `text` appears in what came on stdout (err 0) or stderr since the start. */
void play_await(struct play *play, int err, const char *text);
/* Waits for a whole line of stdout and takes it out, without its newline. */
char *play_line(struct play *play, char line[PLAY_OUT]);
/* Forgets what was read so far. */
void play_forget(struct play *play);
void play_write(struct play *play, const char *text);

/* Closes stdin, reads the rest and waits for the end; the result stays until play_free(). */
int play_finish(struct play *play);
void play_free(struct play *play);

/* Runs the tool with these words (NULL-terminated) to its end. */
__attribute__((sentinel)) struct play *tool(const char *word, ...);
/* Starts it only; `terminal` as above. */
__attribute__((sentinel)) struct play *tool_start(const char *terminal, const char *word, ...);

/* Starts a stage that serves `name`, ready when this returns. */
struct play *stage_start(const char *name);
/* kill -9, and all is over. */
void stage_kill(struct play *stage);
void stage_obey(struct play *stage, const char *order);

/* Blocks until `members` members have a handle to the object `label` of the domain `name`. */
void await_opened(const char *name, const char *label, unsigned members);

/* Asserts exit status, exactly one line on stderr that contains `text`, and nothing on stdout. */
void assert_refused(struct play *play, int status, const char *text);

/* Asserts status 0 and one JSON value on stdout; returns it, the caller's to put. */
struct json_object *assert_json(struct play *play);
/* Strictly, UTF-8 included; fails the test. */
struct json_object *parse_json(const char *text);
const char *json_text(struct json_object *object, const char *key);
uint64_t json_number(struct json_object *object, const char *key);
/* The member of the array whose `key` is the string `value`; fails when there is none. */
struct json_object *json_pick(struct json_object *array, const char *key, const char *value);

#endif
