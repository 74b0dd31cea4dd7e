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
 * Adds a file, or all that lies directly in a folder, by name, except what is hidden. What is no
 * picture, a deeper folder or a link to nowhere for example, is found out when it is to be decoded,
 * so that it is named as skipped. 0; -ENOMEM; -E2BIG: more than PICTURES_MAX; -errno of `path`.
 */
int pictures_add(struct pictures *pictures, const char *path);

/* The part of a path that people know. Points into `path`. */
const char *pictures_name(const char *path);

/* A descriptor (returned, close-on-exec) that holds the list, and the list read from one. */
int pictures_export(const struct pictures *pictures, int *ret_fd);
int pictures_import(int fd, struct pictures *ret_pictures);

#endif
