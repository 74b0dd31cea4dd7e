/* SPDX-License-Identifier: MIT */
/*
 * What the VM tests share: a host with a driver that does what guests ask by escape, and guest
 * processes that are forked before the host has threads.
 */
#ifndef VMTEST_H
#define VMTEST_H

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <crossfence/guest.h>
#include <crossfence/host.h>
#include "../temporary.h"
#include "guestside.h"

#define ok(call) assert_int_equal((call), 0)

struct test_process {
	xf_host_handle handle;
	char name[65];
	uint64_t event; /* last kept */
	uint64_t pongs;
	uint32_t reported;
	bool alive;
	int64_t destroyed_ns;
	enum xf_host_process_kind kind;
};

struct test_device {
	struct test_process *process;
	uint64_t event;
};

#define TEST_PROCESSES 512

struct test_host {
	struct xf_host *host;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct test_process processes[TEST_PROCESSES];
	int n_processes, n_devices, n_cpu_events, n_escapes;
	xf_host_handle cpu_event; /* last created */
	char log[64][512];
	int n_logs;
	void (*on_pong)(struct test_host *t, struct test_process *process); /* service thread */
	uint64_t surface; /* for ASK_SURFACE */
	void (*on_destroy)(void); /* first thing when a process or CPU event is destroyed */
	int cleanup_result; /* of a LAST_USE signal during process_destroy; -1: none */
};

static inline const char *test_folder(void)
{
	static char folder[TEMPORARY_SIZE];
	if (!*folder && !mkdtemp(temporary(folder, "xfvm.XXXXXX")))
		abort();
	return folder;
}

/* Group teardown: nothing of a test stays behind. */
static inline int test_remove_folder(void **state)
{
	DIR *folder = opendir(test_folder());
	struct dirent *entry;
	while (folder && (entry = readdir(folder)))
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(folder), entry->d_name, 0);
	if (folder)
		closedir(folder);
	return rmdir(test_folder());
}

static inline const char *test_path(const char *name)
{
	static char paths[8][128];
	static int next;
	char *path = paths[next++ % 8];
	snprintf(path, 128, "%s/%s", test_folder(), name);
	return path;
}

static inline int test_process_create(
	void *self, const struct xf_host_process_info *info, void **ret_process)
{
	struct test_host *t = self;
	pthread_mutex_lock(&t->lock);
	struct test_process *p = &t->processes[t->n_processes++ % TEST_PROCESSES];
	*p = (struct test_process){ .handle = info->process, .alive = true, .kind = info->kind };
	snprintf(p->name, sizeof(p->name), "%s", info->name);
	*ret_process = p;
	pthread_cond_broadcast(&t->changed);
	pthread_mutex_unlock(&t->lock);
	return strcmp(info->name, "unwanted") ? 0 : -EPERM;
}

static inline void test_process_destroy(void *self, void *process)
{
	struct test_host *t = self;
	struct test_process *p = process;
	if (t->on_destroy)
		t->on_destroy();
	pthread_mutex_lock(&t->lock);
	if (p->event)
		t->cleanup_result = xf_host_signal(t->host, p->handle, p->event, XF_HOST_LAST_USE);
	p->alive = false;
	p->destroyed_ns = xf_now();
	pthread_cond_broadcast(&t->changed);
	pthread_mutex_unlock(&t->lock);
}

static inline int test_device_create(void *self, void *process, void **ret_device)
{
	struct test_host *t = self;
	struct test_device *d = calloc(1, sizeof(*d));
	d->process = process;
	*ret_device = d;
	pthread_mutex_lock(&t->lock);
	t->n_devices++;
	pthread_mutex_unlock(&t->lock);
	return 0;
}

static inline void test_device_destroy(void *self, void *device)
{
	struct test_host *t = self;
	struct test_device *d = device;
	if (d->event)
		(void)xf_host_signal(t->host, d->process->handle, d->event, XF_HOST_LAST_USE);
	pthread_mutex_lock(&t->lock);
	t->n_devices--;
	pthread_mutex_unlock(&t->lock);
	free(d);
}

static inline int test_cpu_event_create(
	void *self, void *device, xf_host_handle cpu_event, uint32_t flags, void **ret_cpu_event)
{
	struct test_host *t = self;
	pthread_mutex_lock(&t->lock);
	t->n_cpu_events++;
	t->cpu_event = cpu_event;
	*ret_cpu_event = t;
	pthread_cond_broadcast(&t->changed);
	pthread_mutex_unlock(&t->lock);
	return 0;
}

static inline void test_cpu_event_destroy(void *self, void *cpu_event)
{
	struct test_host *t = self;
	if (t->on_destroy)
		t->on_destroy();
	pthread_mutex_lock(&t->lock);
	t->n_cpu_events--;
	pthread_mutex_unlock(&t->lock);
}

