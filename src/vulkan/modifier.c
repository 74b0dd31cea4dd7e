/* SPDX-License-Identifier: MIT */
#include "vulkan/modifier.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/message.h"

#define DMA_BUF VK_EXTERNAL_MEMORY_HANDLE_TYPE_DMA_BUF_BIT_EXT
#define BOTH	(VK_EXTERNAL_MEMORY_FEATURE_EXPORTABLE_BIT | VK_EXTERNAL_MEMORY_FEATURE_IMPORTABLE_BIT)

int xfv_modifiers_check(const struct xf_vulkan *v)
{
	const char *missing = xfv_missing_for_dma_bufs(v->extensions);
	return missing ? xf_fail(-EOPNOTSUPP, "dma-bufs need %s: %s lacks it, or it is not enabled",
				 missing, v->physical.name)
		       : 0;
}

const struct xfv_modifier *xfv_modifiers_find(
	const struct xfv_modifiers *modifiers, uint64_t modifier)
{
	for (uint32_t i = 0; i < modifiers->count; i++)
		if (modifiers->list[i].modifier == modifier)
			return &modifiers->list[i];
	return NULL;
}

int xfv_modifiers_refuse(const struct xf_vulkan *v, const struct xf_surface_desc *desc,
	const struct xfv_modifiers *modifiers)
{
	char some[80] = "none";
	for (uint32_t i = 0, at = 0; i < modifiers->count && i < 3; i++)
		at += (uint32_t)snprintf(some + at, sizeof(some) - at, "%s0x%" PRIx64,
			i ? ", " : "", modifiers->list[i].modifier);
	return xf_fail(-EOPNOTSUPP,
		"%s shares no dma-bufs of format %.4s, %ux%u, usage 0x%x with modifier 0x%" PRIx64
		"; of %u that it has: %s",
		v->physical.name, (const char *)&desc->fourcc, desc->width_px, desc->height_px,
		desc->usage, desc->modifier, modifiers->count, some);
}

/* Each driver has few, and those that are too many are the same as not there. */
static uint32_t ask(struct xf_vulkan *v, VkFormat format,
	VkDrmFormatModifierPropertiesEXT properties[XFV_MODIFIERS_MAX])
{
	VkDrmFormatModifierPropertiesListEXT list = {
		.sType = VK_STRUCTURE_TYPE_DRM_FORMAT_MODIFIER_PROPERTIES_LIST_EXT,
		.drmFormatModifierCount = XFV_MODIFIERS_MAX,
		.pDrmFormatModifierProperties = properties
	};
	VkFormatProperties2 all = { .sType = VK_STRUCTURE_TYPE_FORMAT_PROPERTIES_2,
		.pNext = &list };
	v->vi.GetPhysicalDeviceFormatProperties2(v->physical.handle, format, &all);
	return list.drmFormatModifierCount < XFV_MODIFIERS_MAX ? list.drmFormatModifierCount
							       : XFV_MODIFIERS_MAX;
}

/*
 * Several images lie in one piece of memory, each with one plane of it; what belongs to one image
 * alone does for one.
 */
static int is_usable(struct xf_vulkan *v, const VkImageCreateInfo *info,
	const VkDrmFormatModifierPropertiesEXT *properties, bool alone, bool *ret_is)
{
	VkExternalMemoryFeatureFlags features;
	uint32_t planes = properties->drmFormatModifierPlaneCount;
	int r = xfv_plane_features(v, info, DMA_BUF, &properties->drmFormatModifier, &features);
	*ret_is = !r && (features & BOTH) == BOTH && planes >= 1 && planes <= XF_PLANES_MAX &&
		  (alone || (planes == 1 &&
				    !(features & VK_EXTERNAL_MEMORY_FEATURE_DEDICATED_ONLY_BIT)));
	return r;
}

static int look_at(struct xf_vulkan *v, const VkImageCreateInfo *info, bool alone,
	struct xfv_modifiers *modifiers)
{
	VkDrmFormatModifierPropertiesEXT properties[XFV_MODIFIERS_MAX];
	uint32_t count = ask(v, info->format, properties);
	int r = 0;
	modifiers->count = 0;
	for (uint32_t i = 0; !r && i < count; i++) {
		bool is;
		r = is_usable(v, info, &properties[i], alone, &is);
		if (!r && is)
			modifiers->list[modifiers->count++] =
				(struct xfv_modifier){ properties[i].drmFormatModifier,
					properties[i].drmFormatModifierPlaneCount };
	}
	return r;
}

static void keep(struct xfv_modifiers *modifiers, const struct xfv_modifiers *others)
{
	uint32_t kept = 0;
	for (uint32_t i = 0; i < modifiers->count; i++)
		if (xfv_modifiers_find(others, modifiers->list[i].modifier))
			modifiers->list[kept++] = modifiers->list[i];
	modifiers->count = kept;
}

int xfv_modifiers_look(
	struct xf_vulkan *v, const struct xf_surface_desc *desc, struct xfv_modifiers *modifiers)
{
	const struct xfv_planes how = { .handle_type = DMA_BUF,
		.tiling = VK_IMAGE_TILING_DRM_FORMAT_MODIFIER_EXT,
		.usage = desc->usage };
	uint32_t n_images = xfv_images_of(desc), i = 0;
	struct xfv_modifiers others;
	VkImageCreateInfo info;
	int r;
	modifiers->count = 0;
	if (!desc->usage)
		return xf_fail(-EINVAL, "dma-bufs are images: usage is 0");
	do {
		r = xfv_plane_info(desc, i, &how, &info);
		if (!r)
			r = look_at(v, &info, n_images == 1, i ? &others : modifiers);
		if (!r && i)
			keep(modifiers, &others);
	} while (!r && ++i < n_images);
	return r;
}

int xf_vulkan_modifiers(struct xf_vulkan *v, const struct xf_surface_desc *given,
	uint64_t *ret_modifiers, uint32_t *count)
{
	struct xf_surface_desc desc;
	struct xfv_modifiers modifiers;
	xfi_message_forget();
	int r = xfv_check(v);
	if (!r && (!count || (*count && !ret_modifiers)))
		r = xf_fail(-EINVAL, "%s: count or ret_modifiers is NULL", __func__);
	if (!r)
		r = xfv_read_desc(given, &desc);
	if (!r)
		r = xfv_modifiers_check(v);
	if (!r)
		r = xfv_modifiers_look(v, &desc, &modifiers);
	if (r)
		return r;
	for (uint32_t i = 0; i < *count && i < modifiers.count; i++)
		ret_modifiers[i] = modifiers.list[i].modifier;
	*count = modifiers.count;
	return 0;
}
