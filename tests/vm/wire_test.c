/* SPDX-License-Identifier: MIT */
/* Does the decoder take what the table allows, and nothing else? Includes the source: it is pure.
 */
#include "vmtest.h"
#include "wire/wire.c"

static const char *why;

static int decode(const struct xfw_msg *msg, enum xfw_from from)
{
	static uint8_t bytes[XFW_MAX_BYTES];
	struct xfw_msg back;
	xfw_encode(msg, bytes);
	int r = xfw_decode(bytes, sizeof(bytes), from, &back, &why);
	if (!r)
		assert_memory_equal(&back, msg, sizeof(back));
	return r;
}

/* The plainest message of a type that is right. */
static struct xfw_msg plain(uint16_t type)
{
	const struct rule *rule = &rules[type];
	return (struct xfw_msg){ .type = type,
		.payload_bytes = rule->payload_min,
		.session = rule->session == MUST,
		.process = rule->process == MUST,
		.tag = rule->tag == MUST,
		.object = rule->object == MUST,
		.sequence = 5 };
}

static void every_type_goes_there_and_back(void **state)
{
	for (uint16_t type = 1; type < XFW_TYPES; type++) {
		struct xfw_msg msg = plain(type);
		assert_int_equal(decode(&msg, rules[type].from), 0);
		msg.flags = rules[type].flags;
		msg.payload_bytes = rules[type].payload_max;
		assert_int_equal(decode(&msg, rules[type].from), 0);
	}
}

static void every_deviation_is_refused(void **state)
{
	for (uint16_t type = 1; type < XFW_TYPES; type++) {
		const struct rule *rule = &rules[type];
		struct xfw_msg msg = plain(type);
		assert_int_equal(decode(&msg, !rule->from), -EPROTO);
		for (int bit = 0; bit < 16; bit++) {
			msg = plain(type);
			msg.flags = (uint16_t)(1u << bit);
			assert_int_equal(
				decode(&msg, rule->from), rule->flags & 1u << bit ? 0 : -EPROTO);
		}
		msg = plain(type);
		msg.payload_bytes = rule->payload_max + 1u;
		assert_int_equal(decode(&msg, rule->from), -EPROTO);
		msg.payload_bytes = UINT32_MAX;
		assert_int_equal(decode(&msg, rule->from), -EPROTO);
		msg.payload_bytes = rule->payload_min - 1u; /* wraps for 0 */
		assert_int_equal(decode(&msg, rule->from), -EPROTO);
	}
	struct xfw_msg msg = { .type = 0, .session = 1 };
	assert_int_equal(decode(&msg, XFW_FROM_GUEST), -EPROTO);
	msg.type = XFW_TYPES;
	assert_int_equal(decode(&msg, XFW_FROM_HOST), -EPROTO);
	msg.type = UINT16_MAX;
	assert_int_equal(decode(&msg, XFW_FROM_GUEST), -EPROTO);
}

static void fields_that_must_or_must_not_be_zero(void **state)
{
	for (uint16_t type = 1; type < XFW_TYPES; type++) {
		const struct rule *rule = &rules[type];
		struct xfw_msg msg = plain(type);
		msg.session = !msg.session;
		assert_int_equal(decode(&msg, rule->from), rule->session ? -EPROTO : 0);
		msg = plain(type);
		msg.process = !msg.process;
		assert_int_equal(decode(&msg, rule->from), rule->process ? -EPROTO : 0);
		msg = plain(type);
		msg.tag = !msg.tag;
		assert_int_equal(decode(&msg, rule->from), rule->tag ? -EPROTO : 0);
		msg = plain(type);
		msg.object = !msg.object;
		assert_int_equal(decode(&msg, rule->from), rule->object ? -EPROTO : 0);
	}
}

