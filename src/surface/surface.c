/* SPDX-License-Identifier: MIT */
/*
 * Surface handles. What a slot says is copied and checked once, when the handle is made; from then
 * on only the handle's copy is used, so nobody can move or resize a surface under a reader.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include <crossfence/pool.h>

#include "base/call.h"
#include "base/fd.h"
#include "base/foreign_fd.h"
#include "base/message.h"
#include "base/params.h"
#include "shm/annex.h"
#include "shm/arena.h"
#include "surface/device.h"
#include "surface/dma_buf.h"
#include "surface/payload.h"
#include "surface/surface.h"
#include "sync/keyed_mutex.h"

/* Of a pool only what has to be: its label is the pool's. */
static bool has_annex(const struct xfi_surface_plan *plan)
{
	return plan->desc.label[0] || plan->desc.fourcc == XF_FORMAT_TENSOR ||
	       plan->flags & XF_SURFACE_SYNC || plan->desc.memory == XF_MEMORY_VULKAN;
}

static void write_slot(struct xfi_slot *slot, const struct xfi_surface_plan *plan)
{
	const struct xf_surface_desc *desc = &plan->desc;
	struct xfi_surface_cold *cold = &slot->cold.surface;
	struct xfi_surface_hot *hot = &slot->hot.surface;
	xfi_put(&cold->width, desc->width_px);
	xfi_put(&cold->fourcc, desc->fourcc);
	for (uint32_t i = 0; i < desc->n_planes; i++) {
		xfi_put(&cold->offset[i], desc->planes[i].offset_bytes);
		xfi_put(&cold->stride[i], desc->planes[i].stride_bytes);
		xfi_put(&cold->rows[i], (uint16_t)desc->planes[i].rows);
	}
	xfi_put(&hot->height, (uint16_t)desc->height_px);
	xfi_put(&hot->n_planes, (uint8_t)desc->n_planes);
	xfi_put(&hot->modifier, desc->modifier);
	xfi_put(&hot->pool, plan->pool);
	xfi_put(&hot->index, (uint8_t)plan->pool_index);
	xfi_put(&hot->flags, plan->flags | plan->device_bits |
				     (has_annex(plan) ? XFI_SURFACE_ANNEX : 0) |
				     (plan->desc.label[0] ? XFI_SURFACE_LABELLED : 0) |
				     (plan->fd >= 0 ? XFI_SURFACE_IMPORTED : 0));
}

/* What the annex says is constant, and checked as the rest. */
static int read_annex(struct xf_surface *s, struct xfi_annex *annex)
{
	int r = xfi_annex_read(s->base.domain, s->base.index, annex);
	if (r == -ENOENT)
		memset(annex, 0, sizeof(*annex));
	else if (r)
		return r;
	memcpy(s->desc.label, annex->label, sizeof(s->desc.label));
	if (s->desc.fourcc == XF_FORMAT_TENSOR)
		s->desc.tensor = annex->tensor;
	return 0;
}

/* `flags` as they were read once, with the rest. */
static int read_device(struct xf_surface *s, uint32_t flags, const struct xfi_annex *annex)
{
	int r = xfi_device_read(s->base.domain, flags, s->size_bytes, &s->desc);
	if (!r)
		r = xfi_device_read_annex(annex, s->size_bytes, &s->desc);
	return !r && s->desc.memory && !s->imported ? -EPROTO : r;
}

void xfi_surface_read_shape(const struct xfi_slot *slot, struct xf_surface_desc *ret_desc)
{
	const struct xfi_surface_cold *cold = &slot->cold.surface;
	const struct xfi_surface_hot *hot = &slot->hot.surface;
	*ret_desc = (struct xf_surface_desc){
		.size = sizeof(*ret_desc),
		.width_px = xfi_get(&cold->width),
		.height_px = xfi_get(&hot->height),
		.fourcc = xfi_get(&cold->fourcc),
		.n_planes = xfi_get(&hot->n_planes),
		.modifier = xfi_get(&hot->modifier),
	};
	for (uint32_t i = 0; i < XF_PLANES_MAX; i++)
		ret_desc->planes[i] = (struct xf_plane){ xfi_get(&cold->offset[i]),
			xfi_get(&cold->stride[i]), xfi_get(&cold->rows[i]) };
}

