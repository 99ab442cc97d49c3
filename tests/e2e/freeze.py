#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""End to end: a real machine is frozen and killed by holding the chords, as the user does. Silo runs in a window of a
small compositor, whose virtual keyboard is a real one to it.

usage: freeze.py BUILD"""

import os
import sys
import time
from pathlib import Path

import tap
from clipboard import WAIT_S, Desk, listed
from world import await_end, equal, expect, open_terminal

VM, OTHER = "banking", "untrusted"
FROZEN_S = 3
# A chord must be held for a second.
HELD_S, SHORT_S = 1.4, 0.4
WHITE = "ffffff"


def hold(desk, letter, seconds):
    keys = ("Super_L", "Shift_L", letter)
    for key in keys:
        desk.keyboard.ask(f"key-down {key}")
    time.sleep(seconds)
    for key in reversed(keys):
        desk.keyboard.ask(f"key-up {key}")


def await_state(desk, vm, state):
    deadline = time.monotonic() + WAIT_S
    while desk.session.status(vm)["state"] != state:
        expect(time.monotonic() < deadline, f"{vm} is {desk.session.status(vm)['state']}, not {state}")
        time.sleep(0.1)


def uptime(desk, vm):
    return float(desk.guest(vm, "cut", "-d ", "-f1", "/proc/uptime"))


def worked(desk, vm):
    """Processor time that the machine's monitor has used, in ticks."""
    fields = Path(f"/proc/{desk.pids(vm)['vmm']}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def badges(desk):
    """How much of the strip, right of the tile, is white: badges alone are, and an emulated machine always has one."""
    return sum(desk.pixel(x, 6) == WHITE for x in range(140, 400, 2))


def brightness(color):
    return sum(int(color[i:i + 2], 16) for i in (0, 2, 4))


def middle(desk, vm):
    window = desk.window(vm)
    return window["x"] + window["width"] // 2, window["y"] + window["height"] * 3 // 4


def two_machines_boot(desk):
    desk.start()
    desk.boot(VM, OTHER)
    open_terminal(desk, OTHER)
    # It reads a line, as a shell does, and counts beside that.
    desk.session.run_in_vm(VM, "foot", "-o", "colors-dark.background=808080", "-o", "colors.background=808080", "sh", "-c",
                           "(while :; do date +%s%N > /tmp/tick; sleep 0.1; done) & read line; echo \"$line\" > /tmp/line; cat",
                           name=f"{VM}-foot")
    desk.window(VM)
    desk.use(VM)
    desk.calm = badges(desk)


def a_short_press_freezes_nothing(desk):
    hold(desk, "f", SHORT_S)
    equal(desk.session.status(VM)["state"], "running", VM)
    hold(desk, "k", SHORT_S)
    equal(desk.session.status(VM)["state"], "running", VM)


def frozen_it_stands_still(desk):
    x, y = middle(desk, VM)
    desk.bright = brightness(desk.pixel(x, y))
    desk.before, desk.began = uptime(desk, VM), time.monotonic()
    desk.use(VM)
    hold(desk, "f", HELD_S)
    await_state(desk, VM, "paused")
    used, since = worked(desk, VM), time.monotonic()
    equal(desk.guest(OTHER, "echo", "on").strip(), "on", "the other machine's answer")
    time.sleep(max(0, FROZEN_S - (time.monotonic() - since)))
    expect(worked(desk, VM) - used <= 2, f"it works on: {worked(desk, VM) - used} ticks")
    expect(badges(desk) > desk.calm + 10, f"no badge in the strip: {badges(desk)} of white, {desk.calm} before")
    dark = brightness(desk.pixel(x, y))
    expect(dark < desk.bright * 0.7, f"its window is not dark: {dark} of {desk.bright}")
    desk.stood = time.monotonic() - since


def thawed_nothing_is_lost(desk):
    """What is typed meanwhile comes when it goes on."""
    desk.keyboard.ask("type held")
    desk.press("Return")
    hold(desk, "f", HELD_S)
    await_state(desk, VM, "running")
    deadline = time.monotonic() + WAIT_S
    while desk.guest(VM, "cat", "/tmp/line", check=False).strip() != "held":
        expect(time.monotonic() < deadline, "what was typed is lost: " + desk.guest(VM, "cat", "/tmp/line", check=False))
    passed, wall = uptime(desk, VM) - desk.before, time.monotonic() - desk.began
    expect(passed < wall - desk.stood * 0.8, f"its clock went on: {passed:.1f} s of {wall:.1f} s, {desk.stood:.1f} s frozen")
    tick = desk.guest(VM, "cat", "/tmp/tick")
    expect(desk.guest(VM, "sh", "-c", "sleep 0.5; cat /tmp/tick") != tick, "its programs do not go on")
    equal(badges(desk), desk.calm, "white in the strip")
    x, y = middle(desk, VM)
    expect(abs(brightness(desk.pixel(x, y)) - desk.bright) < 24, "its window stays dark")


def killed_it_is_gone(desk):
    vmm = os.pidfd_open(desk.pids(VM)["vmm"])
    desk.use(VM)
    hold(desk, "k", HELD_S)
    await_end(vmm, WAIT_S, "the machine")
    await_state(desk, VM, "stopped")
    desk.session.wait_gone(VM, WAIT_S)
    expect(not any(entry["domain"] == VM for entry in listed(desk)), "its windows are listed")
    equal(desk.guest(OTHER, "echo", "on").strip(), "on", "the other machine's answer")
    expect(any(entry["domain"] == OTHER for entry in listed(desk)), "the other machine's window is gone")


def nothing_is_left_behind(desk):
    if desk.keyboard is not None:
        desk.keyboard.close()
    left = desk.session.stop()
    equal(left, {}, "processes that had to be killed")
    desk.session.remove()


CASES = [
    two_machines_boot,
    a_short_press_freezes_nothing,
    frozen_it_stands_still,
    thawed_nothing_is_lost,
    killed_it_is_gone,
]

if __name__ == "__main__":
    sys.exit(tap.run(Desk(sys.argv[1]), CASES, nothing_is_left_behind))
