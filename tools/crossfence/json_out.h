/* SPDX-License-Identifier: MIT */
/*
 * What --json prints. One shape for a thing wherever it appears; 64-bit numbers are exact integers,
 * ids are strings as the command line takes them, what is not there is null.
 */
#ifndef CROSSFENCE_TOOL_JSON_OUT_H
#define CROSSFENCE_TOOL_JSON_OUT_H

#include <json.h>

#include "snapshot.h"

/* All return an object that the caller owns, or adds to another, or prints. */
struct json_object *json_domain(const char *name, const struct snapshot *snapshot);
struct json_object *json_members(const struct snapshot *snapshot);
struct json_object *json_object_info(const struct xf_object_info *object);
struct json_object *json_objects(const struct snapshot *snapshot);

/* NULL (json null) or { "pid", "name" }. */
struct json_object *json_process(int32_t pid, const char *name);

void json_add_string(struct json_object *to, const char *key, const char *value);
void json_add_u64(struct json_object *to, const char *key, uint64_t value);
/* Its "dtype", "shape", "strides_bytes" and "offset_bytes". */
void json_add_tensor(struct json_object *to, const struct xf_tensor *tensor);
void json_add_bool(struct json_object *to, const char *key, int value);

/* Prints on stdout, indented when `pretty`, else on one line; frees it. Returns an exit status. */
int json_print(struct json_object *object, int pretty);

#endif
