# SPDX-License-Identifier: MIT
"""A silo-vmd of its own with stand-ins for the VMM, the proxy and the guest (fake/): what the tests of this folder that
speak to one have in common."""

import array
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

MANIFEST = """version 1
vmm %s
vm one {
	emulation allow
	application greet {
		command status 5
	}
}
vm two {
	emulation allow
}
vm mute {
	emulation allow
	agent-timeout 1s
}
vm garbled {
	emulation allow
}
vm old {
	emulation allow
}
vm rude {
	emulation allow
	agent-timeout 3s
}
vm hasty {
	emulation allow
}
vm stubborn {
	emulation allow
}
vm hostile {
	emulation allow
	kernel-param %s
}
"""

# crosvm's exit statuses, and what is said about them.
EXITS = {1: "crosvm gave up", 33: "a device crashed", 34: "the guest's kernel panicked", 35: "August 2026",
         36: "watchdog", 77: "status 77", 137: "did not end within a second"}
# Wrong answers to the order to stand still; the first two are only refusals.
ANSWERS = ["no", "errno", "nonsense", "empty", "types", "much", "twice", "zero", "huge", "fd"]
CROSVM_VMS = "".join(f"vm {name}\n" for name in [*(f"exits-{code}" for code in EXITS),
                                                 *(f"answers-{how}" for how in ANSWERS)])


class Compositor:
    """Answers RegisterDomain and keeps the dial channels."""

    def __init__(self, path):
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(path)
        self.listener.listen(16)
        self.path = path
        self.domains = {}
        self.connections = []
        self.watchers = []

    def blame(self, **offences):
        """Tells who watches that a domain misbehaved."""
        for sock in self.watchers:
            sock.sendall(json.dumps({"parameters": {"offences": [offences]}, "continues": True}).encode() + b"\0")

    def serve_until(self, name, timeout=10):
        """Serves until the domain is there and its proxy has asked for a connection."""
        while True:
            channels = list(self.domains.values())
            ready, _, _ = select.select([self.listener, *self.connections, *channels], [], [], timeout)
            if not ready:
                raise AssertionError(f"no domain {name}")
            for sock in ready:
                if sock is self.listener:
                    self.connections.append(sock.accept()[0])
                elif sock in self.connections:
                    self.take(sock)
                elif sock is self.domains.get(name):
                    byte = sock.recv(16)
                    if byte == b"c":
                        return
                    self.domains = {k: v for k, v in self.domains.items() if v is not sock}
                else:
                    self.domains = {k: v for k, v in self.domains.items() if v is not sock}

    def take(self, sock):
        data, control, _, _ = sock.recvmsg(65536, socket.CMSG_SPACE(16))
        if not data:
            self.connections.remove(sock)
            sock.close()
            return
        call = json.loads(data.rstrip(b"\0"))
        if call["method"] == "io.silo.Compositor.WatchOffences":
            assert call["more"], call
            self.watchers.append(sock)
            sock.sendall(b'{"parameters":{"offences":[]},"continues":true}\0')
            return
        fds = array.array("i")
        for _, _, payload in control:
            fds.frombytes(payload[:len(payload) - len(payload) % fds.itemsize])
        parameters = call["parameters"]
        assert call["method"] == "io.silo.Compositor.RegisterDomain" and len(fds) == 1, call
        self.last = parameters
        self.domains[parameters["name"]] = socket.socket(fileno=fds[0])
        sock.sendall(b'{"parameters":{}}\0')

    def close(self):
        for sock in [self.listener, *self.connections, *self.domains.values()]:
            sock.close()
        os.unlink(self.path)


