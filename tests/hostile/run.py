#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs attack programs: each case first against its control, which must fall (a compositor without defences, or Silo
without the one that the case names), then against Silo, which must hold. With --display NAME against a running
compositor only. See --help and docs/internal/testing.md."""

import argparse
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools/lib"))
from session import wait_for_path  # noqa: E402

SIZE = "1280x800"
FILL = {"attacker": "ca2a39", "victim": "337745"}
NAMES = {"attacker": "untrusted", "victim": "banking"}
STRIP = "28"
CASE_TIMEOUT = 60


class World:
    """Processes that are started in order and ended in the opposite order."""

    def __init__(self, build):
        self.build = Path(build)
        self.directory = Path(tempfile.mkdtemp(prefix="silo-h-", dir="/tmp"))
        self.processes = []
        self.environment = dict(os.environ, XDG_RUNTIME_DIR=str(self.directory),
                                XDG_CONFIG_HOME=str(self.directory / "config"), WLR_BACKENDS="headless",
                                WLR_RENDERER="pixman", WLR_LIBINPUT_NO_DEVICES="1")
        self.environment.pop("WAYLAND_DISPLAY", None)

    def start(self, *arguments, ready=None, **environment):
        """Starts a program; ready names the option that takes a descriptor on which it says that it serves."""
        log = open(self.directory / f"{len(self.processes)}.log", "wb")
        reading, writing = os.pipe()
        if ready:
            arguments += (ready, str(writing))
        process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                   pass_fds=[writing] if ready else [],
                                   env={**self.environment, **environment})
        os.close(writing)
        self.processes.append(process)
        line = b""
        if ready and select.select([reading], [], [], 20)[0]:
            line = os.read(reading, 256)
        os.close(reading)
        if ready and not line.endswith(b"\n"):
            raise RuntimeError(f"{arguments[0]} did not start:\n{self.logs()}")
        return line.decode().strip()

    def pids(self):
        return ",".join(str(process.pid) for process in self.processes)

    def logs(self):
        return "".join(path.read_text(errors="replace")[-3000:] for path in sorted(self.directory.glob("*.log")))

    def stop(self):
        """Ends all. Returns what died before, or badly."""
        faults = []
        for process in reversed(self.processes):
            if process.poll() is not None:
                faults.append(f"{Path(process.args[0]).name} had ended with {process.returncode}")
                continue
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                faults.append(f"{Path(process.args[0]).name} did not end")
            if process.returncode not in (0, -signal.SIGTERM):
                faults.append(f"{Path(process.args[0]).name} ended with {process.returncode}")
        shutil.rmtree(self.directory, ignore_errors=True)
        return faults


def start_bare(world, *options):
    return world.start(str(world.build / "tests/hostile/hostile-control"), "--size", SIZE, *options,
                       ready="--ready-fd")


def control_world(build):
    world = World(build)
    socket = str(world.directory / start_bare(world))
    return world, {"ATTACKER": socket, "VICTIM": socket, "TOOLS": socket, "LOG": str(world.directory / "0.log")}


def silo_world(build, without=None):
    """Silo in a window of a compositor whose virtual keyboard and pointer are real ones to it; or Silo without the
    named defences."""
    world = World(build)
    weak = "-weak" if without else ""
    if without:
        world.environment["SILO_WEAKEN"] = without
    tools, hardware = str(world.directory / "tools"), str(world.directory / start_bare(world, "--kiosk"))
    log = world.directory / f"{len(world.processes)}.log"
    world.start(str(world.build / f"compositor/silo{weak}"), "--tools-socket", tools, "--vmd", "none",
                "--panel", "none", "--launcher", "none", ready="--ready-fd", WLR_BACKENDS="wayland",
                WAYLAND_DISPLAY=hardware)
    sockets = {"TOOLS": tools, "USER": hardware, "LOG": str(log), "FILL": FILL["attacker"], "STRIP": STRIP}
    for who, name in NAMES.items():
        sockets[who.upper()] = str(world.directory / who)
        world.start(str(world.build / f"proxy/silo-proxy{weak}"), "--domain", name, "--color", "#" + FILL[who],
                    "--listen", sockets[who.upper()])
        if not wait_for_path(sockets[who.upper()], 20):
            raise RuntimeError(f"silo-proxy did not start:\n{world.logs()}")
    return world, sockets


def own_world(is_control):
    """For programs that make what they attack themselves."""
    return None, {"IS_CONTROL": "1" if is_control else "0"}


def display_world(name):
    socket = name if name.startswith("/") else os.path.join(os.environ.get("XDG_RUNTIME_DIR", ""), name)
    return None, {"ATTACKER": socket, "VICTIM": socket, "TOOLS": socket}


def attack(program, case, make):
    """Runs one case in a world of its own. Returns its verdict and reason."""
    world, sockets = make()
    environment = dict(world.environment if world else os.environ)
    environment.update({"SILO_HOSTILE_" + key: value for key, value in sockets.items()})
    if world:
        environment["SILO_HOSTILE_PIDS"] = world.pids()
    try:
        result = subprocess.run([program, "--case", case], env=environment, capture_output=True, text=True,
                                timeout=CASE_TIMEOUT)
        output, error = result.stdout, result.stderr
    except subprocess.TimeoutExpired as late:
        output, error = "", f"no end in {CASE_TIMEOUT} s: {late.stderr}"
    logs = world.logs() if world else ""
    faults = world.stop() if world else []
    try:
        answer = json.loads(output)
    except ValueError:
        answer = {"verdict": "failed", "reason": error.strip() or "no answer"}
    if faults:
        answer = {"verdict": "broken", "reason": "; ".join(faults) + f" ({answer['reason']})"}
    return answer["verdict"], answer["reason"], logs


def cases_of(program):
    listing = subprocess.run([program, "--list"], capture_output=True, text=True, check=True).stdout
    return [line.split(" ", 2) for line in listing.splitlines()]


def worlds(options, control):
    """What a case is run against: the verdict that is wanted, a name, and how it is made."""
    if options.display:
        return [("held", options.display, lambda: display_world(options.display))]
    if control == "own":
        pair = [("broken", "control", lambda: own_world(True)), ("held", "silo", lambda: own_world(False))]
    elif control == "bare":
        pair = [("broken", "control", lambda: control_world(options.build)),
                ("held", "silo", lambda: silo_world(options.build))]
    else:
        pair = [("broken", f"silo without {control}", lambda: silo_world(options.build, control)),
                ("held", "silo", lambda: silo_world(options.build))]
    return pair[1:] if options.no_control else pair


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build", help="build directory (default: build)")
    parser.add_argument("--display", help="attack the compositor at this Wayland socket, which must offer "
                        "ext-image-copy-capture, virtual keyboards and virtual pointers; no control")
    parser.add_argument("--no-control", action="store_true", help="do not show that the control falls")
    parser.add_argument("--case", action="append", help="only this case, such as A3.1")
    parser.add_argument("programs", nargs="*", help="attack programs (default: all of the build)")
    options = parser.parse_args()
    programs = options.programs or sorted(str(path) for path in
                                          Path(options.build).glob("tests/hostile/attack-*") if path.is_file())
    cases = [(program, *rest) for program in programs for rest in cases_of(program)
             if not options.case or rest[0] in options.case]
    print(f"1..{len(cases)}", flush=True)
    failed = 0
    for number, (program, case, control, title) in enumerate(cases, 1):
        passed, notes = True, []
        for verdict, name, make in worlds(options, control):
            got, reason, logs = attack(program, case, make)
            notes.append(f"{name} {got}: {reason}")
            if got != verdict:
                passed = False
                notes += [f"expected {verdict}"] + logs.splitlines()[-20:]
        failed += not passed
        print(f"{'ok' if passed else 'not ok'} {number} - {case} {title}")
        for note in notes:
            print(f"# {note}")
        sys.stdout.flush()
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
