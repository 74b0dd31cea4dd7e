/* SPDX-License-Identifier: MIT */
/*
 * Which system calls streams make: none while the reader keeps up, and one wake-up for any number
 * of sleeping readers. This program's syscall() stands before libc's, through which the library
 * makes all of its futex calls; that there are no others a filter says.
 */
#include <dlfcn.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "harness.h"

static __thread unsigned wakes, others; /* of this thread */

__attribute__((visibility("default"))) long syscall(long number, ...)
{
	static long (*real)(long, ...);
	long a[6];
	va_list args;
	va_start(args, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(args, long);
	va_end(args);
	if (number == SYS_futex && (a[1] & 127) == 10) /* FUTEX_WAKE_BITSET */
		wakes++;
	else
		others++;
	if (!real)
		real = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
	return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static _Atomic unsigned reads; /* from files, also by the library's threads */

__attribute__((visibility("default"))) ssize_t pread(int fd, void *data, size_t size, off_t at)
{
	reads++;
	return syscall(SYS_pread64, fd, data, size, at);
}

__attribute__((visibility("default"))) ssize_t preadv(
	int fd, const struct iovec *parts, int count, off_t at)
{
	reads++;
	return syscall(SYS_preadv, fd, parts, count, at, 0);
}

static const struct xf_surface_desc small = {
	.size = sizeof(small), .width_px = 64, .height_px = 1, .fourcc = XF_FORMAT_RAW
};

static struct xf_stream *produce(struct xf_domain *domain, uint32_t surface_flags)
{
	struct xf_stream_format format = { .size = sizeof(format), .desc = &small };
	struct xf_stream_params params = {
		.size = sizeof(params), .format = &format, .surface_flags = surface_flags
	};
	struct xf_stream *stream;
	assert_int_equal(xf_stream_create(domain, &params, "cam", &stream), 0);
	return stream;
}

static int put(struct xf_stream *stream)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	struct xf_frame_info info = { .size = sizeof(info), .pts_ns = 1, .data_size = 8 };
	int r = xf_stream_hold(stream, XF_NEVER, &frame);
	return r ? r : xf_stream_publish(stream, &frame, &info);
}

static int get(struct xf_stream *stream, int64_t deadline_ns)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	int r = xf_stream_next(stream, deadline_ns, &frame);
	return r ? r : xf_stream_done(stream, &frame);
}

/* From here on this thread is killed for any other call than the one that ends the process. */
static int forbid_calls(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		return -errno;
	return 0;
}

#define NO_FILTER 77

static int run_without_calls(struct xf_domain *domain, xf_id policy)
{
	struct xf_stream *producer = produce(domain, 0), *reader;
	if (xf_stream_open(domain, "cam", 0, &reader) ||
		xf_stream_subscribe(reader, (enum xf_stream_policy)policy, 1))
		return 1;
	for (int i = 0; i < 20; i++) /* every surface has been mapped */
		if (put(producer) || get(reader, XF_NEVER))
			return 2;
	if (forbid_calls())
		return NO_FILTER;
	for (int i = 0; i < 20000; i++)
		if (put(producer) || (i % 3 == 0 && put(producer)) || get(reader, XF_NEVER) ||
			(policy == XF_STREAM_EVERY && i % 3 == 0 && get(reader, XF_NEVER)))
			_exit(3);
	_exit(0);
}

static void none_while_the_reader_keeps_up(void **state)
{
	needs_processes();
#ifdef __SANITIZE_ADDRESS__
	skip(); /* it makes calls of its own */
#endif
	for (xf_id policy = XF_STREAM_EVERY; policy <= XF_STREAM_LATEST; policy++) {
		int status = wait_child(in_child(*state, policy, run_without_calls));
		if (status == NO_FILTER)
			skip();
		assert_int_equal(status, 0);
	}
}

#define READERS_MAX 60

struct sleeper {
	struct xf_domain *domain;
	struct xf_stream *stream;
	pthread_t thread;
	int result;
};

static void *sleep_for_one(void *arg)
{
	struct sleeper *sleeper = arg;
	sleeper->result = get(sleeper->stream, patience(30000));
	return NULL;
}

