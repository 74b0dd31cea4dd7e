/* SPDX-License-Identifier: MIT */
/* Runs of the demo, for tests: its processes, what it printed, and a look at it from inside. */
#ifndef TESTS_DEMO_RUNS_H
#define TESTS_DEMO_RUNS_H

#include <sys/types.h>

#include <crossfence/crossfence.h>
#include <json.h>

#define RUNS_WAIT_NS INT64_C(60000000000)

/* Of the test, with pictures to show (input_folder()) and a place for what the demo writes. */
extern const char *const runs_folder;
extern char runs_pictures[80], runs_out[80];
int runs_set_up(void **state);
int runs_tear_down(void **state);

struct runs_process {
	pid_t pid;
	int output, errors; /* files behind stdout and stderr */
};

/* `crossfence demo` with these words, which end with NULL. */
struct runs_process runs_start(const char *const *words);
/* Exit status, or 128 + signal; the caller frees the texts (either may be NULL: not wanted). */
int runs_finish(struct runs_process *p, char **ret_output, char **ret_errors);
/* Waits for the end, which must be a good one, and returns the result; the caller puts it. */
struct json_object *runs_finish_well(struct runs_process *p);

/* Of the result; a field that is not there fails the test. */
struct json_object *runs_get(struct json_object *object, const char *key);
int64_t runs_number(struct json_object *object, const char *key);

/* Joins a running demo as one more member. */
struct runs_guest {
	struct xf_domain *domain;
	struct xf_timeline *done; /* frames that consumer B had */
};
void runs_join(struct runs_guest *guest, const struct runs_process *p);
void runs_leave(struct runs_guest *guest);
void runs_wait_for_frames(struct runs_guest *guest, uint64_t more);
/* The process of that name, as soon as there is one. */
pid_t runs_find(struct runs_guest *guest, const char *name);

/* A descriptor (returned) by which its end is noticed; and waiting for that, which closes it. */
int runs_watch(pid_t pid);
void runs_assert_ends(int pidfd);

#endif
