/* SPDX-License-Identifier: MIT */
/*
 * xf_last_message() speaks of the call that failed, never of an earlier one with the same result.
 * Most functions forget what stands there when they are called (tests/abi/messages sees to it);
 * here are those that do not, because they are called for every frame, with each way to fail.
 */
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/time.h>

#include "harness.h"

/* The call fails so, and whatever it says, it is not what an earlier one said. */
#define OWN(result, call)                                                                          \
	((void)xf_fail(result, "of an earlier call"),                                              \
		(call) == (result) && strcmp(xf_last_message(result), "of an earlier call") != 0)
#define ITS_OWN(result, call)                                                                      \
	do {                                                                                       \
		if (!OWN(result, call))                                                            \
			fail_msg("%s: %s", #call, xf_last_message(result));                        \
	} while (0)

static const struct xf_surface_desc four_by_four = {
	.size = sizeof(four_by_four), .width_px = 4, .height_px = 4, .fourcc = XF_FORMAT_R8
};
static const struct xf_stream_format small_pictures = { .size = sizeof(small_pictures),
	.desc = &four_by_four };

static void without_a_handle(void **state)
{
	uint64_t value;
	ITS_OWN(-EINVAL, xf_event_set(NULL));
	ITS_OWN(-EINVAL, xf_event_reset(NULL));
	ITS_OWN(-EINVAL, xf_event_wait(NULL, 0));
	ITS_OWN(-EINVAL, xf_timeline_signal(NULL, 1));
	ITS_OWN(-EINVAL, xf_timeline_value(NULL, &value));
	ITS_OWN(-EINVAL, xf_timeline_wait(NULL, 1, 0));
	ITS_OWN(-EINVAL, xf_keyed_mutex_acquire(NULL, 0, 0, NULL));
	ITS_OWN(-EINVAL, xf_keyed_mutex_release(NULL, 0, 0));
	ITS_OWN(-EINVAL, xf_stream_hold(NULL, 0, NULL));
	ITS_OWN(-EINVAL, xf_stream_publish(NULL, NULL, NULL));
	ITS_OWN(-EINVAL, xf_stream_drop(NULL, NULL));
	ITS_OWN(-EINVAL, xf_stream_next(NULL, 0, NULL));
	ITS_OWN(-EINVAL, xf_stream_done(NULL, NULL));
}

static void what_is_not_owned(void **state)
{
	struct xf_keyed_mutex *mutex, *other;
	assert_int_equal(xf_keyed_mutex_create(*state, 0, NULL, &mutex), 0);
	assert_int_equal(xf_keyed_mutex_open(*state, xf_keyed_mutex_id(mutex), &other), 0);
	ITS_OWN(-EPERM, xf_keyed_mutex_release(mutex, 0, 0));
	assert_int_equal(xf_keyed_mutex_acquire(mutex, 0, 0, NULL), 0);
	ITS_OWN(-EDEADLK, xf_keyed_mutex_acquire(mutex, 0, 0, NULL));
	ITS_OWN(-EPERM, xf_keyed_mutex_release(other, 0, 0));
	xf_keyed_mutex_close(other);
	xf_keyed_mutex_close(mutex);
}

static void a_counter_that_would_go_back(void **state)
{
	struct xf_timeline *timeline;
	assert_int_equal(xf_timeline_create(*state, 5, 0, NULL, &timeline), 0);
	ITS_OWN(-EINVAL, xf_timeline_signal(timeline, 4));
	xf_timeline_close(timeline);
}

static void frames_of_others(void **state)
{
	struct xf_stream_params params = { .size = sizeof(params), .format = &small_pictures };
	struct xf_frame held = { .size = sizeof(held) }, none = { .size = sizeof(none) };
	struct xf_frame small = { .size = 1 };
	struct xf_frame_info odd = { .size = sizeof(odd), .flags = 1u << 31 };
	struct xf_stream *producer, *reader;
	assert_int_equal(xf_stream_create(*state, &params, "own", &producer), 0);
	assert_int_equal(xf_stream_open(*state, "own", 0, &reader), 0);
	ITS_OWN(-EPERM, xf_stream_hold(reader, 0, &held));
	ITS_OWN(-EPERM, xf_stream_next(reader, 0, &held));
	ITS_OWN(-EPERM, xf_stream_done(reader, &none));
	ITS_OWN(-EPERM, xf_stream_publish(reader, &none, NULL));
	ITS_OWN(-EPERM, xf_stream_drop(reader, &none));
	assert_int_equal(xf_stream_subscribe(reader, XF_STREAM_EVERY, 1), 0);
	assert_int_equal(xf_stream_hold(producer, 0, &held), 0);
	ITS_OWN(-EINVAL, xf_stream_publish(producer, &held, &odd));
	assert_int_equal(xf_stream_publish(producer, &held, NULL), 0);
	ITS_OWN(-EPERM, xf_stream_publish(producer, &held, NULL));
	ITS_OWN(-EPERM, xf_stream_drop(producer, &held));
	ITS_OWN(-EINVAL, xf_stream_next(reader, 0, &small));
	assert_int_equal(xf_stream_end(producer), 0);
	ITS_OWN(-EPERM, xf_stream_hold(producer, 0, &held));
	xf_stream_close(reader);
	xf_stream_close(producer);
}

/* What a member that may only read, or a fork of a member, is refused. */
struct handles {
	struct xf_event *event;
	struct xf_timeline *timeline;
	struct xf_keyed_mutex *mutex;
	struct xf_stream *stream;
};

static bool all_refuse(const struct handles *h, int result)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	return OWN(result, xf_event_set(h->event)) && OWN(result, xf_event_reset(h->event)) &&
	       OWN(result, xf_event_wait(h->event, 0)) &&
	       OWN(result, xf_timeline_signal(h->timeline, 1)) &&
	       OWN(result, xf_keyed_mutex_acquire(h->mutex, 0, 0, NULL)) &&
	       OWN(result, xf_keyed_mutex_release(h->mutex, 0, 0)) &&
	       OWN(result, xf_stream_hold(h->stream, 0, &frame)) &&
	       OWN(result, xf_stream_publish(h->stream, &frame, NULL)) &&
	       OWN(result, xf_stream_drop(h->stream, &frame)) &&
	       OWN(result, xf_stream_next(h->stream, 0, &frame)) &&
	       OWN(result, xf_stream_done(h->stream, &frame));
}

