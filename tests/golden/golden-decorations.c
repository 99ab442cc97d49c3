/* SPDX-License-Identifier: MIT
 *
 * Golden pictures of everything that decorations/ draws, at scales 1, 1.5 and 2.
 * usage: golden-decorations GOLDEN-DIR OUT-DIR; SILO_UPDATE=1 rewrites the pictures.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "decorations/hold.h"
#include "decorations/reveal.h"
#include "decorations/strip.h"
#include "decorations/switcher.h"
#include "decorations/text/shape.h"
#include "decorations/wallpaper.h"
#include "tests/golden/picture.h"

#define ALL_BUTTONS (FRAME_BUTTON_MINIMISE | FRAME_BUTTON_MAXIMISE | FRAME_BUTTON_CLOSE)

static struct golden golden;
static struct shaper *shaper;

/* A title as silo-text sets it. */
static struct title_picture *title_of(const char *title, double size) {
	return title != NULL ? shaper_set(shaper, title, strlen(title), (int)round(size)) : NULL;
}

struct look {
	const char *name;
	const char *vm;
	int color; /* index into palette[], and the glyph */
	struct frame_spec spec;
	const char *title; /* NULL: none */
};

static const struct look looks[] = {
		{"active", "work", 1, {.active = true}, "ada@work: ~/src"},
		{"inactive", "work", 1, {0}, "ada@work: ~/src"},
		{"long-title", "banking", 2, {.active = true},
				"A title that is a good deal longer than "
				"its bar"},
		{"hover-close", "personal", 3, {.active = true, .hovered = FRAME_PART_CLOSE},
				"Photos"},
		{"pressed-minimise", "mail", 8,
				{.hovered = FRAME_PART_MINIMISE, .pressed = FRAME_PART_MINIMISE},
				"Inbox"},
		{"maximised", "dev", 4, {.active = true, .maximised = true}, "editor"},
		{"maximised-inactive", "dev", 4, {.maximised = true}, "editor"},
		{"emulated", "banking", 2, {.active = true, .emulated = true}, "foot"},
		{"emulated-inactive", "media", 5, {.emulated = true}, "foot"},
		{"badge", "untrusted", 0,
				{.active = true, .emulated = true, .badge = FRAME_BADGE_HELD_BACK},
				"Free prizes"},
		{"urgent", "vault", 11, {.urgent = true}, "Keys"},
		{"dark", "vault", 11, {.dark = true, .active = true}, "Keys"},
		{"dark-inactive", "vault", 11, {.dark = true}, "Keys"},
		{"tab", "untrusted", 0, {.kind = FRAME_TAB_WINDOW, .active = true}},
		{"tab-inactive", "untrusted", 0, {.kind = FRAME_TAB_WINDOW}},
		{"tab-emulated", "mail", 8,
				{.kind = FRAME_TAB_WINDOW, .active = true, .emulated = true}},
		{"tab-badge", "untrusted", 0,
				{.kind = FRAME_TAB_WINDOW,
						.active = true,
						.badge = FRAME_BADGE_HELD_BACK}},
		{"frozen", "media", 5, {.badge = FRAME_BADGE_FROZEN}, "Film"},
		{"pattern", "dev", 4, {.active = true, .pattern = true}, "editor"},
		{"pattern-inactive", "dev", 8, {.pattern = true}, "editor"},
		{"pattern-tab", "mail", 2, {.kind = FRAME_TAB_WINDOW, .pattern = true}},
		{"pattern-fullscreen", "media", 5,
				{.kind = FRAME_FULLSCREEN, .active = true, .pattern = true}},
		{"popup", "banking", 2, {.kind = FRAME_POPUP, .active = true}},
		{"popup-chip", "media", 5, {.kind = FRAME_POPUP, .active = true, .chip = true}},
		{"fullscreen", "media", 5, {.kind = FRAME_FULLSCREEN, .active = true}},
};

