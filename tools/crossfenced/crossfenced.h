/* SPDX-License-Identifier: MIT */
/* crossfenced: a thin shell around libcrossfence-host. It reads a file, passes on sockets that
 * systemd opened, answers questions on a control socket, and prints what the library reports. */
#ifndef CROSSFENCED_H
#define CROSSFENCED_H

#include <crossfence/host.h>

#define CONTROL_PATH "/run/crossfence/control.sock"

struct guest_config {
	struct xf_host_guest_params params;
	char name[64];
	char *address;
	char *domain; /* to share with it, by name; NULL: none */
	struct xf_domain *shared;
	char *qmp, *qmp_port; /* QEMU's QMP socket and the id of our port there */
	struct qmp *watch;
	int line; /* of its section, for messages */
};

struct config {
	char *miniport, *control;
	struct guest_config *guests;
	unsigned n_guests;
};

/* config.c: prints the first mistake as FILE:LINE: and returns -EINVAL; other errors likewise. */
int config_read(const char *path, struct config *ret_config);
void config_finish(struct config *config);

/* control.c */
/* Answers one client; gives it a second. */
void control_serve(int listener, struct xf_host *host);

/* domain.c: prints what goes wrong. */
int domain_share(struct guest_config *config, struct xf_host_guest *guest);

/* activation.c: sockets from systemd */
int activation_find(const char *path); /* a listening socket bound to `path`, or -1 */
void activation_ready(void);

#endif
