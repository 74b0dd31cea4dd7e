/* SPDX-License-Identifier: MIT */
#include "layer_share.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAGIC UINT64_C(0x6d657320666f6f70)
#define BYTES 4096

struct page {
	uint64_t magic;
	_Atomic uint64_t counter;
	_Atomic uint32_t changes; /* futex */
};

struct coming {
	uint64_t value;
	struct coming *next;
};

struct shared {
	struct chain_device *device;
	VkSemaphore semaphore;
	int fd;
	struct page *page;
	pthread_t in, out;
	_Atomic bool stop;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t changed;
	struct coming *first, **last; /* that the device was told to signal */
	struct shared *next; /* all, under all_lock */
};

static pthread_mutex_t all_lock = PTHREAD_MUTEX_INITIALIZER;
static struct shared *all;

static struct shared *find(VkSemaphore semaphore)
{
	pthread_mutex_lock(&all_lock);
	struct shared *s = all;
	while (s && s->semaphore != semaphore)
		s = s->next;
	pthread_mutex_unlock(&all_lock);
	return s;
}

static void wake(struct page *page)
{
	atomic_fetch_add(&page->changes, 1);
	syscall(SYS_futex, &page->changes, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static void publish(struct shared *s, uint64_t value)
{
	uint64_t seen = atomic_load(&s->page->counter);
	while (seen < value && !atomic_compare_exchange_weak(&s->page->counter, &seen, value))
		;
	wake(s->page);
}

/* What others have signalled, to the driver. */
static void *carry_in(void *arg)
{
	struct shared *s = arg;
	struct chain_device *d = s->device;
	while (!s->stop) {
		uint32_t changes = atomic_load(&s->page->changes);
		const VkSemaphoreSignalInfo info = {
			.sType = VK_STRUCTURE_TYPE_SEMAPHORE_SIGNAL_INFO,
			.semaphore = s->semaphore,
			.value = atomic_load(&s->page->counter)
		};
		uint64_t now = UINT64_MAX;
		(void)d->GetSemaphoreCounterValue(d->device, s->semaphore, &now);
		if (now < info.value)
			(void)d->SignalSemaphore(d->device, &info);
		if (!s->stop)
			syscall(SYS_futex, &s->page->changes, FUTEX_WAIT, changes, NULL, NULL, 0);
	}
	return NULL;
}

static struct coming *take(struct shared *s)
{
	pthread_mutex_lock(&s->lock);
	while (!s->first && !s->stop)
		pthread_cond_wait(&s->changed, &s->lock);
	struct coming *coming = s->first;
	if (coming)
		s->first = coming->next;
	if (!s->first)
		s->last = &s->first;
	pthread_mutex_unlock(&s->lock);
	return coming;
}

/* What the driver has signalled, to others. */
static void *carry_out(void *arg)
{
	struct shared *s = arg;
	struct coming *coming;
	while ((coming = take(s))) {
		const VkSemaphoreWaitInfo info = { .sType = VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO,
			.semaphoreCount = 1,
			.pSemaphores = &s->semaphore,
			.pValues = &coming->value };
		if (s->device->WaitSemaphores(s->device->device, &info, UINT64_MAX) == VK_SUCCESS)
			publish(s, coming->value);
		free(coming);
	}
	return NULL;
}

/* Takes `fd`. */
static VkResult share(struct chain_device *device, VkSemaphore semaphore, int fd)
{
	struct shared *s = calloc(1, sizeof(*s));
	void *page = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (!s || page == MAP_FAILED)
		abort();
	*s = (struct shared){ device, semaphore, fd, page, .last = &s->first };
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->changed, NULL);
	pthread_mutex_lock(&all_lock);
	s->next = all;
	all = s;
	pthread_mutex_unlock(&all_lock);
	if (pthread_create(&s->in, NULL, carry_in, s) ||
		pthread_create(&s->out, NULL, carry_out, s))
		abort();
	return VK_SUCCESS;
}

static int make_page(void)
{
	int fd = memfd_create("semaphore", MFD_ALLOW_SEALING | MFD_CLOEXEC);
	const uint64_t magic = MAGIC;
	if (fd < 0 || ftruncate(fd, BYTES) || pwrite(fd, &magic, 8, 0) != 8 ||
		fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL))
		abort();
	return fd;
}

