/* SPDX-License-Identifier: MIT */
/*
 * The whole demo, in real processes, on small pictures: what does it promise when all is well, when
 * its roles are killed from outside at any time, and when it is asked for nonsense?
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <crossfence/crossfence.h>
#include <json.h>
#include <png.h>

#include "inputs.h"
#include "trace_check.h"

#define WAIT_NS INT64_C(60000000000)

static char folder[] = "/tmp/demo-run-XXXXXX";
static char pictures[64], out[64];

struct process {
	pid_t pid;
	int output, errors; /* files behind stdout and stderr */
};

static int open_log(const char *name)
{
	char path[96];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	return fd;
}

/* Words end with NULL. */
static struct process start(const char *const *words)
{
	char *argv[24] = { (char *)"crossfence", (char *)"demo" };
	struct process p = { .output = open_log("stdout"), .errors = open_log("stderr") };
	for (int i = 0; words[i]; i++)
		argv[i + 2] = (char *)words[i];
	p.pid = fork();
	assert_true(p.pid >= 0);
	if (p.pid == 0) {
		dup2(p.output, STDOUT_FILENO);
		dup2(p.errors, STDERR_FILENO);
		execv(getenv("CROSSFENCE_TOOL"), argv);
		_exit(127);
	}
	return p;
}

static char *read_log(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char *text = calloc(1, (size_t)size + 1);
	assert_int_equal(pread(fd, text, (size_t)size, 0), size);
	close(fd);
	return text;
}

