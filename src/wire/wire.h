/* SPDX-License-Identifier: MIT */
/*
 * The wire format between a guest and the host service: docs/wire-format.md in C.
 *
 * Pure functions: bytes in, checked numbers out. Nothing here reads a descriptor, allocates or
 * keeps state beyond struct xfi_wire_peer, so that the fuzz targets reach every branch.
 */
#ifndef XFI_WIRE_WIRE_H
#define XFI_WIRE_WIRE_H

#include <stddef.h>
#include <stdint.h>

#define XFI_WIRE_VERSION       1
#define XFI_WIRE_HEAD_BYTES    40
#define XFI_WIRE_PAYLOAD_MAX   4096
#define XFI_WIRE_MAX_BYTES     (XFI_WIRE_HEAD_BYTES + XFI_WIRE_PAYLOAD_MAX)
#define XFI_WIRE_NAME_MAX      64
#define XFI_WIRE_NONCE_BYTES   16
#define XFI_WIRE_HELLO_BYTES   32
#define XFI_WIRE_WELCOME_BYTES 48
#define XFI_WIRE_MAGIC	       UINT64_C(0x0100657269776678) /* bytes "xfwire", 0, 1 */

enum xfi_wire_type {
	XFI_WIRE_HELLO = 1, /* guest: body is struct xfi_wire_hello */
	XFI_WIRE_WELCOME = 2, /* host: body is struct xfi_wire_welcome */
	XFI_WIRE_CLOSE = 3, /* host: object is a reason, the channel ends */
	XFI_WIRE_PROCESS_CREATE = 4, /* guest: object pid, payload name; answered */
	XFI_WIRE_PROCESS_DESTROY = 5, /* guest: not answered */
	XFI_WIRE_DEVICE_CREATE = 6, /* guest: object device; answered */
	XFI_WIRE_DEVICE_DESTROY = 7, /* guest: object device; answered */
	XFI_WIRE_EVENT_CREATE = 8, /* guest: object event; not answered */
	XFI_WIRE_EVENT_CLOSE = 9, /* guest: object event; not answered */
	XFI_WIRE_CPU_EVENT_CREATE = 10, /* guest: object event, payload device; answered */
	XFI_WIRE_CPU_EVENT_DESTROY = 11, /* guest: object event; answered */
	XFI_WIRE_ESCAPE = 12, /* guest: object device or 0, payload data; answered */
	XFI_WIRE_DONE = 13, /* host: tag of the request, object results, payload data */
	XFI_WIRE_SIGNAL = 14, /* host: object event */
	XFI_WIRE_SURFACE_OPEN = 15, /* guest: object surface; answered with its description */
	XFI_WIRE_SURFACE_CLOSE = 16, /* guest: object surface; not answered */
	XFI_WIRE_SURFACE_ACQUIRE =
		17, /* guest: object surface, payload key; answered when it is so */
	XFI_WIRE_SURFACE_RELEASE = 18, /* guest: object surface, payload key and fence; answered */
	XFI_WIRE_SURFACE_CANCEL = 19, /* guest: object surface; its acquire is answered at once */
	XFI_WIRE_SURFACE_NOTIFY = 20, /* guest: object surface; not answered */
	XFI_WIRE_TYPES = 21,
};

/* Flags of SIGNAL. */
#define XFI_WIRE_LAST_USE (1u << 0)
/* Flags of EVENT_CREATE and CPU_EVENT_CREATE. */
#define XFI_WIRE_MANUAL_RESET (1u << 0)
/* Flags of ESCAPE: the known escape that declares the use of a CPU event. */
#define XFI_WIRE_KNOWN_ESCAPE (1u << 0)

/* Why a host closes a channel; the object of CLOSE. */
enum xfi_wire_reason {
	XFI_WIRE_REASON_PROTOCOL = 1, /* a message was malformed or out of turn */
	XFI_WIRE_REASON_VERSION = 2, /* no version in common; the tag is the host's version */
	XFI_WIRE_REASON_QUOTA = 3, /* too many channels, or a limit of WELCOME was ignored */
	XFI_WIRE_REASON_GOING = 4, /* the service ends or the guest was removed */
};

