/* SPDX-License-Identifier: MIT */
/*
 * Any sequence of calls on the handle table, with real and with forged handles, against a list that
 * says what must come out. Each step is three bytes: what to do, to which handle, with which
 * rights.
 */
#include "win/nt/handle.h"

#define HANDLES 32
#define ALL	0x1f0003u

struct model {
	HANDLE handle;
	struct xfi_object *object; /* NULL: closed */
	ACCESS_MASK access;
	bool protect;
};

static int alive;

static void end(struct xfi_object *object)
{
	alive--;
	free(object);
}

static const struct xfi_object_type types[2] = {
	{ .name = "One", .all_access = ALL, .generic = { 1, 2, 0x100000, ALL }, .destroy = end },
	{ .name = "Two", .all_access = ALL, .generic = { 1, 2, 0x100000, ALL }, .destroy = end },
};

static void require(bool good)
{
	if (!good)
		__builtin_trap();
}

static void create(struct model *m, unsigned type, ACCESS_MASK access)
{
	struct xfi_object *object = malloc(sizeof(*object));
	ACCESS_MASK granted;
	require(object);
	alive++;
	xfi_object_init(object, &types[type], 0);
	require(!xfi_nt_handle_create(object, access, &m->handle));
	require(((uintptr_t)m->handle & 3) == 0 && m->handle && !((uintptr_t)m->handle >> 31));
	require(!xfi_nt_handle_access(m->handle, &granted) && granted == access);
	m->object = object;
	m->access = access;
	m->protect = false;
	xfi_object_unref(object);
}

static void look(struct model *m, unsigned type, ACCESS_MASK wanted)
{
	struct xfi_object *object;
	int r = xfi_nt_handle_ref(m->handle, type < 2 ? &types[type] : NULL, wanted, &object);
	if (!m->object)
		require(r == -EBADF);
	else if (type < 2 && m->object->type != &types[type])
		require(r == -ENOTTY);
	else if (wanted & ~m->access)
		require(r == -EACCES);
	else
		require(!r && object == m->object);
	if (!r)
		xfi_object_unref(object);
}

static void close_one(struct model *m)
{
	require(xfi_nt_handle_close(m->handle) == (m->object && !m->protect ? 0 : -EBADF));
	if (!m->protect)
		m->object = NULL;
}

static void protect(struct model *m, bool on)
{
	DWORD old, flag = HANDLE_FLAG_PROTECT_FROM_CLOSE;
	int r = xfi_nt_handle_flags(m->handle, flag, on ? flag : 0, &old);
	require(r == (m->object ? 0 : -EBADF));
	if (!r) {
		require(!!(old & flag) == m->protect);
		m->protect = on;
	}
}

/* Whatever number it is: either one of ours, or refused. */
static void forge(const struct model *models, uint64_t value)
{
	struct xfi_object *object;
	bool ours = false;
	int r = xfi_nt_handle_ref((HANDLE)(uintptr_t)value, NULL, 0, &object);
	for (int i = 0; i < HANDLES; i++)
		ours |= models[i].object && (uintptr_t)models[i].handle == (value & ~UINT64_C(3));
	require(ours ? !r : r == -EBADF);
	if (!r)
		xfi_object_unref(object);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct model models[HANDLES] = { 0 };
	for (; size >= 3; data += 3, size -= 3) {
		struct model *m = &models[data[1] % HANDLES];
		uint64_t value;
		switch (data[0] % 6) {
		case 0:
			if (!m->object)
				create(m, data[2] & 1, data[2] >> 1 & 3);
			break;
		case 1:
			look(m, data[2] % 3, data[2] >> 4 & 3);
			break;
		case 2:
			close_one(m);
			break;
		case 3:
			protect(m, data[2] & 1);
			break;
		case 4: /* near a real handle: other generation, index, tag or high bits */
			forge(models, (uintptr_t)m->handle ^ (UINT64_C(1) << (data[2] & 63)));
			break;
		default:
			if (size < 11)
				break;
			memcpy(&value, data + 3, sizeof(value));
			forge(models, value);
			data += 8;
			size -= 8;
		}
	}
	for (int i = 0; i < HANDLES; i++) {
		if (models[i].object && models[i].protect)
			protect(&models[i], false);
		close_one(&models[i]);
	}
	require(alive == 0);
	return 0;
}
