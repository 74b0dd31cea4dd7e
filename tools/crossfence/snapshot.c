/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "snapshot.h"
#include "text.h"

struct list {
	char *items;
	size_t n, room, item_bytes;
};

static int append(struct list *list, const void *item)
{
	if (list->n == list->room) {
		size_t room = list->room ? 2 * list->room : 64;
		char *items = realloc(list->items, room * list->item_bytes);
		if (!items)
			return -ENOMEM;
		list->items = items;
		list->room = room;
	}
	memcpy(list->items + list->n++ * list->item_bytes, item, list->item_bytes);
	return 0;
}

static int add_member(const struct xf_member_info *info, void *arg)
{
	struct xf_member_info clean = *info;
	text_clean(clean.name);
	return append(arg, &clean);
}

static int add_object(const struct xf_object_info *info, void *arg)
{
	struct xf_object_info clean = *info;
	text_clean(clean.label);
	text_clean(clean.owner_name);
	text_clean(clean.slowest_name);
	return append(arg, &clean);
}

static int by_id(const void *a, const void *b)
{
	xf_id left = ((const struct xf_object_info *)a)->id;
	xf_id right = ((const struct xf_object_info *)b)->id;
	return (left > right) - (left < right);
}

static int by_number(const void *a, const void *b)
{
	xf_id left = *(const xf_id *)a, right = *(const xf_id *)b;
	return (left > right) - (left < right);
}

/*
 * What another object tells all about: the keyed mutex of a surface, and the surface in which a
 * stream keeps its records.
 */
static bool is_part(const struct snapshot *s, const struct xf_object_info *o)
{
	if (o->type == XF_SURFACE)
		return o->part_of >> 56 == XF_STREAM;
	return o->type == XF_KEYED_MUTEX &&
	       bsearch(&o->id, s->of_surfaces, s->n_of_surfaces, sizeof(o->id), by_number);
}

/* Streams have many surfaces, which would push them out of sight. */
static void choose_rows(struct snapshot *s, bool streams)
{
	for (size_t i = 0; i < s->n_objects; i++)
		if ((s->objects[i].type == XF_STREAM) == streams && !is_part(s, &s->objects[i]))
			s->rows[s->n_rows++] = i;
}

/*
 * What tables ask for at each row, looked up once: a domain may have a great many pools and
 * surfaces.
 */
static int note_relations(struct snapshot *s)
{
	s->used = calloc(s->n_objects + 1, sizeof(*s->used));
	s->of_surfaces = calloc(s->n_objects + 1, sizeof(*s->of_surfaces));
	s->rows = calloc(s->n_objects + 1, sizeof(*s->rows));
	if (!s->used || !s->of_surfaces || !s->rows)
		return -ENOMEM;
	for (size_t i = 0; i < s->n_objects; i++) {
		const struct xf_object_info *o = &s->objects[i];
		if (o->part_of && o->holders)
			s->used[s->n_used++] = o->part_of;
		if (o->mutex)
			s->of_surfaces[s->n_of_surfaces++] = o->mutex;
	}
	qsort(s->used, s->n_used, sizeof(*s->used), by_number);
	qsort(s->of_surfaces, s->n_of_surfaces, sizeof(*s->of_surfaces), by_number);
	choose_rows(s, true);
	choose_rows(s, false);
	return 0;
}

uint32_t snapshot_used_of(const struct snapshot *s, xf_id pool)
{
	uint32_t n = 0;
	xf_id *found = bsearch(&pool, s->used, s->n_used, sizeof(pool), by_number);
	if (!found)
		return 0;
	while (found > s->used && found[-1] == pool)
		found--;
	while (found + n < s->used + s->n_used && found[n] == pool)
		n++;
	return n;
}

int snapshot_take(struct xf_domain *domain, struct snapshot *s)
{
	struct list members = { .item_bytes = sizeof(struct xf_member_info) };
	struct list objects = { .item_bytes = sizeof(struct xf_object_info) };
	memset(s, 0, sizeof(*s));
	s->domain.size = sizeof(s->domain);
	int r = xf_inspect_domain(domain, &s->domain);
	if (!r)
		r = xf_inspect_members(domain, add_member, &members);
	if (!r)
		r = xf_inspect_objects(domain, add_object, &objects);
	s->members = (struct xf_member_info *)members.items;
	s->n_members = members.n;
	s->objects = (struct xf_object_info *)objects.items;
	s->n_objects = objects.n;
	text_clean(s->domain.name);
	if (s->objects)
		qsort(s->objects, s->n_objects, sizeof(*s->objects), by_id);
	if (!r)
		r = note_relations(s);
	if (r)
		snapshot_finish(s);
	return r;
}

void snapshot_finish(struct snapshot *s)
{
	free(s->members);
	free(s->objects);
	free(s->used);
	free(s->of_surfaces);
	free(s->rows);
	memset(s, 0, sizeof(*s));
}

const struct xf_object_info *snapshot_object(const struct snapshot *s, xf_id id)
{
	struct xf_object_info key = { .id = id };
	return s->objects ? bsearch(&key, s->objects, s->n_objects, sizeof(key), by_id) : NULL;
}

const struct xf_member_info *snapshot_member(const struct snapshot *s, int32_t pid)
{
	for (size_t i = 0; i < s->n_members; i++)
		if (s->members[i].pid == pid)
			return &s->members[i];
	return NULL;
}
