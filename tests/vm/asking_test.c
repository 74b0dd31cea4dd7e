/* SPDX-License-Identifier: MIT */
/* What crossfence host says of a service that does not answer as one does that has time. */
#include "vmtest.h"
#include "programs.h"

/* Returns the answer's exit status; what the tool printed is in test_path(`log`). */
static pid_t ask_tool(const char *socket, const char *log)
{
	char *argv[] = { getenv("XF_TOOL"), "host", "--control", (char *)socket, "list", NULL };
	return start(argv, log);
}

static void said(const char *log, const char *words)
{
	if (!contains(log, words))
		fail_msg("%s does not say: %s", log, words);
}

static int listen_on(const char *path, int queue)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	snprintf(name.sun_path, sizeof(name.sun_path), "%s", path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	assert_int_equal(listen(fd, queue), 0);
	return fd;
}

/* It is there and takes the question, or not even that. Both at once: they wait ten seconds. */
static void one_that_is_stopped_is_not_another_one(void **state)
{
	const char *a = test_path("stopped.sock"), *b = test_path("full.sock");
	const char *log_a = test_path("stopped.log"), *log_b = test_path("full.log");
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int taking = listen_on(a, 8), full = listen_on(b, 0);
	int first = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(name.sun_path, sizeof(name.sun_path), "%s", b);
	ok(connect(first, (struct sockaddr *)&name, sizeof(name)));
	pid_t one = ask_tool(a, log_a), two = ask_tool(b, log_b);
	assert_int_equal(exit_status(one), 1);
	assert_int_equal(exit_status(two), 1);
	said(log_a, "no answer within 10 s; crossfenced is busy");
	said(log_b, "no answer within 10 s; crossfenced is busy");
	close(first);
	close(taking);
	close(full);
}

/* As one does that thinks the asker too slow: what it did not read it did not do. */
static void hang_up(int listener)
{
	int fd = accept(listener, NULL, NULL);
	struct pollfd item = { .fd = fd, .events = POLLIN };
	assert_true(poll(&item, 1, 60000) == 1);
	close(fd);
}

static void answer(int listener, const char *text)
{
	char question[16];
	int fd = accept(listener, NULL, NULL);
	assert_int_equal(read(fd, question, sizeof(question)), 5);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static void one_that_hangs_up_is_asked_again(void **state)
{
	const char *path = test_path("hasty.sock"), *log = test_path("hasty.log");
	int listener = listen_on(path, 8);
	pid_t pid = ask_tool(path, log);
	hang_up(listener);
	hang_up(listener);
	answer(listener, "guest transport=unix name=vm9\nend\n");
	assert_int_equal(exit_status(pid), 0);
	said(log, "vm9");
	/* But not for ever. */
	pid = ask_tool(path, log);
	for (int i = 0; i < 5; i++)
		hang_up(listener);
	assert_int_equal(exit_status(pid), 1);
	said(log, "closed before the question was read");
	close(listener);
}

static void another_service_is_not_taken_for_it(void **state)
{
	const char *path = test_path("other.sock"), *log = test_path("other.log");
	int listener = listen_on(path, 8);
	pid_t pid = ask_tool(path, log);
	answer(listener, "HTTP/1.1 400 Bad Request\r\n\r\n");
	assert_int_equal(exit_status(pid), 1);
	said(log, "that is not crossfenced");
	close(listener);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_is_stopped_is_not_another_one),
		cmocka_unit_test(one_that_hangs_up_is_asked_again),
		cmocka_unit_test(another_service_is_not_taken_for_it),
	};
	if (!getenv("XF_TOOL"))
		return 77;
	return cmocka_run_group_tests_name("asking", tests, NULL, test_remove_folder);
}
