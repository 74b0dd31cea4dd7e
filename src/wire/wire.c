/* SPDX-License-Identifier: MIT */
/*
 * One table says for every message who may send it, which flags and payload lengths it may have
 * and which fields must or must not be zero. A message that passes needs no further shape check.
 */
#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "wire/wire.h"

enum { MUST = 1, MUST_NOT = 2 }; /* be non-zero; 0: either */

struct rule {
	const char *name;
	uint8_t from;
	uint8_t session, process, tag, object;
	uint16_t flags; /* bits allowed */
	uint16_t payload_min, payload_max;
};

static const struct rule rules[XFW_TYPES] = {
	[XFW_HELLO] = { "hello", XFW_FROM_GUEST, MUST_NOT, MUST_NOT, MUST_NOT, MUST_NOT, 0,
		XFW_HELLO_BYTES, XFW_HELLO_BYTES },
	[XFW_WELCOME] = { "welcome", XFW_FROM_HOST, MUST, MUST_NOT, MUST_NOT, MUST_NOT, 0,
		XFW_WELCOME_BYTES, XFW_WELCOME_BYTES },
	[XFW_CLOSE] = { "close", XFW_FROM_HOST, 0, MUST_NOT, 0, MUST, 0, 0, 0 },
	[XFW_PROCESS_CREATE] = { "process-create", XFW_FROM_GUEST, MUST, MUST, MUST, 0, 0, 0,
		XFW_NAME_MAX },
	[XFW_PROCESS_DESTROY] = { "process-destroy", XFW_FROM_GUEST, MUST, MUST, MUST_NOT, MUST_NOT,
		0, 0, 0 },
	[XFW_DEVICE_CREATE] = { "device-create", XFW_FROM_GUEST, MUST, MUST, MUST, MUST, 0, 0, 0 },
	[XFW_DEVICE_DESTROY] = { "device-destroy", XFW_FROM_GUEST, MUST, MUST, MUST, MUST, 0, 0,
		0 },
	[XFW_EVENT_CREATE] = { "event-create", XFW_FROM_GUEST, MUST, MUST, MUST_NOT, MUST,
		XFW_MANUAL_RESET, 0, 0 },
	[XFW_EVENT_CLOSE] = { "event-close", XFW_FROM_GUEST, MUST, MUST, MUST_NOT, MUST, 0, 0, 0 },
	[XFW_CPU_EVENT_CREATE] = { "cpu-event-create", XFW_FROM_GUEST, MUST, MUST, MUST, MUST,
		XFW_MANUAL_RESET, 8, 8 },
	[XFW_CPU_EVENT_DESTROY] = { "cpu-event-destroy", XFW_FROM_GUEST, MUST, MUST, MUST, MUST, 0,
		0, 0 },
	[XFW_ESCAPE] = { "escape", XFW_FROM_GUEST, MUST, MUST, 0, 0, XFW_KNOWN_ESCAPE, 1,
		XFW_PAYLOAD_MAX },
	[XFW_DONE] = { "done", XFW_FROM_HOST, MUST, MUST, MUST, 0, 0, 0, XFW_PAYLOAD_MAX },
	[XFW_SIGNAL] = { "signal", XFW_FROM_HOST, MUST, MUST, MUST_NOT, MUST, XFW_LAST_USE, 0, 0 },
	[XFW_SURFACE_OPEN] = { "surface-open", XFW_FROM_GUEST, MUST, MUST, MUST, MUST, 0, 0, 0 },
	[XFW_SURFACE_CLOSE] = { "surface-close", XFW_FROM_GUEST, MUST, MUST, MUST_NOT, MUST, 0, 0,
		0 },
	[XFW_SURFACE_ACQUIRE] = { "surface-acquire", XFW_FROM_GUEST, MUST, MUST, MUST, MUST, 0, 8,
		8 },
	[XFW_SURFACE_RELEASE] = { "surface-release", XFW_FROM_GUEST, MUST, MUST, MUST, MUST, 0, 16,
		16 },
	[XFW_SURFACE_CANCEL] = { "surface-cancel", XFW_FROM_GUEST, MUST, MUST, MUST_NOT, MUST, 0, 0,
		0 },
	[XFW_CHECK] = { "check", XFW_FROM_HOST, MUST, MUST_NOT, MUST_NOT, MUST, 0, 0, 0 },
	[XFW_LIMITS] = { "limits", XFW_FROM_HOST, MUST, MUST_NOT, MUST_NOT, MUST_NOT, 0,
		XFW_WELCOME_BYTES, XFW_WELCOME_BYTES },
	[XFW_SURFACE_NOTIFY] = { "surface-notify", XFW_FROM_GUEST, MUST, MUST, MUST_NOT, MUST, 0, 0,
		0 },
};

