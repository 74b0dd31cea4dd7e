/* SPDX-License-Identifier: MIT */
/* Where the parts of a domain's file begin; the only place that computes it. */
#include <errno.h>

#include "shm/layout.h"

int xfi_layout(const struct xfi_geometry *geometry, struct xfi_layout *ret_layout)
{
	uint64_t capacity = geometry->capacity;
	struct xfi_layout l;
	if (capacity == 0 || capacity > XF_OBJECTS_MAX || capacity % XFI_BLOCK)
		return -EINVAL;
	if (geometry->payload_bytes > (uint64_t)1 << 40 || geometry->payload_bytes % XFI_PAGE)
		return -EINVAL;
	uint64_t blocks = capacity / XFI_BLOCK;
	l.members = XFI_PAGE;
	l.lifelines = xfi_page_up(l.members + XF_MEMBERS_MAX * sizeof(struct xfi_member));
	l.buckets = xfi_page_up(l.lifelines + XFI_ROWS * XFI_ROWS * sizeof(struct xfi_lifeline));
	l.touched = xfi_page_up(l.buckets + XFI_BUCKETS * sizeof(struct xfi_bucket));
	l.used = xfi_page_up(l.touched + XF_MEMBERS_MAX * ((blocks + 63) / 64) * sizeof(uint64_t));
	l.parked = xfi_page_up(l.used + blocks * sizeof(uint64_t));
	l.directory = xfi_page_up(l.parked + XF_MEMBERS_MAX * XFI_BUCKETS * sizeof(uint16_t));
	l.slots = xfi_page_up(
		l.directory + capacity / XFI_DIRECTORY_SHARE * sizeof(struct xfi_directory_bucket));
	l.pages = xfi_page_up(l.slots + capacity * sizeof(struct xfi_slot));
	l.payload = xfi_page_up(l.pages + geometry->payload_bytes / XFI_PAGE * sizeof(uint32_t));
	l.end = l.payload + geometry->payload_bytes;
	*ret_layout = l;
	return 0;
}
