/* SPDX-License-Identifier: MIT */
/* Structures with `size`: from older callers, from newer ones, and from those who forgot it. */
#include <stdio.h>

#include "harness.h"

/* What a caller of a later version has: ours, and fields that we do not know. */
#define LATER(type)                                                                                \
	struct {                                                                                   \
		type now;                                                                          \
		uint64_t later[2];                                                                 \
	}

static int create(const struct xf_domain_params *params)
{
	struct xf_domain *domain;
	int r = xf_domain_create(params, &domain);
	if (!r)
		xf_domain_leave(domain);
	return r;
}

static void newer_callers_are_served_unless_they_ask_for_news(void **state)
{
	LATER(struct xf_domain_params) params = { .now = { .size = sizeof(params) } };
	assert_int_equal(create(&params.now), 0);
	params.later[1] = UINT64_C(1) << 63;
	assert_int_equal(create(&params.now), -E2BIG);
	assert_non_null(strstr(xf_last_message(-E2BIG), "struct xf_domain_params"));
	assert_string_not_equal(xf_last_message(-E2BIG), xf_strerror(-E2BIG));
}

/* The rest of their memory is not ours to read: it ends behind what they know. */
static void older_callers_get_defaults(void **state)
{
	struct {
		size_t size;
		uint32_t max_objects;
	} params = { .size = offsetof(struct xf_domain_params, reserved), .max_objects = 64 };
	struct xf_domain_params *copy = malloc(params.size); /* address sanitizer watches its end */
	memcpy(copy, &params, params.size);
	assert_int_equal(create(copy), 0);
	free(copy);
}

static void a_forgotten_size_is_named(void **state)
{
	assert_int_equal(create(&(struct xf_domain_params){ .max_objects = 64 }), -EINVAL);
	assert_string_equal(xf_last_message(-EINVAL),
		"size in struct xf_domain_params is 0; set it to sizeof(struct xf_domain_params)");
}

static void layouts_are_filled_in_as_far_as_the_caller_knows(void **state)
{
	LATER(struct xf_surface_desc)
	desc = { .now = { .size = sizeof(desc), .width_px = 8, .height_px = 2 } };
	uint64_t bytes;
	desc.now.fourcc = XF_FORMAT_R8;
	assert_int_equal(xf_surface_layout(&desc.now, &bytes), 0);
	assert_int_equal(desc.now.size, sizeof(desc));
	assert_int_equal(desc.now.planes[0].stride_bytes, 64);
	desc.later[0] = 1;
	assert_int_equal(xf_surface_layout(&desc.now, &bytes), -E2BIG);
}

