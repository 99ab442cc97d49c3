#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""E13, the control path, as TAP: control.py SILO-VMD VMCTL LIBEXEC qemu|crosvm

Names that are paths, messages without end, crowds of callers, callers that live in a box. What a guest's list of applications may
hold is tests/parse/agent."""

import json
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "vmctl"))
from cases import label  # noqa: E402
from world import run_cases  # noqa: E402

NAMES = ["../../etc", "..", ".", "/", "", "one/../two", "one/vsock", "io.silo.Manager", "One", "one\n", "one\u202e", "a" * 32,
         "a" * 100000, "-one", "--help", "ſilo", "\u0000", "$HOME", "one;reboot", "%s%n", "host", "dom0"]


def manager(world):
    return str(world.silo / "io.silo.Manager")


def ask(path, message, timeout=10):
    """An answer, or None where the server hung up."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(timeout)
        sock.connect(path)
        data = b""
        try:
            sock.sendall(message)
            while not data.endswith(b"\0"):
                part = sock.recv(65536)
                if not part:
                    return None
                data += part
        except (BrokenPipeError, ConnectionResetError):
            return None
        return json.loads(data[:-1].split(b"\0")[0])


def method_names(world):
    """Those that take a machine's name, as the server itself describes them."""
    said = ask(manager(world), json.dumps({
        "method": "org.varlink.service.GetInterfaceDescription",
        "parameters": {"interface": "io.silo.Manager"}}).encode() + b"\0")["parameters"]["description"]
    found = re.findall(r"^method (\w+)\s*\((.*?)\)\s*->", said, re.M | re.S)
    return [(name, re.search(r"\b(vm|name)\s*:", parameters)) for name, parameters in found]


def starts(world):
    world.start_vmd()
    world.ok("start", "one")


def names_that_are_paths_name_nothing(world):
    world.wait_applications("one", lambda listed: any(entry["id"] == "play" for entry in listed))
    # It is written when it is told.
    while not (world.base / "state/silo/one/applications.json").exists():
        time.sleep(0.02)
    before = sorted(str(path) for path in world.base.rglob("*"))
    tried = 0
    for method, parameter in method_names(world):
        if parameter is None or method == "Run":
            continue
        for name in NAMES:
            message = {"method": f"io.silo.Manager.{method}", "parameters": {parameter[1]: name}}
            answer = ask(manager(world), json.dumps(message).encode() + b"\0")
            assert answer is None or "error" in answer, (method, name, answer)
            tried += 1
    assert tried >= 4 * len(NAMES), tried
    for name in NAMES:
        if "\0" not in name and len(name) < 1000:
            for command in ("start", "stop", "log", "status", "run"):
                words = [command, "--", name] + (["true"] if command == "run" else [])
                result = world.vmctl(*words)
                assert result.returncode in (1, 2) and result.stderr.count(b"\n") <= 2, (words, result)
                assert re.fullmatch(rb"[^\x00-\x09\x0b-\x1f\x7f]*", result.stderr), result.stderr
    after = sorted(str(path) for path in world.base.rglob("*"))
    assert before == after, set(after) ^ set(before)
    assert world.status("one")["state"] == "running"


def a_manifest_names_no_paths(world):
    for name in NAMES:
        if "\0" in name or len(name) > 1000:
            continue
        path = world.base / "bad.scfg"
        path.write_text('version 1\nvm "' + name.replace("\\", "\\\\").replace('"', '\\"') + '" {\n}\n')
        path.chmod(0o644)
        result = world.vmctl("check", "--manifest", str(path))
        assert result.returncode != 0, (name, result)


def memory_kib(pid):
    return int(re.search(r"RssAnon:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1])


def messages_without_end_are_hung_up(world):
    """On silo-vmd's socket and on a supervisor's; both go on, and keep none of it."""
    supervisor = world.status("one")["pids"]["supervisor"]
    for path, pid in ((manager(world), world.vmd.pid), (str(world.silo / "one/io.silo.Supervisor"), supervisor)):
        before = memory_kib(pid)
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(5)
            sock.connect(path)
            sent = 0
            try:
                while sent < 1 << 30:
                    sent += sock.send(b"[" * 65536)
            except (BrokenPipeError, ConnectionResetError):
                pass
            except TimeoutError:
                raise AssertionError(f"after {sent} bytes nobody reads and nobody hangs up") from None
        assert sent < 128 << 20, f"{sent} bytes were taken"
        assert memory_kib(pid) < before + 65536, (before, memory_kib(pid))
        for message in (b"\0", b"{}\0", b"[]\0", b"\xff\xfe\0", b'{"method":7}\0', b'{"method":"a.b","parameters":[]}\0',
                        b'{"method":"' + b"x" * 1000000 + b'"}\0', b'{"a":' * 5000 + b"1" + b"}" * 5000 + b"\0"):
            answer = ask(path, message)
            assert answer is None or "error" in answer, (message[:40], answer)
        assert world.ok("status", "one")


def many_callers_leave_room_for_the_user(world):
    """Sockets that say nothing, as many as are taken."""
    callers = []
    try:
        for _ in range(400):
            sock = socket.socket(socket.AF_UNIX)
            sock.setblocking(False)
            try:
                sock.connect(manager(world))
            except (BlockingIOError, ConnectionRefusedError):
                sock.close()
                break
            callers.append(sock)
        since = time.monotonic()
        result = world.vmctl("list")
        took = time.monotonic() - since
        assert took < 5 and result.returncode in (0, 1), (result, took)
    finally:
        for sock in callers:
            sock.close()
    assert world.vmctl("list").returncode == 0


def a_caller_in_a_box_is_refused(world):
    """The control: the same program outside of one is answered."""
    message = "{\"method\":\"io.silo.Manager.List\",\"parameters\":{}}"
    code = ("import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); "
            f"s.sendall({message.encode()!r} + b'\\0'); sys.stdout.buffer.write(s.recv(1000))")
    paths = [manager(world), str(world.silo / "one/io.silo.Supervisor")]
    for path in paths:
        outside = subprocess.run([sys.executable, "-c", code, path], capture_output=True, timeout=20)
        assert outside.stdout, outside
        inside = subprocess.run(["unshare", "-U", sys.executable, "-c", code, path], capture_output=True, timeout=20)
        assert not inside.stdout, inside.stdout


CASES = [starts, names_that_are_paths_name_nothing, a_manifest_names_no_paths, messages_without_end_are_hung_up,
         many_callers_leave_room_for_the_user, a_caller_in_a_box_is_refused]

if __name__ == "__main__":
    sys.exit(run_cases(lambda world: CASES, label(__file__)))
