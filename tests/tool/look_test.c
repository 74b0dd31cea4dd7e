/* SPDX-License-Identifier: MIT */
/* list, show, version, and how the tool refuses what makes no sense. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <crossfence/crossfence.h>

#include "play.h"

static void version_is_the_librarys(void **state)
{
	char line[64];
	struct play *p = tool("version", NULL);
	snprintf(line, sizeof(line), "crossfence %s\n", xf_version());
	assert_int_equal(p->status, 0);
	assert_string_equal(p->stdout_text, line);
	play_free(p);
	struct json_object *json = assert_json(tool("version", "--json", NULL));
	assert_string_equal(json_text(json, "version"), xf_version());
	json_object_put(json);
}

static void help_is_no_error(void **state)
{
	static const char *const commands[] = { "list", "show", "top", "wait", "signal",
		"version" };
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		char start[64];
		struct play *p = tool(commands[i], "--help", NULL);
		snprintf(start, sizeof(start), "Usage: crossfence %s", commands[i]);
		assert_int_equal(p->status, 0);
		assert_int_equal(strncmp(p->stdout_text, start, strlen(start)), 0);
		assert_string_equal(p->stderr_text, "");
		struct play *q = tool("help", commands[i], NULL);
		assert_string_equal(q->stdout_text, p->stdout_text);
		play_free(q);
		play_free(p);
	}
	assert_refused(tool("help", "shew", NULL), 2, "there is no command 'shew'");
}

static void wrong_command_lines_are_told(void **state)
{
	assert_refused(tool("shew", NULL), 2, "there is no command 'shew'");
	assert_refused(tool("show", NULL), 2, "NAME is missing");
	assert_refused(tool("wait", NULL), 2, "NAME is missing");
	assert_refused(tool("signal", "camera", NULL), 2, "OBJECT is missing");
	assert_refused(tool("list", "camera", NULL), 2, "'camera' is one word too many");
	assert_refused(tool("list", "--jason", NULL), 2, "--jason");
	assert_refused(tool("list", "--once", NULL), 2, "--once");
	assert_refused(tool("show", "-x", "camera", NULL), 2, "-x");
	assert_refused(tool("top", "-d", NULL), 2, "-d needs a value");
	assert_refused(tool("top", "-d", "0", "camera", NULL), 2, "0.05 seconds");
	assert_refused(tool("top", "-d", "soon", "camera", NULL), 2, "'soon' is no delay");
	assert_refused(tool("wait", "--timeout", "-1", "a", "b", NULL), 2, "'-1' is no time");
	assert_refused(tool("wait", "--timeout", "1e400", "a", "b", NULL), 2, "is no time");
	assert_refused(tool("wait", "--timeout", "nan", "a", "b", NULL), 2, "is no time");
	assert_refused(tool("wait", "--value", "-1", "a", "b", NULL), 2, "'-1' is no value");
	assert_refused(
		tool("wait", "--value", "18446744073709551616", "a", "b", NULL), 2, "is no value");
	assert_refused(tool("wait", "--value", "1", "a", NULL), 2, "needs an OBJECT");
	assert_refused(tool("show", "../camera", NULL), 2, "cannot be a name");
	assert_refused(tool("show", "", NULL), 2, "cannot be a name");
	assert_refused(tool("show", "\033[31m", NULL), 2, "'?[31m' cannot be a name");
}

static void no_command_shows_help_and_fails(void **state)
{
	char *argv[] = { getenv("CROSSFENCE_TOOL"), NULL };
	struct play *p = play_start(argv, NULL);
	assert_int_equal(play_finish(p), 2);
	assert_non_null(strstr(p->stderr_text, "Usage: crossfence COMMAND"));
	play_free(p);
}

static void nothing_served_is_told_but_no_failure(void **state)
{
	char said[256];
	snprintf(said, sizeof(said), "no names are served for this user in %s",
		getenv("XDG_RUNTIME_DIR"));
	assert_refused(tool("list", NULL), 0, said);
	struct json_object *json = assert_json(tool("list", "--json", NULL));
	assert_int_equal(json_object_array_length(json_object_object_get(json, "domains")), 0);
	json_object_put(json);
}

static void unknown_name_is_told(void **state)
{
	assert_refused(tool("show", "camera", NULL), 5, "nobody serves the name 'camera'");
	assert_refused(tool("top", "camera", NULL), 5, "nobody serves the name 'camera'");
	assert_refused(tool("wait", "camera", "ready", NULL), 5, "nobody serves the name 'camera'");
	assert_refused(tool("signal", "camera", "ready", NULL), 5, "nobody serves");
	assert_refused(tool("show", "--json", "camera", NULL), 5, "nobody serves");
}

static void list_names_every_domain(void **state)
{
	char pid[32];
	struct play *b = stage_start("b.cam"), *a = stage_start("a-cam");
	struct play *p = tool("list", NULL);
	assert_int_equal(p->status, 0);
	char *first = strstr(p->stdout_text, "\na-cam "),
	     *second = strstr(p->stdout_text, "\nb.cam ");
	assert_non_null(first);
	assert_true(second > first);
	snprintf(pid, sizeof(pid), "%d  tool-stage\n", (int)a->pid);
	assert_non_null(strstr(first, pid));
	play_free(p);
	struct json_object *json = assert_json(tool("list", "--json", NULL));
	struct json_object *domains = json_object_object_get(json, "domains");
	assert_int_equal(json_object_array_length(domains), 2);
	struct json_object *domain = json_pick(domains, "name", "b.cam");
	assert_int_equal(json_number(domain, "n_members"), 2);
	assert_int_equal(json_number(domain, "n_objects"), 19);
	assert_int_equal(json_number(domain, "deaths"), 1);
	assert_int_equal(json_number(json_object_object_get(domain, "server"), "pid"), b->pid);
	json_object_put(json);
	stage_kill(a);
	stage_kill(b);
}

static void show_tells_what_is_there(void **state)
{
	char held[128];
	struct play *stage = stage_start("camera");
	struct play *p = tool("show", "camera", NULL);
	assert_int_equal(p->status, 0);
	snprintf(held, sizeof(held), "held by %d tool-stage, acquired with key 1311768467463790320",
		(int)stage->pid);
	const char *const wanted[] = { held, "camera: 2 members, 19 of 16384 objects", "64.0 MiB",
		"tool-stage   serves the name", "abandoned, its last key was 0", "abandoned at 7",
		"at 41", "surface      frames-pool[0] ", "used by 1, key 0, 640x480 AB24 (1.2 MiB)",
		"1 of 3 used, 3 x 640x480 AB24", "sync object  use-of-frame ",
		"ready, use 1, 0 still reading" };
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (!strstr(p->stdout_text, wanted[i]))
			fail_msg("'%s' is missing in %s", wanted[i], p->stdout_text);
	/* What others wrote reaches no terminal as it is: an 8-bit CSI. */
	assert_non_null(strstr(p->stdout_text, "h\xc3\xa9llo ?"));
	assert_null(strstr(p->stdout_text, "\xc2\x9b"));
	play_free(p);
	stage_kill(stage);
}