static int read_slot(struct xf_surface *s)
{
	const struct xfi_surface_hot *hot = &s->base.slot->hot.surface;
	struct xf_surface_desc *desc = &s->desc;
	struct xfi_annex annex;
	uint32_t flags = xfi_get(&hot->flags);
	xfi_surface_read_shape(s->base.slot, desc);
	s->payload_offset = xfi_get(&hot->payload_offset);
	s->keyed = flags & XF_SURFACE_KEYED;
	s->imported = flags & XFI_SURFACE_IMPORTED;
	int r = read_annex(s, &annex);
	if (r)
		return r;
	if (desc->fourcc != XF_FORMAT_TENSOR && !desc->n_planes)
		return -EPROTO;
	if (xf_surface_layout(desc, &s->size_bytes))
		return -EPROTO;
	return read_device(s, flags, &annex);
}

/* Makes a fresh handle destructible, whatever is still to come. */
static void prepare(struct xf_surface *s)
{
	s->fd = -1;
	pthread_mutex_init(&s->lock, NULL);
}

static int set_memory(struct xf_domain *d, uint32_t index, const struct xfi_surface_plan *plan)
{
	struct xfi_slot *slot = xfi_slot(d, index);
	uint64_t bytes = plan->fd < 0 ? plan->size_bytes : 0;
	if (has_annex(plan) && __builtin_add_overflow(bytes, sizeof(struct xfi_annex), &bytes))
		return -ENOSPC;
	if (bytes)
		return xfi_payload_take(d, index, bytes);
	xfi_put(&slot->hot.surface.payload_offset, UINT64_MAX);
	xfi_put(&slot->hot.surface.size_bytes, plan->size_bytes);
	return 0;
}

/*
 * What a surface of a pool calls its mutex or sync object, "frames[1]", for those who inspect: one
 * that was replaced is still there while somebody has it open, and no surface names it then. NULL:
 * not of a pool, or of one without a label.
 */
static const char *label_of_carried(const struct xf_surface *s, char label[XF_LABEL_MAX + 1])
{
	const struct xfi_surface_hot *hot = &s->base.slot->hot.surface;
	char whole[XF_LABEL_MAX + 1];
	xf_id pool = xfi_get(&hot->pool);
	if (!pool || xfi_id_index(pool) >= s->base.domain->geometry.capacity)
		return NULL;
	xfi_get_bytes(
		whole, xfi_slot(s->base.domain, xfi_id_index(pool))->cold.label, sizeof(whole));
	if (!whole[0])
		return NULL;
	snprintf(label, XF_LABEL_MAX + 1, "%.27s[%u]", whole, xfi_get(&hot->index) % XF_POOL_MAX);
	return label;
}

/* A mutex of the surface's own; its creator's handle becomes the surface handle's. */
static int make_mutex(struct xf_surface *s)
{
	char label[XF_LABEL_MAX + 1];
	struct xf_keyed_mutex *mutex;
	int r = xf_keyed_mutex_create(s->base.domain, 0, label_of_carried(s, label), &mutex);
	if (r)
		return r;
	xf_keyed_mutex_close(s->mutex_before);
	s->mutex_before = s->mutex;
	s->mutex = mutex;
	atomic_store(&s->base.slot->hot.surface.carried, xf_keyed_mutex_id(mutex));
	return 0;
}

static int make_sync(struct xf_surface *s)
{
	char label[XF_LABEL_MAX + 1];
	int r = xf_sync_create(s->base.domain, label_of_carried(s, label), &s->sync);
	if (!r)
		atomic_store(&s->base.slot->hot.surface.carried, xf_sync_id(s->sync));
	return r;
}

/* At once, so that it lasts as long as anybody has the surface open. */
static int open_sync(struct xf_surface *s)
{
	xf_id id = atomic_load(&s->base.slot->hot.surface.carried);
	if (xfi_id_type(id) != XF_SYNC)
		return 0;
	int r = xf_sync_open(s->base.domain, id, &s->sync);
	return r == -EINVAL ? -EPROTO : r;
}

/*
 * A file in user space is asked neither for its size nor, by an ioctl, whether it is a dma-buf:
 * those know no seals, are no files of a file system, and report their size through lseek only.
 */