static void start(struct xf_domain *domain, struct sleeper *sleeper)
{
	int fd;
	assert_int_equal(xf_domain_export(domain, 0, &fd), 0);
	assert_int_equal(xf_domain_join(fd, &sleeper->domain), 0);
	close(fd);
	assert_int_equal(xf_stream_open(sleeper->domain, "cam", 0, &sleeper->stream), 0);
	assert_int_equal(xf_stream_subscribe(sleeper->stream, XF_STREAM_LATEST, 1), 0);
	assert_int_equal(pthread_create(&sleeper->thread, NULL, sleep_for_one, sleeper), 0);
}

static void await_sleepers(struct xf_domain *domain, xf_id id, uint32_t count)
{
	struct xf_object_info info = { .size = sizeof(info) };
	do {
		usleep(1000);
		assert_int_equal(xf_inspect_object(domain, id, &info), 0);
	} while (info.waiters < count);
	usleep(20000); /* counted in, and about to sleep */
}

static void one_wakes_all_sleepers(void **state)
{
	static const uint32_t counts[] = { 1, 8, READERS_MAX };
	static struct sleeper sleepers[READERS_MAX];
	struct xf_stream_format format = { .size = sizeof(format), .desc = &small };
	struct xf_stream_params params = {
		.size = sizeof(params), .format = &format, .frames = XF_POOL_MAX
	};
	for (size_t c = 0; c < sizeof(counts) / sizeof(counts[0]); c++) {
		struct xf_stream *producer;
		assert_int_equal(xf_stream_create(*state, &params, "cam", &producer), 0);
		for (uint32_t i = 0; i < counts[c]; i++)
			start(*state, &sleepers[i]);
		await_sleepers(*state, xf_stream_id(producer), counts[c]);
		struct xf_frame frame = { .size = sizeof(frame) };
		assert_int_equal(xf_stream_hold(producer, 0, &frame), 0);
		wakes = others = 0;
		assert_int_equal(xf_stream_publish(producer, &frame, NULL), 0);
		assert_int_equal(wakes, 1);
		assert_int_equal(others, 0);
		for (uint32_t i = 0; i < counts[c]; i++) {
			pthread_join(sleepers[i].thread, NULL);
			assert_int_equal(sleepers[i].result, 0);
			xf_stream_close(sleepers[i].stream);
			xf_domain_leave(sleepers[i].domain);
		}
		wakes = 0;
		assert_int_equal(put(producer), 0);
		assert_int_equal(wakes, 0); /* nobody sleeps */
		xf_stream_close(producer);
	}
}

#define FORMATS 4 /* that may be in use at a time */

/* A frame in each of so many formats, of 64 surfaces each. */
static void put_in_each_format(
	struct xf_stream *producer, struct xf_stream_format *format, struct xf_surface_desc *desc)
{
	for (uint32_t k = 0; k < FORMATS; k++) {
		desc->width_px = small.width_px + k;
		assert_int_equal(k ? xf_stream_set_format(producer, format) : 0, 0);
		assert_int_equal(put(producer), 0);
	}
}

/*
 * A producer that goes leaves to its readers what they have still to get. It finds that out under
 * the domain's lock, which everybody else then waits for: by a few calls, not by one for each of
 * 256 frames. The sweep after a death does the same.
 */
static void few_while_the_lock_is_held(void **state)
{
	struct xf_surface_desc desc = small;
	struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	struct xf_stream_params params = {
		.size = sizeof(params), .format = &format, .frames = XF_POOL_MAX
	};
	struct xf_stream *producer, *reader;
	struct xf_domain *theirs;
	int fd;
	assert_int_equal(xf_domain_export(*state, 0, &fd), 0);
	assert_int_equal(xf_domain_join(fd, &theirs), 0);
	close(fd);
	assert_int_equal(xf_stream_create(theirs, &params, "cam", &producer), 0);
	assert_int_equal(xf_stream_open(*state, "cam", 0, &reader), 0);
	assert_int_equal(xf_stream_subscribe(reader, XF_STREAM_EVERY, 1), 0);
	put_in_each_format(producer, &format, &desc);
	reads = 0;
	xf_stream_close(producer);
	assert_in_range(reads, 1, 1 + 2 * FORMATS);
	for (uint32_t k = 0; k < FORMATS; k++)
		assert_int_equal(get(reader, 0), 0);
	xf_stream_close(reader);
	xf_domain_leave(theirs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_with_domain(none_while_the_reader_keeps_up),
		test_with_domain(one_wakes_all_sleepers),
		test_with_domain(few_while_the_lock_is_held),
	};
	limit(100);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
