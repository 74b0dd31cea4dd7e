/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <crossfence/result.h>
#include "machine.h"

#define QEMU "qemu-system-x86_64"

/* The folder with vmlinuz and guest.img. */
static const char *image_folder(void)
{
	const char *folder = getenv("XF_VM_IMAGE");
	return folder ? folder : ".";
}

const char *machine_missing(void)
{
	static char why[300];
	snprintf(why, sizeof(why), "%s/vmlinuz", image_folder());
	if (access(why, R_OK) < 0) {
		snprintf(why, sizeof(why), "no guest kernel in %s; run packaging/vm-image on it",
			image_folder());
		return why;
	}
	if (system("command -v " QEMU " >/dev/null"))
		return QEMU " is not installed";
	return NULL;
}

/* The image's list of modules has one file name a line. */
int machine_has_module(const char *name)
{
	char path[300], line[128], want[128];
	int has = 0;
	snprintf(path, sizeof(path), "%s/modules", image_folder());
	snprintf(want, sizeof(want), "%s.ko\n", name);
	FILE *file = fopen(path, "re");
	while (file && !has && fgets(line, sizeof(line), file))
		has = strcmp(line, want) == 0;
	if (file)
		fclose(file);
	return has;
}

struct words {
	const char *word[96];
	int n;
};

static void add(struct words *words, const char *word)
{
	if (words->n == 95)
		abort();
	words->word[words->n++] = word;
}

static void start(struct machine *machine, struct words *words, pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	int null = open("/dev/null", O_RDWR);
	dup2(null, 0);
	dup2(null, 1);
	execvp(QEMU, (char *const *)words->word);
	_exit(127);
}

void machine_start(struct machine *machine, const char *name, const char *const *devices,
	const char *const *command)
{
	static const char *const common[] = { QEMU, "-accel", "tcg", "-cpu", "max", "-smp", "1",
		"-m", "128", "-nodefaults", "-nographic", "-no-reboot", "-kernel", NULL };
	char kernel[256], image[256], serial[256], line[1024];
	struct words words = { .n = 0 };
	snprintf(machine->console, sizeof(machine->console), "%s.con", name);
	snprintf(kernel, sizeof(kernel), "%s/vmlinuz", image_folder());
	snprintf(image, sizeof(image), "%s/guest.img", image_folder());
	snprintf(serial, sizeof(serial), "file:%s", machine->console);
	/* no_timer_check: on a busy machine TCG's timer interrupt may come too late for the
	 * kernel's test of it, and with an IOMMU that is a panic. */
	int n = snprintf(line, sizeof(line), "console=ttyS0 quiet panic=-1 no_timer_check");
	for (; *command && n < (int)sizeof(line); command++)
		n += snprintf(line + n, sizeof(line) - (size_t)n, " %s", *command);
	for (int i = 0; common[i]; i++)
		add(&words, common[i]);
	add(&words, kernel);
	add(&words, "-initrd");
	add(&words, image);
	add(&words, "-serial");
	add(&words, serial);
	add(&words, "-append");
	add(&words, line);
	for (; *devices; devices++)
		add(&words, *devices);
	fflush(NULL);
	pid_t parent = getpid();
	machine->pid = fork();
	if (machine->pid == 0)
		start(machine, &words, parent);
}

void machine_kill(struct machine *machine)
{
	if (machine->pid <= 0)
		return;
	kill(machine->pid, SIGKILL);
	waitpid(machine->pid, NULL, 0);
	machine->pid = 0;
}

int machine_wait(struct machine *machine, int64_t deadline_ns)
{
	int fd = (int)syscall(SYS_pidfd_open, machine->pid, 0);
	struct pollfd item = { .fd = fd, .events = POLLIN };
	int64_t left = (deadline_ns - xf_now()) / 1000000;
	int n = poll(&item, 1, left > 0 ? (int)left : 0);
	close(fd);
	if (n != 1)
		return -ETIMEDOUT;
	waitpid(machine->pid, NULL, 0);
	machine->pid = 0;
	return 0;
}

int machine_said(const struct machine *machine, const char *line)
{
	char text[512];
	int said = 0;
	FILE *file = fopen(machine->console, "re");
	while (file && !said && fgets(text, sizeof(text), file))
		said = strstr(text, line) != NULL;
	if (file)
		fclose(file);
	return said;
}

void machine_quote(const struct machine *machine, const char *part)
{
	char text[512];
	FILE *file = fopen(machine->console, "re");
	while (file && fgets(text, sizeof(text), file))
		if (strstr(text, part))
			fputs(text, stderr);
	if (file)
		fclose(file);
}

void machine_print(const struct machine *machine)
{
	machine_quote(machine, "");
}
