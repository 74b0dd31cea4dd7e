/* SPDX-License-Identifier: MIT */
#include "address.h"

#include "uri.h"

void address_clear(struct address *address)
{
	g_clear_pointer(&address->domain, g_free);
	g_clear_pointer(&address->label, g_free);
}

struct address address_of(GstElement *element, const struct address *address)
{
	GST_OBJECT_LOCK(element);
	struct address copy = {
		.domain = g_strdup(address->domain ? address->domain : GST_OBJECT_NAME(element)),
		.label = g_strdup(address->label ? address->label : ADDRESS_LABEL),
		.fd = address->fd,
	};
	GST_OBJECT_UNLOCK(element);
	return copy;
}

gchar *address_uri(const struct address *address)
{
	return address->fd ? g_strdup_printf("%s of descriptor %d", address->label, address->fd - 1)
			   : uri_make(address->domain, address->label);
}

void address_install(GObjectClass *object, guint first, GParamFlags flags)
{
	flags |= G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
	g_object_class_install_property(object, first,
		g_param_spec_string("domain", "Domain",
			"Name under which the stream is found; the element's own name if not set",
			NULL, flags));
	g_object_class_install_property(object, first + 1,
		g_param_spec_string("label", "Label", "The stream's label in the domain",
			ADDRESS_LABEL, flags));
	g_object_class_install_property(object, first + 2,
		g_param_spec_int("fd", "Descriptor",
			"Descriptor of the domain, used instead of its name; -1: none", -1,
			G_MAXINT - 1, -1, flags));
}

void address_set(GstElement *element, struct address *address, guint number, const GValue *value)
{
	GST_OBJECT_LOCK(element);
	gchar **text = number ? &address->label : &address->domain;
	if (number == 2) {
		address->fd = g_value_get_int(value) + 1;
	} else {
		g_free(*text);
		*text = g_value_dup_string(value);
	}
	GST_OBJECT_UNLOCK(element);
}

void address_get(GstElement *element, const struct address *address, guint number, GValue *value)
{
	struct address copy = address_of(element, address);
	if (number == 2)
		g_value_set_int(value, copy.fd - 1);
	else
		g_value_set_string(value, number ? copy.label : copy.domain);
	address_clear(&copy);
}
