/* SPDX-License-Identifier: MIT */
/* What the configuration file says. */
#ifndef CROSSFENCED_CONFIG_H
#define CROSSFENCED_CONFIG_H

#include <crossfence/host.h>

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

/* Prints the first mistake as FILE:LINE: and returns -EINVAL; other errors likewise. */
int config_read(const char *path, struct config *ret_config);
void config_finish(struct config *config);

#endif
