#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Programs that do not start, from the key press to the notice on the screen: the real compositor, panel,
launcher and silo-vmd, headless, with stand-ins for the VMM and the guest.
usage: failures.py BUILD FAKES [PICTURES]"""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from session import Session, StepFailed

WAIT_S = 15
INK, SURFACE, RAISED = "#eceae6", "#1f2225", "#282b2f"
HEIGHT = 720
MANIFEST = """version 1
vmm qemu
vm one {
	color "#0175d4"
	emulation allow
	application greet {
		name Greeter
		command status 5
	}
	application absent {
		name Absent
		command fail 127
	}
	application locked {
		name Locked
		command fail 126
	}
	application odd {
		name Odd
		command fail 1
	}
	application fine {
		name Fine
		command true
	}
}
vm bare {
	color "#ee7d1f"
	image none-such
	emulation allow
	application draw {
		name "Drawing pad"
		command true
	}
}
vm garbled {
	color "#337745"
	emulation allow
	application web {
		name Web
		command true
	}
}
vm strict {
	color "#f2d42d"
	application web {
		name Web
		command true
	}
}
vm mute {
	color "#ca2a39"
	emulation allow
	agent-timeout 1s
	application web {
		name Web
		command true
	}
}
"""


class Failed(Exception):
    pass


def want(got, expected, what):
    if got != expected:
        raise Failed(f"{what}: {got!r}, not {expected!r}")


class Watcher:
    """What io.silo.Compositor tells of notices."""

    def __init__(self, runtime):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(runtime / "silo/io.silo.Compositor"))
        self.socket.sendall(b'{"method":"io.silo.Compositor.Watch","more":true}\0')
        self.bytes, self.notices = b"", None

    def wait(self, test, what):
        """The first list of notices for which test is true, the one told last among them."""
        deadline = time.monotonic() + WAIT_S
        while self.notices is None or not test(self.notices):
            while b"\0" not in self.bytes:
                if not select.select([self.socket], [], [], max(0, deadline - time.monotonic()))[0]:
                    raise Failed(f"{what} was not told; the last is {self.notices}")
                self.bytes += self.socket.recv(1 << 20)
            message, _, self.bytes = self.bytes.partition(b"\0")
            self.notices = json.loads(message)["parameters"]["notices"]
        return self.notices

    def title(self, title):
        """The notice whose title begins with that, when it is there."""
        return self.wait(lambda notices: any(n["title"].startswith(title) for n in notices), title)[0]

    def close(self):
        self.socket.close()


class Desk:
    def __init__(self, build, fakes, pictures):
        self.pictures = pictures
        self.session = Session(build, MANIFEST, outputs=f"1280x{HEIGHT}", panel=True)
        session = self.session
        (session.directory / "data/silo/images").unlink()
        self.write_image(session.directory / "data/silo/images/default")
        session.manager.write_text(f"#!/bin/sh\nexec {session.build}/vmctl/silo-vmd --no-units "
                                   f"--libexec {fakes}:{session.build}/vmctl\n")
        session.start()
        self.probe = session.open_probe()
        self.probe.ask("key Shift_L")
        self.watcher = Watcher(session.runtime)

    @staticmethod
    def write_image(image):
        """What the check of images takes for a kernel, an initrd and a file system of 1 block."""
        image.mkdir(parents=True)
        kernel = b"\x7fELF\2\1\1".ljust(54, b"\0") + (56).to_bytes(2, "little")
        (image / "kernel").write_bytes(kernel.ljust(1024, b"\0"))
        (image / "initrd").write_bytes(b"070701")
        superblock = 0xe0f5e1e2.to_bytes(4, "little") + b"\0" * 8 + b"\x0c" + b"\0" * 23 + b"\1\0\0\0"
        (image / "root.erofs").write_bytes((b"\0" * 1024 + superblock).ljust(4096, b"\0"))

    def picture(self, name):
        if self.pictures:
            self.session.screenshot(self.pictures / f"{name}.png")

    def launch(self, vm, application):
        self.session.call("io.silo.Manager.Launch", name=vm, application=application)

    def told(self, title):
        """Waits for a failure of that title; puts it away and returns it."""
        notice = self.watcher.title(title)
        self.session.call("io.silo.Compositor.DismissNotice", id=notice["id"])
        self.watcher.wait(lambda notices: not notices, "that it was put away")
        return notice

    def stop(self):
        self.watcher.close()
        return self.session.stop()


def a_missing_image_is_told_after_the_launcher_has_closed(desk):
    desk.session.call("io.silo.Compositor.ToggleLauncher")
    desk.probe.ask(f"wait-pixel 318 {HEIGHT - 44 - 648 + 110} {INK} {WAIT_S}")
    desk.probe.ask("type drawing")
    desk.picture("1-launcher")
    desk.probe.ask("key Return")
    notice = desk.watcher.title("Not started")
    # The launcher has gone, the strip is as ever, and the notice hangs from it: its plate's cell, its hatch.
    desk.probe.ask(f"wait-pixel 6 {HEIGHT - 22} {SURFACE} {WAIT_S}")
    desk.probe.ask(f"wait-pixel 387 48 #f4ae74 {WAIT_S}")
    desk.picture("2-missing-image")
    want((notice["failure"], notice["source"]["name"], notice["detail"]), (True, "bare", "“Drawing pad”"), "the notice")
    want(notice["title"], 'Not started: image "none-such" has no readable kernel', "what is told")
    if not notice["text"].startswith("Build it with: "):
        raise Failed(f"what to do is not told: {notice}")
    desk.told("Not started")


def a_guest_that_never_answers(desk):
    desk.launch("mute", "web")
    starting = desk.watcher.title("Starting mute")
    want((starting["failure"], starting["kind"]), (False, "start"), "the notice of a start")
    notice = desk.told("Not started")
    want(notice["source"]["name"], "mute", "who it is about")


def a_vmm_that_goes_wrong_while_its_vm_boots(desk):
    desk.launch("garbled", "web")
    notice = desk.told("Not started")
    want((notice["source"]["name"], notice["failure"]), ("garbled", True), "who it is about")


def a_machine_without_kvm(desk):
    if desk.session.vmctl("start", "strict", check=False).returncode == 0:
        return  # this machine has it
    # Who only starts it, from a terminal or the launcher, is told as well.
    want(desk.told("Not started: it needs KVM")["detail"], "", "the program of a start")
    desk.launch("strict", "web")
    desk.probe.ask(f"wait-pixel 387 48 #f7e47d {WAIT_S}")
    desk.watcher.title("Not started")
    desk.probe.ask(f"wait-pixel 900 150 {RAISED} {WAIT_S}")
    desk.picture("3-no-kvm")
    notice = desk.told("Not started: ")
    want(notice["title"], "Not started: it needs KVM", "the title")
    if "emulation allow" not in notice["text"]:
        raise Failed(f"what to do is not told: {notice}")


def a_vmm_that_dies_under_its_windows(desk):
    pids = desk.session.status("one")["pids"]
    os.kill(pids["vmm"], signal.SIGKILL)
    notice = desk.told("Not running any more")
    want(notice["source"]["name"], "one", "who it is about")
    if "VMM" not in notice["title"] + notice["text"]:
        raise Failed(f"the reason is not told: {notice}")


def programs_that_do_not_run(desk):
    desk.session.vmctl("start", "one")
    for application, title in (("absent", "Not started: this virtual machine has no such program"),
                               ("locked", "Not started: the program may not be run there"),
                               ("odd", "Not started: the virtual machine could not run it"),
                               ("greet", "Not running: it ended at once, with status 5")):
        desk.launch("one", application)
        notice = desk.told(title)
        want(notice["source"]["label"], "one", "who it is about")
        # What the guest said of it is not repeated.
        if "Cannot run it" in json.dumps(notice):
            raise Failed(f"a guest's words: {notice}")


def one_that_runs_is_no_news(desk):
    desk.launch("one", "fine")
    desk.launch("one", "absent")
    notice = desk.told("Not started: this virtual machine has no such program")
    want(notice["detail"], "“Absent”", "the one notice")


def left_behind(desk):
    log = desk.session.log_tail("silo.log", 60)
    left = desk.stop()
    desk.session.remove()
    want(left, {}, "processes left over")
    want(desk.session.silo.returncode, 0, f"the compositor's exit status, after saying:\n{log}\n")


TESTS = (a_missing_image_is_told_after_the_launcher_has_closed, a_guest_that_never_answers,
         programs_that_do_not_run, one_that_runs_is_no_news,
         a_vmm_that_goes_wrong_while_its_vm_boots, a_machine_without_kvm, a_vmm_that_dies_under_its_windows, left_behind)


def main():
    print(f"1..{len(TESTS)}")
    desk = Desk(sys.argv[1], sys.argv[2], Path(sys.argv[3]) if len(sys.argv) > 3 else None)
    fine = True
    for number, test in enumerate(TESTS, 1):
        try:
            test(desk)
        except (Failed, StepFailed, OSError, KeyError, subprocess.SubprocessError) as error:
            fine = False
            text = f"{error!r}\n{desk.session.log_tail('silo.log')}".replace("\n", "\n# ")
            print(f"not ok {number} {test.__name__}\n# {text}", flush=True)
        else:
            print(f"ok {number} {test.__name__}", flush=True)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
