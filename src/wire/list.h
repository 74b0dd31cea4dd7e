/* SPDX-License-Identifier: MIT */
/* A doubly linked ring whose head is an element too; a link alone points to itself. */
#ifndef XFI_WIRE_LIST_H
#define XFI_WIRE_LIST_H

#include <stddef.h>

struct xfi_list {
	struct xfi_list *next, *prev;
};

static inline void xfi_list_init(struct xfi_list *link)
{
	link->next = link->prev = link;
}

static inline int xfi_list_empty(const struct xfi_list *head)
{
	return head->next == head;
}

static inline void xfi_list_append(struct xfi_list *head, struct xfi_list *link)
{
	link->prev = head->prev;
	link->next = head;
	head->prev->next = link;
	head->prev = link;
}

/* Allowed twice: an unlinked link points to itself. */
static inline void xfi_list_remove(struct xfi_list *link)
{
	link->prev->next = link->next;
	link->next->prev = link->prev;
	xfi_list_init(link);
}

#define XFI_CONTAINER(link, type, member) ((type *)((char *)(link)-offsetof(type, member)))

/* Safe when the body removes `item`. */
#define XFI_LIST_EACH(item, head, type, member)                                                    \
	for (type *item = XFI_CONTAINER((head)->next, type, member),                               \
		  *item##_next = XFI_CONTAINER(item->member.next, type, member);                   \
		&item->member != (head);                                                           \
		item = item##_next, item##_next = XFI_CONTAINER(item->member.next, type, member))

#endif
