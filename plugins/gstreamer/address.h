/* SPDX-License-Identifier: MIT */
/* Which stream an element means: a domain, by its published name or a descriptor; a label in it. */
#ifndef XF_GST_ADDRESS_H
#define XF_GST_ADDRESS_H

#include <gst/gst.h>

#include <crossfence/domain.h>

#define ADDRESS_LABEL "frames" /* where nothing else is said, as `crossfence feed` has it */

/* As an element keeps it, under its object's lock; all 0 at first. */
struct address {
	gchar *domain; /* NULL: the element's own name */
	gchar *label; /* NULL: ADDRESS_LABEL */
	gint fd; /* of the domain, plus 1; 0: it is found by its name */
};

/* A copy with everything filled in, to be cleared; takes the object's lock. */
struct address address_of(GstElement *element, const struct address *address);
void address_clear(struct address *address);

/* The properties "domain", "label" and "fd", which have the numbers `first` and those after it, and
 * `flags` for when they can be set. */
void address_install(GObjectClass *object, guint first, GParamFlags flags);
void address_set(GstElement *element, struct address *address, guint number, const GValue *value);
void address_get(GstElement *element, const struct address *address, guint number, GValue *value);
#define ADDRESS_PROPERTIES 3

/* For people; of one from address_of(). Transfer full. */
gchar *address_uri(const struct address *address);

#endif