static bool check_spec(const char *look, struct frame_spec spec, const char *title, double scale,
		int width, int height) {
	spec.title = title_of(title, FRAME_TITLE_SIZE * scale);
	spec.buttons = ALL_BUTTONS;
	spec.scale = scale;
	spec.x = 8;
	spec.y = 40;
	spec.width = width;
	spec.height = height;
	struct frame frame;
	frame_layout(&frame, &spec, golden.lettering);
	int left = (int)round(spec.x * scale), top = (int)round(spec.y * scale);
	cairo_surface_t *picture = picture_create((int)round((width + 16) * scale),
			(int)round((height + 48) * scale), theme_get(spec.dark)->ground);
	picture_put_frame(picture, &frame, golden.lettering, left, top);
	char name[64];
	snprintf(name, sizeof(name), "%s-%g", look, scale);
	bool same = picture_check(picture, golden.dir, golden.out, name);
	cairo_surface_destroy(picture);
	title_picture_unref(spec.title);
	return same;
}

static bool check_frame(const struct look *look, double scale, int width, int height) {
	struct frame_spec spec = look->spec;
	spec.label = look->vm;
	spec.colors = vm_colors_derive(palette[look->color].fill);
	spec.glyph = (enum glyph)look->color;
	return check_spec(look->name, spec, look->title, scale, width, height);
}

static int check_frames(double scale) {
	int wrong = 0;
	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
		wrong += !check_frame(&looks[i], scale, 400, 40);
	}
	return wrong;
}

static void frames_at_scale_1(void **state) {
	assert_int_equal(check_frames(1), 0);
}

static void frames_at_scale_1_5(void **state) {
	assert_int_equal(check_frames(1.5), 0);
}

static void frames_at_scale_2(void **state) {
	assert_int_equal(check_frames(2), 0);
}

static void every_color_and_glyph(void **state) {
	int wrong = 0;
	for (int i = 0; i < PALETTE_COUNT; i++) {
		char name[32];
		snprintf(name, sizeof(name), "color-%s", palette[i].name);
		struct look look = {name, palette[i].name, i, {.active = true}};
		wrong += !check_frame(&look, 1, 200, 16);
	}
	assert_int_equal(wrong, 0);
}

static void a_narrow_window_keeps_label_and_close(void **state) {
	static const struct look narrow[] = {
			{"narrow", "untrusted", 0, {.active = true}, "x"},
			{"narrow-emulated", "untrusted", 0, {.active = true, .emulated = true}},
	};
	assert_true(check_frame(&narrow[0], 1, FRAME_WIDTH_MIN - 2 * FRAME_EDGE, 16));
	assert_true(check_frame(&narrow[1], 1, FRAME_WIDTH_MIN + 32 - 2 * FRAME_EDGE, 16));
}

static void windows_of_the_host(void **state) {
	int wrong = 0;
	for (int dark = 0; dark < 2; dark++) {
		for (int active = 0; active < 2; active++) {
			struct frame_spec spec = {.label = "This computer",
					.colors = theme_host_colors(dark),
					.glyph = GLYPH_HOST,
					.dark = dark,
					.active = active};
			char name[32];
			snprintf(name, sizeof(name), "host-%s-%s", dark ? "dark" : "light",
					active ? "active" : "inactive");
			wrong += !check_spec(name, spec, "Files", 1, 400, 40);
		}
	}
	assert_int_equal(wrong, 0);
}

static bool check_strip(const char *name, struct strip_spec spec, double scale) {
	spec.scale = scale;
	spec.width = 480;
	int width, height;
	strip_size(&spec, &width, &height);
	cairo_surface_t *picture = picture_create(width, height, theme_get(spec.dark)->ground);
	bool painted = strip_paint(&spec, golden.lettering, cairo_image_surface_get_data(picture),
			width, height, (size_t)cairo_image_surface_get_stride(picture));
	cairo_surface_mark_dirty(picture);
	char file[64];
	snprintf(file, sizeof(file), "strip-%s-%g", name, scale);
	bool same = picture_check(picture, golden.dir, golden.out, file);
	cairo_surface_destroy(picture);
	return painted && same;
}

