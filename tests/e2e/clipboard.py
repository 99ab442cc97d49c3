#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""End to end: copying between two real machines with the two chords. Silo runs in a window of a small compositor, whose
virtual keyboard is a real one to it: no other is believed.

usage: clipboard.py BUILD"""

import os
import select
import signal
import subprocess
import sys
import time

import tap
from world import World, equal, expect, open_terminal

from session import Probe

SETTINGS = "modifier Super\nlocker sleep 1000\nclipboard {{\n\ttimeout {timeout}\n\trule untrusted banking {verdict}\n}}\n"
WORDS = "Überweisung: 47,11 €\nand a second line"
WAIT_S = 30


class Desk(World):
    def __init__(self, build):
        super().__init__(build)
        self.session.nested = True
        self.outer = None
        self.keyboard = None

    def start(self):
        session = self.session
        reading, writing = os.pipe()
        headless = {"WLR_BACKENDS": "headless", "WLR_RENDERER": "pixman", "WLR_LIBINPUT_NO_DEVICES": "1"}
        environment = {**session.environment, **headless}
        environment.pop("WAYLAND_DISPLAY", None)
        self.outer = subprocess.Popen(
            [str(session.build / "tests/hostile/hostile-control"), "--kiosk", "--size", "1280x800", "--ready-fd",
             str(writing)], env=environment, pass_fds=[writing], stdin=subprocess.DEVNULL,
            stdout=session.log_file("outer.log"), stderr=subprocess.STDOUT)
        session.processes.append(self.outer)
        os.close(writing)
        ready = select.select([reading], [], [], WAIT_S)[0]
        name = os.read(reading, 256).decode().strip() if ready else ""
        os.close(reading)
        expect(name, "the outer compositor did not start: " + session.log_tail("outer.log"))
        display = str(session.runtime / name)
        session.environment.update({"WLR_BACKENDS": "wayland", "WLR_RENDERER": "pixman", "WAYLAND_DISPLAY": display})
        self.write_settings("allow", "60s")
        super().start()
        self.keyboard = Probe(session.program("silo-probe"), display, session.environment,
                              session.log_file("keyboard.log"))

    def write_settings(self, verdict, timeout):
        (self.session.directory / "config/silo/config").write_text(SETTINGS.format(verdict=verdict, timeout=timeout))

    def change_settings(self, verdict, timeout="60s"):
        self.write_settings(verdict, timeout)
        told = self.session.log_tail("silo.log", 10000).count("read again")
        self.session.silo.send_signal(signal.SIGHUP)
        self.await_log("read again", told + 1)

    def await_log(self, text, times=1):
        deadline = time.monotonic() + WAIT_S
        while self.session.log_tail("silo.log", 10000).count(text) < times:
            expect(time.monotonic() < deadline, f"silo's log does not say: {text}")
            time.sleep(0.05)

    def use(self, vm):
        """Gives its window the keyboard, as a click in the panel does."""
        window = self.window(vm)
        self.session.call("io.silo.Compositor.ActivateWindow", id=window_id(self, vm))
        deadline = time.monotonic() + WAIT_S
        while not any(entry["focused"] and entry["domain"] == vm for entry in listed(self)):
            expect(time.monotonic() < deadline, f"{vm} does not get the keyboard: {window}")
            time.sleep(0.02)

    def press(self, chord):
        self.keyboard.ask(f"key {chord}")

    def copied_in(self, vm, command, title):
        """Something is selected in it, and the copy's chord pressed."""
        self.guest(vm, "sh", "-c", command)
        self.use(vm)
        self.press("Super+Shift+c")
        return self.session.wait_notice(title)

    def paste_in(self, vm, title):
        self.use(vm)
        self.press("Super+Shift+v")
        return self.session.wait_notice(title)

    def pasted(self, vm):
        """What a program in it gets."""
        result = self.session.vmctl("run", vm, "wl-paste", "--no-newline", check=False)
        return result.stdout if result.returncode == 0 else None

    def status(self):
        return self.session.call("io.silo.Compositor.GetClipboard")

    def answer(self, *keys):
        """To the question that is asked: it listens when there was no key for half a second."""
        deadline = time.monotonic() + WAIT_S
        while self.status()["state"] == "asking":
            expect(time.monotonic() < deadline, "the question takes no answer")
            time.sleep(0.8)
            for key in keys:
                self.press(key)
            time.sleep(0.3)


def listed(desk):
    return desk.session.call("io.silo.Compositor.ListWindows")["windows"]


def window_id(desk, vm):
    return next(entry["id"] for entry in listed(desk) if entry["domain"] == vm)


def two_machines_boot(desk):
    desk.start()
    desk.boot("banking", "untrusted")
    for vm in ("banking", "untrusted"):
        open_terminal(desk, vm)


def copy_and_paste(desk):
    desk.guest("banking", "sh", "-c", f"printf %s '{WORDS}' | wl-copy")
    equal(desk.pasted("untrusted"), None, "what the other machine gets of a mere copy")
    notice = desk.copied_in("banking", "true", "Copied from banking")
    equal((notice["source"]["name"], notice["detail"]), ("banking", f"Text, {len(WORDS)} characters"), "the notice")
    status = desk.status()
    equal((status["state"], status["source"], status["bytes"]), ("full", "banking", len(WORDS.encode())), "the clipboard")
    equal(desk.pasted("untrusted"), None, "what the other machine gets before the second chord")
    desk.paste_in("untrusted", "Pasted into untrusted")
    equal(desk.pasted("untrusted"), WORDS, "what was pasted")
    equal(desk.pasted("untrusted"), WORDS, "what was pasted, read again")
    equal(desk.status()["state"], "empty", "the clipboard after a paste")
    desk.paste_in("banking", "Not pasted: nothing is copied")
    equal(desk.pasted("banking"), WORDS, "the source's own copy")


