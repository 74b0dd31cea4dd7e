/* SPDX-License-Identifier: MIT */
#include "win/kmt/record.h"

#include <crossfence/inspect.h>

#include "win/nt/domain.h"

#define MAGIC 0x52574658 /* "XFWR" */

struct page {
	uint32_t magic;
	uint32_t kind;
	uint32_t size; /* of data */
	uint32_t reserved;
	uint8_t data[XFI_RECORD_MAX];
};

_Static_assert(sizeof(struct page) == XFI_RECORD_BYTES, "one page");

static int create_surface(struct xf_surface **ret_surface)
{
	struct xf_surface_desc desc = {
		.size = sizeof(desc),
		.width_px = XFI_RECORD_BYTES,
		.height_px = 1,
		.fourcc = XF_FORMAT_RAW,
	};
	struct xf_domain *domain;
	int r;
	r = xfi_win_domain(&domain);
	return r ? r : xf_surface_create(domain, &desc, 0, ret_surface);
}

int xfi_record_write(
	struct xf_surface *record, enum xfi_record_kind kind, const void *data, size_t size)
{
	struct page *page;
	void *bytes;
	int r;
	if (size > XFI_RECORD_MAX)
		return -EMSGSIZE;
	r = xf_surface_begin(record, XF_ACCESS_READ | XF_ACCESS_WRITE, &bytes);
	if (r)
		return r;
	page = bytes;
	page->size = (uint32_t)size;
	if (size)
		memcpy(page->data, data, size);
	page->kind = kind;
	page->magic = MAGIC;
	return xf_surface_end(record);
}

int xfi_record_create(
	enum xfi_record_kind kind, const void *data, size_t size, struct xf_surface **ret_record)
{
	struct xf_surface *record;
	int r;
	r = create_surface(&record);
	if (r)
		return r;
	r = xfi_record_write(record, kind, data, size);
	if (r) {
		xf_surface_close(record);
		return r;
	}
	*ret_record = record;
	return 0;
}

static bool is_record(const struct xf_surface *surface)
{
	struct xf_surface_desc desc = { .size = sizeof(desc) };
	uint64_t bytes;
	xf_surface_desc(surface, &desc, &bytes);
	return desc.fourcc == XF_FORMAT_RAW && bytes >= XFI_RECORD_BYTES;
}

int xfi_record_read(
	struct xf_surface *record, enum xfi_record_kind kind, void *data, size_t *ret_size)
{
	struct page copy;
	void *bytes;
	int r;
	r = xf_surface_begin(record, XF_ACCESS_READ, &bytes);
	if (r)
		return r;
	memcpy(&copy, bytes, sizeof(copy));
	(void)xf_surface_end(record); /* the pair of a begin that succeeded */
	if (copy.magic != MAGIC || copy.kind != kind || copy.size > XFI_RECORD_MAX)
		return -EINVAL;
	memcpy(data, copy.data, copy.size);
	*ret_size = copy.size;
	return 0;
}

int xfi_record_open(enum xfi_record_kind kind, xf_id id, struct xf_surface **ret_record)
{
	uint8_t data[XFI_RECORD_MAX];
	struct xf_surface *record;
	struct xf_domain *domain;
	size_t size;
	int r;
	r = xfi_win_domain(&domain);
	if (r)
		return r;
	r = xf_surface_open(domain, id, &record);
	if (r)
		return r;
	r = is_record(record) ? xfi_record_read(record, kind, data, &size) : -EINVAL;
	if (r) {
		xf_surface_close(record);
		return r;
	}
	*ret_record = record;
	return 0;
}

/* An id is type (8 bits), place in the domain (24 bits, below 2^20), generation (32 bits). */
D3DKMT_HANDLE xfi_global_of(xf_id id)
{
	uint32_t place = (id >> 32) & 0xfffff, generation = id & 0xf;
	return 0xc0000000u | generation << 26 | place << 6 | 2;
}

struct search {
	D3DKMT_HANDLE global;
	enum xf_type type;
	xf_id id;
	char *label;
};

static int visit(const struct xf_object_info *info, void *arg)
{
	struct search *search = arg;
	if (info->type != search->type || xfi_global_of(info->id) != search->global)
		return 0;
	search->id = info->id;
	if (search->label)
		memcpy(search->label, info->label, XF_LABEL_MAX + 1);
	return 1;
}

int xfi_global_find(D3DKMT_HANDLE global, enum xf_type type, xf_id *ret_id, char *label)
{
	struct search search = { .global = global, .type = type, .label = label };
	struct xf_domain *domain;
	int r;
	if ((global & 0xc000003f) != 0xc0000002)
		return -EINVAL;
	r = xfi_win_domain(&domain);
	if (r)
		return r;
	r = xf_inspect_objects(domain, visit, &search);
	if (r < 0)
		return r;
	if (!r)
		return -EINVAL;
	*ret_id = search.id;
	return 0;
}
