/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <crossfence/crossfence.h>

#include "exit_status.h"
#include "complain.h"
#include "find_stream.h"
#include "target.h"
#include "text.h"

struct streams {
	unsigned n;
	xf_id id; /* of the first one */
	char labels[160];
	bool told; /* that it is not there yet */
};

static int look(const struct xf_object_info *info, void *arg)
{
	struct streams *s = arg;
	size_t used = strlen(s->labels);
	if (info->type != XF_STREAM)
		return 0;
	if (s->n++ == 0)
		s->id = info->id;
	snprintf(s->labels + used, sizeof(s->labels) - used, "%s%s", used ? ", " : "", info->label);
	return 0;
}

/* Once, before waiting for it. */
static void note_wait(struct streams *s, const char *name, const char *label)
{
	if (!s->told)
		complain(0, "'%s' has no stream%s%s yet; waiting", name, label ? " called " : "",
			label ? label : "");
	s->told = true;
}

/* Waits for the next object with a label. XF_TIMEOUT. */
static int wait_for_objects(struct xf_timeline *changes, uint64_t seen, int64_t deadline_ns,
	struct streams *s, const char *name)
{
	if (deadline_ns <= xf_now())
		return XF_TIMEOUT;
	note_wait(s, name, NULL);
	return xf_timeline_wait(changes, seen + 1, deadline_ns);
}

/* 0; XF_TIMEOUT; -ENOTUNIQ: several, named in `found`. */
static int open_only_one(struct xf_domain *domain, const char *name, int64_t deadline_ns,
	struct streams *found, struct xf_stream **ret_stream)
{
	struct xf_timeline *changes;
	int r = xf_domain_changes(domain, XF_CHANGE_OBJECTS, &changes);
	while (!r) {
		uint64_t seen;
		*found = (struct streams){ .told = found->told };
		r = xf_timeline_value(changes, &seen); /* before looking */
		if (!r)
			r = xf_inspect_objects(domain, look, found);
		if (!r && found->n > 1)
			r = -ENOTUNIQ;
		if (r)
			break;
		r = found->n ? xf_stream_open_id(domain, found->id, ret_stream) : -ESTALE;
		if (r != -ESTALE) /* gone since we looked */
			break;
		r = wait_for_objects(changes, seen, deadline_ns, found, name);
	}
	xf_timeline_close(changes);
	return r;
}

static int open_called(struct xf_domain *domain, const char *name, const char *label,
	int64_t deadline_ns, struct xf_stream **ret_stream)
{
	struct streams none = { 0 };
	int r = xf_stream_open(domain, label, 0, ret_stream);
	if (r != XF_TIMEOUT || deadline_ns <= xf_now())
		return r;
	note_wait(&none, name, label);
	return xf_stream_open(domain, label, deadline_ns, ret_stream);
}

static int open_domain(const char *name, int64_t deadline_ns, struct xf_domain **ret_domain)
{
	int r = xf_domain_open(name, 0, 0, ret_domain);
	if (r == -ENOENT && deadline_ns > xf_now()) {
		complain(0, "nobody serves '%s' yet; waiting", name);
		r = xf_domain_open(name, 0, deadline_ns, ret_domain);
		if (r == -ENOENT)
			return complain(EXIT_TIMED_OUT, "nobody serves the name '%s'", name);
	}
	return r ? target_complain(name, r) : EXIT_DONE;
}

int find_stream(const char *name, const char *label, int64_t deadline_ns,
	struct xf_domain **ret_domain, struct xf_stream **ret_stream)
{
	struct streams found = { 0 };
	int status = open_domain(name, deadline_ns, ret_domain);
	if (status)
		return status;
	int r = label ? open_called(*ret_domain, name, label, deadline_ns, ret_stream)
		      : open_only_one(*ret_domain, name, deadline_ns, &found, ret_stream);
	if (!r)
		return EXIT_DONE;
	if (r == -ENOTUNIQ)
		status = complain(EXIT_FAILED, "'%s' has %u streams; name one: %s", name, found.n,
			found.labels);
	else if (r == XF_TIMEOUT)
		status = complain(deadline_ns ? EXIT_TIMED_OUT : EXIT_NOT_FOUND,
			"'%s' has no stream%s%s; 'crossfence show %s' lists what there is", name,
			label ? " called " : "", label ? label : "", name);
	else
		status = complain(
			EXIT_FAILED, "cannot open a stream of '%s': %s", name, xf_last_message(r));
	xf_domain_leave(*ret_domain);
	*ret_domain = NULL;
	return status;
}