static void a_part_asks_for_more(void **state)
{
	uint8_t bytes[XFW_MAX_BYTES];
	struct xfw_msg back, msg = plain(XFW_ESCAPE);
	msg.payload_bytes = 100;
	xfw_encode(&msg, bytes);
	for (size_t n = 0; n < 140; n++)
		assert_int_equal(xfw_decode(bytes, n, XFW_FROM_GUEST, &back, &why), XFW_MORE);
	ok(xfw_decode(bytes, 140, XFW_FROM_GUEST, &back, &why));
}

static void bytes_are_where_the_document_says(void **state)
{
	static const uint8_t expected[XFW_HEAD_BYTES] = { 14, 0, 1, 0, 0, 0, 0, 0, 8, 7, 6, 5, 4, 3,
		2, 1, 0x44, 0x33, 0x22, 0x11, 0, 0, 0, 0, 0xef, 0xbe, 0, 0, 0, 0, 0, 0x80, 9, 0, 0,
		0, 0, 0, 0, 0 };
	uint8_t bytes[XFW_HEAD_BYTES];
	struct xfw_msg msg = { XFW_SIGNAL, XFW_LAST_USE, 0, 0x0102030405060708, 0x11223344, 0,
		0x800000000000beef, 9 };
	xfw_encode(&msg, bytes);
	assert_memory_equal(bytes, expected, sizeof(bytes));
}

static void session_and_sequence_are_followed(void **state)
{
	struct xfw_peer peer = { .session = 7, .sequence = 2 };
	struct xfw_msg msg = { .session = 7, .sequence = 2 };
	ok(xfw_follow(&peer, &msg, &why));
	assert_int_equal(xfw_follow(&peer, &msg, &why), -EPROTO); /* replayed */
	msg.sequence = 4;
	assert_int_equal(xfw_follow(&peer, &msg, &why), -EPROTO); /* one lost */
	msg.sequence = 3;
	msg.session = 8;
	assert_int_equal(xfw_follow(&peer, &msg, &why), -EPROTO);
	msg.session = 7;
	ok(xfw_follow(&peer, &msg, &why));
}

static void bodies_and_results(void **state)
{
	uint8_t payload[XFW_WELCOME_BYTES];
	struct xfw_hello hello = { 1, 3, "0123456789abcde" }, hello_back;
	struct xfw_welcome welcome = { "edcba9876543210", 1, 2, 3, 4, 5 }, welcome_back;
	xfw_put_hello(&hello, payload);
	ok(xfw_get_hello(payload, &hello_back));
	assert_memory_equal(&hello, &hello_back, sizeof(hello));
	payload[0] ^= 1;
	assert_int_equal(xfw_get_hello(payload, &hello_back), -EPROTO);
	payload[0] ^= 1;
	payload[13] = 1; /* reserved */
	assert_int_equal(xfw_get_hello(payload, &hello_back), -EPROTO);
	xfw_put_welcome(&welcome, payload);
	ok(xfw_get_welcome(payload, &welcome_back));
	assert_memory_equal(welcome.nonce, welcome_back.nonce, sizeof(welcome.nonce));
	assert_int_equal(welcome_back.version, 1);
	assert_int_equal(welcome_back.queue, 2);
	assert_int_equal(welcome_back.processes, 3);
	assert_int_equal(welcome_back.events, 4);
	assert_int_equal(welcome_back.devices, 5);
	payload[44] ^= 1; /* another payload limit */
	assert_int_equal(xfw_get_welcome(payload, &welcome_back), -EPROTO);
	int32_t result;
	uint32_t status;
	xfw_unpack_results(xfw_pack_results(-ENOENT, 0xC000000D), &result, &status);
	assert_int_equal(result, -ENOENT);
	assert_int_equal(status, 0xC000000D);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_goes_there_and_back),
		cmocka_unit_test(every_deviation_is_refused),
		cmocka_unit_test(fields_that_must_or_must_not_be_zero),
		cmocka_unit_test(a_part_asks_for_more),
		cmocka_unit_test(bytes_are_where_the_document_says),
		cmocka_unit_test(session_and_sequence_are_followed),
		cmocka_unit_test(bodies_and_results),
	};
	return cmocka_run_group_tests_name("wire format", tests, NULL, NULL);
}
