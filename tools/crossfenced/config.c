/* SPDX-License-Identifier: MIT */
/*
 * The configuration file: "[service]" and one "[guest NAME]" section each, "key = value" lines,
 * comments from "#". Unknown keys are mistakes, told with file and line.
 */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"

struct place {
	const char *path;
	int line;
};

static int complain(const struct place *place, const char *what, const char *about)
{
	fprintf(stderr, "crossfenced: %s:%d: %s: %s\n", place->path, place->line, what, about);
	return -EINVAL;
}

static char *trim(char *text)
{
	text += strspn(text, " \t");
	size_t n = strlen(text);
	while (n && strchr(" \t\r\n", text[n - 1]))
		text[--n] = 0;
	return text;
}

static int set_text(char **field, const char *value)
{
	free(*field);
	*field = strdup(value);
	return *field ? 0 : -ENOMEM;
}

static int parse_number(const char *value, uint32_t *ret_number)
{
	char *end;
	errno = 0;
	unsigned long long number = strtoull(value, &end, 0);
	if (errno || *end || end == value || *value == '-' || number > UINT32_MAX)
		return -EINVAL;
	*ret_number = (uint32_t)number;
	return 0;
}

static int set_transport(struct guest_config *guest, const char *value)
{
	static const struct {
		const char *name;
		enum xf_host_transport transport;
	} names[] = {
		{ "unix", XF_HOST_UNIX },
		{ "virtio-serial", XF_HOST_VIRTIO_SERIAL },
		{ "vsock", XF_HOST_VSOCK },
		{ "hybrid", XF_HOST_HYBRID },
		{ "hybrid-dial", XF_HOST_HYBRID_DIAL },
		{ "ivshmem", XF_HOST_IVSHMEM },
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(value, names[i].name) == 0) {
			guest->params.transport = names[i].transport;
			return 0;
		}
	return -EINVAL;
}

static int set_user(struct guest_config *guest, const char *value)
{
	struct passwd *user = getpwnam(value);
	uint32_t uid;
	if (user)
		uid = user->pw_uid;
	else if (parse_number(value, &uid) || uid == UINT32_MAX)
		return -EINVAL;
	guest->params.uid_plus_1 = uid + 1;
	return 0;
}

static int set_guest(
	struct guest_config *guest, const char *key, const char *value, const struct place *place)
{
	struct xf_host_guest_params *p = &guest->params;
	const struct {
		const char *key;
		uint32_t *field;
	} numbers[] = {
		{ "port", &p->port },
		{ "cid", &p->cid },
		{ "queue", &p->max_queue },
		{ "processes", &p->max_processes },
		{ "events", &p->max_events },
		{ "devices", &p->max_devices },
		{ "channels", &p->max_channels },
		{ "cpu-events", &p->max_cpu_events },
		{ "region", &p->region_bytes },
	};
	if (strcmp(key, "address") == 0)
		return set_text(&guest->address, value);
	if (strcmp(key, "domain") == 0)
		return set_text(&guest->domain, value);
	if (strcmp(key, "qmp") == 0)
		return set_text(&guest->qmp, value);
	if (strcmp(key, "qmp-port") == 0)
		return set_text(&guest->qmp_port, value);
	if (strcmp(key, "transport") == 0)
		return set_transport(guest, value) ? complain(place, "unknown transport", value)
						   : 0;
	if (strcmp(key, "user") == 0)
		return set_user(guest, value) ? complain(place, "no such user", value) : 0;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (strcmp(key, numbers[i].key) == 0)
			return parse_number(value, numbers[i].field)
				       ? complain(place, "not a number", value)
				       : 0;
	return complain(place, "unknown key for a guest", key);
}

static int set_service(
	struct config *config, const char *key, const char *value, const struct place *place)
{
	if (strcmp(key, "miniport") == 0)
		return set_text(&config->miniport, value);
	if (strcmp(key, "control") == 0)
		return set_text(&config->control, value);
	return complain(place, "unknown key for the service", key);
}

static int begin_section(
	struct config *config, char *title, int *ret_in_guest, const struct place *place)
{
	size_t n = strlen(title);
	if (n < 2 || title[n - 1] != ']')
		return complain(place, "a section ends with ]", title);
	title[n - 1] = 0;
	char *name = trim(title + 1);
	*ret_in_guest = strcmp(name, "service") != 0;
	if (!*ret_in_guest)
		return 0;
	if (strncmp(name, "guest ", 6) || strlen(trim(name + 6)) > 63 || !*trim(name + 6))
		return complain(place, "sections are [service] and [guest NAME]", name);
	struct guest_config *guests =
		realloc(config->guests, (config->n_guests + 1) * sizeof(*guests));
	if (!guests)
		return -ENOMEM;
	config->guests = guests;
	struct guest_config *guest = &guests[config->n_guests++];
	*guest = (struct guest_config){ .params.size = sizeof(guest->params), .line = place->line };
	strcpy(guest->name, trim(name + 6));
	return 0;
}

static int take_line(struct config *config, char *text, int *in_guest, const struct place *place)
{
	text[strcspn(text, "#")] = 0;
	text = trim(text);
	if (!*text)
		return 0;
	if (*text == '[')
		return begin_section(config, text, in_guest, place);
	char *equals = strchr(text, '=');
	if (!equals)
		return complain(place, "neither section nor key = value", text);
	*equals = 0;
	char *key = trim(text), *value = trim(equals + 1);
	if (*in_guest < 0)
		return complain(place, "a key before the first section", key);
	if (*in_guest)
		return set_guest(&config->guests[config->n_guests - 1], key, value, place);
	return set_service(config, key, value, place);
}

int config_read(const char *path, struct config *ret_config)
{
	struct place place = { .path = path };
	char line[1024];
	int r = 0, in_guest = -1;
	FILE *file = fopen(path, "re");
	if (!file) {
		r = -errno;
		fprintf(stderr, "crossfenced: %s: %s\n", path, strerror(-r));
		return r;
	}
	while (!r && fgets(line, sizeof(line), file)) {
		place.line++;
		r = take_line(ret_config, line, &in_guest, &place);
	}
	fclose(file);
	/* Only now do the entries stay where they are. */
	for (unsigned i = 0; i < ret_config->n_guests; i++) {
		struct guest_config *guest = &ret_config->guests[i];
		guest->params.name = guest->name;
		guest->params.address = guest->address;
	}
	return r;
}

void config_finish(struct config *config)
{
	for (unsigned i = 0; i < config->n_guests; i++) {
		free(config->guests[i].address);
		free(config->guests[i].domain);
		free(config->guests[i].qmp);
		free(config->guests[i].qmp_port);
	}
	free(config->guests);
	free(config->miniport);
	free(config->control);
}
