#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The whole desktop without VMs: the real compositor, headless, windows of several domains over dial channels,
driven and watched by silo-probe. usage: desktop.py BUILD GOLDEN-DIR OUT-DIR; SILO_UPDATE=1 rewrites the pictures."""

import json
import os
import select
import socket
import subprocess
import sys
import time
from pathlib import Path

from session import Session, StepFailed

GREEN, RED, BLUE = "#337745", "#ca2a39", "#0175d4"
MAT = "#e7e5e1"
WAIT_S = 10


class Failed(Exception):
    pass


def want(got, expected, what):
    if got != expected:
        raise Failed(f"{what}: {got}, not {expected}")


def want_shaded(got, expected, what, darkest=0.3):
    """It is expected, or that in a window's shadow: black over it, in all channels alike."""
    pairs = [(int(got[i:i + 2], 16), int(expected[i:i + 2], 16)) for i in (1, 3, 5)]
    seen, bare = max(pairs, key=lambda pair: pair[1])
    light = seen / bare if bare else 1
    if not 1 - darkest <= light <= 1 or any(abs(seen - bare * light) > 2 for seen, bare in pairs):
        raise Failed(f"{what}: {got}, not {expected}, nor that in a shadow")


class Client:
    """A test-window whose lines are read with a deadline."""

    def __init__(self, program, descriptor, environment, arguments):
        os.set_inheritable(descriptor, True)
        self.process = subprocess.Popen([program, *arguments], pass_fds=[descriptor], stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT,
                                        env=dict(environment, WAYLAND_SOCKET=str(descriptor)))
        os.close(descriptor)
        os.set_blocking(self.process.stdout.fileno(), False)
        self.text = ""
        self.seen = []

    def _read(self, timeout):
        if not select.select([self.process.stdout], [], [], timeout)[0]:
            return False
        data = os.read(self.process.stdout.fileno(), 65536)
        self.text += data.decode()
        *lines, self.text = self.text.split("\n")
        self.seen += lines
        return bool(data)

    def says(self, line, timeout):
        """Waits until the client has printed a line that begins so. False: it has not within timeout."""
        deadline = time.monotonic() + timeout
        while not any(seen.startswith(line) for seen in self.seen):
            if not self._read(max(0, deadline - time.monotonic())):
                return False
        return True

    def wait(self, line):
        if not self.says(line, WAIT_S):
            raise Failed(f"the client never said “{line}”; it said {self.seen[-8:]}")

    def lines(self):
        """What it has said since it was asked last."""
        while self._read(0):
            pass
        lines, self.seen = self.seen, []
        return lines

    def ended(self):
        return self.process.wait(WAIT_S)


class Domain:
    def __init__(self, session, name, color):
        self.session = session
        self.dial, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        call = {"method": "io.silo.Compositor.RegisterDomain",
                "parameters": {"name": name, "label": name, "color": color, "emulated": name == "banking"}}
        with socket.socket(socket.AF_UNIX) as service:
            service.settimeout(WAIT_S)
            service.connect(str(session.runtime / "silo/io.silo.Compositor"))
            socket.send_fds(service, [json.dumps(call).encode() + b"\0"], [other.fileno()])
            answer = json.loads(service.recv(65536).rstrip(b"\0"))
        other.close()
        if "error" in answer:
            raise Failed(f"RegisterDomain: {answer}")

    def client(self, *arguments):
        self.dial.settimeout(WAIT_S)
        self.dial.send(b"c")
        answer = b"s"
        while answer == b"s":  # an order to be silent for a while, as on a slow machine
            answer, descriptors, _, _ = socket.recv_fds(self.dial, 1, 1)
        want((answer, len(descriptors)), (b"0", 1), "the answer on the dial channel")
        return Client(self.session.program("test-window"), descriptors[0], self.session.environment, arguments)


class Desktop:
    """One session with the verbs that the tests are written in."""

    def __init__(self, build, outputs):
        self.session = Session(build, "", outputs=outputs, options=["--light"])
        self.session.start_silo(vmd=False)
        self.probe = self.session.open_probe()

    def domain(self, name, color):
        return Domain(self.session, name, color)

    def window(self, title):
        answer = self.probe.ask(f'wait-window "{title}" {WAIT_S}')
        return answer["window"]

    def pixel(self, x, y):
        return self.probe.ask(f"pixel {x} {y}")["color"]

    def wait_pixel(self, x, y, color):
        self.probe.ask(f"wait-pixel {x} {y} {color} {WAIT_S}")

    def click(self, x, y):
        self.probe.ask(f"click {x} {y}")

    def take(self, client, window):
        """Clicks on a window's bar until it has the keyboard: where another VM's window went a moment ago, a
        click is nobody's."""
        for _ in range(WAIT_S):
            self.click(window["x"] + 20, window["y"] - 16)
            if client.says("keyboard-enter", 1):
                return
        raise Failed("a click on its bar does not give a window the keyboard")

    def close(self):
        """Ends the session; nothing may be left and the compositor must end well."""
        left = self.session.stop()
        log = self.session.log_tail("silo.log", 40)
        self.session.remove()
        want(left, {}, "processes left over")
        want(self.session.silo.returncode, 0, f"the compositor's exit status, after saying:\n{log}\n")


