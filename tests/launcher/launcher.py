#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""silo-launcher in the real compositor, headless, with a stand-in for silo-vmd; driven by silo-probe as a person
would drive it. usage: launcher.py BUILD"""

import json
import socket
import subprocess
import sys
import time
from pathlib import Path

from fake_manager import FakeManager, application, vm
from session import Session, StepFailed, context_switches, wait_for_path

WAIT_S = 10
INK = "#eceae6"
# The output is 1280x720: the launcher's upper left corner is at 0,72.
TOP = 72
FIRST_ROW, SECOND_ROW = (318, TOP + 110), (318, TOP + 174)

VMS = [vm("banking", "#337745", "disc"), vm("work", "#0175d4", "square", state="stopped")]
APPLICATIONS = [application("banking", "pay", "Payments", "Office"), application("banking", "term", "Terminal"),
                application("work", "foot", "Terminal", "System")]


class Failed(Exception):
    pass


def want(got, expected, what):
    if got != expected:
        raise Failed(f"{what}: {got}, not {expected}")


class Desk:
    """A session with a stand-in for the manager and the launcher in it."""

    def __init__(self, build):
        self.build = Path(build)
        self.session = Session(build, "", outputs="1280x720")
        # A terminal that only says what it was started with.
        self.said = self.session.directory / "terminal"
        terminal = self.session.directory / "term"
        terminal.write_text(f'#!/bin/sh\necho "$@" > {self.said}.new; mv {self.said}.new {self.said}\n')
        terminal.chmod(0o700)
        window = self.session.program("test-window")
        (self.session.directory / "config/silo/config").write_text(
            f"terminal {terminal} -x\napplication Flat {window} --title flat --decorated\n"
            "application Missing no-such-program\napplication Wrong false\n")
        self.session.start_silo(vmd=False)
        self.probe = self.session.open_probe()
        self.manager = None
        self.launchers = []
        # The keyboard is there before the launcher is, as a person's is.
        self.probe.ask("key Shift_L")

    def serve(self, vms=None, applications=None):
        self.manager = FakeManager(self.session.runtime, vms or VMS,
                                   APPLICATIONS if applications is None else applications)
        return self.manager

    def open(self):
        environment = dict(self.session.environment, WAYLAND_DISPLAY=self.session.tools_socket)
        launcher = subprocess.Popen([self.build / "launcher/silo-launcher"], env=environment, text=True,
                                    stderr=self.session.log_file("launcher.log"))
        self.launchers.append(launcher)
        return launcher

    def wait_pixel(self, point, color):
        self.probe.ask(f"wait-pixel {point[0]} {point[1]} {color} {WAIT_S}")

    def close(self):
        if self.manager is not None:
            self.manager.close()
            self.manager = None

    def end_launchers(self):
        for launcher in self.launchers:
            if launcher.poll() is None:
                launcher.kill()
                launcher.wait()
        self.launchers = []


def typed_and_started(desk):
    manager = desk.serve()
    launcher = desk.open()
    desk.wait_pixel(FIRST_ROW, INK)
    desk.probe.ask("type term")
    desk.probe.ask("key Down")
    desk.wait_pixel(SECOND_ROW, INK)
    desk.probe.ask("key Return")
    want(manager.wait_call("Launch"), {"name": "work", "application": "foot"}, "what was started")
    want(launcher.wait(WAIT_S), 0, "the launcher's exit status")
    history = json.loads((desk.session.directory / "state/silo/launcher.json").read_text())
    want(history["used"], [{"vm": "work", "id": "foot"}], "what is remembered")


def used_last_comes_first(desk):
    manager = desk.serve()
    launcher = desk.open()
    desk.wait_pixel(FIRST_ROW, INK)
    desk.probe.ask("key Return")
    want(manager.wait_call("Launch"), {"name": "work", "application": "foot"}, "what was started")
    want(launcher.wait(WAIT_S), 0, "the launcher's exit status")


def refusal_is_told_and_it_stays(desk):
    manager = desk.serve()
    manager.errors["Launch"] = "the image of vm \"work\" is missing"
    launcher = desk.open()
    desk.wait_pixel(FIRST_ROW, INK)
    desk.probe.ask("key Return")
    manager.wait_call("Launch")
    # The cross before the words, in the foot.
    desk.wait_pixel((328, TOP + 622), INK)
    desk.probe.ask("key Escape")
    want(launcher.wait(WAIT_S), 0, "the launcher's exit status")


def states_change_while_it_is_open(desk):
    manager = desk.serve()
    launcher = desk.open()
    # The vessel of work is the second of the column; its row is marked, as what was used last is chosen.
    hollow, inside = "#1f2225", (42, TOP + 60 + 66 + 16)
    desk.wait_pixel(inside, hollow)
    manager.tell(vm("work", "#0175d4", "square", state="running"))
    desk.wait_pixel(inside, "#0175d4")
    for steps, method in ((1, "Pause"), (2, "Stop")):
        desk.probe.ask("click 100 150 right")
        for _ in range(steps):
            desk.probe.ask("key Down")
        desk.probe.ask("key Return")
        want(manager.wait_call(method), {"name": "banking"}, "what was asked for")
    desk.probe.ask("key Escape")
    want(launcher.wait(WAIT_S), 0, "the launcher's exit status")


def it_waits_for_the_manager(desk):
    desk.close()
    launcher = desk.open()
    desk.wait_pixel((800, TOP + 640), "#282b2f")
    manager = desk.serve()
    desk.wait_pixel(FIRST_ROW, INK)
    # Gone and back: the list goes and comes again.
    desk.close()
    desk.wait_pixel(FIRST_ROW, "#282b2f")
    manager = desk.serve()
    desk.wait_pixel(FIRST_ROW, INK)
    # Open and left alone it does nothing at all.
    manager.wait_call("ListApplications")
    time.sleep(0.5)
    before = context_switches(launcher.pid)
    time.sleep(1)
    want(context_switches(launcher.pid) - before, 0, "context switches while nothing happens")
    launcher.kill()
    launcher.wait()


def the_desktop_survives_its_kill(desk):
    launcher = desk.open()
    desk.wait_pixel(FIRST_ROW, INK)
    launcher.kill()
    launcher.wait()
    again = desk.open()
    desk.wait_pixel(FIRST_ROW, INK)
    desk.probe.ask("key Escape")
    want(again.wait(WAIT_S), 0, "the launcher's exit status")


def a_guest_that_floods_is_bounded(desk):
    desk.close()
    flood = [application("banking", f"i{i}", "W" * 200 + f"\u202e{i}", "\u0301" * 300) for i in range(5000)]
    manager = desk.serve(applications=flood + [application("work", "foot", "Terminal")])
    launcher = desk.open()
    desk.wait_pixel(FIRST_ROW, INK)
    started = time.monotonic()
    desk.probe.ask("type work")
    desk.probe.ask("key Return")
    want(manager.wait_call("Launch"), {"name": "work", "application": "foot"}, "what was started")
    if time.monotonic() - started > 3:
        raise Failed("a flood of names makes it slow")
    want(launcher.wait(WAIT_S), 0, "the launcher's exit status")


def a_restart_outlives_the_launcher(desk):
    manager = desk.serve()
    manager.held = {"Stop"}
    launcher = desk.open()
    desk.wait_pixel(FIRST_ROW, INK)
    desk.probe.ask("click 100 150 right")
    for _ in range(3):
        desk.probe.ask("key Down")
    desk.probe.ask("key Return")
    want(manager.wait_call("Stop"), {"name": "banking"}, "what was asked for first")
    desk.probe.ask("key Escape")
    # The window is gone, and what was asked for is not.
    desk.probe.ask(f"wait-pixel {FIRST_ROW[0]} {FIRST_ROW[1]} #16181b {WAIT_S}")
    manager.release()
    want(manager.wait_call("Start"), {"name": "banking"}, "what was asked for then")
    want(launcher.wait(WAIT_S), 0, "the launcher's exit status")


def a_shell_opens_in_this_computers_terminal(desk):
    desk.serve()
    launcher = desk.open()
    desk.wait_pixel(FIRST_ROW, INK)
    desk.probe.ask("click 100 150 right")
    desk.probe.ask("key Return")
    want(launcher.wait(WAIT_S), 0, "the launcher's exit status")
    if not wait_for_path(desk.said, WAIT_S):
        raise Failed("no terminal was started")
    words = desk.said.read_text().split()
    want([words[0], Path(words[1]).name, *words[2:]], ["-x", "vmctl", "shell", "banking"], "its words")


def what_runs_on_this_computer_is_framed_as_such(desk):
    desk.serve()
    launcher = desk.open()
    desk.wait_pixel(FIRST_ROW, INK)
    desk.probe.ask("type flat")
    # No VM has it: it stands below that news and its heading.
    desk.wait_pixel((318, TOP + 80 + 64 + 44 + 10), INK)
    desk.probe.ask("key Return")
    want(launcher.wait(WAIT_S), 0, "the launcher's exit status")
    window = desk.session.wait_window("flat", WAIT_S)
    want((window["domain"], window["focused"]), ("host", True), "whose window it is, and that it has the keyboard")


def one_that_ends_at_once_is_told(desk):
    desk.session.call("io.silo.Compositor.LaunchHostApplication", id="settings-2")
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(WAIT_S)
        link.connect(str(desk.session.runtime / "silo/io.silo.Compositor"))
        link.sendall(b'{"method":"io.silo.Compositor.Watch","more":true}\0')
        data = b""
        while b"ended at once" not in data:
            data += link.recv(1 << 16)
    for text in (b"Not running: it ended at once, with status 1", b'"detail":"Wrong"', b'"name":"host"'):
        if text not in data:
            raise Failed(f"{text} is not in {data[-600:]}")
    listed = desk.session.call("io.silo.Compositor.ListHostApplications")
    want([entry["name"] for entry in listed["applications"]],
         ["Terminal", "Flat", "Wrong", "Read the settings again", "Lock the screen", "End the session"], "what is there")


def the_session_ends_when_asked_twice(desk):
    desk.serve()
    desk.open()
    desk.wait_pixel(FIRST_ROW, INK)
    desk.probe.ask("type end the")
    desk.wait_pixel((318, TOP + 80 + 64 + 44 + 10), INK)
    desk.probe.ask("key Return")
    # The question is at the foot, in ink, and silo is there yet.
    want(desk.session.silo.poll(), None, "silo after one Enter")
    desk.probe.ask("key Return")
    want(desk.session.silo.wait(WAIT_S), 0, "silo's exit status")


TESTS = (typed_and_started, used_last_comes_first, refusal_is_told_and_it_stays, states_change_while_it_is_open,
         it_waits_for_the_manager, the_desktop_survives_its_kill, a_guest_that_floods_is_bounded,
         a_restart_outlives_the_launcher, a_shell_opens_in_this_computers_terminal,
         what_runs_on_this_computer_is_framed_as_such, one_that_ends_at_once_is_told,
         the_session_ends_when_asked_twice)


def finish(desk):
    desk.close()
    left = desk.session.stop()
    log = desk.session.log_tail("silo.log", 40) + desk.session.log_tail("launcher.log", 40)
    desk.session.remove()
    want(left, {}, "processes left over")
    want(desk.session.silo.returncode, 0, f"the compositor's exit status, after saying:\n{log}\n")


def report(number, test, desk):
    try:
        test(desk)
    except (Failed, StepFailed, AssertionError, OSError, subprocess.SubprocessError) as error:
        text = str(error).replace("\n", "\n# ")
        print(f"not ok {number} {test.__name__}\n# {text}", flush=True)
        return False
    finally:
        desk.end_launchers()
        if test is not finish and test is not it_waits_for_the_manager:
            desk.close()
    print(f"ok {number} {test.__name__}", flush=True)
    return True


def main():
    print(f"1..{len(TESTS) + 1}")
    desk = Desk(sys.argv[1])
    fine = True
    for number, test in enumerate(TESTS, 1):
        fine &= report(number, test, desk)
    fine &= report(len(TESTS) + 1, finish, desk)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
