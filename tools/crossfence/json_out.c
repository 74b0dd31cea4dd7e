/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include <crossfence/format.h>
#include <crossfence/surface.h>

#include "complain.h"
#include "describe.h"
#include "exit_status.h"
#include "json_out.h"

void json_add_string(struct json_object *to, const char *key, const char *value)
{
	json_object_object_add(to, key, json_object_new_string(value));
}

void json_add_u64(struct json_object *to, const char *key, uint64_t value)
{
	json_object_object_add(to, key, json_object_new_uint64(value));
}

void json_add_bool(struct json_object *to, const char *key, int value)
{
	json_object_object_add(to, key, json_object_new_boolean(value));
}

struct json_object *json_process(int32_t pid, const char *name)
{
	if (!pid)
		return NULL;
	struct json_object *process = json_object_new_object();
	json_object_object_add(process, "pid", json_object_new_int(pid));
	json_add_string(process, "name", name);
	return process;
}

struct json_object *json_domain(const char *name, const struct snapshot *s)
{
	struct json_object *domain = json_object_new_object();
	const struct xf_member_info *server = snapshot_member(s, s->domain.server_pid);
	json_add_string(domain, "name", name);
	json_object_object_add(
		domain, "server", json_process(s->domain.server_pid, server ? server->name : ""));
	json_add_u64(domain, "n_members", s->domain.members);
	json_add_u64(domain, "n_objects", s->domain.objects);
	json_add_u64(domain, "max_objects", s->domain.max_objects);
	json_add_u64(domain, "payload_bytes", s->domain.payload_bytes);
	json_add_u64(domain, "deaths", s->domain.deaths);
	return domain;
}

struct json_object *json_members(const struct snapshot *s)
{
	struct json_object *members = json_object_new_array();
	for (size_t i = 0; i < s->n_members; i++) {
		const struct xf_member_info *m = &s->members[i];
		struct json_object *member = json_process(m->pid, m->name);
		if (!member)
			continue;
		json_add_u64(member, "slot", m->slot);
		json_add_bool(member, "dead", m->dead);
		json_add_bool(member, "serves_name", m->pid == s->domain.server_pid && !m->dead);
		json_object_array_add(members, member);
	}
	return members;
}

static void add_ownership(struct json_object *to, const struct xf_object_info *o)
{
	json_add_string(to, "state", o->abandoned ? "abandoned" : o->owner_pid ? "held" : "free");
	json_object_object_add(to, "owner", json_process(o->owner_pid, o->owner_name));
	json_add_u64(to, "key", o->key);
	json_add_u64(to, "fence", o->fence);
	json_add_u64(to, "sequence", o->sequence);
	json_add_u64(to, "waiters", o->waiters);
}

static struct json_object *json_array_of(const uint64_t *values, uint32_t count)
{
	struct json_object *array = json_object_new_array();
	for (uint32_t i = 0; i < count && i < XF_TENSOR_DIMS_MAX; i++)
		json_object_array_add(array, json_object_new_uint64(values[i]));
	return array;
}

void json_add_tensor(struct json_object *to, const struct xf_tensor *tensor)
{
	const char *dtype = xf_dtype_name(tensor->dtype);
	uint64_t strides[XF_TENSOR_DIMS_MAX];
	memcpy(strides, tensor->strides_bytes, sizeof(strides));
	json_object_object_add(to, "dtype", dtype ? json_object_new_string(dtype) : NULL);
	json_object_object_add(to, "shape", json_array_of(tensor->dims, tensor->n_dims));
	json_object_object_add(to, "strides_bytes", json_array_of(strides, tensor->n_dims));
	json_add_u64(to, "offset_bytes", tensor->offset_bytes);
}

static void add_picture(struct json_object *to, const struct xf_object_info *o)
{
	char fourcc[TEXT_SIZE];
	uint64_t bytes = describe_surface_bytes(o);
	json_add_u64(to, "width_px", o->width_px);
	json_add_u64(to, "height_px", o->height_px);
	json_add_string(to, "fourcc", text_fourcc(fourcc, o->fourcc));
	if (o->fourcc == XF_FORMAT_TENSOR)
		json_add_tensor(to, &o->tensor);
	json_object_object_add(to, "size_bytes", bytes ? json_object_new_uint64(bytes) : NULL);
}

