# SPDX-License-Identifier: MIT
"""What the end-to-end tests share: two machines on one headless desktop, and words to ask about them."""

import concurrent.futures
import os
import select

from session import Session

GREEN, RED = "337745", "ca2a39"
MANIFEST = f"""version 1

vm banking {{
	color "#{GREEN}"
	memory 640M
	disk 16M
	image default
	emulation allow
	root allow
	application absent {{
		name Absent
		command no-such-program
	}}
	application locked {{
		name Locked
		command /etc/passwd
	}}
	application brief {{
		name Brief
		command sh -c "exit 3"
	}}
	application fine {{
		name Fine
		command sh -c "echo up > /tmp/launched"
	}}
}}

vm untrusted {{
	color "#{RED}"
	memory 640M
	image default
	emulation allow
	root allow
}}
"""


class World:
    def __init__(self, build, manifest=MANIFEST, panel=False):
        self.session = Session(build, manifest, panel=panel)
        self.probe = None

    def diagnosis(self):
        """The last words of silo and of each machine."""
        text = self.session.log_tail("silo.log", 12)
        for log in sorted((self.session.directory / "state/silo").glob("*/log")):
            tail = log.read_text(errors="replace").splitlines()[-8:]
            text += "".join(f"\n{log.parent.name}: {line}" for line in tail)
        return text

    def guest(self, vm, *command, timeout=120, check=True):
        return self.session.vmctl("run", vm, *command, timeout=timeout, check=check).stdout

    def window(self, vm, timeout=60):
        return self.session.wait_window(vm, timeout)

    def pixel(self, x, y):
        return self.probe.ask(f"pixel {x} {y}")["color"].lstrip("#").lower()

    def click(self, x, y):
        self.probe.ask(f"click {x} {y}")

    def start(self):
        self.session.start()
        self.probe = self.session.open_probe()

    def boot(self, *vms):
        """Boots machines at the same time."""
        with concurrent.futures.ThreadPoolExecutor(len(vms)) as pool:
            list(pool.map(lambda vm: self.session.vmctl("start", vm), vms))

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


def await_end(handle, seconds, what):
    """Waits for the end of the process behind a pidfd, which is closed."""
    ended = select.select([handle], [], [], seconds)[0]
    os.close(handle)
    expect(ended, f"{what} lives on")
