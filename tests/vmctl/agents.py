#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a VM loses when its agent, the agent child or the vsock device fail, and what is said about it, as TAP:
agents.py SILO-VMD VMCTL LIBEXEC qemu|crosvm"""

import os
import select
import signal
import subprocess
import sys
import time

from world import run_cases


def starts(world):
    world.start_vmd()
    world.ok("start", "one")


def begin(world, *words):
    return subprocess.Popen([world.vmctl_program, "run", "one", *words], env=world.environment,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def wait_for(is_so, what):
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline, what
        select.select([], [], [], 0.02)


class Held:
    """The vsock device answers nobody who connects meanwhile."""

    def __init__(self, world):
        self.folder = world.silo / "one/vsock"

    def __enter__(self):
        (self.folder / "held").write_bytes(b"")
        (self.folder / "hold").touch()
        return self

    def wait(self, callers):
        """So many have connected."""
        held = self.folder / "held"
        wait_for(lambda: held.stat().st_size >= callers, "nobody connected")

    def __exit__(self, *_):
        (self.folder / "hold").unlink()


def open_in(pid, kind):
    links = []
    for entry in os.scandir(f"/proc/{pid}/fd"):
        try:
            links.append(os.readlink(entry.path))
        except FileNotFoundError:
            pass
    return sum(link.startswith(kind) for link in links)


def a_killed_agent_child_costs_only_its_commands(world):
    for _ in range(2):
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


def a_child_may_die_before_the_device_answers(world):
    before = world.status("one")
    with Held(world) as held:
        callers = [begin(world, "true") for _ in range(3)]
        held.wait(3)
        os.kill(world.status("one")["pids"]["agent"], signal.SIGKILL)
        for caller in callers:
            said = caller.communicate(timeout=10)[1]
            assert caller.returncode == 1 and b"the command was lost" in said, (caller.returncode, said)
    assert world.vmctl("run", "one", "status", "7").returncode == 7
    after = world.status("one")
    assert after["boots"] == before["boots"] and after["pids"]["vsock"] == before["pids"]["vsock"], (before, after)
    assert "panicked" not in world.ok("log", "one") and "was lost" not in world.ok("log", "one")


def a_caller_may_hang_up_before_the_device_answers(world):
    before = world.status("one")
    supervisor = before["pids"]["supervisor"]
    sockets = open_in(supervisor, "socket:")
    with Held(world) as held:
        for number in range(5):
            caller = begin(world, "hang")
            held.wait(number + 1)
            caller.kill()
            caller.communicate(timeout=10)
        # A VM that does not answer anybody is no reason to keep more and more.
        callers = [begin(world, "true") for _ in range(70)]
        refused = []
        wait_for(lambda: (refused := [caller for caller in callers if caller.poll() is not None]) and len(refused) >= 6,
                 "nobody is refused")
        for caller in callers:
            caller.kill()
            said = caller.communicate(timeout=10)[1]
            assert caller.returncode < 0 or said.count(b"\n") == 1, said
    wait_for(lambda: open_in(supervisor, "socket:") <= sockets, "connections are left open")
    assert world.vmctl("run", "one", "status", "7").returncode == 7
    assert world.status("one")["pids"] == before["pids"], before
    assert "was lost" not in world.ok("log", "one")


def the_guest_hears_of_every_end(world):
    """Of those, too, that come while it speaks."""
    for _ in range(20):
        caller = subprocess.Popen([world.vmctl_program, "run", "one", "flood"], env=world.environment,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        caller.stdout.read(10)
        caller.kill()
        caller.communicate(timeout=10)
    callers = []
    # The stand-in serves nobody else while its flood is not read.
    for command in ("hang", "hang", "flood"):
        callers.append(begin(world, command))
        callers[-1].stdout.read(8)
    child = world.status("one")["pids"]["agent"]
    os.kill(child, signal.SIGKILL)
    for caller in callers:
        caller.kill()
        caller.communicate(timeout=10)
    # What is asked of a child that is dying may be lost, and says so.
    result = world.vmctl("run", "one", "status", "7")
    assert result.returncode == 7 or b"the command was lost: agent child was killed" in result.stderr, result
    wait_for(lambda: world.status("one")["pids"]["agent"] not in (0, child), "there is no other child")
    result = world.vmctl("run", "one", "status", "7")
    assert result.returncode == 7, result
    assert "was lost" not in world.ok("log", "one")


def a_crash_of_the_device_is_told_at_once(world):
    caller = begin(world, "crash")
    said = caller.communicate(timeout=10)[1]
    assert caller.returncode == 1 and said == b"vmctl: the vsock device crashed; see: vmctl log one\n", said
    status = world.wait_state("one", "failed")
    assert status["reason"] == "the vsock device crashed; see: vmctl log one", status
    assert "panicked at" in world.ok("log", "one")
    world.ok("start", "one")
    assert world.vmctl("run", "one", "true").returncode == 0


def an_agent_of_another_version_is_told_once(world):
    began = time.monotonic()
    result = world.vmctl("start", "old")
    assert result.returncode == 1 and b"not of this version of Silo; rebuild the image: " in result.stderr, result
    assert b"guest-image --output " + os.fsencode(world.image) in result.stderr, result
    assert result.stderr.count(b"\n") == 1 and time.monotonic() - began < 5, result
    for words in (("status", "old"), ("list",)):
        assert "rebuild the image" in world.ok(*words), words
    result = world.vmctl("run", "old", "true")
    assert result.returncode == 1 and b"rebuild the image" in result.stderr, result


def an_agent_that_breaks_the_rules_has_to_wait(world):
    world.vmd_says()
    result = world.vmctl("start", "rude")
    assert result.returncode == 1, result
    assert b"was not well for 3 s (unexpected message); see: vmctl log rude" in result.stderr, result
    said = world.vmd_says()
    assert said.count("the guest's agent: unexpected message") == 1, said


def a_hasty_agent_is_heard_now_and_then(world):
    world.vmd_says()
    world.ok("start", "hasty")
    path = world.base / "state/silo/hasty/record.json"
    files = set()
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline:
        files.add(path.stat().st_ino)
        select.select([], [], [], 0.01)
    said = world.vmd_says()
    assert said.count("waits for the guest") < 8 and len(files) < 20, (len(files), said)
    world.ok("stop", "--force", "hasty")


CASES = [
    starts, a_killed_agent_child_costs_only_its_commands, a_child_may_die_before_the_device_answers,
    a_caller_may_hang_up_before_the_device_answers, the_guest_hears_of_every_end, a_crash_of_the_device_is_told_at_once,
    an_agent_of_another_version_is_told_once, an_agent_that_breaks_the_rules_has_to_wait,
    a_hasty_agent_is_heard_now_and_then,
]

if __name__ == "__main__":
    sys.exit(run_cases(lambda world: CASES))
