/* SPDX-License-Identifier: MIT */
/*
 * Whether pictures that others describe lie in surfaces. Their numbers may be any, and GStreamer
 * reckons with sides and strides in int: it is given those only that cannot overflow.
 */
#ifndef XF_GST_FITS_H
#define XF_GST_FITS_H

#include "format.h"

/* Whether the sides that `caps` name, where they do, can be those of a picture. */
gboolean fits_int(const GstCaps *caps);

/* Whether the picture and what is before it are in a surface of `desc`'s width and height. */
gboolean fits_surface(const struct picture *picture, const struct xf_surface_desc *desc);

/* Whether there can be a surface with such room around the picture, and such strides. */
gboolean fits_around(const GstVideoAlignment *alignment);

#endif
