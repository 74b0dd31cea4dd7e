/* SPDX-License-Identifier: MIT */
#include "follow.h"

#include "device.h"
#include "streams.h"

#define LOOK_US	    300000 /* between looks */
#define PATIENCE_US 250000 /* of who starts and stops, with those that stand still */

/* The thread's and the provider's: either may be the last. */
struct follow {
	gint refs; /* atomic */
	GMutex lock; /* of what follows, and held while the provider is told */
	GCond changed;
	gboolean stop, looked, done;
	GstDeviceProvider *provider; /* until `stop` */

	/* The thread's own. */
	GList *known, *missed; /* devices that were told of; those of them not there at last */
};

static void unref(struct follow *follow)
{
	if (!g_atomic_int_dec_and_test(&follow->refs))
		return;
	g_mutex_clear(&follow->lock);
	g_cond_clear(&follow->changed);
	g_free(follow);
}

static GstDevice *find(GList *devices, GstDevice *device)
{
	for (GList *each = devices; each; each = each->next)
		if (device_is_same(each->data, device))
			return each->data;
	return NULL;
}

static gboolean has_same_caps(GstDevice *a, GstDevice *b)
{
	GstCaps *of_a = gst_device_get_caps(a), *of_b = gst_device_get_caps(b);
	gboolean same = gst_caps_is_equal(of_a, of_b);
	gst_caps_unref(of_a);
	gst_caps_unref(of_b);
	return same;
}

/* Whose server died is not there for a moment, until another member serves its name. */
static void forget_lost(struct follow *follow, const struct streams *streams)
{
	GList *next, *missed = NULL;
	for (GList *each = follow->known; each; each = next) {
		GstDevice *device = each->data;
		next = each->next;
		if (find(streams->devices, device) ||
			streams_are_silent(streams, device_domain(device)))
			continue;
		if (!g_list_find(follow->missed, device)) {
			missed = g_list_prepend(missed, device);
			continue;
		}
		gst_device_provider_device_remove(follow->provider, device);
		follow->known = g_list_delete_link(follow->known, each);
		gst_object_unref(device);
	}
	g_list_free(follow->missed);
	follow->missed = missed;
}

static void meet(struct follow *follow, GstDevice *device)
{
	GstDevice *before = find(follow->known, device);
	if (before && has_same_caps(before, device))
		return;
	if (before) {
		gst_device_provider_device_changed(follow->provider, device, before);
		follow->known = g_list_remove(follow->known, before);
		gst_object_unref(before);
	} else {
		gst_device_provider_device_add(follow->provider, device);
	}
	follow->known = g_list_prepend(follow->known, gst_object_ref(device));
}

/* FALSE: nobody listens any more. */
static gboolean tell(struct follow *follow, const struct streams *streams)
{
	g_mutex_lock(&follow->lock);
	if (!follow->stop) {
		forget_lost(follow, streams);
		for (GList *each = streams->devices; each; each = each->next)
			meet(follow, each->data);
	}
	follow->looked = TRUE;
	g_cond_broadcast(&follow->changed);
	gint64 end = g_get_monotonic_time() + LOOK_US;
	while (!follow->stop && g_cond_wait_until(&follow->changed, &follow->lock, end))
		;
	gboolean stop = follow->stop;
	g_mutex_unlock(&follow->lock);
	return !stop;
}

static void say(struct follow *follow, gboolean *what)
{
	g_mutex_lock(&follow->lock);
	*what = TRUE;
	g_cond_broadcast(&follow->changed);
	g_mutex_unlock(&follow->lock);
}

static gpointer run(gpointer arg)
{
	struct follow *follow = arg;
	gboolean go_on;
	do {
		struct streams streams = streams_look();
		go_on = tell(follow, &streams);
		streams_clear(&streams);
	} while (go_on);
	g_list_free(follow->missed);
	g_list_free_full(follow->known, gst_object_unref);
	say(follow, &follow->done);
	unref(follow);
	return NULL;
}

static void wait_for(struct follow *follow, const gboolean *what)
{
	gint64 end = g_get_monotonic_time() + PATIENCE_US;
	g_mutex_lock(&follow->lock);
	while (!*what && g_cond_wait_until(&follow->changed, &follow->lock, end))
		;
	g_mutex_unlock(&follow->lock);
}

struct follow *follow_start(GstDeviceProvider *provider)
{
	struct follow *follow = g_new0(struct follow, 1);
	follow->refs = 2;
	follow->provider = provider;
	g_mutex_init(&follow->lock);
	g_cond_init(&follow->changed);
	GThread *thread = g_thread_try_new("xf-devices", run, follow, NULL);
	if (!thread) {
		unref(follow);
		unref(follow);
		return NULL;
	}
	g_thread_unref(thread);
	wait_for(follow, &follow->looked);
	return follow;
}

void follow_stop(struct follow *follow)
{
	say(follow, &follow->stop);
	wait_for(follow, &follow->done);
	unref(follow);
}
