/* SPDX-License-Identifier: MIT */
#include "cuda/word.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include <crossfence/domain.h>

#define PAGE UINT64_C(4096)

/* Of one membership; ends with it, or with the last queue that uses a page of it. */
struct pages {
	uint32_t refs; /* the membership, and each page */
	bool left; /* the membership is over */
	struct xfc_page *first;
};

struct xfc_page {
	struct pages *pages;
	uintptr_t address;
	xf_cuda_ptr ptr;
	uint32_t uses;
	bool busy; /* stays registered for ever */
	struct xfc_page *next;
};

/* One for all: registering is rare, and queues of several domains meet here. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int make(void *arg, void **ret_kept)
{
	struct pages *pages = calloc(1, sizeof(*pages));
	if (!pages)
		return -ENOMEM;
	pages->refs = 1;
	*ret_kept = pages;
	return 0;
}

static void put_locked(struct pages *pages)
{
	if (--pages->refs == 0)
		free(pages);
}

/*
 * The membership ends while queues still know pages of it. They were told to finish before; a
 * stream that has not would look at memory that is mapped no longer, but is still registered, and
 * so still there.
 */
static void leave(void *kept)
{
	struct pages *pages = kept;
	pthread_mutex_lock(&lock);
	pages->left = true;
	put_locked(pages);
	pthread_mutex_unlock(&lock);
}

static int register_page(const struct xfc_api *api, struct xfc_page *page)
{
	void *address = (void *)page->address;
	xfc_result error =
		api->MemHostRegister(address, PAGE, XFC_REGISTER_PORTABLE | XFC_REGISTER_DEVICEMAP);
	if (error)
		return xfc_failed(api, "cuMemHostRegister", error);
	error = api->MemHostGetDevicePointer(&page->ptr, address, 0);
	if (!error)
		return 0;
	(void)api->MemHostUnregister(address);
	return xfc_failed(api, "cuMemHostGetDevicePointer", error);
}

static int add_page_locked(const struct xfc_api *api, struct pages *pages, uintptr_t address,
	struct xfc_page **ret_page)
{
	struct xfc_page *page = calloc(1, sizeof(*page));
	if (!page)
		return -ENOMEM;
	page->address = address;
	page->pages = pages;
	int r = register_page(api, page);
	if (r) {
		free(page);
		return r;
	}
	pages->refs++;
	page->next = pages->first;
	pages->first = page;
	*ret_page = page;
	return 0;
}

static struct xfc_use *find_use(struct xfc_use *uses, const struct pages *pages, uintptr_t address)
{
	while (uses && (uses->page->pages != pages || uses->page->address != address))
		uses = uses->next;
	return uses;
}

static int use_locked(
	const struct xfc_api *api, struct pages *pages, uintptr_t address, struct xfc_use **uses)
{
	struct xfc_page *page = pages->first;
	struct xfc_use *use = calloc(1, sizeof(*use));
	while (page && page->address != address)
		page = page->next;
	int r = !use ? -ENOMEM : page ? 0 : add_page_locked(api, pages, address, &page);
	if (r) {
		free(use);
		return r;
	}
	page->uses++;
	use->page = page;
	use->next = *uses;
	*uses = use;
	return 0;
}

int xfc_word(const struct xfc_api *api, struct xf_domain *domain, void *word, struct xfc_use **uses,
	xf_cuda_ptr *ret_ptr)
{
	static const char key;
	uintptr_t address = (uintptr_t)word & ~(uintptr_t)(PAGE - 1);
	void *kept;
	int r = xf_domain_keep(domain, &key, make, NULL, leave, &kept);
	struct xfc_use *use = r ? NULL : find_use(*uses, kept, address);
	if (!r && !use) {
		pthread_mutex_lock(&lock);
		r = use_locked(api, kept, address, uses);
		pthread_mutex_unlock(&lock);
		use = *uses;
	}
	if (!r)
		*ret_ptr = use->page->ptr + ((uintptr_t)word & (PAGE - 1));
	return r;
}

/* Nobody uses it. If it is busy it is still listed, for the next queue of the membership. */
static void end_page_locked(const struct xfc_api *api, struct xfc_page *page)
{
	struct pages *pages = page->pages;
	struct xfc_page **link = &pages->first;
	if (page->busy && !pages->left)
		return;
	while (*link != page)
		link = &(*link)->next;
	*link = page->next;
	if (!page->busy)
		(void)api->MemHostUnregister((void *)page->address);
	free(page);
	put_locked(pages);
}

void xfc_word_release(const struct xfc_api *api, struct xfc_use *uses, bool busy)
{
	pthread_mutex_lock(&lock);
	while (uses) {
		struct xfc_use *use = uses;
		struct xfc_page *page = use->page;
		uses = use->next;
		page->busy |= busy;
		if (--page->uses == 0)
			end_page_locked(api, page);
		free(use);
	}
	pthread_mutex_unlock(&lock);
}
