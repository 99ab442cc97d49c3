#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The manifest read again while VMs run, with stand-ins for the VMM, the proxy and the guest, as TAP:
reload.py SILO-VMD VMCTL LIBEXEC qemu"""

import json
import os
import select
import signal
import socket
import subprocess
import sys

from world import Watcher, run_cases

HEAD = "version 1\nvmm qemu\n"


# Else they would depend on the order.
LOOKS = {"one": ("green", "disc"), "two": ("blue", "square"), "three": ("violet", "star"), "four": ("yellow", "plus"),
         "five": ("teal", "ring")}


def vm(name, *lines):
    color, glyph = LOOKS[name]
    if not any(line.startswith("color ") for line in lines):
        lines = (f"color {color}", *lines)
    return "\n\t".join([f"vm {name} {{", "emulation allow", f"glyph {glyph}", *lines]) + "\n}\n"


def write(world, *vms):
    """As an editor does: a new file under the old name."""
    new = world.base / "vms.scfg.new"
    new.write_text(HEAD + "".join(vms))
    new.chmod(0o600)
    new.rename(world.manifest)


def names(world):
    return [entry["name"] for entry in json.loads(world.ok("--json", "list"))]


def reload(world):
    return json.loads(world.ok("--json", "reload"))


def starts(world):
    write(world, vm("one"), vm("two"))
    world.start_vmd()
    assert names(world) == ["one", "two"]
    assert world.ok("reload") == "nothing has changed\n"


def start(world):
    """Starts silo-vmd; returns what it said before it was ready."""
    lines = [world.start_vmd(check=False)]
    while "ready" not in lines[-1]:
        assert lines[-1], lines
        lines.append(world.vmd.stderr.readline().decode())
    return "".join(lines[:-1])


def new_vms_are_known(world):
    write(world, vm("three"), vm("one"), vm("two"))
    result = world.vmctl("start", "three")
    assert result.returncode == 1 and b"vmctl reload" in result.stderr and result.stderr.count(b"\n") == 1, result
    watcher = Watcher(world)
    assert set(watcher.next()) == {"one", "two"}
    assert world.ok("reload") == "new      three\n"
    assert list(watcher.next()) == ["three", "one", "two"] == names(world)
    watcher.sock.close()
    world.ok("start", "three")
    world.ok("stop", "three")


def a_wrong_manifest_keeps_the_old_one(world):
    world.ok("start", "one")
    pids = world.status("one")["pids"]
    write(world, vm("one", "color gren"), vm("four"))
    result = world.vmctl("reload")
    lines = result.stderr.decode().splitlines()
    assert result.returncode == 1 and result.stdout == b"" and len(lines) == 2, result
    assert lines[0].startswith(f"{world.manifest}:6: error: ") and 'did you mean "green"' in lines[0], lines
    assert "goes on" in lines[1] and "vmctl reload" in lines[1], lines
    assert names(world) == ["three", "one", "two"] and world.status("one")["pids"] == pids
    assert b"gren" in world.vmctl("list").stderr
    result = world.vmctl("start", "four")
    assert result.returncode == 1 and b"gren" in result.stderr, result
    # What it had still starts, whatever stands in the file by now.
    for text in ("", "nonsense {", None):
        if text is None:
            world.manifest.unlink()
        else:
            world.manifest.write_text(text)
        world.ok("start", "two")
        assert world.vmctl("run", "two", "status", "7").returncode == 7
        world.ok("stop", "two")
        assert world.vmctl("reload").returncode == 1
    write(world, vm("one"), vm("two"))
    assert world.ok("reload") == "removed  three\n"
    assert world.vmctl("list").stderr == b""


def a_changed_vm_runs_on_as_it_was(world):
    before = world.status("one")
    assert "pending" not in before, before
    write(world, vm("one", "color red", "memory 256M", "application play {", "command status 4", "}"), vm("two"))
    answer = reload(world)
    assert answer["changed"] == ["one"] == answer["pending"] and answer["vms"] == 2, answer
    status = world.status("one")
    assert status["pids"] == before["pids"] and status["pending"] == "changed", status
    assert (status["color"], status["memory"]) == (before["color"], before["memory"]), status
    assert "after a restart" in world.ok("list") and "after a restart" in world.ok("status", "one")
    # A menu takes no restart.
    assert world.vmctl("run", "--application", "play", "one").returncode == 4
    # Once more, back, and forth: what is in force is what it was started with.
    write(world, vm("one"), vm("two"))
    assert reload(world)["changed"] == ["one"]
    assert "pending" not in world.status("one")
    write(world, vm("one", "memory 256M"), vm("two"))
    assert world.ok("reload") == "changed  one (runs on as it was until: vmctl restart one)\n"
    world.ok("restart", "one")
    status = world.status("one")
    assert status["memory"] == 256 << 20 and "pending" not in status, status
    # The menu alone.
    write(world, vm("one", "memory 256M", "application play {", "command status 3", "}"), vm("two"))
    answer = reload(world)
    assert answer["changed"] == ["one"] and answer["pending"] == [], answer
    assert world.vmctl("run", "--application", "play", "one").returncode == 3


def a_restarted_vmd_knows_what_is_in_force(world):
    before = world.status("one")
    for how in (signal.SIGTERM, signal.SIGKILL):
        world.stop_vmd(how)
        write(world, vm("one", "memory 512M"), vm("two"))
        start(world)
        status = world.status("one")
        assert status["pids"] == before["pids"] and status["memory"] == 256 << 20, status
        assert status["pending"] == "changed", status
    world.stop_vmd()
    write(world, vm("two"))
    start(world)
    assert names(world) == ["two", "one"] and world.status("one")["pending"] == "removed"
    assert world.vmctl("run", "one", "status", "9").returncode == 9


def a_removed_vm_runs_until_it_is_stopped(world):
    assert "not in the manifest" in world.ok("list") and "not in the manifest" in world.ok("status", "one")
    world.ok("pause", "one")
    world.ok("resume", "one")
    watcher = Watcher(world)
    assert list(watcher.next()) == ["two", "one"]
    world.ok("stop", "one")
    while "one" in watcher.next():
        pass
    watcher.sock.close()
    assert names(world) == ["two"]
    result = world.vmctl("start", "one")
    assert result.returncode == 1 and b"there is no vm" in result.stderr, result
    # Killed instead of stopped, and back before it is stopped.
    write(world, vm("one"), vm("two"))
    assert reload(world)["added"] == ["one"]
    world.ok("start", "one")
    write(world, vm("two"))
    assert world.ok("reload") == "removed  one (runs on as it was until: vmctl stop one)\n"
    write(world, vm("one"), vm("two"))
    assert reload(world)["pending"] == []
    assert "pending" not in world.status("one")
    write(world, vm("two"))
    reload(world)
    os.kill(world.status("one")["pids"]["supervisor"], signal.SIGKILL)
    for _ in range(500):
        if names(world) == ["two"]:
            break
        select.select([], [], [], 0.02)
    assert names(world) == ["two"]
    write(world, vm("one"), vm("two"))
    reload(world)
    assert world.status("one")["state"] == "failed"


def a_signal_does_the_same(world):
    write(world, vm("one"), vm("two"), vm("five"))
    watcher = Watcher(world)
    watcher.next()
    world.vmd.send_signal(signal.SIGHUP)
    assert list(watcher.next()) == ["one", "two", "five"]
    write(world, "vm wrong {\n\tmemory lots\n}\n")
    world.vmd.send_signal(signal.SIGHUP)
    while "goes on" not in (line := world.vmd.stderr.readline().decode()) and "going on" not in line:
        assert line
    assert names(world) == ["one", "two", "five"]
    watcher.sock.close()
    write(world, vm("one"), vm("two"))
    reload(world)


def whoever_sits_at_the_screen_is_told(world):
    """By a notice, and again by a compositor that comes later; mended, it is withdrawn."""
    def told(method):
        while True:
            sock, _ = listener.accept()
            sock.settimeout(2)
            connections.append(sock)
            try:
                call = json.loads(sock.recv(65536).rstrip(b"\0"))
            except TimeoutError:
                continue  # the connection whose end tells of the compositor's
            if call["method"] == "io.silo.Compositor.WatchOffences":
                continue
            assert call["method"] == f"io.silo.Compositor.{method}", call
            sock.sendall(b'{"parameters":{"id":1}}\0' if method == "Notify" else b'{"parameters":{}}\0')
            return call["parameters"]

    connections = []
    write(world, vm("one", "color gren"), vm("two"))
    assert world.vmctl("reload").returncode == 1
    with socket.socket(socket.AF_UNIX) as listener:
        # The name appears when it can be connected to.
        path = world.silo / "io.silo.Compositor"
        listener.settimeout(10)
        listener.bind(str(world.silo / "new"))
        listener.listen(16)
        (world.silo / "new").rename(path)
        notice = told("Notify")
        assert notice["failure"] and notice["source"] == {"name": "host"}, notice
        assert notice["text"].startswith("vms.scfg:6: error: ") and "vmctl reload" in notice["text"], notice
        write(world, vm("one"), vm("two"))
        reload(world)
        assert told("WithdrawNotice") == {"tag": notice["tag"]}
        path.unlink()
    for sock in connections:
        sock.close()


def a_wrong_manifest_at_the_start_is_one_clear_failure(world):
    """silo-vmd lives, so that no service manager starts it again and again, and says what is wrong."""
    world.ok("start", "one")
    world.stop_vmd()
    write(world, vm("one", "memory lots"), vm("two"))
    said = start(world)
    assert f"{world.manifest}:7: error: " in said, said
    # What runs is not lost.
    assert names(world) == ["one"]
    result = world.vmctl("start", "two")
    assert result.returncode == 1 and b":7: error: " in result.stderr and b"vmctl reload" in result.stderr, result
    world.ok("stop", "one")
    result = world.vmctl("list")
    assert result.returncode == 1 and result.stdout == b"" and b":7: error: " in result.stderr, result
    write(world, vm("one"), vm("two"))
    assert world.ok("reload") == "new      one\nnew      two\n"
    world.ok("start", "two")
    world.ok("stop", "two")


def the_first_manifest_is_taken_at_once(world):
    """vmctl init while silo-vmd runs."""
    world.stop_vmd()
    home = world.base / "home"
    manifest, world.manifest = world.manifest, home / ".config/silo/vms.scfg"
    environment = {name: value for name, value in world.environment.items() if name != "XDG_CONFIG_HOME"}
    vmd = subprocess.Popen([world.vmd_program, "--no-units", "--libexec", world.libexec], env=environment,
                           stderr=subprocess.PIPE, text=True)
    try:
        assert "ready, 0 VMs" in vmd.stderr.readline()
        done = subprocess.run([world.vmctl_program, "init", "--yes", "bank:green", "play"], env=environment,
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == 0 and "new      bank\nnew      play\n" in done.stdout, done
        assert names(world) == ["bank", "play"]
    finally:
        vmd.terminate()
        vmd.wait(10)
        vmd.stderr.close()
        world.manifest = manifest
    world.start_vmd()


CASES = [starts, new_vms_are_known, a_wrong_manifest_keeps_the_old_one, a_changed_vm_runs_on_as_it_was,
         a_restarted_vmd_knows_what_is_in_force, a_removed_vm_runs_until_it_is_stopped, a_signal_does_the_same,
         whoever_sits_at_the_screen_is_told, a_wrong_manifest_at_the_start_is_one_clear_failure, the_first_manifest_is_taken_at_once]


if __name__ == "__main__":
    sys.exit(run_cases(lambda world: CASES))
