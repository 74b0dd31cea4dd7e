/* SPDX-License-Identifier: MIT */
/* Connects to whoever asks, answers without ever waiting, and hangs up. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/call.h"
#include "base/fd.h"
#include "base/pass_fd.h"
#include "base/peer.h"
#include "shm/answer.h"
#include "shm/folder.h"

#define OLD_S 60 /* an asker waits for XFI_ANSWER_WAIT_NS */

static void reply(const struct xfi_answerer *a, const struct xfi_question *question, int fd)
{
	struct xfi_answer answer = { XFI_ANSWER, XFI_ANSWER_VERSION, 0, 0 };
	XFI_FD given = -1;
	answer.result = a->give(a->arg, question, &given);
	/* Whoever asks and does not take the answer loses nothing but that. */
	(void)xfi_send_fd(fd, NULL, 0, &answer, sizeof(answer), given, MSG_DONTWAIT);
}

/* One that is not for us and that nobody waits for any more: its asker was killed. */
static void sweep(const struct xfi_answerer *a, const char *file)
{
	struct stat st;
	if (strncmp(file, XFI_QUESTION_PREFIX, strlen(XFI_QUESTION_PREFIX)) == 0 &&
		fstatat(a->folder, file, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISSOCK(st.st_mode) &&
		time(NULL) - st.st_mtime > OLD_S)
		(void)unlinkat(a->folder, file, 0);
}

static void look_at(const struct xfi_answerer *a, const char *file)
{
	struct sockaddr_un address;
	struct xfi_question question;
	if (!xfi_question_parse(file, &question) || !a->is_ours(a->arg, &question)) {
		sweep(a, file);
		return;
	}
	socklen_t length = xfi_folder_address(a->folder, file, &address);
	XFI_FD fd =
		xfi_fd_above_std(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
	if (fd < 0)
		return; /* it will time out, or ask again */
	int r = connect(fd, (struct sockaddr *)&address, length) ? -errno : xfi_peer_check(fd);
	if (!r)
		reply(a, &question, fd);
	/* Refused: it was killed before it could unlink. */
	if (!r || r == -ECONNREFUSED)
		(void)unlinkat(a->folder, file, 0);
}

/* What the kernel says of one file in a folder. */
struct entry {
	uint64_t number;
	int64_t offset;
	uint16_t size; /* of this */
	uint8_t type;
	char name[];
};

static bool read_entries(const struct xfi_answerer *a, int folder)
{
	_Alignas(struct entry) char buffer[4096];
	long n = syscall(SYS_getdents64, folder, buffer, sizeof(buffer));
	for (char *at = buffer; n > 0 && at < buffer + n;) {
		struct entry *entry = (struct entry *)at;
		look_at(a, entry->name);
		at += entry->size;
	}
	return n > 0;
}

/*
 * What was asked before the watch began, or of one who died before answering. Without opendir(),
 * which allocates, see base/small_file.h.
 */
void xfi_answer_all(const struct xfi_answerer *a)
{
	XFI_FD folder = openat(a->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	while (folder >= 0 && read_entries(a, folder))
		;
}

void xfi_answer_news(const struct xfi_answerer *a)
{
	_Alignas(struct inotify_event) char buffer[4096];
	ssize_t n = read(a->watch, buffer, sizeof(buffer));
	for (char *at = buffer; n > 0 && at < buffer + n;) {
		struct inotify_event *event = (struct inotify_event *)at;
		if (event->mask & IN_Q_OVERFLOW)
			xfi_answer_all(a);
		else if (event->len)
			look_at(a, event->name);
		at += sizeof(*event) + event->len;
	}
}

int xfi_answer_watch(int folder, int *ret_watch)
{
	char path[40];
	snprintf(path, sizeof(path), "/proc/self/fd/%d", folder);
	XFI_FD watch = xfi_fd_above_std(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
	if (watch < 0)
		return xfi_call_failed("inotify_init1");
	if (inotify_add_watch(watch, path, IN_MOVED_TO | IN_ONLYDIR) < 0)
		return xfi_call_by_proc_failed("inotify_add_watch");
	*ret_watch = xfi_fd_steal(&watch);
	return 0;
}
