/* SPDX-License-Identifier: MIT */
/*
 * The kernel's descriptor of a process tells of its end. So that it can be waited for together with
 * other objects, the first wait starts a thread that sleeps on it and then sets an event.
 */
#include "win/nt/process.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "win/nt/codes.h"
#include "win/nt/event.h"
#include "win/nt/handle.h"
#include "win/nt/pseudo.h"

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

struct process {
	struct xfi_object base;
	DWORD id;
	int fd; /* the process */
	int stop; /* readable: the watcher is to end */
	pthread_mutex_t lock; /* guards what follows */
	struct xfi_object *ended; /* event; NULL: nobody has waited yet */
	pthread_t watcher;
};

static void process_destroy(struct xfi_object *object)
{
	struct process *process = (struct process *)object;
	if (process->ended) {
		(void)eventfd_write(process->stop, 1); /* cannot fail: it is the first */
		pthread_join(process->watcher, NULL);
		xfi_object_unref(process->ended);
	}
	if (process->fd >= 0)
		close(process->fd);
	if (process->stop >= 0)
		close(process->stop);
	pthread_mutex_destroy(&process->lock);
	free(process);
}

static void *watch(void *arg)
{
	struct process *process = arg;
	struct pollfd fds[] = { { process->fd, POLLIN, 0 }, { process->stop, POLLIN, 0 } };
	while (poll(fds, 2, -1) < 0 && errno == EINTR)
		;
	if (fds[0].revents)
		(void)xf_event_set(xfi_event_of(process->ended)); /* nobody else is left to tell */
	return NULL;
}

static int start_locked(struct process *process)
{
	sigset_t all, before;
	int r = xfi_event_create(XF_EVENT_MANUAL_RESET, &process->ended);
	if (r)
		return r;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = -pthread_create(&process->watcher, NULL, watch, process);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (r) {
		xfi_object_unref(process->ended);
		process->ended = NULL;
	}
	return r;
}

static int process_wait_item(struct xfi_object *object, struct xf_wait_item *item)
{
	struct process *process = (struct process *)object;
	int r = 0;
	pthread_mutex_lock(&process->lock);
	if (!process->ended)
		r = start_locked(process);
	item->type = XF_EVENT;
	item->object = r ? NULL : xfi_event_of(process->ended);
	pthread_mutex_unlock(&process->lock);
	return r;
}

#define PROCESS_QUERY (PROCESS_QUERY_INFORMATION | PROCESS_QUERY_LIMITED_INFORMATION)

const struct xfi_object_type xfi_process_type = {
	.name = "Process",
	.all_access = PROCESS_ALL_ACCESS,
	.generic = {
		.GenericRead = STANDARD_RIGHTS_READ | PROCESS_VM_READ | PROCESS_QUERY,
		.GenericWrite = STANDARD_RIGHTS_WRITE | PROCESS_VM_WRITE | PROCESS_DUP_HANDLE,
		.GenericExecute = STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE | PROCESS_TERMINATE,
		.GenericAll = PROCESS_ALL_ACCESS,
	},
	.destroy = process_destroy,
	.wait_item = process_wait_item,
};

static int open_process(DWORD id, struct xfi_object **ret_object)
{
	struct process *process = calloc(1, sizeof(*process));
	int r = 0;
	if (!process)
		return -ENOMEM;
	xfi_object_init(&process->base, &xfi_process_type, id);
	pthread_mutex_init(&process->lock, NULL);
	process->id = id;
	process->stop = -1;
	process->fd = (int)syscall(SYS_pidfd_open, id, 0);
	if (process->fd < 0)
		r = errno == ESRCH ? -EINVAL : -errno;
	if (!r) {
		process->stop = eventfd(0, EFD_CLOEXEC);
		r = process->stop < 0 ? -errno : 0;
	}
	if (r)
		xfi_object_unref(&process->base);
	else
		*ret_object = &process->base;
	return r;
}

int xfi_process_self(struct xfi_object **ret_object)
{
	return open_process((DWORD)getpid(), ret_object);
}

HANDLE WINAPI OpenProcess(DWORD access, BOOL inherit, DWORD id)
{
	struct xfi_object *object;
	HANDLE handle = NULL;
	int r = id && id <= INT_MAX ? open_process(id, &object) : -EINVAL;
	if (!r) {
		r = access ? xfi_nt_handle_create(object, access, &handle) : -EACCES;
		xfi_object_unref(object);
	}
	if (r)
		xfi_fail(r);
	return r ? NULL : handle;
}

/* Either right to ask will do. */
static int query(HANDLE handle, struct xfi_object **ret_object)
{
	int r = xfi_any_ref(
		handle, &xfi_process_type, PROCESS_QUERY_LIMITED_INFORMATION, ret_object);
	return r == -EACCES ? xfi_any_ref(handle, &xfi_process_type, PROCESS_QUERY_INFORMATION,
				      ret_object)
			    : r;
}

DWORD WINAPI GetProcessId(HANDLE handle)
{
	struct xfi_object *object;
	DWORD id;
	int r = query(handle, &object);
	if (r) {
		xfi_fail(r);
		return 0;
	}
	id = ((struct process *)object)->id;
	xfi_object_unref(object);
	return id;
}

/* The kernel tells how a process ended to its parent only: -ENOTSUP for others. */
static int exit_code(const struct process *process, DWORD *ret_code)
{
	struct pollfd fd = { process->fd, POLLIN, 0 };
	siginfo_t info = { 0 };
	*ret_code = STILL_ACTIVE;
	if (poll(&fd, 1, 0) <= 0)
		return 0;
	if (waitid(P_PIDFD, (id_t)process->fd, &info, WEXITED | WNOHANG | WNOWAIT) || !info.si_pid)
		return -ENOTSUP;
	*ret_code = (DWORD)(info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status);
	return 0;
}

BOOL WINAPI GetExitCodeProcess(HANDLE handle, DWORD *ret_code)
{
	struct xfi_object *object;
	int r = ret_code ? query(handle, &object) : -EINVAL;
	if (r)
		return xfi_fail(r);
	r = exit_code((struct process *)object, ret_code);
	xfi_object_unref(object);
	return r ? xfi_fail(r) : TRUE;
}
