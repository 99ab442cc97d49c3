#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""End to end: real Linux guests under software emulation on a headless Silo desktop.

usage: first_light.py BUILD"""

import os
import secrets
import select
import signal
import sys
import time

import tap
from session import Session, Watch, context_switches, descendants

GREEN, RED = "337745", "ca2a39"
MANIFEST = f"""version 1

vm banking {{
	color "#{GREEN}"
	memory 640M
	image default
	emulation allow
	root allow
}}

vm untrusted {{
	color "#{RED}"
	memory 640M
	image default
	emulation allow
	root allow
}}
"""
EDGE = 4


class World:
    def __init__(self, build):
        self.session = Session(build, MANIFEST)
        self.probe = None

    def diagnosis(self):
        return self.session.log_tail("silo.log", 12)

    def guest(self, vm, *command, timeout=120, check=True):
        return self.session.vmctl("run", vm, *command, timeout=timeout, check=check).stdout

    def window(self, vm, timeout=60):
        return self.session.wait_window(vm, timeout)

    def pixel(self, x, y):
        return self.probe.ask(f"pixel {x} {y}")["color"].lstrip("#").lower()

    def click(self, x, y):
        self.probe.ask(f"click {x} {y}")

    def focus(self, vm):
        window = self.window(vm)
        self.click(window["x"] + window["width"] // 2, window["y"] + window["height"] // 2)
        return window

    def boot_id(self, vm):
        return self.guest(vm, "cat", "/proc/sys/kernel/random/boot_id").strip()

    def pids(self, vm):
        return self.session.status(vm)["pids"]


def expect(condition, text):
    if not condition:
        raise AssertionError(text)


def equal(got, wanted, what):
    expect(got == wanted, f"{what}: {got!r}, not {wanted!r}")


def open_terminal(world, vm):
    world.session.run_in_vm(vm, "foot", name=f"{vm}-foot")
    return world.window(vm)


def the_session_starts(world):
    world.session.start()
    world.probe = world.session.open_probe()


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


def a_rebooting_machine_comes_back(world):
    before = world.boot_id("banking")
    vmm = os.pidfd_open(world.pids("banking")["vmm"])
    world.session.vmctl("run", "--root", "banking", "sh", "-c", "kill -INT 1", check=False)
    expect(select.select([vmm], [], [], 60)[0], "the VMM runs on")
    os.close(vmm)
    world.session.wait_gone("banking", 60)
    after = world.boot_id("banking")
    expect(before != after, "the boot id did not change")
    open_terminal(world, "banking")


def killed(world, vm, role):
    """Kills one process of a machine; the machine ends, says so, leaves nothing, and starts again."""
    other = "untrusted" if vm == "banking" else "banking"
    pids = world.pids(vm)
    handles = {name: os.pidfd_open(pid) for name, pid in pids.items()}
    os.kill(pids[role], signal.SIGKILL)
    world.session.wait_gone(vm, 30)
    for name, handle in handles.items():
        expect(select.select([handle], [], [], 15)[0], f"{name} of {vm} lives on after its {role} was killed")
        os.close(handle)
    status = world.session.status(vm)
    expect(status["state"] in ("failed", "stopped"), f"{vm} is {status['state']} after its {role} was killed")
    expect(status["reason"], "no reason is given")
    equal(world.session.status(other)["state"], "running", other)
    world.window(other)
    open_terminal(world, vm)


def a_killed_vmm_ends_its_machine_only(world):
    killed(world, "banking", "vmm")


def a_killed_proxy_ends_its_machine_only(world):
    killed(world, "untrusted", "proxy")


def a_killed_supervisor_ends_its_machine_only(world):
    killed(world, "banking", "supervisor")


def a_killed_manager_loses_nothing(world):
    boot = world.boot_id("banking")
    manager = world.session.manager_pid()
    watch = Watch(world.session.runtime / "silo")
    os.kill(manager, signal.SIGKILL)
    # silo starts a new one, which makes its socket anew.
    expect(watch.wait("io.silo.Manager", time.monotonic() + 20), "no new manager came")
    watch.close()
    world.window("banking")
    equal(world.session.status("banking")["state"], "running", "banking")
    equal(world.boot_id("banking"), boot, "boot id")
    expect(world.session.manager_pid() != manager, "the manager is the old one")


def nothing_runs_while_nothing_happens(world):
    """No context switch of any host process in a while, both windows open."""
    pids = {pid: name for pid, name in descendants(os.getpid()).items() if name.startswith("silo")}
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
    nothing_runs_while_nothing_happens,
    a_popup_is_framed,
    a_gtk_dialog_with_its_own_title_bar_is_answered,
    a_closed_window_goes_and_the_machine_stays,
    a_paused_machine_keeps_its_windows,
    a_rebooting_machine_comes_back,
    a_killed_vmm_ends_its_machine_only,
    a_killed_proxy_ends_its_machine_only,
    a_killed_supervisor_ends_its_machine_only,
    a_killed_manager_loses_nothing,
]

if __name__ == "__main__":
    sys.exit(tap.run(World(sys.argv[1]), CASES, nothing_is_left_behind))
