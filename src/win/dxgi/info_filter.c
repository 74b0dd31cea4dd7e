/* SPDX-License-Identifier: MIT */
#include "win/dxgi/info_filter.h"

/* Categories, severities and numbers are all of the size of an int. */
enum { CATEGORIES, SEVERITIES, IDS, N_LISTS };

struct list {
	int *values;
	UINT count;
};

struct xfi_filter {
	struct xfi_filter *below;
	struct list allow[N_LISTS], deny[N_LISTS];
};

/* The lists of a program's description. */
static void lists_of(const D3D11_INFO_QUEUE_FILTER_DESC *desc, struct list ret_lists[N_LISTS])
{
	ret_lists[CATEGORIES] = (struct list){ (int *)desc->pCategoryList, desc->NumCategories };
	ret_lists[SEVERITIES] = (struct list){ (int *)desc->pSeverityList, desc->NumSeverities };
	ret_lists[IDS] = (struct list){ (int *)desc->pIDList, desc->NumIDs };
}

static bool append(struct list *to, const struct list *from)
{
	size_t count = (size_t)to->count + from->count;
	int *values;
	if (!from->count)
		return true;
	if (count > UINT16_MAX) /* far more than there are messages */
		return false;
	values = realloc(to->values, count * sizeof(*values));
	if (!values)
		return false;
	memcpy(values + to->count, from->values, from->count * sizeof(*values));
	*to = (struct list){ values, (UINT)count };
	return true;
}

static bool append_all(struct list to[N_LISTS], const struct list from[N_LISTS])
{
	const UINT before[N_LISTS] = { to[0].count, to[1].count, to[2].count };
	bool good = true;
	for (int i = 0; i < N_LISTS && good; i++)
		good = append(&to[i], &from[i]);
	for (int i = 0; i < N_LISTS && !good; i++)
		to[i].count = before[i];
	return good;
}

static void drop(struct xfi_filter *filter)
{
	for (int i = 0; i < N_LISTS; i++) {
		free(filter->allow[i].values);
		free(filter->deny[i].values);
	}
	free(filter);
}

bool xfi_filter_push(struct xfi_filter_stack *stack, bool copy)
{
	struct xfi_filter *filter = calloc(1, sizeof(*filter));
	if (!filter)
		return false;
	if (copy && stack->top &&
		(!append_all(filter->allow, stack->top->allow) ||
			!append_all(filter->deny, stack->top->deny))) {
		drop(filter);
		return false;
	}
	filter->below = stack->top;
	stack->top = filter;
	stack->count++;
	return true;
}

void xfi_filter_pop(struct xfi_filter_stack *stack)
{
	struct xfi_filter *filter = stack->top;
	if (!filter)
		return;
	stack->top = filter->below;
	stack->count--;
	drop(filter);
}

void xfi_filter_clear(struct xfi_filter_stack *stack)
{
	for (int i = 0; stack->top && i < N_LISTS; i++)
		stack->top->allow[i].count = stack->top->deny[i].count = 0;
}

static bool is_whole(const struct list lists[N_LISTS])
{
	for (int i = 0; i < N_LISTS; i++)
		if (lists[i].count && !lists[i].values)
			return false;
	return true;
}

HRESULT xfi_filter_add(struct xfi_filter_stack *stack, const D3D11_INFO_QUEUE_FILTER *filter)
{
	struct list allow[N_LISTS], deny[N_LISTS];
	UINT before[N_LISTS];
	if (!filter)
		return E_INVALIDARG;
	lists_of(&filter->AllowList, allow);
	lists_of(&filter->DenyList, deny);
	if (!is_whole(allow) || !is_whole(deny))
		return E_INVALIDARG;
	if (!stack->top && !xfi_filter_push(stack, false))
		return E_OUTOFMEMORY;
	for (int i = 0; i < N_LISTS; i++)
		before[i] = stack->top->allow[i].count;
	if (append_all(stack->top->allow, allow) && append_all(stack->top->deny, deny))
		return S_OK;
	for (int i = 0; i < N_LISTS; i++)
		stack->top->allow[i].count = before[i];
	return E_OUTOFMEMORY;
}

static SIZE_T size_of(const struct xfi_filter *filter)
{
	SIZE_T size = sizeof(D3D11_INFO_QUEUE_FILTER);
	for (int i = 0; filter && i < N_LISTS; i++)
		size += (filter->allow[i].count + filter->deny[i].count) * sizeof(int);
	return size;
}

/* Copies lists to `room`; returns the room behind them. */
static int *put(const struct list lists[N_LISTS], D3D11_INFO_QUEUE_FILTER_DESC *ret, int *room)
{
	int *places[N_LISTS];
	for (int i = 0; i < N_LISTS; i++) {
		places[i] = lists[i].count ? room : NULL;
		if (lists[i].count)
			memcpy(room, lists[i].values, lists[i].count * sizeof(*room));
		room += lists[i].count;
	}
	*ret = (D3D11_INFO_QUEUE_FILTER_DESC){ lists[CATEGORIES].count,
		(D3D11_MESSAGE_CATEGORY *)places[CATEGORIES], lists[SEVERITIES].count,
		(D3D11_MESSAGE_SEVERITY *)places[SEVERITIES], lists[IDS].count,
		(D3D11_MESSAGE_ID *)places[IDS] };
	return room;
}

HRESULT xfi_filter_get(
	const struct xfi_filter_stack *stack, D3D11_INFO_QUEUE_FILTER *ret, SIZE_T *size)
{
	SIZE_T room, needed = size_of(stack->top);
	int *behind;
	if (!size)
		return E_INVALIDARG;
	room = *size;
	*size = needed;
	if (!ret)
		return S_OK;
	if (room < needed)
		return E_INVALIDARG;
	memset(ret, 0, sizeof(*ret));
	if (stack->top) {
		behind = put(stack->top->allow, &ret->AllowList, (int *)(ret + 1));
		put(stack->top->deny, &ret->DenyList, behind);
	}
	return S_OK;
}

static bool contains(const struct list *list, int value)
{
	for (UINT i = 0; i < list->count; i++)
		if (list->values[i] == value)
			return true;
	return false;
}

bool xfi_filter_passes(const struct xfi_filter_stack *stack, D3D11_MESSAGE_CATEGORY category,
	D3D11_MESSAGE_SEVERITY severity, D3D11_MESSAGE_ID id)
{
	const int values[N_LISTS] = { (int)category, (int)severity, (int)id };
	const struct xfi_filter *filter = stack->top;
	for (int i = 0; filter && i < N_LISTS; i++)
		if ((filter->allow[i].count && !contains(&filter->allow[i], values[i])) ||
			contains(&filter->deny[i], values[i]))
			return false;
	return true;
}
