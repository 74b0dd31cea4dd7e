/* SPDX-License-Identifier: MIT */
#include "win/nt/shared.h"

#include "win/nt/codes.h"
#include "win/nt/domain.h"
#include "win/nt/handle.h"

#define MAGIC	   0x53574658 /* "XFWS" */
#define PAGE_BYTES 4096

struct page {
	uint32_t magic;
	uint32_t kind;
	uint64_t reserved;
	uint8_t bytes[64];
};

void xfi_shared_end(struct xfi_shared *shared)
{
	xf_timeline_close(shared->name);
	if (shared->bytes)
		(void)xf_surface_end(shared->page); /* the pair of a begin that succeeded */
	xf_surface_close(shared->page);
	free(shared);
}

static int alloc(const struct xfi_shared_type *type, struct xf_domain *domain,
	struct xfi_shared **ret_shared)
{
	struct xfi_shared *shared = calloc(1, type->size);
	if (!shared)
		return -ENOMEM;
	xfi_object_init(&shared->base, &type->base, 0);
	shared->domain = domain;
	*ret_shared = shared;
	return 0;
}

static int map(struct xfi_shared *shared, struct page **ret_page)
{
	void *bytes;
	int r = xf_surface_begin(shared->page, XF_ACCESS_READ | XF_ACCESS_WRITE, &bytes);
	if (r)
		return r;
	*ret_page = bytes;
	shared->bytes = (*ret_page)->bytes;
	return 0;
}

static int make_page(struct xfi_shared *shared, enum xfi_shared_kind kind)
{
	const struct xf_surface_desc desc = {
		.size = sizeof(desc),
		.width_px = PAGE_BYTES,
		.height_px = 1,
		.fourcc = XF_FORMAT_RAW,
	};
	struct page *page;
	int r = xf_surface_create(shared->domain, &desc, 0, &shared->page);
	if (!r)
		r = map(shared, &page);
	if (r)
		return r;
	memset(page, 0, sizeof(*page)); /* the memory may have been another surface's */
	page->kind = kind;
	page->magic = MAGIC;
	return 0;
}

static int make(const struct xfi_shared_type *type, const struct xfi_name *name, const void *args,
	struct xfi_shared **ret_shared)
{
	struct xfi_shared *shared;
	struct xf_domain *domain;
	bool own = false;
	int r = name ? xfi_win_domain(&domain) : xfi_unnamed_domain(&domain, &own);
	if (!r)
		r = alloc(type, domain, &shared);
	if (r)
		return r;
	r = make_page(shared, type->kind);
	if (!r)
		r = type->create(shared, args);
	if (!r && name)
		r = xf_timeline_create(
			domain, xf_surface_id(shared->page), 0, name->label, &shared->name);
	if (r) {
		xfi_object_unref(&shared->base);
		return r;
	}
	shared->base.id = own ? 0 : xf_surface_id(shared->page);
	shared->base.name = name ? xfi_name_of(name) : NULL;
	*ret_shared = shared;
	return 0;
}

static int open_page(struct xfi_shared *shared, enum xfi_shared_kind kind)
{
	struct xf_surface_desc desc = { .size = sizeof(desc) };
	struct page *page;
	uint64_t id, size;
	int r = xf_timeline_value(shared->name, &id);
	if (!r)
		r = xf_surface_open(shared->domain, id, &shared->page);
	if (r)
		return r == -EINVAL ? -ENOTTY : r;
	xf_surface_desc(shared->page, &desc, &size);
	if (desc.fourcc != XF_FORMAT_RAW || size < sizeof(*page))
		return -ENOTTY;
	r = map(shared, &page);
	if (!r && (page->magic != MAGIC || page->kind != kind))
		r = -ENOTTY;
	shared->base.id = id;
	return r;
}

/* Whoever owns a mutex owns it through every handle of the process: so there is one object. */
static bool has_id(const struct xfi_object *object, const void *arg)
{
	const struct xfi_object *wanted = arg;
	return object->type == wanted->type && object->id == wanted->id;
}

