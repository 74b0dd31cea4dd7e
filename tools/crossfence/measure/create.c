/* SPDX-License-Identifier: MIT */
/* A million keyed mutexes in one domain; beside it, one memfd for each object. */
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <crossfence/keyed_mutex.h>

#include "create.h"
#include "share.h"
#include "stat.h"

#define MUTEXES 1000000
#define MEMFDS	900 /* the usual limit is 1024 descriptors */

enum { COLUMN_TIME, COLUMN_SHARED, COLUMN_PRIVATE, COLUMN_DESCRIPTORS, COLUMNS };

static unsigned count_descriptors(void)
{
	unsigned n = 0;
	DIR *folder = opendir("/proc/self/fd");
	while (folder && readdir(folder))
		n++;
	if (folder)
		closedir(folder);
	return n;
}

/* Anonymous memory of this process, in bytes. */
static double private_bytes(void)
{
	char line[128];
	double kib = NAN;
	FILE *file = fopen("/proc/self/status", "re");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "RssAnon: %lf", &kib) == 1)
			break;
	if (file)
		fclose(file);
	return kib * 1024;
}

static double file_bytes(int fd)
{
	struct stat st;
	return fstat(fd, &st) ? NAN : (double)st.st_blocks * 512;
}

static int make_mutexes(double *ret)
{
	struct xf_domain_params params = { .size = sizeof(params), .max_objects = XF_OBJECTS_MAX };
	struct xf_domain *domain;
	int fd, r = xf_domain_create(&params, &domain);
	if (!r)
		r = xf_domain_export(domain, 0, &fd);
	if (r)
		return r;
	double shared = file_bytes(fd), private = private_bytes();
	unsigned descriptors = count_descriptors();
	int64_t begin = xf_now();
	for (unsigned i = 0; !r && i < MUTEXES; i++) {
		/* Handles are left to the end of the process: leaks are not what is measured. */
		struct xf_keyed_mutex *mutex;
		r = xf_keyed_mutex_create(domain, 0, NULL, &mutex);
	}
	ret[COLUMN_TIME] = (double)(xf_now() - begin) / MUTEXES;
	ret[COLUMN_SHARED] = round((file_bytes(fd) - shared) / MUTEXES);
	ret[COLUMN_PRIVATE] = (private_bytes() - private) / MUTEXES;
	ret[COLUMN_DESCRIPTORS] = (double)(count_descriptors() - descriptors) / MUTEXES;
	return r;
}

static int make_memfds(double *ret)
{
	unsigned descriptors = count_descriptors();
	double private = private_bytes();
	int fd = -1;
	int64_t begin = xf_now();
	for (unsigned i = 0; i < MEMFDS; i++) {
		fd = memfd_create("bench", MFD_CLOEXEC);
		if (fd < 0 || ftruncate(fd, 4096))
			return -errno;
		volatile char *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (memory == MAP_FAILED)
			return -errno;
		memory[0] = 1;
	}
	ret[COLUMN_TIME] = (double)(xf_now() - begin) / MEMFDS;
	ret[COLUMN_SHARED] = file_bytes(fd);
	ret[COLUMN_PRIVATE] = (private_bytes() - private) / MEMFDS;
	ret[COLUMN_DESCRIPTORS] = (double)(count_descriptors() - descriptors) / MEMFDS;
	return 0;
}

/* Runs `make` in a process of its own, which gives everything back by ending. */
static int in_child(int (*make)(double *ret), double *ret)
{
	int pipes[2], r;
	if (pipe(pipes))
		return -errno;
	pid_t pid = fork();
	if (pid == 0) {
		double values[COLUMNS] = { NAN, NAN, NAN, NAN };
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		r = make(values);
		_exit(r || bench_write(pipes[1], values, sizeof(values)));
	}
	close(pipes[1]);
	r = pid < 0 ? -errno : bench_read(pipes[0], ret, COLUMNS * sizeof(*ret), 60000);
	close(pipes[0]);
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	return r;
}

static int run_row(struct bench_row *row, const struct bench_settings *settings)
{
	int (*const makes[])(double *ret) = { make_mutexes, make_memfds };
	unsigned rounds = settings->rounds > 5 ? 5 : settings->rounds;
	for (unsigned i = 0; i < rounds; i++)
		for (unsigned s = 0; s < row->n_series; s++) {
			double values[COLUMNS];
			int r = in_child(makes[s], values);
			if (r)
				return r;
			for (unsigned c = 0; c < COLUMNS; c++)
				bench_record(row, s, c, values[c]);
		}
	return 0;
}

struct bench_row bench_create = {
	.name = "create",
	.title = "make 1,000,000 keyed mutexes in one domain; figures for each",
	.columns = { { "time", BENCH_TIME }, { "shared", BENCH_BYTES }, { "private", BENCH_BYTES },
		{ "descriptors", BENCH_COUNT } },
	.n_series = 2,
	.series = { { "crossfence", -1 }, { "a memfd each (900 of them)", 0 } },
	.n_targets = 3,
	.targets = {
		{ 0, COLUMN_TIME, -1, 200, false },
		{ 0, COLUMN_SHARED, -1, 128, false },
		{ 0, COLUMN_DESCRIPTORS, -1, 0, false },
	},
	.run = run_row,
};
