/* SPDX-License-Identifier: MIT */
/* What crossfence host tells crossfenced to do. */
#ifndef CROSSFENCE_TOOL_HOST_CHANGE_H
#define CROSSFENCE_TOOL_HOST_CHANGE_H

#include <stdbool.h>

/*
 * add, remove, set, reload and metrics, with the words after them; metrics is JSON on demand. Exit
 * status; -1: none of these.
 */
int host_change(const char *path, char **words, bool json);

/* Why asking at `path` failed, on stderr. Exit status. */
int host_explain(const char *path, int result);

#endif
