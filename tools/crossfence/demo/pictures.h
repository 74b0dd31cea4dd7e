/* SPDX-License-Identifier: MIT */
/* The list of picture files, found once by the supervisor and handed to its roles by descriptor. */
#ifndef CROSSFENCE_DEMO_PICTURES_H
#define CROSSFENCE_DEMO_PICTURES_H

#include <stdint.h>

#define PICTURES_MAX 1000

struct pictures {
	char **paths; /* owned */
	uint32_t count;
};

void pictures_finish(struct pictures *pictures);

/*
 * Adds a file, or the files that lie directly in a folder, by name; hidden ones and deeper folders
 * are left out. 0; -ENOMEM; -E2BIG: more than PICTURES_MAX; -errno of the file or folder.
 */
int pictures_add(struct pictures *pictures, const char *path);

/* The part of a path that people know. Points into `path`. */
const char *pictures_name(const char *path);

/* A descriptor (returned, close-on-exec) that holds the list, and the list read from one. */
int pictures_export(const struct pictures *pictures, int *ret_fd);
int pictures_import(int fd, struct pictures *ret_pictures);

#endif
