/* SPDX-License-Identifier: MIT */
/* What crossfence host tells crossfenced to do. */
#ifndef CROSSFENCE_TOOL_HOST_CHANGE_H
#define CROSSFENCE_TOOL_HOST_CHANGE_H

/* add, remove, set, reload and metrics, with the words after them. Exit status; -1: none of these.
 */
int host_change(const char *path, char **words);

/* Why asking at `path` failed, on stderr. Exit status. */
int host_explain(const char *path, int result);

#endif
