/* SPDX-License-Identifier: MIT */
/* crossfenced's lines in the journal, which the test plays: a datagram of fields for each. */
#include "vmtest.h"
#include "../../tools/crossfenced/report.h"
#include <fcntl.h>
#include <sys/stat.h>

static int journal, err;

/* Standard error becomes a file, and the environment says which one the journal is. */
static int begin(void **state)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX, .sun_path = "journal.sock" };
	struct timeval limit = { 10, 0 };
	ok(chdir(test_folder()));
	journal = socket(AF_UNIX, SOCK_DGRAM, 0);
	ok(bind(journal, (struct sockaddr *)&name, sizeof(name)));
	setsockopt(journal, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	err = open("err", O_RDWR | O_CREAT | O_TRUNC, 0600);
	return 0;
}

static const char *written(void)
{
	static char text[512];
	ssize_t n = pread(err, text, sizeof(text) - 1, 0);
	text[n > 0 ? n : 0] = 0;
	return text;
}

/* Says it with `err` as standard error; which is another one before and after that. */
static void say(const char *stream)
{
	int before = dup(2);
	dup2(err, 2);
	setenv("JOURNAL_STREAM", stream, 1);
	report_start();
	report(XF_HOST_LOG_WARNING, "vm0", "protocol", "protocol error: a\nb");
	report(XF_HOST_LOG_INFO, NULL, "reload", "reload: done");
	fflush(stderr);
	dup2(before, 2);
	close(before);
}

/* Systemd sets it for all; standard error may be a file by now. */
static void another_stream_is_no_journal(void **state)
{
	say("1:2");
	assert_string_equal(written(),
		"crossfenced: guest vm0: protocol error: a b\ncrossfenced: reload: done\n");
}

static void the_journal_gets_fields(void **state)
{
	char stream[64], text[1024] = "";
	struct stat stat;
	ok(ftruncate(err, 0));
	ok(fstat(err, &stat));
	snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)stat.st_dev,
		(unsigned long long)stat.st_ino);
	say(stream);
	assert_true(recv(journal, text, sizeof(text) - 1, 0) > 0);
	assert_string_equal(text, "MESSAGE=guest vm0: protocol error: a b\nPRIORITY=4\n"
				  "SYSLOG_IDENTIFIER=crossfenced\nCROSSFENCE_REASON=protocol\n"
				  "CROSSFENCE_GUEST=vm0\n");
	memset(text, 0, sizeof(text));
	assert_true(recv(journal, text, sizeof(text) - 1, 0) > 0);
	assert_string_equal(text, "MESSAGE=reload: done\nPRIORITY=6\n"
				  "SYSLOG_IDENTIFIER=crossfenced\nCROSSFENCE_REASON=reload\n");
	assert_string_equal(written(), "");
	/* A journal that is gone loses no line. */
	close(journal);
	lseek(err, 0, SEEK_SET);
	say(stream);
	assert_non_null(strstr(written(), "crossfenced: reload: done\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_stream_is_no_journal),
		cmocka_unit_test(the_journal_gets_fields),
	};
	return cmocka_run_group_tests_name("the journal", tests, begin, test_remove_folder);
}
