/* SPDX-License-Identifier: MIT */
/* A descriptor of the application's, which may close it while we still join what it leads to. */
#ifndef XF_GST_DESCRIPTOR_H
#define XF_GST_DESCRIPTOR_H

#include <glib.h>

/* One of our own for the same; -1: there is none. */
int descriptor_copy(int given);

/* What the library says of the copy, said of the one that was given. Transfer full. */
gchar *descriptor_told(const gchar *message, int copy, int given);

#endif