static void make_all(struct xf_domain *domain, struct handles *h)
{
	struct xf_stream_params params = { .size = sizeof(params), .format = &small_pictures };
	assert_int_equal(xf_event_create(domain, 0, "event", &h->event), 0);
	assert_int_equal(xf_timeline_create(domain, 0, 0, "timeline", &h->timeline), 0);
	assert_int_equal(xf_keyed_mutex_create(domain, 0, "mutex", &h->mutex), 0);
	assert_int_equal(xf_stream_create(domain, &params, "stream", &h->stream), 0);
}

static void close_all(struct handles *h)
{
	xf_event_close(h->event);
	xf_timeline_close(h->timeline);
	xf_keyed_mutex_close(h->mutex);
	xf_stream_close(h->stream);
}

/* A timeout may have a message, of a mutex; every other one has none of it. */
static void what_did_not_come(void **state)
{
	struct handles h;
	struct xf_frame frame = { .size = sizeof(frame) };
	struct xf_stream *reader;
	make_all(*state, &h);
	ITS_OWN(XF_TIMEOUT, xf_event_wait(h.event, 0));
	ITS_OWN(XF_TIMEOUT, xf_event_wait(h.event, xf_deadline(1)));
	ITS_OWN(XF_TIMEOUT, xf_timeline_wait(h.timeline, 1, 0));
	ITS_OWN(XF_TIMEOUT, xf_timeline_wait(h.timeline, 1, xf_deadline(1)));
	ITS_OWN(XF_TIMEOUT, xf_keyed_mutex_acquire(h.mutex, 1, 0, NULL));
	ITS_OWN(XF_TIMEOUT, xf_keyed_mutex_acquire(h.mutex, 1, xf_deadline(1), NULL));
	assert_int_equal(xf_stream_open(*state, "stream", 0, &reader), 0);
	assert_int_equal(xf_stream_subscribe(reader, XF_STREAM_EVERY, 1), 0);
	ITS_OWN(XF_TIMEOUT, xf_stream_next(reader, 0, &frame));
	int r = 0;
	while (!r) { /* until its one reader of every frame, which takes none, has them all */
		r = xf_stream_hold(h.stream, 0, &frame);
		if (!r)
			assert_int_equal(xf_stream_publish(h.stream, &frame, NULL), 0);
	}
	ITS_OWN(XF_TIMEOUT, xf_stream_hold(h.stream, 0, &frame));
	xf_stream_close(reader);
	close_all(&h);
}

