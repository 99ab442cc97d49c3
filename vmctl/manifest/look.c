/* SPDX-License-Identifier: MIT */
#include "vmctl/manifest/look.h"

#include <math.h>
#include <stddef.h>

struct triple {
	double x, y, z;
};

struct matrix {
	double rows[3][3];
};

/*
 * How eyes that lack one kind of cone see: after Machado et al. 2009 at severity 1, and after Brettel et
 * al. 1997, who project onto one of two half planes, by the side of a plane through grey on which the
 * colour lies. In linear sRGB.
 */
static const struct eyes {
	struct matrix machado;
	struct matrix brettel[2]; /* where normal · colour is not negative, and where it is */
	struct triple normal;
} eyes[] = {
		{.machado = {{{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216},
				 {-0.003882, -0.048116, 1.051998}}},
				.brettel = {{{{0.14980, 1.19548, -0.34528},
							    {0.10764, 0.84864, 0.04372},
							    {0.00384, -0.00540, 1.00156}}},
						{{{0.14570, 1.16172, -0.30742},
								{0.10816, 0.85291, 0.03892},
								{0.00386, -0.00524, 1.00139}}}},
				.normal = {0.00048, 0.00393, -0.00441}},
		{.machado = {{{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413},
				 {-0.011820, 0.042940, 0.968881}}},
				.brettel = {{{{0.36477, 0.86381, -0.22858},
							    {0.26294, 0.64245, 0.09462},
							    {-0.02006, 0.02728, 0.99278}}},
						{{{0.37298, 0.88166, -0.25464},
								{0.25954, 0.63506, 0.10540},
								{-0.01980, 0.02784, 0.99196}}}},
				.normal = {-0.00281, -0.00611, 0.00892}},
		{.machado = {{{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602},
				 {0.004733, 0.691367, 0.303900}}},
				.brettel = {{{{1.01277, 0.13548, -0.14826},
							    {-0.01243, 0.86812, 0.14431},
							    {0.07589, 0.80500, 0.11911}}},
						{{{0.93678, 0.18979, -0.12657},
								{0.06154, 0.81526, 0.12320},
								{-0.37562, 1.12767, 0.24796}}}},
				.normal = {0.03901, -0.02788, -0.01113}},
};

static struct triple multiply(const struct matrix *m, struct triple v) {
	double out[3];
	for (int i = 0; i < 3; i++) {
		out[i] = m->rows[i][0] * v.x + m->rows[i][1] * v.y + m->rows[i][2] * v.z;
	}
	return (struct triple){out[0], out[1], out[2]};
}

static double to_linear(uint32_t byte) {
	double value = byte / 255.0;
	return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
}

static struct triple linear_of(uint32_t color) {
	return (struct triple){to_linear(color >> 16 & 0xff), to_linear(color >> 8 & 0xff),
			to_linear(color & 0xff)};
}

double look_chroma(uint32_t color) {
	static const struct matrix to_lms = {{{0.4122214708, 0.5363325363, 0.0514459929},
			{0.2119034982, 0.6806995451, 0.1073969566},
			{0.0883024619, 0.2817188376, 0.6299787005}}};
	static const struct matrix to_lab = {{{0.2104542553, 0.7936177850, -0.0040720468},
			{1.9779984951, -2.4285922050, 0.4505937099},
			{0.0259040371, 0.7827717662, -0.8086757660}}};
	struct triple lms = multiply(&to_lms, linear_of(color));
	struct triple root = {cbrt(lms.x), cbrt(lms.y), cbrt(lms.z)};
	struct triple lab = multiply(&to_lab, root);
	return hypot(lab.y, lab.z);
}

static double clamp(double value) {
	return value < 0 ? 0 : value > 1 ? 1 : value;
}

static double lab_part(double value) {
	return value > 216.0 / 24389 ? cbrt(value) : (24389.0 / 27 * value + 16) / 116;
}