/* Through memcpy, which compilers make one instruction of; of a loop over eight bytes they do not.
 */
static uint16_t get16(const uint8_t *bytes)
{
	uint16_t value;
	memcpy(&value, bytes, sizeof(value));
	return le16toh(value);
}

static uint32_t get32(const uint8_t *bytes)
{
	uint32_t value;
	memcpy(&value, bytes, sizeof(value));
	return le32toh(value);
}

static void put16(uint8_t *bytes, uint16_t value)
{
	value = htole16(value);
	memcpy(bytes, &value, sizeof(value));
}

static void put32(uint8_t *bytes, uint32_t value)
{
	value = htole32(value);
	memcpy(bytes, &value, sizeof(value));
}

uint64_t xfw_get64(const uint8_t *bytes)
{
	uint64_t value;
	memcpy(&value, bytes, sizeof(value));
	return le64toh(value);
}

void xfw_put64(uint8_t *bytes, uint64_t value)
{
	value = htole64(value);
	memcpy(bytes, &value, sizeof(value));
}

void xfw_encode(const struct xfw_msg *msg, uint8_t *bytes)
{
	put16(bytes + 0, msg->type);
	put16(bytes + 2, msg->flags);
	put32(bytes + 4, msg->payload_bytes);
	xfw_put64(bytes + 8, msg->session);
	put32(bytes + 16, msg->process);
	put32(bytes + 20, msg->tag);
	xfw_put64(bytes + 24, msg->object);
	xfw_put64(bytes + 32, msg->sequence);
}

/* A field's need that it does not meet; 0: none. */
static unsigned unmet(unsigned need, uint64_t value)
{
	return need & (value ? MUST_NOT : MUST);
}

static const char *judge_field(const struct xfw_msg *msg, const struct rule *rule)
{
	if (unmet(rule->session, msg->session))
		return "bad session field";
	if (unmet(rule->process, msg->process))
		return "bad process field";
	if (unmet(rule->tag, msg->tag))
		return "bad tag field";
	return "bad object field";
}

static const char *judge(const struct xfw_msg *msg, enum xfw_from from)
{
	if (msg->type == 0 || msg->type >= XFW_TYPES)
		return "unknown message type";
	const struct rule *rule = &rules[msg->type];
	if (rule->from != from)
		return "message sent by the wrong side";
	if (msg->payload_bytes < rule->payload_min)
		return "payload too short";
	if (msg->payload_bytes > rule->payload_max)
		return "payload too long";
	if (msg->flags & ~rule->flags)
		return "unknown flags";
	/* All at once: they nearly always are good, and this is done for each signal. */
	if (unmet(rule->session, msg->session) | unmet(rule->process, msg->process) |
		unmet(rule->tag, msg->tag) | unmet(rule->object, msg->object))
		return judge_field(msg, rule);
	return NULL;
}

int xfw_decode(const uint8_t *bytes, size_t size, enum xfw_from from, struct xfw_msg *ret_msg,
	const char **ret_why)
{
	if (size < XFW_HEAD_BYTES)
		return XFW_MORE;
	ret_msg->type = get16(bytes + 0);
	ret_msg->flags = get16(bytes + 2);
	ret_msg->payload_bytes = get32(bytes + 4);
	ret_msg->session = xfw_get64(bytes + 8);
	ret_msg->process = get32(bytes + 16);
	ret_msg->tag = get32(bytes + 20);
	ret_msg->object = xfw_get64(bytes + 24);
	ret_msg->sequence = xfw_get64(bytes + 32);
	const char *why = judge(ret_msg, from);
	if (why) {
		*ret_why = why;
		return -EPROTO;
	}
	/* judge() has bounded payload_bytes: the sum cannot wrap. */
	return size < XFW_HEAD_BYTES + ret_msg->payload_bytes ? XFW_MORE : 0;
}

void xfw_readdress(uint8_t *bytes, uint64_t session, uint32_t process, uint64_t sequence)
{
	xfw_put64(bytes + 8, session);
	put32(bytes + 16, process);
	xfw_put64(bytes + 32, sequence);
}