static const void *in_chain(const void *chain, VkStructureType type)
{
	const VkBaseInStructure *s = chain;
	while (s && s->sType != type)
		s = s->pNext;
	return s;
}

VkResult share_create(struct chain_device *device, const VkSemaphoreCreateInfo *info,
	const VkAllocationCallbacks *allocator, VkSemaphore *ret_semaphore)
{
	const VkExportSemaphoreCreateInfo *export =
		in_chain(info->pNext, VK_STRUCTURE_TYPE_EXPORT_SEMAPHORE_CREATE_INFO);
	const VkSemaphoreTypeCreateInfo *type =
		in_chain(info->pNext, VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO);
	if (!export || !export->handleTypes || !type)
		return device->CreateSemaphore(device->device, info, allocator, ret_semaphore);
	VkSemaphoreTypeCreateInfo alone = *type;
	VkSemaphoreCreateInfo plain = *info;
	alone.pNext = NULL;
	plain.pNext = &alone;
	VkResult r = device->CreateSemaphore(device->device, &plain, allocator, ret_semaphore);
	return r ? r : share(device, *ret_semaphore, make_page());
}

VkResult share_get_fd(VkSemaphore semaphore, int *ret_fd)
{
	struct shared *s = find(semaphore);
	*ret_fd = s ? fcntl(s->fd, F_DUPFD_CLOEXEC, 3) : -1;
	return *ret_fd < 0 ? VK_ERROR_TOO_MANY_OBJECTS : VK_SUCCESS;
}

VkResult share_import_fd(struct chain_device *device, VkSemaphore semaphore, int fd)
{
	struct stat st;
	uint64_t magic = 0;
	if (fstat(fd, &st) || st.st_size != BYTES || pread(fd, &magic, 8, 0) != 8 || magic != MAGIC)
		return VK_ERROR_INVALID_EXTERNAL_HANDLE;
	return share(device, semaphore, fd);
}

static void stop(struct shared *s)
{
	pthread_mutex_lock(&s->lock);
	s->stop = true;
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->lock);
	wake(s->page); /* others look, and sleep again */
	pthread_join(s->out, NULL);
	pthread_join(s->in, NULL);
}

void share_end(VkSemaphore semaphore)
{
	struct shared *s = find(semaphore);
	if (!s)
		return;
	stop(s);
	pthread_mutex_lock(&all_lock);
	struct shared **link = &all;
	while (*link != s)
		link = &(*link)->next;
	*link = s->next;
	pthread_mutex_unlock(&all_lock);
	munmap(s->page, BYTES);
	close(s->fd);
	pthread_cond_destroy(&s->changed);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

void share_signalled(VkSemaphore semaphore, uint64_t value)
{
	struct shared *s = find(semaphore);
	if (s)
		publish(s, value);
}

static void expect(struct shared *s, uint64_t value)
{
	struct coming *coming = calloc(1, sizeof(*coming));
	if (!coming)
		abort();
	coming->value = value;
	pthread_mutex_lock(&s->lock);
	*s->last = coming;
	s->last = &coming->next;
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->lock);
}

void share_submitted(const VkSubmitInfo *info)
{
	const VkTimelineSemaphoreSubmitInfo *values =
		in_chain(info->pNext, VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO);
	for (uint32_t i = 0; values && i < info->signalSemaphoreCount; i++) {
		struct shared *s = find(info->pSignalSemaphores[i]);
		if (s)
			expect(s, values->pSignalSemaphoreValues[i]);
	}
}
