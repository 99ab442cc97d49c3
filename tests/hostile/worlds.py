# SPDX-License-Identifier: MIT
"""What attacks run in: Silo with two virtual machines, the same without some defences, a bare compositor, or another
compositor. A world is made for one case and ended after it."""

import os
import select
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools/lib"))
from session import Watch, wait_for_path  # noqa: E402

SIZE = "1280x800"
FILL = {"attacker": "ca2a39", "victim": "337745"}
NAMES = {"attacker": "untrusted", "victim": "banking"}
STRIP = "28"
DESCRIPTORS = 1024
# Milliseconds: other compositors show what was asked for some time later.
QUIET = "250"
START_SECONDS = 20
# What AddressSanitizer keeps of freed memory counts as used: no more of it than attacks on memory can bear.
SANITIZER = {"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=4"}
# LeakSanitizer reads /proc, which the proxy may not; leaks of attackers and controls are nobody's business.
NO_LEAKS = {"ASAN_OPTIONS": SANITIZER["ASAN_OPTIONS"] + ":detect_leaks=0"}


class World:
    """Processes that are started in order and ended in the opposite order. sockets are what attacks are told."""

    def __init__(self, build):
        self.build = Path(build)
        self.directory = Path(tempfile.mkdtemp(prefix="silo-h-", dir="/tmp"))
        self.processes = []
        self.sockets = {}
        self.environment = dict({**os.environ, **SANITIZER}, XDG_RUNTIME_DIR=str(self.directory),
                                XDG_CONFIG_HOME=str(self.directory / "config"), WLR_BACKENDS="headless",
                                WLR_RENDERER="pixman", WLR_LIBINPUT_NO_DEVICES="1")
        self.environment.pop("WAYLAND_DISPLAY", None)
        self.environment.pop("SILO_WEAKEN", None)

    def next_log(self):
        return self.directory / f"{len(self.processes)}.log"

    def start(self, *arguments, ready=None, **environment):
        """Starts a program; ready names the option that takes a descriptor on which it says that it serves."""
        log = open(self.next_log(), "wb")
        reading, writing = os.pipe()
        if ready:
            arguments += (ready, str(writing))
        process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                   pass_fds=[writing] if ready else [],
                                   env={**self.environment, **environment})
        os.close(writing)
        self.processes.append(process)
        line = b""
        if ready and select.select([reading], [], [], START_SECONDS)[0]:
            line = os.read(reading, 256)
        os.close(reading)
        if ready and not line.endswith(b"\n"):
            raise RuntimeError(f"{arguments[0]} did not start:\n{self.logs()}")
        return line.decode().strip()

    def attack_environment(self):
        told = {**self.sockets, "PIDS": ",".join(str(process.pid) for process in self.processes)}
        return {**self.environment, **NO_LEAKS, **{"SILO_HOSTILE_" + key: value for key, value in told.items()}}

    def logs(self):
        return "".join(path.read_text(errors="replace")[-3000:] for path in sorted(self.directory.glob("*.log")))

    def stop(self):
        """Ends all. Returns what died before, or badly."""
        faults = []
        for process in reversed(self.processes):
            name = Path(process.args[0]).name
            if process.poll() is not None:
                faults.append(f"{name} had ended with {process.returncode}")
                continue
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(START_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                faults.append(f"{name} did not end")
            if process.returncode not in (0, -signal.SIGTERM):
                faults.append(f"{name} ended with {process.returncode}")
        shutil.rmtree(self.directory, ignore_errors=True)
        return faults


class Elsewhere:
    """A compositor that is there already, or nothing at all: the environment only."""

    def __init__(self, **sockets):
        self.sockets = sockets

    def attack_environment(self):
        return {**os.environ, **{"SILO_HOSTILE_" + key: value for key, value in self.sockets.items()}}

    @staticmethod
    def logs():
        return ""

    @staticmethod
    def stop():
        return []


def start_bare(world, *options):
    """With as many descriptors as the kernel gives a process that does not ask for more."""
    name = world.start("prlimit", f"--nofile={DESCRIPTORS}", str(world.build / "tests/hostile/hostile-control"), "--size", SIZE, *options,
                       ready="--ready-fd", **NO_LEAKS)
    return str(world.directory / name)


def bare_world(build):
    world = World(build)
    log = str(world.next_log())
    socket = start_bare(world)
    world.sockets = {"ATTACKER": socket, "VICTIM": socket, "TOOLS": socket, "LOG": log}
    return world


def silo_world(build, without=None, settings=""):
    """Silo in a window of a compositor whose virtual keyboard and pointer are real ones to it; or Silo without the
    named defences."""
    world = World(build)
    weak = "-weak" if without else ""
    if without:
        world.environment["SILO_WEAKEN"] = without
    if settings:
        (world.directory / "config/silo").mkdir(parents=True)
        (world.directory / "config/silo/config").write_text(settings)
    tools, hardware = str(world.directory / "tools"), start_bare(world, "--kiosk")
    log = str(world.next_log())
    # Who is never asked anything does not wait for it to start.
    ask = str(world.build / f"launcher/silo-ask{weak}") if " ask\n" in settings else "none"
    host = world.start(str(world.build / f"compositor/silo{weak}"), "--tools-socket", tools, "--vmd", "none",
                       "--panel", "none", "--launcher", "none", "--ask", ask, ready="--ready-fd",
                       WLR_BACKENDS="wayland", WAYLAND_DISPLAY=hardware)
    world.sockets = {"TOOLS": tools, "HOST": str(world.directory / host), "USER": hardware, "LOG": log, "FILL": FILL["attacker"], "STRIP": STRIP}
    for who, name in NAMES.items():
        socket = world.sockets[who.upper()] = str(world.directory / who)
        if who == "attacker":
            world.sockets["GUARD_LOG"] = str(world.next_log())
        world.start(str(world.build / f"proxy/silo-proxy{weak}"), "--domain", name, "--color", "#" + FILL[who],
                    "--listen", socket, **NO_LEAKS)
        if not wait_for_path(socket, START_SECONDS):
            raise RuntimeError(f"silo-proxy did not start:\n{world.logs()}")
    return world


def own_world(is_control):
    """For programs that make what they attack themselves."""
    return Elsewhere(IS_CONTROL="1" if is_control else "0")


def display_world(name):
    """A compositor that runs already."""
    socket = name if name.startswith("/") else os.path.join(os.environ.get("XDG_RUNTIME_DIR", ""), name)
    return Elsewhere(ATTACKER=socket, VICTIM=socket, TOOLS=socket, QUIET=QUIET)


def wait_for_socket(directory):
    """The Wayland socket that appears in a directory; None: none does."""
    deadline = time.monotonic() + START_SECONDS
    watch = Watch(directory)
    try:
        while True:
            found = [path for path in directory.glob("wayland-*") if path.is_socket()]
            if found or not select.select([watch.handle], [], [], max(0, deadline - time.monotonic()))[0]:
                return str(found[0]) if found else None
            os.read(watch.handle, 65536)
    finally:
        watch.close()

def command_world(command):
    """Another compositor, started for this case without a screen, in a runtime directory of its own."""
    world = World("/")
    log = str(world.next_log())
    world.start(*shlex.split(command))
    socket = wait_for_socket(world.directory)
    if socket is None:
        raise RuntimeError(f"{command} made no Wayland socket:\n{world.logs()}")
    world.sockets = {"ATTACKER": socket, "VICTIM": socket, "TOOLS": socket, "QUIET": QUIET, "LOG": log}
    return world
