/* SPDX-License-Identifier: MIT */
/*
 * The wire format between a guest and the host service: docs/wire-format.md in C.
 *
 * Pure functions: bytes in, checked numbers out. Nothing here reads a descriptor, allocates or
 * keeps state beyond struct xfw_peer, so that the fuzz targets reach every branch.
 */
#ifndef XFW_WIRE_H
#define XFW_WIRE_H

#include <stddef.h>
#include <stdint.h>

#define XFW_VERSION	  1
#define XFW_HEAD_BYTES	  40
#define XFW_PAYLOAD_MAX	  4096
#define XFW_MAX_BYTES	  (XFW_HEAD_BYTES + XFW_PAYLOAD_MAX)
#define XFW_NAME_MAX	  64
#define XFW_NONCE_BYTES	  16
#define XFW_HELLO_BYTES	  32
#define XFW_WELCOME_BYTES 48
#define XFW_MAGIC	  UINT64_C(0x0100657269776678) /* bytes "xfwire", 0, 1 */

enum xfw_type {
	XFW_HELLO = 1, /* guest: body is struct xfw_hello */
	XFW_WELCOME = 2, /* host: body is struct xfw_welcome */
	XFW_CLOSE = 3, /* host: object is a reason, the channel ends */
	XFW_PROCESS_CREATE = 4, /* guest: object pid, payload name; answered */
	XFW_PROCESS_DESTROY = 5, /* guest: not answered */
	XFW_DEVICE_CREATE = 6, /* guest: object device; answered */
	XFW_DEVICE_DESTROY = 7, /* guest: object device; answered */
	XFW_EVENT_CREATE = 8, /* guest: object event; not answered */
	XFW_EVENT_CLOSE = 9, /* guest: object event; not answered */
	XFW_CPU_EVENT_CREATE = 10, /* guest: object event, payload device; answered */
	XFW_CPU_EVENT_DESTROY = 11, /* guest: object event; answered */
	XFW_ESCAPE = 12, /* guest: object device or 0, payload data; answered */
	XFW_DONE = 13, /* host: tag of the request, object results, payload data */
	XFW_SIGNAL = 14, /* host: object event */
	XFW_SURFACE_OPEN = 15, /* guest: object surface; answered with its description */
	XFW_SURFACE_CLOSE = 16, /* guest: object surface; not answered */
	XFW_SURFACE_ACQUIRE = 17, /* guest: object surface, payload key; answered when it is so */
	XFW_SURFACE_RELEASE = 18, /* guest: object surface, payload key and fence; answered */
	XFW_SURFACE_CANCEL = 19, /* guest: object surface; its acquire is answered at once */
	XFW_SURFACE_NOTIFY = 20, /* guest: object surface; not answered */
	XFW_CHECK = 21, /* host: object is the sequence it expects next of the guest */
	XFW_LIMITS =
		22, /* host: body is struct xfw_welcome, without nonce: what holds from now on */
	XFW_TYPES = 23,
};

/* Flags of SIGNAL. */
#define XFW_LAST_USE (1u << 0)
/* Flags of EVENT_CREATE and CPU_EVENT_CREATE. */
#define XFW_MANUAL_RESET (1u << 0)
/* Flags of ESCAPE: the known escape that declares the use of a CPU event. */
#define XFW_KNOWN_ESCAPE (1u << 0)

/* Why a host closes a channel; the object of CLOSE. */
enum xfw_reason {
	XFW_REASON_PROTOCOL = 1, /* a message was malformed or out of turn */
	XFW_REASON_VERSION = 2, /* no version in common; the tag is the host's version */
	XFW_REASON_QUOTA = 3, /* too many channels, or a limit of WELCOME was ignored */
	XFW_REASON_GOING = 4, /* the service ends or the guest was removed */
	XFW_REASON_STALE = 5, /* whatever session the guest has, the host has none of it */
	XFW_REASON_REFUSED = 6, /* the driver, or the host itself, refused the guest */
};

enum xfw_from { XFW_FROM_GUEST, XFW_FROM_HOST };

/* The fixed part of every message, in host byte order. */
struct xfw_msg {
	uint16_t type;
	uint16_t flags;
	uint32_t payload_bytes;
	uint64_t session;
	uint32_t process;
	uint32_t tag;
	uint64_t object;
	uint64_t sequence;
};

struct xfw_hello {
	uint16_t version_min, version_max;
	uint8_t nonce[XFW_NONCE_BYTES];
};

struct xfw_welcome {
	uint8_t nonce[XFW_NONCE_BYTES];
	uint16_t version;
	uint32_t queue, processes, events, devices;
};

#define XFW_SURFACE_BYTES 32

/* Answer to SURFACE_OPEN: where in the shared region, and what it is. */
struct xfw_surface {
	uint64_t offset_bytes, size_bytes;
	uint32_t width_px, height_px, fourcc, stride_bytes;
};

#define XFW_LOAN_BYTES 24

/* It goes on with this when the mutex lies in the region too: struct xf_keyed_mutex_loan. */
struct xfw_loan {
	uint64_t slot_offset_bytes, buckets_offset_bytes;
	uint32_t index, owner;
};

/* What one side expects of the other: its session and the next sequence number. */
struct xfw_peer {
	uint64_t session;
	uint64_t sequence;
};

/* Writes XFW_HEAD_BYTES. */
void xfw_encode(const struct xfw_msg *msg, uint8_t *bytes);

/* Hands an encoded message on in another conversation, where it lies. */
void xfw_readdress(uint8_t *bytes, uint64_t session, uint32_t process, uint64_t sequence);

/*
 * Reads and checks one message from the first `size` bytes. 0: *ret_msg is filled and the whole
 * message, payload included, is there. XFW_MORE: more bytes are needed; never more than
 * XFW_MAX_BYTES. -EPROTO: malformed, *ret_why says how (static string). *ret_msg is only to be
 * looked at after 0.
 */
#define XFW_MORE 1
int xfw_decode(const uint8_t *bytes, size_t size, enum xfw_from from, struct xfw_msg *ret_msg,
	const char **ret_why);

/* Checks session and sequence and steps the sequence on. -EPROTO and *ret_why, as above. */
int xfw_follow(struct xfw_peer *peer, const struct xfw_msg *msg, const char **ret_why);

void xfw_put_hello(const struct xfw_hello *hello, uint8_t *payload);
int xfw_get_hello(const uint8_t *payload, struct xfw_hello *ret_hello);
void xfw_put_welcome(const struct xfw_welcome *welcome, uint8_t *payload);
int xfw_get_welcome(const uint8_t *payload, struct xfw_welcome *ret_welcome);

void xfw_put_surface(const struct xfw_surface *surface, uint8_t *payload);
void xfw_get_surface(const uint8_t *payload, struct xfw_surface *ret_surface);
void xfw_put_loan(const struct xfw_loan *loan, uint8_t *payload);
void xfw_get_loan(const uint8_t *payload, struct xfw_loan *ret_loan);

/* Two 32-bit results in the object of DONE: ours (0 or -errno) and the driver's own status. */
uint64_t xfw_pack_results(int32_t result, uint32_t status);
void xfw_unpack_results(uint64_t object, int32_t *ret_result, uint32_t *ret_status);

uint64_t xfw_get64(const uint8_t *bytes);
void xfw_put64(uint8_t *bytes, uint64_t value);

const char *xfw_type_name(uint16_t type);

#endif
