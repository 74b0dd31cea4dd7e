/* SPDX-License-Identifier: MIT */
/*
 * The configuration file: "[service]" and one "[guest NAME]" section each, "key = value" lines,
 * comments from "#". Unknown keys are mistakes, told with file and line.
 */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "report.h"

struct place {
	const char *path; /* NULL: no file */
	int line;
	const char *guest; /* without a file */
	struct mistake *mistake;
};

/* "FILE:LINE: KEY: what it is", or "guest NAME: KEY: ..."; key "": none. */
static int complain(const struct place *place, const char *key, const char *what, const char *about)
{
	char *text = place->mistake->text;
	size_t size = sizeof(place->mistake->text);
	int n = place->path ? snprintf(text, size, "%.200s:%d: ", place->path, place->line)
			    : snprintf(text, size, "guest %.63s: ", place->guest);
	snprintf(text + n, size - (size_t)n, "%.40s%s%s%.120s", key, *key ? ": " : "", what, about);
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

/* ---- numbers ---- */

enum kind { FIXED, LIMIT, RATE }; /* RATE: a limit, of which 0 is none */

#define FIELD(name) offsetof(struct xf_host_guest_params, name), #name

static const struct number {
	const char *key;
	enum kind kind;
	size_t field;
	const char *field_name;
	uint32_t otherwise;
} numbers[] = {
	{ "port", FIXED, FIELD(port), 24870 },
	{ "cid", FIXED, FIELD(cid), 0 },
	{ "region", FIXED, FIELD(region_bytes), 1 << 20 },
	{ "queue", LIMIT, FIELD(max_queue), 4096 },
	{ "processes", LIMIT, FIELD(max_processes), 256 },
	{ "events", LIMIT, FIELD(max_events), 65536 },
	{ "devices", LIMIT, FIELD(max_devices), 64 },
	{ "channels", LIMIT, FIELD(max_channels), 64 },
	{ "cpu-events", LIMIT, FIELD(max_cpu_events), 4096 },
	{ "signals-per-second", RATE, FIELD(max_signals_per_second), UINT32_MAX },
	{ "messages-per-second", RATE, FIELD(max_messages_per_second), UINT32_MAX },
};

#define N_NUMBERS (sizeof(numbers) / sizeof(numbers[0]))

static uint32_t *field_of(struct guest_config *guest, const struct number *number)
{
	return (uint32_t *)((char *)&guest->params + number->field);
}

static const struct number *find_number(const char *key)
{
	for (size_t i = 0; i < N_NUMBERS; i++)
		if (strcmp(key, numbers[i].key) == 0)
			return &numbers[i];
	return NULL;
}

static int set_number(struct guest_config *guest, const struct number *number, const char *value,
	const struct place *place)
{
	uint32_t n;
	if (parse_number(value, &n))
		return complain(place, number->key, "no number of 0 to 4294967295: ", value);
	if (!n && number->kind == LIMIT)
		return complain(place, number->key, "a limit is 1 or more", "");
	*field_of(guest, number) = !n && number->kind == RATE ? UINT32_MAX : n;
	return 0;
}

const char *config_key_of(const char *field, size_t size)
{
	for (size_t i = 0; i < N_NUMBERS; i++)
		if (strlen(numbers[i].field_name) == size &&
			strncmp(numbers[i].field_name, field, size) == 0)
			return numbers[i].key;
	return NULL;
}

struct xf_host_guest_limits guest_config_limits(const struct guest_config *guest)
{
	const struct xf_host_guest_params *p = &guest->params;
	return (struct xf_host_guest_limits){ sizeof(struct xf_host_guest_limits), p->max_queue,
		p->max_processes, p->max_events, p->max_devices, p->max_channels, p->max_cpu_events,
		p->max_signals_per_second, p->max_messages_per_second };
}

/* ---- sections ---- */

static int set_guest(
	struct guest_config *guest, const char *key, const char *value, const struct place *place)
{
	const struct {
		const char *key;
		char **field;
	} texts[] = { { "address", &guest->address }, { "domain", &guest->domain },
		{ "local", &guest->local }, { "qmp", &guest->qmp },
		{ "qmp-port", &guest->qmp_port } };
	const struct number *number = find_number(key);
	if (number)
		return set_number(guest, number, value, place);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(key, texts[i].key) == 0)
			return set_text(texts[i].field, value);
	if (strcmp(key, "transport") == 0)
		return set_transport(guest, value) ? complain(place, key,
							     "none of unix, virtio-serial, vsock, "
							     "hybrid, hybrid-dial, ivshmem: ",
							     value)
						   : 0;
	if (strcmp(key, "user") == 0)
		return set_user(guest, value) ? complain(place, key, "no such user: ", value) : 0;
	return complain(place, "", "unknown key for a guest: ", key);
}