static off_t look_at(int fd, bool *ret_maybe_dma_buf)
{
	mode_t mode = 0;
	uint64_t size = 0;
	int r = xfi_foreign_fd_look(fd, &mode, &size);
	*ret_maybe_dma_buf = fcntl(fd, F_GET_SEALS) < 0 && !S_ISREG(mode);
	/* Only of those: the position in any other file is the caller's. */
	return !r && (size > 0 || !*ret_maybe_dma_buf) ? (off_t)size : lseek(fd, 0, SEEK_END);
}

/*
 * Whoever has the file can give its pages back to the system, and where none is left then whoever
 * touches it is ended by SIGBUS, seals or not. Only a memory file is asked, which answers at once.
 */
static bool has_huge_pages(int fd)
{
	struct statfs fs;
	return fcntl(fd, F_GET_SEALS) >= 0 && fstatfs(fd, &fs) == 0 && fs.f_type == HUGETLBFS_MAGIC;
}

int xfi_surface_borrow_fd(struct xf_surface *s, int fd, uint64_t offset)
{
	uint64_t end;
	if (has_huge_pages(fd))
		return xf_fail(-EINVAL, "memory of huge pages: whoever touches it could be ended "
					"when the system has none left");
	if (offset % XFI_PAGE || __builtin_add_overflow(offset, s->size_bytes, &end))
		return xf_fail(-EINVAL, "offset_bytes is %llu; a multiple of %d",
			(unsigned long long)offset, XFI_PAGE);
	off_t length = look_at(fd, &s->maybe_dma_buf);
	if (length < 0 || (uint64_t)length < end)
		return xf_fail(-EINVAL, "the file has %lld bytes; the surface ends at %llu",
			(long long)length, (unsigned long long)end);
	s->fd_offset = offset;
	s->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	return s->fd < 0 ? xfi_call_failed("fcntl") : 0;
}

static int write_annex(struct xf_domain *d, uint32_t index, const struct xfi_surface_plan *plan)
{
	struct xfi_annex annex = { .tensor = plan->desc.tensor,
		.memory_bytes = plan->desc.memory_bytes,
		.usage = plan->desc.usage };
	if (!has_annex(plan))
		return 0;
	memcpy(annex.driver_uuid, plan->desc.driver_uuid, sizeof(annex.driver_uuid));
	strcpy(annex.label, plan->desc.label); /* checked, and of the same size */
	return xfi_annex_write(d, index, &annex);
}

int xfi_surface_get_memory(struct xf_surface *s, int fd)
{
	/* As it will be, while it is in the making. */
	xf_id id = xfi_id(
		XF_SURFACE, s->base.index, xfi_head_generation(atomic_load(&s->base.slot->head)));
	return xfi_memory_get(
		s->base.domain, s->base.index, id, s->desc.memory_bytes, fd, &s->memory);
}

int xfi_surface_fd(const struct xf_surface *s)
{
	return s->memory ? xfi_memory_fd(s->memory) : s->fd;
}

/* What the slot of a surface in the making says decides from here on. */
static int furnish(struct xf_surface *s, const struct xfi_surface_plan *plan)
{
	write_slot(s->base.slot, plan);
	int r = set_memory(s->base.domain, s->base.index, plan);
	if (!r)
		r = write_annex(s->base.domain, s->base.index, plan);
	if (!r)
		r = read_slot(s);
	if (!r && s->desc.memory)
		r = xfi_surface_get_memory(s, plan->fd);
	else if (!r && plan->fd >= 0)
		r = xfi_surface_borrow_fd(s, plan->fd, plan->fd_offset);
	if (!r && plan->flags & XF_SURFACE_KEYED)
		r = make_mutex(s);
	if (!r && plan->flags & XF_SURFACE_SYNC)
		r = make_sync(s);
	return r;
}

int xfi_surface_make(
	struct xf_domain *d, const struct xfi_surface_plan *plan, struct xf_surface **ret_surface)
{
	int r;
	struct xf_surface *s = xfi_handle_create(d, XF_SURFACE, NULL, sizeof(*s), &r);
	if (!s)
		return r;
	prepare(s);
	r = furnish(s, plan);
	if (r) {
		xf_surface_close(s);
		return r;
	}
	xfi_handle_publish(&s->base);
	*ret_surface = s;
	return 0;
}