def edges(window, depth):
    """Points of the frame on its left, right and bottom, depth pixels outside the client area."""
    x, y, width, height = (window[key] for key in ("x", "y", "width", "height"))
    return ((x - depth, y + height // 2), (x + width + depth - 1, y + height // 2),
            (x + width // 2, y + height + depth - 1))


def frame_colors_are_the_vms(desktop, vms):
    first = vms["banking"].client("--title", "first", "--decorated", "--size", "300x160", "--color", "ffffff")
    window = desktop.window("first")
    desktop.wait_pixel(window["x"] + 150, window["y"] + 80, "#ffffff")
    for depth in (1, 4):
        for point in edges(window, depth):
            want(desktop.pixel(*point), GREEN, f"active frame at {point}")
    want(desktop.pixel(window["x"] + 150, window["y"] - 28), GREEN, "bar")
    second = vms["untrusted"].client("--title", "second", "--size", "260x120", "--color", "222222")
    other = desktop.window("second")
    desktop.click(other["x"] + 10, other["y"] + 10)
    second.wait("keyboard-enter")
    first.wait("keyboard-leave")
    for point in edges(window, 4):
        want_shaded(desktop.pixel(*point), GREEN, f"inactive frame, line at {point}")
    for point in edges(window, 1):
        want_shaded(desktop.pixel(*point), MAT, f"inactive frame, mat at {point}")
    for point in edges(other, 2):
        want(desktop.pixel(*point), RED, f"frame of the other at {point}")
    want(desktop.pixel(1, 1), "#9e212c", "the strip's plate")
    desktop.probe.ask("type q")
    second.ended()
    first.process.terminate()
    first.ended()
    desktop.probe.ask(f"wait-gone first {WAIT_S}")


def keys_reach_one_vm_only(desktop, vms):
    mine = vms["banking"].client("--title", "mine", "--decorated", "--size", "200x100")
    one = desktop.window("mine")
    yours = vms["untrusted"].client("--title", "yours", "--decorated", "--size", "200x100")
    two = desktop.window("yours")
    desktop.click(one["x"] + 20, one["y"] + 20)
    mine.wait("keyboard-enter")
    mine.wait("button")
    yours.wait("configure")
    yours.lines()
    desktop.probe.ask("type secret")
    mine.wait("key 20 released")
    want([line for line in yours.lines() if line.startswith(("key ", "button", "motion"))], [],
         "what the other VM saw")
    # Eight pixels outside a frame belong to it, also over another VM's window: no VM gets the press.
    mine.lines()
    for x, y in ((two["x"] - 9, two["y"] + 40), (two["x"] + 40, two["y"] + two["height"] + 9)):
        desktop.click(x, y)
    for client in (mine, yours):
        want([line for line in client.lines() if line.startswith("button")], [], "buttons beside a frame")
    for client in (mine, yours):
        client.process.terminate()
        client.ended()
    desktop.probe.ask(f"wait-gone yours {WAIT_S}")


def nothing_is_drawn_outside_the_frame(desktop, vms):
    before = {}
    client = vms["untrusted"].client("--title", "hostile", "--size", "240x120", "--shadow", "60", "--color",
                                     "ff00ff", "--subsurface", "-80,-80,400x280,00ffff")
    window = desktop.window("hostile")
    desktop.take(client, window)
    desktop.wait_pixel(window["x"] + 120, window["y"] + 60, "#00ffff")
    x, y, width, height = (window[key] for key in ("x", "y", "width", "height"))
    for point in ((x - 20, y + 60), (x + width + 20, y + 60), (x + 120, y + height + 20), (x + 200, y - 40)):
        color = desktop.pixel(*point)
        before[point] = color
        if color in ("#00ffff", "#ff00ff"):
            raise Failed(f"the client drew at {point}")
    for point in edges(window, 2):
        want(desktop.pixel(*point), RED, f"frame at {point}")
    client.process.terminate()
    client.ended()
    desktop.probe.ask(f"wait-gone hostile {WAIT_S}")
    for point, color in before.items():
        want_shaded(color, desktop.pixel(*point), f"the ground at {point}")


def popups_are_framed(desktop, vms):
    client = vms["work"].client("--title", "menu", "--decorated", "--popup", "--size", "300x200", "--color", "eeeeee")
    window = desktop.window("menu")
    x, y = window["x"], window["y"]
    desktop.take(client, window)
    desktop.click(x + 40, y + 40)
    client.wait("popup 41,41")
    desktop.wait_pixel(x + 100, y + 100, "#111111")
    want(desktop.pixel(x + 40, y + 90), BLUE, "the popup's left edge")
    want(desktop.pixel(x + 41 + 160, y + 90), BLUE, "the popup's right edge")
    desktop.click(x + 10, y - 16)
    client.process.terminate()
    client.ended()
    desktop.probe.ask(f"wait-gone menu {WAIT_S}")


def buttons_of_the_frame_work(desktop, vms):
    client = vms["work"].client("--title", "buttons", "--decorated", "--size", "300x200")
    window = desktop.window("buttons")
    right, middle = window["x"] + window["width"] + 4 - 2, window["y"] - 16
    desktop.click(right - 36 - 18, middle)
    client.wait("configure 1272x")
    client.wait("configure 1272x")
    window = desktop.window("buttons")
    want(window["maximized"], True, "maximized")
    desktop.wait_pixel(1278, 400, BLUE)
    desktop.click(1280 - 2 - 18, window["y"] - 16)
    client.wait("close")
    client.ended()
    desktop.probe.ask(f"wait-gone buttons {WAIT_S}")


def fullscreen_keeps_strip_and_edge(desktop, vms):
    client = vms["work"].client("--title", "full", "--fullscreen", "--color", "101010")
    desktop.wait_pixel(640, 400, "#101010")
    # Full screen it has no bar.
    desktop.take(client, dict(desktop.window("full"), y=400))
    for point in ((1, 400), (1278, 400), (640, 718), (640, 26), (640, 30)):
        want(desktop.pixel(*point), BLUE, f"edge at {point}")
    desktop.probe.ask("type q")
    client.ended()
    desktop.probe.ask(f"wait-gone full {WAIT_S}")


def a_domain_that_goes_takes_its_windows(desktop, vms):
    domain = desktop.domain("brief", "#5d27a7")
    client = domain.client("--title", "brief window")
    desktop.window("brief window")
    domain.dial.close()
    desktop.probe.ask(f"wait-gone brief {WAIT_S}")
    client.wait("test-window: disconnected")
    client.ended()


def pictures_are_golden(build, golden, out):
    wrong = []
    for scale in ("1", "1.5", "2"):
        desktop = Desktop(build, f"1280x800@{scale}")
        try:
            # A domain lives as long as its dial channel.
            work, untrusted = desktop.domain("work", BLUE), desktop.domain("untrusted", RED)
            clients = []
            for domain, title, options in ((work, "one", ["--decorated"]), (untrusted, "two", [])):
                clients.append(domain.client("--title", title, "--size", "240x90", "--color", "ffffff", *options))
                window = desktop.window(title)
                factor = float(scale)
                desktop.wait_pixel(int((window["x"] + 20) * factor), int((window["y"] + 20) * factor), "#ffffff")
            window = desktop.window("one")
            desktop.click(window["x"] + 10, window["y"] + 10)
            clients[0].wait("keyboard-enter")
            desktop.probe.ask("pointer 600 390")
            Path(out).mkdir(parents=True, exist_ok=True)
            picture = Path(out) / f"screen-{scale}.png"
            desktop.session.screenshot(picture)
            result = subprocess.run([Path(build) / "tests/desktop/golden-compare", picture, golden, out,
                                     f"desktop-{scale}"], stderr=subprocess.PIPE, text=True)
            if result.returncode != 0:
                wrong.append(result.stderr.strip())
            for client in clients:
                client.process.terminate()
                client.ended()
        finally:
            desktop.close()
    if wrong:
        raise Failed("; ".join(wrong))


TESTS = (frame_colors_are_the_vms, keys_reach_one_vm_only, nothing_is_drawn_outside_the_frame, popups_are_framed,
         buttons_of_the_frame_work, fullscreen_keeps_strip_and_edge, a_domain_that_goes_takes_its_windows)


def report(number, test, *arguments):
    try:
        test(*arguments)
    except (Failed, StepFailed, OSError, subprocess.SubprocessError) as error:
        text = str(error).replace("\n", "\n# ")
        print(f"not ok {number} {test.__name__}\n# {text}", flush=True)
        return False
    print(f"ok {number} {test.__name__}", flush=True)
    return True


def main():
    build, golden, out = sys.argv[1:]
    print(f"1..{len(TESTS) + 2}")
    fine = True
    desktop = Desktop(build, "1280x720")
    try:
        vms = {name: desktop.domain(name, color)
               for name, color in (("banking", GREEN), ("untrusted", RED), ("work", BLUE))}
        for number, test in enumerate(TESTS, 1):
            fine &= report(number, test, desktop, vms)
    finally:
        fine &= report(len(TESTS) + 1, desktop.close)
    fine &= report(len(TESTS) + 2, pictures_are_golden, build, golden, out)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
