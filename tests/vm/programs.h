/* SPDX-License-Identifier: MIT */
/* Programs as users run them, for tests of the daemons. */
#ifndef PROGRAMS_H
#define PROGRAMS_H

#include <fcntl.h>
#include <sys/prctl.h>

#include "vmtest.h"

static inline pid_t start(char *const *argv, const char *log)
{
	fflush(NULL);
	pid_t parent = getpid(), pid = fork();
	if (pid == 0) {
		int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
		dup2(fd, 2);
		dup2(fd, 1);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() == parent)
			execv(argv[0], argv);
		_exit(127);
	}
	return pid;
}

static inline int exit_status(pid_t pid)
{
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

__attribute__((format(printf, 2, 3))) static inline void write_file(
	const char *path, const char *format, ...)
{
	va_list args;
	FILE *file = fopen(path, "w");
	va_start(args, format);
	vfprintf(file, format, args);
	va_end(args);
	fclose(file);
}

static inline int contains(const char *path, const char *text)
{
	char line[512];
	int found = 0;
	FILE *file = fopen(path, "r");
	while (file && !found && fgets(line, sizeof(line), file))
		found = strstr(line, text) != NULL;
	if (file)
		fclose(file);
	return found;
}

static inline void await_socket(const char *path)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	strncpy(name.sun_path, path, sizeof(name.sun_path) - 1);
	for (int64_t end = xf_deadline(10 * SECOND); xf_now() < end; usleep(5000)) {
		int fd = socket(AF_UNIX, SOCK_STREAM, 0);
		int r = connect(fd, (struct sockaddr *)&name, sizeof(name));
		close(fd);
		if (r == 0)
			return;
	}
	fail_msg("%s is not served", path);
}

static inline void ask_control(const char *path, const char *question, char *answer, size_t size)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	size_t have = 0;
	ssize_t n;
	snprintf(name.sun_path, sizeof(name.sun_path), "%s", path);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	ok(connect(fd, (struct sockaddr *)&name, sizeof(name)));
	assert_int_equal(send(fd, question, strlen(question), 0), (ssize_t)strlen(question));
	while ((n = recv(fd, answer + have, size - 1 - have, 0)) > 0)
		have += (size_t)n;
	answer[have] = 0;
	close(fd);
}

struct files {
	char config[100], guest[100], guestd[100], control[100], log[100];
};

static struct files files;

static inline void name_files(void)
{
	snprintf(files.config, 100, "%s", test_path("crossfenced.conf"));
	snprintf(files.guest, 100, "%s", test_path("guest.sock"));
	snprintf(files.guestd, 100, "%s", test_path("guestd.sock"));
	snprintf(files.control, 100, "%s", test_path("control.sock"));
	snprintf(files.log, 100, "%s", test_path("log"));
	unlink(files.log);
}

#endif
