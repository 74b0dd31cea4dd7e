/* SPDX-License-Identifier: MIT */
/* What the service tells its operator: lines with their parts, counts, times, and the VMM's word.
 */
#include <stdbool.h>

#include "raw_guest.h"

static struct test_host t;

struct line {
	enum xf_host_log_level level;
	char guest[64], reason[32], text[256];
};

static struct line lines[256];
static int n_lines;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void keep_line(void *arg, const struct xf_host_log_entry *entry)
{
	pthread_mutex_lock(&lock);
	struct line *line = &lines[n_lines++ % 256];
	line->level = entry->level;
	snprintf(line->guest, sizeof(line->guest), "%s", entry->guest ? entry->guest : "");
	snprintf(line->reason, sizeof(line->reason), "%s", entry->reason);
	snprintf(line->text, sizeof(line->text), "%s", entry->line);
	pthread_mutex_unlock(&lock);
}

static int count_lines(const char *guest, const char *reason, const char *text)
{
	int n = 0;
	pthread_mutex_lock(&lock);
	for (int i = 0; i < n_lines && i < 256; i++)
		n += !strcmp(lines[i].guest, guest) && !strcmp(lines[i].reason, reason) &&
		     strstr(lines[i].text, text) != NULL;
	pthread_mutex_unlock(&lock);
	return n;
}

static void await_line(const char *guest, const char *reason, const char *text)
{
	for (int64_t end = xf_deadline(60 * SECOND); xf_now() < end; usleep(1000))
		if (count_lines(guest, reason, text))
			return;
	for (int i = 0; i < n_lines; i++)
		print_message("%d %s: %s\n", lines[i].level, lines[i].reason, lines[i].text);
	fail_msg("no line of %s, %s: %s", guest, reason, text);
}

static void *seen_arg; /* what process_create was given for a process of a guest */

static int see_process(void *self, const struct xf_host_process_info *info, void **ret_process)
{
	seen_arg = info->arg;
	return 0;
}

static struct xf_host_guest *start_by(
	enum xf_host_transport transport, enum xf_host_log_level level, const char *path, void *arg)
{
	static struct xf_host_driver driver = { .size = sizeof(driver),
		.process_create = see_process };
	struct xf_host_params params = { .size = sizeof(params),
		.flags = XF_HOST_OWN_THREAD,
		.driver = &driver,
		.log_entry = keep_line,
		.log_level = level };
	struct xf_host_guest_params guest = { .size = sizeof(guest),
		.name = "vm0",
		.transport = transport,
		.address = path,
		.arg = arg };
	struct xf_host_guest *added;
	n_lines = 0;
	ok(xf_host_create(&params, &t.host));
	ok(xf_host_guest_add(t.host, &guest, &added));
	return added;
}

static struct xf_host_guest *start(enum xf_host_log_level level, const char *path, void *arg)
{
	return start_by(XF_HOST_UNIX, level, path, arg);
}

/* Coming and going is told once each, with whom and why; trouble too. */
static void coming_and_going_is_told(void **state)
{
	const char *path = test_path("told.sock");
	uint64_t session;
	(void)start(XF_HOST_LOG_INFO, path, NULL);
	int one = begin_raw(path, &session), two = begin_raw(path, &session);
	await_line("vm0", "connect", "guest vm0: connected by unix");
	close(two);
	await_line("vm0", "loss", "lost a connection with 1 process: the connection ended");
	put(one, (struct xfw_msg){ .type = XFW_EVENT_CLOSE, .session = 1, .process = 1 }, NULL, 0);
	await_line("vm0", "protocol", "protocol error: ");
	await_line("vm0", "disconnect", "disconnected with 1 process: it broke the protocol");
	assert_int_equal(count_lines("vm0", "connect", ""), 1);
	assert_int_equal(count_lines("vm0", "disconnect", ""), 1);
	assert_int_equal(n_lines, 4);
	struct xf_guest *guest = guest_connect(path, "polite", 0);
	xf_guest_disconnect(guest);
	await_line("vm0", "disconnect", "guest vm0: disconnected: ");
	close(one);
	xf_host_destroy(t.host);
}

static int serve_as(int type, const char *path)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	snprintf(name.sun_path, sizeof(name.sun_path), "%s", path);
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	ok(bind(fd, (struct sockaddr *)&name, sizeof(name)));
	if (type == SOCK_STREAM)
		ok(listen(fd, 8));
	return fd;
}

/* It is tried again and again; each cause is told once. */
static void why_no_vmm_is_reached_is_told(void **state)
{
	const char *path = test_path("vmm.sock");
	(void)start_by(XF_HOST_VIRTIO_SERIAL, XF_HOST_LOG_INFO, path, NULL);
	await_line("vm0", "absent", "guest vm0: waits for a VMM at ");
	int wrong = serve_as(SOCK_DGRAM, path);
	await_line("vm0", "failed", "cannot connect to ");
	usleep(400000); /* some tries */
	close(wrong);
	unlink(path);
	int vmm = serve_as(SOCK_STREAM, path), fd = accept(vmm, NULL, NULL);
	assert_true(fd >= 0);
	unlink(path);
	close(vmm);
	close(fd);
	xf_host_destroy(t.host);
	assert_int_equal(count_lines("vm0", "failed", ""), 1);
	/* Others while the sockets were exchanged, and after. */
	assert_in_range(count_lines("vm0", "absent", ""), 1, 6);
}

