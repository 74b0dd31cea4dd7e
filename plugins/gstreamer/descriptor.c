/* SPDX-License-Identifier: MIT */
#include "descriptor.h"

#include <fcntl.h>
#include <string.h>

int descriptor_copy(int given)
{
	return fcntl(given, F_DUPFD_CLOEXEC, 3);
}

gchar *descriptor_told(const gchar *message, int copy, int given)
{
	static const gchar *const before[] = { "descriptor ", "" };
	for (gsize i = 0; i < G_N_ELEMENTS(before); i++) {
		gchar *begin = g_strdup_printf("%s%d ", before[i], copy);
		gsize size = strlen(begin);
		gboolean is = g_str_has_prefix(message, begin);
		g_free(begin);
		if (is)
			return g_strdup_printf("%s%d %s", before[i], given, message + size);
	}
	return g_strdup(message);
}
