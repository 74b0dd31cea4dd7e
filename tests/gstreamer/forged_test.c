/* SPDX-License-Identifier: MIT */
/*
 * Beside a member that writes into the stream's memory itself (forge.c): what is written in one
 * place contradicts what is written in another, and nobody reads or writes where nothing is.
 */
#include "pipeline.h"

#include <gst/app/gstappsrc.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char *program; /* forge.c */

/* ---- surfaces that are smaller than their format says ---- */

static GPid forge_surfaces(const char *domain, gint *ret_end)
{
	char line[8] = { 0 };
	GPid pid;
	gint out;
	gchar *argv[] = { program, "surfaces", (gchar *)domain, NULL };
	assert_true(g_spawn_async_with_pipes(NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL,
		NULL, &pid, ret_end, &out, NULL, NULL));
	assert_int_equal(read(out, line, sizeof(line) - 1), 5);
	close(out);
	return pid;
}

/* More bytes than a surface has, fewer than its format says; the first surface is as it says. */
static void no_surface_is_written_beyond_its_end(void **state)
{
	gint end;
	GPid pid = forge_surfaces("small", &end);
	GstElement *in = pipeline_play(
		"appsrc name=in format=time caps=application/x-what ! xfsink domain=small "
		"sync=false");
	GstElement *source = gst_bin_get_by_name(GST_BIN(in), "in");
	GError *error;
	for (int i = 0; i < 3; i++)
		(void)gst_app_src_push_buffer(
			GST_APP_SRC(source), gst_buffer_new_allocate(NULL, 60000, NULL));
	GstMessage *message = pipeline_message(in, GST_MESSAGE_ERROR);
	gst_message_parse_error(message, &error, NULL);
	assert_true(g_error_matches(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE));
	assert_non_null(strstr(error->message, "xf://small/frames"));
	g_error_free(error);
	gst_message_unref(message);
	gst_object_unref(source);
	pipeline_end(in);
	close(end);
	waitpid(pid, NULL, 0);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_surface_is_written_beyond_its_end),
	};
	if (argc != 2)
		return 1;
	program = argv[1];
	return cmocka_run_group_tests(tests, pipeline_setup, pipeline_teardown);
}