static void lines_have_levels(void **state)
{
	const char *path = test_path("levels.sock");
	uint64_t session;
	(void)start(0, path, NULL);
	close(begin_raw(path, &session));
	int fd = begin_raw(path, &session);
	assert_int_equal(xf_host_set_log_level(t.host, 5), -EINVAL);
	ok(xf_host_set_log_level(t.host, XF_HOST_LOG_DEBUG));
	assert_int_equal(n_lines, 0);
	int another = begin_raw(path, &session);
	await_line("vm0", "connect", "one more connection");
	assert_int_equal(lines[0].level, XF_HOST_LOG_DEBUG);
	ok(xf_host_set_log_level(t.host, XF_HOST_LOG_ERROR));
	int n = n_lines;
	close(another);
	close(fd);
	xf_host_destroy(t.host);
	assert_int_equal(n_lines, n);
}

static int find_info(const struct xf_host_guest_info *info, void *arg)
{
	memcpy(arg, info, sizeof(*info));
	return 0;
}

static struct xf_host_guest_info look(void)
{
	struct xf_host_guest_info info;
	ok(xf_host_inspect_guests(t.host, find_info, &info));
	return info;
}

static void the_vmm_knows_its_guest_again(void **state)
{
	const char *path = test_path("arg.sock");
	int mine;
	uint64_t session;
	(void)start(0, path, &mine);
	close(begin_raw(path, &session));
	assert_ptr_equal(seen_arg, &mine);
	assert_ptr_equal(look().arg, &mine);
	xf_host_destroy(t.host);
}

static uint64_t slower_than(const struct xf_host_guest_info *info, int64_t ns)
{
	uint64_t n = info->queue_times[XF_HOST_QUEUE_TIMES - 1];
	for (int i = 1; i < XF_HOST_QUEUE_TIMES - 1; i++)
		n += XF_HOST_QUEUE_TIME_NS(i - 1) >= ns ? info->queue_times[i] : 0;
	return n;
}

static bool has(const char *text, const char *line)
{
	const char *at = strstr(text, line);
	return at && (at == text || at[-1] == '\n');
}

static int keep_handle(const struct xf_host_process_list_info *info, void *arg)
{
	*(xf_host_handle *)arg = info->process;
	return 0;
}

/* A guest that does not read for a while is seen by the time its signals wait. */
static void queue_times_are_counted(void **state)
{
	const char *path = test_path("times.sock");
	uint64_t session, n = 0, taken = 0;
	char *page, line[160];
	start(0, path, NULL);
	xf_host_handle process = 0;
	int fd = begin_raw(path, &session);
	ok(xf_host_inspect_processes(t.host, keep_handle, &process));
	while (xf_host_signal(t.host, process, 1, 0) == 0)
		n++;
	struct xf_host_guest_info before = look();
	assert_int_equal(slower_than(&before, 66 * MS), 0);
	poll(NULL, 0, 300);
	while (taken < n)
		taken += take(fd).type == XFW_SIGNAL;
	struct xf_host_guest_info info = look();
	print_message("%llu signals, %llu waited long\n", (unsigned long long)n,
		(unsigned long long)slower_than(&info, 66 * MS));
	assert_true(slower_than(&info, 66 * MS) >= 4096 / 13);
	assert_true(info.queue_time_sum_ns > 4096 / 13 * UINT64_C(250000000));
	assert_int_equal(info.messages, 2);
	ok(xf_host_metrics(t.host, &page));
	snprintf(line, sizeof(line),
		"crossfence_guest_signals_delivered_total{guest=\"vm0\",transport=\"unix\"} %llu\n",
		(unsigned long long)n);
	assert_true(has(page, line));
	assert_true(has(page, "# TYPE crossfence_guest_queue_seconds histogram\n"));
	assert_true(
		has(page, "crossfence_guest_queue_seconds_bucket{guest=\"vm0\",le=\"0.065536\"} "));
	assert_true(has(page, "crossfence_guest_queue_seconds_count{guest=\"vm0\"} "));
	assert_true(
		has(page, "crossfence_guest_queue_limit{guest=\"vm0\",transport=\"unix\"} 4096\n"));
	free(page);
	close(fd);
	xf_host_destroy(t.host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(coming_and_going_is_told),
		cmocka_unit_test(why_no_vmm_is_reached_is_told),
		cmocka_unit_test(lines_have_levels),
		cmocka_unit_test(the_vmm_knows_its_guest_again),
		cmocka_unit_test(queue_times_are_counted),
	};
	return cmocka_run_group_tests_name("reports", tests, NULL, test_remove_folder);
}
