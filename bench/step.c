/* SPDX-License-Identifier: MIT */
/*
 * step PROGRAM ARGUMENTS...: counts the instructions that the program's main thread executes in
 * user space between two marks (mark.h), by stepping through them one by one. Exact, the same in
 * every run, and on the real path: Valgrind 3.19, for one, has neither futex_waitv nor restartable
 * sequences, so under it the library would take others. A "rep" instruction counts once for each
 * repetition.
 */
#include <elf.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mark.h"

static int be_traced(char **argv)
{
	setenv(MARK_VARIABLE, "1", 1);
	setenv("LD_BIND_NOW", "1", 1);
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	execvp(argv[0], argv);
	perror(argv[0]);
	return 127;
}

static bool is_mark(pid_t pid)
{
	siginfo_t info;
	/* A step's trap has a TRAP_ code; the mark's comes from the kernel or from raise(). */
	return !ptrace(PTRACE_GETSIGINFO, pid, NULL, &info) &&
	       (info.si_code == SI_KERNEL || info.si_code == SI_TKILL);
}

static uint64_t program_counter(pid_t pid)
{
	struct user_regs_struct regs = { 0 };
	struct iovec data = { &regs, sizeof(regs) };
	if (ptrace(PTRACE_GETREGSET, pid, (void *)NT_PRSTATUS, &data))
		return 0;
#ifdef __x86_64__
	return regs.rip;
#else
	return regs.pc;
#endif
}

/* Where the program itself lies: the mappings of its first file. */
static void find_program(pid_t pid, uint64_t *ret_begin, uint64_t *ret_end)
{
	char path[64], line[512], first[256] = "", file[256];
	unsigned long long begin, end;
	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	FILE *maps = fopen(path, "re");
	while (maps && fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%llx-%llx %*s %*s %*s %*s %255s", &begin, &end, file) != 3)
			continue;
		if (!first[0]) {
			memcpy(first, file, sizeof(first));
			*ret_begin = begin;
		}
		if (!strcmp(first, file))
			*ret_end = end;
	}
	if (maps)
		fclose(maps);
}

struct counts {
	long steps, in_libraries;
};

/* Runs `pid`, which is stopped, until its second mark. */
static int count(pid_t pid, int status, struct counts *counts)
{
	uint64_t begin = 0, end = 0;
	int marks = 0;
	long signal = 0;
	while (WIFSTOPPED(status) && marks < 2) {
		ptrace(marks ? PTRACE_SINGLESTEP : PTRACE_CONT, pid, NULL, (void *)signal);
		waitpid(pid, &status, 0);
		signal = WIFSTOPPED(status) && WSTOPSIG(status) != SIGTRAP ? WSTOPSIG(status) : 0;
		if (!WIFSTOPPED(status) || signal)
			continue;
		if (is_mark(pid)) {
			marks++;
			find_program(pid, &begin, &end);
			continue;
		}
		uint64_t at = program_counter(pid);
		counts->steps++;
		counts->in_libraries += at < begin || at >= end;
	}
	return marks < 2 ? -1 : 0;
}

int main(int argc, char **argv)
{
	struct counts counts = { 0, 0 };
	int status;
	if (argc < 2) {
		fprintf(stderr, "Usage: step PROGRAM ARGUMENTS...\n");
		return 2;
	}
	pid_t pid = fork();
	if (pid == 0)
		return be_traced(argv + 1);
	waitpid(pid, &status, 0); /* the trap of a traced exec */
	int r = count(pid, status, &counts);
	kill(pid, SIGKILL);
	if (r)
		return 1;
	printf("%ld %ld\n", counts.steps, counts.in_libraries);
	return 0;
}