int xfi_surface_check_own(const struct xfi_surface_plan *plan)
{
	if (plan->desc.memory != XF_MEMORY_HOST)
		return xf_fail(-EINVAL,
			"a device's memory is made by its own library, and imported "
			"here");
	if (plan->desc.modifier == XF_MODIFIER_LINEAR)
		return 0;
	return xf_fail(-EINVAL, "modifier 0x%llx: our own memory is linear, import the other",
		(unsigned long long)plan->desc.modifier);
}

static int check_arguments(struct xf_domain *d, uint32_t flags, struct xf_surface **ret_surface)
{
	if (!d || !ret_surface)
		return xf_fail(-EINVAL, "domain or ret_surface is NULL");
	if (!xfi_surface_flags_ok(flags))
		return xf_fail(-EINVAL, "flags 0x%x: keyed, or with a sync object, or 0", flags);
	return 0;
}

int xf_surface_create(struct xf_domain *d, const struct xf_surface_desc *desc, uint32_t flags,
	struct xf_surface **ret_surface)
{
	struct xfi_surface_plan plan;
	xfi_message_forget();
	int r = check_arguments(d, flags, ret_surface);
	if (r)
		return r;
	r = xfi_surface_plan(&plan, desc);
	if (!r)
		r = xfi_surface_check_own(&plan);
	plan.flags = flags;
	return r ? r : xfi_surface_make(d, &plan, ret_surface);
}

int xf_surface_import(struct xf_domain *d, const struct xf_surface_desc *desc, int fd,
	uint64_t offset_bytes, uint32_t flags, struct xf_surface **ret_surface)
{
	struct xfi_surface_plan plan;
	xfi_message_forget();
	int r = check_arguments(d, flags, ret_surface);
	if (r)
		return r;
	if (fd < 0)
		return -EBADF;
	r = xfi_surface_plan(&plan, desc);
	if (!r && plan.desc.memory && offset_bytes)
		r = xf_fail(-EINVAL, "offset_bytes is %llu; a device's memory begins at 0",
			(unsigned long long)offset_bytes);
	if (!r)
		r = xfi_device_bits(d, &plan.desc, &plan.device_bits);
	plan.flags = flags;
	plan.fd = fd;
	plan.fd_offset = offset_bytes;
	return r ? r : xfi_surface_make(d, &plan, ret_surface);
}

int xfi_surface_open_handle(struct xf_domain *d, xf_id id, struct xf_surface **ret_surface)
{
	if (!ret_surface)
		return xf_fail(-EINVAL, "ret_surface is NULL");
	int r;
	struct xf_surface *s = xfi_handle_open(d, XF_SURFACE, id, sizeof(*s), &r);
	if (!s)
		return r;
	prepare(s);
	s->opened = id;
	r = read_slot(s);
	if (!r)
		r = open_sync(s);
	if (r) {
		xf_surface_close(s);
		return r;
	}
	*ret_surface = s;
	return 0;
}

int xf_surface_open(struct xf_domain *d, xf_id id, struct xf_surface **ret_surface)
{
	struct xf_surface *s = NULL;
	xfi_message_forget();
	int r = xfi_surface_open_handle(d, id, &s);
	if (r)
		return r;
	if (s->desc.memory)
		r = xfi_surface_get_memory(s, -1);
	else if (s->imported)
		r = -ENOTCONN;
	if (r) {
		xf_surface_close(s);
		return r;
	}
	*ret_surface = s;
	return 0;
}

void xf_surface_close(struct xf_surface *s)
{
	XFI_MESSAGE_STAYS;
	if (!s)
		return;
	xf_keyed_mutex_close(s->mutex);
	xf_keyed_mutex_close(s->mutex_before);
	xf_sync_close(s->sync);
	/* In a forked child payload is not mapped, and something else may lie there. */
	if (s->data && (s->imported || xfi_domain_check(s->base.domain, false) == 0))
		munmap(s->data, s->size_bytes);
	if (s->annex_page && xfi_domain_check(s->base.domain, false) == 0)
		munmap(s->annex_page, XFI_PAGE);
	xfi_foreign_fd_close(&s->fd);
	xfi_memory_put(s->memory);
	pthread_mutex_destroy(&s->lock);
	xfi_handle_close(&s->base);
}