/* CIE L*a*b* under D65. */
static struct triple lab_of(struct triple linear) {
	static const struct matrix to_xyz = {{{0.4124564, 0.3575761, 0.1804375},
			{0.2126729, 0.7151522, 0.0721750}, {0.0193339, 0.1191920, 0.9503041}}};
	struct triple rgb = {clamp(linear.x), clamp(linear.y), clamp(linear.z)};
	struct triple xyz = multiply(&to_xyz, rgb);
	double x = lab_part(xyz.x / 0.95047), y = lab_part(xyz.y), z = lab_part(xyz.z / 1.08883);
	return (struct triple){116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

static double degrees(double y, double x) {
	double angle = atan2(y, x) * 180 / M_PI;
	return angle < 0 ? angle + 360 : angle;
}

static double cosine(double angle) {
	return cos(angle * M_PI / 180);
}

/* Of the hues p and q, unless one colour is grey: their difference and their mean. */
static void compare_hues(double p, double q, double product, double *ret_delta, double *ret_mean) {
	double delta = q - p, sum = p + q;
	if (product == 0) {
		*ret_delta = 0;
		*ret_mean = sum;
		return;
	}
	*ret_delta = delta > 180 ? delta - 360 : delta < -180 ? delta + 360 : delta;
	*ret_mean = fabs(delta) <= 180 ? sum / 2 : sum < 360 ? sum / 2 + 180 : sum / 2 - 180;
}

static double ciede2000(struct triple p, struct triple q) {
	double mean_chroma = (hypot(p.y, p.z) + hypot(q.y, q.z)) / 2;
	double seventh = pow(mean_chroma, 7), limit = 6103515625.0; /* 25 to the 7th */
	double stretch = 1.5 - 0.5 * sqrt(seventh / (seventh + limit));
	double p_chroma = hypot(p.y * stretch, p.z), q_chroma = hypot(q.y * stretch, q.z);
	double hue_delta, hue;
	compare_hues(degrees(p.z, p.y * stretch), degrees(q.z, q.y * stretch), p_chroma * q_chroma,
			&hue_delta, &hue);
	double lightness = (p.x + q.x) / 2, chroma = (p_chroma + q_chroma) / 2;
	double t = 1 - 0.17 * cosine(hue - 30) + 0.24 * cosine(2 * hue) +
			0.32 * cosine(3 * hue + 6) - 0.20 * cosine(4 * hue - 63);
	double square = pow(lightness - 50, 2);
	double for_lightness = 1 + 0.015 * square / sqrt(20 + square);
	double for_chroma = 1 + 0.045 * chroma, for_hue = 1 + 0.015 * chroma * t;
	double chroma_seventh = pow(chroma, 7);
	double turn = 30 * exp(-pow((hue - 275) / 25, 2));
	double rotation = -2 * sqrt(chroma_seventh / (chroma_seventh + limit)) *
			sin(2 * turn * M_PI / 180);
	double l = (q.x - p.x) / for_lightness, c = (q_chroma - p_chroma) / for_chroma;
	double h = 2 * sqrt(p_chroma * q_chroma) * sin(hue_delta / 2 * M_PI / 180) / for_hue;
	return sqrt(l * l + c * c + h * h + rotation * c * h);
}

static const struct matrix *brettel_of(const struct eyes *kind, struct triple color) {
	const struct triple *normal = &kind->normal;
	double side = normal->x * color.x + normal->y * color.y + normal->z * color.z;
	return &kind->brettel[side >= 0 ? 0 : 1];
}

double look_distance(uint32_t a, uint32_t b) {
	struct triple p = linear_of(a), q = linear_of(b);
	double least = ciede2000(lab_of(p), lab_of(q));
	for (size_t i = 0; i < sizeof(eyes) / sizeof(eyes[0]); i++) {
		const struct matrix *machado = &eyes[i].machado;
		double by_machado = ciede2000(lab_of(multiply(machado, p)),
				lab_of(multiply(machado, q)));
		double by_brettel = ciede2000(lab_of(multiply(brettel_of(&eyes[i], p), p)),
				lab_of(multiply(brettel_of(&eyes[i], q), q)));
		least = fmin(least, fmin(by_machado, by_brettel));
	}
	return least;
}