static int set_service(
	struct config *config, const char *key, const char *value, const struct place *place)
{
	if (strcmp(key, "miniport") == 0)
		return set_text(&config->miniport, value);
	if (strcmp(key, "control") == 0)
		return set_text(&config->control, value);
	if (strcmp(key, "sandbox") == 0) {
		config->no_sandbox = strcmp(value, "no") == 0;
		return config->no_sandbox || strcmp(value, "yes") == 0
			       ? 0
			       : complain(place, key, "neither yes nor no: ", value);
	}
	if (strcmp(key, "log-level") == 0)
		return report_parse_level(value, &config->log_level)
			       ? complain(
					 place, key, "none of error, warning, info, debug: ", value)
			       : 0;
	return complain(place, "", "unknown key for the service: ", key);
}

int guest_config_create(const char *name, struct guest_config **ret_guest)
{
	struct guest_config *guest = calloc(1, sizeof(*guest));
	if (!guest)
		return -ENOMEM;
	guest->params.size = sizeof(guest->params);
	/* One that is too long is cut to what is too long as well. */
	snprintf(guest->name, sizeof(guest->name), "%s", name);
	for (size_t i = 0; i < N_NUMBERS; i++)
		*field_of(guest, &numbers[i]) = numbers[i].otherwise;
	*ret_guest = guest;
	return 0;
}

void guest_config_free(struct guest_config *guest)
{
	if (!guest)
		return;
	free(guest->address);
	free(guest->domain);
	free(guest->local);
	free(guest->qmp);
	free(guest->qmp_port);
	free(guest);
}

static int begin_section(
	struct config *config, char *title, int *ret_in_guest, const struct place *place)
{
	size_t n = strlen(title);
	if (n < 2 || title[n - 1] != ']')
		return complain(place, "", "a section ends with ]: ", title);
	title[n - 1] = 0;
	char *name = trim(title + 1);
	config->has_sections = true;
	*ret_in_guest = strcmp(name, "service") != 0;
	if (!*ret_in_guest)
		return 0;
	if (strncmp(name, "guest ", 6) || strlen(trim(name + 6)) > 63 || !*trim(name + 6))
		return complain(place, "", "sections are [service] and [guest NAME]: ", name);
	for (unsigned i = 0; i < config->n_guests; i++)
		if (strcmp(config->guests[i]->name, trim(name + 6)) == 0)
			return complain(place, "", "a second section of guest: ", trim(name + 6));
	struct guest_config **guests =
		realloc(config->guests, (config->n_guests + 1) * sizeof(guests[0]));
	if (!guests)
		return -ENOMEM;
	config->guests = guests;
	int r = guest_config_create(trim(name + 6), &guests[config->n_guests]);
	if (!r)
		guests[config->n_guests++]->line = place->line;
	return r;
}

/* Parts "key = value". */
static int split(char *text, char **ret_key, char **ret_value, const struct place *place)
{
	char *equals = strchr(text, '=');
	if (!equals)
		return complain(place, "", "neither section nor key = value: ", text);
	*equals = 0;
	*ret_key = trim(text);
	*ret_value = trim(equals + 1);
	return 0;
}

