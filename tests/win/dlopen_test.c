/* SPDX-License-Identifier: MIT */
/*
 * The library may be loaded late, into a process whose threads are already there: each has a last
 * error of its own, zero at first. Its argument is the library.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static __attribute__((ms_abi)) uint32_t (*get)(void);
static __attribute__((ms_abi)) void (*set)(uint32_t error);
static sem_t loaded;

static void *early(void *arg)
{
	uintptr_t first, second;
	sem_wait(&loaded);
	first = get();
	set(7);
	second = get();
	return (void *)(first << 8 | second);
}

int main(int argc, char **argv)
{
	pthread_t thread;
	void *library, *seen;
	sem_init(&loaded, 0, 0);
	if (pthread_create(&thread, NULL, early, NULL))
		return 1;
	library = dlopen(argv[1], RTLD_NOW);
	if (!library) {
		fprintf(stderr, "%s\n", dlerror());
		return 1;
	}
	*(void **)&get = dlsym(library, "GetLastError");
	*(void **)&set = dlsym(library, "SetLastError");
	set(5);
	sem_post(&loaded);
	pthread_join(thread, &seen);
	if (seen != (void *)7 || get() != 5) {
		fprintf(stderr, "the early thread saw %p, we %u\n", seen, get());
		return 1;
	}
	return 0;
}