static void show_json_is_complete(void **state)
{
	struct play *stage = stage_start("camera");
	struct json_object *json = assert_json(tool("show", "--json", "camera", NULL));
	struct json_object *objects = json_object_object_get(json, "objects");
	assert_int_equal(json_object_array_length(objects), 19);
	assert_int_equal(json_object_array_length(json_object_object_get(json, "members")), 2);
	struct json_object *baton = json_pick(objects, "label", "baton");
	assert_string_equal(json_text(baton, "type"), "keyed_mutex");
	assert_string_equal(json_text(baton, "state"), "held");
	assert_int_equal(json_number(baton, "key"), UINT64_C(0x123456789abcdef0)); /* exact */
	assert_int_equal(json_number(baton, "waiters"), 1);
	assert_int_equal(json_number(baton, "opened_by"), 2);
	assert_int_equal(json_number(json_object_object_get(baton, "owner"), "pid"), stage->pid);
	struct json_object *lost = json_pick(objects, "label", "lost");
	assert_string_equal(json_text(lost, "state"), "abandoned");
	assert_null(json_object_object_get(lost, "owner"));
	struct json_object *pool = json_pick(objects, "type", "pool");
	assert_int_equal(json_number(pool, "surfaces"), 3);
	for (size_t i = 0; i < json_object_array_length(objects); i++) {
		struct json_object *o = json_object_array_get_idx(objects, i);
		if (strcmp(json_text(o, "type"), "surface") == 0)
			json_pick(objects, "id", json_text(o, "mutex")); /* listed too */
	}
	assert_int_equal(json_number(pool, "size_bytes"), 640 * 480 * 4);
	assert_string_equal(json_text(json_pick(objects, "label", "owned"), "state"), "abandoned");
	assert_int_equal(json_number(json_pick(objects, "label", "frames"), "value"), 41);
	struct json_object *sync = json_pick(objects, "type", "sync_object");
	assert_string_equal(json_text(sync, "state"), "ready");
	assert_int_equal(json_number(sync, "use"), 1);
	struct json_object *surface = json_pick(objects, "type", "surface");
	assert_string_equal(json_text(surface, "fourcc"), "AB24");
	json_object_put(json);
	stage_kill(stage);
}