static int take_line(struct config *config, char *text, int *in_guest, const struct place *place)
{
	char *key, *value;
	text[strcspn(text, "#")] = 0;
	text = trim(text);
	if (!*text)
		return 0;
	if (*text == '[')
		return begin_section(config, text, in_guest, place);
	int r = split(text, &key, &value, place);
	if (r)
		return r;
	if (*in_guest < 0)
		return complain(place, "", "a key before the first section: ", key);
	if (*in_guest)
		return set_guest(config->guests[config->n_guests - 1], key, value, place);
	return set_service(config, key, value, place);
}

/* Is it, though of no number, a key of a guest? */
static bool is_other_key(const char *key)
{
	static const char *const keys[] = { "transport", "user", "address", "domain", "local",
		"qmp", "qmp-port" };
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(key, keys[i]) == 0)
			return true;
	return false;
}

int guest_config_take(
	struct guest_config *guest, const char *line, bool limits_only, struct mistake *ret_mistake)
{
	struct place place = { .guest = guest->name, .mistake = ret_mistake };
	char text[1024], *key, *value;
	snprintf(text, sizeof(text), "%s", line);
	int r = split(text, &key, &value, &place);
	if (r)
		return r;
	const struct number *number = find_number(key);
	if (limits_only && (number ? number->kind == FIXED : is_other_key(key)))
		return complain(&place, "", "cannot be changed while the guest runs: ", key);
	return set_guest(guest, key, value, &place);
}

/* Not one that lets its readers wait, or seems empty, as a folder does. */
static int open_file(const char *path, FILE **ret_file)
{
	struct stat stat;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	int r = fd < 0 || fstat(fd, &stat) < 0 ? -errno : 0;
	if (!r && !S_ISREG(stat.st_mode) && !S_ISCHR(stat.st_mode))
		r = -ENOTSUP;
	*ret_file = r ? NULL : fdopen(fd, "r");
	if (!r && !*ret_file)
		r = -errno;
	if (r && fd >= 0)
		close(fd);
	return r;
}

/* 1, 0 at the end, negative. All of a line, or it would be taken for two. */
static int read_line(FILE *file, char *line, size_t size, struct place *place)
{
	size_t n = 0;
	int c;
	while ((c = getc(file)) != EOF && c != '\n') {
		if (!c || n + 1 == size) {
			place->line++;
			return complain(place, "",
				c ? "a line is too long: at most 1023 bytes"
				  : "a line has a zero byte: this is no text",
				"");
		}
		line[n++] = (char)c;
	}
	if (ferror(file))
		return complain(place, "", "cannot be read: ", strerror(errno));
	line[n] = 0;
	place->line++;
	return n || c != EOF;
}

int config_read(const char *path, struct config *ret_config, struct mistake *ret_mistake)
{
	struct place place = { .path = path, .mistake = ret_mistake };
	char line[1024];
	int in_guest = -1;
	FILE *file;
	int r = open_file(path, &file);
	if (r) {
		snprintf(ret_mistake->text, sizeof(ret_mistake->text), "%s: %s", path,
			r == -ENOTSUP ? "this is no file" : strerror(-r));
		return r;
	}
	snprintf(
		ret_mistake->text, sizeof(ret_mistake->text), "%s: %s", path, xf_strerror(-ENOMEM));
	while (!r && (r = read_line(file, line, sizeof(line), &place)) > 0)
		r = take_line(ret_config, line, &in_guest, &place);
	fclose(file);
	return r;
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

bool guest_config_same(const struct guest_config *a, const struct guest_config *b)
{
	const struct xf_host_guest_params *p = &a->params, *q = &b->params;
	return p->transport == q->transport && same_text(a->address, b->address) &&
	       p->port == q->port && p->cid == q->cid && p->uid_plus_1 == q->uid_plus_1 &&
	       p->region_bytes == q->region_bytes && same_text(a->domain, b->domain) &&
	       same_text(a->local, b->local);
}

bool guest_config_same_qmp(const struct guest_config *a, const struct guest_config *b)
{
	return same_text(a->qmp, b->qmp) && same_text(a->qmp_port, b->qmp_port);
}

void config_finish(struct config *config)
{
	for (unsigned i = 0; i < config->n_guests; i++)
		guest_config_free(config->guests[i]);
	free(config->guests);
	free(config->miniport);
	free(config->control);
	*config = (struct config){ 0 };
}
