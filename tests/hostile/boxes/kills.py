#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""E14, as TAP: a machine's proxy is killed at bad moments: kills.py BUILD

In the middle of frames, of a press, of a move, of a resize, with keys held, with a menu open, full screen, and twice in a row. silo lives, nothing of
the machine stays on the screen, the keyboard is nobody's until the user clicks, and the other machine gets what is typed."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parents[3] / "tools/lib")]
from session import Probe, StepFailed  # noqa: E402
from worlds import NO_LEAKS, FILL, silo_world  # noqa: E402

BUILD = Path(sys.argv[1]).resolve()
EVIL, GOOD = "ff00ff", "00ff7f"


class Scene:
    """Both machines with a window each; the attacker's is in use."""

    def __init__(self, *options, settings=""):
        self.options = options
        self.world = silo_world(BUILD, settings=settings)
        program, log = str(BUILD / "tests/probe/silo-probe"), subprocess.DEVNULL
        self.eyes = Probe(program, self.world.sockets["TOOLS"], self.world.environment, log)
        self.hands = Probe(program, self.world.sockets["USER"], self.world.environment, log)
        # The first motion over silo's own window only enters it.
        for place in ("900 600", "901 601"):
            self.hands.ask(f"pointer {place}")
        # The first has the keyboard and stays above.
        self.attacker = self.client("ATTACKER", EVIL, "attacker", *options)
        self.eyes.ask("wait-window untrusted 20")
        self.victim = self.client("VICTIM", GOOD, "victim")
        self.eyes.ask("wait-window banking 20")
        self.rest()
        self.was_at = self.middle("untrusted")

    def client(self, who, color, title, *options):
        return subprocess.Popen([BUILD / "tests/clients/test-window", "--color", color, "--size", "300x200", "--title",
                                 title, "--app-id", title, *options],
                                env={**self.world.environment, **NO_LEAKS, "WAYLAND_DISPLAY": self.world.sockets[who]},
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def rest(self):
        """A round trip of silo's, in which what was done has come to something."""
        self.eyes.ask("windows")
        self.eyes.ask("pixel 5 5")

    def window(self, domain):
        for window in self.eyes.ask("windows")["windows"]:
            if window["domain"] == domain:
                return window
        return None

    def middle(self, domain):
        window = self.window(domain)
        return window["x"] + window["width"] // 2, window["y"] + window["height"] // 2

    def click(self, domain):
        x, y = self.middle(domain)
        self.hands.ask(f"click {x} {y}")
        self.rest()

    def take(self, domain):
        """Clicks on a window until it has the keyboard: where another machine's went a moment ago, a click is
        nobody's."""
        deadline = time.monotonic() + 10
        while not self.window(domain).get("focused"):
            assert time.monotonic() < deadline, f"a click does not give {domain} the keyboard"
            self.click(domain)

    def proxy(self):
        """The process of the attacker's proxy."""
        path = self.world.sockets["ATTACKER"]
        return next(process for process in self.world.processes
                    if str(process.args[0]).endswith("silo-proxy") and path in process.args)

    def kill(self):
        proxy = self.proxy()
        proxy.kill()
        proxy.wait()
        self.world.processes.remove(proxy)

    def judge(self):
        self.eyes.ask("wait-gone untrusted 10")
        self.rest()
        for color in (EVIL, FILL["attacker"]):
            seen = colors(self, color)
            assert not seen, f"{seen} pixels of #{color} are left"
        at = "{} {}".format(*self.was_at)
        assert int(self.eyes.ask(f"pixel {at}")["color"].lstrip("#")[:2], 16) < 64, "a picture of it is left"
        keyboard = [window for window in self.eyes.ask("windows")["windows"] if window.get("focused")]
        assert not keyboard or keyboard[0]["domain"] != "untrusted", keyboard
        # The other machine has its keys, and only those that are typed now.
        assert self.window("banking") is not None, "the other machine's window is gone"
        self.take("banking")
        self.hands.ask("key q")
        assert self.victim.wait(10) == 0

    def close(self):
        self.eyes.close()
        self.hands.close()
        for client in (self.attacker, self.victim):
            client.kill()
            client.wait()
        return self.world.stop()


def colors(scene, color):
    """How many pixels of the screen are of that colour."""
    picture = subprocess.run(["grim", "-t", "ppm", "-"], capture_output=True, check=True, timeout=20,
                             env={**scene.world.environment, "WAYLAND_DISPLAY": scene.world.sockets["TOOLS"]}).stdout
    raw = picture.split(b"\n", 3)[3]
    return sum(found.start() % 3 == 0 for found in re.finditer(b"(?=" + re.escape(bytes.fromhex(color)) + b")", raw))


def in_the_middle_of_frames(scene):
    # The one that draws all the time has any colour.
    for color, least in ((FILL["attacker"], 500),) if "--animate" in scene.options else ((EVIL, 10000), (FILL["attacker"], 500)):
        seen = colors(scene, color)
        assert seen > least, f"the control: {seen} pixels of #{color} are on the screen"
    scene.kill()


def while_a_button_is_held(scene):
    x, y = scene.middle("untrusted")
    scene.hands.ask(f"pointer {x} {y}")
    scene.hands.ask("button-down left")
    scene.rest()
    scene.kill()
    scene.hands.ask(f"pointer {x + 30} {y + 30}")
    scene.hands.ask("button-up left")


def while_its_window_is_moved(scene):
    move(scene, "left")


def while_its_window_is_resized(scene):
    move(scene, "right")


def move(scene, button):
    x, y = scene.middle("untrusted")
    scene.hands.ask(f"pointer {x} {y}")
    scene.hands.ask("key-down Alt_L")
    scene.hands.ask(f"button-down {button}")
    scene.hands.ask(f"pointer {x + 40} {y + 20}")
    scene.rest()
    scene.kill()
    scene.hands.ask(f"pointer {x + 90} {y + 60}")
    scene.hands.ask(f"button-up {button}")
    scene.hands.ask("key-up Alt_L")


def while_keys_are_held(scene):
    scene.click("untrusted")
    scene.hands.ask("key-down a")
    scene.rest()
    scene.kill()
    scene.eyes.ask("wait-gone untrusted 10")
    scene.hands.ask("key-up a")


def with_a_menu_open(scene):
    scene.click("untrusted")
    scene.rest()
    scene.kill()


def full_screen(scene):
    scene.click("untrusted")
    scene.hands.ask("key f")
    scene.rest()
    scene.kill()


def before_its_client(scene):
    scene.attacker.kill()
    scene.kill()


CASES = [(in_the_middle_of_frames, ("--animate",)), (in_the_middle_of_frames, ()), (while_a_button_is_held, ()), (while_its_window_is_moved, ()),
         (while_its_window_is_resized, ()), (while_keys_are_held, ()), (with_a_menu_open, ("--popup",)),
         (full_screen, ()), (before_its_client, ())]


def main():
    print(f"1..{len(CASES)}", flush=True)
    failed = 0
    for number, (case, options) in enumerate(CASES, 1):
        scene, fault = Scene(*options), ""
        try:
            case(scene)
            scene.judge()
        except (AssertionError, StepFailed, OSError, TypeError, subprocess.SubprocessError) as error:
            fault = f"{type(error).__name__}: {error}\n{scene.world.logs()[-1500:]}"
        fault += "; ".join(scene.close())
        failed += bool(fault)
        print(f"{'not ok' if fault else 'ok'} {number} - E14.{number} {case.__name__}" +
              "".join(f"\n# {line}" for line in fault.splitlines()), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    sys.exit(main())
