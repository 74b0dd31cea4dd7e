/* SPDX-License-Identifier: MIT */
/*
 * A PCI device that is unplugged takes its mapped registers and memory with it: whoever touches
 * them next gets SIGBUS. We cannot know before, and a daemon that dies of it cuts its processes off
 * for longer than one that goes on. So a page that is gone is replaced by an empty one: the next
 * look finds that the host's epoch is not ours, and that ends the session as any loss does.
 */
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "survive.h"

static uintptr_t page_bytes;

static void replace_page(int number, siginfo_t *info, void *context)
{
	void *page = (void *)((uintptr_t)info->si_addr & ~(page_bytes - 1));
	/* Sent by somebody, or not for a page: then it ends us, when the instruction is tried
	 * again. */
	if (info->si_code != BUS_ADRERR ||
		mmap(page, page_bytes, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
		signal(SIGBUS, SIG_DFL);
}

void survive_unplugging(void)
{
	struct sigaction action;
	memset(&action, 0, sizeof(action));
	action.sa_sigaction = replace_page;
	action.sa_flags = SA_SIGINFO;
	page_bytes = (uintptr_t)sysconf(_SC_PAGESIZE);
	(void)sigaction(SIGBUS, &action, NULL); /* the arguments are right */
}
