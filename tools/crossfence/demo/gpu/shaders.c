/* SPDX-License-Identifier: MIT */
#include "shaders.h"

#include "blur.comp.h"
#include "card.frag.h"
#include "card.vert.h"
#include "check.comp.h"
#include "from_nv12.comp.h"
#include "to_nv12.comp.h"

const struct shader shader_blur = { blur_comp, sizeof(blur_comp) };
const struct shader shader_to_nv12 = { to_nv12_comp, sizeof(to_nv12_comp) };
const struct shader shader_from_nv12 = { from_nv12_comp, sizeof(from_nv12_comp) };
const struct shader shader_check = { check_comp, sizeof(check_comp) };
const struct shader shader_card_vertex = { card_vert, sizeof(card_vert) };
const struct shader shader_card_fragment = { card_frag, sizeof(card_frag) };