static void objects_are_found_by_label_and_by_id(void **state)
{
	struct play *stage = stage_start("camera");
	struct json_object *json = assert_json(tool("show", "--json", "camera", "baton", NULL));
	char id[32];
	snprintf(id, sizeof(id), "%s", json_text(json, "id"));
	json_object_put(json);
	json = assert_json(tool("show", "--json", "camera", id, NULL));
	assert_string_equal(json_text(json, "label"), "baton");
	json_object_put(json);
	struct play *p = tool("show", "camera", "frames-pool", NULL);
	assert_int_equal(p->status, 0);
	assert_non_null(strstr(p->stdout_text, "1 of 3 used"));
	play_free(p);
	json = assert_json(tool("show", "--json", "camera", "frames-pool[2]", NULL));
	assert_string_equal(json_text(json, "type"), "surface");
	assert_int_equal(json_number(json, "index"), 2);
	json_object_put(json);
	assert_refused(tool("show", "camera", "frames-pool[3]", NULL), 5, "no object called");
	assert_refused(tool("show", "camera", "frames-pool[2]x", NULL), 5, "no object called");
	assert_refused(tool("wait", "camera", "frames-pool[2]", NULL), 1, "is a surface");
	assert_refused(tool("show", "camera", "nope", NULL), 5, "no object called 'nope'");
	assert_refused(tool("show", "camera", "", NULL), 2, "label is empty");
	assert_refused(tool("show", "camera", "0x10", NULL), 5, "no object called '0x10'");
	id[17] = id[17] == '7' ? '8' : '7'; /* another generation */
	assert_refused(tool("show", "camera", id, NULL), 5, "The object behind this id is gone");
	assert_refused(tool("show", "camera", "twin", NULL), 1, "2 objects in 'camera' are called");
	stage_kill(stage);
}

static const uint64_t activations[] = { 1, 3, 224, 225 };

static struct xf_stream *serve_tensors(struct xf_domain **ret_domain)
{
	struct xf_surface_desc desc = { .size = sizeof(desc),
		.fourcc = XF_FORMAT_TENSOR,
		.tensor = { .dtype = XF_DTYPE_BF16, .n_dims = 4 },
		.label = "weights" };
	struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	struct xf_stream_params params = { .size = sizeof(params), .format = &format };
	struct xf_frame frame = { .size = sizeof(frame) };
	struct xf_stream *stream;
	struct xf_surface *surface;
	memcpy(desc.tensor.dims, activations, sizeof(activations));
	assert_int_equal(xf_domain_create(NULL, ret_domain), 0);
	assert_int_equal(xf_stream_create(*ret_domain, &params, "net", &stream), 0);
	assert_int_equal(xf_stream_subscribe(stream, XF_STREAM_LATEST, 1), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(xf_stream_hold(stream, 0, &frame), 0);
		assert_int_equal(xf_stream_publish(stream, &frame, NULL), 0);
	}
	assert_int_equal(xf_surface_create(*ret_domain, &desc, 0, &surface), 0);
	assert_int_equal(xf_domain_publish(*ret_domain, "net"), 0);
	return stream;
}

