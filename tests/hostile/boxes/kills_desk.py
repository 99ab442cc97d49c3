#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""E14, as TAP: a machine's proxy, and the helpers that the desktop has, killed while the user is in the middle of
something: kills_desk.py BUILD

A copy, a paste, a question, the lock, a drag, a secure key that is held, frameless full screen; silo-text as it sets
titles, silo-ask with its question open. silo lives and says in its log what came of it, nothing of the machine stays on the
screen, and the other machine has its window, its keys and its copies."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from kills import BUILD, EVIL, FILL, NO_LEAKS, Scene, StepFailed, colors

COPY, PASTE, LOCK, REVEAL = "Alt+Shift+c", "Alt+Shift+v", "Alt+l", "Alt+Escape"
PATIENCE_S = 10
RULES = "clipboard {\n\tdeadline 60s\n\trule untrusted banking allow\n\trule banking untrusted %s\n}\n"
ALLOW, ASK = RULES % "allow", RULES % "ask"
LOCKER = "locker sleep 600\n"
MEDIA = "2040ff"
WORDS = "what the victim copied"


class Desk(Scene):
    """The scene with the user's hands on the clipboard."""

    def __init__(self, settings, *options):
        self.copiers = []
        super().__init__(*options, settings=settings)

    def log(self):
        return Path(self.world.sockets["LOG"]).read_text(errors="replace")

    def await_log(self, words):
        deadline = time.monotonic() + PATIENCE_S
        while words not in self.log():
            assert time.monotonic() < deadline, f"silo's log does not say: {words}"
            self.rest()

    def wayland(self, who):
        return {**self.world.environment, **NO_LEAKS, "WAYLAND_DISPLAY": self.world.sockets[who]}

    def select(self, who, words, is_silent=False):
        """A program of that machine owns its selection; one that is silent keeps who asks waiting."""
        copier = subprocess.Popen(["wl-copy", "--foreground", words], env=self.wayland(who), stdin=subprocess.DEVNULL,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.copiers.append(copier)
        deadline = time.monotonic() + PATIENCE_S
        while self.pasted(who) != words:
            assert time.monotonic() < deadline, f"{who} has no selection"
        if is_silent:
            copier.send_signal(signal.SIGSTOP)

    def pasted(self, who):
        result = subprocess.run(["wl-paste", "--no-newline"], env=self.wayland(who), capture_output=True, timeout=20)
        return result.stdout.decode() if result.returncode == 0 else None

    def press(self, chord):
        self.hands.ask(f"key {chord}")
        self.rest()

    def hold(self, *keys):
        for key in keys:
            self.hands.ask(f"key-down {key}")
        self.rest()

    def let_go(self, *keys):
        for key in reversed(keys):
            self.hands.ask(f"key-up {key}")
        self.rest()

    def victim_copies(self):
        """The other machine's copies work as ever: from it into the user's clipboard, and back into it."""
        self.take("banking")
        self.select("VICTIM", WORDS)
        told = self.log().count("banking -> clipboard")
        self.press(COPY)
        deadline = time.monotonic() + PATIENCE_S
        while self.log().count("banking -> clipboard") == told:
            assert time.monotonic() < deadline, "the other machine cannot copy"
            self.rest()

    def close(self):
        for copier in self.copiers:
            copier.kill()
            copier.wait()
        return super().close()


def a_copy(scene):
    scene.select("ATTACKER", "what never comes", is_silent=True)
    scene.take("untrusted")
    scene.press(COPY)
    assert "untrusted -> clipboard" not in scene.log(), "the copy is over"
    scene.kill()
    scene.await_log("Not copied: untrusted has ended")
    scene.victim_copies()


def a_paste(scene):
    scene.victim_copies()
    scene.take("untrusted")
    scene.hands.ask(f"key {PASTE}")
    scene.kill()
    scene.await_log("banking -> untrusted")
    scene.eyes.ask("wait-gone untrusted 10")
    scene.victim_copies()


def a_question(scene):
    """It is about a machine that there is no more: it goes, and nothing is pasted."""
    ask_for_a_paste(scene)
    scene.kill()
    scene.await_log("Not pasted: untrusted has ended")
    scene.victim_copies()


def ask_for_a_paste(scene):
    scene.victim_copies()
    scene.take("untrusted")
    before = picture(scene)
    scene.press(PASTE)
    deadline = time.monotonic() + PATIENCE_S
    while picture(scene) == before:
        assert time.monotonic() < deadline, "no question is asked"
    assert "banking -> untrusted: Pasted" not in scene.log()


def picture(scene):
    return subprocess.run(["grim", "-t", "ppm", "-"], capture_output=True, check=True, timeout=20,
                          env={**scene.world.environment, "WAYLAND_DISPLAY": scene.world.sockets["TOOLS"]}).stdout


def silo_ask_with_its_question_open(scene):
    """The answer is no."""
    ask_for_a_paste(scene)
    kill_helper(scene, "silo-ask")
    scene.await_log("banking -> untrusted: ")
    assert scene.pasted("ATTACKER") is None
    scene.kill()


def silo_text_as_it_sets_titles(scene):
    kill_helper(scene, "silo-text")
    scene.await_log("silo-text has ended; it is started again")
    # Titles are late; windows and keys are not.
    assert colors(scene, EVIL) > 10000
    scene.take("untrusted")
    scene.hands.ask("key p")
    deadline = time.monotonic() + PATIENCE_S
    while not helpers(scene, "silo-text"):
        assert time.monotonic() < deadline, "silo-text does not come back"
        scene.rest()
    scene.kill()


def helpers(scene, name):
    """Those of silo's processes that are called so; a box's own first process is called otherwise."""
    silo = next(process.pid for process in scene.world.processes if "/silo" in str(process.args[0]) and
                "--tools-socket" in process.args)
    found, parents = [], {silo}
    stats = sorted((int(path.parent.name), path) for path in Path("/proc").glob("[0-9]*/stat"))
    for pid, path in stats:
        try:
            comm, _, rest = path.read_text().partition("(")[2].rpartition(")")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(rest.split()[1]) in parents:
            parents.add(pid)
            found += [pid] if comm == name[:15] else []
    return found


def kill_helper(scene, name):
    found = helpers(scene, name)
    assert found, f"{name} does not run"
    for pid in found:
        os.kill(pid, signal.SIGKILL)


def the_lock(scene):
    """It stays locked, and blank."""
    scene.take("untrusted")
    scene.press(LOCK)
    scene.await_log("locked: ")
    scene.kill()
    scene.rest()
    for color in (EVIL, FILL["attacker"], FILL["victim"]):
        assert colors(scene, color) == 0, f"#{color} is on the locked screen"
    scene.hands.ask("key q")
    scene.rest()
    assert scene.victim.poll() is None, "a key came through the lock"
    assert "unlocked" not in scene.log()


def the_lock_while_it_is_killed(scene):
    scene.take("untrusted")
    scene.hands.ask(f"key {LOCK}")
    the_lock_holds_over_its_end(scene)


def the_lock_holds_over_its_end(scene):
    scene.kill()
    scene.await_log("locked: ")
    scene.rest()
    assert colors(scene, FILL["victim"]) == 0
    scene.hands.ask("key q")
    scene.rest()
    assert scene.victim.poll() is None, "a key came through the lock"


def the_reveal(scene):
    scene.take("untrusted")
    scene.hold("Alt_L", "Escape")
    assert colors(scene, EVIL) == 0, "nothing is revealed: a window's picture is shown"
    scene.kill()
    scene.rest()
    scene.let_go("Alt_L", "Escape")


def the_kill_hold(scene):
    """The key that would have ended it is held over its end, and ends nobody else."""
    scene.take("untrusted")
    scene.hold("Alt_L", "Escape", "k")
    scene.kill()
    time.sleep(1.5)
    scene.let_go("Alt_L", "Escape", "k")


def the_freeze(scene):
    scene.take("untrusted")
    scene.hold("Alt_L", "Escape")
    scene.press("f")
    scene.kill()
    scene.let_go("Alt_L", "Escape")


class Machine:
    """A machine of our own, of which silo knows by its channel only, as of a proxy's; its end is the channel's."""

    def __init__(self, scene, name, **parameters):
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        call = {"method": "io.silo.Compositor.RegisterDomain", "parameters": {"name": name, **parameters}}
        with socket.socket(socket.AF_UNIX) as manager:
            manager.settimeout(PATIENCE_S)
            manager.connect(str(scene.world.directory / "silo/io.silo.Compositor"))
            socket.send_fds(manager, [json.dumps(call).encode() + b"\0"], [theirs.fileno()])
            answer = json.loads(manager.recv(65536).rstrip(b"\0"))
        theirs.close()
        assert "error" not in answer, answer
        self.channel = ours

    def connect(self):
        self.channel.settimeout(PATIENCE_S)
        self.channel.send(b"c")
        return socket.recv_fds(self.channel, 1, 1)[1][0]


def frameless_full_screen(scene):
    machine = Machine(scene, "media", color="#8b572a", frameless=True)
    connection = machine.connect()
    client = subprocess.Popen([BUILD / "tests/clients/test-window", "--color", MEDIA, "--fullscreen"],
                              env={**scene.wayland("ATTACKER"), "WAYLAND_SOCKET": str(connection)}, pass_fds=[connection],
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(connection)
    try:
        scene.eyes.ask("wait-window media 20")
        # It lies below the windows in use until it is clicked.
        deadline = time.monotonic() + PATIENCE_S
        while colors(scene, MEDIA) < 1280 * 790:
            assert time.monotonic() < deadline, "the control: it does not cover the screen"
            scene.hands.ask("click 900 600")
            scene.rest()
        machine.channel.close()
        scene.eyes.ask("wait-gone media 10")
        scene.rest()
        assert colors(scene, MEDIA) == 0, "a picture of it is left"
    finally:
        client.kill()
        client.wait()
    scene.kill()


def a_drag(scene):
    client = subprocess.Popen(["weston-dnd"], env=scene.wayland("ATTACKER"), stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    scene.copiers.append(client)
    scene.eyes.ask("wait-window Drag 20")
    x, y = next((window["x"], window["y"]) for window in scene.eyes.ask("windows")["windows"] if "Drag" in window["title"])
    before = colors(scene, FILL["attacker"])
    # What it shows there can be dragged; its icon wears the machine's frame.
    deadline = time.monotonic() + PATIENCE_S
    while colors(scene, FILL["attacker"]) < before + 200:
        assert time.monotonic() < deadline, "the control: nothing is dragged"
        scene.hands.ask("button-up left")
        scene.hands.ask(f"pointer {x + 134} {y + 78}")
        scene.hands.ask("button-down left")
        scene.rest()
        for step in range(1, 4):
            scene.hands.ask(f"pointer {x + 134 + step * 40} {y + 78 + step * 120}")
            scene.rest()
    scene.kill()
    scene.eyes.ask("wait-gone untrusted 10")
    scene.hands.ask("button-up left")
    scene.rest()


# Case, settings, options of the attacker's window, whether the screen can be judged behind it.
CASES = [(a_copy, ALLOW, (), True), (a_paste, ALLOW, (), True), (a_question, ASK, (), True),
         (silo_ask_with_its_question_open, ASK, (), True), (silo_text_as_it_sets_titles, "", (), True),
         (the_lock, LOCKER, (), False), (the_lock_while_it_is_killed, LOCKER, (), False), (the_reveal, "", (), True),
         (the_kill_hold, "", (), True), (the_freeze, "", (), True),
         (frameless_full_screen, "", (), True), (a_drag, "", (), True)]
# kills.py has the numbers before.
FIRST = 10


def main():
    print(f"1..{len(CASES)}", flush=True)
    failed = 0
    for number, (case, settings, options, is_seen) in enumerate(CASES):
        if len(sys.argv) > 2 and case.__name__ not in sys.argv[2:]:
            continue
        scene, fault = Desk(settings, *options), ""
        try:
            case(scene)
            scene.await_log("domain untrusted: gone")
            if is_seen:
                scene.judge()
        except (AssertionError, StepFailed, OSError, TypeError, subprocess.SubprocessError) as error:
            fault = f"{type(error).__name__}: {error}\n{scene.world.logs()[-1500:]}"
        fault += "; ".join(scene.close())
        failed += bool(fault)
        print(f"{'not ok' if fault else 'ok'} {number + 1} - E14.{FIRST + number} {case.__name__}" +
              "".join(f"\n# {line}" for line in fault.splitlines()), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    sys.exit(main())