static void assert_says(int result, const char *text)
{
	if (!strstr(xf_last_message(result), text))
		fail_msg("no '%s' in '%s'", text, xf_last_message(result));
}

/* All of it, of the longest there may be. */
static void names_one_with_a_long_label(void **state)
{
	struct xf_keyed_mutex *mutex;
	char label[XF_LABEL_MAX + 1], quoted[XF_LABEL_MAX + 3];
	memset(label, 'l', XF_LABEL_MAX);
	label[XF_LABEL_MAX] = 0;
	snprintf(quoted, sizeof(quoted), "'%s'", label);
	assert_int_equal(xf_keyed_mutex_create(*state, 0, label, &mutex), 0);
	assert_int_equal(xf_keyed_mutex_acquire(mutex, 7, xf_deadline(1000), NULL), XF_TIMEOUT);
	assert_says(XF_TIMEOUT, quoted);
	xf_keyed_mutex_close(mutex);
}

static void says_whose_a_mutex_is(void **state)
{
	struct xf_keyed_mutex *mutex, *other;
	char pid[64];
	snprintf(pid, sizeof(pid), "(pid %d) owns it, acquired with key 0", getpid());
	assert_int_equal(xf_keyed_mutex_create(*state, 0, "frame", &mutex), 0);
	assert_int_equal(xf_keyed_mutex_open(*state, xf_keyed_mutex_id(mutex), &other), 0);
	assert_int_equal(xf_keyed_mutex_acquire(mutex, 7, xf_deadline(1000), NULL), XF_TIMEOUT);
	assert_says(XF_TIMEOUT, "'frame'");
	assert_says(XF_TIMEOUT, "with key 7");
	assert_says(XF_TIMEOUT, "nobody owns it, and it carries key 0");
	assert_int_equal(xf_keyed_mutex_acquire(mutex, 0, 0, NULL), 0);
	assert_int_equal(xf_keyed_mutex_acquire(other, 1, xf_deadline(1000), NULL), XF_TIMEOUT);
	assert_says(XF_TIMEOUT, pid);
	assert_int_equal(xf_keyed_mutex_release(other, 1, 0), -EPERM);
	assert_says(-EPERM, "'frame' is not owned by this handle");
	assert_says(-EPERM, pid);
	assert_int_equal(xf_keyed_mutex_release(mutex, 1, 0), 0);
	xf_keyed_mutex_close(other);
	xf_keyed_mutex_close(mutex);
}

/* ---- what others wrote ---- */

#define ODD                                                                                        \
	"a\033]0;b\007c\r\x7f\xc2\x9b"                                                             \
	"d\xe2\x80\xae"
#define SHOWN  "a?]0;b?c????d???"
#define BROKEN "d\xff\xc3+\xed\xa0\x80" /* which no label may be */

/* Of a process that is called so, and whose handles are. */
static void name_it_oddly(char name[16])
{
	(void)prctl(PR_GET_NAME, name);
	assert_int_equal(prctl(PR_SET_NAME, "\033[2J\xff\xe2\x80\xae"), 0);
}

static void assert_shown(const char *text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c; c++)
		if (*c < 0x20 || *c >= 0x7f)
			fail_msg("byte 0x%02x in '%s'", *c, text);
}

static int tidy_member(const struct xf_member_info *info, void *arg)
{
	assert_string_equal(info->name, "?[2J????");
	++*(int *)arg;
	return 0;
}

