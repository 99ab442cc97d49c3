#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The life of VMs under silo-vmd with stand-ins for the VMM, the proxy and the guest, as TAP:
life_cycle.py SILO-VMD VMCTL LIBEXEC qemu|crosvm"""

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
import time
from pathlib import Path

from terminals import Terminal

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
        self.log = open(self.base / "vmd.log", "ab", buffering=0)

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
                                    env=self.environment, stderr=subprocess.PIPE, text=True)
        line = self.vmd.stderr.readline()
        if check:
            assert "ready" in line, line
        return line

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


def says_who_starts_vmd(world):
    result = world.vmctl("list")
    assert result.returncode == 1 and b"silo-vmd &" in result.stderr and result.stderr.count(b"\n") == 1, result


def refuses_a_second_vmd(world):
    world.start_vmd()
    result = subprocess.run([world.vmd_program, "--manifest", world.manifest], env=world.environment,
                            capture_output=True, timeout=10)
    assert result.returncode == 1 and b"another silo-vmd serves" in result.stderr, result


def serves_a_socket_that_was_passed(world):
    """As from silo-vmd.socket: nobody serves until somebody connects, and the name outlives silo-vmd."""
    world.stop_vmd()
    path = world.silo / "io.silo.Manager"
    notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notices.bind(str(world.base / "notices"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(path))
        listener.listen(16)
        environment = dict(world.environment, LISTEN_FDS="1", NOTIFY_SOCKET=str(world.base / "notices"))
        vmd = subprocess.Popen(["sh", "-c", 'exec 3<&0 0</dev/null; LISTEN_PID=$$ exec "$@"', "sh",
                                world.vmd_program, "--manifest", world.manifest, "--libexec", world.libexec,
                                *world.options],
                               env=environment, stdin=listener, stderr=subprocess.DEVNULL)
        assert select.select([notices], [], [], 10)[0] and b"READY=1" in notices.recv(4096)
        assert world.status("one")["state"] == "stopped"
        vmd.terminate()
        assert vmd.wait(10) == 0 and path.exists()
    path.unlink()
    notices.close()
    world.start_vmd()


def refuses_a_wrong_runtime_directory(world):
    os.chmod(world.base / "run", 0o755)
    result = subprocess.run([world.vmd_program, "--manifest", world.manifest], env=world.environment,
                            capture_output=True, timeout=10)
    os.chmod(world.base / "run", 0o700)
    assert result.returncode == 1 and b"chmod 0700" in result.stderr, result
    for where, said in ((world.base / "nowhere", b"is not a directory"), ("/", b"must be yours with mode 0700")):
        result = subprocess.run([world.vmctl_program, "list"], env=dict(world.environment, XDG_RUNTIME_DIR=str(where)),
                                capture_output=True, timeout=10)
        assert result.returncode == 1 and said in result.stderr and result.stderr.count(b"\n") == 1, result
    environment = dict(world.environment, XDG_RUNTIME_DIR="/tmp/" + "x" * 90)
    result = subprocess.run([world.vmd_program, "--manifest", world.manifest], env=environment,
                            capture_output=True, timeout=10)
    assert result.returncode == 1 and b"too long" in result.stderr, result


def starts_on_first_run(world):
    assert world.status("one")["state"] == "stopped"
    result = world.vmctl("run", "one", "status", "7")
    assert result.returncode == 7, result
    status = world.status("one")
    assert status["state"] == "running" and status["boots"] == 1 and status["jail"] == "full", status
    assert world.vmctl("run", "--application", "greet", "one").returncode == 5


def lists_applications(world):
    greet = {"vm": "one", "id": "greet", "name": "greet", "source": "manifest"}
    told = [{"vm": "one", "id": "gone", "name": "Gone", "category": "Game", "source": "agent"},
            {"vm": "one", "id": "play", "name": "Play ä", "category": "Game", "source": "agent"}]
    everything = world.wait_applications("one", lambda listed: len(listed) == 3)
    assert everything == [greet, *told] == json.loads(world.ok("--json", "applications")), everything
    assert json.loads(world.ok("--json", "applications", "two")) == []
    lines = [line.split() for line in world.ok("applications", "one").splitlines()]
    assert lines[0] == ["one", "greet", "greet", "-", "manifest"], lines
    assert lines[2] == ["one", "play", "Play", "ä", "Game", "agent"], lines
    assert world.ok("run", "--application", "play", "one") == "play"
    assert world.vmctl("run", "--application", "greet", "one").returncode == 5
    result = world.vmctl("run", "--application", "gone", "one")
    assert result.returncode == 127 and b"Cannot run it" in result.stderr, result
    # They are known, and are started, while the VM does not run; what is not known boots nothing.
    world.ok("stop", "one")
    assert json.loads(world.ok("--json", "applications", "one")) == everything
    for name in ("plya", "../play", "play\n", "-x", ""):
        result = world.vmctl("run", f"--application={name}", "one")
        assert result.returncode == 1 and b"has no application" in result.stderr, result
    assert world.status("one")["state"] == "stopped"
    assert world.ok("run", "--application", "play", "one") == "play"
    result = world.vmctl("applications", "won")
    assert result.returncode == 1 and b'did you mean "one"?' in result.stderr, result


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


def watchers_hear_of_launches(world):
    watcher = Watcher(world)
    everything = watcher.next()
    assert everything["one"]["state"] == "stopped" and "two" in everything, everything
    glyphs = [vm["glyph"] for vm in list(everything.values())[:12]]
    assert len(set(glyphs)) == len(glyphs) and everything["one"]["memory"] > 0, everything
    # Answered before it has booted, and nobody has to wait for it.
    assert "error" not in call(world, "Launch", name="one", application="greet")
    watcher.wait("one", "starting")
    assert watcher.wait("one", "running")["expected_ms"] > 0
    assert "error" not in call(world, "Launch", name="one", application="greet")
    answer = call(world, "Launch", name="one", application="no-such")
    assert answer["error"] == "io.silo.Manager.Failed" and "no-such" in answer["parameters"]["reason"], answer
    world.ok("pause", "one")
    watcher.wait("one", "paused")
    assert "is paused" in call(world, "Launch", name="one", application="greet")["parameters"]["reason"]
    world.ok("resume", "one")
    watcher.wait("one", "running")
    watcher.sock.close()
    assert world.vmctl("run", "one", "true").returncode == 0
    world.ok("stop", "one")


def bounds_what_a_guest_lists(world):
    path = world.base / "state/silo/one/applications.json"
    world.ok("run", "one", "list", "double")
    world.ok("run", "one", "list", "many")
    listed = world.wait_applications("one", lambda listed: len(listed) == 500)
    assert len({entry["id"] for entry in listed}) == 500
    # Again and again: it is written a few times, not two thousand, and the last one is there in the end.
    files = {path.stat().st_ino}
    world.ok("run", "one", "list", "endless")
    deadline = time.monotonic() + 15
    while "last1999" not in path.read_text():
        assert time.monotonic() < deadline, path.read_text()
        files.add(path.stat().st_ino)
        time.sleep(0.05)
    assert len(files) < 8 and world.status("one")["state"] == "running", files
    assert world.vmctl("run", "one", "true").returncode == 0


def ends_with_the_commands_status(world):
    for status in (1, 126, 127):
        result = world.vmctl("run", "one", "fail", str(status))
        assert result.returncode == status and result.stderr == b"vmctl: Cannot run it\n", result


def every_list_has_a_table_and_json(world):
    image = json.loads(world.ok("--json", "images"))
    assert [(entry["name"], entry["complete"]) for entry in image] == [("default", True)], image
    assert world.ok("images").split()[:2] == ["default", "complete"]
    checked = json.loads(world.ok("--manifest", str(world.manifest), "check", "--json"))
    assert checked["valid"] and [vm["name"] for vm in checked["vms"]][:2] == ["one", "two"], checked
    broken = world.base / "broken.scfg"
    broken.write_text("version 1\nvm one {\n\tcolor gren\n}\n")
    broken.chmod(0o600)
    result = world.vmctl("--manifest", str(broken), "--json", "check")
    checked = json.loads(result.stdout)
    assert result.returncode == 2 and not checked["valid"] and 'did you mean "green"' in checked["report"][0], result
    names = [vm["name"] for vm in json.loads(world.ok("--json", "list"))]
    assert names == [vm["name"] for vm in json.loads(world.ok("--json", "status"))]
    assert [line.split()[0] for line in world.ok("status").splitlines()] == names
    # Colours and headings are for terminals, and colours for those who want them.
    for environment, has_color in ({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False):
        terminal = Terminal([world.vmctl_program, "list"], dict(world.environment, TERM="xterm") | environment)
        assert terminal.end() == 0 and (b"\x1b[" in terminal.text) == has_color and b"STATE" in terminal.text
    assert "STATE" not in world.ok("list") and "\x1b" not in world.ok("list")


def relays_streams(world):
    text = os.urandom(300000).hex().encode()
    assert world.ok("run", "--raw", "one", "cat", stdin=text) == text.decode()
    assert world.ok("run", "one", "flood") == "z" * (1 << 20)
    result = world.vmctl("run", "one", "cat", stdin=b"a\033]52;c;x\007b\n")
    assert result.stdout == b"ab\n", result


def a_guest_that_breaks_the_protocol_loses_its_command(world):
    result = world.vmctl("run", "one", "garbage")
    assert result.returncode == 1 and result.stderr.startswith(b"vmctl: "), result
    assert world.vmctl("run", "one", "true").returncode == 0


def a_caller_that_hangs_up_frees_the_command(world):
    for _ in range(70):
        caller = subprocess.Popen([world.vmctl_program, "run", "one", "hang"], env=world.environment,
                                  stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        caller.kill()
        caller.wait()
        caller.stdin.close()
    assert world.vmctl("run", "one", "true").returncode == 0


def passes_signals_on(world):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        caller = subprocess.Popen([world.vmctl_program, "run", "one", "hang"], env=world.environment,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert caller.stdout.read(8) == b"hanging\n"
        caller.send_signal(number)
        said = caller.communicate(timeout=10)
        assert caller.returncode == 128 + number and said == (b"", b""), (number, caller.returncode, said)


def closed_streams_do_no_harm(world):
    script = f'exec {world.vmctl_program} run one "$@"'
    for streams in ("<&-", "<&- 2>&-"):
        result = subprocess.run(["sh", "-c", f"{script} {streams}", "sh", "cat"], env=world.environment,
                                stdout=subprocess.PIPE, timeout=10)
        assert result.returncode == 0 and result.stdout == b"", (streams, result)
    result = subprocess.run(["sh", "-c", f"{script} >&-", "sh", "status", "6"], env=world.environment, timeout=10)
    assert result.returncode == 6, result
    # Nobody reads any more: quiet, and at once.
    script = f'{{ {world.vmctl_program} run one flood; echo $? >&2; }} | head -c 10'
    result = subprocess.run(["sh", "-c", script], env=world.environment, capture_output=True, timeout=10)
    assert result.stdout == b"z" * 10 and result.stderr == b"141\n", result


def open_shell(world, *words, **size):
    return Terminal([world.vmctl_program, "shell", *words], dict(world.environment, TERM="xterm-test"), **size)


def a_shell_is_on_a_terminal(world):
    result = world.vmctl("shell", "one")
    assert result.returncode == 1 and b"needs a terminal" in result.stderr, result
    shell = open_shell(world, "one", columns=100, rows=40)
    shell.until(rb"100x40 TERM=xterm-test\r\n")
    assert not shell.is_as_before()
    shell.resize(120, 50)
    shell.until(rb"120x50 ")
    # Every byte goes to the guest, Ctrl+C too, and a tilde that begins no way out.
    shell.type(b"\x03x\x04\r~~\r~y")
    shell.until(rb"x\r~\r~y")
    shell.type(b"q")
    assert shell.end() == 9, shell.text


def a_shells_output_cannot_attack(world):
    shell = open_shell(world, "one", "vi")
    shell.until(rb"80x24 TERM=xterm-test\r\nvi")
    shell.type(b"e")
    shown = shell.until(rb"\|\r\n")
    assert shown == b"\x1b[31mred\x1b[?1049h\x1b[2;5H|\r\n", shown
    shell.type(b"q")
    assert shell.end() == 9
    # What it left behind is taken back.
    assert shell.text == b"\x1b[0m\x1b[?1049l", shell.text


def a_shell_ends_in_many_ways(world):
    shell = open_shell(world, "one")
    shell.until(rb"80x24")
    shell.type(b"a\r~.")
    assert shell.end() == 1 and b"you left" in shell.text, shell.text
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        shell = open_shell(world, "one")
        shell.until(rb"80x24")
        shell.process.send_signal(number)
        assert shell.end() == 128 + number, number
    shell = open_shell(world, "one")
    shell.until(rb"80x24")
    os.kill(world.status("one")["pids"]["agent"], signal.SIGKILL)
    assert shell.end() == 1 and b"the command was lost" in shell.text, shell.text
    shell = open_shell(world, "one", "fail", "127")
    assert shell.end() == 127 and b"Cannot run it" in shell.text, shell.text
    shell = open_shell(world, "won")
    assert shell.end() == 1 and b"did you mean" in shell.text, shell.text
    assert world.vmctl("run", "one", "true").returncode == 0


def the_console_is_shown_and_typed_on(world):
    result = world.vmctl("console", "one")
    assert result.returncode == 1 and b"needs a terminal" in result.stderr, result

    def console(name):
        return Terminal([world.vmctl_program, "console", name], dict(world.environment, TERM="xterm"))

    assert (stopped := console("two")).end() == 1 and b"does not run" in stopped.text, stopped.text
    one, other = console("one"), console("one")
    one.until(rb"Ctrl\+\] leaves.*\n")
    other.until(rb"Ctrl\+\] leaves.*\n")
    # Both see it, and the log has it; nothing but colours comes through. It may not be attached yet.
    for _ in range(100):
        one.type(b"k")
        if b">" in other.read(0.1):
            break
    one.type(b"root\x03")
    shown = other.until(rb"<root>.*\r\n")
    assert b"\x1b[1m\r\n" in shown and b"\x1b[c" not in shown and b"\x1b]" not in shown, shown
    assert "<root" in world.ok("log", "one")
    one.type(b"\x1d")
    assert one.end() == 0 and b"you left" in one.text, one.text
    for _ in range(5):
        more = [console("one") for _ in range(4)]
        for terminal in more:
            terminal.until(rb"leaves.*\n|too many")
            terminal.type(b"\x1d")
            terminal.end()
    world.ok("restart", "one")
    assert other.end() == 0


def pauses_and_resumes(world):
    world.ok("pause", "one")
    assert world.status("one")["state"] == "paused"
    result = world.vmctl("run", "one", "true")
    assert result.returncode == 1 and b"vmctl resume one" in result.stderr, result
    world.ok("resume", "one")
    assert world.vmctl("run", "one", "true").returncode == 0


def shows_the_log_filtered(world):
    log = world.ok("log", "one")
    assert "console: hello from  of one\n" in log, log


def reboots(world):
    before = world.status("one")
    world.ok("run", "one", "reboot")
    for _ in range(500):
        after = world.status("one")
        if after["boots"] == 2:
            break
        assert after["state"] in ("running", "starting"), after
        select.select([], [], [], 0.02)
    assert world.vmctl("run", "one", "true").returncode == 0
    after = world.status("one")
    assert after["boots"] == 2 and after["boot_id"] != before["boot_id"], (before, after)
    assert after["pids"]["supervisor"] == before["pids"]["supervisor"]


def stops(world):
    pids = world.status("one")["pids"]
    world.ok("stop", "one")
    status = world.status("one")
    assert status["state"] == "stopped" and status["reason"] == "", status
    world.wait_end(pids)
    assert not (world.silo / "one").exists()
    world.ok("stop", "one")


def races_end_well(world):
    def begin(*words):
        return subprocess.Popen([world.vmctl_program, *words], env=world.environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def end(process):
        said = process.communicate(timeout=20)
        return process.returncode, said[1].decode()

    # Two commands boot one VM, once.
    runs = [begin("run", "one", "status", "3") for _ in range(6)]
    results = [end(run) for run in runs]
    assert results == [(3, "")] * 6, results
    assert world.status("one")["boots"] == 1, world.status("one")
    # A start while it goes down waits, and starts it again; a stop while it starts stops it.
    for _ in range(5):
        stop, start = begin("stop", "one"), begin("start", "one")
        results = end(stop), end(start)
        assert results[0] == (0, ""), results
        assert results[1] == (0, "") or "has stopped" in results[1][1], results
        world.ok("stop", "one")
        world.ok("start", "one")
        before = world.status("one")
        world.ok("restart", "one")
        after = world.status("one")
        assert after["state"] == "running" and after["boot_id"] != before["boot_id"], after
        stops = [begin("stop", "one") for _ in range(3)]
        results = [end(stop) for stop in stops]
        assert results == [(0, "")] * 3, results
        start, stop = begin("start", "one"), begin("stop", "one")
        assert end(stop) == (0, ""), "stop while starting"
        end(start)
        world.ok("stop", "one")
        assert world.status("one")["state"] == "stopped"


def a_silent_guest_fails(world):
    result = world.vmctl("start", "mute")
    assert result.returncode == 1 and b"silent for 1 s" in result.stderr, result
    assert world.status("mute")["state"] == "failed"
    assert "hello from" in world.ok("log", "mute")


def a_vmm_that_talks_nonsense_fails(world):
    result = world.vmctl("start", "garbled")
    assert result.returncode == 1 and b"malformed control messages" in result.stderr, result


def force_ends_a_stubborn_guest(world):
    world.ok("start", "stubborn")
    pids = world.status("stubborn")["pids"]
    world.ok("stop", "--force", "stubborn")
    world.wait_end(pids)
    assert world.status("stubborn")["state"] == "stopped"


def killing_any_process_ends_the_vm_truthfully(world):
    said = {"vmm": "crosvm was killed" if world.vmm == "crosvm" else "VMM was killed by signal 9", "proxy": "silo-proxy was killed by signal 9",
            "vsock": "vsock device was killed by signal 9", "supervisor": "supervisor was killed"}
    world.ok("start", "two")
    for role, reason in said.items():
        world.ok("start", "one")
        pids = world.status("one")["pids"]
        os.kill(pids[role], signal.SIGKILL)
        world.wait_end(pids)
        status = world.wait_state("one", "failed")
        assert reason in status["reason"], (role, status)
        record = json.loads((world.base / "state/silo/one/record.json").read_text())
        assert record["state"] == "failed", record
        assert world.vmctl("run", "two", "true").returncode == 0


def a_killed_agent_child_costs_only_its_commands(world):
    world.ok("start", "one")
    for _ in range(3):
        before = world.status("one")
        caller = subprocess.Popen([world.vmctl_program, "run", "one", "hang"], env=world.environment,
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert caller.stdout.read(8) == b"hanging\n"
        os.kill(before["pids"]["agent"], signal.SIGKILL)
        said = caller.communicate(timeout=10)[1]
        assert caller.returncode == 1, (caller.returncode, said)
        assert b"the command was lost: agent child was killed by signal 9" in said and said.count(b"\n") == 1, said
        assert world.vmctl("run", "one", "status", "7").returncode == 7
        after = world.status("one")
        assert after["state"] == "running" and after["boots"] == before["boots"], after
        same = [role for role in before["pids"] if before["pids"][role] == after["pids"][role]]
        assert sorted(same) == ["proxy", "supervisor", "vmm", "vsock"], (before, after)
        assert after["boot_id"] == before["boot_id"], (before, after)
    world.ok("stop", "one")


def a_killed_vmd_loses_nothing(world):
    before = world.status("two")
    world.stop_vmd(signal.SIGKILL)
    world.start_vmd()
    assert world.vmctl("run", "two", "true").returncode == 0
    after = world.status("two")
    assert after["pids"] == before["pids"] and after["state"] == "running", (before, after)


def registers_with_every_compositor(world):
    path = str(world.silo / "io.silo.Compositor")
    for round_ in range(2):
        compositor = Compositor(path)
        compositor.serve_until("two")
        status = world.status("two")
        assert compositor.last == {"name": "two", "label": "two", "color": "#0175d4", "glyph": "square",
                                   "emulated": status["accelerator"] == "emulation",
                                   "boot": f"{status['pids']['supervisor']} {status['boots']}"}, compositor.last
        compositor.close()
    compositor = Compositor(path)
    compositor.serve_until("two")
    world.ok("run", "two", "reboot")
    compositor.serve_until("two")
    compositor.close()


def a_hostile_vmm_reaches_nothing(world):
    world.ok("start", "one")
    world.ok("start", "hostile")
    log = world.ok("log", "hostile")
    assert log.count(": refused") == 7 and "REACHED" not in log and "HOME is unknown" in log, log


def stop_all_leaves_nothing(world):
    pids = {}
    for vm in json.loads(world.ok("--json", "list")):
        pids.update({(vm["name"], role): pid for role, pid in vm["pids"].items() if pid != 0})
    assert pids
    world.ok("stop", "--all")
    world.wait_end(pids)
    left = sorted(p.name for p in world.silo.iterdir())
    assert left == ["io.silo.Manager", "io.silo.Manager.lock"], left


def says_what_is_missing(world):
    def says(words):
        result = world.vmctl("start", "one")
        assert result.returncode == 1 and words in result.stderr, result
        assert b"guest-image --output" in result.stderr and result.stderr.count(b"\n") == 1, result
        assert not (world.silo / "one").exists() and world.status("one")["state"] == "failed"

    for name in ("kernel", "initrd", "root.erofs"):
        path = world.image / name
        whole = path.read_bytes()
        path.unlink()
        says(b"has no readable")
        path.write_bytes(b"")
        says(b"is no ")
        os.remove(path)
        os.mkfifo(path)
        says(b"has no readable")
        path.unlink()
        path.write_bytes(whole)
    with open(world.image / "root.erofs", "r+b") as file:
        file.truncate(2048)
    says(b"is cut short")
    for mark in (b"QFI\xfb", b"composite_disk\x1d", b"\x3a\xff\x26\xed", b"\x28\xb5\x2f\xfd"):
        world.write_image()
        with open(world.image / "root.erofs", "r+b") as file:
            file.write(mark)
        says(b"another format")
    world.write_image()
    world.ok("start", "one")
    world.ok("stop", "one")
    result = world.vmctl("start", "won")
    assert result.returncode == 1 and b'did you mean "one"?' in result.stderr, result


def runs_on_the_vmm_of_the_manifest(world):
    status = world.status("one")
    assert status["vmm"] == world.vmm and f"runs on    {world.vmm}, {status['accelerator']}" in world.ok("status", "one")
    log = world.ok("log", "one")
    if world.vmm == "crosvm":
        assert status["accelerator"] == "kvm" and "inner jail: made" in log, (status, log)
        assert "host's settings: kept" in log, log
        assert not (world.silo / "one/control").exists()


def says_how_crosvm_ended(world):
    for code, words in EXITS.items():
        result = world.vmctl("start", f"exits-{code}")
        assert result.returncode == 1 and words in result.stderr.decode(), (code, result)
        status = world.status(f"exits-{code}")
        assert status["state"] == "failed" and words in status["reason"], status
        assert words in world.ok("status", f"exits-{code}")


def a_refused_pause_is_told(world):
    for how in ANSWERS[:2]:
        vm = f"answers-{how}"
        world.ok("start", vm)
        result = world.vmctl("pause", vm)
        assert result.returncode == 1 and b"the VMM refuses" in result.stderr, (how, result)
        assert world.status(vm)["state"] == "running" and world.vmctl("run", vm, "true").returncode == 0
        world.ok("stop", vm)


def a_wrong_answer_ends_the_vm(world):
    for how in ANSWERS[2:]:
        vm = f"answers-{how}"
        world.ok("start", vm)
        world.vmctl("pause", vm)
        status = world.wait_state(vm, "failed")
        assert "malformed control messages" in status["reason"], (how, status)


def crosvm_without_its_needs_is_explained(world):
    path = world.base / "other.scfg"
    path.write_text("version 1\nvmm crosvm\nvm one\n")
    path.chmod(0o644)
    result = world.vmctl("--manifest", str(path), "argv", "one")
    assert result.returncode == 0 and result.stdout.startswith(b"crosvm\n--extended-status\n"), result
    result = world.vmctl("--manifest", str(path), "argv", "one", "--vmm", "qemu")
    assert result.returncode == 0 and b"\n-nodefaults\n" in result.stdout, result
    result = world.vmctl("--manifest", str(path), "argv", "one", "--vmm", "bochs")
    assert result.returncode == 2 and b"is no VMM" in result.stderr, result


CASES = [
    says_who_starts_vmd, refuses_a_second_vmd, serves_a_socket_that_was_passed,
    refuses_a_wrong_runtime_directory, starts_on_first_run,
    lists_applications, every_list_has_a_table_and_json, bounds_what_a_guest_lists, ends_with_the_commands_status, relays_streams,
    a_guest_that_breaks_the_protocol_loses_its_command,
    a_caller_that_hangs_up_frees_the_command, passes_signals_on, closed_streams_do_no_harm,
    the_console_is_shown_and_typed_on, a_shell_is_on_a_terminal, a_shells_output_cannot_attack, a_shell_ends_in_many_ways,
    pauses_and_resumes, shows_the_log_filtered, reboots, stops,
    watchers_hear_of_launches, races_end_well, a_silent_guest_fails,
    a_vmm_that_talks_nonsense_fails, force_ends_a_stubborn_guest, killing_any_process_ends_the_vm_truthfully,
    a_killed_agent_child_costs_only_its_commands, a_killed_vmd_loses_nothing, registers_with_every_compositor,
    a_hostile_vmm_reaches_nothing, stop_all_leaves_nothing, says_what_is_missing,
]


CROSVM_CASES = [says_how_crosvm_ended, a_refused_pause_is_told, a_wrong_answer_ends_the_vm,
                crosvm_without_its_needs_is_explained]


def main():
    world = World(*sys.argv[1:5])
    cases = CASES if world.vmm == "qemu" else CASES + CROSVM_CASES
    print(f"1..{len(cases)}", flush=True)
    failed = 0
    try:
        for number, case in enumerate(cases, 1):
            try:
                case(world)
                print(f"ok {number} - {case.__name__}", flush=True)
            except (AssertionError, OSError, ValueError, KeyError, subprocess.TimeoutExpired) as error:
                failed += 1
                print(f"not ok {number} - {case.__name__}\n# {type(error).__name__}: {error}", flush=True)
    finally:
        world.finish()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
