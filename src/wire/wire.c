/* SPDX-License-Identifier: MIT */
/*
 * One table says for every message who may send it, which flags and payload lengths it may have
 * and which fields must or must not be zero. A message that passes needs no further shape check.
 */
#include <errno.h>
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

static const struct rule rules[XFI_WIRE_TYPES] = {
	[XFI_WIRE_HELLO] = { "hello", XFI_WIRE_FROM_GUEST, MUST_NOT, MUST_NOT, MUST_NOT, MUST_NOT,
		0, XFI_WIRE_HELLO_BYTES, XFI_WIRE_HELLO_BYTES },
	[XFI_WIRE_WELCOME] = { "welcome", XFI_WIRE_FROM_HOST, MUST, MUST_NOT, MUST_NOT, MUST_NOT, 0,
		XFI_WIRE_WELCOME_BYTES, XFI_WIRE_WELCOME_BYTES },
	[XFI_WIRE_CLOSE] = { "close", XFI_WIRE_FROM_HOST, 0, MUST_NOT, 0, MUST, 0, 0, 0 },
	[XFI_WIRE_PROCESS_CREATE] = { "process-create", XFI_WIRE_FROM_GUEST, MUST, MUST, MUST, 0, 0,
		0, XFI_WIRE_NAME_MAX },
	[XFI_WIRE_PROCESS_DESTROY] = { "process-destroy", XFI_WIRE_FROM_GUEST, MUST, MUST, MUST_NOT,
		MUST_NOT, 0, 0, 0 },
	[XFI_WIRE_DEVICE_CREATE] = { "device-create", XFI_WIRE_FROM_GUEST, MUST, MUST, MUST, MUST,
		0, 0, 0 },
	[XFI_WIRE_DEVICE_DESTROY] = { "device-destroy", XFI_WIRE_FROM_GUEST, MUST, MUST, MUST, MUST,
		0, 0, 0 },
	[XFI_WIRE_EVENT_CREATE] = { "event-create", XFI_WIRE_FROM_GUEST, MUST, MUST, MUST_NOT, MUST,
		XFI_WIRE_MANUAL_RESET, 0, 0 },
	[XFI_WIRE_EVENT_CLOSE] = { "event-close", XFI_WIRE_FROM_GUEST, MUST, MUST, MUST_NOT, MUST,
		0, 0, 0 },
	[XFI_WIRE_CPU_EVENT_CREATE] = { "cpu-event-create", XFI_WIRE_FROM_GUEST, MUST, MUST, MUST,
		MUST, XFI_WIRE_MANUAL_RESET, 8, 8 },
	[XFI_WIRE_CPU_EVENT_DESTROY] = { "cpu-event-destroy", XFI_WIRE_FROM_GUEST, MUST, MUST, MUST,
		MUST, 0, 0, 0 },
	[XFI_WIRE_ESCAPE] = { "escape", XFI_WIRE_FROM_GUEST, MUST, MUST, 0, 0,
		XFI_WIRE_KNOWN_ESCAPE, 1, XFI_WIRE_PAYLOAD_MAX },
	[XFI_WIRE_DONE] = { "done", XFI_WIRE_FROM_HOST, MUST, MUST, MUST, 0, 0, 0,
		XFI_WIRE_PAYLOAD_MAX },
	[XFI_WIRE_SIGNAL] = { "signal", XFI_WIRE_FROM_HOST, MUST, MUST, MUST_NOT, MUST,
		XFI_WIRE_LAST_USE, 0, 0 },
	[XFI_WIRE_SURFACE_OPEN] = { "surface-open", XFI_WIRE_FROM_GUEST, MUST, MUST, MUST, MUST, 0,
		0, 0 },
	[XFI_WIRE_SURFACE_CLOSE] = { "surface-close", XFI_WIRE_FROM_GUEST, MUST, MUST, MUST_NOT,
		MUST, 0, 0, 0 },
	[XFI_WIRE_SURFACE_ACQUIRE] = { "surface-acquire", XFI_WIRE_FROM_GUEST, MUST, MUST, MUST,
		MUST, 0, 8, 8 },
	[XFI_WIRE_SURFACE_RELEASE] = { "surface-release", XFI_WIRE_FROM_GUEST, MUST, MUST, MUST,
		MUST, 0, 16, 16 },
	[XFI_WIRE_SURFACE_CANCEL] = { "surface-cancel", XFI_WIRE_FROM_GUEST, MUST, MUST, MUST_NOT,
		MUST, 0, 0, 0 },
	[XFI_WIRE_SURFACE_NOTIFY] = { "surface-notify", XFI_WIRE_FROM_GUEST, MUST, MUST, MUST_NOT,
		MUST, 0, 0, 0 },
};

