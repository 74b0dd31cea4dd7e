/* SPDX-License-Identifier: MIT */
#include "address.h"

#include <crossfence/domain.h>
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

gchar *address_domain(const struct address *address, GstElement *element)
{
	return address->domain ? g_strdup(address->domain) : gst_element_get_name(element);
}

const gchar *address_label(const struct address *address)
{
	return address->label ? address->label : ADDRESS_LABEL;
}

gchar *address_uri(const struct address *address, GstElement *element)
{
	gchar *domain = address_domain(address, element);
	gchar *uri = g_strdup_printf("%s%s/%s", SCHEME, domain, address_label(address));
	g_free(domain);
	return uri;
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
	struct address address = { NULL, NULL };
	g_object_get(handler, "domain", &address.domain, "label", &address.label, NULL);
	gchar *uri = address_uri(&address, GST_ELEMENT_CAST(handler));
	address_clear(&address);
	return uri;
}

static gboolean set_uri(GstURIHandler *handler, const gchar *uri, GError **error)
{
	struct address address = { NULL, NULL };
	if (!parse(&address, uri, error))
		return FALSE;
	g_object_set(handler, "domain", address.domain, "label", address.label, NULL);
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