static int open_locked(const struct xfi_shared_type *type, const struct xfi_name *name,
	struct xfi_shared **ret_shared)
{
	struct xfi_shared *shared;
	struct xfi_object *there;
	struct xf_domain *domain;
	xf_id id;
	int r = xfi_win_domain(&domain);
	if (!r)
		r = xfi_name_find(name, false, &id);
	if (!r && xfi_type_of(id) != XF_TIMELINE)
		r = -ENOTTY;
	if (!r)
		r = alloc(type, domain, &shared);
	if (r)
		return r;
	r = xf_timeline_open(domain, id, &shared->name);
	if (!r)
		r = open_page(shared, type->kind);
	there = r ? NULL : xfi_nt_handle_search(has_id, &shared->base);
	if (!r && !there)
		r = type->open(shared);
	if (!r && !there)
		shared->base.name = xfi_name_of(name);
	*ret_shared = there ? (struct xfi_shared *)there : shared;
	if (r || there)
		xfi_object_unref(&shared->base);
	return r == -ESTALE ? -ENOENT : r; /* it ended between finding and opening it */
}

int xfi_shared_open(const struct xfi_shared_type *type, const struct xfi_name *name,
	struct xfi_shared **ret_shared)
{
	int r = xfi_names_lock();
	if (r)
		return r;
	r = open_locked(type, name, ret_shared);
	xfi_names_unlock();
	return r;
}

int xfi_shared_create(const struct xfi_shared_type *type, const struct xfi_name *name,
	const void *args, struct xfi_shared **ret_shared, bool *ret_existed)
{
	int r;
	*ret_existed = false;
	if (!name)
		return make(type, NULL, args, ret_shared);
	r = xfi_names_lock();
	if (r)
		return r;
	r = open_locked(type, name, ret_shared);
	*ret_existed = !r;
	if (r == -ENOENT)
		r = make(type, name, args, ret_shared);
	xfi_names_unlock();
	return r;
}

/* Takes the object. */
static HANDLE give(int r, struct xfi_shared *shared, DWORD access, bool existed)
{
	HANDLE handle = NULL;
	if (!r) {
		/* Opening needs some right; a new object may be without. */
		r = existed && !access ? -EACCES
				       : xfi_nt_handle_create(&shared->base, access, &handle);
		xfi_object_unref(&shared->base);
	}
	SetLastError(r ? xfi_win32(r) : existed ? ERROR_ALREADY_EXISTS : ERROR_SUCCESS);
	return r ? NULL : handle;
}

static HANDLE create(int r, const struct xfi_shared_type *type, const struct xfi_name *name,
	const void *args, DWORD access)
{
	struct xfi_shared *shared = NULL;
	bool existed = false;
	if (!r)
		r = xfi_shared_create(type, name, args, &shared, &existed);
	return give(r, shared, access, existed);
}

HANDLE xfi_shared_create_w(
	const struct xfi_shared_type *type, LPCWSTR text, const void *args, DWORD access)
{
	bool named = text && *text;
	struct xfi_name name;
	int r = named ? xfi_name_from_wide(text, xfi_wide_length(text), &name) : 0;
	return create(r, type, named ? &name : NULL, args, access);
}

HANDLE xfi_shared_create_a(
	const struct xfi_shared_type *type, LPCSTR text, const void *args, DWORD access)
{
	bool named = text && *text;
	struct xfi_name name;
	int r = named ? xfi_name_from_ansi(text, &name) : 0;
	return create(r, type, named ? &name : NULL, args, access);
}

static HANDLE open(
	int r, const struct xfi_shared_type *type, const struct xfi_name *name, DWORD access)
{
	struct xfi_shared *shared = NULL;
	HANDLE handle;
	if (!r)
		r = xfi_shared_open(type, name, &shared);
	handle = give(r, shared, access, true);
	if (handle)
		SetLastError(ERROR_SUCCESS);
	return handle;
}

HANDLE xfi_shared_open_w(const struct xfi_shared_type *type, LPCWSTR text, DWORD access)
{
	struct xfi_name name;
	int r = text ? xfi_name_from_wide(text, xfi_wide_length(text), &name) : -EINVAL;
	return open(r, type, &name, access);
}

HANDLE xfi_shared_open_a(const struct xfi_shared_type *type, LPCSTR text, DWORD access)
{
	struct xfi_name name;
	int r = text ? xfi_name_from_ansi(text, &name) : -EINVAL;
	return open(r, type, &name, access);
}
