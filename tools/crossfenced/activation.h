/* SPDX-License-Identifier: MIT */
/* The two things systemd wants of us. */
#ifndef CROSSFENCED_ACTIVATION_H
#define CROSSFENCED_ACTIVATION_H

int activation_find(const char *path); /* a listening socket bound to `path`, or -1 */
void activation_ready(void);

#endif