class World:
    def __init__(self, vmd, vmctl, libexec, vmm):
        self.vmm = vmm
        self.vmd_program, self.vmctl_program, self.libexec = vmd, vmctl, libexec
        self.base = Path(tempfile.mkdtemp(prefix="silo-life-"))
        for name in ("run", "state", "data", "home"):
            (self.base / name).mkdir(mode=0o700)
        image = self.base / "data/silo/images/default"
        image.mkdir(parents=True)
        self.image = image
        self.write_image()
        (self.base / "home/secret").write_text("x")
        self.environment = dict(os.environ, XDG_RUNTIME_DIR=str(self.base / "run"),
                                XDG_STATE_HOME=str(self.base / "state"),
                                XDG_DATA_HOME=str(self.base / "data"), HOME=str(self.base / "home"))
        self.silo = self.base / "run/silo"
        tries = [f"try.read={self.base}/home/secret", f"try.unix={self.silo}/io.silo.Manager",
                 f"try.unix={self.silo}/one/io.silo.Supervisor", f"try.unix={self.silo}/one/vsock/agent",
                 f"try.read={self.base}/state/silo/one/record.json", "try.read=/etc/passwd",
                 f"try.unix={self.base}/run/bus"]
        self.manifest = self.base / "vms.scfg"
        self.manifest.write_text(MANIFEST % (vmm, " ".join(tries)) + (CROSVM_VMS if vmm == "crosvm" else ""))
        self.manifest.chmod(0o644)
        self.bus = socket.socket(socket.AF_UNIX)
        self.bus.bind(f"{self.base}/run/bus")
        self.bus.listen(1)
        self.vmd = None
        # The bus above is a bait, with nobody behind it.
        self.options = ["--no-units"]

    def write_image(self):
        """What the check of images takes for a kernel, an initrd and a file system of 1 block."""
        kernel = b"\x7fELF\2\1\1".ljust(54, b"\0") + (56).to_bytes(2, "little")
        (self.image / "kernel").write_bytes(kernel.ljust(1024, b"\0"))
        (self.image / "initrd").write_bytes(b"070701")
        superblock = 0xe0f5e1e2.to_bytes(4, "little") + b"\0" * 8 + b"\x0c" + b"\0" * 23 + b"\1\0\0\0"
        (self.image / "root.erofs").write_bytes((b"\0" * 1024 + superblock).ljust(4096, b"\0"))

    def start_vmd(self, check=True):
        self.vmd = subprocess.Popen([self.vmd_program, "--manifest", self.manifest, "--libexec", self.libexec,
                                     *self.options],
                                    env=self.environment, stderr=subprocess.PIPE, bufsize=0)
        line = self.vmd.stderr.readline().decode()
        if check:
            assert "ready" in line, line
        return line

    def vmd_says(self):
        """What silo-vmd and the supervisors have said since this was asked last."""
        said = b""
        while select.select([self.vmd.stderr], [], [], 0)[0]:
            said += os.read(self.vmd.stderr.fileno(), 65536)
        return said.decode()

    def stop_vmd(self, how=signal.SIGTERM):
        self.vmd.send_signal(how)
        self.vmd.wait(10)
        self.vmd.stderr.close()

    def vmctl(self, *words, stdin=b"", timeout=30):
        return subprocess.run([self.vmctl_program, *words], env=self.environment, input=stdin,
                              capture_output=True, timeout=timeout)

    def ok(self, *words, **options):
        result = self.vmctl(*words, **options)
        assert result.returncode == 0, (words, result)
        return result.stdout.decode()

    def status(self, vm):
        return json.loads(self.ok("--json", "status", vm))

    def wait_end(self, pids):
        """Every one of these processes has ended."""
        for pid in pids.values():
            try:
                fd = os.pidfd_open(pid)
            except (ProcessLookupError, OSError):
                continue
            assert select.select([fd], [], [], 10)[0], f"{pid} lives on"
            os.close(fd)

    def wait_state(self, vm, *states):
        """The supervisor's end is awaited; what is said after it must be true at once."""
        for _ in range(200):
            status = self.status(vm)
            if status["state"] in states:
                return status
            select.select([], [], [], 0.02)
        raise AssertionError((vm, status))

    def wait_applications(self, vm, are_right):
        for _ in range(500):
            listed = json.loads(self.ok("--json", "applications", vm))
            if are_right(listed):
                return listed
            select.select([], [], [], 0.02)
        raise AssertionError((vm, listed))

    def finish(self):
        self.vmctl("stop", "--all")
        if self.vmd is not None and self.vmd.poll() is None:
            self.stop_vmd()
        shutil.rmtree(self.base)


class Watcher:
    """Hears of every change, as launcher and panel do."""

    def __init__(self, world):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(10)
        self.sock.connect(str(world.silo / "io.silo.Manager"))
        self.sock.sendall(json.dumps({"method": "io.silo.Manager.Watch", "more": True}).encode() + b"\0")
        self.text = b""

    def next(self):
        while b"\0" not in self.text:
            data = self.sock.recv(65536)
            assert data, "the manager hung up"
            self.text += data
        message, _, self.text = self.text.partition(b"\0")
        answer = json.loads(message)
        assert answer.get("continues"), answer
        return {vm["name"]: vm for vm in answer["parameters"]["vms"]}

    def wait(self, name, state):
        while True:
            vms = self.next()
            if vms.get(name, {}).get("state") == state:
                return vms[name]


def call(world, method, **parameters):
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(10)
        sock.connect(str(world.silo / "io.silo.Manager"))
        sock.sendall(json.dumps({"method": f"io.silo.Manager.{method}", "parameters": parameters}).encode() + b"\0")
        return json.loads(sock.recv(65536).rstrip(b"\0"))


def run_cases(cases, label=lambda name: name):
    """Runs them in their order, in one world, as TAP; label says what to print for a name. Returns the exit status."""
    world = World(*sys.argv[1:5])
    print(f"1..{len(cases(world))}", flush=True)
    failed = 0
    try:
        for number, case in enumerate(cases(world), 1):
            try:
                case(world)
                print(f"ok {number} - {label(case.__name__)}", flush=True)
            except (AssertionError, OSError, ValueError, KeyError, subprocess.TimeoutExpired) as error:
                failed += 1
                print(f"not ok {number} - {label(case.__name__)}\n# {type(error).__name__}: {error}", flush=True)
    finally:
        world.finish()
    return 1 if failed else 0
