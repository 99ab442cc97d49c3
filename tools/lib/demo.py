#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The demo behind tools/demo: two VMs, a terminal in each, on one Silo desktop."""

import argparse
import concurrent.futures
import json
import os
import secrets
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from session import Session, StepFailed, descendants, memory_kib  # noqa: E402

VMS = {"banking": "#337745", "untrusted": "#ca2a39"}
MANIFEST = "version 1\n" + "".join(f"""
vm {name} {{
	color "{color}"
	memory 640M
	cpus 1
	image demo
	emulation allow
}}
""" for name, color in VMS.items())

WITH_DISPLAY = """
Two virtual machines run side by side. Try, in the window:

  {mod} + drag             move a window         {mod} + right drag   resize it
  {mod} + Tab              next window           {mod} + F            full screen
  {mod} + Q                close the window      {mod} + Shift + E    end the session
"""

WITHOUT_DISPLAY = """
Two virtual machines run side by side. There is no Wayland or X11 session here, so nothing shows them; take a
picture, in another terminal:

  tools/shell env WAYLAND_DISPLAY={tools} grim desktop.png
"""

TRY = """
In another terminal:

  export XDG_RUNTIME_DIR={runtime} XDG_CONFIG_HOME={config} XDG_STATE_HOME={state}
  tools/shell {vmctl} status
  tools/shell {vmctl} run banking weston-flower
  tools/shell {vmctl} run untrusted uname -a

Ctrl+C here ends everything.
"""


def what_to_try(session):
    """The real keys: nested, the outer session keeps Super for itself."""
    text = WITH_DISPLAY if session.nested else WITHOUT_DISPLAY
    return (text + TRY).format(mod="Alt", tools=session.tools_socket, runtime=session.runtime,
                               config=session.directory / "config", state=session.directory / "state",
                               vmctl=session.program("vmctl"))


def say(text):
    print(f"demo: {text}", file=sys.stderr, flush=True)


