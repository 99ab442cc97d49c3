#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Real applications in a machine (image "apps", tools/guest-image --apps): each shows its window, draws,
takes typing, and ends when its window is closed.

usage: SILO_TEST_FULL=1 applications.py BUILD [PICTURES [CASE…]]     PICTURES: a directory for a screenshot of each"""

import os
import secrets
import sys
import tempfile
import time
from pathlib import Path

import tap
from world import World, equal, expect

MANIFEST = """version 1

vm work {
	color green
	memory 3G
	cpus 2
	image apps
	emulation allow
	agent-timeout 3m
}
"""
START_S = 240
WESTON = "org.freedesktop.weston.wayland-terminal"


class Desk(World):
    def __init__(self, build, pictures):
        super().__init__(build, MANIFEST)
        self.pictures = Path(pictures)

    def put(self, path, text):
        self.session.vmctl("run", "work", "sh", "-c", f"cat > {path}", stdin=text)

    def open(self, name, pattern, *command):
        """Starts a command; returns it and its window, which must draw something."""
        started = time.monotonic()
        process = self.session.run_in_vm("work", *command, name=name)
        try:
            window = self.window(pattern, START_S)
        except BaseException:
            print(f"# {name}: " + self.session.log_tail(f"{name}.out", 10).replace("\n", "\n# "), flush=True)
            raise
        print(f"# {name}: its window after {time.monotonic() - started:.1f} s", flush=True)
        return process, window

    def picture(self, name):
        self.session.screenshot(self.pictures / f"{name}.png")

    def colors(self, window):
        """The colours on a grid of points of a window."""
        points = [(window["x"] + window["width"] * i // 12, window["y"] + window["height"] * j // 12)
                  for i in range(1, 12) for j in range(1, 12)]
        return [self.pixel(x, y) for x, y in points]

    def top_colors(self, window):
        """The colours along a line where title and tool bars have their buttons."""
        return [self.pixel(window["x"] + x, window["y"] + 26) for x in range(5, window["width"] - 5, 10)]

    def close(self, process, pattern):
        """The window is closed by its frame's key; the program ends."""
        self.probe.ask("key Super+q")
        self.session.wait_gone(pattern, 60)
        process.wait(60)


def the_machine_boots(desk):
    desk.start()
    desk.boot("work")


def edited(desk, name, pattern, *command):
    """An editor opens a file, is typed into, and saves."""
    word = secrets.token_hex(6)
    path = f"/tmp/{name}.txt"
    desk.put(path, "A file.\n")
    process, window = desk.open(name, pattern, *command, path)
    # An editor that is still loading the file takes keys and does nothing with them.
    for _ in range(8):
        desk.click(window["x"] + window["width"] // 2, window["y"] + window["height"] // 2)
        desk.probe.ask(f"type {word}")
        desk.guest("work", "sleep", "2")
        desk.probe.ask("key Ctrl+s")
        if word in desk.guest("work", "sh", "-c", f"sleep 3; cat {path}"):
            break
    desk.picture(name)
    expect(word in desk.guest("work", "cat", path), f"{name} did not save what was typed")
    expect(len(set(desk.top_colors(desk.window(pattern)))) > 1, f"{name} draws one colour only")
    desk.close(process, pattern)


def foot(desk):
    process, window = desk.open("foot", "foot", "foot", "--title=foot")
    desk.click(window["x"] + 100, window["y"] + 100)
    desk.probe.ask("type printf '\\033]2;typed\\007'; ls --color /")
    desk.probe.ask("key Return")
    desk.window("typed")
    desk.picture("foot")
    desk.close(process, "foot")


def weston_terminal(desk):
    process, window = desk.open("weston-terminal", WESTON, "weston-terminal")
    desk.click(window["x"] + window["width"] // 2, window["y"] + window["height"] // 2)
    desk.guest("work", "mkfifo", "/tmp/weston")
    desk.probe.ask("type echo typed > /tmp/weston")
    desk.probe.ask("key Return")
    equal(desk.guest("work", "cat", "/tmp/weston", timeout=60).strip(), "typed", "weston-terminal")
    desk.picture("weston-terminal")
    desk.close(process, WESTON)


def gtk_editor(desk):
    edited(desk, "gnome-text-editor", "gnome-text-editor.txt", "gnome-text-editor")


def qt_editor(desk):
    edited(desk, "featherpad", "featherpad", "featherpad")


def player(desk):
    desk.guest("work", "ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=duration=20:size=320x240:rate=5",
               "-c:v", "mpeg4", "/tmp/clip.mkv", timeout=300)
    process, window = desk.open("mpv", "mpv", "mpv", "--no-audio", "--loop", "/tmp/clip.mkv")
    first = desk.colors(desk.window("mpv"))
    desk.picture("mpv")
    for _ in range(30):
        if desk.colors(window) != first:
            break
    expect(desk.colors(window) != first, "the picture stands still")
    desk.click(window["x"] + window["width"] // 2, window["y"] + window["height"] // 2)
    desk.probe.ask("key q")
    desk.session.wait_gone("mpv", 60)
    equal(process.wait(60), 0, "mpv's status")


PAGE = """<!doctype html><title>page-ready</title><body style="background:#fc6"><h1>Page</h1><script>
let typed = "";
addEventListener("keydown", event => {
	if (event.key.length == 1) { typed += event.key; document.title = "typed-" + typed; }
});
</script>"""
# Under emulation a browser's first start is minutes of work.
BROWSER_S = 300


def browsed(desk, name, *command):
    """A browser shows a page that tells in its title what was typed into it."""
    word = secrets.token_hex(4)
    desk.put("/tmp/page.html", PAGE)
    process = desk.session.run_in_vm("work", *command, "file:///tmp/page.html", name=name)
    window = desk.window("page-ready", BROWSER_S)
    place = window["x"] + window["width"] // 2, window["y"] + window["height"] // 2
    # It has a title before it has a picture, and takes keys later still: the page's own ground, then a click.
    desk.probe.ask(f"wait-pixel {place[0]} {place[1]} #ffcc66 60", 65)
    desk.click(*place)
    for _ in range(6):
        desk.probe.ask(f"type {word}")
        desk.guest("work", "sleep", "5")
        if any(word in window["title"] for window in desk.session.windows()):
            break
    desk.picture(name)
    expect(any(word in window["title"] for window in desk.session.windows()), f"{name} did not take what was typed")
    desk.close(process, word)


def firefox(desk):
    browsed(desk, "firefox", "firefox-esr", "--no-remote")


def chromium(desk):
    browsed(desk, "chromium", "chromium", "--no-first-run", "--ozone-platform=wayland")


def nothing_is_left_behind(desk):
    left = desk.session.stop()
    equal(left, {}, "processes that had to be killed")
    desk.session.remove()


CASES = [foot, weston_terminal, gtk_editor, qt_editor, player, chromium, firefox]


def main():
    if os.environ.get("SILO_TEST_FULL") != "1":
        print("1..0 # SKIP only with tools/test --full: its image is another 460 MB to fetch")
        return 0
    chosen = [case for case in CASES if not sys.argv[3:] or case.__name__ in sys.argv[3:]]
    with tempfile.TemporaryDirectory() as scratch:
        desk = Desk(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else scratch)
        os.makedirs(desk.pictures, exist_ok=True)
        return tap.run(desk, [the_machine_boots, *chosen], nothing_is_left_behind)


if __name__ == "__main__":
    sys.exit(main())
