/* SPDX-License-Identifier: MIT */
#include "address.h"

#include <string.h>

static const gchar SCHEME[] = "xf://";

void address_clear(struct address *address)
{
	g_clear_pointer(&address->domain, g_free);
	g_clear_pointer(&address->label, g_free);
}

static gboolean refuse(GError **error, const gchar *uri, const gchar *why)
{
	g_set_error(error, GST_URI_ERROR, GST_URI_ERROR_BAD_REFERENCE, "'%s': %s", uri, why);
	return FALSE;
}

/* FALSE and an error, nothing changed. */
static gboolean parse(struct address *address, const gchar *uri, GError **error)
{
	if (!g_str_has_prefix(uri, SCHEME))
		return refuse(error, uri, "such an address begins with xf://");
	const gchar *domain = uri + sizeof(SCHEME) - 1, *slash = strchr(domain, '/');
	gsize length = slash ? (gsize)(slash - domain) : strlen(domain);
	if (!length || length > XF_NAME_MAX)
		return refuse(
			error, uri, "xf:// is followed by a domain's name, as in xf://camera");
	if (slash && strlen(slash + 1) > XF_LABEL_MAX)
		return refuse(error, uri, "a stream's label has 31 bytes at most");
	address_clear(address);
	address->domain = g_strndup(domain, length);
	address->label = slash && slash[1] ? g_uri_unescape_string(slash + 1, NULL) : NULL;
	return TRUE;
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
			   : g_strdup_printf("%s%s/%s", SCHEME, address->domain, address->label);
}

void address_install(GObjectClass *object, guint first)
{
	GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;
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

static GstURIType is_source(GType type)
{
	return GST_URI_SRC;
}

static GstURIType is_sink(GType type)
{
	return GST_URI_SINK;
}

static const gchar *const *protocols(GType type)
{
	static const gchar *const all[] = { "xf", NULL };
	return all;
}

static gchar *get_uri(GstURIHandler *handler)
{
	struct address address = { NULL, NULL, 0 };
	g_object_get(handler, "domain", &address.domain, "label", &address.label, NULL);
	gchar *uri = address_uri(&address);
	address_clear(&address);
	return uri;
}

static gboolean set_uri(GstURIHandler *handler, const gchar *uri, GError **error)
{
	struct address address = { NULL, NULL, 0 };
	if (!parse(&address, uri, error))
		return FALSE;
	g_object_set(handler, "domain", address.domain, "label", address.label, "fd", -1, NULL);
	address_clear(&address);
	return TRUE;
}

static void fill(GstURIHandlerInterface *uri, GstURIType (*get_type)(GType type))
{
	uri->get_type = get_type;
	uri->get_protocols = protocols;
	uri->get_uri = get_uri;
	uri->set_uri = set_uri;
}

void address_uri_source(gpointer interface, gpointer data)
{
	fill(interface, is_source);
}

void address_uri_sink(gpointer interface, gpointer data)
{
	fill(interface, is_sink);
}
