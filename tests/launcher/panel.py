#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""silo-panel, and the launcher as silo starts it, in the real compositor, headless, with windows of several domains and
a stand-in for silo-vmd. usage: panel.py BUILD"""

import os
import subprocess
import sys
import time
from pathlib import Path

from desktop import Domain, Failed, want
from fake_manager import FakeManager, application, vm
from session import Session, StepFailed, context_switches

WAIT_S = 10
INK, SURFACE = "#eceae6", "#1f2225"
HEIGHT = 720
MIDDLE = HEIGHT - 22
GROUPS_X = 64 + 4 * 32 + 21
BLUE, RED, ORANGE = "#0175d4", "#ca2a39", "#ee7d1f"


class Desk:
    def __init__(self, build, outputs=f"1280x{HEIGHT}"):
        self.build = Path(build)
        self.session = Session(build, "", outputs=outputs, panel=True)
        self.manager = FakeManager(self.session.runtime,
                                   [vm("work", BLUE, "square"), vm("untrusted", RED, "triangle"),
                                    vm("media", ORANGE, "plus", state="stopped")],
                                   [application("work", "foot", "Terminal")])
        self.session.start_silo(vmd=False)
        self.probe = self.session.open_probe()
        self.domains = {name: Domain(self.session, name, color) for name, color in (("work", BLUE), ("untrusted", RED))}
        self.clients = []

    def window(self, domain, title):
        client = self.domains[domain].client("--title", title, "--decorated", "--size", "200x100")
        self.clients.append(client)
        self.probe.ask(f'wait-window "{title}" {WAIT_S}')
        return client

    def wait_pixel(self, x, y, color):
        self.probe.ask(f"wait-pixel {x} {y} {color} {WAIT_S}")

    def call(self, method, **parameters):
        return self.session.call(f"io.silo.Compositor.{method}", **parameters)

    def focused(self):
        return [window["title"] for window in self.session.windows() if window["focused"]]

    def pid(self, name):
        return self.session.find_process(name)


def groups_show_their_vms(desk):
    desk.wait_pixel(30, HEIGHT - 4, SURFACE)
    desk.window("work", "one")
    desk.wait_pixel(GROUPS_X + 2, MIDDLE, "#015ba5")
    desk.window("untrusted", "two")
    # A start: a hollow plate that fills, after the others.
    desk.manager.tell(vm("media", ORANGE, "plus", state="starting", since=int(time.time() * 1000) - 9000))
    desk.manager.tell(vm("media", ORANGE, "plus", state="stopped"))


def a_press_on_a_title_shows_the_window(desk):
    want(desk.focused(), ["one"], "who has the keyboard at first")
    picture = desk.probe
    # The second group's plate begins after the first group; its colour says where.
    x = next(x for x in range(GROUPS_X + 60, 600, 4) if picture.ask(f"pixel {x} {MIDDLE + 14}")["color"] == "#9e212c")
    desk.probe.ask(f"click {x + 4} {MIDDLE}")
    desk.clients[1].wait("keyboard-enter")
    want(desk.focused(), ["two"], "who has the keyboard after a click on the other's plate")
    desk.clients[0].lines()
    desk.probe.ask(f"click {GROUPS_X + 4} {MIDDLE}")
    desk.clients[0].wait("keyboard-enter")
    want(desk.focused(), ["one"], "and after one on the first's")


def workspaces_are_switched(desk):
    desk.probe.ask(f"click {64 + 32 + 4} {MIDDLE}")
    desk.wait_pixel(64 + 32 + 4, MIDDLE, INK)
    want(desk.call("ListWorkspaces")["current"], 2, "the workspace that is shown")
    desk.wait_pixel(GROUPS_X + 2, MIDDLE, SURFACE)
    desk.probe.ask(f"click {64 + 4} {MIDDLE}")
    desk.wait_pixel(64 + 4, MIDDLE, INK)
    desk.wait_pixel(GROUPS_X + 2, MIDDLE, "#015ba5")


def the_mark_opens_the_launcher(desk):
    desk.probe.ask(f"click 6 {MIDDLE}")
    desk.probe.ask("pointer 700 300")
    desk.wait_pixel(6, MIDDLE, INK)
    # It stands on the panel: its first row, chosen.
    desk.wait_pixel(318, HEIGHT - 44 - 648 + 110, INK)
    desk.probe.ask("type term")
    desk.probe.ask("key Return")
    want(desk.manager.wait_call("Launch"), {"name": "work", "application": "foot"}, "what was started")
    desk.wait_pixel(6, MIDDLE, SURFACE)


def a_call_by_hand_toggles_it(desk):
    environment = dict(desk.session.environment, WAYLAND_DISPLAY=desk.session.display)
    for color in (INK, SURFACE):
        desk.probe.ask("pointer 700 300")
        result = subprocess.run([desk.build / "launcher/silo-launcher"], env=environment, capture_output=True,
                                text=True, timeout=WAIT_S)
        want((result.returncode, result.stderr), (0, ""), "silo-launcher by hand")
        desk.wait_pixel(6, MIDDLE, color)
        if color == INK:
            desk.wait_pixel(318, HEIGHT - 44 - 648 + 110, INK)


def a_killed_launcher_gives_the_keyboard_back(desk):
    desk.call("ToggleLauncher")
    desk.wait_pixel(318, HEIGHT - 44 - 648 + 110, INK)
    os.kill(desk.pid("silo-launcher"), 9)
    desk.wait_pixel(6, MIDDLE, SURFACE)
    desk.clients[0].lines()
    desk.probe.ask("type a")
    desk.clients[0].wait("key 30 pressed")


def a_killed_panel_comes_back(desk):
    pid = desk.pid("silo-panel")
    os.kill(pid, 9)
    desk.wait_pixel(GROUPS_X + 2, MIDDLE, "#015ba5")
    deadline = time.monotonic() + WAIT_S
    while desk.pid("silo-panel") in (None, pid):
        if time.monotonic() > deadline:
            raise Failed("the panel did not come back")
        time.sleep(0.05)
    desk.wait_pixel(GROUPS_X + 2, MIDDLE, "#015ba5")


def notify(desk, **more):
    return desk.call("Notify", **{"kind": "start", "source": {"name": "media", "color": ORANGE, "glyph": "plus"}, **more})


# The notice is in the middle of the strip's lower edge: its plate's cell, and its foot.
NOTICE_PLATE, NOTICE_BESIDE = (360 + 24 + 3, 28 + 20), (360 + 280, 28 + 80)
LIGHT_ORANGE, RAISED = "#f4ae74", "#282b2f"


def a_notice_hangs_from_the_strip_and_takes_no_key(desk):
    desk.clients[0].lines()
    before = desk.probe.ask(f"pixel {NOTICE_BESIDE[0]} {NOTICE_BESIDE[1]}")["color"]
    notify(desk, failure=True, detail="“Image Editor”", title="Not started: the image has no kernel",
           text="Build it with: silo-guest-image")
    desk.wait_pixel(*NOTICE_PLATE, LIGHT_ORANGE)
    desk.probe.ask("type b")
    desk.clients[0].wait("key 48 pressed")
    # The strip is above it, as ever: the keyboard's VM, and its line across the screen.
    want(desk.probe.ask("pixel 640 26")["color"], BLUE, "the strip's line above the notice")
    # A press puts it away, and what is below has not moved.
    desk.probe.ask(f"click {NOTICE_BESIDE[0]} {NOTICE_BESIDE[1]}")
    desk.wait_pixel(*NOTICE_BESIDE, before)
    desk.probe.ask("type b")
    desk.clients[0].wait("key 48 pressed")
    # Another goes by itself, not before its time.
    started = time.monotonic()
    notify(desk, title="Started", seconds=1)
    desk.wait_pixel(*NOTICE_PLATE, LIGHT_ORANGE)
    desk.probe.ask("pointer 700 300")
    desk.wait_pixel(*NOTICE_BESIDE, before)
    if not 0.9 < time.monotonic() - started < 4:
        raise Failed(f"a notice of a second went after {time.monotonic() - started:.1f} s")


def a_notice_outlives_the_panel_and_shows_above_the_launcher(desk):
    notify(desk, tag="t", title="Not started", failure=True, seconds=60)
    desk.wait_pixel(*NOTICE_PLATE, LIGHT_ORANGE)
    os.kill(desk.pid("silo-panel"), 9)
    desk.wait_pixel(30, HEIGHT - 4, SURFACE)
    desk.wait_pixel(*NOTICE_PLATE, LIGHT_ORANGE)
    desk.call("ToggleLauncher")
    desk.wait_pixel(318, HEIGHT - 44 - 648 + 110, INK)
    desk.wait_pixel(*NOTICE_PLATE, LIGHT_ORANGE)
    desk.probe.ask("key Escape")
    desk.wait_pixel(6, MIDDLE, SURFACE)
    desk.call("WithdrawNotice", tag="t")
    desk.probe.ask(f"wait-no-box {NOTICE_PLATE[0]} {NOTICE_PLATE[1]} 1 1 {LIGHT_ORANGE} {WAIT_S}", WAIT_S + 5)


def left_alone_it_sleeps(desk):
    desk.probe.ask("pointer 700 300")
    # Not across a minute, at which the clock is drawn.
    if time.time() % 60 > 55:
        time.sleep(61 - time.time() % 60)
    time.sleep(1)
    pid = desk.pid("silo-panel")
    before = context_switches(pid)
    time.sleep(1)
    want(context_switches(pid) - before, 0, "context switches of the panel while nothing happens")


def ends_well(desk):
    for client in desk.clients:
        client.process.terminate()
        client.ended()
    desk.manager.close()
    left = desk.session.stop()
    log = desk.session.log_tail("silo.log", 40)
    desk.session.remove()
    want(left, {}, "processes left over")
    want(desk.session.silo.returncode, 0, f"the compositor's exit status, after saying:\n{log}\n")


TESTS = (groups_show_their_vms, a_press_on_a_title_shows_the_window, workspaces_are_switched,
         the_mark_opens_the_launcher, a_call_by_hand_toggles_it, a_killed_launcher_gives_the_keyboard_back,
         a_killed_panel_comes_back, a_notice_hangs_from_the_strip_and_takes_no_key,
         a_notice_outlives_the_panel_and_shows_above_the_launcher, left_alone_it_sleeps, ends_well)


def run(desk, tests):
    """Runs the tests in turn and says how they went. Returns an exit status."""
    print(f"1..{len(tests)}")
    fine = True
    for number, test in enumerate(tests, 1):
        try:
            test(desk)
        except (Failed, StepFailed, AssertionError, OSError, StopIteration, subprocess.SubprocessError) as error:
            fine = False
            text = f"{error!r}".replace("\n", "\n# ")
            print(f"not ok {number} {test.__name__}\n# {text}", flush=True)
        else:
            print(f"ok {number} {test.__name__}", flush=True)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(run(Desk(sys.argv[1]), TESTS))