/* What a caller allocates and a call fills in: as much as the caller knows. */
#define CHECK_OUTPUT(type, first_behind, call)                                                     \
	do {                                                                                       \
		LATER(type) later = { .now = { .size = sizeof(later) }, .later = { 1, 1 } };       \
		type *out = &later.now;                                                            \
		assert_int_equal(call, 0);                                                         \
		assert_int_equal(later.now.size, sizeof(later));                                   \
		assert_int_equal(later.later[0] | later.later[1], 0); /* known to nobody here */   \
		size_t known = offsetof(type, first_behind);                                       \
		out = malloc(known); /* address sanitizer watches its end */                       \
		memcpy(out, &known, sizeof(known));                                                \
		assert_int_equal(call, 0);                                                         \
		assert_memory_equal((char *)out + sizeof(known), (char *)&later + sizeof(known),   \
			known - sizeof(known));                                                    \
		memset(out, 0, sizeof(known));                                                     \
		assert_int_equal(call, -EINVAL);                                                   \
		assert_non_null(strstr(xf_last_message(-EINVAL), #type));                          \
		free(out);                                                                         \
	} while (0)

static void outputs_are_as_long_as_their_caller_knows(void **state)
{
	struct xf_surface_desc desc = { .size = sizeof(desc), .width_px = 8, .height_px = 2 };
	struct xf_keyed_mutex *mutex;
	struct xf_surface *surface;
	struct xf_sync *sync;
	desc.fourcc = XF_FORMAT_R8;
	assert_int_equal(xf_keyed_mutex_create(*state, 7, "mutex", &mutex), 0);
	assert_int_equal(xf_surface_create(*state, &desc, 0, &surface), 0);
	assert_int_equal(xf_sync_create(*state, "sync", &sync), 0);
	CHECK_OUTPUT(struct xf_domain_info, payload_bytes, xf_inspect_domain(*state, out));
	CHECK_OUTPUT(struct xf_object_info, fence,
		xf_inspect_object(*state, xf_keyed_mutex_id(mutex), out));
	CHECK_OUTPUT(struct xf_sync_info, abandoned, xf_sync_info(sync, out));
	CHECK_OUTPUT(struct xf_surface_desc, modifier, xf_surface_desc(surface, out, NULL));
	CHECK_OUTPUT(struct xf_keyed_mutex_loan, owner, xf_keyed_mutex_lend(mutex, out));
	xf_surface_close(surface);
	xf_keyed_mutex_close(mutex);
	xf_sync_close(sync);
}

/* One -EINVAL, many causes: each is named. */
static void arguments_are_named(void **state)
{
	struct xf_event *event;
	struct xf_timeline *timeline;
	struct xf_pool *pool;
	const char *longer = "a label of more than thirty-one bytes";
	struct xf_surface_desc desc = { .size = sizeof(desc), .width_px = 8, .height_px = 2 };
	desc.fourcc = XF_FORMAT_R8;
	assert_int_equal(xf_event_create(*state, 0, longer, &event), -EINVAL);
	assert_non_null(strstr(xf_last_message(-EINVAL), "label 'a label of"));
	assert_int_equal(xf_event_create(*state, 8, NULL, &event), -EINVAL);
	assert_non_null(strstr(xf_last_message(-EINVAL), "flags 0x8"));
	assert_int_equal(xf_event_create(NULL, 0, NULL, &event), -EINVAL);
	assert_string_equal(xf_last_message(-EINVAL), "domain is NULL");
	assert_int_equal(xf_event_open(*state, 7, &event), -EINVAL);
	assert_non_null(strstr(
		xf_last_message(-EINVAL), "0x0000000000000007 is not the id of an event here"));
	assert_int_equal(xf_pool_create(*state, &desc, 65, 0, NULL, &pool), -EINVAL);
	assert_non_null(strstr(xf_last_message(-EINVAL), "count is 65"));
	assert_int_equal(xf_domain_publish(*state, "a b"), -EINVAL);
	assert_non_null(strstr(xf_last_message(-EINVAL), "a name has"));
	assert_int_equal(xf_timeline_create(*state, 5, 0, NULL, &timeline), 0);
	assert_int_equal(xf_timeline_signal(timeline, 4), -EINVAL);
	assert_non_null(strstr(xf_last_message(-EINVAL), "value 4 is lower"));
	xf_timeline_close(timeline);
}

/* Cut off, alone, too long for what it says, half of a pair, beyond Unicode. */
static const char *const not_utf8[] = { "\xff", "caf\xe9", "\xe2\x82", "\x80", "\xc0\xaf",
	"\xed\xa0\x80", "\xf4\x90\x80\x80" };
#define REFUSES_LABEL(call)                                                                        \
	do {                                                                                       \
		assert_int_equal(call, -EINVAL);                                                   \
		assert_non_null(strstr(xf_last_message(-EINVAL), "is not UTF-8"));                 \
	} while (0)

static void refuses_everywhere(struct xf_domain *domain, const char *label)
{
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 8, .height_px = 2, .fourcc = XF_FORMAT_R8
	};
	struct xf_surface_desc labelled = desc;
	struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	struct xf_stream_params params = { .size = sizeof(params), .format = &format };
	struct xf_event *event;
	struct xf_timeline *timeline;
	struct xf_keyed_mutex *mutex;
	struct xf_surface *surface;
	struct xf_pool *pool;
	struct xf_sync *sync;
	struct xf_stream *stream;
	uint64_t bytes;
	xf_id id;
	strcpy(labelled.label, label);
	REFUSES_LABEL(xf_event_create(domain, 0, label, &event));
	REFUSES_LABEL(xf_timeline_create(domain, 0, 0, label, &timeline));
	REFUSES_LABEL(xf_keyed_mutex_create(domain, 0, label, &mutex));
	REFUSES_LABEL(xf_surface_create(domain, &labelled, 0, &surface));
	REFUSES_LABEL(xf_surface_layout(&labelled, &bytes));
	REFUSES_LABEL(xf_pool_create(domain, &desc, 2, 0, label, &pool));
	REFUSES_LABEL(xf_sync_create(domain, label, &sync));
	REFUSES_LABEL(xf_stream_create(domain, &params, label, &stream));
	REFUSES_LABEL(xf_stream_open(domain, label, 0, &stream));
	REFUSES_LABEL(xf_domain_find(domain, XF_ANY, label, &id));
}

static void labels_are_utf8(void **state)
{
	struct xf_domain_info before = { .size = sizeof(before) }, after = before;
	struct xf_event *event;
	assert_int_equal(xf_inspect_domain(*state, &before), 0);
	for (size_t i = 0; i < sizeof(not_utf8) / sizeof(not_utf8[0]); i++)
		refuses_everywhere(*state, not_utf8[i]);
	assert_int_equal(xf_inspect_domain(*state, &after), 0);
	assert_int_equal(after.objects, before.objects);
	assert_int_equal(xf_event_create(*state, 0, "\xf0\x9f\x93\xb7 caf\xc3\xa9", &event), 0);
	xf_event_close(event);
}

/* What its surfaces, and what these carry, are called is cut between characters. */
static void a_long_label_of_a_pool_is_cut_between_characters(void **state)
{
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 8, .height_px = 2, .fourcc = XF_FORMAT_R8
	};
	char label[XF_LABEL_MAX + 1], surface[XF_LABEL_MAX + 1];
	for (int ascii = 23; ascii <= 28; ascii++) {
		struct xf_pool *pool;
		xf_id id;
		snprintf(label, sizeof(label), "%.*s\xe2\x82\xac", ascii,
			"abcdefghijklmnopqrstuvwxyz01");
		snprintf(surface, sizeof(surface), "%.*s[1]", ascii <= 24 ? ascii + 3 : 27, label);
		if (ascii > 24 && ascii < 27)
			snprintf(surface, sizeof(surface), "%.*s[1]", ascii, label);
		assert_int_equal(
			xf_pool_create(*state, &desc, 2, XF_SURFACE_KEYED, label, &pool), 0);
		assert_int_equal(xf_domain_find(*state, XF_SURFACE, surface, &id), 0);
		assert_int_equal(id, xf_surface_id(xf_pool_surface(pool, 1)));
		assert_int_equal(xf_domain_find(*state, XF_KEYED_MUTEX, surface, &id), 0);
		xf_pool_close(pool);
	}
}

