/* SPDX-License-Identifier: MIT */
#include "win/kmt/resource.h"

#include "win/kmt/local.h"
#include "win/kmt/sync.h"
#include "win/nt/domain.h"

static void resource_destroy(struct xfi_object *object)
{
	struct xfi_kmt_resource *resource = (struct xfi_kmt_resource *)object;
	for (unsigned i = 0; i < XFI_ALLOCATIONS_MAX; i++)
		if (resource->allocations[i])
			(void)xfi_local_close(resource->allocations[i], NULL); /* may be gone */
	xfi_object_unref(resource->sync);
	xf_surface_close(resource->pixels);
	xf_surface_close(resource->record);
	free(resource);
}

const struct xfi_object_type xfi_kmt_resource_type = {
	.name = "Resource",
	.destroy = resource_destroy,
};

static struct xfi_kmt_resource *alloc(void)
{
	struct xfi_kmt_resource *resource = calloc(1, sizeof(*resource));
	if (resource)
		xfi_object_init(&resource->base, &xfi_kmt_resource_type, 0);
	return resource;
}

/* The sum of all sizes; UINT32_MAX when it is more than a record holds. */
uint32_t xfi_resource_bytes(const struct xfi_resource_head *head)
{
	uint64_t sum = (uint64_t)head->runtime_bytes + head->driver_bytes;
	if (head->n_allocations > XFI_ALLOCATIONS_MAX)
		return UINT32_MAX;
	for (uint32_t i = 0; i < head->n_allocations; i++)
		sum += head->allocation_bytes[i];
	return sum > XFI_RESOURCE_BYTES ? UINT32_MAX : (uint32_t)sum;
}

static int fill(struct xfi_kmt_resource *resource, const void *bytes, struct xf_surface *pixels)
{
	uint32_t size = xfi_resource_bytes(&resource->head);
	struct xf_keyed_mutex *mutex;
	uint8_t data[XFI_RECORD_MAX];
	int r;
	if (size == UINT32_MAX)
		return -EMSGSIZE;
	resource->head.pixels = pixels ? xf_surface_id(pixels) : 0;
	resource->head.mutex = 0;
	if (pixels && !xf_surface_mutex(pixels, &mutex))
		resource->head.mutex = xf_keyed_mutex_id(mutex);
	if (size)
		memcpy(resource->bytes, bytes, size);
	memcpy(data, &resource->head, sizeof(resource->head));
	memcpy(data + sizeof(resource->head), resource->bytes, size);
	r = xfi_record_create(
		XFI_RECORD_RESOURCE, data, sizeof(resource->head) + size, &resource->record);
	if (!r)
		resource->base.id = xf_surface_id(resource->record);
	return r;
}

int xfi_kmt_resource_create(struct xfi_resource_head *head, const void *bytes,
	struct xf_surface *pixels, struct xfi_object *sync, struct xfi_kmt_resource **ret_resource)
{
	struct xfi_kmt_resource *resource = alloc();
	int r;
	if (!resource)
		return -ENOMEM;
	resource->head = *head;
	resource->head.sync = sync ? sync->id : 0;
	r = fill(resource, bytes, pixels);
	if (r) {
		xfi_object_unref(&resource->base);
		return r;
	}
	resource->pixels = pixels;
	resource->sync = sync;
	*head = resource->head;
	*ret_resource = resource;
	return 0;
}

/* The bytes come from another process: nothing in them is believed before it is checked. */
static int load(struct xfi_kmt_resource *resource, xf_id record)
{
	uint8_t data[XFI_RECORD_MAX];
	struct xfi_kmt_sync *sync;
	struct xf_domain *domain;
	uint32_t bytes;
	size_t size;
	int r;
	r = xfi_win_domain(&domain);
	if (!r)
		r = xfi_record_open(XFI_RECORD_RESOURCE, record, &resource->record);
	if (!r)
		r = xfi_record_read(resource->record, XFI_RECORD_RESOURCE, data, &size);
	if (r)
		return r;
	if (size < sizeof(resource->head))
		return -EINVAL;
	memcpy(&resource->head, data, sizeof(resource->head));
	bytes = xfi_resource_bytes(&resource->head);
	if (bytes != size - sizeof(resource->head))
		return -EINVAL;
	memcpy(resource->bytes, data + sizeof(resource->head), bytes);
	resource->base.id = record;
	if (resource->head.pixels)
		r = xf_surface_open(domain, resource->head.pixels, &resource->pixels);
	if (!r && resource->head.sync) {
		r = xfi_kmt_sync_open(resource->head.sync, &sync);
		if (!r)
			resource->sync = &sync->base;
	}
	return r;
}

int xfi_kmt_resource_open(xf_id record, struct xfi_kmt_resource **ret_resource)
{
	struct xfi_kmt_resource *resource = alloc();
	int r;
	if (!resource)
		return -ENOMEM;
	r = load(resource, record);
	if (r)
		xfi_object_unref(&resource->base);
	else
		*ret_resource = resource;
	return r;
}
