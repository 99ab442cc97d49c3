# SPDX-License-Identifier: MIT
"""A whole Silo session of its own: runtime, state and configuration directories, the compositor with its
tools socket, the VM manager, and verbs to drive them. Used by tools/demo and the end-to-end tests.

Every process that the session starts is a descendant of this one (it makes itself a sub-reaper), so
`stop()` can prove that none is left."""

import ctypes
import json
import os
import queue
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36


class StepFailed(Exception):
    """A step did not happen; the text says which and what is known about it."""


def parent_of(pid):
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = stat[stat.rindex(")") + 2:].split()
    return None if fields[0] == "Z" else int(fields[1])


def descendants(root):
    """Living processes below root, as {pid: name}."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            parent = parent_of(int(entry.name))
            if parent is not None:
                parents[int(entry.name)] = parent
    found = {root}
    grown = True
    while grown:
        more = {pid for pid, parent in parents.items() if parent in found} - found
        found |= more
        grown = bool(more)
    found.discard(root)
    result = {}
    for pid in found:
        try:
            result[pid] = Path(f"/proc/{pid}/comm").read_text().strip()
        except OSError:
            pass
    return result


def memory_kib(pid):
    """RssAnon + RssFile of a process, in KiB."""
    total = 0
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(("RssAnon:", "RssFile:")):
                total += int(line.split()[1])
    except OSError:
        return None
    return total


def context_switches(pid):
    total = 0
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for line in (task / "status").read_text().splitlines():
                if line.startswith(("voluntary_ctxt_switches:", "nonvoluntary_ctxt_switches:")):
                    total += int(line.split()[1])
    except OSError:
        return None
    return total


def collect_children():
    """Reaps what has ended. Returns whether children are left."""
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                return True
        except ChildProcessError:
            return False


IN_CREATE, IN_MOVED_TO = 0x100, 0x80


class Watch:
    """Tells when something is made in a directory, from now on (inotify)."""

    def __init__(self, directory):
        libc = ctypes.CDLL(None, use_errno=True)
        self.handle = libc.inotify_init1(os.O_CLOEXEC)
        libc.inotify_add_watch(self.handle, os.fsencode(directory), IN_CREATE | IN_MOVED_TO)

    def wait(self, name, deadline):
        """Waits until name is made. Returns whether it was, before the deadline (time.monotonic())."""
        while True:
            remaining = deadline - time.monotonic()
            if remaining <= 0 or not select.select([self.handle], [], [], remaining)[0]:
                return False
            events = os.read(self.handle, 65536)
            while events:
                size = int.from_bytes(events[12:16], sys.byteorder)
                if events[16:16 + size].rstrip(b"\0") == os.fsencode(name):
                    return True
                events = events[16 + size:]

    def close(self):
        os.close(self.handle)


def wait_for_path(path, timeout):
    """Waits until path exists. Returns whether it does."""
    path = Path(path)
    deadline = time.monotonic() + timeout
    while not path.exists():
        name, parent = path.name, path.parent
        while not parent.exists():
            name, parent = parent.name, parent.parent
        watch = Watch(parent)
        try:
            # It may have been made between the look and the watch.
            if not (parent / name).exists() and not watch.wait(name, deadline):
                return path.exists()
        finally:
            watch.close()
    return True


class Probe:
    """silo-probe in its serve mode: one connection with a keyboard and a pointer that stay."""

    def __init__(self, program, display, environment, log):
        self.process = subprocess.Popen([program, "--display", display, "serve"], text=True, bufsize=1,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                                        env=environment)
        self.lines = queue.Queue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def ask(self, command, timeout=30):
        """Sends one command line; returns its answer. Raises StepFailed if it says no."""
        try:
            self.process.stdin.write(command + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise StepFailed(f"the probe is gone; it was asked: {command}") from None
        try:
            line = self.lines.get(timeout=timeout)
        except queue.Empty:
            raise StepFailed(f"the probe gave no answer to: {command}") from None
        if line is None:
            raise StepFailed(f"the probe ended; it was asked: {command}")
        answer = json.loads(line)
        if not answer.get("ok"):
            raise StepFailed(f"probe: {command}: {answer.get('error')} {answer.get('reason', '')} {answer}")
        return answer

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Session:
    def __init__(self, build, manifest, outputs="1920x1080", nested=False, options=(), keep=None,
                 panel=False):
        self.build = Path(build)
        self.nested = nested
        self.outputs = outputs
        self.options = list(options)
        # Its clock is no picture's friend, and it takes room.
        if not panel:
            self.options += ["--panel", "none"]
        # Socket paths have 108 bytes: a short directory of our own.
        self.directory = Path(keep) if keep else Path(tempfile.mkdtemp(prefix="silo-", dir="/tmp"))
        self.runtime = self.directory / "run"
        for name in ("run", "state", "config/silo", "log"):
            (self.directory / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        os.chmod(self.runtime, 0o700)
        # Its VMs have homes of their own, and the user's images.
        (self.directory / "data/silo").mkdir(parents=True, exist_ok=True, mode=0o700)
        user_data = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
        (self.directory / "data/silo/images").symlink_to(os.path.join(user_data, "silo/images"))
        self.manifest = self.directory / "config/silo/vms.scfg"
        self.manifest.write_text(manifest)
        # silo starts a program without arguments; from a build directory the manager needs one.
        self.manager = self.directory / "silo-vmd"
        helpers = ":".join(str(self.build / folder) for folder in ("vmctl", "proxy"))
        self.manager.write_text(f"#!/bin/sh\nexec {self.build}/vmctl/silo-vmd --libexec {helpers}\n")
        self.manager.chmod(0o700)
        self.tools_socket = str(self.runtime / "tools")
        self.silo = None
        self.probe = None
        self.environment = dict(os.environ)
        self.environment.update(self.build_environment())
        self.processes = []
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    def build_environment(self):
        values = {
            "XDG_STATE_HOME": str(self.directory / "state"),
            "XDG_CONFIG_HOME": str(self.directory / "config"),
            "XDG_DATA_HOME": str(self.directory / "data"),
        }
        if self.nested:
            # The outer session's socket is named by an absolute path, since the runtime directory is ours.
            outer = os.environ.get("WAYLAND_DISPLAY")
            if outer and not outer.startswith("/"):
                values["WAYLAND_DISPLAY"] = os.path.join(os.environ.get("XDG_RUNTIME_DIR", ""), outer)
        else:
            values.update({"WLR_BACKENDS": "headless", "WLR_RENDERER": "pixman",
                           "WLR_LIBINPUT_NO_DEVICES": "1"})
        values["XDG_RUNTIME_DIR"] = str(self.runtime)
        return values

    def program(self, name):
        for folder in ("compositor", "launcher", "vmctl", "proxy", "tests/probe", "tests/clients", "guest"):
            path = self.build / folder / name
            if path.exists():
                return str(path)
        raise StepFailed(f"{name} is not built")

    def log_file(self, name):
        return open(self.directory / "log" / name, "ab", buffering=0)

    def log_tail(self, name, lines=15):
        try:
            text = (self.directory / "log" / name).read_text(errors="replace")
        except OSError:
            return ""
        return "\n".join(text.splitlines()[-lines:])

    def start(self, timeout=20):
        """Starts silo (which starts silo-vmd) and waits until both answer."""
        self.start_silo(timeout)
        self.wait_manager(timeout)

    def start_silo(self, timeout=20, vmd=True):
        reading, writing = os.pipe()
        arguments = [self.program("silo"), "--tools-socket", self.tools_socket, "--ready-fd", str(writing)]
        arguments += ["--vmd", str(self.manager) if vmd else "none"]
        if not self.nested:
            arguments += ["--outputs", self.outputs]
        arguments += self.options
        self.silo = subprocess.Popen(arguments, env=self.environment, pass_fds=[writing],
                                     stdout=self.log_file("silo.log"), stderr=subprocess.STDOUT,
                                     stdin=subprocess.DEVNULL)
        os.close(writing)
        ready, _, _ = select.select([reading], [], [], timeout)
        line = os.read(reading, 256) if ready else b""
        os.close(reading)
        if not line.endswith(b"\n"):
            raise StepFailed("silo did not start:\n" + self.log_tail("silo.log"))
        self.display = line.decode().strip()

    def wait_manager(self, timeout=20, log="silo.log"):
        if not wait_for_path(self.runtime / "silo/io.silo.Manager", timeout):
            raise StepFailed("silo-vmd did not start:\n" + self.log_tail(log))

    def manager_pid(self):
        for pid, name in descendants(os.getpid()).items():
            if name == "silo-vmd" and b"--vm\0" not in Path(f"/proc/{pid}/cmdline").read_bytes():
                return pid
        return None

    def end_silo(self, number=signal.SIGKILL, timeout=20):
        """Ends silo alone, as a crash would (or asks it to, with SIGTERM); the machines are to run on.
        Returns its exit status."""
        if self.probe is not None:
            self.probe.close()
            self.probe = None
        self.silo.send_signal(number)
        return self.silo.wait(timeout)

    def open_probe(self):
        if self.probe is None:
            self.probe = Probe(self.program("silo-probe"), self.tools_socket, self.environment,
                               self.log_file("probe.log"))
        return self.probe

    def vmctl(self, *arguments, timeout=120, check=True, stdin=None, text=True):
        result = subprocess.run([self.program("vmctl"), *arguments], env=self.environment, text=text,
                                capture_output=True, timeout=timeout,
                                **({"input": stdin} if stdin is not None else {"stdin": subprocess.DEVNULL}))
        if check and result.returncode != 0:
            raise StepFailed(f"vmctl {' '.join(arguments)} ended with {result.returncode}: "
                             f"{(result.stderr or result.stdout)!s:.600}")
        return result

    def call(self, method, timeout=20, **parameters):
        """Calls a method of one of the session's Varlink services by its full name; returns its answer."""
        service = method.rpartition(".")[0]
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(timeout)
            link.connect(str(self.runtime / "silo" / service))
            link.sendall(json.dumps({"method": method, "parameters": parameters}).encode() + b"\0")
            answer = b""
            while not answer.endswith(b"\0"):
                data = link.recv(1 << 16)
                if not data:
                    raise StepFailed(f"{method}: the service hung up")
                answer += data
        answer = json.loads(answer[:-1])
        if "error" in answer:
            raise StepFailed(f"{method}: {answer}")
        return answer.get("parameters", {})

    def wait_notice(self, title, timeout=30):
        """Waits until silo tells the user something whose title begins so; returns the notice."""
        deadline, data, last = time.monotonic() + timeout, b"", []
        with socket.socket(socket.AF_UNIX) as link:
            link.connect(str(self.runtime / "silo/io.silo.Compositor"))
            link.sendall(b'{"method":"io.silo.Compositor.Watch","more":true}\0')
            while True:
                while b"\0" in data:
                    message, _, data = data.partition(b"\0")
                    last = json.loads(message)["parameters"]["notices"]
                    for notice in last:
                        if notice["title"].startswith(title):
                            return notice
                if not select.select([link], [], [], max(0, deadline - time.monotonic()))[0]:
                    raise StepFailed(f"no notice begins with \"{title}\"; there are {last}")
                data += link.recv(1 << 16)

    def find_process(self, name):
        """The process of that name that the session has started last, or None. An earlier one may take a while to
        end: a launcher that was closed."""
        return max((pid for pid, comm in descendants(os.getpid()).items() if comm == name), default=None)

    def run_in_vm(self, vm, *command, name=None):
        """Starts a command in a VM in the background; stop() ends it with the VM."""
        process = subprocess.Popen([self.program("vmctl"), "run", vm, *command], env=self.environment,
                                   stdin=subprocess.DEVNULL, stdout=self.log_file(f"{name or vm}.out"),
                                   stderr=subprocess.STDOUT)
        self.processes.append(process)
        return process

    def status(self, vm):
        return json.loads(self.vmctl("--json", "status", vm).stdout)

    def windows(self):
        return self.open_probe().ask("windows")["windows"]

    def wait_window(self, pattern, timeout=60):
        """Waits for a window whose domain or app-id is pattern, or whose title holds it; returns it."""
        return self.open_probe().ask(f"wait-window {pattern} {timeout}", timeout + 5)["window"]

    def wait_gone(self, pattern, timeout=60):
        self.open_probe().ask(f"wait-gone {pattern} {timeout}", timeout + 5)

    def screenshot(self, path):
        self.open_probe().ask(f"screenshot {path}")

    def left_over(self):
        own = {process.pid for process in self.processes}
        return {pid: name for pid, name in descendants(os.getpid()).items() if pid not in own}

    def stop(self, timeout=20):
        """Ends everything. Returns what had to be killed, as {pid: name}: nothing, if all is well."""
        if (self.runtime / "silo/io.silo.Manager").exists():
            try:
                self.vmctl("stop", "--force", "--all", timeout=timeout, check=False)
            except (subprocess.TimeoutExpired, StepFailed):
                pass
        if self.probe is not None:
            self.probe.close()
            self.probe = None
        for pid, name in descendants(os.getpid()).items():
            if name == "silo-vmd":
                try:
                    os.kill(pid, signal.SIGTERM)
                except ProcessLookupError:
                    pass
        if self.silo is not None and self.silo.poll() is None:
            self.silo.terminate()
            try:
                self.silo.wait(timeout)
            except subprocess.TimeoutExpired:
                pass
        for process in self.processes:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.terminate()
                process.wait()
        self.processes = []
        return self.reap(timeout)

    def reap(self, timeout):
        """Collects orphans as they end; kills what is left at the deadline and says so."""
        deadline = time.monotonic() + timeout
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        try:
            while collect_children() and descendants(os.getpid()):
                remaining = deadline - time.monotonic()
                if remaining <= 0 or signal.sigtimedwait({signal.SIGCHLD}, remaining) is None:
                    break
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        left = descendants(os.getpid())
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        while left:
            try:
                os.waitpid(-1, 0)
            except ChildProcessError:
                break
        return left

    def remove(self):
        shutil.rmtree(self.directory, ignore_errors=True)
