/* SPDX-License-Identifier: MIT
 *
 * Can a person tell the VMs by their colours? How colourful one is, and how far two are apart, for
 * eyes of the usual kinds. Colours are 0xrrggbb in sRGB.
 */
#ifndef SILO_VMCTL_MANIFEST_LOOK_H
#define SILO_VMCTL_MANIFEST_LOOK_H

#include <stdint.h>

/* Below: a colour looks like the host's greys. Below: two colours are easily taken for another. */
#define LOOK_CHROMA_MIN 0.05
#define LOOK_DISTANCE_MIN 8.0

/* Chroma in OKLCH. */
double look_chroma(uint32_t color);

/* The smallest CIEDE2000 distance of a and b, seen by ordinary and by three kinds of colour-blind
 * eyes, each after Machado et al. 2009 (severity 1) and after Brettel et al. 1997: the worse counts. */
double look_distance(uint32_t a, uint32_t b);

#endif
