/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <crossfence/surface.h>

#include "describe.h"

uint64_t describe_surface_bytes(const struct xf_object_info *o)
{
	struct xf_surface_desc desc = { .size = sizeof(desc),
		.width_px = o->width_px,
		.height_px = o->height_px,
		.fourcc = o->fourcc };
	uint64_t bytes = 0;
	return xf_surface_layout(&desc, &bytes) ? 0 : bytes;
}

char *describe_name(char buffer[DESCRIBE_SIZE], const struct xf_object_info *o)
{
	char id[TEXT_SIZE];
	snprintf(buffer, DESCRIBE_SIZE, "%s", *o->label ? o->label : text_id(id, o->id));
	return buffer;
}

/* Ownership of a keyed mutex, its own or a surface's. */
static void describe_owner(char buffer[DESCRIBE_SIZE], const struct xf_object_info *o)
{
	if (o->abandoned)
		snprintf(buffer, DESCRIBE_SIZE, "abandoned; its last key was %" PRIu64, o->key);
	else if (o->owner_pid)
		snprintf(buffer, DESCRIBE_SIZE, "held by %d (%s), acquired with key %" PRIu64,
			o->owner_pid, o->owner_name, o->key);
	else
		snprintf(buffer, DESCRIBE_SIZE, "free, key %" PRIu64, o->key);
}

/* 1920x1080 AB24 (7.9 MiB) */
static void describe_picture(char buffer[DESCRIBE_SIZE], const struct xf_object_info *o)
{
	char bytes[TEXT_SIZE], fourcc[TEXT_SIZE];
	uint64_t size = describe_surface_bytes(o);
	snprintf(buffer, DESCRIBE_SIZE, "%ux%u %s%s%s%s", o->width_px, o->height_px,
		text_fourcc(fourcc, o->fourcc), size ? " (" : "",
		size ? text_bytes(bytes, size) : "", size ? ")" : "");
}

static void describe_surface(
	char buffer[DESCRIBE_SIZE], const struct snapshot *s, const struct xf_object_info *o)
{
	char picture[DESCRIBE_SIZE], owner[DESCRIBE_SIZE] = "", name[DESCRIBE_SIZE];
	const struct xf_object_info *pool = o->part_of ? snapshot_object(s, o->part_of) : NULL;
	describe_picture(picture, o);
	if (o->abandoned || o->owner_pid || o->sequence)
		describe_owner(owner, o);
	snprintf(buffer, DESCRIBE_SIZE, "%.60s%s%.40s%s%.80s", picture, pool ? ", in pool " : "",
		pool ? describe_name(name, pool) : "", *owner ? ", " : "", owner);
	if (pool) {
		size_t used = strlen(buffer);
		snprintf(buffer + used, DESCRIBE_SIZE - used, ", %s%u%s",
			o->holders ? "in use by " : "", o->holders, o->holders ? "" : " users");
	}
}

char *describe_state(
	char buffer[DESCRIBE_SIZE], const struct snapshot *s, const struct xf_object_info *o)
{
	char picture[DESCRIBE_SIZE];
	switch (o->type) {
	case XF_EVENT:
		snprintf(buffer, DESCRIBE_SIZE, "%s", o->value ? "signalled" : "not signalled");
		break;
	case XF_TIMELINE:
		snprintf(buffer, DESCRIBE_SIZE, "%s %" PRIu64, o->abandoned ? "abandoned at" : "at",
			o->value);
		break;
	case XF_KEYED_MUTEX:
		describe_owner(buffer, o);
		break;
	case XF_SURFACE:
		describe_surface(buffer, s, o);
		break;
	case XF_POOL:
		describe_picture(picture, o);
		snprintf(buffer, DESCRIBE_SIZE, "%u x %.80s, %" PRIu64 " taken back after deaths",
			o->count, picture, o->value);
		break;
	default:
		*buffer = 0;
	}
	return buffer;
}