/* "device" is the device's UUID. */
static void add_memory(struct json_object *to, const struct xf_object_info *o)
{
	char uuid[2 * sizeof(o->device_uuid) + 1];
	bool device = o->memory != XF_MEMORY_HOST;
	for (size_t i = 0; i < sizeof(o->device_uuid); i++)
		snprintf(&uuid[2 * i], 3, "%02x", o->device_uuid[i]);
	json_add_string(to, "memory",
		o->memory == XF_MEMORY_CUDA ? "cuda"
		: device		    ? "vulkan"
					    : "host");
	json_object_object_add(to, "device", device ? json_object_new_string(uuid) : NULL);
	json_object_object_add(to, "memory_bytes",
		o->memory_bytes ? json_object_new_uint64(o->memory_bytes) : NULL);
}

static void add_surface(struct json_object *to, const struct xf_object_info *o)
{
	char id[TEXT_SIZE];
	add_picture(to, o);
	add_memory(to, o);
	json_object_object_add(
		to, "pool", o->part_of ? json_object_new_string(text_id(id, o->part_of)) : NULL);
	json_object_object_add(to, "index", o->part_of ? json_object_new_uint64(o->index) : NULL);
	json_add_u64(to, "holders", o->holders);
	json_object_object_add(
		to, "mutex", o->mutex ? json_object_new_string(text_id(id, o->mutex)) : NULL);
	if (o->mutex)
		add_ownership(to, o);
}

/* What a stream's producer waits for, and for whom, or would. */
static void add_wait(struct json_object *to, const struct xf_object_info *o)
{
	const char *what = o->waits_for == XF_STREAM_WAITS_FOR_FRAMES	 ? "frames"
			   : o->waits_for == XF_STREAM_WAITS_FOR_READERS ? "readers"
									 : NULL;
	struct json_object *slowest = json_process(o->slowest_pid, o->slowest_name);
	json_object_object_add(to, "waits_for", what ? json_object_new_string(what) : NULL);
	if (slowest) {
		json_add_u64(slowest, "behind", o->slowest_behind);
		json_add_u64(slowest, "holds", o->slowest_holds);
	}
	json_object_object_add(to, "slowest", slowest);
}

struct json_object *json_object_info(const struct xf_object_info *o)
{
	struct json_object *object = json_object_new_object();
	char id[TEXT_SIZE];
	json_add_string(object, "id", text_id(id, o->id));
	json_add_string(object, "type", text_type_key(o->type));
	json_add_string(object, "label", o->label);
	json_add_u64(object, "opened_by", o->opened_by);
	switch (o->type) {
	case XF_EVENT:
		json_add_bool(object, "signalled", o->signalled);
		json_add_u64(object, "waiters", o->waiters);
		break;
	case XF_TIMELINE:
		json_add_string(object, "state", o->abandoned ? "abandoned" : "live");
		json_add_u64(object, "value", o->counter);
		json_add_u64(object, "waiters", o->waiters);
		break;
	case XF_KEYED_MUTEX:
		add_ownership(object, o);
		break;
	case XF_SURFACE:
		add_surface(object, o);
		break;
	case XF_POOL:
		json_add_u64(object, "surfaces", o->count);
		json_object_object_add(object, "stream",
			o->part_of ? json_object_new_string(text_id(id, o->part_of)) : NULL);
		add_picture(object, o);
		json_add_u64(object, "reclaimed", o->reclaimed);
		json_add_u64(object, "waiters", o->waiters);
		break;
	case XF_SYNC:
		json_add_string(object, "state",
			o->abandoned ? "abandoned"
			: o->ready   ? "ready"
				     : "not_ready");
		json_add_u64(object, "use", o->use);
		json_add_u64(object, "pending_release", o->holders);
		json_add_u64(object, "waiters", o->waiters);
		break;
	case XF_STREAM:
		add_picture(object, o);
		json_add_u64(object, "newest", o->newest);
		json_add_bool(object, "ended", o->ended);
		json_add_u64(object, "producer_pid", (uint64_t)(uint32_t)o->owner_pid);
		json_add_string(object, "producer_name", o->owner_name);
		json_add_u64(object, "every", o->every);
		json_add_u64(object, "latest", o->latest);
		json_add_u64(object, "lost", o->lost);
		add_wait(object, o);
		json_add_u64(object, "waiters", o->waiters);
		break;
	default:
		break;
	}
	return object;
}

struct json_object *json_objects(const struct snapshot *s)
{
	struct json_object *objects = json_object_new_array();
	for (size_t i = 0; i < s->n_objects; i++)
		json_object_array_add(objects, json_object_info(&s->objects[i]));
	return objects;
}

int json_print(struct json_object *object, int pretty)
{
	int style = JSON_C_TO_STRING_NOSLASHESCAPE |
		    (pretty ? JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED : 0);
	puts(json_object_to_json_string_ext(object, style));
	json_object_put(object);
	return finish_output(EXIT_DONE);
}
