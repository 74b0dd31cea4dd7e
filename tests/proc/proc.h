/* SPDX-License-Identifier: MIT */
/*
 * Harness for tests of several processes. Each test runs in a process group of its own, with its
 * own XDG_RUNTIME_DIR and a time limit; whatever it leaves behind (descriptors, files in /dev/shm,
 * names, processes) makes it fail. Output is TAP, one line a test. Names given on
 * the command line run only those.
 */
#ifndef TESTS_PROC_PROC_H
#define TESTS_PROC_PROC_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>

#include <crossfence/crossfence.h>

struct proc_test {
	const char *name;
	void (*fn)(void);
	unsigned limit_s;
};

int proc_main(int argc, char **argv, const struct proc_test *tests, size_t count);

/* Ends the process with a message; in a child as well as in the test itself. */
_Noreturn void proc_fail(const char *file, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
_Noreturn void proc_skip(const char *why);

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition))                                                                  \
			proc_fail(__FILE__, __LINE__, "%s", #condition);                           \
	} while (0)

/* Compares results; prints both. */
#define EXPECT(expected, call)                                                                     \
	do {                                                                                       \
		long long want_ = (expected), got_ = (call);                                       \
		if (want_ != got_)                                                                 \
			proc_fail(__FILE__, __LINE__, "%s: %lld, expected %lld", #call, got_,      \
				want_);                                                            \
	} while (0)

#define MS INT64_C(1000000)

/* Runs fn(arg) in a child, which then exits with 0. It has joined nothing. */
pid_t proc_spawn(void (*fn)(void *arg), void *arg);

/* The same with XF_KILL_POINT=`point` and, if not -1, `stderr_fd` as its descriptor 2. */
pid_t proc_spawn_at(const char *point, int stderr_fd, void (*fn)(void *arg), void *arg);

/* Waits for a child: its exit status, or minus the signal that ended it. Fails after `ms`. */
int proc_wait(pid_t pid, int ms);
void proc_kill(pid_t pid); /* SIGKILL and wait */

bool proc_ended(pid_t pid); /* gone, or a zombie */

/* Waits until the child has stopped itself. */
void proc_wait_stopped(pid_t pid, int ms);

/* A page all children share. */
struct proc_board {
	_Atomic uint32_t step[16]; /* futexes */
	_Atomic uint64_t value[64];
};
extern struct proc_board *proc_board;
void proc_tell(int step); /* one more */
void proc_await(int step, uint32_t count, int ms); /* until told `count` times */

/* A deadline that is met only if something hangs: XF_SLOW times as far away on slow machines. */
int64_t proc_patience(int ms);

/* Of a campaign of n turns: what a slow machine does of them in that time. */
int proc_share(int n);

/* A condition nobody signals, such as "its slot is free": looked at every millisecond. */
#define EVENTUALLY(ms, condition)                                                                  \
	do {                                                                                       \
		int64_t until_ = proc_patience(ms);                                                \
		while (!(condition))                                                               \
			if (xf_now() > until_)                                                     \
				proc_fail(__FILE__, __LINE__, "not within %d ms: %s", (int)(ms),   \
					#condition);                                               \
			else                                                                       \
				proc_pause();                                                      \
	} while (0)
void proc_pause(void);

uint32_t proc_members(struct xf_domain *domain); /* alive or dead: slots in use */
uint32_t proc_objects(struct xf_domain *domain);
int proc_descriptors(void); /* open in this process */
int proc_mappings(const char *text); /* lines of /proc/self/maps that contain `text` */

/* A small xorshift generator; never 0. */
static inline uint64_t proc_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

#endif