xf_id xf_surface_id(const struct xf_surface *s)
{
	return s ? xfi_handle_id(&s->base) : 0;
}

struct xf_domain *xf_surface_domain(const struct xf_surface *s)
{
	return s ? s->base.domain : NULL;
}

int xf_surface_desc(
	const struct xf_surface *s, struct xf_surface_desc *ret_desc, uint64_t *ret_size_bytes)
{
	xfi_message_forget();
	if (!s)
		return xf_fail(-EINVAL, "surface is NULL");
	int r = XFI_PARAMS_WRITE(ret_desc, struct xf_surface_desc, &s->desc);
	if (!r && ret_size_bytes)
		*ret_size_bytes = s->size_bytes;
	return r;
}

/* Follows the slot to the mutex it names now. */
static int current_mutex(struct xf_surface *s, struct xf_keyed_mutex **ret_mutex)
{
	struct xf_keyed_mutex *mutex;
	xf_id id = atomic_load(&s->base.slot->hot.surface.carried);
	if (!id || s->sync)
		return -ENOENT;
	if (!s->mutex || xf_keyed_mutex_id(s->mutex) != id) {
		int r = xf_keyed_mutex_open(s->base.domain, id, &mutex);
		if (r)
			return r == -EINVAL ? -EPROTO : r;
		xf_keyed_mutex_close(s->mutex_before);
		s->mutex_before = s->mutex;
		s->mutex = mutex;
	}
	*ret_mutex = s->mutex;
	return 0;
}

int xf_surface_mutex(struct xf_surface *s, struct xf_keyed_mutex **ret_mutex)
{
	xfi_message_forget();
	if (!s || !ret_mutex)
		return xf_fail(-EINVAL, "%s: surface or ret_mutex is NULL", __func__);
	int r = xfi_domain_check(s->base.domain, false);
	if (r)
		return r;
	pthread_mutex_lock(&s->lock);
	r = current_mutex(s, ret_mutex);
	pthread_mutex_unlock(&s->lock);
	return r;
}

int xf_surface_sync(struct xf_surface *s, struct xf_sync **ret_sync)
{
	xfi_message_forget();
	if (!s || !ret_sync)
		return xf_fail(-EINVAL, "%s: surface or ret_sync is NULL", __func__);
	int r = xfi_domain_check(s->base.domain, false);
	if (!r && !s->sync)
		r = -ENOENT;
	if (!r)
		*ret_sync = s->sync;
	return r;
}

bool xfi_surface_owned_elsewhere(struct xf_surface *s)
{
	struct xf_keyed_mutex *mutex;
	if (!s->keyed)
		return false;
	pthread_mutex_lock(&s->lock);
	bool elsewhere = current_mutex(s, &mutex) == 0 && xfi_keyed_mutex_elsewhere(mutex);
	pthread_mutex_unlock(&s->lock);
	return elsewhere;
}

int xfi_surface_ready_mutex(struct xf_surface *s, bool rekey)
{
	struct xf_keyed_mutex *mutex;
	if (!s->keyed)
		return 0;
	pthread_mutex_lock(&s->lock);
	int r = current_mutex(s, &mutex);
	/* -ESTALE: nobody has the mutex open any more, the dead owner was the last. */
	if (r == -ESTALE || (!r && xfi_keyed_mutex_abandoned(mutex)))
		r = make_mutex(s);
	else if (!r && rekey)
		r = xfi_keyed_mutex_rekey(mutex, 0);
	else if (!r && xfi_keyed_mutex_elsewhere(mutex))
		r = XFI_AGAIN;
	pthread_mutex_unlock(&s->lock);
	return r == -ENOENT ? 0 : r;
}

