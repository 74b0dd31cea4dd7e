/* SPDX-License-Identifier: MIT */
/* What the configuration file says. */
#ifndef CROSSFENCED_CONFIG_H
#define CROSSFENCED_CONFIG_H

#include <stdbool.h>

#include <crossfence/host.h>

/* A guest's section. All numbers are set, by their defaults if not by the file. */
struct guest_config {
	struct xf_host_guest_params params;
	char name[64];
	char *address;
	char *domain; /* to share with it, by name; NULL: none */
	char *local; /* the domain of processes of the host, which it is then; NULL: a guest */
	char *qmp, *qmp_port; /* QEMU's QMP socket and the id of our port there */
	int line; /* of its section, for messages; 0: it has none */
};

struct config {
	char *miniport, *control;
	bool no_sandbox;
	bool has_sections; /* any */
	enum xf_host_log_level log_level; /* 0: not said */
	struct guest_config **guests;
	unsigned n_guests;
};

/* The first mistake, as FILE:LINE: and what it is. */
struct mistake {
	char text[400];
};

/* 0, or negative and *ret_mistake. Finish it in any case. */
int config_read(const char *path, struct config *ret_config, struct mistake *ret_mistake);
void config_finish(struct config *config);

/* The key that sets this field of struct xf_host_guest_params; NULL: none that is a number. */
const char *config_key_of(const char *field, size_t size);

/* A section without a file. -ENOMEM. */
int guest_config_create(const char *name, struct guest_config **ret_guest);
void guest_config_free(struct guest_config *guest);

/* One line of a section; `limits_only`: only what can change while the guest runs. */
int guest_config_take(struct guest_config *guest, const char *line, bool limits_only,
	struct mistake *ret_mistake);

/* Would the one do as the other, but for limits and QMP? */
bool guest_config_same(const struct guest_config *a, const struct guest_config *b);
bool guest_config_same_qmp(const struct guest_config *a, const struct guest_config *b);
struct xf_host_guest_limits guest_config_limits(const struct guest_config *guest);

#endif
