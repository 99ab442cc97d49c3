#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""swayidle on silo's tools socket, as silo(1) tells: it locks when nobody is there, and not while somebody types or
while a window in sight wants the session awake. usage: idle.py BUILD"""

import subprocess
import sys
import time
from pathlib import Path

from session import Session, StepFailed, Watch, wait_for_path

WAIT_S = 20
# swayidle's unit is the second.
TIMEOUT_S = 1
QUIET_S = 2.5
SETTINGS = "locker /bin/sleep 600\n"
COLORS = {"banking": "#337745", "work": "#0175d4"}


class Failed(Exception):
    pass


class Desk:
    """A silo without VMs, with swayidle."""

    def __init__(self, build):
        self.session = Session(build, "version 1\n", outputs="1280x800",
                               options=("--launcher", "none", "--text", "none", "--ask", "none"))
        (self.session.directory / "config/silo/config").write_text(SETTINGS)
        self.session.start_silo(vmd=False)
        self.marks = self.session.directory / "marks"
        self.marks.mkdir()
        self.watch = Watch(self.marks)

    def start(self, name, *arguments, **environment):
        self.session.processes.append(subprocess.Popen(
            arguments, env={**self.session.environment, **environment}, stdin=subprocess.DEVNULL,
            stdout=self.session.log_file(name), stderr=subprocess.STDOUT))

    def start_swayidle(self):
        silo = self.session.program("silo")
        self.start("swayidle.log", "swayidle", "-w", "timeout", str(TIMEOUT_S),
                   f"{silo} --lock && touch {self.marks}/locked", "resume", f"touch {self.marks}/back",
                   WAYLAND_DISPLAY=self.session.tools_socket)

    def window(self, name, *arguments):
        """A window of a machine, behind its proxy."""
        socket = self.session.runtime / name
        self.start(name + ".log", self.session.program("silo-proxy"), "--domain", name, "--color", COLORS[name],
                   "--listen", str(socket))
        if not wait_for_path(socket, WAIT_S):
            raise Failed(f"the proxy of {name} does not serve")
        self.start(name + ".window", self.session.program("test-window"), "--color", COLORS[name][1:], "--title",
                   name, *arguments, WAYLAND_DISPLAY=str(socket))
        return self.session.wait_window(name, WAIT_S)

    def is_locked_in(self, seconds):
        return self.watch.wait("locked", time.monotonic() + seconds)

    def want_locked(self):
        if not self.is_locked_in(WAIT_S):
            raise Failed("swayidle has not locked the session")
        if "locked: by a program" not in self.session.log_tail("silo.log", 30):
            raise Failed("silo has not locked the session")

    def stop(self):
        self.watch.close()
        for process in self.session.processes:
            process.terminate()
        left = self.session.stop()
        if left:
            raise Failed(f"left over: {left}")


def it_locks_when_nobody_is_there(desk):
    desk.start_swayidle()
    desk.want_locked()
    # Whoever comes back is told of, also behind the lock.
    desk.session.open_probe().ask("type a")
    if not desk.watch.wait("back", time.monotonic() + WAIT_S):
        raise Failed("swayidle was not told that somebody is back")


def not_while_somebody_types(desk):
    probe = desk.session.open_probe()
    probe.ask("type a")
    desk.start_swayidle()
    end = time.monotonic() + QUIET_S
    while time.monotonic() < end:
        probe.ask("type a")
        if desk.is_locked_in(0.3):
            raise Failed("it is locked while somebody types")
    desk.want_locked()


def not_while_a_window_in_sight_wants_it(desk):
    desk.window("banking", "--awake", "--size", "400x300")
    desk.start_swayidle()
    if desk.is_locked_in(QUIET_S):
        raise Failed("a window in sight does not keep the session awake")
    cover = desk.window("work", "--size", "1200x720")
    desk.session.open_probe().ask(f"click {cover['x'] + cover['width'] - 20} {cover['y'] + cover['height'] - 20}")
    desk.want_locked()


TESTS = [it_locks_when_nobody_is_there, not_while_somebody_types, not_while_a_window_in_sight_wants_it]


def run(test, build):
    desk = Desk(build)
    try:
        test(desk)
        return None
    except (Failed, StepFailed) as fault:
        return f"{fault}\n{desk.session.log_tail('silo.log')}\n{desk.session.log_tail('swayidle.log')}"
    finally:
        desk.stop()


def main():
    build = Path(sys.argv[1]).resolve()
    print(f"1..{len(TESTS)}", flush=True)
    failed = False
    for number, test in enumerate(TESTS, 1):
        fault = run(test, build)
        failed |= fault is not None
        print(f"{'ok' if fault is None else 'not ok'} {number} - {test.__name__}", flush=True)
        for line in (fault or "").splitlines():
            print("# " + line)
    return failed


if __name__ == "__main__":
    sys.exit(main())