static void assert_tensor(struct json_object *object)
{
	struct json_object *shape = json_object_object_get(object, "shape");
	struct json_object *strides = json_object_object_get(object, "strides_bytes");
	assert_string_equal(json_text(object, "fourcc"), "TNSR");
	assert_string_equal(json_text(object, "dtype"), "bf16");
	assert_int_equal(json_object_array_length(shape), 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(json_object_get_uint64(json_object_array_get_idx(shape, i)),
			activations[i]);
	assert_int_equal(json_object_get_uint64(json_object_array_get_idx(strides, 2)), 450);
	assert_int_equal(json_number(object, "size_bytes"), 2 * 3 * 224 * 225);
}

static void streams_and_tensors_are_shown(void **state)
{
	struct xf_domain *domain;
	struct xf_stream *stream = serve_tensors(&domain);
	struct play *p = tool("show", "net", NULL);
	assert_int_equal(p->status, 0);
	assert_non_null(strstr(p->stdout_text, "frame 2"));
	assert_non_null(strstr(p->stdout_text, "1 reader of the newest"));
	assert_non_null(strstr(p->stdout_text, "weights"));
	assert_non_null(strstr(p->stdout_text, "bf16 1x3x224x225 (295.3 KiB)"));
	play_free(p);
	p = tool("top", "--once", "net", NULL);
	assert_int_equal(p->status, 0);
	assert_non_null(
		strstr(p->stdout_text, "bf16 1x3x224x225 (295.3 KiB), 1 reader of the newest"));
	play_free(p);
	struct json_object *json = assert_json(tool("show", "--json", "net", NULL));
	struct json_object *objects = json_object_object_get(json, "objects");
	struct json_object *net = json_pick(objects, "type", "stream");
	assert_tensor(net);
	assert_tensor(json_pick(objects, "type", "pool"));
	assert_tensor(json_pick(objects, "label", "weights"));
	assert_string_equal(json_text(net, "label"), "net");
	assert_int_equal(json_number(net, "newest"), 2);
	assert_int_equal(json_number(net, "latest"), 1);
	assert_int_equal(json_number(net, "producer_pid"), getpid());
	json_object_put(json);
	xf_stream_close(stream);
	xf_domain_leave(domain);
}

/* As GStreamer's elements do: what is no picture lies in surfaces that look like one. */
static void a_stream_says_what_it_is(void **state)
{
	static const char caps[] = "gst 0,0 audio/x-raw, format=(string)S16LE, \033[31mrate=8000";
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .fourcc = XF_FORMAT_R8, .width_px = 4096, .height_px = 16
	};
	struct xf_stream_format format = {
		.size = sizeof(format), .desc = &desc, .blob = caps, .blob_size = sizeof(caps) - 1
	};
	struct xf_stream_params params = { .size = sizeof(params), .format = &format };
	struct xf_domain *domain;
	struct xf_stream *stream;
	assert_int_equal(xf_domain_create(NULL, &domain), 0);
	assert_int_equal(xf_stream_create(domain, &params, "sound", &stream), 0);
	assert_int_equal(xf_domain_publish(domain, "said"), 0);
	struct play *p = tool("show", "said", "sound", NULL);
	assert_int_equal(p->status, 0);
	assert_non_null(strstr(p->stdout_text, "audio/x-raw, format=(string)S16LE, ?[31mrate="));
	assert_non_null(strstr(p->stdout_text, "bytes (64.0 KiB)"));
	assert_null(strstr(p->stdout_text, "R8"));
	play_free(p);
	struct json_object *json = assert_json(tool("show", "--json", "said", "sound", NULL));
	assert_non_null(strstr(json_text(json, "format"), "audio/x-raw"));
	json_object_put(json);
	format.blob_size = 0;
	format.rate_num = 30, format.rate_den = 1;
	assert_int_equal(xf_stream_set_format(stream, &format), 0);
	p = tool("show", "said", "sound", NULL);
	assert_non_null(strstr(p->stdout_text, "30/1 frames per second"));
	assert_non_null(strstr(p->stdout_text, "4096x16 R8 (64.0 KiB)"));
	play_free(p);
	xf_stream_close(stream);
	xf_domain_leave(domain);
}

static void dead_domain_is_told_at_once(void **state)
{
	struct play *stage = stage_start("camera");
	stage_kill(stage);
	int64_t began = xf_now();
	assert_refused(tool("show", "camera", NULL), 5, "nobody serves the name 'camera'");
	assert_true(xf_now() - began < INT64_C(5000000000));
}

