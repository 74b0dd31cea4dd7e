/* SPDX-License-Identifier: MIT */
#include "follow.h"

#include "aside.h"
#include "device.h"
#include "streams.h"

#define LOOK_US	    300000 /* between looks */
#define PATIENCE_US 250000 /* of who starts, with those that stand still */

struct follow {
	struct aside aside; /* its lock is held while the provider is told */
	gboolean stop, looked;
	GstDeviceProvider *provider; /* until `stop` */

	/* The thread's own. */
	GList *known, *missed; /* devices that were told of; those of them not there at last */
};

static void free_follow(struct aside *aside)
{
	g_free(aside);
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
	g_mutex_lock(&follow->aside.lock);
	if (!follow->stop) {
		forget_lost(follow, streams);
		for (GList *each = streams->devices; each; each = each->next)
			meet(follow, each->data);
	}
	follow->looked = TRUE;
	g_cond_broadcast(&follow->aside.changed);
	gint64 end = g_get_monotonic_time() + LOOK_US;
	while (!follow->stop && g_cond_wait_until(&follow->aside.changed, &follow->aside.lock, end))
		;
	gboolean stop = follow->stop;
	g_mutex_unlock(&follow->aside.lock);
	return !stop;
}

static void run(struct aside *aside)
{
	struct follow *follow = (struct follow *)aside;
	gboolean go_on;
	do {
		struct streams streams = streams_look();
		go_on = tell(follow, &streams);
		streams_clear(&streams);
	} while (go_on);
	g_list_free(follow->missed);
	g_list_free_full(follow->known, gst_object_unref);
}

struct follow *follow_start(GstDeviceProvider *provider)
{
	struct follow *follow = g_new0(struct follow, 1);
	follow->provider = provider;
	if (!aside_start(&follow->aside, "xf-devices", run, free_follow)) {
		aside_unref(&follow->aside);
		return NULL;
	}
	(void)aside_wait(&follow->aside, &follow->looked, PATIENCE_US);
	return follow;
}

void follow_stop(struct follow *follow)
{
	aside_say(&follow->aside, &follow->stop);
	aside_join(&follow->aside);
}