/* Who captures the screens and who keeps them on; on a narrow one what matters least is left out. */
static int strip_states(struct strip_spec spec) {
	struct strip_spec locked = {
			.holder = STRIP_LOCKED, .captured_by = "grim", .caps_lock = true};
	int wrong = !check_strip("locked-captured", locked, 1);
	spec.captured_by = "wf-recorder";
	spec.hint = NULL;
	for (double scale = 1; scale <= 2; scale += 0.5) {
		wrong += !check_strip("captured", spec, scale);
	}
	spec.awake_label = "media";
	spec.awake_colors = vm_colors_derive(palette[5].fill);
	spec.awake_glyph = GLYPH_PLUS;
	spec.hint = "Super Esc  reveal";
	spec.dark = true;
	wrong += !check_strip("narrow", spec, 1);
	spec.captured_by = NULL;
	wrong += !check_strip("awake-dark", spec, 1);
	spec.dark = false;
	spec.hint = NULL;
	wrong += !check_strip("awake", spec, 1.5);
	return wrong;
}

static void strips(void **state) {
	struct strip_spec vm = {.holder = STRIP_VM,
			.label = "banking",
			.colors = vm_colors_derive(palette[2].fill),
			.glyph = GLYPH_DISC,
			.hint = "Alt Esc  reveal"};
	struct strip_spec emulated = vm, elsewhere = vm, dark = vm;
	emulated.emulated = true;
	elsewhere.elsewhere = true;
	dark.dark = true;
	struct strip_spec blamed = emulated;
	blamed.emulated = true;
	blamed.badge = "Held back";
	int wrong = !check_strip("blamed", blamed, 1);
	for (double scale = 1; scale <= 2; scale += 0.5) {
		wrong += !check_strip("vm", vm, scale);
		wrong += !check_strip("emulated", emulated, scale);
		wrong += !check_strip("host",
				(struct strip_spec){.holder = STRIP_HOST, .label = "Silo asks"},
				scale);
		wrong += !check_strip("nobody", (struct strip_spec){.holder = STRIP_NOBODY}, scale);
	}
	wrong += !check_strip("elsewhere", elsewhere, 1);
	wrong += !check_strip("locked", (struct strip_spec){.holder = STRIP_LOCKED}, 1);
	wrong += !check_strip("dark", dark, 1);
	struct strip_spec mute = dark;
	mute.cannot_ask = true;
	wrong += !check_strip("cannot-ask-dark", mute, 1);
	struct strip_spec caps = dark;
	caps.caps_lock = true;
	wrong += !check_strip("caps-dark", caps, 1);
	caps.dark = false;
	caps.hint = "Super Esc  reveal";
	wrong += !check_strip("caps", caps, 1.5);
	wrong += strip_states(vm);
	assert_int_equal(wrong, 0);
}

static void wallpapers(void **state) {
	for (int dark = 0; dark < 2; dark++) {
		cairo_surface_t *picture = picture_create(480, 270, theme_get(dark)->ground);
		assert_true(wallpaper_paint(dark, cairo_image_surface_get_data(picture), 480, 270,
				(size_t)cairo_image_surface_get_stride(picture)));
		cairo_surface_mark_dirty(picture);
		bool same = picture_check(picture, golden.dir, golden.out,
				dark ? "wallpaper-dark" : "wallpaper-light");
		cairo_surface_destroy(picture);
		assert_true(same);
	}
}

static struct switcher_row switcher_rows[] = {
		{0},
		{.workspace = 2},
		{.is_minimized = true},
		{.workspace = 4, .is_minimized = true, .is_urgent = true},
		{0},
		{0},
};

static const char *const switcher_titles[] = {"ada@work: ~/src",
		"Report, a title that is a good deal longer than its row", "editor", "Calendar", "",
		"\"Silo asks\" \xe2\x80\xae moc.knab"};

#define SWITCHER_ROWS (sizeof(switcher_rows) / sizeof(switcher_rows[0]))

