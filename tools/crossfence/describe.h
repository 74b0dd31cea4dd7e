/* SPDX-License-Identifier: MIT */
/* An object's state in words for people, and as JSON for machines. */
#ifndef CROSSFENCE_TOOL_DESCRIBE_H
#define CROSSFENCE_TOOL_DESCRIBE_H

#include <json.h>

#include "snapshot.h"
#include "text.h"

#define DESCRIBE_SIZE 256

/* "held by 1234 (producer)", "at 12", "4 x 1920x1080 AB24": both return `buffer`. */
char *describe_state(char buffer[DESCRIBE_SIZE], const struct snapshot *snapshot,
	const struct xf_object_info *object);

/* The label, or the id of an object that has none. */
char *describe_name(char buffer[DESCRIBE_SIZE], const struct xf_object_info *object);

/* Bytes of one surface with tightly packed rows; 0 when the format is not known. */
uint64_t describe_surface_bytes(const struct xf_object_info *object);

#endif