/* Labels, names of processes and arguments, in every message and snapshot that carries them. */
static void no_message_reaches_a_terminal_as_more_than_text(void **state)
{
	struct xf_domain *domain, *second;
	struct xf_keyed_mutex *mutex, *other;
	struct xf_stream *stream, *rival;
	struct xf_stream_params params = { .size = sizeof(params), .format = &small_pictures };
	struct xf_object_info object = { .size = sizeof(object) };
	char name[16];
	xf_id id;
	int fd, members = 0;
	(void)state;
	name_it_oddly(name);
	assert_int_equal(xf_domain_create(NULL, &domain), 0);
	assert_int_equal(xf_domain_export(domain, 0, &fd), 0);
	assert_int_equal(xf_domain_join(fd, &second), 0);
	assert_int_equal(prctl(PR_SET_NAME, name), 0);
	assert_int_equal(xf_keyed_mutex_create(domain, 0, BROKEN, &mutex), -EINVAL);
	assert_string_equal(xf_last_message(-EINVAL), "label 'd??+?"
						      "?"
						      "?' is not UTF-8");
	assert_int_equal(xf_keyed_mutex_create(domain, 0, ODD, &mutex), 0);
	assert_int_equal(xf_keyed_mutex_open(second, xf_keyed_mutex_id(mutex), &other), 0);
	assert_int_equal(xf_keyed_mutex_acquire(mutex, 0, 0, NULL), 0);
	assert_int_equal(xf_keyed_mutex_acquire(other, 1, xf_deadline(1000), NULL), XF_TIMEOUT);
	assert_says(XF_TIMEOUT, "'" SHOWN "'");
	assert_says(XF_TIMEOUT, "?[2J???? (pid");
	assert_shown(xf_last_message(XF_TIMEOUT));
	assert_int_equal(xf_keyed_mutex_release(other, 1, 0), -EPERM);
	assert_shown(xf_last_message(-EPERM));
	assert_int_equal(xf_stream_create(domain, &params, ODD, &stream), 0);
	assert_int_equal(xf_stream_create(second, &params, ODD, &rival), -EBUSY);
	assert_says(-EBUSY, "\"" SHOWN "\" has a producer");
	assert_says(-EBUSY, "(?[2J????");
	assert_shown(xf_last_message(-EBUSY));
	assert_int_equal(xf_domain_find(domain, XF_EVENT, ODD, &id), -ENOENT);
	assert_says(-ENOENT, SHOWN);
	assert_int_equal(xf_domain_publish(domain, ODD), -EINVAL);
	assert_shown(xf_last_message(-EINVAL));
	(void)xf_fail(-EIO, "%232s", "\xe2\x82\xac"); /* cut within a character */
	assert_shown(xf_last_message(-EIO));
	assert_int_equal(xf_inspect_members(domain, tidy_member, &members), 0);
	assert_int_equal(members, 2);
	assert_int_equal(xf_inspect_object(domain, xf_keyed_mutex_id(mutex), &object), 0);
	assert_string_equal(object.label, SHOWN);
	assert_string_equal(object.owner_name, "?[2J????");
	assert_int_equal(xf_fail(-EIO, "gr\u00fc\u00df \u4f60\u597d \U0001F600"), -EIO);
	assert_string_equal(xf_last_message(-EIO), "gr\u00fc\u00df \u4f60\u597d \U0001F600");
	xf_stream_close(stream);
	xf_keyed_mutex_close(other);
	xf_keyed_mutex_close(mutex);
	xf_domain_leave(second);
	xf_domain_leave(domain);
	close(fd);
}

static void in_a_fork(void **state)
{
	struct handles h;
	needs_processes();
	make_all(*state, &h);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		uint64_t value;
		bool own = all_refuse(&h, -ECHILD) &&
			   OWN(-ECHILD, xf_timeline_value(h.timeline, &value)) &&
			   OWN(-ECHILD, xf_timeline_wait(h.timeline, 1, 0));
		_exit(own ? 0 : 1);
	}
	assert_int_equal(wait_child(pid), 0);
	close_all(&h);
}

