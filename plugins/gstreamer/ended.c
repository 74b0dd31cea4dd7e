/* SPDX-License-Identifier: MIT */
#include "ended.h"

void ended_init(struct ended *ended, GstPad *pad, void (*tell)(gpointer arg), gpointer arg)
{
	*ended = (struct ended){ .pad = pad, .tell = tell, .arg = arg };
	g_mutex_init(&ended->lock);
	g_cond_init(&ended->changed);
}

void ended_finish(struct ended *ended)
{
	g_mutex_clear(&ended->lock);
	g_cond_clear(&ended->changed);
}

static gboolean wait_for_task(struct ended *ended)
{
	g_mutex_lock(&ended->lock);
	while (!ended->stop && !ended->watching)
		g_cond_wait(&ended->changed, &ended->lock);
	gboolean stop = ended->stop;
	g_mutex_unlock(&ended->lock);
	return !stop;
}

/* It may run again by now: then it says so, and its next end is waited for. */
static void wait_for_end(struct ended *ended)
{
	GST_PAD_STREAM_LOCK(ended->pad);
	if (gst_pad_get_task_state(ended->pad) != GST_TASK_STARTED)
		ended->tell(ended->arg);
	g_mutex_lock(&ended->lock);
	ended->watching = FALSE;
	g_mutex_unlock(&ended->lock);
	GST_PAD_STREAM_UNLOCK(ended->pad);
}

static gpointer watch(gpointer arg)
{
	struct ended *ended = arg;
	while (wait_for_task(ended))
		wait_for_end(ended);
	return NULL;
}

gboolean ended_start(struct ended *ended)
{
	ended->watching = ended->stop = FALSE;
	ended->thread = g_thread_try_new("xfsrc-end", watch, ended, NULL);
	return ended->thread != NULL;
}

void ended_stop(struct ended *ended)
{
	g_mutex_lock(&ended->lock);
	ended->stop = TRUE;
	g_cond_signal(&ended->changed);
	g_mutex_unlock(&ended->lock);
	g_clear_pointer(&ended->thread, g_thread_join);
}

void ended_watch(struct ended *ended)
{
	if (ended->watching)
		return;
	g_mutex_lock(&ended->lock);
	ended->watching = TRUE;
	g_cond_signal(&ended->changed);
	g_mutex_unlock(&ended->lock);
}
