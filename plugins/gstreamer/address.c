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

gboolean address_set_uri(struct address *address, const gchar *uri, GError **error)
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