static void with_a_read_only_member(void **state)
{
	struct xf_domain *reader;
	struct handles h, r;
	int fd;
	make_all(*state, &h);
	assert_int_equal(xf_domain_export(*state, XF_OPEN_READ_ONLY, &fd), 0);
	assert_int_equal(xf_domain_join(fd, &reader), 0);
	close(fd);
	assert_int_equal(xf_event_open(reader, xf_event_id(h.event), &r.event), 0);
	assert_int_equal(xf_timeline_open(reader, xf_timeline_id(h.timeline), &r.timeline), 0);
	assert_int_equal(xf_keyed_mutex_open(reader, xf_keyed_mutex_id(h.mutex), &r.mutex), 0);
	assert_int_equal(xf_stream_open(reader, "stream", 0, &r.stream), 0);
	assert_true(all_refuse(&r, -EACCES));
	close_all(&r);
	xf_domain_leave(reader);
	close_all(&h);
}

/* One each of those that forget first, by the plainest of their refusals. */
static void whatever_is_not_there(void **state)
{
	struct xf_format_info info = { .size = sizeof(info) };
	struct xf_surface *surface;
	struct xf_stream *stream;
	struct xf_event *event;
	xf_id id;
	ITS_OWN(-EINVAL, xf_event_open(*state, 12345, &event));
	ITS_OWN(-EINVAL, xf_surface_open(*state, 12345, &surface));
	ITS_OWN(-EINVAL, xf_stream_open_id(*state, 12345, &stream));
	ITS_OWN(-ENOENT, xf_domain_find(*state, XF_EVENT, "none", &id));
	ITS_OWN(-ENOENT, xf_format_info(XF_FOURCC('n', 'o', 'n', 'e'), &info));
	ITS_OWN(-ENOENT, xf_domain_open("none-such", 0, 0, (struct xf_domain **)&surface));
}

/* ---- a signal handler that is refused something ---- */

static struct xf_keyed_mutex *not_owned;
static char *page; /* cannot be read until the handler has run */
static volatile sig_atomic_t refused;

static void be_refused(int signal)
{
	for (int i = 0; i < 5; i++)
		refused += xf_keyed_mutex_release(not_owned, 0, 0) == -EPERM;
	if (signal == SIGSEGV && mprotect(page, 4096, PROT_READ | PROT_WRITE))
		_exit(1);
}

/* Faults while the message is half written: what reads the argument is interrupted there. */
static void fail_at_a_page(const char *before, const char *after)
{
	strcpy(page, "the argument");
	assert_int_equal(mprotect(page, 4096, PROT_NONE), 0);
	(void)xf_fail(-EINVAL, "%s%s%s", before, page, after);
}

static void a_refused_handler_spoils_no_message(void **state)
{
	char before[160];
	struct xf_event *event;
	memset(before, 'b', sizeof(before));
	before[sizeof(before) - 1] = 0;
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(page != MAP_FAILED);
	assert_int_equal(xf_keyed_mutex_create(*state, 0, "frame", &not_owned), 0);
	(void)signal(SIGUSR1, be_refused);
	(void)signal(SIGSEGV, be_refused);
	/* While it is written. */
	fail_at_a_page(before, " after");
	assert_int_equal(refused, 5);
	const char *said = xf_last_message(-EINVAL);
	assert_int_equal(strncmp(said, before, strlen(before)), 0);
	assert_string_equal(said + strlen(before), "the argument after");
	assert_says(-EPERM, "'frame' is not owned");
	/* Before it is asked for. */
	(void)xf_fail(-EINVAL, "before it is asked for");
	raise(SIGUSR1);
	assert_string_equal(xf_last_message(-EINVAL), "before it is asked for");
	/* While it is read, whether the handler is refused for another reason or for the same. */
	(void)xf_fail(-EPERM, "while it is read");
	said = xf_last_message(-EPERM);
	raise(SIGUSR1);
	assert_string_equal(said, "while it is read");
	/* And when both is so. */
	fail_at_a_page(before, " again");
	assert_string_equal(said, "while it is read");
	assert_string_equal(xf_last_message(-EINVAL) + strlen(before), "the argument again");
	/* The next call that can fail leaves nothing of all this. */
	assert_int_equal(xf_event_open(*state, 0, &event), -EINVAL);
	assert_null(strstr(xf_last_message(-EINVAL), "the argument"));
	assert_null(strstr(xf_last_message(-EPERM), "is not owned by this handle"));
	assert_int_equal(refused, 20);
	(void)signal(SIGUSR1, SIG_DFL);
	(void)signal(SIGSEGV, SIG_DFL);
	xf_keyed_mutex_close(not_owned);
	munmap(page, 4096);
}

