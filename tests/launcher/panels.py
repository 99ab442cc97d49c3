#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Panel and strip on two outputs, of which one is switched off and on. usage: panels.py BUILD"""

import os
import signal
import sys
import time

from desktop import Failed, want
from panel import BLUE, GROUPS_X, HEIGHT, INK, MIDDLE, RED, SURFACE, WAIT_S, Desk, ends_well, run

FIRST, SECOND = "HEADLESS-1", "HEADLESS-2"
WIDTH, OTHER_HEIGHT = 1280, 600
LINE = "#3b3f44"


def color(desk, output, x, y):
    return desk.probe.ask(f"pixel {x} {y} {output}")["color"]


def wait_color(desk, output, x, y, expected):
    deadline = time.monotonic() + WAIT_S
    while (seen := color(desk, output, x, y)) != expected:
        if time.monotonic() > deadline:
            raise Failed(f"{output} at {x}, {y}: {seen}, not {expected}")
        time.sleep(0.05)


def read_settings(desk, text):
    """Reads them again, and looks anew: the probe knows the outputs that were there when it came."""
    (desk.session.directory / "config/silo/config").write_text(text)
    before = desk.session.log_tail("silo.log", 1000).count("read again")
    os.kill(desk.session.silo.pid, signal.SIGHUP)
    deadline = time.monotonic() + WAIT_S
    while desk.session.log_tail("silo.log", 1000).count("read again") == before:
        if time.monotonic() > deadline:
            raise Failed("the settings were not read again")
        time.sleep(0.05)
    desk.session.probe.close()
    desk.session.probe = None
    desk.probe = desk.session.open_probe()


def each_output_has_both(desk):
    wait_color(desk, FIRST, 30, HEIGHT - 4, SURFACE)
    wait_color(desk, SECOND, 30, OTHER_HEIGHT - 4, SURFACE)
    wait_color(desk, FIRST, 600, 26, LINE)
    wait_color(desk, SECOND, 600, 26, LINE)
    desk.window("work", "one")
    # The keyboard's output has the colour; the other says the same in grey.
    wait_color(desk, FIRST, 600, 26, BLUE)
    want(color(desk, SECOND, 600, 26), LINE, "the other output's strip")
    wait_color(desk, FIRST, GROUPS_X + 2, MIDDLE, "#015ba5")
    wait_color(desk, SECOND, GROUPS_X + 2, OTHER_HEIGHT - 22, "#015ba5")


def both_are_pressed(desk):
    desk.window("untrusted", "two")
    want(desk.focused(), ["one"], "who has the keyboard at first")
    middle = OTHER_HEIGHT - 22
    x = next(x for x in range(GROUPS_X + 60, 600, 4) if color(desk, SECOND, x, middle + 14) == "#9e212c")
    desk.probe.ask(f"click {WIDTH + x + 4} {middle}")
    desk.clients[1].wait("keyboard-enter")
    want(desk.focused(), ["two"], "after a click on the second output's panel")
    desk.clients[0].lines()
    desk.probe.ask(f"click {GROUPS_X + 4} {MIDDLE}")
    desk.clients[0].wait("keyboard-enter")
    # Hovered where the pointer is and nowhere else.
    desk.probe.ask(f"pointer {64 + 3 * 32 + 4} {MIDDLE}")
    wait_color(desk, FIRST, 64 + 3 * 32 + 4, MIDDLE, LINE)
    want(color(desk, SECOND, 64 + 3 * 32 + 4, middle), SURFACE, "the other panel under no pointer")


def workspaces_are_the_same_on_both(desk):
    desk.probe.ask(f"click {WIDTH + 64 + 32 + 4} {OTHER_HEIGHT - 22}")
    wait_color(desk, FIRST, 64 + 32 + 4, MIDDLE, INK)
    wait_color(desk, SECOND, 64 + 32 + 4, OTHER_HEIGHT - 22, INK)
    desk.probe.ask(f"click {64 + 4} {MIDDLE}")
    wait_color(desk, SECOND, 64 + 4, OTHER_HEIGHT - 22, INK)


def an_output_goes_and_comes_with_its_panel(desk):
    pid = desk.pid("silo-panel")
    for scale in (1, 2):
        read_settings(desk, f"output {SECOND} {{\n\toff\n}}\n")
        wait_color(desk, FIRST, GROUPS_X + 2, MIDDLE, "#015ba5")
        read_settings(desk, f"output {SECOND} {{\n\tscale {scale}\n}}\n")
        wait_color(desk, SECOND, 30 * scale, OTHER_HEIGHT - 4, SURFACE)
    # The first one too, with the keyboard's window on it, which comes to the second.
    read_settings(desk, f"output {FIRST} {{\n\toff\n}}\n")
    wait_color(desk, SECOND, GROUPS_X + 2, OTHER_HEIGHT - 22, "#015ba5")
    wait_color(desk, SECOND, 600, 26, BLUE)
    read_settings(desk, "")
    wait_color(desk, FIRST, GROUPS_X + 2, MIDDLE, "#015ba5")
    want(desk.pid("silo-panel"), pid, "the panel's process")


def a_notice_goes_where_the_keyboard_is(desk):
    desk.call("Notify", kind="start", title="Starting media", seconds=60, tag="t",
              source={"name": "media", "color": "#ee7d1f", "glyph": "plus"})
    at_first, at_second = (WIDTH - 560) // 2 + 24 + 3, (800 - 560) // 2 + 24 + 3
    wait_color(desk, FIRST, at_first, 48, "#f4ae74")
    # Its screen goes, and it comes with the window that was there.
    read_settings(desk, f"output {FIRST} {{\n\toff\n}}\n")
    wait_color(desk, SECOND, at_second, 48, "#f4ae74")
    desk.call("WithdrawNotice", tag="t")
    read_settings(desk, "")
    wait_color(desk, FIRST, GROUPS_X + 2, MIDDLE, "#015ba5")


def it_wears_the_colours_of_the_session(desk):
    read_settings(desk, "appearance light\n")
    for output, height in ((FIRST, HEIGHT), (SECOND, OTHER_HEIGHT)):
        wait_color(desk, output, 30, height - 4, "#f3f2ef")
        want(color(desk, output, 400, 10), "#f3f2ef", "the strip in daylight")
    read_settings(desk, "")
    wait_color(desk, FIRST, 30, HEIGHT - 4, SURFACE)
    wait_color(desk, FIRST, GROUPS_X + 2, MIDDLE, "#015ba5")


TESTS = (each_output_has_both, both_are_pressed, workspaces_are_the_same_on_both, an_output_goes_and_comes_with_its_panel,
         a_notice_goes_where_the_keyboard_is, it_wears_the_colours_of_the_session, ends_well)

if __name__ == "__main__":
    sys.exit(run(Desk(sys.argv[1], f"{WIDTH}x{HEIGHT},800x{OTHER_HEIGHT}"), TESTS))