static bool check_switcher(const char *name, struct switcher_spec spec, double scale) {
	spec.scale = scale;
	for (size_t i = 0; i < SWITCHER_ROWS; i++) {
		switcher_rows[i].title = title_of(switcher_titles[i], SWITCHER_TITLE_SIZE * scale);
	}
	struct switcher_layout layout;
	switcher_lay_out(&spec, &layout);
	assert_true(layout.width <= spec.width_max && layout.height <= spec.height_max);
	int width = (int)round(layout.width * scale), height = (int)round(layout.height * scale);
	cairo_surface_t *picture = picture_create(width, height, theme_get(spec.dark)->ground);
	cairo_surface_t *sheet = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height);
	bool painted = switcher_paint(&spec, &layout, golden.lettering,
			cairo_image_surface_get_data(sheet), width, height,
			(size_t)cairo_image_surface_get_stride(sheet));
	cairo_surface_mark_dirty(sheet);
	cairo_t *cr = cairo_create(picture);
	cairo_set_source_surface(cr, sheet, 0, 0);
	cairo_paint(cr);
	cairo_destroy(cr);
	cairo_surface_destroy(sheet);
	char file[64];
	snprintf(file, sizeof(file), "switcher-%s-%g", name, scale);
	bool same = picture_check(picture, golden.dir, golden.out, file);
	cairo_surface_destroy(picture);
	for (size_t i = 0; i < SWITCHER_ROWS; i++) {
		title_picture_unref(switcher_rows[i].title);
	}
	return painted && same;
}

static void switchers(void **state) {
	const struct switcher_column columns[] = {
			{"work", vm_colors_derive(palette[1].fill), GLYPH_SQUARE, switcher_rows, 4},
			{"banking", vm_colors_derive(palette[2].fill), GLYPH_DISC,
					switcher_rows + 4, 2},
			{"This computer", theme_host_colors(false), GLYPH_HOST, switcher_rows, 1},
	};
	struct switcher_spec light = {.columns = columns,
			.columns_len = 3,
			.row = 1,
			.width_max = 1000,
			.height_max = 600};
	struct switcher_spec dark = light, narrow = light;
	dark.dark = true;
	/* Neither all columns nor all rows have room: the selected one does. */
	narrow.width_max = 380;
	narrow.height_max = 220;
	narrow.row = 3;
	int wrong = 0;
	for (double scale = 1; scale <= 2; scale += 0.5) {
		wrong += !check_switcher("light", light, scale);
	}
	wrong += !check_switcher("dark", dark, 1);
	wrong += !check_switcher("narrow", narrow, 1);
	assert_int_equal(wrong, 0);
}

static struct plate plate_of(int i, const char *label) {
	return (struct plate){label, vm_colors_derive(palette[i].fill), (enum glyph)i};
}

static bool check_reveal(const char *name, const struct reveal_spec *spec, int width, int height) {
	int width_px = (int)round(width * spec->scale),
	    height_px = (int)round(height * spec->scale);
	cairo_surface_t *picture = picture_create(width_px, height_px, theme_get(true)->ground);
	bool painted = reveal_paint(spec, golden.lettering, cairo_image_surface_get_data(picture),
			width_px, height_px, (size_t)cairo_image_surface_get_stride(picture));
	cairo_surface_mark_dirty(picture);
	char file[64];
	snprintf(file, sizeof(file), "reveal-%s-%g", name, spec->scale);
	bool same = picture_check(picture, golden.dir, golden.out, file);
	cairo_surface_destroy(picture);
	return painted && same;
}

static void reveals(void **state) {
	struct title_picture *title = title_of("ada@work: ~/src", REVEAL_TITLE_SIZE);
	const struct reveal_item items[] = {
			{.plate = plate_of(2, "banking"),
					.x = 320,
					.y = 120,
					.width = 120,
					.height = 90},
			{.plate = plate_of(0, "untrusted"),
					.fault = "Held back",
					.x = 260,
					.y = 170,
					.width = 340,
					.height = 250},
			{.plate = plate_of(1, "work"),
					.x = 40,
					.y = 30,
					.width = 420,
					.height = 260},
			{.plate = plate_of(11, "vault"),
					.x = 20,
					.y = 300,
					.width = 30,
					.height = 200},
			{.plate = plate_of(3, "hidden"),
					.x = 330,
					.y = 190,
					.width = 90,
					.height = 15},
	};
	struct reveal_spec spec = {items, 5, 1};
	int wrong = !check_reveal("windows", &spec, 640, 420);
	spec.scale = 1.5;
	wrong += !check_reveal("windows", &spec, 640, 420);
	spec.items_len = 0;
	wrong += !check_reveal("nothing", &spec, 200, 100);
	title_picture_unref(title);
	assert_int_equal(wrong, 0);
}