static void stopped_server_is_told(void **state)
{
	struct play *stage = stage_start("camera");
	siginfo_t stopped;
	assert_int_equal(kill(stage->pid, SIGSTOP), 0);
	/* All its threads, and not only those that have come by. */
	assert_int_equal(waitid(P_PID, (id_t)stage->pid, &stopped, WSTOPPED | WNOWAIT), 0);
	assert_refused(tool("show", "camera", NULL), 1, "did not answer within a second");
	struct play *p = tool("list", NULL);
	assert_int_equal(p->status, 0);
	assert_non_null(strstr(p->stdout_text, "did not answer in time"));
	play_free(p);
	struct json_object *json = assert_json(tool("list", "--json", NULL));
	struct json_object *domains = json_object_object_get(json, "domains");
	assert_non_null(strstr(json_text(json_pick(domains, "name", "camera"), "error"), "answer"));
	json_object_put(json);
	stage_kill(stage);
}

static void another_users_folder_is_told(void **state)
{
	const char *folder = getenv("XDG_RUNTIME_DIR");
	if (geteuid() != 0)
		skip(); /* only root can give a folder away */
	assert_int_equal(chown(folder, 65534, 65534), 0);
	assert_refused(tool("show", "camera", NULL), 1, "belongs to another user");
	assert_refused(tool("wait", "--timeout", "0", "camera", NULL), 1, "another user");
	assert_int_equal(chown(folder, 0, 0), 0);
	assert_int_equal(chmod(folder, 0755), 0);
	assert_refused(tool("top", "camera", NULL), 1, "lets others in");
	assert_int_equal(chmod(folder, 0700), 0);
	assert_refused(tool("list", NULL), 0, "no names are served for this user");
}

static void full_disk_is_told(void **state)
{
	char *argv[] = { (char *)"/bin/sh", (char *)"-c",
		(char *)"\"$CROSSFENCE_TOOL\" version >/dev/full", NULL };
	struct play *p = play_start(argv, NULL);
	play_finish(p);
	assert_refused(p, 1, "cannot write the output");
}

/* A terminal's key ends it, and that is no failure. */
static void q_ends_play(void **state)
{
	const struct xf_surface_desc desc = { .size = sizeof(desc),
		.fourcc = XF_FORMAT_TENSOR,
		.tensor = { .dtype = XF_DTYPE_F32, .n_dims = 2, .dims = { 2, 3 } } };
	struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	struct xf_stream_params params = { .size = sizeof(params), .format = &format };
	struct xf_frame frame = { .size = sizeof(frame) };
	struct xf_domain *domain;
	struct xf_stream *stream;
	if (!play_has_terminals())
		skip();
	assert_int_equal(xf_domain_create(NULL, &domain), 0);
	assert_int_equal(xf_domain_publish(domain, "film"), 0);
	assert_int_equal(xf_stream_create(domain, &params, "frames", &stream), 0);
	assert_int_equal(xf_stream_hold(stream, 0, &frame), 0);
	assert_int_equal(xf_stream_publish(stream, &frame, NULL), 0);
	struct play *p = tool_start("xterm", "play", "film", NULL);
	play_await(p, 0, "no picture");
	play_await(p, 0, "q quits");
	play_write(p, "q");
	assert_int_equal(play_finish(p), 0);
	assert_null(strstr(p->stdout_text, "no frame came"));
	play_free(p);
	p = tool("play", "--json", "--frames", "1", "film", NULL);
	assert_int_equal(p->status, 0);
	struct json_object *line = parse_json(p->stdout_text);
	assert_string_equal(json_text(line, "dtype"), "f32");
	assert_int_equal(json_object_array_length(json_object_object_get(line, "shape")), 2);
	json_object_put(line);
	play_free(p);
	xf_stream_close(stream);
	xf_domain_leave(domain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		play_test(version_is_the_librarys),
		play_test(help_is_no_error),
		play_test(wrong_command_lines_are_told),
		play_test(no_command_shows_help_and_fails),
		play_test(nothing_served_is_told_but_no_failure),
		play_test(unknown_name_is_told),
		play_test(list_names_every_domain),
		play_test(show_tells_what_is_there),
		play_test(show_json_is_complete),
		play_test(objects_are_found_by_label_and_by_id),
		play_test(streams_and_tensors_are_shown),
		play_test(a_stream_says_what_it_is),
		play_test(dead_domain_is_told_at_once),
		play_test(stopped_server_is_told),
		play_test(another_users_folder_is_told),
		play_test(full_disk_is_told),
		play_test(q_ends_play),
	};
	return cmocka_run_group_tests(tests, play_setup, play_teardown);
}
