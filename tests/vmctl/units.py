#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""VMs in units of a real systemd user manager, with stand-ins for QEMU, the proxy and the guest, as TAP:
units.py SILO-VMD VMCTL LIBEXEC

The manager lives in a control group, a runtime directory and a mount namespace of its own and ends with the
test. Where the machine gives its control groups no controllers, limits are asked for but not held, and
that is what `vmctl status` must say."""

import ctypes
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import traceback
from pathlib import Path

from world import World

SYSTEMD = "/usr/lib/systemd/systemd"
GROUPS = Path("/sys/fs/cgroup")
LIMITS = {"memory": 3 << 30, "tasks": 300, "cpu_percent": 150}
MANIFEST = """version 1
vm one {
	emulation allow
	memory-limit 3G
	tasks-limit 300
	cpu-limit 150%
	cpu-weight 50
}
vm two {
	emulation allow
}
"""
BUS_SOCKET = """[Socket]
ListenStream=%t/bus
"""
BUS_SERVICE = """[Unit]
Requires=dbus.socket
[Service]
Type=notify
ExecStart=/usr/bin/dbus-daemon --session --address=systemd: --nofork --nopidfile --systemd-activation
"""

MS_REC, MS_PRIVATE, MNT_DETACH = 16384, 1 << 18, 2


class Skipped(Exception):
    """The machine lacks what the test needs; the text says what."""


def mount(source, target, kind, flags=0):
    libc = ctypes.CDLL(None, use_errno=True)
    words = [os.fsencode(word) if word is not None else None for word in (source, target, kind)]
    if libc.mount(*words, flags, None) != 0:
        raise OSError(ctypes.get_errno(), f"mounting {kind} on {target}")


def enter_group(base):
    """A control group of our own, at the top of what we can see from now on."""
    if os.geteuid() != 0:
        raise Skipped("only root can make a control group here")
    os.unshare(os.CLONE_NEWNS)
    mount(None, "/", None, MS_REC | MS_PRIVATE)
    hierarchy = base / "groups"
    hierarchy.mkdir()
    try:
        mount("cgroup2", hierarchy, "cgroup2")
    except OSError as error:
        raise Skipped(f"no cgroup v2 here: {error}") from error
    group = hierarchy / f"silo-test-{os.getpid()}"
    group.mkdir()
    return group


def enable_controllers(group):
    for name in (group / "cgroup.controllers").read_text().split():
        if name in ("memory", "pids", "cpu"):
            (group / "cgroup.subtree_control").write_text(f"+{name}")


def remove_group(group):
    (group / "cgroup.kill").write_text("1")
    for _ in range(500):
        if "populated 0" in (group / "cgroup.events").read_text():
            break
        select.select([], [], [], 0.02)
    for folder, _, _ in os.walk(group, topdown=False):
        os.rmdir(folder)


class Manager:
    """systemd --user, with a bus."""

    def __init__(self, world):
        self.runtime = world.base / "run"
        units = world.base / "config/systemd/user"
        (units / "sockets.target.wants").mkdir(parents=True)
        (units / "dbus.socket").write_text(BUS_SOCKET)
        (units / "dbus.service").write_text(BUS_SERVICE)
        (units / "sockets.target.wants/dbus.socket").symlink_to(units / "dbus.socket")
        notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        notices.bind(str(world.base / "ready"))
        self.log = open(world.base / "systemd.log", "wb")
        environment = dict(world.environment, NOTIFY_SOCKET=str(world.base / "ready"),
                           SYSTEMD_LOG_TARGET="console", XDG_CONFIG_HOME=str(world.base / "config"))
        environment.pop("DBUS_SESSION_BUS_ADDRESS", None)
        self.process = subprocess.Popen([SYSTEMD, "--user"], env=environment, stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=self.log)
        while True:
            if not select.select([notices], [], [], 20)[0]:
                raise Skipped("systemd --user does not get ready: " +
                              (world.base / "systemd.log").read_text(errors="replace")[-300:].replace("\n", " | "))
            if b"READY=1" in notices.recv(4096):
                break
        notices.close()
        self.environment = dict(world.environment, DBUS_SESSION_BUS_ADDRESS=f"unix:path={self.runtime}/bus")

    def systemctl(self, *words):
        return subprocess.run(["systemctl", "--user", *words], env=self.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=30)

    def show(self, unit, *names):
        text = self.systemctl("show", unit, *(f"--property={name}" for name in names)).stdout
        return dict(line.split("=", 1) for line in text.splitlines())

    def wait_gone(self, unit):
        for _ in range(300):
            if self.show(unit, "LoadState")["LoadState"] == "not-found":
                return
            select.select([], [], [], 0.02)
        raise AssertionError(self.systemctl("status", unit).stdout)

    def finish(self):
        self.process.terminate()
        self.process.wait(20)
        self.log.close()


def lives_in_a_unit(world, manager):
    world.ok("start", "one")
    status = world.status("one")
    assert status["unit"] == "silo-vm-one.service", status
    properties = manager.show(status["unit"], "MainPID", "Slice", "MemoryMax", "TasksMax", "CPUQuotaPerSecUSec",
                              "CPUWeight", "KillMode", "ActiveState", "Description")
    assert properties == {"MainPID": str(status["pids"]["supervisor"]), "Slice": "silo.slice",
                          "MemoryMax": str(3 << 30), "TasksMax": "300", "CPUQuotaPerSecUSec": "1.500000s",
                          "CPUWeight": "50", "KillMode": "mixed", "ActiveState": "active",
                          "Description": "Silo VM one"}, properties
    for role, pid in status["pids"].items():
        group = Path(f"/proc/{pid}/cgroup").read_text()
        assert "/silo.slice/silo-vm-one.service\n" in group, (role, group)
    assert world.vmctl("run", "one", "status", "7").returncode == 7


def tells_which_limits_hold(world, manager):
    status = world.status("one")
    group = GROUPS / manager.show(status["unit"], "ControlGroup")["ControlGroup"].lstrip("/")
    files = {"memory": "memory.max", "tasks": "pids.max", "cpu_percent": "cpu.max"}
    for name, file in files.items():
        held = (group / file).exists()
        assert status["limits"][name] == (LIMITS[name] if held else 0), (name, held, status)
        assert (name.split("_")[0] in status["unlimited"]) != held, (name, status)
    said = world.ok("status", "one")
    assert "  unit       silo-vm-one.service (" in said and "  limits     " in said, said
    if status["unlimited"]:
        assert "none of " + status["unlimited"] in said, said


def a_killed_vmd_loses_nothing(world, manager):
    before = world.status("one")
    world.stop_vmd(signal.SIGKILL)
    assert manager.show(before["unit"], "ActiveState")["ActiveState"] == "active"
    world.start_vmd()
    after = world.status("one")
    assert after["pids"] == before["pids"] and after["state"] == "running", (before, after)


def stopping_removes_the_unit(world, manager):
    pids = world.status("one")["pids"]
    world.ok("stop", "one")
    world.wait_end(pids)
    manager.wait_gone("silo-vm-one.service")
    assert world.status("one")["state"] == "stopped"


def restarts_while_the_old_unit_goes(world, manager):
    for _ in range(10):
        world.ok("start", "one")
        world.ok("restart", "one")
        assert world.status("one")["unit"] == "silo-vm-one.service", world.status("one")
        world.ok("stop", "one")


def systemctl_stop_shuts_the_guest_down(world, manager):
    world.ok("start", "one")
    pids = world.status("one")["pids"]
    result = manager.systemctl("stop", "silo-vm-one.service")
    assert result.returncode == 0, result
    world.wait_end(pids)
    status = world.wait_state("one", "stopped")
    assert status["reason"] == "", status


def a_failed_vm_starts_again(world, manager):
    world.ok("start", "one")
    os.kill(world.status("one")["pids"]["vmm"], signal.SIGKILL)
    assert "VMM was killed" in world.wait_state("one", "failed")["reason"]
    world.ok("start", "one")
    os.kill(world.status("one")["pids"]["supervisor"], signal.SIGKILL)
    assert "supervisor was killed" in world.wait_state("one", "failed")["reason"]
    world.ok("start", "one")
    assert world.status("one")["unit"] == "silo-vm-one.service"
    world.ok("stop", "one")


def says_why_it_cannot_start(world, manager):
    kernel = world.image / "kernel"
    kernel.rename(world.image / "away")
    result = world.vmctl("start", "two")
    (world.image / "away").rename(kernel)
    assert result.returncode == 1 and b"has no readable" in result.stderr, result
    world.ok("start", "two")
    status = world.status("two")
    # The defaults: RAM, windows and half a gibibyte; a processor more than the guest has.
    properties = manager.show(status["unit"], "MemoryMax", "TasksMax", "CPUQuotaPerSecUSec", "CPUWeight")
    assert properties == {"MemoryMax": str((1 << 30) + (2 << 30) + (512 << 20)), "TasksMax": "512",
                          "CPUQuotaPerSecUSec": "3s", "CPUWeight": "100"}, properties
    world.ok("stop", "two")


def in_another_root_there_are_no_units(world, manager):
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        raise Skipped("no bwrap in PATH")
    world.stop_vmd()
    words = [bwrap, "--dev-bind", "/dev", "/dev", "--proc", "/proc", "--bind", world.base, world.base]
    for name in sorted(os.listdir("/")):
        path = Path("/", name)
        if path.is_symlink():
            words += ["--symlink", os.readlink(path), path]
        elif name not in ("dev", "proc", "run") and path.is_dir() and path not in world.base.parents:
            words += ["--ro-bind", path, path]
    build = Path(world.vmd_program).parents[1]
    if Path("/tmp") in build.parents:
        words += ["--ro-bind", build, build]
    wrapper = world.base / "vmd-elsewhere"
    wrapper.write_text("#!/bin/sh\nexec " + " ".join(str(word) for word in words) +
                       f" -- {world.vmd_program} \"$@\"\n")
    wrapper.chmod(0o755)
    inside = world.vmd_program
    world.vmd_program = wrapper
    try:
        world.start_vmd()
        world.ok("start", "one")
        status = world.status("one")
        assert status["unit"] == "" and status["state"] == "running", status
        assert status["unlimited"].startswith("memory, tasks, cpu"), status
        world.ok("stop", "one")
    finally:
        # bwrap ends with what it runs, and passes no signal on.
        child = Path(f"/proc/{world.vmd.pid}/task/{world.vmd.pid}/children").read_text().split()[0]
        os.kill(int(child), signal.SIGTERM)
        world.vmd.wait(10)
        world.vmd.stderr.close()
        world.vmd_program = inside
    manager.wait_gone("silo-vm-one.service")
    world.start_vmd()


def a_wrong_manifest_starts_the_service_once(world, manager):
    """silo-vmd.socket and silo-vmd.service: told to whoever asks, and mended with a reload."""
    source = Path(__file__).parents[2] / "vmctl/daemon"
    words = f"{world.vmd_program} --manifest {world.manifest} --libexec {world.libexec}"
    unit = (source / "silo-vmd.service.in").read_text()
    assert "ExecStart=@bindir@/silo-vmd\n" in unit and "ExecReload=@bindir@/vmctl reload\n" in unit, unit
    unit = unit.replace("@bindir@/silo-vmd", words).replace("@bindir@/vmctl", world.vmctl_program)
    units = world.base / "config/systemd/user"
    (units / "silo-vmd.service").write_text(unit)
    (units / "silo-vmd.socket").write_text((source / "silo-vmd.socket").read_text())
    world.stop_vmd()
    right = world.manifest.read_text()
    world.manifest.write_text(right.replace("cpu-weight 50", "cpu-weight heavy"))
    try:
        assert manager.systemctl("daemon-reload").returncode == 0
        done = manager.systemctl("start", "silo-vmd.socket")
        assert done.returncode == 0, done
        for _ in range(8):
            result = world.vmctl("start", "one")
            assert result.returncode == 1 and b"cpu-weight must be" in result.stderr, result
        shown = manager.show("silo-vmd.service", "ActiveState", "NRestarts")
        assert shown == {"ActiveState": "active", "NRestarts": "0"}, shown
        assert manager.systemctl("reload", "silo-vmd.service").returncode != 0
        world.manifest.write_text(right)
        done = manager.systemctl("reload", "silo-vmd.service")
        assert done.returncode == 0, done
        world.ok("start", "one")
        assert world.status("one")["unit"] == "silo-vm-one.service"
        # The manager's end is not the VM's.
        pids = world.status("one")["pids"]
        assert manager.systemctl("restart", "silo-vmd.service").returncode == 0
        assert world.status("one")["pids"] == pids
        world.ok("stop", "one")
    finally:
        world.manifest.write_text(right)
        manager.systemctl("stop", "silo-vmd.socket", "silo-vmd.service")
        (world.silo / "io.silo.Manager").unlink(missing_ok=True)
        world.start_vmd()


CASES = [lives_in_a_unit, tells_which_limits_hold, a_killed_vmd_loses_nothing, stopping_removes_the_unit,
         restarts_while_the_old_unit_goes, systemctl_stop_shuts_the_guest_down, a_failed_vm_starts_again,
         says_why_it_cannot_start, a_wrong_manifest_starts_the_service_once, in_another_root_there_are_no_units]


def run_cases(world):
    manager = Manager(world)
    print(f"1..{len(CASES)}", flush=True)
    failed = 0
    try:
        world.start_vmd()
        for number, case in enumerate(CASES, 1):
            try:
                case(world, manager)
                print(f"ok {number} - {case.__name__}", flush=True)
            except Skipped as reason:
                print(f"ok {number} - {case.__name__} # SKIP {reason}", flush=True)
            except (AssertionError, OSError, ValueError, KeyError, subprocess.TimeoutExpired) as error:
                failed += 1
                print(f"not ok {number} - {case.__name__}\n# {type(error).__name__}: {error}", flush=True)
    finally:
        world.vmctl("stop", "--all")
        world.stop_vmd()
        manager.finish()
        if failed:
            for name in ("vmd.log", "systemd.log"):
                for line in (world.base / name).read_text(errors="replace").splitlines()[-20:]:
                    print(f"# {name}: {line}")
    return 1 if failed else 0


def inside(world, group):
    """In the group, which is the top of the hierarchy from here."""
    (group / "cgroup.procs").write_text(str(os.getpid()))
    os.unshare(os.CLONE_NEWNS | os.CLONE_NEWCGROUP)
    mount("cgroup2", GROUPS, "cgroup2")
    # What systemd asks whether the machine runs systemd.
    mount("tmpfs", "/run", "tmpfs")
    os.makedirs("/run/systemd/system")
    # Processes below, controllers at the top: the kernel wants them apart.
    own = GROUPS / "test"
    own.mkdir()
    (own / "cgroup.procs").write_text(str(os.getpid()))
    enable_controllers(GROUPS)
    return run_cases(world)


def main():
    world = World(*(os.path.abspath(word) for word in sys.argv[1:3]), sys.argv[3], "qemu")
    world.options = []
    world.bus.close()
    os.unlink(world.base / "run/bus")
    Path(world.manifest).write_text(MANIFEST)
    group, status = None, 0
    try:
        for path in (SYSTEMD, "/usr/bin/dbus-daemon", "/usr/bin/systemctl"):
            if not os.path.exists(path):
                raise Skipped(f"no {path} here")
        group = enter_group(world.base)
        child = os.fork()
        if child == 0:
            try:
                os._exit(inside(world, group))
            except Skipped as reason:
                print(f"1..0 # SKIP {reason}", flush=True)
                os._exit(0)
            except BaseException:  # pylint: disable=broad-except
                traceback.print_exc()
                os._exit(1)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    except Skipped as reason:
        print(f"1..0 # SKIP {reason}", flush=True)
    finally:
        if group is not None:
            remove_group(group)
            ctypes.CDLL(None).umount2(os.fsencode(group.parent), MNT_DETACH)
        shutil.rmtree(world.base, ignore_errors=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
