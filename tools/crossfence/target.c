/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "complain.h"
#include "exit_status.h"
#include "target.h"
#include "text.h"

int target_complain(const char *name, int result)
{
	const char *folder = getenv("XDG_RUNTIME_DIR");
	switch (result) {
	case -EINVAL:
		return complain_usage(
			"'%s' cannot be a name: 1 to %d of A-Z a-z 0-9 . _ -", name, XF_NAME_MAX);
	case -ENOENT:
		if (folder && *folder && access(folder, F_OK))
			return complain(EXIT_NOT_FOUND,
				"there is no folder '%s', which XDG_RUNTIME_DIR names", folder);
		return complain(EXIT_NOT_FOUND,
			"nobody serves the name '%s'; is its process running, as this user and "
			"with "
			"this XDG_RUNTIME_DIR? 'crossfence list' names what is there",
			name);
	case -EACCES:
		return complain(EXIT_FAILED,
			"the runtime folder (XDG_RUNTIME_DIR) belongs to another user, or lets "
			"others in; run this command as its user");
	case -ETIMEDOUT:
		return complain(EXIT_FAILED,
			"the process that serves '%s' did not answer within a second; it may be "
			"stopped (SIGSTOP, debugger)",
			name);
	default:
		return complain(EXIT_FAILED, "cannot open '%s': %s", name, xf_last_message(result));
	}
}

int target_open(const char *name, uint32_t flags, struct xf_domain **ret_domain)
{
	int r = xf_domain_open(name, flags, 0, ret_domain);
	return r ? target_complain(name, r) : EXIT_DONE;
}

struct search {
	const char *label; /* NULL: by id, or the surface `index` of pool `id` */
	xf_id id;
	bool in_pool;
	xf_id stream; /* whose pool is looked for */
	uint32_t index;
	uint32_t types;
	unsigned n_right, n_wrong; /* of the label: among `types`, and others */
	struct xf_object_info right, wrong; /* the first of each */
	char ids[160]; /* of the first few right ones, for the complaint */
};

static bool matches(const struct search *s, const struct xf_object_info *info)
{
	if (s->label)
		return strcmp(info->label, s->label) == 0;
	if (s->in_pool)
		return info->type == XF_SURFACE && info->part_of == s->id &&
		       info->index == s->index;
	return info->id == s->id;
}

static int look(const struct xf_object_info *info, void *arg)
{
	struct search *s = arg;
	char id[TEXT_SIZE];
	if (!matches(s, info))
		return 0;
	if (!(s->types & (1u << info->type))) {
		if (s->n_wrong++ == 0)
			s->wrong = *info;
		return 0;
	}
	if (s->n_right++ == 0)
		s->right = *info;
	size_t used = strlen(s->ids);
	if (s->n_right <= 4)
		snprintf(s->ids + used, sizeof(s->ids) - used, "%s%s (%s)", used ? ", " : "",
			text_id(id, info->id), text_type(info->type));
	return 0;
}

static int note_newest_pool(const struct xf_object_info *info, void *arg)
{
	struct search *s = arg;
	bool newer = !s->id || (int32_t)((uint32_t)info->id - (uint32_t)s->id) > 0;
	if (info->type == XF_POOL && info->part_of == s->stream && newer)
		s->id = info->id;
	return 0;
}

/* The surfaces of a stream's newest format. */
static bool find_pool_of_stream(struct xf_domain *domain, const char *label, struct search *s)
{
	s->id = 0;
	return xf_domain_find(domain, XF_STREAM, label, &s->stream) == 0 &&
	       xf_inspect_objects(domain, note_newest_pool, s) == 0 && s->id;
}

/*
 * "frames[3]": surface 3 of the pool "frames", or of the stream. True when there is such a one.
 */
static bool parse_surface_of_pool(struct xf_domain *domain, const char *text, struct search *s)
{
	char pool[XF_LABEL_MAX + 1];
	int length = 0, end = 0;
	if (sscanf(text, "%*[^[]%n[%u]%n", &length, &s->index, &end) != 1 || !end || text[end] ||
		length > XF_LABEL_MAX)
		return false;
	snprintf(pool, sizeof(pool), "%.*s", length, text);
	s->in_pool = xf_domain_find(domain, XF_POOL, pool, &s->id) == 0 ||
		     find_pool_of_stream(domain, pool, s);
	return s->in_pool;
}

static int wrong_type(const struct search *s, const char *name, const char *text)
{
	char wanted[80] = "";
	for (unsigned type = XF_EVENT; type <= XF_STREAM; type++)
		if (s->types & (1u << type)) {
			size_t used = strlen(wanted);
			snprintf(wanted + used, sizeof(wanted) - used, "%s%s", used ? " or " : "",
				text_type((enum xf_type)type));
		}
	return complain(EXIT_FAILED, "'%s' in '%s' is a %s; this needs an %s", text, name,
		text_type(s->wrong.type), wanted);
}

static int not_unique(const struct search *s, const char *name, const char *text)
{
	return complain(EXIT_FAILED, "%u objects in '%s' are called '%s'; name one by its id: %s%s",
		s->n_right, name, text, s->ids, s->n_right > 4 ? ", ..." : "");
}

int target_find(struct xf_domain *domain, const char *name, const char *text, uint32_t types,
	struct xf_object_info *ret_info)
{
	struct search s = { .label = text, .types = types ? types : UINT32_MAX };
	if (!*text)
		return complain_usage("the object's label is empty; name it by its id");
	/* An id has its type on top, so that a label like 0x10 stays reachable. */
	if (strncmp(text, "0x", 2) == 0 && text_to_u64(text, &s.id) == 0 && s.id >> 56)
		s.label = NULL;
	/* The surface is meant, though what it carries goes by the same label. */
	else if (parse_surface_of_pool(domain, text, &s))
		s.label = NULL;
	int r = xf_inspect_objects(domain, look, &s);
	if (r)
		return complain(EXIT_FAILED, "cannot look into '%s': %s", name, xf_last_message(r));
	if (s.n_right > 1)
		return not_unique(&s, name, text);
	if (s.n_right == 1) {
		*ret_info = s.right;
		return EXIT_DONE;
	}
	if (s.n_wrong)
		return wrong_type(&s, name, text);
	if (!s.label && !s.in_pool)
		return complain(EXIT_NOT_FOUND, "%s in '%s': %s", text, name, xf_strerror(-ESTALE));
	return complain(EXIT_NOT_FOUND,
		"'%s' has no object called '%s'; 'crossfence show %s' lists them", name, text,
		name);
}