static uint64_t get(const uint8_t *bytes, unsigned n)
{
	uint64_t value = 0;
	while (n--)
		value = value << 8 | bytes[n];
	return value;
}

static void put(uint8_t *bytes, unsigned n, uint64_t value)
{
	for (unsigned i = 0; i < n; i++, value >>= 8)
		bytes[i] = (uint8_t)value;
}

uint64_t xfi_wire_get64(const uint8_t *bytes)
{
	return get(bytes, 8);
}

void xfi_wire_put64(uint8_t *bytes, uint64_t value)
{
	put(bytes, 8, value);
}

void xfi_wire_encode(const struct xfi_wire_msg *msg, uint8_t *bytes)
{
	put(bytes + 0, 2, msg->type);
	put(bytes + 2, 2, msg->flags);
	put(bytes + 4, 4, msg->payload_bytes);
	put(bytes + 8, 8, msg->session);
	put(bytes + 16, 4, msg->process);
	put(bytes + 20, 4, msg->tag);
	put(bytes + 24, 8, msg->object);
	put(bytes + 32, 8, msg->sequence);
}

static int fits(unsigned need, uint64_t value)
{
	return need == 0 || (need == MUST) == (value != 0);
}

static const char *judge(const struct xfi_wire_msg *msg, enum xfi_wire_from from)
{
	if (msg->type == 0 || msg->type >= XFI_WIRE_TYPES)
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
	if (!fits(rule->session, msg->session))
		return "bad session field";
	if (!fits(rule->process, msg->process))
		return "bad process field";
	if (!fits(rule->tag, msg->tag))
		return "bad tag field";
	if (!fits(rule->object, msg->object))
		return "bad object field";
	return NULL;
}

int xfi_wire_decode(const uint8_t *bytes, size_t size, enum xfi_wire_from from,
	struct xfi_wire_msg *ret_msg, const char **ret_why)
{
	if (size < XFI_WIRE_HEAD_BYTES)
		return XFI_WIRE_MORE;
	struct xfi_wire_msg msg = {
		.type = (uint16_t)get(bytes + 0, 2),
		.flags = (uint16_t)get(bytes + 2, 2),
		.payload_bytes = (uint32_t)get(bytes + 4, 4),
		.session = get(bytes + 8, 8),
		.process = (uint32_t)get(bytes + 16, 4),
		.tag = (uint32_t)get(bytes + 20, 4),
		.object = get(bytes + 24, 8),
		.sequence = get(bytes + 32, 8),
	};
	const char *why = judge(&msg, from);
	if (why) {
		*ret_why = why;
		return -EPROTO;
	}
	/* judge() has bounded payload_bytes: the sum cannot wrap. */
	if (size < XFI_WIRE_HEAD_BYTES + msg.payload_bytes)
		return XFI_WIRE_MORE;
	*ret_msg = msg;
	return 0;
}

int xfi_wire_follow(
	struct xfi_wire_peer *peer, const struct xfi_wire_msg *msg, const char **ret_why)
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

void xfi_wire_put_hello(const struct xfi_wire_hello *hello, uint8_t *payload)
{
	put(payload + 0, 8, XFI_WIRE_MAGIC);
	put(payload + 8, 2, hello->version_min);
	put(payload + 10, 2, hello->version_max);
	put(payload + 12, 4, 0);
	memcpy(payload + 16, hello->nonce, XFI_WIRE_NONCE_BYTES);
}

