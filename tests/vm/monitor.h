/* SPDX-License-Identifier: MIT */
/* A QMP monitor of a test's guest: one command at a time. */
#ifndef MONITOR_H
#define MONITOR_H

/* Waits until QEMU listens; -1: not within 20 s. */
int monitor_open(const char *path);

/* Sends a JSON command and waits for its answer; 0, or -1 and the answer on stderr. */
int monitor_do(int monitor, const char *command);

/* Gives QEMU a copy of `fd`, which it keeps by that name. As monitor_do(). */
int monitor_give(int monitor, const char *name, int fd);

/* The same for a line of the human monitor, which answers errors as text. */
int monitor_line(int monitor, const char *line);

/* Asks `command` again until the answer contains `part`; -1: not within a minute. */
int monitor_until(int monitor, const char *command, const char *part);

#endif