static int map(struct xf_surface *s, bool writable)
{
	int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
	void *data;
	if (s->data && (s->data_writable || !writable))
		return 0;
	if (s->data) {
		if (mprotect(s->data, s->size_bytes, protection))
			return -errno;
	} else if (s->imported) {
		data = mmap(
			NULL, s->size_bytes, protection, MAP_SHARED, s->fd, (off_t)s->fd_offset);
		if (data == MAP_FAILED)
			return -errno;
		s->data = data;
	} else {
		int r = xfi_arena_map_payload(
			s->base.domain, s->payload_offset, s->size_bytes, writable, &s->data);
		if (r)
			return r;
	}
	s->data_writable = writable;
	return 0;
}

/* Nested accesses are one to the kernel, of all that they do. */
static int begin_dma_buf(struct xf_surface *s, uint32_t access)
{
	access &= ~s->told;
	int r = s->maybe_dma_buf && access ? xfi_dma_buf_begin(s->fd, access) : 0;
	if (!r)
		s->told |= access;
	return r;
}

static int end_access(struct xf_surface *s)
{
	if (!s->accesses)
		return -EPERM;
	if (--s->accesses)
		return 0;
	uint32_t told = s->told;
	s->told = 0;
	return s->maybe_dma_buf ? xfi_dma_buf_end(s->fd, told) : 0;
}

static int begin(struct xf_surface *s, uint32_t access, void **ret_data)
{
	struct xf_keyed_mutex *mutex;
	int r = current_mutex(s, &mutex);
	if (r == 0 && !xfi_keyed_mutex_held(mutex))
		return -EPERM;
	if (r && r != -ENOENT)
		return r;
	if (s->desc.memory)
		return xfi_device_refuse_cpu(s->desc.memory);
	r = map(s, access & XF_ACCESS_WRITE);
	if (r)
		return r;
	r = begin_dma_buf(s, access);
	if (r)
		return r;
	s->accesses++;
	*ret_data = s->data;
	return 0;
}

int xf_surface_begin(struct xf_surface *s, uint32_t access, void **ret_data)
{
	xfi_message_forget();
	if (!s || !ret_data)
		return xf_fail(-EINVAL, "%s: surface or ret_data is NULL", __func__);
	if (!access || (access & ~(uint32_t)(XF_ACCESS_READ | XF_ACCESS_WRITE)))
		return xf_fail(
			-EINVAL, "access 0x%x: XF_ACCESS_READ, XF_ACCESS_WRITE or both", access);
	int r = xfi_domain_check(s->base.domain, access & XF_ACCESS_WRITE);
	if (r)
		return r;
	pthread_mutex_lock(&s->lock);
	r = begin(s, access, ret_data);
	pthread_mutex_unlock(&s->lock);
	return r;
}

int xf_surface_end(struct xf_surface *s)
{
	xfi_message_forget();
	if (!s)
		return xf_fail(-EINVAL, "%s: surface is NULL", __func__);
	int r = xfi_domain_check(s->base.domain, false);
	if (r)
		return r;
	pthread_mutex_lock(&s->lock);
	r = end_access(s);
	pthread_mutex_unlock(&s->lock);
	return r;
}

int xf_surface_export(struct xf_surface *s, int *ret_fd, uint64_t *ret_offset_bytes)
{
	xfi_message_forget();
	if (!s || !ret_fd || !ret_offset_bytes)
		return xf_fail(
			-EINVAL, "%s: surface, ret_fd or ret_offset_bytes is NULL", __func__);
	int r = xfi_domain_check(s->base.domain, false);
	if (r)
		return r;
	int fd = fcntl(s->imported ? xfi_surface_fd(s) : s->base.domain->fd, F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		return xfi_call_failed("fcntl");
	*ret_fd = fd;
	*ret_offset_bytes =
		s->imported ? s->fd_offset : s->base.domain->layout.payload + s->payload_offset;
	return 0;
}

int xf_surface_keep(struct xf_surface *s, int (*make)(void *arg, void **ret_kept), void *arg,
	void (*destroy)(void *kept), void **ret_kept)
{
	xfi_message_forget();
	if (!s || !make || !destroy || !ret_kept)
		return xf_fail(-EINVAL, "%s: an argument is NULL", __func__);
	if (!s->memory)
		return xf_fail(-EINVAL, "the surface is of host memory");
	int r = xfi_domain_check(s->base.domain, false);
	return r ? r : xfi_memory_keep(s->memory, make, arg, destroy, ret_kept);
}