int xfw_follow(struct xfw_peer *peer, const struct xfw_msg *msg, const char **ret_why)
{
	if (msg->session != peer->session) {
		*ret_why = "wrong session";
		return -EPROTO;
	}
	if (msg->sequence != peer->sequence) {
		*ret_why = "sequence broken (replayed, lost or interleaved)";
		return -EPROTO;
	}
	peer->sequence++;
	return 0;
}

void xfw_put_hello(const struct xfw_hello *hello, uint8_t *payload)
{
	xfw_put64(payload + 0, XFW_MAGIC);
	put16(payload + 8, hello->version_min);
	put16(payload + 10, hello->version_max);
	put32(payload + 12, 0);
	memcpy(payload + 16, hello->nonce, XFW_NONCE_BYTES);
}

int xfw_get_hello(const uint8_t *payload, struct xfw_hello *ret_hello)
{
	if (xfw_get64(payload) != XFW_MAGIC || get32(payload + 12) != 0)
		return -EPROTO;
	ret_hello->version_min = get16(payload + 8);
	ret_hello->version_max = get16(payload + 10);
	memcpy(ret_hello->nonce, payload + 16, XFW_NONCE_BYTES);
	return 0;
}

void xfw_put_welcome(const struct xfw_welcome *welcome, uint8_t *payload)
{
	xfw_put64(payload + 0, XFW_MAGIC);
	memcpy(payload + 8, welcome->nonce, XFW_NONCE_BYTES);
	put16(payload + 24, welcome->version);
	put16(payload + 26, 0);
	put32(payload + 28, welcome->queue);
	put32(payload + 32, welcome->processes);
	put32(payload + 36, welcome->events);
	put32(payload + 40, welcome->devices);
	put32(payload + 44, XFW_PAYLOAD_MAX);
}

int xfw_get_welcome(const uint8_t *payload, struct xfw_welcome *ret_welcome)
{
	if (xfw_get64(payload) != XFW_MAGIC || get16(payload + 26) != 0)
		return -EPROTO;
	if (get32(payload + 44) != XFW_PAYLOAD_MAX)
		return -EPROTO;
	memcpy(ret_welcome->nonce, payload + 8, XFW_NONCE_BYTES);
	ret_welcome->version = get16(payload + 24);
	ret_welcome->queue = get32(payload + 28);
	ret_welcome->processes = get32(payload + 32);
	ret_welcome->events = get32(payload + 36);
	ret_welcome->devices = get32(payload + 40);
	return 0;
}

void xfw_put_surface(const struct xfw_surface *surface, uint8_t *payload)
{
	xfw_put64(payload + 0, surface->offset_bytes);
	xfw_put64(payload + 8, surface->size_bytes);
	put32(payload + 16, surface->width_px);
	put32(payload + 20, surface->height_px);
	put32(payload + 24, surface->fourcc);
	put32(payload + 28, surface->stride_bytes);
}

void xfw_get_surface(const uint8_t *payload, struct xfw_surface *ret_surface)
{
	ret_surface->offset_bytes = xfw_get64(payload + 0);
	ret_surface->size_bytes = xfw_get64(payload + 8);
	ret_surface->width_px = get32(payload + 16);
	ret_surface->height_px = get32(payload + 20);
	ret_surface->fourcc = get32(payload + 24);
	ret_surface->stride_bytes = get32(payload + 28);
}

void xfw_put_loan(const struct xfw_loan *loan, uint8_t *payload)
{
	xfw_put64(payload + 0, loan->slot_offset_bytes);
	xfw_put64(payload + 8, loan->buckets_offset_bytes);
	put32(payload + 16, loan->index);
	put32(payload + 20, loan->owner);
}

void xfw_get_loan(const uint8_t *payload, struct xfw_loan *ret_loan)
{
	ret_loan->slot_offset_bytes = xfw_get64(payload + 0);
	ret_loan->buckets_offset_bytes = xfw_get64(payload + 8);
	ret_loan->index = get32(payload + 16);
	ret_loan->owner = get32(payload + 20);
}

uint64_t xfw_pack_results(int32_t result, uint32_t status)
{
	return (uint64_t)status << 32 | (uint32_t)result;
}

void xfw_unpack_results(uint64_t object, int32_t *ret_result, uint32_t *ret_status)
{
	*ret_result = (int32_t)(uint32_t)object;
	*ret_status = (uint32_t)(object >> 32);
}

const char *xfw_type_name(uint16_t type)
{
	if (type == 0 || type >= XFW_TYPES)
		return "unknown";
	return rules[type].name;
}
