/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../temporary.h"
#include "inputs.h"
#include "runs.h"

static char folder[TEMPORARY_SIZE];
char runs_pictures[80], runs_out[80];
const char *const runs_folder = folder;

static int open_log(const char *name)
{
	char path[96];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	return fd;
}

static pid_t running;

static void show_log(const char *name)
{
	char path[96], line[256];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *log = fopen(path, "re");
	while (log && fgets(line, sizeof(line), log))
		print_message("# %s: %s", name, line);
	if (log)
		fclose(log);
}

/*
 * A test that failed has left its demo, which would take the next one's time, and knows why.
 */
static void end_running(void)
{
	if (running <= 0)
		return;
	int status;
	bool ended = waitpid(running, &status, WNOHANG) == running;
	if (!ended) {
		kill(running, SIGKILL);
		waitpid(running, NULL, 0);
	}
	print_message("# the demo that was left %s\n",
		ended ? "had ended by itself" : "was still running");
	show_log("stderr");
	running = 0;
}

/* Words end with NULL. */
struct runs_process runs_start(const char *const *words)
{
	end_running();
	char *argv[24] = { (char *)"crossfence", (char *)"demo" };
	struct runs_process p = { .output = open_log("stdout"), .errors = open_log("stderr") };
	for (int i = 0; words[i]; i++)
		argv[i + 2] = (char *)words[i];
	p.pid = fork();
	assert_true(p.pid >= 0);
	if (p.pid == 0) {
		dup2(p.output, STDOUT_FILENO);
		dup2(p.errors, STDERR_FILENO);
		execv(getenv("CROSSFENCE_TOOL"), argv);
		_exit(127);
	}
	running = p.pid;
	return p;
}

static char *read_log(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char *text = calloc(1, (size_t)size + 1);
	assert_int_equal(pread(fd, text, (size_t)size, 0), size);
	close(fd);
	return text;
}

/* Exit status, or 128 + signal; the caller frees the texts (either may be NULL: not wanted). */
int runs_finish(struct runs_process *p, char **ret_output, char **ret_errors)
{
	int status;
	assert_int_equal(waitpid(p->pid, &status, 0), p->pid);
	running = 0;
	char *output = read_log(p->output), *errors = read_log(p->errors);
	if (ret_output)
		*ret_output = output;
	else
		free(output);
	if (ret_errors)
		*ret_errors = errors;
	else
		free(errors);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

struct json_object *runs_get(struct json_object *object, const char *key)
{
	struct json_object *value;
	if (!json_object_object_get_ex(object, key, &value))
		fail_msg("no \"%s\" in the result", key);
	return value;
}

int64_t runs_number(struct json_object *object, const char *key)
{
	return json_object_get_int64(runs_get(object, key));
}

/* Waits for the end, which must be a good one, and returns the result; the caller puts it. */
struct json_object *runs_finish_well(struct runs_process *p)
{
	char *output, *errors;
	int status = runs_finish(p, &output, &errors);
	if (status)
		print_message("%s%s", output, errors);
	assert_int_equal(status, 0);
	struct json_object *result = json_tokener_parse(output);
	assert_non_null(result);
	assert_true(json_object_get_boolean(runs_get(result, "ok")));
	assert_int_equal(runs_number(result, "torn"), 0);
	assert_int_equal(runs_number(result, "unaccounted"), 0);
	assert_int_equal(runs_number(result, "lost"), 0);
	assert_int_equal(runs_number(result, "delivered"), runs_number(result, "frames"));
	free(output);
	free(errors);
	return result;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

int runs_set_up(void **state)
{
	assert_non_null(mkdtemp(temporary(folder, "demo-run-XXXXXX")));
	snprintf(runs_pictures, sizeof(runs_pictures), "%s/pictures", folder);
	snprintf(runs_out, sizeof(runs_out), "%s/out", folder);
	assert_int_equal(mkdir(runs_pictures, 0700), 0);
	input_folder(runs_pictures);
	return 0;
}

int runs_tear_down(void **state)
{
	end_running();
	return nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void runs_join(struct runs_guest *guest, const struct runs_process *p)
{
	char name[32];
	xf_id id;
	snprintf(name, sizeof(name), "demo-%d", p->pid);
	assert_int_equal(xf_domain_open(name, 0, xf_deadline(RUNS_WAIT_NS), &guest->domain), 0);
	assert_int_equal(xf_domain_find(guest->domain, XF_TIMELINE, "done-consumer-b", &id), 0);
	assert_int_equal(xf_timeline_open(guest->domain, id, &guest->done), 0);
}

void runs_leave(struct runs_guest *guest)
{
	xf_timeline_close(guest->done);
	xf_domain_leave(guest->domain);
}

void runs_wait_for_frames(struct runs_guest *guest, uint64_t more)
{
	uint64_t done;
	assert_int_equal(xf_timeline_value(guest->done, &done), 0);
	assert_int_equal(xf_timeline_wait(guest->done, done + more, xf_deadline(RUNS_WAIT_NS)), 0);
}

struct search {
	const char *name;
	pid_t pid;
};

static int compare_name(const struct xf_member_info *info, void *arg)
{
	struct search *search = arg;
	if (!info->dead && strcmp(info->name, search->name) == 0)
		search->pid = info->pid;
	return 0;
}

pid_t runs_find(struct runs_guest *guest, const char *name)
{
	struct search search = { .name = name };
	struct xf_timeline *changes;
	uint64_t seen;
	assert_int_equal(xf_domain_changes(guest->domain, XF_CHANGE_MEMBERS, &changes), 0);
	do {
		assert_int_equal(xf_timeline_value(changes, &seen), 0);
		assert_int_equal(xf_inspect_members(guest->domain, compare_name, &search), 0);
	} while (
		!search.pid && xf_timeline_wait(changes, seen + 1, xf_deadline(RUNS_WAIT_NS)) == 0);
	xf_timeline_close(changes);
	assert_true(search.pid > 0);
	return search.pid;
}

int runs_watch(pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	assert_true(fd >= 0);
	return fd;
}

void runs_assert_ends(int pidfd)
{
	struct pollfd end = { .fd = pidfd, .events = POLLIN };
	assert_int_equal(poll(&end, 1, (int)(RUNS_WAIT_NS / 1000000)), 1);
	close(pidfd);
}
