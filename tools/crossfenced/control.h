/* SPDX-License-Identifier: MIT */
/* The control socket, for crossfence host. */
#ifndef CROSSFENCED_CONTROL_H
#define CROSSFENCED_CONTROL_H

#include <crossfence/host.h>

#define CONTROL_PATH "/run/crossfence/control.sock"

/* Answers one client; gives it a second. */
void control_serve(int listener, struct xf_host *host);

#endif
