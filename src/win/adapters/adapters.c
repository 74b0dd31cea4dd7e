/* SPDX-License-Identifier: MIT */
#include "win/adapters/adapters.h"

#include <pthread.h>
#include <string.h>

#include "win/adapters/offered.h"

#define MEMORY_BYTES (UINT64_C(1) << 32) /* as much as textures in the domain can have together */

static const struct xfi_adapter software = { .luid = { .LowPart = 0xc1055f },
	.name = "crossfence software adapter",
	.shared_bytes = MEMORY_BYTES,
	.is_software = true };

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct xfi_adapter all[XFI_ADAPTERS_MAX];
static UINT count;

/* Of bytes that are the same in every process; FNV-1a. */
static uint32_t hash(const uint8_t *bytes, size_t size)
{
	uint32_t h = 2166136261u;
	for (size_t i = 0; i < size; i++)
		h = (h ^ bytes[i]) * 16777619u;
	return h;
}

static bool is_taken(const LUID *luid, UINT before)
{
	for (UINT i = 0; i < before; i++)
		if (!memcmp(&all[i].luid, luid, sizeof(*luid)))
			return true;
	return !memcmp(&software.luid, luid, sizeof(*luid));
}

/* Drivers for Linux have none. The high part keeps it away from the software one's. */
static void make_luid(UINT i)
{
	const LUID none = { 0 };
	LUID *luid = &all[i].luid;
	if (memcmp(luid, &none, sizeof(none)) && !is_taken(luid, i))
		return;
	luid->LowPart = hash(all[i].device_uuid, sizeof(all[i].device_uuid));
	for (luid->HighPart = 1; is_taken(luid, i);)
		luid->HighPart++;
}

static void list(void)
{
	count = xfi_adapters_offered(all, XFI_ADAPTERS_MAX - 1);
	for (UINT i = 0; i < count; i++)
		make_luid(i);
	all[count++] = software;
}

UINT xfi_adapters(const struct xfi_adapter **ret_list)
{
	pthread_once(&once, list);
	*ret_list = all;
	return count;
}

const struct xfi_adapter *xfi_adapter_software(void)
{
	return &software;
}

const struct xfi_adapter *xfi_adapter_of(const LUID *luid)
{
	const struct xfi_adapter *found;
	if (!memcmp(luid, &software.luid, sizeof(*luid)))
		return &software;
	for (UINT i = xfi_adapters(&found); i--; found++)
		if (!memcmp(luid, &found->luid, sizeof(*luid)))
			return found;
	return NULL;
}
