/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>

#include "harness.h"

static struct xf_event *create(void **state, uint32_t flags)
{
	struct xf_event *event;
	assert_int_equal(xf_event_create(*state, flags, "event", &event), 0);
	return event;
}

static void auto_reset_lets_one_through(void **state)
{
	struct xf_event *event = create(state, 0);
	assert_int_equal(xf_event_wait(event, 0), XF_TIMEOUT);
	assert_int_equal(xf_event_set(event), 0);
	assert_int_equal(xf_event_set(event), 0);
	assert_int_equal(xf_event_wait(event, XF_NEVER), 0);
	assert_int_equal(xf_event_wait(event, 0), XF_TIMEOUT);
	xf_event_close(event);
}

static void manual_reset_stays(void **state)
{
	struct xf_event *event = create(state, XF_EVENT_MANUAL_RESET | XF_EVENT_SIGNALLED);
	assert_int_equal(xf_event_wait(event, 0), 0);
	assert_int_equal(xf_event_wait(event, XF_NEVER), 0);
	assert_int_equal(xf_event_reset(event), 0);
	assert_int_equal(xf_event_wait(event, xf_deadline(20 * MS)), XF_TIMEOUT);
	xf_event_close(event);
}

static void *wait_long(void *event)
{
	return (void *)(intptr_t)xf_event_wait(event, patience(10000));
}

static void wakes_as_many_as_its_kind(void **state)
{
	for (int manual = 0; manual < 2; manual++) {
		struct xf_event *event = create(state, manual ? XF_EVENT_MANUAL_RESET : 0);
		pthread_t threads[4];
		void *result;
		for (int i = 0; i < 4; i++)
			pthread_create(&threads[i], NULL, wait_long, event);
		usleep(20000);
		for (int i = 0; i < (manual ? 1 : 4); i++) {
			assert_int_equal(xf_event_set(event), 0);
			/* Set again while signalled would count once: wait until it is taken. */
			struct xf_object_info info = { .size = sizeof(info), .signalled = 1 };
			for (int n = 0; n < 5000 && info.signalled && !manual; n++) {
				usleep(1000);
				assert_int_equal(
					xf_inspect_object(*state, xf_event_id(event), &info), 0);
			}
		}
		for (int i = 0; i < 4; i++) {
			pthread_join(threads[i], &result);
			assert_null(result);
		}
		xf_event_close(event);
	}
}

static int set_it(struct xf_domain *domain, xf_id id)
{
	struct xf_event *event;
	return xf_event_open(domain, id, &event) || xf_event_set(event);
}

static void another_process_sets_it(void **state)
{
	needs_processes();
	struct xf_event *event = create(state, 0);
	pid_t child = in_child(*state, xf_event_id(event), set_it);
	assert_int_equal(xf_event_wait(event, patience(5000)), 0);
	assert_int_equal(wait_child(child), 0);
	xf_event_close(event);
}

static void descriptor_wakes_epoll(void **state)
{
	needs_processes();
	struct xf_event *event = create(state, 0);
	struct epoll_event ready = { .events = EPOLLIN };
	int fd, epoll = epoll_create1(EPOLL_CLOEXEC);
	assert_int_equal(xf_event_fd(event, &fd), 0);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &ready), 0);
	for (int i = 0; i < 50; i++) {
		assert_int_equal(epoll_wait(epoll, &ready, 1, 0), 0);
		pid_t child = i % 10 ? 0 : in_child(*state, xf_event_id(event), set_it);
		if (!child)
			assert_int_equal(xf_event_set(event), 0);
		assert_int_equal(epoll_wait(epoll, &ready, 1, 5000), 1);
		assert_int_equal(xf_event_wait(event, 0), 0);
		if (child)
			assert_int_equal(wait_child(child), 0);
	}
	close(epoll);
	xf_event_close(event);
}

/* A handle outlives the others; an id does not outlive the last handle. */
static void lives_as_long_as_a_handle(void **state)
{
	struct xf_event *a = create(state, 0), *b, *c;
	xf_id id = xf_event_id(a);
	assert_int_equal(xf_event_open(*state, id, &b), 0);
	xf_event_close(a);
	assert_int_equal(xf_event_set(b), 0);
	assert_int_equal(xf_event_wait(b, 0), 0);
	xf_event_close(b);
	assert_int_equal(xf_event_open(*state, id, &c), -ESTALE);
	a = create(state, 0); /* the same slot again */
	assert_int_equal(xf_event_open(*state, id, &c), -ESTALE);
	xf_event_close(a);
}

static void bad_arguments_are_refused(void **state)
{
	struct xf_event *event;
	assert_int_equal(xf_event_create(NULL, 0, NULL, &event), -EINVAL);
	assert_int_equal(xf_event_create(*state, 0, NULL, NULL), -EINVAL);
	assert_int_equal(xf_event_create(*state, 4, NULL, &event), -EINVAL);
	assert_int_equal(
		xf_event_create(*state, 0, "12345678901234567890123456789012", &event), -EINVAL);
	assert_int_equal(xf_event_open(*state, 0, &event), -EINVAL);
	assert_int_equal(xf_event_open(*state, UINT64_MAX, &event), -EINVAL);
	assert_int_equal(xf_event_set(NULL), -EINVAL);
	assert_int_equal(xf_event_wait(NULL, 0), -EINVAL);
	xf_event_close(NULL);
}

static void a_reader_waits_but_never_changes(void **state)
{
	struct xf_event *event = create(state, XF_EVENT_MANUAL_RESET), *seen, *other;
	struct xf_domain *reader;
	pthread_t thread;
	void *result;
	int fd;
	assert_int_equal(xf_domain_export(*state, XF_OPEN_READ_ONLY, &fd), 0);
	assert_int_equal(xf_domain_join(fd, &reader), 0);
	close(fd);
	assert_int_equal(xf_event_open(reader, xf_event_id(event), &seen), 0);
	assert_int_equal(xf_event_create(reader, 0, NULL, &other), -EACCES);
	assert_int_equal(xf_event_set(seen), -EACCES);
	assert_int_equal(xf_event_reset(seen), -EACCES);
	pthread_create(&thread, NULL, wait_long, seen);
	usleep(20000);
	assert_int_equal(xf_event_set(event), 0);
	pthread_join(thread, &result);
	assert_null(result);
	xf_event_close(seen);
	xf_domain_leave(reader);
	xf_event_close(event);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_with_domain(auto_reset_lets_one_through),
		test_with_domain(manual_reset_stays),
		test_with_domain(wakes_as_many_as_its_kind),
		test_with_domain(another_process_sets_it),
		test_with_domain(descriptor_wakes_epoll),
		test_with_domain(lives_as_long_as_a_handle),
		test_with_domain(bad_arguments_are_refused),
		test_with_domain(a_reader_waits_but_never_changes),
	};
	limit(60);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