/* A sheet or bar that painting fills wholly. */
static bool check_sheet(const char *name, double scale, int width, int height,
		bool (*paint)(const void *spec, struct lettering *lettering, void *pixels,
				int width, int height, size_t stride),
		const void *spec) {
	int width_px = (int)round(width * scale), height_px = (int)round(height * scale);
	cairo_surface_t *picture = picture_create(width_px, height_px, theme_get(true)->ground);
	bool painted = paint(spec, golden.lettering, cairo_image_surface_get_data(picture),
			width_px, height_px, (size_t)cairo_image_surface_get_stride(picture));
	cairo_surface_mark_dirty(picture);
	char file[64];
	snprintf(file, sizeof(file), "%s-%g", name, scale);
	bool same = picture_check(picture, golden.dir, golden.out, file);
	cairo_surface_destroy(picture);
	return painted && same;
}

static bool paint_foot(const void *spec, struct lettering *lettering, void *pixels, int width,
		int height, size_t stride) {
	return reveal_paint_foot(spec, lettering, pixels, width, height, stride);
}

static bool paint_hold(const void *spec, struct lettering *lettering, void *pixels, int width,
		int height, size_t stride) {
	return hold_paint(spec, lettering, pixels, width, height, stride);
}

static void feet_and_holds(void **state) {
	struct reveal_foot foot = {.windows = 3,
			.vms = 3,
			.plate = plate_of(1, "work"),
			.is_vm = true,
			.modifier = "Super",
			.scale = 1};
	int wrong = !check_sheet("foot", 1, 1100, REVEAL_FOOT, paint_foot, &foot);
	foot.progress = 0.5;
	foot.is_frozen = true;
	wrong += !check_sheet("foot-kill", 1, 1100, REVEAL_FOOT, paint_foot, &foot);
	foot = (struct reveal_foot){.windows = 1, .modifier = "Alt", .scale = 2};
	wrong += !check_sheet("foot-nobody", 2, 800, REVEAL_FOOT, paint_foot, &foot);
	struct hold_spec hold = {.words = "Hold to kill",
			.plate = plate_of(0, "untrusted"),
			.progress = 0.5,
			.scale = 1};
	wrong += !check_sheet("hold", 1, HOLD_WIDTH, HOLD_HEIGHT, paint_hold, &hold);
	hold.dark = true;
	hold.scale = 1.5;
	wrong += !check_sheet("hold-dark", 1.5, HOLD_WIDTH, HOLD_HEIGHT, paint_hold, &hold);
	assert_int_equal(wrong, 0);
}

int main(int argc, char *argv[]) {
	int status = golden_init(&golden, argc, argv);
	if (status != 0) {
		return status;
	}
	shaper = shaper_create();
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(frames_at_scale_1),
			cmocka_unit_test(frames_at_scale_1_5),
			cmocka_unit_test(frames_at_scale_2),
			cmocka_unit_test(every_color_and_glyph),
			cmocka_unit_test(a_narrow_window_keeps_label_and_close),
			cmocka_unit_test(windows_of_the_host),
			cmocka_unit_test(strips),
			cmocka_unit_test(switchers),
			cmocka_unit_test(reveals),
			cmocka_unit_test(feet_and_holds),
			cmocka_unit_test(wallpapers),
	};
	int failed = cmocka_run_group_tests_name("decorations", tests, NULL, NULL);
	lettering_destroy(golden.lettering);
	shaper_destroy(shaper);
	return failed;
}
