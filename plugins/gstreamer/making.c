/* SPDX-License-Identifier: MIT */
#include "making.h"

#include "aside.h"

#include <errno.h>

#define LOOK_US 20000 /* between looks whether to go on */

struct making {
	struct aside aside;
	struct link *link; /* its stream is the thread's until it is done, as what follows */
	struct format format;
	guint frames;
	gchar *label;
	gboolean done; /* its lock's */
	int r;
	gchar *message;
};

static void free_making(struct aside *aside)
{
	struct making *making = (struct making *)aside;
	link_unref(making->link);
	g_free(making->message);
	g_free(making->label);
	g_free(making);
}

static void run(struct aside *aside)
{
	struct making *making = (struct making *)aside;
	const struct xf_stream_params params = {
		.size = sizeof(params), .format = &making->format.stream, .frames = making->frames
	};
	struct link *link = making->link;
	making->r = xf_stream_create(link->domain, &params, making->label, &link->stream);
	if (making->r < 0)
		making->message = g_strdup(xf_last_message(making->r));
	aside_say(aside, &making->done);
}

static int wait_for(struct making *making, gboolean (*go_on)(gpointer arg), gpointer arg)
{
	while (!aside_wait(&making->aside, &making->done, LOOK_US))
		if (!go_on(arg))
			return XF_TIMEOUT;
	return making->r < 0 ? xf_fail(making->r, "%s", making->message) : making->r;
}

int making_do(struct link *link, const struct format *format, guint frames, const gchar *label,
	gboolean (*go_on)(gpointer arg), gpointer arg)
{
	struct making *making = g_new0(struct making, 1);
	making->link = link_ref(link);
	making->format = *format;
	format_own(&making->format);
	making->frames = frames;
	making->label = g_strdup(label);
	int r = aside_start(&making->aside, "xf-making", run, free_making)
			? wait_for(making, go_on, arg)
			: xf_fail(-EAGAIN, "there is no thread to be had");
	aside_unref(&making->aside);
	return r;
}