enum xfi_wire_from { XFI_WIRE_FROM_GUEST, XFI_WIRE_FROM_HOST };

/* The fixed part of every message, in host byte order. */
struct xfi_wire_msg {
	uint16_t type;
	uint16_t flags;
	uint32_t payload_bytes;
	uint64_t session;
	uint32_t process;
	uint32_t tag;
	uint64_t object;
	uint64_t sequence;
};

struct xfi_wire_hello {
	uint16_t version_min, version_max;
	uint8_t nonce[XFI_WIRE_NONCE_BYTES];
};

struct xfi_wire_welcome {
	uint8_t nonce[XFI_WIRE_NONCE_BYTES];
	uint16_t version;
	uint32_t queue, processes, events, devices;
};

#define XFI_WIRE_SURFACE_BYTES 32

/* Answer to SURFACE_OPEN: where in the shared region, and what it is. */
struct xfi_wire_surface {
	uint64_t offset_bytes, size_bytes;
	uint32_t width_px, height_px, fourcc, stride_bytes;
};

#define XFI_WIRE_LOAN_BYTES 24

/* It goes on with this when the mutex lies in the region too: struct xf_keyed_mutex_loan. */
struct xfi_wire_loan {
	uint64_t slot_offset_bytes, buckets_offset_bytes;
	uint32_t index, owner;
};

/* What one side expects of the other: its session and the next sequence number. */
struct xfi_wire_peer {
	uint64_t session;
	uint64_t sequence;
};

/* Writes XFI_WIRE_HEAD_BYTES. */
void xfi_wire_encode(const struct xfi_wire_msg *msg, uint8_t *bytes);

/*
 * Reads and checks one message from the first `size` bytes. 0: *ret_msg is filled and the whole
 * message, payload included, is there. XFI_WIRE_MORE: more bytes are needed; never more than
 * XFI_WIRE_MAX_BYTES. -EPROTO: malformed, *ret_why says how (static string).
 */
#define XFI_WIRE_MORE 1
int xfi_wire_decode(const uint8_t *bytes, size_t size, enum xfi_wire_from from,
	struct xfi_wire_msg *ret_msg, const char **ret_why);

/* Checks session and sequence and steps the sequence on. -EPROTO and *ret_why, as above. */
int xfi_wire_follow(
	struct xfi_wire_peer *peer, const struct xfi_wire_msg *msg, const char **ret_why);

void xfi_wire_put_hello(const struct xfi_wire_hello *hello, uint8_t *payload);
int xfi_wire_get_hello(const uint8_t *payload, struct xfi_wire_hello *ret_hello);
void xfi_wire_put_welcome(const struct xfi_wire_welcome *welcome, uint8_t *payload);
int xfi_wire_get_welcome(const uint8_t *payload, struct xfi_wire_welcome *ret_welcome);

void xfi_wire_put_surface(const struct xfi_wire_surface *surface, uint8_t *payload);
void xfi_wire_get_surface(const uint8_t *payload, struct xfi_wire_surface *ret_surface);
void xfi_wire_put_loan(const struct xfi_wire_loan *loan, uint8_t *payload);
void xfi_wire_get_loan(const uint8_t *payload, struct xfi_wire_loan *ret_loan);

/* Two 32-bit results in the object of DONE: ours (0 or -errno) and the driver's own status. */
uint64_t xfi_wire_pack_results(int32_t result, uint32_t status);
void xfi_wire_unpack_results(uint64_t object, int32_t *ret_result, uint32_t *ret_status);

uint64_t xfi_wire_get64(const uint8_t *bytes);
void xfi_wire_put64(uint8_t *bytes, uint64_t value);

const char *xfi_wire_type_name(uint16_t type);

#endif
