#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Real applications in a machine (image "apps", tools/guest-image --apps), used as people use them: typing, menus,
resizing, snapping, minimising, copying, dragging, closing.

usage: SILO_TEST_FULL=1 applications.py BUILD [PICTURES [CASE…]]     PICTURES: a directory for screenshots"""

import os
import secrets
import sys
import tempfile
import time

import tap
import browsers
from desk import FILL, VM, Desk, center
from world import equal, expect

WESTON = "org.freedesktop.weston.wayland-terminal"
FLOWERS = "org.freedesktop.weston.wayland-drag-and-drop-demo"
GTK = "org.gnome.TextEditor"


def the_machines_boot(desk):
    desk.start()
    desk.boot(VM, "other")


def written(desk, name, app, *command):
    """An editor opens a file, is typed into, and saves. Returns it."""
    word = secrets.token_hex(6)
    path = f"/tmp/{name}.txt"
    desk.put(path, "".join(f"line {number} of a long text\n" for number in range(200)))
    process, _ = desk.open(name, app, *command, path)
    desk.until(lambda: f"{name}.txt" in desk.find(app)["title"], f"{name}: its file is not loaded", 90)
    # An editor that is still loading the file takes keys and does nothing with them.
    for _ in range(8):
        desk.click(*center(desk.find(app)))
        desk.probe.ask(f"type {word}")
        time.sleep(1)
        desk.probe.ask("key Ctrl+s")
        if word in desk.shell(f"sleep 2; cat {path}"):
            break
    expect(word in desk.shell(f"cat {path}"), f"{name} did not save what was typed")
    expect(len(set(desk.top_colors(desk.find(app)))) > 1, f"{name} draws one colour only")
    return process


def scrolls(desk, app):
    """The wheel moves the text under the pointer."""
    window = desk.find(app)
    x, y = window["x"] + 100, window["y"] + window["height"] // 2

    def row():
        return [desk.pixel(x + i * 3, y) for i in range(30)]
    desk.probe.ask(f"pointer {x} {y}")
    for _ in range(3):
        before = row()
        desk.probe.ask("scroll 2")
        time.sleep(1)
        if row() != before:
            return
    expect(False, f"{app} does not scroll")


def foot(desk):
    process, window = desk.open("foot", "foot", "foot", "--title=foot")
    desk.click(window["x"] + 100, window["y"] + 100)
    desk.probe.ask("type printf '\\033]2;typed\\007'; ls --color /")
    desk.probe.ask("key Return")
    desk.window("typed")
    desk.resize("foot")
    desk.fill_and_restore("foot")
    desk.picture("foot")
    desk.close_by_button(process, "foot")


def weston_terminal(desk):
    process, window = desk.open("weston-terminal", WESTON, "weston-terminal")
    desk.click(*center(window))
    desk.guest(VM, "sh", "-c", "rm -f /tmp/weston; mkfifo /tmp/weston")
    desk.probe.ask("type echo typed > /tmp/weston")
    desk.probe.ask("key Return")
    equal(desk.guest(VM, "cat", "/tmp/weston", timeout=60).strip(), "typed", "weston-terminal")
    # Its own title bar, and a menu that knows no Escape but ends with a click beside it.
    desk.popup(WESTON, [f"click {window['x'] + 150} {window['y'] + 150} right"], "weston-terminal")
    desk.click(window["x"] + window["width"] - 30, window["y"] + window["height"] - 30)
    desk.no_popup(WESTON)
    desk.resize(WESTON)
    desk.close(process, WESTON)


# Program, app-id after org.freedesktop.weston., and whether it draws a title bar with a button to close it.
DEMOS = [("clickdot", "wayland-clickdot", True), ("eventdemo", "eventdemo", True), ("resizor", "wayland-resizor", True),
         ("subsurfaces", "wayland-sub-surface-demo", True), ("flower", "flower", False), ("smoke", "smoke", False),
         ("simple-damage", "simple-damage", False), ("simple-shm", "simple-shm", False)]


def weston_demos(desk):
    started = []
    for name, app, has_bar in DEMOS:
        app = f"org.freedesktop.weston.{app}"
        process, window = desk.open(f"weston-{name}", app, f"weston-{name}")
        if name == "smoke":
            for step in range(30):
                desk.probe.ask(f"pointer {window['x'] + 20 + step * 5} {window['y'] + 90 + step % 7 * 6}")
                time.sleep(0.05)
        desk.until(lambda: len(set(desk.top_colors(window) if has_bar else desk.colors(window))) > 1,
                   f"{app} draws one colour only")
        started.append((process, app, has_bar))
    desk.picture("weston-demos")
    for process, app, has_bar in started:
        desk.choose(app)
        window = desk.find(app)
        if has_bar:
            desk.click(window["x"] + window["width"] - 26, window["y"] + 14)
            desk.gone(process, app)
        else:
            desk.probe.ask("key Super+q")
            desk.session.wait_gone(app, 60)


def weston_drags(desk):
    """A flower is dragged inside of its window; on the way it wears its VM's frame and chip."""
    process, window = desk.open("weston-dnd", FLOWERS, "weston-dnd")
    places = [(window["x"] + 54 + column * 80, window["y"] + 75 + row * 80) for column in range(4) for row in range(4)]
    desk.until(lambda: len(set(desk.colors(window))) > 1, "no flower")
    # It grows at random places.
    ground = desk.pixel(window["x"] + 14, window["y"] + 115)
    start = next(place for place in places if desk.pixel(*place) != ground)
    end = next(place for place in places if desk.pixel(*place) == ground)
    flower = desk.pixel(*start)
    desk.probe.ask(f"pointer {start[0]} {start[1]}")
    desk.probe.ask("button-down left")
    time.sleep(1)
    for step in range(1, 6):
        x, y = (start[i] + (end[i] - start[i]) * step // 5 for i in (0, 1))
        desk.probe.ask(f"pointer {x} {y}")
        time.sleep(0.1)
    desk.probe.ask(f"wait-box {desk.inside(window)} {FILL} 20", 25)
    desk.picture("weston-dnd")
    desk.probe.ask("button-up left")
    desk.until(lambda: desk.pixel(*end) == flower, "the flower was not dropped")
    desk.no_popup(FLOWERS)
    desk.close(process, FLOWERS)


def gtk_editor(desk):
    process = written(desk, "gnome-text-editor", GTK, "gnome-text-editor")
    scrolls(desk, GTK)
    window = desk.find(GTK)
    x, y = window["x"] + 250, window["y"] + 60
    desk.popup(GTK, [f"click {x} {y} right"], "gnome-text-editor-menu")
    # "Select all", by mouse: the menu hangs from the pointer.
    desk.click(x + 60, y + 240)
    desk.no_popup(GTK)
    desk.probe.ask("key Ctrl+c")
    # Its main menu is left of the three buttons of its own bar.
    desk.popup(GTK, [f"click {window['x'] + window['width'] - 140} {window['y'] + 24}"], "gnome-text-editor-main-menu")
    desk.escape(GTK)
    desk.resize(GTK)
    desk.fill_and_restore(GTK)
    desk.hide_and_show(GTK)
    desk.gtk = process


def qt_editor(desk):
    """What was copied in the GTK editor is pasted here: another program of the same VM."""
    app = "featherpad"
    process = written(desk, app, app, app)
    scrolls(desk, app)
    window = desk.find(app)
    desk.popup(app, [f"click {window['x'] + 60} {window['y'] + 8}"], "featherpad-edit-menu")
    desk.escape(app)
    desk.popup(app, [f"click {window['x'] + 200} {window['y'] + 200} right"], "featherpad-menu")
    desk.escape(app)
    desk.probe.ask("key Ctrl+a")
    desk.probe.ask("key Ctrl+v")
    time.sleep(2)
    desk.probe.ask("key Ctrl+s")
    theirs = desk.shell("cat /tmp/gnome-text-editor.txt")
    desk.until(lambda: desk.shell("cat /tmp/featherpad.txt") == theirs, "the other editor's text was not pasted", 20)
    desk.resize(app)
    desk.fill_and_restore(app)
    desk.hide_and_show(app)
    desk.close_by_button(process, app)
    # The GTK editor draws its own bar: its own button, the last one of it.
    desk.choose(GTK)
    window = desk.find(GTK)
    desk.click(window["x"] + window["width"] - 26, window["y"] + 24)
    desk.gone(desk.gtk, GTK)


def player(desk):
    desk.guest(VM, "ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=duration=20:size=640x360:rate=10",
               "-c:v", "mpeg4", "-q:v", "5", "/tmp/clip.mkv", timeout=300)
    process, window = desk.open("mpv", "mpv", "mpv", "--no-audio", "--loop", "--osc=no",
                                "--input-ipc-server=/tmp/mpv", "/tmp/clip.mkv")
    first = desk.colors(window)
    desk.picture("mpv")
    desk.until(lambda: desk.colors(window) != first, "the picture stands still")
    desk.fill_and_restore("mpv")
    desk.probe.ask("key f")
    desk.until(lambda: desk.find("mpv")["fullscreen"], "full screen")
    desk.follows("mpv", "full screen")
    desk.probe.ask("key f")
    desk.until(lambda: not desk.find("mpv")["fullscreen"], "no way back")
    first = desk.colors(desk.find("mpv"))
    desk.until(lambda: desk.colors(desk.find("mpv")) != first, "the picture stands still afterwards")
    desk.close_by_button(process, "mpv")


def two_machines(desk):
    """Alt + Tab goes between the machines' windows, and the keys go where the frame says."""
    script = "read word; echo $word > /tmp/word; read end"
    first, _ = desk.open("here", "in-work", "foot", "--title=in-work", "sh", "-c", script)
    other = desk.session.run_in_vm("other", "foot", "--title=in-other", "sh", "-c", script, name="there")
    desk.window("in-other")
    words = {}
    for vm in (VM, "other", VM, "other"):
        desk.choose(f"in-{vm}")
        words[vm] = words.get(vm, "") + secrets.token_hex(3)
        desk.probe.ask(f"type {words[vm][-6:]}")
    desk.picture("two-machines")
    for vm in (VM, "other"):
        desk.choose(f"in-{vm}")
        desk.probe.ask("key Return")
        desk.until(lambda: desk.guest(vm, "cat", "/tmp/word", check=False).strip() == words[vm],
                   f"{vm} has other words")
    for vm, process in ((VM, first), ("other", other)):
        desk.choose(f"in-{vm}")
        desk.close_by_button(process, f"in-{vm}")


def firefox(desk):
    # Without its first day's tour and questions, which move the page.
    desk.shell("mkdir -p /tmp/firefox")
    desk.put("/tmp/firefox/user.js", 'user_pref("datareporting.policy.dataSubmissionEnabled", false);\n'
             'user_pref("browser.aboutwelcome.enabled", false);\n')
    process, app = browsers.used(desk, "firefox", "firefox-esr", "--no-remote", "--profile", "/tmp/firefox",
                                without=[browsers.near_the_edge])
    # It draws its own bar.
    window = desk.find(app)
    desk.click(window["x"] + window["width"] - 16, window["y"] + 18)
    desk.gone(process, app)


def chromium(desk):
    process, app = browsers.used(desk, "chromium", "chromium", "--no-first-run", "--ozone-platform=wayland")
    desk.close(process, app)


def nothing_is_left_behind(desk):
    left = desk.session.stop()
    equal(left, {}, "processes that had to be killed")
    desk.session.remove()


CASES = [foot, weston_terminal, weston_demos, weston_drags, gtk_editor, qt_editor, player, two_machines, firefox,
         chromium]


def main():
    if os.environ.get("SILO_TEST_FULL") != "1":
        print("1..0 # SKIP only with tools/test --full: its image is another 460 MB to fetch")
        return 0
    chosen = [case for case in CASES if not sys.argv[3:] or case.__name__ in sys.argv[3:]]
    with tempfile.TemporaryDirectory() as scratch:
        desk = Desk(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else scratch)
        os.makedirs(desk.pictures, exist_ok=True)
        return tap.run(desk, [the_machines_boot, *chosen], nothing_is_left_behind)


if __name__ == "__main__":
    sys.exit(main())
