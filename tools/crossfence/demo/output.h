/* SPDX-License-Identifier: MIT */
/* Where the demo writes: found wanting before the run rather than after it. */
#ifndef CROSSFENCE_DEMO_OUTPUT_H
#define CROSSFENCE_DEMO_OUTPUT_H

#include <stdint.h>

#define OUTPUT_PATH_MAX 4200

/* FOLDER/NAME into `path`, which is returned. */
char *output_path(char path[OUTPUT_PATH_MAX], const char *folder, const char *name);

/*
 * Makes `folder` where it is not there yet, and looks whether the file `name` could be written in
 * it, about `bytes` long. The file keeps what it holds. 0 or -errno.
 */
int output_try(const char *folder, const char *name, uint64_t bytes);

#endif
