/* SPDX-License-Identifier: MIT */
/* A doubly linked ring whose head is an element too; a link alone points to itself. */
#ifndef XFW_LIST_H
#define XFW_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct xfw_list {
	struct xfw_list *next, *prev;
};

static inline void xfw_list_init(struct xfw_list *link)
{
	link->next = link->prev = link;
}

static inline bool xfw_list_empty(const struct xfw_list *head)
{
	return head->next == head;
}

static inline void xfw_list_append(struct xfw_list *head, struct xfw_list *link)
{
	link->prev = head->prev;
	link->next = head;
	head->prev->next = link;
	head->prev = link;
}

/* Allowed twice: an unlinked link points to itself. */
static inline void xfw_list_remove(struct xfw_list *link)
{
	link->prev->next = link->next;
	link->next->prev = link->prev;
	xfw_list_init(link);
}

#define XFW_CONTAINER(link, type, member) ((type *)((char *)(link)-offsetof(type, member)))

/* Safe when the body removes `item`. */
#define XFW_LIST_EACH(item, head, type, member)                                                    \
	for (type *item = XFW_CONTAINER((head)->next, type, member),                               \
		  *item##_next = XFW_CONTAINER(item->member.next, type, member);                   \
		&item->member != (head);                                                           \
		item = item##_next, item##_next = XFW_CONTAINER(item->member.next, type, member))

#endif