int xfi_wire_get_hello(const uint8_t *payload, struct xfi_wire_hello *ret_hello)
{
	if (get(payload, 8) != XFI_WIRE_MAGIC || get(payload + 12, 4) != 0)
		return -EPROTO;
	ret_hello->version_min = (uint16_t)get(payload + 8, 2);
	ret_hello->version_max = (uint16_t)get(payload + 10, 2);
	memcpy(ret_hello->nonce, payload + 16, XFI_WIRE_NONCE_BYTES);
	return 0;
}

void xfi_wire_put_welcome(const struct xfi_wire_welcome *welcome, uint8_t *payload)
{
	put(payload + 0, 8, XFI_WIRE_MAGIC);
	memcpy(payload + 8, welcome->nonce, XFI_WIRE_NONCE_BYTES);
	put(payload + 24, 2, welcome->version);
	put(payload + 26, 2, 0);
	put(payload + 28, 4, welcome->queue);
	put(payload + 32, 4, welcome->processes);
	put(payload + 36, 4, welcome->events);
	put(payload + 40, 4, welcome->devices);
	put(payload + 44, 4, XFI_WIRE_PAYLOAD_MAX);
}

int xfi_wire_get_welcome(const uint8_t *payload, struct xfi_wire_welcome *ret_welcome)
{
	if (get(payload, 8) != XFI_WIRE_MAGIC || get(payload + 26, 2) != 0)
		return -EPROTO;
	if (get(payload + 44, 4) != XFI_WIRE_PAYLOAD_MAX)
		return -EPROTO;
	memcpy(ret_welcome->nonce, payload + 8, XFI_WIRE_NONCE_BYTES);
	ret_welcome->version = (uint16_t)get(payload + 24, 2);
	ret_welcome->queue = (uint32_t)get(payload + 28, 4);
	ret_welcome->processes = (uint32_t)get(payload + 32, 4);
	ret_welcome->events = (uint32_t)get(payload + 36, 4);
	ret_welcome->devices = (uint32_t)get(payload + 40, 4);
	return 0;
}

void xfi_wire_put_surface(const struct xfi_wire_surface *surface, uint8_t *payload)
{
	put(payload + 0, 8, surface->offset_bytes);
	put(payload + 8, 8, surface->size_bytes);
	put(payload + 16, 4, surface->width_px);
	put(payload + 20, 4, surface->height_px);
	put(payload + 24, 4, surface->fourcc);
	put(payload + 28, 4, surface->stride_bytes);
}

void xfi_wire_get_surface(const uint8_t *payload, struct xfi_wire_surface *ret_surface)
{
	ret_surface->offset_bytes = get(payload + 0, 8);
	ret_surface->size_bytes = get(payload + 8, 8);
	ret_surface->width_px = (uint32_t)get(payload + 16, 4);
	ret_surface->height_px = (uint32_t)get(payload + 20, 4);
	ret_surface->fourcc = (uint32_t)get(payload + 24, 4);
	ret_surface->stride_bytes = (uint32_t)get(payload + 28, 4);
}

void xfi_wire_put_loan(const struct xfi_wire_loan *loan, uint8_t *payload)
{
	put(payload + 0, 8, loan->slot_offset_bytes);
	put(payload + 8, 8, loan->buckets_offset_bytes);
	put(payload + 16, 4, loan->index);
	put(payload + 20, 4, loan->owner);
}

void xfi_wire_get_loan(const uint8_t *payload, struct xfi_wire_loan *ret_loan)
{
	ret_loan->slot_offset_bytes = get(payload + 0, 8);
	ret_loan->buckets_offset_bytes = get(payload + 8, 8);
	ret_loan->index = (uint32_t)get(payload + 16, 4);
	ret_loan->owner = (uint32_t)get(payload + 20, 4);
}

uint64_t xfi_wire_pack_results(int32_t result, uint32_t status)
{
	return (uint64_t)status << 32 | (uint32_t)result;
}

void xfi_wire_unpack_results(uint64_t object, int32_t *ret_result, uint32_t *ret_status)
{
	*ret_result = (int32_t)(uint32_t)object;
	*ret_status = (uint32_t)(object >> 32);
}

const char *xfi_wire_type_name(uint16_t type)
{
	if (type == 0 || type >= XFI_WIRE_TYPES)
		return "unknown";
	return rules[type].name;
}
