/* SPDX-License-Identifier: MIT */
#include "uri.h"

#include "settable.h"

#include <crossfence/domain.h>
#include <string.h>

static const gchar SCHEME[] = "xf://";

gchar *uri_make(const gchar *domain, const gchar *label)
{
	gchar *host = g_uri_escape_string(domain, NULL, FALSE);
	gchar *path = g_uri_escape_string(label, NULL, FALSE);
	gchar *uri = g_strdup_printf("%s%s/%s", SCHEME, host, path);
	g_free(host);
	g_free(path);
	return uri;
}

/* ---- what one says ---- */

struct parts {
	gchar *domain, *label; /* NULL: none is named */
	GArray *values; /* of GValue, each for the property of the same place in `names` */
	GPtrArray *names;
};

static void parts_init(struct parts *parts)
{
	*parts = (struct parts){ .values = g_array_new(FALSE, TRUE, sizeof(GValue)),
		.names = g_ptr_array_new() };
	g_array_set_clear_func(parts->values, (GDestroyNotify)g_value_unset);
}

static void parts_clear(struct parts *parts)
{
	g_free(parts->domain);
	g_free(parts->label);
	g_array_unref(parts->values);
	g_ptr_array_unref(parts->names);
}

static gboolean refuse(GError **error, const gchar *uri, const gchar *why)
{
	g_set_error(error, GST_URI_ERROR, GST_URI_ERROR_BAD_REFERENCE, "'%s': %s", uri, why);
	return FALSE;
}

static gboolean is_escape(const gchar *at)
{
	return *at == '%' && g_ascii_isxdigit(at[1]) && g_ascii_isxdigit(at[2]) &&
	       strncmp(at, "%00", 3) != 0;
}

/* FALSE and an error: there is one that is none. */
static gboolean check_escapes(const gchar *uri, GError **error)
{
	const gchar *at = strchr(uri, '%');
	while (at && is_escape(at))
		at = strchr(at + 1, '%');
	if (!at)
		return TRUE;
	if (!strncmp(at, "%00", 3))
		return refuse(error, uri, "no name or value has the byte 0, which %00 is");
	gchar *why = g_strdup_printf("'%.3s' is no escape: %% is followed by two hexadecimal "
				     "digits, and itself is %%25",
		at);
	refuse(error, uri, why);
	g_free(why);
	return FALSE;
}

/* The bytes from `at` up to `end`; escapes were checked. Transfer full. */
static gchar *unescape(const gchar *at, const gchar *end)
{
	return g_uri_unescape_segment(at, end, NULL);
}

/* Its own, and no part of the address: NULL for others. */
static GParamSpec *option(GObject *element, const gchar *name)
{
	GParamSpec *spec = g_object_class_find_property(G_OBJECT_GET_CLASS(element), name);
	return spec && spec->owner_type == G_OBJECT_TYPE(element) &&
			       spec->flags & G_PARAM_WRITABLE && strcmp(spec->name, "domain") &&
			       strcmp(spec->name, "label") && strcmp(spec->name, "fd")
		       ? spec
		       : NULL;
}

static gboolean add_value(struct parts *parts, GParamSpec *spec, const gchar *text)
{
	GValue value = G_VALUE_INIT;
	g_value_init(&value, spec->value_type);
	/* It says whether it had to change the value. */
	if (!gst_value_deserialize(&value, text) || g_param_value_validate(spec, &value)) {
		g_value_unset(&value);
		return FALSE;
	}
	g_ptr_array_add(parts->names, (gpointer)spec->name);
	g_array_append_val(parts->values, value);
	return TRUE;
}

/* "PROPERTY=VALUE", up to `end`. */
static gboolean parse_option(GObject *element, struct parts *parts, const gchar *at,
	const gchar *end, const gchar *uri, GError **error)
{
	const gchar *equals = memchr(at, '=', (gsize)(end - at));
	gchar *name = unescape(at, equals ? equals : end);
	gchar *text = equals ? unescape(equals + 1, end) : NULL;
	GParamSpec *spec = option(element, name);
	gboolean done = spec && text && add_value(parts, spec, text);
	if (!done) {
		gchar *why =
			spec ? g_strdup_printf("'%s' has no value '%s'", name, text ? text : "")
			     : g_strdup_printf("there is no property '%s' to be set", name);
		refuse(error, uri, why);
		g_free(why);
	}
	g_free(name);
	g_free(text);
	return done;
}

