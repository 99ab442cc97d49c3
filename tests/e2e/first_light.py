#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""End to end: real Linux guests under software emulation on a headless Silo desktop.

usage: first_light.py BUILD"""

import os
import secrets
import signal
import sys

import tap
from session import context_switches, descendants
from world import GREEN, RED, World, equal, expect, open_terminal

EDGE = 4


def the_session_starts(world):
    world.start()


def two_machines_boot_and_show_a_terminal_each(world):
    boots = set()
    for vm in ("banking", "untrusted"):
        open_terminal(world, vm)
        equal(world.session.status(vm)["state"], "running", vm)
        boots.add(world.boot_id(vm))
    equal(len(boots), 2, "different boot ids")


def frames_have_their_machines_colour(world):
    for vm, colour in (("banking", GREEN), ("untrusted", RED)):
        window = world.focus(vm)
        x, y, width, height = (window[key] for key in ("x", "y", "width", "height"))
        for dx, dy in ((-EDGE // 2, height // 2), (width + EDGE // 2 - 1, height // 2),
                       (width // 2, height + EDGE // 2 - 1)):
            equal(world.pixel(x + dx, y + dy), colour, f"edge of {vm} at {dx},{dy}")


def typed_words_reach_their_machine_only(world):
    for vm, other in (("banking", "untrusted"), ("untrusted", "banking")):
        nonce = secrets.token_hex(12)
        world.focus(vm)
        world.guest(vm, "mkfifo", "/tmp/nonce")
        world.probe.ask(f"type echo {nonce} | tee /tmp/nonce /tmp/typed")
        world.probe.ask("key Return")
        equal(world.guest(vm, "cat", "/tmp/nonce", timeout=60).strip(), nonce, f"typed into {vm}")
        world.guest(vm, "rm", "/tmp/nonce")
        found = world.guest(other, "grep", "-rl", nonce, "/tmp", check=False)
        equal(found.strip(), "", f"found in {other}")


def a_window_is_resized_by_its_edge(world):
    client = world.session.run_in_vm("banking", "/usr/lib/silo/tests/test-window", "--title", "sized", "--decorated",
                                     "--size", "400x300", name="sized")
    window = world.window("sized")
    x, y = window["x"], window["y"]
    world.click(x + 200, y + 150)
    world.probe.ask(f"drag {x + 400 + 1} {y + 150} {x + 280 + 1} {y + 150}")
    world.probe.ask(f"wait-pixel {x + 280 + 2} {y + 150} #{GREEN} 10")
    equal(world.window("sized")["width"], 280, "width")
    world.probe.ask("key Super+q")
    world.session.wait_gone("sized")
    client.wait(20)


def a_popup_is_framed(world):
    client = world.session.run_in_vm("untrusted", "/usr/lib/silo/tests/test-window", "--title", "menu", "--decorated",
                                     "--popup", "--size", "300x200", name="menu")
    window = world.window("menu")
    x, y = window["x"], window["y"]
    # It opens at the click, one pixel right of and below it; its frame is two pixels wide.
    world.click(x + 40, y + 40)
    world.click(x + 40, y + 40)
    world.probe.ask(f"wait-pixel {x + 40} {y + 90} #{RED} 10", 20)
    world.probe.ask(f"wait-pixel {x + 41 + 160} {y + 90} #{RED} 10", 20)
    world.probe.ask("key Super+q")
    world.session.wait_gone("menu")
    client.wait(20)


def a_gtk_dialog_with_its_own_title_bar_is_answered(world):
    dialog = world.session.run_in_vm("untrusted", "zenity", "--question", "--text=Really?", name="zenity")
    window = world.window("zenity", 90)
    # A thin frame on all sides; the label tab stands on its top left corner.
    x, y, width, height = (window[key] for key in ("x", "y", "width", "height"))
    world.click(x + width // 2, y + height // 3)
    for at in ((x - 2, y + height // 2), (x + width + 1, y + height // 2), (x + width // 2, y + height + 1),
               (x + width - 20, y - 2)):
        world.probe.ask(f"wait-pixel {at[0]} {at[1]} #{RED} 10", 20)
    world.probe.ask("key Return")
    equal(dialog.wait(30), 0, "zenity's answer")


def run_answers_with_output_and_exit_status(world):
    result = world.session.vmctl("run", "banking", "sh", "-c", "echo out; echo err >&2; exit 7", check=False)
    equal((result.stdout, result.stderr, result.returncode), ("out\n", "err\n", 7), "vmctl run")
    result = world.session.vmctl("run", "banking", "cat", stdin="in\n" * 1000)
    equal(result.stdout, "in\n" * 1000, "standard input")


def a_launch_that_fails_in_the_guest_is_told_on_the_screen(world):
    def launch(application):
        world.session.call("io.silo.Manager.Launch", name="banking", application=application)
    launch("absent")
    notice = world.session.wait_notice("Not started: this virtual machine has no such program")
    equal((notice["source"]["name"], notice["detail"]), ("banking", "“Absent”"), "who and what")
    launch("locked")
    world.session.wait_notice("Not started: the program may not be run there")
    launch("brief")
    world.session.wait_notice("Not running: it ended at once, with status 3")
    # One that runs is no news, and outlives the call.
    world.guest("banking", "mkfifo", "/tmp/launched")
    launch("fine")
    equal(world.guest("banking", "cat", "/tmp/launched").strip(), "up", "the program that was launched")


def a_closed_window_goes_and_the_machine_stays(world):
    world.focus("banking")
    world.probe.ask("key Super+q")
    world.session.wait_gone("banking", 30)
    equal(world.session.status("banking")["state"], "running", "banking")
    open_terminal(world, "banking")


def a_paused_machine_keeps_its_windows(world):
    world.session.vmctl("pause", "banking")
    equal(world.session.status("banking")["state"], "paused", "banking")
    world.window("banking")
    world.session.vmctl("resume", "banking")
    equal(world.guest("banking", "echo", "back").strip(), "back", "after resume")
    nonce = secrets.token_hex(8)
    world.focus("banking")
    world.guest("banking", "mkfifo", "/tmp/after")
    world.probe.ask(f"type echo {nonce} > /tmp/after")
    world.probe.ask("key Return")
    equal(world.guest("banking", "cat", "/tmp/after", timeout=60).strip(), nonce, "typed after resume")


def nothing_runs_while_nothing_happens(world):
    """No context switch of any host process in a while, both windows open."""
    pids = {pid: name for pid, name in descendants(os.getpid()).items() if name.startswith("silo")}
    # Whoever hung up just now is still being forgotten, and the strip says three seconds longer who took pictures.
    signal.sigtimedwait(set(), 4)
    before = {pid: context_switches(pid) for pid in pids}
    signal.sigtimedwait(set(), 10 if not os.environ.get("SILO_TEST_FULL") == "1" else 30)
    busy = {f"{pids[pid]} ({pid})": context_switches(pid) - count for pid, count in before.items()
            if context_switches(pid) != count}
    equal(busy, {}, "context switches")


def nothing_is_left_behind(world):
    left = world.session.stop()
    equal(left, {}, "processes that had to be killed")
    world.session.remove()


CASES = [
    the_session_starts,
    two_machines_boot_and_show_a_terminal_each,
    frames_have_their_machines_colour,
    typed_words_reach_their_machine_only,
    a_window_is_resized_by_its_edge,
    run_answers_with_output_and_exit_status,
    a_launch_that_fails_in_the_guest_is_told_on_the_screen,
    nothing_runs_while_nothing_happens,
    a_popup_is_framed,
    a_gtk_dialog_with_its_own_title_bar_is_answered,
    a_closed_window_goes_and_the_machine_stays,
    a_paused_machine_keeps_its_windows,
]

if __name__ == "__main__":
    sys.exit(tap.run(World(sys.argv[1]), CASES, nothing_is_left_behind))
