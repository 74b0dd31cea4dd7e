/* SPDX-License-Identifier: MIT */
/* DXBC to SPIR-V by vkd3d-shader. */
#include "win/shader/translate.h"

#include <crossfence/result.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <vkd3d_shader.h>

enum { CB, SRV, SAMPLER, UAV, COUNTER };

/* Every descriptor of the scan at its register's place, and every counter. */
struct plan {
	struct vkd3d_shader_resource_binding *bindings;
	struct vkd3d_shader_uav_counter_binding *counters;
	unsigned n_bindings, n_counters;
};

static struct vkd3d_shader_compile_info info_of(
	const void *dxbc, size_t size_bytes, const void *next)
{
	return (struct vkd3d_shader_compile_info){
		.type = VKD3D_SHADER_STRUCTURE_TYPE_COMPILE_INFO,
		.next = next,
		.source = { dxbc, size_bytes },
		.source_type = VKD3D_SHADER_SOURCE_DXBC_TPF,
		.target_type = VKD3D_SHADER_TARGET_SPIRV_BINARY,
		.log_level = VKD3D_SHADER_LOG_ERROR,
	};
}

/* Takes the messages. */
static int fail(int vkd3d_result, char *messages)
{
	int r = vkd3d_result == VKD3D_ERROR_OUT_OF_MEMORY ? -ENOMEM : -EINVAL;
	if (messages)
		messages[strcspn(messages, "\n")] = '\0';
	xf_fail(r, "vkd3d-shader does not take the shader: %s",
		messages && *messages ? messages : "it says no more");
	vkd3d_shader_free_messages(messages);
	return r;
}

static void plan_one(struct plan *plan, const struct vkd3d_shader_descriptor_info *from,
	uint32_t set, const uint32_t bases[5])
{
	static const uint8_t kinds[] = { [VKD3D_SHADER_DESCRIPTOR_TYPE_SRV] = SRV,
		[VKD3D_SHADER_DESCRIPTOR_TYPE_UAV] = UAV,
		[VKD3D_SHADER_DESCRIPTOR_TYPE_CBV] = CB,
		[VKD3D_SHADER_DESCRIPTOR_TYPE_SAMPLER] = SAMPLER };
	struct vkd3d_shader_resource_binding *binding = &plan->bindings[plan->n_bindings++];
	*binding = (struct vkd3d_shader_resource_binding){
		.type = from->type,
		.register_space = from->register_space,
		.register_index = from->register_index,
		.shader_visibility = VKD3D_SHADER_VISIBILITY_ALL,
		.flags = from->resource_type == VKD3D_SHADER_RESOURCE_BUFFER
				 ? VKD3D_SHADER_BINDING_FLAG_BUFFER
				 : VKD3D_SHADER_BINDING_FLAG_IMAGE,
		.binding = { set, bases[kinds[from->type]] + from->register_index, 1 },
	};
	if (from->type == VKD3D_SHADER_DESCRIPTOR_TYPE_CBV)
		binding->flags = VKD3D_SHADER_BINDING_FLAG_BUFFER;
	if (from->flags & VKD3D_SHADER_DESCRIPTOR_INFO_FLAG_UAV_COUNTER)
		plan->counters[plan->n_counters++] = (struct vkd3d_shader_uav_counter_binding){
			.register_space = from->register_space,
			.register_index = from->register_index,
			.shader_visibility = VKD3D_SHADER_VISIBILITY_ALL,
			.binding = { set, bases[COUNTER] + from->register_index, 1 },
		};
}

static int make_plan(struct plan *plan, const void *dxbc, size_t size_bytes, uint32_t set,
	const uint32_t bases[5])
{
	struct vkd3d_shader_scan_descriptor_info scan = {
		.type = VKD3D_SHADER_STRUCTURE_TYPE_SCAN_DESCRIPTOR_INFO,
	};
	struct vkd3d_shader_compile_info info = info_of(dxbc, size_bytes, &scan);
	char *messages = NULL;
	int r = vkd3d_shader_scan(&info, &messages);
	if (r < 0)
		return fail(r, messages);
	vkd3d_shader_free_messages(messages);
	plan->bindings = calloc(scan.descriptor_count + 1, sizeof(*plan->bindings));
	plan->counters = calloc(scan.descriptor_count + 1, sizeof(*plan->counters));
	for (unsigned i = 0; plan->bindings && plan->counters && i < scan.descriptor_count; i++)
		plan_one(plan, &scan.descriptors[i], set, bases);
	vkd3d_shader_free_scan_descriptor_info(&scan);
	return plan->bindings && plan->counters ? 0 : -ENOMEM;
}

static int compile(const struct plan *plan, const void *dxbc, size_t size_bytes,
	uint32_t **ret_words, size_t *ret_n)
{
	const struct vkd3d_shader_interface_info interface = {
		.type = VKD3D_SHADER_STRUCTURE_TYPE_INTERFACE_INFO,
		.bindings = plan->bindings,
		.binding_count = plan->n_bindings,
		.uav_counters = plan->counters,
		.uav_counter_count = plan->n_counters,
	};
	struct vkd3d_shader_compile_info info = info_of(dxbc, size_bytes, &interface);
	struct vkd3d_shader_code code = { 0 };
	char *messages = NULL;
	int r = vkd3d_shader_compile(&info, &code, &messages);
	if (r < 0)
		return fail(r, messages);
	vkd3d_shader_free_messages(messages);
	uint32_t *words = malloc(code.size + 1);
	if (words)
		memcpy(words, code.code, code.size);
	*ret_n = code.size / 4;
	vkd3d_shader_free_shader_code(&code);
	*ret_words = words;
	return words ? 0 : -ENOMEM;
}

int xfi_translate(const void *dxbc, size_t size_bytes, uint32_t set, const uint32_t bases[5],
	uint32_t **ret_words, size_t *ret_n)
{
	struct plan plan = { 0 };
	int r = make_plan(&plan, dxbc, size_bytes, set, bases);
	if (!r)
		r = compile(&plan, dxbc, size_bytes, ret_words, ret_n);
	free(plan.bindings);
	free(plan.counters);
	return r;
}
