/* SPDX-License-Identifier: MIT */
/* xf_domain_find(): the newest object that a label leads to. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "shm/annex.h"
#include "shm/directory.h"
#include "shm/object.h"

/* Surfaces are many, and their labels cost more to read: of a pool's each ends alike. */
static bool may_have_label(const struct xf_domain *d, xf_id id, const char *label)
{
	return xfi_id_type(id) != XF_SURFACE || label[strlen(label) - 1] == ']' ||
	       xfi_has_label(xfi_slot(d, xfi_id_index(id)));
}

static bool has_label(struct xf_domain *d, xf_id id, const char *label)
{
	char copy[XF_LABEL_MAX + 1];
	return may_have_label(d, id, label) && xfi_label_read(d, id, copy) &&
	       strcmp(copy, label) == 0;
}

struct wanted {
	enum xf_type type;
	const char *label;
};

static bool is_wanted(struct xf_domain *d, uint32_t index, const void *arg)
{
	const struct wanted *wanted = arg;
	xf_id id = xfi_object_id(d, index);
	return id && (wanted->type == XF_ANY || xfi_id_type(id) == (unsigned)wanted->type) &&
	       has_label(d, id, wanted->label);
}

static xf_id search(struct xf_domain *d, enum xf_type type, const char *label)
{
	struct wanted wanted = { type, label };
	struct xfi_label padded = xfi_label_of(label);
	return xfi_directory_search(d, xfi_hash_of_label(&padded), is_wanted, &wanted);
}

/* "frames[12]" of "frames", 12. False: it is not of that form. */
static bool split(const char *label, char pool[XF_LABEL_MAX + 1], uint32_t *ret_place)
{
	char again[XF_LABEL_MAX + 1];
	const char *bracket = strrchr(label, '[');
	if (!bracket || bracket == label || label[strlen(label) - 1] != ']')
		return false;
	*ret_place = (uint32_t)strtoul(bracket + 1, NULL, 10) % 100u;
	snprintf(pool, XF_LABEL_MAX + 1, "%.*s", (int)(bracket - label), label);
	xfi_label_in_pool(pool, *ret_place, again);
	return strcmp(again, label) == 0;
}

/* A pool's surfaces are entered under their pool. */
static xf_id search_pools(struct xf_domain *d, enum xf_type type, const char *label)
{
	char pool[XF_LABEL_MAX + 1];
	struct xfi_part part;
	bool sure;
	if ((type != XF_ANY && type != XF_SURFACE) || !split(label, pool, &part.place))
		return 0;
	const struct wanted wanted = { type, label };
	part.whole = search(d, XF_POOL, pool);
	/* Longer labels of pools are cut in what their surfaces are called, before the character
	 * that does not fit. */
	size_t length = strlen(pool);
	bool cut = length == 27 || (length >= 24 && !part.whole);
	if (!part.whole && !cut)
		return 0;
	xf_id found = part.whole && !cut ? xfi_directory_find(d, xfi_hash_of_part(&part),
						   xfi_is_part, &part, &sure)
					 : 0;
	return found ? found : xfi_directory_walk(d, is_wanted, &wanted);
}

static bool newer(xf_id a, xf_id b)
{
	return (int32_t)((uint32_t)a - (uint32_t)b) > 0;
}

static xf_id newest(xf_id a, xf_id b)
{
	return !a || (b && newer(b, a)) ? b : a;
}

int xf_domain_find(struct xf_domain *d, enum xf_type type, const char *label, xf_id *ret_id)
{
	xfi_message_forget();
	if (!d || !label || !*label || !ret_id)
		return xf_fail(-EINVAL, "domain, label or ret_id is NULL, or the label empty");
	int r = xfi_label_check(label);
	if (!r && (unsigned)type >= XFI_TYPES)
		r = xf_fail(-EINVAL, "there are no objects of type %d", (int)type);
	if (!r)
		r = xfi_domain_check(d, false);
	if (r)
		return r;
	xf_id found = newest(search(d, type, label), search_pools(d, type, label));
	if (!found)
		return xf_fail(-ENOENT, "no object is called '%s'", label);
	*ret_id = found;
	return 0;
}
