/* SPDX-License-Identifier: MIT */
/* The two things systemd wants of us. */
#ifndef CROSSFENCED_ACTIVATION_H
#define CROSSFENCED_ACTIVATION_H

/* A listening socket bound to `path`, or -1. The caller's to close; systemd's own stays. */
int activation_find(const char *path);
void activation_ready(void);

#endif
