#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The life of VMs under silo-vmd: started, paused, stopped, killed, as TAP:
life_cycle.py SILO-VMD VMCTL LIBEXEC qemu|crosvm"""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time

from world import ANSWERS, Compositor, EXITS, Watcher, run_cases


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


def runs_on_the_vmm_of_the_manifest(world):
    status = world.status("one")
    assert status["vmm"] == world.vmm and f"runs on    {world.vmm}, {status['accelerator']}" in world.ok("status", "one")
    log = world.ok("log", "one")
    if world.vmm == "crosvm":
        assert status["accelerator"] == "kvm" and "inner jail: made" in log, (status, log)
        assert "host's settings: kept" in log, log
        assert not (world.silo / "one/control").exists()


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
    said = {"vmm": "crosvm was killed" if world.vmm == "crosvm" else "VMM was killed by signal 9",
            "proxy": "silo-proxy was killed by signal 9",
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
                                   "frameless": False, "emulated": status["accelerator"] == "emulation",
                                   "boot": f"{status['pids']['supervisor']} {status['boots']}",
                                   "clipboardOut": "allow", "clipboardIn": "allow",
                                   "dataControl": True}, compositor.last
        compositor.close()
    compositor = Compositor(path)
    compositor.serve_until("two")
    world.ok("run", "two", "reboot")
    compositor.serve_until("two")
    compositor.close()


def tells_who_misbehaved(world):
    compositor = Compositor(str(world.silo / "io.silo.Compositor"))
    compositor.serve_until("two")
    watcher = Watcher(world)
    assert "offences" not in world.status("two")
    at = int(time.time() * 1000)
    reasons = ("opened too many windows", "x" * 96, "made too many\x1b[2J objects", "sent too many messages")
    for count, reason in enumerate(reasons, 1):
        compositor.blame(domain="two", count=count, reason=reason, at=at)
    compositor.blame(domain="nobody", count=1, reason=reasons[0], at=at)
    compositor.blame(domain="two", count="9", reason=7)
    while watcher.next().get("two", {}).get("offences") != 4:
        pass
    status = world.status("two")
    assert "offence" in status, status
    assert status["offence"] == reasons[-1] and status["offence_at"] == at, status
    text = "misbehaved 4 times: it sent too many messages"
    shown = world.ok("status", "two")
    assert f"  offences   {text} (the last at " in shown, shown
    line = next(line for line in world.ok("list").splitlines() if line.startswith("two "))
    assert line.endswith(text), line
    # The next boot begins anew.
    world.ok("run", "two", "reboot")
    compositor.serve_until("two")
    assert "offences" not in world.status("two")
    watcher.sock.close()
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
    refuses_a_wrong_runtime_directory, starts_on_first_run, runs_on_the_vmm_of_the_manifest,
    pauses_and_resumes, shows_the_log_filtered, reboots, stops, races_end_well, a_silent_guest_fails,
    a_vmm_that_talks_nonsense_fails, force_ends_a_stubborn_guest, killing_any_process_ends_the_vm_truthfully,
    a_killed_vmd_loses_nothing, registers_with_every_compositor,
    tells_who_misbehaved, a_hostile_vmm_reaches_nothing, stop_all_leaves_nothing, says_what_is_missing,
]

CROSVM_CASES = [
    says_how_crosvm_ended, a_refused_pause_is_told, a_wrong_answer_ends_the_vm,
    crosvm_without_its_needs_is_explained,
]

if __name__ == "__main__":
    sys.exit(run_cases(lambda world: CASES if world.vmm == "qemu" else CASES + CROSVM_CASES))