class Demo:
    def __init__(self, session):
        self.session = session
        self.step = "start"
        self.report = {"vms": {name: {} for name in VMS}}

    def doing(self, step):
        self.step = step
        say(step)

    def start_vm(self, vm):
        self.session.vmctl("start", vm, timeout=180)
        status = self.session.status(vm)
        self.report["vms"][vm] = {
            "vmm_start_to_agent_ready_ms": status["ready_ms"],
            "vmm_pid": status["pids"]["vmm"],
            "accelerator": status["accelerator"],
            "box": status["jail"],
            "boot_id": self.guest(vm, "cat", "/proc/sys/kernel/random/boot_id").strip(),
        }

    def guest(self, vm, *command, timeout=120):
        return self.session.vmctl("run", vm, *command, timeout=timeout).stdout

    def open_terminal(self, vm):
        started = time.monotonic()
        # Side by side on the picture; nested, the outer window is smaller.
        size = "470x440" if self.session.nested else "900x560"
        self.session.run_in_vm(vm, "foot", f"--window-size-pixels={size}", name=f"{vm}-foot")
        self.session.wait_window(vm)
        self.report["vms"][vm]["run_to_window_ms"] = round((time.monotonic() - started) * 1000)

    def type_nonce(self, vm):
        """Types a fresh word into the terminal of vm and reads it back from the guest."""
        nonce = secrets.token_hex(12)
        probe = self.session.open_probe()
        window = next(w for w in self.session.windows() if w["domain"] == vm)
        probe.ask(f"click {window['x'] + window['width'] // 2} {window['y'] + window['height'] // 2}")
        fifo = f"/tmp/nonce-{secrets.token_hex(4)}"
        self.guest(vm, "mkfifo", fifo)
        probe.ask(f"type echo {nonce} | tee {fifo}")
        probe.ask("key Return")
        answer = self.guest(vm, "cat", fifo, timeout=60).strip()
        if answer != nonce:
            raise StepFailed(f"typed {nonce} into {vm}, its guest read {answer!r}")
        self.report["vms"][vm]["nonce"] = nonce

    def measure(self, vm):
        answer = json.loads(self.guest(vm, "/usr/lib/silo/tests/sync-bench", "-s", "2", "-o", "sync"))
        self.report["vms"][vm]["sync_us"] = {"samples": answer["sync_samples"],
                                             "median": answer["sync_median_us"], "p99": answer["sync_p99_us"]}

    def memory(self):
        self.report["memory_kib"] = [
            {"pid": pid, "name": name, "rss_anon_file": memory_kib(pid)}
            for pid, name in sorted(descendants(os.getpid()).items())
            if name not in ("vmctl", "silo-probe")]

    def start(self):
        self.doing("starting the desktop")
        self.session.start()
        self.doing("booting " + " and ".join(VMS))
        with concurrent.futures.ThreadPoolExecutor(len(VMS)) as pool:
            list(pool.map(self.start_vm, VMS))
        for vm in VMS:
            self.doing(f"opening a terminal in {vm}")
            self.open_terminal(vm)

    def headless(self, directory):
        self.start()
        for vm in VMS:
            self.doing(f"typing into {vm}")
            self.type_nonce(vm)
        for vm in VMS:
            self.doing(f"measuring in {vm}")
            self.measure(vm)
        self.doing("taking the picture")
        self.memory()
        self.session.screenshot(directory / "desktop.png")
        (directory / "report.json").write_text(json.dumps(self.report, indent=2) + "\n")

    def complain(self, error):
        say(f"failed while {self.step}: {error}")
        for vm in VMS:
            try:
                log = self.session.vmctl("log", vm, timeout=10, check=False).stdout
            except Exception:  # The log is an extra; what failed is told already.
                log = ""
            if log.strip():
                say(f"last log lines of {vm}:")
                for line in log.splitlines()[-10:]:
                    print(f"    {line}", file=sys.stderr)
        tail = self.session.log_tail("silo.log", 8)
        if tail:
            say("last lines of silo:")
            print(tail, file=sys.stderr)


def parse_arguments():
    parser = argparse.ArgumentParser(prog="tools/demo")
    parser.add_argument("--build", required=True, type=Path)
    parser.add_argument("--headless", type=Path)
    parser.add_argument("--include")  # The image is made already.
    parser.add_argument("--apps", action="store_true")
    parser.add_argument("--scale", default="1")
    parser.add_argument("--dark", action="store_true")
    return parser.parse_args()


def finish(session, status):
    left = session.stop()
    if left:
        say("had to kill: " + ", ".join(f"{name} ({pid})" for pid, name in left.items()))
        status = 1
    session.remove()
    return status


def interrupted(*_):
    raise KeyboardInterrupt


def main():
    arguments = parse_arguments()
    if arguments.headless:
        arguments.headless.mkdir(parents=True, exist_ok=True)
    display = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
    nested = bool(display) and not arguments.headless
    session = Session(arguments.build, MANIFEST, outputs=f"1920x1080@{arguments.scale}", nested=nested,
                      options=[] if arguments.dark else ["--light"], panel=True)
    demo = Demo(session)
    # Ctrl+C also where a shell started us in the background; the end of the terminal too.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupted)
    status = 0
    try:
        if arguments.headless:
            demo.headless(arguments.headless.resolve())
        else:
            demo.start()
            print(what_to_try(session), flush=True)
            session.silo.wait()
    except KeyboardInterrupt:
        say("stopping")
        status = 130 if arguments.headless else 0
    except Exception as error:  # Whatever it was: say it, and leave no process behind.
        demo.complain(error)
        status = 1
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        status = finish(session, status)
    if arguments.headless and status == 0:
        say(f"wrote {arguments.headless / 'desktop.png'} and {arguments.headless / 'report.json'}")
    return status


if __name__ == "__main__":
    sys.exit(main())