/* Exit status, or 128 + signal; the caller frees the texts (either may be NULL: not wanted). */
static int finish(struct process *p, char **ret_output, char **ret_errors)
{
	int status;
	assert_int_equal(waitpid(p->pid, &status, 0), p->pid);
	char *output = read_log(p->output), *errors = read_log(p->errors);
	if (ret_output)
		*ret_output = output;
	else
		free(output);
	if (ret_errors)
		*ret_errors = errors;
	else
		free(errors);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static struct json_object *get(struct json_object *object, const char *key)
{
	struct json_object *value;
	if (!json_object_object_get_ex(object, key, &value))
		fail_msg("no \"%s\" in the result", key);
	return value;
}

static int64_t number(struct json_object *object, const char *key)
{
	return json_object_get_int64(get(object, key));
}

/* Waits for the end, which must be a good one, and returns the result; the caller puts it. */
static struct json_object *finish_well(struct process *p)
{
	char *output, *errors;
	int status = finish(p, &output, &errors);
	if (status)
		print_message("%s%s", output, errors);
	assert_int_equal(status, 0);
	struct json_object *result = json_tokener_parse(output);
	assert_non_null(result);
	assert_true(json_object_get_boolean(get(result, "ok")));
	assert_int_equal(number(result, "torn"), 0);
	assert_int_equal(number(result, "unaccounted"), 0);
	assert_int_equal(number(result, "lost"), 0);
	assert_int_equal(number(result, "delivered"), number(result, "frames"));
	free(output);
	free(errors);
	return result;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static int set_up(void **state)
{
	assert_non_null(mkdtemp(folder));
	snprintf(pictures, sizeof(pictures), "%s/pictures", folder);
	snprintf(out, sizeof(out), "%s/out", folder);
	assert_int_equal(mkdir(pictures, 0700), 0);
	input_folder(pictures);
	return 0;
}

static int tear_down(void **state)
{
	return nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void assert_skipped(struct json_object *result, const char *name)
{
	struct json_object *skipped = get(get(result, "pictures"), "skipped");
	for (size_t i = 0; i < json_object_array_length(skipped); i++) {
		struct json_object *one = json_object_array_get_idx(skipped, i);
		if (strcmp(json_object_get_string(get(one, "name")), name) == 0) {
			assert_true(json_object_get_string_len(get(one, "reason")) > 0);
			return;
		}
	}
	fail_msg("%s is not named as skipped", name);
}

/* The colours of the three pictures must be on the sheet, in their thousands. */
static void check_sheet(void)
{
	static const uint8_t wanted[INPUT_GOOD][3] = { { 200, 20, 20 }, { 20, 160, 20 },
		{ 20, 20, 220 } };
	unsigned found[INPUT_GOOD] = { 0 };
	png_image png = { .version = PNG_IMAGE_VERSION };
	char path[96];
	snprintf(path, sizeof(path), "%s/contact-sheet.png", out);
	assert_true(png_image_begin_read_from_file(&png, path));
	png.format = PNG_FORMAT_RGB;
	uint8_t *rgb = malloc(PNG_IMAGE_SIZE(png));
	assert_true(png_image_finish_read(&png, NULL, rgb, 0, NULL));
	for (size_t i = 0; i < (size_t)png.width * png.height; i++)
		for (int p = 0; p < INPUT_GOOD; p++)
			found[p] += abs(rgb[3 * i] - wanted[p][0]) < 6 &&
				    abs(rgb[3 * i + 1] - wanted[p][1]) < 6 &&
				    abs(rgb[3 * i + 2] - wanted[p][2]) < 6;
	for (int p = 0; p < INPUT_GOOD; p++)
		assert_true(found[p] > 20000);
	free(rgb);
}

static void check_trace(struct json_object *result)
{
	struct trace_facts facts;
	char path[96];
	unsigned deaths = (unsigned)json_object_array_length(get(result, "deaths"));
	snprintf(path, sizeof(path), "%s/timeline.json", out);
	trace_check(path, &facts);
	assert_int_equal(facts.kills, deaths);
	assert_int_equal(facts.processes, 3 + deaths);
	assert_int_equal(facts.surfaces, 6 * 3);
	assert_int_equal(facts.owner_intervals, facts.surface_intervals);
	/* Who was killed may not have come to tell of the last one. */
	assert_true(facts.owner_intervals + deaths >= 3 * number(result, "frames"));
}

static void two_are_killed_and_nothing_is_lost(void **state)
{
	const char *words[] = { "--json", "--frames", "60", "--out", out, pictures, NULL };
	struct process p = start(words);
	struct json_object *result = finish_well(&p);
	struct json_object *deaths = get(result, "deaths");
	assert_int_equal(number(result, "frames"), 60);
	assert_int_equal(json_object_array_length(deaths), 2);
	const char *roles[] = { "consumer-a", "producer" };
	const int64_t frames[] = { 20, 40 };
	for (size_t i = 0; i < 2; i++) {
		struct json_object *death = json_object_array_get_idx(deaths, i);
		assert_string_equal(json_object_get_string(get(death, "role")), roles[i]);
		assert_int_equal(number(death, "signal"), SIGKILL);
		assert_true(json_object_get_boolean(get(death, "owned_surface")));
		assert_int_equal(number(death, "frame"), frames[i]);
		assert_true(json_object_get_double(get(death, "back_after_ms")) > 0);
	}
	assert_int_equal(number(result, "sent_again"), 2);
	assert_true(number(result, "reclaimed") >= 2);
	assert_int_equal(number(get(result, "pictures"), "found"), INPUT_GOOD + INPUT_BAD);
	assert_int_equal(number(get(result, "pictures"), "shown"), INPUT_GOOD);
	assert_int_equal(
		json_object_array_length(get(get(result, "pictures"), "skipped")), INPUT_BAD);
	assert_skipped(result, "cut.jpg");
	assert_skipped(result, "cut.png");
	assert_skipped(result, "empty.jpg");
	assert_skipped(result, "text.jpg");
	assert_skipped(result, "deeper");
	assert_skipped(result, "nowhere.jpg");
	check_sheet();
	check_trace(result);
	json_object_put(result);
}

static void time_may_be_the_limit(void **state)
{
	const char *words[] = { "--json", "--seconds", "1.5", "--out", out, pictures, NULL };
	struct process p = start(words);
	struct json_object *result = finish_well(&p);
	assert_int_equal(json_object_array_length(get(result, "deaths")), 2);
	assert_true(json_object_get_double(get(result, "seconds")) > 1.2);
	assert_int_equal(number(get(result, "pictures"), "shown"), INPUT_GOOD);
	json_object_put(result);
}

static void nobody_is_killed_when_not_wanted(void **state)
{
	const char *words[] = { "--json", "--no-kill", "--frames", "12", "--surfaces", "4", "--out",
		out, pictures, NULL };
	struct process p = start(words);
	struct json_object *result = finish_well(&p);
	assert_int_equal(number(result, "frames"), 12);
	assert_int_equal(json_object_array_length(get(result, "deaths")), 0);
	assert_int_equal(number(result, "reclaimed"), 0);
	assert_int_equal(number(result, "sent_again"), 0);
	assert_int_equal(number(result, "repeated"), 0);
	json_object_put(result);
}

static void one_frame_is_enough(void **state)
{
	const char *words[] = { "--json", "--frames", "1", "--out", out, pictures, NULL };
	struct process p = start(words);
	struct json_object *result = finish_well(&p);
	assert_int_equal(number(result, "frames"), 1);
	assert_int_equal(json_object_array_length(get(result, "deaths")), 2);
	json_object_put(result);
}

static void people_get_a_table(void **state)
{
	const char *words[] = { "--frames", "14", "--out", out, pictures, NULL };
	struct process p = start(words);
	char *output, *errors;
	assert_int_equal(finish(&p, &output, &errors), 0);
	static const char *const rows[] = { "frames ", "lost ", "torn ", "reclaimed after kill",
		"hand-off p50", "hand-off p99 ", "hand-off p99.9", "frames/s", "contact-sheet.png",
		"timeline.json", "skipped text.jpg: neither JPEG nor PNG" };
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!strstr(output, rows[i]))
			fail_msg("no '%s' in the table:\n%s", rows[i], output);
	assert_non_null(strstr(errors, "kill -9 consumer-a"));
	assert_non_null(strstr(errors, "kill -9 producer"));
	assert_null(strchr(errors, '\r')); /* not a terminal */
	free(output);
	free(errors);
}

/* Joins a running demo as one more member. */
struct guest {
	struct xf_domain *domain;
	struct xf_timeline *done; /* frames that consumer B had */
};

static void join(struct guest *guest, const struct process *p)
{
	char name[32];
	xf_id id;
	snprintf(name, sizeof(name), "demo-%d", p->pid);
	assert_int_equal(xf_domain_open(name, 0, xf_deadline(WAIT_NS), &guest->domain), 0);
	assert_int_equal(xf_domain_find(guest->domain, XF_TIMELINE, "done-consumer-b", &id), 0);
	assert_int_equal(xf_timeline_open(guest->domain, id, &guest->done), 0);
}

static void leave(struct guest *guest)
{
	xf_timeline_close(guest->done);
	xf_domain_leave(guest->domain);
}

static void wait_for_frames(struct guest *guest, uint64_t more)
{
	uint64_t done;
	assert_int_equal(xf_timeline_value(guest->done, &done), 0);
	assert_int_equal(xf_timeline_wait(guest->done, done + more, xf_deadline(WAIT_NS)), 0);
}

struct search {
	const char *name;
	pid_t pid;
};

static int compare_name(const struct xf_member_info *info, void *arg)
{
	struct search *search = arg;
	if (!info->dead && strcmp(info->name, search->name) == 0)
		search->pid = info->pid;
	return 0;
}

static pid_t find(struct guest *guest, const char *name)
{
	struct search search = { .name = name };
	assert_int_equal(xf_inspect_members(guest->domain, compare_name, &search), 0);
	assert_true(search.pid > 0);
	return search.pid;
}

/* Killed by somebody else, at whatever they were doing. */
static void outside_kills_lose_nothing_either(void **state)
{
	static const char *const victims[] = { "xf-consumer-b", "xf-producer", "xf-consumer-a",
		"xf-producer", "xf-consumer-b" };
	const char *words[] = { "--json", "--no-kill", "--seconds", "60", "--out", out, pictures,
		NULL };
	struct process p = start(words);
	struct guest guest;
	join(&guest, &p);
	for (size_t i = 0; i < sizeof(victims) / sizeof(victims[0]); i++) {
		wait_for_frames(&guest, 12);
		kill(find(&guest, victims[i]), SIGKILL);
	}
	wait_for_frames(&guest, 12);
	leave(&guest);
	kill(p.pid, SIGINT);
	struct json_object *result = finish_well(&p);
	assert_int_equal(json_object_array_length(get(result, "deaths")), 5);
	assert_true(number(result, "frames") >= 72);
	check_trace(result);
	json_object_put(result);
}

static void ctrl_c_ends_it_in_order(void **state)
{
	const char *words[] = { "--json", "--no-kill", "--seconds", "60", "--out", out, pictures,
		NULL };
	struct process p = start(words);
	struct guest guest;
	join(&guest, &p);
	wait_for_frames(&guest, 10);
	leave(&guest);
	kill(p.pid, SIGINT);
	struct json_object *result = finish_well(&p);
	assert_true(number(result, "frames") >= 10);
	json_object_put(result);
}

static int watch(pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	assert_true(fd >= 0);
	return fd;
}

static void assert_ends(int pidfd)
{
	struct pollfd end = { .fd = pidfd, .events = POLLIN };
	assert_int_equal(poll(&end, 1, (int)(WAIT_NS / 1000000)), 1);
	close(pidfd);
}

static void nobody_outlives_the_supervisor(void **state)
{
	static const char *const roles[] = { "xf-producer", "xf-consumer-a", "xf-consumer-b" };
	const char *words[] = { "--json", "--no-kill", "--seconds", "60", "--out", out, pictures,
		NULL };
	struct process p = start(words);
	struct guest guest;
	int ends[3];
	char name[32];
	join(&guest, &p);
	wait_for_frames(&guest, 10); /* so that both consumers are there */
	for (int i = 0; i < 3; i++)
		ends[i] = watch(find(&guest, roles[i]));
	leave(&guest);
	kill(p.pid, SIGKILL);
	assert_int_equal(finish(&p, NULL, NULL), 128 + SIGKILL);
	for (int i = 0; i < 3; i++)
		assert_ends(ends[i]);
	snprintf(name, sizeof(name), "demo-%d", p.pid);
	assert_int_equal(xf_domain_open(name, 0, 0, &guest.domain), -ENOENT);
}

/* Every end that the demo itself brings about has a reason, and the reason is all that is told. */
static void a_sheet_that_cannot_be_written_is_the_only_thing_told(void **state)
{
	char sheet[128], *errors;
	const char *words[] = { "--no-kill", "--frames", "6", "--out", out, pictures, NULL };
	snprintf(sheet, sizeof(sheet), "%s/contact-sheet.png", out);
	unlink(sheet);
	assert_int_equal(symlink("/dev/full", sheet), 0);
	struct process p = start(words);
	assert_int_equal(finish(&p, NULL, &errors), 1);
	snprintf(sheet, sizeof(sheet), "%s/contact-sheet.png: No space left on device", out);
	if (!strstr(errors, sheet) || strstr(errors, "signal"))
		fail_msg("told: %s", errors);
	free(errors);
}

/* A folder of 64 KiB, as the child of a user namespace may mount one. */
static bool mount_small(const char *path)
{
	return unshare(CLONE_NEWNS) == 0 &&
	       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("small", path, "tmpfs", 0, "size=64k") == 0;
}

static void a_full_disk_is_told_before_the_run(void **state)
{
	char small[64], why[128], *errors;
	const char *words[] = { "--frames", "100000", "--out", small, pictures, NULL };
	snprintf(small, sizeof(small), "%s/small", folder);
	snprintf(why, sizeof(why), "%s/contact-sheet.png: No space left", small);
	assert_int_equal(mkdir(small, 0700), 0);
	if (!mount_small(small))
		skip(); /* only root may */
	struct process p = start(words);
	assert_int_equal(finish(&p, NULL, &errors), 1);
	if (!strstr(errors, why))
		fail_msg("told: %s", errors);
	assert_int_equal(umount(small), 0);
	free(errors);
}

/* Words, the status they lead to, and a part of the one line that says why. */
static void refused(const char *const *words, int status, const char *why)
{
	struct process p = start(words);
	char *output, *errors;
	int found = finish(&p, &output, &errors);
	if (found != status || !strstr(errors, why))
		fail_msg("instead of \"%s\": status %d, %s", why, found, errors);
	assert_string_equal(output, "");
	free(output);
	free(errors);
}

static void nonsense_is_refused(void **state)
{
	char empty[80], bad[96], file[96];
	snprintf(empty, sizeof(empty), "%s/pictures/deeper/none", folder);
	snprintf(bad, sizeof(bad), "%s/text.jpg", pictures);
	snprintf(file, sizeof(file), "%s/text.jpg/out", pictures);
	refused((const char *[]){ "--out", out, empty, NULL }, 1, "No such file");
	assert_int_equal(mkdir(empty, 0700), 0);
	refused((const char *[]){ "--out", out, empty, NULL }, 1, "nothing in");
	refused((const char *[]){ "--out", out, bad, NULL }, 1, "none of the pictures");
	refused((const char *[]){ "--out", file, pictures, NULL }, 1, "Not a directory");
	refused((const char *[]){ "--out", bad, pictures, NULL }, 1, "text.jpg: Not a directory");
	refused((const char *[]){ "--frames", "0", NULL }, 2, "not a number");
	refused((const char *[]){ "--frames", "12x", NULL }, 2, "not a number");
	refused((const char *[]){ "--frames", "-1", NULL }, 2, "not a number");
	refused((const char *[]){ "--seconds", "nan", NULL }, 2, "not a time");
	refused((const char *[]){ "--surfaces", "3", NULL }, 2, "not a number");
	refused((const char *[]){ "--frobnicate", NULL }, 2, "--frobnicate");
	refused((const char *[]){ "--frames", NULL }, 2, "--frames");
	refused((const char *[]){ "--role", "producer", "--name", "x", NULL }, 2, "not for people");
	assert_int_equal(rmdir(empty), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_are_killed_and_nothing_is_lost),
		cmocka_unit_test(time_may_be_the_limit),
		cmocka_unit_test(nobody_is_killed_when_not_wanted),
		cmocka_unit_test(one_frame_is_enough),
		cmocka_unit_test(people_get_a_table),
		cmocka_unit_test(outside_kills_lose_nothing_either),
		cmocka_unit_test(ctrl_c_ends_it_in_order),
		cmocka_unit_test(nobody_outlives_the_supervisor),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(a_sheet_that_cannot_be_written_is_the_only_thing_told),
		cmocka_unit_test(a_full_disk_is_told_before_the_run),
	};
	alarm(200);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
