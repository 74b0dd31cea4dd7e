/* SPDX-License-Identifier: MIT */
#include "failed.h"

/* The bus that the application has: bins keep to themselves what they make up for. */
static GstBus *bus_of_all(GstElement *element)
{
	GstObject *top = gst_object_ref(GST_OBJECT_CAST(element));
	for (GstObject *parent; (parent = gst_object_get_parent(top)) != NULL; top = parent)
		gst_object_unref(top);
	GstBus *bus = gst_element_get_bus(GST_ELEMENT_CAST(top));
	gst_object_unref(top);
	return bus;
}

static void hear(GstBus *bus, GstMessage *message, gpointer arg)
{
	struct failed *failed = arg;
	g_atomic_int_set(&failed->told, TRUE);
}

/* Nobody is being called any more. */
static void forget(gpointer arg, GClosure *closure)
{
	struct failed *failed = arg;
	gst_object_unref(failed->element);
}

void failed_start(struct failed *failed, GstElement *element)
{
	g_atomic_int_set(&failed->told, FALSE);
	failed->bus = bus_of_all(element);
	if (!failed->bus)
		return;
	failed->element = gst_object_ref(element);
	gst_bus_enable_sync_message_emission(failed->bus);
	failed->handler = g_signal_connect_data(
		failed->bus, "sync-message::error", G_CALLBACK(hear), failed, forget, 0);
}

void failed_stop(struct failed *failed)
{
	if (!failed->bus)
		return;
	gst_bus_disable_sync_message_emission(failed->bus);
	g_signal_handler_disconnect(failed->bus, failed->handler);
	g_clear_object(&failed->bus);
}