static gboolean parse_query(
	GObject *element, struct parts *parts, const gchar *at, const gchar *uri, GError **error)
{
	while (*at) {
		const gchar *end = at + strcspn(at, "&");
		if (end > at && !parse_option(element, parts, at, end, uri, error))
			return FALSE;
		at = end + (*end == '&');
	}
	return TRUE;
}

/* FALSE and an error. */
static gboolean parse(GObject *element, struct parts *parts, const gchar *uri, GError **error)
{
	if (!g_str_has_prefix(uri, SCHEME))
		return refuse(error, uri, "such an address begins with xf://");
	if (!check_escapes(uri, error))
		return FALSE;
	const gchar *host = uri + sizeof(SCHEME) - 1, *slash = host + strcspn(host, "/?#");
	const gchar *path = slash + (*slash == '/'), *end = path + strcspn(path, "?#");
	parts->domain = unescape(host, slash);
	if (*end == '#')
		return refuse(
			error, uri, "nothing begins with # here; as part of a name it is %23");
	if (!*parts->domain || strlen(parts->domain) > XF_NAME_MAX)
		return refuse(
			error, uri, "xf:// is followed by a domain's name, as in xf://camera");
	if (end > path)
		parts->label = unescape(path, end);
	if (parts->label && strlen(parts->label) > XF_LABEL_MAX)
		return refuse(error, uri, "a stream's label has 31 bytes at most");
	return parse_query(element, parts, end + (*end == '?'), uri, error);
}

static void use(GObject *element, const struct parts *parts)
{
	g_object_set(element, "domain", parts->domain, "label", parts->label, "fd", -1, NULL);
	for (guint i = 0; i < parts->names->len; i++)
		g_object_set_property(element, g_ptr_array_index(parts->names, i),
			&g_array_index(parts->values, GValue, i));
}

static gboolean set_uri(GstURIHandler *handler, const gchar *uri, GError **error)
{
	struct parts parts;
	if (!settable_all(GST_ELEMENT_CAST(handler))) {
		g_set_error(error, GST_URI_ERROR, GST_URI_ERROR_BAD_STATE,
			"'%s': no address can be set while the element runs", uri);
		return FALSE;
	}
	parts_init(&parts);
	gboolean done = parse(G_OBJECT(handler), &parts, uri, error);
	if (done)
		use(G_OBJECT(handler), &parts);
	parts_clear(&parts);
	return done;
}

/* ---- what an element has ---- */

/* "?PROPERTY=VALUE" of one that is not as it is by itself. */
static void say_option(GObject *element, GParamSpec *spec, GString *uri)
{
	GValue value = G_VALUE_INIT;
	g_value_init(&value, spec->value_type);
	g_object_get_property(element, spec->name, &value);
	if (!g_param_value_defaults(spec, &value)) {
		gchar *text = gst_value_serialize(&value);
		gchar *escaped = g_uri_escape_string(text, NULL, FALSE);
		g_string_append_printf(
			uri, "%c%s=%s", strchr(uri->str, '?') ? '&' : '?', spec->name, escaped);
		g_free(escaped);
		g_free(text);
	}
	g_value_unset(&value);
}

static gchar *get_uri(GstURIHandler *handler)
{
	gchar *domain, *label;
	guint n;
	g_object_get(handler, "domain", &domain, "label", &label, NULL);
	gchar *address = uri_make(domain, label);
	GString *uri = g_string_new(address);
	GParamSpec **specs = g_object_class_list_properties(G_OBJECT_GET_CLASS(handler), &n);
	for (guint i = 0; i < n; i++)
		if (option(G_OBJECT(handler), specs[i]->name))
			say_option(G_OBJECT(handler), specs[i], uri);
	g_free(specs);
	g_free(address);
	g_free(domain);
	g_free(label);
	return g_string_free(uri, FALSE);
}

/* ---- the interface ---- */

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

static void fill(GstURIHandlerInterface *uri, GstURIType (*get_type)(GType type))
{
	uri->get_type = get_type;
	uri->get_protocols = protocols;
	uri->get_uri = get_uri;
	uri->set_uri = set_uri;
}

void uri_handler_of_source(gpointer interface, gpointer data)
{
	fill(interface, is_source);
}

void uri_handler_of_sink(gpointer interface, gpointer data)
{
	fill(interface, is_sink);
}
