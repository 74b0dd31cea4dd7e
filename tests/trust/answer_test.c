/* SPDX-License-Identifier: MIT */
/*
 * Who answers in the runtime folder may be anybody of this user: one that connects and says
 * nothing, or that sends what nobody expects (tests/nasty), with an answer or with what is none.
 */
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../nasty/nasty.h"
#include "../nasty/unanswered.h"
#include "base/pass_fd.h"
#include "impostor.h"
#include "shm/claim.h"
#include "shm/folder.h"

enum { READY, ASKED, OVER };
#define NAME "camera"

static void open_folder(int *folder, int *watch)
{
	EXPECT(0, xfi_folder_open(false, folder));
	EXPECT(0, xfi_answer_watch(*folder, watch));
}

/* Speaks to nobody who asks; the one who would is continued when that has been heard. */
static void connect_and_be_silent(void *arg)
{
	int folder, watch;
	open_folder(&folder, &watch);
	proc_tell(READY);
	for (;;) {
		(void)connect_to_asker(folder, watch, 1);
		CHECK(kill(*(pid_t *)arg, SIGCONT) == 0);
		proc_tell(ASKED);
	}
}

static void serve(void *arg)
{
	struct xf_domain *domain;
	(void)arg;
	EXPECT(0, xf_domain_create(NULL, &domain));
	EXPECT(0, xf_domain_publish(domain, NAME));
	proc_tell(READY);
	pause();
}

/*
 * It has a second for each question: one that waits for the silent one misses it each time, a
 * machine that is busy now and then.
 */
#define TRIES 10

static void a_silent_one_is_not_waited_for(void)
{
	struct xf_domain *found;
	int status, r = -ETIMEDOUT;
	pid_t server = proc_spawn(serve, NULL);
	proc_await(READY, 1, 20000);
	pid_t silent = proc_spawn(connect_and_be_silent, &server);
	proc_await(READY, 2, 20000);
	for (uint32_t tries = 1; tries <= TRIES && r == -ETIMEDOUT; tries++) {
		CHECK(kill(server, SIGSTOP) == 0 && waitpid(server, &status, WUNTRACED) == server);
		r = xf_domain_open(NAME, 0, XF_NEVER, &found);
		proc_await(ASKED, tries, 20000);
	}
	EXPECT(0, r);
	xf_domain_leave(found);
	proc_kill(silent);
	proc_kill(server);
}

/* More than are listened to at a time: nobody comes through, and the asker gives up. */
#define CROWD 6

static void claim_and_connect_as_a_crowd(void *arg)
{
	int folder, watch;
	open_folder(&folder, &watch);
	EXPECT(0, xfi_claim(folder, NAME));
	proc_tell(READY);
	(void)connect_to_asker(folder, watch, CROWD); /* -1: it came too late, on a busy machine */
	pause();
}

static void a_silent_crowd_is_given_up(void)
{
	struct xf_domain *found;
	pid_t crowd = proc_spawn(claim_and_connect_as_a_crowd, NULL);
	proc_await(READY, 1, 20000);
	int before = proc_descriptors();
	EXPECT(-ETIMEDOUT, xf_domain_open(NAME, 0, 0, &found));
	EXPECT(before, proc_descriptors()); /* each of them was one */
	proc_kill(crowd);
}

struct trial {
	uint32_t number;
	size_t kind;
	bool is_answer;
};

static void answer_with(void *arg)
{
	const struct trial *trial = arg;
	struct xfi_answer answer = { trial->is_answer ? XFI_ANSWER : 1, XFI_ANSWER_VERSION, 0, 0 };
	int folder, watch;
	int fd = nasty_kinds[trial->kind].make();
	if (fd < 0 || fcntl(fd, F_GETFD) < 0)
		fd = -1;
	open_folder(&folder, &watch);
	EXPECT(0, xfi_claim(folder, NAME));
	proc_tell(READY);
	int asker = connect_to_asker(folder, watch, 1);
	if (asker >= 0) /* else it has given up, which is as well */
		(void)xfi_send_fd(asker, NULL, 0, &answer, sizeof(answer), fd, 0);
	proc_await(OVER, trial->number, 60000);
	nasty_unanswered_end(); /* what closes it may end now, this process too */
}

static void ask(void *arg)
{
	struct xf_domain *found;
	(void)arg;
	alarm(20); /* what waits is ended, and told by that */
	int r = xf_domain_open(NAME, 0, XF_NEVER, &found);
	if (!r)
		xf_domain_leave(found);
	proc_tell(ASKED);
	_exit(r >= 0 || (r == -EINVAL && !strstr(xf_last_message(r), "\"" NAME "\": ")));
}

static void each_kind_with_an_answer_or_without(void)
{
	for (size_t i = 0; i < 2 * nasty_count; i++) {
		struct trial trial = { (uint32_t)i + 1, i / 2, i % 2 };
		pid_t impostor = proc_spawn(answer_with, &trial);
		proc_await(READY, trial.number, 20000);
		pid_t asker = proc_spawn(ask, NULL);
		proc_await(ASKED, trial.number, 20000);
		proc_tell(OVER);
		int r = proc_wait(asker, 30000);
		EXPECT(0, proc_wait(impostor, 30000));
		if (r)
			proc_fail(__FILE__, __LINE__, "a %s with %s: %d",
				nasty_kinds[trial.kind].name, i % 2 ? "an answer" : "none", r);
		EVENTUALLY(10000, waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
	}
}

/* ---- descriptors ---- */

static _Atomic int closed_twice;

/* Stands in for the C library's. What was closed already is soon another thread's. */
int close(int fd)
{
	int r = (int)syscall(SYS_close, fd);
	if (r && errno == EBADF)
		closed_twice++;
	return r;
}

static void serve_for_ever(void *arg)
{
	struct xf_domain *domain;
	(void)arg;
	EXPECT(0, xf_domain_open_or_create("once", NULL, &domain));
	for (;;)
		pause();
}

static void nothing_is_closed_twice(void)
{
	pid_t server = proc_spawn(serve_for_ever, NULL);
	struct xf_domain *domain;
	for (int i = 0; i < 3; i++) {
		EXPECT(0, xf_domain_open("once", 0, proc_patience(30000), &domain));
		xf_domain_leave(domain);
	}
	EXPECT(-ENOENT, xf_domain_open("nobody", 0, 0, &domain));
	EXPECT(0, closed_twice);
	proc_kill(server);
}

static const struct proc_test tests[] = {
	{ "nothing_is_closed_twice", nothing_is_closed_twice, 60 },
	{ "a_silent_one_is_not_waited_for", a_silent_one_is_not_waited_for, 60 },
	{ "a_silent_crowd_is_given_up", a_silent_crowd_is_given_up, 60 },
	{ "each_kind_with_an_answer_or_without", each_kind_with_an_answer_or_without, 240 },
};

int main(int argc, char **argv)
{
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