static inline int test_escape(void *self, void *process, void *device, uint32_t flags, void *data,
	size_t size, uint32_t *ret_status)
{
	struct test_host *t = self;
	struct test_process *p = process;
	struct order order;
	int r = 0;
	if (size != sizeof(order))
		return -EMSGSIZE;
	memcpy(&order, data, sizeof(order));
	pthread_mutex_lock(&t->lock);
	t->n_escapes++;
	if (order.ask == ASK_KEEP)
		p->event = order.event;
	if (order.ask == ASK_REPORT)
		p->reported = order.count;
	if (order.ask == ASK_PONG)
		p->pongs++;
	if (order.ask == ASK_DEVICE && device)
		((struct test_device *)device)->event = order.event;
	pthread_cond_broadcast(&t->changed);
	pthread_mutex_unlock(&t->lock);
	if (order.ask == ASK_PONG && t->on_pong)
		t->on_pong(t, p);
	if (order.ask == ASK_SIGNAL || order.ask == ASK_LAST_USE)
		for (uint32_t i = 0; i < order.count && !r; i++)
			r = xf_host_signal(t->host, p->handle, order.event,
				order.ask == ASK_LAST_USE && i + 1 == order.count ? XF_HOST_LAST_USE
										  : 0);
	*ret_status = (uint32_t)-r;
	if (order.ask == ASK_SURFACE)
		order.event = t->surface;
	order.count += 1000; /* in place, to see it come back */
	memcpy(data, &order, sizeof(order));
	return 0;
}

static inline void test_log(void *arg, const char *line)
{
	struct test_host *t = arg;
	pthread_mutex_lock(&t->lock);
	snprintf(t->log[t->n_logs++ % 64], sizeof(t->log[0]), "%s", line);
	pthread_cond_broadcast(&t->changed);
	pthread_mutex_unlock(&t->lock);
}

static inline void test_host_start(struct test_host *t, uint32_t flags)
{
	pthread_condattr_t clock;
	memset(t, 0, sizeof(*t));
	t->cleanup_result = -1;
	pthread_mutex_init(&t->lock, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&t->changed, &clock);
	struct xf_host_driver driver = { sizeof(driver), t, test_process_create,
		test_process_destroy, test_device_create, test_device_destroy,
		test_cpu_event_create, test_cpu_event_destroy, test_escape };
	struct xf_host_params params = { .size = sizeof(params),
		.flags = flags,
		.driver = &driver,
		.log = test_log,
		.log_arg = t };
	ok(xf_host_create(&params, &t->host));
}

static inline struct xf_host_guest *test_guest_add(
	struct test_host *t, const char *name, const char *path, uint32_t max_queue)
{
	struct xf_host_guest *guest;
	struct xf_host_guest_params params = { .size = sizeof(params),
		.name = name,
		.transport = XF_HOST_UNIX,
		.address = path,
		.max_queue = max_queue };
	ok(xf_host_guest_add(t->host, &params, &guest));
	return guest;
}

/* Waits until `condition` holds, with t->lock held; fails after a minute. */
#define await(t, condition)                                                                        \
	do {                                                                                       \
		int64_t limit = xf_deadline(60 * SECOND);                                          \
		struct timespec until = { limit / SECOND, limit % SECOND };                        \
		pthread_mutex_lock(&(t)->lock);                                                    \
		int late = 0;                                                                      \
		while (!(condition) && !late)                                                      \
			late = pthread_cond_timedwait(&(t)->changed, &(t)->lock, &until);          \
		pthread_mutex_unlock(&(t)->lock);                                                  \
		if (late)                                                                          \
			fail_msg("not within a minute: %s", #condition);                           \
	} while (0)

/* Signals a process of which the driver has just heard that it is gone: its last moments over. */
static inline int signal_gone(struct test_host *t, struct test_process *p, uint32_t flags)
{
	int r;
	while ((r = xf_host_signal(t->host, p->handle, p->event, flags)) == -ESHUTDOWN)
		sched_yield();
	return r;
}

static inline struct test_process *find_process(struct test_host *t, const char *name)
{
	for (int i = t->n_processes; i--;)
		if (strcmp(t->processes[i].name, name) == 0 &&
			t->processes[i].kind == XF_HOST_PROCESS_VM)
			return &t->processes[i];
	return NULL;
}

static inline pid_t spawn(void (*body)(const char *path, void *arg), const char *path, void *arg)
{
	fflush(NULL);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		body(path, arg);
		_exit(0);
	}
	return pid;
}

static inline void reap(pid_t pid)
{
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

#endif