/* ---- one that interrupts what keeps a message ---- */

#define OURS                                                                                       \
	(char[201])                                                                                \
	{                                                                                          \
		[0 ... 199] = 'o'                                                                  \
	}
#define OTHERS                                                                                     \
	(char[201])                                                                                \
	{                                                                                          \
		[0 ... 199] = 'h'                                                                  \
	}
#define TIMES 4000

static volatile sig_atomic_t interrupted;

static void interrupt(int signal)
{
	(void)xf_fail(-EPERM, "%s", OTHERS);
	interrupted = interrupted + 1;
}

/* Of one alone, from its first letter to its last; or nothing is left of it. */
static void assert_whole(int result)
{
	const char *said = xf_last_message(result);
	const char *whole = result == -EINVAL ? OURS : OTHERS;
	if (strcmp(said, whole) != 0 && strcmp(said, xf_strerror(result)) != 0)
		fail_msg("%d: %s", result, said);
}

/* At any instruction of it: thousands of times each within a few of them. */
static void nothing_is_torn_that_stays(void **state)
{
	const struct itimerval often = { { 0, 20 }, { 0, 20 } }, never = { 0 };
	int64_t limit = xf_deadline(INT64_C(3000000000));
	(void)signal(SIGALRM, interrupt);
	assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
	while (interrupted < TIMES && xf_now() < limit) {
		(void)xf_fail(-EINVAL, "%s", OURS);
		xf_event_close(NULL);
		assert_whole(-EINVAL);
		assert_whole(-EPERM);
	}
	assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
	(void)signal(SIGALRM, SIG_DFL);
	print_message("interrupted %d times\n", (int)interrupted);
	assert_true(interrupted > 0);
}

/* Whoever fails tidies up first, and then says why. */
static void stays_while_one_tidies_up(void **state)
{
	struct xf_domain *domain;
	struct xf_surface *surface;
	struct xf_queue *queue;
	struct xf_sync *sync;
	struct xf_pool *pool;
	struct handles h;
	assert_int_equal(xf_domain_create(NULL, &domain), 0);
	make_all(domain, &h);
	assert_int_equal(xf_surface_create(domain, &four_by_four, 0, &surface), 0);
	assert_int_equal(xf_pool_create(domain, &four_by_four, 2, 0, NULL, &pool), 0);
	assert_int_equal(xf_pool_subscribe(pool), 0);
	assert_int_equal(xf_sync_create(domain, NULL, &sync), 0);
	assert_int_equal(xf_queue_create_cpu(&queue), 0);
	(void)xf_fail(-EINVAL, "what has failed");
	close_all(&h);
	xf_sync_close(sync);
	xf_surface_close(surface);
	xf_pool_close(pool);
	xf_queue_destroy(queue);
	xf_domain_leave(domain);
	assert_string_equal(xf_last_message(-EINVAL), "what has failed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_handle),
		test_with_domain(what_is_not_owned),
		test_with_domain(a_counter_that_would_go_back),
		test_with_domain(frames_of_others),
		test_with_domain(what_did_not_come),
		test_with_domain(says_whose_a_mutex_is),
		test_with_domain(names_one_with_a_long_label),
		cmocka_unit_test(no_message_reaches_a_terminal_as_more_than_text),
		test_with_domain(in_a_fork),
		test_with_domain(with_a_read_only_member),
		test_with_domain(whatever_is_not_there),
		test_with_domain(a_refused_handler_spoils_no_message),
		cmocka_unit_test(nothing_is_torn_that_stays),
		cmocka_unit_test(stays_while_one_tidies_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
