/* SPDX-License-Identifier: MIT */
/* Whole shaders that several tests draw with. */
#include "dxbc_shaders.h"

#define FLOATS 0x5555 /* what a texture's components are */

struct dxbc dxbc_vs_pass(void)
{
	struct dxbc s = dxbc_begin(DXBC_VS, 4);
	dxbc_input(&s, "POSITION", 0, 0, DXBC_FLOAT, 0, 0xf);
	dxbc_input(&s, "COLOR", 0, 0, DXBC_FLOAT, 1, 0xf);
	dxbc_output(&s, "SV_Position", 0, 1, DXBC_FLOAT, 0, 0xf);
	dxbc_output(&s, "COLOR", 0, 0, DXBC_FLOAT, 1, 0xf);
	dxbc_op(&s, DXBC_DCL_INPUT, 1, dxbc_dst(DXBC_IN, 0, 0xf));
	dxbc_op(&s, DXBC_DCL_INPUT, 1, dxbc_dst(DXBC_IN, 1, 0xf));
	dxbc_op(&s, DXBC_DCL_OUTPUT_SIV, 2, DXBC_DST_O(0), dxbc_raw(1));
	dxbc_op(&s, DXBC_DCL_OUTPUT, 1, DXBC_DST_O(1));
	dxbc_op(&s, DXBC_MOV, 2, DXBC_DST_O(0), DXBC_SRC_V(0));
	dxbc_op(&s, DXBC_MOV, 2, DXBC_DST_O(1), DXBC_SRC_V(1));
	dxbc_op(&s, DXBC_RET, 0);
	dxbc_end(&s);
	return s;
}

static struct dxbc begin_ps(const char *name, uint32_t mask)
{
	struct dxbc s = dxbc_begin(DXBC_PS, 4);
	dxbc_input(&s, "SV_Position", 0, 1, DXBC_FLOAT, 0, 0xf);
	if (name)
		dxbc_input(&s, name, 0, 0, DXBC_FLOAT, 1, mask);
	dxbc_output(&s, "SV_Target", 0, 0, DXBC_FLOAT, 0, 0xf);
	return s;
}

static struct dxbc end_ps(struct dxbc s)
{
	dxbc_op(&s, DXBC_RET, 0);
	dxbc_end(&s);
	return s;
}

struct dxbc dxbc_ps_color(void)
{
	struct dxbc s = begin_ps("COLOR", 0xf);
	dxbc_op(&s, DXBC_DCL_INPUT_PS, 1, dxbc_dst(DXBC_IN, 1, 0xf));
	dxbc_op(&s, DXBC_DCL_OUTPUT, 1, DXBC_DST_O(0));
	dxbc_op(&s, DXBC_MOV, 2, DXBC_DST_O(0), DXBC_SRC_V(1));
	return end_ps(s);
}

struct dxbc dxbc_ps_texture(void)
{
	struct dxbc s = begin_ps("TEXCOORD", 0x3);
	dxbc_op(&s, DXBC_DCL_SAMPLER, 1, dxbc_bare(DXBC_SAMPLER, 0));
	dxbc_op(&s, DXBC_DCL_RESOURCE_2D, 2, dxbc_bare(DXBC_RESOURCE, 0), dxbc_raw(FLOATS));
	dxbc_op(&s, DXBC_DCL_INPUT_PS, 1, dxbc_dst(DXBC_IN, 1, 0x3));
	dxbc_op(&s, DXBC_DCL_OUTPUT, 1, DXBC_DST_O(0));
	dxbc_op(&s, DXBC_SAMPLE, 4, DXBC_DST_O(0), DXBC_SRC_V(1),
		dxbc_src(DXBC_RESOURCE, 0, DXBC_XYZW), dxbc_bare(DXBC_SAMPLER, 0));
	return end_ps(s);
}

struct dxbc dxbc_ps_constant(void)
{
	struct dxbc s = begin_ps(NULL, 0);
	dxbc_op(&s, DXBC_DCL_CB, 1, dxbc_cb(0, 1, DXBC_XYZW));
	dxbc_op(&s, DXBC_DCL_OUTPUT, 1, DXBC_DST_O(0));
	dxbc_op(&s, DXBC_MOV, 2, DXBC_DST_O(0), dxbc_cb(0, 0, DXBC_XYZW));
	return end_ps(s);
}

struct dxbc dxbc_cs_fill(void)
{
	struct dxbc s = dxbc_begin(DXBC_CS, 5);
	dxbc_op(&s, DXBC_DCL_CB, 1, dxbc_cb(0, 1, DXBC_XYZW));
	dxbc_op(&s, DXBC_DCL_UAV_2D, 2, dxbc_bare(DXBC_UAV, 0), dxbc_raw(FLOATS));
	dxbc_op(&s, 0x5f, 1, dxbc_dcl_thread_id(0x3));
	dxbc_op(&s, DXBC_DCL_THREAD_GROUP, 3, dxbc_raw(8), dxbc_raw(8), dxbc_raw(1));
	dxbc_op(&s, DXBC_STORE_UAV, 3, dxbc_dst(DXBC_UAV, 0, 0xf), dxbc_thread_id(0x54), /* xyyy */
		dxbc_cb(0, 0, DXBC_XYZW));
	dxbc_op(&s, DXBC_RET, 0);
	dxbc_end(&s);
	return s;
}
