/* SPDX-License-Identifier: MIT */
/*
 * Words of a domain as a GPU sees them: the pages that they lie in, registered with the driver once
 * for each membership, as long as a queue of this process uses them.
 */
#ifndef XFC_CUDA_WORD_H
#define XFC_CUDA_WORD_H

#include "cuda/api.h"

/* What a queue has of a page. */
struct xfc_page;
struct xfc_use {
	struct xfc_page *page;
	struct xfc_use *next; /* the queue's */
};

/*
 * The address for the GPU of `word`, which lies in `domain`; adds to the queue's `uses` what is not
 * there yet. A context must be current.
 */
int xfc_word(const struct xfc_api *api, struct xf_domain *domain, void *word, struct xfc_use **uses,
	xf_cuda_ptr *ret_ptr);

/*
 * The queue uses none of them any more; the context is current. `busy`: its stream may still look
 * at some. Those stay registered until the process ends, for there is no other way to know when it
 * has done so, and what the GPU looks at must stay.
 */
void xfc_word_release(const struct xfc_api *api, struct xfc_use *uses, bool busy);

#endif
