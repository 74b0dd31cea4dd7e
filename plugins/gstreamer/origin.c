/* SPDX-License-Identifier: MIT */
#include "origin.h"

struct origin {
	const GstObject *pipeline; /* not to be looked into: it may be gone already */
	gboolean live;
	gint64 later;
	guint users;
};

static GMutex lock; /* of what follows */
static GSList *origins;

/* The pipeline, or whatever is the outermost around it. */
static const GstObject *outermost(GstElement *element)
{
	GstObject *parent, *object = gst_object_ref(GST_OBJECT_CAST(element));
	while ((parent = gst_object_get_parent(object))) {
		gst_object_unref(object);
		object = parent;
	}
	gst_object_unref(object);
	return object;
}

static struct origin *find(const GstObject *pipeline, gboolean live)
{
	for (GSList *each = origins; each; each = each->next) {
		struct origin *origin = each->data;
		if (origin->pipeline == pipeline && origin->live == live)
			return origin;
	}
	return NULL;
}

gint64 origin_agree(struct origin **ret_origin, GstElement *element, gboolean live, gint64 wanted)
{
	const GstObject *pipeline = outermost(element);
	g_mutex_lock(&lock);
	struct origin *origin = find(pipeline, live);
	if (!origin) {
		origin = g_new(struct origin, 1);
		*origin = (struct origin){ pipeline, live, wanted, 0 };
		origins = g_slist_prepend(origins, origin);
	}
	origin->users++;
	gint64 later = origin->later;
	g_mutex_unlock(&lock);
	*ret_origin = origin;
	return later;
}

void origin_leave(struct origin **origin)
{
	if (!*origin)
		return;
	g_mutex_lock(&lock);
	if (!--(*origin)->users) {
		origins = g_slist_remove(origins, *origin);
		g_free(*origin);
	}
	g_mutex_unlock(&lock);
	*origin = NULL;
}
