/* SPDX-License-Identifier: MIT */
#include "win/kmt/share.h"

#include <crossfence/win/d3dkmthk_keyed_mutex.h>

#include "win/kmt/keyed_mutex.h"
#include "win/kmt/local.h"
#include "win/kmt/record.h"
#include "win/kmt/resource.h"
#include "win/kmt/sync.h"
#include "win/nt/codes.h"
#include "win/nt/domain.h"
#include "win/nt/handle.h"

static void share_destroy(struct xfi_object *object)
{
	struct xfi_share *share = (struct xfi_share *)object;
	xf_timeline_close(share->name);
	xf_surface_close(share->record);
	for (unsigned i = 0; i < 3; i++)
		xfi_object_unref(share->held[i]);
	free(share);
}

const struct xfi_object_type xfi_shared_resource_type = {
	.name = "DxgkSharedResource",
	.all_access = STANDARD_RIGHTS_ALL | XFI_SHARE_WRITE,
	.generic = {
		.GenericRead = STANDARD_RIGHTS_READ,
		.GenericWrite = STANDARD_RIGHTS_WRITE | XFI_SHARE_WRITE,
		.GenericExecute = STANDARD_RIGHTS_EXECUTE,
		.GenericAll = STANDARD_RIGHTS_ALL | XFI_SHARE_WRITE,
	},
	.destroy = share_destroy,
};

const struct xfi_object_type xfi_shared_sync_type = {
	.name = "DxgkSharedSyncObject",
	.all_access = STANDARD_RIGHTS_ALL | 0x3, /* query 1, modify 2 */
	.generic = {
		.GenericRead = STANDARD_RIGHTS_READ | 0x1,
		.GenericWrite = STANDARD_RIGHTS_WRITE | 0x2,
		.GenericExecute = STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE,
		.GenericAll = STANDARD_RIGHTS_ALL | 0x3,
	},
	.destroy = share_destroy,
};

static struct xfi_share *alloc(const struct xfi_share_ids *ids)
{
	struct xfi_share *share = calloc(1, sizeof(*share));
	if (!share)
		return NULL;
	share->ids = *ids;
	xfi_object_init(
		&share->base, ids->resource ? &xfi_shared_resource_type : &xfi_shared_sync_type, 0);
	return share;
}

/* Opens everything that the ids name, so that it lives as long as this share. */
static int hold(struct xfi_share *share)
{
	struct xfi_kmt_resource *resource;
	struct xfi_kmt_mutex *mutex;
	struct xfi_kmt_sync *sync;
	int r = 0;
	if (share->ids.resource) {
		r = xfi_kmt_resource_open(share->ids.resource, &resource);
		if (!r)
			share->held[0] = &resource->base;
	}
	if (!r && share->ids.mutex) {
		r = xfi_kmt_mutex_open(share->ids.mutex, &mutex);
		if (!r)
			share->held[1] = &mutex->base;
	}
	if (!r && share->ids.sync) {
		r = xfi_kmt_sync_open(share->ids.sync, &sync);
		if (!r)
			share->held[2] = &sync->base;
	}
	return r;
}

static int publish_locked(struct xfi_share *share, const struct xfi_name *name)
{
	struct xf_domain *domain;
	xf_id taken;
	int r;
	r = xfi_name_find(name, true, &taken);
	if (!r)
		return -EEXIST;
	if (r != -ENOENT)
		return r;
	r = xfi_win_domain(&domain);
	if (r)
		return r;
	return xf_timeline_create(domain, share->base.id, 0, name->label, &share->name);
}

static int publish(struct xfi_share *share, const struct xfi_name *name)
{
	int r = xfi_names_lock();
	if (r)
		return r;
	r = publish_locked(share, name);
	xfi_names_unlock();
	return r;
}

int xfi_share_create(
	const struct xfi_share_ids *ids, const struct xfi_name *name, struct xfi_share **ret_share)
{
	struct xfi_share *share = alloc(ids);
	int r;
	if (!share)
		return -ENOMEM;
	r = hold(share);
	if (!r)
		r = xfi_record_create(XFI_RECORD_SHARE, ids, sizeof(*ids), &share->record);
	if (!r)
		share->base.id = xf_surface_id(share->record);
	if (!r && name)
		r = publish(share, name);
	if (!r && name)
		share->base.name = xfi_name_of(name);
	if (r)
		xfi_object_unref(&share->base);
	else
		*ret_share = share;
	return r;
}

int xfi_share_create_handle(const struct xfi_share_ids *ids, const struct xfi_name *name,
	DWORD access, HANDLE *ret_handle)
{
	struct xfi_share *share;
	int r = xfi_share_create(ids, name, &share);
	if (r)
		return r;
	r = xfi_nt_handle_create(&share->base, access, ret_handle);
	xfi_object_unref(&share->base);
	return r;
}

static int open_record(xf_id id, struct xf_surface **ret_record, struct xfi_share_ids *ret_ids)
{
	uint8_t data[XFI_RECORD_MAX];
	size_t size;
	int r;
	r = xfi_record_open(XFI_RECORD_SHARE, id, ret_record);
	if (r)
		return r;
	r = xfi_record_read(*ret_record, XFI_RECORD_SHARE, data, &size);
	if (!r && size != sizeof(*ret_ids))
		r = -EINVAL;
	if (r)
		xf_surface_close(*ret_record);
	else
		memcpy(ret_ids, data, sizeof(*ret_ids));
	return r;
}

/* Takes `name` in every case. */
static int open_share(struct xf_timeline *name, struct xfi_share **ret_share)
{
	struct xfi_share_ids ids;
	struct xf_surface *record;
	struct xfi_share *share;
	uint64_t id;
	int r;
	r = xf_timeline_value(name, &id);
	if (!r)
		r = open_record(id, &record, &ids);
	if (r) {
		xf_timeline_close(name);
		return r;
	}
	share = alloc(&ids);
	if (!share) {
		xf_timeline_close(name);
		xf_surface_close(record);
		return -ENOMEM;
	}
	share->name = name;
	share->record = record;
	share->base.id = id;
	r = hold(share);
	if (r)
		xfi_object_unref(&share->base);
	else
		*ret_share = share;
	return r;
}

int xfi_share_open_name(const struct xfi_name *name, bool ignore_case, struct xfi_share **ret_share)
{
	struct xf_timeline *timeline;
	struct xf_domain *domain;
	xf_id id;
	int r;
	r = xfi_win_domain(&domain);
	if (!r)
		r = xfi_name_find(name, ignore_case, &id);
	if (r)
		return r;
	if (xfi_type_of(id) != XF_TIMELINE)
		return -ENOTTY;
	r = xf_timeline_open(domain, id, &timeline);
	if (!r)
		r = open_share(timeline, ret_share);
	if (!r)
		(*ret_share)->base.name = xfi_name_of(name);
	return r == -ESTALE ? -ENOENT : r; /* it ended between finding and opening it */
}