/* A message is one thread's, and one result's. */
static void *failing(void *arg)
{
	(void)arg;
	(void)xf_fail(-EINVAL, "from %s", "elsewhere");
	return NULL;
}

static void messages_belong_to_their_thread_and_result(void **state)
{
	pthread_t thread;
	assert_int_equal(xf_fail(-EINVAL, "one %d", 1), -EINVAL);
	assert_int_equal(pthread_create(&thread, NULL, failing, NULL), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_string_equal(xf_last_message(-EINVAL), "one 1");
	assert_string_equal(xf_last_message(-ENOMEM), xf_strerror(-ENOMEM));
	assert_string_equal(xf_last_message(0), xf_strerror(0));
}

/* A call with a message of its own replaces the one that an earlier failure left behind. */
#define NAMES(call, word)                                                                          \
	do {                                                                                       \
		(void)xf_fail(-EINVAL, "stale");                                                   \
		assert_int_equal(call, -EINVAL);                                                   \
		if (!strstr(xf_last_message(-EINVAL), word))                                       \
			fail_msg("%s: %s", #call, xf_last_message(-EINVAL));                       \
	} while (0)

static void no_refusal_leaves_a_stale_message(void **state)
{
	struct xf_domain *domain = *state;
	struct xf_surface *surface;
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 16, .height_px = 16, .fourcc = XF_FORMAT_R8
	};
	struct xf_event *event;
	void *data;
	uint32_t index;
	int fd;
	assert_int_equal(xf_event_create(domain, 0, NULL, &event), 0);
	NAMES(xf_event_set(NULL), "event is NULL");
	NAMES(xf_event_reset(NULL), "event is NULL");
	NAMES(xf_event_wait(NULL, 0), "event is NULL");
	NAMES(xf_event_fd(event, NULL), "ret_fd");
	NAMES(xf_timeline_signal(NULL, 1), "timeline is NULL");
	NAMES(xf_timeline_open(domain, 0, NULL), "ret_timeline");
	NAMES(xf_keyed_mutex_acquire(NULL, 0, 0, NULL), "xf_keyed_mutex_acquire: mutex");
	NAMES(xf_keyed_mutex_release(NULL, 0, 0), "xf_keyed_mutex_release: mutex");
	NAMES(xf_keyed_mutex_create(domain, 0, NULL, NULL), "ret_mutex");
	NAMES(xf_sync_create(domain, NULL, NULL), "ret_sync");
	NAMES(xf_sync_on_final_release(NULL, NULL), "event is NULL");
	NAMES(xf_pool_hold(NULL, 0, &index), "pool");
	NAMES(xf_pool_subscribe(NULL), "xf_pool_subscribe: pool");
	NAMES(xf_queue_call(NULL, NULL, NULL), "queue");
	NAMES(xf_queue_create_cpu(NULL), "ret_queue");
	NAMES(xf_surface_create(domain, &desc, 8, &surface), "flags 0x8");
	desc.modifier = 7;
	desc.n_planes = 1;
	desc.planes[0].stride_bytes = 64;
	NAMES(xf_surface_create(domain, &desc, 0, &surface), "modifier 0x7");
	desc.modifier = 0;
	assert_int_equal(xf_surface_create(domain, &desc, 0, &surface), 0);
	NAMES(xf_surface_begin(surface, 8, &data), "access 0x8");
	NAMES(xf_surface_import(domain, &desc, STDIN_FILENO, 1, 0, &surface), "offset_bytes is 1");
	NAMES(xf_domain_export(domain, 8, &fd), "flags 0x8");
	NAMES(xf_domain_join(0, NULL), "ret_domain");
	NAMES(xf_inspect_names(NULL, NULL), "visit");
	xf_surface_close(surface);
	xf_event_close(event);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(newer_callers_are_served_unless_they_ask_for_news),
		cmocka_unit_test(older_callers_get_defaults),
		cmocka_unit_test(a_forgotten_size_is_named),
		cmocka_unit_test(layouts_are_filled_in_as_far_as_the_caller_knows),
		test_with_domain(arguments_are_named),
		test_with_domain(labels_are_utf8),
		test_with_domain(a_long_label_of_a_pool_is_cut_between_characters),
		test_with_domain(no_refusal_leaves_a_stale_message),
		test_with_domain(outputs_are_as_long_as_their_caller_knows),
		cmocka_unit_test(messages_belong_to_their_thread_and_result),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
