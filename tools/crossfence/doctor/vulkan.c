/* SPDX-License-Identifier: MIT */
#include "vulkan.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <crossfence/domain.h>

#include "vulkan_ask.h"

#define PATIENCE_NS INT64_C(15000000000) /* a driver that starts takes a second or two */

/* What drivers and the loader print is theirs, and no part of our page. */
static void ask(int fd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null >= 0 && dup2(null, STDOUT_FILENO) >= 0 && dup2(null, STDERR_FILENO) >= 0) {
		void *library = dlopen("libvulkan.so.1", RTLD_NOW | RTLD_LOCAL);
		bool loader = library;
		if (write(fd, &loader, sizeof(loader)) == sizeof(loader) && library)
			vulkan_ask(library, fd);
	}
	_exit(0); /* a driver's clean-up may crash, too, and nobody needs it */
}

/* false: the end, or no answer in time. A device is written in one piece, and read in one. */
static bool listen_for(int fd, int64_t deadline_ns, void *data, size_t size, bool *ret_late)
{
	struct pollfd waits = { .fd = fd, .events = POLLIN };
	int64_t left_ns = deadline_ns - xf_now();
	int ready = poll(&waits, 1, left_ns > 0 ? (int)(left_ns / 1000000) + 1 : 0);
	*ret_late = ready == 0;
	return ready > 0 && read(fd, data, size) == (ssize_t)size;
}

static void listen_to(int fd, struct vulkan_look *look)
{
	int64_t deadline_ns = xf_deadline(PATIENCE_NS);
	if (!listen_for(fd, deadline_ns, &look->loader, sizeof(look->loader), &look->hangs))
		return;
	while (look->count < VULKAN_DEVICES_MAX &&
		listen_for(fd, deadline_ns, &look->devices[look->count], sizeof(look->devices[0]),
			&look->hangs))
		look->count++;
}

void vulkan_look(struct vulkan_look *ret_look)
{
	int ends[2], status = 0;
	*ret_look = (struct vulkan_look){ 0 };
	if (pipe2(ends, O_CLOEXEC))
		return;
	pid_t pid = fork();
	if (pid == 0)
		ask(ends[1]);
	close(ends[1]);
	if (pid > 0) {
		listen_to(ends[0], ret_look);
		if (ret_look->hangs)
			kill(pid, SIGKILL);
		if (waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && !ret_look->hangs)
			ret_look->signal = WTERMSIG(status);
	}
	close(ends[0]);
}

static void follow_from(const struct vulkan_device *d, char text[FINDING_SIZE])
{
	if (!d->timelines)
		snprintf(text, FINDING_SIZE,
			"without Vulkan 1.2 and timeline semaphores it cannot be used");
	else if (!d->memory_host && !d->memory_fd)
		snprintf(text, FINDING_SIZE, "queues, but no surfaces");
	else
		snprintf(text, FINDING_SIZE, "surfaces in %s; %s (xf_vulkan(3))",
			!d->memory_fd	 ? "the domain's memory alone"
			: d->memory_host ? "its own memory and in the domain's"
					 : "its own memory alone",
			d->semaphore_fd ? "queues wait for other processes' on the device itself"
					: "where queues of two processes meet, a CPU stands "
					  "between");
}

static const char *yes(bool is)
{
	return is ? "yes" : "no";
}

static void tell_of(struct findings *f, const struct vulkan_device *d)
{
	char text[FINDING_SIZE], follows[FINDING_SIZE];
	follow_from(d, follows);
	snprintf(text, sizeof(text),
		"%.80s%s, Vulkan %u.%u, driver %.60s; timeline semaphores %s, "
		"external_memory_host %s, external_memory_fd %s, external semaphores %s",
		d->name, d->cpu ? " (on the CPU)" : "", d->version[0], d->version[1],
		*d->driver ? d->driver : "unknown", yes(d->timelines), yes(d->memory_host),
		yes(d->memory_fd), yes(d->semaphore_fd));
	finding_add(f, "Vulkan device", d->timelines && (d->memory_host || d->memory_fd), text,
		follows);
}

/* That names the only drivers which the loader looks at; NULL: none does. */
static const char *chosen_by(void)
{
	static const char *const names[] = { "VK_DRIVER_FILES", "VK_ICD_FILENAMES" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);
		if (value && *value)
			return names[i];
	}
	return NULL;
}

/* Why there may be fewer devices than one would think. */
static void tell_of_trouble(struct findings *f, const struct vulkan_look *look)
{
	const char *chosen = chosen_by();
	char text[FINDING_SIZE], follows[FINDING_SIZE];
	if (look->signal) {
		snprintf(text, sizeof(text), "a driver crashed when it was asked (signal %d)",
			look->signal);
		finding_add(f, "Vulkan drivers", false, text,
			"it would take a program with it: name a good driver's file in "
			"VK_DRIVER_FILES");
	} else if (look->hangs) {
		finding_add(f, "Vulkan drivers", false, "one does not answer",
			"it would hold a program up: name a good driver's file in "
			"VK_DRIVER_FILES");
	} else if (!look->count) {
		snprintf(follows, sizeof(follows),
			chosen ? "%s=%.150s names the only drivers that are looked at"
			       : "no driver: a GPU's, or mesa-vulkan-drivers for one on the "
				 "CPU%s%s",
			chosen ? chosen : "", chosen ? getenv(chosen) : "");
		finding_add(f, "Vulkan devices", false, "none", follows);
	}
}

static bool any_file(const char *pattern)
{
	glob_t found = { 0 };
	bool is = glob(pattern, GLOB_NOSORT, NULL, &found) == 0;
	globfree(&found);
	return is;
}

static bool has_cpu(const struct vulkan_look *look)
{
	bool has = false;
	for (uint32_t i = 0; i < look->count; i++)
		has |= look->devices[i].cpu;
	return has;
}

static void tell_of_lavapipe(struct findings *f, const struct vulkan_look *look)
{
	const char *chosen = chosen_by();
	char text[FINDING_SIZE];
	bool file = any_file("/usr/share/vulkan/icd.d/lvp_icd*.json") ||
		    any_file("/etc/vulkan/icd.d/lvp_icd*.json");
	bool runs = has_cpu(look);
	if (runs || !file)
		snprintf(text, sizeof(text), "%s", yes(runs));
	else if (!look->loader || !chosen)
		snprintf(text, sizeof(text), "installed, and %s",
			look->loader ? "does not start" : "nothing loads it");
	else
		snprintf(text, sizeof(text), "installed, and hidden: %s names other drivers",
			chosen);
	finding_add(f, "lavapipe (Vulkan on the CPU)", runs, text,
		runs	? "what is tested with it runs here without a GPU"
		: !file ? "Vulkan needs a GPU here (mesa-vulkan-drivers brings it)"
			: "what is tested with it needs another device");
}

void doctor_vulkan(struct findings *f, const struct vulkan_look *look)
{
	finding_add(f, "Vulkan loader", look->loader, look->loader ? "yes" : "no libvulkan.so.1",
		look->loader ? NULL
			     : "no Vulkan queues, and no Direct3D 12 devices in the Windows layer");
	for (uint32_t i = 0; i < look->count; i++)
		tell_of(f, &look->devices[i]);
	if (look->loader)
		tell_of_trouble(f, look);
	tell_of_lavapipe(f, look);
}