def a_terminal_takes_it(desk):
    """With a terminal's own keys, and nothing that it would obey."""
    desk.copied_in("banking", r"printf 'harm\033[201~less' | wl-copy", "Copied from banking")
    desk.use("untrusted")
    desk.keyboard.ask("type cat > /tmp/typed")
    desk.press("Return")
    # Until then the keys are the shell's, which wants pastes bracketed.
    desk.guest("untrusted", "sh", "-c", "until test -e /tmp/typed; do sleep 0.1; done")
    desk.paste_in("untrusted", "Pasted into untrusted")
    for key in ("Ctrl+Shift+v", "Return", "Ctrl+d"):
        desk.press(key)
    wanted, said, deadline = "harm[201~less\n", "", time.monotonic() + WAIT_S
    while said != wanted and time.monotonic() < deadline:
        said = desk.guest("untrusted", "cat", "/tmp/typed")
    equal(said, wanted, "what the terminal was given")


def a_manager_sees_its_own_machine_only(desk):
    desk.guest("untrusted", "sh", "-c", "wl-copy --clear; rm -f /tmp/seen; "
               "setsid wl-paste --watch sh -c 'cat >> /tmp/seen' > /dev/null 2>&1 & sleep 1")
    desk.copied_in("banking", "printf secret | wl-copy", "Copied from banking")
    equal(desk.guest("untrusted", "sh", "-c", "cat /tmp/seen 2> /dev/null; true"), "", "what a manager saw of a copy elsewhere")
    desk.paste_in("untrusted", "Pasted into untrusted")
    seen, deadline = "", time.monotonic() + WAIT_S
    while seen != "secret" and time.monotonic() < deadline:
        seen = desk.guest("untrusted", "sh", "-c", "cat /tmp/seen 2> /dev/null; true")
    equal(seen, "secret", "what a manager saw of a paste in its own")


def asked_and_answered(desk):
    desk.change_settings("ask")
    desk.guest("banking", "wl-copy", "--clear")
    for keys, title, got in ((("Return",), "Not pasted: you said no", None),
                             (("Tab", "Tab", "space"), "Pasted into banking", "ask me")):
        desk.copied_in("untrusted", "printf 'ask me' | wl-copy", "Copied from untrusted")
        desk.use("banking")
        desk.press("Super+Shift+v")
        deadline = time.monotonic() + WAIT_S
        while desk.status()["state"] != "asking":
            expect(time.monotonic() < deadline, "nothing is asked")
            time.sleep(0.05)
        equal(desk.pasted("banking"), None, "what is there while it is asked")
        desk.answer(*keys)
        desk.session.wait_notice(title)
        equal(desk.pasted("banking"), got, "what was pasted")


def denied(desk):
    desk.change_settings("deny")
    desk.guest("banking", "wl-copy", "--clear")
    desk.copied_in("untrusted", "printf poison | wl-copy", "Copied from untrusted")
    desk.paste_in("banking", "Not pasted: your policy forbids it")
    equal(desk.pasted("banking"), None, "what was pasted")
    equal(desk.status()["state"], "empty", "the clipboard after a denial")
    rules = desk.session.vmctl("clipboard", "policy").stdout
    expect(any(line.split()[:3] == ["untrusted", "banking", "deny"] for line in rules.splitlines()), rules)


def too_much(desk):
    desk.copied_in("untrusted", "head -c 300000 /dev/zero | tr '\\0' x | wl-copy", "Not copied: larger than 256 KiB")
    equal(desk.status()["state"], "empty", "the clipboard after too much")


def time_runs_out(desk):
    desk.change_settings("allow", "2s")
    desk.guest("untrusted", "wl-copy", "--clear")
    desk.copied_in("banking", "printf late | wl-copy", "Copied from banking")
    desk.session.wait_notice("Wiped after 2 s")
    desk.paste_in("untrusted", "Not pasted: nothing is copied")
    equal(desk.pasted("untrusted"), None, "what was pasted")


def a_lock_wipes_it(desk):
    """Last, as nobody is there to unlock."""
    desk.change_settings("allow")
    desk.copied_in("banking", "printf mine | wl-copy", "Copied from banking")
    desk.press("Super+l")
    desk.await_log("Wiped: the screen was locked")
    equal(desk.session.vmctl("clipboard", "status").stdout, "empty\n", "the clipboard of a locked session")
    desk.press("Super+Shift+v")
    equal(desk.pasted("untrusted"), None, "what was pasted behind the lock")


def nothing_is_left_behind(desk):
    if desk.keyboard is not None:
        desk.keyboard.close()
    left = desk.session.stop()
    equal(left, {}, "processes that had to be killed")
    desk.session.remove()


CASES = [
    two_machines_boot,
    copy_and_paste,
    a_terminal_takes_it,
    a_manager_sees_its_own_machine_only,
    asked_and_answered,
    denied,
    too_much,
    time_runs_out,
    a_lock_wipes_it,
]

if __name__ == "__main__":
    sys.exit(tap.run(Desk(sys.argv[1]), CASES, nothing_is_left_behind))
